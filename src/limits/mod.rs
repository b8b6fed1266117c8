//! How often who may do what: one table of limits, and the counts behind them, which all nodes share.
//!
//! What is strict is counted by a row of the database, in the transaction of what is done: [`take`]. What stands in front
//! of every search or page, and costs less than a row, is counted by each node and merged: [`Meters`]. Of what stands with its
//! date, such as an invitation, nothing is counted beside: [`Limit::is_read_off`].

mod count;
mod meters;
mod network;
mod numbers;
mod subject;
mod table;

pub use count::{check, forget, give_back, purge, refusal, take};
pub use meters::Meters;
pub use network::{Network, Proxies};
pub use numbers::{MAX_NUMBER, Numbers, all_set, numbers, reset, set};
pub use subject::Subject;
pub use table::Limit;
