//! The passkeys of a member, as they are stored.

use diesel::prelude::*;
use webauthn_rs::prelude::{AuthenticationResult, Passkey};

use super::challenge::{self, Purpose};
use super::relying::{Answer, Passkeys};
use crate::accounts::events::{self, Kind};
use crate::dates::{self, now};
use crate::db::{self, Connection, new_id, on_engine};
use crate::error::Error;
use crate::ids::{MemberId, PasskeyId};
use crate::mail::{Letter, outbox};
use crate::schema::{members, passkeys as table};

/// Passkeys of a member.
pub const MOST: usize = 20;

/// A passkey, as its member sees it.
#[derive(Debug, Clone, Queryable)]
pub struct Named {
    /// Its id.
    pub id: PasskeyId,
    /// The name that they gave it.
    pub name: String,
    created_at: i64,
    used_at: Option<i64>,
}

impl Named {
    /// The day it was added.
    pub fn added(&self) -> String {
        dates::long(self.created_at)
    }

    /// The same for programs.
    pub fn added_moment(&self) -> String {
        dates::instant(self.created_at)
    }

    /// When it was used last.
    pub fn used(&self) -> Option<(String, String)> {
        self.used_at.map(|at| (dates::instant(at), dates::ago(at, now())))
    }
}

/// Lists a member's passkeys, the oldest first.
///
/// # Errors
/// The database's.
pub fn list(connection: &mut Connection, member: MemberId) -> Result<Vec<Named>, Error> {
    let mine = table::table.filter(table::member_id.eq(member)).order(table::id).limit(MOST as i64);
    let columns = (table::id, table::name, table::created_at, table::used_at);
    Ok(on_engine!(connection, |own| mine.select(columns).load(own))?)
}

/// Returns whether a member has any.
///
/// # Errors
/// The database's.
pub fn any(connection: &mut Connection, member: MemberId) -> Result<bool, Error> {
    let mine = table::table.filter(table::member_id.eq(member)).select(table::id).limit(1);
    Ok(on_engine!(connection, |own| mine.first::<i64>(own)).optional()?.is_some())
}

/// Loads a member's passkeys themselves.
///
/// # Errors
/// The database's.
pub fn load(connection: &mut Connection, member: MemberId) -> Result<Vec<Passkey>, Error> {
    let mine = table::table.filter(table::member_id.eq(member)).order(table::id).limit(MOST as i64);
    let rows: Vec<String> = on_engine!(connection, |own| mine.select(table::credential).load(own))?;
    rows.iter().map(|row| serde_json::from_str(row).map_err(|why| Error::Internal(why.to_string()))).collect()
}

/// What came of adding one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is there now.
    Now,
    /// It was there already.
    Already,
    /// There are as many as there may be.
    TooMany,
}

/// Adds a passkey.
///
/// # Errors
/// The database's.
pub fn add(connection: &mut Connection, member: MemberId, name: &str, passkey: &Passkey) -> Result<Added, Error> {
    db::lock_members(connection, [member])?;
    if list(connection, member)?.len() >= MOST {
        return Ok(Added::TooMany);
    }
    let row = (
        table::member_id.eq(member),
        table::id.eq(new_id::<PasskeyId>()),
        table::name.eq(name),
        table::credential_id.eq(id_of(passkey.cred_id().as_ref())),
        table::credential.eq(written(passkey)?),
        table::created_at.eq(now()),
    );
    let insert = diesel::insert_into(table::table).values(row).on_conflict_do_nothing();
    if on_engine!(connection, |own| insert.execute(own))? == 0 {
        return Ok(Added::Already);
    }
    events::record(connection, member, Kind::PasskeyAdded, name)?;
    outbox::put(connection, member, Letter::PasskeyAdded { name: name.to_owned(), at: now() })?;
    Ok(Added::Now)
}

fn written(passkey: &Passkey) -> Result<String, Error> {
    serde_json::to_string(passkey).map_err(|why| Error::Internal(why.to_string()))
}

fn id_of(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Gives a passkey another name.
///
/// # Errors
/// The database's.
pub fn rename(connection: &mut Connection, member: MemberId, id: PasskeyId, name: &str) -> Result<bool, Error> {
    let row = table::table.find((member, id));
    Ok(diesel::update(row).set(table::name.eq(name)).execute(connection)? == 1)
}

/// Removes a passkey. Returns its name.
///
/// # Errors
/// The database's.
pub fn remove(connection: &mut Connection, member: MemberId, id: PasskeyId) -> Result<Option<String>, Error> {
    db::lock_members(connection, [member])?;
    let row = table::table.find((member, id));
    let Some(name) = row.select(table::name).first::<String>(connection).optional()? else { return Ok(None) };
    diesel::delete(row).execute(connection)?;
    events::record(connection, member, Kind::PasskeyRemoved, &name)?;
    Ok(Some(name))
}

/// Removes all passkeys of a member, whoever added them.
///
/// # Errors
/// The database's.
pub fn forget(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    diesel::delete(table::table.filter(table::member_id.eq(member))).execute(connection)?;
    Ok(())
}

/// Uses a passkey: takes the question it answers, checks the answer, and notes its counter and when it was used. Returns whether it
/// is right.
///
/// # Errors
/// The database's.
pub fn verify(
    connection: &mut Connection,
    site: &Passkeys,
    (purpose, asked, token): (Purpose, MemberId, &str),
    answer: &Answer,
) -> Result<bool, Error> {
    let Some(state) = challenge::take(connection, purpose, asked, token)? else { return Ok(false) };
    let alive = members::table.find(answer.member).select(members::id);
    if on_engine!(connection, |own| alive.first::<i64>(own)).optional()?.is_none() {
        return Ok(false);
    }
    db::lock_members(connection, [answer.member])?;
    let theirs = load(connection, answer.member)?;
    let Some(result) = site.check(answer, &state, &theirs)? else { return Ok(false) };
    note_use(connection, answer.member, theirs, &result)?;
    Ok(true)
}

fn note_use(
    connection: &mut Connection,
    member: MemberId,
    theirs: Vec<Passkey>,
    result: &AuthenticationResult,
) -> Result<(), Error> {
    for mut passkey in theirs {
        if passkey.update_credential(result).is_some() {
            let id = id_of(passkey.cred_id().as_ref());
            let row = table::table.filter(table::member_id.eq(member)).filter(table::credential_id.eq(id));
            let set = (table::credential.eq(written(&passkey)?), table::used_at.eq(now()));
            diesel::update(row).set(set).execute(connection)?;
        }
    }
    Ok(())
}
