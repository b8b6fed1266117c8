//! The rules of a connection, exhausted: every pair of sides that can be reached, every move, under all terms that
//! matter.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{HashMap, HashSet, VecDeque};

use amicable::relationship::{Allowance, Move, Outcome, Pair, Prior, Refusal, Return, Side, Terms, Them, WhoMayInvite};

/// Since when the two have been connected, as a page of the connection says.
const SINCE: i64 = 900_000;

const MOVES: [Move; 13] = [
    Move::Invite,
    Move::Accept,
    Move::Decline,
    Move::Withdraw,
    Move::Disconnect { may_invite_again: false, page: None },
    Move::Disconnect { may_invite_again: true, page: None },
    Move::Disconnect { may_invite_again: false, page: Some(SINCE) },
    Move::Disconnect { may_invite_again: true, page: Some(SINCE) },
    Move::LetReturn(true),
    Move::LetReturn(false),
    Move::Block { page: None },
    Move::Block { page: Some(SINCE) },
    Move::Unblock,
];

const CONNECTED: Pair = Pair { mine: Side::Connected, theirs: Side::Connected };
const LEFT: Side = Side::Left { may_invite_again: false, former: true };
const BLOCK: Move = Move::Block { page: None };

fn disconnect(may_invite_again: bool) -> Move {
    Move::Disconnect { may_invite_again, page: None }
}

fn terms() -> Terms {
    Terms {
        now: 1_000_000,
        myself: false,
        connected_at: Some(SINCE),
        paused_until: None,
        my_connections: 0,
        connection_limit: 30_000,
        invitations: Allowance { sent: 0, limit: 100, next: 0 },
        them: Them {
            who_may_invite: WhoMayInvite::Everyone,
            mutual: false,
            accepts_automatically: false,
            asks_before_reinvite: false,
            suspended: false,
            declined_until: None,
            connections: 0,
        },
    }
}

fn all_terms() -> Vec<Terms> {
    let mut all = Vec::new();
    for bits in 0..32 {
        let mut terms = terms();
        terms.connected_at = (bits & 1 == 0).then_some(SINCE);
        terms.them.asks_before_reinvite = bits & 2 != 0;
        terms.them.accepts_automatically = bits & 4 != 0;
        terms.them.who_may_invite = if bits & 8 == 0 { WhoMayInvite::Everyone } else { WhoMayInvite::Nobody };
        terms.them.declined_until = (bits & 16 != 0).then_some(terms.now + 1);
        all.push(terms);
    }
    all
}

/// What follows, also from a refusal: the one that opens a door.
fn next(pair: Pair, by_me: Move, terms: &Terms) -> Pair {
    match pair.after(by_me, terms) {
        Ok(outcome) => outcome.pair,
        Err(Refusal::NeutralDoorOpened) => Pair { mine: Side::Left { may_invite_again: true, former: true }, ..pair },
        Err(_) => pair,
    }
}

/// What lies behind what is known to have happened: whether each has left, and not come back or blocked since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Story {
    pair: Pair,
    i_left: bool,
    they_left: bool,
}

impl Story {
    fn swapped(self) -> Story {
        Story { pair: self.pair.swapped(), i_left: self.they_left, they_left: self.i_left }
    }

    fn after(self, by_me: Move, terms: &Terms) -> Story {
        let pair = next(self.pair, by_me, terms);
        let leaves = match by_me {
            Move::Disconnect { page, .. } => {
                self.pair.mine == Side::Connected || self.pair.mine == Side::Lost && proves(page, terms)
            }
            Move::Unblock => is_blocked(self.pair.mine),
            _ => false,
        };
        let over = pair.mine == Side::Connected;
        Story {
            pair,
            i_left: (self.i_left || leaves) && !over && !is_blocked(pair.mine),
            they_left: self.they_left && !over && !is_blocked(pair.theirs),
        }
    }
}

