//! *Merge duplicates*: contacts that share an e-mail address, a phone number, a profile, or name and company.

mod apart;
mod groups;
pub mod merged;
pub mod pages;
pub mod properties;
mod ticks;

use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::dsl::count_star;
use diesel::prelude::*;

pub use crate::contacts::duplicates::apart::Apart;
use crate::contacts::duplicates::groups::{MOST, Sharing};
use crate::contacts::duplicates::merged::TooMuch;
use crate::contacts::keys::{KEY_KINDS, Key, KeyKind};
use crate::contacts::names::name_key;
use crate::contacts::store::{self, Contact};
use crate::db::{self, Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, ContactRemovalId, MemberId};
use crate::schema::{contact_keys, contacts, contacts_kept_apart};

/// Keys that are looked at at once.
const KEYS: i64 = 2_000;
/// Groups on the page.
pub const SHOWN: usize = 10;

/// Contacts that may be one and the same person.
#[derive(Debug, Clone)]
pub struct Group {
    /// The contacts, the oldest first.
    pub contacts: Vec<Contact>,
    /// What two of them share.
    pub shared: Vec<KeyKind>,
    /// Those who are ticked.
    pub ticked: HashSet<ContactId>,
    /// Into which one the others are merged.
    pub main: Option<ContactId>,
}

impl Group {
    /// Whether a contact is ticked.
    pub fn ticks(&self, id: &ContactId) -> bool {
        self.ticked.contains(id)
    }

    /// Whether the others are merged into a contact.
    pub fn is_main(&self, id: &ContactId) -> bool {
        self.main == Some(*id)
    }
}

/// What a merge has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// They are one contact of this name; the removal takes that back.
    Done(ContactRemovalId, String),
    /// Fewer than two of them are still there.
    Gone,
    /// A contact has no room for what they have together. Nothing is changed.
    TooMuch(TooMuch),
}

/// What the page of duplicates has.
#[derive(Debug, Clone)]
pub struct Found {
    /// The first groups.
    pub groups: Vec<Group>,
    /// How many groups there are.
    pub number: usize,
    /// Those of whom it was said that they are different people.
    pub apart: Vec<Vec<Apart>>,
}

/// Finds who may be one person, and who was kept apart.
///
/// # Errors
/// The database's.
pub fn find(connection: &mut Connection, owner: MemberId) -> Result<Found, Error> {
    let keys = shared_keys(connection, owner)?;
    let mut with = store::with_keys(connection, owner, &keys)?;
    // In the order of the keys, so that the page is the same each time.
    let sharing: Vec<Sharing> = keys.into_iter().filter_map(|key| Some((key.0, with.remove(&key)?))).collect();
    let (apart, names) = (kept_apart(connection, owner)?, names(connection, owner, &sharing)?);
    let mut found = groups::of(&sharing, &apart, &names);
    let number = found.len();
    found.truncate(SHOWN);
    let shared = shared_within(&found, &sharing);
    let ids: Vec<ContactId> = found.iter().flatten().copied().collect();
    let contacts = store::load_many(connection, owner, &ids)?;
    let of_group = |(ids, shared): (BTreeSet<ContactId>, Vec<Shared>)| {
        group(contacts.iter().filter(|contact| ids.contains(&contact.id)).cloned().collect(), &shared)
    };
    let groups = found.into_iter().zip(shared).map(of_group);
    let groups = groups.filter(|group| group.contacts.len() > 1).collect();
    Ok(Found { groups, number, apart: apart::listed(connection, owner, &apart)? })
}

/// What contacts of a group share, and which of them do.
type Shared = (KeyKind, HashSet<ContactId>);

fn group(contacts: Vec<Contact>, shared: &[Shared]) -> Group {
    let is_shared = |kind: &KeyKind| shared.iter().any(|(of, _)| of == kind);
    let mut kinds: Vec<KeyKind> = KEY_KINDS.into_iter().filter(is_shared).collect();
    if kinds.contains(&KeyKind::Phone) {
        kinds.retain(|kind| *kind != KeyKind::NameAndPhone);
    }
    let ticked = ticks::of(&contacts, shared);
    let main = contacts.iter().map(|contact| contact.id).find(|id| ticked.is_empty() || ticked.contains(id));
    Group { contacts, shared: kinds, ticked, main }
}

/// For each group the keys that two of it share.
fn shared_within(groups: &[BTreeSet<ContactId>], sharing: &[Sharing]) -> Vec<Vec<Shared>> {
    let mut shared: Vec<Vec<Shared>> = vec![Vec::new(); groups.len()];
    let numbered = groups.iter().enumerate().flat_map(|(at, ids)| ids.iter().map(move |id| (*id, at)));
    let places: HashMap<ContactId, usize> = numbered.collect();
    for (kind, ids) in sharing {
        let mut within: HashMap<usize, HashSet<ContactId>> = HashMap::new();
        for id in ids {
            if let Some(at) = places.get(id) {
                within.entry(*at).or_default().insert(*id);
            }
        }
        within.retain(|_, ids| ids.len() > 1);
        within.into_iter().for_each(|(at, ids)| shared[at].push((*kind, ids)));
    }
    shared
}

