//! Searching one's own messages. Every copy is indexed with its words, folded as the search for people folds them, each behind
//! the number of its owner: a search reads what its owner has, whatever others have written.

mod postgres;
mod sqlite;

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::connections::row::State;
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{MemberId, MessageId};
use crate::inbox::store::Message;
use crate::inbox::texts::{COPY, WithText, WithTexts};
use crate::members::search::words::{Word, terms, typed};
use crate::members::{self, MemberCard};
use crate::schema::{message_copies, relationships};

/// Matches that are looked at, the newest first.
const MOST: i64 = 200;
/// Of these, how many are shown.
pub const SHOWN: usize = 50;
/// Rows of one transaction when all are indexed.
const BATCH: i64 = 1_000;
/// Words of a message that stand before the first match.
const BEFORE: usize = 6;

/// A copy of a message: its owner, the other, its id.
pub type Copy = (MemberId, MemberId, MessageId);

/// The words that somebody typed.
#[derive(Debug)]
pub struct Wanted(Vec<Word>);

impl Wanted {
    /// Reads what was typed; nothing where it has no letter or digit.
    pub fn of(text: &str) -> Option<Wanted> {
        Some(Wanted(typed(text))).filter(|wanted| !wanted.0.is_empty())
    }

    /// Finds a member's messages that have every word by its beginning, the newest first, each with the other member. What is
    /// deleted, or of somebody whom the member has blocked, is not among them.
    ///
    /// # Errors
    /// The database's.
    pub fn find(&self, connection: &mut Connection, owner: MemberId) -> Result<Vec<(Message, MemberCard)>, Error> {
        let found = match connection {
            Connection::Sqlite(sqlite) => sqlite::matching(sqlite, owner, &self.0)?,
            Connection::Postgres(postgres) => postgres::matching(postgres, owner, &self.0)?,
        };
        let others: HashSet<MemberId> = found.iter().map(|(other, _)| *other).collect();
        let others: Vec<MemberId> = others.into_iter().collect();
        let ids: Vec<MessageId> = found.into_iter().map(|(_, id)| id).collect();
        let oldest = ids.iter().copied().min().unwrap_or(MessageId::MAX);
        let blocked = relationships::owner_id.eq(message_copies::owner_id);
        let blocked = blocked.and(relationships::other_id.eq(message_copies::other_id));
        let blocked = relationships::table.filter(blocked).filter(relationships::state.eq(State::Blocked));
        let copies = message_copies::table
            .filter(message_copies::owner_id.eq(owner))
            .filter(id_in(connection, message_copies::other_id, &others))
            .filter(id_in(connection, message_copies::id, &ids))
            // With statistics SQLite would look each id up in all of a conversation.
            .filter(message_copies::id.ge(oldest))
            .filter(message_copies::deletion_id.is_null())
            .filter(diesel::dsl::not(diesel::dsl::exists(blocked)))
            .select(COPY)
            .offset(0);
        let rows: Vec<WithText> = on_engine!(connection, |own| WithTexts(copies).load(own))?;
        let persons = members::persons(connection, &others)?;
        let persons: HashMap<MemberId, MemberCard> = persons.into_iter().map(|person| (person.id, person)).collect();
        let found = |(_, other, id, is_mine, sent_at, text)| {
            Some((Message { id, is_mine, sent_at, text }, persons.get(&other)?.clone()))
        };
        let mut rows: Vec<(Message, MemberCard)> = rows.into_iter().filter_map(found).collect();
        rows.sort_by_key(|(message, _)| std::cmp::Reverse(message.id));
        Ok(rows)
    }

    /// Returns a text from shortly before the first of the words on.
    pub fn from_match(&self, text: &str) -> String {
        let all: Vec<&str> = text.split_whitespace().collect();
        let matches = |word: &&str| {
            let terms = terms(word);
            self.0.iter().any(|wanted| wanted.begins_any(&terms))
        };
        let first = all.iter().position(matches).unwrap_or(0).saturating_sub(BEFORE);
        let cut = if first == 0 { "" } else { "… " };
        format!("{cut}{}", all[first..].join(" "))
    }
}

