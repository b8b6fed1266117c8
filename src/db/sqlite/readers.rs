//! The connections that read: as many as there are threads that do so at once.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::db::Connection;
use crate::db::sqlite::{Role, Settings, is_idle, lock, open};
use crate::error::Error;

/// How long those who read are waited for, and wait themselves, where all connections are closed.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Readers {
    path: String,
    settings: Settings,
    state: Mutex<State>,
    came_back: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    number_out: usize,
    is_paused: bool,
}

impl Readers {
    pub(super) fn new(path: &str, settings: Settings) -> Readers {
        Readers { path: path.into(), settings, state: Mutex::default(), came_back: Condvar::new() }
    }

    /// Returns how many connections are at rest, and how many are lent.
    pub(super) fn numbers(&self) -> (u32, u32) {
        let state = lock(&self.state);
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        (number(state.idle.len()), number(state.number_out))
    }

    /// Lends a connection, the one that was used last; its statements are prepared and its pages at hand.
    pub(super) fn get(&self) -> Result<Reader<'_>, Error> {
        let mut state = lock(&self.state);
        if state.is_paused {
            let wait = self.came_back.wait_timeout_while(state, TIMEOUT, |state| state.is_paused);
            state = wait.unwrap_or_else(std::sync::PoisonError::into_inner).0;
            if state.is_paused {
                return Err(Error::Unavailable("the database is closed".into()));
            }
        }
        state.number_out += 1;
        let idle = state.idle.pop();
        drop(state);
        let mut reader = Reader { readers: self, connection: idle };
        if reader.connection.is_none() {
            reader.connection = Some(open(&self.path, Role::Reader, self.settings)?);
        }
        Ok(reader)
    }

    /// Closes every connection and lends none from now on. Returns whether all of them came back in time.
    pub(super) fn pause(&self) -> bool {
        let mut state = lock(&self.state);
        state.is_paused = true;
        state.idle.clear();
        let until = Instant::now() + TIMEOUT;
        while state.number_out > 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.came_back.wait_timeout(state, left).unwrap_or_else(std::sync::PoisonError::into_inner).0;
        }
        true
    }

    /// Lends connections again.
    pub(super) fn resume(&self) {
        lock(&self.state).is_paused = false;
        self.came_back.notify_all();
    }
}

/// A connection that comes back when it is dropped.
pub(super) struct Reader<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        // Where a closure panicked, the connection may be in the middle of anything.
        let mut sound = self.connection.take().filter(|_| !std::thread::panicking());
        let sound = sound.take_if(is_idle);
        let mut state = lock(&self.readers.state);
        state.number_out -= 1;
        if state.is_paused {
            // Closed before it is said to be back.
            drop(sound);
            self.readers.came_back.notify_all();
        } else {
            state.idle.extend(sound);
        }
    }
}

impl Deref for Reader<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.connection {
            Some(connection) => connection,
            None => unreachable!("taken when it is dropped only"),
        }
    }
}

impl DerefMut for Reader<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        match &mut self.connection {
            Some(connection) => connection,
            None => unreachable!("taken when it is dropped only"),
        }
    }
}
