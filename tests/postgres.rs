//! What is PostgreSQL's alone: a way that breaks, transactions that meet, and TLS. `tests/run` starts the server that
//! `TEST_DATABASE_URL` names, and names the certificate it shows in `TEST_DATABASE_CERTIFICATE`.
#![allow(missing_docs, clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "web/support/database.rs"]
mod database;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};

use amicable::db;
use amicable::db::DatabaseUrl;
use amicable::db::{Connection, Db};
use amicable::error::Error;
use amicable::ids::MemberId;
use amicable::schema::settings;
use database::Database;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

const PASS: u8 = 0;
const CUT_BEFORE: u8 = 1;
const CUT_AFTER: u8 = 2;

/// A way to the server that can be cut when the next transaction commits: before the server hears of it, or before the
/// server's answer is heard.
struct Way {
    url: DatabaseUrl,
    next: Arc<AtomicU8>,
}

impl Way {
    fn to(database: &Database) -> Way {
        let DatabaseUrl::Postgres(url) = &database.url else { panic!("TEST_DATABASE_URL names no PostgreSQL") };
        let at = url.find('@').unwrap() + 1;
        let end = at + url[at..].find('/').unwrap();
        let server = url[at..end].to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        let next = Arc::new(AtomicU8::new(PASS));
        let cut = next.clone();
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&server).unwrap());
                let (cut, quiet) = (cut.clone(), Arc::new(AtomicU8::new(PASS)));
                let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let silent = quiet.clone();
                std::thread::spawn(move || {
                    forward(&mut from, &mut to, |sent| {
                        if !sent.windows(6).any(|word| word == b"COMMIT") {
                            return true;
                        }
                        let how = cut.swap(PASS, Ordering::SeqCst);
                        silent.store(how, Ordering::SeqCst);
                        how != CUT_BEFORE
                    });
                });
                let (mut from, mut to) = (server, client);
                std::thread::spawn(move || forward(&mut from, &mut to, |_| quiet.load(Ordering::SeqCst) != CUT_AFTER));
            }
        });
        let url = format!("{}{here}{}", &url[..at], &url[end..]);
        Way { url: DatabaseUrl::Postgres(url), next }
    }
}

/// Passes on what comes, until there is no more or it may not be passed.
fn forward(from: &mut TcpStream, to: &mut TcpStream, may: impl Fn(&[u8]) -> bool) {
    let mut buffer = [0; 65_536];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if !may(&buffer[..length]) || to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

fn add_one(connection: &mut Connection) -> Result<i32, Error> {
    let row = settings::table.find("number").select(settings::value);
    let number = row.first::<String>(connection)?.parse::<i32>().unwrap() + 1;
    diesel::update(settings::table.find("number")).set(settings::value.eq(number.to_string())).execute(connection)?;
    Ok(number)
}

fn with_number() -> (Database, Db) {
    let database = Database::new();
    let db = database.open();
    db.write_blocking(|connection| {
        let row = (settings::name.eq("number"), settings::value.eq("0"));
        Ok(diesel::insert_into(settings::table).values(row).execute(connection)?)
    })
    .unwrap();
    (database, db)
}

fn number(db: &Db) -> String {
    db.write_blocking(|connection| Ok(settings::table.find("number").select(settings::value).first(connection)?))
        .unwrap()
}

#[test]
fn a_change_whose_commit_was_never_answered_happens_once() {
    let (database, direct) = with_number();
    let way = Way::to(&database);
    let db = Db::open(&way.url).unwrap();
    for (round, cut) in [CUT_BEFORE, CUT_AFTER, CUT_AFTER, CUT_BEFORE].into_iter().enumerate() {
        let runs = AtomicUsize::new(0);
        way.next.store(cut, Ordering::SeqCst);
        let done = db.write_blocking(|connection| {
            runs.fetch_add(1, Ordering::SeqCst);
            add_one(connection)
        });
        let wanted = i32::try_from(round).unwrap() + 1;
        assert_eq!(done.unwrap(), wanted);
        assert_eq!(number(&direct), wanted.to_string());
        assert_eq!(way.next.load(Ordering::SeqCst), PASS, "nothing was cut");
        // What had happened was not done again; what had not, was.
        assert_eq!(runs.load(Ordering::SeqCst), if cut == CUT_AFTER { 1 } else { 2 });
    }
}

#[test]
fn a_connection_that_the_server_ended_is_noticed_by_nobody() {
    let (_database, db) = with_number();
    let end_all = |connection: &mut Connection| {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        Ok(connection.batch_execute(sql)?)
    };
    // One that lies in the pool, and one in the middle of a transaction.
    db.write_blocking(end_all).unwrap();
    assert_eq!(db.write_blocking(add_one).unwrap(), 1);
    let ended = AtomicUsize::new(0);
    let done = db.write_blocking(|connection| {
        let number = add_one(connection)?;
        if ended.fetch_add(1, Ordering::SeqCst) == 0 {
            connection.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())")?;
        }
        Ok(number)
    });
    assert_eq!((done.unwrap(), number(&db).as_str()), (2, "2"));
    let read = actix_web::rt::System::new().block_on(async {
        db.write_blocking(end_all).unwrap();
        db.read(|connection| Ok(settings::table.count().get_result::<i64>(connection)?)).await
    });
    assert_eq!(read.unwrap(), 1);
}

