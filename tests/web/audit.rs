//! The chain of the audit log: it grows by one at a time, and whatever breaks it is found.

use crate::moderation::with_role;
use crate::support::Site;
use amicable::audit::{self, Act, Actor, Chain};
use amicable::members::role::Role;
use diesel::prelude::*;

fn sql(site: &Site, sql: &str) {
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
}

fn record(site: &Site, times: usize) {
    let one = |connection: &mut _| audit::record(connection, Actor::CommandLine, Act::TextsChanged, None, "some words");
    (0..times).for_each(|_| site.db.write_blocking(one).unwrap());
}

fn chain(site: &Site) -> Chain {
    site.db.read_blocking(audit::verify).unwrap()
}

fn broken_at(site: &Site) -> Option<i64> {
    match chain(site) {
        Chain::Whole { .. } => None,
        Chain::Broken { number, .. } => Some(number),
    }
}

#[test]
fn details_are_told_in_words() {
    let site = Site::new();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    root.open("/admin/limits").fill("number-search", "5").fill("minutes-search", "15").press("Save");
    for detail in ["logo removed", " "] {
        let one = |connection: &mut _| audit::record(connection, Actor::CommandLine, Act::LookChanged, None, detail);
        site.db.write_blocking(one).unwrap();
    }
    root.open("/admin/audit");
    for said in ["5 in 15 minutes", "Logo removed", "Colours of the program again"] {
        assert!(root.sees(said), "{said}: {}", root.text());
    }
    assert!(!root.sees("900") && !root.sees("logo removed"), "{}", root.text());
}

#[test]
fn an_opened_report_is_a_link() {
    let site = Site::new();
    let (mut ada, ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open(&format!("/in/{}/report", ben.handle)).fill("reason", "Spam").press("Send report");
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    root.open("/moderation").go("Report of a profile: Ben Okoro").open("/admin/audit");
    assert!(
        root.sees("Report opened: Ben Okoro (ben-okoro) Open the report") && !root.sees("/moderation/"),
        "{}",
        root.text()
    );
    root.go("Open the report");
    assert!(root.page.status == 200 && root.sees("Spam"), "{}", root.text());
}

#[test]
fn a_job_that_fails_stands_out_with_what_to_do() {
    let site = Site::new();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    sql(&site, "DELETE FROM job_leases WHERE name = 'mail'");
    let columns = "(name, holder, turn, due_at, succeeded_at, failed_at)";
    sql(&site, &format!("INSERT INTO job_leases {columns} VALUES ('mail', '', 1, 0, 1, 2)"));
    root.open("/admin");
    assert!(root.sees("E-mails wait, and are given up after three days."), "{}", root.text());
    assert!(root.page.body.contains("<p class=\"error\">Failed on"), "{}", root.page.body);
}

#[test]
fn a_chain_that_nobody_touched_is_whole() {
    let site = Site::new();
    assert_eq!(broken_at(&site), None);
    record(&site, 5);
    assert!(matches!(chain(&site), Chain::Whole { number: 5, .. }));
}

#[test]
fn whatever_breaks_the_chain_is_found() {
    for (break_it, at) in [
        ("UPDATE audit_entries SET detail = 'other words' WHERE number = 3", 3),
        ("UPDATE audit_entries SET actor = 'somebody' WHERE number = 3", 3),
        ("UPDATE audit_entries SET actor_salt = '' WHERE number = 3", 3),
        ("UPDATE audit_entries SET act = 'banned' WHERE number = 3", 3),
        ("UPDATE audit_entries SET done_at = done_at - 1 WHERE number = 1", 1),
        ("DELETE FROM audit_entries WHERE number = 3", 4),
        ("DELETE FROM audit_entries WHERE number = 1", 2),
        ("DELETE FROM audit_entries WHERE number = 5", 5),
        ("UPDATE audit_head SET number = 4", 6),
    ] {
        let site = Site::new();
        record(&site, 5);
        sql(&site, break_it);
        assert_eq!(broken_at(&site), Some(at), "{break_it}");
    }
}

#[test]
fn a_forgotten_member_leaves_the_chain_whole() {
    let site = Site::new();
    let (ada, ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let acts = [(ada.id, ben.id), (ben.id, ada.id)];
    for (by, of) in acts {
        let one =
            |connection: &mut _| audit::record(connection, Actor::Member(by), Act::Warned, Some(of), "Ben, please");
        site.db.write_blocking(one).unwrap();
    }
    site.db.write_blocking(|connection| audit::forget(connection, ben.id)).unwrap();
    assert_eq!(broken_at(&site), None);
    let filter = audit::list::Filter::default();
    let entries = site.db.read_blocking(|connection| audit::list::newest(connection, &filter, 10)).unwrap();
    let written = serde_json::to_string(&entries).unwrap();
    assert!(!written.contains("Okoro") && !written.contains(&ben.id.to_string()), "{written}");
    assert!(written.contains("Ada Ruiz"));
}

#[test]
fn writers_at_several_nodes_make_one_chain() {
    let site = Site::new();
    let nodes: Vec<_> = (0..4).map(|_| site.another_database()).collect();
    let all: Vec<_> = nodes
        .into_iter()
        .map(|db| {
            std::thread::spawn(move || {
                for _ in 0..10 {
                    let one = |connection: &mut _| audit::record(connection, Actor::Site, Act::Warned, None, "words");
                    db.write_blocking(one).unwrap();
                }
            })
        })
        .collect();
    all.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(matches!(chain(&site), Chain::Whole { number: 40, .. }), "{:?}", chain(&site));
}
