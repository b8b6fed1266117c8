//! The weekly digest: what waits for a member who wants it. It counts what is there, and so never mentions what has ended.

use diesel::prelude::*;

use crate::connections::waiting;
use crate::dates::{DAY, now};
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::mail::{Letter, outbox};
use crate::notifications::store::Unread;
use crate::relationship::Limits;
use crate::schema::{members, notifications};

/// How many digests are written in one transaction.
const SOME: i64 = 100;

/// Writes digests that are due. Returns how many were; a week in which nothing waits has none.
///
/// # Errors
/// The database's.
pub fn write_due(connection: &mut Connection, limits: &Limits) -> Result<usize, Error> {
    let due = members::table.filter(members::digest_due_at.le(now())).filter(members::deletion_due_at.is_null());
    let due = due.order(members::digest_due_at).limit(SOME);
    let due: Vec<MemberId> = on_engine!(connection, |own| due.select(members::id).load(own))?;
    for member in &due {
        write(connection, limits, *member)?;
    }
    Ok(due.len())
}

fn write(connection: &mut Connection, limits: &Limits, member: MemberId) -> Result<(), Error> {
    let next = members::digest_due_at.eq(now() + 7 * DAY);
    diesel::update(members::table.find(member)).set(next).execute(connection)?;
    let invitations = waiting(limits, member).count();
    let invitations: i64 = on_engine!(connection, |own| invitations.get_result(own))?;
    let unread = notifications::table.filter(notifications::owner_id.eq(member)).filter(Unread).count();
    let unread: i64 = on_engine!(connection, |own| unread.get_result(own))?;
    match invitations + unread {
        0 => Ok(()),
        _ => outbox::put(connection, member, Letter::Digest { invitations, unread }),
    }
}
