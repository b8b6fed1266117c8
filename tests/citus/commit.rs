//! A machine that ends while it alone commits. The coordinator is not told whether it did, and whoever asked is told only once
//! that is known.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use amicable::db::Db;
use diesel::prelude::*;
use diesel::sql_types::Integer;

use crate::cluster::Cluster;
use crate::process::{signal, until};

#[derive(QueryableByName)]
struct Session {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// Returns the sessions of a machine that a condition picks.
fn sessions(url: &str, condition: &str) -> Vec<u32> {
    let mut connection = PgConnection::establish(url).unwrap();
    let sql = format!("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND {condition}");
    let found: Vec<Session> = diesel::sql_query(sql).load(&mut connection).unwrap();
    found.into_iter().map(|session| session.pid.try_into().unwrap()).collect()
}

/// Ends the one worker that a transaction has changed between the request to commit and the answer; the change is made once.
pub fn cut_off(cluster: &mut Cluster, db: &Db) {
    let workers = [1, 2].map(|at| (at, cluster.url(at, "site")));
    let (send, received) = mpsc::channel();
    let again = Arc::new(AtomicBool::new(false));
    // The receipt is all that it writes, so that one machine commits by itself.
    let write = move |_: &mut amicable::db::Connection| {
        if !again.swap(true, Ordering::Relaxed) {
            for (at, url) in &workers {
                let written = sessions(url, "state = 'idle in transaction' AND query LIKE 'INSERT INTO%receipts%'");
                if !written.is_empty() {
                    signal("STOP", &written);
                    send.send(*at).unwrap();
                }
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| db.write_blocking(write));
        let at = received.recv().unwrap();
        let coordinator = cluster.url(0, "site");
        until("a commit", 10, || !sessions(&coordinator, "state = 'active' AND query = 'COMMIT'").is_empty());
        cluster.kill_machine(at);
        cluster.start_machine(at);
        writer.join().unwrap().unwrap();
    });
}
