//! With FTS5: <https://www.sqlite.org/fts5.html>.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;

use crate::error::Error;
use crate::members::search::{IN_NAME, MOST, Searched};

/// Rows of one transaction when all are indexed.
const ROWS: i64 = 2_000;

pub(super) fn matching(sqlite: &mut SqliteConnection, words: &[String], in_name: bool) -> QueryResult<Vec<i64>> {
    Matching { phrase: phrase(words, in_name) }.load(sqlite)
}

/// The statement, which stays prepared; diesel's `sql_query` would be prepared anew each time.
struct Matching {
    phrase: String,
}

impl QueryId for Matching {
    type QueryId = Matching;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Matching {
    type SqlType = BigInt;
}

impl RunQueryDsl<SqliteConnection> for Matching {}

impl QueryFragment<Sqlite> for Matching {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("SELECT rowid FROM member_search WHERE member_search MATCH ");
        out.push_bind_param::<Text, _>(&self.phrase)?;
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&MOST)
    }
}

pub(super) fn index(sqlite: &mut SqliteConnection, searched: &Searched) -> Result<(), Error> {
    let words = searched.terms().join(" ");
    diesel::sql_query("INSERT OR REPLACE INTO member_search (rowid, words) VALUES (?, ?)")
        .bind::<BigInt, _>(searched.id)
        .bind::<Text, _>(words)
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
fn phrase(words: &[String], in_name: bool) -> String {
    let mark = if in_name { IN_NAME } else { "" };
    words.iter().map(|word| format!("\"{mark}{word}\"*")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crate::members::search::sqlite::phrase;
    use crate::members::search::words;

    #[test]
    fn nothing_typed_is_an_operator() {
        let typed = words("Ana OR \"x\" NEAR(a) col:y*");
        assert_eq!(phrase(&typed, false), r#""ana"* "or"* "x"* "near"* "a"* "col"* "y"*"#);
        assert_eq!(phrase(&typed[..2], true), r#""=ana"* "=or"*"#);
        assert_eq!(words(" -- ' ").len(), 0);
    }
}
