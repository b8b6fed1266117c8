//! Every statement that a page runs, with its plan: none walks a table, none sorts more than a page, none runs more often
//! than docs/architecture.md says, and none is one that a cluster refuses. On a network of 100,000 members with a hub of
//! 30,000 connections.
#![allow(missing_docs, clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "web/support/mod.rs"]
mod support;

#[allow(dead_code)]
#[path = "web/dav/device.rs"]
mod device;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use amicable::contacts::card::{Card, Valued};
use amicable::contacts::source::Source;
use amicable::contacts::store::{self, NewContact};
use amicable::data::tables::{Spread, TABLES};
use amicable::demo::seed;
use amicable::demo::seed::Plan;
use amicable::ids::MemberId;
use amicable::schema::reports;
use amicable::web::registration;
use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use support::database::on_postgres;
use support::{Site, Visitor};

static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
/// Statements that a connection keeps prepared.
static KEPT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
/// What is seen is everybody's, so one test watches at a time.
static TURN: Mutex<()> = Mutex::new(());

struct Recorder;

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::CacheQuery { sql, .. } = &event {
            KEPT.lock().unwrap().insert((*sql).to_owned());
        }
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let sql = text.split(" -- binds").next().unwrap().to_owned();
            let receipt = sql.contains(" receipts");
            if !receipt
                && ["SELECT", "INSERT", "UPDATE", "DELETE"].iter().any(|verb| sql.trim_start().starts_with(verb))
            {
                SEEN.lock().unwrap().push(sql);
            }
        }
    }
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Node {
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
    line: String,
}

/// Whether a statement has a part, whichever engine quoted its names.
fn has(sql: &str, part: &str) -> bool {
    sql.replace('"', "`").contains(part)
}

