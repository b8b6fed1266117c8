//! Under an idempotency key a request is done once.

use amicable::accounts::tokens;
use amicable::relationship::Limits;
use diesel::prelude::*;
use serde_json::json;

use super::Program;
use crate::support::{Site, connect};

#[test]
fn the_same_request_under_a_key_is_done_once() {
    let site = Site::new();
    let [mut ada, mut ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    connect(&mut ada, &mut ben);
    let mut hers = Program::of(&site, &ada);
    let hello = json!({ "text": "Hello" });
    hers.key = "one".into();
    let first = hers.post("/conversations/ben-ode/messages", hello.clone());
    let again = hers.post("/conversations/ben-ode/messages", hello.clone());
    assert_eq!((first.status, again.status, &first.body), (201, 201, &again.body));
    hers.key = "two".into();
    assert_eq!(hers.post("/conversations/ben-ode/messages", hello.clone()).status, 201);
    hers.key = String::new();
    assert_eq!(hers.post("/conversations/ben-ode/messages", hello).status, 201);
    assert_eq!(hers.get("/conversations/ben-ode/messages").body["items"].as_array().unwrap().len(), 3);
}

#[test]
fn a_key_with_another_request_is_refused() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let (mut hers, mut other) = (Program::of(&site, &ada), Program::of(&site, &ada));
    (hers.key, other.key) = ("one".into(), "one".into());
    assert_eq!(hers.post("/contacts", json!({ "full_name": "Zoë Ng" })).status, 201);
    let changed = hers.post("/contacts", json!({ "full_name": "Zoe Ng" }));
    assert_eq!((changed.status, changed.problem()), (409, "key-used"));
    let said = site.visitor().open("/api").text();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("with another request is answered with 409 and the type key-used"), "{said}");
    // Another token has keys of its own.
    assert_eq!(other.post("/contacts", json!({ "full_name": "Zoe Ng" })).status, 201);
    hers.key = "ö".repeat(3);
    assert_eq!(hers.post("/contacts", json!({ "full_name": "Ann Vu" })).status, 422);
    assert_eq!(other.get("/contacts").body["total"], 2);
}

#[test]
fn what_came_too_often_says_when_and_is_done_then() {
    let site = Site::with(Limits { invitations: 1, ..Limits::default() });
    let ada = site.member("Ada Ruiz");
    for name in ["Ben Ode", "Eve Lund"] {
        site.member(name);
    }
    let mut hers = Program::of(&site, &ada);
    assert_eq!(hers.post("/members/ben-ode/invite", json!({})).status, 200);
    hers.key = "one".into();
    let refused = hers.post("/members/eve-lund/invite", json!({}));
    assert_eq!((refused.status, refused.problem()), (429, "invitations-used-up"));
    let seconds: i64 = refused.header("retry-after").parse().unwrap();
    assert!(seconds > 3_600, "{seconds}");
    site.days_pass(7);
    assert_eq!(hers.post("/members/eve-lund/invite", json!({})).status, 200);
}

#[test]
fn a_refusal_is_kept_and_an_absence_is_not() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let mut hers = Program::of(&site, &ada);
    hers.key = "one".into();
    assert_eq!(hers.post("/members/ben-ode/invite", json!({})).status, 404);
    let ben = site.member("Ben Ode");
    assert_eq!(hers.post("/members/ben-ode/invite", json!({})).status, 200);
    hers.key = "two".into();
    assert_eq!(hers.post("/members/ben-ode/invite", json!({})).problem(), "already-invited");
    Program::of(&site, &ben).post("/members/ada-ruiz/accept", json!({}));
    assert_eq!(hers.post("/members/ben-ode/invite", json!({})).problem(), "already-invited");
}

#[test]
fn two_at_once_under_a_key_are_done_once() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let mut hers = Program::of(&site, &ada);
    hers.key = "one".into();
    let hers = &hers;
    let answers: Vec<_> = std::thread::scope(|scope| {
        let ask = || scope.spawn(|| hers.post("/contacts", json!({ "full_name": "Zoë Ng" })));
        let all: Vec<_> = (0..6).map(|_| ask()).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.body == answers[0].body), "{answers:?}");
    assert_eq!(hers.get("/contacts").body["total"], 1);
}

#[test]
fn a_key_of_one_program_stops_no_message_of_another() {
    let site = Site::new();
    let [mut ada, mut ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    connect(&mut ada, &mut ben);
    let (mut hers, mut other) = (Program::of(&site, &ada), Program::of(&site, &ada));
    (hers.key, other.key) = ("one".into(), "one".into());
    for program in [&hers, &other] {
        assert_eq!(program.post("/conversations/ben-ode/messages", json!({ "text": "Hello" })).status, 201);
    }
    assert_eq!(hers.get("/conversations/ben-ode/messages").body["items"].as_array().unwrap().len(), 2);
}

#[test]
fn what_was_answered_goes_with_the_token() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let kept = || {
        let sql = "SELECT COUNT(*) AS number FROM api_answers";
        site.db.read_blocking(|connection| amicable::db::number(connection, sql)).unwrap()
    };
    let ask = || {
        let mut hers = Program::of(&site, &ada);
        hers.key = "one".into();
        assert_eq!(hers.post("/contacts", json!({ "full_name": "Zoë Ng" })).status, 201);
    };
    ask();
    ask();
    assert_eq!(kept(), 2);
    ada.open("/settings/tokens").press("Revoke");
    assert_eq!(kept(), 1, "{}", ada.text());
    ada.open("/settings/password").fill("password", crate::support::PASSWORD);
    ada.fill("new_password", "quite another password").press("Save");
    assert_eq!(kept(), 0, "{}", ada.text());
}

#[test]
fn an_answer_is_forgotten_after_a_day() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let mut hers = Program::of(&site, &ada);
    hers.key = "one".into();
    hers.post("/contacts", json!({ "full_name": "Zoë Ng" }));
    let run = |sql: &str| site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    run("UPDATE api_answers SET created_at = created_at - 86401");
    assert_eq!(hers.post("/contacts", json!({ "full_name": "Zoë Ng" })).status, 201);
    assert_eq!(hers.get("/contacts").body["total"], 2);
    run("UPDATE api_answers SET created_at = created_at - 86401");
    site.db.write_blocking(tokens::purge).unwrap();
    assert_eq!(run("DELETE FROM api_answers"), 0);
}
