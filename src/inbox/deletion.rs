//! Deleting one's copies, and taking that back for an hour. The other's copies stay as they are.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::dates::{self, now};
use crate::db::{Connection, new_id, numbered, on_engine};
use crate::error::Error;
use crate::ids::{Between, MemberId, MessageDeletionId, MessageId};
use crate::inbox::store;
use crate::language::{t, tf, tn};
use crate::members::named;
use crate::schema::{conversations, members, message_copies, message_deletions};

/// Seconds for which a deletion can be taken back.
pub const HOUR: i64 = 3_600;
/// Deletions that stand on the page.
const RECENT: i64 = 20;

numbered! {
    /// What was deleted at once.
    pub enum What {
        /// A message.
        Message = 0,
        /// A conversation.
        Conversation = 1,
        /// Everything in a conversation before a day.
        Before = 2,
        /// Conversations that were ticked.
        Selection = 3,
    }
}

/// Deletes a message. Returns the deletion, to be taken back.
///
/// # Errors
/// [`Error::NotFound`] where the member has no such message, or the database's.
pub fn message(connection: &mut Connection, between: Between, id: MessageId) -> Result<MessageDeletionId, Error> {
    let Between { viewer: me, other } = between;
    let (deletion, now) = (new_id(), now());
    let copy = message_copies::table.find((me, other, id)).filter(message_copies::deletion_id.is_null());
    let values = (message_copies::deletion_id.eq(deletion), message_copies::deleted_at.eq(now));
    if diesel::update(copy).set(values).execute(connection)? > 0 {
        store::settle(connection, between)?;
        return note(connection, me, (deletion, now), (What::Message, other, 1));
    }
    // Pressed twice.
    let copy = message_copies::table.find((me, other, id)).select(message_copies::deletion_id);
    copy.first::<Option<MessageDeletionId>>(connection).optional()?.flatten().ok_or(Error::NotFound)
}

/// Deletes everything that was sent before a moment. Returns the deletion, if there was anything.
///
/// # Errors
/// The database's.
pub fn before(connection: &mut Connection, between: Between, moment: i64) -> Result<Option<MessageDeletionId>, Error> {
    let Between { viewer: me, other } = between;
    let (deletion, now) = (new_id(), now());
    let number = copies_before(connection, between, moment, (deletion, now))?;
    if number == 0 {
        return Ok(None);
    }
    store::settle(connection, between)?;
    note(connection, me, (deletion, now), (What::Before, other, number)).map(Some)
}

/// Deletes whole conversations, with what was begun to be written in them. Returns the deletion, if there was anything.
///
/// # Errors
/// The database's.
pub fn conversations(
    connection: &mut Connection,
    me: MemberId,
    others: &[MemberId],
) -> Result<Option<MessageDeletionId>, Error> {
    let (deletion, now) = (new_id(), now());
    let (mut number, mut conversations) = (0, Vec::new());
    for other in others {
        let copies = copies_before(connection, Between { viewer: me, other: *other }, i64::MAX, (deletion, now))?;
        if copies + take_draft(connection, Between { viewer: me, other: *other }, deletion)? > 0 {
            store::settle(connection, Between { viewer: me, other: *other })?;
            number += copies;
            conversations.push(*other);
        }
    }
    let what = match conversations[..] {
        [] => return Ok(None),
        [other] => (What::Conversation, other, number),
        [first, ..] => (What::Selection, first, conversations.len()),
    };
    note(connection, me, (deletion, now), what).map(Some)
}

fn copies_before(
    connection: &mut Connection,
    Between { viewer: me, other }: Between,
    moment: i64,
    (deletion, now): (MessageDeletionId, i64),
) -> Result<usize, Error> {
    let copies = message_copies::table
        .filter(message_copies::owner_id.eq(me))
        .filter(message_copies::other_id.eq(other))
        .filter(message_copies::sent_at.lt(moment))
        .filter(message_copies::deletion_id.is_null());
    let values = (message_copies::deletion_id.eq(deletion), message_copies::deleted_at.eq(now));
    Ok(diesel::update(copies).set(values).execute(connection)?)
}

fn take_draft(
    connection: &mut Connection,
    Between { viewer: me, other }: Between,
    deletion: MessageDeletionId,
) -> Result<usize, Error> {
    let drafted = conversations::table.find((me, other)).filter(conversations::draft.ne(""));
    let values = (
        conversations::deleted_draft.eq(conversations::draft),
        conversations::draft.eq(""),
        conversations::deletion_id.eq(deletion),
    );
    Ok(diesel::update(drafted).set(values).execute(connection)?)
}

fn note(
    connection: &mut Connection,
    me: MemberId,
    (deletion, now): (MessageDeletionId, i64),
    (what, other, number): (What, MemberId, usize),
) -> Result<MessageDeletionId, Error> {
    let row = (
        message_deletions::owner_id.eq(me),
        message_deletions::id.eq(deletion),
        message_deletions::deleted_at.eq(now),
        message_deletions::kind.eq(what),
        message_deletions::other_id.eq(other),
        message_deletions::number.eq(i32::try_from(number).unwrap_or(i32::MAX)),
    );
    diesel::insert_into(message_deletions::table).values(row).execute(connection)?;
    Ok(deletion)
}

