//! The commands of the command line, a file for each group.

pub mod backup;
pub mod check;
pub mod moderation;
pub mod progress;
