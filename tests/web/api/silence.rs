//! D disconnects from R; C was never connected with D. What R's programs get is what C's get.

use serde_json::{Value, json};

use super::{Answer, Program};
use crate::support::{PASSWORD, Site, Visitor, connect, whom_nobody_may_invite};

/// D, R and C, with Mona, whom all know.
fn world() -> (Site, [Visitor; 4]) {
    let site = Site::unmetered();
    let [mut d, mut r, mut c, mut mona] =
        ["Dora Lind", "Rolf Aske", "Cara Aske", "Mona Lind"].map(|name| site.member(name));
    for friend in [&mut d, &mut r, &mut c] {
        connect(&mut mona, friend);
    }
    connect(&mut d, &mut r);
    (site, [d, r, c, mona])
}

/// Status, headers and body of an answer, as they are compared.
type Compared = (u16, Vec<(String, String)>, String);

/// A value with the ids and moments taken out, and nothing else: a number of something must not differ either.
fn masked(value: Value) -> Value {
    let is_id = |name: &str| ["id", "undo", "next_cursor"].contains(&name);
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| match value {
                Value::String(_) if is_id(&name) => (name, json!("an id")),
                value => (name, masked(value)),
            })
            .collect(),
        Value::Array(all) => all.into_iter().map(masked).collect(),
        Value::String(text) if text.parse::<jiff::Timestamp>().is_ok() => json!("a moment"),
        value => value,
    }
}

#[test]
fn numbers_are_compared_and_ids_are_not() {
    let answer = |total: i64, id: &str, at: &str| masked(json!({ "total": total, "items": [{ "id": id, "at": at }] }));
    let one = answer(1, "71", "2026-03-12T08:30:00Z");
    assert_eq!(one, answer(1, "72", "2026-03-13T08:30:00Z"));
    assert_ne!(one, answer(2, "71", "2026-03-12T08:30:00Z"));
}

/// What of an answer must not differ.
fn comparable(answer: Answer) -> Compared {
    let mut headers = answer.headers;
    headers.retain(|(name, _)| !["date", "content-length", "x-request-id"].contains(&name.as_str()));
    headers.sort();
    (answer.status, headers, masked(answer.body).to_string())
}

const PATHS: [&str; 11] = [
    "/members/dora-lind",
    "/members/mona-lind",
    "/connections",
    "/connections?q=dora",
    "/connections/disconnected",
    "/connections/blocked",
    "/invitations/received",
    "/invitations/sent",
    "/contacts",
    "/conversations",
    "/conversations/dora-lind/messages",
];

/// Everything that a program may do toward a member, with every parameter and none.
fn sweep() -> Vec<(&'static str, Value)> {
    vec![
        ("accept", json!({})),
        ("decline", json!({})),
        ("withdraw", json!({})),
        ("re-invite", json!({})),
        ("disconnect", json!({})),
        ("disconnect", json!({ "may_invite_again": true, "private_reason": "x" })),
        ("disconnect", json!({ "connected_since": "2020-01-01T00:00:00Z" })),
        ("may-invite-again", json!({ "may_invite_again": true })),
        ("may-invite-again", json!({ "may_invite_again": false })),
        ("invite", json!({})),
        ("invite", json!({ "note": "Hello" })),
        ("block", json!({ "connected_since": "2020-01-01T00:00:00Z" })),
        ("unblock", json!({})),
        ("re-invite", json!({})),
        ("invite", json!({})),
    ]
}

#[test]
fn whoever_was_disconnected_gets_what_a_stranger_gets() {
    for way in [json!({}), json!({ "may_invite_again": true })] {
        let (site, [d, r, c, _mona]) = world();
        Program::of(&site, &d).post("/members/rolf-aske/disconnect", way);
        let (hers, control) = (Program::of(&site, &r), Program::of(&site, &c));
        for path in PATHS {
            assert_eq!(comparable(hers.get(path)), comparable(control.get(path)), "{path}");
        }
    }
}

