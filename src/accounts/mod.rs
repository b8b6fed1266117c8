//! Who may come in: signing up, signing in, passwords, and what members set for themselves.

pub mod addresses;
pub mod app_password_pages;
pub mod app_passwords;
pub mod applications;
pub mod attempt;
pub mod browsers;
pub mod confirm;
pub mod devices;
pub mod email;
pub mod events;
pub mod factor;
pub mod guard;
pub mod guessable;
pub mod pages;
pub mod passkeys;
pub mod password;
pub mod recovery;
pub mod security;
pub mod sessions;
pub mod settings;
pub mod token_pages;
pub mod tokens;
pub mod turns;

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;
use diesel::prelude::*;

use crate::dates::now;
use crate::db::{self, Connection, new_id, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{Language, by_browser, current, t};
use crate::mail::{Letter, outbox};
use crate::members::role::Role;
use crate::members::{handles, names, search, sorting, store};
use crate::schema::{emails, members};
use crate::text;
use crate::web::form::{Form, Problems};
use crate::web::registration::{self, Registration};
use crate::webhooks::{self, Event};
use addresses::Candidate;
use applications::Applicant;
use password::Hashed;

/// What it takes to become a member, checked.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// The name.
    pub full_name: String,
    /// The e-mail address, as typed.
    pub email: String,
    /// The password, hashed.
    pub password: Hashed,
    /// What they may do for the site.
    pub role: Role,
}

/// Makes an account, which works at once, of somebody whose e-mail address is known to be theirs. Nothing where it is a
/// member's already.
///
/// # Errors
/// The database's.
pub fn register(connection: &mut Connection, new: &NewMember) -> Result<Option<MemberId>, Error> {
    let (id, key) = (new_id(), email::key(&new.email));
    // Nothing may be written before it: a sign-up that is refused is committed as well.
    if !claim_email(connection, id, &key)? {
        return Ok(None);
    }
    // Nobody has used the site yet.
    insert(connection, id, new, (&new.email, ""))?;
    if new.role == Role::Administrator {
        registration::begin(connection, Registration::Open)?;
    }
    Ok(Some(id))
}

/// Passwords that a sign-in is compared with at most: of all that claim an address, and of its owner.
const MAX_COMPARED: usize = addresses::MAX_CLAIMS + 1;
/// Passwords that a sign-up is compared with at most.
const MAX_COMPARED_AT_SIGN_UP: usize = 2;

/// A password that another is compared with.
#[derive(Debug, Clone)]
pub struct Compared {
    /// Its place among those of [`Known`].
    pub at: usize,
    /// Whose it is; nobody's yet of a registration that waits.
    pub member: Option<MemberId>,
    /// Its hash.
    pub hash: String,
}

/// Everybody whom an address and a password may sign in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The accounts of the address.
    pub accounts: Vec<Candidate>,
    /// The registrations that wait with it.
    pub applicants: Vec<Applicant>,
}

impl Known {
    /// Loads them by what identifies the address.
    ///
    /// # Errors
    /// The database's.
    pub fn load(connection: &mut Connection, key: &str) -> Result<Known, Error> {
        let accounts = addresses::candidates(connection, key)?;
        Ok(Known { accounts, applicants: applications::of_address(connection, key)? })
    }

    /// Returns the passwords that a sign-in is compared with, the accounts' first, and how many there are at most.
    pub fn at_sign_in(&self) -> (Vec<Compared>, usize) {
        let accounts = self.accounts.iter().map(|account| (Some(account.member), &account.hash));
        let applicants = self.applicants.iter().map(|applicant| (None, &applicant.hash));
        let all = accounts.chain(applicants).enumerate().take(MAX_COMPARED);
        let compared = all.map(|(at, (member, hash))| Compared { at, member, hash: hash.clone() });
        (compared.collect(), MAX_COMPARED)
    }

    /// Returns the passwords that a sign-up is compared with: who pressed twice has the newest account, who forgot theirs may
    /// have the confirmed one, which is the last.
    pub fn at_sign_up(&self) -> (Vec<Compared>, usize) {
        let (mut compared, _) = self.at_sign_in();
        let last = self.accounts.len().saturating_sub(1);
        compared.retain(|one| one.at == 0 || one.at == last.max(1));
        (compared, MAX_COMPARED_AT_SIGN_UP)
    }

    /// Returns the registration whose password is at this place.
    pub fn applicant(&self, at: usize) -> Option<&Applicant> {
        self.applicants.get(at.checked_sub(self.accounts.len())?)
    }

    /// Returns whether nothing has changed since they were loaded, and lets nobody else claim the address until the transaction
    /// ends.
    ///
    /// # Errors
    /// The database's.
    pub fn still_holds(&self, connection: &mut Connection, key: &str) -> Result<bool, Error> {
        addresses::lock(connection, key)?;
        Ok(Known::load(connection, key)? == *self)
    }
}

/// Makes an account of somebody who signs up, which works at once, whether or not their address has one already: its owner is
/// written to.
///
/// # Errors
/// The database's.
pub fn enroll(connection: &mut Connection, id: MemberId, new: &NewMember) -> Result<(), Error> {
    insert(connection, id, new, ("", &by_browser(current())))?;
    addresses::claim(connection, id, &email::key(&new.email))
}