/// The pages of a hub, and the most statements each may run.
const PAGES: &[(&str, usize)] = &[
    // One finds whom one has written to lately; how many others there are is kept.
    ("/", 6),
    ("/in/member-000001", 4),
    ("/in/member-000001?view=stranger", 4),
    ("/in/member-000001?view=connection", 4),
    ("/in/member-000002/card.vcf", 5),
    ("/profile", 2),
    ("/profile/about", 2),
    // One for what was removed of it, and can be brought back.
    ("/profile/photo", 2),
    ("/profile/positions", 2),
    // One for how often the handle was changed, which the form says beforehand.
    ("/profile/handle", 2),
    // One for the number of connections, which stands in a table of its own, spread by member.
    ("/in/member-000002", 8),
    ("/in/member-004321", 8),
    ("/in/member-004321/mutual", 7),
    ("/in/member-009999/invite", 5),
    ("/connections", 4),
    ("/connections?sort=first_name", 4),
    ("/connections?sort=last_name&page=2", 4),
    ("/connections?q=an&company=a&connected_after=2012-01-01", 5),
    ("/connections?tag=school", 5),
    ("/connections?no_message_since=2020-01-01&never_exchanged_a_word=1", 5),
    ("/connections/overview", 3),
    // Two list what can be taken back: of connections and of contacts.
    ("/connections/tags", 5),
    ("/connections/tags/add?q=an", 3),
    ("/connections/tags/rename?tag=school", 1),
    // One more looks for a selection that was begun before.
    ("/connections/remove", 5),
    ("/connections/remove?sort=longest_ago", 5),
    ("/connections/remove?sort=company", 5),
    ("/connections/remove?q=an&connected_after=2012-01-01", 7),
    ("/connections/remove?no_message_since=2024-01-01&connected_before=2024-01-01", 7),
    ("/connections/export?q=an", 2),
    // Where a member is among the contacts, three more say who, how one stands to them, and their tags.
    ("/contacts", 8),
    ("/contacts?sort=first_name", 5),
    ("/contacts?sort=last_name&page=2", 5),
    ("/contacts?sort=company", 5),
    // One more counts the matches.
    ("/contacts?q=an+ba", 6),
    ("/contacts?company=ki&sort=first_name", 6),
    ("/contacts?tag=choir", 6),
    ("/contacts?source=google&sort=last_name", 6),
    // One more says which contacts are members.
    ("/contacts?membership=not_a_member", 7),
    ("/contacts?membership=not_connected&q=an", 5),
    ("/contacts/new", 2),
    ("/contacts/CONTACT", 6),
    ("/contacts/CONTACT/edit", 3),
    ("/contacts/CONTACT/invite", 6),
    ("/contacts/phone", 2),
    ("/contacts/remove", 5),
    ("/contacts/remove?q=an&tag=choir", 6),
    ("/contacts/duplicates", 15),
    ("/contacts/import", 2),
    ("/contacts/export", 2),
    ("/contacts/export?q=an", 3),
    ("/contacts/export/contacts.csv?tag=choir", 4),
    ("/contacts/export/contacts.vcf?q=an", 3),
    ("/connections/export/connections.csv?tag=school", 2),
    // One more reads the removals.
    ("/connections/disconnected", 5),
    ("/connections/disconnected?q=an", 5),
    // One for whom of the selected one may see.
    ("/connections/disconnected?selected=ada-ruiz+ben-okoro", 6),
    ("/connections/blocked", 3),
    // One more asks whether members may make links.
    ("/invitations", 4),
    ("/invitations?box=sent", 6),
    // One for what was deleted, and can be brought back.
    ("/notifications", 5),
    ("/settings/notifications", 2),
    // One for whom one does not want suggested.
    ("/people", 6),
    // Two more name whom one knows in common.
    ("/people?q=an+en", 10),
    // Four count, and are kept for a large site.
    ("/people?view=all", 14),
    ("/people?view=all&page=2&letter=L", 12),
    ("/people?degree=2&company=a", 12),
    ("/people?view=newest", 9),
    // One opens 5,000 conversations, the other 10,000 messages.
    ("/inbox", 4),
    ("/inbox/LARGEST", 4),
    // One for whom they are of, whose rows stand on every machine.
    ("/inbox?q=an", 4),
    // One more counts the contacts.
    ("/settings/data", 5),
    // Some a table, and two a batch of 500 rows: the hub has 100,000 notifications, 20,000 messages in 5,000 conversations, and
    // 30,000 contacts.
    ("/settings/data/archive", 880),
    ("/settings/data/delete", 1),
    ("/settings/account", 2),
    // One for the second factor, one for the passkeys, one for the app passwords.
    ("/settings/security", 4),
    ("/settings/security/authenticator", 3),
    ("/settings/tokens", 2),
    ("/api", 1),
    // One for the devices, one for what happened.
    ("/settings/devices", 3),
    ("/confirm?next=/settings/security", 1),
    ("/forgot-password", 1),
    ("/invite-links", 3),
];

/// The pages of those who run the site, and the most statements each may run.
const STAFF: &[(&str, usize)] = &[
    // Five of them walk everything, and are kept for an hour where that takes long.
    ("/admin", 11),
    ("/admin/members", 5),
    ("/admin/members?q=an", 6),
    ("/admin/members/REPORTED", 5),
    // One for the logo before, which can be brought back.
    ("/admin/community", 3),
    ("/admin/audit", 2),
    ("/admin/limits", 2),
    ("/admin/registration", 5),
    ("/admin/invites", 2),
    ("/moderation", 3),
    ("/moderation?state=closed", 3),
    ("/moderation/REPORTED/REPORT", 7),
    ("/moderation/REPORTED/relationships", 12),
    ("/settings/moderation", 3),
    ("/in/member-000005/report", 2),
];

