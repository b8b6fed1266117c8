//! What a member is told: invitations, acceptances and messages, nothing else, ever.

pub mod choices;
pub mod settings;
pub mod store;
pub mod unsubscribe;

use diesel::prelude::*;

use crate::db::{Connection, new_id, numbered};
use crate::error::Error;
use crate::ids::{Between, MemberId, NotificationId};
use crate::mail::{Letter, outbox};
use crate::relationship::Notification;
use crate::schema::notifications;
use choices::Kind;
use store::Unread;

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

    /// The letter that says it.
    fn letter(self, from: MemberId, note: &str) -> Letter {
        let note = note.to_owned();
        match self {
            Event::Invited => Letter::Invitation { from, note },
            Event::Accepted => Letter::Acceptance { from, note },
            Event::AcceptedForYou => Letter::AcceptedForYou { from, note },
            Event::Message => Letter::Message { from },
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

/// Tells a member what happened, of whom, and the note that came with it, as they have chosen to be told. The caller has locked
/// the member. A note is kept, so a message is told without its text.
///
/// # Errors
/// The database's.
pub fn tell(
    connection: &mut Connection,
    (owner, event): (MemberId, impl Into<Event>),
    (other, note): (MemberId, &str),
    now: i64,
) -> Result<(), Error> {
    let event = event.into();
    let choice = choices::of(connection, owner, event.kind())?;
    let is_news = if choice.on_site { enter(connection, (owner, event), (other, note), now)? } else { true };
    // Of a talk that goes on while its first message is unread, one letter is enough.
    if choice.by_email && is_news {
        outbox::put(connection, owner, event.letter(other, note))?;
    }
    Ok(())
}

/// Enters a notification above everything the member was told before, wherever the clocks stand. A further message of a
/// sender renews the notification of theirs that is not read yet; returns false then.
fn enter(
    connection: &mut Connection,
    (owner, event): (MemberId, Event),
    (other, note): (MemberId, &str),
    now: i64,
) -> Result<bool, Error> {
    let newest = store::newest(connection, owner)?;
    let id = new_id::<NotificationId>().max(newest.map_or(NotificationId::MIN, NotificationId::next));
    if event == Event::Message && renew(connection, Between { viewer: owner, other }, id, now)? {
        return Ok(false);
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
    Ok(true)
}

fn renew(
    connection: &mut Connection,
    Between { viewer: owner, other }: Between,
    id: NotificationId,
    now: i64,
) -> Result<bool, Error> {
    let unread = notifications::table
        .filter(notifications::owner_id.eq(owner))
        .filter(notifications::other_id.eq(other))
        .filter(notifications::kind.eq(Event::Message))
        .filter(Unread);
    let last = unread.order(notifications::id.desc()).select(notifications::id);
    let last: Option<NotificationId> = last.first(connection).optional()?;
    let Some(last) = last else { return Ok(false) };
    let row = notifications::table.find((owner, last));
    diesel::update(row).set((notifications::id.eq(id), notifications::created_at.eq(now))).execute(connection)?;
    Ok(true)
}
