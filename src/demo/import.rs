//! The demo on one's own network: everybody in a file, such as LinkedIn's export, becomes a connection and a contact of the
//! demo member.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use jiff::civil::{Date, date};

use crate::accounts::password::Hashed;
use crate::connections::row::State;
use crate::connections::store;
use crate::contacts::card::Card;
use crate::contacts::import::Read;
use crate::contacts::store::{self as contacts, NewContact};
use crate::dates::{now, start_of};
use crate::db::{Connection, new_id, on_engine};
use crate::demo::people::Character;
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::{names, sorting};
use crate::schema::{emails, handles, members, relationships};
use crate::text;

/// Since when people are connected whose file has no day that could be: the day on which LinkedIn opened.
const UNKNOWN: Date = date(2003, 5, 5);

/// Connects the first of the people with everybody in the file who has a name, each once, and says how many these are.
pub fn connect(
    connection: &mut Connection,
    people: &[Character],
    read: &Read,
    password: &Hashed,
) -> Result<usize, Error> {
    let Some(me) = people.first() else { return Ok(0) };
    let mut handles = Handles::new(people);
    let mut seen = HashSet::new();
    let first: MemberId = new_id();
    let mut number = 0;
    for imported in read.rows.iter().map(|row| &row.card) {
        let name = names::salvaged(&imported.full_name);
        let again = imported.links.first().is_some_and(|link| !seen.insert(&link.value));
        if name.is_empty() || again {
            continue;
        }
        number += 1;
        let made = ImportedMember {
            id: MemberId::new(first.get() + number),
            sort_as: sort_as(imported),
            handle: handles.free(&name),
            name,
        };
        member(connection, &made, imported, password)?;
        sides(connection, me, &made, imported.connected_on.unwrap_or(UNKNOWN))?;
    }
    store::count(connection, me.id, i32::try_from(number).unwrap_or(0))?;
    let contact = |card: &Card| NewContact { card: card.clone(), source: read.source, import_id: None };
    let new: Vec<NewContact> = read.rows.iter().map(|row| contact(&row.card)).collect();
    contacts::insert(connection, me.id, &new)?;
    Ok(usize::try_from(number).unwrap_or(0))
}

/// A member made of a row.
struct ImportedMember {
    id: MemberId,
    name: String,
    /// The last name as the file gives it, then the first, so that nothing has to be guessed.
    sort_as: String,
    handle: String,
}

fn sort_as(imported: &Card) -> String {
    let [first, last] = [&imported.given, &imported.family].map(|name| names::salvaged(name).replace(',', " "));
    if last.is_empty() { String::new() } else { format!("{last}, {first}") }
}

/// The handles that are taken, and for each the last number that was put behind it.
struct Handles(HashMap<String, u32>);

impl Handles {
    fn new(people: &[Character]) -> Handles {
        Handles(people.iter().map(|person| (person.handle.clone(), 1)).collect())
    }

    fn free(&mut self, name: &str) -> String {
        let base = names::handle(name);
        let mut handle = base.clone();
        while self.0.contains_key(&handle) {
            let number = self.0.entry(base.clone()).or_insert(1);
            *number += 1;
            handle = format!("{}-{number}", base[..base.len().min(32)].trim_end_matches('-'));
        }
        self.0.insert(handle.clone(), 1);
        handle
    }
}

fn member(connection: &mut Connection, made: &ImportedMember, from: &Card, password: &Hashed) -> Result<(), Error> {
    let ImportedMember { id, name, sort_as, handle } = made;
    let keys = sorting::keys(name, sort_as);
    let headline = match (from.position.as_str(), from.company.as_str()) {
        ("", company) => company.to_owned(),
        (position, "") => position.to_owned(),
        (position, company) => format!("{position} at {company}"),
    };
    let email = format!("{handle}@import.example");
    let owned = (handles::handle.eq(handle), handles::member_id.eq(id));
    on_engine!(connection, |own| diesel::insert_into(handles::table).values(owned).execute(own))?;
    let owned = (emails::email_key.eq(&email), emails::member_id.eq(id));
    on_engine!(connection, |own| diesel::insert_into(emails::table).values(owned).execute(own))?;
    let row = (
        members::id.eq(id),
        members::email.eq(&email),
        members::email_key.eq(&email),
        members::confirmed_email.eq(&email),
        members::password_hash.eq(password.as_str()),
        members::handle.eq(handle),
        members::sort_first.eq(keys.first),
        members::sort_last.eq(keys.last),
        members::sort_as.eq(sort_as),
        members::full_name.eq(name),
        members::headline.eq(text::salvaged(&headline).chars().take(200).collect::<String>()),
        members::company.eq(text::salvaged(&from.company).chars().take(100).collect::<String>()),
        members::created_at.eq(now()),
    );
    on_engine!(connection, |own| diesel::insert_into(members::table).values(row).execute(own))?;
    crate::members::store::start_count(connection, *id)?;
    store::count(connection, *id, 1)?;
    crate::members::search::index(connection, *id)
}

fn sides(connection: &mut Connection, me: &Character, made: &ImportedMember, since: Date) -> Result<(), Error> {
    let since = start_of(since).unwrap_or_else(now);
    let (mine, theirs) = (sorting::keys(&me.full_name, ""), sorting::keys(&made.name, &made.sort_as));
    for (owner, other, keys) in [(me.id, made.id, theirs), (made.id, me.id, mine)] {
        let row = (
            relationships::owner_id.eq(owner),
            relationships::other_id.eq(other),
            relationships::state.eq(State::Connected),
            relationships::changed_at.eq(since),
            relationships::connected_at.eq(since),
            relationships::sort_first.eq(keys.first),
            relationships::sort_last.eq(keys.last),
        );
        on_engine!(connection, |own| diesel::insert_into(relationships::table).values(row).execute(own))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_get_handles_of_their_own() {
        let mut handles = Handles(HashMap::new());
        let free: Vec<String> = (0..3).map(|_| handles.free("Li Ng")).collect();
        assert_eq!(free, ["li-ng", "li-ng-2", "li-ng-3"]);
        assert_eq!(handles.free("Li Ng 2"), "li-ng-2-2");
        let all: HashSet<String> = (0..30_000).map(|_| handles.free("王伟")).collect();
        assert_eq!(all.len(), 30_000);
    }

    #[test]
    fn people_sort_by_the_last_name_of_the_file() {
        let row =
            |first: &str, last: &str| sort_as(&Card { given: first.into(), family: last.into(), ..Card::default() });
        assert_eq!(row("Anna", "van der Berg"), "van der Berg, Anna");
        assert_eq!(row("Otto", "Obermaier, MBA"), "Obermaier  MBA, Otto");
        assert_eq!(row("Sukarno", ""), "");
    }
}
