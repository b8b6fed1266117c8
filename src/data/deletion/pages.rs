//! `/settings/data/delete`: *Delete my account*, and, once that is done, *Keep my account*.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{begin_own, keep};
use crate::accounts::confirm::{ask, proved_hash, was_by_passkey};
use crate::accounts::guard::DELETION;
use crate::accounts::passkeys::relying::Passkeys;
use crate::accounts::still_has_password;
use crate::dates;
use crate::error::Error;
use crate::language::{filters, t};
use crate::mail;
use crate::members::administrators::OnlyAdministrator;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render, SignedIn, see_other};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "data/delete.html")]
struct Delete {
    page: Layout,
    problems: Problems,
    /// Whether the password is wanted: no passkey has taken its place.
    asks_password: bool,
    /// Whether passkeys work on this site.
    has_passkeys: bool,
}

#[derive(Template)]
#[template(path = "data/deleted.html")]
struct Deleted {
    page: Layout,
    due: i64,
}

impl Deleted {
    fn day(&self) -> String {
        dates::long(self.due)
    }

    fn iso(&self) -> String {
        dates::iso(self.due)
    }
}

/// `GET /settings/data/delete`
///
/// # Errors
/// The template's.
pub async fn form(
    page: Layout,
    me: SignedIn,
    redirect: Redirect,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let (asks_password, has_passkeys) = (!was_by_passkey(redirect.session(), &me), passkeys.work());
    match me.deletion_due_at {
        Some(due) => Deleted { page, due }.show(),
        None => Delete { page, problems: Problems::default(), asks_password, has_passkeys }.show(),
    }
}

/// `POST /settings/data/delete`
///
/// # Errors
/// The database's.
pub async fn delete(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    request: HttpRequest,
    redirect: Redirect,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let (asks_password, has_passkeys) = (!was_by_passkey(redirect.session(), &me), passkeys.work());
    if asks_password && !form.has("password") {
        // The page was opened while a passkey took its place.
        return ask(&request);
    }
    let mut problems = Problems::default();
    let wrong = t("This is not your password.");
    let Some(hash) = proved_hash(&site, &me, &redirect, &form).await? else {
        problems.add("password", wrong);
        return Delete { page, problems, asks_password, has_passkeys }.show_again();
    };
    let begun = site.write_bulk(move |connection| {
        Ok(match still_has_password(connection, me.id, &hash)? {
            true => Some(begin_own(connection, &me)?),
            false => None,
        })
    });
    match begun.await? {
        Some(Ok(_)) => {}
        Some(Err(OnlyAdministrator)) => problems.add(
            "password",
            t("You are the only administrator. Make somebody else an administrator first, so that the site can be run."),
        ),
        None => problems.add("password", wrong),
    }
    if problems.any() {
        return Delete { page, problems, asks_password, has_passkeys }.show_again();
    }
    site.jobs.wake(mail::JOB);
    Ok(redirect.to(DELETION))
}

/// `GET /settings/data/keep`: leads to the page with the button.
pub async fn at_form() -> HttpResponse {
    see_other(DELETION)
}

/// `POST /settings/data/keep`: keeps the account.
///
/// # Errors
/// [`Error::NotFound`] where it is removed already, or the database's.
pub async fn keep_account(site: SiteData, me: SignedIn, redirect: Redirect) -> Result<HttpResponse, Error> {
    if !site.write_bulk(move |connection| keep(connection, me.id)).await? {
        return Err(Error::NotFound);
    }
    redirect.done(t("Your account is kept. Everything is as it was."));
    Ok(redirect.to("/"))
}
