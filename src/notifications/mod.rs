//! What a member is told: invitations and acceptances, nothing else, ever.

pub mod pages;

use diesel::prelude::*;

use crate::db::{Connection, new_id, on_engine};
use crate::error::Error;
use crate::relationship::Tell;
use crate::schema::{members, notifications};

/// Writes down what a member is told, of whom, and the note that came with it; above and newer than everything they were
/// told or saw before, wherever the clocks stand. The only caller is the verb that makes moves, which has locked the member.
///
/// # Errors
/// The database's.
pub fn tell(
    connection: &mut Connection,
    (owner, tell): (i64, Tell),
    (other, note): (i64, &str),
    now: i64,
) -> Result<(), Error> {
    let theirs = notifications::table.filter(notifications::owner_id.eq(owner));
    let newest = theirs.order(notifications::id.desc()).select(notifications::id);
    let newest: Option<i64> = on_engine!(connection, |own| newest.first(own)).optional()?;
    let seen: i64 = members::table.find(owner).select(members::notifications_seen).first(connection)?;
    let row = (
        notifications::owner_id.eq(owner),
        notifications::id.eq(new_id().max(newest.unwrap_or(0) + 1).max(seen + 1)),
        notifications::created_at.eq(now),
        notifications::kind.eq(tell as i16),
        notifications::other_id.eq(other),
        notifications::note.eq(note),
    );
    diesel::insert_into(notifications::table).values(row).execute(connection)?;
    Ok(())
}

/// Marks what has come up to this id as read. What was marked before stays so, also where an older page is looked at.
///
/// # Errors
/// The database's.
pub fn mark_as_read(connection: &mut Connection, owner: i64, last: i64) -> Result<(), Error> {
    let earlier = members::table.find(owner).filter(members::notifications_seen.lt(last));
    diesel::update(earlier).set(members::notifications_seen.eq(last)).execute(connection)?;
    Ok(())
}
