//! Mutual connections: whom two members both know.

use diesel::dsl::{count_star, exists, min, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable};

use crate::connections::row::State;
use crate::connections::sql_condition::IsConnected;
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::members as people;
use crate::members::{ConnectionCount, MemberCard, Profile};
use crate::schema::{connection_counts, relationships, theirs};
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
    pub fn of(me: &Viewer, other: &Profile) -> ViewerAndOther {
        ViewerAndOther { me: me.counted(), other: other.counted() }
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
    let ids: Vec<i64> = others.iter().map(|other| other.id).collect();
    let these = connection_counts::table.filter(id_in(connection, connection_counts::member_id, &ids));
    // The fewer connections of the two are looked up among the others.
    let shared = sql::<Nullable<BigInt>>("CASE WHEN connection_counts.number <= ")
        .bind::<Integer, _>(me.number.min(COUNTED))
        .sql(
            " THEN (SELECT COUNT(*) FROM relationships theirs WHERE theirs.owner_id = connection_counts.member_id \
             AND theirs.state = 4 AND theirs.removal_id IS NULL AND theirs.connected_at IS NOT NULL \
             AND EXISTS (SELECT 1 FROM relationships mine WHERE mine.owner_id = ",
        )
        .bind::<BigInt, _>(me.id)
        .sql(" AND mine.other_id = theirs.other_id AND mine.state = 4)) WHEN ")
        .bind::<Integer, _>(me.number)
        .sql(" <= ")
        .bind::<Integer, _>(COUNTED)
        .sql(" THEN (SELECT COUNT(*) FROM relationships mine WHERE mine.owner_id = ")
        .bind::<BigInt, _>(me.id)
        .sql(
            " AND mine.state = 4 AND mine.removal_id IS NULL AND mine.connected_at IS NOT NULL \
             AND EXISTS (SELECT 1 FROM relationships theirs WHERE theirs.owner_id = connection_counts.member_id \
             AND theirs.other_id = mine.other_id AND theirs.state = 4)) END",
        );
    let counted: Vec<(i64, Option<i64>)> = these.select((connection_counts::member_id, shared)).load(connection)?;
    let number = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(counted.into_iter().map(|(id, shared)| (id, shared.map(number))).collect())
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
    let also_mine = theirs
        .filter(theirs.field(relationships::owner_id).eq(me))
        .filter(theirs.field(relationships::other_id).eq(relationships::other_id))
        .filter(theirs.field(relationships::state).eq(State::Connected));
    let shared = relationships::table
        .filter(id_in(connection, relationships::owner_id, &ids))
        .filter(IsConnected)
        .filter(exists(also_mine))
        .group_by(relationships::owner_id)
        .select((relationships::owner_id, count_star(), min(relationships::other_id)));
    let rows: Vec<(i64, i64, Option<i64>)> = on_engine!(connection, |own| shared.load(own))?;
    let told = |(id, number, first)| Some((id, u32::try_from(number).unwrap_or(u32::MAX), first?));
    Ok(rows.into_iter().filter_map(told).collect())
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
    let also_theirs = theirs
        .filter(theirs.field(relationships::owner_id).eq(many))
        .filter(theirs.field(relationships::other_id).eq(relationships::other_id))
        .filter(theirs.field(relationships::state).eq(State::Connected));
    let shared = relationships::table
        .filter(relationships::owner_id.eq(few))
        .filter(IsConnected)
        .filter(exists(also_theirs))
        .order(relationships::other_id)
        .limit(most)
        .select(relationships::other_id);
    Ok(on_engine!(connection, |own| shared.load(own))?)
}
