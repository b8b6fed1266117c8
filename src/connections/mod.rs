//! How two members stand: the heart. Here are the verbs: load the pair, let the rules decide, save the pair, tell
//! whom is to be told. The rules are in [`relationship`], the pages in the files beside it.

pub mod actions;
pub mod blocked;
pub mod disconnected;
pub mod invitations;
pub mod list;
pub mod mutual;
pub mod notes;
pub mod refusal;
pub mod removal;
pub mod sql_condition;
pub mod standing;
pub mod store;
pub mod visible;

use diesel::dsl::{Filter, Gt};
use diesel::prelude::*;

use crate::dates::{self, DAY, now};
use crate::db::{self, Connection, on_engine};
use crate::error::Error;
use crate::members::ConnectionCount;
use crate::notifications;
use crate::relationship::{
    Allowance, Limits, Move, Outcome, Pair, Prior, Refusal, Return, Side, Terms, Them, WhoMayInvite,
};
use crate::schema::{connection_counts, members, relationships};
use crate::web::viewer::Viewer;
use standing::Standing;
use store::{Row, Rows, state};

/// Days for which an invitation counts.
const WEEK: i64 = 7;

/// Makes a move of one member toward another: the one way in which a relationship changes, but for
/// [`removal`], which makes the same move many times at once. `said` is the note of an invitation, or the
/// private reason of a disconnect or block.
///
/// # Errors
/// [`Error::NotFound`] where a member is missing, or the database's. A [`Refusal`] is an answer, not an error.
pub fn make(
    connection: &mut Connection,
    limits: &Limits,
    (me, other): (i64, i64),
    by_me: Move,
    said: &str,
) -> Result<Result<Outcome, Refusal>, Error> {
    let now = now();
    db::lock_members(connection, [me, other])?;
    let mut rows = store::pair(connection, me, other)?;
    let before = as_of(&rows, limits, now);
    let terms = match by_me.asks_for_terms() {
        true => terms(connection, limits, &rows, by_me, now)?,
        false => Terms {
            paused_until: paused_until(&rows.mine),
            connected_at: rows.mine.connected_at,
            ..Terms::of_none(now, me == other)
        },
    };
    // Who invites, or opens the door, takes back that they declined; so from a refused invitation, too.
    if matches!(by_me, Move::Invite | Move::Accept | Move::LetReturn(true)) {
        rows.mine.declined_until = None;
    }
    let outcome = match before.after(by_me, &terms) {
        Ok(outcome) => outcome,
        Err(refusal) => {
            rows.mine.may_invite_again |= refusal == Refusal::NeutralDoorOpened;
            store::save(connection, &rows)?;
            return Ok(Err(refusal));
        }
    };
    if outcome.pair.mine == Side::Connected && outcome.tell.is_some() {
        keep_notes(&mut rows, before, said, now);
    }
    enter(&mut rows, before, &outcome, limits, now);
    annotate(&mut rows, (before, &outcome), by_me, said, now);
    if outcome.pair.mine == Side::Connected && before.mine != Side::Connected {
        store::refresh_names(connection, &mut rows)?;
    }
    store::save(connection, &rows)?;
    if let Some(tell) = outcome.tell {
        notifications::tell(connection, (other, tell), (me, said), now)?;
    }
    Ok(Ok(outcome))
}

/// Enters for a removal what has expired meanwhile: who asked to come back, and was not answered, is gone as before.
fn settle(connection: &mut Connection, limits: &Limits, me: i64, removal: i64) -> Result<(), Error> {
    let now = now();
    let expired = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(relationships::removal_id.eq(removal))
        .filter(relationships::disconnected_at.is_not_null())
        .filter(relationships::invited_at.le(limits.oldest_open(now)));
    for other in expired.select(relationships::other_id).load::<i64>(connection)? {
        let mut rows = store::pair(connection, me, other)?;
        let pair = as_of(&rows, limits, now);
        enter(&mut rows, pair, &Outcome { pair, tell: None }, limits, now);
        store::save(connection, &rows)?;
    }
    Ok(())
}

