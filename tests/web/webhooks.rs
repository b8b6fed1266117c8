//! Webhooks: what happens on the site is told, signed, in order, and to no address of a private network.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amicable::admin::roles;
use amicable::audit::Actor;
use amicable::members::role::Role;
use amicable::webhooks::{Caller, tell_due};
use diesel::prelude::*;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::support::{Site, Visitor};

/// A program that is called.
struct Program {
    address: String,
    calls: Receiver<Call>,
    /// What it answers, in turn; at the end the last again and again.
    answers: Arc<Mutex<Vec<&'static str>>>,
}

/// A call that has arrived.
struct Call {
    head: String,
    body: String,
}

impl Call {
    fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        });
        line.unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }

    fn event(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(body["event"], self.header("amicable-event"));
        assert_eq!(body["id"], self.header("amicable-delivery"));
        body["event"].as_str().unwrap().to_owned()
    }
}

const GOOD: &str = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
const BROKEN: &str = "HTTP/1.1 500 No\r\nContent-Length: 9\r\nConnection: close\r\n\r\nNot today";

impl Program {
    fn new(answers: &[&'static str]) -> Program {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, calls) = channel();
        let answers = Arc::new(Mutex::new(answers.to_vec()));
        let said = answers.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let (mut bytes, mut some) = (Vec::new(), [0; 4096]);
                let (head, body) = loop {
                    let read = stream.read(&mut some).unwrap();
                    bytes.extend_from_slice(&some[..read]);
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let length = head.to_lowercase();
                    let length = length.split("content-length: ").nth(1).unwrap().lines().next().unwrap().to_owned();
                    if body.len() >= length.trim().parse::<usize>().unwrap() {
                        break (head.to_owned(), body.to_owned());
                    }
                };
                let answer = {
                    let mut said = said.lock().unwrap();
                    if said.len() > 1 { said.remove(0) } else { said[0] }
                };
                // Before it is answered: whoever was answered looks at once.
                if sender.send(Call { head, body }).is_err() {
                    return;
                }
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Program { address, calls, answers }
    }

    fn called(&self) -> Vec<Call> {
        self.calls.try_iter().collect()
    }
}

fn administrator(site: &Site) -> Visitor {
    let ada = site.member("Ada Ruiz");
    let give = |connection: &mut _| roles::give(connection, Actor::CommandLine, ada.id, Role::Administrator);
    site.db.write_blocking(give).unwrap().unwrap();
    ada
}

fn made(ada: &mut Visitor, address: &str, event: &str) {
    ada.open("/admin/webhooks").fill("address", address).fill("event", event).press("New webhook");
    assert!(ada.sees("The webhook is made."), "{}", ada.text());
}

fn tell(site: &Site, allows_private: bool) {
    tell_due(&site.db, &Caller::new("https://site.example", allows_private), &|| true).unwrap();
}

fn run(site: &Site, sql: &str) -> usize {
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap()
}

#[test]
fn a_member_who_joins_is_told_signed() {
    let site = Site::new();
    let mut ada = administrator(&site);
    let program = Program::new(&[GOOD]);
    made(&mut ada, &program.address, "member_joined");
    site.member("Ben <Ode>");
    assert!(program.called().is_empty());
    tell(&site, true);
    let [call] = &program.called()[..] else { panic!("one call") };
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!((call.event().as_str(), &body["data"]["full_name"]), ("member_joined", &"Ben <Ode>".into()));
    assert_eq!((&body["site"], &body["data"]["path"]), (&"https://site.example".into(), &"/in/ben-ode".into()));
    let secret = ada.page.body.split("id=\"secret\"").nth(1).unwrap().split("value=\"").nth(1).unwrap();
    let secret = secret.split('"').next().unwrap();
    let (at, signature) = call.header("amicable-signature").split_once(",v1=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{}.{}", &at[2..], call.body).as_bytes());
    let wanted: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(signature, wanted);
    assert!((amicable::dates::now() - at[2..].parse::<i64>().unwrap()).abs() < 60);
    let here = ada.page.path.clone();
    assert!(ada.open(&here).sees("Told: 204"), "{}", ada.text());
    tell(&site, true);
    assert!(program.called().is_empty());
}

