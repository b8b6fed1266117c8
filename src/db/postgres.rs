//! PostgreSQL: a pool, the threads that wait for its connections, and what makes a transaction happen once even where the server, or the way to it, goes away.
//!
//! Members who are changed are held ([`crate::db::lock_members`]), so READ COMMITTED is enough. A transaction that the server
//! rolled back is run again. One whose COMMIT was never answered may have happened: it wrote a *receipt*, a row with a
//! random key, and the next attempt writes the same one first. If that succeeds, the earlier attempt did not happen
//! and cannot any more; if the key is taken, it did, and what it returned is the answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::Connection as _;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager, TransactionManagerStatus};
use diesel::r2d2::{ConnectionManager, Pool, PooledConnection};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{PgConnection, RunQueryDsl};
use rand::RngExt;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

use crate::db::work::{Answer, Work};
use crate::db::{Connection, Connections, Load, Told, citus, migrations, work};
use crate::error::Error;
use crate::metrics::{self, METRICS};

/// Connections of a node, and threads that use them.
const CONNECTIONS: u32 = 16;
/// Requests that may wait for a connection; who comes then is asked at once to try again.
const MAX_WAITING: usize = 2_048;
/// How long people wait for a server that is being replaced before they are asked to try again.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Runs of a transaction that the server goes on rolling back.
const MAX_ATTEMPTS: u32 = 6;
/// The lock under which one node migrates; any number would do that no other program on the database uses.
const MIGRATING: i64 = 0x00a3_1cab_1e00;
/// Lets a transaction wait, and be idle, for as long as it takes.
const PATIENT: &str = "SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
/// Begins what reads, in one snapshot.
const READ_ONLY: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// One write in so many takes old receipts away.
const CLEAN_UP_EVERY: u32 = 500;

/// A server, or several under one URL. Clones share the pool.
#[derive(Clone)]
pub(super) struct Server {
    pool: Connections,
    threads: Arc<Threads>,
    places: Arc<Semaphore>,
}

/// What is done in turn, until a moment.
type Turn = dyn FnOnce(&Server, Instant) -> Result<Answer, Error> + Send;

/// Threads that wait for the database, so that those which serve need not: as many as there are connections, over all
/// workers. They end when the last [`Server`] is dropped.
struct Threads(Option<Runtime>);

impl Threads {
    fn new() -> Result<Threads, Error> {
        let mut threads = Builder::new_current_thread();
        threads.max_blocking_threads(CONNECTIONS as usize).thread_name("postgres");
        Ok(Threads(Some(threads.build().map_err(|why| Error::Unavailable(why.to_string()))?)))
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Waiting for them is forbidden where it may happen on a thread that serves.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Why an attempt did not succeed.
enum Failed {
    /// The closure's own answer.
    Answer(Error),
    /// Rolled back by the server, which answers still.
    RolledBack(Error),
    /// The server, or the way to it, is gone; nothing was committed.
    ConnectionLost(Error),
    /// As [`Failed::ConnectionLost`], but while it committed.
    CommitUnknown(Error),
}

impl Server {
    pub(super) fn open(url: &str) -> Result<Server, Error> {
        let url = with_defaults(url);
        // A pool would try for seconds, and then not say why.
        PgConnection::establish(&url)
            .map_err(|why| Error::Unavailable(format!("cannot reach the database (DATABASE_URL): {why}")))?;
        let pool = Pool::builder()
            .max_size(CONNECTIONS)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(2))
            .test_on_check_out(false);
        Ok(Server {
            pool: pool.build(ConnectionManager::new(url))?,
            threads: Arc::new(Threads::new()?),
            places: Arc::new(Semaphore::new(CONNECTIONS as usize + MAX_WAITING)),
        })
    }

    pub(super) fn migrate(&self, told: Told) -> Result<(), Error> {
        self.fill(|connection| {
            migrations::refuse_beside_others(connection)?;
            migrations::run(connection, &|_| true, told)
        })
    }

    /// Runs a closure in one transaction under the lock of those who migrate.
    pub(super) fn fill<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        self.pool.get()?.transaction(|connection| {
            // Others may migrate for as long as it takes.
            connection.batch_execute(PATIENT)?;
            connection.batch_execute(&format!("SELECT pg_advisory_xact_lock({MIGRATING})"))?;
            f(connection)
        })
    }

