//! Per node, a cache of what takes longer to read than the rest of a page. A value is read anew once the member's own
//! connections have changed, and at the latest after a while, for what others have changed.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::dates;
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::ConnectionCount;

/// Values that are kept, and bytes that they may take; beyond either the cache begins anew.
const MAX_ENTRIES: usize = 1_500;
const MAX_BYTES: usize = 24 << 20;

/// The values, by their type and member. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Cache(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    of: HashMap<(TypeId, MemberId), Entry>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    version: i32,
    read_at: i64,
    bytes: usize,
    value: Arc<dyn Any + Send + Sync>,
}

impl Entries {
    fn keep(&mut self, key: (TypeId, MemberId), entry: Entry) {
        self.bytes -= self.of.remove(&key).map_or(0, |before| before.bytes);
        if self.of.len() >= MAX_ENTRIES || self.bytes + entry.bytes > MAX_BYTES {
            *self = Entries::default();
        }
        self.bytes += entry.bytes;
        self.of.insert(key, entry);
    }
}

/// A value that may be kept for a while.
pub trait Cached: Send + Sync + 'static {
    /// For how many seconds.
    const SECONDS: i64;
    /// Whether it took long enough to read to be worth keeping.
    fn took_long(&self) -> bool;
    /// How many bytes it takes, where that is more than a few.
    fn bytes(&self) -> usize {
        0
    }
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
        read: impl FnOnce(MemberId) -> Result<T, Error>,
    ) -> Result<Arc<T>, Error> {
        if let Some(value) = self.get(member) {
            return Ok(value);
        }
        let read_at = dates::now();
        let value = Arc::new(read(member.id)?);
        if value.took_long()
            && let Ok(mut entries) = self.0.lock()
        {
            let (version, bytes) = (member.version, value.bytes());
            entries.keep((TypeId::of::<T>(), member.id), Entry { version, read_at, bytes, value: value.clone() });
        }
        Ok(value)
    }

    /// Forgets the values of a type, which something has changed.
    pub fn forget<T: Cached>(&self) {
        if let Ok(mut entries) = self.0.lock() {
            let entries = &mut *entries;
            entries.of.retain(|(kind, _), entry| {
                let stays = *kind != TypeId::of::<T>();
                entries.bytes -= if stays { 0 } else { entry.bytes };
                stays
            });
        }
    }

    /// Returns the value of a member, where one is kept that is still true.
    pub fn get<T: Cached>(&self, member: ConnectionCount) -> Option<Arc<T>> {
        let entries = self.0.lock().ok()?;
        let entry = entries.of.get(&(TypeId::of::<T>(), member.id))?;
        let is_new = entry.version == member.version && dates::now() - entry.read_at < T::SECONDS;
        let value = entry.value.clone();
        drop(entries);
        is_new.then(|| value.downcast::<T>().ok()).flatten().filter(|value| value.is_true())
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
            let member = ConnectionCount { id: MemberId::new(1), number: 0, version };
            cache.get_or_read(member, |_| Ok(Long(value))).unwrap()
        };
        assert_eq!(*read(1, "first"), Long("first"));
        assert_eq!(*read(1, "second"), Long("first"));
        assert_eq!(*read(2, "third"), Long("third"));
    }
    #[test]
    fn values_of_a_type_are_forgotten_together() {
        let cache = Cache::default();
        let member = |id| ConnectionCount { id: MemberId::new(id), number: 0, version: 0 };
        for id in 0..2 {
            cache.get_or_read(member(id), |_| Ok(Long("long"))).unwrap();
            cache.get_or_read(member(id), |_| Ok(Large(1))).unwrap();
        }
        cache.forget::<Large>();
        assert!((0..2).all(|id| cache.get::<Large>(member(id)).is_none() && cache.get::<Long>(member(id)).is_some()));
        assert_eq!(cache.0.lock().unwrap().bytes, 0);
    }

    /// So many megabytes.
    struct Large(usize);

    impl Cached for Large {
        const SECONDS: i64 = 60;
        fn took_long(&self) -> bool {
            true
        }
        fn bytes(&self) -> usize {
            self.0 << 20
        }
    }

    #[test]
    fn what_is_kept_stays_within_its_bytes() {
        let cache = Cache::default();
        let member = |id| ConnectionCount { id: MemberId::new(id), number: 0, version: 0 };
        let read = |id, megabytes| cache.get_or_read(member(id), |_| Ok(Large(megabytes))).unwrap().0;
        for id in 0..2 {
            read(id, 11);
        }
        // What is read anew takes its own place.
        let changed = ConnectionCount { version: 1, ..member(1) };
        cache.get_or_read(changed, |_| Ok(Large(12))).unwrap();
        assert!(cache.get::<Large>(member(0)).is_some() && cache.get::<Large>(changed).is_some());
        read(3, 2);
        assert!(cache.get::<Large>(member(0)).is_none() && cache.get::<Large>(member(3)).is_some());
    }
}
