//! Whom a member can see: everybody but those who have blocked them, or delete their account and are not blocked by them, and,
//! where moderators have hidden a profile, those to whom its owner is a stranger.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::connections::row::{Row, State, StoredSide};
use crate::connections::store;
use crate::dates::now;
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::handles::whom_leads;
use crate::members::{MemberCard, Profile, names};
use crate::relationship::{Limits, Side};
use crate::schema::{members, relationships};

/// Returns whether somebody, whose profile may be hidden, is there for a viewer who stands to them so now: of a hidden profile the name
/// stays to whoever stands to it in a way that they know of, so that they can end it.
pub fn is_there(is_hidden: bool, side: Side) -> bool {
    match side {
        Side::BlockedBy { .. } => false,
        Side::Stranger | Side::WasDisconnected => !is_hidden,
        _ => true,
    }
}

/// Returns how a viewer stands to somebody now, of whom they have this row.
pub fn side_of(row: Option<&Row>, limits: &Limits) -> Side {
    row.map_or(Side::Stranger, |row| row.side_at(now(), limits))
}

/// Returns those who are not there for a viewer: the others of [`is_there`], of whom there are few.
///
/// # Errors
/// The database's.
pub fn not_there_for(connection: &mut Connection, limits: &Limits, viewer: MemberId) -> Result<Vec<MemberId>, Error> {
    let unseen = store::unseen(viewer).select(relationships::other_id);
    let mut all: Vec<MemberId> = on_engine!(connection, |own| unseen.load(own))?;
    let hidden = members::table.filter(members::hidden_at.is_not_null()).select(members::id);
    let hidden: Vec<MemberId> = on_engine!(connection, |own| hidden.load(own))?;
    if hidden.is_empty() {
        return Ok(all);
    }
    let mine = relationships::table.filter(relationships::owner_id.eq(viewer));
    let mine = mine.filter(id_in(connection, relationships::other_id, &hidden));
    let mine = mine.select((relationships::other_id, StoredSide::COLUMNS));
    let mine: HashMap<MemberId, StoredSide> =
        on_engine!(connection, |own| mine.load::<(MemberId, StoredSide)>(own))?.into_iter().collect();
    let side = |id: &MemberId| mine.get(id).map_or(Side::Stranger, |side| side.at(now(), limits));
    all.extend(hidden.into_iter().filter(|id| *id != viewer && !is_there(true, side(id))));
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// Returns those who have blocked a viewer, or delete their account, in order.
///
/// # Errors
/// The database's.
pub fn gone_for(connection: &mut Connection, viewer: MemberId) -> Result<Vec<MemberId>, Error> {
    let unseen = store::unseen(viewer).select(relationships::other_id);
    let mut gone: Vec<MemberId> = on_engine!(connection, |own| unseen.load(own))?;
    let leaving = members::table.filter(members::deletion_due_at.is_not_null()).select(members::id);
    gone.extend(on_engine!(connection, |own| leaving.load::<MemberId>(own))?);
    gone.sort_unstable();
    Ok(gone)
}

/// Somebody, with the viewer's row toward them.
#[derive(Queryable, Selectable)]
#[diesel(table_name = members)]
struct Found {
    #[diesel(embed)]
    member: Profile,
    #[diesel(embed)]
    row: Option<Row>,
    #[diesel(select_expression = members::deletion_due_at)]
    deletion_due_at: Option<i64>,
}

/// The member of a handle, as the viewer may see them, and the viewer's side toward them where there is a row. A handle
/// they had before finds them too.
///
/// # Errors
/// [`Error::NotFound`] where there is none, and just so where they have blocked the viewer.
pub fn member(
    connection: &mut Connection,
    limits: &Limits,
    viewer: MemberId,
    handle: &str,
) -> Result<(Profile, Option<Row>), Error> {
    member_of_page(connection, limits, (viewer, None), handle)
}

/// [`member`] for a press on the page of a connection, which says since when it is: where moderators have hidden somebody who has
/// left since, the press finds them as it would if they had not.
///
/// # Errors
/// As [`member`].
pub fn member_of_page(
    connection: &mut Connection,
    limits: &Limits,
    (viewer, connected_since): (MemberId, Option<i64>),
    handle: &str,
) -> Result<(Profile, Option<Row>), Error> {
    // Handles are in lower case; what cannot be one, the database need not be asked for.
    let handle = &handle.to_ascii_lowercase();
    if !names::is_handle(handle) {
        return Err(Error::NotFound);
    }
    let side = relationships::owner_id.eq(viewer).and(relationships::other_id.eq(members::id));
    // Joined with the table of handles, it would take the compiler seconds longer.
    let found = members::table
        .left_join(relationships::table.on(side))
        .filter(members::id.nullable().eq(whom_leads(handle, now()).single_value()));
    let Found { member, row, deletion_due_at } =
        on_engine!(connection, |own| found.select(Found::as_select()).first(own))?;
    // Whom the viewer has blocked stays in their list until they unblock them.
    if deletion_due_at.is_some() && row.as_ref().is_none_or(|row| row.state != State::Blocked) {
        return Err(Error::NotFound);
    }
    let proves = |row: &Row| connected_since.is_some() && row.connected_at == connected_since;
    let is_proven = side_of(row.as_ref(), limits) == Side::WasDisconnected && row.as_ref().is_some_and(proves);
    match (member.person.id == viewer, member.is_hidden()) {
        (true, _) => Ok((member.whole(), row)),
        (_, true) if is_proven => Ok((member.withheld(), row)),
        (_, hidden) if !is_there(hidden, side_of(row.as_ref(), limits)) => Err(Error::NotFound),
        (_, true) => Ok((member.withheld(), row)),
        _ => Ok((member, row)),
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
pub fn person(
    connection: &mut Connection,
    limits: &Limits,
    viewer: MemberId,
    handle: &str,
) -> Result<MemberCard, Error> {
    Ok(member(connection, limits, viewer, handle)?.0.person)
}
