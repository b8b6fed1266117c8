//! The API: what a member does on the pages, as JSON for their programs. Each operation parses into types that cannot be wrong,
//! calls the verb that the page calls, and answers; nothing is decided here.
//!
//! - [`auth`] lets programs in, [`asked`] is what they ask and how it is answered, [`problem`] why it is not.
//! - [`shapes`] are the values that several answers share; the others stand beside their operations.
//! - [`document`] describes it all, and [`page`] shows that to people.

pub mod asked;
pub mod auth;
pub mod connections;
pub mod contacts;
pub mod conversations;
pub mod document;
pub mod invitations;
pub mod members;
pub mod page;
pub mod problem;
pub mod profile;
pub mod removals;
pub mod shapes;
mod texts;

use actix_web::guard::fn_guard;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use crate::web::address::{Addresses, Table, delete, get, patch, post, put};
use crate::web::csrf::is_of_programs;

/// The addresses below `/api/v1`.
pub fn routes(site: &mut ServiceConfig) {
    let is_ours = fn_guard(|request| is_of_programs(request.head().uri.path()));
    let programs = web::scope("").guard(is_ours).configure(|site| {
        let table = operations(site);
        site.app_data(table).default_service(web::to(auth::nothing_here));
    });
    site.service(programs.wrap(from_fn(auth::let_in)));
}

fn operations(site: &mut ServiceConfig) -> Table {
    Addresses::of(site)
        .route("/api/v1/profile", get().to(profile::show))
        .route("/api/v1/profile", patch().to(profile::change))
        // Members, and what one does toward them
        .route("/api/v1/members/{handle}", get().to(members::show))
        .route("/api/v1/members/{handle}/invite", post().to(members::invite))
        .route("/api/v1/members/{handle}/accept", post().to(members::accept))
        .route("/api/v1/members/{handle}/decline", post().to(members::decline))
        .route("/api/v1/members/{handle}/decline/undo", post().to(members::undo_decline))
        .route("/api/v1/members/{handle}/withdraw", post().to(members::withdraw))
        .route("/api/v1/members/{handle}/disconnect", post().to(members::disconnect))
        .route("/api/v1/members/{handle}/re-invite", post().to(members::re_invite))
        .route("/api/v1/members/{handle}/may-invite-again", post().to(members::set_may_invite_again))
        .route("/api/v1/members/{handle}/block", post().to(members::block))
        .route("/api/v1/members/{handle}/unblock", post().to(members::unblock))
        // One's connections
        .route("/api/v1/connections", get().to(connections::connections))
        .route("/api/v1/connections/disconnected", get().to(connections::disconnected))
        .route("/api/v1/connections/blocked", get().to(connections::blocked))
        .route("/api/v1/removals", post().to(removals::begin))
        .route("/api/v1/removals/{id}", get().to(removals::show))
        .route("/api/v1/removals/{id}", delete().to(removals::forget))
        .route("/api/v1/removals/{id}/members", get().to(removals::members))
        .route("/api/v1/removals/{id}/confirm", post().to(removals::confirm))
        .route("/api/v1/removals/{id}/undo", post().to(removals::undo))
        .route("/api/v1/invitations/received", get().to(invitations::received))
        .route("/api/v1/invitations/sent", get().to(invitations::sent))
        // One's address book
        .route("/api/v1/contacts", get().to(contacts::contacts))
        .route("/api/v1/contacts", post().to(contacts::add))
        .route("/api/v1/contacts/{id}", get().to(contacts::show))
        .route("/api/v1/contacts/{id}", put().to(contacts::change))
        .route("/api/v1/contacts/{id}", delete().to(contacts::delete))
        .route("/api/v1/contact-removals/{id}/undo", post().to(contacts::undo))
        // Conversations
        .route("/api/v1/conversations", get().to(conversations::conversations))
        .route("/api/v1/conversations/{handle}", delete().to(conversations::delete))
        .route("/api/v1/conversations/{handle}/read", post().to(conversations::read))
        .route("/api/v1/conversations/{handle}/messages", get().to(conversations::messages))
        .route("/api/v1/conversations/{handle}/messages", post().to(conversations::send))
        .route("/api/v1/conversations/{handle}/messages/{id}", delete().to(conversations::delete_message))
        .route("/api/v1/message-deletions/{id}/undo", post().to(conversations::undo))
        .end()
}
