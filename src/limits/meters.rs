//! The cheap counts: each node counts in memory, and writes what it has counted to the row that all share as soon as that
//! is a quarter of the number. So most uses cost no statement, whoever does little is never written down, and nobody gets
//! more than a quarter more from each further node.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::dates::now;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::limits::numbers::{self, Numbers};
use crate::limits::{Limit, Subject, count};

/// Those who are counted at a time; beyond that, whoever has been for the longest is forgotten.
const MAX_SUBJECTS: usize = 50_000;
/// How soon a node learns of numbers that were set on another.
const READ_EVERY: Duration = Duration::from_secs(10);

/// What this node has counted. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Meters(Arc<Mutex<Counted>>);

#[derive(Debug, Default)]
struct Counted {
    counts: HashMap<(Limit, Subject), Count>,
    /// What an administrator has set.
    set: HashMap<Limit, Numbers>,
}

/// The uses of one subject in a window.
#[derive(Debug, Clone, Copy)]
struct Count {
    /// On all nodes, as far as this one knows.
    known: u32,
    /// On this one, not written yet.
    own: u32,
    /// On this one, being written.
    writing: u32,
    ends_at: i64,
}

impl Meters {
    /// Counts a use, or refuses it where the limit is reached. For what is done often and costs little.
    ///
    /// # Errors
    /// [`Error::TooMany`] where the limit is reached, or the database's.
    pub async fn take(&self, db: &Db, limit: Limit, subject: Subject) -> Result<(), Error> {
        let numbers = self.numbers(limit);
        if numbers.number == 0 {
            return Ok(());
        }
        let Some(own) = self.lock().add(limit, &subject, numbers)? else { return Ok(()) };
        let of = subject.clone();
        let mut writing = Writing { meters: self, key: (limit, subject), own };
        let merge = move |connection: &mut Connection| {
            count::add(connection, limit, &of, numbers, i32::try_from(own).unwrap_or(i32::MAX))
        };
        let (known, ends_at) = db.write(merge).await?;
        writing.end(Some((known, ends_at)));
        if known > numbers.number { Err(numbers.exceeded(limit, ends_at)) } else { Ok(()) }
    }

    /// Returns a limit as it is now, as far as this node knows.
    pub fn numbers(&self, limit: Limit) -> Numbers {
        self.set(limit).unwrap_or_else(|| Numbers::of(limit))
    }

    /// Returns what an administrator has set a limit to, as far as this node knows.
    pub fn set(&self, limit: Limit) -> Option<Numbers> {
        self.lock().set.get(&limit).copied()
    }

    /// Goes by these numbers from now on, which an administrator has set.
    pub fn learn(&self, set: HashMap<Limit, Numbers>) {
        self.lock().set = set;
    }

    /// Reads the numbers every few seconds, until nobody uses these meters any more.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where no thread can be started.
    pub fn keep_learning(&self, db: &Db) -> Result<(), Error> {
        let (counted, db) = (Arc::downgrade(&self.0), db.clone());
        let task = move || loop {
            std::thread::sleep(READ_EVERY);
            let Some(counted) = counted.upgrade() else { return };
            match db.read_blocking(numbers::all_set) {
                Ok(set) => Meters(counted).learn(set),
                Err(why) => tracing::debug!(%why, "the limits are read again in a moment"),
            }
        };
        let started = std::thread::Builder::new().name("limits".into()).spawn(task);
        started.map(drop).map_err(|why| Error::Unavailable(why.to_string()))
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Uses that are being written; however that ends, they are no longer when it is dropped.
struct Writing<'a> {
    meters: &'a Meters,
    key: (Limit, Subject),
    own: u32,
}

impl Writing<'_> {
    /// Ends it, with what all nodes have counted if that was learned.
    fn end(&mut self, learned: Option<(u32, i64)>) {
        let mut counted = self.meters.lock();
        if let Some(count) = counted.counts.get_mut(&self.key) {
            count.writing = count.writing.saturating_sub(std::mem::take(&mut self.own));
        }
        if let Some((known, ends_at)) = learned {
            counted.learn(self.key.clone(), known, ends_at);
        }
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.end(None);
    }
}

impl Counted {
    /// Counts a use. Returns how many are to be written now, if any are.
    fn add(&mut self, limit: Limit, subject: &Subject, numbers: Numbers) -> Result<Option<u32>, Error> {
        let now = now();
        self.make_room(now);
        let new = Count { known: 0, own: 0, writing: 0, ends_at: now + numbers.seconds };
        let count = self.counts.entry((limit, subject.clone())).or_insert(new);
        if count.ends_at <= now {
            *count = new;
        }
        if count.known + count.own + count.writing >= numbers.number {
            return Err(numbers.exceeded(limit, count.ends_at));
        }
        count.own += 1;
        let is_due = count.own * 4 >= numbers.number || count.known + count.own + count.writing >= numbers.number;
        if !is_due {
            return Ok(None);
        }
        // What is being written counts: many who come at once would each find that nobody has come.
        let own = std::mem::take(&mut count.own);
        count.writing += own;
        Ok(Some(own))
    }

    /// Notes what all nodes have counted together.
    fn learn(&mut self, key: (Limit, Subject), known: u32, ends_at: i64) {
        let count = self.counts.entry(key).or_insert(Count { known, own: 0, writing: 0, ends_at });
        // Of two answers in the same window, the later one counted more.
        count.known = if count.ends_at == ends_at { count.known.max(known) } else { known };
        count.ends_at = ends_at;
    }

    fn make_room(&mut self, now: i64) {
        if self.counts.len() < MAX_SUBJECTS {
            return;
        }
        self.counts.retain(|_, count| count.ends_at > now);
        if self.counts.len() >= MAX_SUBJECTS
            && let Some(first) = self.counts.iter().min_by_key(|(_, count)| count.ends_at).map(|(key, _)| key.clone())
        {
            self.counts.remove(&first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::MemberId;

    #[test]
    fn many_at_once_get_no_more_than_the_limit() {
        let (numbers, subject) = (Numbers { number: 60, seconds: 60 }, Subject::member(MemberId::NOBODY));
        let mut counted = Counted::default();
        let taken = (0..200).filter(|_| counted.add(Limit::Search, &subject, numbers).is_ok()).count();
        assert_eq!(taken, 60, "while nothing of it is written");
    }

    #[test]
    fn what_could_not_be_written_is_not_held_for_ever() {
        let (numbers, subject) = (Numbers { number: 4, seconds: 60 }, Subject::member(MemberId::NOBODY));
        let meters = Meters::default();
        let own = meters.lock().add(Limit::Search, &subject, numbers).unwrap().unwrap();
        drop(Writing { meters: &meters, key: (Limit::Search, subject.clone()), own });
        let taken = (0..9).filter(|_| meters.lock().add(Limit::Search, &subject, numbers).is_ok()).count();
        assert_eq!(taken, 4);
    }
}
