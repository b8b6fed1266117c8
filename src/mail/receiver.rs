//! Whom a letter goes to, and whether it goes to them.

use diesel::prelude::*;
use rand::RngExt;

use super::letter::Letter;
use super::tokens::{self, Proof, Purpose};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::of_letters;
use crate::members::suspension::is_suspended;
use crate::schema::{email_claims, emails, members, refused_addresses};
use crate::text::digest::sha256;

/// A member, as mail knows them.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = members)]
pub(super) struct Receiver {
    pub id: MemberId,
    pub full_name: String,
    /// The language as it is stored.
    pub language: String,
    pub time_zone: String,
    /// The address they have entered.
    pub email: String,
    email_key: String,
    /// The address that gets mail; empty for none.
    pub confirmed_email: String,
    suspended_at: Option<i64>,
    suspended_until: Option<i64>,
    mail_secret: String,
}

/// Whom a letter is addressed to, and how they read it.
#[derive(Debug)]
pub(super) struct Addressee<'a> {
    /// Their name; empty where that is not known.
    pub name: &'a str,
    pub email: &'a str,
    pub language: &'a str,
    pub time_zone: &'a str,
}

/// Returns whether a letter to a member finds them: they have confirmed an address.
///
/// # Errors
/// [`Error::NotFound`] where there is no such member, or the database's.
pub fn has_address(connection: &mut Connection, member: MemberId) -> Result<bool, Error> {
    let confirmed: String = members::table.find(member).select(members::confirmed_email).first(connection)?;
    Ok(!confirmed.is_empty())
}

impl Receiver {
    /// Addresses a letter to one of their addresses.
    pub(super) fn at<'a>(&'a self, email: &'a str) -> Addressee<'a> {
        let language = of_letters(&self.language);
        Addressee { name: &self.full_name, email, language, time_zone: &self.time_zone }
    }

    pub(super) fn load(connection: &mut Connection, member: MemberId) -> Result<Option<Receiver>, Error> {
        Ok(members::table.find(member).select(Receiver::as_select()).first(connection).optional()?)
    }

    pub(super) fn may_get_mail(&self) -> bool {
        !is_suspended(self.suspended_at, self.suspended_until)
    }

    /// Returns whether they get a letter: also while they are suspended what is about that.
    pub(super) fn may_get(&self, letter: &Letter) -> bool {
        letter.is_from_moderators() || self.may_get_mail()
    }

    /// Returns whether the address they have entered waits to be confirmed.
    pub(super) fn is_unconfirmed(&self) -> bool {
        self.email != self.confirmed_email
    }

    /// Returns who has confirmed the address that this member claims: another member, or nobody.
    pub(super) fn owner_of_claimed(&self, connection: &mut Connection) -> Result<Option<Receiver>, Error> {
        match owner(connection, &self.email_key)? {
            Some(owner) if owner != self.id => Receiver::load(connection, owner),
            _ => Ok(None),
        }
    }

    /// Returns the word that stands in the links by which they end mail of a kind, made with the first of them.
    pub(super) fn secret(&self, connection: &mut Connection) -> Result<String, Error> {
        if !self.mail_secret.is_empty() {
            return Ok(self.mail_secret.clone());
        }
        let secret = format!("{:032x}", rand::rng().random::<u128>());
        diesel::update(members::table.find(self.id)).set(members::mail_secret.eq(&secret)).execute(connection)?;
        Ok(secret)
    }

    /// The address that a letter goes to; nothing where none is known to be theirs.
    pub(super) fn address_for(&self, letter: &Letter) -> Option<String> {
        let address = match letter {
            Letter::AddressChanged { old, .. } => old,
            _ => &self.confirmed_email,
        };
        Some(address.clone()).filter(|address| !address.is_empty())
    }
}

/// Returns whether an address is a member's, or wants no letter from whoever is no member to it.
pub(super) fn is_nobodys_to_invite(connection: &mut Connection, key: &str) -> Result<bool, Error> {
    let refused = refused_addresses::table.find(sha256(key)).select(refused_addresses::refused_at);
    let refused: Option<MemberId> = refused.first(connection).optional()?;
    Ok(owner(connection, key)?.is_some() || refused.is_some())
}

pub(super) fn owner(connection: &mut Connection, key: &str) -> Result<Option<MemberId>, Error> {
    Ok(emails::table.find(key).select(emails::member_id).first(connection).optional()?)
}

/// The accounts whose password a link to this address may set: that of whoever has confirmed it, else those that claim it. Each
/// with its address, and a new token.
pub(super) fn resettable(connection: &mut Connection, key: &str) -> Result<Vec<(Receiver, String)>, Error> {
    let ids = match owner(connection, key)? {
        Some(owner) => vec![owner],
        None => claimants(connection, key)?,
    };
    let mut found = Vec::new();
    for id in ids {
        let Some(receiver) = Receiver::load(connection, id)?.filter(Receiver::may_get_mail) else { continue };
        let email = if receiver.email_key == key { &receiver.email } else { &receiver.confirmed_email };
        let proof = Proof { member: id, email: email.clone() };
        let token = tokens::make(connection, Purpose::Reset, &proof)?;
        found.push((Receiver { email: proof.email, ..receiver }, token));
    }
    Ok(found)
}

/// The accounts that claim an address and have confirmed no other: whoever has confirmed one may have mistyped this one, and its
/// reader gets nothing but the letter that asks to confirm it. Of many the oldest and the newest, so that nobody is pushed out
/// by who claims it later, or did before.
fn claimants(connection: &mut Connection, key: &str) -> Result<Vec<MemberId>, Error> {
    let claims = email_claims::table.inner_join(members::table.on(members::id.eq(email_claims::member_id)));
    let claims = claims.filter(email_claims::email_key.eq(key)).filter(members::confirmed_email.eq(""));
    let claims = claims.select(email_claims::member_id);
    let mut found: Vec<MemberId> = claims.order(email_claims::member_id.asc()).limit(2).load(connection)?;
    let newest: Vec<MemberId> = claims.order(email_claims::member_id.desc()).limit(3).load(connection)?;
    found.extend(newest.into_iter().rev());
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
