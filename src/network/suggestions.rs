//! *People you may know*: those with whom a member shares the most connections.

use diesel::prelude::*;

use crate::cache::Cache;
use crate::connections::store;
use crate::db::{Connection, natively, one_of};
use crate::error::Error;
use crate::language::mutual_connections;
use crate::members as people;
use crate::members::Person;
use crate::network::second_degree::Circle;
use crate::schema::{members, relationships};
use crate::web::session::Viewer;

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
pub fn people_you_may_know(
    connection: &mut Connection,
    cache: &Cache,
    me: &Viewer,
    most: usize,
) -> Result<Vec<Suggestion>, Error> {
    let circle = Circle::of(connection, cache, me.counted())?;
    let ids: Vec<i64> = circle.ranked().iter().map(|(id, _)| *id).collect();
    let known = known(connection, me.id, &ids)?;
    let strangers = circle.ranked().iter().filter(|(id, _)| !known.contains(id));
    let chosen: Vec<(i64, u32)> = strangers.take(most).copied().collect();
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
    let ids: Vec<i64> = natively!(connection, |own| newest.load(own))?;
    let known = known(connection, me, &ids)?;
    let chosen: Vec<(i64, u32)> =
        ids.into_iter().filter(|id| !known.contains(id)).map(|id| (id, 0)).take(most).collect();
    suggest(connection, &chosen)
}

fn known(connection: &mut Connection, me: i64, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let rows = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(one_of(connection, relationships::other_id, ids))
        .filter(relationships::state.ne(store::state::NONE))
        .select(relationships::other_id);
    Ok(natively!(connection, |own| rows.load(own))?)
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
            number => mutual_connections(number),
        }
    }
}

/// People a member may know; for one without connections, the newest members.
///
/// # Errors
/// The database's.
pub fn for_member(
    connection: &mut Connection,
    cache: &Cache,
    me: &Viewer,
    most: usize,
) -> Result<Vec<Suggestion>, Error> {
    let known = people_you_may_know(connection, cache, me, most)?;
    if known.is_empty() { newest_members(connection, me.id, most) } else { Ok(known) }
}
