//! A file that a form sends.

use actix_multipart::{Field, Multipart, MultipartError as Wrong};
use futures_util::StreamExt;

use crate::contacts::import::{MAX_BYTES, Why};
use crate::error::Error;
use crate::language::{key, t};
use crate::text;

/// How much of a file that is too large is read off before the answer, so that a browser gets to see it.
const DRAINED: usize = 300 * 1024 * 1024;
/// Characters of a file's name.
const MAX_NAME: usize = 120;

/// The file of the field `file`: its name and bytes, or why it is refused.
pub(super) async fn file(mut form: Multipart) -> Result<Result<(String, Vec<u8>), String>, Error> {
    let (mut name, mut file, mut seen) = (String::new(), Vec::new(), 0);
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
            if ours {
                file.extend_from_slice(&chunk);
            }
            if file.len() > MAX_BYTES {
                // What is refused need not be held while the rest arrives.
                drop(file);
                return drained(form, field, seen).await;
            }
        }
    }
    Ok(match file.is_empty() {
        true if name.is_empty() => Err(t("Choose a file first.").to_owned()),
        _ => Ok((name, file)),
    })
}

/// Reads off what is left of a file that is too large.
async fn drained(
    mut form: Multipart,
    mut field: Field,
    mut seen: usize,
) -> Result<Result<(String, Vec<u8>), String>, Error> {
    loop {
        while let Some(chunk) = field.next().await {
            seen += chunk.map_err(broken)?.len();
            if seen > DRAINED {
                return Ok(Err(too_large()));
            }
        }
        // The form goes on only once nobody holds its field any more.
        drop(field);
        match form.next().await {
            Some(next) => field = next.map_err(broken)?,
            None => return Ok(Err(too_large())),
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
