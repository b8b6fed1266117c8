//! What programs send, in memory. Bodies that are larger than a form take a place of a few, so that many of them do not take all the
//! memory there is.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::rt::time::timeout;
use actix_web::web::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;
use crate::ids::MemberId;
use crate::language::key;

/// Bytes of a body that needs no place.
const SMALL: usize = 256 * 1024;
/// Large bodies that are in memory at a time, each of some megabytes.
const AT_ONCE: usize = 8;
/// Large bodies of one member among them, so that nobody takes all places.
const OF_A_MEMBER: u32 = 2;
/// How long somebody waits for a place.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of what is read off before a body that is too large is refused, so that the program gets to see the answer.
const DRAINED: usize = 32 * 1024 * 1024;

static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));
static TAKEN: LazyLock<Mutex<HashMap<MemberId, u32>>> = LazyLock::new(Mutex::default);

/// A body, with the place that it holds until it is dropped.
#[derive(Debug)]
pub struct Body {
    /// What was sent.
    pub bytes: Bytes,
    _place: Option<Place>,
}

/// A place for a large body.
#[derive(Debug)]
struct Place(MemberId, #[allow(dead_code, reason = "held until it is dropped")] OwnedSemaphorePermit);

impl Place {
    async fn wait(member: MemberId) -> Result<Place, Error> {
        let permit = timeout(PATIENCE, Arc::clone(&PLACES).acquire_owned()).await.map_err(|_| Error::ManyFiles)?;
        let permit = permit.map_err(|why| Error::Unavailable(why.to_string()))?;
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let number = taken.entry(member).or_default();
        if *number >= OF_A_MEMBER {
            return Err(Error::ManyFiles);
        }
        *number += 1;
        Ok(Place(member, permit))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = taken.get_mut(&self.0) {
            *number -= 1;
            if *number == 0 {
                taken.remove(&self.0);
            }
        }
    }
}

/// Reads what a member's program sends, up to so many bytes.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::ManyFiles`] where there is no place for a large one, [`Error::BadRequest`] where it broke off.
pub async fn read(mut payload: Payload, member: MemberId, most: usize) -> Result<Body, Error> {
    let (mut bytes, mut place, mut seen) = (BytesMut::new(), None, 0);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Error::BadRequest(key("What was sent broke off, so nothing was done.")))?;
        seen += chunk.len();
        if seen > DRAINED {
            break;
        }
        if seen > most {
            (bytes, place) = (BytesMut::new(), None);
            continue;
        }
        if seen > SMALL && place.is_none() {
            place = Some(Place::wait(member).await?);
        }
        bytes.extend_from_slice(&chunk);
    }
    if seen > most { Err(Error::TooLarge) } else { Ok(Body { bytes: bytes.freeze(), _place: place }) }
}
