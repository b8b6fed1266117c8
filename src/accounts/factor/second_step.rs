//! A sign-in whose password was right and that waits for the second step. It opens nothing, ends after ten minutes or five
//! wrong codes, and can be finished at any node.

use diesel::prelude::*;
use rand::RngExt;

use super::seal::Seal;
use super::{is_asked, recovery, take_code};
use crate::accounts::browsers::{self, Browser};
use crate::accounts::events::{self, Kind};
use crate::accounts::sessions;
use crate::dates::now;
use crate::db::{self, Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::mail::{Letter, outbox};
use crate::schema::begun_sign_ins as table;
use crate::text::digest::sha256;
use crate::web::device;
use crate::web::viewer::Viewer;

/// Seconds until it ends.
const LASTS: i64 = 10 * 60;
/// Wrong codes of a member, in all sign-ins that were begun, until one ends.
const MAX_TRIES: i32 = 5;
/// Sign-ins of a member that may end by wrong codes in an hour; then no code is looked at, so that trying takes years.
const MAX_ENDED_IN_AN_HOUR: i64 = 5;
const AN_HOUR: i64 = 3_600;

/// How far somebody is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Signed in, with this token.
    SignedIn(String),
    /// The second step is asked for, of whoever has this token.
    Begun(String),
}

/// Lets somebody in whose password was right: starts a session, or begins a sign-in where a second step is asked for.
///
/// # Errors
/// The database's.
pub fn enter(
    connection: &mut Connection,
    member: MemberId,
    browser: &Browser,
    before: Option<&Viewer>,
) -> Result<Entry, Error> {
    match is_asked(connection, member)? {
        true => begin(connection, member).map(Entry::Begun),
        false => start(connection, member, browser, before).map(Entry::SignedIn),
    }
}

/// Starts a session of somebody who has shown all that is asked for, and ends the one that this browser had.
///
/// # Errors
/// The database's.
pub fn start(
    connection: &mut Connection,
    member: MemberId,
    browser: &Browser,
    before: Option<&Viewer>,
) -> Result<String, Error> {
    if let Some(before) = before {
        sessions::end(connection, before.id, &before.token_hash)?;
    }
    browsers::meet(connection, member, browser)?;
    events::record(connection, member, Kind::SignedIn, &device::known_as(&browser.agent))?;
    sessions::start(connection, member, &browser.agent)
}

fn begin(connection: &mut Connection, member: MemberId) -> Result<String, Error> {
    let token = format!("{member}.{:032x}", rand::rng().random::<u128>());
    let row = (table::member_id.eq(member), table::token_hash.eq(sha256(&token)), table::expires_at.eq(now() + LASTS));
    diesel::insert_into(table::table).values(row).execute(connection)?;
    Ok(token)
}

/// Finds the member of a sign-in that was begun, and has not ended.
///
/// # Errors
/// The database's.
pub fn find(connection: &mut Connection, token: &str) -> Result<Option<MemberId>, Error> {
    let Some(member) = token.split('.').next().and_then(|id| id.parse::<MemberId>().ok()) else { return Ok(None) };
    let row = table::table.find((member, sha256(token))).filter(table::expires_at.gt(now())).select(table::member_id);
    Ok(on_engine!(connection, |own| row.first(own)).optional()?)
}

/// What came of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It was right.
    SignedIn {
        /// The token of the session.
        token: String,
        /// How many recovery codes are left, where it was one of them.
        codes_left: Option<i64>,
    },
    /// It was wrong.
    Wrong,
    /// The sign-in has ended.
    Ended,
    /// Too many were wrong in the last hour.
    TooMany {
        /// When another may be tried, in unix seconds.
        until: i64,
    },
}

/// Tries a code of the app, or a recovery code.
///
/// # Errors
/// The database's.
pub fn try_code(
    connection: &mut Connection,
    seal: &Seal,
    (token, typed): (&str, &str),
    browser: &Browser,
    before: Option<&Viewer>,
) -> Result<Tried, Error> {
    let Some(member) = find(connection, token)? else { return Ok(Tried::Ended) };
    db::lock_members(connection, [member])?;
    // Somebody else may have ended it while it was waited for the lock.
    if find(connection, token)?.is_none() {
        return Ok(Tried::Ended);
    }
    let ended = events::newest(connection, member, Kind::WrongCodes, MAX_ENDED_IN_AN_HOUR)?;
    if let Some(until) = ended.map(|at| at + AN_HOUR).filter(|until| *until > now()) {
        return Ok(Tried::TooMany { until });
    }
    let mut codes_left = None;
    if !take_code(connection, seal, member, typed)? {
        codes_left = take_recovery(connection, member, typed)?;
        if codes_left.is_none() {
            return note_wrong(connection, member, token, browser);
        }
    }
    end(connection, token)?;
    // It was the member, who may have mistyped some.
    let others = table::table.filter(table::member_id.eq(member));
    diesel::update(others).set(table::tries.eq(0)).execute(connection)?;
    Ok(Tried::SignedIn { token: start(connection, member, browser, before)?, codes_left })
}

/// Takes a recovery code; gives how many are left, and nothing where it is none.
fn take_recovery(connection: &mut Connection, member: MemberId, typed: &str) -> Result<Option<i64>, Error> {
    if !recovery::take(connection, member, typed)? {
        return Ok(None);
    }
    let left = recovery::left(connection, member)?;
    events::record(connection, member, Kind::RecoveryCodeUsed, "")?;
    outbox::put(connection, member, Letter::RecoveryCodeUsed { left, at: now() })?;
    Ok(Some(left))
}

/// Counts a wrong code for its member, in whichever of their sign-ins: whoever has the password can begin as many as they like.
fn note_wrong(connection: &mut Connection, member: MemberId, token: &str, browser: &Browser) -> Result<Tried, Error> {
    let (row, all) = (table::table.find((member, sha256(token))), table::table.filter(table::member_id.eq(member)));
    let tries: Vec<i32> = all.select(table::tries).load(connection)?;
    if tries.iter().sum::<i32>() + 1 < MAX_TRIES {
        diesel::update(row).set(table::tries.eq(table::tries + 1)).execute(connection)?;
        return Ok(Tried::Wrong);
    }
    diesel::delete(row).execute(connection)?;
    diesel::update(all).set(table::tries.eq(0)).execute(connection)?;
    events::record(connection, member, Kind::WrongCodes, &device::known_as(&browser.agent))?;
    Ok(Tried::Ended)
}

/// Ends a sign-in that was begun.
///
/// # Errors
/// The database's.
pub fn end(connection: &mut Connection, token: &str) -> Result<(), Error> {
    let member: MemberId = token.split('.').next().and_then(|id| id.parse().ok()).unwrap_or_default();
    diesel::delete(table::table.find((member, sha256(token)))).execute(connection)?;
    Ok(())
}

/// Ends all sign-ins of a member that were begun: with a password that is another one now.
///
/// # Errors
/// The database's.
pub fn end_all(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    diesel::delete(table::table.filter(table::member_id.eq(member))).execute(connection)?;
    Ok(())
}

/// Removes what has ended.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection) -> Result<(), Error> {
    diesel::delete(table::table.filter(table::expires_at.lt(now()))).execute(connection)?;
    Ok(())
}