/// Puts the words of a copy into the index.
///
/// # Errors
/// The database's.
pub fn index(connection: &mut Connection, copy: Copy, text: &str) -> Result<(), Error> {
    let terms = owned(copy.0, text);
    match connection {
        Connection::Sqlite(sqlite) => sqlite::index(sqlite, copy, &terms),
        Connection::Postgres(postgres) => postgres::index(postgres, copy, &terms),
    }
}

/// Indexes every copy anew, after a bulk load.
///
/// # Errors
/// The database's.
pub fn index_all(connection: &mut Connection) -> Result<(), Error> {
    on_engine!(connection, |own| diesel::sql_query("DELETE FROM message_search").execute(own))?;
    if let Connection::Sqlite(sqlite) = connection {
        diesel::sql_query("DELETE FROM message_search_rows").execute(sqlite)?;
    }
    let mut last: Option<Copy> = None;
    loop {
        let rows = beyond(connection, last)?;
        let Some((copy, _)) = rows.last() else { return Ok(()) };
        last = Some(*copy);
        diesel::Connection::transaction(connection, |connection| {
            rows.iter().try_for_each(|(copy, text)| index(connection, *copy, text))
        })?;
    }
}

/// Finds the copies that stand in no index.
///
/// # Errors
/// The database's.
pub fn missing(connection: &mut Connection) -> Result<Vec<Copy>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        owner_id: MemberId,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        other_id: MemberId,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        id: MessageId,
    }
    let held = match connection {
        Connection::Sqlite(_) => "message_search_rows AS held WHERE held.message_id",
        Connection::Postgres(_) => "message_search AS held WHERE held.id",
    };
    let sql = format!(
        "SELECT owner_id, other_id, id FROM message_copies AS copy WHERE NOT EXISTS (SELECT 1 FROM {held} = copy.id \
         AND held.owner_id = copy.owner_id AND held.other_id = copy.other_id) ORDER BY owner_id, other_id, id"
    );
    let rows: Vec<Row> = on_engine!(connection, |own| diesel::sql_query(sql).load(own))?;
    Ok(rows.into_iter().map(|row| (row.owner_id, row.other_id, row.id)).collect())
}

/// Indexes the copies that stand in no index, and returns how many.
///
/// # Errors
/// The database's.
pub fn index_missing(connection: &mut Connection) -> Result<usize, Error> {
    let missing = missing(connection)?;
    for (owner, other, id) in &missing {
        let one = message_copies::table.find((*owner, *other, *id)).select(COPY).limit(1);
        let one = on_engine!(connection, |own| WithTexts(one).load::<WithText>(own))?.pop();
        let text = one.map(|(.., text)| text);
        if let Some(text) = text {
            index(connection, (*owner, *other, *id), &text)?;
        }
    }
    Ok(missing.len())
}

/// Loads the copies that follow one in the order of their keys, a batch, with their texts.
fn beyond(connection: &mut Connection, last: Option<Copy>) -> Result<Vec<(Copy, String)>, Error> {
    use message_copies::{id, other_id, owner_id};
    let mut copies = message_copies::table.into_boxed();
    if let Some((owner, other, message)) = last {
        let later = owner_id.gt(owner).or(other_id.gt(other)).or(other_id.eq(other).and(id.gt(message)));
        copies = copies.filter(owner_id.ge(owner)).filter(later);
    }
    let copies = copies.order((owner_id, other_id, id)).limit(BATCH).select(COPY);
    let rows: Vec<WithText> = WithTexts(copies).load(connection)?;
    let mut rows: Vec<(Copy, String)> =
        rows.into_iter().map(|(owner, other, message, .., text)| ((owner, other, message), text)).collect();
    rows.sort_by_key(|(copy, _)| *copy);
    Ok(rows)
}

/// A word as the index has it for an owner.
fn behind(owner: MemberId, word: &str) -> String {
    format!("{owner:x}={word}")
}

fn owned(owner: MemberId, text: &str) -> Vec<String> {
    terms(text).iter().map(|term| behind(owner, term)).collect()
}
