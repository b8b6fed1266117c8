//! With a `tsvector`: <https://www.postgresql.org/docs/current/textsearch.html>. It is put together here, word by word,
//! since the words of names are no words of any language, and the engine's own parser takes some for addresses.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{Found, MOST, Searched, words};
use crate::error::Error;

/// Rows of one statement when all are indexed.
const ROWS: i64 = 1_000;

pub(super) fn matching(postgres: &mut PgConnection, words: &[String], in_name: bool) -> QueryResult<Vec<Found>> {
    let name = if in_name { "A" } else { "" };
    let query: Vec<String> = words.iter().map(|word| format!("'{word}':*{name}")).collect();
    diesel::sql_query("SELECT member_id AS id FROM member_search WHERE words @@ $1::tsquery LIMIT $2")
        .bind::<Text, _>(query.join(" & "))
        .bind::<BigInt, _>(MOST)
        .load(postgres)
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
    let mut after = i64::MIN;
    loop {
        let some: Vec<Searched> = members::table
            .filter(members::id.gt(after))
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

/// Every word, folded, at weight A where it is of the name. Letters and digits need no escape within the quotes.
fn vector(searched: &Searched) -> String {
    let mut weights: BTreeMap<String, &str> = BTreeMap::new();
    for text in [&searched.headline, &searched.company, &searched.location] {
        weights.extend(words(text).into_iter().map(|word| (word, "1")));
    }
    weights.extend(words(&searched.full_name).into_iter().map(|word| (word, "1A")));
    weights.iter().map(|(word, weight)| format!("'{word}':{weight}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_name_weighs_more_than_the_same_word_elsewhere() {
        let text = |text: &str| text.to_owned();
        let searched = Searched {
            id: 1,
            full_name: text("Zoë O'Lind"),
            headline: text("Engineer at Lind"),
            company: text("Lind"),
            location: String::new(),
        };
        assert_eq!(vector(&searched), "'at':1 'engineer':1 'lind':1 'olind':1A 'zoe':1A");
    }
}
