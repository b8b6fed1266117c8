//! The API, as programs ask it.

mod bad_values;
mod client;
mod coming_in;
mod contacts;
mod document;
mod once;
mod relations;
mod silence;

use amicable::accounts::tokens::{self, NewToken, Scope};
use serde_json::Value;

use crate::support::{Site, Visitor};

/// A program with a token of its member.
pub struct Program {
    agent: ureq::Agent,
    address: String,
    /// What stands behind `Authorization:`; empty for nothing.
    pub authorization: String,
    /// What stands behind `Idempotency-Key:`; empty for nothing.
    pub key: String,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The kind of the problem, without what all begin with.
    pub fn problem(&self) -> &str {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        assert_eq!(self.body["status"], self.status, "{self:?}");
        self.body["type"].as_str().unwrap().strip_prefix("/api#").unwrap()
    }
}

impl Program {
    /// With a token for everything.
    pub fn of(site: &Site, member: &Visitor) -> Program {
        Program::with(site, member, Scope::ALL)
    }

    pub fn with(site: &Site, member: &Visitor, scopes: &[Scope]) -> Program {
        let new = NewToken { name: "Test".into(), scopes: scopes.to_vec(), days: None };
        let make = |connection: &mut _| tokens::make(connection, member.id, &new);
        let (_, secret) = site.db.write_blocking(make).unwrap().unwrap();
        Program::bearing(site, &secret)
    }

    pub fn bearing(site: &Site, secret: &str) -> Program {
        let agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build();
        let authorization = format!("Bearer {secret}");
        Program { agent: agent.into(), address: site.address.clone(), authorization, key: String::new() }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", b"")
    }

    pub fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path, "application/json", body.to_string().as_bytes())
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path, "", b"")
    }

    /// Asks anything; the path is below `/api/v1`.
    pub fn ask(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}/api/v1{path}", self.address));
        let headers =
            [("authorization", &*self.authorization), ("idempotency-key", &*self.key), ("content-type", kind)];
        for (name, value) in headers.into_iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(name, value);
        }
        let mut response = self.agent.run(request.body(body).unwrap()).unwrap();
        let text = |value: &ureq::http::HeaderValue| value.to_str().unwrap().to_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let (status, text) = (response.status().as_u16(), response.body_mut().read_to_string().unwrap());
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        Answer { status, headers, body }
    }
}

/// Every operation, by method and path, as the table of addresses has it.
pub fn operations() -> Vec<(String, String)> {
    let table = include_str!("../../../src/api/mod.rs");
    let mut found = Vec::new();
    for line in table.lines() {
        let Some(rest) = line.trim().strip_prefix(".route(\"/api/v1") else { continue };
        let (path, rest) = rest.split_once("\", ").unwrap();
        found.push((rest.split('(').next().unwrap().to_uppercase(), path.to_owned()));
    }
    assert!(found.len() > 30);
    found
}
