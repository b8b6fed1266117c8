//! *People you may know*: those with whom a member shares the most connections.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::store;
use crate::db::{Connection, one_of};
use crate::error::Error;
use crate::language::mutual_connections;
use crate::members::{self as people, Person};
use crate::schema::{members, relationships};

/// How many of one's newest connections are asked, and how many of the newest of each: what keeps a hub's page
/// as quick as anybody's.
const NEWEST: i64 = 40;
/// How many of those found are considered. At most [`NEWEST`] squared are found, and in a circle of friends most of
/// the first are known already.
const RANKED: i64 = 200;

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
    let ranked = shared(connection, me)?;
    let ids: Vec<i64> = ranked.iter().map(|(id, _)| *id).collect();
    let known = known(connection, me, &ids)?;
    let chosen: Vec<(i64, u32)> = ranked.into_iter().filter(|(id, _)| !known.contains(id)).take(most).collect();
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

#[derive(QueryableByName)]
struct Shared {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Members by how many of one's newest connections have them among their own newest, most first.
fn shared(connection: &mut Connection, me: i64) -> Result<Vec<(i64, u32)>, Error> {
    // Where the newest of each begin is looked up first, so that of a hub's rows only those are read.
    let begin = format!(
        "(SELECT last.connected_at FROM relationships last WHERE last.owner_id = mine.other_id AND last.state = 4 \
         ORDER BY last.connected_at DESC, last.other_id DESC LIMIT 1 OFFSET {})",
        NEWEST - 1
    );
    let near = format!(
        "(SELECT mine.other_id AS id, COALESCE({begin}, 0) AS since FROM relationships mine \
         WHERE mine.owner_id = {me} AND mine.state = 4 \
         ORDER BY mine.connected_at DESC, mine.other_id DESC LIMIT {NEWEST})"
    );
    let sql = format!(
        "SELECT theirs.other_id AS id, COUNT(*) AS number FROM {near} near CROSS JOIN relationships theirs \
         WHERE theirs.owner_id = near.id AND theirs.state = 4 AND theirs.connected_at >= near.since \
         AND theirs.other_id <> {me} GROUP BY theirs.other_id ORDER BY number DESC, id LIMIT {RANKED}"
    );
    let found: Vec<Shared> = diesel::sql_query(sql).load(connection)?;
    Ok(found.into_iter().map(|shared| (shared.id, u32::try_from(shared.number).unwrap_or(u32::MAX))).collect())
}

fn known(connection: &mut Connection, me: i64, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let rows = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(one_of(connection, relationships::other_id, ids))
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
            number => mutual_connections(number),
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
