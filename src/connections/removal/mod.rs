//! Many disconnects at once: selected, reviewed, confirmed in one transaction, and undone in one. What it does to
//! each pair is what [`crate::connections::act`] does with one action; a test holds the two against each other.

mod confirm;
pub mod draft;
pub mod pages;
mod parting;
mod undo;

pub use confirm::{Confirmed, confirm, confirm_shown, shown};
pub use parting::Parting;
pub use undo::{NoRoom, undo};

use std::collections::HashSet;

use diesel::prelude::*;

use crate::connections::row::{SideRow, State};
use crate::connections::store;
use crate::db::{Connection, on_engine, owner_in};
use crate::error::Error;
use crate::ids::{MemberId, RemovalId};
use crate::members as people;
use crate::members::MemberCard;
use crate::schema::{connection_counts, relationships, removals};

/// A removal, from its draft to its undoing.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = removals)]
pub struct Removal {
    /// Its id, in its address.
    pub id: RemovalId,
    /// When the draft was begun.
    pub created_at: i64,
    skipped: String,
    /// How many were disconnected.
    pub removed: i32,
    /// When it was confirmed.
    pub confirmed_at: Option<i64>,
    /// When it was undone.
    pub undone_at: Option<i64>,
    /// How many were connected again by *Undo*.
    pub restored: i32,
    /// How, for all of them.
    #[diesel(embed)]
    pub parting: Parting,
}

impl Removal {
    /// Who was chosen, but disconnected or blocked by the member meanwhile.
    pub fn skipped(&self) -> Vec<MemberId> {
        ids(&self.skipped)
    }

    /// The day on which it was confirmed.
    pub fn day(&self) -> String {
        self.confirmed_at.map_or_else(String::new, crate::dates::long)
    }

    /// The day on which it was undone, where it was.
    pub fn undone_day(&self) -> Option<(String, String)> {
        self.undone_at.map(|at| (crate::dates::long(at), crate::dates::iso(at)))
    }

    /// The same day for `<time datetime>`.
    pub fn day_iso(&self) -> String {
        self.confirmed_at.map_or_else(String::new, crate::dates::iso)
    }
}

/// Of these, those whom the member can see, in order.
fn seen(connection: &mut Connection, me: MemberId, ids: Vec<MemberId>) -> Result<Vec<MemberId>, Error> {
    let hidden = store::unseen(me).select(relationships::other_id);
    let hidden: HashSet<MemberId> = hidden.load(connection)?.into_iter().collect();
    Ok(ids.into_iter().filter(|id| *id != me && !hidden.contains(id)).collect())
}

/// A member's own removal.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's and for a draft that was discarded.
pub fn find(connection: &mut Connection, me: MemberId, id: RemovalId) -> Result<Removal, Error> {
    let removal: Removal = removals::table.find((me, id)).select(Removal::as_select()).first(connection)?;
    let is_discarded = removal.confirmed_at.is_none() && removal.undone_at.is_some();
    if is_discarded { Err(Error::NotFound) } else { Ok(removal) }
}

/// The newest removals that were confirmed and not undone.
///
/// # Errors
/// The database's.
pub fn remembered(connection: &mut Connection, me: MemberId, most: i64) -> Result<Vec<Removal>, Error> {
    let mine = removals::table
        .filter(removals::owner_id.eq(me))
        .filter(removals::confirmed_at.is_not_null())
        .filter(removals::undone_at.is_null())
        .order(removals::id.desc());
    Ok(mine.select(Removal::as_select()).limit(most).load(connection)?)
}

fn number(of: &[MemberId]) -> i32 {
    i32::try_from(of.len()).unwrap_or(i32::MAX)
}

/// Moves the other sides, and the others' counts of connections.
fn their_sides(
    connection: &mut Connection,
    me: MemberId,
    others: &[MemberId],
    from: State,
    to: State,
    more: i32,
) -> Result<(), Error> {
    let theirs = relationships::table
        .filter(owner_in(connection, relationships::owner_id, others))
        .filter(relationships::other_id.eq(me))
        .filter(relationships::state.eq(from));
    diesel::update(theirs).set(relationships::state.eq(to)).execute(connection)?;
    let counts = connection_counts::table.filter(owner_in(connection, connection_counts::member_id, others));
    diesel::update(counts).set(store::counted(more)).execute(connection)?;
    Ok(())
}

/// Returns who was disconnected by a removal and not re-invited since.
fn still_disconnected(connection: &mut Connection, me: MemberId, id: RemovalId) -> Result<Vec<SideRow>, Error> {
    let disconnected = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(relationships::removal_id.eq(id))
        .filter(relationships::state.eq(State::Disconnected));
    Ok(on_engine!(connection, |own| disconnected.select(SideRow::as_select()).load(own))?)
}

/// How many of these members the member can see, and the first of them by name, for a page that names who. Somebody who
/// has blocked the member meanwhile is not there.
///
/// # Errors
/// The database's.
pub fn named(
    connection: &mut Connection,
    me: MemberId,
    ids: Vec<MemberId>,
    most: usize,
) -> Result<(usize, Vec<MemberCard>), Error> {
    if ids.is_empty() {
        return Ok((0, Vec::new()));
    }
    let seen = seen(connection, me, ids)?;
    Ok((seen.len(), people::persons(connection, &seen[..seen.len().min(most)])?))
}

/// Returns who was not re-invited when a removal was undone.
///
/// # Errors
/// The database's.
pub fn not_restored(connection: &mut Connection, me: MemberId, removal: &Removal) -> Result<Vec<MemberId>, Error> {
    if removal.undone_at.is_none() {
        return Ok(Vec::new());
    }
    Ok(still_disconnected(connection, me, removal.id)?.into_iter().map(|row| row.other_id).collect())
}

/// The ids that a text has.
pub(crate) fn ids(text: &str) -> Vec<MemberId> {
    text.split(',').filter_map(|id| id.parse().ok()).collect()
}

/// Ids as a text.
pub(crate) fn text(ids: &[MemberId]) -> String {
    ids.iter().map(MemberId::to_string).collect::<Vec<_>>().join(",")
}