#[test]
fn what_is_not_asked_for_is_not_told() {
    let site = Site::new();
    let mut ada = administrator(&site);
    let program = Program::new(&[GOOD]);
    made(&mut ada, &program.address, "report_filed");
    let mut ben = site.member("Ben Ode");
    site.member("Cara Aske");
    ben.open("/in/cara-aske/report").fill("reason", "Rude to me").press("Send report");
    tell(&site, true);
    let calls = program.called();
    assert_eq!(calls.iter().map(Call::event).collect::<Vec<_>>(), ["report_filed"], "{}", ben.text());
    // Who reported whom is said to moderators alone, and logged there.
    for name in ["Ben", "ben-ode", "Cara", "cara-aske", "Rude"] {
        assert!(!calls[0].body.contains(name), "{}", calls[0].body);
    }
}

#[test]
fn what_is_not_answered_well_is_tried_again_in_order() {
    let site = Site::new();
    let mut ada = administrator(&site);
    let program = Program::new(&[BROKEN, GOOD]);
    made(&mut ada, &program.address, "member_joined");
    let here = ada.page.path.clone();
    site.member("Ben Ode");
    site.member("Cara Aske");
    tell(&site, true);
    let first = program.called();
    assert_eq!(first.len(), 1);
    assert!(ada.open(&here).sees("Waits, tried 1 time: 500") && ada.sees("Not today"), "{}", ada.text());
    assert!(ada.sees("Answered 500; will be tried again on"), "{}", ada.text());
    assert!(ada.open("/admin/webhooks").sees("Answered 500; will be tried again on"), "{}", ada.text());
    // The pause is not over.
    tell(&site, true);
    assert!(program.called().is_empty());
    run(&site, "UPDATE webhooks SET due_at = 0");
    tell(&site, true);
    let then = program.called();
    assert_eq!(then.len(), 2);
    assert_eq!(then[0].header("amicable-delivery"), first[0].header("amicable-delivery"));
    assert!(then[0].body.contains("ben-ode") && then[1].body.contains("cara-aske"));
}

#[test]
fn after_three_days_the_next_is_told() {
    let site = Site::new();
    let mut ada = administrator(&site);
    let program = Program::new(&[BROKEN, GOOD]);
    made(&mut ada, &program.address, "member_joined");
    let here = ada.page.path.clone();
    site.member("Ben Ode");
    run(&site, "UPDATE webhook_deliveries SET created_at = created_at - 259201");
    site.member("Cara Aske");
    tell(&site, true);
    assert!(ada.open(&here).sees("Given up: 500"), "{}", ada.text());
    run(&site, "UPDATE webhooks SET due_at = 0");
    tell(&site, true);
    assert!(ada.open(&here).sees("Told: 204"));
    assert_eq!(program.called().len(), 2);
}

fn waiting(site: &Site) -> i64 {
    let sql = "SELECT COUNT(*) AS number FROM webhook_deliveries WHERE done_at IS NULL";
    site.db.read_blocking(|connection| amicable::db::number(connection, sql)).unwrap()
}

#[test]
fn what_waits_behind_for_three_days_is_given_up_too() {
    let site = Site::new();
    let mut ada = administrator(&site);
    let program = Program::new(&[BROKEN]);
    made(&mut ada, &program.address, "member_joined");
    let here = ada.page.path.clone();
    for name in ["Ben Ode", "Cara Aske", "Dora Lind"] {
        site.member(name);
    }
    run(&site, "UPDATE webhook_deliveries SET created_at = created_at - 259201");
    site.member("Eva Moss");
    tell(&site, true);
    assert_eq!((program.called().len(), waiting(&site)), (1, 1));
    assert!(ada.open(&here).sees("Given up: no answer") && ada.sees("Waits"), "{}", ada.text());
}

