//! `/unsubscribe/{token}`: ends e-mail of a kind, signed in or not. The link works for ever.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use diesel::prelude::*;

use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{filters, t};
use crate::notifications::choices::{self, Kind};
use crate::schema::members;
use crate::web::form::Form;
use crate::web::page::{Layout, Redirect, Render};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "notifications/unsubscribe.html")]
struct Unsubscribe {
    page: Layout,
    token: String,
    kind: Kind,
    is_done: bool,
}

#[derive(Template)]
#[template(path = "joining/closed.html")]
struct Gone {
    page: Layout,
    title: &'static str,
    sentence: &'static str,
}

/// Says that no letter has a link, where that is why it does nothing.
///
/// # Errors
/// The one that is given, where it is another.
pub fn without_letter(page: Layout, why: Error) -> Result<HttpResponse, Error> {
    if !matches!(why, Error::NotFound) {
        return Err(why);
    }
    let sentence = t("Open the link in the newest e-mail, or sign in and choose your e-mails in the settings.");
    Gone { page, title: t("This link does not work any more"), sentence }.show_as(StatusCode::GONE)
}

/// `GET /unsubscribe/{token}`
///
/// # Errors
/// The database's.
pub async fn form(site: SiteData, page: Layout, token: Path<String>) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let asked = token.clone();
    let read = move |connection: &mut Connection| {
        let (member, kind) = find(connection, &asked)?;
        Ok((kind, choices::of(connection, member, kind)?))
    };
    match site.read(read).await {
        Ok((kind, choice)) => Unsubscribe { page, token, kind, is_done: !choice.by_email }.show(),
        Err(why) => without_letter(page, why),
    }
}

/// `POST /unsubscribe/{token}`: by the button, or by a mail program (RFC 8058).
///
/// # Errors
/// As [`form`].
pub async fn unsubscribe(
    site: SiteData,
    page: Layout,
    token: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let given = token.clone();
    let ended = site.write(move |connection| {
        let (member, kind) = find(connection, &given)?;
        choices::unsubscribe(connection, member, kind)?;
        Ok(kind)
    });
    match ended.await {
        Ok(kind) if is_one_click(&form) => Unsubscribe { page, token, kind, is_done: true }.show(),
        Ok(_) => Ok(redirect.to(&format!("/unsubscribe/{token}"))),
        Err(why) => without_letter(page, why),
    }
}

/// Whether a mail program asks, which is not to be led on (RFC 8058, section 3.1).
pub fn is_one_click(form: &Form) -> bool {
    form.get("List-Unsubscribe") == "One-Click"
}

/// Returns whose letters, and of which kind, a link ends.
fn find(connection: &mut Connection, token: &str) -> Result<(MemberId, Kind), Error> {
    let mut parts = token.splitn(3, '.');
    let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok());
    let (member, kind) = (number().ok_or(Error::NotFound)?, number().ok_or(Error::NotFound)?);
    let kind = Kind::ALL.into_iter().find(|known| *known as i64 == kind).ok_or(Error::NotFound)?;
    let stored = members::table.find(member).select(members::mail_secret);
    let stored: String = stored.first(connection).optional()?.unwrap_or_default();
    let given = parts.next().unwrap_or_default();
    if stored.is_empty() || stored != given { Err(Error::NotFound) } else { Ok((MemberId::new(member), kind)) }
}
