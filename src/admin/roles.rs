//! Who runs the site. There is always an administrator.

use diesel::prelude::*;

use crate::audit::{self, Act, Actor};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::t;
use crate::members::administrators::{self, OnlyAdministrator};
use crate::members::role::Role;
use crate::members::suspension::is_suspended;
use crate::schema::members;

/// Why a role cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It would leave nobody to run the site.
    Only(OnlyAdministrator),
    /// The member is suspended.
    Suspended,
}

impl Refused {
    /// Returns the sentence that says so.
    pub fn sentence(self) -> &'static str {
        match self {
            Refused::Only(only) => only.sentence(),
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
    administrators::lock_with(connection, member)?;
    let columns = (members::role, members::suspended_at, members::suspended_until);
    type Found = (Role, Option<i64>, Option<i64>);
    let (before, suspended_at, suspended_until): Found =
        members::table.find(member).select(columns).first(connection)?;
    if before == role {
        return Ok(Ok(()));
    }
    if let Err(only) = administrators::refuse_only(connection, member)? {
        return Ok(Err(Refused::Only(only)));
    }
    if role != Role::Member && is_suspended(suspended_at, suspended_until) {
        return Ok(Err(Refused::Suspended));
    }
    diesel::update(members::table.find(member)).set(members::role.eq(role)).execute(connection)?;
    audit::record(connection, by, Act::RoleChanged, Some(member), &format!("{} → {}", before.word(), role.word()))?;
    Ok(Ok(()))
}
