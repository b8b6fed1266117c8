//! *Remove contacts*: a selection that is stored, a review, one transaction, *Undo*. Nobody is disconnected by it.

pub mod draft;
pub mod pages;

use diesel::prelude::*;

use crate::contacts::store::{self, RemovalKind};
use crate::db::{self, Connection};
use crate::error::Error;
use crate::ids::{ContactRemovalId, MemberId};
use crate::schema::contact_removals;

/// A removal: a draft, a confirmed one, or one that was undone.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = contact_removals)]
#[allow(missing_docs)]
pub struct Removal {
    pub id: ContactRemovalId,
    pub kind: RemovalKind,
    pub created_at: i64,
    pub confirmed_at: Option<i64>,
    pub undone_at: Option<i64>,
    pub removed: i32,
    pub restored: i32,
}

/// A member's bulk removal.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's; the database's.
pub fn find(connection: &mut Connection, owner: MemberId, id: ContactRemovalId) -> Result<Removal, Error> {
    let row = contact_removals::table.find((owner, id)).filter(contact_removals::kind.eq(RemovalKind::Bulk));
    let row: Option<Removal> = row.select(Removal::as_select()).first(connection).optional()?;
    row.ok_or(Error::NotFound)
}

/// Deletes everybody in a draft. A second press changes nothing.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn confirm(connection: &mut Connection, owner: MemberId, id: ContactRemovalId) -> Result<(), Error> {
    db::lock_members(connection, [owner])?;
    if find(connection, owner, id)?.confirmed_at.is_some() {
        return Ok(());
    }
    let chosen = draft::everybody(connection, owner, id)?;
    if chosen.is_empty() {
        return Ok(());
    }
    store::delete_all_of(connection, owner, &chosen, id)?;
    Ok(())
}
