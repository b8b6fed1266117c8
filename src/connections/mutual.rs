//! Mutual connections: whom two members both know.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use crate::cache::{Cache, Cached};
use crate::connections::shared::{self, Owners};
use crate::connections::sql_condition::IsConnected;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
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

    /// Whether the other has few connections.
    pub fn other_has_few(self) -> bool {
        self.other.number <= MAX_SHORT
    }
}

/// The connections of a member, in the order of the ids.
#[derive(Debug)]
pub struct ConnectionIds(Vec<MemberId>);

impl Cached for ConnectionIds {
    const SECONDS: i64 = 60;

    fn took_long(&self) -> bool {
        true
    }

    fn bytes(&self) -> usize {
        self.0.len() * size_of::<MemberId>()
    }
}

impl ConnectionIds {
    /// Returns the connections of a member.
    ///
    /// # Errors
    /// The database's.
    pub fn of(connection: &mut Connection, cache: &Cache, member: ConnectionCount) -> Result<Arc<Self>, Error> {
        cache.get_or_read(member, |id| {
            let all = relationships::table.filter(relationships::owner_id.eq(id)).filter(IsConnected);
            let all = all.order(relationships::other_id).select(relationships::other_id);
            Ok(ConnectionIds(on_engine!(connection, |own| all.load(own))?))
        })
    }

    /// Whether a member is among them.
    pub fn has(&self, id: MemberId) -> bool {
        self.0.binary_search(&id).is_ok()
    }

    /// Returns the ids, in order.
    pub fn ids(&self) -> &[MemberId] {
        &self.0
    }

    /// Returns those who are among others as well, which are in order.
    fn shared(&self, others: &[MemberId]) -> Vec<MemberId> {
        let (mut shared, mut others) = (Vec::new(), others.iter().peekable());
        for id in &self.0 {
            while others.next_if(|other| *other < id).is_some() {}
            shared.extend(others.next_if_eq(&id));
        }
        shared
    }
}

/// A page of whom two members both know.
///
/// # Errors
/// The database's.
pub fn page(
    connection: &mut Connection,
    cache: &Cache,
    two: ViewerAndOther,
    at: &PageRequest,
) -> Result<ListPage<MemberCard>, Error> {
    let ids = mutual_ids(connection, cache, two.me, two.other)?;
    let fetch = |at: &PageRequest| {
        let (ids, most) = (ids.iter().copied(), usize::try_from(at.limit()).unwrap_or(0));
        let some: Vec<MemberId> = match at.cursor() {
            None => ids.take(most).collect(),
            Some((from, false)) => ids.filter(|id| id.get() > from.id).take(most).collect(),
            Some((from, true)) => ids.rev().filter(|id| id.get() < from.id).take(most).collect(),
        };
        people::persons(connection, &some)
    };
    let cursor = |person: &MemberCard| Cursor { key: String::new(), id: person.id.get() };
    ListPage::read(at, ids.len() as i64, Cursor::last_name(), fetch, cursor)
}

/// How many rows are read to compare a member's connections: none where they are kept.
pub fn walked(cache: &Cache, me: ConnectionCount) -> i32 {
    if cache.get::<ConnectionIds>(me).is_some() { 0 } else { me.number }
}

/// How many connections two members share, and the first of those in the order of the ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedCount {
    /// How many.
    pub number: u32,
    /// The first of them; 0 where there is none.
    pub first: MemberId,
}

/// Counts for each of these members how many connections they share with `me`; not where both have more than [`COUNTED`].
///
/// # Errors
/// The database's.
pub fn shared_with(
    connection: &mut Connection,
    me: ConnectionCount,
    others: &[ConnectionCount],
) -> Result<Vec<(MemberId, Option<SharedCount>)>, Error> {
    // The fewer connections of the two are looked up among the others.
    let (fewer, more): (Vec<_>, Vec<_>) = others.iter().partition(|other| other.number <= me.number.min(COUNTED));
    let ids = |these: &[&ConnectionCount]| these.iter().map(|other| other.id).collect::<Vec<MemberId>>();
    let (fewer, more) = (ids(&fewer), ids(&more));
    let mut rows = Vec::new();
    if !fewer.is_empty() {
        rows.extend(shared::counted(connection, &Owners::Each(&fewer), &Owners::One(me.id))?);
    }
    let is_told = me.number <= COUNTED;
    if is_told && !more.is_empty() {
        rows.extend(shared::counted(connection, &Owners::One(me.id), &Owners::Each(&more))?);
    }
    let count = |(id, number, first)| (id, SharedCount { number: u32::try_from(number).unwrap_or(u32::MAX), first });
    let counted: HashMap<MemberId, SharedCount> = rows.into_iter().map(count).collect();
    let of = |id| counted.get(&id).copied().unwrap_or(SharedCount { number: 0, first: MemberId::NOBODY });
    let told = fewer.into_iter().map(|id| (id, Some(of(id))));
    Ok(told.chain(more.into_iter().map(|id| (id, is_told.then(|| of(id))))).collect())
}

/// Whether two members have a connection in common.
///
/// # Errors
/// The database's.
pub fn have_mutual(connection: &mut Connection, me: ConnectionCount, other: ConnectionCount) -> Result<bool, Error> {
    let (few, many) = ordered(me, other);
    Ok(!shared::ids(connection, few.id, many.id, 1)?.is_empty())
}

/// The connections of a member in the order of their ids; the first [`LOOKED_AT`] of a member who has more than [`MAX_SHORT`].
///
/// # Errors
/// The database's.
pub fn connections_of(connection: &mut Connection, member: ConnectionCount) -> Result<Vec<MemberId>, Error> {
    let all = relationships::table
        .filter(relationships::owner_id.eq(member.id))
        .filter(IsConnected)
        .order(relationships::other_id)
        .limit(if member.number > MAX_SHORT { LOOKED_AT } else { i64::MAX })
        .select(relationships::other_id);
    Ok(on_engine!(connection, |own| all.load(own))?)
}

/// Whom two members are both connected with, in the order of the ids: each connection of the one is looked up among the other's.
/// Two long lists are kept, and compared here.
///
/// # Errors
/// The database's.
pub fn mutual_ids(
    connection: &mut Connection,
    cache: &Cache,
    a: ConnectionCount,
    b: ConnectionCount,
) -> Result<Vec<MemberId>, Error> {
    let (few, many) = ordered(a, b);
    if few.number <= MAX_SHORT {
        return shared::ids(connection, few.id, many.id, i64::MAX);
    }
    let many = ConnectionIds::of(connection, cache, many)?;
    Ok(ConnectionIds::of(connection, cache, few)?.shared(many.ids()))
}

/// The one who has fewer connections first.
fn ordered(a: ConnectionCount, b: ConnectionCount) -> (ConnectionCount, ConnectionCount) {
    if a.number <= b.number { (a, b) } else { (b, a) }
}
