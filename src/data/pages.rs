//! `/settings/data`: how much one's messages take, and the archive of everything that is one's own.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::sync::{Mutex, PoisonError};

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH};
use actix_web::web::{Bytes, block};
use askama::Template;
use diesel::prelude::*;

use crate::accounts::confirm::Confirmed;
use crate::connections::row::State;
use crate::connections::store;
use crate::contacts::store as contacts;
use crate::data::archive;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::inbox::room::{self, Room, Stored};
use crate::language::{Context, filters, t};
use crate::limits::{Limit, Subject};
use crate::members::{self, MemberCard};
use crate::schema::relationships;
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::site::SiteData;

/// Conversations that are named.
const LARGEST: usize = 10;

#[derive(Template)]
#[template(path = "data/data.html")]
struct Data {
    page: Layout,
    stored: Stored,
    largest: Vec<(MemberCard, Room)>,
    contacts: i32,
}

/// `GET /settings/data`
///
/// # Errors
/// The database's.
pub async fn data(site: SiteData, page: Layout, me: SignedIn) -> Result<HttpResponse, Error> {
    let id = me.id;
    let (stored, largest, contacts) = site
        .read_long(move |connection| {
            let stored = room::stored(connection, id)?;
            let largest = largest(connection, id, &stored)?;
            Ok((stored, largest, contacts::book(connection, id)?.number))
        })
        .await?;
    Data { page, stored, largest, contacts }.show()
}

/// The conversations that take the most, each with whom it is; those with people the member blocked are hidden.
fn largest(connection: &mut Connection, me: MemberId, stored: &Stored) -> Result<Vec<(MemberCard, Room)>, Error> {
    let blocked: Vec<MemberId> =
        store::in_state(me, State::Blocked).select(relationships::other_id).load(connection)?;
    let shown = stored.conversations.iter().filter(|(other, _)| !blocked.contains(other)).take(LARGEST);
    let (others, rooms): (Vec<MemberId>, Vec<Room>) = shown.copied().unzip();
    let persons = members::persons(connection, &others)?;
    let room_of = |person: &MemberCard| others.iter().position(|id| *id == person.id).map(|at| rooms[at]);
    Ok(persons.into_iter().filter_map(|person| room_of(&person).map(|room| (person, room))).collect())
}

/// Bytes of an archive that are in memory at a time.
const BLOCK: usize = 64 << 10;

/// The members whose archive this node is making.
static UNDER_WAY: Mutex<BTreeSet<MemberId>> = Mutex::new(BTreeSet::new());

/// A member's turn, which ends when it is dropped.
struct Turn(MemberId);

impl Turn {
    fn take(member: MemberId) -> Option<Turn> {
        let mut under_way = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
        // Not made where it is not taken: dropping it would wait for this very lock.
        under_way.insert(member).then(|| Turn(member))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// `GET /settings/data/archive`: everything that is the member's, as a ZIP.
///
/// # Errors
/// The database's, or the disk's.
pub async fn archive(site: SiteData, me: Confirmed, redirect: Redirect) -> Result<HttpResponse, Error> {
    let Some(turn) = Turn::take(me.id) else {
        redirect.refused(t("Your data is being put together already. Please wait until that download begins."));
        return Ok(redirect.to("/settings/data"));
    };
    site.take(Limit::Archives, Subject::member(me.id)).await?;
    let (db, limits, member, context) = (site.db.clone(), site.limits(), me.id, Context::current());
    let file = block(move || {
        let _turn = turn;
        context.within(|| archive::make(&db, limits, member))
    })
    .await??;
    let length = file.metadata().map_err(|why| Error::Unavailable(why.to_string()))?.len();
    let name = format!("attachment; filename=\"amicable-{}.zip\"", me.handle);
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CONTENT_LENGTH, length))
        .streaming(blocks(file)))
}

/// Reads a file a block at a time, each when the one before it is sent.
fn blocks(file: File) -> impl futures_util::Stream<Item = Result<Bytes, actix_web::Error>> {
    futures_util::stream::try_unfold(file, |mut file| async move {
        let read = block(move || {
            let mut bytes = Vec::with_capacity(BLOCK);
            let taken = std::io::Read::by_ref(&mut file).take(BLOCK as u64).read_to_end(&mut bytes);
            taken.map(|_| (Bytes::from(bytes), file))
        });
        let (bytes, file) = read.await??;
        Ok(Some((bytes, file)).filter(|(bytes, _)| !bytes.is_empty()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_downloads_at_once_one_is_refused() {
        let member = MemberId::new(7);
        let first = Turn::take(member).unwrap();
        assert!(Turn::take(member).is_none());
        drop(first);
        assert!(Turn::take(member).is_some());
    }
}
