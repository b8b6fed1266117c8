//! What a member is told: invitations, acceptances and messages, nothing else, ever.

pub mod choices;
pub mod pages;
pub mod settings;

use diesel::prelude::*;

use crate::db::{Connection, new_id, numbered, on_engine, sql_condition};
use crate::error::Error;
use crate::relationship::Notification;
use crate::schema::notifications;
use choices::Kind;

numbered! {
    /// What happened that a member is told.
    pub enum Event {
        /// They are invited to connect.
        Invited = 0,
        /// Their invitation was accepted.
        Accepted = 1,
        /// They are an open networker: an invitation was accepted in their name.
        AcceptedForYou = 2,
        /// A connection wrote to them.
        Message = 3,
    }
}

impl Event {
    /// The kind by which a member chooses whether to be told of it.
    pub fn kind(self) -> Kind {
        match self {
            Event::Invited | Event::AcceptedForYou => Kind::Invitation,
            Event::Accepted => Kind::Acceptance,
            Event::Message => Kind::Message,
        }
    }
}

impl From<Notification> for Event {
    fn from(notification: Notification) -> Event {
        match notification {
            Notification::Invited => Event::Invited,
            Notification::Accepted => Event::Accepted,
            Notification::AcceptedForYou => Event::AcceptedForYou,
        }
    }
}

sql_condition!(
    /// The notification stands on the page and is not read, as the index of these asks for it.
    Unread: diesel::sql_types::Bool = "NOT notifications.is_read AND notifications.deleted_at IS NULL"
);

/// Tells a member what happened, of whom, and the note that came with it, as they have chosen to be told. The caller has locked
/// the member. A note is kept, so a message is told without its text.
///
/// # Errors
/// The database's.
pub fn tell(
    connection: &mut Connection,
    (owner, event): (i64, impl Into<Event>),
    (other, note): (i64, &str),
    now: i64,
) -> Result<(), Error> {
    let event = event.into();
    if choices::of(connection, owner, event.kind())?.on_site {
        enter(connection, (owner, event), (other, note), now)?;
    }
    Ok(())
}

/// Enters a notification above everything the member was told before, wherever the clocks stand. A further message of a
/// sender renews the notification of theirs that is not read yet.
fn enter(
    connection: &mut Connection,
    (owner, event): (i64, Event),
    (other, note): (i64, &str),
    now: i64,
) -> Result<(), Error> {
    let theirs = notifications::table.filter(notifications::owner_id.eq(owner));
    let newest = theirs.order(notifications::id.desc()).select(notifications::id);
    let newest: Option<i64> = on_engine!(connection, |own| newest.first(own)).optional()?;
    let id = new_id().max(newest.unwrap_or(0) + 1);
    if event == Event::Message && renew(connection, (owner, other), id, now)? {
        return Ok(());
    }
    let row = (
        notifications::owner_id.eq(owner),
        notifications::id.eq(id),
        notifications::created_at.eq(now),
        notifications::kind.eq(event),
        notifications::other_id.eq(other),
        notifications::note.eq(note),
    );
    diesel::insert_into(notifications::table).values(row).execute(connection)?;
    Ok(())
}

fn renew(connection: &mut Connection, (owner, other): (i64, i64), id: i64, now: i64) -> Result<bool, Error> {
    let unread = notifications::table
        .filter(notifications::owner_id.eq(owner))
        .filter(notifications::other_id.eq(other))
        .filter(notifications::kind.eq(Event::Message))
        .filter(Unread);
    let last = unread.order(notifications::id.desc()).select(notifications::id);
    let last: Option<i64> = last.first(connection).optional()?;
    let Some(last) = last else { return Ok(false) };
    let row = notifications::table.find((owner, last));
    diesel::update(row).set((notifications::id.eq(id), notifications::created_at.eq(now))).execute(connection)?;
    Ok(true)
}

/// Marks what has come up to this id as read.
///
/// # Errors
/// The database's.
pub fn mark_as_read(connection: &mut Connection, owner: i64, last: i64) -> Result<(), Error> {
    let unread = notifications::table
        .filter(notifications::owner_id.eq(owner))
        .filter(notifications::id.le(last))
        .filter(Unread);
    diesel::update(unread).set(notifications::is_read.eq(true)).execute(connection)?;
    Ok(())
}
