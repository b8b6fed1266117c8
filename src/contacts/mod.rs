//! The address book: what a member knows of people, be they members or not.

pub mod card;
pub mod import;
pub mod keys;
pub mod source;
pub mod store;
pub mod vcard;
mod words;
