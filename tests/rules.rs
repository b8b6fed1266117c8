//! The rules of a connection, exhausted: every pair of sides that can be reached, every move, under all terms that
//! matter.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{HashMap, HashSet, VecDeque};

use amicable::connections::relationship::{Allowance, Behind, Move, Pair, Refusal, Side, Terms, Them, WhoMayInvite};

const MOVES: [Move; 10] = [
    Move::Invite,
    Move::Accept,
    Move::Decline,
    Move::Withdraw,
    Move::Disconnect { may_return: false },
    Move::Disconnect { may_return: true },
    Move::LetReturn(true),
    Move::LetReturn(false),
    Move::Block,
    Move::Unblock,
];

fn terms() -> Terms {
    Terms {
        now: 1_000_000,
        myself: false,
        were_connected: true,
        paused_until: None,
        my_connections: 0,
        connection_limit: 30_000,
        invitations: Allowance { sent: 0, limit: 100, next: 0 },
        them: Them {
            who_may_invite: WhoMayInvite::Everyone,
            mutual: false,
            accepts_automatically: false,
            asks_before_return: false,
            suspended: false,
            declined_until: None,
            connections: 0,
        },
    }
}

fn all_terms() -> Vec<Terms> {
    let mut all = Vec::new();
    for bits in 0..16 {
        let mut terms = terms();
        terms.were_connected = bits & 1 == 0;
        terms.them.asks_before_return = bits & 2 != 0;
        terms.them.accepts_automatically = bits & 4 != 0;
        terms.them.who_may_invite = if bits & 8 == 0 { WhoMayInvite::Everyone } else { WhoMayInvite::Nobody };
        all.push(terms);
    }
    all
}

/// What follows, also from a refusal: the one that opens a door.
fn next(pair: Pair, by_me: Move, terms: &Terms) -> Pair {
    match pair.after(by_me, terms) {
        Ok(outcome) => outcome.pair,
        Err(Refusal::NeutralDoorOpened) => Pair { mine: Side::Left { may_return: true }, ..pair },
        Err(_) => pair,
    }
}

fn reachable() -> HashSet<Pair> {
    let mut seen = HashSet::from([Pair::STRANGERS]);
    let mut queue = VecDeque::from([Pair::STRANGERS]);
    while let Some(pair) = queue.pop_front() {
        let mut found = vec![pair.expired()];
        for terms in all_terms() {
            for by_me in MOVES {
                found.push(next(pair, by_me, &terms));
                found.push(next(pair.swapped(), by_me, &terms).swapped());
            }
        }
        for pair in found {
            if seen.insert(pair) {
                queue.push_back(pair);
            }
        }
    }
    seen
}

fn is_legal(pair: Pair) -> bool {
    let one_way = |mine, theirs| {
        matches!(
            (mine, theirs),
            (Side::None, Side::None)
                | (Side::Invited, Side::Asked | Side::Declined)
                | (Side::Connected, Side::Connected)
                | (Side::Left { .. }, Side::Lost | Side::Left { .. })
                | (Side::Blocked, Side::Barred { .. } | Side::Blocked)
        )
    };
    one_way(pair.mine, pair.theirs) || one_way(pair.theirs, pair.mine)
}

#[test]
fn every_reachable_pair_is_in_the_table() {
    let pairs = reachable();
    assert!(pairs.len() > 20, "{}", pairs.len());
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
    let connected = Pair { mine: Side::Connected, theirs: Side::Connected };
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
    let connected = Pair { mine: Side::Connected, theirs: Side::Connected };
    for may_return in [false, true] {
        let left = next(connected, Move::Disconnect { may_return }, &terms());
        let back = left.after(Move::Invite, &terms()).unwrap();
        assert_eq!((back.pair, back.tell), (connected, None));
    }
    let declined = Pair { mine: Side::Declined, theirs: Side::Invited };
    assert_eq!(next(declined, Move::Invite, &terms()), connected);
    let blocked = next(connected, Move::Block, &terms());
    let unblocked = next(blocked, Move::Unblock, &terms());
    assert_eq!(unblocked, Pair { mine: Side::Left { may_return: false }, theirs: Side::Lost });
    assert_eq!(next(unblocked, Move::Invite, &terms()), connected);
}

#[test]
fn one_who_lost_is_offered_and_refused_what_a_stranger_is() {
    assert_eq!(Side::Lost.offer(), Side::None.offer());
    let lost = Pair { mine: Side::Lost, theirs: Side::Left { may_return: false } };
    assert_eq!(lost.after(Move::Invite, &terms()), Err(Refusal::Neutral));
    let mut closed = terms();
    closed.them.who_may_invite = WhoMayInvite::Nobody;
    assert_eq!(Pair::STRANGERS.after(Move::Invite, &closed), Err(Refusal::Neutral));
    for by_me in [Move::Accept, Move::Decline, Move::Withdraw, Move::LetReturn(true), Move::Unblock] {
        let (stranger, lost_one) = (Pair::STRANGERS.after(by_me, &terms()), lost.after(by_me, &terms()));
        assert_eq!(stranger.is_ok(), lost_one.is_ok(), "{by_me:?}");
        assert_eq!(stranger.err(), lost_one.err(), "{by_me:?}");
    }
}

#[test]
fn nobody_is_connected_who_never_agreed() {
    let mut strangers = terms();
    strangers.were_connected = false;
    let unblocked = next(next(Pair::STRANGERS, Move::Block, &strangers), Move::Unblock, &strangers);
    let back = unblocked.after(Move::Invite, &strangers).unwrap();
    assert_eq!(back.pair, Pair { mine: Side::Invited, theirs: Side::Asked });
}

#[test]
fn a_block_gives_back_what_it_hid() {
    let pending = Pair { mine: Side::Asked, theirs: Side::Invited };
    let blocked = next(pending, Move::Block, &terms());
    assert_eq!(blocked.theirs, Side::Barred { behind: Behind::Invitation });
    assert_eq!(next(blocked, Move::Unblock, &terms()), Pair { mine: Side::Declined, theirs: Side::Invited });
}
