//! What every page shares: who looks, what they sent, what is told them, and the guards in front of it all.

pub mod address;
pub mod assets;
pub mod community;
pub mod compression;
pub mod contrast;
pub mod cookie;
pub mod csrf;
pub mod device;
pub mod error_page;
pub mod fetched;
pub mod form;
pub mod form_owner;
pub mod large_body;
pub mod notices;
pub mod observe;
pub mod open_reports;
pub mod origin;
pub mod page;
pub mod pagination;
pub mod pending_form;
pub mod picture;
pub mod registration;
pub mod site;
pub mod theme;
pub mod upload;
pub mod viewer;
