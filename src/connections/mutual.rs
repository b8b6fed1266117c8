//! Mutual connections and degrees: how near two members are.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::circle::{Circle, Circles};
use super::literal::IsConnected;
use super::store;
use crate::db::{Connection, natively};
use crate::error::Error;
use crate::language::t;
use crate::members::{self as people, Member, Person};
use crate::schema::{relationships, theirs};
use crate::web::session::Viewer;

/// Connections of the other that are looked for in one's circle, to tell the 3rd degree.
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

/// Two members and how many connections each has.
#[derive(Debug, Clone, Copy)]
pub struct Two {
    me: (i64, i32),
    other: (i64, i32),
}

impl Two {
    /// The one who looks, and another.
    pub fn of(me: &Viewer, other: &Member) -> Two {
        Two { me: (me.id, me.connection_count), other: (other.person.id, other.connection_count) }
    }

    /// The one with fewer connections, then the other.
    fn fewer_first(self) -> (i64, i64) {
        if self.me.1 <= self.other.1 { (self.me.0, self.other.0) } else { (self.other.0, self.me.0) }
    }
}

/// How near two members are, given whether they are connected.
///
/// # Errors
/// The database's.
pub fn nearness(
    connection: &mut Connection,
    circles: &Circles,
    two: Two,
    connected: bool,
    most: usize,
) -> Result<Nearness, Error> {
    let (shared, few) = mutual(connection, two, most)?;
    let degree = if connected {
        Degree::First
    } else if shared > 0 {
        Degree::Second
    } else if linked(connection, circles, two)? {
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
pub fn mutual(connection: &mut Connection, two: Two, most: usize) -> Result<(usize, Vec<Person>), Error> {
    let ids = mutual_ids(connection, two.fewer_first(), i64::MAX)?;
    let first = people::persons(connection, &ids[..ids.len().min(most)])?;
    Ok((ids.len(), first))
}

/// Whether two members, each with so many connections, have one in common.
///
/// # Errors
/// The database's.
pub fn have_mutual(connection: &mut Connection, me: (i64, i32), other: (i64, i32)) -> Result<bool, Error> {
    Ok(!mutual_ids(connection, Two { me, other }.fewer_first(), 1)?.is_empty())
}

/// Whom two members are both connected with, at most so many: each connection of the one looked up among the other's.
fn mutual_ids(connection: &mut Connection, (few, many): (i64, i64), most: i64) -> Result<Vec<i64>, Error> {
    let also_theirs = theirs
        .filter(theirs.field(relationships::owner_id).eq(many))
        .filter(theirs.field(relationships::other_id).eq(relationships::other_id))
        .filter(theirs.field(relationships::state).eq(store::state::CONNECTED));
    let shared = relationships::table
        .filter(relationships::owner_id.eq(few))
        .filter(IsConnected)
        .filter(exists(also_theirs))
        .order(relationships::other_id)
        .limit(most)
        .select(relationships::other_id);
    Ok(natively!(connection, |own| shared.load(own))?)
}

/// Whether anybody in one member's circle is connected with the other.
fn linked(connection: &mut Connection, circles: &Circles, two: Two) -> Result<bool, Error> {
    if two.me.1 == 0 || two.other.1 == 0 {
        return Ok(false);
    }
    let circle = Circle::of(connection, circles, two.me)?;
    let near = relationships::table
        .filter(relationships::owner_id.eq(two.other.0))
        .filter(IsConnected)
        .order(relationships::other_id)
        .limit(LOOKED_AT)
        .select(relationships::other_id);
    let near: Vec<i64> = natively!(connection, |own| near.load(own))?;
    Ok(circle.meets(&near))
}
