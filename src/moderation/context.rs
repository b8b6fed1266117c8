//! What a report is about, as it was when it was reported: what the reporter themselves could see.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{Between, MemberId, MessageId};
use crate::inbox::store::{self as inbox, Message};
use crate::members::store::{self, Position};
use crate::schema::{members, relationships};

/// Messages before and after the reported one.
const NEIGHBOURS: usize = 5;

/// What a member reports of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Their profile.
    Profile,
    /// Their invitation.
    Invitation,
    /// A message, by its id; without one, the conversation.
    Message(Option<MessageId>),
}

/// The profile, the note and the messages, as they were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Context {
    pub full_name: String,
    pub handle: String,
    pub headline: String,
    pub location: String,
    pub about: String,
    pub positions: Vec<String>,
    pub links: Vec<String>,
    /// Of the invitation.
    pub note: String,
    pub messages: Vec<Said>,
}

/// A message, as the reporter's own copy has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Said {
    pub by_reporter: bool,
    pub at: i64,
    pub text: String,
    pub is_reported: bool,
}

impl Said {
    /// When it was sent.
    pub fn when(&self) -> String {
        dates::minute(self.at)
    }

    /// When it was sent, for `<time>`.
    pub fn moment(&self) -> String {
        dates::instant(self.at)
    }
}

impl Context {
    /// Gathers what a member can see of another now.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the member has no such message, or the database's.
    pub fn gather(connection: &mut Connection, between: Between, about: About) -> Result<Context, Error> {
        let other = between.other;
        let context = Context::of_profile(connection, other)?;
        Ok(match about {
            About::Profile => context,
            About::Invitation => Context { note: note(connection, between)?, ..context },
            About::Message(id) => Context { messages: messages(connection, between, id)?, ..context },
        })
    }

    fn of_profile(connection: &mut Connection, member: MemberId) -> Result<Context, Error> {
        let columns = (members::full_name, members::handle, members::headline, members::location, members::about);
        type Texts = (String, String, String, String, String);
        let (full_name, handle, headline, location, about) =
            members::table.find(member).select(columns).first::<Texts>(connection)?;
        let (positions, education) = store::positions(connection, member)?;
        let line = |position: &Position| format!("{}, {}", position.title, position.organisation);
        let links = store::links(connection, member)?;
        Ok(Context {
            full_name,
            handle,
            headline,
            location,
            about,
            positions: positions.iter().chain(&education).map(line).collect(),
            links: links.iter().map(|link| format!("{} {}", link.label, link.url)).collect(),
            ..Context::default()
        })
    }

    /// Returns what the profile said besides the name.
    pub fn lines(&self) -> Vec<&str> {
        let texts = [&self.headline, &self.location, &self.about].into_iter();
        let all = texts.chain(&self.positions).chain(&self.links).map(String::as_str);
        all.filter(|line| !line.is_empty()).collect()
    }

    /// Writes it as it is stored.
    ///
    /// # Errors
    /// [`Error::Internal`] where it cannot be written.
    pub fn written(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|why| Error::Internal(why.to_string()))
    }

    /// Reads what is stored; nothing where another version of the program wrote it.
    pub fn read(stored: &str) -> Context {
        serde_json::from_str(stored).unwrap_or_default()
    }
}

/// The note of the other's invitation, as the member has it.
fn note(connection: &mut Connection, Between { viewer: me, other }: Between) -> Result<String, Error> {
    let columns = (relationships::invitation_note, relationships::received_note);
    let row = relationships::table.find((me, other)).select(columns);
    let notes: Option<(String, String)> = row.first(connection).optional()?;
    Ok(notes.map_or_else(String::new, |(open, received)| if open.is_empty() { received } else { open }))
}

/// The reported message with its neighbours; of the conversation as a whole, the newest.
fn messages(connection: &mut Connection, between: Between, id: Option<MessageId>) -> Result<Vec<Said>, Error> {
    let newest = inbox::page(connection, between, MessageId::MAX)?.0;
    let Some(id) = id else { return Ok(said(&newest[..newest.len().min(2 * NEIGHBOURS)], None)) };
    let place = |rows: &[Message]| rows.iter().position(|row| row.id == id && !row.is_mine);
    let (rows, at) = match place(&newest) {
        Some(at) => (newest, at),
        None => {
            let rows = inbox::page(connection, between, id.next())?.0;
            let at = place(&rows).ok_or(Error::NotFound)?;
            (rows, at)
        }
    };
    let around = at.saturating_sub(NEIGHBOURS)..(at + NEIGHBOURS + 1).min(rows.len());
    Ok(said(&rows[around], Some(id)))
}

/// Messages in the order in which they were written.
fn said(rows: &[Message], reported: Option<MessageId>) -> Vec<Said> {
    let one = |row: &Message| Said {
        by_reporter: row.is_mine,
        at: row.sent_at,
        text: row.text.clone(),
        is_reported: Some(row.id) == reported,
    };
    rows.iter().rev().map(one).collect()
}
