//! A picture that is uploaded: read off within bounds, then decoded while no other is.

use std::sync::{Arc, LazyLock};

use actix_multipart::{Multipart, MultipartError};
use actix_web::web;
use futures_util::StreamExt;
use tokio::sync::Semaphore;

use crate::error::Error;
use crate::language::{Context, key};
use crate::members::photo;
use crate::web::upload::Upload;

/// A picture may take much memory while it is decoded, so there is one at a time.
static ONE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(1)));
/// How much of a file that is too large is read off before the answer, so that a browser gets to see it.
const DRAINED: usize = 64 * 1024 * 1024;

/// Makes something of the picture in a field of a form, or says why it is refused.
///
/// # Errors
/// [`Error::BadRequest`] where the form breaks off, [`Error::Unavailable`] where the disk takes no more.
pub async fn prepare<T: Send + 'static>(
    form: Multipart,
    field: &str,
    work: fn(&[u8]) -> Result<T, String>,
) -> Result<Result<T, String>, Error> {
    let file = match file(form, field).await? {
        Ok(file) => file,
        Err(sentence) => return Ok(Err(sentence)),
    };
    let turn = ONE.clone().acquire_owned().await.map_err(|why| Error::Unavailable(why.to_string()))?;
    let context = Context::current();
    // The turn lasts as long as the work, which goes on when the browser hangs up.
    let work = move || {
        let _turn = turn;
        let file = file.read().map_err(|why| Error::Unavailable(why.to_string()))?;
        Ok::<_, Error>(context.within(|| work(&file)))
    };
    web::block(work).await?
}

/// The file of the field, or why it is refused.
async fn file(mut form: Multipart, name: &str) -> Result<Result<Upload, String>, Error> {
    let (mut file, mut seen) = (Upload::default(), 0);
    while let Some(field) = form.next().await {
        let mut field = field.map_err(broken)?;
        let ours = field.name() == Some(name);
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(broken)?;
            seen += chunk.len();
            if seen > DRAINED {
                return Ok(Err(photo::too_large()));
            }
            if ours && file.len() <= photo::MAX_BYTES {
                file.push(&chunk).await?;
            }
        }
    }
    Ok(if file.len() > photo::MAX_BYTES { Err(photo::too_large()) } else { Ok(file) })
}

fn broken(why: MultipartError) -> Error {
    use MultipartError as Wrong;
    match why {
        Wrong::ContentTypeMissing
        | Wrong::ContentTypeParse
        | Wrong::ContentTypeIncompatible
        | Wrong::BoundaryMissing => Error::UnknownBody,
        _ => Error::BadRequest(key("What was sent broke off, so nothing was done.")),
    }
}
