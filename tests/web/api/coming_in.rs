//! Who is let in: tokens are made, shown once, revoked; a request is let in by one alone.

use amicable::accounts::tokens::{self, MAX_TOKENS, NewToken, Scope};
use amicable::limits::Limit;
use diesel::prelude::*;

use super::{Program, operations};
use crate::support::{PASSWORD, Site, Visitor};

/// Makes a token on the page, and takes it down.
fn made(member: &mut Visitor, name: &str, scope: &str) -> String {
    member.open("/settings/tokens").fill("name", name).fill("scope", scope).press("New token");
    let secret = member.page.body.split("value=\"amicable_").nth(1).expect("the token is shown");
    format!("amicable_{}", secret.split('"').next().unwrap())
}

#[test]
fn a_new_token_is_shown_once_and_opens_its_scope() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let secret = made(&mut ada, "Backup <1>", "profile:read");
    let path = ada.page.path.clone();
    assert!(ada.sees("Token Backup <1>"), "{}", ada.text());
    let program = Program::bearing(&site, &secret);
    let profile = program.get("/profile");
    assert_eq!((profile.status, profile.body["handle"].as_str()), (200, Some("ada-ruiz")));
    assert_eq!(program.get("/contacts").problem(), "forbidden");
    assert!(!ada.open(&path).page.body.contains(&secret) && ada.sees("This token was shown once."));
    ada.open("/settings/tokens");
    assert!(!ada.page.body.contains(&secret) && ada.sees("Backup <1>") && ada.sees("Last used today"));
    assert!(ada.open("/settings/devices").sees("Token for programs made: Backup <1>"), "{}", ada.text());
}

#[test]
fn a_revoked_token_opens_nothing() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (one, other) = (made(&mut ada, "One", "profile:read"), made(&mut ada, "Two", "profile:read"));
    // The newest stands first.
    ada.open("/settings/tokens").press("Revoke");
    assert!(ada.sees("The token Two is revoked."));
    assert_eq!(Program::bearing(&site, &one).get("/profile").status, 200);
    assert_eq!(Program::bearing(&site, &other).get("/profile").problem(), "unauthorized");
}

#[test]
fn a_new_password_revokes_all_tokens() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let program = Program::of(&site, &ada);
    ada.open("/settings/password").fill("password", PASSWORD).fill("new_password", "quite another password");
    ada.press("Save");
    assert_eq!(program.get("/profile").status, 401, "{}", ada.text());
}

#[test]
fn a_form_that_asks_for_nothing_is_shown_again() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/settings/tokens").post("/settings/tokens", &[("name", ""), ("days", "7")]);
    assert_eq!(ada.page.status, 422);
    for told in ["Name cannot be empty.", "Select what the program may do.", "Choose how long it works."] {
        assert!(ada.sees(told), "{told}");
    }
    let (db, id) = (&site.db, ada.id);
    let new = NewToken { name: "One".into(), scopes: vec![Scope::ReadProfile], days: None };
    for _ in 0..MAX_TOKENS {
        db.write_blocking(|connection| tokens::make(connection, id, &new)).unwrap().unwrap();
    }
    ada.post("/settings/tokens", &[("name", "One more"), ("scope", "profile:read")]);
    assert!(ada.page.status == 422 && ada.sees("You have 50 tokens, and more cannot be made."), "{}", ada.text());
}

#[test]
fn a_token_is_made_by_somebody_who_shows_that_it_is_them() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let sql = "UPDATE sessions SET confirmed_at = 1";
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    ada.open("/settings/tokens").fill("name", "Backup").fill("scope", "profile:read").press("New token");
    assert!(ada.page.status == 403 && ada.sees("Confirm it is you"), "{}", ada.text());
}

#[test]
fn nobody_is_let_in_but_by_a_token_that_is_good() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut program = Program::of(&site, &ada);
    let good = program.authorization.clone();
    let other = format!("{}0", &good[..good.len() - 1]);
    for authorization in ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer amicable_1_0", &other, &good[7..]] {
        program.authorization = authorization.to_owned();
        for (method, path) in operations().into_iter().chain([("GET".to_owned(), "/nothing".to_owned())]) {
            let answer = program.ask(&method, &path, "", b"");
            assert_eq!((answer.status, answer.problem()), (401, "unauthorized"), "{authorization} {method} {path}");
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"Amicable\"");
            if !authorization.is_empty() {
                break;
            }
        }
    }
    // A cookie opens nothing, and a token no page.
    assert_eq!(ada.get("/api/v1/profile").page.status, 401);
    let page = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().new_agent();
    let page = page.get(format!("{}/connections", site.address)).header("Authorization", &good).call().unwrap();
    assert_eq!(page.status(), 303);
}

#[test]
fn answers_carry_no_cookie_and_let_no_other_site_read() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let program = Program::of(&site, &ada);
    for answer in [program.get("/profile"), program.get("/nothing"), program.ask("OPTIONS", "/profile", "", b"")] {
        for name in ["set-cookie", "access-control-allow-origin", "location"] {
            assert_eq!(answer.header(name), "", "{name}");
        }
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[test]
fn an_expired_token_and_a_suspended_member_are_kept_out() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let program = Program::of(&site, &ada);
    let run =
        |sql: String| site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    run(format!("UPDATE api_tokens SET expires_at = 1 WHERE member_id = {}", ada.id));
    assert_eq!(program.get("/profile").status, 401);
    run(format!("UPDATE api_tokens SET expires_at = NULL WHERE member_id = {}", ada.id));
    run(format!("UPDATE members SET suspended_at = 1 WHERE id = {}", ada.id));
    assert_eq!((program.get("/profile").status, program.get("/profile").problem()), (403, "forbidden"));
    run(format!("UPDATE members SET suspended_at = NULL, deletion_due_at = 9999999999 WHERE id = {}", ada.id));
    assert_eq!(program.get("/profile").status, 401);
}

