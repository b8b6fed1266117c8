//! `amicable check`: it finds what was damaged, names what it repairs, and finds nothing on a site that is sound.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "web/support/database.rs"]
mod database;
#[allow(dead_code)]
#[path = "web/support/program.rs"]
mod program;

use amicable::db::number;
use database::Database;
use diesel::connection::SimpleConnection;
use program::{Served, amicable, run, seeded, sound, with_a_bit_of_everything};

/// What it answers to the shell, and what it says.
fn check(database: &Database, more: &[&str]) -> (i32, String) {
    let url = database.argument();
    let arguments = [&["check", "--database-url", &url], more].concat();
    let output = amicable(&arguments).output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (output.status.code().unwrap(), said)
}

fn damage(database: &Database, sql: &str) {
    let db = database.open();
    db.write_blocking(|connection| Ok(connection.batch_execute(sql)?)).unwrap();
    db.close();
}

#[test]
fn a_sound_site_passes_every_check() {
    let database = Database::new();
    seeded(&database);
    let (code, said) = check(&database, &[]);
    assert_eq!(code, 0, "{said}");
    for name in [
        "configuration",
        "schema",
        "database",
        "orphans",
        "relationships",
        "counts",
        "search for people",
        "search in messages",
        "outbox",
        "references",
        "administrators",
        "jobs",
        "audit log",
    ] {
        assert!(said.contains(&format!("{name}: ")), "{name}: {said}");
    }
    assert!(!said.contains("NOT GOOD"), "{said}");
}

#[test]
fn a_site_in_use_is_sound() {
    let database = Database::new();
    let friends = seeded(&database);
    with_a_bit_of_everything(&database);
    let served = Served::serve(&database);
    let hub = served.hub();
    for handle in &friends[..3] {
        assert_eq!(hub(&format!("/in/{handle}/disconnect")), Some(303));
    }
    assert_eq!(hub(&format!("/in/{}/block", friends[0])), Some(303));
    assert_eq!(hub(&format!("/in/{}/re-invite", friends[1])), Some(303));
    let (code, said) = check(&database, &[]);
    assert_eq!(code, 0, "{said}");
}

/// Damages, and what is said of each.
fn damages() -> Vec<(&'static str, &'static str)> {
    let mut all = vec![
        ("DELETE FROM relationships WHERE owner_id = 1 AND state = 4", "members 1 and 2 (Stranger, Connected)"),
        ("UPDATE relationships SET state = 5 WHERE owner_id = 2 AND state = 4", "(Connected, Disconnected)"),
        ("UPDATE relationships SET state = 7 WHERE owner_id = 3 AND state = 4", "(Blocked, Connected)"),
        ("UPDATE relationships SET state = 99 WHERE owner_id = 4 AND state = 4", "(state 99, Connected)"),
        ("UPDATE connection_counts SET number = number + 1 WHERE member_id = 5", "connections of 1 member is wrong"),
        ("INSERT INTO tags (owner_id, other_id, tag) VALUES (1, 999999, 'x'), (999998, 1, 'y')", "1 in tags.owner_id"),
        (
            "UPDATE members SET headline = 'Astronaut', sort_last = 'zz' WHERE id = 7",
            "1 member is missing or out of date",
        ),
        (
            "INSERT INTO outbox (member_id, id, created_at, due_at, attempts, letter) VALUES (1, 2, 1, 99999999999, 0, '{\"letter\":\"ConfirmAddress\",\"sender\":null}')",
            "1 of 1 letter waits for a date",
        ),
        (
            "INSERT INTO outbox (member_id, id, created_at, due_at, attempts, letter) VALUES (1, 1, 1, 1, 0, '{}')",
            "1 of 1 letter cannot be read by this version, and has waited",
        ),
    ];
    if !database::on_postgres() {
        all.push(("DELETE FROM member_search WHERE rowid = 9", "1 member is missing or out of date"));
    }
    all
}

#[test]
fn what_is_damaged_is_found_named_and_repaired() {
    for (sql, says) in damages() {
        let database = Database::new();
        seeded(&database);
        damage(&database, sql);
        let (code, said) = check(&database, &[]);
        assert!(code == 3 && said.contains(says) && said.contains("can be repaired"), "{sql}: {said}");
        assert!(!said.contains("REPAIRED"), "{said}");
        assert_eq!(check(&database, &[]).1, said, "looking changes nothing");
        let (code, said) = check(&database, &["--repair"]);
        assert!(code == 0 && said.contains("REPAIRED"), "{sql}: {said}");
        if sql.starts_with("UPDATE relationships SET state = 7") {
            let repaired = said.lines().find(|line| line.contains("relationships: REPAIRED")).unwrap();
            assert!(
                repaired.contains("(Blocked, Connected), ") && repaired.contains("now Blocked, BlockedBy"),
                "{said}"
            );
        }
        let (code, said) = check(&database, &[]);
        assert!(code == 0 && !said.contains("NOT GOOD"), "{sql}: {said}");
    }
}

