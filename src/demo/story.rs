//! What has happened between the members of the demo, made by the same actions as members take.

use diesel::prelude::*;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use crate::connections::{self, notes};
use crate::dates::{DAY, now};
use crate::db::Connection;
use crate::demo::people::Character;
use crate::demo::told::told;
use crate::demo::{Account, PASSWORD};
use crate::demo::{programs, reports, talks};
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::members::ConnectionsSeenBy;
use crate::relationship::{Action, Limits, WhoMayInvite};
use crate::schema::{connection_counts, members, notifications, relationships};

const PRIYA: usize = 0;
const JONAS: usize = 1;
const AMARA: usize = 2;
/// From here on, people Priya has something going on with besides being connected.
const STORY: usize = 120;

/// Whom to sign in as.
pub fn accounts(people: &[Character]) -> Vec<Account> {
    let closed = people.last().map_or("", |person| person.full_name.as_str());
    let stories = [
        "has three pages of connections, invitations to answer, and people she left: try Remove connections".to_owned(),
        format!("knows many engineers, and answers reports: try inviting {closed}, who accepts no invitations"),
        "runs the site, and is asked before somebody who left comes back".to_owned(),
    ];
    let account = |(person, story): (&Character, String)| Account {
        full_name: person.full_name.clone(),
        email: person.email.clone(),
        password: PASSWORD.into(),
        handle: person.handle.clone(),
        story,
    };
    people.iter().zip(stories).map(account).collect()
}

/// Connects people: nearly everybody within a circle, some across, the first three with many.
pub fn connect(connection: &mut Connection, limits: &Limits, people: &[Character], own: bool) -> Result<(), Error> {
    let mut chance = SmallRng::seed_from_u64(2009);
    for (a, one) in people.iter().enumerate() {
        for (b, other) in people.iter().enumerate().skip(a + 1) {
            let likely = match (a, one.cluster == other.cluster) {
                _ if b >= people.len() - 3 => 0.0,
                (PRIYA, _) if own => 0.0,
                (PRIYA, _) if b >= STORY => 0.0,
                (PRIYA, _) => 0.95,
                (JONAS, _) => 0.32,
                (AMARA, _) => 0.2,
                (_, true) => 0.65,
                _ => 0.03,
            };
            if chance.random_bool(likely) {
                let days = chance.random_range(30..5_500);
                befriend(connection, limits, (one.id, other.id), now() - days * DAY)?;
            }
        }
    }
    for at in [7, 8, 9, 10] {
        befriend(connection, limits, (people[PRIYA].id, people[STORY + at].id), now() - 900 * DAY)?;
    }
    diesel::update(relationships::table).set(relationships::sent_at.eq(None::<i64>)).execute(connection)?;
    Ok(())
}

/// Refuses a limit that is less than what somebody of the story has.
pub fn fits(connection: &mut Connection, limits: &Limits) -> Result<(), Error> {
    let most = connection_counts::table.select(diesel::dsl::max(connection_counts::number));
    let most: i32 = most.first::<Option<i32>>(connection)?.unwrap_or_default();
    if i64::from(most) <= i64::from(limits.connections) {
        return Ok(());
    }
    Err(Error::Unavailable(format!(
        "members of the demo have up to {most} connections, so that AMICABLE_CONNECTION_LIMIT has to be {most} or more"
    )))
}

fn befriend(
    connection: &mut Connection,
    limits: &Limits,
    (a, b): (MemberId, MemberId),
    since: i64,
) -> Result<(), Error> {
    act(connection, limits, Between { viewer: a, other: b }, Action::Invite, "")?;
    act(connection, limits, Between { viewer: b, other: a }, Action::Accept, "")?;
    for (owner, other) in [(a, b), (b, a)] {
        let dates = (relationships::connected_at.eq(since), relationships::changed_at.eq(since));
        diesel::update(relationships::table.find((owner, other))).set(dates).execute(connection)?;
        told(connection, Between { viewer: owner, other }, None, since)?;
    }
    Ok(())
}

fn act(
    connection: &mut Connection,
    limits: &Limits,
    between: Between,
    action: Action,
    text: &str,
) -> Result<(), Error> {
    match connections::act(connection, limits, between, action, text)? {
        Ok(_) => Ok(()),
        Err(refusal) => Err(Error::Unavailable(format!("the demo's story: {refusal:?}"))),
    }
}

