//! Mail to a real server on loopback that is up, down, slow, refuses, puts off and breaks off: each letter arrives once or is
//! tried again, none is lost, and at most the one under way arrives twice.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "web/support/mod.rs"]
mod support;

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use amicable::db::Db;
use amicable::mail::smtp::Server as Address;
use amicable::mail::{Letter, Transport, outbox, send_due};
use amicable::schema::{job_leases, outbox as rows};
use diesel::prelude::*;
use serde_json::Value;
use support::Site;
use support::database::Database;

/// The mail server; ended when dropped.
struct Server {
    child: Child,
    orders: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
    port: u16,
}

impl Server {
    fn start(port: u16) -> Server {
        // Debian's own Python has its packages.
        let python = ["/usr/bin/python3", "python3"].into_iter().find(|path| std::path::Path::new(path).exists());
        let mut child = Command::new(python.unwrap_or("python3"))
            .args(["tests/mail_server.py", &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (orders, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut server = Server { child, orders, said: BufReader::new(output).lines(), port };
        server.port = server.next("port").as_u64().unwrap().try_into().unwrap();
        server
    }

    fn order(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
        self.next("obeyed");
    }

    /// What it says next under this name.
    fn next(&mut self, name: &str) -> Value {
        loop {
            let line = self.said.next().expect("the mail server ended").unwrap();
            let said: Value = serde_json::from_str(&line).unwrap();
            if let Some(value) = said.get(name) {
                return if name == "to" { said } else { value.clone() };
            }
        }
    }

    /// Ends it. Returns the letters it has taken since.
    fn end(mut self) -> Vec<Value> {
        self.child.kill().unwrap();
        let rest = self.said.by_ref().map(|line| serde_json::from_str(&line.unwrap()).unwrap());
        rest.filter(|said: &Value| said.get("to").is_some()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn smtp(port: u16) -> Transport {
    Transport::Smtp(Address { host: "127.0.0.1".into(), port, tls_at_once: false, credentials: None })
}

fn send(site: &Site, port: u16) -> bool {
    send_due(&site.db, &site.mail(smtp(port)), &|| true).is_ok()
}

/// A site with a letter to each of three members.
fn site_with_letters() -> Site {
    let site = Site::new();
    for name in ["Ada Ruiz", "Ben Okoro", "Cleo Haas"] {
        let member = site.member(name).id;
        site.db
            .write_blocking(|connection| outbox::put(connection, member, Letter::PasswordChanged { at: 0 }))
            .unwrap();
    }
    site
}

fn waiting(site: &Site) -> i64 {
    site.db.write_blocking(|connection| Ok(rows::table.count().get_result(connection)?)).unwrap()
}

fn time_passes(site: &Site) {
    let all = diesel::update(rows::table).set(rows::due_at.eq(0));
    site.db.write_blocking(move |connection| Ok(all.execute(connection)?)).unwrap();
}

fn receivers(letters: &[Value]) -> Vec<&str> {
    let mut all: Vec<&str> = letters.iter().map(|letter| letter["to"].as_str().unwrap()).collect();
    all.sort_unstable();
    all
}

const ALL: [&str; 3] = ["ada-ruiz@test.example", "ben-okoro@test.example", "cleo-haas@test.example"];

#[test]
fn mail_waits_while_the_server_is_down() {
    let site = site_with_letters();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert!(!send(&site, port) && waiting(&site) == 3);
    let server = Server::start(port);
    assert!(send(&site, port) && waiting(&site) == 0);
    assert!(send(&site, port), "and once");
    assert_eq!(receivers(&server.end()), ALL);
}

#[test]
fn who_is_refused_is_given_up_at_once() {
    let site = site_with_letters();
    let mut server = Server::start(0);
    server.order("refuse ben-okoro@test.example");
    assert!(send(&site, server.port) && waiting(&site) == 0);
    assert_eq!(receivers(&server.end()), [ALL[0], ALL[2]]);
}

#[test]
fn what_is_put_off_or_broken_off_is_tried_again() {
    for order in ["defer 1", "die 1"] {
        let site = site_with_letters();
        let mut server = Server::start(0);
        server.order(order);
        assert!(send(&site, server.port));
        assert_eq!(waiting(&site), 1, "{order}");
        assert!(send(&site, server.port) && waiting(&site) == 1, "not before a minute is over");
        time_passes(&site);
        assert!(send(&site, server.port) && waiting(&site) == 0);
        assert_eq!(receivers(&server.end()), ALL, "{order}");
    }
}

#[test]
fn what_is_put_off_for_three_days_is_given_up() {
    let site = site_with_letters();
    let mut server = Server::start(0);
    server.order("defer 100");
    let older = diesel::update(rows::table).set(rows::created_at.eq(rows::created_at - 3 * 86_400 + 30));
    site.db.write_blocking(move |connection| Ok(older.execute(connection)?)).unwrap();
    assert!(send(&site, server.port) && waiting(&site) == 0);
}

#[test]
fn only_what_is_under_way_may_arrive_twice() {
    let site = site_with_letters();
    let mut server = Server::start(0);
    server.order("lose 1");
    assert!(send(&site, server.port) && waiting(&site) == 1);
    time_passes(&site);
    assert!(send(&site, server.port) && waiting(&site) == 0);
    let letters = server.end();
    assert_eq!(letters.len(), 4);
    let ids: std::collections::BTreeSet<_> =
        letters.iter().map(|letter| letter["headers"]["message-id"].to_string()).collect();
    assert_eq!(ids.len(), 3, "the doubled one has one Message-ID");
}

#[test]
fn letters_are_read_by_another_parser() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Bén Okoro"));
    ada.open(&format!("/in/{}/invite", ben.handle)).fill("note", "Grüße aus Porto 👋\n.\nنص").press("Send invitation");
    let server = Server::start(0);
    assert!(send(&site, server.port));
    let letters = server.end();
    let letter = &letters[0];
    assert_eq!(
        (letter["kind"].as_str(), letter["defects"].as_array().unwrap().len()),
        (Some("multipart/alternative"), 0)
    );
    let header = |name: &str| letter["headers"][name].as_str().unwrap_or_default().to_owned();
    assert_eq!(header("subject"), "Ada Ruiz would like to connect");
    assert!(header("to").contains("Bén Okoro"), "{}", header("to"));
    assert_eq!(header("auto-submitted"), "auto-generated");
    assert_eq!(header("list-unsubscribe-post"), "List-Unsubscribe=One-Click");
    assert!(!header("date").is_empty() && header("message-id").ends_with("@localhost>"));
    for part in ["plain", "html"] {
        let text = letter[part].as_str().unwrap();
        assert!(text.contains("Grüße aus Porto 👋") && text.contains("نص"), "{text}");
        assert!(text.contains(&format!("{}/in/ada-ruiz", site.address)), "{text}");
        assert!(!text.contains("<img") && !text.contains("<script"), "nothing is loaded, nobody is tracked");
    }
    let unsubscribe = header("list-unsubscribe");
    let link = unsubscribe.trim_matches(['<', '>']).strip_prefix(&site.address).unwrap();
    assert!(ben.open(link).has_button("Unsubscribe"));
}

/// A node that runs the jobs; killed when dropped.
struct Node(Child);

impl Node {
    fn start(database: &Database, port: u16) -> Node {
        let url = database.argument();
        let mail = format!("smtp://127.0.0.1:{port}");
        let serve = ["serve", "--listen", "127.0.0.1:0", "--database-url", &url, "--mail", &mail];
        let mut child =
            Command::new(env!("CARGO_BIN_EXE_amicable")).args(serve).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        lines.by_ref().map(Result::unwrap).find(|line| line.contains("serving"));
        std::thread::spawn(move || lines.for_each(drop));
        Node(child)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn another_node_goes_on_where_one_is_killed() {
    let database = Database::new();
    let db = database.open();
    let hash = amicable::accounts::password::hash_now("a quiet password").unwrap();
    let names: Vec<String> = (1..=5).map(|number| format!("Member{number} Vale")).collect();
    for full_name in names.clone() {
        let email = format!("{}@test.example", full_name.split(' ').next().unwrap().to_lowercase());
        let new = amicable::accounts::NewMember {
            full_name,
            email,
            password: hash.clone(),
            role: amicable::members::role::Role::Member,
        };
        db.write_blocking(|connection| {
            let member = amicable::accounts::register(connection, &new)?.unwrap();
            outbox::put(connection, member, Letter::PasswordChanged { at: 0 })
        })
        .unwrap();
    }
    let mut server = Server::start(0);
    server.order("hold");
    let first = Node::start(&database, server.port);
    let under_way = server.next("arrives").as_str().unwrap().to_owned();
    let second = Node::start(&database, server.port);
    // In the middle of handing over a letter.
    drop(first);
    server.order("release");
    // The one under way is due again a minute later.
    while minute_passes(&db) > 0 {
        std::thread::yield_now();
    }
    drop(second);
    let taken = server.end();
    let different: std::collections::BTreeSet<_> = receivers(&taken).into_iter().collect();
    assert_eq!(different.len(), 5, "none is lost");
    let doubled = taken.len() - 5;
    let of_it = taken.iter().filter(|letter| letter["to"] == under_way.as_str()).count();
    assert!(doubled <= 1 && doubled + 1 == of_it, "{doubled} doubled, {of_it} of the one under way");
}

/// Lets time pass for what was tried, while nobody sends. Returns how many letters wait.
fn minute_passes(db: &Db) -> i64 {
    let pass = |connection: &mut amicable::db::Connection| {
        let free = job_leases::table.filter(job_leases::name.eq("mail")).filter(job_leases::holder.eq("")).count();
        if free.get_result::<i64>(connection)? == 1 {
            diesel::update(rows::table.filter(rows::attempts.gt(0))).set(rows::due_at.eq(0)).execute(connection)?;
        }
        Ok(rows::table.count().get_result(connection)?)
    };
    db.write_blocking(pass).unwrap()
}