/// Makes an account of somebody who waited to be let in, and writes to them in the language in which they registered.
///
/// # Errors
/// The database's.
pub fn let_in(connection: &mut Connection, id: MemberId, new: &NewMember, language: String) -> Result<(), Error> {
    let used = Language::of(&language).map_or_else(String::new, by_browser);
    insert(connection, id, new, ("", &used))?;
    addresses::put_claim(connection, id, &email::key(&new.email))?;
    outbox::put(connection, id, Letter::RegistrationAccepted { language })
}

/// Stores a new member, with the address that is known to be theirs and the language as it is stored; either may be empty.
fn insert(
    connection: &mut Connection,
    id: MemberId,
    new: &NewMember,
    (confirmed, language): (&str, &str),
) -> Result<(), Error> {
    let handle = claim_a_handle(connection, id, &new.full_name)?;
    let keys = sorting::keys(&new.full_name, "");
    let row = (
        members::id.eq(id),
        members::email.eq(&new.email),
        members::email_key.eq(email::key(&new.email)),
        members::confirmed_email.eq(confirmed),
        members::password_hash.eq(new.password.as_str()),
        members::handle.eq(&handle),
        members::full_name.eq(&new.full_name),
        members::sort_first.eq(keys.first),
        members::sort_last.eq(keys.last),
        members::created_at.eq(now()),
        members::role.eq(new.role),
        members::language.eq(language),
    );
    diesel::insert_into(members::table).values(row).execute(connection)?;
    store::start_count(connection, id)?;
    search::index(connection, id)?;
    webhooks::record(connection, &Event::MemberJoined { handle, full_name: new.full_name.clone() })
}

/// Makes an address a member's, unless it is somebody else's. Two who claim the same meet at its key, and one of them has it.
///
/// # Errors
/// The database's.
pub fn claim_email(connection: &mut Connection, member: MemberId, key: &str) -> Result<bool, Error> {
    let row = (emails::email_key.eq(key), emails::member_id.eq(member));
    let claim = diesel::insert_into(emails::table).values(row).on_conflict_do_nothing();
    if on_engine!(connection, |own| claim.execute(own))? == 1 {
        return Ok(true);
    }
    let owner: Option<MemberId> = emails::table.find(key).select(emails::member_id).first(connection).optional()?;
    Ok(owner == Some(member))
}

/// Makes the handle of a name a new member's; where it is taken, one with a number behind it.
fn claim_a_handle(connection: &mut Connection, member: MemberId, full_name: &str) -> Result<String, Error> {
    let base = names::handle(full_name);
    for number in 1..=50 {
        let handle = if number == 1 { base.clone() } else { format!("{}-{number}", &base[..base.len().min(32)]) };
        if handles::take(connection, member, &handle)? {
            return Ok(handle);
        }
    }
    let handle = format!("{}-{member}", &base[..base.len().min(20)]);
    handles::take(connection, member, &handle)?;
    Ok(handle)
}

/// Locks a member, and says whether their password is still the one of a hash that was compared before: comparing takes
/// too long to do it under the lock, and it may have been changed meanwhile.
///
/// # Errors
/// The database's.
pub fn still_has_password(connection: &mut Connection, member: MemberId, hash: &str) -> Result<bool, Error> {
    db::lock_members(connection, [member])?;
    let stored: String = members::table.find(member).select(members::password_hash).first(connection)?;
    Ok(stored == hash)
}

/// Removes what is over: sessions, sign-ins that were begun, questions to passkeys, and events that are too old.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection) -> Result<(), Error> {
    sessions::purge(connection)?;
    addresses::purge(connection)?;
    factor::second_step::purge(connection)?;
    passkeys::challenge::purge(connection)?;
    tokens::purge(connection)?;
    events::purge(connection)
}

/// Reads and checks an e-mail address as far as that goes without writing to it.
pub fn email(form: &Form, problems: &mut Problems) -> String {
    let tidy = email::tidy(form.get("email"));
    let email = problems.line(&Form::of([("email", &tidy)]), "email", t("E-mail"), (1, 254));
    if !problems.has("email") && !email::is_whole(&email) {
        problems.add("email", t("This does not look like an e-mail address. Write it like name@example.org."));
    }
    email
}

/// Reads and checks a name.
pub fn full_name(form: &Form, problems: &mut Problems) -> String {
    let name = problems.line(form, "full_name", t("Full name"), (1, names::LONGEST));
    if !problems.has("full_name") && !text::has_letter(&name) {
        problems.add("full_name", t("Full name needs a letter."));
    }
    // It stands in letters to people who know nobody here.
    if ["://", "www."].iter().any(|sign| name.to_lowercase().contains(sign)) {
        problems.add("full_name", t("Full name cannot contain a web address."));
    }
    name
}

/// What the browser of a request calls itself.
pub fn device(request: &HttpRequest) -> String {
    let agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
    agent.unwrap_or("unknown").to_owned()
}
