//! What actions do to the stored rows: long random lives of two members, with everything checked after every action.
#![allow(missing_docs, clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "web/support/database.rs"]
mod database;

use amicable::accounts;
use amicable::accounts::{NewMember, password};
use amicable::connections;
use amicable::connections::notes;
use amicable::connections::removal::draft;
use amicable::connections::removal::{self, Parting};
use amicable::connections::row::Row;
use amicable::connections::store;
use amicable::db::{Connection, Db};
use amicable::error::Error;
use amicable::ids::{Between, MemberId};
use amicable::relationship::Limits;
use amicable::relationship::{Action, Prior, Side};
use amicable::schema::{connection_counts, relationships};
use database::Database;
use diesel::prelude::*;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// The actions, some from a page that says since when the two are connected.
fn actions(page: Option<i64>) -> [Action; 13] {
    [
        Action::Invite,
        Action::Accept,
        Action::Decline,
        Action::UndoDecline,
        Action::Withdraw,
        Action::Disconnect { may_invite_again: false, page: None },
        Action::Disconnect { may_invite_again: true, page: None },
        Action::Disconnect { may_invite_again: false, page },
        Action::SetMayInviteAgain(true),
        Action::SetMayInviteAgain(false),
        Action::Block { page: None },
        Action::Block { page },
        Action::Unblock,
    ]
}

const LIMITS: Limits = Limits {
    connections: 30_000,
    invitations: 100_000,
    first_messages: 30,
    handle_changes: 5,
    note_length: 300,
    withdrawal_pause_days: 0,
    invitation_days: 180,
};

fn db() -> (Database, Db) {
    let database = Database::new();
    let db = database.open();
    (database, db)
}

fn members(connection: &mut Connection, number: usize) -> Vec<MemberId> {
    let password = password::hash_now("a quiet password").unwrap();
    let member = |at: usize| {
        let (full_name, email) = (format!("Member Number{at}"), format!("m{at}@test.example"));
        let new =
            NewMember { full_name, email, password: password.clone(), role: amicable::members::role::Role::Member };
        accounts::register(connection, &new).unwrap().unwrap()
    };
    (0..number).map(member).collect()
}

fn befriend(connection: &mut Connection, a: MemberId, b: MemberId) {
    connections::act(connection, &LIMITS, Between { viewer: a, other: b }, Action::Invite, "Hello").unwrap().unwrap();
    connections::act(connection, &LIMITS, Between { viewer: b, other: a }, Action::Accept, "").unwrap().unwrap();
}

fn row(connection: &mut Connection, owner: MemberId, other: MemberId) -> Option<Row> {
    store::row(connection, Between { viewer: owner, other }).unwrap()
}

/// What is the owner's alone and no action of the other may touch, but for the first date of a connection.
fn own(row: &Row) -> impl PartialEq + std::fmt::Debug + use<> {
    (row.sent_at, row.paused_until, row.declined_until, row.last_message_at, row.private_note.clone())
}

/// What belongs to a disconnect and stays as long as that: why, by which removal, on which day.
fn of_a_disconnect(row: &Row) -> Option<impl PartialEq + std::fmt::Debug + use<>> {
    let disconnected = row.side().prior() != Prior::Nothing;
    disconnected.then(|| (row.private_reason.clone(), row.removal_id, row.disconnected_at.unwrap_or(row.changed_at)))
}

fn checked_action(connection: &mut Connection, (me, other): (MemberId, MemberId), action: Action) -> Result<(), Error> {
    let before = row(connection, other, me);
    let since = before.as_ref().and_then(|row| row.connected_at);
    let _ = connections::act(connection, &LIMITS, Between { viewer: me, other }, action, "mine alone")?;
    let (mine, theirs) = (row(connection, me, other), row(connection, other, me));
    if let (Some(before), Some(after)) = (&before, &theirs) {
        let restored = after.side() == Side::Connected && before.side() != Side::Connected;
        assert!(own(before) == own(after), "{action:?} touched what is the other's: {before:?} {after:?}");
        assert!(restored || of_a_disconnect(before) == of_a_disconnect(after), "{action:?}: {before:?} {after:?}");
        assert!(since.is_none() || since == after.connected_at, "{action:?} changed the date");
        let told = restored || matches!(after.side(), Side::Received { .. }) || before.side().hides_a_disconnect();
        assert!(told || before.changed_at == after.changed_at, "{action:?} dated the other's side");
    }
    let dates = |row: &Option<Row>| row.as_ref().and_then(|row| row.connected_at);
    assert_eq!(dates(&mine), dates(&theirs), "{action:?}");
    assert_eq!(mine.map(|row| row.owner_id).is_some(), theirs.is_some(), "{action:?} left half a pair");
    Ok(())
}

