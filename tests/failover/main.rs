//! What people notice when a part of a highly available site goes away while they use it: nothing but a pause.
//!
//! `cargo test --test failover -- [rounds]` starts a cluster and two nodes of the site behind a balancer, loads them,
//! and in every round kills a node, the primary and the database's balancer, lets the killed primary join again,
//! switches over, and stops a node as an operator does. It prints what was lost, what happened twice, what was half
//! done, how many errors people saw, and the longest anybody waited.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod cluster;
mod load;
mod process;
mod site;

use std::time::{Duration, Instant};

use amicable::db::DatabaseUrl;
use amicable::db::Db;
use cluster::Cluster;
use diesel::Connection;
use diesel::connection::SimpleConnection;
use load::Load;
use process::{Process, until};
use site::Site;

/// Members whom each of those who invite may invite.
const OTHERS: usize = 600;

fn main() {
    let rounds: u32 = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    let started = Instant::now();
    let mut cluster = Cluster::start();
    println!("three servers with a synchronous standby after {:.1} s", started.elapsed().as_secs_f64());
    let mut admin = diesel::PgConnection::establish(&cluster.url("postgres")).unwrap();
    admin.batch_execute("CREATE DATABASE site").unwrap();
    drop(admin);
    let database = cluster.url("site");
    let mut site = Site::start([database.clone(), database.clone()]);
    let db = Db::open(&DatabaseUrl::Postgres(database)).unwrap();
    let mut load = Load::prepare(&db, &format!("http://127.0.0.1:{}", site.port), OTHERS);
    load.start();
    let step = |name: &str, load: &Load, act: &mut dyn FnMut()| load.step(name, Duration::from_secs(2), act);
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
