//! Who of a file is in the book already, and who stands in the file twice: by a profile, an e-mail address, a card's own name
//! for itself, else by name where nothing speaks against it. Members play no part in it.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::contacts::card::Card;
use crate::contacts::import::{Damaged, Read, Row, Why};
use crate::contacts::keys::{KeyKind, email_key, phone_end, phone_key, profile_key};
use crate::contacts::store::IsLive;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::members::search::words::in_order;
use crate::schema::{contact_imports, contact_keys, contacts};
use crate::text::fold;

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
    pub(super) fn counts(&self, read: &Read) -> Counts {
        let number = |of: usize| i32::try_from(of).unwrap_or(i32::MAX);
        (
            contact_imports::new_rows.eq(number(self.new.len())),
            contact_imports::known_rows.eq(number(self.known)),
            contact_imports::skipped_rows.eq(number(read.skipped.len() + self.same.len())),
        )
    }
}

/// Somebody who is known: from the book, or from a line of the file.
struct Person {
    /// The line of the file on which they stand first.
    line: Option<u64>,
    has_profile: bool,
    company: String,
    phones: Vec<String>,
}

/// Everybody who is known.
#[derive(Default)]
pub(super) struct Known {
    people: Vec<Person>,
    profiles: HashMap<String, usize>,
    uids: HashMap<String, usize>,
    emails: HashMap<String, Vec<usize>>,
    names: HashMap<String, Vec<usize>>,
}

/// Reads the whole book, since a file is matched against all of it.
pub(super) fn of(connection: &mut Connection, owner: MemberId) -> Result<Known, Error> {
    let rows = contacts::table.filter(contacts::owner_id.eq(owner)).filter(IsLive).order(contacts::id);
    let rows: Vec<(ContactId, String, String, String)> =
        rows.select((contacts::id, contacts::uid, contacts::full_name, contacts::company)).load(connection)?;
    let keys = contact_keys::table.filter(contact_keys::owner_id.eq(owner));
    let keys = keys.filter(contact_keys::kind.le(KeyKind::Profile));
    let keys: Vec<(ContactId, KeyKind, String)> =
        keys.select((contact_keys::contact_id, contact_keys::kind, contact_keys::key)).load(connection)?;
    let mut keys_of: HashMap<ContactId, Vec<(KeyKind, String)>> = HashMap::new();
    for (id, kind, key) in keys {
        keys_of.entry(id).or_default().push((kind, key));
    }
    let mut known = Known::default();
    for (id, uid, name, company) in rows {
        let keys = keys_of.remove(&id).unwrap_or_default();
        known.add(None, &Marks::of(uid, &name, &company, keys));
    }
    Ok(known)
}

/// By what somebody is known again.
struct Marks {
    uid: String,
    name: String,
    company: String,
    profiles: Vec<String>,
    emails: Vec<String>,
    phones: Vec<String>,
}

impl Marks {
    fn of(uid: String, name: &str, company: &str, keys: Vec<(KeyKind, String)>) -> Marks {
        let (name, company) = (in_order(&fold(name)), in_order(&fold(company)));
        let mut marks = Marks { uid, name, company, profiles: Vec::new(), emails: Vec::new(), phones: Vec::new() };
        for (kind, key) in keys {
            match kind {
                KeyKind::Profile => marks.profiles.push(key),
                KeyKind::Email => marks.emails.push(key),
                KeyKind::Phone => marks.phones.push(key),
                KeyKind::NameAndCompany | KeyKind::NameAndPhone => {}
            }
        }
        marks
    }

    fn of_card(card: &Card) -> Marks {
        let profiles = card.links.iter().filter_map(|one| Some((KeyKind::Profile, profile_key(&one.value)?)));
        let emails = card.emails.iter().filter_map(|one| Some((KeyKind::Email, email_key(&one.value)?)));
        let phones = card.phones.iter().filter_map(|one| Some((KeyKind::Phone, phone_key(&one.value)?)));
        Marks::of(card.uid.clone(), &card.name(), &card.company, profiles.chain(emails).chain(phones).collect())
    }
}

impl Known {
    fn add(&mut self, line: Option<u64>, marks: &Marks) {
        let at = self.people.len();
        marks.profiles.iter().for_each(|key| {
            self.profiles.entry(key.clone()).or_insert(at);
        });
        if !marks.uid.is_empty() {
            self.uids.entry(marks.uid.clone()).or_insert(at);
        }
        marks.emails.iter().for_each(|key| self.emails.entry(key.clone()).or_default().push(at));
        self.names.entry(marks.name.clone()).or_default().push(at);
        self.people.push(Person {
            line,
            has_profile: !marks.profiles.is_empty(),
            company: marks.company.clone(),
            phones: marks.phones.clone(),
        });
    }

    /// Returns the place of somebody among the people.
    fn find(&self, marks: &Marks) -> Option<usize> {
        let by_uid = self.uids.get(&marks.uid);
        let by_profile = || marks.profiles.iter().find_map(|key| self.profiles.get(key));
        if let Some(at) = by_uid.or_else(by_profile) {
            return Some(*at);
        }
        // Two who have profiles of their own may share an address, and are two.
        let may_be = |at: &&usize| marks.profiles.is_empty() || !self.people[**at].has_profile;
        let by_email = marks.emails.iter().find_map(|key| self.emails.get(key)?.iter().find(may_be));
        if let Some(at) = by_email {
            return Some(*at);
        }
        if !marks.profiles.is_empty() || !marks.emails.is_empty() || marks.name.is_empty() {
            return None;
        }
        let of_name = self.names.get(&marks.name)?;
        of_name.iter().copied().find(|at| self.people[*at].may_be(marks))
    }

    /// Tells the rows of a file apart.
    pub(super) fn sort(mut self, rows: &[Row]) -> Sorted {
        let mut sorted = Sorted::default();
        for (at, row) in rows.iter().enumerate() {
            let marks = Marks::of_card(&row.card);
            let Some(found) = self.find(&marks) else {
                sorted.new.push(at);
                self.add(Some(row.line), &marks);
                continue;
            };
            match self.people[found].line {
                Some(line) => sorted.same.push(Why::SameAs { line }.on(row.line)),
                None => {
                    sorted.known += 1;
                    self.people[found].line = Some(row.line);
                }
            }
        }
        sorted
    }
}

impl Person {
    /// Whether nothing speaks against somebody of the same name.
    fn may_be(&self, marks: &Marks) -> bool {
        let same_company = self.company.is_empty() || marks.company.is_empty() || self.company == marks.company;
        let same = |one: &String, other: &String| {
            one == other || phone_end(one).is_some_and(|end| phone_end(other) == Some(end))
        };
        let shares_phone = self.phones.is_empty()
            || marks.phones.is_empty()
            || marks.phones.iter().any(|one| self.phones.iter().any(|other| same(one, other)));
        same_company && shares_phone
    }
}
