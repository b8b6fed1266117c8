//! What one does toward others, through the API and on the pages: it is the same.

use serde_json::json;

use super::Program;
use crate::support::{Site, Visitor, connect, connect_many};

use amicable::ids::MemberId;

#[test]
fn an_invitation_travels_between_program_and_page() {
    let site = Site::new();
    let [mut ada, mut ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    let (hers, his) = (Program::of(&site, &ada), Program::of(&site, &ben));
    let sent = hers.post("/members/ben-ode/invite", json!({ "note": "From the course" }));
    assert_eq!((sent.status, &sent.body["standing"]), (200, &json!("invitation_sent")));
    assert!(ben.open("/invitations").sees("From the course"));
    let received = his.get("/invitations/received");
    assert_eq!((&received.body["total"], &received.body["items"][0]["note"]), (&json!(1), &json!("From the course")));
    assert_eq!(hers.get("/invitations/sent").body["items"][0]["member"]["handle"], "ben-ode");
    assert_eq!(hers.post("/members/ben-ode/invite", json!({})).problem(), "already-invited");
    assert_eq!(his.post("/members/ada-ruiz/accept", json!({})).body["standing"], "connected");
    assert!(ada.open("/connections").sees("Ben Ode"));
    assert_eq!(hers.get("/connections").body["items"][0]["member"]["full_name"], "Ben Ode");
    assert_eq!(his.post("/members/ada-ruiz/accept", json!({})).status, 200);
    assert_eq!(hers.post("/members/ada-ruiz/invite", json!({})).problem(), "yourself");
}

#[test]
fn declining_and_withdrawing_are_as_silent_as_on_the_page() {
    let site = Site::new();
    let [ada, ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    let (hers, his) = (Program::of(&site, &ada), Program::of(&site, &ben));
    hers.post("/members/ben-ode/invite", json!({}));
    let before = hers.get("/members/ben-ode").body;
    assert_eq!(his.post("/members/ada-ruiz/decline", json!({})).body["standing"], "none");
    assert_eq!(hers.get("/members/ben-ode").body, before);
    assert_eq!(hers.post("/members/ben-ode/withdraw", json!({})).body["standing"], "none");
    let paused = hers.post("/members/ben-ode/invite", json!({}));
    assert_eq!((paused.status, paused.problem()), (409, "paused"));
    assert!(paused.body["detail"].as_str().unwrap().contains("You may invite them again from"));
    assert!(!hers.get("/members/ben-ode").body["hindrance"].as_str().unwrap().is_empty());
}

#[test]
fn a_decline_is_taken_back_by_a_program_too() {
    let site = Site::new();
    let [mut ada, ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    let (hers, his) = (Program::of(&site, &ada), Program::of(&site, &ben));
    hers.post("/members/ben-ode/invite", json!({ "note": "From the course" }));
    let (waiting, sent) = (his.get("/invitations/received").body, ada.open("/invitations?box=sent").text());
    assert_eq!(his.post("/members/ada-ruiz/decline", json!({})).status, 200);
    assert_eq!(his.get("/invitations/received").body["total"], 0);
    let back = his.post("/members/ada-ruiz/decline/undo", json!({}));
    assert_eq!((back.status, &back.body["standing"]), (200, &json!("invitation_received")));
    assert_eq!(his.get("/invitations/received").body, waiting);
    assert_eq!(ada.open("/invitations?box=sent").text(), sent);
    // What was never declined is answered as on the page.
    let nothing = hers.post("/members/ben-ode/decline/undo", json!({}));
    assert_eq!((nothing.status, nothing.problem()), (409, "no-invitation"));
}

#[test]
fn an_invitation_is_withdrawn_from_whoever_is_not_seen() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let hers = Program::of(&site, &ada);
    let mut answers = Vec::new();
    for (name, way) in ways_out_of_sight() {
        let ben = site.member(name);
        assert_eq!(hers.post(&format!("/members/{}/invite", ben.handle), json!({})).status, 200);
        way(&site, &Program::of(&site, &ben), ben.id);
        assert!(ada.open("/invitations?box=sent").sees(name), "{name}");
        let answer = hers.post(&format!("/members/{}/withdraw", ben.handle), json!({}));
        assert_eq!(hers.get("/invitations/sent").body["total"], 0, "{name}");
        answers.push((answer.status, answer.body["standing"].clone()));
    }
    assert!(answers.iter().all(|answer| *answer == (200, json!("none"))), "{answers:?}");
    // Who was never invited is not there.
    let cara = site.member("Cara Aske");
    Program::of(&site, &cara).post("/members/ada-ruiz/block", json!({}));
    assert_eq!(hers.post("/members/cara-aske/withdraw", json!({})).problem(), "not-found");
}

#[test]
fn an_old_profile_page_withdraws_as_the_list_does() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for (name, way) in ways_out_of_sight() {
        let ben = site.member(name);
        let profile = format!("/in/{}", ben.handle);
        ada.open(&format!("{profile}/invite")).press("Send invitation").open(&profile);
        way(&site, &Program::of(&site, &ben), ben.id);
        // A second press is answered as the first.
        for _ in 0..2 {
            ada.post(&format!("{profile}/withdraw"), &[]).follow();
            let told =
                format!("Your invitation to {name} is withdrawn. They have not been told. You may invite them again");
            assert!(ada.page.status == 200 && ada.sees(&told), "{name}: {} {}", ada.page.path, ada.text());
            assert!(!ada.open("/invitations?box=sent").sees(name), "{name}");
        }
    }
    let cara = site.member("Cara Aske");
    Program::of(&site, &cara).post("/members/ada-ruiz/block", json!({}));
    ada.post("/in/cara-aske/withdraw", &[]);
    assert_eq!(ada.page.status, 404);
}

type Way = fn(&Site, &Program, MemberId);

/// How a member who was invited may come out of sight, or not, afterwards.
fn ways_out_of_sight() -> [(&'static str, Way); 4] {
    [
        ("Ben Decliner", |_, his, _| assert_eq!(his.post("/members/ada-ruiz/decline", json!({})).status, 200)),
        ("Ben Blocker", |_, his, _| assert_eq!(his.post("/members/ada-ruiz/block", json!({})).status, 200)),
        ("Ben Hidden", |site, _, id| run(site, &format!("UPDATE members SET hidden_at = 1 WHERE id = {id}"))),
        ("Ben Leaver", |site, _, id| {
            run(site, &format!("UPDATE members SET deletion_due_at = 9999999999 WHERE id = {id}"));
        }),
    ]
}

fn run(site: &Site, sql: &str) {
    site.db.write_blocking(|connection| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql), connection)?)).unwrap();
}