/// What is going on: invitations, notes, tags, disconnects.
pub fn tell(connection: &mut Connection, limits: &Limits, people: &[Character], own: bool) -> Result<(), Error> {
    let priya = people[PRIYA].id;
    let id = |at: usize| people[STORY + at].id;
    if !own {
        talks::talk(connection, limits, people)?;
    }
    received(connection, limits, priya, [id(0), id(1), id(2), id(3)])?;
    for (at, days) in [(4, 3), (5, 150), (6, 20)] {
        act(connection, limits, Between { viewer: priya, other: id(at) }, Action::Invite, "")?;
        aged(connection, Between { viewer: priya, other: id(at) }, days)?;
    }
    act(connection, limits, Between { viewer: id(6), other: priya }, Action::Decline, "")?;
    act(
        connection,
        limits,
        Between { viewer: priya, other: id(7) },
        Action::Disconnect { may_invite_again: true, page: None },
        "",
    )?;
    act(
        connection,
        limits,
        Between { viewer: priya, other: id(8) },
        Action::Disconnect { may_invite_again: false, page: None },
        "Three sales pitches in one week.",
    )?;
    act(connection, limits, Between { viewer: priya, other: id(9) }, Action::Block { page: None }, "")?;
    act(
        connection,
        limits,
        Between { viewer: id(10), other: priya },
        Action::Disconnect { may_invite_again: false, page: None },
        "",
    )?;
    if !own {
        remarks(connection, priya, people)?;
    }
    let old = notifications::table.filter(notifications::created_at.lt(now() - 29 * DAY));
    diesel::update(old).set(notifications::is_read.eq(true)).execute(connection)?;
    reports::report(connection, people, JONAS, AMARA)?;
    programs::make(connection, priya)?;
    choices(connection, people)
}

fn received(connection: &mut Connection, limits: &Limits, priya: MemberId, from: [MemberId; 4]) -> Result<(), Error> {
    let notes = [
        "We sat at the same table at the reunion. I would like to stay in touch.",
        "",
        "Your talk on roadmaps was the best of the day.",
        "",
    ];
    for ((from, note), days) in from.into_iter().zip(notes).zip([1, 4, 16, 60]) {
        act(connection, limits, Between { viewer: from, other: priya }, Action::Invite, note)?;
        aged(connection, Between { viewer: from, other: priya }, days)?;
    }
    Ok(())
}

/// Makes an invitation some days older.
fn aged(connection: &mut Connection, between: Between, days: i64) -> Result<(), Error> {
    let Between { viewer: from, other: to } = between;
    let then = now() - days * DAY;
    for pair in [(from, to), (to, from)] {
        let dates = (relationships::invited_at.eq(then), relationships::changed_at.eq(then));
        diesel::update(relationships::table.find(pair)).set(dates).execute(connection)?;
    }
    told(connection, between.turned(), None, then)?;
    let row = relationships::table.find((from, to));
    diesel::update(row).set(relationships::sent_at.eq(then)).execute(connection)?;
    Ok(())
}

fn remarks(connection: &mut Connection, priya: MemberId, people: &[Character]) -> Result<(), Error> {
    let remarks = [
        ("Met at the reunion, table 9. Prefers a call to a letter.", "school, mentor"),
        ("", "conference 2024"),
        ("Looking for a designer from spring on.", "hiring"),
        ("Read my draft twice. Owe her a lunch.", "mentor"),
        ("", "conference 2024, hiring"),
        ("", "school"),
    ];
    for (person, (note, tags)) in people.iter().skip(3).step_by(7).zip(remarks) {
        let tags: Vec<String> = tags.split(", ").map(str::to_owned).collect();
        notes::save(connection, Between { viewer: priya, other: person.id }, note, &tags)?;
    }
    Ok(())
}

fn choices(connection: &mut Connection, people: &[Character]) -> Result<(), Error> {
    let member = |at: usize| members::table.find(people[at].id);
    diesel::update(member(AMARA)).set(members::asks_before_reinvite.eq(true)).execute(connection)?;
    diesel::update(member(people.len() - 1))
        .set(members::who_may_invite.eq(WhoMayInvite::Nobody))
        .execute(connection)?;
    diesel::update(member(people.len() - 2)).set(members::accepts_automatically.eq(true)).execute(connection)?;
    diesel::update(member(3))
        .set(members::connections_seen_by.eq(ConnectionsSeenBy::Connections))
        .execute(connection)?;
    Ok(())
}
