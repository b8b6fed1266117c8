//! The address book through the API.

use serde_json::{Value, json};

use super::{Answer, Program};
use crate::support::Site;

fn put(program: &Program, path: &str, body: Value) -> Answer {
    program.ask("PUT", path, "application/json", body.to_string().as_bytes())
}

#[test]
fn a_contact_is_added_found_changed_deleted_and_back() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let hers = Program::of(&site, &ada);
    let card = json!({
        "full_name": "Zoë Ng", "company": "Ferry & Sons", "birthday": "--03-12", "tags": ["School", "Chess"],
        "emails": [{ "kind": "work", "value": "zoe@example.org" }, { "value": "z@example.org" }],
        "phones": [{ "kind": "mobile", "value": "+49 30 123456" }],
        "addresses": [{ "kind": "home", "street": "Quay 1", "city": "Porto" }, { "city": "Rome" }],
    });
    let added = hers.post("/contacts", card.clone());
    assert_eq!(added.status, 201, "{added:?}");
    for (field, value) in card.as_object().unwrap() {
        let got = &added.body["card"][field];
        let alike = |sent: &Value, got: &Value| match (sent.as_object(), got.as_object()) {
            (Some(sent), Some(got)) => sent.iter().all(|(name, value)| &got[name] == value),
            _ => sent == got,
        };
        match (value.as_array(), got.as_array()) {
            (Some(sent), Some(got)) => {
                assert!(sent.len() == got.len() && sent.iter().zip(got).all(|(sent, got)| alike(sent, got)), "{field}")
            }
            _ => assert_eq!(got, value, "{field}"),
        }
    }
    let at = format!("/contacts/{}", added.body["id"].as_str().unwrap());
    assert!(ada.open(&at).sees("Ferry & Sons"));
    assert_eq!(hers.get("/contacts?q=ferry").body["total"], 1);
    assert_eq!(hers.get("/contacts?tag=Chess").body["items"][0]["email"], "zoe@example.org");
    let change = json!({ "version": added.body["version"], "card": { "full_name": "Zoë Ng", "company": "Harbour" } });
    let changed = put(&hers, &at, change.clone());
    assert_eq!((changed.status, &changed.body["card"]["emails"]), (200, &json!([])));
    assert_eq!(put(&hers, &at, change).problem(), "changed-meanwhile");
    let deleted = hers.delete(&at);
    assert_eq!((hers.get(&at).status, hers.delete(&at).body), (404, json!({ "undo": null })));
    let undo = format!("/contact-removals/{}/undo", deleted.body["undo"].as_str().unwrap());
    assert_eq!(hers.post(&undo, json!({})).body, json!({ "restored": 1 }));
    assert_eq!(hers.get(&at).body["card"]["company"], "Harbour");
}

#[test]
fn a_contact_of_somebody_else_is_not_there() {
    let site = Site::new();
    let [ada, ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    let (hers, his) = (Program::of(&site, &ada), Program::of(&site, &ben));
    let added = hers.post("/contacts", json!({ "full_name": "Zoë Ng" })).body;
    let at = format!("/contacts/{}", added["id"].as_str().unwrap());
    assert_eq!(his.get(&at).status, 404);
    assert_eq!(put(&his, &at, json!({ "version": 1, "card": { "full_name": "Mine" } })).status, 404);
    assert_eq!(his.delete(&at).body, json!({ "undo": null }));
    assert_eq!(hers.get(&at).body, added);
}

#[test]
fn what_a_card_cannot_be_is_told_by_field() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let hers = Program::of(&site, &ada);
    let many: Vec<Value> = (0..51).map(|at| json!({ "value": format!("{at}") })).collect();
    for (card, field) in [
        (json!({}), "full_name"),
        (json!({ "full_name": "A", "emails": [{ "value": "nobody" }] }), "email"),
        (json!({ "full_name": "A", "birthday": "soon" }), "birthday_day"),
        (json!({ "full_name": "A", "connected_on": "soon" }), "connected_on"),
        (json!({ "full_name": "A", "phones": many }), "phones"),
        (json!({ "full_name": "A\u{0}" }), "full_name"),
        (json!({ "full_name": "x".repeat(501) }), "full_name"),
    ] {
        let answer = hers.post("/contacts", card.clone());
        assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (422, &json!(field)), "{card}");
    }
    assert_eq!(hers.get("/contacts").body["total"], 0);
}
