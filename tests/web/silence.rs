//! D disconnects from R; C was never connected with D. What R gets is what C gets.

mod alike;
mod book;
mod ends;
mod histories;
mod leavers;
mod presses;
pub mod spider;
mod suspended;
mod threads;

use amicable::accounts;
use amicable::accounts::{NewMember, password};
use amicable::connections;
use amicable::ids::{Between, MemberId};
use amicable::relationship::Action;
use amicable::relationship::Limits;
use diesel::prelude::*;

use crate::support::{Site, Visitor, connect, whom_nobody_may_invite};
use alike::*;
use spider::all_pages;

/// D and the two who are compared, with a connection that all share, and somebody who knows nobody.
struct World {
    site: Site,
    d: Visitor,
    r: Visitor,
    c: Visitor,
    mona: Visitor,
}

impl World {
    /// R is connected with D, C never was; everything else is alike.
    fn new() -> World {
        let site = Site::unmetered();
        let [mut d, mut r, mut c, mut mona] =
            ["Dora Lind", "Rolf Aske", "Cara Aske", "Mona Lind"].map(|name| site.member(name));
        site.member("Nils Lind");
        for friend in [&mut d, &mut r, &mut c] {
            connect(&mut mona, friend);
        }
        // D invited, so that R and C have as many invitations left.
        connect(&mut d, &mut r);
        site.wrote(10, &d, &r);
        for visitor in [&mut d, &mut r, &mut c, &mut mona] {
            visitor.read_all().open("/");
        }
        World { site, d, r, c, mona }
    }
}

/// Everything a member can open, in a world where D is Dora and Mona is a friend.
const PAGES: [&str; 38] = [
    "/",
    "/inbox",
    "/inbox/dora-lind",
    "/inbox/mona-lind",
    "/inbox?q=lind",
    "/in/dora-lind",
    "/in/dora-lind/mutual",
    "/in/dora-lind/card.vcf",
    "/in/dora-lind/invite",
    "/in/dora-lind/disconnect",
    "/in/dora-lind/connections",
    "/in/dora-lind/report",
    "/in/dora-lind/report?invitation=1",
    "/in/dora-lind/report?conversation=1&disconnect=1",
    "/settings/moderation",
    "/in/mona-lind",
    "/in/mona-lind/mutual",
    "/people",
    "/people?q=dora",
    "/people?q=lind",
    "/connections",
    "/connections?sort=first_name",
    "/connections?sort=last_name",
    "/connections?q=dora",
    "/connections?no_message_since=2020-01-01",
    "/connections?never_exchanged_a_word=1",
    "/connections/remove?no_message_since=2020-01-01",
    "/contacts",
    "/connections/remove",
    "/connections/disconnected",
    "/connections/blocked",
    "/invitations",
    "/invitations?box=sent",
    "/notifications",
    "/settings/privacy",
    "/settings/data",
    "/settings/account",
    "/settings/security",
];

/// The ways in which D may disconnect.
fn disconnect(d: &mut Visitor, way: &str) {
    match way {
        "at once" => d.open("/in/rolf-aske").press("Disconnect"),
        "may invite again" => d.open("/in/rolf-aske").fill("may_invite_again", "1").press("Disconnect"),
        "in bulk" => {
            d.open("/connections/remove").fill("member", "rolf-aske").press("Review removal");
            d.press("Remove 1 connection")
        }
        _ => {
            d.open("/in/rolf-aske").press("Block");
            d.open("/connections/blocked").press("Unblock")
        }
    };
}

#[test]
fn whoever_was_disconnected_gets_what_a_stranger_gets_on_every_page() {
    for way in ["at once", "may invite again", "in bulk", "by a block that was taken back"] {
        let World { site: _site, mut d, mut r, mut c, .. } = World::new();
        disconnect(&mut d, way);
        for path in PAGES {
            // What R was told stays; and neither is suggested to the other, whom a stranger may well be.
            if matches!(path, "/notifications" | "/" | "/people") {
                continue;
            }
            let (got, control) = (answer(&mut r, path), answer(&mut c, path));
            assert_eq!(as_anybody(got, &r, &c), as_anybody(control, &c, &r), "{way}: {path}");
        }
    }
}

/// Without how many connections the viewer has, which stands on a tab of theirs.
fn without_own_number(mut of: Answer) -> Answer {
    let tab = "<a href=\"/connections\">Connections <span";
    if let Some((before, (_, after))) =
        of.2.split_once(tab).and_then(|(before, rest)| Some((before, rest.split_once("</span>")?)))
    {
        of.2 = format!("{before}{after}");
    }
    of
}

