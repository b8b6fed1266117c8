//! PostgreSQL: a pool, and what makes a transaction happen once even where the server, or the way to it, goes away.
//!
//! Members who are changed are held ([`crate::db::hold`]), so READ COMMITTED is enough. A transaction that the server
//! rolled back is run again. One whose COMMIT was never answered may have happened: it wrote a *receipt*, a row with a
//! random key, and the next attempt writes the same one first. If that succeeds, the earlier attempt did not happen
//! and cannot any more; if the key is taken, it did, and what it returned is the answer.

use std::time::{Duration, Instant};

use diesel::Connection as _;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager, TransactionManagerStatus};
use diesel::r2d2::{ConnectionManager, Pool, PooledConnection};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{PgConnection, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use rand::RngExt;

use crate::db::{Connection, Connections};
use crate::error::Error;

pub(super) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");
/// Connections of a node.
const CONNECTIONS: u32 = 16;
/// How long people wait for a server that is being replaced before they are asked to try again.
const PATIENCE: Duration = Duration::from_secs(20);
/// Runs of a transaction that the server goes on rolling back.
const RUNS: u32 = 6;
/// The lock under which one node migrates; any number would do that no other program on the database uses.
const MIGRATING: i64 = 0x00a3_1cab_1e00;
/// One write in so many takes old receipts away.
const TIDY: u32 = 500;

/// A server, or several under one URL. Clones share the pool.
#[derive(Clone)]
pub(super) struct Server {
    pool: Connections,
}

/// Why an attempt did not succeed.
enum Failed {
    /// The closure's own answer.
    Answer(Error),
    /// Rolled back by the server, which answers still.
    RolledBack(Error),
    /// The server, or the way to it, is gone; nothing was committed.
    Gone(Error),
    /// As [`Failed::Gone`], but while it committed.
    Unanswered(Error),
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
        Ok(Server { pool: pool.build(ConnectionManager::new(url))? })
    }

    pub(super) fn migrate(&self) -> Result<(), Error> {
        let mut connection = self.pool.get()?;
        let Connection::Postgres(postgres) = &mut *connection else { return Ok(()) };
        postgres.transaction(|postgres| {
            sql_query(format!("SELECT pg_advisory_xact_lock({MIGRATING})")).execute(postgres)?;
            let applied = postgres.applied_migrations().map_err(|why| Error::Unavailable(why.to_string()))?;
            crate::db::refuse_newer::<diesel::pg::Pg>(applied.into_iter().max(), MIGRATIONS)?;
            postgres.run_pending_migrations(MIGRATIONS).map_err(|why| Error::Unavailable(why.to_string()))?;
            Ok(())
        })
    }

    /// Tries until it is done, the closure says no, or patience ends.
    pub(super) fn read<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error> + Clone) -> Result<T, Error> {
        let mut attempts = Attempts::new();
        loop {
            match self.attempt("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", None, f.clone(), &mut None) {
                Ok(done) => return Ok(done),
                Err(failed) => attempts.again(failed)?,
            }
        }
    }

    /// As [`Server::read`], outside a transaction.
    pub(super) fn ask<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error> + Clone) -> Result<T, Error> {
        let mut attempts = Attempts::new();
        loop {
            let connection = self.pool.get().map_err(|why| Failed::Gone(why.into()));
            let answer = connection
                .and_then(|mut connection| f.clone()(&mut connection).map_err(|error| failed(&mut connection, error)));
            match answer {
                Ok(done) => return Ok(done),
                Err(failed) => attempts.again(failed)?,
            }
        }
    }

    /// As [`Server::read`]; however often it is tried, it happens once.
    pub(super) fn write<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error> + Clone) -> Result<T, Error> {
        let receipt = format!("{:032x}", rand::rng().random::<u128>());
        let (mut attempts, mut unanswered) = (Attempts::new(), None);
        loop {
            match self.attempt("BEGIN", Some(&receipt), f.clone(), &mut unanswered) {
                Ok(done) => return Ok(done),
                Err(failed) => attempts.again(failed)?,
            }
        }
    }

    pub(super) fn raw(&self) -> Result<PooledConnection<ConnectionManager<Connection>>, Error> {
        Ok(self.pool.get()?)
    }

    fn attempt<T>(
        &self,
        begin: &str,
        receipt: Option<&str>,
        f: impl FnOnce(&mut Connection) -> Result<T, Error>,
        unanswered: &mut Option<T>,
    ) -> Result<T, Failed> {
        let mut connection = self.pool.get().map_err(|why| Failed::Gone(why.into()))?;
        if let Err(why) = begin_with(&mut connection, begin) {
            break_off(&mut connection);
            return Err(Failed::Gone(why.into()));
        }
        if let Some(receipt) = receipt {
            let write = format!("INSERT INTO receipts (id) VALUES ('{receipt}')");
            match (connection.batch_execute(&write), unanswered.take()) {
                (Ok(()), _) => {}
                (Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)), Some(done)) => {
                    roll_back(&mut connection);
                    return Ok(done);
                }
                (Err(why), earlier) => {
                    *unanswered = earlier;
                    return Err(failed(&mut connection, why.into()));
                }
            }
        }
        let done = f(&mut connection).map_err(|error| failed(&mut connection, error))?;
        if let Err(why) = Manager::commit_transaction(&mut *connection) {
            let failed = failed(&mut connection, why.into());
            if let Failed::Gone(why) = failed {
                *unanswered = Some(done);
                return Err(if receipt.is_some() { Failed::Unanswered(why) } else { Failed::Gone(why) });
            }
            return Err(failed);
        }
        if receipt.is_some() && rand::rng().random_ratio(1, TIDY) {
            // Nobody asks again after an hour. If it cannot be done now, it will be another time.
            let _ = connection.batch_execute("DELETE FROM receipts WHERE written_at < now() - interval '1 hour'");
        }
        Ok(done)
    }
}

