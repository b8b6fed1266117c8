//! With FTS5: <https://www.sqlite.org/fts5.html>.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{Found, MOST, Searched};
use crate::error::Error;

pub(super) fn matching(sqlite: &mut SqliteConnection, words: &[&str], in_name: bool) -> QueryResult<Vec<Found>> {
    let phrase = phrase(words);
    let phrase = if in_name { format!("full_name : ({phrase})") } else { phrase };
    diesel::sql_query("SELECT rowid AS id FROM member_search WHERE member_search MATCH ? LIMIT ?")
        .bind::<Text, _>(phrase)
        .bind::<BigInt, _>(MOST)
        .load(sqlite)
}

pub(super) fn index(sqlite: &mut SqliteConnection, searched: &Searched) -> Result<(), Error> {
    diesel::sql_query(
        "INSERT OR REPLACE INTO member_search (rowid, full_name, headline, company, location) VALUES (?, ?, ?, ?, ?)",
    )
    .bind::<BigInt, _>(searched.id)
    .bind::<Text, _>(&searched.full_name)
    .bind::<Text, _>(&searched.headline)
    .bind::<Text, _>(&searched.company)
    .bind::<Text, _>(&searched.location)
    .execute(sqlite)?;
    Ok(())
}

pub(super) fn index_all(sqlite: &mut SqliteConnection) -> Result<(), Error> {
    diesel::sql_query(
        "INSERT INTO member_search (rowid, full_name, headline, company, location) \
         SELECT id, full_name, headline, company, location FROM members ORDER BY id",
    )
    .execute(sqlite)?;
    Ok(())
}

pub(super) fn clear(sqlite: &mut SqliteConnection) -> Result<(), Error> {
    diesel::sql_query("INSERT INTO member_search (member_search) VALUES ('delete-all')").execute(sqlite)?;
    Ok(())
}

/// Each word quoted, and open at its end.
fn phrase(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::phrase;
    use crate::members::search::words;

    #[test]
    fn nothing_typed_is_an_operator() {
        let typed: Vec<&str> = words("Ana OR \"x\" NEAR(a) col:y*").collect();
        assert_eq!(phrase(&typed), r#""Ana"* "OR"* "x"* "NEAR"* "a"* "col"* "y"*"#);
        assert_eq!(words(" -- ' ").count(), 0);
    }
}
