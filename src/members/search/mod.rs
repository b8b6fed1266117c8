//! Searching all members by name, headline, company and location: what is the same on both engines.

mod postgres;
mod sqlite;

use std::collections::HashSet;

use diesel::prelude::*;

use super::names;
use crate::connections::store::{self, state};
use crate::db::Connection;
use crate::error::Error;
use crate::schema::{members, relationships};

/// Matches that are looked at. Ranking needs every match, so a search for a letter would cost what all members cost.
pub const MOST: i64 = 1_000;

/// What is searched of a member.
#[derive(Queryable, Selectable)]
#[diesel(table_name = members)]
struct Searched {
    id: i64,
    full_name: String,
    headline: String,
    company: String,
    location: String,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    id: i64,
}

/// The ids of members who match every word by its beginning, best first: those whose name matches before those of
/// whom something else does. At most [`MOST`]; nobody who has blocked the viewer.
///
/// # Errors
/// The database's.
pub fn search(connection: &mut Connection, viewer: i64, typed: &str) -> Result<Vec<i64>, Error> {
    let words: Vec<&str> = words(typed).take(10).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut ids = matching(connection, &words, true)?;
    if (ids.len() as i64) < MOST {
        let seen: HashSet<i64> = ids.iter().copied().collect();
        let others = matching(connection, &words, false)?;
        ids.extend(others.into_iter().filter(|id| !seen.contains(id)));
        ids.truncate(MOST as usize);
    }
    let barred = barred(connection, viewer)?;
    ids.retain(|id| !barred.contains(id));
    Ok(ids)
}

/// Puts what is searched of a member into the index, in place of what was there.
///
/// # Errors
/// The database's.
pub fn index(connection: &mut Connection, member: i64) -> Result<(), Error> {
    let searched: Searched = members::table.find(member).select(Searched::as_select()).first(connection)?;
    let all = [searched.full_name.as_str(), &searched.headline, &searched.company, &searched.location].join(" ");
    diesel::update(members::table.find(member)).set(members::folded.eq(names::fold(&all))).execute(connection)?;
    match connection {
        Connection::Sqlite(sqlite) => sqlite::index(sqlite, &searched),
        Connection::Postgres(postgres) => postgres::index(postgres, &searched),
    }
}

/// Indexes every member, after a bulk load.
///
/// # Errors
/// The database's.
pub fn index_all(connection: &mut Connection) -> Result<(), Error> {
    match connection {
        Connection::Sqlite(sqlite) => sqlite::index_all(sqlite),
        Connection::Postgres(postgres) => postgres::index_all(postgres),
    }
}

/// Forgets every member, before all are indexed anew.
///
/// # Errors
/// The database's.
pub fn clear(connection: &mut Connection) -> Result<(), Error> {
    match connection {
        Connection::Sqlite(sqlite) => sqlite::clear(sqlite),
        Connection::Postgres(postgres) => postgres::clear(postgres),
    }
}

fn matching(connection: &mut Connection, words: &[&str], in_name: bool) -> Result<Vec<i64>, Error> {
    let found = match connection {
        Connection::Sqlite(sqlite) => sqlite::matching(sqlite, words, in_name),
        Connection::Postgres(postgres) => postgres::matching(postgres, words, in_name),
    };
    Ok(found?.into_iter().map(|row| row.id).collect())
}

fn barred(connection: &mut Connection, viewer: i64) -> Result<HashSet<i64>, Error> {
    let barred = store::in_state(viewer, state::BARRED);
    Ok(barred.select(relationships::other_id).load(connection)?.into_iter().collect())
}

/// Letters and digits that stand together; nothing typed is an operator of either engine.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}
