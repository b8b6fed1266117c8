//! The outbox: a row a letter, from the transaction of its cause until it is sent.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::letter::{Letter, Sender};
use crate::dates::now;
use crate::db::{Connection, new_id, on_engine};
use crate::error::Error;
use crate::ids::{LetterId, MemberId};
use crate::schema::outbox::{self, table};

/// The receiver of what is only found out when it is sent.
pub const NOBODY: MemberId = MemberId::NOBODY;
/// How many letters are read at once.
const SOME: i64 = 100;
/// The pauses between attempts double from the first to the longest, in seconds.
const FIRST_PAUSE: i64 = 60;
const LONGEST_PAUSE: i64 = 12 * 3_600;
/// How long a letter is tried.
pub const LIFE: i64 = 3 * 86_400;

/// What is kept of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The letter.
    pub letter: Letter,
    /// Whom it is from, if it is from a member.
    pub sender: Option<Sender>,
}

/// Puts a letter to a member into the outbox, to be sent once the transaction is committed. Whether they want this kind by
/// e-mail is the caller's to know; that their address is confirmed, and that the letter is still true, is seen to when it is
/// sent.
///
/// # Errors
/// The database's.
pub fn put(connection: &mut Connection, to: MemberId, letter: Letter) -> Result<(), Error> {
    let sender = letter.from().map(|from| Sender::load(connection, from)).transpose()?;
    let letter =
        serde_json::to_string(&Written { letter, sender }).map_err(|why| Error::Unavailable(why.to_string()))?;
    let row = (
        outbox::member_id.eq(to),
        outbox::id.eq(new_id::<LetterId>()),
        outbox::created_at.eq(now()),
        outbox::due_at.eq(now()),
        outbox::letter.eq(letter),
    );
    let insert = diesel::insert_into(table).values(row);
    on_engine!(connection, |own| insert.execute(own))?;
    Ok(())
}

/// A letter that is due.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub(super) struct Row {
    pub member_id: MemberId,
    pub id: LetterId,
    pub created_at: i64,
    pub attempts: i32,
    letter: String,
}

impl Row {
    /// What it says; nothing where another version of the program wrote it.
    pub(super) fn written(&self) -> Option<Written> {
        serde_json::from_str(&self.letter).ok()
    }

    /// Returns what it is called, the same at each attempt.
    pub(super) fn name(&self) -> String {
        format!("{:x}.{:x}", self.id, self.member_id)
    }

    /// Returns when it is tried again if the attempt of now fails; nothing once it has been tried long enough.
    pub(super) fn next_attempt(&self, now: i64) -> Option<i64> {
        let pause = FIRST_PAUSE.saturating_mul(1 << self.attempts.clamp(0, 20)).min(LONGEST_PAUSE);
        (now + pause < self.created_at + LIFE).then_some(now + pause)
    }
}

/// A letter that this version of the program cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// Whom it is to.
    pub member: MemberId,
    /// Its id.
    pub id: LetterId,
    /// Whether it has waited for as long as a letter is tried. Until then a node of another version may send it.
    pub is_old: bool,
}

/// Finds the letters that this version of the program cannot read.
///
/// # Errors
/// The database's.
pub fn unreadable(connection: &mut Connection) -> Result<Vec<Unreadable>, Error> {
    let rows: Vec<Row> = table.order((outbox::member_id, outbox::id)).select(Row::as_select()).load(connection)?;
    let old = now() - LIFE;
    let one = |row: &Row| Unreadable { member: row.member_id, id: row.id, is_old: row.created_at <= old };
    Ok(rows.iter().filter(|row| row.written().is_none()).map(one).collect())
}

/// Returns whether a letter is due.
pub(super) fn is_any_due(connection: &mut Connection) -> Result<bool, Error> {
    let due = table.filter(outbox::due_at.le(now())).select(outbox::id).limit(1);
    Ok(on_engine!(connection, |own| due.first::<MemberId>(own)).optional()?.is_some())
}

/// Loads letters that are due, the longest due first.
pub(super) fn due(connection: &mut Connection) -> Result<Vec<Row>, Error> {
    let due = table.filter(outbox::due_at.le(now())).order(outbox::due_at).limit(SOME);
    Ok(on_engine!(connection, |own| due.select(Row::as_select()).load(own))?)
}

/// Takes a letter for an attempt, unless somebody else has. It is tried again at `until` unless it is [`remove`]d.
pub(super) fn claim(connection: &mut Connection, row: &Row, until: i64) -> Result<bool, Error> {
    let same = table.find((row.member_id, row.id)).filter(outbox::attempts.eq(row.attempts));
    let claimed = (outbox::attempts.eq(row.attempts + 1), outbox::due_at.eq(until));
    Ok(diesel::update(same).set(claimed).execute(connection)? == 1)
}

/// Gives a letter back that was not tried after all.
pub(super) fn give_back(connection: &mut Connection, row: &Row) -> Result<(), Error> {
    let claimed = table.find((row.member_id, row.id)).filter(outbox::attempts.eq(row.attempts + 1));
    let as_before = (outbox::attempts.eq(row.attempts), outbox::due_at.eq(now()));
    diesel::update(claimed).set(as_before).execute(connection)?;
    Ok(())
}

/// Removes a letter that is sent, given up, or no longer true.
pub(super) fn remove(connection: &mut Connection, row: &Row) -> Result<(), Error> {
    diesel::delete(table.find((row.member_id, row.id))).execute(connection)?;
    Ok(())
}

/// Removes the letters that are due and have been tried long enough. Returns how many.
pub(super) fn remove_old(connection: &mut Connection) -> Result<usize, Error> {
    let now = now();
    let old = table.filter(outbox::due_at.le(now)).filter(outbox::created_at.le(now - LIFE));
    Ok(diesel::delete(old).execute(connection)?)
}
