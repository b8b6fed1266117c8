//! Registrations that wait for an administrator. Whoever waits can sign in, and sees one page: they are no member yet, so no
//! other page knows them.

use actix_session::Session;
use diesel::prelude::*;

use crate::accounts::{NewMember, email};
use crate::dates::now;
use crate::db::{Connection, new_id, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::current;
use crate::schema::applications::{self, table};
use crate::webhooks::{self, Event};

/// The most registrations of one address that are looked at, the newest first.
const MAX_OF_ADDRESS: i64 = 5;
/// Where the cookie of a browser has the registration of whoever has signed in to see it.
const COOKIE: &str = "application";

/// A registration that an address and a password may sign in to.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Applicant {
    /// The registration.
    pub id: MemberId,
    /// The hash of its password.
    pub hash: String,
}

/// Loads the registrations that wait with an address.
///
/// # Errors
/// The database's.
pub fn of_address(connection: &mut Connection, key: &str) -> Result<Vec<Applicant>, Error> {
    let theirs = table.filter(applications::email_key.eq(key)).order(applications::id.desc()).limit(MAX_OF_ADDRESS);
    let theirs = theirs.select((applications::id, applications::password_hash));
    Ok(on_engine!(connection, |own| theirs.load(own))?)
}

/// A registration that waits.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = applications)]
pub struct Application {
    /// What it is known by; the id of the member that it becomes.
    pub id: MemberId,
    /// The name.
    pub full_name: String,
    /// The e-mail address, as typed.
    pub email: String,
    /// The password's hash.
    pub password_hash: String,
    /// Why they want to join.
    pub reason: String,
    /// The language in which they registered.
    pub language: String,
    /// The code of the link that they came by; empty for none.
    pub code: String,
    /// When.
    pub created_at: i64,
}

/// Lets a registration wait. Returns what it is known by.
///
/// # Errors
/// The database's.
pub fn put(connection: &mut Connection, new: &NewMember, reason: &str, code: &str) -> Result<MemberId, Error> {
    let id = new_id();
    let row = (
        applications::id.eq(id),
        applications::email.eq(&new.email),
        applications::email_key.eq(email::key(&new.email)),
        applications::password_hash.eq(new.password.as_str()),
        applications::full_name.eq(&new.full_name),
        applications::reason.eq(reason),
        applications::language.eq(current().tag()),
        applications::code.eq(code),
        applications::created_at.eq(now()),
    );
    diesel::insert_into(table).values(row).execute(connection)?;
    webhooks::record(connection, &Event::RegistrationWaiting { full_name: new.full_name.clone() })?;
    Ok(id)
}

/// Loads a registration; nothing once it is answered or withdrawn.
///
/// # Errors
/// The database's.
pub fn find(connection: &mut Connection, id: MemberId) -> Result<Option<Application>, Error> {
    Ok(table.find(id).select(Application::as_select()).first(connection).optional()?)
}

/// Loads the registrations that wait, the oldest first.
///
/// # Errors
/// The database's.
pub fn waiting(connection: &mut Connection, most: i64) -> Result<Vec<Application>, Error> {
    let rows = table.order((applications::created_at, applications::id)).limit(most);
    Ok(rows.select(Application::as_select()).load(connection)?)
}

/// Counts the registrations that wait.
///
/// # Errors
/// The database's.
pub fn count(connection: &mut Connection) -> Result<i64, Error> {
    Ok(table.count().get_result(connection)?)
}

/// Takes a registration away, to be answered or because it is withdrawn. Of two who take the same one, one gets it.
///
/// # Errors
/// The database's.
pub fn take(connection: &mut Connection, id: MemberId) -> Result<Option<Application>, Error> {
    let found = find(connection, id)?;
    let gone = diesel::delete(table.find(id)).execute(connection)?;
    Ok(found.filter(|_| gone == 1))
}

/// Signs this browser in to a registration that waits.
///
/// # Errors
/// [`Error::Internal`] where the cookie cannot be written.
pub fn sign_in(session: &Session, id: MemberId) -> Result<(), Error> {
    session.renew();
    session.insert(COOKIE, id).map_err(|why| Error::Internal(why.to_string()))
}

/// Returns the registration that this browser is signed in to.
pub fn signed_in(session: &Session) -> Option<MemberId> {
    session.get(COOKIE).ok().flatten()
}

/// Signs this browser out of it.
pub fn sign_out(session: &Session) {
    session.remove(COOKIE);
}
