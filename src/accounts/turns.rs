//! Turns at what takes a core and 19 MiB: as many at once as there are cores. Who waits is served in rotation, one from each
//! place, and of a place one for each account: so forty who guess from one network hold up nobody from another, and who guess
//! at one account nobody else of their network. The queue is bounded, and forgets whoever has hung up.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot::{Receiver, Sender, channel};

use crate::error::Error;
use crate::limits::Subject;

/// Those who may wait: some five seconds of work for two cores.
const MAX_WAITING: usize = 256;
/// Those who may wait from one place.
const MAX_OF_PLACE: usize = 64;

/// Where somebody waits.
#[derive(Debug, Clone)]
pub struct Place {
    of: Subject,
    within: Subject,
}

impl Place {
    /// A place, and what within it takes turns with others.
    pub fn new(of: Subject, within: Subject) -> Place {
        Place { of, within }
    }
}

impl From<Subject> for Place {
    fn from(of: Subject) -> Place {
        Place { within: of.clone(), of }
    }
}

/// The queue. Clones share it.
#[derive(Debug, Clone)]
pub struct Turns(Arc<Mutex<Queue>>);

#[derive(Debug, Default)]
struct Queue {
    free: usize,
    places: VecDeque<Row<Row<Sender<Turn>>>>,
}

/// Those who wait somewhere: at a place the accounts, of an account the tries.
#[derive(Debug)]
struct Row<T> {
    of: Subject,
    waiting: VecDeque<T>,
}

/// Returns the row of a subject, at the end where there was none.
fn row<'a, T>(rows: &'a mut VecDeque<Row<T>>, of: &Subject) -> Option<&'a mut Row<T>> {
    if !rows.iter().any(|row| row.of == *of) {
        rows.push_back(Row { of: of.clone(), waiting: VecDeque::new() });
    }
    rows.iter_mut().find(|row| row.of == *of)
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
    pub async fn wait(&self, of: Place) -> Result<Turn, Error> {
        let turn = match self.lock().enter(&of)? {
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

    /// Returns how many of a place wait who have not hung up.
    pub fn waiting_of(&self, of: &Subject) -> usize {
        let mut queue = self.lock();
        queue.forget_gone();
        queue.waiting_of(of)
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
    fn enter(&mut self, place: &Place) -> Result<Option<Receiver<Turn>>, Error> {
        if self.free > 0 {
            self.free -= 1;
            return Ok(None);
        }
        self.forget_gone();
        if self.waiting() >= MAX_WAITING || self.waiting_of(&place.of) >= MAX_OF_PLACE {
            return Err(Error::Busy);
        }
        let (sender, receiver) = channel();
        let of_place = row(&mut self.places, &place.of);
        if let Some(tries) = of_place.and_then(|accounts| row(&mut accounts.waiting, &place.within)) {
            tries.waiting.push_back(sender);
        }
        Ok(Some(receiver))
    }

    fn waiting(&self) -> usize {
        self.places.iter().flat_map(|place| &place.waiting).map(|tries| tries.waiting.len()).sum()
    }

    fn waiting_of(&self, of: &Subject) -> usize {
        let here = self.places.iter().filter(|place| place.of == *of);
        here.flat_map(|place| &place.waiting).map(|tries| tries.waiting.len()).sum()
    }

    fn forget_gone(&mut self) {
        for place in &mut self.places {
            for tries in &mut place.waiting {
                tries.waiting.retain(|sender| !sender.is_closed());
            }
            place.waiting.retain(|tries| !tries.waiting.is_empty());
        }
        self.places.retain(|place| !place.waiting.is_empty());
    }

    /// Takes the first of the place whose turn it is; where nobody waits, the turn is free.
    fn next(&mut self) -> Option<Sender<Turn>> {
        while let Some(mut place) = self.places.pop_front() {
            let next = place.next();
            if !place.waiting.is_empty() {
                self.places.push_back(place);
            }
            if next.is_some() {
                return next;
            }
        }
        self.free += 1;
        None
    }
}

impl Row<Row<Sender<Turn>>> {
    /// Takes the first of the account whose turn it is.
    fn next(&mut self) -> Option<Sender<Turn>> {
        let mut tries = self.waiting.pop_front()?;
        let next = tries.waiting.pop_front();
        if !tries.waiting.is_empty() {
            self.waiting.push_back(tries);
        }
        next
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
    use crate::ids::MemberId;
    use crate::limits::Network;

    fn place(last: u8) -> Place {
        Subject::network(Network::from(IpAddr::from(Ipv4Addr::new(192, 0, 2, last)))).into()
    }

    /// Lets one enter who waits.
    fn enter(turns: &Turns, of: u8) -> Receiver<Turn> {
        turns.lock().enter(&place(of)).unwrap().unwrap()
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
    fn forty_at_one_account_hold_up_no_other_of_their_network() {
        let turns = Turns::new(1);
        let first = turns.wait(place(1)).now_or_never().unwrap().unwrap();
        let at = |member| {
            let place = Place::new(place(1).of, Subject::member(MemberId::new(member)));
            turns.lock().enter(&place).unwrap().unwrap()
        };
        let mut guessers: Vec<_> = (0..40).map(|_| at(1)).collect();
        let mut honest = at(2);
        drop(first);
        let second = guessers[0].try_recv().unwrap();
        assert!(honest.try_recv().is_err());
        drop(second);
        assert!(honest.try_recv().is_ok());
        assert_eq!(turns.waiting_of(&place(1).of), 38, "the third guess has the turn that the honest one dropped");
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
        assert!(matches!(turns.lock().enter(&place(1)), Err(Error::Busy)));
        let others: Vec<_> = (0..MAX_WAITING - all.len()).map(|at| enter(&turns, 2 + at as u8 % 100)).collect();
        assert!(matches!(turns.lock().enter(&place(250)), Err(Error::Busy)));
        drop(others);
        assert!(turns.lock().enter(&place(250)).is_ok());
    }
}