#[test]
fn transactions_that_wait_for_each_other_are_run_again() {
    let (_database, db) = with_number();
    db.write_blocking(|connection| {
        Ok(connection.batch_execute("INSERT INTO settings (name, value) VALUES ('a', ''), ('b', '')")?)
    })
    .unwrap();
    let runs = AtomicUsize::new(0);
    let both_hold_one = Barrier::new(2);
    let take = |first: &str, second: &str| {
        let met = AtomicBool::new(false);
        db.write_blocking(|connection| {
            runs.fetch_add(1, Ordering::SeqCst);
            for name in [first, second] {
                diesel::update(settings::table.find(name)).set(settings::value.eq(first)).execute(connection)?;
                if !met.swap(true, Ordering::SeqCst) {
                    both_hold_one.wait();
                }
            }
            add_one(connection)
        })
    };
    std::thread::scope(|scope| {
        let threads = [scope.spawn(|| take("a", "b")), scope.spawn(|| take("b", "a"))];
        threads.into_iter().for_each(|thread| {
            thread.join().unwrap().unwrap();
        });
    });
    assert_eq!(number(&db), "2");
    assert!(runs.load(Ordering::SeqCst) > 2, "nobody met anybody");
}

#[test]
fn whoever_is_held_is_changed_by_one_at_a_time() {
    let (_database, db) = with_number();
    let member = |connection: &mut Connection| {
        let sql = "INSERT INTO members (id, email, email_key, password_hash, handle, full_name, sort_first, sort_last, created_at) \
                   VALUES (1, '', '', '', '', '', '', '', 0); INSERT INTO connection_counts (member_id) VALUES (1)";
        Ok(connection.batch_execute(sql)?)
    };
    db.write_blocking(member).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    db.write_blocking(|connection| {
                        db::lock_members(connection, [MemberId::new(1)])?;
                        add_one(connection)
                    })
                    .unwrap();
                }
            });
        }
    });
    assert_eq!(number(&db), "80");
    assert!(matches!(
        db.write_blocking(|connection| db::lock_members(connection, [MemberId::new(2)])),
        Err(Error::NotFound)
    ));
}

#[test]
fn an_error_that_would_stay_is_told_at_once() {
    let (_database, db) = with_number();
    let runs = AtomicUsize::new(0);
    let done = db.write_blocking(|connection| {
        runs.fetch_add(1, Ordering::SeqCst);
        add_one(connection)?;
        Ok(connection.batch_execute("SELECT 1 / 0")?)
    });
    assert!(matches!(done, Err(Error::Database(_))));
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    assert_eq!(number(&db), "0");
}

#[test]
fn the_way_to_the_server_is_encrypted_and_its_certificate_checked() {
    let (database, _) = with_number();
    let DatabaseUrl::Postgres(url) = &database.url else { panic!("TEST_DATABASE_URL names no PostgreSQL") };
    let url = url.split('?').next().unwrap();
    let certificate = std::env::var("TEST_DATABASE_CERTIFICATE").unwrap();
    let db = Db::open(&DatabaseUrl::Postgres(format!("{url}?sslmode=verify-full&sslrootcert={certificate}"))).unwrap();
    #[derive(QueryableByName)]
    struct Encrypted {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        ssl: bool,
    }
    let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let row: Encrypted = db.write_blocking(|connection| Ok(diesel::sql_query(sql).get_result(connection)?)).unwrap();
    assert!(row.ssl);
    let other = tempfile::NamedTempFile::new().unwrap();
    let wrong = format!("{url}?sslmode=verify-full&sslrootcert={}", other.path().display());
    assert!(Db::open(&DatabaseUrl::Postgres(wrong)).is_err());
}

