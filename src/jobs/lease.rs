//! The lease of a job: a row that says which node runs it.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use rand::RngExt;

use super::LEASE;
use crate::dates::now;
use crate::db::{Connection, Db, on_engine};
use crate::error::Error;
use crate::schema::job_leases::{self, table};

/// What a node knows of a lease.
pub(super) struct Lease {
    name: &'static str,
    node: String,
    /// The last sign of life of another holder, and when this node first saw it.
    seen: Option<(i64, Instant)>,
    turn: i64,
}

/// Whether a job may be run.
pub(super) enum Seen {
    /// Another node runs it.
    Held,
    /// Nobody runs it, and it is due after so long.
    Free(Duration),
}

impl Lease {
    pub(super) fn of(name: &'static str) -> Lease {
        Lease { name, node: format!("{:016x}", rand::rng().random::<u64>()), seen: None, turn: 0 }
    }

    /// Finds out whether the job may be run. No node's clock is compared with another's: a holder whose turn stays the
    /// same for a whole [`LEASE`] of this node's own time has vanished.
    pub(super) fn look(&mut self, db: &Db, every: Duration, at: Instant) -> Result<Seen, Error> {
        let name = self.name;
        let found = db.read_blocking(move |connection| find(connection, name))?;
        let (holder, turn, due_at) = match found {
            Some(row) => row,
            None => db.write_blocking(move |connection| find_or_make(connection, name))?,
        };
        self.turn = turn;
        let every = i64::try_from(every.as_secs()).unwrap_or(i64::MAX);
        // A date that a clock set far ahead has written is none.
        let rest = Duration::from_secs(u64::try_from((due_at - now()).min(every)).unwrap_or(0));
        if holder.is_empty() {
            self.seen = None;
            return Ok(Seen::Free(rest));
        }
        match self.seen {
            Some((same, since)) if same == turn && at.duration_since(since) >= LEASE => Ok(Seen::Free(Duration::ZERO)),
            Some((same, _)) if same == turn => Ok(Seen::Held),
            _ => {
                self.seen = Some((turn, at));
                Ok(Seen::Held)
            }
        }
    }

    /// Takes the lease, unless another node was quicker.
    pub(super) fn take(&mut self, db: &Db) -> Result<bool, Error> {
        self.seen = None;
        let (name, node, turn) = (self.name, self.node.clone(), self.turn);
        db.write_blocking(move |connection| {
            let row = table.find(name).filter(job_leases::turn.eq(turn));
            let set = (job_leases::holder.eq(node), job_leases::turn.eq(turn + 1));
            Ok(diesel::update(row).set(set).execute(connection)? == 1)
        })
    }

    /// Gives a sign of life. Returns false where another node has taken over.
    pub(super) fn renew(&self, db: &Db) -> Result<bool, Error> {
        let (name, node) = (self.name, self.node.clone());
        db.write_blocking(move |connection| {
            let row = table.find(name).filter(job_leases::holder.eq(node));
            Ok(diesel::update(row).set(job_leases::turn.eq(job_leases::turn + 1)).execute(connection)? == 1)
        })
    }

    /// Ends the lease, and notes how the run ended.
    pub(super) fn give_back(&self, db: &Db, every: Duration, succeeded: bool) -> Result<(), Error> {
        let now = now();
        let due_at = now.saturating_add(i64::try_from(every.as_secs()).unwrap_or(i64::MAX));
        let (name, node) = (self.name, self.node.clone());
        db.write_blocking(move |connection| {
            let row = table.find(name).filter(job_leases::holder.eq(node));
            let turn = job_leases::turn.eq(job_leases::turn + 1);
            let free = (job_leases::holder.eq(""), turn, job_leases::due_at.eq(due_at));
            let succeeded_at = succeeded.then(|| job_leases::succeeded_at.eq(now));
            let failed_at = (!succeeded).then(|| job_leases::failed_at.eq(now));
            diesel::update(row).set((free, succeeded_at, failed_at)).execute(connection)?;
            Ok(())
        })
    }
}

fn find_or_make(connection: &mut Connection, name: &'static str) -> Result<Row, Error> {
    let make = diesel::insert_into(table).values(job_leases::name.eq(name)).on_conflict_do_nothing();
    on_engine!(connection, |own| make.execute(own))?;
    Ok(find(connection, name)?.unwrap_or_default())
}

/// Holder, turn, and when it is due.
type Row = (String, i64, i64);

fn find(connection: &mut Connection, name: &str) -> Result<Option<Row>, Error> {
    let row = table.find(name).select((job_leases::holder, job_leases::turn, job_leases::due_at));
    Ok(row.first(connection).optional()?)
}

/// How a job goes, on whatever node.
#[derive(Debug, Clone, Queryable)]
pub struct Report {
    /// Its name.
    pub name: String,
    /// When it last succeeded.
    pub succeeded_at: Option<i64>,
    /// When it last failed.
    pub failed_at: Option<i64>,
}

impl Report {
    /// Returns whether its last run failed.
    pub fn fails(&self) -> bool {
        self.failed_at > self.succeeded_at
    }
}

/// Reads how each job goes.
///
/// # Errors
/// The database's.
pub fn report(connection: &mut Connection) -> Result<Vec<Report>, Error> {
    let columns = (job_leases::name, job_leases::succeeded_at, job_leases::failed_at);
    Ok(table.order(job_leases::name).select(columns).load(connection)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn database() -> (tempfile::TempDir, Db) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db").to_string_lossy().into_owned();
        let db = Db::open(&crate::db::DatabaseUrl::Sqlite(path)).unwrap();
        db.migrate().unwrap();
        (folder, db)
    }

    fn is_held(lease: &mut Lease, db: &Db, at: Instant) -> bool {
        matches!(lease.look(db, HOUR, at).unwrap(), Seen::Held)
    }

    #[test]
    fn a_lease_lapses_that_nobody_renews() {
        let (_folder, db) = database();
        let (mut first, mut second, start) = (Lease::of("test"), Lease::of("test"), Instant::now());
        assert!(!is_held(&mut first, &db, start) && first.take(&db).unwrap());
        assert!(is_held(&mut second, &db, start));
        // A sign of life counts from when it is seen.
        assert!(first.renew(&db).unwrap());
        assert!(is_held(&mut second, &db, start + LEASE));
        assert!(is_held(&mut second, &db, start + LEASE + LEASE / 2));
        assert!(!is_held(&mut second, &db, start + LEASE * 2) && second.take(&db).unwrap());
        assert!(!first.renew(&db).unwrap(), "the one that vanished and came back");
        first.give_back(&db, HOUR, true).unwrap();
        assert!(is_held(&mut first, &db, start), "only its holder gives it back");
    }

    #[test]
    fn of_two_that_take_a_lease_one_has_it() {
        let (_folder, db) = database();
        let (mut first, mut second, start) = (Lease::of("test"), Lease::of("test"), Instant::now());
        assert!(!is_held(&mut first, &db, start) && !is_held(&mut second, &db, start));
        assert!(first.take(&db).unwrap() && !second.take(&db).unwrap());
    }

    #[test]
    fn a_date_of_a_clock_far_ahead_is_none() {
        let (_folder, db) = database();
        let mut lease = Lease::of("test");
        assert!(!is_held(&mut lease, &db, Instant::now()) && lease.take(&db).unwrap());
        lease.give_back(&db, HOUR * 1_000, true).unwrap();
        let Seen::Free(rest) = lease.look(&db, HOUR, Instant::now()).unwrap() else { panic!("held") };
        assert_eq!(rest, HOUR);
    }
}
