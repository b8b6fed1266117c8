//! The members of the demo, read from `people.csv` and registered as anybody is.

use serde::Deserialize;

use crate::accounts::password::Hashed;
use crate::accounts::{self, NewMember};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::role::Role;
use crate::members::store::{self, Kind, Position};

/// A row of the file.
#[derive(Debug, Deserialize)]
struct Row {
    full_name: String,
    headline: String,
    location: String,
    about: String,
    title: String,
    company: String,
    start: String,
    end_previous: String,
    previous_title: String,
    previous_company: String,
    previous_start: String,
    degree: String,
    school: String,
    school_start: String,
    school_end: String,
    link: String,
    cluster: usize,
}

/// A member of the demo.
#[derive(Debug, Clone)]
pub struct Character {
    pub id: MemberId,
    pub full_name: String,
    pub handle: String,
    pub email: String,
    /// The circle in which nearly everybody knows everybody.
    pub cluster: usize,
}

/// Registers everybody, in the order of the file.
pub fn register(connection: &mut Connection, password: &Hashed) -> Result<Vec<Character>, Error> {
    let damaged = |why: csv::Error| Error::Unavailable(format!("the demo's people: {why}"));
    let mut file = csv::Reader::from_reader(include_bytes!("people.csv").as_slice());
    let mut people = Vec::new();
    for row in file.deserialize() {
        let row: Row = row.map_err(damaged)?;
        // The third runs the site.
        let role = if people.len() == 2 { Role::Administrator } else { Role::Member };
        people.push(member(connection, &row, password, role)?);
    }
    Ok(people)
}

fn member(connection: &mut Connection, row: &Row, password: &Hashed, role: Role) -> Result<Character, Error> {
    let handle = crate::members::names::handle(&row.full_name);
    let first = handle.split('-').next().unwrap_or(&handle);
    let new = |email: String| NewMember { full_name: row.full_name.clone(), email, password: password.clone(), role };
    let mut email = format!("{first}@demo.example");
    let id = match accounts::register(connection, &new(email.clone()))? {
        Some(id) => id,
        None => {
            email = format!("{handle}@demo.example");
            accounts::register(connection, &new(email.clone()))?.ok_or(Error::NotFound)?
        }
    };
    store::describe(connection, id, &row.headline, &row.location)?;
    store::write_about(connection, id, &row.about)?;
    careers(connection, id, row)?;
    if !row.link.is_empty() {
        let label = row.link.trim_start_matches("https://").to_owned();
        store::add_link(connection, id, label, row.link.clone())?;
    }
    Ok(Character { id, full_name: row.full_name.clone(), handle, email, cluster: row.cluster })
}

fn careers(connection: &mut Connection, id: MemberId, row: &Row) -> Result<(), Error> {
    let mut add = |kind: Kind, title: &str, organisation: &str, started: &str, ended: &str| {
        if organisation.is_empty() {
            return Ok(());
        }
        let (title, organisation) = (title.to_owned(), organisation.to_owned());
        let (started, ended) = (started.to_owned(), ended.to_owned());
        let position =
            Position { member_id: id, kind: kind as i16, title, organisation, started, ended, ..Position::default() };
        store::add_position(connection, position).map(drop)
    };
    add(Kind::Education, &row.degree, &row.school, &row.school_start, &row.school_end)?;
    add(Kind::Position, &row.previous_title, &row.previous_company, &row.previous_start, &row.end_previous)?;
    add(Kind::Position, &row.title, &row.company, &row.start, "")
}
