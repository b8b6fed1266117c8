//! The pages of visitors: what this is, signing in and out.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::accounts::addresses::Candidate;
use crate::accounts::attempt::Attempt;
use crate::accounts::browsers::Browser;
use crate::accounts::factor::second_step::enter;
use crate::accounts::factor::second_step_pages;
use crate::accounts::passkeys::relying::Passkeys;
use crate::accounts::{Known, applications, device as agent_of, email, sessions};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::filters;
use crate::language::t;
use crate::limits::Network;
use crate::web::cookie;
use crate::web::error_page::signed_in_again;
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, local, refused, see_other};
use crate::web::pending_form::PendingForm;
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "accounts/landing.html")]
struct Landing {
    page: Layout,
}

/// `GET /` for visitors; whoever waits to be let in sees that they wait.
///
/// # Errors
/// The template's.
pub fn landing(page: Layout, redirect: &Redirect) -> Result<HttpResponse, Error> {
    if applications::signed_in(redirect.session()).is_some() {
        return Ok(redirect.to("/registration"));
    }
    Landing { page }.show()
}

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignIn {
    page: Layout,
    form: Form,
    problems: Problems,
    /// What was sent while one was signed out, to be sent again afterwards.
    kept: Option<PendingForm>,
    /// Whether passkeys work on this site.
    has_passkeys: bool,
}

impl SignIn {
    fn sign_in(&self) -> String {
        leading_on("/sign-in", &self.form)
    }

    fn forgot(&self) -> String {
        leading_on("/forgot-password", &self.form)
    }

    fn sign_up(&self) -> String {
        leading_on("/sign-up", &self.form)
    }
}

/// The answer to a form that was sent after the session ended: nothing is done, and nothing is lost.
///
/// # Errors
/// The template's.
pub fn sign_in_first(page: Layout, next: &str, kept: PendingForm, passkeys: &Passkeys) -> Result<HttpResponse, Error> {
    let form = Form::of([("next", next)]);
    let has_passkeys = passkeys.work();
    SignIn { page, form, problems: Problems::default(), kept: Some(kept), has_passkeys }
        .show_as(StatusCode::UNAUTHORIZED)
}

/// `GET /sign-in`
///
/// # Errors
/// The template's.
pub async fn sign_in_form(page: Layout, Query(form): Query, passkeys: Data<Passkeys>) -> Result<HttpResponse, Error> {
    if page.viewer.is_some() {
        return Ok(see_other(&wanted(&form)));
    }
    // From an address nothing is kept: somebody else may have written it.
    let has_passkeys = passkeys.work();
    SignIn { page, form, problems: Problems::default(), kept: None, has_passkeys }.show()
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
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let (key, browser) = (email::key(form.get("email")), Browser::of(redirect.session(), agent_of(&request)));
    let of = key.clone();
    let found = site.read(move |connection| Known::load(connection, &of)).await?;
    let attempt = Attempt::of(&site, &key, found.at_sign_in(), (&browser, Network::of(&request))).await?;
    let typed = form.get("password").chars().take(1_000).collect();
    let which = match attempt.which(&site, typed).await {
        Err(why @ (Error::TooMany { .. } | Error::Busy)) => return try_later(page, form, &passkeys, &why),
        which => which?,
    };
    let refused = |page: Layout, form: Form, why: &str| sign_in_again(page, form, &passkeys, why);
    if let Some(applicant) = which.and_then(|at| found.applicant(at)) {
        applications::sign_in(redirect.session(), applicant.id)?;
        return Ok(redirect.to("/registration"));
    }
    let wrong = t("E-mail or password is not right. Please try again.");
    let found = found.accounts;
    let account = which.and_then(|at| Some((at, found.get(at).cloned()?)));
    let Some((at, Candidate { member, hash })) = account else { return refused(page, form, wrong) };
    let before = page.viewer.clone();
    let entry = site
        .write(move |connection| match crate::accounts::still_has_password(connection, member, &hash)? {
            true => {
                attempt.succeed(connection, at)?;
                enter(connection, member, &browser, before.as_deref()).map(Some)
            }
            false => Ok(None),
        })
        .await?;
    let Some(entry) = entry else { return refused(page, form, wrong) };
    second_step_pages::entered(&site, page, entry, &form, &redirect, &passkeys).await
}

/// The form again, where the password was not even compared.
fn try_later(page: Layout, form: Form, passkeys: &Passkeys, why: &Error) -> Result<HttpResponse, Error> {
    Ok(refused(sign_in_again(page, form, passkeys, why.title_and_sentence().1)?, why))
}

/// Shows the page that signs in again, and why it did not.
///
/// # Errors
/// The template's.
pub fn sign_in_again(page: Layout, form: Form, passkeys: &Passkeys, why: &str) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    problems.add("email", why);
    let (kept, has_passkeys) = (PendingForm::handed_on(&form), passkeys.work());
    SignIn { page, form, problems, kept, has_passkeys }.show_again()
}

/// Answers whoever is signed in now: where they wanted to go, or what they typed while they were not.
///
/// # Errors
/// The database's.
pub async fn signed_in(site: &SiteData, token: &str, form: &Form, redirect: &Redirect) -> Result<HttpResponse, Error> {
    cookie::sign_in(redirect.session(), token)?;
    let member = token.split('.').next().and_then(|id| id.parse().ok()).unwrap_or_default();
    lead_on(site, member, form, redirect).await
}

/// Leads a member who is signed in to where they wanted to go, or to what they typed while they were not.
///
/// # Errors
/// The database's.
pub async fn lead_on(
    site: &SiteData,
    member: MemberId,
    form: &Form,
    redirect: &Redirect,
) -> Result<HttpResponse, Error> {
    let Some(kept) = PendingForm::handed_on(form) else { return Ok(redirect.to(&wanted(form))) };
    let typed = kept.clone();
    let is_theirs = site.read(move |connection| typed.is_of(connection, member)).await?;
    Ok(if is_theirs { signed_in_again(kept) } else { redirect.to("/") })
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
    applications::sign_out(redirect.session());
    redirect.done_for_anybody(t("You are signed out."));
    Ok(redirect.to("/"))
}

/// Where one wanted to go before signing in.
pub fn wanted(form: &Form) -> String {
    local(form.get("next")).unwrap_or_else(|| "/".into())
}

/// The address of one of the two pages, which leads on to where one wanted to go.
pub fn leading_on(path: &str, form: &Form) -> String {
    match local(form.get("next")) {
        Some(next) => format!(
            "{path}?{}",
            url::form_urlencoded::Serializer::new(String::new()).append_pair("next", &next).finish()
        ),
        None => path.to_owned(),
    }
}