/// The keys of the names of those who share something with many.
fn names(
    connection: &mut Connection,
    owner: MemberId,
    sharing: &[Sharing],
) -> Result<HashMap<ContactId, String>, Error> {
    let with_many = sharing.iter().filter(|(_, ids)| ids.len() > MOST).flat_map(|(_, ids)| ids);
    let ids: Vec<ContactId> = with_many.copied().collect::<BTreeSet<_>>().into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = contacts::table.filter(contacts::owner_id.eq(owner)).filter(id_in(connection, contacts::id, &ids));
    let rows = rows.select((contacts::id, contacts::full_name));
    let rows: Vec<(ContactId, String)> = on_engine!(connection, |own| rows.load(own))?;
    Ok(rows.into_iter().map(|(id, name)| (id, name_key(&name))).collect())
}

/// The keys that more than one contact has.
fn shared_keys(connection: &mut Connection, owner: MemberId) -> Result<Vec<Key>, Error> {
    use contact_keys::{key, kind, owner_id};
    let rows = contact_keys::table
        .filter(owner_id.eq(owner))
        .filter(kind.lt(KeyKind::Alias))
        .group_by((kind, key))
        .having(count_star().gt(1))
        .select((kind, key))
        .order((kind, key))
        .limit(KEYS);
    Ok(on_engine!(connection, |own| rows.load(own))?)
}

fn kept_apart(connection: &mut Connection, owner: MemberId) -> Result<HashSet<(ContactId, ContactId)>, Error> {
    let rows = contacts_kept_apart::table.filter(contacts_kept_apart::owner_id.eq(owner));
    let rows = rows.select((contacts_kept_apart::one_id, contacts_kept_apart::other_id));
    let rows: Vec<(ContactId, ContactId)> = on_engine!(connection, |own| rows.load(own))?;
    Ok(rows.into_iter().collect())
}

/// Remembers that these contacts are different people.
///
/// # Errors
/// The database's.
pub fn keep_apart(connection: &mut Connection, owner: MemberId, ids: &[ContactId]) -> Result<(), Error> {
    db::lock_members(connection, [owner])?;
    let ids: Vec<ContactId> = store::load_many(connection, owner, ids)?.iter().map(|contact| contact.id).collect();
    for (at, one) in ids.iter().enumerate() {
        for other in &ids[at + 1..] {
            use contacts_kept_apart::{one_id, other_id, owner_id};
            let row = (owner_id.eq(owner), one_id.eq(one), other_id.eq(other));
            let row = diesel::insert_into(contacts_kept_apart::table).values(row).on_conflict_do_nothing();
            on_engine!(connection, |own| row.execute(own))?;
        }
    }
    Ok(())
}

/// Forgets that any of these contacts are different people.
///
/// # Errors
/// The database's.
pub fn suggest_again(connection: &mut Connection, owner: MemberId, ids: &[ContactId]) -> Result<(), Error> {
    use contacts_kept_apart::{one_id, other_id, owner_id};
    db::lock_members(connection, [owner])?;
    let rows = contacts_kept_apart::table.filter(owner_id.eq(owner));
    let rows = rows.filter(id_in(connection, one_id, ids)).filter(id_in(connection, other_id, ids));
    on_engine!(connection, |own| diesel::delete(rows).execute(own))?;
    Ok(())
}

/// Returns the merge that has made these contacts one, where an earlier press did; the first it is named by where several did.
fn merged_before(
    connection: &mut Connection,
    owner: MemberId,
    main: ContactId,
    ids: &[ContactId],
) -> Result<Merged, Error> {
    let Some(kept) = store::load_many(connection, owner, &[main])?.pop() else { return Ok(Merged::Gone) };
    let others: Vec<ContactId> = ids.iter().copied().filter(|id| *id != main).collect();
    let merged = store::merge_of(connection, owner, main, &others)?;
    Ok(merged.map_or(Merged::Gone, |removal| Merged::Done(removal, kept.card.name())))
}

/// Merges contacts into one of them. Those that are merged already stay so, and are named by that merge.
///
/// # Errors
/// The database's.
pub fn merge(
    connection: &mut Connection,
    owner: MemberId,
    main: ContactId,
    ids: &[ContactId],
) -> Result<Merged, Error> {
    db::lock_members(connection, [owner])?;
    let mut all = store::load_many(connection, owner, ids)?;
    let Some(at) = all.iter().position(|contact| contact.id == main).filter(|_| all.len() > 1) else {
        return merged_before(connection, owner, main, ids);
    };
    let main = all.remove(at);
    let cards: Vec<_> = all.iter().map(|contact| contact.card.clone()).collect();
    let others: Vec<ContactId> = all.iter().map(|contact| contact.id).collect();
    match merged::merged(&main.card, &cards) {
        Err(what) => Ok(Merged::TooMuch(what)),
        Ok(card) => {
            let removal = store::merge(connection, owner, &main, &card, &others)?;
            Ok(Merged::Done(removal, main.card.name()))
        }
    }
}