#[test]
fn old_deliveries_are_forgotten_whether_or_not_one_is_called() {
    let site = Site::new();
    let mut ada = administrator(&site);
    let program = Program::new(&[GOOD]);
    made(&mut ada, &program.address, "member_joined");
    site.member("Ben Ode");
    ada.press("Turn off");
    let purge = || site.db.write_blocking(amicable::webhooks::store::purge).unwrap();
    purge();
    assert_eq!(waiting(&site), 1);
    run(&site, "UPDATE webhook_deliveries SET created_at = created_at - 259201");
    purge();
    assert_eq!(waiting(&site), 0);
    run(&site, "UPDATE webhook_deliveries SET done_at = done_at - 2592001");
    purge();
    assert_eq!(run(&site, "DELETE FROM webhook_deliveries"), 0);
}

#[test]
fn a_webhook_is_changed_by_somebody_who_shows_that_it_is_them() {
    let site = Site::new();
    let mut ada = administrator(&site);
    let program = Program::new(&[GOOD]);
    made(&mut ada, &program.address, "member_joined");
    let here = ada.page.path.clone();
    run(&site, "UPDATE sessions SET confirmed_at = 1");
    for (path, fields) in [
        ("/admin/webhooks", &[("address", "https://example.org/hook"), ("event", "member_joined")][..]),
        (&*format!("{here}/off"), &[]),
        (&format!("{here}/remove"), &[]),
    ] {
        // A form without fields is not kept, and is sent again by hand.
        ada.post(path, fields);
        let asked = ada.page.status == 403 && ada.sees("Confirm it is you");
        assert!(asked || fields.is_empty() && ada.page.status == 303, "{path}: {}", ada.text());
    }
    assert_eq!(run(&site, "UPDATE webhooks SET attempts = 0 WHERE is_on"), 1);
    // Its page shows the secret.
    assert!(ada.open(&here).sees("Confirm it is you"), "{}", ada.text());
    assert!(!ada.page.body.contains("id=\"secret\""));
}

#[test]
fn one_that_is_broken_keeps_no_other_waiting() {
    let site = Site::new();
    let mut ada = administrator(&site);
    let (broken, good) = (Program::new(&[BROKEN]), Program::new(&[GOOD]));
    made(&mut ada, &broken.address, "member_joined");
    made(&mut ada, &good.address, "member_joined");
    site.member("Ben Ode");
    site.member("Cara Aske");
    tell(&site, true);
    assert_eq!((broken.called().len(), good.called().len()), (1, 2));
}

#[test]
fn one_that_is_down_or_slow_is_tried_again() {
    let site = Site::new();
    let mut ada = administrator(&site);
    // Nobody listens at the one; the other takes a call and says nothing.
    let down = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let slow = TcpListener::bind("127.0.0.1:0").unwrap();
    let good = Program::new(&[GOOD]);
    let mut pages = Vec::new();
    for address in [format!("http://{down}"), format!("http://{}", slow.local_addr().unwrap()), good.address.clone()] {
        made(&mut ada, &address, "member_joined");
        pages.push(ada.page.path.clone());
    }
    site.member("Ben Ode");
    let caller = Caller::waiting("https://site.example", true, Duration::from_millis(300));
    tell_due(&site.db, &caller, &|| true).unwrap();
    assert_eq!(good.called().len(), 1);
    for page in &pages[..2] {
        assert!(ada.open(page).sees("Waits, tried 1 time: no answer"), "{}", ada.text());
        assert!(ada.sees("Did not answer; will be tried again on"), "{}", ada.text());
    }
    assert!(ada.open("/admin/webhooks").sees("Did not answer; will be tried again on"), "{}", ada.text());
    assert!(ada.open(&pages[2]).sees("Told: 204"), "{}", ada.text());
}

const OF_PRIVATE_NETWORK: &str = "The address is of this machine or of a private network, which is not called unless AMICABLE_WEBHOOKS_TO_PRIVATE is set.";

#[test]
fn a_private_address_is_called_only_where_allowed() {
    let site = Site::new();
    let mut ada = administrator(&site);
    let program = Program::new(&[GOOD]);
    let port = program.address.rsplit(':').next().unwrap().to_owned();
    // Names and spellings lead to the same address, of which it is asked.
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"] {
        made(&mut ada, &format!("http://{host}:{port}"), "member_joined");
        let here = ada.page.path.clone();
        ada.press("Send a test").press("Send a test");
        tell(&site, false);
        assert!(program.called().is_empty(), "{host}");
        // It would never be called, so nothing waits for another time.
        assert_eq!(waiting(&site), 0, "{host}");
        assert!(ada.open(&here).sees(&format!("Given up: {OF_PRIVATE_NETWORK}")), "{host}: {}", ada.text());
        assert!(!ada.sees("tried") && !ada.sees("other:") && !ada.sees("private address"), "{host}: {}", ada.text());
        ada.press("Turn off").press("Remove webhook");
    }
    made(&mut ada, &program.address, "member_joined");
    ada.press("Send a test");
    tell(&site, true);
    assert_eq!(program.called()[0].event(), "test");
}

