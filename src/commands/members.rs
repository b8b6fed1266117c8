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
use amicable::schema::{email_claims, emails, handles, members};
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

/// Somebody who is named on the command line.
#[derive(Queryable)]
pub struct Named {
    /// The member.
    pub id: MemberId,
    /// The handle, which names nobody else.
    pub handle: String,
    full_name: String,
    email: String,
    confirmed_email: String,
}

/// Finds a member by a handle, or by an address that [`list`] shows.
///
/// # Errors
/// [`Error::Unavailable`] where there is none, or the address stands at several accounts; or the database's.
pub fn named(connection: &mut Connection, who: &str) -> Result<Named, Error> {
    let mut ids: Vec<MemberId> = handles::table.find(who.to_lowercase()).select(handles::member_id).load(connection)?;
    if ids.is_empty() {
        let key = email::key(who);
        ids = emails::table.find(&key).select(emails::member_id).load(connection)?;
        let claims = email_claims::table.filter(email_claims::email_key.eq(&key)).select(email_claims::member_id);
        ids.extend(claims.load::<MemberId>(connection)?);
    }
    // The claims of an address may have a row of nobody.
    ids.retain(|id| id.get() > 0);
    let columns = (members::id, members::handle, members::full_name, members::email, members::confirmed_email);
    let these = members::table.filter(members::id.eq_any(ids)).order(members::handle).select(columns);
    let mut found: Vec<Named> = these.load(connection)?;
    match found.len() {
        0 => Err(Error::Unavailable(format!("there is no member {who}; `amicable member list` shows all"))),
        1 => Ok(found.remove(0)),
        _ => {
            let handles: Vec<&str> = found.iter().map(|one| one.handle.as_str()).collect();
            let handles = handles.join(", ");
            Err(Error::Unavailable(format!("{who} stands at several accounts; say which by its handle: {handles}")))
        }
    }
}

/// The addresses of an account: first the one that gets mail, then one that waits to be confirmed, which is marked.
fn addresses(email: &str, confirmed: &str) -> String {
    match (email == confirmed, confirmed) {
        (true, _) => email.to_owned(),
        (false, "") => format!("{email} (not confirmed)"),
        (false, _) => format!("{confirmed}, {email} (not confirmed)"),
    }
}

/// Sets a password, which ends the sessions of whoever has it.
pub fn set_password(db: &Db, who: &str, from_stdin: bool) -> Result<(), Error> {
    let Named { id, handle, full_name, email, .. } = db.read_blocking(|connection| named(connection, who))?;
    let typed = read_password(from_stdin)?;
    let form = Form::of([("password", &typed)]);
    let mut problems = Problems::default();
    let typed = password::new(&form, &mut problems, "password", (&email, &full_name));
    if let Some((_, sentence)) = problems.iter().next() {
        return Err(Error::Unavailable(sentence.clone()));
    }
    let hash = password::hash_now(&typed)?;
    db.write_blocking(|connection| accounts::recovery::set_by_operator(connection, id, &hash))?;
    say!("{full_name} ({handle}) has a new password, and is signed out everywhere.")
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

/// A member as the list has them: handle and name, addresses, role, since when and until when they are suspended, and when
/// their account is to be deleted, since when the profile is hidden.
type Listed = ((String, String), (String, String), Role, (Option<i64>, Option<i64>, Option<i64>, Option<i64>));

/// Prints all accounts.
pub fn list(db: &Db) -> Result<(), Error> {
    let rows: Vec<Listed> = db.read_blocking(|connection| {
        let all = members::table.filter(members::id.gt(0)).order(members::handle).select((
            (members::handle, members::full_name),
            (members::email, members::confirmed_email),
            members::role,
            (members::suspended_at, members::suspended_until, members::deletion_due_at, members::hidden_at),
        ));
        Ok(all.load(connection)?)
    })?;
    for ((handle, name), (email, confirmed), role, standing) in rows {
        let addresses = addresses(&email, &confirmed);
        say!("{handle}\t{name}\t{addresses}\t{}\t{}", role.word(), words(standing))?;
    }
    Ok(())
}

/// Whether a member can sign in and is seen, in a word or two.
fn words((suspended_at, until, due_at, hidden_at): (Option<i64>, Option<i64>, Option<i64>, Option<i64>)) -> String {
    let mut words = Vec::new();
    match (is_suspended(suspended_at, until), until) {
        (true, None) => words.push("banned".to_owned()),
        (true, Some(until)) => words.push(format!("suspended until {}", dates::iso(until))),
        (false, _) => {}
    }
    match due_at {
        // It is being removed now.
        Some(..=0) => words.push("leaving".to_owned()),
        Some(due_at) => words.push(format!("leaving on {}", dates::iso(due_at))),
        None => {}
    }
    if hidden_at.is_some() {
        words.push("hidden".to_owned());
    }
    if words.is_empty() { "active".into() } else { words.join(", ") }
}

/// Deletes an account at once: what takes two weeks on the site, without the two weeks.
pub fn delete(db: &Db, who: &str, yes: bool) -> Result<(), Error> {
    let Named { id, handle, full_name, email, confirmed_email } =
        db.read_blocking(|connection| named(connection, who))?;
    if !yes {
        let email = addresses(&email, &confirmed_email);
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
    say!("The account of {full_name} ({handle}) is deleted.")
}