#[test]
fn wrong_tokens_and_too_many_requests_are_limited() {
    let site = Site::with_limit(Limit::Tokens, 3);
    let ada = site.member("Ada Ruiz");
    let (good, wrong) = (Program::of(&site, &ada), Program::bearing(&site, "amicable_1_0"));
    let statuses: Vec<u16> = (0..5).map(|_| wrong.get("/profile").status).collect();
    assert_eq!(statuses, [401, 401, 401, 429, 429]);
    assert_eq!(good.get("/profile").status, 200);
    let site = Site::with_limit(Limit::Programs, 2);
    let ada = site.member("Ada Ruiz");
    let program = Program::of(&site, &ada);
    program.get("/profile");
    program.get("/profile");
    let last = program.get("/profile");
    assert_eq!((last.status, last.problem()), (429, "too-many-requests"));
    assert!(last.header("retry-after").parse::<i64>().unwrap() > 0);
}

#[test]
fn a_few_wrong_tokens_write_nothing() {
    let site = Site::with_limit(Limit::Tokens, 40);
    let counted = || {
        let sql = "SELECT COUNT(*) AS number FROM limit_counts";
        site.db.read_blocking(|connection| amicable::db::number(connection, sql)).unwrap()
    };
    let wrong = Program::bearing(&site, "amicable_1_0");
    let statuses: Vec<u16> = (0..9).map(|_| wrong.get("/profile").status).collect();
    assert_eq!((statuses, counted()), (vec![401; 9], 0));
    let statuses: Vec<u16> = (0..40).map(|_| wrong.get("/profile").status).collect();
    assert_eq!((statuses.iter().filter(|status| **status == 429).count(), counted()), (9, 1));
}

#[test]
fn a_token_that_may_only_write_reads_nothing() {
    use serde_json::json;
    let site = Site::new();
    let [mut ada, mut ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    crate::support::connect(&mut ada, &mut ben);
    let since = site.connected_since(&ada, &ben);
    let writes: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| scope.word().ends_with(":write")).collect();
    let (hers, reader) = (Program::with(&site, &ada, &writes), Program::of(&site, &ada));
    let keys = |answer: &super::Answer| {
        assert!(answer.status < 300, "{answer:?}");
        answer.body.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(hers.post("/members/ben-ode/disconnect", json!({})).body, json!({ "standing": "disconnected" }));
    assert_eq!(hers.post("/members/ben-ode/re-invite", json!({})).body, json!({ "standing": "connected" }));
    assert_eq!(hers.post("/removals", json!({ "filter": { "q": "ben" } })).problem(), "forbidden");
    let begun = hers.post("/removals", json!({ "members": [{ "handle": "ben-ode", "connected_since": null }] }));
    assert_eq!(keys(&begun), "id", "{since}");
    let at = format!("/removals/{}", begun.body["id"].as_str().unwrap());
    assert_eq!(keys(&hers.post(&format!("{at}/confirm"), json!({}))), "id removed restored");
    assert_eq!(keys(&hers.post(&format!("{at}/undo"), json!({}))), "id removed restored");
    let changed = hers.ask("PATCH", "/profile", "application/json", br#"{"headline": "Builds"}"#);
    assert_eq!(changed.body, json!({ "headline": "Builds" }));
    let made = hers.post("/contacts", json!({ "full_name": "Zoë Ng" }));
    assert_eq!(keys(&made), "id version");
    let path = format!("/contacts/{}", made.body["id"].as_str().unwrap());
    let change = json!({ "version": made.body["version"], "card": { "full_name": "Zoe Ng" } }).to_string();
    assert_eq!(keys(&hers.ask("PUT", &path, "application/json", change.as_bytes())), "id version");
    // Whoever may read sees all of it.
    assert!(keys(&reader.post("/members/ben-ode/disconnect", json!({}))).contains("private_note"));
    assert!(keys(&reader.ask("PATCH", "/profile", "application/json", b"{}")).contains("positions"));
}

#[test]
fn every_operation_asks_for_its_scope() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let document = site.visitor().raw("/api/openapi.json").body_mut().read_to_string().unwrap();
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    for scope in Scope::ALL {
        let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|other| other != scope).collect();
        let program = Program::with(&site, &ada, &others);
        for (method, path) in operations() {
            let operation = &document["paths"][format!("/api/v1{path}")][method.to_lowercase()];
            if operation["security"][0]["token"][0] != scope.word() {
                continue;
            }
            let path = path.replace("{handle}", "ada-ruiz").replace("{id}", "1");
            let body = br#"{"may_invite_again": true, "is_read": true, "text": "x", "version": 1, "card": {}}"#;
            let answer = program.ask(&method, &path, "application/json", body);
            // What takes another body says so first, or that the scope is missing; nothing is done.
            assert!(matches!(answer.problem(), "forbidden" | "unreadable"), "{method} {path} {answer:?}");
            if method == "GET" {
                assert_eq!(answer.problem(), "forbidden", "{path}");
            }
        }
    }
}
