//! What is found by: the words, keys and tags of a card, each in a table of its own. A card and these change together.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::contacts::card::Card;
use crate::contacts::keys::{KEY_KINDS, Key, keys};
use crate::contacts::store::ROWS;
use crate::contacts::words::words;
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::schema::{contact_cards, contact_keys, contact_tags, contact_words};

/// Inserts texts of contacts into a table, each list with its contact: as one value that the engine takes apart, so that
/// thousands are one statement. `columns` stand behind the owner and the contact, `values` is what is written in them.
fn insert_texts(
    connection: &mut Connection,
    (table, columns, values): (&str, &str, &str),
    owner: MemberId,
    texts: &BTreeMap<ContactId, Vec<String>>,
) -> Result<(), Error> {
    if texts.values().all(Vec::is_empty) {
        return Ok(());
    }
    let texts = serde_json::to_string(texts).map_err(|why| Error::Internal(why.to_string()))?;
    let (owned, source) = match connection {
        Connection::Sqlite(_) => ("?", "json_each(?) AS one, json_each(one.value) AS text"),
        Connection::Postgres(_) => {
            ("$1", "json_each($2::json) AS one CROSS JOIN LATERAL json_array_elements_text(one.value) AS text (value)")
        }
    };
    let sql = format!(
        "INSERT INTO {table} (owner_id, contact_id, {columns}) \
         SELECT {owned}, CAST(one.key AS BIGINT), {values} FROM {source}"
    );
    on_engine!(connection, |own| {
        diesel::sql_query(&sql).bind::<BigInt, _>(owner).bind::<Text, _>(&texts).execute(own)
    })?;
    Ok(())
}

/// Puts what contacts are found by into the tables.
pub(super) fn insert(connection: &mut Connection, owner: MemberId, cards: &[(ContactId, &Card)]) -> Result<(), Error> {
    for cards in cards.chunks(ROWS) {
        let all = |of: fn(&Card) -> Vec<String>| cards.iter().map(|(id, card)| (*id, of(card))).collect();
        insert_texts(connection, ("contact_words", "word", "text.value"), owner, &all(words))?;
        insert_texts(connection, ("contact_tags", "tag", "text.value"), owner, &all(|card| card.tags.clone()))?;
        let keys: Vec<(ContactId, Vec<Key>)> = cards.iter().map(|(id, card)| (*id, keys(card))).collect();
        for kind in KEY_KINDS {
            let of_kind =
                |keys: &[Key]| keys.iter().filter(|(of, _)| *of == kind).map(|(_, key)| key.clone()).collect();
            let texts = keys.iter().map(|(id, keys)| (*id, of_kind(keys))).collect();
            let values = format!("{}, text.value", kind as i16);
            insert_texts(connection, ("contact_keys", "kind, key", &values), owner, &texts)?;
        }
    }
    Ok(())
}

/// Puts other cards in place of those of contacts.
pub(super) fn replace(connection: &mut Connection, owner: MemberId, cards: &[(ContactId, &Card)]) -> Result<(), Error> {
    let ids: Vec<ContactId> = cards.iter().map(|(id, _)| *id).collect();
    delete(connection, owner, &ids)?;
    let these = id_in(connection, contact_cards::contact_id, &ids);
    diesel::delete(contact_cards::table.filter(contact_cards::owner_id.eq(owner)).filter(these)).execute(connection)?;
    insert_cards(connection, owner, cards)?;
    insert(connection, owner, cards)
}

/// Takes contacts out of what is found by.
pub(super) fn delete(connection: &mut Connection, owner: MemberId, ids: &[ContactId]) -> Result<(), Error> {
    let these = id_in(connection, contact_words::contact_id, ids);
    diesel::delete(contact_words::table.filter(contact_words::owner_id.eq(owner)).filter(these)).execute(connection)?;
    let these = id_in(connection, contact_keys::contact_id, ids);
    diesel::delete(contact_keys::table.filter(contact_keys::owner_id.eq(owner)).filter(these)).execute(connection)?;
    let these = id_in(connection, contact_tags::contact_id, ids);
    diesel::delete(contact_tags::table.filter(contact_tags::owner_id.eq(owner)).filter(these)).execute(connection)?;
    Ok(())
}

/// Stores the cards themselves.
pub(super) fn insert_cards(
    connection: &mut Connection,
    owner: MemberId,
    cards: &[(ContactId, &Card)],
) -> Result<(), Error> {
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
