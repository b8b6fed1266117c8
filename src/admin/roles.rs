//! Who runs the site. There is always an administrator.

use diesel::prelude::*;

use crate::audit::{self, Act, Actor};
use crate::db::{self, Connection};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::t;
use crate::members::role::Role;
use crate::members::suspension::is_suspended;
use crate::schema::members;

/// Why a role cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It would leave nobody to run the site.
    LastAdministrator,
    /// The member is suspended.
    Suspended,
}

impl Refused {
    /// Returns the sentence that says so.
    pub fn sentence(self) -> &'static str {
        match self {
            Refused::LastAdministrator => t("This is the only administrator. Make somebody else one first."),
            Refused::Suspended => t("This member is suspended. End the suspension first."),
        }
    }
}

/// Gives a member a role. The same role again changes nothing.
///
/// # Errors
/// [`Error::NotFound`] where there is no such member, or the database's.
pub fn give(
    connection: &mut Connection,
    by: Actor,
    member: MemberId,
    role: Role,
) -> Result<Result<(), Refused>, Error> {
    // Two administrators who take the role from each other meet at these rows.
    let administrators = administrators(connection)?;
    db::lock_members(connection, administrators.iter().copied().chain([member]))?;
    let columns = (members::role, members::suspended_at, members::suspended_until);
    type Found = (Role, Option<i64>, Option<i64>);
    let (before, suspended_at, suspended_until): Found =
        members::table.find(member).select(columns).first(connection)?;
    if before == role {
        return Ok(Ok(()));
    }
    if before == Role::Administrator && self::administrators(connection)?.len() < 2 {
        return Ok(Err(Refused::LastAdministrator));
    }
    if role != Role::Member && is_suspended(suspended_at, suspended_until) {
        return Ok(Err(Refused::Suspended));
    }
    diesel::update(members::table.find(member)).set(members::role.eq(role)).execute(connection)?;
    audit::record(connection, by, Act::RoleChanged, Some(member), &format!("{} → {}", before.word(), role.word()))?;
    Ok(Ok(()))
}

fn administrators(connection: &mut Connection) -> Result<Vec<MemberId>, Error> {
    Ok(members::table.filter(members::role.eq(Role::Administrator)).select(members::id).load(connection)?)
}
