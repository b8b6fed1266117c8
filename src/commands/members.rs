//! `amicable member`: accounts, made, listed and deleted.

use std::io::Read;

use amicable::accounts::{self, NewMember, password};
use amicable::data::deletion::{self, Refused};
use amicable::db::Db;
use amicable::error::Error;
use amicable::ids::MemberId;
use amicable::members::role::Role;
use amicable::schema::members;
use amicable::web::form::{Form, Problems};
use diesel::prelude::*;

fn read_password(from_stdin: bool) -> Result<String, Error> {
    let unreadable = |why: std::io::Error| Error::Unavailable(format!("cannot read the password: {why}"));
    if !from_stdin {
        return rpassword::prompt_password("Password: ").map_err(unreadable);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(unreadable)?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Sets a password, which ends the sessions of whoever has it.
pub fn set_password(db: &Db, handle: &str, from_stdin: bool) -> Result<(), Error> {
    let nobody = || Error::Unavailable(format!("there is no member {handle}; `amicable member list` shows all"));
    let found: Option<(MemberId, String, String)> = db.write_blocking(|connection| {
        let row = members::table.filter(members::handle.eq(handle));
        Ok(row.select((members::id, members::full_name, members::email)).first(connection).optional()?)
    })?;
    let (id, full_name, email) = found.ok_or_else(nobody)?;
    let typed = read_password(from_stdin)?;
    let form = Form::of([("password", &typed)]);
    let mut problems = Problems::default();
    let typed = password::new(&form, &mut problems, "password", (&email, &full_name));
    if let Some((_, sentence)) = problems.iter().next() {
        return Err(Error::Unavailable(sentence.clone()));
    }
    let hash = password::hash_now(&typed)?;
    db.write_blocking(|connection| accounts::recovery::set_by_operator(connection, id, &hash))?;
    println!("{full_name} has a new password, and is signed out everywhere.");
    Ok(())
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
    match db.write_blocking(|connection| accounts::register(connection, &new))? {
        Some(_) => println!("{} can sign in now.", new.full_name),
        None => return Err(Error::Unavailable("there is an account with this e-mail address already".into())),
    }
    Ok(())
}

/// Prints all accounts.
pub fn list(db: &Db) -> Result<(), Error> {
    let rows: Vec<(String, String, String)> = db.write_blocking(|connection| {
        let all = members::table.filter(members::id.gt(0)).order(members::handle).select((
            members::handle,
            members::full_name,
            members::email,
        ));
        Ok(all.load(connection)?)
    })?;
    for (handle, name, email) in rows {
        println!("{handle}\t{name}\t{email}");
    }
    Ok(())
}

/// Deletes an account at once: what takes two weeks on the site, without the two weeks.
pub fn delete(db: &Db, handle: &str, yes: bool) -> Result<(), Error> {
    let named = members::table.filter(members::handle.eq(handle)).filter(members::id.gt(0));
    let columns = (members::id, members::full_name, members::email);
    let found = db.read_blocking(|connection| Ok(named.select(columns).first(connection).optional()?))?;
    let Some((member, name, email)): Option<(MemberId, String, String)> = found else {
        return Err(Error::Unavailable(format!("there is no member {handle}")));
    };
    if !yes {
        eprint!(
            "Delete the account of {name} ({email}) for good? Nothing of it can be brought back. Type the handle: "
        );
        let mut typed = String::new();
        let unreadable = |why: std::io::Error| Error::Unavailable(format!("cannot read the answer: {why}"));
        std::io::stdin().read_line(&mut typed).map_err(unreadable)?;
        if typed.trim() != handle {
            return Err(Error::Unavailable("this is another handle; nothing is deleted".into()));
        }
    }
    match db.write_blocking(|connection| deletion::begin(connection, member))? {
        Ok(_) => deletion::finish_now(db, member)?,
        Err(Refused::OnlyAdministrator) => {
            let why = format!("{name} is the only administrator; make somebody else one first");
            return Err(Error::Unavailable(why));
        }
    }
    println!("The account of {name} is deleted.");
    Ok(())
}
