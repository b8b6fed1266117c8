//! *My network*: home, suggestions, pictures, and whom one's connections know.

pub mod degree;
pub mod first_steps;
pub mod found;
pub mod home;
pub mod notifications;
pub mod overview;
pub mod second_degree;
pub mod shared_counts;
pub mod suggestions;
