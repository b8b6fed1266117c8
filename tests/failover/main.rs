//! What people notice when a part of a highly available site goes away while they use it: nothing but a pause.
//!
//! `cargo test --test failover -- [rounds]` starts a cluster and two nodes of the site behind a balancer, loads them,
//! and in every round kills a node, the primary and the database's balancer, lets the killed primary join again,
//! switches over, and stops a node as an operator does. It prints what was lost, what happened twice, what was half
//! done, how many errors people saw, and the longest anybody waited.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod cluster;
mod load;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use amicable::db::DatabaseUrl;
use amicable::db::Db;
use cluster::{Cluster, Process, free_port, until};
use diesel::Connection;
use diesel::connection::SimpleConnection;
use load::Load;

/// Two nodes of the site and the balancer in front of them.
struct Site {
    folder: tempfile::TempDir,
    database: String,
    nodes: Vec<(u16, Option<Process>)>,
    port: u16,
    _balancer: Process,
}

impl Site {
    fn start(database: &str) -> Site {
        let folder = tempfile::tempdir().unwrap();
        let nodes: Vec<(u16, Option<Process>)> = (0..2).map(|_| (free_port(), None)).collect();
        let port = free_port();
        std::fs::write(folder.path().join("haproxy.cfg"), balancing(port, &nodes)).unwrap();
        let program = if Path::new("/usr/sbin/haproxy").exists() { "/usr/sbin/haproxy" } else { "haproxy" };
        let mut haproxy = Command::new(program);
        haproxy.args(["-db", "-f"]).arg(folder.path().join("haproxy.cfg"));
        let balancer = Process::start(&mut haproxy, &folder.path().join("haproxy.log"));
        let mut site = Site { folder, database: database.to_owned(), nodes, port, _balancer: balancer };
        // Both at once, on an empty database: one migrates, the other waits.
        site.start_node(0);
        site.start_node(1);
        until("both nodes", 30, || (0..2).all(|node| site.answers(node)));
        site
    }

    fn start_node(&mut self, at: usize) {
        let mut node = Command::new(env!("CARGO_BIN_EXE_amicable"));
        node.args(["serve", "--listen", &format!("127.0.0.1:{}", self.nodes[at].0)]).args([
            "--database-url",
            &self.database,
            "--invitation-limit",
            "1000000",
            "--workers",
            "2",
        ]);
        self.nodes[at].1 = Some(Process::start(&mut node, &self.folder.path().join(format!("node{at}.log"))));
    }

    fn answers(&self, at: usize) -> bool {
        ureq::get(format!("http://127.0.0.1:{}/healthz", self.nodes[at].0)).call().is_ok()
    }

    fn restart_node(&mut self, at: usize, end: fn(&mut Process)) {
        end(self.nodes[at].1.as_mut().unwrap());
        std::thread::sleep(Duration::from_secs(1));
        self.start_node(at);
        until("the node", 30, || self.answers(at));
        // The balancer is to see it too before the other goes.
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// `/healthz`, and not `/readyz`, which asks the database: while that is away a node lets people wait.
fn balancing(port: u16, nodes: &[(u16, Option<Process>)]) -> String {
    let servers: String = nodes
        .iter()
        .enumerate()
        .map(|(at, (port, _))| format!("    server node{at} 127.0.0.1:{port} check\n"))
        .collect();
    format!(
        "defaults\n    mode http\n    timeout connect 1s\n    timeout client 60s\n    timeout server 60s\n    \
         retries 5\n    option redispatch 1\n    retry-on conn-failure empty-response\nlisten site\n    bind 127.0.0.1:{port}\n    \
         balance roundrobin\n    option httpchk GET /healthz\n    default-server inter 200ms fall 1 rise 1\n{servers}"
    )
}

fn main() {
    let rounds: u32 = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    let started = Instant::now();
    let mut cluster = Cluster::start();
    println!("three servers with a synchronous standby after {:.1} s", started.elapsed().as_secs_f64());
    let mut admin = diesel::PgConnection::establish(&cluster.url("postgres")).unwrap();
    admin.batch_execute("CREATE DATABASE site").unwrap();
    drop(admin);
    let database = cluster.url("site");
    let mut site = Site::start(&database);
    let db = Db::open(&DatabaseUrl::Postgres(database)).unwrap();
    let mut load = Load::prepare(&db, &format!("http://127.0.0.1:{}", site.port));
    load.start();
    let step = |name: &str, load: &Load, act: &mut dyn FnMut()| {
        std::thread::sleep(Duration::from_secs(2));
        let before = load.begin_step();
        let took = Instant::now();
        act();
        std::thread::sleep(Duration::from_secs(2));
        println!("{name:<36} {:4.1} s, {}", took.elapsed().as_secs_f64(), load.said_since(before));
    };
    for round in 1..=rounds {
        println!("round {round}");
        step("a node is killed, and started", &load, &mut || site.restart_node(0, Process::kill));
        let primary = cluster.primary().unwrap();
        step("the primary is killed", &load, &mut || {
            cluster.kill_server(primary);
            until("another primary", 30, || cluster.primary().is_some_and(|server| server != primary));
        });
        step("the killed one joins again", &load, &mut || {
            cluster.start_server(primary);
            until("three servers", 60, || cluster.running() == 3 && cluster.standby().is_some());
        });
        step("a switch-over", &load, &mut || cluster.switch_over());
        step("the database's balancer is killed", &load, &mut || {
            cluster.kill_balancer();
            std::thread::sleep(Duration::from_millis(500));
            cluster.start_balancer();
        });
        step("a node is stopped, and started", &load, &mut || site.restart_node(1, Process::stop));
        until("a synchronous standby", 60, || cluster.standby().is_some());
    }
    let found = load.stop_and_check(&db);
    println!("{found}\nthe whole took {:.0} s", started.elapsed().as_secs_f64());
    assert!(found.sound(), "something was lost, doubled or half done");
}
