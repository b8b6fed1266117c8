//! What the rules must know besides the two records, read from the database and the calendar.

use diesel::prelude::*;

use crate::connections::allowance::allowance;
use crate::connections::mutual;
use crate::connections::row::Rows;
use crate::connections::store;
use crate::dates::{self, now};
use crate::db::{Connection, numbered, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::ConnectionCount;
use crate::members::suspension::is_suspended;
use crate::relationship::{Action, Facts, Limits, OtherMember, WhoMayInvite};
use crate::schema::{connection_counts, members};

numbered!(impl WhoMayInvite { Everyone = 0, Mutual = 1, Nobody = 2, });

/// Gathers what the rules need for an action. Only an action that needs facts of the other member asks the database.
///
/// # Errors
/// [`Error::NotFound`] where a member is missing.
pub fn of(connection: &mut Connection, limits: &Limits, rows: &Rows, action: Action) -> Result<Facts, Error> {
    let (me, other, now) = (rows.mine.owner_id, rows.mine.other_id, now());
    let facts = Facts { myself: me == other, pause_ends: pause_ends(limits, now), ..Facts::unneeded(now, *limits) };
    if !action.needs_facts() {
        return Ok(facts);
    }
    let (member, number) = other_member(connection, other)?;
    let mine = store::number_of(connection, me)?;
    Ok(Facts {
        my_connections: u32::try_from(mine).unwrap_or(0),
        invitations: allowance(connection, limits, me, now)?,
        other: OtherMember {
            // Only an invitation asks for it, and then whatever the other has chosen: no cause of a refusal answers sooner.
            mutual: action == Action::Invite
                && mutual::have_mutual(
                    connection,
                    ConnectionCount { id: me, number: mine, version: 0 },
                    ConnectionCount { id: other, number, version: 0 },
                )?,
            ..member
        },
        ..facts
    })
}

/// Returns what a member has chosen and how they stand, and how many connections they have.
fn other_member(connection: &mut Connection, member: MemberId) -> Result<(OtherMember, i32), Error> {
    let choices = (
        members::who_may_invite,
        members::accepts_automatically,
        members::asks_before_reinvite,
        (members::suspended_at, members::suspended_until),
        connection_counts::number,
    );
    let found = members::table
        .inner_join(connection_counts::table.on(connection_counts::member_id.eq(members::id)))
        .filter(members::id.eq(member))
        .select(choices);
    type Chosen = (WhoMayInvite, bool, bool, (Option<i64>, Option<i64>), i32);
    let (who_may_invite, accepts_automatically, asks_before_reinvite, suspended, number) =
        on_engine!(connection, |own| found.first::<Chosen>(own))?;
    let other = OtherMember {
        who_may_invite,
        mutual: false,
        accepts_automatically,
        asks_before_reinvite,
        suspended: is_suspended(suspended.0, suspended.1),
        connections: u32::try_from(number).unwrap_or(0),
    };
    Ok((other, number))
}

/// Returns when a pause ends that begins now: as the day begins that is told, since nobody is told an hour.
pub fn pause_ends(limits: &Limits, now: i64) -> i64 {
    dates::day_after(now, limits.withdrawal_pause_days)
}
