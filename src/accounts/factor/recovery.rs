//! Recovery codes: ten, each of which signs in once without the app or the passkey. Only their hashes are kept; with 80 random
//! bits in each, nobody finds one by trying.

use diesel::prelude::*;
use rand::RngExt;

use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::schema::recovery_codes as table;
use crate::text::digest::sha256;

/// Codes that are made at once.
const NUMBER: usize = 10;
/// Letters and digits of which none is easily taken for another.
const LETTERS: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz0";

/// Makes new codes, with which the ones before are worth nothing.
///
/// # Errors
/// The database's.
pub fn renew(connection: &mut Connection, member: MemberId) -> Result<Vec<String>, Error> {
    forget(connection, member)?;
    let codes: Vec<String> = (0..NUMBER).map(|_| new_code()).collect();
    let row = |code: &String| (table::member_id.eq(member), table::code_hash.eq(sha256(&plain(code))));
    for code in &codes {
        diesel::insert_into(table::table).values(row(code)).execute(connection)?;
    }
    Ok(codes)
}

/// `abcd-efgh-jkmn-pqrs`.
fn new_code() -> String {
    let letter = || char::from(LETTERS[rand::rng().random_range(0..LETTERS.len())]);
    let group = || (0..4).map(|_| letter()).collect::<String>();
    [group(), group(), group(), group()].join("-")
}

/// A code as it is hashed: without what stands between its groups, and however it is written.
fn plain(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Uses a code up. Returns whether it was one.
///
/// # Errors
/// The database's.
pub fn take(connection: &mut Connection, member: MemberId, typed: &str) -> Result<bool, Error> {
    let one = table::table.find((member, sha256(&plain(typed))));
    Ok(diesel::delete(one).execute(connection)? == 1)
}

/// Returns how many codes are left.
///
/// # Errors
/// The database's.
pub fn left(connection: &mut Connection, member: MemberId) -> Result<i64, Error> {
    let mine = table::table.filter(table::member_id.eq(member)).count();
    Ok(on_engine!(connection, |own| mine.get_result(own))?)
}

/// Removes all codes.
///
/// # Errors
/// The database's.
pub fn forget(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    diesel::delete(table::table.filter(table::member_id.eq(member))).execute(connection)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let code = new_code();
        assert_eq!(code.len(), 19);
        assert_eq!(plain(&code.to_uppercase().replace('-', " ")), plain(&code));
        assert_ne!(new_code(), code);
    }
}
