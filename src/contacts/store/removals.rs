//! Deleting contacts, and bringing back what one deletion deleted.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::contacts::card::Card;
use crate::contacts::store::{self, Contact, IsLive, change_book, derived, new_uid, pictures};
use crate::dates::now;
use crate::db::{self, Connection, few_or_many_in, new_id, numbered, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, ContactRemovalId, ImportId, MemberId};
use crate::schema::{contact_cards, contact_removals, contacts};

/// Seconds after which a phone that deletes again does so anew.
const ONE_GO: i64 = 3_600;

numbered! {
    /// What deleted contacts.
    pub enum RemovalKind {
        /// *Delete contact*.
        One = 0,
        /// *Remove contacts*.
        Bulk = 1,
        /// *Merge duplicates*.
        Merge = 2,
        /// An import that was taken back.
        Import = 3,
        /// A phone or another program.
        CardDav = 4,
    }
}

/// Deletes contacts at once, which [`restore`] brings back; gives the id of the removal. Who is not there stays so.
///
/// # Errors
/// The database's.
pub fn delete(
    connection: &mut Connection,
    owner: MemberId,
    ids: &[ContactId],
    kind: RemovalKind,
) -> Result<ContactRemovalId, Error> {
    let id = new_id();
    let row = (
        contact_removals::owner_id.eq(owner),
        contact_removals::id.eq(id),
        contact_removals::kind.eq(kind),
        contact_removals::created_at.eq(now()),
    );
    diesel::insert_into(contact_removals::table).values(row).execute(connection)?;
    delete_all_of(connection, owner, ids, id)?;
    Ok(id)
}

/// Deletes a contact as a phone asks to. What phones delete at one go, one after the other, is one removal, so that one *Undo* brings
/// it back.
///
/// # Errors
/// The database's.
pub fn delete_by_device(connection: &mut Connection, owner: MemberId, id: ContactId) -> Result<(), Error> {
    let newest = contact_removals::table
        .filter(contact_removals::owner_id.eq(owner))
        .filter(contact_removals::kind.eq(RemovalKind::CardDav))
        .filter(contact_removals::undone_at.is_null())
        .filter(contact_removals::confirmed_at.gt(now() - ONE_GO))
        .order(contact_removals::id.desc())
        .select((contact_removals::id, contact_removals::removed));
    let newest: Option<(ContactRemovalId, i32)> = on_engine!(connection, |own| newest.first(own)).optional()?;
    let Some((removal, before)) = newest else {
        return delete(connection, owner, &[id], RemovalKind::CardDav).map(drop);
    };
    let number = before + counted(delete_all_of(connection, owner, &[id], removal)?);
    let row = contact_removals::table.find((owner, removal));
    diesel::update(row).set(contact_removals::removed.eq(number)).execute(connection)?;
    Ok(())
}

/// Deletes contacts in a removal that there is already, and says so in it; gives how many were there.
///
/// # Errors
/// The database's.
pub fn delete_all_of(
    connection: &mut Connection,
    owner: MemberId,
    ids: &[ContactId],
    removal: ContactRemovalId,
) -> Result<usize, Error> {
    let version = change_book(connection, owner, 0)?;
    let unchanged = unchanged_since_merges(connection, owner, ids, None)?;
    let these = few_or_many_in(connection, contacts::id, ids);
    let live = contacts::table.filter(contacts::owner_id.eq(owner)).filter(these).filter(IsLive);
    let gone = (contacts::deleted_at.eq(now()), contacts::removal_id.eq(removal), contacts::version.eq(version));
    let number = diesel::update(live).set(gone).execute(connection)?;
    carry_version(connection, owner, &unchanged, version)?;
    derived::delete(connection, owner, ids)?;
    store::count(connection, owner, -counted(number))?;
    let result = (contact_removals::confirmed_at.eq(now()), contact_removals::removed.eq(counted(number)));
    diesel::update(contact_removals::table.find((owner, removal))).set(result).execute(connection)?;
    Ok(number)
}

/// Gives one contact another card and deletes others in its favour, as [`restore`] takes back; gives the removal.
///
/// # Errors
/// The database's.
pub fn merge(
    connection: &mut Connection,
    owner: MemberId,
    main: &Contact,
    card: &Card,
    others: &[ContactId],
) -> Result<ContactRemovalId, Error> {
    let removal = delete(connection, owner, others, RemovalKind::Merge)?;
    pictures::take_along(connection, owner, (main.id, others), removal)?;
    store::update(connection, owner, main.id, card)?;
    let before = (
        contact_removals::kept_id.eq(main.id),
        contact_removals::kept_card.eq(derived::written(&main.card)?),
        contact_removals::kept_raw.eq(&main.card.raw),
        contact_removals::kept_version.eq(store::book(connection, owner)?.version),
        contact_removals::kept_before.eq(main.version),
    );
    diesel::update(contact_removals::table.find((owner, removal))).set(before).execute(connection)?;
    Ok(removal)
}

