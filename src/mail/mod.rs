//! Mail: letters are written into an outbox in the transaction of their cause, and sent from there by a job.

pub mod content;
pub mod letter;
mod message;
pub mod outbox;
pub mod preview;
mod receiver;
mod sending;
pub mod smtp;
pub mod tokens;
pub mod transport;

pub use letter::Letter;
pub use outbox::{Unreadable, unreadable};
pub use receiver::has_address;
pub use sending::{IsTrue, JOB, Mail, job, send_due};
pub use transport::Transport;
