//! Who asks: every request brings an e-mail address or a handle, and an app password. A cookie opens nothing here, and this opens
//! nothing elsewhere.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::accounts::app_passwords::{self, Device};
use crate::dav::answer::Refusal;
use crate::error::Error;
use crate::limits::{Limit, Network, Subject};
use crate::web::site::SiteData;

/// Bytes of the header; a name and a secret take a tenth.
const LONGEST: usize = 2_000;

/// Finds whom a request lets in, and notes that the app password is in use; nobody where it brings none that is known.
///
/// # Errors
/// [`Error::TooMany`] where app passwords from there were wrong too often, or the database's.
pub async fn device(site: &SiteData, request: &HttpRequest) -> Result<Option<Device>, Error> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((name, secret)) = header.and_then(credentials) else { return Ok(None) };
    let find = move |connection: &mut _| app_passwords::device(connection, &name, &secret);
    let found = site.read(find).await?;
    if found.is_none() {
        // Whoever has the right one is let in, however often others were wrong.
        site.meter(Limit::AppPasswords, Subject::network(Network::of(request))).await?;
    }
    if let Some(device) = found.filter(Device::is_stale)
        && let Err(why) = site.write(move |connection| app_passwords::touch(connection, &device)).await
    {
        // Whoever only reads can do so on a full disk; the next request tries to note it again.
        tracing::warn!(%why, "an app password's last use could not be noted");
    }
    Ok(found)
}

/// Reads the header of the scheme `Basic`: a name, a colon, a password.
fn credentials(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.trim().split_once(' ').filter(|_| header.len() <= LONGEST)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, secret) = text.split_once(':')?;
    // PostgreSQL has no NUL in its texts.
    let is_text = !text.contains(char::is_control) && !name.trim().is_empty();
    is_text.then(|| (name.to_owned(), secret.to_owned()))
}

/// Asks for name and app password; clients begin without.
pub fn ask() -> HttpResponse {
    let sentence = "Sign in with your e-mail address and an app password.";
    let mut response = Refusal::new(StatusCode::UNAUTHORIZED, sentence).answer();
    let scheme = "Basic realm=\"Contacts\", charset=\"UTF-8\"";
    if let Ok(scheme) = scheme.parse() {
        response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_secret_are_read() {
        let read = |text: &str| credentials(&format!("basic {}", STANDARD.encode(text)));
        assert_eq!(read("ada@example.org:a:b"), Some(("ada@example.org".into(), "a:b".into())));
        for odd in ["ada", ":secret", "a\0da:secret", ""] {
            assert_eq!(read(odd), None, "{odd:?}");
        }
        for odd in ["Basic", "Basic ====", "Bearer YTpi", "", "Basic \u{1}"] {
            assert_eq!(credentials(odd), None, "{odd:?}");
        }
    }
}
