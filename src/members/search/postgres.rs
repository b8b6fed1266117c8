//! With a `tsvector`: <https://www.postgresql.org/docs/current/textsearch.html>. It is put together here, word by word,
//! since the words of names are no words of any language, and the engine's own parser takes some for addresses.

use std::collections::BTreeSet;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Integer, Text};

use crate::error::Error;
use crate::ids::MemberId;
use crate::members::search::words::Word;
use crate::members::search::{IN_NAME, Searched, WHOLE_NAME, Wanted};

/// Rows of one statement when all are indexed.
const ROWS: i64 = 1_000;
/// Letters of a word's beginnings.
const BEGINNING: usize = 4;
/// Stands before a beginning, as no word does.
const BEGINS: &str = "<";

/// Where the words were found and in whom: the whole name, the name, and, where those are not too many, anywhere.
pub(super) fn matching(postgres: &mut PgConnection, wanted: &Wanted, most: i64) -> QueryResult<Vec<(i32, MemberId)>> {
    let whole = wanted.whole.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(" | ");
    let besides = |found: String| match wanted.elsewhere.is_empty() {
        true => found,
        false => format!("({found}) & {}", query(&wanted.elsewhere, "")),
    };
    let name = besides(query(&wanted.words, IN_NAME));
    Matching { most, whole: besides(whole), name, all: besides(query(&wanted.words, "")) }.load(postgres)
}

/// Each word open at its end; where that is short, its beginning, which is a lexeme of its own.
fn query(words: &[Word], mark: &str) -> String {
    let lexeme = |word: &str| match word.chars().count() {
        ..=BEGINNING => format!("'{BEGINS}{mark}{word}'"),
        _ => format!("'{mark}{word}':*"),
    };
    let either = |word: &Word| format!("({})", word.each().map(lexeme).collect::<Vec<_>>().join(" | "));
    words.iter().map(either).collect::<Vec<_>>().join(" & ")
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

impl RunQueryDsl<PgConnection> for Matching {}

impl QueryFragment<Pg> for Matching {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH whole AS MATERIALIZED (SELECT member_id AS id FROM member_search WHERE words @@ ");
        out.push_bind_param::<Text, _>(&self.whole)?;
        out.push_sql("::tsquery LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.most)?;
        out.push_sql("), named AS MATERIALIZED (SELECT member_id AS id FROM member_search WHERE words @@ ");
        out.push_bind_param::<Text, _>(&self.name)?;
        out.push_sql("::tsquery LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.most)?;
        out.push_sql("), others AS MATERIALIZED (SELECT member_id AS id FROM member_search WHERE (SELECT COUNT(*) FROM named) < ");
        out.push_bind_param::<BigInt, _>(&self.most)?;
        out.push_sql(" AND words @@ ");
        out.push_bind_param::<Text, _>(&self.all)?;
        out.push_sql("::tsquery LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.most)?;
        out.push_sql(") SELECT 0, id FROM whole UNION ALL SELECT 1, id FROM named UNION ALL SELECT 2, id FROM others");
        Ok(())
    }
}

pub(super) fn index(postgres: &mut PgConnection, searched: &Searched) -> Result<(), Error> {
    diesel::sql_query(
        "INSERT INTO member_search (member_id, words) VALUES ($1, $2::tsvector) \
         ON CONFLICT (member_id) DO UPDATE SET words = excluded.words WHERE member_search.words <> excluded.words",
    )
    .bind::<BigInt, _>(searched.id)
    .bind::<Text, _>(vector(searched))
    .execute(postgres)?;
    Ok(())
}

pub(super) fn index_all(postgres: &mut PgConnection) -> Result<(), Error> {
    use crate::schema::members;
    let mut after = MemberId::MIN;
    loop {
        let some: Vec<Searched> = members::table
            .filter(members::id.gt(after))
            .filter(members::deletion_due_at.is_null())
            .order(members::id)
            .select(Searched::as_select())
            .limit(ROWS)
            .load(postgres)?;
        let Some(last) = some.last() else { return Ok(()) };
        after = last.id;
        let rows: Vec<String> =
            some.iter().map(|row| format!("({}, '{}'::tsvector)", row.id, vector(row).replace('\'', "''"))).collect();
        let rows = rows.join(",");
        diesel::sql_query(format!("INSERT INTO member_search (member_id, words) VALUES {rows}")).execute(postgres)?;
    }
}

pub(super) fn clear(postgres: &mut PgConnection) -> Result<(), Error> {
    diesel::sql_query("TRUNCATE member_search").execute(postgres)?;
    Ok(())
}

/// The terms, and the beginnings of each up to [`BEGINNING`] letters: a short word typed would have the index put together
/// what it holds for thousands of words. Letters and digits need no escape within the quotes.
fn vector(searched: &Searched) -> String {
    let mut lexemes = BTreeSet::new();
    for term in searched.terms() {
        if term.starts_with(WHOLE_NAME) {
            lexemes.insert(format!("'{term}'"));
            continue;
        }
        let (mark, word) = if let Some(word) = term.strip_prefix(IN_NAME) { (IN_NAME, word) } else { ("", &*term) };
        for length in 1..=BEGINNING.min(word.chars().count()) {
            lexemes.insert(format!("'{BEGINS}{mark}{}'", word.chars().take(length).collect::<String>()));
        }
        lexemes.insert(format!("'{term}'"));
    }
    lexemes.into_iter().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members::search::words::typed;

    #[test]
    fn a_word_of_the_name_is_found_as_such_and_as_any_other() {
        let text = |text: &str| text.to_owned();
        let (full_name, headline) = (text("Zoë"), text("Chef"));
        let searched = Searched {
            id: MemberId::new(1),
            full_name,
            headline,
            company: String::new(),
            location: String::new(),
            hidden_at: None,
        };
        assert_eq!(
            vector(&searched),
            "'<=z' '<=zo' '<=zoe' '<c' '<ch' '<che' '<chef' '<z' '<zo' '<zoe' '==zoe' '=zoe' 'chef' 'zoe'"
        );
        assert_eq!(query(&typed("Zoë engineer"), IN_NAME), "('<=zoe') & ('=engineer':*)");
        assert_eq!(query(&typed("Jörgen"), ""), "('jorgen':* | 'joergen':*)");
    }
}
