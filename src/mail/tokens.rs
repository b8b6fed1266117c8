//! The links in letters: each is for one member, one purpose and one address, for a time, and once.

use diesel::prelude::*;
use rand::RngExt;

use crate::dates::now;
use crate::db::{Connection, numbered, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::schema::tokens;
use crate::text::digest::sha256;

numbered! {
    /// What a link is for.
    pub enum Purpose {
        /// Confirms the address that it was sent to.
        Confirm = 0,
        /// Sets a new password.
        Reset = 1,
    }
}

impl Purpose {
    /// How long a link works, in seconds.
    fn life(self) -> i64 {
        match self {
            Purpose::Confirm => 7 * 86_400,
            Purpose::Reset => 3_600,
        }
    }
}

/// What a link proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Whose account it is for.
    pub member: MemberId,
    /// The address that it was sent to.
    pub email: String,
}

/// Makes a link's token.
///
/// # Errors
/// The database's.
pub fn make(connection: &mut Connection, purpose: Purpose, proof: &Proof) -> Result<String, Error> {
    let token = format!("{}.{:032x}", proof.member, rand::rng().random::<u128>());
    let mine = tokens::table.filter(tokens::member_id.eq(proof.member));
    diesel::delete(mine.filter(tokens::expires_at.lt(now()))).execute(connection)?;
    let row = (
        tokens::member_id.eq(proof.member),
        tokens::token_hash.eq(sha256(&token)),
        tokens::kind.eq(purpose),
        tokens::email.eq(&proof.email),
        tokens::expires_at.eq(now() + purpose.life()),
    );
    let insert = diesel::insert_into(tokens::table).values(row);
    on_engine!(connection, |own| insert.execute(own))?;
    Ok(token)
}

/// Returns what a link proves; nothing once it was used or has expired.
///
/// # Errors
/// The database's.
pub fn find(connection: &mut Connection, purpose: Purpose, token: &str) -> Result<Option<Proof>, Error> {
    let Some(member) = member_of(token) else { return Ok(None) };
    let row = tokens::table.find((member, sha256(token)));
    let valid = row.filter(tokens::kind.eq(purpose)).filter(tokens::expires_at.ge(now()));
    let email: Option<String> = valid.select(tokens::email).first(connection).optional()?;
    Ok(email.map(|email| Proof { member, email }))
}

/// Uses a link up, with all others of its member and purpose. Nothing where it was used before, or has expired.
///
/// # Errors
/// The database's.
pub fn take(connection: &mut Connection, purpose: Purpose, token: &str) -> Result<Option<Proof>, Error> {
    let Some(proof) = find(connection, purpose, token)? else { return Ok(None) };
    // Of two that use it at the same time, one deletes it.
    if diesel::delete(tokens::table.find((proof.member, sha256(token)))).execute(connection)? == 0 {
        return Ok(None);
    }
    forget(connection, purpose, proof.member)?;
    Ok(Some(proof))
}

/// Makes all links of a member's for a purpose worth nothing.
///
/// # Errors
/// The database's.
pub fn forget(connection: &mut Connection, purpose: Purpose, member: MemberId) -> Result<(), Error> {
    let same = tokens::table.filter(tokens::member_id.eq(member)).filter(tokens::kind.eq(purpose));
    diesel::delete(same).execute(connection)?;
    Ok(())
}

fn member_of(token: &str) -> Option<MemberId> {
    token.split('.').next()?.parse().ok()
}
