//! The commands of the command line, a file for each group.

pub mod arguments;
pub mod backup;
pub mod check;
pub mod copy;
pub mod demo;
pub mod members;
pub mod moderation;
pub mod opening;
pub mod output;
pub mod progress;
pub mod serve;
