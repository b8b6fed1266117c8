//! The weekly number of invitations, and why a member cannot invite now for reasons of their own.

use diesel::prelude::*;

use crate::connections::refusal::sentence;
use crate::connections::standing::Standing;
use crate::dates::{self, DAY, now};
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::relationship::{Allowance, Limits, Refusal, Side};
use crate::schema::relationships;
use crate::web::viewer::Viewer;

/// Days for which an invitation counts.
const WEEK: i64 = 7;

/// Returns how many invitations a member may still send, and when the next comes free.
///
/// # Errors
/// The database's.
pub fn allowance(connection: &mut Connection, limits: &Limits, me: MemberId, now: i64) -> Result<Allowance, Error> {
    use diesel::dsl::{count_star, min};
    let sent = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(relationships::sent_at.ge(first_counted(now)));
    let sent = sent.select((count_star(), min(relationships::sent_at)));
    let (sent, mut last) = on_engine!(connection, |own| sent.first::<(i64, Option<i64>)>(own))?;
    let sent = u32::try_from(sent).unwrap_or(u32::MAX);
    // An administrator has lowered the number since: the oldest comes free before there is room.
    if sent > limits.invitations && limits.invitations > 0 {
        let spare = last_to_spare(spare(limits), me);
        last = on_engine!(connection, |own| spare.first(own))?;
    }
    let next = if limits.invitations == 0 { now + DAY } else { last.map_or(now, comes_free) };
    Ok(Allowance { sent, limit: limits.invitations, next })
}

/// Finds when the invitation was sent after which a member sent so many others: until it comes free, they can send no more.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn last_to_spare(others: i64, member: MemberId) -> _ {
    relationships::table
        .filter(relationships::owner_id.eq(member))
        .filter(relationships::sent_at.is_not_null())
        .order(relationships::sent_at.desc())
        .offset(others)
        .limit(1_i64)
        .select(relationships::sent_at)
}

/// Returns how many invitations a member may send besides one.
pub fn spare(limits: &Limits) -> i64 {
    limits.invitations.saturating_sub(1).into()
}

/// Returns from when on sent invitations count: today's and those of the six days before, so that one comes free as a day
/// begins.
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
    if let Some(refusal) = no_room(viewer, limits) {
        return Some(refusal);
    }
    // Whoever has been invited accepts, and whoever disconnected re-invites: neither costs an invitation. Whom they blocked and
    // were never connected with, they invite like any stranger.
    let invites =
        matches!(standing.side, Side::Stranger | Side::WasDisconnected | Side::Disconnected { former: false, .. });
    if !invites {
        return None;
    }
    if let Some(until) = standing.paused_until.filter(|until| *until > now()) {
        return Some(Refusal::Paused(until));
    }
    invitations_used_up(viewer, limits).map(Refusal::InvitationsUsedUp)
}

/// Returns why a member can have no connection more, whosever it were: read off their own number alone.
pub fn no_room(viewer: &Viewer, limits: &Limits) -> Option<Refusal> {
    let have = u32::try_from(viewer.connection_count).unwrap_or(0);
    (have >= limits.connections).then_some(Refusal::TooManyConnections { have, limit: limits.connections })
}

/// Says why a member can have no connection more, for the head of a list whose buttons make one; nothing where they can.
pub fn said_no_room(viewer: &Viewer, limits: &Limits) -> String {
    no_room(viewer, limits).map_or_else(String::new, |refusal| sentence(refusal, ""))
}

/// Returns the weekly number, where a member has used it up.
pub fn invitations_used_up(viewer: &Viewer, limits: &Limits) -> Option<Allowance> {
    let counted = viewer.last_to_spare.filter(|sent| *sent >= first_counted(now()));
    let next = if limits.invitations == 0 { Some(now() + DAY) } else { counted.map(comes_free) };
    next.map(|next| Allowance { sent: limits.invitations, limit: limits.invitations, next })
}
