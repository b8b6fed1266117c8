//! The address book as phones and mail programs open it: CardDAV.

mod bad_input;
mod book;
mod coming_in;
pub mod device;
mod sync;
