//! The database: two pools, one to read and one to write, and the only file that knows which engine it is.

use std::time::Duration;

use actix_web::web;
use diesel::Connection as _;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool, PooledConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use rand::RngExt;

use crate::error::Error;

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// A module of its own, since the derive takes the name `Connection` for itself.
mod engine {
    use diesel::{MultiConnection, SqliteConnection};

    /// A connection to whichever engine the site runs on.
    #[derive(MultiConnection)]
    pub enum AnyConnection {
        /// SQLite, bundled.
        Sqlite(SqliteConnection),
    }
}

pub use engine::AnyConnection as Connection;

type Connections = Pool<ConnectionManager<Connection>>;

/// Where the data is. Clones share the pools.
#[derive(Clone)]
pub struct Db {
    read: Connections,
    write: Connections,
}

impl Db {
    /// Opens the database file, making it if it is missing. Migrations are not run; see [`Db::migrate`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the file cannot be opened.
    pub fn open(path: &str) -> Result<Db, Error> {
        // A pool would try for seconds, and then not say which file.
        diesel::SqliteConnection::establish(path)
            .map_err(|why| Error::Unavailable(format!("cannot open the database {path} (DATABASE_URL): {why}")))?;
        let write = pool(path, 1, Pragmas { read_only: false })?;
        let read = pool(path, 8, Pragmas { read_only: true })?;
        Ok(Db { read, write })
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with what the engine said.
    pub fn migrate(&self) -> Result<(), Error> {
        let mut connection = self.write.get()?;
        match &mut *connection {
            Connection::Sqlite(sqlite) => sqlite.run_pending_migrations(SQLITE_MIGRATIONS),
        }
        .map_err(|why| Error::Unavailable(why.to_string()))?;
        Ok(())
    }

    /// Runs a closure that reads, in one snapshot, off the async threads.
    ///
    /// # Errors
    /// The closure's, or [`Error::Unavailable`].
    pub async fn read<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
    {
        let pool = self.read.clone();
        web::block(move || diesel::Connection::transaction(&mut *pool.get()?, f)).await?
    }

    /// Runs a closure that changes things, as one durable transaction, off the async threads.
    ///
    /// # Errors
    /// The closure's, after which nothing has changed, or [`Error::Unavailable`].
    pub async fn write<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
    {
        let db = self.clone();
        web::block(move || db.write_now(f)).await?
    }

    /// [`Db::write`] for callers that are not async: the command line, the demo, the tests.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_now<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        let mut connection = self.write.get()?;
        begin(&mut connection)?;
        match f(&mut connection) {
            Ok(done) => {
                Manager::commit_transaction(&mut *connection)?;
                Ok(done)
            }
            Err(error) => {
                Manager::rollback_transaction(&mut *connection)?;
                Err(error)
            }
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where it does not.
    pub async fn ready(&self) -> Result<(), Error> {
        self.read(|connection| Ok(connection.batch_execute("SELECT 1")?)).await
    }

    /// A connection outside any transaction, for bulk loads that look after themselves.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where none is to be had.
    pub fn raw(&self) -> Result<PooledConnection<ConnectionManager<Connection>>, Error> {
        Ok(self.write.get()?)
    }
}

type Manager = <Connection as diesel::Connection>::TransactionManager;

/// A transaction that reads before it writes would fail half-way with "database is locked" if SQLite took the
/// write lock at the first write only; so it is taken at the start, where the busy timeout applies.
fn begin(connection: &mut Connection) -> Result<(), Error> {
    match connection {
        Connection::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?,
    }
    Ok(())
}

fn pool(path: &str, size: u32, pragmas: Pragmas) -> Result<Connections, Error> {
    let manager = ConnectionManager::new(path);
    let pool = Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .connection_timeout(Duration::from_secs(10))
        .test_on_check_out(false)
        .connection_customizer(Box::new(pragmas));
    Ok(pool.build(manager)?)
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
                   PRAGMA foreign_keys = ON; PRAGMA cache_size = -32000; \
                   PRAGMA mmap_size = 1099511627776; PRAGMA temp_store = MEMORY;";
        connection.batch_execute(sql).map_err(diesel::r2d2::Error::QueryError)?;
        if self.read_only {
            connection
                .batch_execute("PRAGMA query_only = ON; PRAGMA cache_size = -2000")
                .map_err(diesel::r2d2::Error::QueryError)?;
        }
        Ok(())
    }
}

/// A new id: the time in milliseconds, then 20 random bits, so that ids neither collide nor need a sequence, which
/// would be a hot spot on many nodes.
pub fn new_id() -> i64 {
    let millis = jiff::Timestamp::now().as_millisecond();
    (millis << 20) | i64::from(rand::rng().random_range(0..1 << 20))
}