fn proves(page: Option<i64>, terms: &Terms) -> bool {
    page.is_some() && page == terms.connected_at
}

fn is_blocked(side: Side) -> bool {
    matches!(side, Side::Blocked { .. })
}

fn stories() -> HashSet<Story> {
    let first = Story { pair: Pair::STRANGERS, i_left: false, they_left: false };
    let (mut seen, mut queue) = (HashSet::from([first]), VecDeque::from([first]));
    while let Some(story) = queue.pop_front() {
        let mut found = vec![Story { pair: story.pair.expired(), ..story }];
        for terms in all_terms() {
            for by_me in MOVES {
                found.push(story.after(by_me, &terms));
                found.push(story.swapped().after(by_me, &terms).swapped());
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

fn is_legal(pair: Pair) -> bool {
    let one_way = |mine, theirs| {
        matches!(
            (mine, theirs),
            (Side::None, Side::None)
                | (Side::Invited { .. }, Side::Asked { .. } | Side::Declined { .. })
                | (Side::Connected, Side::Connected)
                | (Side::Left { .. }, Side::Lost | Side::Left { .. })
                | (Side::Blocked { .. }, Side::Barred { .. } | Side::Blocked { .. })
        )
    };
    one_way(pair.mine, pair.theirs) || one_way(pair.theirs, pair.mine)
}

#[test]
fn every_reachable_pair_is_in_the_table() {
    let pairs = reachable();
    // A disconnect: of a connection or, by a block, of a stranger; the door closed or open. Prior an invitation, or nothing.
    let left = 4;
    let prior = 1 + left;
    // Asked with one's own door closed is nobody: such an invitation is refused. Declined is, by an unblocking.
    let invitations = 2 * (prior * prior + prior * (prior - 2));
    // Strangers, connected, both blocked; left and lost, both left; blocked by one, with or without an invitation.
    let others = 2 + 2 * 2 + 2 * left + left * left + 2 * 2 * 2 * prior;
    assert_eq!(pairs.len(), invitations + others, "{pairs:#?}");
    for pair in pairs {
        assert!(is_legal(pair), "{pair:?}");
    }
}

#[test]
fn there_is_no_dead_end() {
    let pairs = reachable();
    let mut ways: HashMap<Pair, Vec<Pair>> = HashMap::new();
    for &pair in &pairs {
        for by_me in MOVES {
            ways.entry(next(pair, by_me, &terms())).or_default().push(pair);
            ways.entry(next(pair.swapped(), by_me, &terms()).swapped()).or_default().push(pair);
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
        for terms in all_terms() {
            for by_me in MOVES.into_iter().filter(|by_me| !matches!(by_me, Move::Invite | Move::Accept)) {
                if let Ok(outcome) = pair.after(by_me, &terms) {
                    assert_eq!(outcome.tell, None, "{pair:?} {by_me:?}");
                }
            }
        }
    }
}

#[test]
fn what_one_did_one_can_take_back_alone() {
    let connected = CONNECTED;
    for may_invite_again in [false, true] {
        let left = next(connected, disconnect(may_invite_again), &terms());
        let back = left.after(Move::Invite, &terms()).unwrap();
        assert_eq!((back.pair, back.tell), (connected, None));
    }
    let prior = Prior::Nothing;
    let declined = Pair { mine: Side::Declined { prior }, theirs: Side::Invited { prior } };
    assert_eq!(next(declined, Move::Invite, &terms()), connected);
    let blocked = next(connected, BLOCK, &terms());
    let unblocked = next(blocked, Move::Unblock, &terms());
    assert_eq!(unblocked, Pair { mine: LEFT, theirs: Side::Lost });
    assert_eq!(next(unblocked, Move::Invite, &terms()), connected);
}

#[test]
fn one_who_lost_is_offered_and_refused_what_a_stranger_is() {
    assert_eq!(Side::Lost.offer(), Side::None.offer());
    let lost = Pair { mine: Side::Lost, theirs: LEFT };
    assert_eq!(lost.after(Move::Invite, &terms()), Err(Refusal::Neutral));
    let mut closed = terms();
    closed.them.who_may_invite = WhoMayInvite::Nobody;
    assert_eq!(Pair::STRANGERS.after(Move::Invite, &closed), Err(Refusal::Neutral));
    // Whatever is pressed on a page that never showed the connection.
    let blind = |by_me: &Move| !matches!(by_me, Move::Disconnect { page: Some(_), .. } | Move::Block { page: Some(_) });
    for by_me in MOVES.into_iter().filter(blind).filter(|by_me| *by_me != Move::Invite) {
        let (stranger, lost_one) = (Pair::STRANGERS.after(by_me, &terms()), lost.after(by_me, &terms()));
        let seen = |outcome: Outcome| as_seen(outcome.pair.mine);
        assert_eq!(stranger.map(seen), lost_one.map(seen), "{by_me:?}");
    }
}

/// A side as its owner sees it.
fn as_seen(side: Side) -> Side {
    if side == Side::Lost { Side::None } else { side }
}

#[test]
fn whatever_one_who_lost_does_looks_as_a_strangers_doing() {
    // The other accepts no invitations, an innocent cause of every refusal.
    let mut closed = terms();
    closed.them.who_may_invite = WhoMayInvite::Nobody;
    let lost = Pair { mine: Side::Lost, theirs: LEFT };
    let (mut seen, mut queue) = (HashSet::from([(lost, Pair::STRANGERS)]), VecDeque::from([(lost, Pair::STRANGERS)]));
    while let Some((lost, stranger)) = queue.pop_front() {
        assert_eq!(as_seen(lost.mine), as_seen(stranger.mine));
        assert_eq!(lost.way_back(&closed), stranger.way_back(&closed), "{lost:?} {stranger:?}");
        for by_me in MOVES {
            // Who never was a connection has no page of one.
            if matches!(by_me, Move::Disconnect { page: Some(_), .. } | Move::Block { page: Some(_) }) {
                continue;
            }
            let (one, other) = (lost.after(by_me, &closed), stranger.after(by_me, &closed));
            assert_eq!(one.err(), other.err(), "{lost:?} {stranger:?} {by_me:?}");
            let next = (next(lost, by_me, &closed), next(stranger, by_me, &closed));
            if seen.insert(next) {
                queue.push_back(next);
            }
        }
    }
    assert!(seen.len() > 3, "{seen:?}");
}

#[test]
fn a_stale_press_looks_as_if_the_other_had_not_left() {
    // They ask first and accept no invitations, an innocent cause of what the undo is answered with.
    let mut asking = terms();
    asking.them.who_may_invite = WhoMayInvite::Nobody;
    asking.them.asks_before_reinvite = true;
    let lost = Pair { mine: Side::Lost, theirs: LEFT };
    for press in [Move::Disconnect { may_invite_again: false, page: Some(SINCE) }, Move::Block { page: Some(SINCE) }] {
        let (mut one, mut other) = (next(lost, press, &asking), next(CONNECTED, press, &asking));
        for then in [Move::Unblock, Move::Invite, Move::Invite, BLOCK, Move::Unblock, Move::Invite] {
            assert_eq!(one.mine, other.mine, "{press:?}");
            assert_eq!(one.way_back(&asking), other.way_back(&asking), "{press:?}");
            assert_eq!(one.after(then, &asking).err(), other.after(then, &asking).err(), "{press:?} {then:?}");
            (one, other) = (next(one, then, &asking), next(other, then, &asking));
        }
    }
}

#[test]
fn a_press_without_its_page_leaves_nobody_who_left() {
    let lost = Pair { mine: Side::Lost, theirs: LEFT };
    for page in [None, Some(SINCE + 1)] {
        assert_eq!(next(lost, Move::Disconnect { may_invite_again: true, page }, &terms()), lost);
        let blocked = next(lost, Move::Block { page }, &terms());
        assert_eq!(next(blocked, Move::Unblock, &terms()).mine, Side::Left { may_invite_again: false, former: false });
    }
    let mut never = terms();
    never.connected_at = None;
    assert_eq!(next(lost, Move::Disconnect { may_invite_again: true, page: None }, &never), lost);
}

#[test]
fn what_is_so_already_succeeds() {
    let declined = Side::Declined { prior: Prior::Nothing };
    let withdrawn = Terms { paused_until: Some(terms().now + 1), ..terms() };
    for (mine, by_me, terms) in [
        (declined, Move::Decline, terms()),
        (Side::None, Move::Withdraw, withdrawn),
        (LEFT, Move::Withdraw, terms()),
        (Side::None, Move::Unblock, terms()),
        (Side::None, disconnect(false), terms()),
        (Side::Connected, Move::Accept, terms()),
        (Side::Blocked { former: true }, BLOCK, terms()),
    ] {
        let pair = reachable().into_iter().find(|pair| pair.mine == mine).unwrap();
        assert_eq!(pair.after(by_me, &terms).map(|outcome| outcome.pair), Ok(pair), "{by_me:?}");
    }
}

#[test]
fn nobody_is_connected_who_never_agreed() {
    let mut strangers = terms();
    strangers.connected_at = None;
    let unblocked = next(next(Pair::STRANGERS, BLOCK, &strangers), Move::Unblock, &strangers);
    let back = unblocked.after(Move::Invite, &strangers).unwrap();
    let prior = Prior::Left { may_invite_again: false, former: false };
    let asked = Side::Asked { prior: Prior::Nothing };
    assert_eq!(back.pair, Pair { mine: Side::Invited { prior }, theirs: asked });
}

#[test]
fn a_block_gives_back_what_it_hid() {
    for theirs in [Prior::Nothing, Prior::Left { may_invite_again: true, former: true }] {
        let invited = Side::Invited { prior: theirs };
        let pending = Pair { mine: Side::Asked { prior: Prior::Nothing }, theirs: invited };
        let blocked = next(pending, BLOCK, &terms());
        assert_eq!(blocked.theirs, Side::Barred { invited: true, prior: theirs });
        let declined = Side::Declined { prior: Prior::Left { may_invite_again: false, former: false } };
        assert_eq!(next(blocked, Move::Unblock, &terms()), Pair { mine: declined, theirs: invited });
    }
}

/// All that one can do alone, whatever the other has chosen that is not a wish about the two of them.
fn alone(from: Pair) -> HashSet<Pair> {
    let (mut seen, mut queue) = (HashSet::from([from]), VecDeque::from([from]));
    while let Some(pair) = queue.pop_front() {
        for by_me in MOVES {
            let next = next(pair, by_me, &terms());
            if seen.insert(next) {
                queue.push_back(next);
            }
        }
    }
    seen
}

fn has_left(side: Side) -> bool {
    side.prior() != Prior::Nothing
}

#[test]
fn nothing_the_other_does_and_no_expiry_takes_away_that_one_has_left() {
    for story in stories() {
        assert_eq!(has_left(story.pair.mine), story.i_left, "{story:?}");
        assert_eq!(has_left(story.pair.theirs), story.they_left, "{story:?}");
    }
}

#[test]
fn whoever_disconnected_declined_or_blocked_can_take_that_back_alone_whatever_the_other_did() {
    let connected = CONNECTED;
    for story in stories() {
        let Pair { mine, theirs } = story.pair;
        let mine_alone = alone(story.pair);
        if is_blocked(mine) {
            assert!(mine_alone.iter().any(|pair| !is_blocked(pair.mine)), "{story:?}");
        }
        // A block of the other hides them; it is the one thing that only they can take back.
        if matches!(mine, Side::Barred { .. }) || is_blocked(theirs) {
            continue;
        }
        // A block of a stranger is taken back by unblocking them.
        let did = mine.prior().is_former() || matches!(mine, Side::Blocked { former: true } | Side::Declined { .. });
        // Rule 5: who left too has a say. Then the way back is that one's own door stands open, or an invitation.
        if did && !has_left(theirs) {
            assert!(mine_alone.contains(&connected), "{story:?}");
        } else if did {
            let asks =
                |pair: &Pair| matches!(pair.mine, Side::Left { may_invite_again: true, .. } | Side::Invited { .. });
            assert!(mine_alone.contains(&connected) || mine_alone.iter().any(asks), "{story:?}");
        }
    }
}

#[test]
fn an_invitation_that_ends_gives_both_back_what_they_had() {
    for before in reachable() {
        for terms in all_terms() {
            let Ok(invited) = before.after(Move::Invite, &terms) else { continue };
            if !matches!(invited.pair.mine, Side::Invited { .. }) {
                continue;
            }
            let declined = next(invited.pair.swapped(), Move::Decline, &terms).swapped();
            for pair in [invited.pair, declined] {
                assert_eq!(pair.expired(), before, "{pair:?}");
                assert_eq!(next(pair, Move::Withdraw, &terms), before, "{pair:?}");
            }
        }
    }
}

#[test]
fn what_covers_a_disconnect_does_not_show_on_the_others_side() {
    // Each reads only their own side, and what lies behind it is their own doing.
    for pair in reachable() {
        if matches!(pair.mine, Side::Invited { prior: Prior::Nothing }) {
            assert_eq!(pair.mine.expired(), Side::None, "{pair:?}");
            assert_eq!(pair.mine.offer(), Side::Invited { prior: Prior::Nothing }.offer());
        }
        if let Side::Left { .. } = pair.mine {
            assert!(matches!(pair.theirs, Side::Lost | Side::Left { .. }), "{pair:?}");
        }
    }
}

#[test]
fn a_second_press_of_disconnect_takes_nothing_back() {
    let connected = CONNECTED;
    let left = next(connected, disconnect(true), &terms());
    assert_eq!(next(left, disconnect(false), &terms()), left);
}

#[test]
fn where_the_other_is_asked_their_lately_given_no_counts_and_the_door_opens() {
    let left = Pair { mine: LEFT, theirs: Side::Lost };
    let mut asking = terms();
    asking.them.asks_before_reinvite = true;
    assert!(left.after(Move::Invite, &asking).is_ok());
    asking.them.declined_until = Some(asking.now + 1);
    assert_eq!(left.after(Move::Invite, &asking), Err(Refusal::NeutralDoorOpened));
    asking.them.declined_until = None;
    asking.them.who_may_invite = WhoMayInvite::Nobody;
    assert_eq!(left.after(Move::Invite, &asking), Err(Refusal::NeutralDoorOpened));
    // Who left too, and lets nobody back in, is no other cause.
    asking.them = terms().them;
    let both = Pair { mine: LEFT, theirs: LEFT };
    assert_eq!(both.way_back(&asking), Some(Return::Invitation));
    assert_eq!(both.after(Move::Invite, &asking), Err(Refusal::NeutralDoorOpened));
}

#[test]
fn a_move_that_asks_for_no_terms_is_decided_alike_under_any() {
    for story in stories() {
        for terms in all_terms() {
            for by_me in MOVES.into_iter().filter(|by_me| !by_me.asks_for_terms()) {
                let Terms { paused_until, connected_at, .. } = terms;
                let none = Terms { paused_until, connected_at, ..Terms::of_none(terms.now, terms.myself) };
                assert_eq!(story.pair.after(by_me, &terms), story.pair.after(by_me, &none), "{story:?} {by_me:?}");
            }
        }
    }
}
