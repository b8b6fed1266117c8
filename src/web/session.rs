//! Who is signed in. The cookie holds a random token; a row in the database, found by the token's hash, says whose it is and can be revoked.

use std::fmt::Write;

use actix_session::config::PersistentSession;
use actix_session::storage::CookieSessionStore;
use actix_session::{Session, SessionMiddleware};
use actix_web::cookie::{Key, SameSite, time::Duration};
use diesel::prelude::*;
use rand::RngExt;
use sha2::{Digest, Sha256};

use crate::connections;
use crate::dates::{DAY, now};
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::members::{self, ConnectionCount, names};
use crate::relationship::Limits;
use crate::schema::{connection_counts, members as table, notifications, relationships, sessions, settings};

/// A session that is not used for so long ends.
const IDLE: i64 = 30 * DAY;
const TOKEN: &str = "token";

/// The signed-in member, as every page needs them.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The member's id.
    pub id: i64,
    /// The member's handle.
    pub handle: String,
    /// The member's name.
    pub full_name: String,
    /// Exactly how many connections they have.
    pub connection_count: i32,
    /// How often their connections have changed.
    pub connection_changes: i32,
    /// When they sent the invitation that must stop counting before they may send another, where they ever sent as many
    /// as they may in a week.
    pub last_to_spare: Option<i64>,
    /// Invitations waiting for an answer.
    pub invitations: i64,
    /// Notifications since they last looked.
    pub unread: i64,
    /// The language they chose; empty for what the browser asks for.
    pub language: String,
    /// The name of their photo; empty for none.
    pub photo: String,
    /// The hash of this session's token.
    pub token_hash: String,
}

impl Viewer {
    /// What is counted of their connections.
    pub fn counted(&self) -> ConnectionCount {
        ConnectionCount { id: self.id, number: self.connection_count, changes: self.connection_changes }
    }

    /// Where their photo is.
    pub fn photo_for(&self, size: &str) -> String {
        members::photo_for(self.id, &self.photo, size)
    }

    /// Up to two letters.
    pub fn initials(&self) -> String {
        names::initials(&self.full_name)
    }

    /// The colour of the initials' ground, 0 to 7.
    pub fn hue(&self) -> i64 {
        self.id.rem_euclid(8)
    }
}

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

/// Makes the row of a new session and gives its token.
///
/// # Errors
/// The database's.
pub fn start(connection: &mut Connection, member: i64, device: &str) -> Result<String, Error> {
    let token = new_token(member);
    let row = (
        sessions::member_id.eq(member),
        sessions::token_hash.eq(hash(&token)),
        sessions::device.eq(device.chars().take(200).collect::<String>()),
        sessions::created_at.eq(now()),
        sessions::last_seen.eq(now()),
    );
    let stale = sessions::table.filter(sessions::member_id.eq(member)).filter(sessions::last_seen.lt(now() - IDLE));
    diesel::delete(stale).execute(connection)?;
    diesel::insert_into(sessions::table).values(row).execute(connection)?;
    Ok(token)
}

fn new_token(member: i64) -> String {
    format!("{member}.{:032x}", rand::rng().random::<u128>())
}

/// Gives a session a new token, with which the old one is worth nothing.
///
/// # Errors
/// The database's.
pub fn renew(connection: &mut Connection, viewer: &Viewer) -> Result<String, Error> {
    let token = new_token(viewer.id);
    let row = sessions::table.find((viewer.id, viewer.token_hash.clone()));
    diesel::update(row).set(sessions::token_hash.eq(hash(&token))).execute(connection)?;
    Ok(token)
}

/// Ends every session of a member but this one.
///
/// # Errors
/// The database's.
pub fn end_others(connection: &mut Connection, viewer: &Viewer) -> Result<usize, Error> {
    let others = sessions::table
        .filter(sessions::member_id.eq(viewer.id))
        .filter(sessions::token_hash.ne(viewer.token_hash.clone()));
    Ok(diesel::delete(others).execute(connection)?)
}

