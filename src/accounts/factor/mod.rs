//! The second factor: what a sign-in asks for after the password, be it a code of an authenticator app or a passkey, and the
//! recovery codes for whoever has lost it.

pub mod codes_pages;
pub mod pages;
pub mod recovery;
pub mod seal;
pub mod second_step;
pub mod second_step_pages;
pub mod totp;

use diesel::prelude::*;

use crate::accounts::events::{self, Kind};
use crate::accounts::passkeys::store as passkeys;
use crate::dates::now;
use crate::db::{self, Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::mail::{Letter, outbox};
use crate::schema::second_factors as table;
use seal::Seal;

/// A member's second factor.
#[derive(Debug, Clone, Default, Queryable)]
pub struct Factor {
    secret: String,
    last_step: i64,
    /// Whether a passkey is asked for where there is no app.
    pub asks_passkey: bool,
}

impl Factor {
    /// Loads a member's.
    ///
    /// # Errors
    /// The database's.
    pub fn load(connection: &mut Connection, member: MemberId) -> Result<Factor, Error> {
        let row = table::table.find(member).select((table::secret, table::last_step, table::asks_passkey));
        Ok(on_engine!(connection, |own| row.first(own)).optional()?.unwrap_or_default())
    }

    /// Whether the authenticator app is on.
    pub fn has_app(&self) -> bool {
        !self.secret.is_empty()
    }

    /// Whether there is one at all.
    pub fn is_on(&self) -> bool {
        self.has_app() || self.asks_passkey
    }
}

/// Returns whether a sign-in of a member asks for more than the password.
///
/// # Errors
/// The database's.
pub fn is_asked(connection: &mut Connection, member: MemberId) -> Result<bool, Error> {
    let factor = Factor::load(connection, member)?;
    Ok(factor.has_app() || factor.asks_passkey && passkeys::any(connection, member)?)
}

/// Uses a code of the app up. Returns whether it was one that had not been used.
///
/// # Errors
/// The database's.
pub fn take_code(connection: &mut Connection, seal: &Seal, member: MemberId, typed: &str) -> Result<bool, Error> {
    let factor = Factor::load(connection, member)?;
    let Some(secret) = seal.open(member, &factor.secret) else { return Ok(false) };
    let Some(step) = totp::step(&secret, typed, factor.last_step)? else { return Ok(false) };
    // Of two that come at once, at two nodes, one is the first.
    let unused = table::table.find(member).filter(table::last_step.lt(step));
    Ok(diesel::update(unused).set(table::last_step.eq(step)).execute(connection)? == 1)
}

/// Turns the app on, whose first code was of this step. Returns recovery codes, also to a second press; nothing where another
/// app is on already.
///
/// # Errors
/// The database's.
pub fn turn_on(
    connection: &mut Connection,
    member: MemberId,
    sealed: &str,
    step: i64,
) -> Result<Option<Vec<String>>, Error> {
    db::lock_members(connection, [member])?;
    let before = Factor::load(connection, member)?;
    if before.has_app() {
        // A second press of the same form: nobody has seen the codes of the first.
        return match before.secret == sealed && before.last_step == step {
            true => {
                events::record(connection, member, Kind::RecoveryCodesMade, "")?;
                recovery::renew(connection, member).map(Some)
            }
            false => Ok(None),
        };
    }
    let set = (table::secret.eq(sealed), table::last_step.eq(step));
    if diesel::update(table::table.find(member)).set(set).execute(connection)? == 0 {
        diesel::insert_into(table::table).values((table::member_id.eq(member), set.0, set.1)).execute(connection)?;
    }
    events::record(connection, member, Kind::AuthenticatorOn, "")?;
    outbox::put(connection, member, Letter::SecondFactorOn { at: now() })?;
    recovery::renew(connection, member).map(Some)
}

/// Turns the app off. Recovery codes go with it, unless a passkey is asked for. Returns whether it was on.
///
/// # Errors
/// The database's.
pub fn turn_off(connection: &mut Connection, member: MemberId) -> Result<bool, Error> {
    db::lock_members(connection, [member])?;
    let factor = Factor::load(connection, member)?;
    if !factor.has_app() {
        return Ok(false);
    }
    let off = (table::secret.eq(""), table::last_step.eq(0));
    diesel::update(table::table.find(member)).set(off).execute(connection)?;
    if !factor.asks_passkey {
        recovery::forget(connection, member)?;
    }
    events::record(connection, member, Kind::AuthenticatorOff, "")?;
    outbox::put(connection, member, Letter::SecondFactorOff { at: now() })?;
    Ok(true)
}

/// Removes the second factor and its recovery codes, of whoever it was.
///
/// # Errors
/// The database's.
pub fn forget(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    diesel::delete(table::table.find(member)).execute(connection)?;
    recovery::forget(connection, member)
}

/// Ends the second factor of somebody who has lost it and their recovery codes: a sign-in asks for the password alone. Passkeys
/// stay. The member is told. Returns whether it was on.
///
/// # Errors
/// The database's.
pub fn end(connection: &mut Connection, member: MemberId) -> Result<bool, Error> {
    db::lock_members(connection, [member])?;
    if !Factor::load(connection, member)?.is_on() {
        return Ok(false);
    }
    forget(connection, member)?;
    second_step::end_all(connection, member)?;
    events::record(connection, member, Kind::SecondFactorEnded, "")?;
    outbox::put(connection, member, Letter::SecondFactorEnded { at: now() })?;
    Ok(true)
}

/// Asks for a passkey after the password from now on. Returns recovery codes where there were none; nothing where the member has
/// no passkey.
///
/// # Errors
/// The database's.
pub fn ask_for_passkey(connection: &mut Connection, member: MemberId) -> Result<Option<Vec<String>>, Error> {
    db::lock_members(connection, [member])?;
    if !passkeys::any(connection, member)? {
        return Ok(None);
    }
    let was_on = Factor::load(connection, member)?.is_on();
    let asks = table::asks_passkey.eq(true);
    if diesel::update(table::table.find(member)).set(asks).execute(connection)? == 0 {
        diesel::insert_into(table::table).values((table::member_id.eq(member), asks)).execute(connection)?;
    }
    events::record(connection, member, Kind::PasskeyAskedFor, "")?;
    if was_on {
        return Ok(Some(Vec::new()));
    }
    outbox::put(connection, member, Letter::SecondFactorOn { at: now() })?;
    recovery::renew(connection, member).map(Some)
}

/// Asks for no passkey any more.
///
/// # Errors
/// The database's.
pub fn ask_for_no_passkey(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    db::lock_members(connection, [member])?;
    let factor = Factor::load(connection, member)?;
    if !factor.asks_passkey {
        return Ok(());
    }
    diesel::update(table::table.find(member)).set(table::asks_passkey.eq(false)).execute(connection)?;
    events::record(connection, member, Kind::PasskeyNotAskedFor, "")?;
    if factor.has_app() {
        return Ok(());
    }
    recovery::forget(connection, member)?;
    outbox::put(connection, member, Letter::SecondFactorOff { at: now() })
}
