use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

use crate::db::Connection;
use crate::db::sqlite::long_reads::LongReads;
use crate::db::sqlite::{File, Settings, establish, wal};
use crate::error::Error;

/// Bounds a wait that would otherwise have no end; nothing takes a part of it.
const FOR_EVER: Duration = Duration::from_secs(60);
/// Checkpoints are run by the test alone.
const BY_HAND: Settings = Settings { wal_limit: 1 << 16, settle: FOR_EVER, busy: FOR_EVER };

fn site(folder: &Path) -> File {
    let file = File::open_with(path(folder).as_str(), BY_HAND).unwrap();
    file.migrate(&|_| {}).unwrap();
    file.write_blocking(|connection| Ok(connection.batch_execute("CREATE TABLE IF NOT EXISTS rows (row)")?)).unwrap();
    file
}

fn path(folder: &Path) -> String {
    folder.join("a site?.db").to_str().unwrap().into()
}

fn add(connection: &mut Connection) -> Result<(), Error> {
    Ok(connection.batch_execute("INSERT INTO rows VALUES (randomblob(3000))")?)
}

fn number(connection: &mut Connection) -> Result<i64, Error> {
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let Connection::Sqlite(own) = connection else { unreachable!() };
    Ok(sql_query("SELECT count(*) AS number FROM rows").get_result::<Number>(own)?.number)
}

/// What lies in a folder, as it would after a crash.
fn crash(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
    }
    to
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    std::fs::read_dir(folder).unwrap().map(name).collect()
}

#[test]
fn nobody_waits_for_a_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let hour = Duration::from_secs(3_600);
    let settings = Settings { wal_limit: 1 << 16, settle: Duration::from_millis(1), busy: hour };
    let file = File::open_with(&path(folder.path()), settings).unwrap();
    file.write_blocking(|connection| Ok(connection.batch_execute("CREATE TABLE rows (row)")?)).unwrap();
    let uri = format!("file:{}", path(folder.path()).replace('?', "%3f"));
    let mut long = SqliteConnection::establish(&uri).unwrap();
    long.batch_execute("BEGIN; SELECT * FROM rows").unwrap();
    let (done, told) = mpsc::channel();
    let (writing, log) = (file.clone(), path(folder.path()));
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            while wal::length(&log) < 5 << 16 {
                writing.write(add, false).await.unwrap();
            }
        });
        done.send(()).unwrap();
    });
    // A change that waited for the reader would wait for an hour.
    told.recv_timeout(FOR_EVER).unwrap();
    long.batch_execute("COMMIT").unwrap();
    let until = Instant::now() + FOR_EVER;
    while wal::length(&path(folder.path())) > 0 {
        assert!(Instant::now() < until, "the reader has ended, and the WAL is still there");
        std::thread::yield_now();
    }
}

#[test]
fn others_are_answered_during_a_long_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = site(folder.path());
    actix_web::rt::System::new().block_on(async {
        let (started, starts) = tokio::sync::oneshot::channel();
        let (release, released) = mpsc::channel::<()>();
        let reading = file.clone();
        let long = actix_web::rt::spawn(async move {
            let wait = move |connection: &mut Connection| {
                started.send(()).unwrap();
                released.recv_timeout(FOR_EVER).unwrap();
                number(connection)
            };
            reading.read_long(wait).await
        });
        starts.await.unwrap();
        assert_eq!(file.read(number).unwrap(), 0);
        release.send(()).unwrap();
        assert_eq!(long.await.unwrap().unwrap(), 0);
    });
}

#[test]
fn long_reads_wait_in_a_bounded_queue() {
    let reads = LongReads::with(1, 1);
    actix_web::rt::System::new().block_on(async {
        let (started, starts) = tokio::sync::oneshot::channel();
        let (release, released) = mpsc::channel::<()>();
        let (first, second) = (reads.clone(), reads.clone());
        let first = actix_web::rt::spawn(async move {
            let wait = move || {
                started.send(()).unwrap();
                released.recv_timeout(FOR_EVER).unwrap();
                Ok(())
            };
            first.run(wait).await
        });
        starts.await.unwrap();
        let second = actix_web::rt::spawn(async move { second.run(|| Ok(())).await });
        actix_web::rt::task::yield_now().await;
        assert!(matches!(reads.run(|| Ok(())).await, Err(Error::Unavailable(_))));
        release.send(()).unwrap();
        assert!(first.await.unwrap().is_ok() && second.await.unwrap().is_ok());
        assert!(reads.run(|| Ok(())).await.is_ok());
    });
}

#[test]
fn a_closed_file_is_whole_and_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = site(folder.path());
    file.write_blocking(add).unwrap();
    assert_eq!(file.read(number).unwrap(), 1);
    file.close().unwrap();
    assert_eq!(names(folder.path()), ["a site?.db"]);
    assert!(file.write_blocking(add).is_err());
    assert_eq!(site(folder.path()).read(number).unwrap(), 1);
}

#[test]
fn a_crash_at_any_moment_is_recovered() {
    let folder = tempfile::tempdir().unwrap();
    let file = site(folder.path());
    for step in 1..=30 {
        file.write_blocking(add).unwrap();
        if step % 3 == 0 {
            file.shared.checkpoint().unwrap();
        }
        if step % 10 == 0 {
            file.write_blocking(|connection| Ok(connection.batch_execute(&format!("CREATE TABLE t{step} (row)"))?))
                .unwrap();
        }
        if step % 7 == 0 {
            file.shared.truncate(&mut file.shared.writer().unwrap()).unwrap();
        }
        let crashed = crash(folder.path());
        let found = File::open_with(&path(crashed.path()), BY_HAND).unwrap();
        assert_eq!(found.read(number).unwrap(), step);
        let without_note = crash(folder.path());
        forget_note(without_note.path());
        let found = File::open_with(&path(without_note.path()), BY_HAND).unwrap();
        assert_eq!(found.read(number).unwrap(), step);
    }
}

