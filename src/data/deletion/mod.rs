//! The end of an account. For two weeks its member is hidden from everybody, as if they had blocked them, and may keep it; then a
//! job removes it everywhere.

mod finish;
pub mod pages;
mod sweep;

use diesel::prelude::*;

use crate::accounts::sessions;
use crate::connections::hiding;
use crate::dates;
use crate::db::{self, Connection};
use crate::error::Error;
use crate::ids::MemberId;
use crate::mail::{Letter, outbox};
use crate::members::administrators::{self, OnlyAdministrator};
use crate::members::search;
use crate::schema::members;
use crate::web::viewer::Viewer;

pub use finish::{JOB, finish_due, finish_now, job};

/// Days in which the account can be kept.
const DAYS: i64 = 14;

/// Hides a member and lets their account be removed in two weeks. Returns when. A second press changes nothing.
///
/// # Errors
/// The database's.
pub fn begin(connection: &mut Connection, member: MemberId) -> Result<Result<i64, OnlyAdministrator>, Error> {
    administrators::lock_with(connection, member)?;
    let due: Option<i64> = members::table.find(member).select(members::deletion_due_at).first(connection)?;
    if let Some(due) = due {
        return Ok(Ok(due));
    }
    if let Err(only) = administrators::refuse_only(connection, member)? {
        return Ok(Err(only));
    }
    let due = dates::day_after(dates::now(), DAYS);
    diesel::update(members::table.find(member)).set(members::deletion_due_at.eq(due)).execute(connection)?;
    hiding::hide(connection, member)?;
    search::remove(connection, member)?;
    outbox::put(connection, member, Letter::DeletionBegun { at: due })?;
    Ok(Ok(due))
}

/// [`begin`] for a member who is signed in: it ends their other sessions.
///
/// # Errors
/// The database's.
pub fn begin_own(connection: &mut Connection, viewer: &Viewer) -> Result<Result<i64, OnlyAdministrator>, Error> {
    let begun = begin(connection, viewer.id)?;
    if begun.is_ok() {
        sessions::end_others(connection, viewer)?;
    }
    Ok(begun)
}

/// Keeps an account: everything is as it was. Returns false where it is too late.
///
/// # Errors
/// The database's.
pub fn keep(connection: &mut Connection, member: MemberId) -> Result<bool, Error> {
    db::lock_members(connection, [member])?;
    let row = members::table.find(member);
    match row.select(members::deletion_due_at).first::<Option<i64>>(connection)? {
        None => return Ok(true),
        Some(due) if due <= 0 => return Ok(false),
        Some(_) => {}
    }
    diesel::update(row).set(members::deletion_due_at.eq(None::<i64>)).execute(connection)?;
    hiding::show(connection, member)?;
    search::index(connection, member)?;
    Ok(true)
}