/// Returns the merge into a contact by which all of these were deleted, unless it was taken back.
///
/// # Errors
/// The database's.
pub fn merge_of(
    connection: &mut Connection,
    owner: MemberId,
    kept: ContactId,
    others: &[ContactId],
) -> Result<Option<ContactRemovalId>, Error> {
    let rows =
        contacts::table.filter(contacts::owner_id.eq(owner)).filter(few_or_many_in(connection, contacts::id, others));
    let removals: Vec<Option<ContactRemovalId>> = rows.select(contacts::removal_id).load(connection)?;
    let Some(Some(first)) = removals.first().copied().filter(|_| removals.len() == others.len()) else {
        return Ok(None);
    };
    if removals.iter().any(|removal| *removal != Some(first)) {
        return Ok(None);
    }
    let merge = contact_removals::table
        .find((owner, first))
        .filter(contact_removals::kept_id.eq(kept))
        .filter(contact_removals::undone_at.is_null());
    Ok(merge.select(contact_removals::id).first(connection).optional()?)
}

/// Gives the contact into which others were merged the card that it had. One that was changed since keeps what it has;
/// returns its name.
fn unmerge(connection: &mut Connection, owner: MemberId, removal: ContactRemovalId) -> Result<Option<String>, Error> {
    use contact_removals::{kept_before, kept_card, kept_id, kept_raw, kept_version};
    let row = contact_removals::table.find((owner, removal));
    let row = row.select((kept_id, kept_card, kept_raw, kept_version, kept_before));
    let (id, card, raw, version, before): (Option<ContactId>, String, String, i64, i64) = row.first(connection)?;
    let Some(id) = id else { return Ok(None) };
    let merges = contact_removals::table
        .filter(contact_removals::owner_id.eq(owner))
        .filter(kept_id.eq(id))
        .filter(contact_removals::undone_at.is_null());
    // The merge that came next gives back what was there before both.
    let earlier = (kept_card.eq(&card), kept_raw.eq(&raw), kept_before.eq(before));
    diesel::update(merges.filter(kept_before.eq(version))).set(earlier).execute(connection)?;
    match store::load(connection, owner, id) {
        Ok(now) if now.version != version => Ok(Some(now.card.name())),
        Ok(_) => {
            pictures::take_off(connection, owner, id, removal)?;
            store::update(connection, owner, id, &Card { raw, ..derived::read_card(&card)? })?;
            // To the merge before, the contact is again as it left it.
            let now = store::book(connection, owner)?.version;
            diesel::update(merges.filter(kept_version.eq(before))).set(kept_version.eq(now)).execute(connection)?;
            Ok(None)
        }
        Err(Error::NotFound) => Ok(None),
        Err(why) => Err(why),
    }
}

/// The merges into some contacts that have not been changed since: of those that a removal deleted or, without one, of
/// those that are not deleted.
fn unchanged_since_merges(
    connection: &mut Connection,
    owner: MemberId,
    ids: &[ContactId],
    removal: Option<ContactRemovalId>,
) -> Result<Vec<ContactRemovalId>, Error> {
    let kept = contacts::owner_id.eq(contact_removals::owner_id);
    let kept = kept.and(contact_removals::kept_id.eq(contacts::id.nullable()));
    let merges = contact_removals::table
        .inner_join(contacts::table.on(kept))
        .filter(contact_removals::owner_id.eq(owner))
        .filter(contact_removals::undone_at.is_null())
        .filter(contact_removals::kept_version.eq(contacts::version))
        .select((contacts::id, contacts::removal_id, contact_removals::id));
    let merges: Vec<(ContactId, Option<ContactRemovalId>, ContactRemovalId)> = merges.load(connection)?;
    let ids: HashSet<ContactId> = if merges.is_empty() { HashSet::new() } else { ids.iter().copied().collect() };
    let merges = merges.into_iter().filter(|(id, deleted_by, _)| *deleted_by == removal && ids.contains(id));
    Ok(merges.map(|(.., merge)| merge).collect())
}

/// Says in merges that the contact they kept is still as they left it, in a version that it got by going or coming back.
fn carry_version(
    connection: &mut Connection,
    owner: MemberId,
    merges: &[ContactRemovalId],
    version: i64,
) -> Result<(), Error> {
    for merge in merges {
        let row = contact_removals::table.find((owner, *merge));
        diesel::update(row).set(contact_removals::kept_version.eq(version)).execute(connection)?;
    }
    Ok(())
}

