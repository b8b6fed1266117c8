//! A file that a form sends. It waits on the disk, and only so many do at a time, so that they do not fill it. Room is taken as
//! bytes come, so that nobody keeps others waiting by what they only say they will send.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError as Wrong};
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
/// Units that files which arrive, or wait to be read, may take in all, beyond the first of each.
const UNITS: usize = 1_600;
/// First units of files: a small file has enough of it, and so waits for no large one.
const FIRST_UNITS: usize = 400;
/// How long somebody waits for room.
const PATIENCE: Duration = Duration::from_secs(60);
/// Files of one member that may arrive at once.
const OF_A_MEMBER: u32 = 2;

static ROOM: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(UNITS)));
static FIRST_ROOM: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(FIRST_UNITS)));
static ARRIVING: LazyLock<Mutex<HashMap<MemberId, u32>>> = LazyLock::new(Mutex::default);

/// A file that has arrived.
#[derive(Debug)]
pub(super) struct Arrived {
    /// As the browser called it.
    pub(super) name: String,
    file: Upload,
    _room: Room,
}

impl Arrived {
    /// Returns its name, and all that it holds.
    pub(super) fn read(self) -> io::Result<(String, Vec<u8>)> {
        Ok((self.name, self.file.read()?))
    }
}

/// The room that a file takes: a unit at a time.
#[derive(Debug, Default)]
struct Room(Vec<OwnedSemaphorePermit>);

impl Room {
    /// Makes it enough for so many bytes. Returns whether there was room.
    async fn grow(&mut self, bytes: usize) -> bool {
        while self.0.len() * UNIT < bytes {
            let of: &Arc<Semaphore> = if self.0.is_empty() { &FIRST_ROOM } else { &ROOM };
            match timeout(PATIENCE, of.clone().acquire_owned()).await {
                Ok(Ok(unit)) => self.0.push(unit),
                Ok(Err(_)) | Err(_) => return false,
            }
        }
        true
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
pub(super) async fn file(member: MemberId, form: Multipart) -> Result<Result<Arrived, String>, Error> {
    match Turn::take(member) {
        Some(_turn) => arrived(form).await,
        None => {
            let sentence = t("Other files of yours are still on their way. Wait until they are here.");
            drained(form, None, 0, sentence).await
        }
    }
}

async fn arrived(mut form: Multipart) -> Result<Result<Arrived, String>, Error> {
    let (mut name, mut file, mut room, mut seen) = (String::new(), Upload::default(), Room::default(), 0);
    while let Some(field) = form.next().await {
        let mut field = field.map_err(broken)?;
        let ours = field.name() == Some("file");
        if ours {
            name = file_name(&field);
        }
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(broken)?;
            seen += chunk.len();
            if seen > DRAINED {
                return Ok(Err(too_large()));
            }
            if !ours {
                continue;
            }
            let refused = if file.len() + chunk.len() > MAX_BYTES {
                Some(too_large())
            } else if !room.grow(file.len() + chunk.len()).await {
                Some(t("Very many files are on their way at once. Try again in a few minutes.").to_owned())
            } else {
                None
            };
            if let Some(sentence) = refused {
                // What is refused need not be held while the rest arrives.
                drop((file, room));
                return drained(form, Some(field), seen, &sentence).await;
            }
            file.push(&chunk).await?;
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
