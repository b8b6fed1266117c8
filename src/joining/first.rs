//! The first administrator of a new site: whoever can read what the server prints makes their account by a link, once.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use diesel::prelude::*;
use rand::RngExt;

use crate::accounts::browsers::Browser;
use crate::accounts::factor::second_step;
use crate::accounts::{NewMember, device, password, register};
use crate::audit::{self, Act, Actor};
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::joining::has_administrator;
use crate::language::{filters, t};
use crate::limits::{Network, Subject};
use crate::members::role::Role;
use crate::schema::settings;
use crate::text::digest::sha256;
use crate::web::cookie;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render};
use crate::web::registration;
use crate::web::site::SiteData;

/// What the names of the rows of these links begin with; the hash of the link's token follows.
const ROWS: &str = "first_administrator:";

fn name(token: &str) -> String {
    format!("{ROWS}{}", sha256(token))
}

fn add(connection: &mut Connection, token: &str) -> Result<(), Error> {
    registration::put(connection, &name(token), "")
}

/// Makes a link for the first administrator and returns its path; nothing where the site has one. It works until it is used,
/// or there is an administrator.
///
/// # Errors
/// The database's.
pub fn link(db: &Db) -> Result<Option<String>, Error> {
    db.write_blocking(|connection| {
        if has_administrator(connection)? {
            return Ok(None);
        }
        let token = format!("{:032x}", rand::rng().random::<u128>());
        add(connection, &token)?;
        Ok(Some(format!("/first-administrator/{token}")))
    })
}

#[derive(Template)]
#[template(path = "joining/first.html")]
struct First {
    page: Layout,
    token: String,
    form: Form,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "joining/closed.html")]
struct Gone {
    page: Layout,
    title: &'static str,
    sentence: &'static str,
}

fn gone(page: Layout) -> Result<HttpResponse, Error> {
    let title = t("This link does not work any more");
    Gone { page, title, sentence: t("This link has been used or has expired.") }.show_as(StatusCode::GONE)
}

fn works(connection: &mut Connection, token: &str) -> Result<bool, Error> {
    let row = settings::table.find(name(token)).select(settings::name);
    let is_known = row.first::<String>(connection).optional()?.is_some();
    Ok(is_known && !has_administrator(connection)?)
}

/// `GET /first-administrator/{token}`
///
/// # Errors
/// The database's.
pub async fn form(site: SiteData, page: Layout, token: Path<String>) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let asked = token.clone();
    match site.read(move |connection| works(connection, &asked)).await? {
        true => First { page, token, form: Form::default(), problems: Problems::default() }.show(),
        false => gone(page),
    }
}

/// What became of it.
enum Made {
    In(String),
    AddressTaken,
    Gone,
}

/// `POST /first-administrator/{token}`
///
/// # Errors
/// The database's.
pub async fn make(
    site: SiteData,
    page: Layout,
    token: Path<String>,
    form: Form,
    request: HttpRequest,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let asked = token.clone();
    if !site.read(move |connection| works(connection, &asked)).await? {
        return gone(page);
    }
    let mut problems = Problems::default();
    let full_name = crate::accounts::full_name(&form, &mut problems);
    let email = crate::accounts::email(&form, &mut problems);
    let typed = password::new(&form, &mut problems, "password", (&email, &full_name));
    if problems.any() {
        return First { page, token, form, problems }.show_again();
    }
    let hash = password::hash(typed, Subject::network(Network::of(&request))).await?;
    let new = NewMember { full_name, email, password: hash, role: Role::Administrator };
    let (browser, before) = (Browser::of(redirect.session(), device(&request)), page.viewer.clone());
    let asked = token.clone();
    let made = site.write(move |connection| {
        if !works(connection, &asked)? {
            return Ok(Made::Gone);
        }
        // Of two that use it at the same time, one deletes it.
        if diesel::delete(settings::table.find(name(&asked))).execute(connection)? == 0 {
            return Ok(Made::Gone);
        }
        let Some(member) = register(connection, &new)? else {
            add(connection, &asked)?;
            return Ok(Made::AddressTaken);
        };
        diesel::delete(settings::table.filter(settings::name.like(format!("{ROWS}%")))).execute(connection)?;
        let session = second_step::start(connection, member, &browser, before.as_deref())?;
        audit::record(connection, Actor::Site, Act::MemberCreated, Some(member), "administrator")?;
        Ok(Made::In(session))
    });
    match made.await? {
        Made::Gone => gone(page),
        Made::AddressTaken => {
            problems.add("email", t("There is an account with this e-mail address already."));
            First { page, token, form, problems }.show_again()
        }
        Made::In(session) => {
            cookie::sign_in(redirect.session(), &session)?;
            redirect.done(t("Welcome! You run this site now. Say who may join it."));
            Ok(redirect.to("/admin/registration"))
        }
    }
}