/// What is walked or sorted although no index orders it, because there are never many.
const FEW: [(&str, &str); 23] = [
    ("FROM message_search", "one's own messages that have the words, by date"),
    ("ELSE 'a' || lower(members.company) END", "one's own connections, by company"),
    ("WITH whole AS MATERIALIZED", "at most 1,000 matches of each kind"),
    (BY_QUARTER, "the days of one's own connections, which the index has"),
    ("GROUP BY `members`.`company`", "one's own connections"),
    ("GROUP BY `members`.`location`", "one's own connections"),
    ("ORDER BY `members`.`sort_first`", "the people ticked on a page"),
    ("FROM `sessions`", "one's own devices"),
    ("SELECT COUNT(*) FROM `directory`", "kept for ten minutes where there are many"),
    ("GROUP BY `directory`.`letter`", "the same"),
    ("GROUP BY `directory`.`company`", "the same"),
    ("GROUP BY `directory`.`location`", "the same"),
    ("/ 86400 AS day", "for administrators, once an hour"),
    ("FROM `applications`", "registrations that wait for an answer"),
    ("SELECT COUNT(*) FROM `outbox`", "mail that waits to be sent"),
    (
        "SELECT COUNT(*) FROM `reports` WHERE (reports.decision = 0 AND (`reports`.`reported_id` != ",
        "reports that wait for a decision",
    ),
    ("ORDER BY `members`.`role` DESC", "those who run the site"),
    ("FROM `limits`", "one row a limit that was set"),
    ("FROM `job_leases`", "one row a job"),
    ("SELECT COUNT(*) FROM `members`", "the same"),
    ("SELECT `photos`.`side`, `photos`.`jpeg`", "the sizes of one photo"),
    ("FROM `reports` WHERE (`reports`.`reporter_id` =", "the reports that one filed"),
    (CIRCLE, "the 50 newest connections of one's 50 newest"),
];
const BY_QUARTER: &str = "GROUP BY relationships.connected_at / 900";
const CIRCLE: &str = "SELECT theirs.other_id, COUNT(*) FROM ";

