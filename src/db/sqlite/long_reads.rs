//! Reads that take long, off the threads that answer.

use std::sync::Arc;

use actix_web::web;
use tokio::sync::Semaphore;

use crate::db::work::{self, Answer};
use crate::error::Error;

/// How many may wait before further ones are refused.
const MAX_WAITING: usize = 256;

/// As many threads as the machine has cores, and a queue. Clones share them.
#[derive(Clone)]
pub(super) struct LongReads {
    places: Arc<Semaphore>,
    threads: Arc<Semaphore>,
}

impl Default for LongReads {
    fn default() -> LongReads {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        LongReads::with(cores.clamp(2, 16), MAX_WAITING)
    }
}

impl LongReads {
    pub(super) fn with(threads: usize, waiting: usize) -> LongReads {
        LongReads { places: Arc::new(Semaphore::new(threads + waiting)), threads: Arc::new(Semaphore::new(threads)) }
    }

    /// Runs it when it is its turn. Whoever goes away while they wait gives up their place.
    pub(super) async fn run<T, F>(&self, read: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, Error> + Send + 'static,
    {
        work::shown(self.queue(Box::new(|| read().map(work::hidden))).await?)
    }

    async fn queue(&self, read: Box<dyn FnOnce() -> Result<Answer, Error> + Send>) -> Result<Answer, Error> {
        let full = |_| Error::Unavailable("too many long reads wait already".into());
        let place = self.places.clone().try_acquire_owned().map_err(full)?;
        let stopped = |_| Error::Unavailable("long reads have stopped".into());
        let thread = self.threads.clone().acquire_owned().await.map_err(stopped)?;
        let read = move || {
            let _held = (place, thread);
            read()
        };
        web::block(read).await?
    }
}
