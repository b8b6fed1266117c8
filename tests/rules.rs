//! The rules of a connection, exhausted: every pair of sides that can be reached, every action, under all facts that
//! matter.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "rules/records.rs"]
mod records;

use std::collections::{HashMap, HashSet, VecDeque};

use amicable::relationship::{
    Action, Allowance, Dates, Facts, Limits, OtherMember, Outcome, Pair, Prior, Refusal, Reinvite, Side, WhoMayInvite,
};

/// Since when the two have been connected, as a page of the connection says.
const SINCE: i64 = 900_000;

const ACTIONS: [Action; 14] = [
    Action::Invite,
    Action::Accept,
    Action::Decline,
    Action::UndoDecline,
    Action::Withdraw,
    Action::Disconnect { may_invite_again: false, page: None },
    Action::Disconnect { may_invite_again: true, page: None },
    Action::Disconnect { may_invite_again: false, page: Some(SINCE) },
    Action::Disconnect { may_invite_again: true, page: Some(SINCE) },
    Action::SetMayInviteAgain(true),
    Action::SetMayInviteAgain(false),
    Action::Block { page: None },
    Action::Block { page: Some(SINCE) },
    Action::Unblock,
];

const CONNECTED: Pair = Pair { mine: Side::Connected, theirs: Side::Connected };
const DISCONNECTED: Side = Side::Disconnected { may_invite_again: false, former: true };
const BLOCK: Action = Action::Block { page: None };

fn disconnect(may_invite_again: bool) -> Action {
    Action::Disconnect { may_invite_again, page: None }
}

fn facts() -> Facts {
    let other = OtherMember {
        who_may_invite: WhoMayInvite::Everyone,
        mutual: false,
        accepts_automatically: false,
        asks_before_reinvite: false,
        suspended: false,
        connections: 0,
    };
    let invitations = Allowance { sent: 0, limit: 100, next: 0 };
    let dates = Dates { connected_at: Some(SINCE), ..Dates::default() };
    Facts { invitations, other, dates, ..Facts::unneeded(1_000_000, Limits::default()) }
}

fn all_facts() -> Vec<Facts> {
    let mut all = Vec::new();
    for bits in 0..32 {
        let mut facts = facts();
        facts.dates.connected_at = (bits & 1 == 0).then_some(SINCE);
        facts.other.asks_before_reinvite = bits & 2 != 0;
        facts.other.accepts_automatically = bits & 4 != 0;
        facts.other.who_may_invite = if bits & 8 == 0 { WhoMayInvite::Everyone } else { WhoMayInvite::Nobody };
        facts.dates.declined_until = (bits & 16 != 0).then_some(facts.now + 1);
        all.push(facts);
    }
    all
}

/// What follows, also from the refusal after which the other may invite again.
fn next(pair: Pair, action: Action, facts: &Facts) -> Pair {
    match pair.after(action, facts) {
        Ok(outcome) => outcome.pair,
        Err(Refusal::NeutralAndMayInviteAgain) => {
            Pair { mine: Side::Disconnected { may_invite_again: true, former: true }, ..pair }
        }
        Err(_) => pair,
    }
}

/// A pair, and what is known to have happened: whether each has disconnected, and not re-invited or blocked since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Story {
    pair: Pair,
    i_disconnected: bool,
    they_disconnected: bool,
}

impl Story {
    fn swapped(self) -> Story {
        Story {
            pair: self.pair.swapped(),
            i_disconnected: self.they_disconnected,
            they_disconnected: self.i_disconnected,
        }
    }

    fn after(self, action: Action, facts: &Facts) -> Story {
        let pair = next(self.pair, action, facts);
        let disconnects = match action {
            Action::Disconnect { page, .. } => {
                self.pair.mine == Side::Connected || self.pair.mine == Side::WasDisconnected && proves(page, facts)
            }
            Action::Unblock => is_blocked(self.pair.mine),
            _ => false,
        };
        let over = pair.mine == Side::Connected;
        Story {
            pair,
            i_disconnected: (self.i_disconnected || disconnects) && !over && !is_blocked(pair.mine),
            they_disconnected: self.they_disconnected && !over && !is_blocked(pair.theirs),
        }
    }
}