    /// Runs a closure in one snapshot, for as long as it takes.
    pub(super) fn snapshot<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        self.pool.get()?.transaction(|connection| {
            connection.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")?;
            connection.batch_execute(PATIENT)?;
            f(connection)
        })
    }

    /// Runs work on a thread that may wait, when it is its turn. The time it may take begins now.
    pub(super) async fn in_turn<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Server, Instant) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        work::shown(self.queue(Box::new(|server, until| f(server, until).map(work::hidden))).await?)
    }

    async fn queue(&self, work: Box<Turn>) -> Result<Answer, Error> {
        let full = |_| Error::Unavailable("too many wait for the database".into());
        let place = self.places.clone().try_acquire_owned().map_err(full)?;
        let stopped = || Error::Unavailable("the database's threads have stopped".into());
        let (server, began) = (self.clone(), Instant::now());
        let until = began + TIMEOUT;
        METRICS.waiting.inc();
        let work = move || {
            METRICS.waiting.dec();
            METRICS.wait_times.observe(began.elapsed().as_secs_f64());
            // Kept as long as the work lasts, be there still anybody who waits for it or not.
            let _place = place;
            if until < Instant::now() {
                return Err(Error::Unavailable("the database was busy for too long".into()));
            }
            work(&server, until)
        };
        let runtime = self.threads.0.as_ref().ok_or_else(stopped)?;
        runtime.spawn_blocking(work).await.map_err(|why| Error::Unavailable(why.to_string()))?
    }

    /// Tries until it is done, the closure says no, or the time is up.
    pub(super) fn read<T>(
        &self,
        f: impl FnOnce(&mut Connection) -> Result<T, Error> + Clone,
        until: Instant,
    ) -> Result<T, Error> {
        work::answered(
            |connection| f.clone()(connection),
            |work| again_and_again(until, || self.attempt(READ_ONLY, None, work, &mut false)),
        )
    }

    /// As [`Server::read`], outside a transaction.
    pub(super) fn read_one<T>(
        &self,
        f: impl FnOnce(&mut Connection) -> Result<T, Error> + Clone,
        until: Instant,
    ) -> Result<T, Error> {
        work::answered(
            |connection| f.clone()(connection),
            |work| {
                again_and_again(until, || {
                    let mut connection = self.pool.get().map_err(|why| Failed::ConnectionLost(why.into()))?;
                    work(&mut connection).map_err(|error| failed(&mut connection, error))
                })
            },
        )
    }

    /// As [`Server::read`]; however often it is tried, it happens once.
    pub(super) fn write<T>(
        &self,
        f: impl FnOnce(&mut Connection) -> Result<T, Error> + Clone,
        until: Instant,
    ) -> Result<T, Error> {
        let receipt = format!("{:032x}", rand::rng().random::<u128>());
        work::answered(
            |connection| f.clone()(connection),
            |work| {
                let mut is_unanswered = false;
                again_and_again(until, || self.attempt("BEGIN", Some(&receipt), work, &mut is_unanswered))
            },
        )
    }

    /// [`Server::read`] on the thread that asks.
    pub(super) fn read_blocking<T>(
        &self,
        f: impl FnOnce(&mut Connection) -> Result<T, Error> + Clone,
    ) -> Result<T, Error> {
        self.read(f, Instant::now() + TIMEOUT)
    }

    /// [`Server::write`] on the thread that asks.
    pub(super) fn write_blocking<T>(
        &self,
        f: impl FnOnce(&mut Connection) -> Result<T, Error> + Clone,
    ) -> Result<T, Error> {
        self.write(f, Instant::now() + TIMEOUT)
    }

    /// Returns how much it has to do.
    pub(super) fn load(&self) -> Load {
        let state = self.pool.state();
        Load { idle: state.idle_connections, in_use: state.connections - state.idle_connections, wal_bytes: 0 }
    }

    pub(super) fn raw(&self) -> Result<PooledConnection<ConnectionManager<Connection>>, Error> {
        Ok(self.pool.get()?)
    }

    /// Runs work in a transaction. It is `is_unanswered` where the COMMIT of an earlier attempt was never answered: if that
    /// has happened, so has the work, and its answer from then is the one that holds.
    fn attempt(
        &self,
        begin: &str,
        receipt: Option<&str>,
        work: &mut Work<'_>,
        is_unanswered: &mut bool,
    ) -> Result<(), Failed> {
        let mut connection = self.pool.get().map_err(|why| Failed::ConnectionLost(why.into()))?;
        if let Err(why) = begin_with(&mut connection, begin) {
            break_off(&mut connection);
            return Err(Failed::ConnectionLost(why.into()));
        }
        if let Some(receipt) = receipt {
            let write = format!("INSERT INTO receipts (id) VALUES ('{receipt}')");
            match connection.batch_execute(&write) {
                Ok(()) => *is_unanswered = false,
                Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) if *is_unanswered => {
                    roll_back(&mut connection);
                    return Ok(());
                }
                Err(why) => return Err(failed(&mut connection, why.into())),
            }
        }
        work(&mut connection).map_err(|error| failed(&mut connection, error))?;
        if let Err(why) = Manager::commit_transaction(&mut *connection) {
            let failed = failed(&mut connection, why.into());
            return Err(match failed {
                Failed::ConnectionLost(why) if receipt.is_some() => {
                    *is_unanswered = true;
                    Failed::CommitUnknown(why)
                }
                failed => failed,
            });
        }
        if receipt.is_some() && rand::rng().random_ratio(1, CLEAN_UP_EVERY) {
            // Nobody asks again after an hour. If it cannot be done now, it will be another time.
            let _ = connection.batch_execute("DELETE FROM receipts WHERE written_at < now() - interval '1 hour'");
        }
        Ok(())
    }
}

