//! What deleted messages leave behind: nothing, once neither side keeps a copy; and what `/settings/data` says of it.

use amicable::ids::MemberId;
use amicable::inbox::purge;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::support::database::on_postgres;
use crate::support::{Site, Visitor, connect};

fn two(site: &Site) -> (Visitor, Visitor) {
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    (ada, ben)
}

fn write(from: &mut Visitor, to: &str, text: &str) {
    from.open(&format!("/inbox/{to}")).fill("message", text).press("Send message");
    assert!(from.sees("Message sent."), "{}", from.text());
}

fn number(site: &Site, sql: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        number: i64,
    }
    let sql = format!("SELECT {sql} AS number");
    let number = site.db.read_blocking(|connection| Ok(diesel::sql_query(&sql).get_result::<Number>(connection)?));
    number.unwrap().number
}

fn rows(site: &Site) -> [i64; 3] {
    ["messages", "message_copies", "message_deletions"]
        .map(|table| number(site, &format!("(SELECT COUNT(*) FROM {table})")))
}

/// How many copies can be searched.
fn searched(site: &Site) -> i64 {
    let table = if on_postgres() { "message_search" } else { "message_search_rows" };
    number(site, &format!("(SELECT COUNT(*) FROM {table})"))
}

/// Lets two hours pass since everything that was deleted, and runs the job.
fn purge_later(site: &Site) {
    for table in ["message_deletions", "message_copies"] {
        let sql = format!("UPDATE {table} SET deleted_at = deleted_at - 7200 WHERE deleted_at > 7200");
        site.db.write_blocking(|connection| Ok(diesel::sql_query(&sql).execute(connection)?)).unwrap();
    }
    purge::purge(&site.db, &|| true).unwrap();
}

#[test]
fn a_text_goes_with_its_last_copy() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    for text in ["First", "Second"] {
        write(&mut ada, "ben-okoro", text);
    }
    write(&mut ben, "ada-ruiz", "Third");
    ada.open("/inbox/ben-okoro").press("Delete conversation");
    purge::purge(&site.db, &|| true).unwrap();
    assert_eq!(rows(&site), [3, 6, 1], "it can be taken back for an hour");
    let before = ben.open("/inbox/ada-ruiz").text();
    purge_later(&site);
    assert_eq!((rows(&site), searched(&site)), ([3, 3, 0], 3));
    assert_eq!(ben.open("/inbox/ada-ruiz").text(), before);
    assert!(!ada.open("/inbox/ben-okoro").sees("Third"));
    // Ada writes again, and Ben deletes all; only what Ada has stays.
    write(&mut ada, "ben-okoro", "Fourth");
    ben.open("/inbox/ada-ruiz").press("Delete conversation");
    purge_later(&site);
    assert_eq!(rows(&site), [1, 1, 0]);
    assert!(ada.open("/inbox/ben-okoro").sees("Fourth"));
    ada.press("Delete conversation").press("Undo");
    purge_later(&site);
    assert_eq!(rows(&site), [1, 1, 0], "what was taken back stays");
    ada.open("/inbox/ben-okoro").press("Delete message");
    purge_later(&site);
    assert_eq!((rows(&site), searched(&site)), ([0, 0, 0], 0));
    let left = |column: &str| format!("(SELECT COUNT(*) FROM conversations WHERE {column})");
    assert_eq!(number(&site, &left("deletion_id IS NOT NULL OR deleted_draft <> ''")), 0);
}

#[test]
fn ones_messages_take_what_one_keeps_of_them() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    assert!(ada.open("/settings/data").sees("You have no messages."), "{}", ada.text());
    write(&mut ada, "ben-okoro", "12345");
    write(&mut ben, "ada-ruiz", &"ü".repeat(500));
    assert!(ada.open("/settings/data").sees("2 KB in 2 messages that you sent or received"), "{}", ada.text());
    ada.go("Ben Okoro");
    assert_eq!(ada.page.path, "/inbox/ben-okoro");
    let all = ada.open("/settings/data").page.body.clone();
    // What the other deletes, and when it is removed, does not show.
    ben.open("/inbox/ada-ruiz").press("Delete conversation");
    assert_eq!(ada.open("/settings/data").page.body, all);
    purge_later(&site);
    assert_eq!(ada.open("/settings/data").page.body, all);
    assert!(ben.open("/settings/data").sees("You have no messages.") && !ben.sees("Ada Ruiz"), "{}", ben.text());
    ada.open("/inbox/ben-okoro").press("Delete message");
    ada.open("/settings/data");
    assert!(ada.sees("5 bytes in 1 message that you sent or received"), "{}", ada.text());
    assert!(ada.sees("1 deleted message waits to be removed. Until then that takes 1 KB."), "{}", ada.text());
    purge_later(&site);
    assert!(!ada.open("/settings/data").sees("waits to be removed"), "{}", ada.text());
    // Whoever is blocked takes room, but is not named.
    ada.open("/in/ben-okoro").press("Block");
    assert!(ada.open("/settings/data").sees("5 bytes in 1 message") && !ada.sees("Ben Okoro"), "{}", ada.text());
}