fn forget_note(folder: &Path) {
    wal::forget(&path(folder));
    let _ = std::fs::remove_file(path(folder) + "-shm");
}

#[test]
fn a_wal_beside_another_file_is_refused() {
    let (folder, other, kept) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let keep = |from: &Path, name: &str| {
        std::fs::copy(path(from), kept.path().join(name)).unwrap();
    };
    let file = site(folder.path());
    file.write_blocking(add).unwrap();
    file.close().unwrap();
    keep(folder.path(), "after a stop");
    let file = site(folder.path());
    let vacuum = |name: &str| {
        let into = format!("VACUUM INTO '{}'", kept.path().join(name).display());
        file.shared.writer().unwrap().batch_execute(&into).unwrap();
    };
    file.write_blocking(add).unwrap();
    vacuum("VACUUM INTO, a while ago");
    keep(folder.path(), "copied in use");
    for _ in 0..3 {
        file.write_blocking(add).unwrap();
        file.shared.checkpoint().unwrap();
    }
    file.write_blocking(add).unwrap();
    vacuum("VACUUM INTO, lately");
    site(other.path()).write_blocking(add).unwrap();
    keep(other.path(), "another site");
    std::fs::write(kept.path().join("empty"), "").unwrap();
    let kept_names = names(kept.path());
    assert_eq!(kept_names.len(), 6);
    for (name, is_noted) in kept_names.iter().flat_map(|name| [(name, true), (name, false)]) {
        let crashed = crash(folder.path());
        if !is_noted {
            forget_note(crashed.path());
        }
        std::fs::copy(kept.path().join(name), path(crashed.path())).unwrap();
        let bytes = |suffix: &str| std::fs::read(path(crashed.path()) + suffix).unwrap();
        let before = (bytes(""), bytes("-wal"));
        let refused = File::open_with(&path(crashed.path()), BY_HAND).map(|_| ());
        assert!(
            refused.as_ref().is_err_and(|why| why.to_string().contains("is not the log of")),
            "{name} {is_noted}: {refused:?}"
        );
        assert!(before == (bytes(""), bytes("-wal")), "{name}");
        // As the sentence says.
        std::fs::remove_file(path(crashed.path()) + "-wal").unwrap();
        let _ = std::fs::remove_file(path(crashed.path()) + "-shm");
        assert!(File::open_with(&path(crashed.path()), BY_HAND).is_ok(), "{name}");
    }
    let crashed = crash(folder.path());
    assert_eq!(File::open_with(&path(crashed.path()), BY_HAND).unwrap().read(number).unwrap(), 6);
}

#[test]
fn a_wal_that_another_moves_meanwhile_is_not_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = site(folder.path());
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                file.write_blocking(add).unwrap();
                file.shared.checkpoint().unwrap();
            }
        });
        let refused = (0..2_000).find_map(|_| wal::refuse_foreign(&path(folder.path())).err());
        is_over.store(true, Ordering::Release);
        assert!(refused.is_none(), "{refused:?}");
    });
}

#[test]
fn a_file_that_another_closes_meanwhile_is_not_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(site(folder.path()));
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                let mut other = establish(&path(folder.path())).unwrap();
                other.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
                add(&mut other).unwrap();
            }
        });
        let refused = (0..2_000).find_map(|_| wal::refuse_foreign(&path(folder.path())).err());
        is_over.store(true, Ordering::Release);
        assert!(refused.is_none(), "{refused:?}");
    });
}

#[test]
fn a_bulk_load_whose_wal_started_over_is_known_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = site(folder.path());
    let mut crashed = Vec::new();
    let filled = file.fill(|connection| {
        for table in ["one", "another"] {
            add(connection)?;
            connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
            connection.batch_execute(&format!("CREATE TABLE {table} (row)"))?;
            add(connection)?;
            crashed.push(crash(folder.path()));
        }
        Ok(())
    });
    filled.unwrap();
    file.write_blocking(|connection| Ok(connection.batch_execute("CREATE TABLE a_third (row)")?)).unwrap();
    crashed.push(crash(folder.path()));
    for (crashed, rows) in crashed.iter().zip([2, 4, 4]) {
        assert!(wal::is_there(&path(crashed.path())));
        let found = File::open_with(&path(crashed.path()), BY_HAND).unwrap();
        assert_eq!(found.read(number).unwrap(), rows);
    }
}

#[test]
fn a_panic_leaves_no_transaction_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = site(folder.path());
    let panics = |connection: &mut Connection| -> Result<(), Error> {
        add(connection)?;
        panic!("on purpose")
    };
    let write = std::panic::AssertUnwindSafe(|| file.write_blocking(panics));
    assert!(std::panic::catch_unwind(write).is_err());
    let panics = |connection: &mut Connection| -> Result<(), Error> {
        number(connection)?;
        panic!("on purpose")
    };
    let read = std::panic::AssertUnwindSafe(|| file.read(panics));
    assert!(std::panic::catch_unwind(read).is_err());
    file.write_blocking(add).unwrap();
    assert_eq!(file.read(number).unwrap(), 1);
}

#[test]
fn a_failed_flush_opens_the_database_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = site(folder.path());
    file.write_blocking(add).unwrap();
    file.shared.checkpoint_failed(&Error::Unavailable("disk I/O error".into()));
    assert!(file.ready().is_err());
    // The WAL is recovered, so that all of it is moved again.
    file.write_blocking(add).unwrap();
    assert!(file.ready().is_ok());
    assert_eq!(file.read(number).unwrap(), 2);
}
