//! The site over HTTP, as people who open pages and press labelled buttons.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod archive;
mod audit;
mod bad_input;
mod community;
mod confirm;
mod contacts;
mod contacts_store;
mod counts;
mod data;
mod dav;
mod deletion;
mod directory;
mod edit_races;
mod errors;
mod fetched;
mod form_owner;
mod guards;
mod holes;
mod inbox;
mod jobs;
mod joining;
mod kept;
mod languages;
mod mail;
mod moderation;
mod names;
mod nodes;
mod notes;
mod notifications;
mod photos;
mod prices;
mod races;
mod reinvite;
mod relationships;
mod removal;

mod roles;
mod search;
mod second_factor;
mod silence;
mod support;
mod tables;
mod tidying;
mod zones;
