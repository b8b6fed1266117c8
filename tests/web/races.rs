//! Two people at once, over real connections: whatever wins, the two sides stay a legal pair and nobody is told more.

use std::sync::Barrier;

use amicable::ids::MemberId;
use amicable::schema::{connection_counts, notifications, relationships};
use diesel::prelude::*;

use crate::support::{Site, Visitor, connect};

/// Presses both at the same moment, some rounds, each on members of its own.
fn at_once(prepare: fn(&mut Visitor, &mut Visitor), first: (&str, &str), second: (&str, &str)) -> Vec<(i16, i16)> {
    let mut ends = Vec::new();
    let site = Site::new();
    for round in 0..6 {
        let (mut a, mut b) = (site.member(&format!("Ada Round{round}")), site.member(&format!("Ben Round{round}")));
        prepare(&mut a, &mut b);
        let path = |form: &str, a: &Visitor, b: &Visitor| form.replace("{a}", &a.handle).replace("{b}", &b.handle);
        let (one, two) = (path(first.1, &a, &b), path(second.1, &a, &b));
        let barrier = Barrier::new(2);
        let ids = (a.id, b.id);
        let since = site.connected_since(&a, &b);
        std::thread::scope(|scope| {
            let mut who = [Some(a), Some(b)];
            for (who_presses, form) in [(first.0, one), (second.0, two)] {
                let at = usize::from(who_presses == "b");
                let visitor = who[at].take();
                let (barrier, since) = (&barrier, since.as_str());
                scope.spawn(move || {
                    let mut visitor = visitor.unwrap();
                    barrier.wait();
                    visitor.post(&form, &[("connected_since", since)]);
                    assert!(visitor.page.status < 500, "{}", visitor.page.status);
                });
            }
        });
        ends.push(sides(&site, ids.0, ids.1));
    }
    counts_are_right(&site);
    ends
}

fn sides(site: &Site, a: MemberId, b: MemberId) -> (i16, i16) {
    let state = |connection: &mut amicable::db::Connection, owner: MemberId, other: MemberId| {
        let row = relationships::table.find((owner, other)).select(relationships::state);
        Ok::<i16, amicable::error::Error>(row.first(connection).optional()?.unwrap_or(0))
    };
    site.db.write_blocking(|connection| Ok((state(connection, a, b)?, state(connection, b, a)?))).unwrap()
}

fn counts_are_right(site: &Site) {
    site.db
        .write_blocking(|connection| {
            let sides: i64 = relationships::table.filter(relationships::state.eq(4)).count().get_result(connection)?;
            let counted: Option<i64> =
                connection_counts::table.select(diesel::dsl::sum(connection_counts::number)).first(connection)?;
            assert_eq!(sides, counted.unwrap_or(0));
            Ok(())
        })
        .unwrap();
}

fn invited(a: &mut Visitor, b: &mut Visitor) {
    a.open(&format!("/in/{}/invite", b.handle)).press("Send invitation");
}

fn strangers(_: &mut Visitor, _: &mut Visitor) {}

#[test]
fn when_both_disconnect_both_have_left() {
    for end in at_once(connect, ("a", "/in/{b}/disconnect"), ("b", "/in/{a}/disconnect")) {
        assert_eq!(end, (5, 5));
    }
}

#[test]
fn a_withdrawal_and_an_acceptance_end_in_one_of_the_two() {
    for end in at_once(invited, ("a", "/in/{b}/withdraw"), ("b", "/in/{a}/accept")) {
        assert!(matches!(end, (4, 4) | (0, 0)), "{end:?}");
    }
}

#[test]
fn a_disconnect_and_a_stale_acceptance_end_disconnected() {
    for end in at_once(connect, ("a", "/in/{b}/disconnect"), ("b", "/in/{a}/accept")) {
        assert_eq!(end, (5, 6));
    }
}

#[test]
fn crossing_invitations_connect() {
    for end in at_once(strangers, ("a", "/in/{b}/invite"), ("b", "/in/{a}/invite")) {
        assert_eq!(end, (4, 4));
    }
}

#[test]
fn a_double_press_sends_one_invitation() {
    let site = Site::new();
    let (a, b) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut again = site.visitor();
    again
        .open("/sign-in")
        .fill("email", "ada-ruiz@test.example")
        .fill("password", crate::support::PASSWORD)
        .press("Sign in");
    let path = format!("/in/{}/invite", b.handle);
    std::thread::scope(|scope| {
        for mut visitor in [a, again] {
            let path = &path;
            scope.spawn(move || assert!(visitor.post(path, &[]).page.status < 500));
        }
    });
    let told: i64 =
        site.db.write_blocking(|connection| Ok(notifications::table.count().get_result(connection)?)).unwrap();
    assert_eq!(told, 1);
}