#[test]
fn a_sweep_tells_whoever_was_disconnected_nothing() {
    let (site, [d, r, mut c, _mona]) = world();
    // The control's own cause of a refusal: D accepts no invitations, of anybody.
    let mut d = d;
    d.open("/settings/privacy").fill("who_may_invite", "nobody").press("Save");
    c.read_all();
    Program::of(&site, &d).post("/members/rolf-aske/disconnect", json!({}));
    let (hers, control) = (Program::of(&site, &r), Program::of(&site, &c));
    for (deed, body) in sweep() {
        let path = format!("/members/dora-lind/{deed}");
        let (got, wanted) = (hers.post(&path, body.clone()), control.post(&path, body.clone()));
        assert_eq!(comparable(got), comparable(wanted), "{deed} {body}");
        for path in PATHS {
            assert_eq!(comparable(hers.get(path)), comparable(control.get(path)), "after {deed} {body}: {path}");
        }
    }
    let removal = json!({ "members": [{ "handle": "dora-lind", "connected_since": "2020-01-01T00:00:00Z" }] });
    let (got, wanted) = (hers.post("/removals", removal.clone()), control.post("/removals", removal));
    assert_eq!(comparable(got), comparable(wanted));
}

#[test]
fn a_refused_invitation_has_one_answer_whatever_the_cause() {
    let site = Site::unmetered();
    let mut visitor = site.member("Vera Lind");
    let them = whom_nobody_may_invite(&site, &mut visitor);
    let hers = Program::of(&site, &visitor);
    let answers: Vec<_> = them
        .iter()
        .map(|one| {
            let answer = hers.post(&format!("/members/{}/invite", one.handle), json!({ "note": "Hello" }));
            assert_eq!((answer.status, answer.problem()), (409, "refused"), "{}", one.name);
            assert_eq!(answer.body["detail"], "This user cannot be invited at this time");
            comparable(answer)
        })
        .collect();
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
    assert_eq!(hers.get("/invitations/sent").body["total"], 0);
}

#[test]
fn a_stale_disconnect_is_answered_as_if_nothing_had_been() {
    let (site, [d, r, _c, _mona]) = world();
    let hers = Program::of(&site, &r);
    let seen = hers.get("/members/dora-lind").body["connected_since"].clone();
    Program::of(&site, &d).post("/members/rolf-aske/disconnect", json!({}));
    let answer = hers.post("/members/dora-lind/disconnect", json!({ "connected_since": seen }));
    assert_eq!((answer.status, &answer.body["standing"]), (200, &json!("disconnected")));
    assert_eq!(hers.get("/connections/disconnected").body["items"][0]["member"]["handle"], "dora-lind");
}

/// What R's program is answered to everything, pages it saw before or not, once D has ended it.
fn answers(site: &Site, r: &Visitor, since: &Value) -> Vec<Compared> {
    let hers = Program::of(site, r);
    let read = || PATHS.map(|path| comparable(hers.get(path)));
    let mut told = read().to_vec();
    let message = json!({ "text": "Are you there?" });
    told.push(comparable(hers.post("/conversations/dora-lind/messages", message)));
    let removal = json!({ "members": [{ "handle": "dora-lind", "connected_since": since }] });
    told.push(comparable(hers.post("/removals", removal)));
    for (deed, body) in sweep() {
        told.push(comparable(hers.post(&format!("/members/dora-lind/{deed}"), body)));
    }
    told.extend(read());
    told
}

/// D and R, who have written to each other, with since when they are connected.
fn talking() -> (Site, [Visitor; 4], Value) {
    let (site, [mut d, r, c, mona]) = world();
    d.open("/inbox/rolf-aske").fill("message", "Do you still sing?").press("Send message");
    let since = Program::of(&site, &r).get("/members/dora-lind").body["connected_since"].clone();
    (site, [d, r, c, mona], since)
}

fn delete(d: &mut Visitor) {
    d.open("/settings/data/delete").fill("password", PASSWORD).press("Delete my account");
    assert!(d.sees("Your account will be deleted"), "{}", d.text());
}

#[test]
fn a_deletion_under_way_is_answered_as_a_block() {
    let [blocked, leaving] = ["block", "deletion"].map(|end| {
        let (site, [mut d, r, ..], since) = talking();
        match end {
            "block" => drop(Program::of(&site, &d).post("/members/rolf-aske/block", json!({}))),
            _ => delete(&mut d),
        }
        answers(&site, &r, &since)
    });
    for (at, (blocked, leaving)) in blocked.iter().zip(&leaving).enumerate() {
        assert_eq!(blocked, leaving, "{at}");
    }
}

#[test]
fn a_deletion_tells_nobody_who_had_left_before() {
    let [left, stayed] = [true, false].map(|left| {
        let (site, [mut d, r, ..], since) = talking();
        if left {
            Program::of(&site, &d).post("/members/rolf-aske/disconnect", json!({}));
        }
        delete(&mut d);
        answers(&site, &r, &since)
    });
    for (at, (left, stayed)) in left.iter().zip(&stayed).enumerate() {
        assert_eq!(left, stayed, "{at}");
    }
}
