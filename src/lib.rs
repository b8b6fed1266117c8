//! Amicable, the professional network that a community hosts itself. The map of the house:
//!
//! - [`routes`] is the whole site as one table: open it first.
//! - [`connections`] is the heart: the verbs in `mod.rs`, then its screens; the rules are in [`relationship`].
//! - [`profiles`] are members' pages, [`network`] is *My network*, [`members`] says who the members are.
//! - [`inbox`] is what connections write to each other.
//! - [`tags`] is a member's tags as a whole, on connections and contacts.
//! - [`joining`] is how somebody becomes a member: signing up, invite links, registrations that wait.
//! - [`accounts`] says who may come in; [`notifications`] is what people are told; [`contacts`] reads address books.
//! - [`data`] is everything of a member at once: the one list of tables, the archive, the end of an account.
//! - [`backup`] writes a whole site into a file, and makes a site of it again; [`copy`] moves it.
//! - [`dav`] is the address book for phones and mail programs, by CardDAV.
//! - [`mail`] is what goes out by e-mail: an outbox in the database, and the job that sends it.
//! - [`api`] is the same verbs as JSON, for the programs of members.
//! - [`webhooks`] is what other programs of those who run the site are told: an outbox, and the job that calls them.
//! - [`admin`] runs the site; [`audit`] keeps what those who run it did.
//! - [`moderation`] is what members report, and what moderators decide.
//! - [`language`] is what every text goes through, and the translations.
//! - [`limits`] says how often who may do what, in one table.
//! - [`ids`] are the types of the ids of rows.
//! - [`jobs`] is the work beside the requests: named loops, one node at a time.
//! - [`metrics`] is what is counted and timed, for Prometheus.
//! - [`web`] is what every page shares; [`db`], [`schema`] and [`error`] are what every slice stands on.
//! - [`demo`] makes made-up networks: a small one to look at, large ones to measure.
//!
//! Inside a slice, what decides, what speaks SQL and what speaks HTTP are neighbouring files.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod accounts;
pub mod admin;
pub mod api;
pub mod audit;
pub mod backup;
pub mod cache;
pub mod config;
pub mod connections;
pub mod contacts;
pub mod copy;
pub mod data;
pub mod dates;
pub mod dav;
pub mod db;
pub mod demo;
pub mod error;
pub mod ids;
pub mod inbox;
pub mod jobs;
pub mod joining;
pub mod language;
pub mod limits;
pub mod mail;
pub mod members;
pub mod metrics;
pub mod moderation;
pub mod network;
pub mod notifications;
pub mod profiles;
pub mod relationship;
pub mod routes;
pub mod schema;
pub mod server;
pub mod tags;
pub mod text;
pub mod time_zone;
pub mod web;
pub mod webhooks;

pub use language::{linked, t, tf, tn, tnf};
