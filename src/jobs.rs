//! Work beside the requests: named loops, each run by one node at a time, which holds a lease in the database meanwhile.

mod lease;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::db::{Connection, Db};
use crate::error::Error;
use crate::metrics;
use lease::{Lease, Seen};
pub use lease::{Report, report};

/// How long a holder may give no sign of life until another node takes over.
pub const LEASE: Duration = Duration::from_secs(15);
/// How soon a node tries again that could not run a job.
const RETRY: Duration = Duration::from_millis(500);
/// How long a job rests that failed.
const REST: Duration = Duration::from_secs(60);
/// How long a stop waits for what is under way.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Whether there is something to do.
pub type IsDue = fn(&mut Connection) -> Result<bool, Error>;
/// What a job runs.
pub type Run = Box<dyn Fn(&Db, &Turn) -> Result<(), Error> + Send + Sync>;

/// A job: what is run, and how often.
pub struct Job {
    /// Its name in the database, the log and `/readyz`.
    pub name: &'static str,
    /// From the end of a run to the beginning of the next.
    pub every: Duration,
    /// Whether there is something to do, for a job that looks often: seen without taking the lease.
    pub is_due: Option<IsDue>,
    /// Runs it once, off the async threads. A long run asks [`Turn::goes_on`] now and then.
    pub run: Run,
}

/// What a job may ask while it runs.
#[derive(Debug)]
pub struct Turn {
    shared: Arc<Shared>,
    lost: Mutex<bool>,
}

impl Turn {
    /// Returns whether the run may go on: false once the node stops or another one has taken over.
    pub fn goes_on(&self) -> bool {
        !self.shared.lock().stopping && !*self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lose(&self) {
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    stopping: bool,
    /// The jobs that somebody has woken and that have not begun since.
    woken: Vec<&'static str>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, name: &str) {
        self.lock().woken.retain(|woken| *woken != name);
    }

    /// Waits until the job is woken or the time is over. Returns false where the node stops.
    fn wait(&self, name: &str, most: Duration, heed: bool) -> bool {
        let idle = |state: &mut State| !(state.stopping || heed && state.woken.contains(&name));
        let waited = self.changed.wait_timeout_while(self.lock(), most, idle);
        !waited.unwrap_or_else(PoisonError::into_inner).0.stopping
    }
}

/// The jobs of this node. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Jobs {
    shared: Arc<Shared>,
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Jobs {
    /// Starts a loop of its own for each job.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where there can be no more threads.
    pub fn start(&self, db: &Db, jobs: Vec<Job>) -> Result<(), Error> {
        for job in jobs {
            let (shared, db) = (self.shared.clone(), db.clone());
            let named = thread::Builder::new().name(job.name.into());
            let started = named.spawn(move || run_loop(&shared, &db, &job));
            let thread = started.map_err(|why| Error::Unavailable(why.to_string()))?;
            self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        }
        Ok(())
    }

    /// Lets a job run as soon as no other node does.
    pub fn wake(&self, name: &'static str) {
        let mut state = self.shared.lock();
        if !state.woken.contains(&name) {
            state.woken.push(name);
        }
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Stops all loops: what is under way ends, and its lease with it. What takes too long is left behind; its lease lapses.
    pub fn stop(&self) {
        self.shared.lock().stopping = true;
        self.shared.changed.notify_all();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let (ended, all_ended) = mpsc::channel();
        // A thread cannot be waited for with a limit, but a message can.
        thread::spawn(move || {
            for thread in threads {
                let _ = thread.join();
            }
            let _ = ended.send(());
        });
        if all_ended.recv_timeout(STOP_TIMEOUT).is_err() {
            tracing::warn!("a job did not end in time; another node goes on with it in a moment");
        }
    }
}

fn run_loop(shared: &Arc<Shared>, db: &Db, job: &Job) {
    let mut lease = Lease::of(job.name);
    let (mut pause, mut heed) = (Duration::ZERO, true);
    while shared.wait(job.name, pause, heed) {
        // While it cannot be had, being woken again changes nothing.
        (pause, heed) = match attempt(shared, db, job, &mut lease) {
            Ok(Attempt::Ran(pause)) => (pause, true),
            Ok(Attempt::NotDue(rest)) => (rest, true),
            Ok(Attempt::Held) => (RETRY, false),
            Err(why) => {
                tracing::warn!(job = job.name, %why, "whether the job is due cannot be seen");
                (RETRY * 10, false)
            }
        };
    }
}

enum Attempt {
    /// And rests as long.
    Ran(Duration),
    NotDue(Duration),
    /// By another node.
    Held,
}

fn attempt(shared: &Arc<Shared>, db: &Db, job: &Job, lease: &mut Lease) -> Result<Attempt, Error> {
    let woken = shared.lock().woken.contains(&job.name);
    match lease.look(db, job.every.max(REST), Instant::now())? {
        Seen::Held => return Ok(Attempt::Held),
        Seen::Free(rest) if !rest.is_zero() && !woken => return Ok(Attempt::NotDue(rest)),
        Seen::Free(_) => {}
    }
    if let Some(is_due) = job.is_due
        && !db.read_blocking(is_due)?
    {
        shared.forget(job.name);
        return Ok(Attempt::NotDue(job.every));
    }
    if !lease.take(db)? {
        return Ok(Attempt::Held);
    }
    // Whoever wakes it from now on has something that this run may have passed already.
    shared.forget(job.name);
    let turn = Turn { shared: shared.clone(), lost: Mutex::new(false) };
    let since = Instant::now();
    let result = run(db, job, lease, &turn);
    metrics::ran(job.name, since, result.is_err());
    match &result {
        Ok(()) => tracing::debug!(job = job.name, "the job ran"),
        Err(why) => tracing::warn!(job = job.name, %why, "the job failed; it is tried again"),
    }
    let pause = if result.is_ok() { job.every } else { job.every.max(REST) };
    lease.give_back(db, pause, result.is_ok())?;
    Ok(Attempt::Ran(pause))
}

/// Runs a job on a thread of its own, while this one keeps the lease.
fn run(db: &Db, job: &Job, lease: &Lease, turn: &Turn) -> Result<(), Error> {
    let (ends, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let work = move || {
            let _ends = ends;
            (job.run)(db, turn)
        };
        let named = thread::Builder::new().name(job.name.into());
        let work = named.spawn_scoped(scope, work).map_err(|why| Error::Unavailable(why.to_string()))?;
        while ended.recv_timeout(LEASE / 4) == Err(mpsc::RecvTimeoutError::Timeout) {
            // Where the database is away, nobody else can take over either.
            if matches!(lease.renew(db), Ok(false)) {
                turn.lose();
            }
        }
        work.join().unwrap_or_else(|_| Err(Error::Unavailable("it panicked".into())))
    })
}
