//! The cards of an address book under the names that devices know: a device's own, else the contact's id.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::contacts::card::Card;
use crate::contacts::duplicates::properties::joined;
use crate::contacts::store::{self, ENDING, IsLive, as_ones_own, plain_name};
use crate::contacts::vcard::{self, lines_of};
use crate::dav::place::Place;
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::schema::{contact_files, contacts};

/// Names of one statement.
const NAMES: usize = 500;

/// A card without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The contact.
    pub contact: ContactId,
    /// The version of the book in which it was changed last.
    pub version: i64,
    /// When.
    pub changed_at: i64,
    /// About how many bytes it has.
    pub size: usize,
    /// The name of its file.
    pub name: String,
}

impl Entry {
    /// The entity tag: another one after every change.
    pub fn etag(&self) -> String {
        format!("\"{}-{}\"", self.contact, self.version)
    }

    /// The path of its address.
    pub fn path(&self, owner: MemberId) -> String {
        Place::Card(self.name.clone()).path(owner)
    }
}

type Found = (ContactId, i64, i64, Option<String>, Option<i32>);

fn entry((contact, version, changed_at, name, size): Found) -> Entry {
    let size = usize::try_from(size.unwrap_or_default()).unwrap_or_default();
    Entry { contact, version, changed_at, size, name: name.unwrap_or_else(|| plain_name(contact)) }
}

/// The contacts of a member that are there, with their files.
macro_rules! live {
    ($owner:expr) => {
        contacts::table
            .left_join(
                contact_files::table
                    .on(contact_files::owner_id.eq(contacts::owner_id).and(contact_files::contact_id.eq(contacts::id))),
            )
            .filter(contacts::owner_id.eq($owner))
            .filter(IsLive)
            .select((
                contacts::id,
                contacts::version,
                contacts::changed_at,
                contact_files::name.nullable(),
                contact_files::size.nullable(),
            ))
    };
}

/// Loads all entries of a book.
///
/// # Errors
/// The database's.
pub fn all(connection: &mut Connection, owner: MemberId) -> Result<Vec<Entry>, Error> {
    let rows = live!(owner).order(contacts::id);
    let rows: Vec<Found> = on_engine!(connection, |own| rows.load(own))?;
    Ok(rows.into_iter().map(entry).collect())
}

/// Loads the entries of these contacts that are there.
///
/// # Errors
/// The database's.
pub fn of_contacts(connection: &mut Connection, owner: MemberId, ids: &[ContactId]) -> Result<Vec<Entry>, Error> {
    let rows = live!(owner).filter(id_in(connection, contacts::id, ids));
    let rows: Vec<Found> = on_engine!(connection, |own| rows.load(own))?;
    Ok(rows.into_iter().map(entry).collect())
}

/// Loads the entries with these names that are there.
///
/// # Errors
/// The database's.
pub fn named(connection: &mut Connection, owner: MemberId, names: &[String]) -> Result<Vec<Entry>, Error> {
    let mut ids: Vec<ContactId> = names.iter().filter_map(|name| name.strip_suffix(ENDING)?.parse().ok()).collect();
    for names in names.chunks(NAMES) {
        let files = contact_files::table.filter(contact_files::owner_id.eq(owner));
        let files = files.filter(contact_files::name.eq_any(names)).select(contact_files::contact_id);
        ids.extend(files.load::<ContactId>(connection)?);
    }
    let mut found = of_contacts(connection, owner, &ids)?;
    // A contact may have another name than its id by now.
    let wanted: std::collections::HashSet<&str> = names.iter().map(String::as_str).collect();
    found.retain(|entry| wanted.contains(entry.name.as_str()));
    Ok(found)
}

/// Loads the names that devices gave contacts, also deleted ones.
///
/// # Errors
/// The database's.
pub fn names(
    connection: &mut Connection,
    owner: MemberId,
    ids: &[ContactId],
) -> Result<HashMap<ContactId, String>, Error> {
    let files = contact_files::table
        .filter(contact_files::owner_id.eq(owner))
        .filter(id_in(connection, contact_files::contact_id, ids))
        .select((contact_files::contact_id, contact_files::name));
    let files: Vec<(ContactId, String)> = on_engine!(connection, |own| files.load(own))?;
    Ok(files.into_iter().collect())
}

/// Loads the entry of a name.
///
/// # Errors
/// The database's.
pub fn find(connection: &mut Connection, owner: MemberId, name: &str) -> Result<Option<Entry>, Error> {
    Ok(named(connection, owner, &[name.to_owned()])?.pop())
}

/// What entries say, by contact: what a device sent, byte by byte, until a page changes it; then with the fields as they are and
/// whatever else the device had sent.
///
/// # Errors
/// The database's.
pub fn bodies(
    connection: &mut Connection,
    owner: MemberId,
    entries: &[Entry],
) -> Result<HashMap<ContactId, String>, Error> {
    let ids: Vec<ContactId> = entries.iter().map(|entry| entry.contact).collect();
    let files = contact_files::table
        .filter(contact_files::owner_id.eq(owner))
        .filter(id_in(connection, contact_files::contact_id, &ids))
        .select((contact_files::contact_id, contact_files::version, contact_files::body));
    let files: Vec<(ContactId, i64, String)> = on_engine!(connection, |own| files.load(own))?;
    let (mut found, mut sent) = (HashMap::new(), HashMap::new());
    let versions: HashMap<ContactId, i64> = entries.iter().map(|entry| (entry.contact, entry.version)).collect();
    for (contact, version, body) in files {
        let as_sent = versions.get(&contact) == Some(&version);
        if as_sent { &mut found } else { &mut sent }.insert(contact, body);
    }
    let others: Vec<ContactId> = ids.into_iter().filter(|id| !found.contains_key(id)).collect();
    for contact in store::load_many(connection, owner, &others)? {
        // What a merge brought stands in the card alone, pictures in what the device sent.
        let raw = match sent.get(&contact.id).and_then(|body| lines_of(body)) {
            Some(lines) => joined(&as_ones_own(&lines), &contact.card.raw),
            None => contact.card.raw.clone(),
        };
        found.insert(contact.id, vcard::write(&Card { raw, ..contact.card }));
    }
    Ok(found)
}