/// How often and how long has been tried.
struct Attempts {
    until: Instant,
    rolled_back: u32,
    unanswered: bool,
}

impl Attempts {
    fn new() -> Attempts {
        Attempts { until: Instant::now() + PATIENCE, rolled_back: 0, unanswered: false }
    }

    /// Waits before the next attempt, or says that there is none.
    fn again(&mut self, failed: Failed) -> Result<(), Error> {
        let error = match failed {
            Failed::Answer(error) => return Err(error),
            Failed::RolledBack(error) => {
                self.rolled_back += 1;
                if self.rolled_back == RUNS {
                    return Err(error);
                }
                tracing::info!(why = %error, "rolled back, run again");
                std::thread::sleep(Duration::from_millis(rand::rng().random_range(0..10 << self.rolled_back)));
                return Ok(());
            }
            Failed::Gone(error) => error,
            Failed::Unanswered(error) => {
                self.unanswered = true;
                error
            }
        };
        if Instant::now() < self.until {
            tracing::info!(why = %error, "the database is away, tried again");
            std::thread::sleep(Duration::from_millis(rand::rng().random_range(50..150)));
            return Ok(());
        }
        Err(if self.unanswered { Error::Unanswered(error.to_string()) } else { error })
    }
}

type Manager = <Connection as diesel::Connection>::TransactionManager;

fn begin_with(connection: &mut Connection, sql: &str) -> Result<(), DieselError> {
    match connection {
        Connection::Postgres(postgres) => AnsiTransactionManager::begin_transaction_sql(postgres, sql),
        Connection::Sqlite(_) => Ok(()),
    }
}

/// Whether whoever failed can be asked again: what the closure says for itself is final, what the database says is
/// not, and a server that cannot even roll back is gone.
fn failed(connection: &mut Connection, error: Error) -> Failed {
    if !roll_back(connection) {
        return Failed::Gone(error);
    }
    match error {
        Error::Unavailable(_) => Failed::RolledBack(error),
        answer => Failed::Answer(answer),
    }
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

/// What a URL does not say: to give up on a server that does not answer, and to take the one that can be written to
/// where several are named.
fn with_defaults(url: &str) -> String {
    let mut url = url.to_owned();
    for (name, value) in [
        ("connect_timeout", "2"),
        ("tcp_user_timeout", "5000"),
        ("keepalives_idle", "5"),
        ("target_session_attrs", "read-write"),
        ("application_name", "amicable"),
        // A search that walks begins where the table does, so that the same people are found in the same order.
        ("options", "-c%20synchronize_seqscans%3Doff"),
    ] {
        if !url.contains(&format!("{name}=")) {
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
    use crate::db::postgres::with_defaults;

    #[test]
    fn what_a_url_says_is_kept() {
        let url = with_defaults("postgres://a,b/site?connect_timeout=9");
        assert!(url.starts_with("postgres://a,b/site?connect_timeout=9&tcp_user_timeout=5000&"), "{url}");
        assert_eq!(url.matches("connect_timeout").count(), 1);
    }
}
