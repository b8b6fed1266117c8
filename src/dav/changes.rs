//! A device changes its member's book: what it sends is checked as the pages check, and kept as it came.

use actix_web::http::StatusCode;
use diesel::dsl::sum;
use diesel::prelude::*;

use crate::contacts::card::Card;
use crate::contacts::source::Source;
use crate::contacts::store::{self, MAX_CONTACTS, NewContact};
use crate::dav::answer::Refusal;
use crate::dav::conditions::Conditions;
use crate::dav::entries::{self, Entry};
use crate::dav::names;
use crate::dav::place::Place;
use crate::dav::sent::Extent;
use crate::db::{self, Connection};
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::schema::contact_files;

/// Bytes from which on a card counts against [`MAX_BYTES`]: most cards have a tenth, and pictures make them larger.
const LARGE: usize = 16 * 1024;
/// Bytes of all cards of a member, once one is large.
const MAX_BYTES: i64 = 200 * 1024 * 1024;

/// A card that a device sends.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The name of the file.
    pub name: String,
    /// What was sent.
    pub body: String,
    /// What it says, checked, and cut to what a contact takes.
    pub card: Card,
    /// How much it had before.
    pub extent: Extent,
    /// As the client has it.
    pub conditions: Conditions,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Whether the card is new.
    pub is_new: bool,
    /// Its entity tag.
    pub etag: String,
}

/// Stores a card under its name.
///
/// # Errors
/// The database's.
pub fn put(connection: &mut Connection, owner: MemberId, sent: &Sent) -> Result<Result<Stored, Refusal>, Error> {
    db::lock_members(connection, [owner])?;
    let there = entries::find(connection, owner, &sent.name)?;
    if !sent.conditions.hold(there.as_ref().map(Entry::etag).as_deref()) {
        return Ok(Err(Refusal::stale()));
    }
    if let Some(refusal) = uid_conflict(connection, owner, sent, there.as_ref())? {
        return Ok(Err(refusal));
    }
    if let Some(refusal) = too_much(connection, owner, sent, there.is_none())? {
        return Ok(Err(refusal));
    }
    if let Some(refusal) = too_large(connection, owner, sent, there.as_ref())? {
        return Ok(Err(refusal));
    }
    let contact = match &there {
        Some(entry) => {
            // A device knows nothing of who was merged into it.
            let aliases = store::load(connection, owner, entry.contact)?.card.aliases;
            store::update(connection, owner, entry.contact, &Card { aliases, ..sent.card.clone() })?;
            entry.contact
        }
        None => {
            let new = NewContact { card: sent.card.clone(), source: Source::CardDav, import_id: None };
            store::insert(connection, owner, &[new])?.pop().ok_or(Error::NotFound)?
        }
    };
    let version = store::book(connection, owner)?.version;
    keep(connection, owner, contact, version, sent)?;
    let stored = Entry { contact, version, changed_at: 0, size: 0, name: String::new() };
    Ok(Ok(Stored { is_new: there.is_none(), etag: stored.etag() }))
}

/// Refuses a uid that another card has, and another uid for a card that has one: devices know cards by it.
fn uid_conflict(
    connection: &mut Connection,
    owner: MemberId,
    sent: &Sent,
    there: Option<&Entry>,
) -> Result<Option<Refusal>, Error> {
    let uid = &sent.card.uid;
    if uid.is_empty() {
        return Ok(None);
    }
    let others = store::by_uid(connection, owner, std::slice::from_ref(uid))?;
    let (own, other) = (there.map(|entry| entry.contact), others.get(uid).copied());
    let conflict = if other == own { None } else { other.or(own) };
    let Some(contact) = conflict else { return Ok(None) };
    let path = entries::of_contacts(connection, owner, &[contact])?.pop().map(|entry| entry.path(owner));
    let sentence = "A card keeps its UID, and no two cards have the same.";
    let refusal = Refusal::of(StatusCode::CONFLICT, names::NO_UID_CONFLICT, sentence);
    Ok(Some(refusal.naming(&path.unwrap_or_else(|| Place::Book.path(owner)))))
}

fn too_much(connection: &mut Connection, owner: MemberId, sent: &Sent, is_new: bool) -> Result<Option<Refusal>, Error> {
    let full = |sentence| Refusal::of(StatusCode::FORBIDDEN, names::QUOTA, sentence);
    let number = store::book(connection, owner)?.number;
    if is_new && usize::try_from(number).unwrap_or(0) >= MAX_CONTACTS {
        return Ok(Some(full("There are as many contacts as an address book takes.")));
    }
    if sent.body.len() < LARGE {
        return Ok(None);
    }
    let files = contact_files::table.filter(contact_files::owner_id.eq(owner));
    let bytes: Option<i64> = files.select(sum(contact_files::size)).first(connection)?;
    let is_full = bytes.unwrap_or(0) >= MAX_BYTES;
    Ok(is_full.then(|| full("The pictures in this address book take as much room as there is.")))
}

/// Refuses a card that has more than the pages take, unless what the device was given had as much.
fn too_large(
    connection: &mut Connection,
    owner: MemberId,
    sent: &Sent,
    there: Option<&Entry>,
) -> Result<Option<Refusal>, Error> {
    if !sent.extent.is_too_much() {
        return Ok(None);
    }
    let given = match there {
        Some(entry) => entries::bodies(connection, owner, std::slice::from_ref(entry))?.remove(&entry.contact),
        None => None,
    };
    Ok(sent.extent.refusal(Extent::of_file(&given.unwrap_or_default())))
}

/// Keeps what was sent, under its name.
fn keep(
    connection: &mut Connection,
    owner: MemberId,
    contact: ContactId,
    version: i64,
    sent: &Sent,
) -> Result<(), Error> {
    let files = contact_files::table.filter(contact_files::owner_id.eq(owner));
    // A deleted contact may have had the name. Should it come back, it has its id for one, and the pictures of its file.
    let named = files.filter(contact_files::name.eq(&sent.name)).filter(contact_files::contact_id.ne(contact));
    let named = named.select(contact_files::contact_id).first::<ContactId>(connection).optional()?;
    if let Some(deleted) = named {
        let name = store::free_name(connection, owner, deleted)?;
        let file = contact_files::table.find((owner, deleted));
        diesel::update(file).set(contact_files::name.eq(name)).execute(connection)?;
    }
    diesel::delete(files.filter(contact_files::contact_id.eq(contact))).execute(connection)?;
    let row = (
        contact_files::owner_id.eq(owner),
        contact_files::contact_id.eq(contact),
        contact_files::name.eq(&sent.name),
        contact_files::body.eq(&sent.body),
        contact_files::size.eq(i32::try_from(sent.body.len()).unwrap_or(i32::MAX)),
        contact_files::version.eq(version),
    );
    diesel::insert_into(contact_files::table).values(row).execute(connection)?;
    Ok(())
}

/// Deletes a card; it can be brought back on the pages for a while.
///
/// # Errors
/// The database's.
pub fn delete(
    connection: &mut Connection,
    owner: MemberId,
    name: &str,
    conditions: &Conditions,
) -> Result<Result<(), Refusal>, Error> {
    db::lock_members(connection, [owner])?;
    let Some(entry) = entries::find(connection, owner, name)? else { return Ok(Err(Refusal::not_found())) };
    if !conditions.hold(Some(&entry.etag())) {
        return Ok(Err(Refusal::stale()));
    }
    store::delete_by_device(connection, owner, entry.contact)?;
    Ok(Ok(()))
}
