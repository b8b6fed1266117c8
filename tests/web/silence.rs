//! D disconnects from R; C was never connected with D. What R gets is what C gets.

use crate::support::{Site, Visitor, connect, whom_nobody_may_invite};

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
        let site = Site::new();
        let [mut d, mut r, mut c, mut mona] =
            ["Dora Lind", "Rolf Aske", "Cara Aske", "Mona Lind"].map(|name| site.member(name));
        site.member("Nils Lind");
        for friend in [&mut d, &mut r, &mut c] {
            connect(&mut mona, friend);
        }
        // D invited, so that R and C have as many invitations left.
        connect(&mut d, &mut r);
        for visitor in [&mut d, &mut r, &mut c, &mut mona] {
            visitor.open("/notifications").open("/");
        }
        World { site, d, r, c, mona }
    }
}

/// Everything a member can open, in a world where D is Dora and Mona is a friend.
const PAGES: [&str; 24] = [
    "/",
    "/in/dora-lind",
    "/in/dora-lind/mutual",
    "/in/dora-lind/invite",
    "/in/dora-lind/disconnect",
    "/in/dora-lind/connections",
    "/in/mona-lind",
    "/in/mona-lind/mutual",
    "/people",
    "/people?q=dora",
    "/people?q=lind",
    "/connections",
    "/connections?sort=first_name",
    "/connections?sort=last_name",
    "/connections?q=dora",
    "/contacts",
    "/connections/remove",
    "/connections/disconnected",
    "/connections/blocked",
    "/invitations",
    "/invitations?box=sent",
    "/notifications",
    "/settings/privacy",
    "/settings/account",
];

/// What of an answer must not differ: status, headers but the date and the session's own, and the body.
fn answer(visitor: &mut Visitor, path: &str) -> (u16, Vec<(String, String)>, String) {
    let page = visitor.get(path).page.clone();
    let innocent = ["date", "set-cookie"];
    let mut headers: Vec<_> = page.headers.into_iter().filter(|(name, _)| !innocent.contains(&name.as_str())).collect();
    headers.sort();
    (page.status, headers, page.body)
}

/// An answer in which the viewer is called VIEWER and the other of the two OTHER, with whatever is made of their ids.
fn as_anybody(of: (u16, Vec<(String, String)>, String), viewer: &Visitor, other: &Visitor) -> (u16, String) {
    let (status, _, mut body) = of;
    for (who, name) in [(viewer, "VIEWER"), (other, "OTHER")] {
        let first = who.name.split(' ').next().unwrap();
        let initials: String = who.name.split(' ').filter_map(|word| word.chars().next()).collect();
        for text in [&who.handle, &who.name, first, &who.id.to_string(), &initials] {
            body = body.replace(text, name);
        }
        for hue in 0..8 {
            body = body.replace(&format!("hue-{hue}"), "hue");
        }
    }
    (status, body)
}

/// The ways in which D may leave.
fn leave(d: &mut Visitor, way: &str) {
    match way {
        "at once" => d.open("/in/rolf-aske").press("Disconnect"),
        "door open" => d.open("/in/rolf-aske").fill("may_invite_again", "1").press("Disconnect"),
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
    for way in ["at once", "door open", "in bulk", "by a block that was taken back"] {
        let World { site: _site, mut d, mut r, mut c, .. } = World::new();
        leave(&mut d, way);
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
    leave(&mut d, "at once");
    for (path, before) in still.iter().zip(before) {
        assert_eq!(answer(&mut r, path), before, "{path}");
    }
    for (path, seen) in third.iter().zip(seen) {
        // Mona shares one connection fewer with each, as allowed; nothing says whose doing it was.
        let now = answer(&mut mona, path);
        if !path.starts_with("/in/") {
            assert_eq!(now, seen, "{path}");
        }
        assert_eq!((now.0, now.2.matches("disconnect").count()), (seen.0, seen.2.matches("disconnect").count()));
    }
}

#[test]
fn neither_is_suggested_to_the_other_while_the_refusal_stands() {
    let World { site: _site, mut d, mut r, mut c, .. } = World::new();
    assert!(c.open("/people").sees("Dora Lind"));
    leave(&mut d, "at once");
    for path in ["/", "/people"] {
        assert!(!r.open(path).sees("Dora Lind"), "{path}");
        assert!(!d.open(path).sees("Rolf Aske"), "{path}");
    }
}

#[test]
fn undo_and_re_invite_leave_every_page_of_both_as_it_was() {
    for way in ["at once", "door open", "in bulk"] {
        let World { site, mut d, mut r, .. } = World::new();
        site.days_pass(400);
        d.open("/in/rolf-aske").fill("private_note", "From D").fill("tags", "choir").press("Save");
        r.open("/in/dora-lind").fill("private_note", "From R").fill("tags", "school").press("Save");
        let pages = || PAGES.iter().chain(&["/in/rolf-aske", "/in/rolf-aske/mutual"]);
        for person in [&mut d, &mut r] {
            person.open("/");
        }
        let before: Vec<_> = pages().map(|path| (answer(&mut d, path), answer(&mut r, path))).collect();
        leave(&mut d, way);
        if way == "door open" {
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
    leave(&mut d, "at once");
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
fn a_stale_press_is_answered_as_if_nothing_had_happened() {
    for (path, fields) in [
        ("/in/dora-lind/disconnect", vec![]),
        ("/in/dora-lind/remarks", vec![("private_note", "Still here"), ("tags", "choir")]),
        ("/in/dora-lind/block", vec![]),
    ] {
        let press = |left: bool| {
            let World { site: _site, mut d, mut r, .. } = World::new();
            r.open("/in/dora-lind");
            if left {
                leave(&mut d, "at once");
            }
            r.post(path, &fields);
            let to = r.page.headers.iter().find(|(name, _)| name == "location").map(|(_, to)| to.clone());
            let notice = to.as_ref().map(|to| r.open(to).page.body.clone()).unwrap_or_default();
            let notice =
                notice.split("class=\"notice").nth(1).map(|text| text.split("</div>").next().unwrap().to_owned());
            assert!(notice.is_some(), "{path}");
            (r.page.status, to, notice)
        };
        assert_eq!(press(true), press(false), "{path}");
    }
}

#[test]
fn every_cause_of_the_refusal_is_answered_alike() {
    let site = Site::new();
    let mut r = site.member("Rolf Lind");
    let them = whom_nobody_may_invite(&site, &mut r);
    let mut answers = Vec::new();
    for Visitor { name, handle, .. } in &them {
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
