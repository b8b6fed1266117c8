//! A site on machines of Citus: brought there and back without a difference, asked at the coordinator and at a worker, and what
//! people notice when a machine goes away while they use it: nothing but a pause.
//!
//! `cargo test --test citus -- [rounds]` starts a coordinator, two workers and two nodes of the site, and skips itself where the
//! extension is not installed beside PostgreSQL.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod cluster;
mod commit;
#[path = "../failover/load.rs"]
mod load;
#[path = "../failover/process.rs"]
mod process;
#[path = "../failover/site.rs"]
mod site;

use std::process::Command;
use std::time::{Duration, Instant};

use amicable::accounts::{self, NewMember, password};
use amicable::db::Db;
use amicable::members::role::Role;
use amicable::schema::{emails, members};
use cluster::{Cluster, extension};
use diesel::prelude::*;
use load::Load;
use process::Process;
use site::Site;

/// People of the site that is brought to the cluster.
const MEMBERS: &str = "200";
/// Connections between them.
const CONNECTIONS: &str = "3000";
/// Who sign up at the same moment with one address.
const RIVALS: usize = 10;
/// Members whom each of those who invite may invite.
const OTHERS: usize = 200;

/// Runs the program, and returns what it said.
fn amicable(arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_amicable")).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{arguments:?}: {said}");
    said
}

/// Brings a site of SQLite to the cluster and back.
fn there_and_back(cluster: &Cluster) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let (from, back, site) = (file("from.db"), file("back.db"), cluster.url(0, "site"));
    amicable(&["seed", "--members", MEMBERS, "--connections", CONNECTIONS, "--database-url", &from]);
    let there = amicable(&["copy", "--from", &from, "--to", &site]);
    let again = amicable(&["copy", "--from", &site, "--to", &back]);
    assert_eq!(there, again);
    println!("{}", amicable(&["check", "--database-url", &site]));
}

/// Counts what a query counts.
fn number(
    db: &Db,
    query: impl FnOnce(&mut amicable::db::Connection) -> QueryResult<i64> + Clone + Send + 'static,
) -> i64 {
    db.read_blocking(move |connection| Ok(query(connection)?)).unwrap()
}

/// Lets several register one address at the same moment, at the coordinator and at a worker; one account is made.
fn rivals(cluster: &Cluster) {
    let databases = [cluster.open(0, "site"), cluster.open(1, "site")];
    let before = number(&databases[0], |connection| members::table.count().get_result(connection));
    let hashed = password::hash_now("a quiet password").unwrap();
    let made: usize = std::thread::scope(|scope| {
        let register = |rival: usize| {
            let (db, password) = (&databases[rival % 2], hashed.clone());
            let (full_name, email) = (format!("Rival {rival}"), "rivals@test.example".to_owned());
            let new = NewMember { full_name, email, password, role: Role::Member };
            scope.spawn(move || db.write_blocking(|connection| accounts::register(connection, &new)).unwrap().is_some())
        };
        let threads: Vec<_> = (0..RIVALS).map(register).collect();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    });
    let after = number(&databases[1], |connection| members::table.count().get_result(connection));
    let held = number(&databases[1], |connection| {
        emails::table.filter(emails::email_key.eq("rivals@test.example")).count().get_result(connection)
    });
    assert_eq!((made, after - before, held), (1, 1, 1));
}

fn main() {
    if !extension().exists() {
        println!("skipped: Citus is not installed beside PostgreSQL, there is no {}", extension().display());
        return;
    }
    let rounds: u32 = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    let started = Instant::now();
    let mut cluster = Cluster::start("site");
    println!("three machines after {:.1} s", started.elapsed().as_secs_f64());
    let site = cluster.url(0, "site");
    println!("{}", amicable(&["migrate", "--distribute", "--database-url", &site]));
    println!("{}", amicable(&["migrate", "--distribute", "--database-url", &site]));
    println!("spread after {:.1} s", started.elapsed().as_secs_f64());
    there_and_back(&cluster);
    println!("there and back after {:.1} s", started.elapsed().as_secs_f64());
    let db = cluster.open(0, "site");
    rivals(&cluster);
    commit::cut_off(&mut cluster, &db);
    println!("a commit was cut off after {:.1} s", started.elapsed().as_secs_f64());
    let mut site = Site::start([cluster.url(0, "site"), cluster.url(1, "site")]);
    let mut load = Load::prepare(&db, &format!("http://127.0.0.1:{}", site.port), OTHERS);
    println!("prepared after {:.1} s", started.elapsed().as_secs_f64());
    load.start();
    let step = |name: &str, load: &Load, act: &mut dyn FnMut()| load.step(name, Duration::from_secs(4), act);
    for round in 1..=rounds {
        println!("round {round}");
        step("nothing happens", &load, &mut || std::thread::sleep(Duration::from_secs(2)));
        for (name, at) in [("a worker", 2), ("the worker that is asked", 1), ("the coordinator", 0)] {
            step(&format!("{name} is killed, and started"), &load, &mut || {
                cluster.kill_machine(at);
                std::thread::sleep(Duration::from_secs(2));
                cluster.start_machine(at);
            });
        }
        step("a worker stands still", &load, &mut || {
            cluster.freeze_machine(2, || std::thread::sleep(Duration::from_secs(10)));
        });
        step("a node is stopped, and started", &load, &mut || site.restart_node(1, Process::stop));
    }
    let found = load.stop_and_check(&db);
    println!("{found}\nthe whole took {:.0} s", started.elapsed().as_secs_f64());
    assert!(found.sound(), "something was lost, doubled or half done");
    assert_eq!(found.errors, 0, "people saw more than a pause");
}
