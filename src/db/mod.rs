//! The database: how it is opened, read and changed, whichever engine it is. What is of one engine alone is in the
//! file of its name; search is the one thing besides that the two do differently.

mod by_statement;
mod citus;
mod id_in;
mod migrations;
mod numbered;
mod postgres;
mod sql_condition;
mod sqlite;
mod url;
mod work;

use std::collections::BTreeSet;
use std::ops::DerefMut;
use std::sync::atomic::{AtomicI64, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use rand::RngExt;

use crate::error::Error;
use crate::ids::{Id, MemberId};
use crate::schema::connection_counts;

/// A module of its own, since the derive takes the name `Connection` for itself.
mod engine {
    use diesel::{MultiConnection, PgConnection, SqliteConnection};

    /// A connection to whichever engine the site runs on.
    #[derive(MultiConnection)]
    pub enum AnyConnection {
        /// SQLite, bundled.
        Sqlite(SqliteConnection),
        /// PostgreSQL, through the bundled libpq.
        Postgres(PgConnection),
    }
}

pub use engine::AnyConnection as Connection;
pub use id_in::{IdIn, few_or_many_in, id_in, id_list, owner_in, owner_list};
pub use migrations::{Schema, Step, Told, number};
pub(crate) use numbered::numbered;
pub(crate) use sql_condition::sql_condition;
pub use url::DatabaseUrl;

/// Runs a query on the engine's own connection: `on_engine!(connection, |own| query.load(own))`. It is compiled once for
/// each engine. diesel then finds the prepared statement by the query's type, where [`Connection`] itself puts its text
/// together to find it, and reads columns without a detour: half the time of a small query.
macro_rules! on_engine {
    ($connection:expr, |$own:ident| $run:expr) => {
        match $connection {
            $crate::db::Connection::Sqlite($own) => $run,
            $crate::db::Connection::Postgres($own) => $run,
        }
    };
}
pub(crate) use on_engine;

/// Rows that are walked in a millisecond or two.
const SHORT: i32 = 500;
/// Members up to which each is locked by a statement that the server knows already.
const ONE_BY_ONE: usize = 3;

type Connections = Pool<ConnectionManager<Connection>>;

/// Where the data is. Clones share it.
#[derive(Clone)]
pub struct Db(Engine);

#[derive(Clone)]
enum Engine {
    Sqlite(sqlite::File),
    Postgres(postgres::Server),
}

/// How much a database has to do, as far as this node knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Connections at rest.
    pub idle: u32,
    /// Connections in use.
    pub in_use: u32,
    /// Bytes of the log beside a file.
    pub wal_bytes: u64,
}

impl Db {
    /// Opens the database; a file is made if it is missing. Migrations are not run; see [`Db::migrate`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] where it cannot be opened.
    pub fn open(url: &DatabaseUrl) -> Result<Db, Error> {
        Ok(Db(match url {
            DatabaseUrl::Sqlite(path) => Engine::Sqlite(sqlite::File::open(path)?),
            DatabaseUrl::Postgres(url) => Engine::Postgres(postgres::Server::open(url)?),
        }))
    }

    /// Brings the schema up to date, and says in the log how far it has come. Any number of nodes may do so at once: one
    /// does, the others wait for it.
    ///
    /// # Errors
    /// [`Error::NewerSchema`], or [`Error::Unavailable`] with what the engine said.
    pub fn migrate(&self) -> Result<(), Error> {
        self.migrate_telling(&|step| tracing::info!("{step}"))
    }

    /// [`Db::migrate`] for somebody who is told how far it has come.
    ///
    /// # Errors
    /// As [`Db::migrate`].
    pub fn migrate_telling(&self, told: Told) -> Result<(), Error> {
        match &self.0 {
            Engine::Sqlite(file) => file.migrate(told),
            Engine::Postgres(server) => server.migrate(told),
        }
    }

