//! Who of a file is in the book already, and who stands in the file twice: by a card's own name for itself, a profile, an e-mail
//! address where the names may be of one person, else by name where nothing speaks against it. In doubt two stay two, since
//! nobody who was left out comes back. Members play no part in it.
//!
//! The first of these rules that finds somebody wins:
//!
//! 1. **The uid.** A card is of whoever has its uid, whatever else it says.
//! 2. **The very same card.** A card with a name alone, without a profile or an address, is of somebody of whom the
//!    book says just the same. Rules 1 and 2 go over all rows before the others do: [`Known::reserve`].
//! 3. **A profile.** One that is a single person's, as on LinkedIn, is enough. On other sites the names must fit, too.
//! 4. **An address, and a name that fits.** Who has the very same name goes first. Two with profiles of their own
//!    stay two.
//! 5. **The name alone**, of a card as in rule 2: somebody of whom a row has said all of this already; else somebody
//!    of the book who has no row yet, and whose company and phone do not speak against it; else somebody of whom the
//!    book says all of it ([`Known::by_name`]).
//!
//! Two cards of one file with different uids are two for rules 4 and 5, and where several may have a profile. Whom no
//! rule finds is new.

mod facts;
mod people;

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::contacts::card::{Alias, Card};
use crate::contacts::import::{Damaged, Read, Row, Why};
use crate::contacts::keys::{KeyKind, email_key, phone_key, profile_key};
use crate::contacts::names::{called, name_key};
use crate::contacts::store::{self, IsLive};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::members::search::words::in_order;
use crate::schema::{contact_imports, contact_keys, contacts};
use crate::text::digest::of_ids;
use crate::text::fold;
use facts::Facts;
use people::{Known, Person};

/// A file, told apart.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// The places of the rows of people who are new.
    pub(super) new: Vec<usize>,
    /// How many rows are of people in the book.
    known: usize,
    /// Rows of somebody who stands further up, too.
    pub(super) same: Vec<Damaged>,
}

/// The columns of the counts.
type Counts = (
    diesel::dsl::Eq<contact_imports::new_rows, i32>,
    diesel::dsl::Eq<contact_imports::known_rows, i32>,
    diesel::dsl::Eq<contact_imports::skipped_rows, i32>,
);

impl Sorted {
    /// Whether the book has any of them.
    pub(super) fn is_any_known(&self) -> bool {
        self.known > 0
    }

    /// Says in short which rows are new, known or repeated, so that a page can be compared with what is true later.
    pub(super) fn shown(&self) -> String {
        let number = |of: usize| i64::try_from(of).unwrap_or(i64::MAX);
        let new = self.new.iter().map(|at| number(*at));
        let same = self.same.iter().map(|damaged| i64::try_from(damaged.line).unwrap_or(i64::MAX));
        // No place and no line is below zero, so that none of one list is taken for one of another.
        of_ids(new.chain([-1, number(self.known), -1]).chain(same))
    }

    pub(super) fn counts(&self, read: &Read) -> Counts {
        let number = |of: usize| i32::try_from(of).unwrap_or(i32::MAX);
        (
            contact_imports::new_rows.eq(number(self.new.len())),
            contact_imports::known_rows.eq(number(self.known)),
            contact_imports::skipped_rows.eq(number(read.skipped.len() + self.same.len())),
        )
    }
}

/// Tells the rows of a file apart.
///
/// # Errors
/// The database's.
pub(super) fn sort(connection: &mut Connection, owner: MemberId, rows: &[Row]) -> Result<Sorted, Error> {
    let rows: Vec<Marked> = rows.iter().map(Marked::of).collect();
    Ok(told_apart(of(connection, owner, &rows, ContactId::MIN)?, &rows))
}

/// Tells the rows of a file apart from those alone who came into the book since, by their ids.
///
/// # Errors
/// The database's.
pub(super) fn sort_since(
    connection: &mut Connection,
    owner: MemberId,
    rows: &[Row],
    since: ContactId,
) -> Result<Sorted, Error> {
    let rows: Vec<Marked> = rows.iter().map(Marked::of).collect();
    Ok(told_apart(of(connection, owner, &rows, since)?, &rows))
}

/// A row of a file, with that by which somebody is known again.
struct Marked {
    line: u64,
    marks: Marks,
    facts: Facts,
}

impl Marked {
    fn of(row: &Row) -> Marked {
        let marks = Marks::of_card(&row.card);
        Marked { line: row.line, facts: Facts::of(&marks.name, &row.card), marks }
    }
}

fn told_apart(mut known: Known, rows: &[Marked]) -> Sorted {
    let mut sorted = Sorted::default();
    let reserved = known.reserve(rows);
    for (at, row) in rows.iter().enumerate() {
        let found = reserved.get(&at).copied().or_else(|| known.find(row));
        match found.map(|person| (person, known.seen(person, row))) {
            None => {
                sorted.new.push(at);
                known.add_row(row);
            }
            Some((_, None)) => sorted.known += 1,
            Some((_, Some(line))) => sorted.same.push(Why::SameAs { line }.on(row.line)),
        }
    }
    sorted
}

