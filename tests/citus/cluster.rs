//! Machines of Citus on loopback, in a temporary folder: a coordinator and two workers.

use std::path::{Path, PathBuf};
use std::process::Command;

use amicable::db::{DatabaseUrl, Db};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use crate::process::{Process, as_user, bin, free_port, kill_postgres, postgres, postgres_user, signal, until};

/// Machines, the first of which is the coordinator.
const MACHINES: usize = 3;

struct Machine {
    data: PathBuf,
    port: u16,
    process: Option<Process>,
}

pub struct Cluster {
    folder: tempfile::TempDir,
    machines: Vec<Machine>,
}

/// Where the extension would be.
pub fn extension() -> PathBuf {
    bin().parent().unwrap().join("lib/citus.so")
}

impl Cluster {
    /// Starts the machines, with a database on all.
    pub fn start(database: &str) -> Cluster {
        let folder = tempfile::tempdir().unwrap();
        let user = postgres_user();
        if let Some((user, group)) = user {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let machines = (0..MACHINES)
            .map(|number| Machine {
                data: folder.path().join(format!("machine{number}")),
                port: free_port(),
                process: None,
            })
            .collect();
        let mut cluster = Cluster { folder, machines };
        for at in 0..MACHINES {
            let mut initdb = Command::new(bin().join("initdb"));
            initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--pgdata"]);
            let done = as_user(initdb.arg(&cluster.machines[at].data), user).current_dir("/").output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            cluster.start_machine(at);
        }
        for at in 0..MACHINES {
            cluster.run(at, "postgres", &format!("CREATE DATABASE {database}"));
            cluster.run(at, database, "CREATE EXTENSION citus");
        }
        let ports: Vec<u16> = cluster.machines.iter().map(|machine| machine.port).collect();
        cluster.run(0, database, &format!("SELECT citus_set_coordinator_host('127.0.0.1', {})", ports[0]));
        for port in &ports[1..] {
            cluster.run(0, database, &format!("SELECT citus_add_node('127.0.0.1', {port})"));
        }
        cluster
    }

    /// Where a machine is asked.
    pub fn url(&self, at: usize, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.machines[at].port)
    }

    pub fn start_machine(&mut self, at: usize) {
        let log = self.log(at);
        let machine = &mut self.machines[at];
        let mut postgres = Command::new(bin().join("postgres"));
        postgres.arg("-D").arg(&machine.data).current_dir("/");
        let folder = self.folder.path().display().to_string();
        // What docs/scaling.md advises; few shards, and nothing that only a cut of power would need.
        for setting in [
            &format!("port={}", machine.port),
            "listen_addresses=127.0.0.1",
            &format!("unix_socket_directories={folder}"),
            "shared_preload_libraries=citus",
            "max_connections=200",
            "max_prepared_transactions=200",
            "shared_buffers=64MB",
            "fsync=off",
            "citus.node_conninfo=sslmode=disable",
            "citus.enable_statistics_collection=off",
            "citus.shard_count=4",
            "citus.max_adaptive_executor_pool_size=1",
            "citus.recover_2pc_interval=2s",
        ] {
            postgres.arg("-c").arg(setting);
        }
        machine.process = Some(Process::start(as_user(&mut postgres, postgres_user()), &log));
        let url = self.url(at, "postgres");
        until("a machine", 60, || PgConnection::establish(&url).is_ok());
    }

    /// Kills all processes of a machine.
    pub fn kill_machine(&mut self, at: usize) {
        kill_postgres(&self.machines[at].data);
        drop(self.machines[at].process.take());
    }

    /// Lets a machine stand still, connections and all, while something happens.
    pub fn freeze_machine(&self, at: usize, meanwhile: impl FnOnce()) {
        let processes = postgres(&self.machines[at].data);
        signal("STOP", &processes);
        meanwhile();
        signal("CONT", &processes);
    }

    /// Opens a database as the site does, at a machine.
    pub fn open(&self, at: usize, database: &str) -> Db {
        Db::open(&DatabaseUrl::Postgres(self.url(at, database))).unwrap()
    }

    /// Runs a statement at a machine.
    pub fn run(&self, at: usize, database: &str, sql: &str) {
        PgConnection::establish(&self.url(at, database)).unwrap().batch_execute(sql).unwrap();
    }

    fn log(&self, at: usize) -> PathBuf {
        self.folder.path().join(format!("machine{at}.log"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for at in 0..MACHINES {
            if std::thread::panicking() {
                tell(at, &self.log(at));
            }
            self.kill_machine(at);
        }
    }
}

fn tell(at: usize, log: &Path) {
    let log = std::fs::read_to_string(log).unwrap_or_default();
    let errors: Vec<&str> =
        log.lines().filter(|line| ["ERROR", "FATAL", "PANIC"].iter().any(|word| line.contains(word))).collect();
    println!("machine {at}:\n{}", errors[errors.len().saturating_sub(25)..].join("\n"));
}
