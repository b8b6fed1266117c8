//! Mutual connections and degrees: how near two members are.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::literal::{Four, IsConnected};
use super::store;
use crate::db::Connection;
use crate::error::Error;
use crate::language::t;
use crate::members::{self as people, Person};
use crate::schema::{members, others, relationships, theirs};

/// Connections of each of the two that are looked at for the 3rd degree, the newest first, so that two hubs cost
/// a bounded number of look-ups.
const LOOKED_AT: i64 = 100;

/// How near somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Degree {
    /// Connected.
    First,
    /// A connection of a connection.
    Second,
    /// One further.
    Third,
    /// Beyond.
    None,
}

impl Degree {
    /// The badge; empty beyond the 3rd.
    pub fn badge(self) -> &'static str {
        match self {
            Degree::First => t("1st"),
            Degree::Second => t("2nd"),
            Degree::Third => t("3rd"),
            Degree::None => "",
        }
    }
}

/// How near two members are, how many connections they share, and the first few of those.
#[derive(Debug)]
pub struct Nearness {
    /// The degree.
    pub degree: Degree,
    /// How many connections are shared.
    pub shared: usize,
    /// The first few of them.
    pub few: Vec<Person>,
}

/// How near two members are, given whether they are connected.
///
/// # Errors
/// The database's.
pub fn nearness(
    connection: &mut Connection,
    (me, other): (i64, i64),
    connected: bool,
    most: usize,
) -> Result<Nearness, Error> {
    let (shared, few) = mutual(connection, me, other, most)?;
    let degree = if connected {
        Degree::First
    } else if shared > 0 {
        Degree::Second
    } else if linked(connection, me, other)? {
        Degree::Third
    } else {
        Degree::None
    };
    Ok(Nearness { degree, shared, few })
}

/// Whom two members both know: how many, and the first of them.
///
/// # Errors
/// The database's.
pub fn mutual(connection: &mut Connection, a: i64, b: i64, most: usize) -> Result<(usize, Vec<Person>), Error> {
    let (few, many) = fewer_first(connection, a, b)?;
    let ids = mutual_ids(connection, few, many, i64::MAX)?;
    let first = people::persons(connection, &ids[..ids.len().min(most)])?;
    Ok((ids.len(), first))
}

/// Whether two members have a connection in common. Looked up from the one who has fewer.
///
/// # Errors
/// The database's.
pub fn have_mutual(connection: &mut Connection, a: i64, b: i64) -> Result<bool, Error> {
    let (few, many) = fewer_first(connection, a, b)?;
    Ok(!mutual_ids(connection, few, many, 1)?.is_empty())
}

/// The two members, the one with fewer connections first.
fn fewer_first(connection: &mut Connection, a: i64, b: i64) -> Result<(i64, i64), Error> {
    let both = members::table.filter(members::id.eq(a).or(members::id.eq(b)));
    let mut counts: Vec<(i64, i32)> = both.select((members::id, members::connection_count)).load(connection)?;
    counts.sort_by_key(|(_, count)| *count);
    Ok(match counts.as_slice() {
        [(few, _), (many, _)] => (*few, *many),
        _ => (a, b),
    })
}

/// Whom two members are both connected with, at most so many: each connection of the one looked up among the other's.
fn mutual_ids(connection: &mut Connection, few: i64, many: i64, most: i64) -> Result<Vec<i64>, Error> {
    let also_theirs = theirs
        .filter(theirs.field(relationships::owner_id).eq(many))
        .filter(theirs.field(relationships::other_id).eq(relationships::other_id))
        .filter(theirs.field(relationships::state).eq(store::state::CONNECTED));
    let shared = relationships::table
        .filter(relationships::owner_id.eq(few))
        .filter(IsConnected)
        .filter(exists(also_theirs))
        .order(relationships::other_id)
        .limit(most);
    Ok(shared.select(relationships::other_id).load(connection)?)
}

/// Whether any of one member's newest connections is connected with any of the other's.
fn linked(connection: &mut Connection, a: i64, b: i64) -> Result<bool, Error> {
    let near_a = theirs
        .filter(theirs.field(relationships::owner_id).eq(a))
        .filter(theirs.field(relationships::state).eq(Four))
        .order((theirs.field(relationships::connected_at).desc(), theirs.field(relationships::other_id).desc()))
        .limit(LOOKED_AT);
    let near_b = others
        .filter(others.field(relationships::owner_id).eq(b))
        .filter(others.field(relationships::state).eq(Four))
        .order((others.field(relationships::connected_at).desc(), others.field(relationships::other_id).desc()))
        .limit(LOOKED_AT);
    let link = relationships::table
        .filter(relationships::owner_id.eq_any(near_a.select(theirs.field(relationships::other_id))))
        .filter(relationships::other_id.eq_any(near_b.select(others.field(relationships::other_id))))
        .filter(IsConnected);
    let found: Option<i64> = link.select(relationships::other_id).first(connection).optional()?;
    Ok(found.is_some())
}