/// Ends one session of a member.
///
/// # Errors
/// The database's.
pub fn end(connection: &mut Connection, member: i64, token_hash: &str) -> Result<(), Error> {
    diesel::delete(sessions::table.find((member, token_hash))).execute(connection)?;
    Ok(())
}

/// Who holds this token; nobody if the session ended or its member is suspended. Also whether the session should
/// be [`touch`]ed.
///
/// # Errors
/// The database's.
pub fn viewer(connection: &mut Connection, limits: &Limits, token: &str) -> Result<Option<(Viewer, bool)>, Error> {
    let Some(member) = token.split('.').next().and_then(|id| id.parse::<i64>().ok()) else { return Ok(None) };
    let token_hash = hash(token);
    let invitations = connections::waiting(limits, member).count().single_value();
    let unread = notifications::table
        .filter(notifications::owner_id.eq(member))
        .filter(notifications::id.gt(table::notifications_seen))
        .count()
        .single_value();
    let last_to_spare = relationships::table
        .filter(relationships::owner_id.eq(member))
        .filter(relationships::sent_at.is_not_null())
        .order(relationships::sent_at.desc())
        .offset(i64::from(limits.invitations.saturating_sub(1)))
        .limit(1)
        .select(relationships::sent_at)
        .single_value();
    let query = sessions::table
        .inner_join(table::table.on(table::id.eq(sessions::member_id)))
        .inner_join(connection_counts::table.on(connection_counts::member_id.eq(sessions::member_id)))
        .filter(sessions::member_id.eq(member))
        .filter(sessions::token_hash.eq(&token_hash))
        .filter(sessions::last_seen.gt(now() - IDLE))
        .filter(table::suspended_at.is_null())
        .select((
            (table::handle, table::full_name, table::language, table::photo),
            (connection_counts::number, connection_counts::changes),
            sessions::last_seen,
            (invitations, unread, last_to_spare),
        ));
    type Found = ((String, String, String, String), (i32, i32), i64, (Option<i64>, Option<i64>, Option<i64>));
    let found = on_engine!(connection, |own| query.first::<Found>(own)).optional()?;
    let Some((texts, (connection_count, connection_changes), last_seen, counts)) = found else {
        return Ok(None);
    };
    let (handle, full_name, language, photo) = texts;
    let (invitations, unread, last_to_spare) = counts;
    let viewer = Viewer {
        id: member,
        handle,
        full_name,
        connection_count,
        connection_changes,
        last_to_spare,
        invitations: invitations.unwrap_or(0),
        unread: unread.unwrap_or(0),
        language,
        photo,
        token_hash,
    };
    // Also where it was noted by a clock that ran ahead: the session would last as much longer.
    Ok(Some((viewer, (now() - last_seen).abs() > DAY / 4)))
}

/// Notes that a session is in use.
///
/// # Errors
/// The database's.
pub fn touch(connection: &mut Connection, viewer: &Viewer) -> Result<(), Error> {
    let row = sessions::table.find((viewer.id, viewer.token_hash.clone()));
    diesel::update(row).set(sessions::last_seen.eq(now())).execute(connection)?;
    Ok(())
}

/// Signs this browser in: a new cookie, so that one planted before is worth nothing.
///
/// # Errors
/// [`Error::Unavailable`] where the cookie cannot be written.
pub fn sign_in(session: &Session, token: &str) -> Result<(), Error> {
    session.renew();
    session.insert(TOKEN, token).map_err(|why| Error::Unavailable(why.to_string()))
}

/// Signs this browser out. How it shows the site stays.
pub fn sign_out(session: &Session) {
    session.remove(TOKEN);
    session.renew();
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

fn hash(token: &str) -> String {
    let digest = Sha256::digest(token);
    let mut hex = String::with_capacity(64);
    for byte in digest {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