/// What re-inviting somebody would be, to say so before it is done; nothing where the member has not left.
///
/// # Errors
/// The database's.
pub fn way_back(connection: &mut Connection, limits: &Limits, me: i64, other: i64) -> Result<Option<Return>, Error> {
    let now = now();
    let rows = store::pair(connection, me, other)?;
    // Coming back asks for no mutual connection, so none is looked for.
    let terms = terms(connection, limits, &rows, Move::Accept, now)?;
    Ok(as_of(&rows, limits, now).way_back(&terms))
}

/// From when a member may invite another again whose invitation they withdrew; nothing where they need not wait.
///
/// # Errors
/// The database's.
pub fn again(connection: &mut Connection, me: i64, other: i64) -> Result<Option<i64>, Error> {
    let row = store::row(connection, me, other)?;
    Ok(row
        .filter(|row| !row.side().prior().is_former())
        .and_then(|row| paused_until(&row))
        .filter(|until| *until > now()))
}

/// Returns when a pause ends: as the day begins that is told, since nobody is told an hour.
pub fn paused_until(row: &Row) -> Option<i64> {
    row.paused_until.map(|until| dates::day_after(until, 0))
}

/// Returns until when its owner could not invite again who withdrew an invitation now; nothing where they need not wait.
pub fn pause_of_withdrawal(row: &Row, limits: &Limits, now: i64) -> Option<i64> {
    let until = dates::day_after(now + limits.withdrawal_pause_days * DAY, 0);
    Some(until).filter(|until| *until > now && !row.side().prior().is_former())
}

/// How two members stand, seen by the first.
///
/// # Errors
/// The database's.
pub fn sides(connection: &mut Connection, limits: &Limits, me: i64, other: i64) -> Result<Pair, Error> {
    Ok(as_of(&store::pair(connection, me, other)?, limits, now()))
}

/// How many invitations a member may still send, and when the next comes free.
///
/// # Errors
/// The database's.
pub fn allowance(connection: &mut Connection, limits: &Limits, me: i64, now: i64) -> Result<Allowance, Error> {
    use diesel::dsl::{count_star, min};
    let sent = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(relationships::sent_at.ge(first_counted(now)));
    let sent = sent.select((count_star(), min(relationships::sent_at)));
    let (sent, oldest) = on_engine!(connection, |own| sent.first::<(i64, Option<i64>)>(own))?;
    let sent = u32::try_from(sent).unwrap_or(u32::MAX);
    Ok(Allowance { sent, limit: limits.invitations, next: oldest.map_or(now, comes_free) })
}

/// Invitations sent from then on count: those of today and of the six days before, so that one comes free as a day begins.
fn first_counted(now: i64) -> i64 {
    dates::day_after(now, 1 - WEEK)
}

/// Returns when an invitation sent at this moment stops counting.
fn comes_free(sent: i64) -> i64 {
    dates::day_after(sent, WEEK)
}

/// Returns why a member cannot invite somebody now, for reasons of their own, in the order of the rules; nothing where they
/// can, as far as it lies with them.
pub fn own_hindrance(viewer: &Viewer, limits: &Limits, standing: &Standing) -> Option<Refusal> {
    let have = u32::try_from(viewer.connection_count).unwrap_or(0);
    if have >= limits.connections {
        return Some(Refusal::TooManyConnections { have, limit: limits.connections });
    }
    // Whoever has been invited accepts, and whoever left comes back: neither costs an invitation.
    if !matches!(standing.side, Side::None | Side::Lost) {
        return None;
    }
    if let Some(until) = standing.paused_until.filter(|until| *until > now()) {
        return Some(Refusal::Paused(until));
    }
    invitations_used_up(viewer, limits).map(Refusal::InvitationsUsedUp)
}

/// Returns the weekly number, where a member has used it up.
pub fn invitations_used_up(viewer: &Viewer, limits: &Limits) -> Option<Allowance> {
    let counted = viewer.last_to_spare.filter(|sent| *sent >= first_counted(now()));
    let next = if limits.invitations == 0 { Some(now()) } else { counted.map(comes_free) };
    next.map(|next| Allowance { sent: limits.invitations, limit: limits.invitations, next })
}

