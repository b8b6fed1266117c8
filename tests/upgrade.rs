//! Sites of earlier versions, brought up to date by the migrations of this one: nothing is lost, and they are served.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "web/support/database.rs"]
mod database;
#[allow(dead_code)]
#[path = "web/support/program.rs"]
mod program;

#[path = "upgrade/versions.rs"]
mod versions;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use amicable::backup::Backup;
use amicable::db::{Db, number};
use database::Database;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use program::{Served, amicable, run};

/// The backups of earlier versions, the oldest first.
fn releases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/releases");
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| path.extension().is_some_and(|end| end == "zip"));
    all.sort();
    assert!(!all.is_empty());
    all
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The texts of a column, sorted.
fn texts(db: &Db, table: &str, column: &str) -> Vec<String> {
    let sql = format!("SELECT {column} AS line FROM {table} ORDER BY 1");
    let mut found = db.read_blocking(|connection| {
        let rows: Vec<Line> = match connection {
            amicable::db::Connection::Sqlite(own) => sql_query(&sql).load(own)?,
            amicable::db::Connection::Postgres(own) => sql_query(&sql).load(own)?,
        };
        Ok(rows.into_iter().map(|row| row.line).collect::<Vec<_>>())
    });
    found.as_mut().unwrap().sort();
    found.unwrap()
}

/// The texts of a column as a backup has them, sorted.
fn texts_of(file: &Path, table: &str, at: usize) -> Vec<String> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    let lines = std::io::read_to_string(zip.by_name(&format!("tables/{table}.jsonl")).unwrap()).unwrap();
    let rows = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let mut texts: Vec<String> = rows.map(|row| row[at].as_str().unwrap().to_owned()).collect();
    texts.sort();
    texts
}

/// What people have written, which no migration may change.
const WRITTEN: [(&str, &str); 8] = [
    ("members", "about"),
    ("messages", "text"),
    ("relationships", "private_note"),
    ("relationships", "private_reason"),
    ("relationships", "invitation_note"),
    ("tags", "tag"),
    ("contacts", "company"),
    ("reports", "reason"),
];

#[test]
fn a_site_of_an_earlier_version_loses_nothing() {
    for file in releases() {
        let database = Database::empty();
        let url = database.argument();
        let (done, said) = run(&mut amicable(&["restore", file.to_str().unwrap(), "--database-url", &url]));
        assert!(done && said.contains("The site is restored."), "{}: {said}", file.display());
        let (good, said) = run(&mut amicable(&["check", "--database-url", &url]));
        assert!(good, "{}: {said}", file.display());
        let backup = Backup::open(&file).unwrap();
        let tables: BTreeMap<_, _> = backup.manifest().tables.iter().map(|one| (one.table.as_str(), one)).collect();
        let db = database.open();
        for (table, content) in &tables {
            let sql = format!("SELECT COUNT(*) AS number FROM {table}");
            let rows = db.read_blocking(|connection| number(connection, &sql)).unwrap();
            assert_eq!(rows.unsigned_abs(), content.rows, "{}: {table}", file.display());
        }
        for (table, column) in WRITTEN {
            let at = tables[table].columns.iter().position(|name| name == column).unwrap();
            assert_eq!(texts(&db, table, column), texts_of(&file, table, at), "{table}.{column}");
        }
        words_are_kept(&db);
        db.close();
        is_served(&database);
    }
}

/// What a contact is found by stands beside its card, so that it is taken out again.
fn words_are_kept(db: &Db) {
    let kept: usize = texts(db, "contact_cards", "words")
        .iter()
        .filter(|words| !words.is_empty())
        .map(|words| serde_json::from_str::<Vec<String>>(words).unwrap().len())
        .sum();
    assert!(kept > 0);
    assert_eq!(kept, texts(db, "contact_words", "word").len());
}

/// A member of the demo signs in and finds what is theirs.
fn is_served(database: &Database) {
    let served = Served::serve(database);
    let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();
    let form = [("email", "priya@demo.example"), ("password", "amicable demo")];
    let signed_in = agent.post(format!("{}/sign-in", served.address)).send_form(form).unwrap();
    assert_eq!(signed_in.status(), 303);
    for path in ["/", "/in/priya-r", "/connections", "/contacts", "/inbox", "/notifications", "/settings/data"] {
        let mut page = agent.get(format!("{}{path}", served.address)).call().unwrap();
        let text = page.body_mut().read_to_string().unwrap();
        assert!(page.status() == 200 && text.contains("Priya Raman"), "{path}: {}", page.status());
    }
    let again = agent.post(format!("{}/in/adaeze-nwankwo/re-invite", served.address)).send_empty().unwrap();
    assert_eq!(again.status(), 303);
    let mut page = agent.get(format!("{}/connections?q=Adaeze", served.address)).call().unwrap();
    assert!(page.body_mut().read_to_string().unwrap().contains("Adaeze Nwankwo"));
}
