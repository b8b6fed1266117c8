//! Those who run the site: there is always one who can sign in.

use diesel::prelude::*;

use crate::dates::now;
use crate::db::{self, Connection};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::t;
use crate::members::role::Role;
use crate::members::suspension::is_open;
use crate::schema::members;

/// Nobody else could run the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnlyAdministrator;

impl OnlyAdministrator {
    /// Returns the sentence that says so.
    pub fn sentence(self) -> &'static str {
        t("This is the only administrator. Make somebody else one first.")
    }
}

/// Loads those who run the site, also who cannot sign in now.
///
/// # Errors
/// The database's.
pub fn all(connection: &mut Connection) -> Result<Vec<MemberId>, Error> {
    Ok(members::table.filter(members::role.eq(Role::Administrator)).select(members::id).load(connection)?)
}

/// Loads those who run the site and can sign in: neither suspended, nor about to be deleted.
///
/// # Errors
/// The database's.
pub fn who_can_sign_in(connection: &mut Connection) -> Result<Vec<MemberId>, Error> {
    let able = members::table.filter(members::role.eq(Role::Administrator)).filter(is_open(now()));
    Ok(able.filter(members::deletion_due_at.is_null()).select(members::id).load(connection)?)
}

/// Locks a member and all who run the site, at once and in one order, until the transaction ends: two of them who take the role
/// from each other wait for each other, rather than to leave nobody.
///
/// # Errors
/// [`Error::NotFound`] where there is no such member, or the database's.
pub fn lock_with(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    let all = all(connection)?;
    db::lock_members(connection, all.into_iter().chain([member]))
}

/// Refuses what would take a member away from those who run the site, where nobody else of them can sign in. It is asked under
/// [`lock_with`].
///
/// # Errors
/// [`Error::NotFound`] where there is no such member, or the database's.
pub fn refuse_only(connection: &mut Connection, member: MemberId) -> Result<Result<(), OnlyAdministrator>, Error> {
    let role: Role = members::table.find(member).select(members::role).first(connection)?;
    if role != Role::Administrator {
        return Ok(Ok(()));
    }
    let is_run = who_can_sign_in(connection)?.iter().any(|able| *able != member);
    Ok(if is_run { Ok(()) } else { Err(OnlyAdministrator) })
}
