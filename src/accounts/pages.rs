//! The pages of visitors: what this is, signing up, in and out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::accounts::addresses::{self, Candidate};
use crate::accounts::browsers::{self, Browser};
use crate::accounts::events::{self, Kind};
use crate::accounts::{NewMember, device as agent_of, email, password, sessions};
use crate::db::Connection;
use crate::error::Error;
use crate::language::filters;
use crate::language::t;
use crate::mail;
use crate::members::role::Role;
use crate::web::cookie;
use crate::web::device;
use crate::web::error_page::signed_in_again;
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, local, see_other};
use crate::web::pending_form::PendingForm;
use crate::web::site::SiteData;
use crate::web::viewer::Viewer;

#[derive(Template)]
#[template(path = "accounts/landing.html")]
struct Landing {
    page: Layout,
}

/// `GET /` for visitors.
///
/// # Errors
/// The template's.
pub fn landing(page: Layout) -> Result<HttpResponse, Error> {
    Landing { page }.show()
}

#[derive(Template)]
#[template(path = "accounts/sign_up.html")]
struct SignUp {
    page: Layout,
    form: Form,
    problems: Problems,
}

impl SignUp {
    fn sign_in(&self) -> String {
        leading_on("/sign-in", &self.form)
    }

    fn sign_up(&self) -> String {
        leading_on("/sign-up", &self.form)
    }
}

/// `GET /sign-up`
///
/// # Errors
/// The template's.
pub async fn sign_up_form(page: Layout, Query(form): Query) -> Result<HttpResponse, Error> {
    if page.viewer.is_some() {
        return Ok(see_other(&wanted(&form)));
    }
    SignUp { page, form, problems: Problems::default() }.show()
}

/// `POST /sign-up`
///
/// # Errors
/// The database's.
pub async fn sign_up(
    site: SiteData,
    page: Layout,
    form: Form,
    request: HttpRequest,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let full_name = crate::accounts::full_name(&form, &mut problems);
    let email = crate::accounts::email(&form, &mut problems);
    let password = password::new(&form, &mut problems, "password", &email);
    if problems.any() {
        return SignUp { page, form, problems }.show_again();
    }
    let browser = Browser::of(redirect.session(), agent_of(&request));
    let before = page.viewer.clone();
    let hash = password::hash(password.clone()).await?;
    let new = NewMember { full_name, email, password: hash, role: Role::Member };
    let token = loop {
        // Whoever has the password of an account of this address signs in to it: they pressed twice, or forgot it.
        let known = candidates(&site, &new.email).await?;
        let hashes = known.iter().map(|account| account.hash.clone()).collect();
        let which = password::which(password.clone(), hashes).await?;
        let account = which.and_then(|at| known.get(at));
        if account.is_some_and(Candidate::is_suspended) {
            problems.add("email", t("This account is suspended. Ask those who run this site."));
            return SignUp { page, form, problems }.show_again();
        }
        let theirs = account.map(|account| account.member);
        let (new, browser, before) = (new.clone(), browser.clone(), before.clone());
        let started = site.write(move |connection| {
            let member = match theirs {
                Some(member) => Some(member),
                None => crate::accounts::enroll(connection, &new, &known)?,
            };
            member.map(|member| start(connection, member, &browser, before.as_deref())).transpose()
        });
        if let Some(token) = started.await? {
            break token;
        }
    };
    site.jobs.wake(mail::JOB);
    cookie::sign_in(redirect.session(), &token)?;
    redirect.done(t("Welcome! Your account is ready. Tell people who you are, then look for those you know."));
    Ok(redirect.to(&wanted(&form)))
}

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignIn {
    page: Layout,
    form: Form,
    problems: Problems,
    /// What was sent while one was signed out, to be sent again afterwards.
    kept: Option<PendingForm>,
}

impl SignIn {
    fn sign_in(&self) -> String {
        leading_on("/sign-in", &self.form)
    }

    fn sign_up(&self) -> String {
        leading_on("/sign-up", &self.form)
    }
}