/// Bytes that the messages take: of the whole file, or of their tables without indexes.
fn bytes(site: &Site) -> i64 {
    if on_postgres() {
        let tables = ["messages", "message_copies", "message_deletions"];
        // What autovacuum does within a minute.
        for table in tables {
            site.db.raw().unwrap().batch_execute(&format!("VACUUM {table}")).unwrap();
        }
        let sum = |of: &str| number(site, &tables.map(|table| format!("{of}('{table}')")).join(" + "));
        // What is free in an index is used again, but not given back.
        println!("bytes: indexes {}", sum("pg_indexes_size"));
        return sum("pg_table_size");
    }
    #[derive(QueryableByName)]
    struct Checkpoint {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        busy: i32,
    }
    let mut own = site.db.raw().unwrap();
    // Whoever reads just now stands in its way.
    let mut is_busy = || {
        let done = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result::<Checkpoint>(&mut **own);
        done.unwrap().busy != 0
    };
    while is_busy() {}
    #[derive(QueryableByName)]
    struct Place {
        #[diesel(sql_type = diesel::sql_types::Text)]
        file: String,
    }
    let list = "SELECT file FROM pragma_database_list";
    let place = site.db.read_blocking(|connection| Ok(diesel::sql_query(list).get_result::<Place>(connection)?));
    std::fs::metadata(place.unwrap().file).unwrap().len() as i64
}

/// A conversation of so many messages, the half of them written by each.
fn talk(site: &Site, (ada, ben): (MemberId, MemberId), number: i64) {
    let rows = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {number}) SELECT");
    let (even, text) = ("i % 2 = 0", "Lorem ipsum dolor sit amet ".repeat(8));
    let mut all = vec![format!(
        "INSERT INTO messages (writer_id, id, text) {rows} CASE WHEN {even} THEN {ada} ELSE {ben} END, 1000 + i, \
         '{text}' || i FROM n"
    )];
    for (owner, other, is_mine) in [(ada, ben, "= 0"), (ben, ada, "= 1")] {
        all.push(format!(
            "INSERT INTO message_copies (owner_id, other_id, id, is_mine, sent_at) {rows} {owner}, {other}, 1000 + i, \
             i % 2 {is_mine}, 1700000000 + i FROM n"
        ));
        all.push(format!(
            "INSERT INTO conversations (owner_id, other_id, place, last_at) VALUES ({owner}, {other}, {}, 1)",
            1_000 + number
        ));
    }
    let insert = |connection: &mut amicable::db::Connection| Ok(connection.batch_execute(&all.join(";"))?);
    site.db.write_blocking(insert).unwrap();
}

#[test]
fn the_room_of_ten_thousand_messages_is_given_back() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    let empty = bytes(&site);
    talk(&site, (ada.id, ben.id), 10_000);
    let full = bytes(&site);
    ada.open("/inbox/ben-okoro").press("Delete conversation");
    purge_later(&site);
    assert_eq!(rows(&site), [10_000, 10_000, 0]);
    let one_side = bytes(&site);
    ben.open("/inbox/ada-ruiz").press("Delete conversation");
    // Somebody who reads meanwhile sees what was there when they began.
    let seen = "SELECT COUNT(*) FROM messages";
    if on_postgres() {
        purge_later(&site);
    } else {
        let read = site.db.read_blocking(|connection| {
            let count =
                |connection: &mut _| diesel::dsl::sql::<diesel::sql_types::BigInt>(seen).get_result::<i64>(connection);
            let before = count(connection)?;
            purge_later(&site);
            Ok((before, count(connection)?))
        });
        assert_eq!(read.unwrap(), (10_000, 10_000));
    }
    assert_eq!(rows(&site), [0, 0, 0]);
    let gone = bytes(&site);
    println!("bytes: empty {empty}, full {full}, one side deleted {one_side}, both deleted {gone}");
    assert!(gone - empty < (full - empty) / 5, "empty {empty}, full {full}, one side {one_side}, both {gone}");
}
