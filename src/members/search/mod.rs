//! Searching all members by name, headline, company and location: what is the same on both engines.

mod postgres;
mod sqlite;

use std::collections::HashSet;

use diesel::prelude::*;

use crate::connections::store::{self, state};
use crate::db::{Connection, natively};
use crate::error::Error;
use crate::members::names;
use crate::schema::{members, relationships, settings};

/// Matches that are looked at. Ranking needs every match, so a search for a letter would cost what all members cost.
pub const MOST: i64 = 1_000;

/// Counts up whenever `names::fold` gives something else than before, or the index is made of something else.
const FOLDING: &str = "3";
const DONE: &str = "done";
/// Members of one transaction when all are indexed anew: some milliseconds, in which nobody else can change anything.
const BATCH: i64 = 200;
/// Letters of a word.
const LONGEST_WORD: usize = 64;

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

/// Stands before a word of the name, as no other does: a search in names then asks the index for nothing else.
const IN_NAME: &str = "=";

impl Searched {
    /// What the index holds: every word, and those of the name once more as such.
    fn terms(&self) -> Vec<String> {
        let names = words(&self.full_name);
        let in_name: Vec<String> = names.iter().map(|word| format!("{IN_NAME}{word}")).collect();
        let others = [&self.headline, &self.company, &self.location];
        names.into_iter().chain(others.into_iter().flat_map(|text| words(text))).chain(in_name).collect()
    }
}

/// The ids of members who match every word by its beginning, best first: those whose name matches before those of
/// whom something else does. At most [`MOST`]; nobody who has blocked the viewer.
///
/// # Errors
/// The database's.
pub fn search(connection: &mut Connection, viewer: i64, typed: &str) -> Result<Vec<i64>, Error> {
    let words: Vec<String> = words(typed).into_iter().take(10).collect();
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
    let folded = folded([&searched.full_name, &searched.headline, &searched.company, &searched.location]);
    diesel::update(members::table.find(member)).set(members::folded.eq(folded)).execute(connection)?;
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

/// The column that one's own connections are filtered by: name and headline, the company, the location, a line each.
pub fn folded([full_name, headline, company, location]: [&str; 4]) -> String {
    let line = |text: &str| names::fold(text).replace('\n', " ");
    [line(full_name) + " " + &line(headline), line(company), line(location)].join("\n")
}

/// The pattern of a company in that column: between the first end of a line and the last.
pub fn company_in_folded(typed: &str) -> String {
    format!("%\n%{}%\n%", escaped(&names::fold(typed)))
}

/// A text within a pattern of LIKE.
pub fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Indexes anew, a batch at a time, what was indexed with an earlier folding; true once nothing is left. How far it came
/// stands in the settings, so that it is done once, over all nodes and starts.
///
/// # Errors
/// The database's.
pub fn renew(connection: &mut Connection) -> Result<bool, Error> {
    let stored = settings::table.find("folding").select(settings::value).first::<String>(connection).optional()?;
    let (folding, after) = stored.as_deref().and_then(|text| text.split_once(' ')).unwrap_or_default();
    if folding == FOLDING && after == DONE {
        return Ok(true);
    }
    let after = if folding == FOLDING { after.parse().unwrap_or(i64::MIN) } else { i64::MIN };
    let some = members::table.filter(members::id.gt(after)).order(members::id).select(members::id).limit(BATCH);
    let some: Vec<i64> = some.load(connection)?;
    for member in &some {
        index(connection, *member)?;
    }
    reached(connection, &some.last().map_or(DONE.to_owned(), i64::to_string))?;
    Ok(some.is_empty())
}

/// Says that everybody is indexed with this folding, after a bulk load of an empty site.
///
/// # Errors
/// The database's.
pub fn is_new(connection: &mut Connection) -> Result<(), Error> {
    reached(connection, DONE)
}

fn reached(connection: &mut Connection, after: &str) -> Result<(), Error> {
    let value = settings::value.eq(format!("{FOLDING} {after}"));
    let known = diesel::update(settings::table.find("folding")).set(value.clone()).execute(connection)?;
    if known == 0 {
        diesel::insert_into(settings::table).values((settings::name.eq("folding"), value)).execute(connection)?;
    }
    Ok(())
}

fn matching(connection: &mut Connection, words: &[String], in_name: bool) -> Result<Vec<i64>, Error> {
    Ok(match connection {
        Connection::Sqlite(sqlite) => sqlite::matching(sqlite, words, in_name)?,
        Connection::Postgres(postgres) => postgres::matching(postgres, words, in_name)?,
    })
}

fn barred(connection: &mut Connection, viewer: i64) -> Result<HashSet<i64>, Error> {
    let barred = store::in_state(viewer, state::BARRED).select(relationships::other_id);
    let barred: Vec<i64> = natively!(connection, |own| barred.load(own))?;
    Ok(barred.into_iter().collect())
}

/// Letters and digits that stand together, folded; nothing typed is an operator of either engine. Of a word that no
/// language has, the beginning does: PostgreSQL takes no more than 2,046 bytes.
fn words(text: &str) -> Vec<String> {
    let folded = names::fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(LONGEST_WORD).collect()).collect()
}
