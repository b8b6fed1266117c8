//! The passkeys of `/settings/security`: added, named, removed, asked for.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::json;

use super::challenge::{self, Purpose};
use super::relying::Passkeys;
use super::store::{self, Added};
use crate::accounts::addresses::Addresses;
use crate::accounts::confirm::Confirmed;
use crate::accounts::factor::{self, codes_pages};
use crate::accounts::security;
use crate::error::Error;
use crate::ids::PasskeyId;
use crate::language::{t, tf};
use crate::mail;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect};
use crate::web::site::SiteData;

const SECURITY: &str = "/settings/security";
/// Characters of a name.
const LONGEST_NAME: usize = 50;

/// `POST /settings/security/passkeys/challenge`: what the browser is to make a passkey for.
///
/// # Errors
/// [`Error::NotFound`] where passkeys do not work, or the database's.
pub async fn ask(site: SiteData, me: Confirmed, passkeys: Data<Passkeys>) -> Result<HttpResponse, Error> {
    let (member, full_name, passkeys) = (me.id, me.full_name.clone(), passkeys.get_ref().clone());
    let community = site.community.get();
    let asked = site.write(move |connection| {
        let email = Addresses::load(connection, member)?.email;
        let known = store::load(connection, member)?.iter().map(|passkey| passkey.cred_id().clone()).collect();
        let (asked, state) = passkeys.begin_adding(member, (&email, &full_name), known, community.name())?;
        Ok((challenge::put(connection, Purpose::Add, member, &state)?, asked))
    });
    let (token, asked) = asked.await?;
    Ok(HttpResponse::Ok().json(json!({ "challenge": token, "create": asked })))
}

/// `POST /settings/security/passkeys`
///
/// # Errors
/// The database's.
pub async fn add(
    site: SiteData,
    page: Layout,
    me: Confirmed,
    form: Form,
    redirect: Redirect,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let name = problems.line(&form, "name", t("Name"), (1, LONGEST_NAME));
    if problems.any() {
        return security::again(&site, page, &me, &passkeys, form, problems).await;
    }
    let (id, token, answer) = (me.id, form.get("challenge").to_owned(), form.get("credential").to_owned());
    let site_of = passkeys.get_ref().clone();
    let added = site.write(move |connection| {
        let Some(state) = challenge::take(connection, Purpose::Add, id, &token)? else { return Ok(None) };
        let Some(passkey) = site_of.add(&answer, &state)? else { return Ok(None) };
        store::add(connection, id, &name, &passkey).map(Some)
    });
    let added = added.await?;
    site.jobs.wake(mail::JOB);
    match added {
        Some(Added::Now) => redirect.done(t("Your passkey is added. You can sign in with it alone.")),
        Some(Added::Already) => redirect.refused(t("This passkey is here already.")),
        Some(Added::TooMany) => {
            redirect.refused(t("You have as many passkeys as one account can have. Remove one first."))
        }
        None => redirect.refused(t("The passkey was not made. Please try again.")),
    };
    Ok(redirect.to(SECURITY))
}

/// `POST /settings/security/passkeys/{id}`: gives it another name.
///
/// # Errors
/// The database's.
pub async fn rename(
    site: SiteData,
    page: Layout,
    me: Confirmed,
    id: Path<PasskeyId>,
    form: Form,
    redirect: Redirect,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let (member, id) = (me.id, id.into_inner());
    let field = format!("name-{id}");
    let name = problems.line(&form, &field, t("Name"), (1, LONGEST_NAME));
    if problems.any() {
        return security::again(&site, page, &me, &passkeys, form, problems).await;
    }
    if !site.write(move |connection| store::rename(connection, member, id, &name)).await? {
        return Err(Error::NotFound);
    }
    redirect.done(t("The name is saved."));
    Ok(redirect.to(SECURITY))
}

/// `POST /settings/security/passkeys/{id}/remove`
///
/// # Errors
/// The database's.
pub async fn remove(
    site: SiteData,
    me: Confirmed,
    id: Path<PasskeyId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let id = id.into_inner();
    let removed = site.write(move |connection| {
        let name = store::remove(connection, me.id, id)?;
        // With the last one goes what asks for it: nobody could answer.
        if !store::any(connection, me.id)? {
            factor::ask_for_no_passkey(connection, me.id)?;
        }
        Ok(name)
    });
    if let Some(name) = removed.await? {
        site.jobs.wake(mail::JOB);
        redirect.done(tf("The passkey {name} is removed here. Remove it from your device too.", &name));
    }
    Ok(redirect.to(SECURITY))
}

/// `POST /settings/security/passkeys/asked`: whether a passkey is asked for after the password.
///
/// # Errors
/// The database's.
pub async fn set_asked(site: SiteData, me: Confirmed, form: Form, redirect: Redirect) -> Result<HttpResponse, Error> {
    let id = me.id;
    if !form.is_checked("asked") {
        site.write(move |connection| factor::ask_for_no_passkey(connection, me.id)).await?;
        site.jobs.wake(mail::JOB);
        redirect.done(t("A passkey is no longer asked for after the password."));
        return Ok(redirect.to(SECURITY));
    }
    let codes = site.write(move |connection| factor::ask_for_passkey(connection, me.id)).await?;
    site.jobs.wake(mail::JOB);
    match codes {
        None => redirect.refused(t("Add a passkey first.")),
        Some(_) => redirect.done(t("From now on a sign-in asks for a passkey after the password.")),
    };
    match codes.filter(|codes| !codes.is_empty()) {
        Some(codes) => codes_pages::show_once(&redirect, id, &codes),
        None => Ok(redirect.to(SECURITY)),
    }
}
