//! What a browser was asked to sign: kept in the database until it answers, once, within five minutes, at any node.

use diesel::prelude::*;
use rand::RngExt;

use crate::dates::now;
use crate::db::{Connection, numbered, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::schema::passkey_challenges as table;
use crate::text::digest::sha256;

const LASTS: i64 = 5 * 60;
/// Of whoever signs in, who is not known yet.
pub const NOBODY: MemberId = MemberId::NOBODY;

numbered! {
    /// What it is for.
    pub enum Purpose {
        /// Adding a passkey.
        Add = 0,
        /// Signing in.
        SignIn = 1,
        /// Confirming that it is the member.
        Confirm = 2,
    }
}

/// Keeps what a browser is asked. Returns the token by which the answer names it.
///
/// # Errors
/// The database's.
pub fn put(connection: &mut Connection, purpose: Purpose, member: MemberId, state: &str) -> Result<String, Error> {
    let token = format!("{:032x}", rand::rng().random::<u128>());
    let row = (
        table::token_hash.eq(sha256(&token)),
        table::member_id.eq(member),
        table::purpose.eq(purpose),
        table::state.eq(state),
        table::expires_at.eq(now() + LASTS),
    );
    let insert = diesel::insert_into(table::table).values(row);
    on_engine!(connection, |own| insert.execute(own))?;
    Ok(token)
}

/// Takes what a browser was asked; nothing where that was for something or somebody else, is answered, or is too long ago.
///
/// # Errors
/// The database's.
pub fn take(
    connection: &mut Connection,
    purpose: Purpose,
    member: MemberId,
    token: &str,
) -> Result<Option<String>, Error> {
    let row = table::table
        .filter(table::token_hash.eq(sha256(token)))
        .filter(table::member_id.eq(member))
        .filter(table::purpose.eq(purpose))
        .filter(table::expires_at.gt(now()));
    let state: Option<String> = on_engine!(connection, |own| row.select(table::state).first(own)).optional()?;
    // Of two that come at once, at two nodes, one is the first.
    let taken = diesel::delete(table::table.find(sha256(token))).execute(connection)?;
    Ok(state.filter(|_| taken == 1))
}

/// Removes what nobody can answer any more.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection) -> Result<(), Error> {
    diesel::delete(table::table.filter(table::expires_at.lt(now()))).execute(connection)?;
    Ok(())
}
