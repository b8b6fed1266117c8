//! SQLite: a pool to read, one connection to write, and the thread that writes.

use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::time::Duration;

use diesel::Connection as _;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool, PooledConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio::sync::oneshot;

use crate::db::{Connection, Connections};
use crate::error::Error;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
/// Changes that share a flush at the most, so that none waits long for the others.
const AT_ONCE: usize = 64;
/// Between a change and its way from the log into the file, so that a page which changes often goes there once.
const SETTLE: Duration = Duration::from_secs(2);

/// Bytes of the log from which on the writer itself moves it into the file, and lets the next change wait: whoever starts
/// after a crash reads all of it first.
const LOG: u64 = 64 << 20;

/// A database file. Clones share the pools and the two threads.
#[derive(Clone)]
pub(super) struct File {
    read: Connections,
    write: Connections,
    queue: mpsc::Sender<Box<dyn Change>>,
    changed: mpsc::SyncSender<()>,
}

impl File {
    pub(super) fn open(path: &str) -> Result<File, Error> {
        // A pool would try for seconds, and then not say which file.
        diesel::SqliteConnection::establish(path)
            .map_err(|why| Error::Unavailable(format!("cannot open the database {path} (DATABASE_URL): {why}")))?;
        let write = pool(path, 1, Pragmas { read_only: false })?;
        let read = pool(path, 8, Pragmas { read_only: true })?;
        let (queue, waiting) = mpsc::channel();
        let (changed, changes) = mpsc::sync_channel(1);
        let (writer, tell, log) = (write.clone(), changed.clone(), format!("{path}-wal"));
        let keeper = pool(path, 1, Pragmas { read_only: false })?;
        spawn("writer", move || write_what_comes(&writer, &waiting, &tell, &log))?;
        spawn("checkpoint", move || move_into_the_file(&keeper, &changes))?;
        Ok(File { read, write, queue, changed })
    }

    pub(super) fn migrate(&self) -> Result<(), Error> {
        self.write_now(|connection| {
            let Connection::Sqlite(sqlite) = connection else { return Ok(()) };
            sqlite.run_pending_migrations(MIGRATIONS).map_err(|why| Error::Unavailable(why.to_string()))?;
            Ok(())
        })?;
        // A migration may have written much; whoever reads would look for each page in the log first.
        move_log(&self.write, "TRUNCATE");
        Ok(())
    }

    pub(super) fn read<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        diesel::Connection::transaction(&mut *self.read.get()?, f)
    }

    pub(super) fn ask<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        f(&mut *self.read.get()?)
    }

    pub(super) async fn write<T, F>(&self, f: F, alone: bool) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let stopped = || Error::Unavailable("the writing thread has stopped".into());
        self.queue.send(Box::new(Waiting { f: Some(f), alone, done: None, answer })).map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    pub(super) fn write_now<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        let mut connection = self.write.get()?;
        begin(&mut connection)?;
        match f(&mut connection) {
            Ok(done) => {
                Manager::commit_transaction(&mut *connection)?;
                let _ = self.changed.try_send(());
                Ok(done)
            }
            Err(error) => {
                Manager::rollback_transaction(&mut *connection)?;
                Err(error)
            }
        }
    }

    pub(super) fn raw(&self) -> Result<PooledConnection<ConnectionManager<Connection>>, Error> {
        Ok(self.write.get()?)
    }
}

/// A change that waits to be written, whatever it answers.
trait Change: Send {
    /// Whether it shares its transaction with no other.
    fn alone(&self) -> bool;
    /// Runs it, and says whether it may be committed. If it is not alone it has a savepoint, which is taken back where it
    /// fails, so that it always may.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Answers, once it is known whether all of them were committed.
    fn answer(self: Box<Self>, committed: Result<(), String>);
}

