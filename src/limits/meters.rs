//! The cheap counts: each node counts in memory, and writes what it has counted to the row that all share as soon as that
//! is a quarter of the number. So most uses cost no statement, whoever does little is never written down, and nobody gets
//! more than a quarter more from each further node.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::dates::now;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::limits::numbers::{self, Numbers};
use crate::limits::{Limit, Subject, count};

/// Those who are counted at a time; beyond that, whoever has been for the longest is forgotten.
const MAX_SUBJECTS: usize = 50_000;
/// How long a node goes by the numbers that it has read, in seconds.
const FRESH: i64 = 30;

/// What this node has counted. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Meters(Arc<Mutex<Counted>>);

#[derive(Debug, Default)]
struct Counted {
    counts: HashMap<(Limit, Subject), Count>,
    numbers: HashMap<Limit, Numbers>,
    read_at: i64,
}

/// The uses of one subject in a window.
#[derive(Debug, Clone, Copy)]
struct Count {
    /// On all nodes, as far as this one knows.
    known: u32,
    /// On this one, not written yet.
    own: u32,
    ends_at: i64,
}

impl Meters {
    /// Counts a use, or refuses it where the limit is reached. For what is done often and costs little.
    ///
    /// # Errors
    /// [`Error::TooMany`] where the limit is reached, or the database's.
    pub async fn take(&self, db: &Db, limit: Limit, subject: Subject) -> Result<(), Error> {
        let numbers = self.numbers(db, limit).await?;
        if numbers.number == 0 {
            return Ok(());
        }
        let Some(own) = self.lock().add(limit, &subject, numbers)? else { return Ok(()) };
        let of = subject.clone();
        let merge = move |connection: &mut Connection| count::add(connection, limit, &of, numbers, own);
        let (known, ends_at) = db.write(merge).await?;
        self.lock().learn((limit, subject), known, ends_at);
        if known > numbers.number { Err(numbers.exceeded(limit, ends_at)) } else { Ok(()) }
    }

    /// Forgets the numbers, so that they are read anew.
    pub fn read_anew(&self) {
        self.lock().read_at = 0;
    }

    async fn numbers(&self, db: &Db, limit: Limit) -> Result<Numbers, Error> {
        let known = {
            let counted = self.lock();
            counted.numbers.get(&limit).copied().filter(|_| (now() - counted.read_at).abs() < FRESH)
        };
        if let Some(numbers) = known {
            return Ok(numbers);
        }
        let all = db.read_one(numbers::all).await?;
        let mut counted = self.lock();
        counted.numbers = all.into_iter().collect();
        counted.read_at = now();
        Ok(counted.numbers.get(&limit).copied().unwrap_or_else(|| Numbers::of(limit)))
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    /// Counts a use. Returns how many are to be written now, if any are.
    fn add(&mut self, limit: Limit, subject: &Subject, numbers: Numbers) -> Result<Option<i32>, Error> {
        let now = now();
        self.make_room(now);
        let new = Count { known: 0, own: 0, ends_at: now + numbers.seconds };
        let count = self.counts.entry((limit, subject.clone())).or_insert(new);
        if count.ends_at <= now {
            *count = new;
        }
        if count.known + count.own >= numbers.number {
            return Err(numbers.exceeded(limit, count.ends_at));
        }
        count.own += 1;
        let is_due = count.own * 4 >= numbers.number || count.known + count.own >= numbers.number;
        Ok(is_due.then(|| i32::try_from(std::mem::take(&mut count.own)).unwrap_or(i32::MAX)))
    }

    /// Notes what all nodes have counted together.
    fn learn(&mut self, key: (Limit, Subject), known: u32, ends_at: i64) {
        let count = self.counts.entry(key).or_insert(Count { known, own: 0, ends_at });
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
