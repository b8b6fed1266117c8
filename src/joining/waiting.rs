//! Registrations that wait: the one page that an applicant sees, and the answer of an administrator.

use actix_web::HttpResponse;
use askama::Template;
use diesel::prelude::*;

use crate::accounts::applications::{self, Application};
use crate::accounts::{self, NewMember};
use crate::dates::{self, DAY, now};
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::joining::sign_up::came_by;
use crate::joining::{letters, links};
use crate::language::{filters, t};
use crate::mail::{Letter, outbox};
use crate::members::administrators;
use crate::members::role::Role;
use crate::relationship::Limits;
use crate::schema::{members, settings};
use crate::web::form::Form;
use crate::web::page::{Layout, Redirect, Render};
use crate::web::registration;
use crate::web::site::SiteData;

/// The field with the registration that the page was made for.
const FIELD: &str = "registration";

#[derive(Template)]
#[template(path = "joining/waiting.html")]
struct Waiting {
    page: Layout,
    /// The registration; nothing once it is answered or withdrawn.
    application: Option<Application>,
    /// Whether it has become an account.
    is_member: bool,
}

impl Waiting {
    fn since(&self) -> String {
        self.application.as_ref().map_or_else(String::new, |application| dates::long(application.created_at))
    }
}

/// `GET /registration`: what whoever waits sees.
///
/// # Errors
/// The database's.
pub async fn page(site: SiteData, page: Layout, redirect: Redirect) -> Result<HttpResponse, Error> {
    let Some(id) = applications::signed_in(redirect.session()).filter(|_| page.viewer.is_none()) else {
        return Ok(redirect.to("/"));
    };
    let (application, is_member) = site
        .read(move |connection| {
            let application = applications::find(connection, id)?;
            Ok((application, !crate::members::persons(connection, &[id])?.is_empty()))
        })
        .await?;
    if application.is_none() {
        applications::sign_out(redirect.session());
    }
    Waiting { page, application, is_member }.show()
}

/// `POST /registration/withdraw`
///
/// # Errors
/// [`Error::OtherMember`] where the page was somebody else's, or the database's.
pub async fn withdraw(site: SiteData, form: Form, redirect: Redirect) -> Result<HttpResponse, Error> {
    let Some(id) = applications::signed_in(redirect.session()) else { return Ok(redirect.to("/")) };
    // The page may be of somebody who has registered in this browser before.
    if form.get(FIELD).parse() != Ok(id) {
        return Err(Error::OtherMember);
    }
    let withdrawn = site.write(move |connection| {
        let taken = applications::take(connection, id)?;
        taken.as_ref().map(|application| give_back(connection, &application.code)).transpose()
    });
    if withdrawn.await?.is_none() {
        return Ok(redirect.to("/registration"));
    }
    applications::sign_out(redirect.session());
    redirect.done(t("Your registration is withdrawn. Nothing of it is kept."));
    Ok(redirect.to("/"))
}

/// Gives back the link by which somebody came who does not join: of a letter, or one with a number of uses.
fn give_back(connection: &mut Connection, code: &str) -> Result<(), Error> {
    links::give_back(connection, code)?;
    letters::give_back(connection, code)
}

/// Lets a registration wait, and writes to the administrators of the first one, then once a day at most.
///
/// # Errors
/// The database's.
pub(super) fn put(connection: &mut Connection, new: &NewMember, reason: &str, code: &str) -> Result<MemberId, Error> {
    let is_first = applications::count(connection)? == 0;
    let id = applications::put(connection, new, reason, code)?;
    if note_told(connection, is_first)? {
        for administrator in administrators::all(connection)? {
            let (full_name, reason) = (new.full_name.clone(), reason.to_owned());
            outbox::put(connection, administrator, Letter::RegistrationWaiting { full_name, reason })?;
        }
    }
    Ok(id)
}

/// Notes that the administrators are written to now, unless they were within a day and this is not the first that waits.
fn note_told(connection: &mut Connection, is_first: bool) -> Result<bool, Error> {
    let told = settings::table.find("registrations_told_at").select(settings::value);
    let told: Option<String> = on_engine!(connection, |own| told.first(own)).optional()?;
    let told_at = told.and_then(|at| at.parse().ok()).unwrap_or(0);
    if !is_first && now() - told_at < DAY {
        return Ok(false);
    }
    registration::put(connection, "registrations_told_at", &now().to_string())?;
    Ok(true)
}

/// Makes a registration an account. Returns whose; nothing where it was answered or withdrawn before.
///
/// # Errors
/// The database's.
pub fn accept(connection: &mut Connection, limits: &Limits, id: MemberId) -> Result<Option<String>, Error> {
    let Some(application) = applications::take(connection, id)? else { return Ok(None) };
    let Application { full_name, email, password_hash, code, language, .. } = application;
    let password = accounts::password::Hashed::stored(password_hash);
    let new = NewMember { full_name: full_name.clone(), email, password, role: Role::Member };
    accounts::let_in(connection, id, &new, language)?;
    came_by(connection, limits, id, &code)?;
    Ok(Some(full_name))
}

/// Returns whether a registration has become an account.
///
/// # Errors
/// The database's.
pub fn is_accepted(connection: &mut Connection, id: MemberId) -> Result<bool, Error> {
    let row = members::table.find(id).select(members::id);
    Ok(row.first::<MemberId>(connection).optional()?.is_some())
}

/// Declines a registration, of which nothing is kept. Returns whose; nothing where it was answered or withdrawn before.
///
/// # Errors
/// The database's.
pub fn decline(connection: &mut Connection, id: MemberId) -> Result<Option<String>, Error> {
    let Some(application) = applications::take(connection, id)? else { return Ok(None) };
    let Application { full_name, email, language, code, .. } = application;
    give_back(connection, &code)?;
    let key = accounts::email::key(&email);
    let letter = Letter::RegistrationDeclined { email, key, full_name: full_name.clone(), language };
    outbox::put(connection, outbox::NOBODY, letter)?;
    Ok(Some(full_name))
}
