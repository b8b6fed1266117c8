//! *Remove contacts*: a selection that is stored, a review, one transaction, *Undo*. Nobody is disconnected by it.

pub mod draft;
pub mod pages;

use std::collections::HashMap;

use diesel::prelude::*;

use crate::contacts::store::{self, RemovalKind};
use crate::dates::{self, DAY, now};
use crate::db::{self, Connection, on_engine};
use crate::error::Error;
use crate::ids::{ContactRemovalId, MemberId};
use crate::schema::{contact_removals, contacts};

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
    // A draft that was discarded is not there, until *Undo*.
    row.filter(|row| row.confirmed_at.is_some() || row.undone_at.is_none()).ok_or(Error::NotFound)
}

/// Removals that stand in the list.
const LISTED: i64 = 50;

/// The newest removals that can still be taken back, by the bulk screen or *Delete contact*, and those that were. Each with the name
/// of the one who was deleted where it was one alone.
///
/// # Errors
/// The database's.
pub fn past(connection: &mut Connection, owner: MemberId) -> Result<Vec<(Removal, String)>, Error> {
    let rows = contact_removals::table
        .filter(contact_removals::owner_id.eq(owner))
        .filter(contact_removals::kind.eq(RemovalKind::One).or(contact_removals::kind.eq(RemovalKind::Bulk)))
        .filter(contact_removals::confirmed_at.gt(now() - draft::KEPT_DAYS * DAY))
        .filter(contact_removals::removed.gt(0))
        .order(contact_removals::id.desc())
        .select(Removal::as_select())
        .limit(LISTED);
    let rows: Vec<Removal> = rows.load(connection)?;
    let alone: Vec<ContactRemovalId> = rows.iter().filter(|row| row.removed == 1).map(|row| row.id).collect();
    let names = contacts::table
        .filter(contacts::owner_id.eq(owner))
        .filter(contacts::removal_id.eq_any(alone))
        .select((contacts::removal_id.assume_not_null(), contacts::full_name));
    let names: Vec<(ContactRemovalId, String)> = on_engine!(connection, |own| names.load(own))?;
    let mut names: HashMap<ContactRemovalId, String> = names.into_iter().collect();
    Ok(rows.into_iter().map(|row| (row.clone(), names.remove(&row.id).unwrap_or_default())).collect())
}

impl Removal {
    /// The day on which it was confirmed, as it is written and for `<time datetime>`.
    pub fn day(&self) -> (String, String) {
        let at = self.confirmed_at.unwrap_or_default();
        (dates::long(at), dates::iso(at))
    }

    /// The day on which it was undone, where it was.
    pub fn undone_day(&self) -> Option<(String, String)> {
        self.undone_at.map(|at| (dates::long(at), dates::iso(at)))
    }

    /// Where *Undo* posts to.
    pub fn undo(&self) -> String {
        match self.kind {
            RemovalKind::Bulk => format!("/contacts/remove/{}/undo", self.id),
            _ => format!("/contacts/removed/{}/undo", self.id),
        }
    }

    /// Whether its page shows who.
    pub fn is_bulk(&self) -> bool {
        self.kind == RemovalKind::Bulk
    }
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
