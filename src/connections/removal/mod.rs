//! Many disconnects at once: selected, reviewed, confirmed in one transaction, and undone in one. What it does to
//! each pair is what [`crate::connections::act`] does with one action; a test holds the two against each other.

pub mod draft;
pub mod pages;

use std::collections::HashSet;

use diesel::prelude::*;

use crate::connections::row::State;
use crate::connections::store;
use crate::dates::now;
use crate::db::{self, Connection, id_in};
use crate::error::Error;
use crate::members as people;
use crate::members::MemberCard;
use crate::relationship::{Limits, Refusal};
use crate::schema::{connection_counts, members, relationships, removals};

/// A removal, from its draft to its undoing.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = removals)]
pub struct Removal {
    /// Its id, in its address.
    pub id: i64,
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
    /// Why, for oneself.
    pub private_reason: String,
    /// *They may invite me again*.
    pub may_invite_again: bool,
}

impl Removal {
    /// Who was chosen, but disconnected or blocked by the member meanwhile.
    pub fn skipped(&self) -> Vec<i64> {
        ids(&self.skipped)
    }

    /// The day on which it was confirmed.
    pub fn day(&self) -> String {
        self.confirmed_at.map_or_else(String::new, crate::dates::long)
    }
}

/// Of these, those whom the member can see, in order.
fn seen(connection: &mut Connection, me: i64, ids: Vec<i64>) -> Result<Vec<i64>, Error> {
    let hidden = store::in_state(me, State::BlockedBy).select(relationships::other_id);
    let hidden: HashSet<i64> = hidden.load(connection)?.into_iter().collect();
    Ok(ids.into_iter().filter(|id| *id != me && !hidden.contains(id)).collect())
}

/// A member's own removal.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's.
pub fn find(connection: &mut Connection, me: i64, id: i64) -> Result<Removal, Error> {
    Ok(removals::table.find((me, id)).select(Removal::as_select()).first(connection)?)
}

/// The newest removals that were confirmed and not undone.
///
/// # Errors
/// The database's.
pub fn remembered(connection: &mut Connection, me: i64, most: i64) -> Result<Vec<Removal>, Error> {
    let mine = removals::table
        .filter(removals::owner_id.eq(me))
        .filter(removals::confirmed_at.is_not_null())
        .filter(removals::undone_at.is_null())
        .order(removals::id.desc());
    Ok(mine.select(Removal::as_select()).limit(most).load(connection)?)
}

/// Disconnects everybody in a draft. Whoever has disconnected from the member meanwhile is disconnected like the others, from the member's
/// own side, so that nothing tells who they are; whom the member has disconnected or blocked meanwhile is skipped. A second
/// press changes nothing.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn confirm(
    connection: &mut Connection,
    me: i64,
    id: i64,
    may_invite_again: bool,
    reason: &str,
) -> Result<Removal, Error> {
    db::lock_members(connection, [me])?;
    let removal = find(connection, me, id)?;
    if removal.confirmed_at.is_some() {
        return Ok(removal);
    }
    let chosen = draft::everybody(connection, me, id)?;
    if chosen.is_empty() {
        return Ok(removal);
    }
    let sides = own_sides(connection, me, &chosen)?;
    let those = |wanted: &[State]| -> Vec<i64> {
        sides.iter().filter(|(_, state)| wanted.contains(state)).map(|(other, _)| *other).collect()
    };
    let (removed, connected) = (those(&[State::Connected, State::WasDisconnected]), those(&[State::Connected]));
    disconnect(connection, me, &removed, (id, may_invite_again, reason))?;
    their_side(connection, me, &connected, State::Connected, State::WasDisconnected, -1)?;
    store::count(connection, me, -number(&connected))?;
    let done: HashSet<i64> = removed.iter().copied().collect();
    let others: Vec<i64> = chosen.into_iter().filter(|id| !done.contains(id)).collect();
    draft::take_out(connection, me, id, &others)?;
    let hidden: HashSet<i64> = those(&[State::BlockedBy]).into_iter().collect();
    let skipped: Vec<i64> = others.into_iter().filter(|id| !hidden.contains(id)).collect();
    let result = (
        removals::confirmed_at.eq(now()),
        removals::removed.eq(number(&removed)),
        removals::skipped.eq(text(&skipped)),
        removals::private_reason.eq(reason),
        removals::may_invite_again.eq(may_invite_again),
    );
    diesel::update(removals::table.find((me, id))).set(result).execute(connection)?;
    find(connection, me, id)
}

fn number(of: &[i64]) -> i32 {
    i32::try_from(of.len()).unwrap_or(i32::MAX)
}

/// The states of a member's own sides toward these.
fn own_sides(connection: &mut Connection, me: i64, others: &[i64]) -> Result<Vec<(i64, State)>, Error> {
    let mine = relationships::table.filter(relationships::owner_id.eq(me)).filter(id_in(
        connection,
        relationships::other_id,
        others,
    ));
    Ok(mine.select((relationships::other_id, relationships::state)).load(connection)?)
}

