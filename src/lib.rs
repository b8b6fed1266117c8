//! Amicable, the professional network that a community hosts itself. The map of the house:
//!
//! - [`routes`] is the whole site as one table: open it first.
//! - [`connections`] is the heart: the rules in `relationship.rs`, the verbs in `mod.rs`, then its screens.
//! - [`members`] are who people are: profiles and search. [`accounts`] says who may come in.
//! - [`notifications`] is what people are told; [`contacts`] reads address books; [`home`] is *My network*.
//! - [`language`] is what every text goes through, and the translations.
//! - [`web`] is what every page shares; [`db`], [`schema`] and [`error`] are what every slice stands on.
//! - [`demo`] makes made-up networks: a small one to look at, large ones to measure.
//!
//! Inside a slice, what decides, what speaks SQL and what speaks HTTP are neighbouring files.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod accounts;
pub mod config;
pub mod connections;
pub mod contacts;
pub mod dates;
pub mod db;
pub mod demo;
pub mod error;
pub mod home;
pub mod language;
pub mod members;
pub mod notifications;
pub mod routes;
pub mod schema;
pub mod server;
pub mod web;

use actix_web::web::Data;
pub use language::{linked, t, tf, tn, tnf};

/// What every handler may use. Clones share the database.
#[derive(Clone)]
pub struct Site {
    /// The data.
    pub db: db::Db,
    /// What members may do how often.
    pub limits: connections::Limits,
    /// What was read of members lately.
    pub recents: connections::recent::Recents,
}

/// [`Site`] as handlers take it.
pub type SiteData = Data<Site>;