struct Waiting<T, F> {
    f: Option<F>,
    alone: bool,
    done: Option<Result<T, Error>>,
    answer: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Change for Waiting<T, F>
where
    T: Send,
    F: FnOnce(&mut Connection) -> Result<T, Error> + Send,
{
    fn alone(&self) -> bool {
        self.alone
    }

    fn run(&mut self, connection: &mut Connection) -> bool {
        let Some(f) = self.f.take() else { return true };
        let run = AssertUnwindSafe(|| match self.alone {
            true => f(connection),
            false => diesel::Connection::transaction(connection, f),
        });
        // A change that panics is one that failed; the thread goes on for everybody else.
        let panicked = |_| Err(Error::Unavailable("a change panicked".into()));
        let done = std::panic::catch_unwind(run).unwrap_or_else(panicked);
        let sound = !self.alone || done.is_ok();
        self.done = Some(done);
        sound
    }

    fn answer(self: Box<Self>, committed: Result<(), String>) {
        let done = match (self.done, committed) {
            (Some(Ok(done)), Ok(())) => Ok(done),
            (Some(Err(error)), _) => Err(error),
            (_, Err(why)) => Err(Error::Unavailable(why)),
            (None, Ok(())) => Err(Error::Unavailable("the change was not run".into())),
        };
        // Whoever asked may have gone.
        let _ = self.answer.send(done);
    }
}

/// Writes what waits as one transaction with one flush, for as long as anybody may ask.
fn write_what_comes(
    writer: &Connections,
    waiting: &mpsc::Receiver<Box<dyn Change>>,
    changed: &mpsc::SyncSender<()>,
    log: &str,
) {
    let mut next = None;
    while let Some(first) = next.take().or_else(|| waiting.recv().ok()) {
        let mut changes = vec![first];
        let committed = commit(writer, waiting, &mut changes, &mut next).map_err(|why| why.to_string());
        // Full where it has been told already.
        let _ = changed.try_send(());
        for change in changes {
            change.answer(committed.clone());
        }
        if std::fs::metadata(log).is_ok_and(|log| log.len() > LOG) {
            move_log(writer, "TRUNCATE");
        }
    }
}

/// Moves what was committed from the log into the file, beside those who read and write. SQLite would do it within a
/// commit every 1,000 pages, and let those who changed something wait for it.
fn move_into_the_file(keeper: &Connections, changes: &mpsc::Receiver<()>) {
    while changes.recv().is_ok() {
        std::thread::sleep(SETTLE);
        move_log(keeper, "PASSIVE");
    }
}

fn move_log(connections: &Connections, how: &str) {
    let connection = connections.get().map_err(Error::from);
    let sql = format!("PRAGMA wal_checkpoint({how})");
    if let Err(why) = connection.and_then(|mut connection| Ok(connection.batch_execute(&sql)?)) {
        // The log holds it, and grows until it can be done.
        tracing::warn!(%why, "the log stays as it is");
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    let thread = std::thread::Builder::new().name(name.into()).spawn(run);
    thread.map(|_| ()).map_err(|why| Error::Unavailable(why.to_string()))
}

fn commit(
    writer: &Connections,
    waiting: &mpsc::Receiver<Box<dyn Change>>,
    changes: &mut Vec<Box<dyn Change>>,
    next: &mut Option<Box<dyn Change>>,
) -> Result<(), Error> {
    let mut connection = writer.get()?;
    begin(&mut connection)?;
    let (mut at, mut sound) = (0, true);
    while at < changes.len() {
        sound &= changes[at].run(&mut connection);
        at += 1;
        if at == changes.len() && at < AT_ONCE && !changes[0].alone() {
            match waiting.try_recv() {
                Ok(alone) if alone.alone() => *next = Some(alone),
                other => changes.extend(other.ok()),
            }
        }
    }
    if !sound {
        return Ok(Manager::rollback_transaction(&mut *connection)?);
    }
    if let Err(error) = Manager::commit_transaction(&mut *connection) {
        // Where the disk is full the transaction stands on; it must not meet the next one.
        let _ = Manager::rollback_transaction(&mut *connection);
        return Err(error.into());
    }
    Ok(())
}

type Manager = <Connection as diesel::Connection>::TransactionManager;

/// A transaction that reads before it writes would fail half-way with "database is locked" if SQLite took the
/// write lock at the first write only; so it is taken at the start, where the busy timeout applies.
fn begin(connection: &mut Connection) -> Result<(), Error> {
    if let Connection::Sqlite(sqlite) = connection {
        AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?;
    }
    Ok(())
}

fn pool(path: &str, size: u32, pragmas: Pragmas) -> Result<Connections, Error> {
    let pool = Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .connection_timeout(Duration::from_secs(10))
        .test_on_check_out(false)
        .connection_customizer(Box::new(pragmas));
    Ok(pool.build(ConnectionManager::new(path))?)
}

#[derive(Debug)]
struct Pragmas {
    read_only: bool,
}

impl CustomizeConnection<Connection, diesel::r2d2::Error> for Pragmas {
    /// FULL: what was answered survives a power cut. The file is mapped, so that all connections share the pages
    /// that the kernel keeps; only the one that writes needs a cache of its own, for what a large change touches.
    fn on_acquire(&self, connection: &mut Connection) -> Result<(), diesel::r2d2::Error> {
        let sql = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                   PRAGMA foreign_keys = ON; PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 0; \
                   PRAGMA mmap_size = 1099511627776;";
        connection.batch_execute(sql).map_err(diesel::r2d2::Error::QueryError)?;
        if self.read_only {
            connection
                .batch_execute("PRAGMA query_only = ON; PRAGMA cache_size = -2000; PRAGMA temp_store = MEMORY")
                .map_err(diesel::r2d2::Error::QueryError)?;
        }
        Ok(())
    }
}
