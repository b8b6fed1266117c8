//! Whom a member can see: everybody but those who have blocked them.

use diesel::prelude::*;

use crate::connections::row::{Row, State};
use crate::dates::now;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::handles::leads;
use crate::members::{MemberCard, Profile, names};
use crate::schema::{handles, members, relationships};

/// The member of a handle, as the viewer may see them, and the viewer's side toward them where there is a row. A handle
/// they had before finds them too.
///
/// # Errors
/// [`Error::NotFound`] where there is none, and just so where they have blocked the viewer.
pub fn member(connection: &mut Connection, viewer: MemberId, handle: &str) -> Result<(Profile, Option<Row>), Error> {
    // Handles are in lower case; what cannot be one, the database need not be asked for.
    let handle = &handle.to_ascii_lowercase();
    if !names::is_handle(handle) {
        return Err(Error::NotFound);
    }
    let side = relationships::owner_id.eq(viewer).and(relationships::other_id.eq(members::id));
    let found = handles::table
        .inner_join(members::table.on(members::id.eq(handles::member_id)))
        .left_join(relationships::table.on(side))
        .filter(handles::handle.eq(handle))
        .filter(leads(now()))
        .filter(members::deletion_due_at.is_null());
    type Found = (Profile, Option<Row>);
    let (member, row): Found = on_engine!(connection, |own| found.select(Found::as_select()).first(own))?;
    match row {
        Some(row) if row.state.is_unseen() => Err(Error::NotFound),
        row if !member.is_hidden() || member.person.id == viewer => Ok((member, row)),
        // Of a hidden profile the name stays to whoever stands to it in a way that they know of, so that they can end it.
        Some(row) if !matches!(row.state, State::Stranger | State::WasDisconnected) => {
            Ok((member.withheld(), Some(row)))
        }
        _ => Err(Error::NotFound),
    }
}

/// A member's own profile as others find it: a connection, or a stranger. Nothing where those do not find it.
pub fn to_others(member: Profile, connected: bool) -> Option<Profile> {
    match (member.is_hidden(), connected) {
        (false, _) => Some(member),
        (true, true) => Some(member.withheld()),
        (true, false) => None,
    }
}

/// [`member`] for whoever needs to know no more than who it is.
///
/// # Errors
/// As [`member`].
pub fn person(connection: &mut Connection, viewer: MemberId, handle: &str) -> Result<MemberCard, Error> {
    Ok(member(connection, viewer, handle)?.0.person)
}
