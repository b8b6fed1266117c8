//! With FTS5: <https://www.sqlite.org/fts5.html>.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;

use crate::error::Error;
use crate::ids::{MemberId, MessageId};
use crate::inbox::search::{Copy, MOST, behind};
use crate::members::search::words::Word;

/// The newest messages of an owner that have all words: of whom, and their ids.
pub(super) fn matching(
    sqlite: &mut SqliteConnection,
    owner: MemberId,
    words: &[Word],
) -> QueryResult<Vec<(MemberId, MessageId)>> {
    let open = |word: &str| format!("\"{}\"*", behind(owner, word));
    let either = |word: &Word| format!("({})", word.each().map(open).collect::<Vec<_>>().join(" OR "));
    Matching(words.iter().map(either).collect::<Vec<_>>().join(" AND ")).load(sqlite)
}

/// The statement, which stays prepared; diesel's `sql_query` would be prepared anew each time.
struct Matching(String);

impl QueryId for Matching {
    type QueryId = Matching;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Matching {
    type SqlType = (BigInt, BigInt);
}

impl RunQueryDsl<SqliteConnection> for Matching {}

impl QueryFragment<Sqlite> for Matching {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "SELECT found.other_id, found.message_id FROM message_search \
             CROSS JOIN message_search_rows found ON found.id = message_search.rowid WHERE message_search MATCH ",
        );
        out.push_bind_param::<Text, _>(&self.0)?;
        out.push_sql(" ORDER BY found.message_id DESC LIMIT ");
        out.push_bind_param::<BigInt, _>(&MOST)?;
        Ok(())
    }
}

pub(super) fn index(sqlite: &mut SqliteConnection, (owner, other, id): Copy, terms: &[String]) -> Result<(), Error> {
    diesel::sql_query("INSERT INTO message_search_rows (owner_id, other_id, message_id) VALUES (?, ?, ?)")
        .bind::<BigInt, _>(owner)
        .bind::<BigInt, _>(other)
        .bind::<BigInt, _>(id)
        .execute(sqlite)?;
    diesel::sql_query("INSERT INTO message_search (rowid, words) VALUES (last_insert_rowid(), ?)")
        .bind::<Text, _>(terms.join(" "))
        .execute(sqlite)?;
    Ok(())
}