fn proves(page: Option<i64>, facts: &Facts) -> bool {
    page.is_some() && page == facts.dates.connected_at
}

fn is_blocked(side: Side) -> bool {
    matches!(side, Side::Blocked { .. })
}

fn stories() -> HashSet<Story> {
    let first = Story { pair: Pair::STRANGERS, i_disconnected: false, they_disconnected: false };
    let (mut seen, mut queue) = (HashSet::from([first]), VecDeque::from([first]));
    while let Some(story) = queue.pop_front() {
        let mut found = vec![Story { pair: story.pair.expired(), ..story }];
        for facts in all_facts() {
            for action in ACTIONS {
                found.push(story.after(action, &facts));
                found.push(story.swapped().after(action, &facts).swapped());
            }
        }
        for story in found {
            if seen.insert(story) {
                queue.push_back(story);
            }
        }
    }
    seen
}

fn reachable() -> HashSet<Pair> {
    stories().into_iter().map(|story| story.pair).collect()
}

#[test]
fn every_reachable_pair_is_in_the_table() {
    let pairs = reachable();
    // A disconnect: of a connection or, by a block, of a stranger; they may invite again or not. Before it, nothing.
    let disconnected = 4;
    let prior = 1 + disconnected;
    // Nobody has received an invitation from whom they do not let invite them again. By an unblocking they have declined one.
    let invitations = 2 * (prior * prior + prior * (prior - 2));
    // Strangers, connected, both blocked; one disconnected, both did; blocked by one, with or without an invitation.
    let others = 2 + 2 * 2 + 2 * disconnected + disconnected * disconnected + 2 * 2 * 2 * prior;
    assert_eq!(pairs.len(), invitations + others, "{pairs:#?}");
    for pair in pairs {
        assert!(pair.is_legal(), "{pair:?}");
    }
}

#[test]
fn there_is_no_dead_end() {
    let pairs = reachable();
    let mut ways: HashMap<Pair, Vec<Pair>> = HashMap::new();
    for &pair in &pairs {
        for action in ACTIONS {
            ways.entry(next(pair, action, &facts())).or_default().push(pair);
            ways.entry(next(pair.swapped(), action, &facts()).swapped()).or_default().push(pair);
        }
    }
    let connected = CONNECTED;
    let (mut leads, mut queue) = (HashSet::from([connected]), VecDeque::from([connected]));
    while let Some(pair) = queue.pop_front() {
        for &from in ways.get(&pair).into_iter().flatten() {
            if leads.insert(from) {
                queue.push_back(from);
            }
        }
    }
    assert_eq!(pairs.difference(&leads).count(), 0, "{:?}", pairs.difference(&leads).collect::<Vec<_>>());
}

#[test]
fn disconnecting_declining_withdrawing_and_blocking_tell_nobody() {
    for pair in reachable() {
        for facts in all_facts() {
            for action in ACTIONS.into_iter().filter(|action| !matches!(action, Action::Invite | Action::Accept)) {
                if let Ok(outcome) = pair.after(action, &facts) {
                    assert_eq!(outcome.notification, None, "{pair:?} {action:?}");
                }
            }
        }
    }
}

#[test]
fn what_one_did_one_can_take_back_alone() {
    let connected = CONNECTED;
    for may_invite_again in [false, true] {
        let disconnected = next(connected, disconnect(may_invite_again), &facts());
        let back = disconnected.after(Action::Invite, &facts()).unwrap();
        assert_eq!((back.pair, back.notification), (connected, None));
    }
    let prior = Prior::Nothing;
    let declined = Pair { mine: Side::Declined { prior }, theirs: Side::Invited { prior } };
    assert_eq!(next(declined, Action::Invite, &facts()), connected);
    let received = Pair { mine: Side::Received { prior }, theirs: Side::Invited { prior } };
    assert_eq!(next(declined, Action::UndoDecline, &facts()), received);
    let blocked = next(connected, BLOCK, &facts());
    let unblocked = next(blocked, Action::Unblock, &facts());
    assert_eq!(unblocked, Pair { mine: DISCONNECTED, theirs: Side::WasDisconnected });
    assert_eq!(next(unblocked, Action::Invite, &facts()), connected);
}

