//! Backups: a restored site is the same table by table, what is damaged is refused, and what is killed half-way passes for
//! nothing.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "web/support/database.rs"]
mod database;
#[allow(dead_code)]
#[path = "web/support/program.rs"]
mod program;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use amicable::backup::Manifest;
use amicable::copy::{Held, held};
use amicable::db::{Db, number};
use database::Database;
use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl, SqliteConnection};
use program::{Served, amicable, run, seeded, sound, with_a_bit_of_everything};

/// How often a command is begun that may end before it is killed.
const TRIES: usize = 20;

/// A folder for backups.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// What lies in it.
    fn names(&self) -> Vec<String> {
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        std::fs::read_dir(self.0.path()).unwrap().map(name).collect()
    }
}

fn backup(database: &Database, file: &str) -> (bool, String) {
    run(&mut amicable(&["backup", file, "--database-url", &database.argument()]))
}

fn restore(file: &str, database: &Database) -> (bool, String) {
    run(&mut amicable(&["restore", file, "--database-url", &database.argument()]))
}

fn tables(database: &Database) -> Vec<Held> {
    let db = database.open();
    let tables = db.snapshot(|connection| held(connection, &|_, _, _| {})).unwrap();
    db.close();
    tables
}

fn rows(db: &Db, table: &str) -> i64 {
    db.read_blocking(|connection| number(connection, &format!("SELECT COUNT(*) AS number FROM {table}"))).unwrap()
}

#[test]
fn a_restored_site_is_the_same_on_either_engine() {
    let (site, folder) = (Database::new(), Folder::new());
    let friends = seeded(&site);
    with_a_bit_of_everything(&site);
    let file = folder.file("site.zip");
    let (done, said) = backup(&site, &file);
    assert!(done && said.contains("is whole") && said.contains("relationships"), "{said}");
    assert_eq!(folder.names(), ["site.zip"]);
    let before = tables(&site);
    for restored in [Database::empty(), Database::sqlite()] {
        let (done, said) = restore(&file, &restored);
        assert!(done && said.contains("The site is restored."), "{said}");
        assert_eq!(tables(&restored), before);
        sound(&restored, &[]);
        let (site, restored_db) = (site.open(), restored.open());
        for table in ["directory", "connection_counts"] {
            assert_eq!(rows(&site, table), rows(&restored_db, table), "{table}");
        }
        restored_db.close();
        // It is a site like any other: one signs in and disconnects.
        let served = Served::serve(&restored);
        assert_eq!(served.hub()(&format!("/in/{}/disconnect", friends[0])), Some(303));
    }
}

#[test]
fn a_backup_is_of_one_moment_while_the_site_is_used() {
    let (site, folder, restored) = (Database::new(), Folder::new(), Database::empty());
    let friends = seeded(&site);
    let served = Served::serve(&site);
    let hub = served.hub();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let pressing = std::thread::spawn(move || {
        let mut pressed = 0;
        for verb in ["disconnect", "re-invite"].iter().cycle() {
            for handle in &friends {
                assert_eq!(hub(&format!("/in/{handle}/{verb}")), Some(303));
                pressed += 1;
                if stopped.try_recv() != Err(std::sync::mpsc::TryRecvError::Empty) {
                    return pressed;
                }
            }
        }
        pressed
    });
    for number in 0..3 {
        let (done, said) = backup(&site, &folder.file(&format!("{number}.zip")));
        assert!(done, "{said}");
    }
    drop(stop);
    assert!(pressing.join().unwrap() > 3);
    let (done, said) = restore(&folder.file("1.zip"), &restored);
    assert!(done, "{said}");
    sound(&restored, &[]);
}

#[test]
fn nothing_is_written_over() {
    let (site, folder) = (Database::new(), Folder::new());
    seeded(&site);
    let file = folder.file("site.zip");
    assert!(backup(&site, &file).0);
    let bytes = std::fs::read(&file).unwrap();
    let (done, said) = backup(&site, &file);
    assert!(!done && said.contains("is there already"), "{said}");
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    let before = tables(&site);
    let (done, said) = restore(&file, &site);
    assert!(!done && (said.contains("is there already") || said.contains("is not empty")), "{said}");
    assert_eq!(tables(&site), before);
    let nowhere = ["backup", &folder.file("other.zip"), "--database-url", &format!("sqlite:{}", folder.file("no.db"))];
    let (done, said) = run(&mut amicable(&nowhere));
    assert!(!done && said.contains("there is no database"), "{said}");
    assert_eq!(folder.names(), ["site.zip"]);
}

