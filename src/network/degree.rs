//! The degree: how near two members are.

use crate::cache::{Cache, Cached};
use std::sync::Arc;

use crate::connections::mutual::{MAX_SHORT, ViewerAndOther, connections_of, mutual_ids};
use crate::db::Connection;
use crate::error::Error;
use crate::language::t;
use crate::members::{self, ConnectionCount, MemberCard};
use crate::network::second_degree::SecondDegree;

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
    pub few: Vec<MemberCard>,
}

/// Connections of a member who has few, in order.
#[derive(Debug)]
pub struct ConnectionIds(Vec<i64>);

impl Cached for ConnectionIds {
    const SECONDS: i64 = 60;

    fn took_long(&self) -> bool {
        true
    }
}

impl ConnectionIds {
    /// Returns the connections of a member, where they have few.
    ///
    /// # Errors
    /// The database's.
    pub fn of(connection: &mut Connection, cache: &Cache, member: ConnectionCount) -> Result<Option<Arc<Self>>, Error> {
        if member.number > MAX_SHORT {
            return Ok(None);
        }
        cache.get_or_read(member, |_| Ok(ConnectionIds(connections_of(connection, member)?))).map(Some)
    }

    /// Returns the ids, in order.
    pub fn ids(&self) -> &[i64] {
        &self.0
    }
}

/// How near two members are, given whether they are connected.
///
/// # Errors
/// The database's.
pub fn nearness(
    connection: &mut Connection,
    cache: &Cache,
    two: ViewerAndOther,
    connected: bool,
    most: usize,
) -> Result<Nearness, Error> {
    // Two short lists are compared here; where one is long, the database looks each of the other up in it.
    let near = if two.are_few() { connections_of(connection, two.other)? } else { Vec::new() };
    let ids = match two.are_few() {
        true => shared(connection, cache, two.me, &near)?,
        false => mutual_ids(connection, two.me, two.other, i64::MAX)?,
    };
    let few = members::persons(connection, &ids[..ids.len().min(most)])?;
    let degree = if connected {
        Degree::First
    } else if !ids.is_empty() {
        Degree::Second
    } else if linked(connection, cache, two, near)? {
        Degree::Third
    } else {
        Degree::None
    };
    Ok(Nearness { degree, shared: ids.len(), few })
}

/// Which of these a member is connected with.
fn shared(connection: &mut Connection, cache: &Cache, me: ConnectionCount, near: &[i64]) -> Result<Vec<i64>, Error> {
    let mine = cache.get_or_read(me, |_| Ok(ConnectionIds(connections_of(connection, me)?)))?;
    Ok(near.iter().copied().filter(|id| mine.0.binary_search(id).is_ok()).collect())
}

/// Whether anybody in one's circle is connected with the other, whose connections these are where both have few.
fn linked(connection: &mut Connection, cache: &Cache, two: ViewerAndOther, near: Vec<i64>) -> Result<bool, Error> {
    let near = if two.are_few() { near } else { connections_of(connection, two.other)? };
    Ok(!near.is_empty() && SecondDegree::of(connection, cache, two.me)?.meets(&near))
}
