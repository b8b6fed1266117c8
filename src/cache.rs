//! What was read lately: counting over thousands of rows takes longer than the rest of a page. It is read anew when one's
//! own connections have changed, and at the latest after a while, for what others have changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::connections::list::history::History;
use crate::connections::mutual::Few;
use crate::dates;
use crate::error::Error;
use crate::members::Counted;
use crate::network::second_degree::Circle;

/// Members of whom it is kept; then it begins anew.
const MOST: usize = 500;

/// Everything that a node keeps of members for a while. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Recents {
    /// When their connections were made.
    pub histories: Recent<History>,
    /// Whom their connections know.
    pub circles: Recent<Circle>,
    /// Their connections, where those are few.
    pub few: Recent<Few>,
}

/// What was read of members lately, on this node. Clones share it.
#[derive(Debug)]
pub struct Recent<T>(Arc<Mutex<HashMap<i64, Kept<T>>>>);

#[derive(Debug)]
struct Kept<T> {
    changes: i32,
    at: i64,
    read: Arc<T>,
}

/// What may be kept for a while.
pub trait Keep {
    /// For how many seconds.
    const SECONDS: i64;
    /// Whether it took long enough to read.
    fn took_long(&self) -> bool;
}

impl<T: Keep> Recent<T> {
    /// What was read of a member since their connections last changed; read now where that was too long ago.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn of(&self, member: Counted, read: impl FnOnce(i64) -> Result<T, Error>) -> Result<Arc<T>, Error> {
        let now = dates::now();
        if let Ok(kept) = self.0.lock()
            && let Some(kept) = kept.get(&member.id)
            && kept.changes == member.changes
            && now - kept.at < T::SECONDS
        {
            return Ok(kept.read.clone());
        }
        let read = Arc::new(read(member.id)?);
        if read.took_long()
            && let Ok(mut kept) = self.0.lock()
        {
            if kept.len() >= MOST {
                kept.clear();
            }
            kept.insert(member.id, Kept { changes: member.changes, at: now, read: read.clone() });
        }
        Ok(read)
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