#[test]
fn a_damaged_backup_is_refused_before_anything_is_made() {
    let (site, folder) = (Database::new(), Folder::new());
    seeded(&site);
    let file = folder.file("site.zip");
    assert!(backup(&site, &file).0);
    let whole = std::fs::read(&file).unwrap();
    let damaged = folder.file("damaged.zip");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0x20;
    let swapped = with_another_row(&file);
    for (bytes, why) in [
        (&flipped[..], "is damaged at the table"),
        (&whole[..whole.len() / 2], "is no whole backup"),
        (&whole[..whole.len() - 1], "is no whole backup"),
        (&b"no archive at all"[..], "is no whole backup"),
        (&swapped[..], "is damaged at the table settings: it holds something else"),
    ] {
        std::fs::write(&damaged, bytes).unwrap();
        let place = Database::empty();
        let (done, said) = restore(&damaged, &place);
        assert!(!done && said.contains(why), "{why}: {said}");
        assert!(is_untouched(&place));
        let (done, _) = run(&mut amicable(&["restore", "--only-verify", &damaged]));
        assert!(!done);
    }
    let (done, said) = run(&mut amicable(&["restore", "--only-verify", &file]));
    assert!(done && said.contains("is whole"), "{said}");
    assert_eq!(folder.names().len(), 2);
}

/// The backup with a row that its manifest does not know.
fn with_another_row(file: &str) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    let mut to = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let mut entry = from.by_index(at).unwrap();
        to.start_file(entry.name().to_owned(), zip::write::SimpleFileOptions::default()).unwrap();
        std::io::copy(&mut entry, &mut to).unwrap();
        if entry.name() == "tables/settings.jsonl" {
            to.write_all(b"[\"zz\",\"zz\"]\n").unwrap();
        }
    }
    to.finish().unwrap().into_inner()
}

/// Whether a restore has left nothing in this place.
fn is_untouched(place: &Database) -> bool {
    if let Some(path) = place.argument().strip_prefix("sqlite:") {
        let folder = Path::new(path).parent().unwrap();
        return std::fs::read_dir(folder).unwrap().count() == 0;
    }
    let db = place.open();
    let sql = "SELECT COUNT(*) AS number FROM pg_tables WHERE schemaname = 'public'";
    db.read_blocking(|connection| number(connection, sql)).unwrap() == 0
}

