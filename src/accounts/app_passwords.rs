//! App passwords: each lets one device into the member's address book, and opens nothing else. One is a long random secret,
//! so a plain hash of it is enough, and cheap enough for every request.

use diesel::prelude::*;
use rand::RngExt;

use crate::accounts::email;
use crate::dates::{SECOND_PRESS, now};
use crate::db::{self, Connection, new_id, on_engine, owner_in};
use crate::error::Error;
use crate::ids::{AppPasswordId, MemberId};
use crate::members::handles::whom_leads;
use crate::members::suspension::is_open;
use crate::schema::{app_passwords, email_claims, emails, members};
use crate::text::digest::sha256;

/// App passwords that a member has at once.
pub const MAX_PASSWORDS: i64 = 50;
/// Characters of a name.
pub const LONGEST_NAME: usize = 80;
/// Letters that are not taken for one another where they are typed from a screen.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const GROUPS: usize = 6;
const GROUP: usize = 4;
/// Seconds after which a use is noted anew.
const NOTED_EVERY: i64 = 3_600;

/// An app password as its member sees it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
pub struct AppPassword {
    /// What is revoked.
    pub id: AppPasswordId,
    /// What the member calls it.
    pub name: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was last used, to the hour; none for never.
    pub last_used_at: Option<i64>,
}

/// Loads a member's app passwords, the newest first.
///
/// # Errors
/// The database's.
pub fn all(connection: &mut Connection, member: MemberId) -> Result<Vec<AppPassword>, Error> {
    let mine = app_passwords::table.filter(app_passwords::member_id.eq(member)).order(app_passwords::id.desc());
    Ok(mine.select(AppPassword::as_select()).load(connection)?)
}

/// Makes an app password, and returns its id and the secret, which nobody can read again. Nothing where the member has as many as
/// one may have.
///
/// # Errors
/// The database's.
pub fn make(
    connection: &mut Connection,
    member: MemberId,
    name: &str,
) -> Result<Option<(AppPasswordId, String)>, Error> {
    db::lock_members(connection, [member])?;
    let mine = app_passwords::table.filter(app_passwords::member_id.eq(member)).count();
    if mine.get_result::<i64>(connection)? >= MAX_PASSWORDS {
        return Ok(None);
    }
    let (id, secret) = (new_id(), new_secret());
    let row = (
        app_passwords::member_id.eq(member),
        app_passwords::id.eq(id),
        app_passwords::name.eq(name),
        app_passwords::secret_hash.eq(hash(&secret)),
        app_passwords::created_at.eq(now()),
    );
    diesel::insert_into(app_passwords::table).values(row).execute(connection)?;
    Ok(Some((id, secret)))
}

/// Forgets one of this name that was made a moment ago and never used: by the first of two presses, whose page nobody has seen.
///
/// # Errors
/// The database's.
pub fn forget_unseen(connection: &mut Connection, member: MemberId, name: &str) -> Result<bool, Error> {
    let unseen = app_passwords::table
        .filter(app_passwords::member_id.eq(member))
        .filter(app_passwords::name.eq(name))
        .filter(app_passwords::last_used_at.is_null())
        .filter(app_passwords::created_at.gt(now() - SECOND_PRESS));
    Ok(diesel::delete(unseen).execute(connection)? > 0)
}

/// Revokes one of a member's app passwords. Returns what it was called; nothing where there is none.
///
/// # Errors
/// The database's.
pub fn revoke(connection: &mut Connection, member: MemberId, id: AppPasswordId) -> Result<Option<String>, Error> {
    let row = app_passwords::table.find((member, id));
    let name = row.select(app_passwords::name).first(connection).optional()?;
    diesel::delete(row).execute(connection)?;
    Ok(name)
}

/// Revokes all of a member's.
///
/// # Errors
/// The database's.
pub fn revoke_all(connection: &mut Connection, member: MemberId) -> Result<usize, Error> {
    let mine = app_passwords::table.filter(app_passwords::member_id.eq(member));
    Ok(diesel::delete(mine).execute(connection)?)
}

/// Whom an app password lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// The member.
    pub member: MemberId,
    id: AppPasswordId,
    last_used_at: Option<i64>,
}

impl Device {
    /// Returns whether its use is to be [`touch`]ed.
    pub fn is_stale(&self) -> bool {
        self.last_used_at.is_none_or(|at| (now() - at).abs() > NOTED_EVERY)
    }
}

/// Finds whom an e-mail address or a handle, with an app password, lets in; nobody who is suspended, or whose
/// account is to be deleted.
///
/// # Errors
/// The database's.
pub fn device(connection: &mut Connection, name: &str, secret: &str) -> Result<Option<Device>, Error> {
    let named = named(connection, name)?;
    let open = app_passwords::table
        .inner_join(members::table)
        .filter(owner_in(connection, app_passwords::member_id, &named))
        .filter(app_passwords::secret_hash.eq(hash(secret)))
        .filter(is_open(now()))
        .filter(members::deletion_due_at.is_null())
        .select((app_passwords::member_id, app_passwords::id, app_passwords::last_used_at));
    type Found = (MemberId, AppPasswordId, Option<i64>);
    let found: Option<Found> = on_engine!(connection, |own| open.first(own)).optional()?;
    Ok(found.map(|(member, id, last_used_at)| Device { member, id, last_used_at }))
}

/// Loads who signs in by an e-mail address, confirmed or not, or has a handle.
fn named(connection: &mut Connection, name: &str) -> Result<Vec<MemberId>, Error> {
    if !name.contains('@') {
        let handle = name.trim().to_lowercase();
        return Ok(on_engine!(connection, |own| whom_leads(&handle, now()).load(own))?);
    }
    let key = email::key(name);
    let owner = emails::table.filter(emails::email_key.eq(&key)).select(emails::member_id);
    let claims = email_claims::table.filter(email_claims::email_key.eq(&key)).select(email_claims::member_id);
    let mut found: Vec<MemberId> = on_engine!(connection, |own| owner.load(own))?;
    found.extend(on_engine!(connection, |own| claims.load::<MemberId>(own))?);
    Ok(found)
}

/// Notes that an app password is in use.
///
/// # Errors
/// The database's.
pub fn touch(connection: &mut Connection, device: &Device) -> Result<(), Error> {
    let row = app_passwords::table.find((device.member, device.id));
    diesel::update(row).set(app_passwords::last_used_at.eq(now())).execute(connection)?;
    Ok(())
}

/// A secret of 120 random bits, in groups that can be typed.
fn new_secret() -> String {
    let mut random = rand::rng();
    let letter = |_| char::from(LETTERS[random.random_range(0..LETTERS.len())]);
    let letters: Vec<char> = (0..GROUPS * GROUP).map(letter).collect();
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What is stored of a secret, however it was typed: with or without its hyphens, by a keyboard that begins with a capital.
fn hash(secret: &str) -> String {
    let typed = secret.chars().filter(|c| !c.is_whitespace() && *c != '-').take(200);
    sha256(&typed.flat_map(char::to_lowercase).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_and_can_be_typed() {
        let secret = new_secret();
        assert_eq!(secret.split('-').map(str::len).collect::<Vec<_>>(), [GROUP; GROUPS]);
        assert_ne!(secret, new_secret());
        assert_eq!(hash(&secret.replace('-', " ").to_uppercase()), hash(&secret));
        assert_ne!(hash(&secret[1..]), hash(&secret));
    }
}
