//! Everything of a member at once: the one list of tables, which says whose each row is and whom it names.

pub mod tables;
