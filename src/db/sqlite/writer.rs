//! The thread that writes: what waits is committed as one transaction with one flush.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::sync::mpsc;

use diesel::connection::{SimpleConnection, TransactionManager};
use tokio::sync::oneshot;

use crate::db::Connection;
use crate::db::sqlite::{Manager, NotCommitted, Shared};
use crate::db::work::Answer;
use crate::error::Error;
use crate::metrics::METRICS;

/// Changes that share a flush at the most, so that none waits long for the others.
const GROUP_SIZE: usize = 64;

/// What a change does.
pub(super) type Run = dyn FnOnce(&mut Connection) -> Result<Answer, Error> + Send;

/// A change that waits to be written.
pub(super) struct Change {
    f: Option<Box<Run>>,
    /// Whether it shares its transaction with no other.
    alone: bool,
    done: Option<Result<Answer, Error>>,
    answer: oneshot::Sender<Result<Answer, Error>>,
}

impl Change {
    pub(super) fn new(f: Box<Run>, alone: bool, answer: oneshot::Sender<Result<Answer, Error>>) -> Change {
        Change { f: Some(f), alone, done: None, answer }
    }

    /// Runs it, and says whether it may be committed. If it is not alone it has a savepoint, which is taken back where it
    /// fails, so that it always may, unless SQLite took back the whole transaction.
    fn run(&mut self, connection: &mut Connection) -> bool {
        let Some(f) = self.f.take() else { return true };
        let run = AssertUnwindSafe(|| match self.alone {
            true => f(connection),
            false => diesel::Connection::transaction(connection, f),
        });
        // A change that panics is one that failed; the thread goes on for everybody else.
        let panicked = |_| Err(Error::Unavailable("a change panicked".into()));
        let done = std::panic::catch_unwind(run).unwrap_or_else(panicked);
        let sound = match &done {
            Ok(_) => true,
            Err(Error::Unavailable(_)) => !self.alone && is_in_transaction(connection),
            Err(_) => !self.alone,
        };
        self.done = Some(done);
        sound
    }

    /// Answers, once it is known whether all of them were committed.
    fn answer(self, committed: Result<(), NotCommitted>) {
        let done = match (self.done, committed) {
            (Some(Ok(done)), Ok(())) => Ok(done),
            (Some(Err(error)), _) => Err(error),
            (_, Err(why)) => Err(why.into()),
            (None, Ok(())) => Err(Error::Unavailable("the change was not run".into())),
        };
        // Whoever asked may have gone.
        let _ = self.answer.send(done);
    }
}

/// Where a disk fails, SQLite takes back the whole transaction, and a savepoint that followed would be committed alone.
fn is_in_transaction(connection: &mut Connection) -> bool {
    let began = connection.batch_execute("BEGIN").is_ok();
    if began {
        let _ = connection.batch_execute("ROLLBACK");
    }
    !began
}

/// Writes what waits, for as long as anybody may ask.
pub(super) fn write_what_comes(shared: &Shared, waiting: &mpsc::Receiver<Change>, changed: &mpsc::SyncSender<()>) {
    let mut next = None;
    while let Some(first) = next.take().or_else(|| waiting.recv().ok()) {
        let mut changes = vec![first];
        let committed = commit(shared, waiting, &mut changes, &mut next);
        METRICS.group_sizes.observe(changes.len() as f64);
        // Counted when they are answered: one that waits for its turn alone is not.
        METRICS.write_queue.dec_by(i64::try_from(changes.len()).unwrap_or(0));
        // Full where it has been told already.
        let _ = changed.try_send(());
        for change in changes {
            change.answer(committed.clone());
        }
        if shared.truncate_due.load(Ordering::Acquire)
            && let Err(why) = shared.writer().and_then(|mut writer| shared.truncate(&mut writer))
        {
            shared.checkpoint_failed(&why);
        }
    }
}

fn commit(
    shared: &Shared,
    waiting: &mpsc::Receiver<Change>,
    changes: &mut Vec<Change>,
    next: &mut Option<Change>,
) -> Result<(), NotCommitted> {
    let not_begun = |why: Error| NotCommitted { why: why.to_string(), is_unknown: false };
    let mut connection = shared.writer().map_err(not_begun)?;
    shared.begin(&mut connection).map_err(not_begun)?;
    let (mut at, mut sound) = (0, true);
    while at < changes.len() && sound {
        sound &= changes[at].run(&mut connection);
        at += 1;
        if at == changes.len() && at < GROUP_SIZE && !changes[0].alone {
            match waiting.try_recv() {
                Ok(alone) if alone.alone => *next = Some(alone),
                other => changes.extend(other.ok()),
            }
        }
    }
    if !sound {
        let _ = Manager::rollback_transaction(&mut *connection);
        return Err(NotCommitted { why: "the transaction was rolled back".into(), is_unknown: false });
    }
    shared.commit(&mut connection)
}
