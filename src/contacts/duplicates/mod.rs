//! *Merge duplicates*: contacts that share an e-mail address, a phone number, a profile, or name and company.

pub mod merged;
pub mod pages;
pub mod properties;
mod ticks;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::contacts::duplicates::merged::TooMuch;
use crate::contacts::keys::{KEY_KINDS, Key, KeyKind};
use crate::contacts::store::{self, Contact};
use crate::db::{self, Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, ContactRemovalId, MemberId};
use crate::schema::{contact_keys, contacts_kept_apart};

/// Keys that are looked at at once.
const KEYS: i64 = 2_000;
/// Groups on the page.
pub const SHOWN: usize = 10;
/// Contacts of a group.
const MOST: usize = 10;

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

/// The first groups, and how many there are.
///
/// # Errors
/// The database's.
pub fn groups(connection: &mut Connection, owner: MemberId) -> Result<(Vec<Group>, usize), Error> {
    let keys = shared_keys(connection, owner)?;
    let with = store::with_keys(connection, owner, &keys)?;
    let apart = kept_apart(connection, owner)?;
    // In the order of the keys, so that the page is the same each time.
    let all: BTreeMap<(i16, String), Vec<ContactId>> =
        with.into_iter().map(|((kind, key), ids)| ((kind as i16, key), ids)).collect();
    let mut found: Vec<BTreeSet<ContactId>> = Vec::new();
    for ids in all.values() {
        for (at, one) in ids.iter().enumerate() {
            for other in &ids[at + 1..] {
                if !apart.contains(&(*one, *other)) {
                    join(&mut found, *one, *other);
                }
            }
        }
    }
    let number = found.len();
    let mut groups = Vec::new();
    for ids in found.into_iter().take(SHOWN) {
        let ids: Vec<ContactId> = ids.into_iter().collect();
        let share = |kind: &KeyKind| {
            all.iter()
                .any(|((of, _), with)| *of == *kind as i16 && ids.iter().filter(|id| with.contains(id)).count() > 1)
        };
        let mut shared: Vec<KeyKind> = KEY_KINDS.into_iter().filter(share).collect();
        if shared.contains(&KeyKind::Phone) {
            shared.retain(|kind| *kind != KeyKind::NameAndPhone);
        }
        let sharing = all.iter().filter(|(_, with)| ids.iter().filter(|id| with.contains(id)).count() > 1);
        let sharing = sharing.filter_map(|((number, _), with)| {
            let kind = KEY_KINDS.into_iter().find(|kind| *kind as i16 == *number)?;
            Some((kind, with.iter().copied().collect()))
        });
        let sharing: Vec<(KeyKind, HashSet<ContactId>)> = sharing.collect();
        let contacts = store::load_many(connection, owner, &ids)?;
        let ticked = ticks::of(&contacts, &sharing);
        let main = contacts.iter().map(|contact| contact.id).find(|id| ticked.is_empty() || ticked.contains(id));
        groups.push(Group { contacts, shared, ticked, main });
    }
    groups.retain(|group| group.contacts.len() > 1);
    Ok((groups, number))
}

/// Puts two contacts into one group, unless it would be larger than a page can show.
fn join(groups: &mut Vec<BTreeSet<ContactId>>, one: ContactId, other: ContactId) {
    let place = |groups: &[BTreeSet<ContactId>], id: ContactId| groups.iter().position(|group| group.contains(&id));
    match (place(groups, one), place(groups, other)) {
        (None, None) => groups.push(BTreeSet::from([one, other])),
        (Some(at), None) | (None, Some(at)) if groups[at].len() < MOST => {
            groups[at].extend([one, other]);
        }
        (Some(at), Some(from)) if at != from && groups[at].len() + groups[from].len() <= MOST => {
            let (at, from) = (at.min(from), at.max(from));
            let moved = groups.remove(from);
            groups[at].extend(moved);
        }
        _ => {}
    }
}

/// The keys that more than one contact has.
fn shared_keys(connection: &mut Connection, owner: MemberId) -> Result<Vec<Key>, Error> {
    use contact_keys::{key, kind, owner_id};
    let rows = contact_keys::table
        .filter(owner_id.eq(owner))
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

/// Merges contacts into one of them.
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
        return Ok(Merged::Gone);
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
