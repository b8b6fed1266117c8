//! The address book: what a member knows of people, be they members or not.

pub mod card;
pub mod change;
pub mod duplicates;
pub mod export;
pub mod filter;
pub mod import;
pub mod imports;
pub mod keys;
pub mod list;
pub mod membership;
pub mod names;
pub mod pages;
pub mod purge;
pub mod removal;
pub mod retag;
pub mod source;
pub mod store;
pub mod tags;
mod typed;
pub mod vcard;
mod words;

pub(crate) use typed::{card as typed_card, full as book_is_full, kind_name, kinds};
