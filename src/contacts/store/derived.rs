//! What is found by: the words, keys and tags of a card, each in a table of its own. A card and these change together.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde::Serialize;

use crate::contacts::card::Card;
use crate::contacts::keys::keys;
use crate::contacts::store::ROWS;
use crate::contacts::words::words;
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::schema::{contact_cards, contact_keys, contact_tags, contact_words};

/// Rows of a table as one list that the engine takes apart, so that thousands are one statement. Both read an element of a
/// JSON array by `->>`.
fn insert_json<T: Serialize>(
    connection: &mut Connection,
    (table, columns): (&str, &str),
    values: &str,
    owner: i64,
    rows: &[T],
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = serde_json::to_string(rows).map_err(|why| Error::Internal(why.to_string()))?;
    let source = match connection {
        Connection::Sqlite(_) => "json_each(?)",
        Connection::Postgres(_) => "json_array_elements($2::json) AS row (value)",
    };
    let owned = if matches!(connection, Connection::Sqlite(_)) { "?" } else { "$1" };
    let sql = format!("INSERT INTO {table} (owner_id, {columns}) SELECT {owned}, {values} FROM {source}");
    on_engine!(connection, |own| {
        diesel::sql_query(&sql).bind::<BigInt, _>(owner).bind::<Text, _>(&rows).execute(own)
    })?;
    Ok(())
}

/// Puts what contacts are found by into the tables.
pub(super) fn insert(connection: &mut Connection, owner: i64, cards: &[(i64, &Card)]) -> Result<(), Error> {
    for cards in cards.chunks(ROWS) {
        let all_words: Vec<(i64, String)> = each(cards, words);
        let of_words = ("contact_words", "contact_id, word");
        insert_json(connection, of_words, "CAST(value ->> 0 AS BIGINT), value ->> 1", owner, &all_words)?;
        let all_keys: Vec<(i64, i16, String)> =
            each(cards, keys).into_iter().map(|(id, (kind, key))| (id, kind as i16, key)).collect();
        let of_keys = ("contact_keys", "contact_id, kind, key");
        let columns = "CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS SMALLINT), value ->> 2";
        insert_json(connection, of_keys, columns, owner, &all_keys)?;
        let tags: Vec<(i64, String)> = each(cards, |card| card.tags.clone());
        let of_tags = ("contact_tags", "contact_id, tag");
        insert_json(connection, of_tags, "CAST(value ->> 0 AS BIGINT), value ->> 1", owner, &tags)?;
    }
    Ok(())
}

/// Puts other cards in place of those of contacts.
pub(super) fn replace(connection: &mut Connection, owner: i64, cards: &[(i64, &Card)]) -> Result<(), Error> {
    let ids: Vec<i64> = cards.iter().map(|(id, _)| *id).collect();
    delete(connection, owner, &ids)?;
    let these = id_in(connection, contact_cards::contact_id, &ids);
    diesel::delete(contact_cards::table.filter(contact_cards::owner_id.eq(owner)).filter(these)).execute(connection)?;
    insert_cards(connection, owner, cards)?;
    insert(connection, owner, cards)
}

fn each<T>(cards: &[(i64, &Card)], of: impl Fn(&Card) -> Vec<T>) -> Vec<(i64, T)> {
    cards.iter().flat_map(|(id, card)| of(card).into_iter().map(|one| (*id, one))).collect()
}

/// Takes contacts out of what is found by.
pub(super) fn delete(connection: &mut Connection, owner: i64, ids: &[i64]) -> Result<(), Error> {
    let these = id_in(connection, contact_words::contact_id, ids);
    diesel::delete(contact_words::table.filter(contact_words::owner_id.eq(owner)).filter(these)).execute(connection)?;
    let these = id_in(connection, contact_keys::contact_id, ids);
    diesel::delete(contact_keys::table.filter(contact_keys::owner_id.eq(owner)).filter(these)).execute(connection)?;
    let these = id_in(connection, contact_tags::contact_id, ids);
    diesel::delete(contact_tags::table.filter(contact_tags::owner_id.eq(owner)).filter(these)).execute(connection)?;
    Ok(())
}

/// Stores the cards themselves.
pub(super) fn insert_cards(connection: &mut Connection, owner: i64, cards: &[(i64, &Card)]) -> Result<(), Error> {
    let rows: Result<Vec<_>, Error> = cards.iter().map(|(id, card)| Ok((*id, written(card)?, &card.raw))).collect();
    let rows = rows?;
    for rows in rows.chunks(ROWS) {
        let owned = contact_cards::owner_id.eq(owner);
        let each = rows.iter().map(|(id, card, raw)| {
            (owned, contact_cards::contact_id.eq(*id), contact_cards::card.eq(card), contact_cards::raw.eq(*raw))
        });
        let rows: Vec<_> = each.collect();
        let rows = diesel::insert_into(contact_cards::table).values(&rows);
        on_engine!(connection, |own| rows.execute(own))?;
    }
    Ok(())
}

/// Writes a card as it is stored.
pub(super) fn written(card: &Card) -> Result<String, Error> {
    serde_json::to_string(card).map_err(|why| Error::Internal(format!("a card: {why}")))
}

/// Reads a card as it was stored.
pub(super) fn read_card(text: &str) -> Result<Card, Error> {
    serde_json::from_str(text).map_err(|why| Error::Internal(format!("a card: {why}")))
}
