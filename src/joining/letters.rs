//! Invitations to join by e-mail: each member writes to an address once, ever. Whether the address is a member's, or wants no
//! such letter, is found out when the letter is sent, so that nobody learns it from an answer, or from how long it takes.

use diesel::prelude::*;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::accounts::email;
use crate::connections;
use crate::dates::{DAY, now};
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::joining::links::{new_code, owner_of};
use crate::language::current;
use crate::limits::{self, Limit, Subject};
use crate::mail::{Letter, outbox};
use crate::members::suspension::role_if_able;
use crate::relationship::{Action, Limits};
use crate::schema::{join_letters, refused_addresses};
use crate::text::digest::sha256;
use crate::web::registration;

/// How long the link of a letter works.
const LIFE: i64 = 180 * DAY;

/// A letter that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = join_letters)]
pub struct JoinLetter {
    /// Who invited.
    pub owner_id: MemberId,
    email_key: String,
    /// What they wrote.
    pub note: String,
    /// When.
    pub sent_at: i64,
}

/// What a code is kept as, before and after somebody has joined by it.
fn hash(code: &str, is_used: bool) -> String {
    format!("{}{}", if is_used { "used:" } else { "" }, sha256(code))
}

fn by_code(connection: &mut Connection, code: &str, is_used: bool) -> Result<Option<JoinLetter>, Error> {
    let Some(owner) = owner_of(code) else { return Ok(None) };
    let row = join_letters::table.filter(join_letters::owner_id.eq(owner));
    let row = row.filter(join_letters::code_hash.eq(hash(code, is_used)));
    Ok(on_engine!(connection, |own| row.select(JoinLetter::as_select()).first(own)).optional()?)
}

/// Finds the letter by whose link somebody may join.
///
/// # Errors
/// The database's.
pub fn find(connection: &mut Connection, code: &str) -> Result<Option<JoinLetter>, Error> {
    Ok(by_code(connection, code, false)?.filter(|letter| letter.sent_at > now() - LIFE))
}

/// Uses a letter's link up. Of two who use it at the same time, one does.
///
/// # Errors
/// The database's.
pub fn use_up(connection: &mut Connection, letter: &JoinLetter, code: &str) -> Result<bool, Error> {
    let row = join_letters::table.find((letter.owner_id, &letter.email_key));
    let row = row.filter(join_letters::code_hash.eq(hash(code, false)));
    let used = diesel::update(row).set(join_letters::code_hash.eq(hash(code, true))).execute(connection)?;
    Ok(used == 1)
}

/// Gives a letter's link back that a registration used up which was declined or withdrawn.
///
/// # Errors
/// The database's.
pub fn give_back(connection: &mut Connection, code: &str) -> Result<(), Error> {
    let Some(owner) = owner_of(code) else { return Ok(()) };
    let row = join_letters::table.filter(join_letters::owner_id.eq(owner));
    let row = row.filter(join_letters::code_hash.eq(hash(code, true)));
    diesel::update(row).set(join_letters::code_hash.eq(hash(code, false))).execute(connection)?;
    Ok(())
}

/// Makes the letter by whose link a new member came an invitation to connect, with its note. It was counted when it was sent;
/// what else refuses it, refuses it in silence.
///
/// # Errors
/// The database's.
pub fn become_invitation(
    connection: &mut Connection,
    limits: &Limits,
    member: MemberId,
    code: &str,
) -> Result<(), Error> {
    let Some(letter) = by_code(connection, code, true)? else { return Ok(()) };
    // Whoever is kept out, or deletes their account, has become nobody's inviter while the registration waited.
    if role_if_able(connection, letter.owner_id)?.is_none() {
        return Ok(());
    }
    let limits = Limits { invitations: u32::MAX, ..*limits };
    let between = Between { viewer: letter.owner_id, other: member };
    connections::act(connection, &limits, between, Action::Invite, &letter.note).map(|_| ())
}

/// Returns when a member wrote to an address.
///
/// # Errors
/// The database's.
pub fn sent_at(connection: &mut Connection, owner: MemberId, address: &str) -> Result<Option<i64>, Error> {
    let row = join_letters::table.find((owner, email::key(address))).select(join_letters::sent_at);
    Ok(on_engine!(connection, |own| row.first(own)).optional()?)
}

/// Writes to an address, unless the member has done so before. The same statements run whosever the address is.
///
/// # Errors
/// [`Error::TooMany`] where a member has sent as many as they may, or the database's.
pub fn send(connection: &mut Connection, owner: MemberId, address: &str, note: &str) -> Result<bool, Error> {
    let (key, code) = (email::key(address), new_code(owner));
    let row = (
        join_letters::owner_id.eq(owner),
        join_letters::email_key.eq(&key),
        join_letters::note.eq(note),
        join_letters::sent_at.eq(now()),
        join_letters::code_hash.eq(hash(&code, false)),
    );
    let insert = diesel::insert_into(join_letters::table).values(row).on_conflict_do_nothing();
    if on_engine!(connection, |own| insert.execute(own))? == 0 {
        return Ok(false);
    }
    limits::take(connection, Limit::EmailInvitations, &Subject::member(owner))?;
    let letter = Letter::JoinInvitation {
        from: owner,
        email: address.to_owned(),
        stop: stop(&registration::form_key(connection)?, &sha256(&key)),
        key,
        note: note.to_owned(),
        language: current().tag().to_owned(),
        code,
    };
    outbox::put(connection, outbox::NOBODY, letter)?;
    Ok(true)
}

/// Makes what stands in the link that ends such letters: the hash of the address, signed.
fn stop(key: &str, address: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(format!("stop {address}").as_bytes());
    let signature: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{address}.{signature}")
}

/// Returns the hash of the address whose letters a link ends; nothing where no letter had this link.
fn stopped<'a>(key: &str, given: &'a str) -> Option<&'a str> {
    let (address, _) = given.split_once('.')?;
    (stop(key, address) == given).then_some(address)
}

/// Returns whether an address gets no such letters any more, by the link of one.
///
/// # Errors
/// [`Error::NotFound`] where no letter had this link, or the database's.
pub fn is_refused(connection: &mut Connection, given: &str) -> Result<bool, Error> {
    let key = registration::form_key(connection)?;
    let address = stopped(&key, given).ok_or(Error::NotFound)?;
    let row = refused_addresses::table.find(address).select(refused_addresses::refused_at);
    Ok(row.first::<i64>(connection).optional()?.is_some())
}

/// Lets an address get no such letter any more, from nobody.
///
/// # Errors
/// As [`is_refused`].
pub fn refuse(connection: &mut Connection, given: &str) -> Result<(), Error> {
    let key = registration::form_key(connection)?;
    let address = stopped(&key, given).ok_or(Error::NotFound)?;
    let row = (refused_addresses::email_hash.eq(address), refused_addresses::refused_at.eq(now()));
    let insert = diesel::insert_into(refused_addresses::table).values(row).on_conflict_do_nothing();
    on_engine!(connection, |own| insert.execute(own))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_links_end_letters() {
        let address = sha256("ines@example.org");
        let link = stop("key", &address);
        assert_eq!(stopped("key", &link), Some(address.as_str()));
        for (key, given) in [("other", link.clone()), ("key", address.clone()), ("key", link.replace('.', ".0"))] {
            assert_eq!(stopped(key, &given), None, "{key} {given}");
        }
    }
}
