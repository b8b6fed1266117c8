//! *Confirm it is you*, with a passkey.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::challenge::{self, Purpose};
use super::relying::Passkeys;
use super::store;
use crate::accounts::confirm::{go_on, note_passkey, wrong};
use crate::accounts::sessions;
use crate::error::Error;
use crate::language::t;
use crate::web::cookie;
use crate::web::form::Form;
use crate::web::page::{Layout, Redirect, SignedIn};
use crate::web::site::SiteData;

/// `POST /confirm/passkey/challenge`
///
/// # Errors
/// [`Error::NotFound`] where passkeys do not work, or the database's.
pub async fn ask(site: SiteData, me: SignedIn, passkeys: Data<Passkeys>) -> Result<HttpResponse, Error> {
    let (asked, state) = passkeys.begin_asking()?;
    let token = site.write(move |connection| challenge::put(connection, Purpose::Confirm, me.id, &state)).await?;
    Ok(HttpResponse::Ok().json(json!({ "challenge": token, "get": asked })))
}

/// `POST /confirm/passkey`
///
/// # Errors
/// The database's.
pub async fn confirm(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    request: HttpRequest,
    redirect: Redirect,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let (viewer, token) = (me.viewer(), form.get("challenge").to_owned());
    let confirmed = match passkeys.read(form.get("credential")).filter(|answer| answer.member == viewer.id) {
        None => None,
        Some(answer) => {
            let passkeys = passkeys.get_ref().clone();
            site.write(move |connection| {
                let right = store::verify(connection, &passkeys, (Purpose::Confirm, viewer.id, &token), &answer)?;
                right.then(|| sessions::confirm(connection, &viewer)).transpose()
            })
            .await?
        }
    };
    if let Some(token) = confirmed {
        cookie::renew(redirect.session(), token.as_deref())?;
        note_passkey(redirect.session(), me.id)?;
        return go_on(&site, page, &me, &form, &redirect).await;
    }
    wrong(&request, form, t("This passkey was not accepted. Try again, or use your password."))
}