    /// Runs a closure that reads, in one snapshot.
    ///
    /// SQLite is read on the thread that asks: its pages are mapped, and a page's statements take less than to hand
    /// them to another thread and back. What may take longer is [`Db::read_long`]'s. PostgreSQL answers over a network,
    /// so it is asked off the async threads.
    ///
    /// # Errors
    /// The closure's, or [`Error::Unavailable`].
    pub async fn read<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        match &self.0 {
            Engine::Sqlite(file) => file.read(f),
            Engine::Postgres(server) => server.in_turn(move |server, until| server.read(f, until)).await,
        }
    }

    /// [`Db::read`] for what may take more than a few milliseconds: what is counted, sorted or searched over thousands of
    /// rows. It never stands in the way of other requests; a bounded number waits, and further ones are refused.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_long<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        match &self.0 {
            Engine::Sqlite(file) => file.read_long(f).await,
            Engine::Postgres(_) => self.read(f).await,
        }
    }

    /// [`Db::read`] for what walks about so many rows: many are [`Db::read_long`]'s.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_walking<T, F>(&self, rows: i32, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        if rows > SHORT { self.read_long(f).await } else { self.read(f).await }
    }

    /// [`Db::read`] for a closure of one statement, which is a snapshot by itself and needs no transaction around it.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_one<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        match &self.0 {
            Engine::Sqlite(file) => file.read_one(f),
            Engine::Postgres(server) => server.in_turn(move |server, until| server.read_one(f, until)).await,
        }
    }

    /// Runs a closure that changes things, as one durable transaction, off the async threads. It may run more than
    /// once, and only the last run counts.
    ///
    /// # Errors
    /// The closure's, after which nothing has changed; [`Error::Unavailable`], as well; or [`Error::CommitUnknown`].
    pub async fn write<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        self.change(f, false).await
    }

    /// [`Db::write`] for a change of thousands of rows. On SQLite it shares its transaction with no other, so that what
    /// the rows were before need not be kept, in memory, to take back this one alone.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_bulk<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        self.change(f, true).await
    }

    async fn change<T, F>(&self, f: F, alone: bool) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        match &self.0 {
            Engine::Sqlite(file) => file.write(f, alone).await,
            Engine::Postgres(server) => server.in_turn(move |server, until| server.write(f, until)).await,
        }
    }

    /// [`Db::write`] for callers that are not async: the command line, the demo, the tests.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_blocking<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error> + Clone) -> Result<T, Error> {
        match &self.0 {
            Engine::Sqlite(file) => file.write_blocking(f),
            Engine::Postgres(server) => server.write_blocking(f),
        }
    }

    /// [`Db::read`] for callers that are not async.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_blocking<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error> + Clone) -> Result<T, Error> {
        match &self.0 {
            Engine::Sqlite(file) => file.read(f),
            Engine::Postgres(server) => server.read_blocking(f),
        }
    }

    /// Whether the database answers, can be changed, and is of this version.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where it does not.
    pub async fn ready(&self) -> Result<(), Error> {
        if let Engine::Sqlite(file) = &self.0 {
            file.ready()?;
        }
        self.read_one(|connection| Schema::of(connection)?.refuse_newer()).await
    }

    /// Returns how much it has to do.
    pub fn load(&self) -> Load {
        match &self.0 {
            Engine::Sqlite(file) => file.load(),
            Engine::Postgres(server) => server.load(),
        }
    }

    /// Gives some of the room back that deleted rows have left. Returns whether there is more to give. PostgreSQL does that by
    /// itself.
    ///
    /// # Errors
    /// The database's.
    pub fn give_room_back(&self) -> Result<bool, Error> {
        match &self.0 {
            Engine::Sqlite(file) => file.give_room_back(),
            Engine::Postgres(_) => Ok(false),
        }
    }

    /// Runs a closure that reads for as long as it takes, in one snapshot, while others write. It runs once.
    ///
    /// # Errors
    /// The closure's, or the database's.
    pub fn snapshot<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        match &self.0 {
            Engine::Sqlite(file) => file.read(f),
            Engine::Postgres(server) => server.snapshot(f),
        }
    }

    /// Fills an empty database, whose migrations are run by the closure with [`run_migrations`]. On PostgreSQL all of it
    /// is one transaction, under the lock of those who migrate. A file is flushed in the end alone: until then it is to
    /// stand where nobody takes it for whole.
    ///
    /// # Errors
    /// The closure's, or the database's.
    pub fn fill<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        match &self.0 {
            Engine::Sqlite(file) => file.fill(f),
            Engine::Postgres(server) => server.fill(f),
        }
    }

    /// A connection outside any transaction, for bulk loads that look after themselves.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where none is to be had.
    pub fn raw(&self) -> Result<Box<dyn DerefMut<Target = Connection> + '_>, Error> {
        Ok(match &self.0 {
            Engine::Sqlite(file) => file.raw()?,
            Engine::Postgres(server) => Box::new(server.raw()?),
        })
    }

    /// Ends the use of the database, for all clones. A SQLite file is whole afterwards, with nothing beside it, unless
    /// another program has it open.
    pub fn close(&self) {
        if let Engine::Sqlite(file) = &self.0
            && let Err(why) = file.close()
        {
            tracing::warn!(%why, "the database was not closed");
        }
    }
}

/// Runs the migrations that are wanted, by their versions, and have not been run.
///
/// # Errors
/// As [`Db::migrate`].
pub fn run_migrations(connection: &mut Connection, wanted: &dyn Fn(&str) -> bool, told: Told) -> Result<(), Error> {
    migrations::run(connection, wanted, told)
}

