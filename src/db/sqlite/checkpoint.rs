//! The checkpointer: it moves what was committed from the WAL into the file, beside those who read and write. Nobody
//! waits for it.

use std::sync::atomic::Ordering;
use std::sync::{TryLockError, mpsc};

use diesel::connection::SimpleConnection;
use diesel::sql_types::Integer;
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use crate::db::sqlite::{Role, Shared, lock, open, wal};
use crate::db::{Connection, on_engine};
use crate::error::Error;

/// Pages that the writer moves itself where the WAL is truncated: what was written since the checkpointer passed.
const FEW_PAGES: i32 = 256;

/// Follows the changes with checkpoints, for as long as anybody may change something.
pub(super) fn follow(shared: &Shared, changes: &mpsc::Receiver<()>) {
    let mut again = false;
    loop {
        let settle = shared.settings.settle;
        let told = if again {
            changes.recv_timeout(settle)
        } else {
            changes.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected)
        };
        match told {
            Ok(()) => std::thread::sleep(settle),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
        if shared.closed.load(Ordering::Acquire) {
            return;
        }
        again = shared.checkpoint().unwrap_or_else(|why| {
            shared.checkpoint_failed(&why);
            true
        });
    }
}

impl Shared {
    /// Moves what can be moved without anybody's waiting. Returns whether it wants to be tried again, though nobody
    /// changes anything more.
    pub(super) fn checkpoint(&self) -> Result<bool, Error> {
        if self.flush_failed.load(Ordering::Acquire) {
            drop(self.writer()?);
        }
        let moved = {
            let _checkpoint = lock(&self.checkpointing);
            if self.closed.load(Ordering::Acquire) {
                return Ok(false);
            }
            let mut connection = open(&self.path, Role::Writer, self.settings)?;
            let position = wal::position(&mut connection)?;
            self.count_due.store(true, Ordering::Release);
            let moved = run(&mut connection, "PRAGMA wal_checkpoint(PASSIVE)")?;
            if moved.is_all() {
                // The next transaction lets the WAL start over.
                self.count_due.store(true, Ordering::Release);
                wal::note(&self.path, position);
            }
            moved
        };
        if wal::length(&self.path) <= self.settings.wal_limit {
            return Ok(false);
        }
        if moved.left() > FEW_PAGES {
            // Somebody has been reading for long, or much is being written.
            tracing::warn!(pages = moved.log, "the WAL grows until whoever reads the database for long has ended");
            return Ok(true);
        }
        self.truncate_due.store(true, Ordering::Release);
        match self.writer.try_lock() {
            Ok(mut writer) => self.truncate(&mut writer)?,
            Err(TryLockError::Poisoned(_)) => drop(self.writer()?),
            // Whoever holds it truncates after the commit.
            Err(TryLockError::WouldBlock) => {}
        }
        // Somebody who read just then, if only for a moment, has kept it as it is.
        Ok(wal::length(&self.path) > self.settings.wal_limit)
    }

    /// Truncates the WAL if that can be had at once. The writer's connection does it, between two transactions.
    pub(super) fn truncate(&self, writer: &mut Connection) -> Result<(), Error> {
        let position = wal::position(writer)?;
        writer.batch_execute("PRAGMA busy_timeout = 0")?;
        let moved = run(writer, "PRAGMA wal_checkpoint(TRUNCATE)");
        writer.batch_execute(&format!("PRAGMA busy_timeout = {}", self.settings.busy.as_millis()))?;
        self.truncate_due.store(false, Ordering::Release);
        if moved?.is_all() {
            self.count_due.store(true, Ordering::Release);
            wal::note(&self.path, position);
        }
        Ok(())
    }

    /// Notes a checkpoint that failed: the WAL holds everything still. If a flush did, the file is no longer trusted.
    pub(super) fn checkpoint_failed(&self, why: &Error) {
        tracing::warn!(%why, "the checkpoint failed, so the WAL stays as it is");
        if wal::is_failed_flush(&why.to_string()) {
            self.flush_failed.store(true, Ordering::Release);
        }
    }
}

/// What a checkpoint answers, in pages of the WAL.
#[derive(QueryableByName)]
struct Moved {
    #[diesel(sql_type = Integer)]
    busy: i32,
    #[diesel(sql_type = Integer)]
    log: i32,
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

impl Moved {
    fn left(&self) -> i32 {
        self.log - self.checkpointed
    }

    fn is_all(&self) -> bool {
        self.busy == 0 && self.left() == 0
    }
}

fn run(connection: &mut Connection, sql: &str) -> Result<Moved, Error> {
    Ok(on_engine!(connection, |own| sql_query(sql).get_result(own))?)
}
