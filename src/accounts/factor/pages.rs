//! `/settings/security/authenticator`: an authenticator app is set up, and turned off.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use super::seal::Seal;
use super::totp::Setup;
use super::{Factor, codes_pages, totp};
use crate::accounts::addresses::Addresses;
use crate::accounts::confirm::Confirmed;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{filters, t};
use crate::mail;
use crate::web::cookie;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render};
use crate::web::site::SiteData;

const SECURITY: &str = "/settings/security";

#[derive(Template)]
#[template(path = "accounts/security/set_up.html")]
struct SetUp {
    page: Layout,
    problems: Problems,
    setup: Setup,
    /// The secret, sealed: it is stored once a code of it was right.
    sealed: String,
}

/// `GET /settings/security/authenticator`
///
/// # Errors
/// The database's.
pub async fn set_up(
    site: SiteData,
    page: Layout,
    me: Confirmed,
    redirect: Redirect,
    seal: Data<Seal>,
) -> Result<HttpResponse, Error> {
    let id = me.id;
    let read =
        move |connection: &mut _| Ok((Factor::load(connection, id)?.has_app(), Addresses::load(connection, id)?.email));
    let (has_app, email) = site.read(read).await?;
    if has_app {
        return Ok(redirect.to(SECURITY));
    }
    let begun = cookie::setting_up(redirect.session());
    let begun = begun.and_then(|sealed| Some((seal.open(id, &sealed)?, sealed)));
    let (secret, sealed) = match begun {
        Some(begun) => begun,
        None => begin(&redirect, &seal, id)?,
    };
    let community = page.community.clone();
    let setup = Setup::of(&secret, &email, community.name())?;
    SetUp { page, problems: Problems::default(), setup, sealed }.show()
}

/// Makes a key, and gives it and the same sealed, as the browser keeps it until the app is on.
fn begin(redirect: &Redirect, seal: &Seal, member: MemberId) -> Result<(Vec<u8>, String), Error> {
    let secret = totp::new_secret();
    let sealed = seal.seal(member, &secret)?;
    cookie::set_up(redirect.session(), &sealed)?;
    Ok((secret, sealed))
}

/// `POST /settings/security/authenticator`: turns it on with the first code.
///
/// # Errors
/// The database's.
pub async fn turn_on(
    site: SiteData,
    page: Layout,
    me: Confirmed,
    form: Form,
    redirect: Redirect,
    seal: Data<Seal>,
) -> Result<HttpResponse, Error> {
    let (id, sealed) = (me.id, form.get("key").to_owned());
    let Some(secret) = seal.open(id, &sealed) else {
        redirect.refused(t("That did not arrive whole. Please set up the app once more."));
        return Ok(redirect.to("/settings/security/authenticator"));
    };
    let Some(step) = totp::step(&secret, form.get("code"), 0)? else {
        let email = site.read_one(move |connection| Ok(Addresses::load(connection, id)?.email)).await?;
        let (mut problems, community) = (Problems::default(), page.community.clone());
        problems.add("code", t("This code is not right. Does your device show the right time? Type the newest one."));
        return SetUp { page, problems, setup: Setup::of(&secret, &email, community.name())?, sealed }.show_again();
    };
    let codes = site.write(move |connection| super::turn_on(connection, id, &sealed, step)).await?;
    cookie::forget_set_up(redirect.session());
    site.jobs.wake(mail::JOB);
    let Some(codes) = codes else { return Ok(redirect.to(SECURITY)) };
    redirect.done(t("Your authenticator app is on. From now on a sign-in asks for a code."));
    codes_pages::show_once(&redirect, id, &codes)
}

/// `POST /settings/security/authenticator/off`
///
/// # Errors
/// The database's.
pub async fn turn_off(site: SiteData, me: Confirmed, redirect: Redirect) -> Result<HttpResponse, Error> {
    site.write(move |connection| super::turn_off(connection, me.id)).await?;
    site.jobs.wake(mail::JOB);
    redirect.done(t("Your authenticator app is off. You can remove the entry from the app."));
    Ok(redirect.to(SECURITY))
}
