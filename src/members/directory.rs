//! The directory: every member by last name, under a letter, with the company and the location they are of.

use std::collections::HashMap;

use diesel::dsl::{count_star, max, min, not};
use diesel::prelude::*;
use icu_properties::props::Script;

use crate::db::{Connection, id_in, on_engine, owner_in};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::number;
use crate::members::search::line;
use crate::members::{SeenByStrangers, sorting};
use crate::schema::{directory, members};
use crate::text::{fold, script};

/// Companies or locations that are offered.
const OFFERED: usize = 10;
/// How many are counted, so that as many are offered to whoever some members are hidden from.
const COUNTED: usize = 60;
/// Letters that are offered; no alphabet has more.
const LETTERS: i64 = 60;
/// Members of one statement when all are entered.
const ROWS: i64 = 2_000;

/// How a member stands in the directory.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = directory, primary_key(member_id))]
pub struct Entry {
    /// The member.
    pub member_id: MemberId,
    /// Sorts by last name.
    pub sort_last: String,
    /// The letter they stand under.
    pub letter: String,
    /// The company, as spellings of one are alike; empty for none.
    pub company: String,
    /// The company, as the member writes it.
    pub company_name: String,
    /// The location, as spellings of one are alike; empty for none.
    pub location: String,
    /// The location, as the member writes it.
    pub location_name: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = members)]
struct Named {
    id: MemberId,
    full_name: String,
    sort_as: String,
    sort_last: String,
    company: String,
    location: String,
}

impl Named {
    fn entry(self) -> Entry {
        let listed = if self.sort_as.is_empty() { sorting::guess(&self.full_name) } else { self.sort_as };
        Entry {
            member_id: self.id,
            sort_last: self.sort_last,
            letter: letter(&listed),
            company: line(&self.company),
            company_name: self.company,
            location: line(&self.location),
            location_name: self.location,
        }
    }
}

/// Returns the letter that a name stands under: the first, without its accent. Writing without an alphabet of its own has one
/// sign for all, and so has what begins with no letter.
fn letter(listed: &str) -> String {
    let Some(first) = listed.chars().find(|c| c.is_alphanumeric()) else { return "#".to_owned() };
    match script(first) {
        Script::Han => "漢".to_owned(),
        Script::Hangul => "한".to_owned(),
        Script::Hiragana | Script::Katakana => "あ".to_owned(),
        _ if !first.is_alphabetic() => "#".to_owned(),
        _ => fold(&first.to_string()).chars().take(1).flat_map(char::to_uppercase).collect(),
    }
}

/// Enters a member, or enters anew what changed of them. Whom no stranger sees stands in no directory.
///
/// # Errors
/// The database's.
pub fn enter(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    let named = members::table.find(member).filter(SeenByStrangers).select(Named::as_select());
    let named: Option<Named> = named.first(connection).optional()?;
    let Some(entry) = named.map(Named::entry) else { return leave(connection, member) };
    let insert = diesel::insert_into(directory::table).values(&entry);
    let put = insert.on_conflict(directory::member_id).do_update().set(&entry);
    on_engine!(connection, |own| put.execute(own))?;
    Ok(())
}

/// Takes a member out.
///
/// # Errors
/// The database's.
pub fn leave(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    diesel::delete(directory::table.find(member)).execute(connection)?;
    Ok(())
}

/// Enters every member, after a bulk load into an empty directory.
///
/// # Errors
/// The database's.
pub fn enter_all(connection: &mut Connection) -> Result<(), Error> {
    let mut after = MemberId::MIN;
    loop {
        let some = members::table.filter(members::id.gt(after)).filter(SeenByStrangers);
        let some = some.order(members::id).select(Named::as_select());
        let some: Vec<Named> = some.limit(ROWS).load(connection)?;
        let Some(last) = some.last() else { return Ok(()) };
        after = last.id;
        let entries: Vec<Entry> = some.into_iter().map(Named::entry).collect();
        match connection {
            Connection::Sqlite(own) => diesel::insert_into(directory::table).values(&entries).execute(own)?,
            Connection::Postgres(own) => diesel::insert_into(directory::table).values(&entries).execute(own)?,
        };
    }
}

/// Takes everybody out, before all are entered anew.
///
/// # Errors
/// The database's.
pub fn clear(connection: &mut Connection) -> Result<(), Error> {
    diesel::delete(directory::table).execute(connection)?;
    Ok(())
}

/// What narrows a list of the directory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Facets {
    /// The letter; empty for all.
    pub letter: String,
    /// The company, in any spelling; empty for all.
    pub company: String,
    /// The location, in any spelling; empty for all.
    pub location: String,
}