/// Attempts until one succeeds, the work says no, or the time is up.
fn again_and_again(until: Instant, mut attempt: impl FnMut() -> Result<(), Failed>) -> Result<(), Error> {
    let mut attempts = Attempts::new(until);
    loop {
        match attempt() {
            Ok(()) => return Ok(()),
            Err(failed) => attempts.again(failed)?,
        }
    }
}

/// How often and how long has been tried.
struct Attempts {
    until: Instant,
    rolled_back: u32,
    unanswered: bool,
}

impl Attempts {
    fn new(until: Instant) -> Attempts {
        Attempts { until, rolled_back: 0, unanswered: false }
    }

    /// Waits before the next attempt, or says that there is none.
    fn again(&mut self, failed: Failed) -> Result<(), Error> {
        let error = match failed {
            Failed::Answer(error) => return Err(error),
            Failed::RolledBack(error) => {
                self.rolled_back += 1;
                metrics::retried("rolled_back");
                if self.rolled_back == MAX_ATTEMPTS {
                    return Err(error);
                }
                tracing::info!(why = %error, "rolled back, run again");
                std::thread::sleep(Duration::from_millis(rand::rng().random_range(0..10 << self.rolled_back)));
                return Ok(());
            }
            Failed::ConnectionLost(error) => error,
            Failed::CommitUnknown(error) => {
                self.unanswered = true;
                error
            }
        };
        if Instant::now() < self.until {
            metrics::retried(if self.unanswered { "commit_unknown" } else { "connection_lost" });
            tracing::info!(why = %error, "the database is away, tried again");
            std::thread::sleep(Duration::from_millis(rand::rng().random_range(50..150)));
            return Ok(());
        }
        Err(if self.unanswered { Error::CommitUnknown(error.to_string()) } else { error })
    }
}

type Manager = <Connection as diesel::Connection>::TransactionManager;

fn begin_with(connection: &mut Connection, sql: &str) -> Result<(), DieselError> {
    match connection {
        Connection::Postgres(postgres) => AnsiTransactionManager::begin_transaction_sql(postgres, sql),
        Connection::Sqlite(_) => Ok(()),
    }
}

/// Says whether it can be tried again: what the closure says for itself is final, and so is what the database says, but
/// for transactions that met; a server that cannot even roll back is gone.
fn failed(connection: &mut Connection, error: Error) -> Failed {
    if !roll_back(connection) {
        return Failed::ConnectionLost(error);
    }
    let Error::Database(DieselError::DatabaseError(kind, ref why)) = error else { return Failed::Answer(error) };
    match kind {
        DatabaseErrorKind::SerializationFailure => Failed::RolledBack(error),
        DatabaseErrorKind::Unknown if is_deadlock(connection, why.details()) => Failed::RolledBack(error),
        DatabaseErrorKind::Unknown if citus::is_deadlock(why.message()) => Failed::RolledBack(error),
        DatabaseErrorKind::Unknown if citus::is_away(why.message()) => Failed::ConnectionLost(error),
        // It has become a standby; another is the one to write to.
        DatabaseErrorKind::ReadOnlyTransaction => {
            break_off(connection);
            Failed::ConnectionLost(error)
        }
        DatabaseErrorKind::ClosedConnection => Failed::ConnectionLost(error),
        _ => Failed::Answer(error),
    }
}

