//! Running the site: the pages of administrators.

pub mod counts;
pub mod overview;
