//! Per node, a cache of what takes longer to read than the rest of a page. A value is read anew once the member's own
//! connections have changed, and at the latest after a while, for what others have changed.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::dates;
use crate::error::Error;
use crate::members::ConnectionCount;

/// Values that are kept; beyond that the cache begins anew.
const MAX_ENTRIES: usize = 1_500;

/// The values, by their type and member. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Cache(Arc<Mutex<HashMap<(TypeId, i64), Entry>>>);

#[derive(Debug)]
struct Entry {
    version: i32,
    read_at: i64,
    value: Arc<dyn Any + Send + Sync>,
}

/// A value that may be kept for a while.
pub trait Cached: Send + Sync + 'static {
    /// For how many seconds.
    const SECONDS: i64;
    /// Whether it took long enough to read to be worth keeping.
    fn took_long(&self) -> bool;
    /// Whether it is what would be read for this page, too.
    fn is_true(&self) -> bool {
        true
    }
}

impl Cache {
    /// Returns the value of a member, reading it where none is kept that is still true.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn get_or_read<T: Cached>(
        &self,
        member: ConnectionCount,
        read: impl FnOnce(i64) -> Result<T, Error>,
    ) -> Result<Arc<T>, Error> {
        let (key, now) = ((TypeId::of::<T>(), member.id), dates::now());
        if let Ok(entries) = self.0.lock()
            && let Some(entry) = entries.get(&key)
            && entry.version == member.version
            && now - entry.read_at < T::SECONDS
            && let Ok(value) = entry.value.clone().downcast::<T>()
            && value.is_true()
        {
            return Ok(value);
        }
        let value = Arc::new(read(member.id)?);
        if value.took_long()
            && let Ok(mut entries) = self.0.lock()
        {
            if entries.len() >= MAX_ENTRIES {
                entries.clear();
            }
            entries.insert(key, Entry { version: member.version, read_at: now, value: value.clone() });
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Long(&'static str);

    impl Cached for Long {
        const SECONDS: i64 = 60;
        fn took_long(&self) -> bool {
            true
        }
    }

    #[test]
    fn a_value_is_read_anew_once_connections_changed() {
        let cache = Cache::default();
        let read = |version, value| {
            let member = ConnectionCount { id: 1, number: 0, version };
            cache.get_or_read(member, |_| Ok(Long(value))).unwrap()
        };
        assert_eq!(*read(1, "first"), Long("first"));
        assert_eq!(*read(1, "second"), Long("first"));
        assert_eq!(*read(2, "third"), Long("third"));
    }
}