/// Whether a statement was refused for a deadlock. diesel tells neither a kind for it nor the SQLSTATE, the server's
/// sentences are in its own language, and a session may not choose another. But the details of a deadlock name the
/// processes that wait for each other in every language, this session's among them, and those of nothing else do.
fn is_deadlock(connection: &mut Connection, details: Option<&str>) -> bool {
    let (Some(details), Connection::Postgres(postgres)) = (details, connection) else { return false };
    let own = diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("pg_backend_pid()"));
    own.get_result::<i32>(postgres).is_ok_and(|own| names_process(details, own))
}

fn names_process(details: &str, process: i32) -> bool {
    details.split(|letter: char| !letter.is_ascii_digit()).any(|number| number.parse() == Ok(process))
}

fn roll_back(connection: &mut Connection) -> bool {
    // A transaction that failed to commit is over already; then the server is asked whether it is still there.
    let rolled_back = match connection {
        Connection::Postgres(postgres) => match AnsiTransactionManager::rollback_transaction(postgres) {
            Ok(()) => true,
            Err(DieselError::NotInTransaction) => postgres.batch_execute("SELECT 1").is_ok(),
            Err(_) => false,
        },
        Connection::Sqlite(_) => true,
    };
    if !rolled_back {
        break_off(connection);
    }
    rolled_back
}

/// Lets the pool throw the connection away.
fn break_off(connection: &mut Connection) {
    let status: &mut TransactionManagerStatus = Manager::transaction_manager_status_mut(connection);
    status.set_in_error();
}

/// What each session asks of the server. A node that is frozen, or vanishes, within a transaction lets others go on after
/// 10 seconds, and whoever waits for a lock gets an answer after 15.
const SESSION: [&str; 7] = [
    "idle_in_transaction_session_timeout=10s",
    "lock_timeout=15s",
    "tcp_keepalives_idle=5",
    "tcp_keepalives_interval=2",
    "tcp_keepalives_count=3",
    "tcp_user_timeout=10s",
    // A search that walks begins where the table does, so that the same people are found in the same order.
    "synchronize_seqscans=off",
];

/// Adds what a URL does not say: to give up on a server that does not answer, to take the one that can be written to
/// where several are named, and what stands in [`SESSION`], before the URL's own options, which win.
fn with_defaults(url: &str) -> String {
    let mut url = url.to_owned();
    let session = SESSION.map(|option| format!("-c%20{}", option.replace('=', "%3D"))).join("%20");
    if let Some(at) = ["?options=", "&options="].iter().find_map(|name| url.find(name)) {
        url.insert_str(at + "?options=".len(), &format!("{session}%20"));
    }
    for (name, value) in [
        ("connect_timeout", "2"),
        ("tcp_user_timeout", "5000"),
        ("keepalives_idle", "5"),
        ("target_session_attrs", "read-write"),
        // Versions before the first that says which one it is are called just "amicable".
        ("application_name", concat!("amicable%20", env!("CARGO_PKG_VERSION"))),
        ("options", &session),
    ] {
        if !["?", "&"].iter().any(|sign| url.contains(&format!("{sign}{name}="))) {
            let sign = if url.contains('?') { "&" } else { "?" };
            if !url.ends_with('?') {
                url.push_str(sign);
            }
            url.push_str(&format!("{name}={value}"));
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use crate::db::postgres::{names_process, with_defaults};

    #[test]
    fn a_deadlock_is_known_in_any_language() {
        let details = "Prozess 1234 wartet auf ShareLock-Sperre auf Transaktion 757; blockiert von Prozess 1235.";
        assert!(names_process(details, 1234) && names_process(details, 1235));
        assert!(!names_process(details, 123) && !names_process("Schlüssel »(id)=(a)« existiert bereits.", 1234));
    }

    #[test]
    fn what_a_url_says_is_kept() {
        let url = with_defaults("postgres://a,b/site?connect_timeout=9");
        assert!(url.starts_with("postgres://a,b/site?connect_timeout=9&tcp_user_timeout=5000&"), "{url}");
        assert_eq!(url.matches("connect_timeout").count(), 1);
        let url = with_defaults("postgres://a/site?options=-c%20lock_timeout%3D1s");
        assert_eq!(url.matches("&options=").count() + url.matches("?options=").count(), 1);
        assert!(url.find("lock_timeout%3D15s") < url.find("lock_timeout%3D1s&"), "{url}");
    }
}
