//! Running the site: the pages of administrators.

pub mod community;
pub mod counts;
pub mod limits;
pub mod log;
pub mod logo;
pub mod members;
pub mod overview;
pub mod roles;
pub mod second_factor;
pub mod webhooks;
