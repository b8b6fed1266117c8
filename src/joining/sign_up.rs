//! `/sign-up` and `/join/{code}`: the form by which somebody becomes a member, or waits to become one. Nobody is told whether
//! their address has an account already.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::accounts::attempt::Attempt;
use crate::accounts::browsers::Browser;
use crate::accounts::factor::second_step::{self, Entry};
use crate::accounts::factor::second_step_pages;
use crate::accounts::pages::{leading_on, wanted};
use crate::accounts::passkeys::relying::Passkeys;
use crate::accounts::{self, Known, NewMember, applications, device, email, password};
use crate::db::{Connection, new_id};
use crate::error::Error;
use crate::ids::MemberId;
use crate::joining::door::{self, Admission, Door, Opened};
use crate::joining::{letters, links, robots, waiting};
use crate::language::{filters, t};
use crate::limits::{Limit, Network, Subject};
use crate::mail;
use crate::members::role::Role;
use crate::members::{self, MemberCard};
use crate::relationship::Limits;
use crate::web::cookie;
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, refused, see_other};
use crate::web::registration;
use crate::web::site::{Site, SiteData};
use crate::web::viewer::Viewer;
use crate::webhooks;

/// Characters of an answer to *Why do you want to join?*
const LONGEST_REASON: usize = 1_000;

#[derive(Template)]
#[template(path = "joining/sign_up.html")]
struct SignUp {
    page: Layout,
    form: Form,
    problems: Problems,
    /// Where the form goes.
    action: String,
    /// Who invites, where one comes by a link.
    inviter: Option<MemberCard>,
    /// Whether an administrator answers it, and so asks why one wants to join.
    asks_reason: bool,
    stamp: String,
}

impl SignUp {
    fn sign_in(&self) -> String {
        leading_on("/sign-in", &self.form)
    }

    fn sign_up(&self) -> String {
        leading_on("/sign-up", &self.form)
    }
}

#[derive(Template)]
#[template(path = "joining/closed.html")]
struct Closed {
    page: Layout,
    title: &'static str,
    sentence: &'static str,
}

/// What a form needs to know beforehand.
struct Prepared {
    opened: Option<Opened>,
    inviter: Option<MemberCard>,
    stamp: String,
    key: String,
    closed: &'static str,
}

fn prepare(connection: &mut Connection, door: &Door) -> Result<Prepared, Error> {
    let opened = door::look(connection, door)?;
    let owner: Vec<MemberId> = opened.iter().filter_map(|opened| Some(opened.pass.as_ref()?.owner())).collect();
    Ok(Prepared {
        inviter: members::persons(connection, &owner)?.pop(),
        stamp: robots::stamp(connection)?,
        key: registration::form_key(connection)?,
        closed: registration::load(connection)?.sentence(),
        opened,
    })
}

impl Prepared {
    /// The form; or, where one does not come in this way, why not.
    fn page(
        self,
        page: Layout,
        door: &Door,
        form: Form,
        problems: Problems,
    ) -> Result<SignUp, Box<(Closed, StatusCode)>> {
        let closed = |page, title, sentence, status| Err(Box::new((Closed { page, title, sentence }, status)));
        let action = match door {
            Door::Form => "/sign-up".to_owned(),
            Door::Link(code) => format!("/join/{code}"),
        };
        match self.opened.map(|opened| opened.admission) {
            None => {
                let title = t("This link does not work any more");
                closed(page, title, t("This link has been used or has expired."), StatusCode::GONE)
            }
            Some(Admission::Refused) => closed(page, t("Sign up"), self.closed, StatusCode::OK),
            Some(admission) => {
                let asks_reason = admission == Admission::Waits;
                Ok(SignUp { page, form, problems, action, inviter: self.inviter, asks_reason, stamp: self.stamp })
            }
        }
    }
}

async fn prepared(site: &Site, door: &Door) -> Result<Prepared, Error> {
    let door = door.clone();
    site.read(move |connection| prepare(connection, &door)).await
}

/// `GET /sign-up`
///
/// # Errors
/// The database's.
pub async fn sign_up_form(site: SiteData, page: Layout, Query(form): Query) -> Result<HttpResponse, Error> {
    if page.viewer.is_some() {
        return Ok(see_other(&wanted(&form)));
    }
    show(&site, page, &Door::Form, form).await
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
    answer(&site, page, Door::Form, form, &request, &redirect).await
}

