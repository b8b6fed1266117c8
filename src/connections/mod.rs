//! How two members stand: the heart. Here are the verbs: load both rows, let the rules decide, save them, tell whom is to be
//! told. The rules are in [`relationship`](crate::relationship), the pages in the files beside it.

pub mod actions;
pub mod allowance;
pub mod digest;
pub mod disconnect;
pub mod disconnected;
pub mod facts;
pub mod former;
pub mod hiding;
pub mod invitations;
pub mod letters;
pub mod list;
pub mod mutual;
pub mod notes;
pub mod refusal;
pub mod removal;
pub mod row;
mod shared;
pub mod soundness;
pub mod sql_condition;
pub mod standing;
pub mod store;
pub mod tabs;
pub mod visible;

use diesel::dsl::{Filter, Gt};
use diesel::prelude::*;

use crate::dates::now;
use crate::db::{self, Connection};
use crate::error::Error;
use crate::ids::{Between, MemberId, RemovalId};
use crate::notifications::{self, Event};
use crate::relationship::{Action, Limits, Outcome, Pair, Refusal, Reinvite, Side};
use crate::schema::relationships;
use row::{Row, Rows, State};

/// Takes an action of one member toward another: the one way in which a relationship changes, but for [`removal`], which
/// takes the same action many times at once. `text` is the note of an invitation, or the private reason of a disconnect or
/// block.
///
/// # Errors
/// [`Error::NotFound`] where a member is missing. A [`Refusal`] is an answer, not an error.
pub fn act(
    connection: &mut Connection,
    limits: &Limits,
    between: Between,
    action: Action,
    text: &str,
) -> Result<Answer, Error> {
    let Between { viewer: me, other } = between;
    db::lock_members(connection, [me, other])?;
    let mut rows = store::pair(connection, between)?;
    if rows.other_leaves {
        return act_toward_leaver(connection, limits, rows, action, text);
    }
    let mut records = rows.records();
    let has_received = is_received(records.mine.side);
    let facts = facts::of(connection, limits, &rows, action)?;
    let answer = records.apply(action, &facts, text);
    rows.set(records);
    if action == Action::Unblock {
        store::hide_leaver(connection, &mut rows.mine)?;
    }
    store::save(connection, &rows)?;
    if has_received && answer.as_ref().is_ok_and(|outcome| !is_received(outcome.pair.mine)) {
        notifications::store::mark_event(connection, between, Event::Invited)?;
    }
    if let Ok(Outcome { notification: Some(notification), .. }) = answer {
        notifications::tell(connection, (other, notification), (me, text), facts.now)?;
    }
    Ok(answer)
}

/// [`act`] toward somebody whose account waits to be deleted. They answer as if they had blocked the member, and nothing changes
/// but an invitation that was sent, which can be withdrawn and expires.
fn act_toward_leaver(
    connection: &mut Connection,
    limits: &Limits,
    mut rows: Rows,
    action: Action,
    text: &str,
) -> Result<Answer, Error> {
    let facts = facts::of(connection, limits, &rows, action)?;
    let answer = rows.records_as_seen().apply(action, &facts, text);
    if rows.mine.state == State::InvitedHidden {
        rows.mine.state = rows.mine.state.shown();
        let mut records = rows.records();
        records.expire(*limits, facts.now);
        if action == Action::Withdraw {
            // What has expired is refused here as well.
            records.apply(action, &facts, text).ok();
        }
        rows.set(records);
        rows.mine.state = rows.mine.state.hidden();
        store::save(connection, &rows)?;
    }
    Ok(answer)
}

fn is_received(side: Side) -> bool {
    matches!(side, Side::Received { .. })
}

/// What the rules answer to an action.
pub type Answer = Result<Outcome, Refusal>;

/// Enters for a removal what has expired meanwhile: whoever was re-invited, and did not answer, is disconnected as before.
fn save_expired(connection: &mut Connection, limits: &Limits, me: MemberId, removal: RemovalId) -> Result<(), Error> {
    let now = now();
    let expired = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(relationships::removal_id.eq(removal))
        .filter(relationships::disconnected_at.is_not_null())
        .filter(relationships::invited_at.le(limits.oldest_open(now)));
    for other in expired.select(relationships::other_id).load::<MemberId>(connection)? {
        let mut rows = store::pair(connection, Between { viewer: me, other })?;
        if rows.other_leaves {
            continue;
        }
        let mut records = rows.records();
        records.expire(*limits, now);
        rows.set(records);
        store::save(connection, &rows)?;
    }
    Ok(())
}

/// Returns what re-inviting somebody would do, to say so before it is done; nothing where the member has not disconnected.
///
/// # Errors
/// [`Error::NotFound`] where a member is missing.
pub fn reinvite(connection: &mut Connection, limits: &Limits, between: Between) -> Result<Option<Reinvite>, Error> {
    let rows = store::pair(connection, between)?;
    // A re-invite asks for no mutual connection, so none is looked for.
    let facts = facts::of(connection, limits, &rows, Action::Accept)?;
    Ok(rows.records_as_seen().reinvite(&facts))
}

/// Returns from when a member may invite another again whose invitation they withdrew; nothing where they need not wait.
///
/// # Errors
/// The database's.
pub fn again(connection: &mut Connection, between: Between) -> Result<Option<i64>, Error> {
    let row = store::row(connection, between)?;
    Ok(row
        .filter(|row| !row.side().prior().is_former())
        .and_then(|row| row.paused_until)
        .filter(|until| *until > now()))
}

/// Returns until when its owner could not invite again who withdrew an invitation now; nothing where they need not wait.
pub fn pause_of_withdrawal(row: &Row, limits: &Limits, now: i64) -> Option<i64> {
    Some(facts::pause_ends(limits, now)).filter(|until| *until > now && !row.side().prior().is_former())
}

/// Returns how two members stand, seen by the first.
///
/// # Errors
/// The database's.
pub fn sides(connection: &mut Connection, limits: &Limits, between: Between) -> Result<Pair, Error> {
    Ok(store::pair(connection, between)?.records_as_seen().pair(limits, now()))
}

/// Returns the rows of the invitations that wait for a member's answer.
pub fn waiting(limits: &Limits, me: MemberId) -> Filter<store::InState, Gt<relationships::changed_at, i64>> {
    store::in_state(me, State::Received).filter(relationships::changed_at.gt(limits.oldest_open(now())))
}
