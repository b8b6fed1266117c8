//! What every page shares: who looks, what they sent, what is told them, and the guards in front of it all.

pub mod appearance;
pub mod assets;
pub mod csrf;
pub mod form;
pub mod guard;
pub mod kept;
pub mod observe;
pub mod page;
pub mod pagination;
pub mod session;
pub mod styleguide;
