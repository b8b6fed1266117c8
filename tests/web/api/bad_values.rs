//! Whatever a program sends, it is answered: no value makes an error of the site.

use serde_json::{Value, json};

use super::{Program, operations};
use crate::support::{Site, connect};

/// Values that stand in the place of any other.
fn odd() -> Vec<Value> {
    let long = "x".repeat(20_000);
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e308),
        json!(18_446_744_073_709_551_615_u64),
        json!(""),
        json!(long),
        json!("\u{0}"),
        json!("\u{202e}\u{feff}"),
        json!("e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}"),
        json!("' OR 1=1; --"),
        json!("9999-12-31T23:59:59Z"),
        json!("-009999-01-01T00:00:00Z"),
        json!([]),
        json!([null, 1, "x", {}]),
        json!({}),
        json!({ "x": [[[[]]]] }),
    ]
}

/// Bodies for an operation: what it takes, with one value after another replaced.
fn bodies(schema: &Value, document: &Value) -> Vec<Value> {
    let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    let schema = name.map_or(schema, |name| &document["components"]["schemas"][name]);
    let fields: Vec<&String> = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name).collect();
    let good = json!({ "text": "Hello", "is_read": true, "may_invite_again": true, "version": 1, "card": {} });
    let known: Value = good
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| fields.contains(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let mut bodies = odd();
    for field in fields {
        for value in odd() {
            let mut body = known.clone();
            body[field] = value;
            bodies.push(body);
        }
    }
    bodies
}

#[test]
fn no_value_makes_an_error_of_the_site() {
    let site = Site::with_limit(amicable::limits::Limit::Programs, 0);
    let [mut ada, mut ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    connect(&mut ada, &mut ben);
    let hers = Program::of(&site, &ada);
    let document = site.visitor().raw("/api/openapi.json").body_mut().read_to_string().unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    let mut asked = 0;
    let mut look = |method: &str, path: &str, kind: &str, body: &[u8]| {
        let answer = hers.ask(method, path, kind, body);
        asked += 1;
        assert!(answer.status < 500, "{method} {path} {}: {answer:?}", String::from_utf8_lossy(body));
        let described = format!("/api/v1{}", path.split('?').next().unwrap());
        if let Some(operation) = document["paths"].get(&described).map(|methods| &methods[method.to_lowercase()]) {
            assert!(operation["responses"][answer.status.to_string()].is_object(), "{method} {path} {}", answer.status);
        }
        if answer.status >= 400 {
            answer.problem();
        }
    };
    for (method, pattern) in operations() {
        let operation = &document["paths"][format!("/api/v1{pattern}")][method.to_lowercase()];
        for part in ["ben-ode", "BEN-ODE", "1", "-1", "9223372036854775808", "%00", "%ff", "%2e%2e", "é", "a b"] {
            let part = part.replace(' ', "%20").replace('é', "%C3%A9");
            let path = pattern.replace("{handle}", &part).replace("{id}", &part);
            look(&method, &path, "", b"");
            if path == pattern {
                break;
            }
        }
        let path = pattern.replace("{handle}", "ben-ode").replace("{id}", "1");
        for query in [
            "cursor=%00",
            "cursor=after%3D",
            "cursor=9223372036854775808",
            "q=%ff",
            "sort=x&q=%27%22%25_",
            "connected_after=0000-00-00",
            "connected_before=9999-12-31",
            "company=%22",
            "membership=x&source=y",
        ] {
            look(&method, &format!("{path}?{query}"), "", b"");
        }
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if !schema.is_object() {
            continue;
        }
        for body in bodies(schema, &document) {
            look(&method, &path, "application/json", body.to_string().as_bytes());
        }
        for (kind, body) in [
            ("application/json", &b"{"[..]),
            ("application/json", b"\xff\xfe"),
            ("application/json; charset=utf-8", b"{}"),
            ("application/x-www-form-urlencoded", b"text=x"),
            ("multipart/form-data; boundary=x", b"--x--"),
            ("", b"{}"),
        ] {
            look(&method, &path, kind, body);
        }
    }
    assert!(asked > 500, "{asked}");
}

#[test]
fn a_wrong_method_kind_or_size_is_told() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let hers = Program::of(&site, &ada);
    let wrong = hers.ask("PUT", "/contacts", "application/json", b"{}");
    assert_eq!((wrong.status, wrong.problem(), wrong.header("allow")), (405, "wrong-method", "GET, HEAD, POST"));
    assert_eq!(hers.ask("POST", "/contacts", "text/plain", b"{}").problem(), "not-json");
    let large = hers.ask("POST", "/contacts", "application/json", &vec![b' '; 4 * 1024 * 1024 + 1]);
    assert_eq!((large.status, large.problem()), (413, "too-large"));
    assert_eq!(hers.get("/nothing").problem(), "not-found");
    let deep = "[".repeat(100_000);
    assert_eq!(hers.ask("POST", "/contacts", "application/json", deep.as_bytes()).problem(), "unreadable");
}

#[test]
fn what_is_no_moment_proves_no_page() {
    let site = Site::new();
    let [mut ada, mut ben] = ["Ada Ruiz", "Ben Ode"].map(|name| site.member(name));
    connect(&mut ada, &mut ben);
    let hers = Program::of(&site, &ada);
    let since = json!({ "connected_since": "yesterday" });
    for verb in ["disconnect", "block"] {
        let answer = hers.post(&format!("/members/ben-ode/{verb}"), since.clone());
        assert_eq!((answer.status, answer.problem()), (422, "unreadable"), "{verb}");
    }
    let removal = json!({ "members": [{ "handle": "ben-ode", "connected_since": "yesterday" }] });
    assert_eq!(hers.post("/removals", removal).status, 422);
    assert_eq!(hers.get("/members/ben-ode").body["standing"], "connected");
}

#[test]
fn a_choice_that_there_is_not_is_told() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let hers = Program::of(&site, &ada);
    for (path, field) in [
        ("/connections?sort=bogus", "sort"),
        ("/connections?never_exchanged_a_word=perhaps", "never_exchanged_a_word"),
        ("/connections?connected_after=bogus", "connected_after"),
        ("/contacts?sort=longest_ago", "sort"),
        ("/contacts?source=bogus", "source"),
        ("/contacts?membership=bogus", "membership"),
    ] {
        let answer = hers.get(path);
        assert_eq!((answer.status, answer.problem()), (422, "invalid"), "{path}: {answer:?}");
        assert_eq!(answer.body["errors"][0]["field"], field, "{path}: {answer:?}");
    }
    for path in ["/connections?sort=company", "/contacts?sort=company&source=linkedin&membership=not_connected"] {
        assert_eq!(hers.get(path).status, 200, "{path}");
    }
}

#[test]
fn a_body_is_refused_in_words_of_json() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let hers = Program::of(&site, &ada);
    for (body, said) in [
        (json!({ "members": ["ben-ode"] }), "expected an object"),
        (json!({ "members": "ben-ode" }), "expected a list"),
        (json!({ "filter": 1 }), "expected an object"),
    ] {
        let answer = hers.post("/removals", body);
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(answer.status == 422 && detail.contains(said) && !detail.contains("struct"), "{answer:?}");
    }
}