#[test]
fn a_frozen_node_lets_others_go_on() {
    let (database, db) = with_number();
    let DatabaseUrl::Postgres(url) = &database.url else { panic!("TEST_DATABASE_URL names no PostgreSQL") };
    let frozen = format!("{url}&options=-c%20idle_in_transaction_session_timeout%3D100ms");
    let frozen = Db::open(&DatabaseUrl::Postgres(frozen)).unwrap();
    let (holds, held) = mpsc::channel();
    let (thaw, thawed) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let thread = scope.spawn(move || {
            let runs = AtomicUsize::new(0);
            let done = frozen.write_blocking(|connection| {
                let number = add_one(connection)?;
                if runs.fetch_add(1, Ordering::SeqCst) == 0 {
                    holds.send(()).unwrap();
                    thawed.recv().unwrap();
                }
                Ok(number)
            });
            (done, runs.into_inner())
        });
        held.recv().unwrap();
        assert_eq!(db.write_blocking(add_one).unwrap(), 1);
        thaw.send(()).unwrap();
        // What it had begun is done once it is back, and once.
        let (done, runs) = thread.join().unwrap();
        assert_eq!((done.unwrap(), runs), (2, 2));
    });
}

#[test]
fn whoever_waits_for_a_lock_is_answered() {
    let (database, db) = with_number();
    let DatabaseUrl::Postgres(url) = &database.url else { panic!("TEST_DATABASE_URL names no PostgreSQL") };
    let hasty = Db::open(&DatabaseUrl::Postgres(format!("{url}&options=-c%20lock_timeout%3D50ms"))).unwrap();
    db.write_blocking(|connection| {
        add_one(connection)?;
        let runs = AtomicUsize::new(0);
        let done = hasty.write_blocking(|other| {
            runs.fetch_add(1, Ordering::SeqCst);
            add_one(other)
        });
        assert!(matches!(done, Err(Error::Database(_))));
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        Ok(())
    })
    .unwrap();
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

#[test]
fn a_session_bounds_how_long_it_may_be_in_the_way() {
    let (_database, db) = with_number();
    for (name, wanted) in
        [("idle_in_transaction_session_timeout", "10s"), ("lock_timeout", "15s"), ("tcp_keepalives_idle", "5")]
    {
        let sql = format!("SELECT current_setting('{name}') AS value");
        let row: Setting = db.write_blocking(|connection| Ok(diesel::sql_query(&sql).get_result(connection)?)).unwrap();
        assert_eq!(row.value, wanted, "{name}");
    }
}

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().filter_map(Result::ok).filter(is_ours).count()
}

/// Other tests have threads of their own, of other names or of other databases; here nobody else reads meanwhile.
fn is_ours(task: &std::fs::DirEntry) -> bool {
    std::fs::read_to_string(task.path().join("comm")).is_ok_and(|name| name.trim() == "postgres")
}

#[test]
fn what_waits_takes_no_thread_and_too_many_are_told_at_once() {
    let (_database, db) = with_number();
    let most = Arc::new(AtomicUsize::new(0));
    actix_web::rt::System::new().block_on(async {
        // The locks of the readers are shared, and wait for this one.
        let (locked, is_locked) = mpsc::channel();
        let (unlock, unlocked) = mpsc::channel::<()>();
        let holder = db.clone();
        let thread = std::thread::spawn(move || {
            holder
                .write_blocking(|connection| {
                    connection.batch_execute("SELECT pg_advisory_xact_lock(1)")?;
                    locked.send(()).unwrap();
                    unlocked.recv().unwrap();
                    Ok(())
                })
                .unwrap();
        });
        is_locked.recv().unwrap();
        let running = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..3_000)
            .map(|_| {
                let (db, running, most) = (db.clone(), running.clone(), most.clone());
                actix_web::rt::spawn(async move {
                    db.read(move |connection| {
                        most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        connection.batch_execute("SELECT pg_advisory_xact_lock_shared(1)")?;
                        running.fetch_sub(1, Ordering::SeqCst);
                        Ok(())
                    })
                    .await
                })
            })
            .collect();
        let (mut done, mut told) = (0, 0);
        let mut waiting = Vec::new();
        for task in tasks.into_iter().rev() {
            // The last came when there was no place left, and have their answer while the others wait.
            if told < 3_000 - 16 - 2_048 {
                assert!(matches!(task.await.unwrap(), Err(Error::Unavailable(_))));
                told += 1;
            } else {
                waiting.push(task);
            }
        }
        assert!(threads() <= 16 + 4, "{}", threads());
        unlock.send(()).unwrap();
        for task in waiting {
            task.await.unwrap().unwrap();
            done += 1;
        }
        thread.join().unwrap();
        assert_eq!((done, told), (16 + 2_048, 3_000 - 16 - 2_048));
    });
    assert!(most.load(Ordering::SeqCst) <= 16);
}
