//! Confirming a removal: many disconnects, by set-based statements.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::connections::removal::{Parting, Removal, draft, find, number, text, their_sides};
use crate::connections::row::State;
use crate::connections::store;
use crate::dates::now;
use crate::db::{self, Connection, id_in};
use crate::error::Error;
use crate::ids::{MemberId, RemovalId};
use crate::schema::{relationships, removals};
use crate::text::digest;

/// What confirming a review has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// They are disconnected, now or by an earlier press.
    Done,
    /// Others stand in the draft than on the page that was confirmed. Nobody is disconnected; what was typed is kept.
    Changed,
}

/// Names those who stand in a draft as its owner sees it, for the form of a review.
pub fn shown(ids: &[MemberId]) -> String {
    digest::of_ids(ids.iter().map(|id| id.get()))
}

/// Confirms a draft as a review has shown it. Whoever left the member meanwhile makes no difference; whoever cannot be seen any
/// more makes the one that loading the page again makes, whatever the cause.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn confirm_shown(
    connection: &mut Connection,
    me: MemberId,
    (id, shown): (RemovalId, &str),
    parting: &Parting,
) -> Result<Confirmed, Error> {
    db::lock_members(connection, [me])?;
    if find(connection, me, id)?.confirmed_at.is_none() && self::shown(&draft::seen(connection, me, id)?) != shown {
        diesel::update(removals::table.find((me, id))).set(parting).execute(connection)?;
        return Ok(Confirmed::Changed);
    }
    confirm(connection, me, id, parting)?;
    Ok(Confirmed::Done)
}

/// Disconnects everybody in a draft. Whoever has disconnected from the member meanwhile is disconnected like the others, from the member's
/// own side, so that nothing tells who they are; whom the member has disconnected or blocked meanwhile is skipped. A second
/// press changes nothing.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn confirm(connection: &mut Connection, me: MemberId, id: RemovalId, parting: &Parting) -> Result<Removal, Error> {
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
    let those = |wanted: &[State]| -> Vec<MemberId> {
        sides.iter().filter(|(_, state)| wanted.contains(state)).map(|(other, _)| *other).collect()
    };
    let (removed, connected) = (those(&[State::Connected, State::WasDisconnected]), those(&[State::Connected]));
    disconnect(connection, me, &removed, (id, parting))?;
    their_sides(connection, me, &connected, State::Connected, State::WasDisconnected, -1)?;
    store::count(connection, me, -number(&connected))?;
    let done: HashSet<MemberId> = removed.iter().copied().collect();
    let others: Vec<MemberId> = chosen.into_iter().filter(|id| !done.contains(id)).collect();
    draft::take_out(connection, me, id, &others)?;
    let skipped = those(&[State::Disconnected, State::Blocked]);
    let result = (
        removals::confirmed_at.eq(now()),
        removals::removed.eq(number(&removed)),
        removals::skipped.eq(text(&skipped)),
        parting,
    );
    diesel::update(removals::table.find((me, id))).set(result).execute(connection)?;
    find(connection, me, id)
}

/// The states of a member's own sides toward these.
fn own_sides(connection: &mut Connection, me: MemberId, others: &[MemberId]) -> Result<Vec<(MemberId, State)>, Error> {
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
    me: MemberId,
    others: &[MemberId],
    (id, parting): (RemovalId, &Parting),
) -> Result<(), Error> {
    let mine = relationships::table.filter(relationships::owner_id.eq(me)).filter(id_in(
        connection,
        relationships::other_id,
        others,
    ));
    let disconnected = (
        relationships::state.eq(State::Disconnected),
        relationships::may_invite_again.eq(parting.may_invite_again),
        relationships::changed_at.eq(now()),
        relationships::private_reason.eq(&parting.private_reason),
        relationships::removal_id.eq(id),
    );
    diesel::update(mine).set(disconnected).execute(connection)?;
    Ok(())
}
