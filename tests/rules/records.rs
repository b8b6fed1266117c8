//! What actions do to dates and notes: long random lives of two members, with everything checked after every action.

use amicable::relationship::{Action, Dates, Facts, Note, Record, Records, Refusal, Side, WhoMayInvite};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::{ACTIONS, facts};

const DAY: i64 = 86_400;

/// Two members, from the first's side, and what time it is.
struct Life {
    records: Records,
    now: i64,
    chance: SmallRng,
}

fn swapped(records: Records) -> Records {
    Records { mine: records.theirs, theirs: records.mine }
}

impl Life {
    fn new(seed: u64) -> Life {
        Life { records: Records::default(), now: 1_000_000, chance: SmallRng::seed_from_u64(seed) }
    }

    /// What the acting member's page and the other's choices come to, this time.
    fn facts(&mut self) -> Facts {
        let mut facts = Facts { now: self.now, pause_ends: self.now + 21 * DAY, dates: Dates::default(), ..facts() };
        facts.other.accepts_automatically = self.chance.random_range(0..8) == 0;
        facts.other.asks_before_reinvite = self.chance.random_range(0..4) == 0;
        if self.chance.random_range(0..8) == 0 {
            facts.other.who_may_invite = WhoMayInvite::Nobody;
        }
        facts
    }

    /// One of the actions, some from a page that says since when the two are connected.
    fn action(&mut self) -> Action {
        let page = self.records.mine.connected_at.filter(|_| self.chance.random_range(0..2) == 0);
        match ACTIONS[self.chance.random_range(0..ACTIONS.len())] {
            Action::Disconnect { may_invite_again, .. } => Action::Disconnect { may_invite_again, page },
            Action::Block { .. } => Action::Block { page },
            action => action,
        }
    }

    /// Lets time pass, and one of the two do something.
    fn step(&mut self) {
        if self.chance.random_range(0..3) == 0 {
            self.now += self.chance.random_range(1..100 * DAY);
        }
        if self.chance.random_range(0..2) == 0 {
            self.records = swapped(self.records.clone());
        }
        let (action, facts, before) = (self.action(), self.facts(), self.records.clone());
        let answer = self.records.apply(action, &facts, "words of mine");
        let pair = self.records.pair(&facts.limits, self.now);
        assert!(pair.is_legal(), "{action:?} {before:?}");
        match answer {
            Ok(outcome) => assert_eq!(pair, outcome.pair, "{action:?} {before:?}"),
            Err(_) => assert_eq!(self.records.theirs, before.theirs, "a refused {action:?} changed the other's"),
        }
        both_agree(&self.records);
        nothing_of_the_others_changed(action, &before, &self.records);
        if pair.mine == Side::Connected {
            disconnect_and_reinvite_is_the_identity(&self.records, facts);
        }
    }
}

/// What both records say, they say alike.
fn both_agree(records: &Records) {
    let Records { mine, theirs } = records;
    assert_eq!(mine.connected_at, theirs.connected_at);
    assert_eq!((mine.invited_at, &mine.invitation_note), (theirs.invited_at, &theirs.invitation_note));
    assert_eq!((&mine.sent_note, &mine.received_note), (&theirs.received_note, &theirs.sent_note));
}

/// What belongs to a disconnect and stays as long as that: why, by which removal, on which day.
fn of_a_disconnect(record: &Record) -> Option<(&str, Option<i64>, i64)> {
    let day = record.disconnected_at.unwrap_or(record.changed_at);
    record.side.has_disconnected().then_some((&record.private_reason, record.removal_id, day))
}

fn nothing_of_the_others_changed(action: Action, before: &Records, after: &Records) {
    let (before, after) = (&before.theirs, &after.theirs);
    let own = |record: &Record| (record.sent_at, record.paused_until, record.declined_until);
    assert_eq!(own(before), own(after), "{action:?} touched what is the other's: {before:?}");
    assert!(before.connected_at.is_none() || before.connected_at == after.connected_at, "{action:?} {before:?}");
    let connects = after.side == Side::Connected && before.side != Side::Connected;
    if !connects {
        let notes = |record: &Record| (record.sent_note.clone(), record.received_note.clone());
        assert_eq!(of_a_disconnect(before), of_a_disconnect(after), "{action:?} {before:?}");
        assert_eq!(notes(before), notes(after), "{action:?} {before:?}");
    }
    let told = connects || matches!(after.side, Side::Received { .. }) || before.side.hides_a_disconnect();
    assert!(told || before.changed_at == after.changed_at, "{action:?} dated the other's side: {before:?}");
}