impl Facets {
    /// Whether anything narrows.
    pub fn narrow(&self) -> bool {
        *self != Facets::default()
    }

    /// Whether an entry is meant.
    pub fn fit(&self, entry: &Entry) -> bool {
        let is = |wanted: &str, own: &str| wanted.is_empty() || line(wanted) == own;
        (self.letter.is_empty() || self.letter == entry.letter)
            && is(&self.company, &entry.company)
            && is(&self.location, &entry.location)
    }
}

/// A value that narrows a list, and of how many members it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The value, in one of its spellings.
    pub name: String,
    /// How many members.
    pub number: i64,
    key: String,
}

impl Value {
    /// How many members, as it is read; nothing where they are not counted.
    pub fn count(&self) -> String {
        if self.number > 0 { number(self.number) } else { String::new() }
    }
}

/// What is counted of a list of the directory.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    /// How many members it has.
    pub total: i64,
    /// The letters, in their order.
    pub letters: Vec<Value>,
    /// The companies of the most members.
    pub companies: Vec<Value>,
    /// The locations of the most members.
    pub locations: Vec<Value>,
}

impl Counted {
    /// Counts members who are listed.
    pub fn of<'a>(entries: impl Iterator<Item = &'a Entry> + Clone) -> Counted {
        let mut counted = Counted {
            total: entries.clone().count() as i64,
            letters: Vec::new(),
            companies: values(entries.clone().map(|entry| (&entry.company, &entry.company_name))),
            locations: values(entries.map(|entry| (&entry.location, &entry.location_name))),
        };
        counted.offer();
        counted
    }

    /// Offers the same without a number, where not everybody was counted.
    #[must_use]
    pub fn uncounted(mut self) -> Counted {
        self.companies.iter_mut().chain(&mut self.locations).for_each(|value| value.number = 0);
        self
    }

    /// Takes members out again whom whoever looks must not find, and leaves what is offered of a list that these facets
    /// narrow. The letters are those of the list without a letter.
    pub fn without<'a>(mut self, hidden: impl Iterator<Item = &'a Entry> + Clone, facets: &Facets) -> Counted {
        let of_any_letter = Facets { letter: String::new(), ..facets.clone() };
        let less = |values: &mut Vec<Value>, facets: &Facets, of: fn(&Entry) -> &str| {
            for value in values.iter_mut() {
                let is_value = |entry: &&Entry| facets.fit(entry) && of(entry) == value.key;
                value.number -= hidden.clone().filter(is_value).count() as i64;
            }
            values.retain(|value| value.number > 0);
        };
        less(&mut self.letters, &of_any_letter, |entry| &entry.letter);
        less(&mut self.companies, facets, |entry| &entry.company);
        less(&mut self.locations, facets, |entry| &entry.location);
        self.total -= hidden.filter(|entry| facets.fit(entry)).count() as i64;
        self.offer();
        self
    }

    fn offer(&mut self) {
        for values in [&mut self.companies, &mut self.locations] {
            values.sort_by(|one, other| other.number.cmp(&one.number).then_with(|| one.key.cmp(&other.key)));
            values.truncate(OFFERED);
        }
    }
}

fn values<'a>(all: impl Iterator<Item = (&'a String, &'a String)>) -> Vec<Value> {
    let mut numbers: HashMap<&str, Value> = HashMap::new();
    for (key, name) in all.filter(|(key, _)| !key.is_empty()) {
        let value = numbers.entry(key).or_insert_with(|| Value { name: name.clone(), number: 0, key: key.clone() });
        value.number += 1;
        if *name > value.name {
            value.name.clone_from(name);
        }
    }
    numbers.into_values().collect()
}

/// Everybody who is listed, but for those who are hidden from whoever looks.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// What narrows the list.
    pub facets: &'a Facets,
    /// Who is left out, before anything is counted or cut.
    pub hidden: &'a [MemberId],
}

/// Filters a query of the directory by facets.
macro_rules! narrowed {
    ($query:expr, $facets:expr) => {{
        let mut query = $query;
        let facets: &Facets = $facets;
        if !facets.letter.is_empty() {
            query = query.filter(directory::letter.eq(facets.letter.clone()));
        }
        if !facets.company.is_empty() {
            query = query.filter(directory::company.eq(line(&facets.company)));
        }
        if !facets.location.is_empty() {
            query = query.filter(directory::location.eq(line(&facets.location)));
        }
        query
    }};
}

/// Where a page of the list begins.
#[derive(Debug, Clone, Copy)]
pub struct From<'a> {
    /// The sort key of the row before, or behind.
    pub sort_last: &'a str,
    /// The member of that row.
    pub member_id: MemberId,
    /// Whether the rows before it are wanted, the nearest first.
    pub back: bool,
}