#[test]
fn a_removal_may_name_more_than_a_statement_takes() {
    let site = Site::new();
    let [mut ada, mut ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    let hers = Program::of(&site, &ada);
    for odd in ["\u{0}", "", "BEN ODE", "ö"] {
        let odd = json!({ "members": [{ "handle": odd, "connected_since": null }] });
        assert_eq!(hers.post("/removals", odd).problem(), "nobody");
    }
    let mut named: Vec<_> =
        (0..40_000).map(|at| json!({ "handle": format!("nobody-{at}"), "connected_since": null })).collect();
    assert_eq!(hers.post("/removals", json!({ "members": named })).problem(), "nobody");
    connect(&mut ada, &mut ben);
    named.push(json!({ "handle": "ben-ode", "connected_since": null }));
    assert_eq!(hers.post("/removals", json!({ "members": named })).body["number"], 1);
}

#[test]
fn two_who_change_a_profile_keep_each_others_fields() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let (one, other) = (Program::of(&site, &ada), Program::of(&site, &ada));
    let change = |program: &Program, field: &str, value: &str| {
        let body = json!({ field: value }).to_string();
        assert_eq!(program.ask("PATCH", "/profile", "application/json", body.as_bytes()).status, 200);
    };
    for round in 0..20 {
        let value = format!("Round {round}");
        std::thread::scope(|scope| {
            scope.spawn(|| change(&one, "headline", &value));
            scope.spawn(|| change(&other, "location", &value));
        });
        let profile = one.get("/profile").body;
        assert_eq!((&profile["headline"], &profile["location"]), (&json!(value), &json!(value)));
    }
}