/// Takes back every merge by which a contact of an import took others in, or was taken in by another: the newest first, so
/// that of a chain each gives back what it took in. A contact that was changed since keeps what it has; returns the
/// names of those that the import did not bring.
///
/// # Errors
/// The database's.
pub fn unmerge_import(connection: &mut Connection, owner: MemberId, import: ImportId) -> Result<Vec<String>, Error> {
    let merges = contact_removals::table
        .filter(contact_removals::owner_id.eq(owner))
        .filter(contact_removals::kept_id.is_not_null())
        .filter(contact_removals::undone_at.is_null())
        .order(contact_removals::id.desc())
        .select((contact_removals::id, contact_removals::kept_id));
    let merges: Vec<(ContactRemovalId, Option<ContactId>)> = merges.load(connection)?;
    let mut changed: Vec<String> = Vec::new();
    if merges.is_empty() {
        return Ok(changed);
    }
    let brought = contacts::table.filter(contacts::owner_id.eq(owner)).filter(contacts::import_id.eq(import));
    let brought: Vec<(ContactId, Option<ContactRemovalId>)> =
        brought.select((contacts::id, contacts::removal_id)).load(connection)?;
    let ids: HashSet<ContactId> = brought.iter().map(|(id, _)| *id).collect();
    let taken_by: HashSet<ContactRemovalId> = brought.into_iter().filter_map(|(_, removal)| removal).collect();
    for (merge, kept) in merges {
        let is_brought = kept.is_some_and(|id| ids.contains(&id));
        if !is_brought && !taken_by.contains(&merge) {
            continue;
        }
        let name = restore(connection, owner, merge)?.changed;
        changed.extend(name.filter(|name| !is_brought && !changed.contains(name)));
    }
    Ok(changed)
}

/// What [`restore`] has come to.
#[derive(Debug, Clone, Default)]
pub struct Restored {
    /// How many contacts are back.
    pub number: usize,
    /// The name of the contact into which they were merged, where it was changed since and so keeps what it got.
    pub changed: Option<String>,
}

/// Brings back every contact that a removal deleted, each as it was. A second press changes nothing.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn restore(connection: &mut Connection, owner: MemberId, removal: ContactRemovalId) -> Result<Restored, Error> {
    db::lock_members(connection, [owner])?;
    let row = contact_removals::table.find((owner, removal)).select(contact_removals::undone_at);
    let undone: Option<i64> = row.first(connection).optional()?.ok_or(Error::NotFound)?;
    if undone.is_some() {
        return Ok(Restored::default());
    }
    let changed = unmerge(connection, owner, removal)?;
    let version = change_book(connection, owner, 0)?;
    let cards = deleted_by(connection, owner, removal)?;
    let ids: Vec<ContactId> = cards.iter().map(|(id, _)| *id).collect();
    let unchanged = unchanged_since_merges(connection, owner, &ids, Some(removal))?;
    let cards = with_free_uids(connection, owner, cards)?;
    let these = contacts::table.filter(contacts::owner_id.eq(owner)).filter(contacts::removal_id.eq(removal));
    let back = (
        contacts::deleted_at.eq(None::<i64>),
        contacts::removal_id.eq(None::<ContactRemovalId>),
        contacts::version.eq(version),
    );
    diesel::update(these).set(back).execute(connection)?;
    carry_version(connection, owner, &unchanged, version)?;
    let cards: Vec<(ContactId, &Card)> = cards.iter().map(|(id, card)| (*id, card)).collect();
    derived::restore(connection, owner, &cards)?;
    store::count(connection, owner, counted(ids.len()))?;
    let result = (contact_removals::undone_at.eq(now()), contact_removals::restored.eq(counted(ids.len())));
    diesel::update(contact_removals::table.find((owner, removal))).set(result).execute(connection)?;
    Ok(Restored { number: ids.len(), changed })
}

fn counted(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Returns the contacts that a removal deleted, each with its card as it was, but without what other programs sent.
///
/// # Errors
/// The database's.
pub fn deleted_by(
    connection: &mut Connection,
    owner: MemberId,
    removal: ContactRemovalId,
) -> Result<Vec<(ContactId, Card)>, Error> {
    let card = contact_cards::owner_id.eq(contacts::owner_id).and(contact_cards::contact_id.eq(contacts::id));
    let rows = contacts::table
        .inner_join(contact_cards::table.on(card))
        .filter(contacts::owner_id.eq(owner))
        .filter(contacts::removal_id.eq(removal))
        .select((contacts::id, contacts::uid, contact_cards::card));
    let rows: Vec<(ContactId, String, String)> = rows.load(connection)?;
    rows.into_iter().map(|(id, uid, card)| Ok((id, Card { uid, ..derived::read_card(&card)? }))).collect()
}

/// Gives a new uid to those whose own another contact has got meanwhile, as where a phone sent its card again.
fn with_free_uids(
    connection: &mut Connection,
    owner: MemberId,
    mut cards: Vec<(ContactId, Card)>,
) -> Result<Vec<(ContactId, Card)>, Error> {
    let uids: Vec<String> = cards.iter().map(|(_, card)| card.uid.clone()).collect();
    let taken: HashMap<String, ContactId> = store::by_uid(connection, owner, &uids)?;
    for (id, card) in cards.iter_mut().filter(|(_, card)| taken.contains_key(&card.uid)) {
        card.uid = new_uid(*id);
        let row = contacts::table.find((owner, *id));
        diesel::update(row).set(contacts::uid.eq(&card.uid)).execute(connection)?;
    }
    Ok(cards)
}
