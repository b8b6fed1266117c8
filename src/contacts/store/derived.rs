//! What is found by: the words, keys and tags of a card, each in a table of its own. A card and these change together.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use serde::Serialize;

use crate::contacts::card::Card;
use crate::contacts::keys::{KEY_KINDS, Key, KeyKind, keys};
use crate::contacts::store::ROWS;
use crate::contacts::words::words;
use crate::db::{Connection, few_or_many_in, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::schema::{contact_cards, contact_keys, contact_tags, contact_words};

/// Words of one statement, which is some megabytes of text.
const WORDS: usize = 300_000;

/// Words with the contacts that have them. They are written in the order of their index, from its beginning to its end: one
/// after the other of a whole import, which takes half as long as contact by contact.
#[derive(Debug, Default)]
struct Words {
    contacts: HashMap<String, Vec<ContactId>>,
    number: usize,
}

impl Words {
    fn add(&mut self, id: ContactId, words: Vec<String>) {
        self.number += words.len();
        words.into_iter().for_each(|word| self.contacts.entry(word).or_default().push(id));
    }

    fn are_many(&self) -> bool {
        self.number >= WORDS
    }

    fn in_order(&self) -> BTreeMap<&String, &Vec<ContactId>> {
        self.contacts.iter().collect()
    }

    fn insert(&mut self, connection: &mut Connection, owner: MemberId) -> Result<(), Error> {
        let rows = ("contact_words (owner_id, word, contact_id)", "one.key, CAST(text.value AS BIGINT)");
        insert_arrays(connection, rows, owner, &json(&self.in_order())?)?;
        *self = Words::default();
        Ok(())
    }

    fn delete(&self, connection: &mut Connection, owner: MemberId) -> Result<(), Error> {
        match connection {
            Connection::Sqlite(own) => {
                let sql = "DELETE FROM contact_words WHERE owner_id = ? AND (word, contact_id) IN \
                           (SELECT one.key, CAST(text.value AS BIGINT) FROM json_each(?) AS one, json_each(one.value) AS text)";
                let words = json(&self.in_order())?;
                diesel::sql_query(sql).bind::<BigInt, _>(owner).bind::<Text, _>(words).execute(own)?;
            }
            Connection::Postgres(own) => {
                let sql = "DELETE FROM contact_words USING unnest($2::text[], $3::bigint[]) AS gone (word, contact_id) \
                           WHERE contact_words.owner_id = $1 AND contact_words.word = gone.word \
                           AND contact_words.contact_id = gone.contact_id";
                let each = self.contacts.iter().flat_map(|(word, ids)| ids.iter().map(move |id| (word, *id)));
                let (words, ids): (Vec<&String>, Vec<ContactId>) = each.unzip();
                let sql = diesel::sql_query(sql).bind::<BigInt, _>(owner);
                sql.bind::<Array<Text>, _>(words).bind::<Array<BigInt>, _>(ids).execute(own)?;
            }
        }
        Ok(())
    }
}

/// Inserts the texts of a JSON object of arrays, each with its key: as one value that the engine takes apart, so that thousands
/// are one statement. `into` names a table and its columns, the owner first, and `values` what is written in the others.
fn insert_arrays(
    connection: &mut Connection,
    (into, values): (&str, &str),
    owner: MemberId,
    texts: &str,
) -> Result<(), Error> {
    if texts == "{}" {
        return Ok(());
    }
    let (owned, source) = match connection {
        Connection::Sqlite(_) => ("?", "json_each(?) AS one, json_each(one.value) AS text"),
        Connection::Postgres(_) => {
            ("$1", "json_each($2::json) AS one CROSS JOIN LATERAL json_array_elements_text(one.value) AS text (value)")
        }
    };
    let sql = format!("INSERT INTO {into} SELECT {owned}, {values} FROM {source}");
    on_engine!(connection, |own| {
        diesel::sql_query(&sql).bind::<BigInt, _>(owner).bind::<Text, _>(texts).execute(own)
    })?;
    Ok(())
}

/// Inserts texts of contacts, of each its own.
fn insert_texts(
    connection: &mut Connection,
    rows: (&str, &str),
    owner: MemberId,
    texts: impl Iterator<Item = (ContactId, Vec<String>)>,
) -> Result<(), Error> {
    let texts: BTreeMap<ContactId, Vec<String>> = texts.filter(|(_, texts)| !texts.is_empty()).collect();
    insert_arrays(connection, rows, owner, &json(&texts)?)
}

/// Stores cards, and what their contacts are found by.
pub(super) fn insert(connection: &mut Connection, owner: MemberId, cards: &[(ContactId, &Card)]) -> Result<(), Error> {
    let mut index = Words::default();
    for cards in cards.chunks(ROWS) {
        let owned = contact_cards::owner_id.eq(owner);
        let mut rows = Vec::with_capacity(cards.len());
        for (id, card) in cards {
            let words = words(card);
            let (text, raw) = (contact_cards::card.eq(written(card)?), contact_cards::raw.eq(&card.raw));
            rows.push((owned, contact_cards::contact_id.eq(*id), text, raw, contact_cards::words.eq(json(&words)?)));
            index.add(*id, words);
        }
        match connection {
            // Row by row, as the contacts are.
            Connection::Sqlite(own) => {
                for row in &rows {
                    diesel::insert_into(contact_cards::table).values(row).execute(own)?;
                }
            }
            Connection::Postgres(own) => {
                diesel::insert_into(contact_cards::table).values(&rows).execute(own)?;
            }
        }
        insert_keys_and_tags(connection, owner, cards)?;
        if index.are_many() {
            index.insert(connection, owner)?;
        }
    }
    index.insert(connection, owner)
}

/// Puts what contacts are found by that were deleted, and whose cards are still there, into the tables again.
pub(super) fn restore(connection: &mut Connection, owner: MemberId, cards: &[(ContactId, &Card)]) -> Result<(), Error> {
    let mut index = Words::default();
    for cards in cards.chunks(ROWS) {
        let ids: Vec<ContactId> = cards.iter().map(|(id, _)| *id).collect();
        let before: HashMap<ContactId, String> = words_of(connection, owner, &ids)?.into_iter().collect();
        let mut others = Vec::new();
        for (id, card) in cards {
            let words = words(card);
            if before.get(id) != Some(&json(&words)?) {
                others.push(*id);
            }
            index.add(*id, words);
        }
        if !others.is_empty() {
            // Deleted by an earlier version, which knew others or kept none: from now on they are not known.
            let these = few_or_many_in(connection, contact_cards::contact_id, &others);
            let rows = contact_cards::table.filter(contact_cards::owner_id.eq(owner)).filter(these);
            diesel::update(rows).set(contact_cards::words.eq("")).execute(connection)?;
        }
        insert_keys_and_tags(connection, owner, cards)?;
        if index.are_many() {
            index.insert(connection, owner)?;
        }
    }
    index.insert(connection, owner)
}

fn insert_keys_and_tags(
    connection: &mut Connection,
    owner: MemberId,
    cards: &[(ContactId, &Card)],
) -> Result<(), Error> {
    let tags = cards.iter().map(|(id, card)| (*id, card.tags.clone()));
    let rows = ("contact_tags (owner_id, contact_id, tag)", "CAST(one.key AS BIGINT), text.value");
    insert_texts(connection, rows, owner, tags)?;
    let keys: Vec<(ContactId, Vec<Key>)> = cards.iter().map(|(id, card)| (*id, keys(card))).collect();
    for kind in KEY_KINDS.into_iter().chain([KeyKind::Alias]) {
        let of_kind = |keys: &[Key]| keys.iter().filter(|(of, _)| *of == kind).map(|(_, key)| key.clone()).collect();
        let values = format!("CAST(one.key AS BIGINT), {}, text.value", kind as i16);
        let rows = ("contact_keys (owner_id, contact_id, kind, key)", values.as_str());
        insert_texts(connection, rows, owner, keys.iter().map(|(id, keys)| (*id, of_kind(keys))))?;
    }
    Ok(())
}

/// Puts other cards in place of those of contacts.
pub(super) fn replace(connection: &mut Connection, owner: MemberId, cards: &[(ContactId, &Card)]) -> Result<(), Error> {
    let ids: Vec<ContactId> = cards.iter().map(|(id, _)| *id).collect();
    delete(connection, owner, &ids)?;
    let these = few_or_many_in(connection, contact_cards::contact_id, &ids);
    diesel::delete(contact_cards::table.filter(contact_cards::owner_id.eq(owner)).filter(these)).execute(connection)?;
    insert(connection, owner, cards)
}

/// Takes contacts out of what is found by. Their cards stay.
pub(super) fn delete(connection: &mut Connection, owner: MemberId, ids: &[ContactId]) -> Result<(), Error> {
    delete_words(connection, owner, ids)?;
    let these = few_or_many_in(connection, contact_keys::contact_id, ids);
    diesel::delete(contact_keys::table.filter(contact_keys::owner_id.eq(owner)).filter(these)).execute(connection)?;
    let these = few_or_many_in(connection, contact_tags::contact_id, ids);
    diesel::delete(contact_tags::table.filter(contact_tags::owner_id.eq(owner)).filter(these)).execute(connection)?;
    Ok(())
}

/// Takes words out one by one, as the cards keep them. Those of many contacts, or of some that an earlier version wrote beside
/// this one and whose words are not known, are looked for among all of the owner's.
fn delete_words(connection: &mut Connection, owner: MemberId, ids: &[ContactId]) -> Result<(), Error> {
    let (mut index, mut others) = (Words::default(), Vec::new());
    if ids.len() > ROWS {
        others.extend(ids);
    } else {
        for (id, words) in words_of(connection, owner, ids)? {
            match words.as_str() {
                "" => others.push(id),
                words => index.add(id, serde_json::from_str(words).map_err(unreadable)?),
            }
        }
    }
    if index.number > 0 {
        index.delete(connection, owner)?;
    }
    if !others.is_empty() {
        let these = few_or_many_in(connection, contact_words::contact_id, &others);
        let rows = contact_words::table.filter(contact_words::owner_id.eq(owner)).filter(these);
        diesel::delete(rows).execute(connection)?;
    }
    Ok(())
}

/// Loads the words of contacts, as their cards keep them.
fn words_of(
    connection: &mut Connection,
    owner: MemberId,
    ids: &[ContactId],
) -> Result<Vec<(ContactId, String)>, Error> {
    let rows = contact_cards::table.filter(contact_cards::owner_id.eq(owner));
    let rows = rows.filter(few_or_many_in(connection, contact_cards::contact_id, ids));
    let rows = rows.select((contact_cards::contact_id, contact_cards::words));
    Ok(on_engine!(connection, |own| rows.load(own))?)
}

/// Writes a card as it is stored.
pub(super) fn written(card: &Card) -> Result<String, Error> {
    json(card)
}

/// Reads a card as it was stored.
pub(super) fn read_card(text: &str) -> Result<Card, Error> {
    serde_json::from_str(text).map_err(unreadable)
}

fn json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(unreadable)
}

fn unreadable(why: serde_json::Error) -> Error {
    Error::Internal(format!("a card: {why}"))
}
