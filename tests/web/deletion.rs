//! The end of an account: two weeks in which it can be kept, and then nothing of it anywhere.

use amicable::data::deletion;
use amicable::db::Connection;
use amicable::ids::{MemberId, ReportId};
use amicable::members::role::Role;
use amicable::webhooks::{self, Event, Kind};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::archive::{archive, everything};
use crate::moderation::with_role;
use crate::support::{PASSWORD, Site, Visitor, connect, connect_many};

fn delete(visitor: &mut Visitor) {
    visitor.open("/settings/data/delete").fill("password", PASSWORD).press("Delete my account");
    assert!(visitor.sees("Your account will be deleted"), "{}", visitor.text());
}

/// Lets the two weeks pass, and runs the job.
pub fn two_weeks_pass(site: &Site) {
    let sql = "UPDATE members SET deletion_due_at = 1 WHERE deletion_due_at > 1 AND id > 0";
    site.db.write_blocking(|connection| Ok(connection.batch_execute(sql)?)).unwrap();
    deletion::finish_due(&site.db, &|| true).unwrap();
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Every row of every table, as text.
fn rows(site: &Site) -> Vec<(String, String)> {
    let read = |connection: &mut Connection| {
        let mut found = Vec::new();
        let names = match connection {
            Connection::Sqlite(_) => {
                "SELECT name AS line FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            }
            Connection::Postgres(_) => {
                "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            }
        };
        let tables: Vec<Line> = diesel::sql_query(names).load(connection)?;
        for Line { line: table } in tables {
            let sql = match connection {
                Connection::Sqlite(_) => {
                    let columns = format!("SELECT 'quote(' || name || ')' AS line FROM pragma_table_info('{table}')");
                    let columns: Vec<Line> = diesel::sql_query(columns).load(connection)?;
                    let columns: Vec<String> = columns.into_iter().map(|column| column.line).collect();
                    format!("SELECT {} AS line FROM {table}", columns.join(" || ' ' || "))
                }
                Connection::Postgres(_) => format!("SELECT row_to_json(t)::text AS line FROM {table} t"),
            };
            let lines: Vec<Line> = diesel::sql_query(sql).load(connection)?;
            found.extend(lines.into_iter().map(|line| (table.clone(), line.line)));
        }
        Ok(found)
    };
    site.db.read_blocking(read).unwrap()
}

/// The rows that name somebody.
fn naming(site: &Site, words: &[&str]) -> Vec<(String, String)> {
    let names = |line: &str| words.iter().any(|word| line.contains(word));
    rows(site).into_iter().filter(|(_, line)| names(line)).collect()
}

#[test]
fn nothing_names_a_deleted_member() {
    let site = Site::new();
    // Other programs are told of everything that happens.
    let program = |connection: &mut Connection| webhooks::store::make(connection, "http://127.0.0.1:9/", Kind::ALL);
    let program = site.db.write_blocking(program).unwrap().unwrap();
    let (mut ada, mut ben) = everything(&site);
    let id = ada.id.to_string();
    let events = [
        Event::RegistrationWaiting { full_name: "Ada Ruiz".into() },
        Event::ReportFiled { reported: ada.id, id: ReportId::new(7) },
        Event::ReportFiled { reported: ben.id, id: ReportId::new(8) },
    ];
    let record = |connection: &mut Connection| events.iter().try_for_each(|event| webhooks::record(connection, event));
    site.db.write_blocking(record).unwrap();
    let told = |site: &Site| {
        let deliveries = |connection: &mut Connection| webhooks::store::deliveries(connection, program);
        let deliveries = site.db.read_blocking(deliveries).unwrap().into_iter();
        deliveries.map(|delivery| format!("{} {}", delivery.event, delivery.data)).collect::<Vec<_>>()
    };
    let of_ada = |told: &[String]| told.iter().filter(|one| one.contains("Ada Ruiz") || one.contains(&id)).count();
    let before = told(&site);
    assert_eq!((of_ada(&before), before.len()), (3, 8), "{before:?}");
    ben.open("/connections/remove").fill("member", "ada-ruiz").press("Review removal");
    ben.open("/in/ada-ruiz/remarks").fill("private_note", "Sings").fill("tags", "choir").press("Save");
    // Somebody without a connection keeps a note.
    let mut zoe = site.member("Zoe Lang");
    zoe.open("/in/ada-ruiz/remarks").fill("private_note", "Heard her sing").press("Save");
    assert!(naming(&site, &[&id]).len() > 20);
    delete(&mut ada);
    site.letters();
    two_weeks_pass(&site);
    let left = naming(&site, &[&id, "ada-ruiz", "Ada Ruiz"]);
    // The letter that says so, until it is sent.
    let left: Vec<_> = left.into_iter().filter(|(table, _)| table != "outbox").collect();
    assert_eq!(left, []);
    assert_eq!(told(&site).len(), 6, "what is of others is still told, as is of whom came later");
    let letters = site.letters();
    assert_eq!(letters.last().map(|letter| letter.subject.as_str()), Some("Your account is deleted"), "{letters:?}");
    assert_eq!(naming(&site, &[&id, "ada-ruiz", "Ada Ruiz"]), []);
}

#[test]
fn the_log_has_that_an_account_was_deleted_but_not_whose() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    delete(&mut ada);
    two_weeks_pass(&site);
    root.open("/admin/audit?act=member_deleted");
    assert!(root.sees("The site itself") && !root.sees("Ada Ruiz"), "{}", root.text());
    let listed = root.page.body.split("<ol").nth(1).unwrap_or_else(|| panic!("{}", root.text()));
    assert_eq!(listed.matches("Account deleted").count(), 1, "{}", root.text());
}

#[test]
fn messages_that_others_kept_are_of_a_former_member() {
    let site = Site::new();
    let (mut ada, mut ben) = everything(&site);
    delete(&mut ada);
    two_weeks_pass(&site);
    assert!(ben.open("/inbox").sees("Former member"), "{}", ben.text());
    ben.go("Former member");
    for words in ["Do you still sing?", "Every Tuesday", "You can write to your connections only."] {
        assert!(ben.sees(words), "{words}: {}", ben.text());
    }
    assert!(!ben.page.body.contains("href=\"/in/former-"), "{}", ben.page.body);
    let thread = ben.page.path.clone();
    let handle = thread.strip_prefix("/inbox/").unwrap().to_owned();
    assert_eq!(ben.get(&format!("/in/{handle}")).page.status, 404);
    assert!(ben.open("/inbox?q=still+sing").sees("Do you still sing?"), "{}", ben.text());
    ben.open(&thread).press("Delete conversation");
    assert!(ben.sees("Conversation deleted. Only your copy is gone."), "{}", ben.text());
    assert!(ben.sees("Former member") && !ben.open("/inbox?q=still+sing").sees("Do you still sing?"));
    ben.open("/inbox").press("Undo");
    assert!(ben.open("/inbox").sees("Former member"), "{}", ben.text());
}

/// What others see, with whom it is about.
fn seen(visitor: &mut Visitor) -> Vec<(u16, String)> {
    let pages =
        ["/", "/connections", "/people?q=ada", "/in/ada-ruiz", "/in/eve-moss", "/invitations", "/notifications"];
    let pages =
        pages.into_iter().chain(["/inbox", "/inbox/ada-ruiz", "/connections/disconnected", "/in/ada-ruiz/mutual"]);
    pages.map(|path| (visitor.get(path).page.status, visitor.page.body.clone())).collect()
}

#[test]
fn a_kept_account_is_as_it_was() {
    let site = Site::new();
    let (mut ada, mut ben) = everything(&site);
    for reader in [&mut ada, &mut ben] {
        reader.read_all().open("/inbox/ben-okoro");
        reader.open("/inbox/ada-ruiz");
    }
    let (before, theirs, mine) = (rows(&site), seen(&mut ben), archive(&ada));
    delete(&mut ada);
    assert_ne!(seen(&mut ben), theirs);
    ada.press("Keep my account");
    assert!(ada.sees("Your account is kept. Everything is as it was."), "{}", ada.text());
    let changes = ["receipts", "outbox", "connection_counts", "sessions", "message_search_data", "limit_counts"];
    let of = |rows: Vec<(String, String)>| -> Vec<(String, String)> {
        // The index is to lose what was deleted from it, and nothing of what was put back.
        let is_mark = |row: &str| row.contains("words_of_members_left");
        let kept = |(table, row): &(String, String)| {
            !changes.contains(&table.as_str()) && !table.contains("_search_") && !is_mark(row)
        };
        let mut kept: Vec<_> = rows.into_iter().filter(kept).collect();
        kept.sort();
        kept
    };
    assert_eq!(of(rows(&site)), of(before));
    assert_eq!(seen(&mut ben), theirs);
    let (again, mine) = (archive(&ada), mine);
    assert_eq!(again["json/connections.json"], mine["json/connections.json"]);
}

#[test]
fn a_member_who_leaves_is_nowhere() {
    let site = Site::new();
    let (mut ada, mut ben) = everything(&site);
    let (mut eve, mut zoe) = (site.member("Eva Holm"), site.member("Zoe Lang"));
    connect(&mut eve, &mut ben);
    connect(&mut eve, &mut ada);
    delete(&mut ada);
    for visitor in [&mut ben, &mut zoe, &mut eve] {
        assert_eq!(visitor.get("/in/ada-ruiz").page.status, 404);
        for path in
            ["/", "/people", "/people?q=ada", "/people?q=ruiz", "/connections", "/in/ben-okoro", "/in/ben-okoro/mutual"]
        {
            assert!(!visitor.open(path).sees("Ada Ruiz"), "{path}: {}", visitor.text());
        }
    }
    assert!(eve.open("/connections").sees("1 person"), "{}", eve.text());
    // What was said stays, as it does when somebody is blocked.
    assert!(ben.open("/inbox/ada-ruiz").sees("You can write to your connections only."), "{}", ben.text());
    assert!(ben.sees("Do you still sing?"));
    assert_eq!(zoe.get("/inbox/ada-ruiz").page.status, 404);
}

#[test]
fn whoever_leaves_gets_one_page_only() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut elsewhere = site.visitor();
    let sign_in = |visitor: &mut Visitor| {
        visitor.open("/sign-in").fill("email", "ada-ruiz@test.example").fill("password", PASSWORD).press("Sign in");
    };
    sign_in(&mut elsewhere);
    delete(&mut ada);
    // It ends the other sessions.
    elsewhere.open("/settings/account");
    assert!(elsewhere.page.path.starts_with("/sign-in"), "{}", elsewhere.page.path);
    sign_in(&mut elsewhere);
    for path in ["/", "/connections", "/settings/account", "/in/ada-ruiz"] {
        elsewhere.open(path);
        assert_eq!(elsewhere.page.path, "/settings/data/delete", "{path}");
    }
    // What is theirs opens also where a passkey confirms, and the links of letters do.
    for path in ["/rules", "/privacy", "/unsubscribe/1.0.abc", "/confirm"] {
        assert_eq!(elsewhere.open(path).page.path, path);
    }
    elsewhere.post("/confirm/passkey/challenge", &[]);
    assert_ne!(elsewhere.page.status, 303, "{}", elsewhere.text());
    assert!(archive(&elsewhere)["json/profile.json"][0]["handle"] == "ada-ruiz");
    elsewhere.open("/").press("Keep my account");
    assert_eq!(elsewhere.open("/settings/account").page.status, 200);
}

#[test]
fn deleting_takes_the_password() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/settings/data/delete").fill("password", "something else").press("Delete my account");
    assert_eq!(ada.page.status, 422);
    assert!(ada.sees("This is not your password."));
    assert_eq!(ada.open("/connections").page.path, "/connections");
}