#[test]
fn one_who_was_disconnected_is_treated_as_a_stranger() {
    assert_eq!(Side::WasDisconnected.offer(), Side::Stranger.offer());
    let removed = Pair { mine: Side::WasDisconnected, theirs: DISCONNECTED };
    assert_eq!(removed.after(Action::Invite, &facts()), Err(Refusal::Neutral));
    let mut closed = facts();
    closed.other.who_may_invite = WhoMayInvite::Nobody;
    assert_eq!(Pair::STRANGERS.after(Action::Invite, &closed), Err(Refusal::Neutral));
    // Whatever is pressed on a page that never showed the connection.
    let blind =
        |action: &Action| !matches!(action, Action::Disconnect { page: Some(_), .. } | Action::Block { page: Some(_) });
    for action in ACTIONS.into_iter().filter(blind).filter(|action| *action != Action::Invite) {
        let (stranger, of_removed) = (Pair::STRANGERS.after(action, &facts()), removed.after(action, &facts()));
        let seen = |outcome: Outcome| as_seen(outcome.pair.mine);
        assert_eq!(stranger.map(seen), of_removed.map(seen), "{action:?}");
    }
}

/// A side as its owner sees it.
fn as_seen(side: Side) -> Side {
    if side == Side::WasDisconnected { Side::Stranger } else { side }
}

#[test]
fn what_the_disconnected_do_looks_as_a_strangers_doing() {
    // The other accepts no invitations, an innocent cause of every refusal.
    let mut closed = facts();
    closed.other.who_may_invite = WhoMayInvite::Nobody;
    let removed = Pair { mine: Side::WasDisconnected, theirs: DISCONNECTED };
    let (mut seen, mut queue) =
        (HashSet::from([(removed, Pair::STRANGERS)]), VecDeque::from([(removed, Pair::STRANGERS)]));
    while let Some((removed, stranger)) = queue.pop_front() {
        assert_eq!(as_seen(removed.mine), as_seen(stranger.mine));
        assert_eq!(removed.reinvite(&closed), stranger.reinvite(&closed), "{removed:?} {stranger:?}");
        for action in ACTIONS {
            // Who never was a connection has no page of one.
            if matches!(action, Action::Disconnect { page: Some(_), .. } | Action::Block { page: Some(_) }) {
                continue;
            }
            let (one, other) = (removed.after(action, &closed), stranger.after(action, &closed));
            assert_eq!(one.err(), other.err(), "{removed:?} {stranger:?} {action:?}");
            let next = (next(removed, action, &closed), next(stranger, action, &closed));
            if seen.insert(next) {
                queue.push_back(next);
            }
        }
    }
    assert!(seen.len() > 3, "{seen:?}");
}

#[test]
fn a_stale_press_looks_as_if_still_connected() {
    // They ask first and accept no invitations, an innocent cause of what the undo is answered with.
    let mut asking = facts();
    asking.other.who_may_invite = WhoMayInvite::Nobody;
    asking.other.asks_before_reinvite = true;
    let removed = Pair { mine: Side::WasDisconnected, theirs: DISCONNECTED };
    for press in
        [Action::Disconnect { may_invite_again: false, page: Some(SINCE) }, Action::Block { page: Some(SINCE) }]
    {
        let (mut one, mut other) = (next(removed, press, &asking), next(CONNECTED, press, &asking));
        for then in [Action::Unblock, Action::Invite, Action::Invite, BLOCK, Action::Unblock, Action::Invite] {
            assert_eq!(one.mine, other.mine, "{press:?}");
            assert_eq!(one.reinvite(&asking), other.reinvite(&asking), "{press:?}");
            assert_eq!(one.after(then, &asking).err(), other.after(then, &asking).err(), "{press:?} {then:?}");
            (one, other) = (next(one, then, &asking), next(other, then, &asking));
        }
    }
}

