//! *Undo* of a removal: the rule of the re-invite over all of it, saved by set-based statements.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::connections::refusal::sentence;
use crate::connections::removal::{Removal, find, number, still_disconnected, their_sides};
use crate::connections::row::{SideRow, State};
use crate::connections::store;
use crate::dates::now;
use crate::db::{self, Connection, id_in, on_engine, owner_in};
use crate::error::Error;
use crate::ids::{MemberId, RemovalId};
use crate::language::{number as number_of, tnf};
use crate::relationship::{Facts, Limits, OtherMember, Records, Refusal, Reinvite};
use crate::schema::{members, relationships, removals};

/// Pairs whose rows are in memory at once.
const GROUP_SIZE: usize = 5_000;

/// There is no room for all whom *Undo* would bring back, so nothing is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRoom {
    needed: usize,
    have: u32,
    limit: u32,
}

impl NoRoom {
    /// The refusal that it is to the rules.
    pub fn refusal(self) -> Refusal {
        Refusal::TooManyConnections { have: self.have, limit: self.limit }
    }

    /// Says how many connections there are, how many places are needed and how many are free.
    pub fn sentence(self) -> String {
        let needed = tnf(
            self.needed,
            "It takes {n} place to bring them back; free places: {free}.",
            "It takes {n} places to bring them back; free places: {free}.",
            number_of(self.limit.saturating_sub(self.have)),
        );
        format!("{} {needed}", sentence(self.refusal(), ""))
    }
}

/// Restores every connection that re-inviting restores at once. Whoever has to be asked first stays as they are, be it that
/// they disconnected too or that they wish to be asked, since one must not be told from the other. Where that is everybody, the
/// removal is not undone. A second press changes nothing.
///
/// # Errors
/// [`Error::NotFound`], or the database's. [`NoRoom`] is an answer: there may be no room for them any more.
pub fn undo(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    id: RemovalId,
) -> Result<Result<Removal, NoRoom>, Error> {
    db::lock_members(connection, [me])?;
    let removal = find(connection, me, id)?;
    if removal.confirmed_at.is_none() || removal.undone_at.is_some() {
        return Ok(Ok(removal));
    }
    crate::connections::save_expired(connection, limits, me, id)?;
    let disconnected = still_disconnected(connection, me, id)?;
    let is_over = disconnected.is_empty();
    let back = restorable(connection, limits, me, disconnected)?;
    if back.is_empty() && !is_over {
        return Ok(Ok(removal));
    }
    let have = u32::try_from(store::number_of(connection, me)?).unwrap_or(0);
    if have as usize + back.len() > limits.connections as usize {
        return Ok(Err(NoRoom { needed: back.len(), have, limit: limits.connections }));
    }
    restore(connection, me, &back)?;
    their_sides(connection, me, &back, State::WasDisconnected, State::Connected, 1)?;
    store::count(connection, me, number(&back))?;
    let result = (removals::undone_at.eq(now()), removals::restored.eq(number(&back)));
    diesel::update(removals::table.find((me, id))).set(result).execute(connection)?;
    Ok(Ok(find(connection, me, id)?))
}

/// Returns of these own rows those whose connection a re-invite restores at once, as the rules say for each.
fn restorable(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    mine: Vec<SideRow>,
) -> Result<Vec<MemberId>, Error> {
    let facts = Facts::unneeded(now(), *limits);
    let mut found = Vec::new();
    for group in mine.chunks(GROUP_SIZE) {
        let mut theirs = their_rows(connection, me, group)?;
        for mine in group {
            let Some((theirs, asks_before_reinvite)) = theirs.remove(&mine.other_id) else { continue };
            let facts = Facts { other: OtherMember { asks_before_reinvite, ..facts.other }, ..facts };
            let records = Records { mine: mine.record(), theirs: theirs.record() };
            if records.reinvite(&facts) == Some(Reinvite::Restores) {
                found.push(mine.other_id);
            }
        }
    }
    Ok(found)
}

/// Returns the others' rows, by their owners, and whether each asks before somebody who disconnected comes back.
fn their_rows(
    connection: &mut Connection,
    me: MemberId,
    mine: &[SideRow],
) -> Result<HashMap<MemberId, (SideRow, bool)>, Error> {
    let others: Vec<MemberId> = mine.iter().map(|row| row.other_id).collect();
    let rows = relationships::table
        .inner_join(members::table.on(members::id.eq(relationships::owner_id)))
        .filter(owner_in(connection, relationships::owner_id, &others))
        .filter(relationships::other_id.eq(me));
    let asks = members::asks_before_reinvite;
    let rows: Vec<(SideRow, bool)> = on_engine!(connection, |own| rows.select((SideRow::as_select(), asks)).load(own))?;
    Ok(rows.into_iter().map(|(row, asks)| (row.owner_id, (row, asks))).collect())
}

/// Connects the member's own sides again. These have been read as disconnected under the same lock, so the state is not asked for
/// once more: PostgreSQL, which expects a handful of rows in it, would compare each with each.
fn restore(connection: &mut Connection, me: MemberId, others: &[MemberId]) -> Result<(), Error> {
    let these = id_in(connection, relationships::other_id, others);
    let mine = relationships::table.filter(relationships::owner_id.eq(me)).filter(these);
    let connected = (
        relationships::state.eq(State::Connected),
        relationships::may_invite_again.eq(false),
        relationships::changed_at.eq(diesel::dsl::sql::<diesel::sql_types::BigInt>("connected_at")),
        relationships::private_reason.eq(""),
        relationships::removal_id.eq(None::<RemovalId>),
    );
    diesel::update(mine).set(connected).execute(connection)?;
    Ok(())
}
