//! *Remove contacts*: a selection that is stored, a review, one transaction, *Undo*. Nobody is disconnected by it.

pub mod draft;
pub mod pages;

use std::collections::HashMap;

use diesel::prelude::*;

use crate::contacts::store::{self, RemovalKind};
use crate::dates::{self, DAY, now};
use crate::db::{self, Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, ContactRemovalId, MemberId};
use crate::schema::{contact_removals, contacts};
use crate::text::digest;

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
    kept_id: Option<ContactId>,
}

/// A removal as it stands in the list of those that can be taken back.
#[derive(Debug, Clone)]
pub struct Past {
    /// The removal.
    pub removal: Removal,
    /// The name of the one who was deleted, where it was one alone.
    pub name: String,
    /// The name of the contact into which they were merged, where they were.
    pub merged_into: String,
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

/// The newest removals that can still be taken back, by the bulk screen, *Delete contact*, *Merge duplicates* or a phone,
/// and those that were.
///
/// # Errors
/// The database's.
pub fn past(connection: &mut Connection, owner: MemberId) -> Result<Vec<Past>, Error> {
    use contact_removals::kind;
    let is_listed = kind.ne(RemovalKind::Import);
    let rows = contact_removals::table
        .filter(contact_removals::owner_id.eq(owner))
        .filter(is_listed)
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
    let kept = kept_names(connection, owner, &rows)?;
    let past = |removal: Removal| Past {
        name: names.remove(&removal.id).unwrap_or_default(),
        merged_into: removal.kept_id.and_then(|id| kept.get(&id).cloned()).unwrap_or_default(),
        removal,
    };
    Ok(rows.into_iter().map(past).collect())
}

/// The names of the contacts into which others were merged.
fn kept_names(
    connection: &mut Connection,
    owner: MemberId,
    removals: &[Removal],
) -> Result<HashMap<ContactId, String>, Error> {
    let ids: Vec<ContactId> = removals.iter().filter_map(|removal| removal.kept_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let names = contacts::table.filter(contacts::owner_id.eq(owner)).filter(id_in(connection, contacts::id, &ids));
    let names: Vec<(ContactId, String)> = names.select((contacts::id, contacts::full_name)).load(connection)?;
    Ok(names.into_iter().collect())
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

    /// Whether a phone or another program deleted them.
    pub fn is_by_device(&self) -> bool {
        self.kind == RemovalKind::CardDav
    }

    /// Whether its page shows who.
    pub fn is_bulk(&self) -> bool {
        self.kind == RemovalKind::Bulk
    }
}

/// What confirming a review has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// They are deleted, now or by an earlier press.
    Done,
    /// Others stand in the draft than on the page that was confirmed. Nobody is deleted.
    Changed,
}

/// Names those who stand in a draft, for the form of a review.
pub fn shown(ids: &[ContactId]) -> String {
    digest::of_ids(ids.iter().map(|id| id.get()))
}

/// Deletes everybody in a draft, as a review has shown it. A second press changes nothing.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn confirm(
    connection: &mut Connection,
    owner: MemberId,
    id: ContactRemovalId,
    shown: &str,
) -> Result<Confirmed, Error> {
    db::lock_members(connection, [owner])?;
    if find(connection, owner, id)?.confirmed_at.is_some() {
        return Ok(Confirmed::Done);
    }
    let chosen = draft::live(connection, owner, id)?;
    if self::shown(&chosen) != shown {
        return Ok(Confirmed::Changed);
    }
    if !chosen.is_empty() {
        store::delete_all_of(connection, owner, &chosen, id)?;
    }
    Ok(Confirmed::Done)
}