#[test]
fn the_only_administrator_stays() {
    let site = Site::new();
    let (mut ada, ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let set = |member: MemberId, what: &str| {
        let sql = format!("UPDATE members SET role = 2, {what} WHERE id = {member}");
        site.db.write_blocking(|connection| Ok(connection.batch_execute(&sql)?)).unwrap();
    };
    set(ada.id, "suspended_at = NULL");
    // Another who is suspended runs nothing; once that has ended, they do again.
    set(ben.id, "suspended_at = 1, suspended_until = NULL");
    ada.open("/settings/data/delete").fill("password", PASSWORD).press("Delete my account");
    assert!(ada.sees("You are the only administrator."), "{}", ada.text());
    set(ben.id, "suspended_until = 2");
    delete(&mut ada);
}

#[test]
fn an_address_is_free_and_a_handle_is_not() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    delete(&mut ada);
    two_weeks_pass(&site);
    let again = site.member("Ada Ruiz");
    assert_ne!(again.id, ada.id);
    let mut ben = site.member("Ben Okoro");
    assert_eq!(ben.get("/in/ada-ruiz").page.status, 404);
    assert_eq!(ben.get("/in/ada-ruiz-2").page.status, 200);
    ben.open("/in/ben-okoro").post("/profile/handle", &[("handle", "ada-ruiz")]);
    assert_eq!(ben.page.status, 422, "{}", ben.text());
}