#[test]
fn an_address_of_this_machine_makes_no_webhook() {
    let site = Site::with_public_webhooks();
    let mut ada = administrator(&site);
    for address in ["http://127.0.0.1:9000/hook", "http://localhost/hook", "http://10.1.2.3/", "http://[::1]/"] {
        ada.open("/admin/webhooks").fill("address", address).fill("event", "member_joined").press("New webhook");
        assert!(ada.page.status == 422 && ada.sees(OF_PRIVATE_NETWORK), "{address}: {}", ada.text());
    }
    assert!(ada.open("/admin/webhooks").sees("No webhooks yet"));
    made(&mut ada, "https://example.org/hook", "member_joined");
}

#[test]
fn a_redirect_is_an_answer_and_is_not_followed() {
    let site = Site::new();
    let mut ada = administrator(&site);
    let inner = Program::new(&[GOOD]);
    let redirect =
        format!("HTTP/1.1 307 There\r\nLocation: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", inner.address);
    let outer = Program::new(&[redirect.leak()]);
    made(&mut ada, &outer.address, "member_joined");
    let here = ada.page.path.clone();
    ada.press("Send a test");
    tell(&site, true);
    assert!(ada.open(&here).sees("Waits, tried 1 time: 307"), "{}", ada.text());
    assert_eq!((outer.called().len(), inner.called().len()), (1, 0));
    drop(outer.answers);
}

#[test]
fn a_long_answer_is_cut_and_shown_as_text() {
    let site = Site::new();
    let mut ada = administrator(&site);
    let long = format!("HTTP/1.1 400 No\r\nConnection: close\r\n\r\n<script>{}", "x".repeat(1_000_000));
    let program = Program::new(&[long.leak()]);
    made(&mut ada, &program.address, "member_joined");
    let here = ada.page.path.clone();
    ada.press("Send a test");
    tell(&site, true);
    assert!(ada.open(&here).page.body.contains("&#60;script&#62;xxx") && ada.page.body.len() < 20_000);
}

#[test]
fn one_that_is_turned_off_is_not_told() {
    let site = Site::new();
    let mut ada = administrator(&site);
    let program = Program::new(&[GOOD]);
    made(&mut ada, &program.address, "member_joined");
    ada.press("Turn off");
    assert!(ada.sees("The webhook is turned off.") && ada.sees("Turned off"), "{}", ada.text());
    site.member("Ben Ode");
    tell(&site, true);
    assert!(program.called().is_empty());
    ada.press("Turn on");
    site.member("Cara Aske");
    tell(&site, true);
    assert!(program.called()[0].body.contains("cara-aske"));
    ada.open("/admin/audit");
    for act in ["Webhook made", "Webhook turned off", "Webhook turned on"] {
        assert!(ada.sees(act), "{act}");
    }
}

#[test]
fn an_address_that_cannot_be_called_is_told() {
    let site = Site::new();
    let mut ada = administrator(&site);
    for address in ["", "hook", "ftp://example.org", "https://", "https://me:secret@example.org/", "file:///etc/passwd"]
    {
        ada.open("/admin/webhooks").post("/admin/webhooks", &[("address", address)]);
        assert_eq!(ada.page.status, 422, "{address}");
        assert!(ada.sees("Select what it is told."), "{address}");
        assert!(ada.sees("Write a web address like") || ada.sees("Address cannot be empty."), "{address}");
    }
    assert!(ada.open("/admin/webhooks").sees("No webhooks yet"));
    assert_eq!(ada.get("/admin/webhooks/1").page.status, 404);
    assert_eq!(ada.post("/admin/webhooks/1/test", &[]).page.status, 404);
}