/// Lets nobody else hold these members until the transaction ends, so that what is read of them and of their
/// relationships stays so. SQLite has one writer at a time anyway; PostgreSQL locks the rows that count their
/// connections, in the order of their ids, so that two who hold the same do not wait for each other: those rows are spread,
/// where Citus would lock all members at once.
///
/// # Errors
/// [`Error::NotFound`] where one is missing, or the database's.
pub fn lock_members(connection: &mut Connection, ids: impl IntoIterator<Item = MemberId>) -> Result<(), Error> {
    let Connection::Postgres(postgres) = connection else { return Ok(()) };
    let ids: BTreeSet<MemberId> = ids.into_iter().collect();
    if ids.len() > ONE_BY_ONE {
        return lock_many(postgres, &ids);
    }
    for id in ids {
        // One row a statement: over several, Citus locks none.
        let row = connection_counts::table.find(id).select(connection_counts::member_id);
        if row.for_no_key_update().load::<MemberId>(postgres)?.is_empty() {
            return Err(Error::NotFound);
        }
    }
    Ok(())
}

/// [`lock_members`] of many, in one way to the server and back. Ids are numbers, so that they can stand in the text.
fn lock_many(postgres: &mut PgConnection, ids: &BTreeSet<MemberId>) -> Result<(), Error> {
    let list = ids.iter().map(MemberId::to_string).collect::<Vec<_>>().join(",");
    postgres.batch_execute(&format!(
        "DO $$ DECLARE one BIGINT; BEGIN FOREACH one IN ARRAY '{{{list}}}'::BIGINT[] LOOP \
         PERFORM FROM connection_counts WHERE member_id = one FOR NO KEY UPDATE; END LOOP; END $$"
    ))?;
    let held = connection_counts::table.filter(connection_counts::member_id.eq_any(ids));
    let held: i64 = held.count().get_result(postgres)?;
    if usize::try_from(held) == Ok(ids.len()) { Ok(()) } else { Err(Error::NotFound) }
}

/// Whether what is committed on this connection is flushed at once; a bulk load into an empty database does without. On SQLite
/// a bulk load also moves its own WAL into the file, since it leaves no pause in which the checkpointer could let it start over.
///
/// # Errors
/// The database's.
pub fn flush(connection: &mut Connection, at_once: bool) -> Result<(), Error> {
    let sql = match (&connection, at_once) {
        (Connection::Sqlite(_), false) => "PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 20000",
        (Connection::Sqlite(_), true) => {
            "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA wal_checkpoint(TRUNCATE)"
        }
        (Connection::Postgres(_), false) => "SET synchronous_commit = off",
        (Connection::Postgres(_), true) => "SET synchronous_commit = on",
    };
    Ok(connection.batch_execute(sql)?)
}

/// Lets the engine learn what a bulk load changed, where its plans depend on it.
///
/// # Errors
/// The database's.
pub fn analyze(connection: &mut Connection) -> Result<(), Error> {
    match connection {
        Connection::Sqlite(_) => Ok(connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?),
        Connection::Postgres(_) => {
            for table in [
                "members",
                "member_search",
                "handles",
                "emails",
                "relationships",
                "messages",
                "message_copies",
                "conversations",
            ] {
                connection.batch_execute(&format!("VACUUM ANALYZE {table}"))?;
            }
            Ok(())
        }
    }
}

/// Makes an id: the time in milliseconds, then 20 random bits, so that ids neither collide nor need a sequence, which
/// would be a hot spot on many nodes. Each is larger than every earlier one of this node, so that lists in the order of
/// their ids are in the order in which their rows were made, also within a millisecond and after the clock was set back.
pub fn new_id<I: Id>() -> I {
    I::new(new_ids(1))
}

/// Makes so many ids, which follow each other, and returns the first: no other of this node is among them.
pub fn new_ids(number: usize) -> i64 {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let more = i64::try_from(number).unwrap_or(i64::MAX) - 1;
    let millis = jiff::Timestamp::now().as_millisecond();
    let wanted = (millis << 20) | i64::from(rand::rng().random_range(0..1 << 20));
    let step = i64::from(rand::rng().random_range(1..1 << 8));
    let first = |last: i64| wanted.max(last + step);
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(first(last) + more));
    last.map_or(wanted, first)
}

#[cfg(test)]
mod tests {
    use super::{new_id, new_ids};
    use crate::ids::MemberId;

    #[test]
    fn ids_are_in_the_order_of_their_making() {
        let ids: Vec<MemberId> = (0..5_000).map(|_| new_id()).collect();
        assert!(ids.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn ids_made_at_once_are_nobody_elses() {
        for _ in 0..100 {
            let first = new_ids(30_000);
            assert!(new_id::<MemberId>().get() >= first + 30_000);
        }
    }
}
