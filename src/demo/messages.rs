//! The messages of a made-up network: all are the first member's, one half with one connection, the other half with as many
//! others as there are, up to 5,000.

use std::fmt::Write;

use diesel::connection::SimpleConnection;

use crate::dates::{DAY, now};
use crate::db::Connection;
use crate::demo::seed::Progress;
use crate::error::Error;
use crate::ids::{MemberId, MessageId};
use crate::inbox::search;

/// Messages in one statement.
const ROWS: u64 = 500;
/// Conversations of the first member at the most.
const CONVERSATIONS: usize = 5_000;
/// For how long they have been written.
const YEARS: i64 = 3;
/// Who talks with all others.
const FIRST: MemberId = MemberId::new(1);
const SENTENCES: [&str; 5] = [
    "Thank you for the notes from last week.",
    "Shall we meet before the conference in May?",
    "The slides are at https://slides.example/2026, the last ten are new.",
    "I asked Anna and Ben, who would both like to come.",
    "Let me know what you think, there is no hurry.",
];

/// Writes so many messages between the first member and those it is connected with, who are numbered from 0.
pub(super) fn write(
    connection: &mut Connection,
    friends: &[u32],
    number: u64,
    progress: Progress,
) -> Result<(), Error> {
    let Some((first, others)) = friends.split_first() else { return Ok(()) };
    let others = &others[..others.len().min(CONVERSATIONS)];
    let began = now() - YEARS * 365 * DAY;
    let message = |at: u64| {
        let other =
            if at.is_multiple_of(2) || others.is_empty() { first } else { &others[(at / 2) as usize % others.len()] };
        let sent_at = began + (at * (YEARS * 365 * DAY) as u64 / number) as i64;
        Message {
            at,
            other: MemberId::new(i64::from(*other) + 1),
            id: MessageId::new((sent_at * 1_000) << 20 | (at & 0xf_ffff) as i64),
            sent_at,
        }
    };
    for from in (0..number).step_by(ROWS as usize) {
        progress("writing messages", from, number);
        let some: Vec<Message> = (from..number.min(from + ROWS)).map(message).collect();
        connection.batch_execute(&statements(&some))?;
        some.iter().try_for_each(|message| index(connection, message))?;
    }
    Ok(connection.batch_execute(CONVERSED)?)
}

fn index(connection: &mut Connection, message: &Message) -> Result<(), Error> {
    let Message { other, id, .. } = *message;
    let text = message.text();
    [(FIRST, other, id), (other, FIRST, id)].into_iter().try_for_each(|copy| search::index(connection, copy, &text))
}

struct Message {
    at: u64,
    other: MemberId,
    id: MessageId,
    sent_at: i64,
}

impl Message {
    /// Whether the first member wrote it; of every conversation about the half.
    fn is_mine(&self) -> bool {
        (self.at / 2 + self.at / 10_000).is_multiple_of(2)
    }

    fn text(&self) -> String {
        let sentences = (0..=self.at % 4).map(|more| SENTENCES[(self.at + more) as usize % SENTENCES.len()]);
        sentences.collect::<Vec<_>>().join(" ")
    }
}

fn statements(of: &[Message]) -> String {
    let mut texts = String::from("INSERT INTO messages (writer_id, id, text) VALUES ");
    let mut copies = String::from("INSERT INTO message_copies (owner_id, other_id, id, is_mine, sent_at) VALUES ");
    for (at, message) in of.iter().enumerate() {
        let (comma, mine) = (if at == 0 { "" } else { "," }, message.is_mine());
        let Message { other, id, sent_at, .. } = message;
        // Writing to a string does not fail.
        let _ = write!(texts, "{comma}({}, {id}, '{}')", if mine { FIRST } else { *other }, message.text());
        let _ =
            write!(copies, "{comma}(1, {other}, {id}, {mine}, {sent_at}), ({other}, 1, {id}, {}, {sent_at})", !mine);
    }
    format!("{texts}; {copies};")
}

/// Makes the conversations of all the copies; every seventh is unread.
const CONVERSED: &str = "INSERT INTO conversations (owner_id, other_id, place, is_unread, last_at, begun_at) \
     SELECT owner_id, other_id, MAX(id), other_id % 7 = 0, MAX(sent_at), MIN(sent_at) \
     FROM message_copies GROUP BY owner_id, other_id; \
     UPDATE relationships SET last_message_at = talked.last_at FROM conversations AS talked \
     WHERE relationships.owner_id = talked.owner_id AND relationships.other_id = talked.other_id";
