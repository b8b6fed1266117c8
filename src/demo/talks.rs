//! What the members of the demo have written to each other.

use diesel::prelude::*;

use crate::dates::{DAY, now};
use crate::db::Connection;
use crate::demo::people::Character;
use crate::demo::told::told;
use crate::error::Error;
use crate::ids::{Between, MemberId, MessageId};
use crate::inbox::sending;
use crate::inbox::store;
use crate::notifications::Event;
use crate::relationship::Limits;
use crate::schema::{conversations, message_copies, notifications, relationships};

/// A conversation: with whom, how many days ago it ended, whether the first member has read it all, and what was said, each
/// with whether the first member wrote it.
struct Talk {
    with: usize,
    days: i64,
    is_read: bool,
    said: &'static [(bool, &'static str)],
}

/// The oldest first.
const TALKS: [Talk; 5] = [
    Talk {
        with: 130,
        days: 400,
        is_read: true,
        said: &[
            (false, "It was good to meet the whole class again. Will you write the next circular?"),
            (true, "I will, if you send me the photographs."),
        ],
    },
    Talk {
        with: 9,
        days: 21,
        is_read: true,
        said: &[
            (true, "Thank you for reading my draft. The part about pricing is much clearer now."),
            (false, "My pleasure. Show me the next one too."),
        ],
    },
    Talk {
        with: 24,
        days: 6,
        is_read: true,
        said: &[
            (
                false,
                "Are you coming to the conference in May? The programme is at https://conference.example/programme",
            ),
            (true, "Yes, on both days. I arrive on the evening before."),
            (false, "Then let us have dinner. I book a table for four at seven, and bring Amara along."),
            (true, "Lovely. I like that place by the harbour."),
        ],
    },
    Talk {
        with: 17,
        days: 2,
        is_read: false,
        said: &[
            (true, "We look for a designer from spring on, for three days a week. Do you know somebody?"),
            (false, "Two people come to mind. May I give them your address?"),
        ],
    },
    Talk {
        with: 1,
        days: 1,
        is_read: false,
        said: &[
            (false, "The talk on roadmaps is online: https://talks.example/roadmaps?lang=en"),
            (false, "They cut the questions at the end, unfortunately."),
        ],
    },
];

/// Lets the first of some people talk with those who are her connections.
pub fn talk(connection: &mut Connection, limits: &Limits, people: &[Character]) -> Result<(), Error> {
    let Some(first) = people.first() else { return Ok(()) };
    for talk in &TALKS {
        let Some(other) = people.get(talk.with) else { continue };
        for (at, (is_firsts, text)) in talk.said.iter().enumerate() {
            let (from, to) = if *is_firsts { (first, other) } else { (other, first) };
            let press = at.to_string();
            let (_, sent) = sending::send(connection, limits, (from.id, &to.handle), (text, &press))?;
            if sent != sending::Sent::Sent {
                store::save_draft(connection, Between { viewer: from.id, other: to.id }, "")?;
            }
        }
        date(connection, (first.id, other.id), talk)?;
    }
    Ok(())
}

/// Makes a conversation as old as it is said to be, an hour from one message to the next.
fn date(connection: &mut Connection, (first, other): (MemberId, MemberId), talk: &Talk) -> Result<(), Error> {
    let end = now() - talk.days * DAY;
    for (owner, of) in [(first, other), (other, first)] {
        let copies =
            message_copies::table.filter(message_copies::owner_id.eq(owner)).filter(message_copies::other_id.eq(of));
        let ids: Vec<MessageId> =
            copies.order(message_copies::id.desc()).select(message_copies::id).load(connection)?;
        for (hours, id) in (0..).zip(ids) {
            let copy = message_copies::table.find((owner, of, id));
            diesel::update(copy).set(message_copies::sent_at.eq(end - hours * 3_600)).execute(connection)?;
        }
        let row = conversations::table.find((owner, of));
        let is_unread = owner == first && !talk.is_read;
        let values = (conversations::last_at.eq(end), conversations::is_unread.eq(is_unread));
        diesel::update(row).set((values, conversations::begun_at.eq(None::<i64>))).execute(connection)?;
        if is_unread {
            told(connection, Between { viewer: owner, other: of }, Some(Event::Message), end)?;
        } else {
            // What was read long ago is no longer among the notifications.
            let told = notifications::table
                .filter(notifications::owner_id.eq(owner))
                .filter(notifications::other_id.eq(of))
                .filter(notifications::kind.eq(Event::Message));
            diesel::delete(told).execute(connection)?;
        }
        let row = relationships::table.find((owner, of));
        diesel::update(row).set(relationships::last_message_at.eq(end)).execute(connection)?;
    }
    Ok(())
}
