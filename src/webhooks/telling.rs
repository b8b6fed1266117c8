//! The job that calls the webhooks.

use std::time::Duration;

use crate::dates::now;
use crate::db::Db;
use crate::error::Error;
use crate::jobs::{Job, Turn};
use crate::webhooks::caller::{Call, Caller};
use crate::webhooks::{event, store};

/// The job's name.
pub const JOB: &str = "webhooks";
/// How soon something is told at the latest, where the node that wrote it down has not woken the job of its own.
const EVERY: Duration = Duration::from_secs(10);

/// The job that calls the webhooks.
pub fn job(caller: Caller) -> Job {
    let run = move |db: &Db, turn: &Turn| tell_due(db, &caller, &|| turn.goes_on());
    Job { name: JOB, every: EVERY, is_due: Some(store::is_any_due), run: Box::new(run) }
}

/// Tells each webhook what waits for it, in order, as long as it answers and it may go on. One that does not answer keeps no
/// other waiting for longer than a call may take.
///
/// # Errors
/// The database's.
pub fn tell_due(db: &Db, caller: &Caller, goes_on: &dyn Fn() -> bool) -> Result<(), Error> {
    loop {
        let due = db.read_blocking(store::due)?;
        if due.is_empty() {
            return Ok(());
        }
        for (webhook, delivery) in due {
            if !goes_on() {
                return Ok(());
            }
            let body = event::body(&caller.site, delivery.id, &delivery.event, delivery.created_at, &delivery.data);
            let answer = caller.call(&Call {
                address: &webhook.address,
                secret: &webhook.secret,
                event: &delivery.event,
                delivery: delivery.id,
                at: now(),
                body: &body,
            });
            if !answer.is_good() {
                // What was answered may name members; its page shows it.
                tracing::warn!(webhook = webhook.id.get(), status = answer.status, "a webhook was not told");
            }
            db.write_blocking(|connection| store::note(connection, (&webhook, &delivery), &answer))?;
        }
    }
}