#[test]
fn a_hub_is_removed_in_bounded_steps() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 1_200);
    delete(&mut ada);
    let count = |sql: &str| {
        let sql = format!("SELECT COUNT(*) AS number FROM {sql}");
        site.db
            .read_blocking(|connection| Ok(diesel::sql_query(&sql).get_result::<Number>(connection)?))
            .unwrap()
            .number
    };
    // Nobody counts them any more, and the rows are still there.
    assert_eq!(count("connection_counts WHERE number > 0"), 1);
    let sql = "UPDATE members SET deletion_due_at = 1 WHERE deletion_due_at > 1";
    site.db.write_blocking(|connection| Ok(connection.batch_execute(sql)?)).unwrap();
    // The job is stopped after each step, as by a crash, and begins again.
    let mut left = count("relationships");
    assert_eq!(left, 2_400);
    while left > 0 {
        let steps = std::cell::Cell::new(0);
        let goes_on = || steps.replace(steps.get() + 1) < 5;
        deletion::finish_due(&site.db, &goes_on).unwrap();
        let now = count("relationships");
        assert!(left - now <= 2_000, "{left} {now}");
        left = now;
    }
    deletion::finish_due(&site.db, &|| true).unwrap();
    assert_eq!(naming(&site, &[&ada.id.to_string()]), []);
    assert_eq!(count("members"), 1_200);
    assert_eq!(count("connection_counts WHERE number <> 0"), 0);
}

#[test]
fn a_handle_is_kept_anew_for_each_account_that_had_it() {
    let site = Site::new();
    let sql = |sql: &str| site.db.write_blocking(|connection| Ok(connection.batch_execute(sql)?)).unwrap();
    for _ in 0..2 {
        // The year of the account before is over, and nobody was removed since.
        sql("UPDATE former_handles SET kept_until = 1");
        let mut ada = site.member("Ada Ruiz");
        assert_eq!(ada.get("/in/ada-ruiz").page.status, 200);
        delete(&mut ada);
        two_weeks_pass(&site);
    }
    let mut again = site.member("Ada Ruiz");
    assert_eq!(again.get("/in/ada-ruiz").page.status, 404);
}
