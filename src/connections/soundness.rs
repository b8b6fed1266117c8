//! Whether every two rows stand as the rules let two members stand, and what is made of those that do not. Only damage from
//! outside leads there: a backup that mixes two moments, or somebody who changed rows by hand.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, SmallInt};
use diesel::{QueryableByName, sql_query};

use super::row::{Row, Rows, State, StoredPrior, side};
use super::store;
use crate::db::{self, Connection, on_engine};
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::relationship::Pair;

/// Pairs that are found in one go.
pub const MOST: i64 = 1_000;

/// Two rows that stand as no action leads to; where there is no row, a stranger's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Illegal {
    /// One member.
    #[diesel(sql_type = BigInt)]
    pub one: MemberId,
    /// The other.
    #[diesel(sql_type = BigInt)]
    pub other: MemberId,
    #[diesel(sql_type = SmallInt)]
    mine: i16,
    #[diesel(sql_type = SmallInt)]
    theirs: i16,
}

impl Illegal {
    /// Returns how the two stand, each in a word.
    pub fn states(&self) -> (String, String) {
        (word(self.mine), word(self.theirs))
    }
}

fn word(number: i16) -> String {
    State::of_number(number.into()).map_or_else(|| format!("state {number}"), |state| format!("{state:?}"))
}

/// Finds pairs that are not legal, up to a thousand.
///
/// # Errors
/// The database's.
pub fn illegal(connection: &mut Connection) -> Result<Vec<Illegal>, Error> {
    let legal: Vec<String> = legal().map(|(mine, theirs)| format!("({mine}, {theirs})")).collect();
    // Both rows of a pair are brought together by grouping, and not by a join of two owners, which a cluster refuses.
    let sql = format!(
        "SELECT * FROM (SELECT CASE WHEN owner_id < other_id THEN owner_id ELSE other_id END AS one, \
         CASE WHEN owner_id < other_id THEN other_id ELSE owner_id END AS other, \
         CAST(COALESCE(MAX(CASE WHEN owner_id <= other_id THEN state END), 0) AS SMALLINT) AS mine, \
         CAST(COALESCE(MAX(CASE WHEN owner_id > other_id THEN state END), 0) AS SMALLINT) AS theirs \
         FROM relationships GROUP BY 1, 2) pairs \
         WHERE one = other OR (mine, theirs) NOT IN (VALUES {}) ORDER BY one, other LIMIT {MOST}",
        legal.join(", ")
    );
    Ok(on_engine!(connection, |own| sql_query(sql).load(own))?)
}

/// Returns how two stand now, each in a word; where there is no row, as strangers.
///
/// # Errors
/// The database's.
pub fn now(connection: &mut Connection, pair: &Illegal) -> Result<(String, String), Error> {
    let between = Between { viewer: pair.one, other: pair.other };
    let mut word = |between| -> Result<String, Error> {
        let row = store::row(connection, between)?;
        Ok(format!("{:?}", row.map_or(State::Stranger, |row| row.state)))
    };
    Ok((word(between)?, word(between.turned())?))
}

fn states() -> impl Iterator<Item = State> + Clone {
    (0..=i64::from(State::WasDisconnectedHidden as i16)).filter_map(State::of_number)
}

/// The numbers of two states that may stand together.
fn legal() -> impl Iterator<Item = (i16, i16)> {
    let both = states().flat_map(|mine| states().map(move |theirs| (mine, theirs)));
    both.filter(|(mine, theirs)| is_legal(*mine, *theirs)).map(|(mine, theirs)| (mine as i16, theirs as i16))
}

fn is_legal(mine: State, theirs: State) -> bool {
    let side = |state: State| side(state.shown(), StoredPrior::Nothing, false);
    Pair { mine: side(mine), theirs: side(theirs) }.is_legal()
}

