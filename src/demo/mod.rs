//! Made-up networks: a small one to look at, large ones to measure. Every demo is the same.

pub mod contacts;
mod import;
mod messages;
mod people;
mod portraits;
mod programs;
mod reports;
pub mod seed;
mod story;
pub mod styleguide;
mod talks;
mod told;

use crate::accounts::password;
use crate::contacts::import::Read;
use crate::db::Db;
use crate::error::Error;
use crate::relationship::Limits;

/// What all demo members sign in with.
pub const PASSWORD: &str = "amicable demo";

/// A demo that has been made.
#[derive(Debug)]
pub struct Demo {
    /// How many members it has.
    pub members: usize,
    /// Whom to sign in as.
    pub accounts: Vec<Account>,
    /// With an export: what was read of it, and who has its people as connections.
    pub imported: Option<String>,
}

/// Somebody to sign in as.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Account {
    pub full_name: String,
    pub email: String,
    pub password: String,
    pub handle: String,
    /// What to try as this person.
    pub story: String,
}

/// Fills an empty, migrated database with some 150 members and what has happened between them. With an export, the
/// first of them has the people of the file as connections.
///
/// # Errors
/// The database's.
pub fn populate(db: &Db, limits: &Limits, export: Option<Read>) -> Result<Demo, Error> {
    // The demo's history is longer than a week.
    let limits = Limits { invitations: u32::MAX, ..*limits };
    let hashed = password::hash_now(PASSWORD)?;
    let people = db.write_blocking(|connection| people::register(connection, &hashed))?;
    let own = export.is_some();
    // The story is told where nobody counts; what it needs is said before anything of it is kept.
    let roomy = Limits { connections: u32::MAX, ..limits };
    db.write_blocking(|connection| {
        story::connect(connection, &roomy, &people, own)?;
        story::fits(connection, &limits)
    })?;
    let imported = match &export {
        Some(export) => db.write_blocking(|connection| import::connect(connection, &people, export, &hashed))?,
        None => 0,
    };
    // The story goes on where an export has filled the last place.
    db.write_blocking(|connection| story::tell(connection, &roomy, &people, own))?;
    db.write_blocking(|connection| contacts::fill(connection, &people))?;
    db.write_blocking(|connection| portraits::hang(connection, &people))?;
    let owner = people.first().map_or("", |person| person.full_name.as_str());
    let told =
        export.map(|export| format!("{} {owner} has {imported} of these people as connections.", export.summary()));
    Ok(Demo { members: people.len() + imported, accounts: story::accounts(&people), imported: told })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::row::State;
    use crate::schema::{connection_counts, relationships};
    use diesel::prelude::*;

    fn database(folder: &tempfile::TempDir) -> Db {
        let file = folder.path().join("demo.db").to_string_lossy().into_owned();
        let db = Db::open(&crate::db::DatabaseUrl::Sqlite(file)).unwrap();
        db.migrate().unwrap();
        db
    }

    #[test]
    fn an_export_may_fill_every_place() {
        let folder = tempfile::tempdir().unwrap();
        let rows: String = (0..150).map(|row| format!("Ada,Row{row},,,,Engineer,01 Jan 2020\n")).collect();
        let file = format!("First Name,Last Name,URL,Email Address,Company,Position,Connected On\n{rows}");
        let export =
            crate::contacts::import::read(file.as_bytes(), &Default::default(), jiff::civil::date(2026, 1, 1)).unwrap();
        let limits = Limits { connections: 150, ..Limits::default() };
        let demo = populate(&database(&folder), &limits, Some(export)).unwrap();
        assert_eq!(demo.members, 300);
    }

    #[test]
    fn every_pair_of_the_demo_is_legal_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let db = database(&folder);
        let demo = populate(&db, &Limits::default(), None).unwrap();
        assert_eq!((demo.members, demo.accounts.len()), (150, 3));
        db.write_blocking(|connection| {
            let sides: i64 = relationships::table
                .filter(relationships::state.eq(State::Connected))
                .count()
                .get_result(connection)?;
            let counted: Option<i64> =
                connection_counts::table.select(diesel::dsl::sum(connection_counts::number)).first(connection)?;
            assert_eq!(Some(sides), counted);
            assert!(sides > 1_000, "{sides}");
            Ok(())
        })
        .unwrap();
    }
}
