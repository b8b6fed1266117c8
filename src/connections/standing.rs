//! How a member stands to another, read from the member's own row and nothing else: what a page may show.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::connections::notes;
use crate::connections::row::Row;
use crate::dates::{self, now};
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::language::tf;
use crate::relationship::{Limits, Offer, Side};
use crate::schema::relationships;

/// A member's own side toward another, with what is theirs of it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The side, as of now.
    pub side: Side,
    /// The owner disconnected from them as a connection, rather than as a stranger whom they had blocked.
    pub were_connected: bool,
    /// They are connected, or were once. It stays when the other ends that, of whom it tells nothing.
    pub has_connected: bool,
    /// Since when connected, while they are.
    pub connected_at: Option<i64>,
    /// When the pending invitation was sent.
    pub invited_at: Option<i64>,
    /// When the side came into its state.
    pub changed_at: i64,
    /// They withdrew an invitation, and may invite again from then.
    pub paused_until: Option<i64>,
    /// The invitation's note.
    pub invitation_note: String,
    /// What was written with the invitation they are connected by, while they are: the earlier note first.
    pub notes: Vec<InvitationNote>,
    /// The private note.
    pub private_note: String,
    /// The private reason of a disconnect.
    pub private_reason: String,
    /// The tags, in order.
    pub tags: Vec<String>,
}

impl Standing {
    /// A stranger.
    pub fn none() -> Standing {
        Standing {
            side: Side::Stranger,
            were_connected: false,
            has_connected: false,
            connected_at: None,
            invited_at: None,
            changed_at: 0,
            paused_until: None,
            invitation_note: String::new(),
            notes: Vec::new(),
            private_note: String::new(),
            private_reason: String::new(),
            tags: Vec::new(),
        }
    }

    fn of(row: Row, tags: Vec<String>, limits: &Limits, now: i64) -> Standing {
        let side = row.side_at(now, limits);
        Standing {
            side,
            were_connected: side.prior().is_former(),
            has_connected: row.connected_at.is_some(),
            connected_at: row.connected_at.filter(|_| side == Side::Connected),
            notes: if side == Side::Connected { InvitationNote::of(&row) } else { Vec::new() },
            invited_at: row.invited_at,
            paused_until: row.paused_until,
            changed_at: row.changed_at,
            invitation_note: row.invitation_note,
            private_note: row.private_note,
            private_reason: row.private_reason,
            tags,
        }
    }

    /// The action that fits.
    pub fn offer(&self) -> Offer {
        self.side.offer()
    }

    /// Whether they are connected.
    pub fn connected(&self) -> bool {
        self.side == Side::Connected
    }

    /// The tags as the field shows them.
    pub fn tag_line(&self) -> String {
        self.tags.join(", ")
    }

    /// The day since which they are connected.
    pub fn since(&self) -> String {
        self.connected_at.map_or_else(String::new, dates::long)
    }

    /// The day since which they are connected, as `<time datetime>` wants it.
    pub fn since_iso(&self) -> String {
        self.connected_at.map_or_else(String::new, dates::iso)
    }

    /// The moment since which they are connected, by which a form proves that its page was a connection's. Empty where they
    /// are not.
    pub fn connected_since(&self) -> String {
        self.connected_at.map_or_else(String::new, |since| since.to_string())
    }

    /// The day the pending invitation was sent.
    pub fn invited_on(&self) -> String {
        self.invited_at.map_or_else(String::new, dates::long)
    }

    /// The same day for `<time datetime>`.
    pub fn invited_iso(&self) -> String {
        self.invited_at.map_or_else(String::new, dates::iso)
    }
}

/// A note of the invitation two are connected by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationNote {
    /// The owner wrote it, not the other.
    pub mine: bool,
    /// What was written.
    pub text: String,
    at: i64,
}

impl InvitationNote {
    fn of(row: &Row) -> Vec<InvitationNote> {
        let note = |mine, text: &str, at: Option<i64>| Some(InvitationNote { mine, text: text.to_owned(), at: at? });
        let both =
            [note(false, &row.received_note, row.received_note_at), note(true, &row.sent_note, row.sent_note_at)];
        let mut notes: Vec<InvitationNote> = both.into_iter().flatten().collect();
        notes.sort_by_key(|note| note.at);
        notes
    }

    /// Says who wrote it and when.
    pub fn written(&self) -> String {
        let day = dates::long(self.at);
        match self.mine {
            true => tf("You wrote on {day}:", &day),
            false => tf("They wrote on {day}:", &day),
        }
    }

    /// The day for `<time datetime>`.
    pub fn written_iso(&self) -> String {
        dates::iso(self.at)
    }
}

/// How `me` stands to one other, of whom they have this row.
///
/// # Errors
/// The database's.
pub fn one(
    connection: &mut Connection,
    limits: &Limits,
    between: Between,
    row: Option<Row>,
) -> Result<Standing, Error> {
    let tags = notes::on(connection, between)?;
    Ok(match row {
        Some(row) => Standing::of(row, tags, limits, now()),
        None => Standing { tags, ..Standing::none() },
    })
}

/// How `me` stands to others; whoever is missing is a stranger without a note.
///
/// # Errors
/// The database's.
pub fn many(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    others: &[MemberId],
) -> Result<HashMap<MemberId, Standing>, Error> {
    let now = now();
    let rows = relationships::table.filter(relationships::owner_id.eq(me)).filter(id_in(
        connection,
        relationships::other_id,
        others,
    ));
    let rows: Vec<Row> = on_engine!(connection, |own| rows.select(Row::as_select()).load(own))?;
    let mut words = notes::of(connection, me, others)?;
    let mut standings = HashMap::new();
    for row in rows {
        let other = row.other_id;
        standings.insert(other, Standing::of(row, words.remove(&other).unwrap_or_default(), limits, now));
    }
    for (other, tags) in words {
        standings.insert(other, Standing { tags, ..Standing::none() });
    }
    Ok(standings)
}
