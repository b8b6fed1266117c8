//! The migrations: which ones the program knows, which ones a database has been through, and how they are run.

use std::fmt;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::db::by_statement::ByStatement;
use crate::db::{Connection, on_engine};
use crate::error::Error;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
/// Its folders with their texts, which build.rs lists.
pub(super) const POSTGRES: ByStatement = ByStatement(include!(concat!(env!("OUT_DIR"), "/postgres.rs")));
/// The migration that moved the counts of connections, and with them the rows that are locked. Nodes of versions before it
/// and after it would not wait for each other.
const MOVES_LOCKS: &str = "20261220000700";
/// How long sessions of a node that has just stopped may take to end.
const SESSIONS_END: Duration = Duration::from_secs(3);
/// How often somebody is told that a migration is still running.
const TELL_EVERY: Duration = Duration::from_secs(5);

diesel::table! {
    /// diesel's own: the migrations that have been run.
    __diesel_schema_migrations (version) {
        /// A date and a number, so that a later one is greater.
        version -> Text,
    }
}

/// Which migrations a database has been through, and which ones the program knows; each list in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// Those that the database has been through.
    pub applied: Vec<String>,
    /// Those that the program knows.
    pub known: Vec<String>,
}

impl Schema {
    /// Reads it, and changes nothing.
    ///
    /// # Errors
    /// The database's.
    pub fn of(connection: &mut Connection) -> Result<Schema, Error> {
        use __diesel_schema_migrations::{table, version};
        let known = match connection {
            Connection::Sqlite(_) => versions::<Sqlite>(SQLITE)?,
            Connection::Postgres(_) => versions::<Pg>(POSTGRES)?,
        };
        if !is_there(connection)? {
            return Ok(Schema { applied: Vec::new(), known });
        }
        Ok(Schema { applied: table.select(version).order(version).load(connection)?, known })
    }

    /// Returns those that are yet to be run.
    pub fn pending(&self) -> Vec<&str> {
        self.known.iter().filter(|known| !self.applied.contains(known)).map(String::as_str).collect()
    }

    /// Refuses a schema that a newer version of the program made, since this one would not know what it means.
    ///
    /// # Errors
    /// [`Error::NewerSchema`], with the newest migration that is not known.
    pub fn refuse_newer(&self) -> Result<(), Error> {
        match self.applied.iter().rfind(|applied| !self.known.contains(applied)) {
            None => Ok(()),
            Some(applied) => Err(Error::NewerSchema(applied.clone())),
        }
    }

    /// Refuses any schema but the one that the program knows, for what must not change it.
    ///
    /// # Errors
    /// [`Error::NewerSchema`] or [`Error::Unavailable`].
    pub fn refuse_other(&self) -> Result<(), Error> {
        self.refuse_newer()?;
        match self.pending().len() {
            0 => Ok(()),
            number => Err(Error::Unavailable(format!(
                "the database is of an older version, {number} {} behind; `amicable migrate` brings it up to date",
                if number == 1 { "migration" } else { "migrations" }
            ))),
        }
    }
}

/// A migration that is being run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'a> {
    /// Its version and name.
    pub name: &'a str,
    /// Which one it is.
    pub number: usize,
    /// How many there are to run.
    pub all: usize,
    /// Seconds for which it has been running.
    pub seconds: u64,
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "migration {} of {}, {}", self.number, self.all, self.name)?;
        if self.seconds > 0 { write!(f, ", running for {} s", self.seconds) } else { Ok(()) }
    }
}

/// Is told of each migration when it begins, and then every few seconds.
pub type Told<'a> = &'a (dyn Fn(Step) + Sync);

/// Runs the migrations that are wanted and have not been run, within whatever transaction there is.
///
/// # Errors
/// [`Error::NewerSchema`], or [`Error::Unavailable`] with what the engine said.
pub(super) fn run(connection: &mut Connection, wanted: &dyn Fn(&str) -> bool, told: Told) -> Result<(), Error> {
    Schema::of(connection)?.refuse_newer()?;
    match connection {
        Connection::Sqlite(sqlite) => run_on(sqlite, SQLITE, wanted, told),
        Connection::Postgres(postgres) => run_on(postgres, POSTGRES, wanted, told),
    }
}