/// By making everything so many days older.
fn days_pass(connection: &mut Connection, days: i64) {
    let by = days * 86_400;
    let sql = format!(
        "UPDATE relationships SET changed_at = changed_at - {by}, connected_at = connected_at - {by}, \
         invited_at = invited_at - {by}, disconnected_at = disconnected_at - {by}, declined_until = declined_until - {by}, \
         sent_note_at = sent_note_at - {by}, received_note_at = received_note_at - {by}, \
         last_message_at = last_message_at - {by}"
    );
    diesel::sql_query(sql).execute(connection).unwrap();
}

#[test]
fn no_action_touches_what_is_the_others() {
    let (_folder, db) = db();
    db.write_blocking(|connection| {
        let pair = members(connection, 2);
        befriend(connection, pair[0], pair[1]);
        for (owner, other) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            notes::save(connection, Between { viewer: owner, other }, &format!("note of {owner}"), &[])?;
        }
        store::note_message(connection, Between { viewer: pair[0], other: pair[1] }, 1_500_000_000)?;
        let mut chance = SmallRng::seed_from_u64(8);
        for _ in 0..4_000 {
            if chance.random_range(0..10) == 0 {
                days_pass(connection, chance.random_range(1..200));
            }
            let me = chance.random_range(0..2usize);
            let page = row(connection, pair[me], pair[1 - me]).and_then(|row| row.connected_at);
            let action = actions(page)[chance.random_range(0..12)];
            checked_action(connection, (pair[me], pair[1 - me]), action)?;
        }
        let sides: i64 = relationships::table.filter(relationships::state.eq(4)).count().get_result(connection)?;
        let counted: Option<i64> =
            connection_counts::table.select(diesel::dsl::sum(connection_counts::number)).first(connection)?;
        assert_eq!(Some(sides), counted);
        Ok(())
    })
    .unwrap();
}

#[test]
fn disconnecting_and_coming_back_is_the_identity_on_both_rows() {
    let (_folder, db) = db();
    db.write_blocking(|connection| {
        let pair = members(connection, 2);
        befriend(connection, pair[0], pair[1]);
        for (owner, other) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            notes::save(connection, Between { viewer: owner, other }, "note", &["tag".into()])?;
        }
        store::note_message(connection, Between { viewer: pair[0], other: pair[1] }, 1_500_000_000)?;
        store::note_message(connection, Between { viewer: pair[1], other: pair[0] }, 1_400_000_000)?;
        assert_eq!(row(connection, pair[0], pair[1]).unwrap().last_message_at, Some(1_500_000_000));
        let both = |connection: &mut Connection| (row(connection, pair[0], pair[1]), row(connection, pair[1], pair[0]));
        let before = both(connection);
        for may_invite_again in [false, true] {
            let disconnect = Action::Disconnect { may_invite_again, page: None };
            connections::act(connection, &LIMITS, Between { viewer: pair[0], other: pair[1] }, disconnect, "why")
                .unwrap()
                .unwrap();
            assert_ne!(both(connection), before);
            connections::act(connection, &LIMITS, Between { viewer: pair[0], other: pair[1] }, Action::Invite, "")
                .unwrap()
                .unwrap();
            assert_eq!(both(connection), before);
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_removal_does_to_each_pair_what_one_action_does_and_its_undo_takes_that_back() {
    let (_folder, db) = db();
    db.write_blocking(|connection| {
        let people = members(connection, 4);
        let me = people[0];
        for other in &people[1..] {
            befriend(connection, me, *other);
            store::note_message(connection, Between { viewer: me, other: *other }, 1_500_000_000)?;
        }
        let both = |connection: &mut Connection, other| (row(connection, me, other), row(connection, other, me));
        let before: Vec<_> = people[1..].iter().map(|other| both(connection, *other)).collect();
        let id = draft::begin(connection, me, false)?;
        draft::add(connection, me, id, &people[1..3])?;
        let parting = Parting { private_reason: "why".into(), may_invite_again: true };
        removal::confirm(connection, me, id, &parting)?;
        connections::act(
            connection,
            &LIMITS,
            Between { viewer: me, other: people[3] },
            Action::Disconnect { may_invite_again: true, page: None },
            "why",
        )
        .unwrap()
        .unwrap();
        let (many, theirs_of_many) = both(connection, people[1]);
        let (single, theirs_of_single) = both(connection, people[3]);
        let (many, single) = (many.unwrap(), single.unwrap());
        assert_eq!((many.side(), &many.private_reason), (single.side(), &single.private_reason));
        assert_eq!(theirs_of_many.unwrap().side(), theirs_of_single.unwrap().side());
        let count: i32 = connection_counts::table.find(me).select(connection_counts::number).first(connection)?;
        assert_eq!(count, 0);
        removal::undo(connection, &LIMITS, me, id)?.unwrap();
        for (other, before) in people[1..3].iter().zip(&before) {
            assert_eq!(&both(connection, *other), before);
        }
        Ok(())
    })
    .unwrap();
}
