//! The degree: how near two members are.

use crate::cache::Cache;
use crate::connections::mutual::{ConnectionIds, ViewerAndOther, connections_of, mutual_ids};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
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
    // A short list is compared with one's own here; a long one is what each of one's own is looked up in.
    let near = if two.other_has_few() { connections_of(connection, two.other)? } else { Vec::new() };
    let ids = match two.other_has_few() {
        true => shared(connection, cache, two.me, &near)?,
        false => mutual_ids(connection, cache, two.me, two.other)?,
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
fn shared(
    connection: &mut Connection,
    cache: &Cache,
    me: ConnectionCount,
    near: &[MemberId],
) -> Result<Vec<MemberId>, Error> {
    let mine = ConnectionIds::of(connection, cache, me)?;
    Ok(near.iter().copied().filter(|id| mine.has(*id)).collect())
}

/// Whether anybody in one's circle is connected with the other, whose connections these are where they have few.
fn linked(connection: &mut Connection, cache: &Cache, two: ViewerAndOther, near: Vec<MemberId>) -> Result<bool, Error> {
    let near = if two.other_has_few() { near } else { connections_of(connection, two.other)? };
    Ok(!near.is_empty() && SecondDegree::of(connection, cache, two.me)?.meets(&near))
}