impl Listed<'_> {
    /// Returns up to `most` rows by last name.
    ///
    /// # Errors
    /// The database's.
    pub fn rows(&self, connection: &mut Connection, from: Option<From>, most: i64) -> Result<Vec<Entry>, Error> {
        let shown = not(id_in(connection, directory::member_id, self.hidden));
        let mut query = narrowed!(directory::table.filter(shown).into_boxed(), self.facets);
        // The first page begins before every key, so that it is a part of the index like the others.
        let From { sort_last, member_id, back } =
            from.unwrap_or(From { sort_last: "", member_id: MemberId::NOBODY, back: false });
        let (key, id) = (directory::sort_last, directory::member_id);
        let sort_last = sort_last.to_owned();
        query = match back {
            false => query.filter(key.ge(sort_last.clone())).filter(key.gt(sort_last).or(id.gt(member_id))),
            true => query.filter(key.le(sort_last.clone())).filter(key.lt(sort_last).or(id.lt(member_id))),
        };
        let query = match back {
            false => query.order((directory::sort_last.asc(), directory::member_id.asc())),
            true => query.order((directory::sort_last.desc(), directory::member_id.desc())),
        };
        Ok(query.select(Entry::as_select()).limit(most).load(connection)?)
    }
}

/// Counts the directory, narrowed, by letter, company and location.
///
/// # Errors
/// The database's.
pub fn counted(connection: &mut Connection, facets: &Facets) -> Result<Counted, Error> {
    let total: i64 = narrowed!(directory::table.into_boxed(), facets).select(count_star()).get_result(connection)?;
    let value =
        |(key, name, number): (String, Option<String>, i64)| Value { name: name.unwrap_or_default(), number, key };
    let by_letter = directory::table.group_by(directory::letter);
    let letters = by_letter.select((directory::letter, min(directory::letter), count_star()));
    let letters = narrowed!(letters.into_boxed(), &Facets { letter: String::new(), ..facets.clone() });
    let letters = letters.order(min(directory::sort_last)).limit(LETTERS).load(connection)?;
    let by_company = directory::table.group_by(directory::company).filter(directory::company.ne(""));
    let companies = by_company.select((directory::company, max(directory::company_name), count_star()));
    let companies = narrowed!(companies.into_boxed(), facets).order((count_star().desc(), directory::company));
    let by_location = directory::table.group_by(directory::location).filter(directory::location.ne(""));
    let locations = by_location.select((directory::location, max(directory::location_name), count_star()));
    let locations = narrowed!(locations.into_boxed(), facets).order((count_star().desc(), directory::location));
    let mut counted = Counted { total, letters: letters.into_iter().map(value).collect(), ..Counted::default() };
    // Under a letter stand many, and nobody looks for a company among them.
    if facets.letter.is_empty() {
        let some = COUNTED as i64;
        counted.companies = companies.limit(some).load(connection)?.into_iter().map(value).collect();
        counted.locations = locations.limit(some).load(connection)?.into_iter().map(value).collect();
    }
    Ok(counted)
}

/// Returns how these members stand in the directory; whoever is in none is missing.
///
/// # Errors
/// The database's.
pub fn entries(connection: &mut Connection, ids: &[MemberId]) -> Result<HashMap<MemberId, Entry>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let these = directory::table.filter(owner_in(connection, directory::member_id, ids));
    let entries: Vec<Entry> = on_engine!(connection, |own| these.select(Entry::as_select()).load(own))?;
    Ok(entries.into_iter().map(|entry| (entry.member_id, entry)).collect())
}

/// Returns which of these members stand in the directory, in the order of the ids.
///
/// # Errors
/// The database's.
pub fn listed(connection: &mut Connection, ids: &[MemberId]) -> Result<Vec<MemberId>, Error> {
    let these = directory::table.filter(owner_in(connection, directory::member_id, ids));
    let mut ids: Vec<MemberId> = on_engine!(connection, |own| these.select(directory::member_id).load(own))?;
    ids.sort_unstable();
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_the_first_without_its_accent() {
        for (name, stands) in [
            ("Lovelace, Ada", "L"),
            ("Łukasz", "L"),
            ("Östberg", "O"),
            ("'t Hooft", "T"),
            ("Ærø", "A"),
            ("ßen", "S"),
            ("Елка", "Е"),
            ("Νίκος", "Ν"),
            ("رضایی", "ر"),
            ("王", "漢"),
            ("김", "한"),
            ("ヤマダ", "あ"),
            ("3M", "#"),
            ("", "#"),
        ] {
            assert_eq!(letter(name), stands, "{name}");
        }
    }
}