fn begin(arguments: &[&str]) -> Child {
    amicable(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits for something that the child does before it ends.
fn until(child: &mut Child, mut seen: impl FnMut() -> bool) -> bool {
    while !seen() {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

#[test]
fn a_killed_backup_leaves_nothing_that_passes_for_one() {
    let (site, folder) = (Database::new(), Folder::new());
    seeded(&site);
    let file = folder.file("site.zip");
    let part = PathBuf::from(format!("{file}.part"));
    // How many were killed in the middle: where the machine is busy, one may end before.
    let mut halves = 0;
    for size in [0, 1, 100_000, 300_000, 500_000].into_iter().cycle().take(TRIES) {
        let mut child = begin(&["backup", &file, "--database-url", &site.argument()]);
        let written = || std::fs::metadata(&part).is_ok_and(|part| part.len() >= size);
        let in_the_middle = until(&mut child, written);
        child.kill().unwrap();
        child.wait().unwrap();
        let left = if Path::new(&file).exists() { Path::new(&file) } else { &part };
        let (whole, said) = run(&mut amicable(&["restore", "--only-verify", left.to_str().unwrap()]));
        if left == part && in_the_middle && !whole {
            assert!(said.contains("is no whole backup"), "{said}");
            halves += 1;
        } else {
            // Killed between the last byte and the end.
            assert!(whole, "{}: {said}", left.display());
        }
        let _ = std::fs::remove_file(&file);
        if halves == 5 {
            break;
        }
    }
    assert!(halves > 1, "{TRIES} times it ended before it was killed");
    // The next one goes over what is left.
    let (done, said) = backup(&site, &file);
    assert!(done, "{said}");
    assert_eq!(folder.names(), ["site.zip"]);
}

#[test]
fn a_killed_restore_leaves_nothing_that_can_be_served() {
    let (site, folder) = (Database::new(), Folder::new());
    let size = ["--members", "2000", "--connections", "20000"];
    let (done, said) = run(amicable(&["seed", "--database-url", &site.argument()]).args(size));
    assert!(done, "{said}");
    let file = folder.file("site.zip");
    assert!(backup(&site, &file).0);
    let before = tables(&site);
    let mut place = Database::empty();
    for table in ["members", "relationships", "members", "relationships"] {
        // Where the machine is busy it may end before it is killed: then it is tried again, elsewhere.
        let in_the_middle = (0..TRIES).any(|_| {
            let is_killed = kill_at(table, &file, &place);
            if !is_killed {
                assert_eq!(tables(&place), before, "what is not whole is gone");
                place = Database::empty();
            }
            is_killed
        });
        assert!(in_the_middle, "{TRIES} times it ended before it was killed");
    }
    let (done, said) = restore(&file, &place);
    assert!(done, "{said}");
    assert_eq!(tables(&place), before);
    if let Some(path) = place.argument().strip_prefix("sqlite:") {
        let beside = std::fs::read_dir(Path::new(path).parent().unwrap()).unwrap();
        assert_eq!(beside.count(), 1, "what the killed ones left is gone");
    }
}

/// Kills a restore once it has come to this table. Returns whether that left nothing.
fn kill_at(table: &str, file: &str, place: &Database) -> bool {
    let db = database::on_postgres().then(|| place.open());
    let mut child = begin(&["restore", file, "--database-url", &place.argument()]);
    let _ = until(&mut child, || is_under_way(place, db.as_ref(), table));
    let _ = child.kill();
    child.wait().unwrap();
    is_gone(place)
}

/// Whether a restore has come to this table.
fn is_under_way(place: &Database, server: Option<&Db>, table: &str) -> bool {
    if let Some(path) = place.argument().strip_prefix("sqlite:") {
        let file = format!("{path}.restoring/site.db");
        let Ok(mut connection) = SqliteConnection::establish(&format!("file:{file}?mode=ro")) else { return false };
        return diesel::sql_query(format!("SELECT 1 FROM {table} LIMIT 1")).execute(&mut connection).is_ok();
    }
    let sql = format!(
        "SELECT COUNT(*) AS number FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'INSERT INTO {table} %'"
    );
    server.unwrap().read_blocking(|connection| number(connection, &sql)).unwrap() > 0
}

/// Whether nothing stands in the place of the database.
fn is_gone(place: &Database) -> bool {
    if let Some(path) = place.argument().strip_prefix("sqlite:") {
        return !Path::new(path).exists();
    }
    is_untouched(place)
}

#[test]
fn a_backup_of_an_older_schema_is_brought_up_to_date() {
    let (site, folder, restored) = (Database::new(), Folder::new(), Database::empty());
    seeded(&site);
    let file = folder.file("site.zip");
    assert!(backup(&site, &file).0);
    // As a version without the directory would have made it: the migration has not been run, the rows are the same.
    let older = folder.file("older.zip");
    std::fs::write(
        &older,
        with_manifest(&file, |manifest| {
            manifest.migrations.retain(|version| version != "20261210000900");
            manifest.tables.retain(|content| content.table != "dismissed_suggestions");
        }),
    )
    .unwrap();
    let (done, said) = restore(&older, &restored);
    assert!(done, "{said}");
    assert_eq!(tables(&restored), tables(&site));
    let newer = folder.file("newer.zip");
    std::fs::write(&newer, with_manifest(&file, |manifest| manifest.migrations.push("99991231000000".into()))).unwrap();
    let place = Database::empty();
    let (done, said) = restore(&newer, &place);
    assert!(!done && said.contains("was made by a newer version") && said.contains("99991231000000"), "{said}");
    assert!(is_gone(&place));
}

/// The backup with another manifest.
fn with_manifest(file: &str, change: impl Fn(&mut Manifest)) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    let mut to = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let mut entry = from.by_index(at).unwrap();
        to.start_file(entry.name().to_owned(), zip::write::SimpleFileOptions::default()).unwrap();
        if entry.name() != "manifest.json" {
            std::io::copy(&mut entry, &mut to).unwrap();
            continue;
        }
        let mut manifest: Manifest = serde_json::from_reader(&mut entry).unwrap();
        change(&mut manifest);
        to.write_all(&serde_json::to_vec(&manifest).unwrap()).unwrap();
    }
    to.finish().unwrap().into_inner()
}

#[test]
fn a_full_disk_leaves_no_backup() {
    let (site, folder) = (Database::new(), Folder::new());
    seeded(&site);
    let file = folder.file("site.zip");
    let script = format!(
        "trap '' XFSZ; ulimit -f 100; exec {} backup {file} --database-url '{}'",
        env!("CARGO_BIN_EXE_amicable"),
        site.argument()
    );
    let (done, said) = run(std::process::Command::new("bash").args(["-c", &script]));
    assert!(!done && said.contains("File too large"), "{said}");
    assert!(folder.names().is_empty());
}

#[test]
fn what_a_backup_holds_of_the_site_is_its_operators_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (site, folder, restored) = (Database::new(), Folder::new(), Database::sqlite());
    seeded(&site);
    let file = folder.file("site.zip");
    assert!(backup(&site, &file).0);
    let mode = |path: &str| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert!(restore(&file, &restored).0);
    assert_eq!(mode(restored.argument().strip_prefix("sqlite:").unwrap()), 0o600);
}

#[test]
fn a_schema_that_is_not_up_to_date_is_left_alone() {
    let (site, folder) = (Database::new(), Folder::new());
    seeded(&site);
    let db = site.open();
    let forget = "DELETE FROM __diesel_schema_migrations WHERE version = '20261210000900'";
    db.write_blocking(|connection| Ok(connection.batch_execute(forget)?)).unwrap();
    db.close();
    let (done, said) = backup(&site, &folder.file("site.zip"));
    assert!(!done && said.contains("1 migration behind"), "{said}");
    assert!(folder.names().is_empty());
}
