//! The cookie of a browser, which is encrypted and holds the token of its session.

use actix_session::config::PersistentSession;
use actix_session::storage::CookieSessionStore;
use actix_session::{Session, SessionMiddleware};
use actix_web::cookie::{Key, SameSite, time::Duration};
use diesel::prelude::*;
use rand::RngExt;

use crate::dates::{DAY, now};
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::schema::settings;

/// Seconds after which a session that is not used ends.
pub const IDLE: i64 = 30 * DAY;
/// The language that was chosen in the browser.
pub const LANGUAGE: &str = "language";
/// The colours that were chosen in the browser.
pub const THEME: &str = "theme";
/// The word by which the browser is known.
pub const BROWSER: &str = "browser";
const TOKEN: &str = "token";
/// Of a sign-in that waits for its second step.
const BEGUN: &str = "begun";
/// Of an authenticator app that is being set up.
const SETTING_UP: &str = "setting_up";
/// Seconds for which an app is set up with the same key.
const SET_UP_LASTS: i64 = 15 * 60;

/// Reads and writes the cookie. Under TLS its name makes browsers insist on Secure and on this host alone.
pub fn middleware(key: Key, secure: bool) -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::builder(CookieSessionStore::default(), key)
        .cookie_name(if secure { "__Host-amicable" } else { "amicable" }.to_owned())
        .cookie_secure(secure)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .session_lifecycle(PersistentSession::default().session_ttl(Duration::seconds(IDLE)))
        .build()
}

/// The key of the cookies, made at the first start and shared by every node.
///
/// # Errors
/// The database's.
pub fn key(connection: &mut Connection) -> Result<Key, Error> {
    let stored = settings::table.find("cookie_key").select(settings::value);
    let hex = match stored.first::<String>(connection).optional()? {
        Some(hex) => hex,
        None => {
            let hex: String = rand::rng().random::<[u8; 64]>().iter().map(|byte| format!("{byte:02x}")).collect();
            let row = (settings::name.eq("cookie_key"), settings::value.eq(hex));
            let make = diesel::insert_into(settings::table).values(row).on_conflict_do_nothing();
            on_engine!(connection, |own| make.execute(own))?;
            // Another node that starts just now may have made it.
            stored.first(connection)?
        }
    };
    if hex.len() < 64 {
        return Err(Error::Unavailable("the cookie key in the database is damaged".into()));
    }
    Ok(Key::derive_from(hex.as_bytes()))
}

/// Signs this browser in: a new cookie, so that one planted before is worth nothing.
///
/// # Errors
/// [`Error::Internal`] where the cookie cannot be written.
pub fn sign_in(session: &Session, token: &str) -> Result<(), Error> {
    session.renew();
    session.remove(BEGUN);
    session.insert(TOKEN, token).map_err(|why| Error::Internal(why.to_string()))
}

/// Gives this browser the new token of its session; nothing where another press has given it one already.
///
/// # Errors
/// [`Error::Internal`] where the cookie cannot be written.
pub fn renew(session: &Session, token: Option<&str>) -> Result<(), Error> {
    token.map_or(Ok(()), |token| sign_in(session, token))
}

/// Signs this browser out. How it shows the site and by what it is known stay; all else was the member's, such as recovery codes
/// that were not looked at.
pub fn sign_out(session: &Session) {
    let is_members = |name: &&String| ![LANGUAGE, THEME, BROWSER].contains(&name.as_str());
    let names: Vec<String> = session.entries().keys().filter(is_members).cloned().collect();
    for name in names {
        session.remove(&name);
    }
    session.renew();
}

/// Notes in this browser that its sign-in waits for the second step. It opens nothing.
///
/// # Errors
/// [`Error::Internal`] where the cookie cannot be written.
pub fn begin(session: &Session, token: &str) -> Result<(), Error> {
    session.renew();
    session.insert(BEGUN, token).map_err(|why| Error::Internal(why.to_string()))
}

/// The token of this browser's sign-in that waits for the second step.
pub fn begun(session: &Session) -> Option<String> {
    session.get(BEGUN).ok().flatten()
}

/// Forgets that a sign-in waits.
pub fn forget_begun(session: &Session) {
    session.remove(BEGUN);
}

/// Notes the sealed key of an app that is being set up in this browser, so that a page that is loaded anew shows what was scanned.
///
/// # Errors
/// [`Error::Internal`] where the cookie cannot be written.
pub fn set_up(session: &Session, sealed: &str) -> Result<(), Error> {
    session.insert(SETTING_UP, (sealed, now())).map_err(|why| Error::Internal(why.to_string()))
}

/// The sealed key of the app that is being set up, for a quarter of an hour.
pub fn setting_up(session: &Session) -> Option<String> {
    let noted: Option<(String, i64)> = session.get(SETTING_UP).ok().flatten();
    noted.filter(|(_, at)| (now() - SET_UP_LASTS..=now() + 60).contains(at)).map(|(sealed, _)| sealed)
}

/// Forgets the key of an app that is set up, or is not to be.
pub fn forget_set_up(session: &Session) {
    session.remove(SETTING_UP);
}

/// Sends the cookie anew, so that reading alone keeps a browser signed in.
pub fn keep(session: &Session) {
    if let Some(token) = token(session) {
        // A cookie that cannot be written now is written a quarter of a day later.
        let _ = session.insert(TOKEN, token);
    }
}

/// The token of this browser.
pub fn token(session: &Session) -> Option<String> {
    session.get(TOKEN).ok().flatten()
}
