//! A database of its own for each test: a SQLite file, or, where `TEST_DATABASE_URL` names a PostgreSQL server on which
//! databases may be made, one of those.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use amicable::db::DatabaseUrl;
use amicable::db::Db;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

static SERVER: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("TEST_DATABASE_URL").ok());

/// Migrated once; every database of a test is a copy of it.
static TEMPLATE: LazyLock<String> = LazyLock::new(|| {
    let name = name("template");
    admin(&format!("CREATE DATABASE {name}"));
    Db::open(&DatabaseUrl::Postgres(url(&name))).unwrap().migrate().unwrap();
    // The pool lets go of its connections a moment later, and nobody may be connected to what is copied.
    admin(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
    name
});

/// Gone when it is dropped.
pub struct Database {
    pub url: DatabaseUrl,
    name: String,
    _folder: Option<tempfile::TempDir>,
}

impl Database {
    /// Migrated, and empty.
    pub fn new() -> Database {
        if SERVER.is_none() {
            let database = Database::sqlite();
            Db::open(&database.url).unwrap().migrate().unwrap();
            return database;
        }
        let name = name("test");
        admin(&format!("CREATE DATABASE {name} TEMPLATE {}", *TEMPLATE));
        Database { url: DatabaseUrl::Postgres(url(&name)), name, _folder: None }
    }

    /// Without a table.
    pub fn empty() -> Database {
        if SERVER.is_none() {
            return Database::sqlite();
        }
        let name = name("test");
        admin(&format!("CREATE DATABASE {name}"));
        Database { url: DatabaseUrl::Postgres(url(&name)), name, _folder: None }
    }

    /// A file that is not there yet.
    pub fn sqlite() -> Database {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db").to_string_lossy().into_owned();
        Database { url: DatabaseUrl::Sqlite(path), name: String::new(), _folder: Some(folder) }
    }

    pub fn open(&self) -> Db {
        Db::open(&self.url).unwrap()
    }

    /// As the command line takes it.
    pub fn argument(&self) -> String {
        self.url.to_string()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !self.name.is_empty() {
            admin(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// Whether the tests run on PostgreSQL.
pub fn on_postgres() -> bool {
    SERVER.is_some()
}

fn name(kind: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("{kind}_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// The server's URL with another database.
fn url(name: &str) -> String {
    let server = SERVER.as_ref().unwrap();
    let (before, query) = server.split_at(server.find('?').unwrap_or(server.len()));
    let (host, _) = before.rsplit_once('/').unwrap();
    format!("{host}/{name}{query}")
}

fn admin(sql: &str) {
    let mut connection = PgConnection::establish(SERVER.as_ref().unwrap()).unwrap();
    connection.batch_execute(sql).unwrap();
}
