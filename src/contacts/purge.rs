//! The job that forgets what was deleted from address books, once it can no longer be brought back.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::contacts::removal::draft::KEPT_DAYS;
use crate::dates::{DAY, now};
use crate::db::{self, Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, ContactRemovalId, MemberId};
use crate::schema::{contact_books, contact_cards, contact_files, contact_removals, contact_selections, contacts};

/// Rows that are removed in one transaction, so that nobody waits long for it.
const GROUP_SIZE: i64 = 500;

/// Removes some of what was deleted more than 30 days ago, and removals as old. Gives whether there may be more.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection) -> Result<bool, Error> {
    let before = now() - (KEPT_DAYS + 1) * DAY;
    let more = forget_contacts(connection, before)?;
    Ok(forget_removals(connection, before)? || more)
}

fn forget_contacts(connection: &mut Connection, before: i64) -> Result<bool, Error> {
    let old = contacts::table
        .filter(contacts::deleted_at.is_not_null())
        .filter(contacts::deleted_at.le(before))
        .limit(GROUP_SIZE)
        .select((contacts::owner_id, contacts::id, contacts::version));
    let old: Vec<(MemberId, ContactId, i64)> = on_engine!(connection, |own| old.load(own))?;
    let mut by_owner: BTreeMap<MemberId, (Vec<ContactId>, i64)> = BTreeMap::new();
    for (owner, id, version) in &old {
        let of = by_owner.entry(*owner).or_default();
        of.0.push(*id);
        of.1 = of.1.max(*version);
    }
    for (owner, (ids, version)) in by_owner {
        forget(connection, owner, &ids, version)?;
    }
    Ok(old.len() as i64 == GROUP_SIZE)
}

/// Removes contacts for good; who synchronised before they were deleted begins anew.
fn forget(connection: &mut Connection, owner: MemberId, ids: &[ContactId], version: i64) -> Result<(), Error> {
    db::lock_members(connection, [owner])?;
    let these = id_in(connection, contact_cards::contact_id, ids);
    diesel::delete(contact_cards::table.filter(contact_cards::owner_id.eq(owner)).filter(these)).execute(connection)?;
    // With the pictures in what devices sent.
    let these = id_in(connection, contact_files::contact_id, ids);
    diesel::delete(contact_files::table.filter(contact_files::owner_id.eq(owner)).filter(these)).execute(connection)?;
    let these = id_in(connection, contacts::id, ids);
    diesel::delete(contacts::table.filter(contacts::owner_id.eq(owner)).filter(these)).execute(connection)?;
    let book = contact_books::table.filter(contact_books::owner_id.eq(owner));
    let book = book.filter(contact_books::forgotten_version.lt(version));
    diesel::update(book).set(contact_books::forgotten_version.eq(version)).execute(connection)?;
    Ok(())
}

fn forget_removals(connection: &mut Connection, before: i64) -> Result<bool, Error> {
    use contact_removals::{confirmed_at, created_at, id, owner_id};
    let old = contact_removals::table
        .filter(created_at.le(before))
        .filter(confirmed_at.is_null().or(confirmed_at.le(before)))
        .limit(GROUP_SIZE)
        .select((owner_id, id));
    let old: Vec<(MemberId, ContactRemovalId)> = on_engine!(connection, |own| old.load(own))?;
    for (owner, removal) in &old {
        let selected = contact_selections::table.filter(contact_selections::owner_id.eq(owner));
        diesel::delete(selected.filter(contact_selections::removal_id.eq(removal))).execute(connection)?;
        diesel::delete(contact_removals::table.find((owner, removal))).execute(connection)?;
    }
    Ok(old.len() as i64 == GROUP_SIZE)
}
