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

/// Loads those who run the site and can sign in: neither suspended, nor about to be deleted.
///
/// # Errors
/// The database's.
pub fn who_can_sign_in(connection: &mut Connection) -> Result<Vec<MemberId>, Error> {
    let able = members::table
        .filter(members::role.eq(Role::Administrator))
        .filter(is_open(now()))
        .filter(members::deletion_due_at.is_null());
    Ok(able.select(members::id).load(connection)?)
}

/// Refuses what would take a member away from those who run the site, where nobody else of them can sign in. Two of them who
/// do that to each other meet at their rows, which are locked until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`] where there is no such member, or the database's.
pub fn refuse_only(connection: &mut Connection, member: MemberId) -> Result<Result<(), OnlyAdministrator>, Error> {
    db::lock_members(connection, [member])?;
    let role: Role = members::table.find(member).select(members::role).first(connection)?;
    if role != Role::Administrator {
        return Ok(Ok(()));
    }
    let all = members::table.filter(members::role.eq(Role::Administrator)).select(members::id);
    let all: Vec<MemberId> = all.load(connection)?;
    db::lock_members(connection, all)?;
    let is_run = who_can_sign_in(connection)?.iter().any(|able| *able != member);
    Ok(if is_run { Ok(()) } else { Err(OnlyAdministrator) })
}
