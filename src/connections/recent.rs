//! What was counted lately: counting over thousands of rows takes longer than the rest of a page, and what it tells may be
//! a little old.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::dates;
use crate::error::Error;

/// Members of whom it is kept; then it begins anew.
const MOST: usize = 500;

/// What was counted of members lately, on this node. Clones share it.
#[derive(Debug)]
pub struct Recent<T>(Arc<Mutex<HashMap<i64, Kept<T>>>>);

#[derive(Debug)]
struct Kept<T> {
    connections: i32,
    at: i64,
    counted: Arc<T>,
}

/// What takes long to count.
pub trait Counted {
    /// For how many seconds it may be told.
    const SECONDS: i64;
    /// Whether it took long enough to be kept.
    fn took_long(&self) -> bool;
}

impl<T: Counted> Recent<T> {
    /// What was counted of a member while they had so many connections; counted now where that was too long ago.
    ///
    /// # Errors
    /// Those of `count`.
    pub fn of(&self, member: i64, connections: i32, count: impl FnOnce() -> Result<T, Error>) -> Result<Arc<T>, Error> {
        let now = dates::now();
        if let Ok(kept) = self.0.lock()
            && let Some(kept) = kept.get(&member)
            && kept.connections == connections
            && now - kept.at < T::SECONDS
        {
            return Ok(kept.counted.clone());
        }
        let counted = Arc::new(count()?);
        if counted.took_long()
            && let Ok(mut kept) = self.0.lock()
        {
            if kept.len() >= MOST {
                kept.clear();
            }
            kept.insert(member, Kept { connections, at: now, counted: counted.clone() });
        }
        Ok(counted)
    }
}

impl<T> Default for Recent<T> {
    fn default() -> Recent<T> {
        Recent(Arc::default())
    }
}

impl<T> Clone for Recent<T> {
    fn clone(&self) -> Recent<T> {
        Recent(self.0.clone())
    }
}
