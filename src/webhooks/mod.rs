//! Webhooks: other programs of those who run the site are told when something happens on it. What is told is written in the
//! transaction of its cause; a job tells it from there, to each in order.

mod caller;
mod event;
mod private;
pub mod store;
mod telling;

pub use caller::{Caller, SIGNATURE};
pub use event::{Event, Forgotten, Kind};
pub use private::is_inside;
pub use store::{Delivery, Webhook, forget, record};
pub use telling::{JOB, job, tell_due};
