//! Address books: files from elsewhere, read. The address book itself is still to come.

pub mod import;
