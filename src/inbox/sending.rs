//! Sending a message: one copy for each side, and the text once.

use diesel::prelude::*;

use crate::connections;
use crate::dates::{DAY, now};
use crate::db::{self, Connection, on_engine};
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::inbox::search;
use crate::inbox::store::{self, Conversation, Partner};
use crate::notifications::{self, Event};
use crate::relationship::{Limits, Side};
use crate::schema::{conversations, message_copies, messages};
use crate::text::digest;

/// What came of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It is sent; once, however often the form came.
    Sent,
    /// The two are not connected, as far as the writer's own side says.
    NotConnected,
    /// They have begun as many conversations as they may in a day, and may begin another from this time on.
    TooManyFirst {
        /// From when.
        from: i64,
    },
}

/// Sends a text to somebody. Where it cannot be sent, it is kept as the draft. `press` stands on the form: a form that comes
/// twice with the same text is sent once.
///
/// # Errors
/// [`Error::NotFound`] where the writer has nobody of this handle to talk with, or the database's.
pub fn send(
    connection: &mut Connection,
    limits: &Limits,
    (me, handle): (MemberId, &str),
    (text, press): (&str, &str),
) -> Result<(Partner, Sent), Error> {
    let (partner, sent) = attempt(connection, limits, (me, handle), (text, press))?;
    if sent != Sent::Sent {
        store::save_draft(connection, Between { viewer: me, other: partner.person.id }, text)?;
    }
    Ok((partner, sent))
}

/// [`send`], which keeps nothing where it cannot be sent: what a program sends takes no draft away.
///
/// # Errors
/// As [`send`].
pub fn attempt(
    connection: &mut Connection,
    limits: &Limits,
    (me, handle): (MemberId, &str),
    (text, press): (&str, &str),
) -> Result<(Partner, Sent), Error> {
    let partner = store::partner(connection, limits, me, handle)?;
    let other = partner.person.id;
    db::lock_members(connection, [me, other])?;
    let mine = store::conversation(connection, Between { viewer: me, other })?;
    let press = digest::sha256(&format!("{press} {text}"));
    let sent = if mine.as_ref().is_some_and(|mine| mine.last_press == press) {
        Sent::Sent
    } else if connections::sides(connection, limits, Between { viewer: me, other })?.mine != Side::Connected {
        Sent::NotConnected
    } else {
        let is_first = mine.as_ref().is_none_or(|mine| mine.last_at.is_none());
        match comes_free(connection, limits, me).map(|from| from.filter(|_| is_first))? {
            Some(from) => Sent::TooManyFirst { from },
            None => deliver(connection, Between { viewer: me, other }, (text, &press), mine.filter(|_| !is_first))?,
        }
    };
    Ok((partner, sent))
}

/// Returns from when a member may begin a conversation again, as a minute begins, since nobody is told a second; nothing
/// where they may now.
///
/// # Errors
/// The database's.
pub fn comes_free(connection: &mut Connection, limits: &Limits, me: MemberId) -> Result<Option<i64>, Error> {
    let Some(spare) = limits.first_messages.checked_sub(1) else { return Ok(Some(now() + DAY)) };
    let last_to_spare = conversations::table
        .filter(conversations::owner_id.eq(me))
        .filter(conversations::begun_at.gt(now() - DAY))
        .order(conversations::begun_at.desc())
        .offset(spare.into())
        .select(conversations::begun_at);
    let last_to_spare: Option<Option<i64>> = on_engine!(connection, |own| last_to_spare.first(own)).optional()?;
    Ok(last_to_spare.flatten().map(|begun| (begun + DAY + 59) / 60 * 60))
}

fn deliver(
    connection: &mut Connection,
    between: Between,
    (text, press): (&str, &str),
    known: Option<Conversation>,
) -> Result<Sent, Error> {
    let Between { viewer: me, other } = between;
    let (id, now) = (store::next_id(connection, [me, other])?, now());
    let message = (messages::writer_id.eq(me), messages::id.eq(id), messages::text.eq(text));
    diesel::insert_into(messages::table).values(message).execute(connection)?;
    for (owner, of, is_mine) in [(me, other, true), (other, me, false)] {
        let copy = (
            message_copies::owner_id.eq(owner),
            message_copies::other_id.eq(of),
            message_copies::id.eq(id),
            message_copies::is_mine.eq(is_mine),
            message_copies::sent_at.eq(now),
        );
        diesel::insert_into(message_copies::table).values(copy).execute(connection)?;
        search::index(connection, (owner, of, id), text)?;
        let values = (conversations::place.eq(id), conversations::last_at.eq(now));
        let row = (conversations::owner_id.eq(owner), conversations::other_id.eq(of), values);
        let row = diesel::insert_into(conversations::table).values(row);
        let row = row.on_conflict((conversations::owner_id, conversations::other_id)).do_update().set(values);
        on_engine!(connection, |own| row.execute(own))?;
    }
    let theirs = conversations::table.find((other, me));
    diesel::update(theirs).set(conversations::is_unread.eq(true)).execute(connection)?;
    let mine = conversations::table.find((me, other));
    let begun_at = known.map_or(Some(now), |known| known.begun_at);
    let values =
        (conversations::draft.eq(""), conversations::last_press.eq(press), conversations::begun_at.eq(begun_at));
    diesel::update(mine).set(values).execute(connection)?;
    connections::store::note_message(connection, between, now)?;
    notifications::tell(connection, (other, Event::Message), (me, ""), now)?;
    Ok(Sent::Sent)
}