/// The rows of the invitations that wait for a member's answer.
pub fn waiting(limits: &Limits, me: i64) -> Filter<store::InState, Gt<relationships::changed_at, i64>> {
    store::in_state(me, state::ASKED).filter(relationships::changed_at.gt(limits.oldest_open(now())))
}

/// The pair with an invitation that has expired taken away.
fn as_of(rows: &Rows, limits: &Limits, now: i64) -> Pair {
    let sent = rows.mine.invited_at.or(rows.theirs.invited_at);
    match sent {
        Some(sent) if sent + limits.invitation_days * DAY <= now => rows.pair().expired(),
        _ => rows.pair(),
    }
}

fn terms(connection: &mut Connection, limits: &Limits, rows: &Rows, by_me: Move, now: i64) -> Result<Terms, Error> {
    let (me, other) = (rows.mine.owner_id, rows.mine.other_id);
    let choices = (
        members::who_may_invite,
        members::accepts_automatically,
        members::asks_before_reinvite,
        members::suspended_at,
        connection_counts::number,
    );
    let them = members::table
        .inner_join(connection_counts::table.on(connection_counts::member_id.eq(members::id)))
        .filter(members::id.eq(other))
        .select(choices);
    type Chosen = (i16, bool, bool, Option<i64>, i32);
    let (who, automatic, asks, suspended_at, theirs) = on_engine!(connection, |own| them.first::<Chosen>(own))?;
    let mine = store::number_of(connection, me)?;
    Ok(Terms {
        now,
        myself: me == other,
        connected_at: rows.mine.connected_at,
        paused_until: paused_until(&rows.mine),
        my_connections: u32::try_from(mine).unwrap_or(0),
        connection_limit: limits.connections,
        invitations: allowance(connection, limits, me, now)?,
        them: Them {
            who_may_invite: who_may_invite(who),
            // Only an invitation asks for it, and then whatever the other has chosen: no cause of a refusal answers sooner.
            mutual: by_me == Move::Invite
                && mutual::have_mutual(
                    connection,
                    ConnectionCount { id: me, number: mine, version: 0 },
                    ConnectionCount { id: other, number: theirs, version: 0 },
                )?,
            accepts_automatically: automatic,
            asks_before_reinvite: asks,
            suspended: suspended_at.is_some(),
            declined_until: rows.theirs.declined_until,
            connections: u32::try_from(theirs).unwrap_or(0),
        },
    })
}

/// The column `who_may_invite` as the rules have it.
pub fn who_may_invite(column: i16) -> WhoMayInvite {
    match column {
        1 => WhoMayInvite::Mutual,
        2 => WhoMayInvite::Nobody,
        _ => WhoMayInvite::Everyone,
    }
}

/// Puts both sides into their new states. The dates of a side change only with what its owner did or was told.
fn enter(rows: &mut Rows, before: Pair, outcome: &Outcome, limits: &Limits, now: i64) {
    let after = outcome.pair;
    if after.mine == Side::Connected {
        return connect(rows, after, now);
    }
    cover(&mut rows.mine, (before.mine, after.mine), now);
    let told = matches!(after.theirs, Side::Asked { .. }).then_some(now);
    let theirs = told.unwrap_or(rows.theirs.changed_at);
    cover(&mut rows.theirs, (before.theirs, after.theirs), theirs);
    match (before.mine, after.mine) {
        (Side::Invited { .. }, Side::Invited { .. }) => {}
        (_, Side::Invited { .. }) => {
            rows.mine.invited_at = Some(now);
            rows.theirs.invited_at = Some(now);
        }
        (Side::Asked { .. }, Side::Declined { .. }) => {
            rows.mine.declined_until = rows.mine.invited_at.map(|sent| sent + limits.invitation_days * DAY);
        }
        (Side::Invited { .. } | Side::Barred { invited: true, .. }, _) if after.mine != before.mine => {
            // A return costs nothing, so it need not be slowed either.
            if !before.mine.prior().is_former() {
                rows.mine.paused_until = Some(now + limits.withdrawal_pause_days * DAY);
            }
            rows.mine.invited_at = None;
            rows.theirs.invited_at = None;
        }
        _ => {}
    }
}

