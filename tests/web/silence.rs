//! D disconnects from R; C was never connected with D. What R gets is what C gets.

use amicable::schema::members;
use diesel::prelude::*;

use crate::support::{Site, Visitor, connect};

/// A profile without the viewer's own name and number, which differ for innocent reasons.
fn seen(visitor: &mut Visitor, path: &str) -> (u16, String) {
    let page = visitor.open(path).page.clone();
    let body = page.body.replace(&visitor.handle, "VIEWER").replace(&visitor.name, "VIEWER");
    let header_end = body.find("<main").unwrap_or(0);
    (page.status, body[header_end..].to_owned())
}

#[test]
fn the_profile_is_byte_for_byte_what_a_stranger_gets() {
    let site = Site::new();
    let (mut d, mut r, mut c) = (site.member("Dora Lind"), site.member("Rolf Lind"), site.member("Cara Lind"));
    connect(&mut d, &mut r);
    d.open("/in/rolf-lind").press("Disconnect");
    assert_eq!(seen(&mut r, "/in/dora-lind"), seen(&mut c, "/in/dora-lind"));
}

#[test]
fn every_cause_of_the_refusal_is_answered_alike() {
    let site = Site::new();
    let (mut left, mut r) = (site.member("Dora Lind"), site.member("Rolf Lind"));
    let mut closed = site.member("Nobody Invites");
    let (mut declined, suspended, full) =
        (site.member("Paul Lind"), site.member("Olga Lind"), site.member("Quin Lind"));
    connect(&mut left, &mut r);
    left.open("/in/rolf-lind").press("Disconnect");
    closed.open("/settings/privacy").fill("who_may_invite", "nobody").press("Save");
    r.open("/in/paul-lind/invite").press("Send invitation");
    declined.open("/invitations").press("Decline");
    r.open("/in/paul-lind").press("Withdraw invitation");
    site.days_pass(30);
    site.db
        .write_now(|connection| {
            let row = members::table.find(suspended.id);
            diesel::update(row).set(members::suspended_at.eq(1)).execute(connection)?;
            let row = members::table.find(full.id);
            diesel::update(row).set(members::connection_count.eq(30_000)).execute(connection)?;
            Ok(())
        })
        .unwrap();
    let causes = [
        ("Dora Lind", "dora-lind"),
        ("Nobody Invites", "nobody-invites"),
        ("Paul Lind", "paul-lind"),
        ("Olga Lind", "olga-lind"),
        ("Quin Lind", "quin-lind"),
    ];
    let mut answers = Vec::new();
    for (name, handle) in causes {
        r.open(&format!("/in/{handle}/invite")).press("Send invitation");
        assert_eq!(r.page.status, 422);
        let mut headers: Vec<_> =
            r.page.headers.iter().filter(|(name, _)| name != "date" && name != "content-length").cloned().collect();
        headers.sort();
        answers.push((headers, r.page.body.replace(name, "THEM").replace(handle, "them")));
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
}

#[test]
fn nothing_that_was_told_changes() {
    let site = Site::new();
    let (mut d, mut r) = (site.member("Dora Lind"), site.member("Rolf Lind"));
    connect(&mut r, &mut d);
    r.open("/notifications");
    let before = r.open("/notifications").page.body.clone();
    d.open("/in/rolf-lind").press("Disconnect");
    assert_eq!(r.open("/notifications").page.body, before);
    d.press("Undo");
    assert_eq!(r.open("/notifications").page.body, before);
}
