//! Everybody who is known while a file is told apart: those in the book, and those of the rows that were read.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::contacts::imports::known::facts::{Facts, LOOKED_AT, Said};
use crate::contacts::imports::known::{Marked, Marks};
use crate::contacts::keys::{KeyKind, is_of_one};
use crate::contacts::names::{Name, has_words};

/// Somebody who is known: from the book, or from a line of the file.
pub(super) struct Person {
    /// The line of the file on which they stand first.
    line: Option<u64>,
    /// By which the file knows them.
    uid: String,
    /// Whether a row is theirs for certain, which may stand further down.
    is_reserved: bool,
    has_profile: bool,
    called: String,
    name: OnceCell<Name>,
    company: String,
    phones: Facts,
    /// What the book says of them, where that was asked for.
    facts: Option<Facts>,
}

impl Person {
    pub(super) fn of_book(marks: &Marks) -> Person {
        Person {
            line: None,
            uid: String::new(),
            is_reserved: false,
            has_profile: !marks.profiles.is_empty(),
            called: marks.called.clone(),
            name: OnceCell::new(),
            company: marks.company.clone(),
            phones: marks.phones.clone(),
            facts: None,
        }
    }

    fn name(&self) -> &Name {
        self.name.get_or_init(|| Name::of(&self.called))
    }

    /// Whether no row is theirs.
    fn is_free(&self) -> bool {
        self.line.is_none() && !self.is_reserved
    }

    /// Whether the file says that they are somebody else: two cards of one file are two people.
    fn has_other_uid(&self, marks: &Marks) -> bool {
        !self.uid.is_empty() && !marks.uid.is_empty() && self.uid != marks.uid
    }

    /// Whether nothing speaks against somebody of the same name.
    fn may_be(&self, marks: &Marks) -> bool {
        let same_company = self.company.is_empty() || marks.company.is_empty() || self.company == marks.company;
        let shares_phone = self.phones.is_empty() || marks.phones.is_empty() || self.phones.share(&marks.phones);
        same_company && shares_phone
    }
}

/// People of one name in the book, in its order.
#[derive(Default)]
struct Namesakes {
    people: Vec<usize>,
    /// How many of the first are no longer free.
    taken: usize,
}

/// Everybody who is known.
#[derive(Default)]
pub(super) struct Known {
    people: Vec<Person>,
    uids: HashMap<String, usize>,
    /// Who has an address or a profile.
    sharing: HashMap<(KeyKind, String), Vec<usize>>,
    /// The same, of those with one name.
    sharing_named: HashMap<(KeyKind, String, String), Vec<usize>>,
    namesakes: HashMap<String, Namesakes>,
    /// Of whom the book says just this.
    equal: HashMap<Facts, Vec<usize>>,
    said: Said,
}

impl Known {
    pub(super) fn number(&self) -> usize {
        self.people.len()
    }

    /// Adds somebody of the book.
    pub(super) fn add(&mut self, person: Person, marks: &Marks) {
        let at = self.enter(person, marks);
        self.namesakes.entry(marks.name.clone()).or_default().people.push(at);
    }

    /// Adds the person of a row.
    pub(super) fn add_row(&mut self, row: &Marked) {
        let person = Person { line: Some(row.line), uid: row.marks.uid.clone(), ..Person::of_book(&row.marks) };
        let at = self.enter(person, &row.marks);
        self.said.add(row.facts.clone(), at);
    }

    fn enter(&mut self, person: Person, marks: &Marks) -> usize {
        let at = self.people.len();
        if !marks.uid.is_empty() {
            self.uids.entry(marks.uid.clone()).or_insert(at);
        }
        for (kind, keys) in [(KeyKind::Profile, &marks.profiles), (KeyKind::Email, &marks.emails)] {
            for key in keys {
                self.sharing.entry((kind, key.clone())).or_default().push(at);
                self.sharing_named.entry((kind, key.clone(), marks.name.clone())).or_default().push(at);
            }
        }
        self.people.push(person);
        at
    }

    /// Learns from a card of the book how somebody is called, and what else it says.
    pub(super) fn learn(&mut self, at: usize, called: String, facts: Facts) {
        self.equal.entry(facts.clone()).or_default().push(at);
        if let Some(person) = self.people.get_mut(at) {
            (person.called, person.facts) = (called, Some(facts));
        }
    }