/// Restores what both once agreed to, or begins it.
fn connect(rows: &mut Rows, after: Pair, now: i64) {
    for (row, side) in [(&mut rows.mine, after.mine), (&mut rows.theirs, after.theirs)] {
        row.set_side(side);
        row.changed_at = *row.connected_at.get_or_insert(now);
        row.invited_at = None;
        row.disconnected_at = None;
        row.removal_id = None;
        row.private_reason.clear();
    }
}

/// Puts one side into its new state, with its date. The day of a disconnect stays the same under an invitation and after it.
fn cover(row: &mut Row, (before, after): (Side, Side), changed_at: i64) {
    let disconnected_at = row.disconnected_at.filter(|_| row.side().covers_a_disconnect()).unwrap_or(row.changed_at);
    row.set_side(after);
    row.disconnected_at =
        after.covers_a_disconnect().then_some(if had_left(before) { disconnected_at } else { changed_at });
    if after != before && !matches!((before, after), (Side::Left { .. }, Side::Left { .. })) {
        row.changed_at = changed_at;
    }
    if had_left(before) && had_left(after) && !after.covers_a_disconnect() {
        row.changed_at = disconnected_at;
    }
}

fn had_left(side: Side) -> bool {
    side.prior() != Prior::Nothing
}

/// Keeps with a new connection what was written: the note of the invitation, and that of whoever invited too. A restored
/// connection takes in no note, since that would tell the other that it had ended.
fn keep_notes(rows: &mut Rows, before: Pair, said: &str, now: i64) {
    let (mine, theirs) = (&mut rows.mine, &mut rows.theirs);
    if matches!(before.theirs, Side::Invited { .. }) {
        let (note, at) = (std::mem::take(&mut theirs.invitation_note), theirs.invited_at.unwrap_or(now));
        keep_note(theirs, mine, &note, at);
    }
    keep_note(mine, theirs, said, now);
    mine.invitation_note.clear();
}

/// Keeps a note on both sides; an empty one takes no earlier one away.
fn keep_note(writer: &mut Row, reader: &mut Row, note: &str, at: i64) {
    if note.is_empty() {
        return;
    }
    note.clone_into(&mut writer.sent_note);
    note.clone_into(&mut reader.received_note);
    writer.sent_note_at = Some(at);
    reader.received_note_at = Some(at);
}

/// Writes what was said with the move, and what it cost.
fn annotate(rows: &mut Rows, (before, outcome): (Pair, &Outcome), by_me: Move, said: &str, now: i64) {
    match by_me {
        Move::Invite if outcome.tell.is_some_and(|tell| tell != crate::relationship::Tell::Accepted) => {
            let open = if outcome.pair.mine == Side::Connected { "" } else { said };
            open.clone_into(&mut rows.mine.invitation_note);
            open.clone_into(&mut rows.theirs.invitation_note);
            if !before.mine.prior().is_former() {
                rows.mine.sent_at = Some(now);
            }
        }
        // A second press, from a page opened before the first, adds a reason but takes none away.
        Move::Disconnect { .. } if matches!(before.mine, Side::Left { .. }) && said.is_empty() => {}
        Move::Disconnect { .. } if matches!(outcome.pair.mine, Side::Left { .. }) => {
            said.clone_into(&mut rows.mine.private_reason)
        }
        Move::Block { .. } if !is_blocked(before.mine) => said.clone_into(&mut rows.mine.private_reason),
        _ => {}
    }
    if !had_left(outcome.pair.mine) && !is_blocked(outcome.pair.mine) {
        rows.mine.private_reason.clear();
        rows.mine.removal_id = None;
    }
}

fn is_blocked(side: Side) -> bool {
    matches!(side, Side::Blocked { .. })
}
