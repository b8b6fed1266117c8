//! `/sign-in/code`: the second step of a sign-in.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::seal::Seal;
use super::second_step::{self, Entry, Tried};
use crate::accounts::browsers::Browser;
use crate::accounts::device as agent_of;
use crate::accounts::pages::{lead_on, signed_in, wanted};
use crate::accounts::passkeys::relying::Passkeys;
use crate::accounts::passkeys::store;
use crate::dates::{self, now};
use crate::db::Connection;
use crate::error::Error;
use crate::language::{filters, t, tf, tn};
use crate::mail;
use crate::web::cookie;
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, see_other};
use crate::web::pending_form::PendingForm;
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "accounts/second_step.html")]
struct SecondStep {
    page: Layout,
    form: Form,
    problems: Problems,
    /// What was sent while one was signed out, to be sent again afterwards.
    kept: Option<PendingForm>,
    /// Whether the member has a passkey, which works on this site.
    has_passkeys: bool,
}

/// Whether the member of a sign-in that was begun has a passkey, and passkeys work on this site.
async fn has_passkeys(site: &SiteData, passkeys: &Passkeys, token: &str) -> Result<bool, Error> {
    if !passkeys.work() {
        return Ok(false);
    }
    let token = token.to_owned();
    let read = move |connection: &mut Connection| match second_step::find(connection, &token)? {
        Some(member) => store::any(connection, member),
        None => Ok(false),
    };
    site.read_one(read).await
}

/// Answers whoever was let in so far: where they wanted to go, or the page of the second step.
///
/// # Errors
/// The template's.
pub async fn entered(
    site: &SiteData,
    page: Layout,
    entry: Entry,
    form: &Form,
    redirect: &Redirect,
    passkeys: &Passkeys,
) -> Result<HttpResponse, Error> {
    site.jobs.wake(mail::JOB);
    match entry {
        Entry::SignedIn(token) => signed_in(site, &token, form, redirect).await,
        Entry::Begun(token) => {
            cookie::begin(redirect.session(), &token)?;
            let kept = PendingForm::handed_on(form);
            if kept.is_none() {
                let next = form.get("next");
                let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
                return Ok(redirect.to(&format!("/sign-in/code?{query}")));
            }
            let form = Form::of([("next", form.get("next"))]);
            let has_passkeys = has_passkeys(site, passkeys, &token).await?;
            SecondStep { page, form, problems: Problems::default(), kept, has_passkeys }.show()
        }
    }
}

/// `GET /sign-in/code`
///
/// # Errors
/// The database's.
pub async fn form(
    site: SiteData,
    page: Layout,
    Query(form): Query,
    redirect: Redirect,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let token = cookie::begun(redirect.session()).unwrap_or_default();
    let begun = token.clone();
    if site.read_one(move |connection| second_step::find(connection, &begun)).await?.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let has_passkeys = has_passkeys(&site, &passkeys, &token).await?;
    SecondStep { page, form, problems: Problems::default(), kept: None, has_passkeys }.show()
}

fn said_left(codes: i64) -> String {
    tn(codes, "You used a recovery code. {n} code is left.", "You used a recovery code. {n} codes are left.")
}

/// `POST /sign-in/code`
///
/// # Errors
/// The database's.
pub async fn submit(
    site: SiteData,
    page: Layout,
    form: Form,
    request: HttpRequest,
    redirect: Redirect,
    seal: Data<Seal>,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let token = cookie::begun(redirect.session()).unwrap_or_default();
    let (browser, before) = (Browser::of(redirect.session(), agent_of(&request)), page.viewer.clone());
    let begun = token.clone();
    // A sign-in that is finished leaves none: this is a second press.
    let is_finished = token.is_empty();
    let (typed, seal) = (form.get("code").chars().take(100).collect::<String>(), seal.get_ref().clone());
    let tried = site.write(move |connection| {
        second_step::try_code(connection, &seal, (&token, &typed), &browser, before.as_deref())
    });
    let tried = tried.await?;
    if let (Tried::Ended, Some(viewer), true) = (&tried, &page.viewer, is_finished) {
        return lead_on(&site, viewer.id, &form, &redirect).await;
    }
    let why = match &tried {
        Tried::SignedIn { token, codes_left } => {
            if let Some(left) = codes_left {
                redirect.done(said_left(*left));
            }
            site.jobs.wake(mail::JOB);
            return signed_in(&site, token, &form, &redirect).await;
        }
        Tried::Ended => {
            cookie::forget_begun(redirect.session());
            redirect.refused(t("That took too long, or too many codes were wrong. Please sign in again."));
            return Ok(redirect.to(&crate::accounts::pages::leading_on("/sign-in", &form)));
        }
        Tried::TooMany { until } => {
            let free = dates::whole_minute(*until);
            tf("Too many codes were wrong. Try again from {time} on.", free)
        }
        Tried::Wrong => {
            t("This code is not right, or it has been used. Wait for the next one, and try again.").to_owned()
        }
    };
    let mut problems = Problems::default();
    problems.add("code", why);
    let (kept, has_passkeys) = (PendingForm::handed_on(&form), has_passkeys(&site, &passkeys, &begun).await?);
    let again = SecondStep { page, form: Form::of([("next", &wanted(&form))]), problems, kept, has_passkeys };
    match tried {
        Tried::TooMany { until } => {
            again.show_refused(&Error::TooMany { sentence: String::new(), seconds: (until - now()).max(1) })
        }
        _ => again.show_again(),
    }
}
