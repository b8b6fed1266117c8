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
/// How much is read of the path that a form leads back to.
const MOST_OF_PATH: usize = 2_000;

/// Makes something of the picture in a field of a form, or says why it is refused.
///
/// # Errors
/// [`Error::BadRequest`] where the form breaks off, [`Error::Unavailable`] where the disk takes no more.
pub async fn prepare<T: Send + 'static>(
    form: Multipart,
    field: &str,
    work: fn(&[u8]) -> Result<T, String>,
) -> Result<Result<T, String>, Error> {
    Ok(prepare_and_lead_back(form, field, work).await?.1)
}

/// [`prepare`], with the field `back` of the form: the path that it leads back to.
///
/// # Errors
/// As there.
pub async fn prepare_and_lead_back<T: Send + 'static>(
    form: Multipart,
    field: &str,
    work: fn(&[u8]) -> Result<T, String>,
) -> Result<(String, Result<T, String>), Error> {
    let (back, file) = file(form, field).await?;
    let file = match file {
        Ok(file) => file,
        Err(sentence) => return Ok((back, Err(sentence))),
    };
    let turn = ONE.clone().acquire_owned().await.map_err(|why| Error::Unavailable(why.to_string()))?;
    let context = Context::current();
    // The turn lasts as long as the work, which goes on when the browser hangs up.
    let work = move || {
        let _turn = turn;
        let file = file.read().map_err(|why| Error::Unavailable(why.to_string()))?;
        Ok::<_, Error>(context.within(|| work(&file)))
    };
    Ok((back, web::block(work).await??))
}

/// The file of the field, or why it is refused; and where the form leads back to.
async fn file(mut form: Multipart, name: &str) -> Result<(String, Result<Upload, String>), Error> {
    let (mut file, mut back, mut seen) = (Upload::default(), Vec::new(), 0);
    while let Some(field) = form.next().await {
        let mut field = field.map_err(broken)?;
        let (ours, leads_back) = (field.name() == Some(name), field.name() == Some("back"));
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(broken)?;
            seen += chunk.len();
            if seen > DRAINED {
                return Ok((String::new(), Err(photo::too_large())));
            }
            if ours && file.len() <= photo::MAX_BYTES {
                file.push(&chunk).await?;
            } else if leads_back && back.len() <= MOST_OF_PATH {
                back.extend_from_slice(&chunk);
            }
        }
    }
    let back = String::from_utf8(back).unwrap_or_default();
    Ok((back, if file.len() > photo::MAX_BYTES { Err(photo::too_large()) } else { Ok(file) }))
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