    /// Finds the rows that are somebody's of the book for certain, by their uid or since the card says the same: nobody else of
    /// the file takes their place, so that the same file is known as a whole the next time.
    pub(super) fn reserve(&mut self, rows: &[Marked]) -> HashMap<usize, usize> {
        let mut reserved = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            if let Some(person) = self.uids.get(&row.marks.uid) {
                self.people[*person].is_reserved = true;
                self.people[*person].uid.clone_from(&row.marks.uid);
                reserved.insert(at, *person);
            }
        }
        // Who says the same is free from a place on, which each row moves.
        let mut next: HashMap<&Facts, usize> = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            if reserved.contains_key(&at) || !row.marks.is_name_alone() {
                continue;
            }
            let Some(equal) = self.equal.get(&row.facts) else { continue };
            let next = next.entry(&row.facts).or_default();
            while let Some(person) = equal.get(*next) {
                *next += 1;
                if self.people[*person].is_free() {
                    self.people[*person].is_reserved = true;
                    reserved.insert(at, *person);
                    break;
                }
            }
        }
        reserved
    }

    /// Says that a row is somebody's; gives the line on which they stand already.
    pub(super) fn seen(&mut self, person: usize, row: &Marked) -> Option<u64> {
        self.said.add(row.facts.clone(), person);
        let person = &mut self.people[person];
        if person.uid.is_empty() {
            person.uid.clone_from(&row.marks.uid);
        }
        let before = person.line;
        person.line = before.or(Some(row.line));
        before
    }

    /// Returns the place of the person of a row.
    pub(super) fn find(&mut self, row: &Marked) -> Option<usize> {
        let marks = &row.marks;
        if let Some(at) = self.uids.get(&marks.uid) {
            return Some(*at);
        }
        let by_profile = marks.profiles.iter().find_map(|key| self.by_profile(key, marks));
        let by_email = || marks.emails.iter().find_map(|key| self.by_shared(KeyKind::Email, key, marks));
        if let Some(at) = by_profile.or_else(by_email) {
            return Some(at);
        }
        if marks.is_name_alone() { self.by_name(row) } else { None }
    }

    fn by_profile(&self, key: &str, marks: &Marks) -> Option<usize> {
        if is_of_one(key) {
            return self.sharing.get(&(KeyKind::Profile, key.to_owned()))?.first().copied();
        }
        self.by_shared(KeyKind::Profile, key, marks)
    }

    /// Finds who has an address or a profile that several may have, and a name that may be theirs: the very same, if there is
    /// one.
    fn by_shared(&self, kind: KeyKind, key: &str, marks: &Marks) -> Option<usize> {
        let may_be = |at: &&usize| {
            let person = &self.people[**at];
            // Two who have profiles of their own may share an address, and are two.
            let by_profile = kind == KeyKind::Profile || marks.profiles.is_empty() || !person.has_profile;
            by_profile && !person.has_other_uid(marks)
        };
        let named = self.sharing_named.get(&(kind, key.to_owned(), marks.name.clone()));
        if let Some(at) = named.and_then(|people| people.iter().take(LOOKED_AT).find(may_be)) {
            return Some(*at);
        }
        let people = self.sharing.get(&(kind, key.to_owned()))?;
        let name = Name::of(&marks.called);
        people.iter().take(LOOKED_AT).filter(may_be).find(|at| self.people[**at].name().may_be(&name)).copied()
    }

    /// Finds who has the name: a row that says all of what this one says, somebody of the book of whom the file has said
    /// nothing, or somebody of whom the book says all of it.
    fn by_name(&mut self, row: &Marked) -> Option<usize> {
        let marks = &row.marks;
        if !has_words(&marks.name) {
            return self.said.equal(&row.facts).filter(|at| !self.people[*at].has_other_uid(marks));
        }
        let mut said = self.said.holding(&row.facts);
        if let Some(at) = said.find(|at| !self.people[*at].has_other_uid(marks)) {
            return Some(at);
        }
        let namesakes = self.namesakes.get_mut(&marks.name)?;
        while namesakes.people.get(namesakes.taken).is_some_and(|at| !self.people[*at].is_free()) {
            namesakes.taken += 1;
        }
        let looked_at =
            |from: usize| namesakes.people.iter().skip(from).take(LOOKED_AT).map(|at| (*at, &self.people[*at]));
        let free = looked_at(namesakes.taken).find(|(_, person)| person.is_free() && person.may_be(marks));
        let says_all = |person: &Person| person.facts.as_ref().is_some_and(|facts| facts.hold(&row.facts));
        let said = || looked_at(0).find(|(_, person)| !person.has_other_uid(marks) && says_all(person));
        free.or_else(said).map(|(at, _)| at)
    }
}
