//! Conversations between connections. Each side owns its copies: whoever deletes, deletes for themselves alone; a text is
//! stored once while any copy of it lives. Whoever is no connection can read what they have, and write nothing.

pub mod deletion;
pub mod deletion_pages;
pub mod former;
mod found;
pub mod links;
pub mod list;
pub mod purge;
pub mod room;
pub mod search;
pub mod sending;
pub mod sending_pages;
pub mod store;
pub mod texts;
pub mod thread;

/// Characters of a message.
pub const MAX_LENGTH: usize = 5_000;