#[test]
fn every_statement_finds_its_rows_by_an_index() {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    diesel::connection::set_default_instrumentation(|| Some(Box::new(Recorder))).unwrap();
    let site = Site::new();
    // The load takes the connection that the node needs to start.
    site.visitor().open("/healthz");
    seed::seed(&site.db, &Plan { members: 100_000, connections: 400_000, messages: 20_000, seed: 1 }, &|_, _, _| {})
        .unwrap();
    let empty = Site::new();
    site.db.write_blocking(|connection| registration::let_members_make_links(connection, true)).unwrap();
    // The hub has not read what 100,000 others did.
    let told = "INSERT INTO notifications (owner_id, id, created_at, kind, other_id) \
                SELECT (SELECT MIN(id) FROM members), id, 1700000000, 0, id FROM members";
    site.db.write_blocking(|connection| Ok(diesel::sql_query(told).execute(connection)?)).unwrap();
    let mut hub = site.visitor();
    hub.open("/sign-in").fill("email", "member1@seed.example").fill("password", seed::PASSWORD).press("Sign in");
    (hub.id, hub.handle) = (MemberId::new(1), "member-000001".to_owned());
    let mut statements: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let contact = book(&site);
    let largest = hub.open("/settings/data").page.body.clone();
    let largest = largest.split("\"/inbox/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let mut over = Vec::new();
    for &(path, most) in PAGES {
        let path = &path.replace("LARGEST", &largest).replace("CONTACT", &contact);
        let seen = watch(|| assert_eq!(hub.get(path).page.status, 200, "{path}"));
        over.extend(too_many(path, &seen, most));
        seen.into_iter().for_each(|sql| statements.entry(sql).or_default().push(path.to_owned()));
    }
    for (path, seen) in of_staff(&site, &mut over) {
        seen.into_iter().for_each(|sql| statements.entry(sql).or_default().push(path.clone()));
    }
    for (sql, paths) in &statements {
        if !KEPT.lock().unwrap().contains(sql) {
            println!("not kept: {sql} {paths:?}");
        }
    }
    let seen = watch(|| talk(&site, &mut hub, &largest));
    seen.into_iter().for_each(|sql| statements.entry(sql).or_default().push("talk".to_owned()));
    let seen = watch(|| keep_contacts(&site, &mut hub, &contact));
    seen.into_iter().for_each(|sql| statements.entry(sql).or_default().push("the address book".to_owned()));
    let seen = watch(|| moves(&mut hub));
    seen.into_iter().for_each(|sql| statements.entry(sql).or_default().push("a move".to_owned()));
    let mut anybody = site.visitor();
    anybody.open("/sign-in").fill("email", "member3@seed.example").fill("password", seed::PASSWORD).press("Sign in");
    let seen = watch(|| {
        for far in 9_000..9_020 {
            assert_eq!(anybody.get(&format!("/in/member-{far:06}")).page.status, 200);
        }
    });
    assert!(seen.iter().any(|sql| has(sql, CIRCLE)), "nobody was far enough for the 3rd degree");
    seen.into_iter().for_each(|sql| statements.entry(sql).or_default().push("a stranger".to_owned()));
    // Of the tables that are large here; to walk one of a single row would be right.
    for table in ["members", "relationships", "messages", "message_copies", "conversations"] {
        let analyze = format!("ANALYZE {table}");
        site.db.write_blocking(|connection| Ok(diesel::sql_query(analyze).execute(connection)?)).unwrap();
    }
    site.vacuum();
    let mut slow = Vec::new();
    for (sql, paths) in &statements {
        // With and without the statistics that ANALYZE leaves: a site that just grew has none.
        for site in [&site, &empty] {
            for step in plan(site, sql) {
                if !FEW.iter().any(|(part, _)| has(sql, part)) {
                    slow.push(format!("{step}\n    {sql}\n    {paths:?}"));
                }
            }
        }
    }
    assert!(statements.len() > 60, "{}", statements.len());
    let refused =
        |(sql, paths): (&String, &Vec<String>)| Some(format!("{}\n    {sql}\n    {paths:?}", spread_too_far(sql)?));
    let refused: Vec<String> = statements.iter().filter_map(refused).collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    slow.extend(over);
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

/// Says so where a page runs more statements than it may.
fn too_many(path: &str, seen: &[String], most: usize) -> Option<String> {
    println!("{:3} of {most:3} {path}", seen.len());
    (seen.len() > most).then(|| format!("{path} runs {} statements:\n{}", seen.len(), seen.join("\n")))
}

/// What the pages of those who run the site run, where 2,000 reports wait and as many are closed.
fn of_staff(site: &Site, over: &mut Vec<String>) -> Vec<(String, Vec<String>)> {
    let reported = "INSERT INTO reports (reported_id, id, kind, reporter_id, created_at, reason, context, decision) \
                    SELECT id, id * 2 + 1, 0, 1, 1700000000, 'Spam', '{}', id % 2 FROM members WHERE id > 3 LIMIT 4000";
    let role = "UPDATE members SET role = 2 WHERE handle = 'member-000002'";
    for sql in [reported, role] {
        site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    }
    let load = |connection: &mut _| {
        let waiting = reports::table.filter(reports::reported_id.eq(6)).select((reports::reported_id, reports::id));
        Ok(waiting.first::<(i64, i64)>(connection)?)
    };
    let (member, report) = site.db.write_blocking(load).unwrap();
    let mut staff = site.visitor();
    staff.open("/sign-in").fill("email", "member2@seed.example").fill("password", seed::PASSWORD).press("Sign in");
    let mut all = Vec::new();
    for &(path, most) in STAFF {
        let path = path.replace("REPORTED", &member.to_string()).replace("REPORT", &report.to_string());
        if path.starts_with("/moderation/") {
            // Who opens a report for the first time is logged, once.
            staff.get(&path);
        }
        let seen = watch(|| assert_eq!(staff.get(&path).page.status, 200, "{path}"));
        over.extend(too_many(&path, &seen, most));
        all.push((path, seen));
    }
    all
}

/// Why a cluster of Citus would refuse a statement, or ask all its machines for it: docs/scaling.md says what it takes.
fn spread_too_far(sql: &str) -> Option<&'static str> {
    let sql = sql.replace('`', "\"");
    let owner = |table: &str| match TABLES.iter().find(|one| one.name == table)?.spread() {
        Spread::ByMember(column) | Spread::By(column) => Some(column),
        Spread::Everywhere => None,
    };
    // Who is left out is looked for on every machine anyway.
    let is_spread = |list: &str| {
        let mut names = list.rsplit('"').skip(1).step_by(2);
        let (column, table) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
        owner(table) == Some(column) && !list.ends_with(&format!("NOT (\"{table}\".\"{column}\""))
    };
    let lists: Vec<&str> = sql.split(" IN (SELECT unnest(").collect();
    if lists[..lists.len() - 1].iter().any(|list| is_spread(list)) {
        return Some("an array names the shards that are asked, rows do not");
    }
    if sql.contains(" FOR ") && sql.contains("UPDATE") && sql.contains("ANY (") {
        return Some("one row is locked at a time");
    }
    // What a row is spread by stays as it is.
    let table =
        sql.split([' ', '"']).filter(|word| !word.is_empty()).nth(if sql.starts_with("INSERT") { 2 } else { 1 });
    let set = sql.split(" SET ").nth(1).map(|set| set.split(" WHERE ").next().unwrap());
    if let (Some(owner), Some(set)) = (table.and_then(owner), set)
        && set.contains(&format!("\"{owner}\" ="))
    {
        return Some("the column by which a row is spread is set");
    }
    // A table that is joined names its owner: a bound one, or that of another.
    for joined in sql.split(" JOIN \"").skip(1) {
        let table = joined.split('"').next().unwrap();
        let Some(owner) = owner(table) else { continue };
        let of_owner = |after: &str| after.starts_with('"') && after.split('"').nth(3).is_some_and(is_owner);
        let is_placed = |after: &str| after.starts_with(['$', '?']) || of_owner(after);
        if !sql.split(&format!("(\"{table}\".\"{owner}\" = ")).skip(1).any(is_placed)
            && !sql.contains(&format!(" = \"{table}\".\"{owner}\")"))
        {
            return Some("rows of two owners are joined");
        }
    }
    None
}

/// Whether a column says whose a row is.
fn is_owner(column: &str) -> bool {
    ["owner_id", "member_id", "id"].contains(&column)
}

#[test]
fn what_a_cluster_refuses_is_known() {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for refused in [
        "SELECT \"tags\".\"tag\" FROM \"tags\" WHERE \"tags\".\"owner_id\" IN (SELECT unnest($1::bigint[]))",
        "SELECT \"tags\".\"tag\" FROM \"tags\" WHERE (\"tags\".\"owner_id\" = ANY ($1)) FOR NO KEY UPDATE",
        "INSERT INTO \"directory\" (\"member_id\") VALUES ($1) ON CONFLICT DO UPDATE SET \"member_id\" = $2",
        "UPDATE \"positions\" SET \"member_id\" = $1 WHERE (\"positions\".\"id\" = $2)",
        "SELECT \"messages\".\"text\" FROM (\"message_copies\" INNER JOIN \"messages\" ON \
         ((\"messages\".\"writer_id\" = CASE WHEN (true) THEN 1 END) AND (\"messages\".\"id\" = \"message_copies\".\"id\")))",
    ] {
        assert!(spread_too_far(refused).is_some(), "{refused}");
    }
    let placed = "SELECT 1 FROM (\"handles\" INNER JOIN \"relationships\" ON ((\"relationships\".\"other_id\" = \
                  \"handles\".\"member_id\") AND (\"relationships\".\"owner_id\" = $1)))";
    assert_eq!(spread_too_far(placed), None);
}

/// Writes, reads, deletes, and lets the job remove it.
fn talk(site: &Site, hub: &mut Visitor, largest: &str) {
    hub.open(&format!("/inbox/{largest}")).fill("message", "Hello").press("Send message").go("Older messages");
    hub.open(&format!("/inbox/{largest}")).press("Mark as unread");
    hub.open(&format!("/inbox/{largest}")).press("Delete message").press("Undo");
    hub.open(&format!("/inbox/{largest}")).fill("message", "More").press("Save draft");
    hub.open(&format!("/inbox/{largest}")).fill("before", "2001-01-01").press("Delete everything before");
    hub.open("/inbox?q=hello");
    assert!(hub.sees("1 message"), "{}", hub.text());
    hub.open("/inbox").fill("member", largest).press("Mark as read");
    hub.open(&format!("/inbox/{largest}")).press("Delete conversation");
    for table in ["message_deletions", "message_copies"] {
        let sql = format!("UPDATE {table} SET deleted_at = deleted_at - 7200 WHERE owner_id = 1 AND deleted_at > 0");
        site.db.write_blocking(|connection| Ok(diesel::sql_query(&sql).execute(connection)?)).unwrap();
    }
    amicable::inbox::purge::purge(&site.db, &|| true).unwrap();
    SEEN.lock().unwrap().retain(|sql| !sql.contains("- 7200"));
}

/// Fills the address book of the hub, and gives one of its contacts.
fn book(site: &Site) -> String {
    let found = "UPDATE members SET found_by_email = TRUE WHERE id < 1000";
    let hub = MemberId::new(1);
    let fill = |connection: &mut amicable::db::Connection| {
        diesel::sql_query(found).execute(connection)?;
        amicable::demo::contacts::many(connection, hub, 3_000)?;
        let card = Card { full_name: "Cleo Marsh".into(), company: "Kiln".into(), ..Card::default() };
        let emails = vec![Valued::new("", "member777@seed.example")];
        let new = NewContact { card: Card { emails, ..card }, source: Source::ByHand, import_id: None };
        Ok(store::insert(connection, hub, &[new.clone(), new])?[0])
    };
    site.db.write_blocking(fill).unwrap().to_string()
}

/// Adds, edits, deletes, merges, removes, imports and synchronises contacts.
fn keep_contacts(site: &Site, hub: &mut Visitor, contact: &str) {
    hub.open("/contacts/new").fill("full_name", "Zoe Ng").fill("email", "zoe@example.org").press("Save");
    hub.open(&format!("/contacts/{contact}/edit")).fill("position", "Baker").fill("tags", "choir").press("Save");
    hub.open("/connections/tags/rename?tag=choir").fill("name", "Choir of Bern").press("Save").press("Undo");
    hub.open(&format!("/contacts/{contact}")).press("Delete contact").press("Undo");
    hub.open("/contacts/duplicates").press("Merge").press("Undo");
    hub.open("/contacts/duplicates").press("Different people");
    hub.open("/contacts/remove?tag=choir");
    let all = hub.text().split("Select all ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    hub.press(&format!("Select all {all}")).press("Review removal");
    hub.press(&format!("Remove {all} contacts"));
    hub.press("Undo");
    let file = "Name,E-mail\nZoe Ng,zoe@example.org\nNew Person,new@example.org\n";
    hub.open("/contacts/import").upload("/contacts/import", "file", file.as_bytes()).follow().press("Read again");
    hub.open("/contacts/import").upload("/contacts/import", "file", file.as_bytes()).follow();
    hub.press("Confirm import").press("Undo");
    let phone = device::Device::of(site, hub);
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Li Wei\r\nN:Wei;Li;;;\r\nEND:VCARD\r\n";
    assert_eq!(phone.put("1.vcf", card).status, 201);
    assert_eq!(phone.get("1.vcf").status, 200);
    assert_eq!(phone.propfind(&phone.book(), "1", "<D:getetag/>").status, 207);
    let asked = "<D:prop><D:getetag/><C:address-data/></D:prop>";
    assert_eq!(phone.report("C:addressbook-query", asked).status, 207);
    assert_eq!(
        phone.report("C:addressbook-multiget", &format!("{asked}<D:href>{}</D:href>", phone.card("1.vcf"))).status,
        207
    );
    let (_, token) = phone.changes("");
    assert_eq!(phone.delete("1.vcf").status, 204);
    assert_eq!(phone.changes(&token).0, ["-1.vcf"]);
    site.db.write_blocking(amicable::contacts::purge::purge).unwrap();
}

fn moves(hub: &mut Visitor) {
    hub.open("/connections").go("Disconnect").press("Disconnect");
    hub.press("Undo");
    hub.go("Disconnect").press("Disconnect");
    hub.go("Note and tags").press("Save");
    hub.open("/connections/disconnected").press("Re-invite");
    for path in ["/in/member-000003/decline", "/in/member-000003/decline/undo", "/invitations/declined/1/2/undo"] {
        hub.post(path, &[]).follow();
    }
    hub.open("/in/member-000002").press("Block");
    hub.open("/connections/blocked").press("Unblock");
    hub.open("/connections/remove?q=an");
    let all = hub.text().split("Select all ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    hub.press(&format!("Select all {all}")).press("Search").press("Next");
    hub.fill("member", "").press("Previous").press("Review removal").press("Next").press("×");
    hub.press("Back to the selection").press("Review removal");
    let button =
        format!("Remove {} connections", hub.text().split("Remove ").nth(1).unwrap().split(' ').next().unwrap());
    hub.press(&button);
    hub.press("Undo");
    hub.open("/in/member-009999/invite").fill("note", "Hello").press("Send invitation");
    hub.open("/in/member-009999").press("Withdraw invitation");
    hub.open("/in/member-000002").fill("private_note", "Met").fill("tags", "school").press("Save");
    // The pages above ask for a tag that nobody has yet.
    for path in ["/connections", "/connections/remove", "/connections/export/connections.csv"] {
        assert_eq!(hub.get(&format!("{path}?tag=SCHOOL")).page.status, 200, "{path}");
    }
    hub.post("/profile", &[("full_name", "Another Name"), ("headline", "New"), ("location", "")]);
    hub.post("/profile/handle", &[("handle", "hub")]);
    hub.post("/profile/positions", &[("title", "Engineer"), ("company", "Lind"), ("from", ""), ("until", "")]);
    hub.post("/profile/links", &[("address", "lind.example"), ("label", "")]);
    for form in ["photo", "links/1", "positions/1"] {
        hub.post(&format!("/profile/{form}/remove"), &[]);
        hub.post(&format!("/profile/{form}/restore"), &[]);
    }
    hub.post("/first-steps/close", &[]).follow();
    hub.open("/settings/devices");
    hub.open("/settings/privacy").press("Save");
    hub.open("/").press("Sign out");
}

fn watch(act: impl FnOnce()) -> Vec<String> {
    SEEN.lock().unwrap().clear();
    act();
    std::mem::take(&mut SEEN.lock().unwrap())
}

/// The plan of a statement: what it walks and what it sorts. PostgreSQL is told to do neither where it can do
/// otherwise, since it rightly walks a table that is small today.
fn plan(site: &Site, sql: &str) -> Vec<String> {
    if !on_postgres() {
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let steps: Vec<Step> =
            site.db.write_blocking(|connection| Ok(diesel::sql_query(&explain).load(connection)?)).unwrap();
        // All messages of a conversation, where one of them is wanted. What ends with a LIMIT reads them in their order.
        let all_messages = |step: &String| {
            let is_whole = step.contains("message_copies") && step.ends_with("(owner_id=? AND other_id=?)");
            is_whole && sql.starts_with("SELECT") && !sql.contains("LIMIT")
        };
        // All conversations of an owner, where some are counted, which happens on every page.
        let all_conversations = |step: &String| {
            sql.contains("COUNT(*)") && step.contains("conversations") && step.ends_with("PRIMARY KEY (owner_id=?)")
        };
        // The first of a whole table, as an index has them in order; and rows that the statement itself brings.
        let in_order = |step: &str| step.contains("USING") && sql.ends_with("LIMIT ?") && !sql.contains(" WHERE ");
        let brought = |step: &str| step.contains("VALUES CLAUSE") || step.contains("CONSTANT ROW");
        let bad = |step: &String| {
            all_messages(step)
                || all_conversations(step)
                || (step.starts_with("SCAN") && !brought(step) && !in_order(step) || step.contains("TEMP B-TREE"))
                // The rows of a subquery, whose own steps are among these.
                && step != "SCAN copies"
                // FTS5's tables are its indexes.
                && !step.contains("VIRTUAL TABLE INDEX")
        };
        return steps.into_iter().map(|step| step.detail).filter(bad).collect();
    }
    let parameters = (1..).take_while(|number| sql.contains(&format!("${number}"))).count();
    let nulls = if parameters == 0 { String::new() } else { format!("({})", vec!["NULL"; parameters].join(",")) };
    let nodes: Vec<Node> = site
        .db
        .write_blocking(|connection| {
            let before = format!(
                "SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; \
                 SET LOCAL enable_sort = off; PREPARE page AS {sql}"
            );
            connection.batch_execute(&before)?;
            let explain = format!("EXPLAIN (COSTS OFF) EXECUTE page{nulls}");
            let nodes = diesel::sql_query(explain).load(connection);
            connection.batch_execute("DEALLOCATE page")?;
            Ok(nodes?)
        })
        .unwrap();
    let lines: Vec<String> = nodes.into_iter().map(|node| node.line.trim().to_owned()).collect();
    let bad = |line: &&String| line.contains("Seq Scan") || line.contains("Sort Key");
    let mut found: Vec<String> = lines.iter().filter(bad).cloned().collect();
    // One relationship of a hub is looked up by its key: in the other indexes the other stands behind a date or a name, so that
    // all of the hub's would be walked.
    let walks = |line: &&String| line.contains(" on relationships many") && !line.contains("relationships_pkey");
    found.extend(lines.iter().filter(walks).cloned());
    found
}

#[test]
fn every_cause_of_the_refusal_runs_the_same_statements() {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    diesel::connection::set_default_instrumentation(|| Some(Box::new(Recorder))).unwrap();
    let site = Site::new();
    let mut r = site.member("Rolf Lind");
    let mut them = support::whom_nobody_may_invite(&site, &mut r);
    // A private note makes a row, where otherwise there is none; neither may show in what is done.
    let [_, closed, _, suspended, _] = &mut them;
    closed.open("/in/rolf-lind").fill("private_note", "Of Rolf").press("Save");
    r.open(&format!("/in/{}", suspended.handle)).fill("private_note", "Of Olga").press("Save");
    let (mut all, mut forms) = (Vec::new(), Vec::new());
    for handle in them.iter().map(|visitor| &visitor.handle) {
        let path = format!("/in/{handle}/invite");
        forms.push(watch(|| assert_eq!(r.get(&path).page.status, 200, "{handle}")));
        let seen = watch(|| assert_eq!(r.post(&path, &[]).page.status, 422, "{handle}"));
        assert!(!seen.iter().any(|sql| !sql.starts_with("SELECT")), "{handle} writes: {seen:?}");
        all.push(seen);
    }
    for seen in &forms {
        assert_eq!(seen, &forms[0]);
    }
    for seen in &all {
        assert_eq!(seen, &all[0]);
    }
}
