//! Searching all members by name, headline, company and location, with SQLite's FTS5.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::names;
use crate::db::Connection;
use crate::error::Error;
use crate::schema::{members, relationships};

/// Matches that are looked at. Ranking needs every match, so a search for a letter would cost what all members cost.
pub const MOST: i64 = 1_000;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The ids of members who match every word by its beginning, best first: those whose name matches before those of
/// whom something else does. At most [`MOST`]; nobody who has blocked the viewer.
///
/// # Errors
/// The database's.
pub fn search(connection: &mut Connection, viewer: i64, words: &str) -> Result<Vec<i64>, Error> {
    let Some(phrase) = phrase(words) else { return Ok(Vec::new()) };
    let mut ids = matching(connection, &format!("full_name : ({phrase})"))?;
    if (ids.len() as i64) < MOST {
        let seen: std::collections::HashSet<i64> = ids.iter().copied().collect();
        let others = matching(connection, &phrase)?;
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
    let (name, headline, company, location) = members::table
        .find(member)
        .select((members::full_name, members::headline, members::company, members::location))
        .first::<(String, String, String, String)>(connection)?;
    let folded = names::fold(&[name.as_str(), &headline, &company, &location].join(" "));
    diesel::update(members::table.find(member)).set(members::folded.eq(folded)).execute(connection)?;
    diesel::sql_query(
        "INSERT OR REPLACE INTO member_search (rowid, full_name, headline, company, location) VALUES (?, ?, ?, ?, ?)",
    )
    .bind::<BigInt, _>(member)
    .bind::<Text, _>(name)
    .bind::<Text, _>(headline)
    .bind::<Text, _>(company)
    .bind::<Text, _>(location)
    .execute(connection)?;
    Ok(())
}

/// Indexes every member, after a bulk load.
///
/// # Errors
/// The database's.
pub fn index_all(connection: &mut Connection) -> Result<(), Error> {
    diesel::sql_query(
        "INSERT INTO member_search (rowid, full_name, headline, company, location) \
         SELECT id, full_name, headline, company, location FROM members ORDER BY id",
    )
    .execute(connection)?;
    Ok(())
}

fn matching(connection: &mut Connection, phrase: &str) -> Result<Vec<i64>, Error> {
    let found: Vec<Found> =
        diesel::sql_query("SELECT rowid AS id FROM member_search WHERE member_search MATCH ? LIMIT ?")
            .bind::<Text, _>(phrase)
            .bind::<BigInt, _>(MOST)
            .load(connection)?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

fn barred(connection: &mut Connection, viewer: i64) -> Result<std::collections::HashSet<i64>, Error> {
    let barred = crate::connections::store::in_state(viewer, crate::connections::store::state::BARRED);
    Ok(barred.select(relationships::other_id).load(connection)?.into_iter().collect())
}

/// What was typed as an FTS5 expression: each word quoted, so that nothing typed is an operator, and open at its end.
fn phrase(words: &str) -> Option<String> {
    let words: Vec<String> = words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(10)
        .map(|word| format!("\"{word}\"*"))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::phrase;

    #[test]
    fn nothing_typed_is_an_operator() {
        assert_eq!(phrase("Ana OR \"x\" NEAR(a) col:y*"), Some(r#""Ana"* "OR"* "x"* "NEAR"* "a"* "col"* "y"*"#.into()));
        assert_eq!(phrase(" -- ' "), None);
    }
}
