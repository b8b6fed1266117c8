//! Mail: letters are written into an outbox in the transaction of their cause, and sent from there by a job.

pub mod letter;
pub mod outbox;

pub use letter::Letter;
