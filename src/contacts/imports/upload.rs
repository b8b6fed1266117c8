//! A file that a form sends. It waits on the disk, and only so many do at a time, so that they do not fill it.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError as Wrong};
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::rt::time::timeout;
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::contacts::import::{MAX_BYTES, Why};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{key, t};
use crate::text;
use crate::web::upload::Upload;

/// How much of a file that is too large is read off before the answer, so that a browser gets to see it.
const DRAINED: usize = 300 * 1024 * 1024;
/// Characters of a file's name.
const MAX_NAME: usize = 120;
/// Bytes of a unit of room.
const UNIT: usize = 1_000_000;
/// Units that files which arrive, or wait to be read, may take in all, but for small ones.
const UNITS: usize = 1_600;
/// Files of one unit that may do so besides, so that they wait for no large ones.
const SMALL: usize = 400;
/// How long somebody waits for room: less than a body may take that is small, since it would be ended as one that stands still,
/// or by a proxy in front, before anybody is told why.
const PATIENCE: Duration = Duration::from_secs(20);
/// Files of one member that may arrive at once.
const OF_A_MEMBER: u32 = 2;

static ROOM: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(UNITS)));
static SMALL_ROOM: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(SMALL)));
static ARRIVING: LazyLock<Mutex<HashMap<MemberId, u32>>> = LazyLock::new(Mutex::default);

/// A file that has arrived.
#[derive(Debug)]
pub(super) struct Arrived {
    /// As the browser called it.
    pub(super) name: String,
    file: Upload,
    _room: OwnedSemaphorePermit,
}

impl Arrived {
    /// Returns its name, and all that it holds.
    pub(super) fn read(self) -> io::Result<(String, Vec<u8>)> {
        Ok((self.name, self.file.read()?))
    }
}

/// One of the files of a member that arrive.
struct Turn(MemberId);

impl Turn {
    fn take(member: MemberId) -> Option<Turn> {
        let mut arriving = ARRIVING.lock().unwrap_or_else(PoisonError::into_inner);
        let number = arriving.entry(member).or_default();
        (*number < OF_A_MEMBER).then(|| {
            *number += 1;
            Turn(member)
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut arriving = ARRIVING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = arriving.get_mut(&self.0) {
            *number -= 1;
            if *number == 0 {
                arriving.remove(&self.0);
            }
        }
    }
}

/// The file of the field `file`, or why it is refused.
///
/// # Errors
/// [`Error::ManyFiles`] where there is no room for it, [`Error::BadRequest`] where it breaks off.
pub(super) async fn file(
    member: MemberId,
    request: &HttpRequest,
    form: Multipart,
) -> Result<Result<Arrived, String>, Error> {
    let Some(_turn) = Turn::take(member) else {
        return drained(form, None, 0, t("Other files of yours are still on their way. Wait until they are here."))
            .await;
    };
    let units = units(request);
    let room: &Arc<Semaphore> = if units <= 1 { &SMALL_ROOM } else { &ROOM };
    // All of it at once: of many who had a part of theirs, none would ever have the rest.
    match timeout(PATIENCE, Arc::clone(room).acquire_many_owned(units)).await {
        Ok(room) => arrived(form, room.map_err(|why| Error::Unavailable(why.to_string()))?).await,
        Err(_) => {
            // Also where that breaks off they are told why.
            drop(drained(form, None, 0, "").await);
            Err(Error::ManyFiles)
        }
    }
}

/// The room for a request: for all that it says it sends, else for as much as may be sent.
fn units(request: &HttpRequest) -> u32 {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let units = length.unwrap_or(MAX_BYTES).min(MAX_BYTES).div_ceil(UNIT);
    u32::try_from(units).unwrap_or(u32::MAX)
}

async fn arrived(mut form: Multipart, room: OwnedSemaphorePermit) -> Result<Result<Arrived, String>, Error> {
    let (mut name, mut file, mut seen) = (String::new(), Upload::default(), 0);
    while let Some(field) = form.next().await {
        let mut field = field.map_err(broken)?;
        let ours = field.name() == Some("file");
        if ours && !(file.is_empty() && name.is_empty()) {
            drop((file, room));
            return drained(form, Some(field), seen, t("Choose one file at a time.")).await;
        }
        if ours {
            name = file_name(&field);
        }
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(broken)?;
            seen += chunk.len();
            if seen > DRAINED {
                return Ok(Err(too_large()));
            }
            if ours {
                file.push(&chunk).await?;
            }
            if file.len() > MAX_BYTES {
                // What is refused need not be held while the rest arrives.
                drop((file, room));
                return drained(form, Some(field), seen, &too_large()).await;
            }
        }
    }
    if file.is_empty() && name.is_empty() {
        return Ok(Err(t("Choose a file first.").to_owned()));
    }
    Ok(Ok(Arrived { name, file, _room: room }))
}

/// Reads off what is left of a file that is refused.
async fn drained(
    mut form: Multipart,
    mut field: Option<Field>,
    mut seen: usize,
    sentence: &str,
) -> Result<Result<Arrived, String>, Error> {
    loop {
        while let Some(chunk) = field.as_mut().map(StreamExt::next) {
            let Some(chunk) = chunk.await else { break };
            seen += chunk.map_err(broken)?.len();
            if seen > DRAINED {
                return Ok(Err(sentence.to_owned()));
            }
        }
        // The form goes on only once nobody holds its field any more.
        drop(field);
        match form.next().await {
            Some(next) => field = Some(next.map_err(broken)?),
            None => return Ok(Err(sentence.to_owned())),
        }
    }
}

fn too_large() -> String {
    Why::TooLarge.of_a_file()
}

fn file_name(field: &Field) -> String {
    let name = field.content_disposition().and_then(|said| said.get_filename()).unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    text::salvaged(name).chars().take(MAX_NAME).collect()
}

fn broken(why: Wrong) -> Error {
    match why {
        Wrong::ContentTypeMissing
        | Wrong::ContentTypeParse
        | Wrong::ContentTypeIncompatible
        | Wrong::BoundaryMissing => Error::UnknownBody,
        _ => Error::BadRequest(key("What was sent broke off, so nothing was done.")),
    }
}
