//! With FTS5: <https://www.sqlite.org/fts5.html>.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{Found, MOST, Searched, words};
use crate::error::Error;

/// Rows of one transaction when all are indexed.
const ROWS: i64 = 2_000;

pub(super) fn matching(sqlite: &mut SqliteConnection, words: &[String], in_name: bool) -> QueryResult<Vec<Found>> {
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
    .bind::<Text, _>(words(&searched.full_name).join(" "))
    .bind::<Text, _>(words(&searched.headline).join(" "))
    .bind::<Text, _>(words(&searched.company).join(" "))
    .bind::<Text, _>(words(&searched.location).join(" "))
    .execute(sqlite)?;
    Ok(())
}

pub(super) fn index_all(sqlite: &mut SqliteConnection) -> Result<(), Error> {
    use crate::schema::members;
    let mut after = i64::MIN;
    loop {
        let some = members::table.filter(members::id.gt(after)).order(members::id).select(Searched::as_select());
        let some: Vec<Searched> = some.limit(ROWS).load(sqlite)?;
        let Some(last) = some.last() else { return Ok(()) };
        after = last.id;
        sqlite.transaction(|sqlite| some.iter().try_for_each(|searched| index(sqlite, searched)))?;
    }
}

pub(super) fn clear(sqlite: &mut SqliteConnection) -> Result<(), Error> {
    diesel::sql_query("INSERT INTO member_search (member_search) VALUES ('delete-all')").execute(sqlite)?;
    Ok(())
}

/// Each word quoted, and open at its end.
fn phrase(words: &[String]) -> String {
    words.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::phrase;
    use crate::members::search::words;

    #[test]
    fn nothing_typed_is_an_operator() {
        let typed = words("Ana OR \"x\" NEAR(a) col:y*");
        assert_eq!(phrase(&typed), r#""ana"* "or"* "x"* "near"* "a"* "col"* "y"*"#);
        assert_eq!(words(" -- ' ").len(), 0);
    }
}
