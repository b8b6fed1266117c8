//! How many connections a member shares with others, kept with the version of the other's connections for which it is true.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::cache::{Cache, Cached};
use crate::connections::mutual::{self, SharedCount};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::ConnectionCount;

/// Numbers that are kept for a member.
const MAX_COUNTED: usize = 500;

/// The numbers of a member, true as long as their own connections do not change.
#[derive(Debug, Default)]
pub struct SharedCounts(Mutex<HashMap<MemberId, (i32, Option<SharedCount>)>>);

impl Cached for SharedCounts {
    const SECONDS: i64 = 600;

    fn took_long(&self) -> bool {
        true
    }
}

impl SharedCounts {
    /// Returns the numbers of these members, counting those that are not known or no longer true. Nothing stands there where both
    /// have too many connections to count.
    ///
    /// # Errors
    /// The database's.
    pub fn of(
        connection: &mut Connection,
        cache: &Cache,
        me: ConnectionCount,
        others: &[ConnectionCount],
    ) -> Result<HashMap<MemberId, Option<SharedCount>>, Error> {
        let known = cache.get_or_read(me, |_| Ok(SharedCounts::default()))?;
        let mut counts = known.get(others);
        let unknown: Vec<ConnectionCount> =
            others.iter().filter(|other| !counts.contains_key(&other.id)).copied().collect();
        counts.extend(mutual::shared_with(connection, me, &unknown)?);
        known.keep(&unknown, &counts);
        Ok(counts)
    }

    fn get(&self, others: &[ConnectionCount]) -> HashMap<MemberId, Option<SharedCount>> {
        let Ok(known) = self.0.lock() else { return HashMap::new() };
        let still_true = |other: &ConnectionCount| {
            let (version, count) = known.get(&other.id)?;
            (*version == other.version).then_some((other.id, *count))
        };
        others.iter().filter_map(still_true).collect()
    }

    fn keep(&self, counted: &[ConnectionCount], counts: &HashMap<MemberId, Option<SharedCount>>) {
        let Ok(mut known) = self.0.lock() else { return };
        if known.len() > MAX_COUNTED {
            known.clear();
        }
        known.extend(counted.iter().filter_map(|other| Some((other.id, (other.version, *counts.get(&other.id)?)))));
    }
}