#[test]
fn a_member_who_was_removed_by_hand_is_repaired_whole() {
    // PostgreSQL lets nobody do that.
    let database = Database::sqlite();
    seeded(&database);
    damage(&database, "INSERT INTO sanctions (member_id, id, kind, created_at, reason) VALUES (9, 1, 2, 1, 'Spam')");
    without_its_keeper(&database, "DELETE FROM members WHERE id = 9");
    let (code, said) = check(&database, &[]);
    assert!(code == 3 && said.contains("references: NOT GOOD: a row of"), "{said}");
    let (code, said) = check(&database, &["--repair"]);
    assert!(code == 0 && said.contains("orphans: REPAIRED"), "{said}");
    assert!(said.contains("references: every row that another names is there"), "{said}");
    assert_eq!(check(&database, &[]).0, 0);
}

/// Changes a file as a program does that knows nothing of its foreign keys.
fn without_its_keeper(database: &Database, sql: &str) {
    use diesel::Connection;
    let file = database.argument();
    let mut connection = diesel::SqliteConnection::establish(file.strip_prefix("sqlite:").unwrap()).unwrap();
    connection.batch_execute(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
}

#[test]
fn a_damaged_file_is_named_with_what_to_do() {
    use std::os::unix::fs::FileExt;
    for damage in ["index", "pages", "head"] {
        let database = Database::sqlite();
        seeded(&database);
        if damage == "index" {
            without_its_keeper(&database, "DROP TABLE message_search_config");
        } else {
            let path = database.argument();
            let file = std::fs::OpenOptions::new().write(true).open(path.strip_prefix("sqlite:").unwrap()).unwrap();
            let (from, length) = if damage == "head" { (0, 16) } else { (40 * 4_096, 100 * 4_096) };
            file.write_all_at(&vec![0xa5; length], from).unwrap();
        }
        for more in [&[][..], &["--repair"]] {
            let (code, said) = check(&database, more);
            assert!(code == 3 && said.contains(": NOT GOOD: the file is damaged"), "{damage}: {code} {said}");
            assert!(said.contains("`amicable restore`") && !said.contains("REPAIRED"), "{damage}: {said}");
        }
    }
}

#[test]
fn a_site_that_nobody_can_run_is_named() {
    let database = Database::new();
    assert!(check(&database, &[]).1.contains("administrators: nobody is a member yet"));
    seeded(&database);
    assert!(check(&database, &[]).1.contains("administrators: 1 administrator can sign in"));
    for without in ["suspended_at = 1", "deletion_due_at = 99999999999, suspended_at = NULL", "role = 1"] {
        damage(&database, &format!("UPDATE members SET {without} WHERE role = 2"));
        let (code, said) = check(&database, &[]);
        assert!(code == 3 && said.contains("there are 900 members, but no administrator who can sign in"), "{said}");
    }
}

#[test]
fn a_lost_side_of_a_connection_is_made_anew() {
    let database = Database::new();
    let friends = seeded(&database);
    damage(&database, "DELETE FROM relationships WHERE owner_id = 1");
    assert_eq!(check(&database, &["--repair"]).0, 0);
    sound(&database, &[]);
    assert_eq!(program::connected(&database).len(), friends.len());
}

fn counted(database: &Database, sql: &str) -> i64 {
    let db = database.open();
    let counted = db.read_blocking(|connection| number(connection, &format!("SELECT COUNT(*) AS number FROM {sql}")));
    db.close();
    counted.unwrap()
}

#[test]
fn a_state_that_is_none_connects_nobody() {
    let database = Database::new();
    seeded(&database);
    damage(
        &database,
        "UPDATE relationships SET state = 99, private_note = 'kept' WHERE owner_id = 4 AND state = 4; \
         UPDATE relationships SET state = 4 WHERE owner_id = 4 AND other_id = (SELECT MIN(other_id) FROM relationships WHERE owner_id = 4)",
    );
    let strange = counted(&database, "relationships WHERE owner_id = 4 AND state = 99");
    assert!(strange > 1);
    assert_eq!(check(&database, &["--repair"]).0, 0);
    assert_eq!(counted(&database, "relationships WHERE owner_id = 4 AND state = 4"), 1);
    assert_eq!(counted(&database, "relationships WHERE other_id = 4 AND state = 4"), 1);
    assert_eq!(counted(&database, "relationships WHERE owner_id = 4 AND state = 0 AND private_note = 'kept'"), strange);
}

#[test]
fn whoever_is_about_to_go_stays_hidden() {
    let database = Database::new();
    seeded(&database);
    // The first is hidden from the second; a connection of theirs has lost its row, another contradicts itself.
    damage(
        &database,
        "UPDATE members SET deletion_due_at = 9999999999 WHERE id = 1; \
         UPDATE relationships SET state = 14 WHERE other_id = 1 AND state = 4; \
         DELETE FROM relationships WHERE other_id = 1 AND owner_id = (SELECT MIN(other_id) FROM relationships WHERE owner_id = 1); \
         DELETE FROM relationships WHERE owner_id = 1 AND other_id = (SELECT MAX(other_id) FROM relationships WHERE owner_id = 1); \
         UPDATE connection_counts SET number = (SELECT COUNT(*) FROM relationships WHERE owner_id = member_id AND state = 4)",
    );
    let (code, said) = check(&database, &["--repair"]);
    assert!(code == 0 && said.contains("2 pairs"), "{said}");
    assert_eq!(counted(&database, "relationships WHERE other_id = 1 AND state = 4"), 0);
    let hidden = counted(&database, "relationships WHERE other_id = 1 AND state = 14");
    assert_eq!(hidden, counted(&database, "relationships WHERE owner_id = 1 AND state = 4"));
}

#[test]
fn more_pairs_than_are_found_at_once_are_mended() {
    let database = Database::new();
    seeded(&database);
    damage(&database, "DELETE FROM relationships WHERE owner_id < other_id AND state = 4");
    let lost = counted(&database, "relationships WHERE state = 4");
    assert!(lost > 2_000, "{lost}");
    let (code, said) = check(&database, &["--repair"]);
    assert!(code == 0 && said.contains("1000 or more") && said.contains(&format!("{lost} pairs")), "{said}");
    sound(&database, &[]);
}

#[test]
fn a_letter_of_another_version_is_kept_while_it_may_be_sent() {
    let database = Database::new();
    seeded(&database);
    let now = amicable::dates::now();
    damage(
        &database,
        &format!(
            "INSERT INTO outbox (member_id, id, created_at, due_at, attempts, letter) VALUES (1, 1, {now}, 1, 0, '{{}}'), (1, 2, 1, 1, 0, '{{}}')"
        ),
    );
    let (code, said) = check(&database, &["--repair"]);
    assert!(code == 0 && said.contains("1 of another version of the program"), "{said}");
    assert_eq!(counted(&database, "outbox"), 1);
}

#[test]
fn a_block_and_a_disconnect_outlive_a_repair() {
    let database = Database::new();
    seeded(&database);
    damage(
        &database,
        "UPDATE relationships SET state = 7 WHERE owner_id = 3 AND state = 4; \
         UPDATE relationships SET state = 5 WHERE owner_id = 2 AND state = 4",
    );
    assert_eq!(check(&database, &["--repair"]).0, 0);
    let db = database.open();
    let count = |sql: &str| db.read_blocking(|connection| number(connection, sql)).unwrap();
    assert_eq!(count("SELECT COUNT(*) AS number FROM relationships WHERE other_id IN (2, 3) AND state = 4"), 0);
    assert!(count("SELECT COUNT(*) AS number FROM relationships WHERE other_id = 3 AND state = 8") > 0);
    assert!(count("SELECT COUNT(*) AS number FROM relationships WHERE other_id = 2 AND state = 6") > 0);
}

#[test]
fn what_nobody_can_repair_stays_named() {
    let database = Database::new();
    seeded(&database);
    damage(&database, "DELETE FROM __diesel_schema_migrations WHERE version = '20261210000900'");
    let (code, said) = check(&database, &["--repair"]);
    assert!(code == 3 && said.contains("schema: NOT GOOD") && said.contains("1 migration behind"), "{said}");
    let (done, said) =
        run(amicable(&["check", "--database-url", &database.argument()]).env("AMICABLE_BASE_URL", "network"));
    assert!(!done && said.contains("configuration: NOT GOOD") && said.contains("AMICABLE_BASE_URL"), "{said}");
    let (code, said) = check(&Database::sqlite(), &[]);
    assert!(code == 1 && said.contains("there is no database"), "{said}");
}