/// The answer to a form that was sent after the session ended: nothing is done, and nothing is lost.
///
/// # Errors
/// The template's.
pub fn sign_in_first(page: Layout, next: &str, kept: PendingForm) -> Result<HttpResponse, Error> {
    let form = Form::of([("next", next)]);
    SignIn { page, form, problems: Problems::default(), kept: Some(kept) }.show_as(StatusCode::UNAUTHORIZED)
}

/// `GET /sign-in`
///
/// # Errors
/// The template's.
pub async fn sign_in_form(page: Layout, Query(form): Query) -> Result<HttpResponse, Error> {
    if page.viewer.is_some() {
        return Ok(see_other(&wanted(&form)));
    }
    // From an address nothing is kept: somebody else may have written it.
    SignIn { page, form, problems: Problems::default(), kept: None }.show()
}

/// `POST /sign-in`: the same time and sentence for an unknown e-mail address and a wrong password.
///
/// # Errors
/// The database's.
pub async fn sign_in(
    site: SiteData,
    page: Layout,
    form: Form,
    request: HttpRequest,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let found = candidates(&site, form.get("email")).await?;
    let hashes = found.iter().map(|account| account.hash.clone()).collect();
    let which = password::which(form.get("password").chars().take(1_000).collect(), hashes).await?;
    let refused = |page: Layout, form: Form, why: &str| {
        let mut problems = Problems::default();
        problems.add("email", why);
        SignIn { page, kept: PendingForm::handed_on(&form), form, problems }.show_again()
    };
    let wrong = t("E-mail or password is not right. Please try again.");
    let Some(Candidate { member, hash, .. }) = which.and_then(|at| found.get(at)).cloned() else {
        return refused(page, form, wrong);
    };
    if found.iter().any(|account| account.member == member && account.is_suspended()) {
        return refused(page, form, t("This account is suspended. Ask those who run this site."));
    }
    let (browser, before) = (Browser::of(redirect.session(), agent_of(&request)), page.viewer.clone());
    let token = site
        .write(move |connection| match crate::accounts::still_has_password(connection, member, &hash)? {
            true => start(connection, member, &browser, before.as_deref()).map(Some),
            false => Ok(None),
        })
        .await?;
    let Some(token) = token else { return refused(page, form, wrong) };
    site.jobs.wake(mail::JOB);
    cookie::sign_in(redirect.session(), &token)?;
    let Some(kept) = PendingForm::handed_on(&form) else { return Ok(redirect.to(&wanted(&form))) };
    let typed = kept.clone();
    let is_theirs = site.read(move |connection| typed.is_of(connection, member)).await?;
    Ok(if is_theirs { signed_in_again(kept) } else { redirect.to("/") })
}

/// Loads the accounts of an address as it was typed.
async fn candidates(site: &SiteData, email: &str) -> Result<Vec<Candidate>, Error> {
    let key = email::key(email);
    site.read(move |connection| addresses::candidates(connection, &key)).await
}

/// Starts a session, and ends the one that this browser had.
fn start(
    connection: &mut Connection,
    member: i64,
    browser: &Browser,
    before: Option<&Viewer>,
) -> Result<String, Error> {
    if let Some(before) = before {
        sessions::end(connection, before.id, &before.token_hash)?;
    }
    browsers::meet(connection, member, browser)?;
    events::record(connection, member, Kind::SignedIn, &device::name(&browser.agent))?;
    sessions::start(connection, member, &browser.agent)
}

/// `POST /sign-out`
///
/// # Errors
/// The database's.
pub async fn sign_out(site: SiteData, page: Layout, redirect: Redirect) -> Result<HttpResponse, Error> {
    if let Some(viewer) = page.viewer.as_deref().cloned() {
        site.write(move |connection| sessions::end(connection, viewer.id, &viewer.token_hash)).await?;
    }
    cookie::sign_out(redirect.session());
    Ok(redirect.to("/"))
}

/// Where one wanted to go before signing in.
fn wanted(form: &Form) -> String {
    local(form.get("next")).unwrap_or_else(|| "/".into())
}

/// The address of one of the two pages, which leads on to where one wanted to go.
fn leading_on(path: &str, form: &Form) -> String {
    match local(form.get("next")) {
        Some(next) => format!(
            "{path}?{}",
            url::form_urlencoded::Serializer::new(String::new()).append_pair("next", &next).finish()
        ),
        None => path.to_owned(),
    }
}