fn disconnect_and_reinvite_is_the_identity(connected: &Records, facts: Facts) {
    let facts = Facts { other: super::facts().other, ..facts };
    // A decline that no longer counts is as good as none.
    let connected = Records { mine: Record { declined_until: None, ..connected.mine.clone() }, ..connected.clone() };
    for may_invite_again in [false, true] {
        let mut records = connected.clone();
        records.apply(Action::Disconnect { may_invite_again, page: None }, &facts, "why").unwrap();
        assert_ne!(records, connected);
        let later = Facts { now: facts.now + 400 * DAY, ..facts };
        assert_eq!(records.apply(Action::Invite, &later, "not told").unwrap().notification, None);
        assert_eq!(records, connected);
    }
}

#[test]
fn no_action_touches_what_is_the_others() {
    for seed in 0..10 {
        let mut life = Life::new(seed);
        for _ in 0..4_000 {
            life.step();
        }
    }
}

#[test]
fn an_invitation_expires_on_both_records_at_once() {
    let limits = facts().limits;
    let mut records = Records::default();
    records.apply(Action::Invite, &facts(), "Hello").unwrap();
    let expiry = limits.expiry(facts().now);
    for (now, open) in [(expiry - 1, true), (expiry, false)] {
        let sides = [&records.mine, &records.theirs].map(|record| record.side.at(now, record.invited_at, &limits));
        assert_eq!(sides.map(|side| side != Side::Stranger), [open; 2]);
        let pair = records.pair(&limits, now);
        assert_eq!([pair.mine, pair.theirs], sides);
        assert_eq!(facts().now > limits.oldest_open(now), open);
    }
}

#[test]
fn undo_of_a_decline_is_the_identity() {
    for (may_invite_again, text) in [(None, ""), (None, "Hello"), (Some(true), "Hello")] {
        let mut records = Records::default();
        if let Some(may_invite_again) = may_invite_again {
            records.apply(Action::Invite, &facts(), "").unwrap();
            records = swapped(records);
            records.apply(Action::Accept, &facts(), "").unwrap();
            records.apply(Action::Disconnect { may_invite_again, page: None }, &facts(), "why").unwrap();
            records = swapped(records);
        }
        let mut at = |action, later| {
            let facts = Facts { now: facts().now + later, ..facts() };
            let outcome = records.apply(action, &facts, text);
            records = swapped(std::mem::take(&mut records));
            (outcome.map(|outcome| outcome.notification), records.clone())
        };
        let (_, before) = at(Action::Invite, 5);
        assert_eq!(at(Action::Decline, 9).0, Ok(None));
        // The inviter does nothing in between.
        at(Action::Accept, 10).0.unwrap_err();
        assert_eq!(at(Action::UndoDecline, 11).0, Ok(None));
        assert_eq!(swapped(records), before);
    }
}

#[test]
fn an_unblocking_is_no_decline_to_undo() {
    let mut records = Records::default();
    records.apply(Action::Invite, &facts(), "Hello").unwrap();
    let mut records = swapped(records);
    for action in [Action::Decline, Action::Block { page: None }, Action::Unblock] {
        records.apply(action, &facts(), "").unwrap();
    }
    assert_eq!(records.apply(Action::UndoDecline, &facts(), "").unwrap_err(), Refusal::NoInvitation);
}

#[test]
fn a_pause_ends_when_the_calendar_says() {
    let mut records = Records::default();
    let facts = Facts { pause_ends: 1_234_567, ..facts() };
    records.apply(Action::Invite, &facts, "").unwrap();
    records.apply(Action::Withdraw, &facts, "").unwrap();
    for (now, may) in [(1_234_566, false), (1_234_567, true)] {
        assert_eq!(records.clone().apply(Action::Invite, &Facts { now, ..facts }, "").is_ok(), may);
    }
}

#[test]
fn notes_stay_with_the_connection_they_led_to() {
    let mut records = Records::default();
    records.apply(Action::Invite, &facts(), "Hello").unwrap();
    let mut records = swapped(records);
    records.apply(Action::Invite, &Facts { now: facts().now + 1, ..facts() }, "Hello yourself").unwrap();
    let note = |text: &str, at| Some(Note { text: text.to_owned(), at });
    assert_eq!(records.mine.received_note, note("Hello", facts().now));
    assert_eq!(records.mine.sent_note, note("Hello yourself", facts().now + 1));
    both_agree(&records);
}
