//! Whether a member is suspended. A suspension ends by itself on its day: nothing has to run then.

use diesel::dsl::auto_type;
use diesel::prelude::*;

use crate::dates::now;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::role::Role;
use crate::schema::members;

/// Holds for members who are not suspended at this moment.
#[auto_type(no_type_alias)]
pub fn is_open(at: i64) -> _ {
    members::suspended_at.is_null().or(members::suspended_until.le(at).assume_not_null())
}

/// Returns the role of a member who can sign in; nothing where they are suspended, or delete their account.
///
/// # Errors
/// The database's.
pub fn role_if_able(connection: &mut Connection, member: MemberId) -> Result<Option<Role>, Error> {
    let able = members::table.find(member).filter(is_open(now())).filter(members::deletion_due_at.is_null());
    Ok(on_engine!(connection, |own| able.select(members::role).first(own)).optional()?)
}

/// Returns whether a member is suspended now, by the two columns of their row; one without an end is a ban.
pub fn is_suspended(suspended_at: Option<i64>, suspended_until: Option<i64>) -> bool {
    suspended_at.is_some() && suspended_until.is_none_or(|until| until > now())
}
