//! Everything of a member at once: the one list of tables, which says whose each row is and whom it names; the archive of a
//! member's data, and the page of it.

pub mod archive;
pub mod deletion;
pub mod distribute;
pub mod pages;
pub mod tables;
pub mod words;
