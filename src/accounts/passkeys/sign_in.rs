//! Signing in with a passkey alone, which is also what the second step of a sign-in takes.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::challenge::{self, NOBODY, Purpose};
use super::relying::Passkeys;
use super::store;
use crate::accounts::browsers::Browser;
use crate::accounts::device as agent_of;
use crate::accounts::factor::second_step;
use crate::accounts::pages::{sign_in_again, signed_in};
use crate::error::Error;
use crate::language::t;
use crate::limits::{self, Limit, Network, Subject};
use crate::mail;
use crate::web::cookie;
use crate::web::form::Form;
use crate::web::page::{Layout, Redirect};
use crate::web::site::SiteData;

/// `POST /sign-in/passkey/challenge`: what the browser is to sign.
///
/// # Errors
/// [`Error::NotFound`] where passkeys do not work, [`Error::TooMany`], or the database's.
pub async fn ask(site: SiteData, passkeys: Data<Passkeys>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let (asked, state) = passkeys.begin_asking()?;
    let network = Subject::network(Network::of(&request));
    let token = site
        .write(move |connection| {
            limits::take(connection, Limit::Passkeys, &network)?;
            challenge::put(connection, Purpose::SignIn, NOBODY, &state)
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({ "challenge": token, "get": asked })))
}

/// `POST /sign-in/passkey`
///
/// # Errors
/// The database's.
pub async fn sign_in(
    site: SiteData,
    page: Layout,
    form: Form,
    request: HttpRequest,
    redirect: Redirect,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let (browser, before) = (Browser::of(redirect.session(), agent_of(&request)), page.viewer.clone());
    let (token, begun) = (form.get("challenge").to_owned(), cookie::begun(redirect.session()));
    let started = match passkeys.read(form.get("credential")) {
        None => None,
        Some(answer) => {
            let of_site = passkeys.get_ref().clone();
            site.write(move |connection| {
                if !store::verify(connection, &of_site, (Purpose::SignIn, NOBODY, &token), &answer)? {
                    return Ok(None);
                }
                // Only their own: with somebody else's, the wrong codes that were tried would be forgotten.
                if let Some(begun) = &begun
                    && second_step::find(connection, begun)? == Some(answer.member)
                {
                    second_step::end(connection, begun)?;
                }
                second_step::start(connection, answer.member, &browser, before.as_deref()).map(Some)
            })
            .await?
        }
    };
    match started {
        Some(token) => {
            site.jobs.wake(mail::JOB);
            signed_in(&site, &token, &form, &redirect).await
        }
        None => {
            let why = t("This passkey was not accepted. Try again, or sign in with your password.");
            sign_in_again(page, form, &passkeys, why)
        }
    }
}