/// Makes a pair legal, so that nobody sees more of the other than they would have: a block and a disconnect hold, the row of
/// a connection that is missing on one side is made anew, and anything else makes the two strangers. Private notes, tags and
/// messages stay. A pair that has become legal meanwhile is left alone.
///
/// # Errors
/// The database's.
pub fn mend(connection: &mut Connection, illegal: &Illegal) -> Result<(), Error> {
    let (one, other) = (illegal.one, illegal.other);
    if one == other {
        return forget(connection, Between { viewer: one, other });
    }
    let between = Between { viewer: one, other };
    if db::lock_members(connection, [one, other]).is_err() {
        // One of the two is not there any more.
        forget(connection, between)?;
        return forget(connection, between.turned());
    }
    // What says nothing cannot be read as a row either.
    let unknown = clear_unknown(connection, between)? + clear_unknown(connection, between.turned())? > 0;
    let stored = (store::row(connection, between)?, store::row(connection, between.turned())?);
    let mut rows = Rows::of(between, stored);
    if !unknown && is_legal(rows.mine.state, rows.theirs.state) {
        return Ok(());
    }
    let (mine, theirs) = mended(rows.mine.state, rows.theirs.state, unknown);
    let since = rows.mine.connected_at.or(rows.theirs.connected_at);
    put(&mut rows.mine, mine, since);
    put(&mut rows.theirs, theirs, since);
    store::hide_leaver(connection, &mut rows.mine)?;
    store::hide_leaver(connection, &mut rows.theirs)?;
    store::save(connection, &rows)
}

/// Makes a stranger of a side whose state is none. Returns whether it was, as a number.
fn clear_unknown(connection: &mut Connection, Between { viewer: owner, other }: Between) -> Result<usize, Error> {
    let known: Vec<String> = states().map(|state| (state as i16).to_string()).collect();
    let sql = format!(
        "UPDATE relationships SET state = 0 WHERE owner_id = {owner} AND other_id = {other} AND state NOT IN ({})",
        known.join(", ")
    );
    Ok(on_engine!(connection, |own| sql_query(sql).execute(own))?)
}

fn forget(connection: &mut Connection, Between { viewer: owner, other }: Between) -> Result<(), Error> {
    let sql = format!("DELETE FROM relationships WHERE owner_id = {owner} AND other_id = {other}");
    on_engine!(connection, |own| sql_query(sql).execute(own))?;
    Ok(())
}

fn put(row: &mut Row, state: State, since: Option<i64>) {
    if row.state.shown() == state {
        return;
    }
    row.state = state;
    row.prior = StoredPrior::Nothing;
    row.may_invite_again &= state == State::Disconnected;
    row.changed_at = row.changed_at.max(1);
    row.invited_at = None;
    row.invitation_note = String::new();
    if state == State::Connected {
        row.connected_at = since.or(Some(row.changed_at));
    }
}

/// Returns how two stand whose states contradict each other, or one of whom had a state that is none: that one may have ended
/// what the other has, so they are no connection.
fn mended(mine: State, theirs: State, unknown: bool) -> (State, State) {
    use State::{Blocked, BlockedBy, Connected, Disconnected, Stranger, WasDisconnected};
    match (mine.shown(), theirs.shown()) {
        (Blocked, _) => (Blocked, BlockedBy),
        (_, Blocked) => (BlockedBy, Blocked),
        (Disconnected, _) | (Connected, WasDisconnected) => (Disconnected, WasDisconnected),
        (_, Disconnected) | (WasDisconnected, Connected) => (WasDisconnected, Disconnected),
        (Connected, Stranger) | (Stranger, Connected) if !unknown => (Connected, Connected),
        _ => (Stranger, Stranger),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_mended_is_legal() {
        for mine in states() {
            for theirs in states() {
                for unknown in [false, true] {
                    let (mine, theirs) = mended(mine, theirs, unknown);
                    assert!(is_legal(mine, theirs), "{mine:?} {theirs:?}");
                }
            }
        }
    }

    #[test]
    fn a_block_and_a_disconnect_hold() {
        for unknown in [false, true] {
            let mended = |mine, theirs| mended(mine, theirs, unknown);
            assert_eq!(mended(State::Blocked, State::Connected), (State::Blocked, State::BlockedBy));
            assert_eq!(mended(State::Connected, State::Disconnected), (State::WasDisconnected, State::Disconnected));
        }
        assert!(is_legal(State::Connected, State::ConnectedHidden) && !is_legal(State::Connected, State::Stranger));
    }
}
