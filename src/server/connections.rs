//! The connections that are open, so that nobody can take them all: a network holds a number of them, and the site as many as
//! it has descriptors for. Where there is no room, the one goes that has waited longest for its client; so whoever comes
//! next is served, and whoever holds many that do nothing loses them.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::Context;
use std::time::Instant;

use futures_util::task::AtomicWaker;

use crate::limits::{Network, Proxies};

/// Connections of a network that is no proxy's.
const MAX_OF_NETWORK: usize = 256;
/// Connections in all, where there are descriptors enough.
const MAX_OPEN: usize = 16_384;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The connections that are open. Clones share them.
#[derive(Debug, Clone)]
pub struct Connections {
    open: Arc<Mutex<HashMap<Network, Vec<Arc<Held>>>>>,
    proxies: Proxies,
    most: usize,
}

/// A connection that is open.
#[derive(Debug)]
pub struct Held {
    network: Network,
    is_over: AtomicBool,
    waker: AtomicWaker,
    /// Since when it waits for its client, in milliseconds; nothing while the site works for it.
    waits_since: AtomicU64,
}

/// Stands for no time.
const AT_WORK: u64 = u64::MAX;

impl Connections {
    /// None yet.
    pub fn new(proxies: Proxies) -> Connections {
        LazyLock::force(&START);
        Connections { open: Arc::default(), proxies, most: most_open() }
    }

    /// Notes a connection from an address, and ends another where there are too many.
    pub fn enter(&self, from: IpAddr) -> Arc<Held> {
        let network = Network::from(from);
        let held = Arc::new(Held {
            network,
            is_over: AtomicBool::new(false),
            waker: AtomicWaker::new(),
            waits_since: AtomicU64::new(since_start()),
        });
        let mut open = self.lock();
        let total: usize = open.values().map(Vec::len).sum();
        let here = open.get(&network).map_or(0, Vec::len);
        let full = if here >= MAX_OF_NETWORK && !self.proxies.holds(from) {
            Some(network)
        } else if total >= self.most {
            open.iter().max_by_key(|(_, held)| held.len()).map(|(network, _)| *network)
        } else {
            None
        };
        if let Some(full) = full {
            let goes = open.get(&full).and_then(|all| longest_waiting(all)).unwrap_or(&held).clone();
            goes.end();
            remove(&mut open, &goes);
        }
        if !held.is_over.load(Ordering::Acquire) {
            open.entry(network).or_default().push(held.clone());
        }
        held
    }

    /// Forgets a connection that is closed.
    pub fn leave(&self, held: &Arc<Held>) {
        remove(&mut self.lock(), held);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Network, Vec<Arc<Held>>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn longest_waiting(all: &[Arc<Held>]) -> Option<&Arc<Held>> {
    let waiting = all.iter().filter(|held| held.waits_since.load(Ordering::Acquire) != AT_WORK);
    waiting.min_by_key(|held| held.waits_since.load(Ordering::Acquire))
}

fn remove(open: &mut HashMap<Network, Vec<Arc<Held>>>, held: &Arc<Held>) {
    if let Some(here) = open.get_mut(&held.network) {
        here.retain(|other| !Arc::ptr_eq(other, held));
        if here.is_empty() {
            open.remove(&held.network);
        }
    }
}

impl Held {
    /// Notes that the site has all that it needs of the client.
    pub fn works(&self) {
        self.waits_since.store(AT_WORK, Ordering::Release);
    }

    /// Notes that it is the client's turn: to read the answer, or to send the next request.
    pub fn waits(&self) {
        self.waits_since.store(since_start(), Ordering::Release);
    }

    /// Fails once the connection is to end, of which the task of this context is told.
    ///
    /// # Errors
    /// [`io::ErrorKind::ConnectionAborted`].
    pub fn check(&self, context: &Context<'_>) -> io::Result<()> {
        self.waker.register(context.waker());
        match self.is_over.load(Ordering::Acquire) {
            true => Err(io::Error::new(io::ErrorKind::ConnectionAborted, "others need the room")),
            false => Ok(()),
        }
    }

    fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        self.waker.wake();
    }
}

fn since_start() -> u64 {
    u64::try_from(START.elapsed().as_millis()).unwrap_or(0)
}

/// Returns how many connections may be open: three quarters of the descriptors, since the database needs some.
fn most_open() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse::<usize>().ok());
    soft.map_or(MAX_OPEN, |soft| (soft / 4 * 3).clamp(64, MAX_OPEN))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn address(network: u8) -> IpAddr {
        IpAddr::from(Ipv4Addr::new(192, 0, 2, network))
    }

    fn is_over(held: &Held) -> bool {
        held.is_over.load(Ordering::Acquire)
    }

    #[test]
    fn the_one_that_waits_longest_makes_room() {
        let connections = Connections::new(Proxies::default());
        let first = connections.enter(address(1));
        first.works();
        let others: Vec<_> = (1..MAX_OF_NETWORK).map(|_| connections.enter(address(1))).collect();
        others.iter().skip(1).for_each(|held| held.waits_since.store(9_000_000, Ordering::Release));
        let next = connections.enter(address(1));
        assert!(is_over(&others[0]) && !is_over(&first) && !is_over(&next));
        assert!(!is_over(&connections.enter(address(2))), "another network has room");
        connections.leave(&next);
        connections.enter(address(1));
        assert_eq!(others.iter().filter(|held| is_over(held)).count(), 1);
    }

    #[test]
    fn where_all_are_at_work_the_new_one_goes() {
        let connections = Connections::new(Proxies::default());
        let all: Vec<_> = (0..MAX_OF_NETWORK).map(|_| connections.enter(address(1))).collect();
        all.iter().for_each(|held| held.works());
        assert!(is_over(&connections.enter(address(1))));
        all[7].waits();
        assert!(!is_over(&connections.enter(address(1))));
        assert!(is_over(&all[7]));
    }

    #[test]
    fn a_named_proxy_is_not_limited_but_by_the_whole() {
        let connections = Connections { most: 300, ..Connections::new("192.0.2.1".parse().unwrap()) };
        let all: Vec<_> = (0..300).map(|_| connections.enter(address(1))).collect();
        assert!(!all.iter().any(|held| is_over(held)));
        assert!(!is_over(&connections.enter(address(2))));
        assert_eq!(all.iter().filter(|held| is_over(held)).count(), 1, "of whoever has most");
    }
}