#[test]
fn pages_on_which_d_did_not_stand_as_a_connection_do_not_change_by_a_byte() {
    let World { site: _site, mut d, mut r, mut mona, .. } = World::new();
    let still = [
        "/notifications",
        "/invitations",
        "/invitations?box=sent",
        "/connections/disconnected",
        "/connections/blocked",
        "/settings/privacy",
        "/settings/account",
        "/people?q=mona",
        "/in/nils-lind",
        "/static/none",
    ];
    let third = ["/in/dora-lind", "/in/rolf-aske", "/in/dora-lind/mutual", "/people?q=lind", "/connections", "/"];
    let before: Vec<_> = still.iter().map(|path| answer(&mut r, path)).collect();
    let seen: Vec<_> = third.iter().map(|path| answer(&mut mona, path)).collect();
    disconnect(&mut d, "at once");
    for (path, before) in still.iter().zip(before) {
        assert_eq!(without_own_number(answer(&mut r, path)), without_own_number(before), "{path}");
    }
    for (path, seen) in third.iter().zip(seen) {
        // Mona shares one connection fewer with each, as allowed; nothing says whose doing it was.
        let now = answer(&mut mona, path);
        if !path.starts_with("/in/") {
            assert_eq!(now, seen, "{path}");
        }
        assert_eq!((now.0, now.2.matches("disconnected").count()), (seen.0, seen.2.matches("disconnected").count()));
    }
}

#[test]
fn neither_is_suggested_to_the_other_while_the_refusal_stands() {
    let World { site: _site, mut d, mut r, mut c, .. } = World::new();
    assert!(c.open("/people").sees("Dora Lind"));
    disconnect(&mut d, "at once");
    for path in ["/", "/people"] {
        assert!(!r.open(path).sees("Dora Lind"), "{path}");
        assert!(!d.open(path).sees("Rolf Aske"), "{path}");
    }
}

#[test]
fn undo_and_re_invite_leave_every_page_of_both_as_it_was() {
    for way in ["at once", "may invite again", "in bulk"] {
        let World { site, mut d, mut r, .. } = World::new();
        site.days_pass(400);
        d.open("/in/rolf-aske").fill("private_note", "From D").fill("tags", "choir").press("Save");
        r.open("/in/dora-lind").fill("private_note", "From R").fill("tags", "school").press("Save");
        let pages = || PAGES.iter().chain(&["/in/rolf-aske", "/in/rolf-aske/mutual"]);
        for person in [&mut d, &mut r] {
            person.open("/");
        }
        let before: Vec<_> = pages().map(|path| (answer(&mut d, path), answer(&mut r, path))).collect();
        disconnect(&mut d, way);
        if way == "may invite again" {
            d.open("/connections/disconnected").press("Re-invite");
        } else {
            d.press("Undo");
        }
        d.open("/");
        for (path, before) in pages().zip(before) {
            assert_eq!((answer(&mut d, path), answer(&mut r, path)), before, "{way}: {path}");
        }
    }
}

#[test]
fn a_refused_invitation_leaves_nothing_anywhere() {
    let World { site: _site, mut d, mut r, mut c, .. } = World::new();
    disconnect(&mut d, "at once");
    d.open("/");
    // What a press gets that no page offers is what a stranger's gets.
    let pressed = |of: &mut Visitor| {
        of.open("/in/dora-lind").post("/in/dora-lind/re-invite", &[]);
        (of.page.status, of.page.headers.iter().find(|(name, _)| name == "location").cloned())
    };
    assert_eq!(pressed(&mut r), pressed(&mut c));
    assert_eq!(
        as_anybody(answer(&mut r, "/in/dora-lind"), &r, &c),
        as_anybody(answer(&mut c, "/in/dora-lind"), &c, &r)
    );
    let of_d: Vec<_> = ["/", "/notifications", "/invitations", "/connections/disconnected", "/in/rolf-aske"].into();
    let of_r: Vec<_> = ["/invitations?box=sent", "/in/dora-lind", "/in/dora-lind/invite", "/people?q=dora"].into();
    let before: Vec<_> = of_d.iter().map(|path| answer(&mut d, path)).collect();
    let mine: Vec<_> = of_r.iter().map(|path| answer(&mut r, path)).collect();
    for _ in 0..2 {
        r.open("/in/dora-lind/invite").fill("note", "Again?").press("Send invitation");
        assert!(r.page.status == 422 && r.sees("This user cannot be invited at this time"));
    }
    r.open("/");
    for (path, before) in of_d.iter().zip(before) {
        assert_eq!(answer(&mut d, path), before, "{path}");
    }
    for (path, mine) in of_r.iter().zip(mine) {
        assert_eq!(answer(&mut r, path), mine, "{path}");
    }
}

