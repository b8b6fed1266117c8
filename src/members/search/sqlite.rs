//! With FTS5: <https://www.sqlite.org/fts5.html>.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Integer, Text};
use diesel::sqlite::Sqlite;

use crate::error::Error;
use crate::ids::MemberId;
use crate::members::search::words::Word;
use crate::members::search::{IN_NAME, Searched, Wanted};

/// Rows of one transaction when all are indexed.
const ROWS: i64 = 2_000;
/// Pages of the index that are merged in one transaction, in which nobody else can change anything.
const MERGED_PAGES: i32 = 500;

/// Where the words were found and in whom: the whole name, the name, and, where those are not too many, anywhere.
pub(super) fn matching(sqlite: &mut SqliteConnection, wanted: &Wanted, most: i64) -> QueryResult<Vec<(i32, MemberId)>> {
    let whole = wanted.whole.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" OR ");
    let besides = |found: String| match wanted.elsewhere.is_empty() {
        true => found,
        false => format!("({found}) AND {}", phrase(&wanted.elsewhere, "")),
    };
    let name = besides(phrase(&wanted.words, IN_NAME));
    Matching { most, whole: besides(whole), name, all: besides(phrase(&wanted.words, "")) }.load(sqlite)
}

/// The statement, which stays prepared; diesel's `sql_query` would be prepared anew each time.
struct Matching {
    /// Rows of each kind.
    most: i64,
    whole: String,
    name: String,
    all: String,
}

impl QueryId for Matching {
    type QueryId = Matching;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Matching {
    type SqlType = (Integer, BigInt);
}

impl RunQueryDsl<SqliteConnection> for Matching {}

impl QueryFragment<Sqlite> for Matching {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("WITH whole AS MATERIALIZED (SELECT rowid AS id FROM member_search WHERE member_search MATCH ");
        out.push_bind_param::<Text, _>(&self.whole)?;
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.most)?;
        out.push_sql("), named AS MATERIALIZED (SELECT rowid AS id FROM member_search WHERE member_search MATCH ");
        out.push_bind_param::<Text, _>(&self.name)?;
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.most)?;
        // As a condition beside MATCH it would be asked at each match, and so all would be walked to find none.
        out.push_sql("), few AS MATERIALIZED (SELECT 1 WHERE (SELECT COUNT(*) FROM named) < ");
        out.push_bind_param::<BigInt, _>(&self.most)?;
        out.push_sql(
            "), others AS MATERIALIZED (SELECT member_search.rowid AS id FROM few CROSS JOIN member_search \
             WHERE member_search MATCH ",
        );
        out.push_bind_param::<Text, _>(&self.all)?;
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.most)?;
        out.push_sql(") SELECT 0, id FROM whole UNION ALL SELECT 1, id FROM named UNION ALL SELECT 2, id FROM others");
        Ok(())
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
    let mut after = MemberId::MIN;
    loop {
        let some = members::table.filter(members::id.gt(after)).filter(members::deletion_due_at.is_null());
        let some = some.order(members::id).select(Searched::as_select());
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

/// Merges a part of an index, in which what was indexed before still stands as deleted: a search of a common word reads
/// past all of it. Says whether there was something to merge.
/// See <https://www.sqlite.org/fts5.html#the_merge_command>.
pub(super) fn merge(sqlite: &mut SqliteConnection, table: &str) -> Result<bool, Error> {
    let changes = |sqlite: &mut SqliteConnection| diesel::select(sql::<BigInt>("total_changes()")).get_result(sqlite);
    let before: i64 = changes(sqlite)?;
    // A negative number begins with all segments, as the optimization of the whole does.
    diesel::sql_query(format!("INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)"))
        .bind::<Integer, _>(-MERGED_PAGES)
        .execute(sqlite)?;
    let after: i64 = changes(sqlite)?;
    // The command itself counts as one.
    Ok(after - before >= 2)
}

/// Each word quoted, and open at its end.
fn phrase(words: &[Word], mark: &str) -> String {
    let word = |word: &Word| word.each().map(|word| format!("\"{mark}{word}\"*")).collect::<Vec<_>>().join(" OR ");
    words.iter().map(|one| format!("({})", word(one))).collect::<Vec<_>>().join(" AND ")
}

#[cfg(test)]
mod tests {
    use crate::members::search::sqlite::phrase;
    use crate::members::search::words::typed;

    #[test]
    fn nothing_typed_is_an_operator() {
        let words = typed("Ana OR \"x\" NEAR(ä)");
        assert_eq!(phrase(&words, ""), r#"("ana"*) AND ("or"*) AND ("x"*) AND ("near"*) AND ("a"* OR "ae"*)"#);
        assert_eq!(phrase(&words[..2], "="), r#"("=ana"*) AND ("=or"*)"#);
        assert_eq!(typed(" -- ' ").len(), 0);
    }
}