/// Reads the book from a contact on: the whole of it for a file, which is matched against all of it.
fn of(connection: &mut Connection, owner: MemberId, file: &[Marked], since: ContactId) -> Result<Known, Error> {
    let rows = contacts::table.filter(contacts::owner_id.eq(owner)).filter(IsLive).order(contacts::id);
    let rows = rows.filter(contacts::id.ge(since));
    let rows = rows.select((
        contacts::id,
        contacts::uid,
        (contacts::full_name, contacts::company, contacts::email, contacts::phone),
    ));
    let rows: Vec<(ContactId, String, Summary)> = rows.load(connection)?;
    let keys = contact_keys::table.filter(contact_keys::owner_id.eq(owner));
    let keys = keys.filter(contact_keys::kind.le(KeyKind::Profile).or(contact_keys::kind.eq(KeyKind::Alias)));
    let keys: Vec<(ContactId, KeyKind, String)> =
        keys.select((contact_keys::contact_id, contact_keys::kind, contact_keys::key)).load(connection)?;
    let mut keys_of: HashMap<ContactId, Vec<(KeyKind, String)>> = HashMap::new();
    for (id, kind, key) in keys {
        keys_of.entry(id).or_default().push((kind, key));
    }
    let by_name: HashSet<&str> =
        file.iter().filter(|row| row.marks.is_name_alone()).map(|row| row.marks.name.as_str()).collect();
    let (mut known, mut unclear) = (Known::default(), HashMap::new());
    for (id, uid, (name, company, email, phone)) in rows {
        let (aliases, keys): (Vec<_>, Vec<_>) =
            keys_of.remove(&id).unwrap_or_default().into_iter().partition(|(kind, _)| *kind == KeyKind::Alias);
        // Who was merged into somebody is known as before: by the name of then, and by what the two have now.
        for alias in aliases.iter().filter_map(|(_, key)| Alias::of_key(key)) {
            let mut marks = Marks::of(alias.uid, &alias.name, &alias.company, keys.clone());
            marks.called = alias.name;
            known.add(Person::of_book(&marks), &marks);
        }
        let mut marks = Marks::of(uid, &name, &company, keys);
        if by_name.contains(marks.name.as_str()) || (!name.is_empty() && name == company) {
            unclear.insert(id, known.number());
        }
        marks.called = if name == email || name == phone { String::new() } else { name };
        known.add(Person::of_book(&marks), &marks);
    }
    let ids: Vec<ContactId> = unclear.keys().copied().collect();
    store::each_card(connection, owner, &ids, |id, card| {
        if let Some(at) = unclear.get(&id) {
            known.learn(*at, called(&card), Facts::of(&name_key(&card.name()), &card));
        }
    })?;
    Ok(known)
}

/// Name, company, the first e-mail address and the first phone number.
type Summary = (String, String, String, String);

/// By what somebody is known again.
struct Marks {
    uid: String,
    /// The key of the name, or of what stands in its place.
    name: String,
    /// The name; empty where something else stands in its place.
    called: String,
    company: String,
    profiles: Vec<String>,
    emails: Vec<String>,
    phones: Facts,
}

impl Marks {
    fn of(uid: String, name: &str, company: &str, keys: Vec<(KeyKind, String)>) -> Marks {
        let mut marks = Marks {
            uid,
            name: name_key(name),
            called: String::new(),
            company: in_order(&fold(company)),
            profiles: Vec::new(),
            emails: Vec::new(),
            phones: Facts::default(),
        };
        let mut phones = Vec::new();
        for (kind, key) in keys {
            match kind {
                KeyKind::Profile => marks.profiles.push(key),
                KeyKind::Email => marks.emails.push(key),
                KeyKind::Phone => phones.push(key),
                KeyKind::NameAndCompany | KeyKind::NameAndPhone | KeyKind::Alias => {}
            }
        }
        marks.phones = Facts::of_phones(&phones);
        marks
    }

    fn of_card(card: &Card) -> Marks {
        let profiles = card.links.iter().filter_map(|one| Some((KeyKind::Profile, profile_key(&one.value)?)));
        let emails = card.emails.iter().filter_map(|one| Some((KeyKind::Email, email_key(&one.value)?)));
        let phones = card.phones.iter().filter_map(|one| Some((KeyKind::Phone, phone_key(&one.value)?)));
        let keys = profiles.chain(emails).chain(phones).collect();
        Marks { called: called(card), ..Marks::of(card.uid.clone(), &card.name(), &card.company, keys) }
    }

    /// Whether there is nothing but the name by which to know somebody again.
    fn is_name_alone(&self) -> bool {
        self.profiles.is_empty() && self.emails.is_empty()
    }
}

#[cfg(test)]
mod tests;
