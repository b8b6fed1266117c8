//! The job that removes the words of what was deleted from the indexes of the search.

use std::time::Duration;

use crate::db::Db;
use crate::error::Error;
use crate::jobs::{Job, Turn};
use crate::members::search::leftover::{self, INDEXES};

/// The job's name.
pub const JOB: &str = "words";
/// How soon words are removed, at the latest: with the hour for which a message can be brought back, within a day. Each time
/// the whole index is written anew.
const EVERY: Duration = Duration::from_secs(12 * 3_600);

/// The job that removes words; it does nothing where nothing was deleted.
pub fn job() -> Job {
    let run = |db: &Db, turn: &Turn| purge(db, &|| turn.goes_on());
    Job { name: JOB, every: EVERY, is_due: Some(leftover::is_any), run: Box::new(run) }
}

/// Removes what is left of the words of whatever was deleted, a part after the other, and gives the room back.
///
/// # Errors
/// The database's.
pub fn purge(db: &Db, goes_on: &dyn Fn() -> bool) -> Result<(), Error> {
    for index in INDEXES {
        while goes_on() && db.write_blocking(move |connection| leftover::remove_some(connection, index))? {}
    }
    while goes_on() && db.give_room_back()? {}
    Ok(())
}
