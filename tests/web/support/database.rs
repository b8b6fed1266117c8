//! A database of its own for each test: a SQLite file, or, where `TEST_DATABASE_URL` names a PostgreSQL server on which
//! databases may be made, one of those.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use amicable::data::distribute::distribute;
use amicable::db::DatabaseUrl;
use amicable::db::Db;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};

static SERVER: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("TEST_DATABASE_URL").ok());

/// The machines of a cluster of Citus, the coordinator first, as they are reached; none where there is no cluster.
static MACHINES: LazyLock<Vec<String>> = LazyLock::new(|| {
    #[derive(diesel::QueryableByName)]
    struct Machine {
        #[diesel(sql_type = diesel::sql_types::Text)]
        address: String,
    }
    let all = "SELECT nodename || ':' || nodeport AS address FROM pg_dist_node ORDER BY groupid";
    let mut server = connection(SERVER.as_ref().unwrap());
    // Where there is no Citus, there is no such table.
    let all = diesel::sql_query(all).load::<Machine>(&mut server).unwrap_or_default();
    all.into_iter().map(|machine| machine.address).collect()
});

/// Migrated once; every database of a test is a copy of it.
static TEMPLATE: LazyLock<String> = LazyLock::new(|| {
    let name = name("template");
    create(&name, None);
    // Tables are made and spread at the coordinator, wherever the tests ask.
    let url = if on_citus() { of_machine(&MACHINES[0], &name) } else { url(&name) };
    let db = Db::open(&DatabaseUrl::Postgres(url)).unwrap();
    db.migrate().unwrap();
    if on_citus() {
        distribute(&db).unwrap();
    }
    name
});

/// A file of SQLite, migrated once.
static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let database = Database::sqlite();
    let db = database.open();
    db.migrate().unwrap();
    db.close();
    std::fs::read(database.path()).unwrap()
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
            // As the program makes one: for its owner alone.
            let mut options = std::fs::File::options();
            std::os::unix::fs::OpenOptionsExt::mode(options.create(true).truncate(true).write(true), 0o600);
            std::io::Write::write_all(&mut options.open(database.path()).unwrap(), &FILE).unwrap();
            return database;
        }
        let name = name("test");
        create(&name, Some(&TEMPLATE));
        Database { url: DatabaseUrl::Postgres(url(&name)), name, _folder: None }
    }

    /// Without a table.
    pub fn empty() -> Database {
        if SERVER.is_none() {
            return Database::sqlite();
        }
        let name = name("test");
        create(&name, None);
        Database { url: DatabaseUrl::Postgres(url(&name)), name, _folder: None }
    }

    /// A file that is not there yet.
    pub fn sqlite() -> Database {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db").to_string_lossy().into_owned();
        Database { url: DatabaseUrl::Sqlite(path), name: String::new(), _folder: Some(folder) }
    }

    /// Does what autovacuum does sooner or later: afterwards an index may answer alone, and plans change. Nothing for SQLite.
    pub fn vacuum(&self) {
        if let DatabaseUrl::Postgres(url) = &self.url {
            connection(url).batch_execute("VACUUM ANALYZE").unwrap();
        }
    }

    pub fn open(&self) -> Db {
        Db::open(&self.url).unwrap()
    }

    fn path(&self) -> &str {
        let DatabaseUrl::Sqlite(path) = &self.url else { panic!("{:?} is no file", self.url) };
        path
    }

    /// As the command line takes it.
    pub fn argument(&self) -> String {
        self.url.to_string()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !self.name.is_empty() {
            everywhere(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// Whether the tests run on PostgreSQL.
pub fn on_postgres() -> bool {
    SERVER.is_some()
}

/// Whether they are machines of Citus.
pub fn on_citus() -> bool {
    on_postgres() && !MACHINES.is_empty()
}

/// Makes a database, empty or as another one; in a cluster on every machine.
fn create(name: &str, template: Option<&str>) {
    // The pool lets go of its connections a moment later, and nobody may be connected to what is copied.
    if let Some(template) = template {
        everywhere(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'"));
    }
    let like = template.map(|template| format!(" TEMPLATE {template}")).unwrap_or_default();
    everywhere(&format!("CREATE DATABASE {name}{like}"));
    if template.is_some() || !on_citus() {
        return;
    }
    for machine in &*MACHINES {
        run(&of_machine(machine, name), "CREATE EXTENSION citus");
    }
    let node = |machine: &String| machine.replace(':', "', ");
    let workers = MACHINES[1..].iter().map(|worker| format!("SELECT citus_add_node('{});", node(worker)));
    let sql = format!("SELECT citus_set_coordinator_host('{}); {}", node(&MACHINES[0]), workers.collect::<String>());
    run(&of_machine(&MACHINES[0], name), &sql);
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

/// [`url`] of another machine of the cluster.
fn of_machine(machine: &str, name: &str) -> String {
    let url = url(name);
    let (before, after) = url.split_once('@').unwrap();
    let (_, database) = after.split_once('/').unwrap();
    format!("{before}@{machine}/{database}")
}

/// Runs a statement on every machine, outside of the databases of tests.
fn everywhere(sql: &str) {
    if !on_citus() {
        return run(SERVER.as_ref().unwrap(), sql);
    }
    for machine in &*MACHINES {
        run(&of_machine(machine, "postgres"), sql);
    }
}

fn run(url: &str, sql: &str) {
    connection(url).batch_execute(sql).unwrap();
}

fn connection(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap()
}
