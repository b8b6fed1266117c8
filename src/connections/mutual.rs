//! Mutual connections and degrees: how near two members are.

use super::store;
use crate::db::Connection;
use crate::error::Error;
use crate::members::{self as people, Person};

/// Connections of each of the two that are looked at for the 3rd degree, the newest first, so that two hubs cost
/// a bounded number of look-ups.
const LOOKED_AT: i64 = 200;

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
            Degree::First => "1st",
            Degree::Second => "2nd",
            Degree::Third => "3rd",
            Degree::None => "",
        }
    }
}

/// How many connections two members share, and the first few of them.
///
/// # Errors
/// The database's.
pub fn mutual(connection: &mut Connection, a: i64, b: i64, most: usize) -> Result<(usize, Vec<Person>), Error> {
    let (few, many) = store::fewer_first(connection, a, b)?;
    let ids = store::mutual_ids(connection, few, many, i64::MAX)?;
    let first = people::persons(connection, &ids[..ids.len().min(most)])?;
    Ok((ids.len(), first))
}

/// How near two members are, given whether they are connected and how many connections they share.
///
/// # Errors
/// The database's.
pub fn degree(
    connection: &mut Connection,
    (me, other): (i64, i64),
    connected: bool,
    shared: usize,
) -> Result<Degree, Error> {
    if connected {
        return Ok(Degree::First);
    }
    if shared > 0 {
        return Ok(Degree::Second);
    }
    let (few, many) = store::fewer_first(connection, me, other)?;
    let near = store::linked(connection, few, many, LOOKED_AT)?;
    Ok(if near { Degree::Third } else { Degree::None })
}
