//! `amicable member`: accounts, made, listed and deleted.

use std::io::Read;

use amicable::accounts::{self, NewMember, email, password};
use amicable::audit::{self, Act, Actor};
use amicable::data::deletion;
use amicable::dates;
use amicable::db::{Connection, Db};
use amicable::error::Error;
use amicable::ids::MemberId;
use amicable::members::role::Role;
use amicable::members::suspension::is_suspended;
use amicable::schema::{emails, handles, members};
use amicable::web::form::{Form, Problems};
use diesel::prelude::*;

use super::output::{note, say};

fn read_password(from_stdin: bool) -> Result<String, Error> {
    if !from_stdin {
        return rpassword::prompt_password("Password: ").map_err(|why| {
            Error::Unavailable(format!(
                "cannot ask for the password at a terminal ({why}); with --password-stdin it is read from the standard input"
            ))
        });
    }
    let unreadable = |why: std::io::Error| Error::Unavailable(format!("cannot read the password: {why}"));
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(unreadable)?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Finds a member by handle or confirmed e-mail address.
///
/// # Errors
/// [`Error::Unavailable`] where there is none, or the database's.
pub fn member(connection: &mut Connection, who: &str) -> Result<MemberId, Error> {
    let by_handle = handles::table.find(who.to_lowercase()).select(handles::member_id);
    let by_email = emails::table.find(email::key(who)).select(emails::member_id);
    let found: Option<MemberId> = match by_handle.first(connection).optional()? {
        Some(found) => Some(found),
        None => by_email.first(connection).optional()?,
    };
    let found = found.filter(|member| member.get() > 0);
    found.ok_or_else(|| Error::Unavailable(format!("there is no member {who}; `amicable member list` shows all")))
}

/// Somebody who is named on the command line.
struct Named {
    id: MemberId,
    handle: String,
    full_name: String,
    email: String,
}

fn named(db: &Db, who: &str) -> Result<Named, Error> {
    db.read_blocking(|connection| {
        let id = member(connection, who)?;
        let columns = (members::handle, members::full_name, members::email);
        let (handle, full_name, email) = members::table.find(id).select(columns).first(connection)?;
        Ok(Named { id, handle, full_name, email })
    })
}

/// Sets a password, which ends the sessions of whoever has it.
pub fn set_password(db: &Db, who: &str, from_stdin: bool) -> Result<(), Error> {
    let Named { id, full_name, email, .. } = named(db, who)?;
    let typed = read_password(from_stdin)?;
    let form = Form::of([("password", &typed)]);
    let mut problems = Problems::default();
    let typed = password::new(&form, &mut problems, "password", (&email, &full_name));
    if let Some((_, sentence)) = problems.iter().next() {
        return Err(Error::Unavailable(sentence.clone()));
    }
    let hash = password::hash_now(&typed)?;
    db.write_blocking(|connection| accounts::recovery::set_by_operator(connection, id, &hash))?;
    say!("{full_name} has a new password, and is signed out everywhere.")
}

/// Makes an account.
pub fn create(db: &Db, full_name: String, email: String, is_admin: bool, password_stdin: bool) -> Result<(), Error> {
    let typed = read_password(password_stdin)?;
    let form = Form::of([("full_name", &full_name), ("email", &email), ("password", &typed)]);
    let mut problems = Problems::default();
    let full_name = accounts::full_name(&form, &mut problems);
    let email = accounts::email(&form, &mut problems);
    let typed = password::new(&form, &mut problems, "password", (&email, &full_name));
    if let Some((_, sentence)) = problems.iter().next() {
        return Err(Error::Unavailable(sentence.clone()));
    }
    let role = if is_admin { Role::Administrator } else { Role::Member };
    let new = NewMember { full_name, email, password: password::hash_now(&typed)?, role };
    let made = db.write_blocking(|connection| {
        let made = accounts::register(connection, &new)?;
        if made.is_some() {
            audit::record(connection, Actor::CommandLine, Act::MemberCreated, made, role.word())?;
        }
        Ok(made)
    })?;
    match made {
        Some(_) => say!("{} can sign in now.", new.full_name),
        None => Err(Error::Unavailable("there is an account with this e-mail address already".into())),
    }
}

/// A member as the list has them: handle, name, address, role, since when and until when they are suspended, and when their
/// account is to be deleted.
type Listed = (String, String, String, Role, (Option<i64>, Option<i64>, Option<i64>));

/// Prints all accounts.
pub fn list(db: &Db) -> Result<(), Error> {
    let rows: Vec<Listed> = db.read_blocking(|connection| {
        let all = members::table.filter(members::id.gt(0)).order(members::handle).select((
            members::handle,
            members::full_name,
            members::email,
            members::role,
            (members::suspended_at, members::suspended_until, members::deletion_due_at),
        ));
        Ok(all.load(connection)?)
    })?;
    for (handle, name, email, role, standing) in rows {
        say!("{handle}\t{name}\t{email}\t{}\t{}", role.word(), word(standing))?;
    }
    Ok(())
}

/// Whether a member can sign in, in a word or two.
fn word((suspended_at, until, deletion_due_at): (Option<i64>, Option<i64>, Option<i64>)) -> String {
    match (is_suspended(suspended_at, until), until, deletion_due_at) {
        (true, None, _) => "banned".into(),
        (true, Some(until), _) => format!("suspended until {}", dates::iso(until)),
        (false, _, Some(_)) => "leaving".into(),
        (false, _, None) => "active".into(),
    }
}

/// Deletes an account at once: what takes two weeks on the site, without the two weeks.
pub fn delete(db: &Db, who: &str, yes: bool) -> Result<(), Error> {
    let Named { id, handle, full_name, email } = named(db, who)?;
    if !yes {
        note(format_args!(
            "Delete the account of {full_name} ({email}) for good? Nothing of it can be brought back. Type the handle, {handle}: "
        ));
        let mut typed = String::new();
        let unreadable = |why: std::io::Error| Error::Unavailable(format!("cannot read the answer: {why}"));
        std::io::stdin().read_line(&mut typed).map_err(unreadable)?;
        if typed.trim() != handle {
            return Err(Error::Unavailable("this is another handle; nothing is deleted".into()));
        }
    }
    let begun = db.write_blocking(|connection| deletion::begin(connection, id))?;
    begun.map_err(|only| Error::Unavailable(only.sentence().to_owned()))?;
    deletion::finish_now(db, id, Actor::CommandLine)?;
    say!("The account of {full_name} is deleted.")
}
