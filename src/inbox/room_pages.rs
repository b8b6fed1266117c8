//! `/settings/data`: how much one's messages take.

use actix_web::HttpResponse;
use askama::Template;
use diesel::prelude::*;

use crate::connections::row::State;
use crate::connections::store;
use crate::db::Connection;
use crate::error::Error;
use crate::inbox::room::{self, Room, Stored};
use crate::language::filters;
use crate::members::{self, MemberCard};
use crate::schema::relationships;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::site::SiteData;

/// Conversations that are named.
const LARGEST: usize = 10;

#[derive(Template)]
#[template(path = "inbox/data.html")]
struct Data {
    page: Layout,
    stored: Stored,
    largest: Vec<(MemberCard, Room)>,
}

/// `GET /settings/data`
///
/// # Errors
/// The database's.
pub async fn data(site: SiteData, page: Layout, me: SignedIn) -> Result<HttpResponse, Error> {
    let id = me.id;
    let (stored, largest) = site
        .read_long(move |connection| {
            let stored = room::stored(connection, id)?;
            let largest = largest(connection, id, &stored)?;
            Ok((stored, largest))
        })
        .await?;
    Data { page, stored, largest }.show()
}

/// The conversations that take the most, each with whom it is; those with people the member blocked are hidden.
fn largest(connection: &mut Connection, me: i64, stored: &Stored) -> Result<Vec<(MemberCard, Room)>, Error> {
    let blocked: Vec<i64> = store::in_state(me, State::Blocked).select(relationships::other_id).load(connection)?;
    let shown = stored.conversations.iter().filter(|(other, _)| !blocked.contains(other)).take(LARGEST);
    let (others, rooms): (Vec<i64>, Vec<Room>) = shown.copied().unzip();
    let persons = members::persons(connection, &others)?;
    let room_of = |person: &MemberCard| others.iter().position(|id| *id == person.id).map(|at| rooms[at]);
    Ok(persons.into_iter().filter_map(|person| room_of(&person).map(|room| (person, room))).collect())
}