/// `GET /join/{code}`
///
/// # Errors
/// The database's.
pub async fn join_form(
    site: SiteData,
    page: Layout,
    code: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    if page.viewer.is_some() {
        redirect.refused(t("You are a member already. Sign out to try an invite link."));
        return Ok(redirect.to("/"));
    }
    show(&site, page, &Door::Link(code.into_inner()), Form::default()).await
}

/// `POST /join/{code}`
///
/// # Errors
/// The database's.
pub async fn join(
    site: SiteData,
    page: Layout,
    code: Path<String>,
    form: Form,
    request: HttpRequest,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    answer(&site, page, Door::Link(code.into_inner()), form, &request, &redirect).await
}

async fn show(site: &Site, page: Layout, door: &Door, form: Form) -> Result<HttpResponse, Error> {
    match prepared(site, door).await?.page(page, door, form, Problems::default()) {
        Ok(form) => form.show(),
        Err(closed) => closed.0.show_as(closed.1),
    }
}

async fn show_again(
    site: &Site,
    page: Layout,
    door: &Door,
    form: Form,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let mut ready = prepared(site, door).await?;
    if let Some(stamp) = robots::stamp_again(&ready.key, form.get(robots::STAMP), site.least_seconds) {
        ready.stamp = stamp;
    }
    match ready.page(page, door, form, problems) {
        Ok(form) => form.show_again(),
        Err(closed) if closed.1 == StatusCode::OK => closed.0.show_again(),
        Err(closed) => closed.0.show_as(closed.1),
    }
}

/// What somebody typed who comes in.
#[derive(Clone)]
struct Typed {
    full_name: String,
    email: String,
    password: String,
    reason: String,
}

fn typed(form: &Form, problems: &mut Problems, asks_reason: bool) -> Typed {
    let full_name = crate::accounts::full_name(form, problems);
    let email = crate::accounts::email(form, problems);
    let password = password::new(form, problems, "password", (&email, &full_name));
    let reason = match asks_reason {
        true => problems.text(form, "reason", t("Why do you want to join?"), (1, LONGEST_REASON)),
        false => String::new(),
    };
    Typed { full_name, email, password, reason }
}

async fn answer(
    site: &SiteData,
    page: Layout,
    door: Door,
    form: Form,
    request: &HttpRequest,
    redirect: &Redirect,
) -> Result<HttpResponse, Error> {
    let ready = prepared(site, &door).await?;
    let Some(admission) = ready.opened.as_ref().map(|opened| opened.admission) else {
        return show_again(site, page, &door, form, Problems::default()).await;
    };
    if admission == Admission::Refused {
        return show_again(site, page, &door, form, Problems::default()).await;
    }
    let mut problems = Problems::default();
    let typed = typed(&form, &mut problems, admission == Admission::Waits);
    if door == Door::Form {
        robots::check(&form, &mut problems, &ready.key, site.least_seconds);
    }
    if problems.any() {
        return show_again(site, page, &door, form, problems).await;
    }
    let browser = Browser::of(redirect.session(), device(request));
    let network = Network::of(request);
    if let Err(why) = site.take(Limit::SignUp, Subject::network(network)).await {
        let Error::TooMany { sentence, .. } = &why else { return Err(why) };
        problems.add("email", sentence);
        return Ok(refused(show_again(site, page, &door, form, problems).await?, &why));
    }
    match come_in(site, page.viewer.as_deref(), &typed, &door, (&browser, network)).await? {
        Came::In(token) => {
            site.jobs.wake(mail::JOB);
            site.jobs.wake(webhooks::JOB);
            cookie::sign_in(redirect.session(), &token)?;
            redirect.done(t("Welcome! Your account is ready. Tell people who you are, then look for those you know."));
            Ok(redirect.to(&wanted(&form)))
        }
        Came::HalfIn(entry) => {
            let passkeys = request.app_data::<Data<Passkeys>>().cloned();
            let passkeys = passkeys.ok_or_else(|| Error::Internal("the site has no passkeys".into()))?;
            second_step_pages::entered(site, page, entry, &form, redirect, &passkeys).await
        }
        Came::Waits(application) => {
            site.jobs.wake(mail::JOB);
            site.jobs.wake(webhooks::JOB);
            applications::sign_in(redirect.session(), application)?;
            Ok(redirect.to("/registration"))
        }
        Came::Refused => show_again(site, page, &door, form, problems).await,
    }
}