#[test]
fn a_blocked_inviter_keeps_every_hint_count_and_row() {
    let lives = [true, false].map(|blocks| {
        let World { site, mut d, r, mut c, mona } = World::new();
        let world = World { c: site.visitor(), mona: site.visitor(), d: r, r: mona, site };
        c.open("/in/dora-lind/invite").fill("note", "Hello").press("Send invitation");
        if blocks {
            d.open("/in/cara-aske").press("Block");
        }
        let mut life = Vec::new();
        for days in [0, 31, 150] {
            world.site.days_pass(days);
            for path in ["/", "/invitations", "/invitations?box=sent", "/notifications", "/connections/disconnected"] {
                c.get(path);
                let (status, headers, body) = seen(&c);
                life.push((format!("{path} {days}"), status, headers, body));
            }
            if days == 31 {
                assert!(c.open("/").sees("1 invitation sent more than a month ago"), "{}", c.text());
            }
        }
        // Withdrawn twice in the list, as anybody's.
        for _ in 0..2 {
            c.open("/invitations?box=sent").post("/invitations/withdraw", &[("member", "dora-lind")]).follow();
            let (status, headers, body) = seen(&c);
            life.push(("withdrawn".into(), status, headers, body));
        }
        life
    });
    for (blocked, ignored) in lives[0].iter().zip(&lives[1]) {
        assert_eq!(blocked, ignored);
    }
}

#[test]
fn every_cause_of_the_refusal_is_answered_alike() {
    let site = Site::unmetered();
    let mut r = site.member("Rolf Lind");
    let them = whom_nobody_may_invite(&site, &mut r);
    let mut answers = Vec::new();
    for Visitor { name, handle, .. } in &them {
        r.open(&format!("/in/{handle}/invite")).press("Send invitation");
        assert_eq!(r.page.status, 422);
        let innocent = ["date", "content-length", "x-request-id"];
        let mut headers = r.page.headers.clone();
        headers.retain(|(name, _)| !innocent.contains(&name.as_str()));
        headers.sort();
        answers.push((headers, r.page.body.replace(name, "THEM").replace(handle, "them")));
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
}

#[test]
fn nothing_that_was_told_changes() {
    let site = Site::unmetered();
    let (mut d, mut r) = (site.member("Dora Lind"), site.member("Rolf Lind"));
    connect(&mut r, &mut d);
    let before = r.told();
    d.open("/in/rolf-lind").press("Disconnect");
    assert_eq!(r.told(), before);
    d.press("Undo");
    assert_eq!(r.told(), before);
}

#[test]
fn a_list_leaves_out_who_blocked_one_before_it_is_cut() {
    let World { site, mut d, r, mut c, .. } = World::new();
    connect(&mut d, &mut c);
    d.open("/settings/privacy").fill("connections_seen_by", "connections").press("Save");
    let hashed = password::hash_now("a quiet password").unwrap();
    let friends: Vec<MemberId> = (0..60)
        .map(|at| {
            let (full_name, email) = (format!("Aaron Friend{at}"), format!("friend{at}@test.example"));
            let new =
                NewMember { full_name, email, password: hashed.clone(), role: amicable::members::role::Role::Member };
            site.db.write_blocking(|connection| accounts::register(connection, &new)).unwrap().unwrap()
        })
        .collect();
    for friend in &friends {
        act(&site, (*friend, d.id), Action::Invite);
        act(&site, (d.id, *friend), Action::Accept);
    }
    let rows = |c: &mut Visitor| c.get("/in/dora-lind/connections").page.body.matches("/invite\"").count();
    assert_eq!(rows(&mut c), 50);
    act(&site, (friends[3], c.id), Action::Block { page: None });
    assert_eq!(rows(&mut c), 50);
    assert!(!c.page.body.contains("Aaron Friend3<"));
    drop(r);
}

fn act(site: &Site, (me, other): (MemberId, MemberId), action: Action) {
    let limits = Limits::default();
    let acted = site.db.write_blocking(|connection| {
        connections::act(connection, &limits, Between { viewer: me, other }, action, "Said")
    });
    // Most random moves are refused, which is as good.
    let _ = acted.unwrap();
}
