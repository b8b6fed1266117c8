//! The demo on one's own network: everybody in a LinkedIn export becomes a connection of the demo member.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::accounts::password::Hashed;
use crate::connections::store::{self, state};
use crate::contacts::import::linkedin::{Connection as Imported, Export};
use crate::dates::{now, start_of};
use crate::db::{Connection, new_id};
use crate::demo::people::Person;
use crate::error::Error;
use crate::members::{names, sorting};
use crate::schema::{emails, handles, members, relationships};
use crate::text;

/// Connects the first of the people with everybody in the file who has a name, and says how many that were.
pub fn connect(
    connection: &mut Connection,
    people: &[Person],
    export: &Export,
    password: &Hashed,
) -> Result<usize, Error> {
    let Some(me) = people.first() else { return Ok(0) };
    let mut handles: HashSet<String> = people.iter().map(|person| person.handle.clone()).collect();
    let first = new_id();
    let mut number = 0;
    for imported in export.connections.iter().filter(|imported| !names::salvaged(&imported.full_name()).is_empty()) {
        number += 1;
        let id = first + number;
        member(connection, id, imported, free(&mut handles, &imported.full_name()), password)?;
        let since = imported.connected_on.and_then(start_of).unwrap_or_else(now);
        sides(connection, me, id, &imported.full_name(), since)?;
    }
    store::count(connection, me.id, i32::try_from(number).unwrap_or(0))?;
    Ok(usize::try_from(number).unwrap_or(0))
}

fn free(taken: &mut HashSet<String>, name: &str) -> String {
    let base = names::handle(name);
    let mut handle = base.clone();
    let mut number = 1;
    while !taken.insert(handle.clone()) {
        number += 1;
        handle = format!("{}-{number}", base[..base.len().min(32)].trim_end_matches('-'));
    }
    handle
}

fn member(
    connection: &mut Connection,
    id: i64,
    from: &Imported,
    handle: String,
    password: &Hashed,
) -> Result<(), Error> {
    let name = names::salvaged(&from.full_name());
    let keys = sorting::keys(&name, "");
    let headline = match (from.position.as_str(), from.company.as_str()) {
        ("", company) => company.to_owned(),
        (position, "") => position.to_owned(),
        (position, company) => format!("{position} at {company}"),
    };
    let email = format!("{handle}@import.example");
    let owned = (handles::handle.eq(&handle), handles::member_id.eq(id));
    diesel::insert_into(handles::table).values(owned).execute(connection)?;
    let owned = (emails::email_key.eq(&email), emails::member_id.eq(id));
    diesel::insert_into(emails::table).values(owned).execute(connection)?;
    let row = (
        members::id.eq(id),
        members::email.eq(&email),
        members::email_key.eq(&email),
        members::password_hash.eq(password.as_str()),
        members::handle.eq(handle),
        members::sort_first.eq(keys.first),
        members::sort_last.eq(keys.last),
        members::full_name.eq(name),
        members::headline.eq(text::salvaged(&headline).chars().take(200).collect::<String>()),
        members::company.eq(text::salvaged(&from.company).chars().take(100).collect::<String>()),
        members::created_at.eq(now()),
    );
    diesel::insert_into(members::table).values(row).execute(connection)?;
    store::count(connection, id, 1)?;
    crate::members::search::index(connection, id)
}

fn sides(connection: &mut Connection, me: &Person, id: i64, name: &str, since: i64) -> Result<(), Error> {
    for (owner, other, name) in [(me.id, id, name), (id, me.id, me.full_name.as_str())] {
        let keys = sorting::keys(&names::salvaged(name), "");
        let row = (
            relationships::owner_id.eq(owner),
            relationships::other_id.eq(other),
            relationships::state.eq(state::CONNECTED),
            relationships::changed_at.eq(since),
            relationships::connected_at.eq(since),
            relationships::sort_first.eq(keys.first),
            relationships::sort_last.eq(keys.last),
        );
        diesel::insert_into(relationships::table).values(row).execute(connection)?;
    }
    Ok(())
}