#[test]
fn a_disconnect_is_restored_whole() {
    let site = Site::new();
    let [mut ada, mut ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    connect(&mut ada, &mut ben);
    let hers = Program::of(&site, &ada);
    let connected = hers.get("/members/ben-ode").body;
    let reason = json!({ "private_reason": "Too loud", "may_invite_again": true });
    assert_eq!(hers.post("/members/ben-ode/disconnect", reason).body["standing"], "disconnected");
    let former = hers.get("/connections/disconnected").body;
    assert_eq!((&former["total"], &former["items"][0]["private_reason"]), (&json!(1), &json!("Too loud")));
    assert_eq!(former["items"][0]["may_invite_again"], true);
    let changed = hers.post("/members/ben-ode/may-invite-again", json!({ "may_invite_again": false }));
    assert_eq!(changed.status, 200);
    assert_eq!(hers.get("/connections/disconnected").body["items"][0]["may_invite_again"], false);
    assert_eq!(hers.post("/members/ben-ode/re-invite", json!({})).body, connected);
    assert_eq!(hers.post("/members/ben-ode/re-invite", json!({})).body, connected);
}

#[test]
fn a_blocked_member_finds_nobody() {
    let site = Site::new();
    let [mut ada, mut ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    connect(&mut ada, &mut ben);
    let (hers, his) = (Program::of(&site, &ada), Program::of(&site, &ben));
    assert_eq!(hers.post("/members/ben-ode/block", json!({})).body["standing"], "blocked");
    let blocked = |at: usize| hers.get("/connections/blocked").body["items"][at].clone();
    assert_eq!((&blocked(0)["member"]["handle"], &blocked(0)["were_connected"]), (&json!("ben-ode"), &json!(true)));
    let mut cara = site.member("Cara Aske");
    hers.post("/members/cara-aske/block", json!({}));
    assert_eq!((&blocked(0)["member"]["handle"], &blocked(0)["were_connected"]), (&json!("cara-aske"), &json!(false)));
    hers.post("/members/cara-aske/unblock", json!({}));
    // Of somebody who had left before, too.
    connect(&mut ada, &mut cara);
    Program::of(&site, &cara).post("/members/ada-ruiz/disconnect", json!({}));
    hers.post("/members/cara-aske/block", json!({}));
    assert_eq!(blocked(0)["were_connected"], false);
    for path in ["/members/ada-ruiz", "/members/nobody-here"] {
        assert_eq!((his.get(path).status, his.get(path).problem()), (404, "not-found"), "{path}");
    }
    assert_eq!(his.post("/members/ada-ruiz/invite", json!({})).status, 404);
    assert_eq!(hers.post("/members/ben-ode/unblock", json!({})).body["standing"], "disconnected");
}

#[test]
fn connections_come_in_pages_with_the_filters_of_the_screen() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 120);
    let hers = Program::of(&site, &ada);
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = hers.get(&format!("/connections?sort=first_name&cursor={cursor}")).body;
        assert_eq!(page["total"], 120);
        names.extend(page["items"].as_array().unwrap().iter().map(|row| row["member"]["full_name"].to_string()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    }
    let mut sorted = names.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((names.len(), &names), (120, &sorted));
    assert_eq!(hers.get("/connections?q=007").body["total"], 1);
    let odd = hers.get("/connections?cursor=after%3D1~2~3%26page%3D2");
    assert_eq!((odd.status, odd.problem()), (422, "unreadable"));
}

#[test]
fn a_removal_is_begun_confirmed_and_undone() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 60);
    let hers = Program::of(&site, &ada);
    let draft = hers.post("/removals", json!({ "filter": { "q": "Person" } }));
    assert_eq!((draft.status, &draft.body["number"]), (201, &json!(60)));
    let at = format!("/removals/{}", draft.body["id"].as_str().unwrap());
    assert_eq!(hers.get(&format!("{at}/members")).body["items"].as_array().unwrap().len(), 50);
    let done = hers.post(&format!("{at}/confirm"), json!({ "private_reason": "Never met" }));
    assert_eq!((&done.body["removed"], &done.body["private_reason"]), (&json!(60), &json!("Never met")));
    assert_eq!(hers.get("/connections").body["total"], 0);
    assert!(ada.open(&format!("/connections/remove/{}", &at[10..])).sees("60 connections removed."));
    assert_eq!(hers.post(&format!("{at}/undo"), json!({})).body["restored"], 60);
    assert_eq!(hers.get("/connections").body["total"], 60);
    let one = hers.get("/connections").body["items"][0].clone();
    let one = json!({ "handle": one["member"]["handle"], "connected_since": one["connected_since"] });
    let draft = hers.post("/removals", json!({ "members": [one] })).body;
    assert_eq!(draft["number"], 1);
    assert_eq!(hers.delete(&format!("/removals/{}", draft["id"].as_str().unwrap())).status, 204);
    assert_eq!(hers.get(&format!("/removals/{}", draft["id"].as_str().unwrap())).status, 404);
    assert_eq!(hers.post("/removals", json!({})).problem(), "nobody");
    let day = hers.post("/removals", json!({ "filter": { "connected_before": "soon" } }));
    assert_eq!((day.status, &day.body["errors"][0]["field"]), (422, &json!("connected_before")));
}

