//! Accounts that can be recovered: a forgotten password is set anew, an address confirmed, by links that were sent to it.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use diesel::prelude::*;

use crate::accounts::addresses::{self, Addresses};
use crate::accounts::browsers::Browser;
use crate::accounts::events::{self, Kind};
use crate::accounts::factor::second_step::{self, Entry};
use crate::accounts::factor::second_step_pages;
use crate::accounts::pages::leading_on;
use crate::accounts::passkeys::relying::Passkeys;
use crate::accounts::password::Hashed;
use crate::accounts::turns::Place;
use crate::accounts::{app_passwords, device as agent_of, email, factor, passkeys, password};
use crate::audit::{self, Act, Actor};
use crate::dates::now;
use crate::db::{self, Connection};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{filters, t};
use crate::limits::{self, Limit, Network, Subject};
use crate::mail::tokens::{self, Purpose};
use crate::mail::{self, Letter, outbox};
use crate::members::suspension::is_open;
use crate::schema::{members, sessions as rows};
use crate::web::device;
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, local};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "accounts/forgot_password.html")]
struct Forgot {
    page: Layout,
    form: Form,
    problems: Problems,
}

/// What the session keeps of where one wanted to go, until the new password is set in the same browser.
const NEXT: &str = "after_reset";

impl Forgot {
    fn sign_in(&self) -> String {
        leading_on("/sign-in", &self.form)
    }
}

/// `GET /forgot-password`
///
/// # Errors
/// The template's.
pub async fn forgot_form(page: Layout, Query(form): Query) -> Result<HttpResponse, Error> {
    let form = Form::of([("next", form.get("next"))]);
    Forgot { page, form, problems: Problems::default() }.show()
}

/// `POST /forgot-password`: writes one row, whether or not the address has an account. That is found out when it is sent.
///
/// # Errors
/// The database's.
pub async fn forgot(
    site: SiteData,
    page: Layout,
    form: Form,
    network: Network,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    if page.is_without_mail {
        return Forgot { page, form, problems }.show_again();
    }
    let key = email::key(&crate::accounts::email(&form, &mut problems));
    if problems.any() {
        return Forgot { page, form, problems }.show_again();
    }
    let asked = site.write(move |connection| {
        limits::take(connection, Limit::Reset, &Subject::network(network))?;
        // An address gets no more, whoever asks; nobody is told, since they would lock its owner out.
        match limits::take(connection, Limit::Reset, &Subject::account(&key)) {
            Err(Error::TooMany { .. }) => Ok(()),
            other => other.and_then(|()| {
                outbox::put(connection, outbox::NOBODY, Letter::ResetPassword { key, by_administrator: false })
            }),
        }
    });
    if let Err(why) = asked.await {
        let Error::TooMany { sentence, .. } = &why else { return Err(why) };
        problems.add("email", sentence);
        return Forgot { page, form, problems }.show_refused(&why);
    }
    site.jobs.wake(mail::JOB);
    if let Some(next) = local(form.get("next")) {
        redirect.session().insert(NEXT, next).map_err(|why| Error::Internal(why.to_string()))?;
    }
    redirect.done(t("If this address has an account, a link is on its way."));
    Ok(redirect.to(&leading_on("/forgot-password", &form)))
}

#[derive(Template)]
#[template(path = "accounts/reset_password.html")]
struct Reset {
    page: Layout,
    token: String,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "accounts/expired.html")]
struct Expired {
    page: Layout,
    /// Where another link is to be had.
    again: &'static str,
}

fn expired(page: Layout, again: &'static str) -> Result<HttpResponse, Error> {
    Expired { page, again }.show_as(StatusCode::GONE)
}

/// `GET /reset-password/{token}`
///
/// # Errors
/// The database's.
pub async fn reset_form(site: SiteData, page: Layout, token: Path<String>) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let asked = token.clone();
    match site.read(move |connection| tokens::find(connection, Purpose::Reset, &asked)).await? {
        Some(_) => Reset { page, token, problems: Problems::default() }.show(),
        None => expired(page, "/forgot-password"),
    }
}

/// `POST /reset-password/{token}`: sets the password, ends all sessions and begins one here, after the second step where there is one.
///
/// # Errors
/// The database's.
pub async fn reset(
    site: SiteData,
    page: Layout,
    token: Path<String>,
    form: Form,
    request: HttpRequest,
    redirect: Redirect,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let asked = token.clone();
    let Some(proof) = site.read(move |connection| tokens::find(connection, Purpose::Reset, &asked)).await? else {
        return expired(page, "/forgot-password");
    };
    let mut problems = Problems::default();
    let typed = password::new(&form, &mut problems, "new_password", (&proof.email, ""));
    if problems.any() {
        return Reset { page, token, problems }.show_again();
    }
    let place = Place::new(Subject::network(Network::of(&request)), Subject::account(&proof.email));
    let hash = password::hash(typed, place).await?;
    let browser = Browser::of(redirect.session(), agent_of(&request));
    let set = site.write(move |connection| set_password(connection, &token, &hash, &browser)).await?;
    let Some(entry) = set else { return expired(page, "/forgot-password") };
    site.jobs.wake(mail::JOB);
    redirect.done(t("Your password is changed. You are signed out everywhere else."));
    // Whoever reads the mail of an address has one factor, not both.
    let next: String = redirect.session().get(NEXT).ok().flatten().unwrap_or_default();
    redirect.session().remove(NEXT);
    let form = Form::of([("next", next.as_str())]);
    second_step_pages::entered(&site, page, entry, &form, &redirect, &passkeys).await
}

