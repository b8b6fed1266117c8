//! App passwords on `/settings/security`: made, shown once, revoked. Between the form and the page that shows it, a new one is in
//! the encrypted cookie of this browser alone.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::accounts::addresses::Addresses;
use crate::accounts::app_passwords::{self, AppPassword, LONGEST_NAME, MAX_PASSWORDS};
use crate::accounts::confirm::Confirmed;
use crate::accounts::events::{self, Kind};
use crate::accounts::passkeys::relying::Passkeys;
use crate::accounts::security;
use crate::dates;
use crate::error::Error;
use crate::ids::AppPasswordId;
use crate::language::{filters, number, t, tf};
use crate::web::form::{Form, Problems};
use crate::web::origin;
use crate::web::page::{Layout, Redirect, Render, SignedIn, see_other};
use crate::web::site::SiteData;

/// Where the section is.
const SECURITY: &str = "/settings/security";
/// What the cookie holds of a new one: its id and its secret.
const NEW: &str = "app_password";

impl AppPassword {
    /// When it was made, as a day.
    pub fn made(&self) -> String {
        dates::long(self.created_at)
    }

    /// When it was made, for programs.
    pub fn made_moment(&self) -> String {
        dates::instant(self.created_at)
    }

    /// When it was last used, for programs and for people; nothing for never.
    pub fn used(&self) -> Option<(String, String)> {
        let at = self.last_used_at?;
        Some((dates::instant(at), dates::ago(at, dates::now())))
    }
}

/// `GET /settings/security/app-passwords`: leads to the page with the form.
pub async fn at_security() -> HttpResponse {
    see_other(SECURITY)
}

/// `POST /settings/security/app-passwords`: makes one, for a member who has lately shown that it is them.
///
/// # Errors
/// The database's.
pub async fn make(
    site: SiteData,
    page: Layout,
    me: Confirmed,
    passkeys: Data<Passkeys>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let (id, name) = (me.id, problems.line(&form, "name", t("Name"), (1, LONGEST_NAME)));
    let made = if problems.any() {
        None
    } else {
        let made = site.write(move |connection| {
            crate::db::lock_members(connection, [id])?;
            let is_again = app_passwords::forget_unseen(connection, id, &name)?;
            let made = app_passwords::make(connection, id, &name)?;
            if made.is_some() && !is_again {
                events::record(connection, id, Kind::AppPasswordMade, &name)?;
            }
            Ok(made)
        });
        made.await?
    };
    let Some(made) = made else {
        if !problems.any() {
            let most =
                tf("You have {most} app passwords, and more cannot be made. Revoke one first.", number(MAX_PASSWORDS));
            problems.add("name", most);
        }
        return security::again(&site, page, &me, &passkeys, form, problems).await;
    };
    let path = format!("{SECURITY}/app-passwords/{}", made.0);
    redirect.session().insert(NEW, made).map_err(|why| Error::Internal(why.to_string()))?;
    Ok(redirect.to(&path))
}

#[derive(Template)]
#[template(path = "accounts/app_password.html")]
struct New {
    page: Layout,
    name: String,
    /// Nothing once it was shown.
    secret: Option<String>,
    email: String,
    server: String,
}

/// `GET /settings/security/app-passwords/{id}`: shows a new one, once.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn show(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<AppPasswordId>,
    request: HttpRequest,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (member, id) = (me.id, id.into_inner());
    let found = site.read(move |connection| {
        let all = app_passwords::all(connection, member)?;
        Ok((all.into_iter().find(|one| one.id == id), Addresses::load(connection, member)?.email))
    });
    let (found, email) = found.await?;
    let name = found.ok_or(Error::NotFound)?.name;
    let new: Option<(AppPasswordId, String)> = redirect.session().get(NEW).ok().flatten();
    let secret = new.filter(|(new, _)| *new == id).map(|(_, secret)| secret);
    if secret.is_some() && page.opened {
        redirect.session().remove(NEW);
    }
    New { page, name, secret, email, server: origin::address(&request) + "/dav/" }.show()
}

/// `POST /settings/security/app-passwords/{id}/revoke`
///
/// # Errors
/// The database's.
pub async fn revoke(
    site: SiteData,
    me: SignedIn,
    id: Path<AppPasswordId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (member, id) = (me.id, id.into_inner());
    let revoked = site.write(move |connection| {
        let name = app_passwords::revoke(connection, member, id)?;
        if let Some(name) = &name {
            events::record(connection, member, Kind::AppPasswordRemoved, name)?;
        }
        Ok(name)
    });
    match revoked.await? {
        Some(name) => redirect.done(tf("The app password {name} is revoked. Its device can no longer sign in.", &name)),
        // A second press.
        None => redirect.done(t("This app password is revoked.")),
    };
    Ok(redirect.to(SECURITY))
}
