//! Turns at what takes a core and 19 MiB: as many at once as there are cores. Who waits is served in rotation, one from each
//! place, so that forty who guess from one network hold up nobody from another. The queue is bounded, and forgets whoever
//! has hung up.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot::{Receiver, Sender, channel};

use crate::error::Error;
use crate::limits::Subject;

/// Those who may wait: some five seconds of work for two cores.
const MAX_WAITING: usize = 256;
/// Those who may wait from one place.
const MAX_OF_PLACE: usize = 64;

/// The queue. Clones share it.
#[derive(Debug, Clone)]
pub struct Turns(Arc<Mutex<Queue>>);

#[derive(Debug, Default)]
struct Queue {
    free: usize,
    places: VecDeque<Place>,
}

#[derive(Debug)]
struct Place {
    of: Subject,
    waiting: VecDeque<Sender<Turn>>,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    turns: Turns,
    is_over: bool,
}

impl Turns {
    /// A queue with so many turns at once.
    pub fn new(free: usize) -> Turns {
        Turns(Arc::new(Mutex::new(Queue { free, ..Queue::default() })))
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Error::Busy`] where too many wait already.
    pub async fn wait(&self, of: Subject) -> Result<Turn, Error> {
        let turn = match self.lock().enter(of)? {
            None => return Ok(self.turn()),
            Some(turn) => turn,
        };
        turn.await.map_err(|_| Error::Busy)
    }

    /// Returns how many wait who have not hung up.
    pub fn waiting(&self) -> usize {
        let mut queue = self.lock();
        queue.forget_gone();
        queue.waiting()
    }

    fn turn(&self) -> Turn {
        Turn { turns: self.clone(), is_over: false }
    }

    /// Gives a turn to the next who still waits.
    fn pass_on(&self) {
        loop {
            let Some(next) = self.lock().next() else { return };
            match next.send(self.turn()) {
                Ok(()) => return,
                Err(mut turn) => turn.is_over = true,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn enter(&mut self, of: Subject) -> Result<Option<Receiver<Turn>>, Error> {
        if self.free > 0 {
            self.free -= 1;
            return Ok(None);
        }
        self.forget_gone();
        let total = self.waiting();
        let at = self.places.iter().position(|place| place.of == of);
        let here = at.map_or(0, |at| self.places[at].waiting.len());
        if total >= MAX_WAITING || here >= MAX_OF_PLACE {
            return Err(Error::Busy);
        }
        let (sender, receiver) = channel();
        match at {
            Some(at) => self.places[at].waiting.push_back(sender),
            None => self.places.push_back(Place { of, waiting: VecDeque::from([sender]) }),
        }
        Ok(Some(receiver))
    }

    fn waiting(&self) -> usize {
        self.places.iter().map(|place| place.waiting.len()).sum()
    }

    fn forget_gone(&mut self) {
        for place in &mut self.places {
            place.waiting.retain(|sender| !sender.is_closed());
        }
        self.places.retain(|place| !place.waiting.is_empty());
    }

    /// Takes the first of the place whose turn it is; where nobody waits, the turn is free.
    fn next(&mut self) -> Option<Sender<Turn>> {
        while let Some(mut place) = self.places.pop_front() {
            let Some(next) = place.waiting.pop_front() else { continue };
            if !place.waiting.is_empty() {
                self.places.push_back(place);
            }
            return Some(next);
        }
        self.free += 1;
        None
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.is_over {
            self.turns.pass_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use futures_util::FutureExt;

    use super::*;
    use crate::limits::Network;

    fn place(last: u8) -> Subject {
        Subject::network(Network::from(IpAddr::from(Ipv4Addr::new(192, 0, 2, last))))
    }

    /// Lets one enter who waits.
    fn enter(turns: &Turns, of: u8) -> Receiver<Turn> {
        turns.lock().enter(place(of)).unwrap().unwrap()
    }

    #[test]
    fn forty_from_one_place_hold_up_nobody_else() {
        let turns = Turns::new(1);
        let first = turns.wait(place(1)).now_or_never().unwrap().unwrap();
        let guessers: Vec<_> = (0..40).map(|_| enter(&turns, 1)).collect();
        let mut honest = enter(&turns, 2);
        drop(first);
        let mut guessers = guessers.into_iter();
        let second = guessers.next().unwrap().now_or_never().unwrap().unwrap();
        assert!(honest.try_recv().is_err());
        drop(second);
        assert!(honest.try_recv().is_ok(), "after one guess, not after forty");
    }

    #[test]
    fn whoever_hangs_up_is_forgotten() {
        let turns = Turns::new(1);
        let first = turns.wait(place(1)).now_or_never().unwrap().unwrap();
        drop((0..60).map(|_| enter(&turns, 1)).collect::<Vec<_>>());
        assert_eq!(turns.waiting(), 0);
        let mut next = enter(&turns, 1);
        drop(first);
        drop(next.try_recv().unwrap());
        // One that is given a turn and hangs up before it takes it gives it back.
        let held = turns.wait(place(1)).now_or_never().unwrap().unwrap();
        let gone = enter(&turns, 1);
        drop(held);
        drop(gone);
        assert!(turns.wait(place(1)).now_or_never().unwrap().is_ok());
    }

    #[test]
    fn the_queue_does_not_grow_without_end() {
        let turns = Turns::new(1);
        let _first = turns.wait(place(1)).now_or_never().unwrap().unwrap();
        let all: Vec<_> = (0..MAX_OF_PLACE).map(|_| enter(&turns, 1)).collect();
        assert!(matches!(turns.lock().enter(place(1)), Err(Error::Busy)));
        let others: Vec<_> = (0..MAX_WAITING - all.len()).map(|at| enter(&turns, 2 + at as u8 % 100)).collect();
        assert!(matches!(turns.lock().enter(place(250)), Err(Error::Busy)));
        drop(others);
        assert!(turns.lock().enter(place(250)).is_ok());
    }
}