/// Refuses to move what is locked while a node of an earlier version uses the database: its changes and those of this
/// version would not see each other. Such a node is known by its sessions, whose name says no version.
///
/// # Errors
/// [`Error::Unavailable`], which says what to do, or the database's.
pub(super) fn refuse_beside_others(connection: &mut Connection) -> Result<(), Error> {
    let schema = Schema::of(connection)?;
    if schema.applied.is_empty() || !schema.pending().contains(&MOVES_LOCKS) {
        return Ok(());
    }
    let since = Instant::now();
    while number(connection, OTHERS)? > 0 {
        if since.elapsed() > SESSIONS_END {
            return Err(Error::Unavailable(BESIDE_OTHERS.into()));
        }
        // A transaction sees the activity as it was when it first asked.
        connection.batch_execute("SELECT pg_stat_clear_snapshot(), pg_sleep(0.1)")?;
    }
    Ok(())
}

/// Counts the sessions of other programs that may be nodes of an earlier version.
const OTHERS: &str = "SELECT COUNT(*) AS number FROM pg_stat_activity WHERE datname = current_database() \
                      AND application_name = 'amicable' AND current_setting('application_name') <> 'amicable'";
const BESIDE_OTHERS: &str = "an earlier version of Amicable is still using this database, and this update cannot be made \
                             beside it; nothing was changed. Stop every node of the earlier version, then try again";

fn run_on<DB: Backend>(
    connection: &mut impl MigrationHarness<DB>,
    source: impl MigrationSource<DB>,
    wanted: &dyn Fn(&str) -> bool,
    told: Told,
) -> Result<(), Error> {
    let unusable = |why: Box<dyn std::error::Error + Send + Sync>| Error::Unavailable(why.to_string());
    let mut pending = connection.pending_migrations(source).map_err(unusable)?;
    pending.retain(|migration| wanted(&version(migration.as_ref())));
    for (at, migration) in pending.iter().enumerate() {
        let name = migration.name().to_string();
        let step = Step { name: &name, number: at + 1, all: pending.len(), seconds: 0 };
        telling(step, told, || connection.run_migration(migration).map(|_| ()).map_err(unusable))?;
    }
    Ok(())
}

/// Runs something, and tells meanwhile that it is still running.
fn telling<T>(step: Step, told: Told, run: impl FnOnce() -> T) -> T {
    told(step);
    let started = Instant::now();
    std::thread::scope(|scope| {
        let (ends, ended) = mpsc::channel::<()>();
        scope.spawn(move || {
            while ended.recv_timeout(TELL_EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
                told(Step { seconds: started.elapsed().as_secs(), ..step });
            }
        });
        let done = run();
        drop(ends);
        done
    })
}

fn version<DB: Backend>(migration: &dyn Migration<DB>) -> String {
    migration.name().version().to_string()
}

fn versions<DB: Backend>(source: impl MigrationSource<DB>) -> Result<Vec<String>, Error> {
    let all = source.migrations().map_err(|why| Error::Unavailable(why.to_string()))?;
    let mut versions: Vec<String> = all.iter().map(|migration| version(migration.as_ref())).collect();
    versions.sort_unstable();
    Ok(versions)
}

fn is_there(connection: &mut Connection) -> Result<bool, Error> {
    let sql = match connection {
        Connection::Sqlite(_) => {
            "SELECT COUNT(*) AS number FROM sqlite_master WHERE name = '__diesel_schema_migrations'"
        }
        Connection::Postgres(_) => {
            "SELECT COUNT(*) AS number FROM pg_class WHERE oid = to_regclass('__diesel_schema_migrations')"
        }
    };
    Ok(number(connection, sql)? > 0)
}

/// Returns the number that a statement selects as `number`.
///
/// # Errors
/// The database's.
pub fn number(connection: &mut Connection, sql: &str) -> Result<i64, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    Ok(on_engine!(connection, |own| diesel::sql_query(sql).get_result::<Row>(own))?.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_tells_how_far_it_has_come() {
        let step = Step { name: "2026_core", number: 2, all: 5, seconds: 0 };
        assert_eq!(step.to_string(), "migration 2 of 5, 2026_core");
        assert_eq!(Step { seconds: 35, ..step }.to_string(), "migration 2 of 5, 2026_core, running for 35 s");
    }

    #[test]
    fn what_is_not_known_is_newer() {
        let of = |applied: &[&str]| Schema {
            applied: applied.iter().map(|version| (*version).to_owned()).collect(),
            known: vec!["1".into(), "2".into()],
        };
        assert!(of(&["1"]).refuse_newer().is_ok() && of(&["1"]).refuse_other().is_err());
        assert!(of(&["1", "2"]).refuse_other().is_ok());
        assert!(matches!(of(&["1", "2", "3", "4"]).refuse_newer(), Err(Error::NewerSchema(newest)) if newest == "4"));
    }
}
