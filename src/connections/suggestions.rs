//! *People you may know*: those with whom a member shares the most connections.

use std::collections::HashMap;

use diesel::prelude::*;

use super::store;
use crate::db::Connection;
use crate::error::Error;
use crate::members::{self as people, Person};
use crate::schema::{members, relationships};
use crate::web::pagination::count;

/// How many of one's newest connections are asked, and how many of the newest of each: what keeps a hub's page
/// as quick as anybody's.
const NEWEST: i64 = 60;

/// Somebody one may know.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// Who.
    pub person: Person,
    /// How many connections are shared, as far as was looked.
    pub mutual: u32,
}

/// Up to `most` people, most shared connections first. Nobody to whom the member already stands in any way.
///
/// # Errors
/// The database's.
pub fn people_you_may_know(connection: &mut Connection, me: i64, most: usize) -> Result<Vec<Suggestion>, Error> {
    let mut shared: HashMap<i64, u32> = HashMap::new();
    for friend in newest(connection, me)? {
        for other in newest(connection, friend)? {
            *shared.entry(other).or_default() += 1;
        }
    }
    shared.remove(&me);
    let mut ranked: Vec<(i64, u32)> = shared.into_iter().collect();
    ranked.sort_by_key(|(id, number)| (std::cmp::Reverse(*number), *id));
    let mut chosen = Vec::new();
    for some in ranked.chunks(50) {
        let ids: Vec<i64> = some.iter().map(|(id, _)| *id).collect();
        let known = known(connection, me, &ids)?;
        chosen.extend(some.iter().filter(|(id, _)| !known.contains(id)).copied());
        if chosen.len() >= most {
            break;
        }
    }
    chosen.truncate(most);
    suggest(connection, &chosen)
}

/// The newest members one does not know, for whoever has no connections yet.
///
/// # Errors
/// The database's.
pub fn newest_members(connection: &mut Connection, me: i64, most: usize) -> Result<Vec<Suggestion>, Error> {
    let newest = members::table
        .filter(members::id.ne(me))
        .filter(members::suspended_at.is_null())
        .order((members::created_at.desc(), members::id.desc()))
        .select(members::id)
        .limit(50);
    let ids: Vec<i64> = newest.load(connection)?;
    let known = known(connection, me, &ids)?;
    let chosen: Vec<(i64, u32)> =
        ids.into_iter().filter(|id| !known.contains(id)).map(|id| (id, 0)).take(most).collect();
    suggest(connection, &chosen)
}

fn newest(connection: &mut Connection, member: i64) -> Result<Vec<i64>, Error> {
    let newest = relationships::table
        .filter(relationships::owner_id.eq(member))
        .filter(store::connected())
        .order((relationships::connected_at.desc(), relationships::other_id.desc()))
        .limit(NEWEST)
        .select(relationships::other_id);
    Ok(newest.load(connection)?)
}

fn known(connection: &mut Connection, me: i64, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let rows = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(relationships::other_id.eq_any(ids.to_vec()))
        .filter(relationships::state.ne(store::state::NONE));
    Ok(rows.select(relationships::other_id).load(connection)?)
}

fn suggest(connection: &mut Connection, chosen: &[(i64, u32)]) -> Result<Vec<Suggestion>, Error> {
    let ids: Vec<i64> = chosen.iter().map(|(id, _)| *id).collect();
    let persons = people::persons(connection, &ids)?;
    let mutual = |id| chosen.iter().find(|(other, _)| *other == id).map_or(0, |(_, number)| *number);
    Ok(persons.into_iter().map(|person| Suggestion { mutual: mutual(person.id), person }).collect())
}

impl Suggestion {
    /// Why they are suggested.
    pub fn remark(&self) -> String {
        match self.mutual {
            0 => String::new(),
            number => count(number, "mutual connection", "mutual connections"),
        }
    }
}

/// People a member may know; for one without connections, the newest members.
///
/// # Errors
/// The database's.
pub fn for_member(connection: &mut Connection, me: i64, most: usize) -> Result<Vec<Suggestion>, Error> {
    let known = people_you_may_know(connection, me, most)?;
    if known.is_empty() { newest_members(connection, me, most) } else { Ok(known) }
}
