//! With a `tsvector`: <https://www.postgresql.org/docs/current/textsearch.html>.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};

use crate::error::Error;
use crate::ids::{MemberId, MessageId};
use crate::inbox::search::{Copy, MOST, behind};
use crate::members::search::words::Word;

/// The newest messages of an owner that have all words: of whom, and their ids.
pub(super) fn matching(
    postgres: &mut PgConnection,
    owner: MemberId,
    words: &[Word],
) -> QueryResult<Vec<(MemberId, MessageId)>> {
    let open = |word: &str| format!("'{}':*", behind(owner, word));
    let either = |word: &Word| format!("({})", word.each().map(open).collect::<Vec<_>>().join(" | "));
    Matching { owner, words: words.iter().map(either).collect::<Vec<_>>().join(" & ") }.load(postgres)
}

/// The statement, which stays prepared; diesel's `sql_query` would be prepared anew each time.
struct Matching {
    owner: MemberId,
    words: String,
}

impl QueryId for Matching {
    type QueryId = Matching;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Matching {
    type SqlType = (BigInt, BigInt);
}

impl RunQueryDsl<PgConnection> for Matching {}

impl QueryFragment<Pg> for Matching {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT other_id, id FROM message_search WHERE words @@ ");
        out.push_bind_param::<Text, _>(&self.words)?;
        out.push_sql("::tsquery AND owner_id = ");
        out.push_bind_param::<BigInt, _>(&self.owner)?;
        out.push_sql(" ORDER BY id DESC LIMIT ");
        out.push_bind_param::<BigInt, _>(&MOST)?;
        Ok(())
    }
}

pub(super) fn index(postgres: &mut PgConnection, (owner, other, id): Copy, terms: &[String]) -> Result<(), Error> {
    // Letters, digits and marks need no escape within the quotes.
    let words = terms.iter().map(|term| format!("'{term}'")).collect::<Vec<_>>().join(" ");
    diesel::sql_query("INSERT INTO message_search (owner_id, other_id, id, words) VALUES ($1, $2, $3, $4::tsvector)")
        .bind::<BigInt, _>(owner)
        .bind::<BigInt, _>(other)
        .bind::<BigInt, _>(id)
        .bind::<Text, _>(words)
        .execute(postgres)?;
    Ok(())
}
