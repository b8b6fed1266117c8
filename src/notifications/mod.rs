//! What a member is told: invitations and acceptances, nothing else, ever.

pub mod pages;

use diesel::prelude::*;

use crate::connections::relationship::Tell;
use crate::db::{Connection, new_id};
use crate::error::Error;
use crate::schema::{members, notifications};

/// Writes down what a member is told, of whom, and the note that came with it. The only caller is the verb that makes moves.
///
/// # Errors
/// The database's.
pub fn tell(
    connection: &mut Connection,
    (owner, tell): (i64, Tell),
    (other, note): (i64, &str),
    now: i64,
) -> Result<(), Error> {
    let row = (
        notifications::owner_id.eq(owner),
        notifications::id.eq(new_id()),
        notifications::created_at.eq(now),
        notifications::kind.eq(tell as i16),
        notifications::other_id.eq(other),
        notifications::note.eq(note),
    );
    diesel::insert_into(notifications::table).values(row).execute(connection)?;
    Ok(())
}

/// Everything that has come up to this id has been seen.
///
/// # Errors
/// The database's.
pub fn saw(connection: &mut Connection, owner: i64, last: i64) -> Result<(), Error> {
    diesel::update(members::table.find(owner)).set(members::notifications_seen.eq(last)).execute(connection)?;
    Ok(())
}
