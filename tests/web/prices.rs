//! What a press costs is said before it, and what cannot be done now is not offered.

use amicable::dates;
use amicable::members::role::Role;
use amicable::relationship::Limits;
use amicable::schema::relationships;
use diesel::prelude::*;

use crate::moderation::with_role;
use crate::support::{Site, Visitor};

fn invite(who: &mut Visitor, other: &Visitor) {
    who.open(&format!("/in/{}/invite", other.handle)).press("Send invitation");
}

fn in_days(days: i64) -> String {
    dates::long(dates::now() + days * dates::DAY)
}

#[test]
fn withdrawing_says_first_until_when_one_waits() {
    let site = Site::new();
    let [mut ada, ben, eve] = ["Ada Ruiz", "Ben Okoro", "Eve Lund"].map(|name| site.member(name));
    invite(&mut ada, &ben);
    invite(&mut ada, &eve);
    let price = |name: &str| format!("You can invite {name} again from {}.", in_days(21));
    assert!(ada.open("/in/ben-okoro").sees(&price("Ben Okoro")), "{}", ada.text());
    ada.open("/people?q=ben").go("Withdraw invitation");
    assert!(ada.sees("Withdraw your invitation to Ben Okoro?") && ada.sees(&price("Ben Okoro")));
    ada.open("/invitations?box=sent").open("/invitations/withdraw?member=ben-okoro&member=eve-lund&member=eve-lund");
    assert!(ada.sees("Withdraw 2 invitations?") && ada.sees(&price("Ben Okoro")) && ada.sees(&price("Eve Lund")));
    ada.press("Withdraw 2 invitations");
    assert!(ada.sees("2 invitations withdrawn. Nobody has been told."), "{}", ada.text());
    assert!(ada.open("/invitations/withdraw?member=ben-okoro").sees("One invitation was no longer open."));
    assert!(ada.open("/invitations/withdraw").sees("Select the invitations first."));
}

#[test]
fn a_pause_is_said_where_the_button_would_be() {
    let site = Site::new();
    let (mut ada, ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    invite(&mut ada, &ben);
    ada.open("/in/ben-okoro").press("Withdraw invitation");
    let price = format!("You can invite Ben Okoro again from {}.", in_days(21));
    for path in ["/in/ben-okoro", "/in/ben-okoro/invite", "/people?q=ben"] {
        ada.open(path);
        assert!(ada.sees(&price) && !ada.has_button("Invite to connect"), "{path}: {}", ada.text());
        assert!(!ada.has_button("Send invitation"), "{path}");
    }
    assert!(!ada.open("/people").sees("Ben Okoro"));
}

#[test]
fn a_pause_ends_as_the_named_day_begins() {
    let site = Site::new();
    let (mut ada, ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    invite(&mut ada, &ben);
    ada.open("/in/ben-okoro").press("Withdraw invitation");
    let row = relationships::table.find((ada.id, ben.id)).select(relationships::paused_until);
    let until = site.db.write_blocking(|connection| Ok(row.first::<Option<i64>>(connection)?)).unwrap().unwrap();
    assert_eq!(until, dates::day_after(until, 0), "the pause was counted from some hour");
    // The first second of today, and of tomorrow.
    for (until, offered) in [0, 1].map(|days| (dates::day_after(dates::now(), days), days == 0)) {
        let sql = format!("UPDATE relationships SET paused_until = {until} WHERE paused_until IS NOT NULL");
        site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
        assert_eq!(ada.open("/in/ben-okoro").has_button("Invite to connect"), offered, "{}", ada.text());
        assert_eq!(ada.open("/in/ben-okoro/invite").has_button("Send invitation"), offered);
    }
    assert_eq!(ada.post("/in/ben-okoro/invite", &[]).page.status, 422);
}

#[test]
fn a_used_up_week_is_said_instead_of_buttons() {
    let site = Site::with(Limits { invitations: 2, ..Limits::default() });
    let mut ada = site.member("Ada Ruiz");
    let others = ["Ben Okoro", "Eve Lund", "Dov Katz"].map(|name| site.member(name));
    invite(&mut ada, &others[0]);
    assert!(ada.open("/in/dov-katz").has_button("Invite to connect"));
    site.days_pass(2);
    invite(&mut ada, &others[1]);
    let free =
        format!("You have sent 2 of 2 invitations in the last 7 days. The next one comes free on {}.", in_days(5));
    for path in ["/in/dov-katz", "/in/dov-katz/invite", "/people?q=dov", "/"] {
        ada.open(path);
        assert!(ada.sees(&free) && !ada.has_button("Invite to connect"), "{path}: {}", ada.text());
        assert!(!ada.has_button("Send invitation"), "{path}");
    }
    site.days_pass(4);
    assert!(!ada.open("/in/dov-katz").has_button("Invite to connect"));
    // The seventh day after the first of the two: its place is free from the first second on.
    site.days_pass(1);
    assert!(ada.open("/in/dov-katz").has_button("Invite to connect"), "{}", ada.text());
    invite(&mut ada, &others[2]);
    assert!(ada.sees("is on its way"), "{}", ada.text());
}

#[test]
fn a_week_of_fewer_invitations_ends_when_enough_have_come_free() {
    let site = Site::with(Limits::default());
    let mut ada = site.member("Ada Ruiz");
    let others = ["Ben Okoro", "Eve Lund", "Lio Sand", "Dov Katz"].map(|name| site.member(name));
    for other in &others[..3] {
        invite(&mut ada, other);
        site.days_pass(1);
    }
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    // Three were sent, three, two and one days ago.
    for (number, days) in [("3", 4), ("2", 5), ("1", 6)] {
        root.open("/admin/limits").fill("number-invitations", number).press("Save");
        let free = format!("The next one comes free on {}.", in_days(days));
        for path in ["/in/dov-katz", "/in/dov-katz/invite"] {
            assert!(ada.open(path).sees(&free), "{number}, {path}: {}", ada.text());
        }
        assert!(ada.post("/in/dov-katz/invite", &[]).sees(&free), "{number}: {}", ada.text());
    }
    site.days_pass(6);
    invite(&mut ada, &others[3]);
    assert!(ada.sees("is on its way"), "{}", ada.text());
}

#[test]
fn a_used_up_week_is_said_of_whom_one_had_blocked() {
    let site = Site::with(Limits { invitations: 1, ..Limits::default() });
    let [mut ada, ben, _dov] = ["Ada Ruiz", "Ben Okoro", "Dov Katz"].map(|name| site.member(name));
    invite(&mut ada, &ben);
    ada.open("/in/dov-katz/block").press("Block");
    ada.open("/connections/blocked").press("Unblock");
    for path in ["/in/dov-katz", "/in/dov-katz/invite", "/people?q=dov"] {
        ada.open(path);
        assert!(ada.sees("You have sent 1 of 1 invitation in the last 7 days."), "{path}: {}", ada.text());
        assert!(!ada.has_button("Re-invite") && !ada.has_button("Send invitation"), "{path}: {}", ada.text());
    }
}

#[test]
fn a_full_network_is_said_instead_of_buttons() {
    let site = Site::with(Limits { connections: 0, ..Limits::default() });
    let mut ada = site.member("Ada Ruiz");
    site.member("Dov Katz");
    assert!(ada.open("/in/dov-katz").sees("You have 0 of 0 connections.") && !ada.has_button("Invite to connect"));
}