/// Takes a deletion back. Returns whether it is back; a second press changes nothing.
///
/// # Errors
/// The database's.
pub fn undo(connection: &mut Connection, me: MemberId, deletion: MessageDeletionId) -> Result<bool, Error> {
    let known = message_deletions::table.find((me, deletion)).filter(message_deletions::deleted_at.gt(now() - HOUR));
    if diesel::delete(known).execute(connection)? == 0 {
        let too_old = message_deletions::table.find((me, deletion)).select(message_deletions::id);
        let too_old = too_old.first::<MessageDeletionId>(connection).optional()?;
        // An id begins with the millisecond at which it was made: what is gone within its hour is back.
        return Ok(too_old.is_none() && deletion > MessageDeletionId::new(((now() - HOUR) * 1_000) << 20));
    }
    let copies =
        message_copies::table.filter(message_copies::owner_id.eq(me)).filter(message_copies::deletion_id.eq(deletion));
    let others = copies.select(message_copies::other_id).distinct().load::<MemberId>(connection)?;
    let values =
        (message_copies::deletion_id.eq(None::<MessageDeletionId>), message_copies::deleted_at.eq(None::<i64>));
    diesel::update(copies).set(values).execute(connection)?;
    let drafted =
        conversations::table.filter(conversations::owner_id.eq(me)).filter(conversations::deletion_id.eq(deletion));
    let drafts: Vec<(MemberId, String)> =
        drafted.select((conversations::other_id, conversations::deleted_draft)).load(connection)?;
    let values = (conversations::deletion_id.eq(None::<MessageDeletionId>), conversations::deleted_draft.eq(""));
    diesel::update(drafted).set(values).execute(connection)?;
    for (other, draft) in &drafts {
        // What was begun since stays.
        let row = conversations::table.find((me, *other)).filter(conversations::draft.eq(""));
        diesel::update(row).set(conversations::draft.eq(draft)).execute(connection)?;
    }
    let others: BTreeSet<MemberId> = others.into_iter().chain(drafts.into_iter().map(|(other, _)| other)).collect();
    others.into_iter().try_for_each(|other| store::settle(connection, Between { viewer: me, other }))?;
    Ok(true)
}

/// A deletion that can still be taken back.
#[derive(Debug)]
pub struct Recent {
    /// Its id.
    pub id: MessageDeletionId,
    /// What was deleted.
    pub sentence: String,
    /// When.
    pub at: i64,
}

impl Recent {
    /// Where it is brought back.
    pub fn undo(&self) -> String {
        undo_of(self.id)
    }

    /// The time of the day.
    pub fn when(&self) -> String {
        dates::minute(self.at)
    }

    /// The moment, for programs.
    pub fn moment(&self) -> String {
        dates::instant(self.at)
    }
}

/// Returns where what was deleted at once is brought back.
pub fn undo_of(deletion: MessageDeletionId) -> String {
    format!("/inbox/deleted/{deletion}/undo")
}

/// Loads what a member deleted in the last hour, the latest first.
///
/// # Errors
/// The database's.
pub fn recent(connection: &mut Connection, me: MemberId) -> Result<Vec<Recent>, Error> {
    let columns =
        (message_deletions::id, message_deletions::deleted_at, message_deletions::kind, message_deletions::number);
    let rows = message_deletions::table
        .inner_join(members::table.on(members::id.eq(message_deletions::other_id)))
        .filter(message_deletions::owner_id.eq(me))
        .filter(message_deletions::deleted_at.gt(now() - HOUR))
        .order(message_deletions::id.desc())
        .limit(RECENT)
        .select((columns, members::full_name));
    type Row = ((MessageDeletionId, i64, What, i32), String);
    let rows: Vec<Row> = on_engine!(connection, |own| rows.load(own))?;
    let recent = |((id, at, what, number), name): Row| Recent { id, at, sentence: said(what, number, &named(name)) };
    Ok(rows.into_iter().map(recent).collect())
}

fn said(what: What, number: i32, name: &str) -> String {
    match what {
        What::Message => tf("A message from the conversation with {name}", name),
        What::Conversation => tf("The conversation with {name}", name),
        What::Before => tf("Earlier messages from the conversation with {name}", name),
        What::Selection => tn(number, "{n} conversation", "{n} conversations"),
    }
}

/// Says that so many conversations are deleted.
pub fn sentence(number: usize) -> String {
    match number {
        1 => t("Conversation deleted. Only your copy is gone.").into(),
        many => tn(
            many,
            "{n} conversation deleted. Only your copies are gone.",
            "{n} conversations deleted. Only your copies are gone.",
        ),
    }
}