#[test]
fn a_press_without_its_page_disconnects_nobody() {
    let removed = Pair { mine: Side::WasDisconnected, theirs: DISCONNECTED };
    for page in [None, Some(SINCE + 1)] {
        assert_eq!(next(removed, Action::Disconnect { may_invite_again: true, page }, &facts()), removed);
        let blocked = next(removed, Action::Block { page }, &facts());
        assert_eq!(
            next(blocked, Action::Unblock, &facts()).mine,
            Side::Disconnected { may_invite_again: false, former: false }
        );
    }
    let mut never = facts();
    never.dates.connected_at = None;
    assert_eq!(next(removed, Action::Disconnect { may_invite_again: true, page: None }, &never), removed);
}

#[test]
fn what_is_so_already_succeeds() {
    let declined = Side::Declined { prior: Prior::Nothing };
    let withdrawn = Facts { dates: Dates { paused_until: Some(facts().now + 1), ..Dates::default() }, ..facts() };
    for (mine, action, facts) in [
        (declined, Action::Decline, facts()),
        (Side::Stranger, Action::Withdraw, withdrawn),
        (DISCONNECTED, Action::Withdraw, facts()),
        (Side::Stranger, Action::Unblock, facts()),
        (Side::Stranger, disconnect(false), facts()),
        (Side::Connected, Action::Accept, facts()),
        (Side::Blocked { former: true }, BLOCK, facts()),
    ] {
        let pair = reachable().into_iter().find(|pair| pair.mine == mine).unwrap();
        assert_eq!(pair.after(action, &facts).map(|outcome| outcome.pair), Ok(pair), "{action:?}");
    }
}

#[test]
fn nobody_is_connected_who_never_agreed() {
    let mut strangers = facts();
    strangers.dates.connected_at = None;
    let unblocked = next(next(Pair::STRANGERS, BLOCK, &strangers), Action::Unblock, &strangers);
    let back = unblocked.after(Action::Invite, &strangers).unwrap();
    let prior = Prior::Disconnected { may_invite_again: false, former: false };
    let asked = Side::Received { prior: Prior::Nothing };
    assert_eq!(back.pair, Pair { mine: Side::Invited { prior }, theirs: asked });
}

#[test]
fn a_block_gives_back_what_it_hid() {
    for theirs in [Prior::Nothing, Prior::Disconnected { may_invite_again: true, former: true }] {
        let invited = Side::Invited { prior: theirs };
        let pending = Pair { mine: Side::Received { prior: Prior::Nothing }, theirs: invited };
        let blocked = next(pending, BLOCK, &facts());
        assert_eq!(blocked.theirs, Side::BlockedBy { invited: true, prior: theirs });
        let declined = Side::Declined { prior: Prior::Disconnected { may_invite_again: false, former: false } };
        assert_eq!(next(blocked, Action::Unblock, &facts()), Pair { mine: declined, theirs: invited });
    }
}

/// All that one can do alone, whatever the other has chosen that is not a wish about the two of them.
fn alone(from: Pair) -> HashSet<Pair> {
    let (mut seen, mut queue) = (HashSet::from([from]), VecDeque::from([from]));
    while let Some(pair) = queue.pop_front() {
        for action in ACTIONS {
            let next = next(pair, action, &facts());
            if seen.insert(next) {
                queue.push_back(next);
            }
        }
    }
    seen
}

fn has_disconnected(side: Side) -> bool {
    side.prior() != Prior::Nothing
}

#[test]
fn nothing_the_other_does_and_no_expiry_takes_away_that_one_has_disconnected() {
    for story in stories() {
        assert_eq!(has_disconnected(story.pair.mine), story.i_disconnected, "{story:?}");
        assert_eq!(has_disconnected(story.pair.theirs), story.they_disconnected, "{story:?}");
    }
}