/// How it ended.
enum Came {
    /// As a member, with the token of a session.
    In(String),
    /// With the password of an account that asks for more.
    HalfIn(Entry),
    /// As somebody who waits.
    Waits(MemberId),
    /// The door was closed meanwhile.
    Refused,
}

async fn come_in(
    site: &SiteData,
    before: Option<&Viewer>,
    typed: &Typed,
    door: &Door,
    (browser, network): (&Browser, Network),
) -> Result<Came, Error> {
    let hash = password::hash(typed.password.clone(), Subject::network(network)).await?;
    let (full_name, email) = (typed.full_name.clone(), typed.email.clone());
    let new = NewMember { full_name, email, password: hash, role: Role::Member };
    loop {
        // Whoever has the password of an account of this address signs in to it: they pressed twice, or forgot it.
        let key = email::key(&new.email);
        let asked = key.clone();
        let known = site.read(move |connection| Known::load(connection, &asked)).await?;
        let attempt = Attempt::of(site, &key, known.at_sign_up(), (browser, network)).await?.sparing_network();
        let which = match attempt.which(site, typed.password.clone()).await {
            // Where no more passwords of the address are tried, this is a sign-up like any other.
            Err(Error::TooMany { .. }) => None,
            which => which?,
        };
        if let Some(applicant) = which.and_then(|at| known.applicant(at)) {
            return Ok(Came::Waits(applicant.id));
        }
        let account =
            which.and_then(|at| Some((at, known.accounts.get(at)?.member, known.accounts.get(at)?.hash.clone())));
        let (new, door, reason, limits) = (new.clone(), door.clone(), typed.reason.clone(), site.limits());
        let (browser, before) = (browser.clone(), before.cloned());
        let came = site.write(move |connection| {
            let start = |connection: &mut Connection, member| {
                Ok(match second_step::enter(connection, member, &browser, before.as_ref())? {
                    Entry::SignedIn(token) => Came::In(token),
                    begun => Came::HalfIn(begun),
                })
            };
            if let Some((at, member, hash)) = &account {
                let (at, member) = (*at, *member);
                if !accounts::still_has_password(connection, member, hash)? {
                    return Ok(None);
                }
                attempt.succeed(connection, at)?;
                return start(connection, member).map(Some);
            }
            if !known.still_holds(connection, &key)? {
                return Ok(None);
            }
            match register(connection, &limits, &new, &reason, &door)? {
                Registered::Member(member) => start(connection, member).map(Some),
                Registered::Waits(application) => Ok(Some(Came::Waits(application))),
                Registered::Refused => Ok(Some(Came::Refused)),
            }
        });
        if let Some(came) = came.await? {
            return Ok(came);
        }
    }
}

/// What became of a new account.
enum Registered {
    Member(MemberId),
    Waits(MemberId),
    Refused,
}

fn register(
    connection: &mut Connection,
    limits: &Limits,
    new: &NewMember,
    reason: &str,
    door: &Door,
) -> Result<Registered, Error> {
    let Some(opened) = door::pass(connection, door)? else { return Ok(Registered::Refused) };
    match opened.admission {
        Admission::Refused => Ok(Registered::Refused),
        Admission::Waits => waiting::put(connection, new, reason, door.code()).map(Registered::Waits),
        Admission::AtOnce => {
            let member = new_id();
            crate::accounts::enroll(connection, member, new)?;
            came_by(connection, limits, member, door.code())?;
            Ok(Registered::Member(member))
        }
    }
}

/// Notes by which link a new member came; a letter becomes an invitation to connect.
///
/// # Errors
/// The database's.
pub(super) fn came_by(connection: &mut Connection, limits: &Limits, member: MemberId, code: &str) -> Result<(), Error> {
    match links::find(connection, code)? {
        Some(link) => links::note_join(connection, &link, member),
        None => letters::become_invitation(connection, limits, member, code),
    }
}
