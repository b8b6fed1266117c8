//! A member's page: as others see it, as its owner edits it; the directory of members, and photos.

pub mod directory;
pub mod edit;
pub mod forms;
pub mod lists;
pub mod own;
pub mod photo;
pub mod profile;
mod shown;
pub mod vcard;
