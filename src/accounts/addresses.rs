//! Who has an address. It belongs to the one account that has confirmed it; others may claim it, since whoever signs up, or
//! enters another address, is not told whether it has an account.

use diesel::prelude::*;

use crate::accounts::email;
use crate::db::{self, Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::mail::tokens::{self, Purpose};
use crate::mail::{Letter, outbox};
use crate::schema::{email_claims, emails, members};
use crate::text::digest::sha256;

/// Of many accounts that claim one address, so many of the newest are looked at: whoever signs up is not kept out by who did
/// before.
const NEWEST: usize = 3;
/// And so many of the oldest: nor is whoever was first kept out by who signs up later.
const OLDEST: usize = 2;
/// The most accounts that claim one address and are looked at.
pub const MAX_CLAIMS: usize = NEWEST + OLDEST;

/// An account that an address may sign in to.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Candidate {
    /// Its member.
    pub member: MemberId,
    /// The hash of its password.
    pub hash: String,
}

/// Loads the accounts of an address: those that claim it, the newest first, then that of whoever has confirmed it. A password
/// that is found ends the comparing, so that whoever claims somebody else's address cannot tell by the time whether it has one.
///
/// # Errors
/// The database's.
pub fn candidates(connection: &mut Connection, key: &str) -> Result<Vec<Candidate>, Error> {
    let columns = (members::id, members::password_hash);
    let owner = emails::table.inner_join(members::table.on(members::id.eq(emails::member_id)));
    let owner = owner.filter(emails::email_key.eq(key)).select(columns);
    let claims = email_claims::table.inner_join(members::table.on(members::id.eq(email_claims::member_id)));
    let claims = claims.filter(email_claims::email_key.eq(key)).select(columns);
    let newest = claims.order(email_claims::member_id.desc()).limit(NEWEST as i64);
    let mut found: Vec<Candidate> = on_engine!(connection, |own| newest.load(own))?;
    if found.len() == NEWEST {
        let oldest = claims.order(email_claims::member_id.asc()).limit(OLDEST as i64);
        let mut oldest: Vec<Candidate> = on_engine!(connection, |own| oldest.load(own))?;
        oldest.retain(|one| !found.contains(one));
        found.extend(oldest.into_iter().rev());
    }
    found.extend(on_engine!(connection, |own| owner.load::<Candidate>(own))?);
    Ok(found)
}

/// Begins the rows of nobody. No address does: behind it stands a hash.
const MET: &str = "#";
/// The first text behind all of those.
const BEHIND_MET: &str = "$";

/// Forgets where those met who claimed an address.
///
/// # Errors
/// The database's.
pub(super) fn purge(connection: &mut Connection) -> Result<(), Error> {
    if let Connection::Postgres(postgres) = connection {
        let met =
            email_claims::table.filter(email_claims::email_key.ge(MET)).filter(email_claims::email_key.lt(BEHIND_MET));
        diesel::delete(met.filter(email_claims::member_id.eq(0))).execute(postgres)?;
    }
    Ok(())
}

/// Lets nobody else claim an address until the transaction ends.
pub(super) fn lock(connection: &mut Connection, key: &str) -> Result<(), Error> {
    // SQLite has one writer at a time anyway. There, the row of nobody is what two meet at: by a hash, since it outlives them, and
    // the address may be that of nobody who stays.
    if let Connection::Postgres(postgres) = connection {
        let row = (email_claims::email_key.eq(format!("{MET}{}", sha256(key))), email_claims::member_id.eq(0));
        let meet = diesel::insert_into(email_claims::table).values(row);
        let meet = meet.on_conflict((email_claims::email_key, email_claims::member_id)).do_update();
        meet.set(email_claims::member_id.eq(0)).execute(postgres)?;
    }
    Ok(())
}

/// Lets a member claim an address, and asks its owner to confirm it.
pub(super) fn claim(connection: &mut Connection, member: MemberId, key: &str) -> Result<(), Error> {
    put_claim(connection, member, key)?;
    outbox::put(connection, member, Letter::ConfirmAddress)
}