/// Disconnects the own sides toward these, which have been read under the same lock; see [`restore`].
fn disconnect(
    connection: &mut Connection,
    me: i64,
    others: &[i64],
    (id, may_invite_again, reason): (i64, bool, &str),
) -> Result<(), Error> {
    let mine = relationships::table.filter(relationships::owner_id.eq(me)).filter(id_in(
        connection,
        relationships::other_id,
        others,
    ));
    let disconnected = (
        relationships::state.eq(State::Disconnected),
        relationships::may_invite_again.eq(may_invite_again),
        relationships::changed_at.eq(now()),
        relationships::private_reason.eq(reason),
        relationships::removal_id.eq(id),
    );
    diesel::update(mine).set(disconnected).execute(connection)?;
    Ok(())
}

/// Moves the other sides, and the others' counts of connections.
fn their_side(
    connection: &mut Connection,
    me: i64,
    others: &[i64],
    from: State,
    to: State,
    more: i32,
) -> Result<(), Error> {
    let theirs = relationships::table
        .filter(id_in(connection, relationships::owner_id, others))
        .filter(relationships::other_id.eq(me))
        .filter(relationships::state.eq(from));
    diesel::update(theirs).set(relationships::state.eq(to)).execute(connection)?;
    let counts = connection_counts::table.filter(id_in(connection, connection_counts::member_id, others));
    diesel::update(counts).set(store::counted(more)).execute(connection)?;
    Ok(())
}

/// Returns who was disconnected by a removal and not re-invited since.
fn still_disconnected(connection: &mut Connection, me: i64, id: i64) -> Result<Vec<i64>, Error> {
    let disconnected = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(relationships::removal_id.eq(id))
        .filter(relationships::state.eq(State::Disconnected));
    Ok(disconnected.select(relationships::other_id).load(connection)?)
}

/// Restores every connection that re-inviting restores at once. Whoever has to be asked first stays as they are, be it that
/// they disconnected too or that they wish to be asked, since one must not be told from the other. A second press changes nothing.
///
/// # Errors
/// [`Error::NotFound`], or the database's. A [`Refusal`] is an answer: there may be no room for them any more.
pub fn undo(connection: &mut Connection, limits: &Limits, me: i64, id: i64) -> Result<Result<Removal, Refusal>, Error> {
    db::lock_members(connection, [me])?;
    let removal = find(connection, me, id)?;
    if removal.confirmed_at.is_none() || removal.undone_at.is_some() {
        return Ok(Ok(removal));
    }
    crate::connections::save_expired(connection, limits, me, id)?;
    let disconnected = still_disconnected(connection, me, id)?;
    let back = restorable(connection, me, &disconnected)?;
    let have = u32::try_from(store::number_of(connection, me)?).unwrap_or(0);
    if have as usize + back.len() > limits.connections as usize {
        return Ok(Err(Refusal::TooManyConnections { have, limit: limits.connections }));
    }
    restore(connection, me, &back)?;
    their_side(connection, me, &back, State::WasDisconnected, State::Connected, 1)?;
    store::count(connection, me, number(&back))?;
    let result = (removals::undone_at.eq(now()), removals::restored.eq(number(&back)));
    diesel::update(removals::table.find((me, id))).set(result).execute(connection)?;
    Ok(Ok(find(connection, me, id)?))
}

/// Of these, those who have not disconnected too and do not ask to be asked first.
fn restorable(connection: &mut Connection, me: i64, others: &[i64]) -> Result<Vec<i64>, Error> {
    let back = relationships::table
        .inner_join(members::table.on(members::id.eq(relationships::owner_id)))
        .filter(id_in(connection, relationships::owner_id, others))
        .filter(relationships::other_id.eq(me))
        .filter(relationships::state.eq(State::WasDisconnected))
        .filter(members::asks_before_reinvite.eq(false))
        .filter(relationships::declined_until.is_null().or(relationships::declined_until.le(now())));
    Ok(back.select(relationships::owner_id).load(connection)?)
}

/// Connects the member's own sides again. These have been read as disconnected under the same lock, so the state is not asked for
/// once more: PostgreSQL, which expects a handful of rows in it, would compare each with each.
fn restore(connection: &mut Connection, me: i64, others: &[i64]) -> Result<(), Error> {
    let these = id_in(connection, relationships::other_id, others);
    let mine = relationships::table.filter(relationships::owner_id.eq(me)).filter(these);
    let connected = (
        relationships::state.eq(State::Connected),
        relationships::may_invite_again.eq(false),
        relationships::changed_at.eq(diesel::dsl::sql::<diesel::sql_types::BigInt>("connected_at")),
        relationships::private_reason.eq(""),
        relationships::removal_id.eq(None::<i64>),
    );
    diesel::update(mine).set(connected).execute(connection)?;
    Ok(())
}

/// How many of these members the member can see, and the first of them by name, for a page that names who. Somebody who
/// has blocked the member meanwhile is not there.
///
/// # Errors
/// The database's.
pub fn named(
    connection: &mut Connection,
    me: i64,
    ids: Vec<i64>,
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
pub fn not_restored(connection: &mut Connection, me: i64, removal: &Removal) -> Result<Vec<i64>, Error> {
    if removal.undone_at.is_none() {
        return Ok(Vec::new());
    }
    still_disconnected(connection, me, removal.id)
}

fn ids(text: &str) -> Vec<i64> {
    text.split(',').filter_map(|id| id.parse().ok()).collect()
}

fn text(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}