#[test]
fn what_one_did_one_takes_back_whatever_happened() {
    let connected = CONNECTED;
    for story in stories() {
        let Pair { mine, theirs } = story.pair;
        let mine_alone = alone(story.pair);
        if is_blocked(mine) {
            assert!(mine_alone.iter().any(|pair| !is_blocked(pair.mine)), "{story:?}");
        }
        // A block of the other hides them; it is the one thing that only they can take back.
        if matches!(mine, Side::BlockedBy { .. }) || is_blocked(theirs) {
            continue;
        }
        // A block of a stranger is taken back by unblocking them.
        let did = mine.prior().is_former() || matches!(mine, Side::Blocked { former: true } | Side::Declined { .. });
        // Rule 5: who disconnected too has a say. Then the other may invite again, or one invites them.
        if did && !has_disconnected(theirs) {
            assert!(mine_alone.contains(&connected), "{story:?}");
        } else if did {
            let asks = |pair: &Pair| {
                matches!(pair.mine, Side::Disconnected { may_invite_again: true, .. } | Side::Invited { .. })
            };
            assert!(mine_alone.contains(&connected) || mine_alone.iter().any(asks), "{story:?}");
        }
    }
}

#[test]
fn an_invitation_that_ends_gives_both_back_what_they_had() {
    for before in reachable() {
        for facts in all_facts() {
            let Ok(invited) = before.after(Action::Invite, &facts) else { continue };
            if !matches!(invited.pair.mine, Side::Invited { .. }) {
                continue;
            }
            let declined = next(invited.pair.swapped(), Action::Decline, &facts).swapped();
            for pair in [invited.pair, declined] {
                assert_eq!(pair.expired(), before, "{pair:?}");
                assert_eq!(next(pair, Action::Withdraw, &facts), before, "{pair:?}");
            }
        }
    }
}

#[test]
fn a_hidden_disconnect_does_not_show_to_the_other() {
    // Each reads only their own side, and what lies behind it is their own doing.
    for pair in reachable() {
        if matches!(pair.mine, Side::Invited { prior: Prior::Nothing }) {
            assert_eq!(pair.mine.expired(), Side::Stranger, "{pair:?}");
            assert_eq!(pair.mine.offer(), Side::Invited { prior: Prior::Nothing }.offer());
        }
        if let Side::Disconnected { .. } = pair.mine {
            assert!(matches!(pair.theirs, Side::WasDisconnected | Side::Disconnected { .. }), "{pair:?}");
        }
    }
}

#[test]
fn a_second_press_of_disconnect_takes_nothing_back() {
    let connected = CONNECTED;
    let disconnected = next(connected, disconnect(true), &facts());
    assert_eq!(next(disconnected, disconnect(false), &facts()), disconnected);
}

#[test]
fn a_refused_reinvite_lets_the_other_invite_again() {
    let disconnected = Pair { mine: DISCONNECTED, theirs: Side::WasDisconnected };
    let mut asking = facts();
    asking.other.asks_before_reinvite = true;
    assert!(disconnected.after(Action::Invite, &asking).is_ok());
    asking.dates.declined_until = Some(asking.now + 1);
    assert_eq!(disconnected.after(Action::Invite, &asking), Err(Refusal::NeutralAndMayInviteAgain));
    asking.dates.declined_until = None;
    asking.other.who_may_invite = WhoMayInvite::Nobody;
    assert_eq!(disconnected.after(Action::Invite, &asking), Err(Refusal::NeutralAndMayInviteAgain));
    // Who disconnected too, and lets nobody back in, is no other cause.
    asking.other = facts().other;
    let both = Pair { mine: DISCONNECTED, theirs: DISCONNECTED };
    assert_eq!(both.reinvite(&asking), Some(Reinvite::AsksFirst));
    assert_eq!(both.after(Action::Invite, &asking), Err(Refusal::NeutralAndMayInviteAgain));
}

#[test]
fn a_move_that_asks_for_no_terms_is_decided_alike_under_any() {
    for story in stories() {
        for facts in all_facts() {
            for action in ACTIONS.into_iter().filter(|action| !action.needs_facts()) {
                let Facts { now, limits, myself, dates, .. } = facts;
                let none = Facts { myself, dates, ..Facts::unneeded(now, limits) };
                assert_eq!(story.pair.after(action, &facts), story.pair.after(action, &none), "{story:?} {action:?}");
            }
        }
    }
}