/// Sets a member's password as whoever has the command line says: it ends all sessions, app passwords and tokens, and the member
/// is told.
///
/// # Errors
/// The database's.
pub fn set_by_operator(connection: &mut Connection, member: MemberId, hash: &Hashed) -> Result<(), Error> {
    db::lock_members(connection, [member])?;
    diesel::update(members::table.find(member)).set(members::password_hash.eq(hash.as_str())).execute(connection)?;
    diesel::delete(rows::table.filter(rows::member_id.eq(member))).execute(connection)?;
    app_passwords::revoke_all(connection, member)?;
    crate::accounts::tokens::revoke_all(connection, member)?;
    second_step::end_all(connection, member)?;
    tokens::forget(connection, Purpose::Reset, member)?;
    outbox::put(connection, member, Letter::PasswordChanged { at: now() })?;
    audit::record(connection, Actor::CommandLine, Act::PasswordSet, Some(member), "")
}

/// Uses a link up. Whoever has it reads the mail of this address, so the address is confirmed as well. Where none was before,
/// whoever made the account may be somebody else, and keeps no way in. Returns how far they are in.
fn set_password(
    connection: &mut Connection,
    token: &str,
    hash: &Hashed,
    browser: &Browser,
) -> Result<Option<Entry>, Error> {
    let Some(proof) = tokens::take(connection, Purpose::Reset, token)? else { return Ok(None) };
    let had_none = Addresses::load(connection, proof.member)?.confirmed_email.is_empty();
    // The account may have another address by now, or the address another account.
    if !addresses::confirm(connection, proof.member, &proof.email)? {
        return Ok(None);
    }
    let row = members::table.find(proof.member);
    let row = row.filter(is_open(now()));
    if diesel::update(row).set(members::password_hash.eq(hash.as_str())).execute(connection)? == 0 {
        return Ok(None);
    }
    diesel::delete(rows::table.filter(rows::member_id.eq(proof.member))).execute(connection)?;
    app_passwords::revoke_all(connection, proof.member)?;
    crate::accounts::tokens::revoke_all(connection, proof.member)?;
    outbox::put(connection, proof.member, Letter::PasswordChanged { at: now() })?;
    second_step::end_all(connection, proof.member)?;
    if had_none {
        factor::forget(connection, proof.member)?;
        passkeys::store::forget(connection, proof.member)?;
    }
    events::record(connection, proof.member, Kind::PasswordReset, &device::known_as(&browser.agent))?;
    second_step::enter(connection, proof.member, browser, None).map(Some)
}

#[derive(Template)]
#[template(path = "accounts/verify_email.html")]
struct Verify {
    page: Layout,
    token: String,
    email: String,
}

/// `GET /verify-email/{token}`: confirms at once where its member is signed in. Elsewhere it asks, since also programs that look
/// through mail open links.
///
/// # Errors
/// The database's.
pub async fn verify_form(
    site: SiteData,
    page: Layout,
    token: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let asked = token.clone();
    let proof = site.read(move |connection| tokens::find(connection, Purpose::Confirm, &asked)).await?;
    match proof {
        Some(proof) if page.opened && page.is_viewer(proof.member) => confirm(&site, page, token, &redirect).await,
        Some(proof) => Verify { page, token, email: proof.email }.show(),
        None => expired(page, "/settings/account"),
    }
}

/// `POST /verify-email/{token}`
///
/// # Errors
/// The database's.
pub async fn verify(
    site: SiteData,
    page: Layout,
    token: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    confirm(&site, page, token.into_inner(), &redirect).await
}

async fn confirm(site: &SiteData, page: Layout, token: String, redirect: &Redirect) -> Result<HttpResponse, Error> {
    let confirmed = site.write(move |connection| match tokens::take(connection, Purpose::Confirm, &token)? {
        Some(proof) => addresses::confirm(connection, proof.member, &proof.email),
        None => Ok(false),
    });
    if !confirmed.await? {
        return expired(page, "/settings/account");
    }
    redirect.done(t("Your e-mail address is confirmed."));
    Ok(redirect.to(if page.viewer.is_some() { "/settings/account" } else { "/sign-in" }))
}