/// Lets a member claim an address.
pub(super) fn put_claim(connection: &mut Connection, member: MemberId, key: &str) -> Result<(), Error> {
    let row = (email_claims::email_key.eq(key), email_claims::member_id.eq(member));
    let claim = diesel::insert_into(email_claims::table).values(row).on_conflict_do_nothing();
    on_engine!(connection, |own| claim.execute(own))?;
    Ok(())
}

fn give_up_claim(connection: &mut Connection, member: MemberId, key: &str) -> Result<(), Error> {
    diesel::delete(email_claims::table.find((key, member))).execute(connection)?;
    Ok(())
}

/// A member's addresses.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = members)]
pub struct Addresses {
    /// The one they have entered.
    pub email: String,
    email_key: String,
    /// The one that gets mail, which was confirmed last; empty for none.
    pub confirmed_email: String,
}

impl Addresses {
    /// Loads a member's addresses.
    ///
    /// # Errors
    /// The database's.
    pub fn load(connection: &mut Connection, member: MemberId) -> Result<Addresses, Error> {
        Ok(members::table.find(member).select(Addresses::as_select()).first(connection)?)
    }

    /// Returns whether an address is the one they have entered, however it is written.
    pub fn is_same(&self, address: &str) -> bool {
        self.email_key == email::key(address)
    }

    /// Returns whether the address they have entered is confirmed.
    pub fn is_confirmed(&self) -> bool {
        self.email == self.confirmed_email
    }
}

/// Gives a member another address, which they confirm later. Until then the confirmed one stays theirs too, and is told.
///
/// # Errors
/// The database's.
pub fn change(connection: &mut Connection, member: MemberId, email: &str) -> Result<(), Error> {
    db::lock_members(connection, [member])?;
    let (before, key) = (Addresses::load(connection, member)?, email::key(email));
    let set = (members::email.eq(email), members::email_key.eq(&key));
    diesel::update(members::table.find(member)).set(set).execute(connection)?;
    if key == email::key(&before.confirmed_email) {
        if key != before.email_key {
            tokens::forget(connection, Purpose::Reset, member)?;
        }
        // Only written in another way, or back at the one before.
        diesel::update(members::table.find(member)).set(members::confirmed_email.eq(email)).execute(connection)?;
        return give_up_claim(connection, member, &before.email_key);
    }
    if key == before.email_key {
        return Ok(());
    }
    // Whoever reads the mail of the address before may have asked for a link.
    tokens::forget(connection, Purpose::Reset, member)?;
    give_up_claim(connection, member, &before.email_key)?;
    claim(connection, member, &key)?;
    match before.confirmed_email {
        old if old.is_empty() => Ok(()),
        old => outbox::put(connection, member, Letter::AddressChanged { old, new: email.to_owned() }),
    }
}

/// Makes an address a member's own that they have proved to read: the one they have entered, or the confirmed one before it, to
/// which their account then goes back. Returns whether it is theirs now.
///
/// # Errors
/// The database's.
pub fn confirm(connection: &mut Connection, member: MemberId, proved: &str) -> Result<bool, Error> {
    db::lock_members(connection, [member])?;
    let (before, key) = (Addresses::load(connection, member)?, email::key(proved));
    let (is_entered, is_former) = (key == before.email_key, key == email::key(&before.confirmed_email));
    if !(is_entered || is_former) || !super::claim_email(connection, member, &key)? {
        return Ok(false);
    }
    give_up_claim(connection, member, &before.email_key)?;
    if !is_former && !before.confirmed_email.is_empty() {
        let former = emails::table.find(email::key(&before.confirmed_email)).filter(emails::member_id.eq(member));
        diesel::delete(former).execute(connection)?;
    }
    tokens::forget(connection, Purpose::Reset, member)?;
    let email = if is_entered { before.email } else { before.confirmed_email };
    let set = (members::email.eq(&email), members::email_key.eq(key), members::confirmed_email.eq(&email));
    diesel::update(members::table.find(member)).set(set).execute(connection)?;
    Ok(true)
}
