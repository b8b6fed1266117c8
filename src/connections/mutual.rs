//! Mutual connections: whom two members both know.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::connections::shared::{self, Owners};
use crate::connections::sql_condition::IsConnected;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::members as people;
use crate::members::{ConnectionCount, MemberCard};
use crate::schema::relationships;
use crate::web::pagination::{Cursor, ListPage, PageRequest};
use crate::web::viewer::Viewer;

/// Connections of somebody who has many that are looked for in one's circle, to tell the 3rd degree.
const LOOKED_AT: i64 = 100;
/// What two share is counted for a card where either has no more connections than this.
const COUNTED: i32 = 1_000;
/// Connections that are read one by one.
pub const MAX_SHORT: i32 = 500;

/// Two members: the one who looks, and another.
#[derive(Debug, Clone, Copy)]
pub struct ViewerAndOther {
    /// The one who looks.
    pub me: ConnectionCount,
    /// The other.
    pub other: ConnectionCount,
}

impl ViewerAndOther {
    /// The one who looks, and another.
    pub fn of(me: &Viewer, other: ConnectionCount) -> ViewerAndOther {
        ViewerAndOther { me: me.counted(), other }
    }

    /// Whether both have few connections.
    pub fn are_few(self) -> bool {
        self.me.number <= MAX_SHORT && self.other.number <= MAX_SHORT
    }
}

/// Whom two members both know: how many, and the first of them.
///
/// # Errors
/// The database's.
pub fn mutual(
    connection: &mut Connection,
    two: ViewerAndOther,
    most: usize,
) -> Result<(usize, Vec<MemberCard>), Error> {
    let ids = mutual_ids(connection, two.me, two.other, i64::MAX)?;
    let first = people::persons(connection, &ids[..ids.len().min(most)])?;
    Ok((ids.len(), first))
}

/// A page of whom two members both know.
///
/// # Errors
/// The database's.
pub fn page(connection: &mut Connection, two: ViewerAndOther, at: &PageRequest) -> Result<ListPage<MemberCard>, Error> {
    let ids = mutual_ids(connection, two.me, two.other, i64::MAX)?;
    let fetch = |at: &PageRequest| {
        let (ids, most) = (ids.iter().copied(), usize::try_from(at.limit()).unwrap_or(0));
        let some: Vec<i64> = match at.cursor() {
            None => ids.take(most).collect(),
            Some((from, false)) => ids.filter(|id| *id > from.id).take(most).collect(),
            Some((from, true)) => ids.rev().filter(|id| *id < from.id).take(most).collect(),
        };
        people::persons(connection, &some)
    };
    let cursor = |person: &MemberCard| Cursor { key: String::new(), id: person.id };
    ListPage::read(at, ids.len() as i64, Cursor::last_name(), fetch, cursor)
}

/// Counts for each of these members how many connections they share with `me`; not where both have more than [`COUNTED`].
///
/// # Errors
/// The database's.
pub fn shared_with(
    connection: &mut Connection,
    me: ConnectionCount,
    others: &[ConnectionCount],
) -> Result<Vec<(i64, Option<u32>)>, Error> {
    if others.is_empty() {
        return Ok(Vec::new());
    }
    // The fewer connections of the two are looked up among the others.
    let (fewer, more): (Vec<_>, Vec<_>) = others.iter().partition(|other| other.number <= me.number.min(COUNTED));
    let ids = |these: &[&ConnectionCount]| these.iter().map(|other| other.id).collect::<Vec<i64>>();
    let (fewer, more) = (ids(&fewer), ids(&more));
    let mut counted = HashMap::new();
    if !fewer.is_empty() {
        let rows = shared::counted(connection, &Owners::Each(&fewer), &Owners::One(me.id))?;
        counted.extend(rows.into_iter().map(|(id, number, _)| (id, number)));
    }
    let is_told = me.number <= COUNTED;
    if is_told && !more.is_empty() {
        let rows = shared::counted(connection, &Owners::One(me.id), &Owners::Each(&more))?;
        counted.extend(rows.into_iter().map(|(id, number, _)| (id, number)));
    }
    let number = |id| counted.get(&id).map_or(0, |number| u32::try_from(*number).unwrap_or(u32::MAX));
    let told = fewer.into_iter().map(|id| (id, Some(number(id))));
    Ok(told.chain(more.into_iter().map(|id| (id, is_told.then(|| number(id))))).collect())
}

/// Counts for each of these members how many connections they share with `me`, and gives the first of those in the order
/// of the ids. Of a member who has more than [`MAX_SHORT`] connections nothing is told, nor of one who shares none.
///
/// # Errors
/// The database's.
pub fn first_shared(
    connection: &mut Connection,
    me: i64,
    others: &[ConnectionCount],
) -> Result<Vec<(i64, u32, i64)>, Error> {
    let ids: Vec<i64> = others.iter().filter(|other| other.number <= MAX_SHORT).map(|other| other.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = shared::counted(connection, &Owners::Each(&ids), &Owners::One(me))?;
    Ok(rows.into_iter().map(|(id, number, first)| (id, u32::try_from(number).unwrap_or(u32::MAX), first)).collect())
}

/// Whether two members have a connection in common.
///
/// # Errors
/// The database's.
pub fn have_mutual(connection: &mut Connection, me: ConnectionCount, other: ConnectionCount) -> Result<bool, Error> {
    Ok(!mutual_ids(connection, me, other, 1)?.is_empty())
}

/// The connections of a member in the order of their ids; the first [`LOOKED_AT`] of a member who has more than [`MAX_SHORT`].
///
/// # Errors
/// The database's.
pub fn connections_of(connection: &mut Connection, member: ConnectionCount) -> Result<Vec<i64>, Error> {
    let all = relationships::table
        .filter(relationships::owner_id.eq(member.id))
        .filter(IsConnected)
        .order(relationships::other_id)
        .limit(if member.number > MAX_SHORT { LOOKED_AT } else { i64::MAX })
        .select(relationships::other_id);
    Ok(on_engine!(connection, |own| all.load(own))?)
}

/// Whom two members are both connected with, at most so many: each connection of the one looked up among the other's.
///
/// # Errors
/// The database's.
pub fn mutual_ids(
    connection: &mut Connection,
    a: ConnectionCount,
    b: ConnectionCount,
    most: i64,
) -> Result<Vec<i64>, Error> {
    let (few, many) = if a.number <= b.number { (a.id, b.id) } else { (b.id, a.id) };
    shared::ids(connection, few, many, most)
}