#[test]
fn of_many_drafts_the_oldest_goes() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 3);
    let hers = Program::of(&site, &ada);
    let begin = |_| {
        let draft = hers.post("/removals", json!({ "filter": {} })).body;
        format!("/removals/{}", draft["id"].as_str().unwrap())
    };
    let drafts: Vec<String> = (0..23).map(begin).collect();
    let is_there = |path: &String| hers.get(path).status == 200;
    assert_eq!(drafts.iter().map(is_there).collect::<Vec<_>>(), [[false; 3].as_slice(), &[true; 20]].concat());
    let count = |sql: &str| site.db.read_blocking(|connection| amicable::db::number(connection, sql)).unwrap();
    assert_eq!(count("SELECT COUNT(*) AS number FROM removal_members"), 60);
    // What was confirmed is no draft.
    assert_eq!(hers.post(&format!("{}/confirm", drafts[22]), json!({})).body["removed"], 3);
    assert!(is_there(&drafts[22]));
}

#[test]
fn messages_are_sent_read_and_deleted() {
    let site = Site::new();
    let [mut ada, mut ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    let (hers, his) = (Program::of(&site, &ada), Program::of(&site, &ben));
    let refused = hers.post("/conversations/ben-ode/messages", json!({ "text": "Hello" }));
    assert_eq!((refused.status, refused.problem()), (409, "not-connected"));
    connect(&mut ada, &mut ben);
    let draft = [("message", "Not sent yet")];
    ada.open("/inbox/ben-ode").post("/inbox/ben-ode/draft", &draft);
    let sent = hers.post("/conversations/ben-ode/messages", json!({ "text": "Hello\r\nBen" }));
    assert_eq!((sent.status, &sent.body["text"]), (201, &json!("Hello\nBen")));
    assert!(ada.open("/inbox/ben-ode").page.body.contains("Not sent yet"));
    let listed = his.get("/conversations").body["items"][0].clone();
    assert_eq!((&listed["is_unread"], &listed["newest"]["text"]), (&json!(true), &json!("Hello\nBen")));
    assert_eq!(his.get("/conversations/ada-ruiz/messages").body["items"][0]["is_mine"], false);
    assert_eq!(his.get("/conversations").body["items"][0]["is_unread"], true);
    assert_eq!(his.post("/conversations/ada-ruiz/read", json!({ "is_read": true })).status, 204);
    assert_eq!(his.get("/conversations").body["items"][0]["is_unread"], false);
    let path = format!("/conversations/ben-ode/messages/{}", sent.body["id"].as_str().unwrap());
    let deleted = hers.delete(&path);
    assert!(hers.get("/conversations/ben-ode/messages").body["items"].as_array().unwrap().is_empty());
    let undo = format!("/message-deletions/{}/undo", deleted.body["undo"].as_str().unwrap());
    assert_eq!(hers.post(&undo, json!({})).status, 204);
    assert_eq!(hers.get("/conversations/ben-ode/messages").body["items"][0]["text"], "Hello\nBen");
    assert_eq!(hers.post(&undo, json!({})).status, 204, "what is back already stays so");
    assert_eq!(hers.delete("/conversations/ben-ode").status, 200);
    assert_eq!(his.get("/conversations/ada-ruiz/messages").body["items"][0]["text"], "Hello\nBen");
    assert_eq!(his.delete("/conversations/ada-ruiz/messages/1").status, 404);
}

#[test]
fn the_profile_changes_as_its_form_does() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let hers = Program::of(&site, &ada);
    let change =
        |body: serde_json::Value| hers.ask("PATCH", "/profile", "application/json", body.to_string().as_bytes());
    let changed = change(json!({ "headline": "Builds bridges", "about": "One\nTwo" }));
    assert_eq!((changed.status, &changed.body["headline"]), (200, &json!("Builds bridges")));
    assert_eq!(changed.body["full_name"], "Ada Ruiz");
    assert!(ada.open("/in/ada-ruiz").sees("Builds bridges"));
    let wrong = change(json!({ "full_name": "", "headline": "x".repeat(201) }));
    let fields: Vec<&str> =
        wrong.body["errors"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!((wrong.status, wrong.problem(), fields), (422, "invalid", vec!["full_name", "headline"]));
    assert_eq!(hers.get("/profile").body["headline"], "Builds bridges");
}

#[test]
fn no_page_goes_on_with_the_draft_of_a_program() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 3);
    let hers = Program::of(&site, &ada);
    let ticked = |ada: &mut Visitor, name: &str| {
        ada.open("/connections/remove");
        let handle = name.to_lowercase().replace(' ', "-");
        let form = [("member", handle.as_str()), ("press", "save")];
        let shown = ada
            .page
            .body
            .split("name=\"shown\" value=\"")
            .nth(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned());
        let shown = shown.unwrap_or_default();
        ada.post("/connections/remove", &[form[0], form[1], ("shown", &shown)]);
    };
    let items = hers.get("/connections").body["items"].clone();
    let one =
        |at: usize| json!({ "handle": items[at]["member"]["handle"], "connected_since": items[at]["connected_since"] });
    ticked(&mut ada, items[1]["member"]["full_name"].as_str().unwrap());
    assert!(ada.open("/connections/remove").sees("1 selected"), "{}", ada.text());
    for _ in 0..20 {
        hers.post("/removals", json!({ "members": [one(0)] }));
    }
    let draft = hers.post("/removals", json!({ "members": [one(0)] })).body;
    assert_eq!(draft["number"], 1);
    // What was ticked before is still there, and what is ticked now is added to that.
    assert!(ada.open("/connections/remove").sees("1 selected"), "{}", ada.text());
    ticked(&mut ada, items[2]["member"]["full_name"].as_str().unwrap());
    assert!(ada.open("/connections/remove").sees("2 selected"), "{}", ada.text());
    let done = hers.post(&format!("/removals/{}/confirm", draft["id"].as_str().unwrap()), json!({}));
    assert_eq!((&done.body["removed"], hers.get("/connections").body["total"].as_i64()), (&json!(1), Some(2)));
}
