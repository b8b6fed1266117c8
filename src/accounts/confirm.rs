//! *Confirm it is you*: what could take an account away is done only by somebody who has lately given its password or passkey,
//! not by whoever sits down at an open browser. Pages take [`Confirmed`] in place of [`SignedIn`], or ask [`is_recent`].

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_session::Session;
use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use diesel::prelude::*;

use crate::accounts::passkeys::relying::Passkeys;
use crate::accounts::{password, sessions};
use crate::dates::now;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{filters, t};
use crate::limits::{self, Limit, Subject};
use crate::schema::members;
use crate::web::cookie;
use crate::web::error_page::confirmed;
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn, came_from, local, see_other};
use crate::web::pending_form::{self, PendingForm};
use crate::web::site::{Site, SiteData};
use crate::web::viewer::Viewer;

/// Seconds for which it holds that it is them.
pub const LASTS: i64 = 15 * 60;

/// Returns whether a member has shown lately that it is them.
pub fn is_recent(viewer: &Viewer) -> bool {
    // Also not where the clock ran ahead when it was noted.
    (now() - LASTS..=now() + 60).contains(&viewer.confirmed_at)
}

/// What the cookie notes of a passkey that confirmed: whose, and when.
const BY_PASSKEY: &str = "by_passkey";

/// Notes in this browser that a passkey has shown that it is this member: where a page asks for the password all the same, it
/// takes the place of that.
///
/// # Errors
/// [`Error::Internal`] where the cookie cannot be written.
pub fn note_passkey(session: &Session, member: MemberId) -> Result<(), Error> {
    session.insert(BY_PASSKEY, (member, now())).map_err(|why| Error::Internal(why.to_string()))
}

/// Returns whether a passkey has shown lately that it is this member.
pub fn was_by_passkey(session: &Session, viewer: &Viewer) -> bool {
    is_recent(viewer) && is_noted(session, viewer.id, now())
}

fn is_noted(session: &Session, member: MemberId, now: i64) -> bool {
    let noted: Option<(MemberId, i64)> = session.get(BY_PASSKEY).ok().flatten();
    noted.is_some_and(|(owner, at)| owner == member && (now - LASTS..=now + 60).contains(&at))
}

/// The signed-in member, who has shown lately that it is them. Whoever has not is asked first: before a page, which they are then
/// led to; before a form, which they may then send with what they typed.
#[derive(Debug, Clone)]
pub struct Confirmed(SignedIn);

impl Deref for Confirmed {
    type Target = SignedIn;
    fn deref(&self) -> &SignedIn {
        &self.0
    }
}

impl FromRequest for Confirmed {
    type Error = actix_web::Error;
    type Future = Ready<Result<Confirmed, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let found = SignedIn::from_request(request, payload).into_inner();
        ready(found.map_err(Into::into).and_then(|member| match is_recent(&member) {
            true => Ok(Confirmed(member)),
            false => Err(ask(request).map_or_else(Into::into, |page| {
                InternalError::from_response("it is not confirmed who this is", page).into()
            })),
        }))
    }
}

/// Returns the answer that asks a member to show that it is them, and then leads on to what they wanted.
///
/// # Errors
/// The template's.
pub fn ask(request: &HttpRequest) -> Result<HttpResponse, Error> {
    let here = match *request.method() {
        Method::GET => request.uri().path_and_query().map(ToString::to_string),
        _ => came_from(request),
    };
    let next = here.unwrap_or_default();
    match pending_form::kept(request) {
        Some(kept) => {
            let form = Form::of([("next", &next)]);
            Confirm::of(request, form, Problems::default(), Some(kept)).show_as(StatusCode::FORBIDDEN)
        }
        None => {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            Ok(see_other(&format!("/confirm?{}", query.append_pair("next", &next).finish())))
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/confirm.html")]
struct Confirm {
    page: Layout,
    form: Form,
    problems: Problems,
    /// What was sent before, to be sent again afterwards.
    kept: Option<PendingForm>,
    /// Whether passkeys work on this site.
    has_passkeys: bool,
}

impl Confirm {
    fn of(request: &HttpRequest, form: Form, problems: Problems, kept: Option<PendingForm>) -> Confirm {
        let has_passkeys = request.app_data::<Data<Passkeys>>().is_some_and(|passkeys| passkeys.work());
        Confirm { page: Layout::of(request), form, problems, kept, has_passkeys }
    }
}

/// `GET /confirm`
///
/// # Errors
/// The template's.
pub async fn form(request: HttpRequest, Query(form): Query) -> Result<HttpResponse, Error> {
    // From an address nothing is kept: somebody else may have written it.
    Confirm::of(&request, form, Problems::default(), None).show()
}

/// `POST /confirm`
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
) -> Result<HttpResponse, Error> {
    let not_theirs = t("This is not your password.");
    let Some(hash) = password_hash(&site, me.id, form.get("password")).await? else {
        return wrong(&request, form, not_theirs);
    };
    let viewer = me.viewer();
    let noted = site.write(move |connection| {
        let still = crate::accounts::still_has_password(connection, viewer.id, &hash)?;
        still.then(|| sessions::confirm(connection, &viewer)).transpose()
    });
    let Some(token) = noted.await? else { return wrong(&request, form, not_theirs) };
    cookie::renew(redirect.session(), token.as_deref())?;
    go_on(&site, page, &me, &form, &redirect).await
}

/// Shows the page again, and why it did not do.
///
/// # Errors
/// The template's.
pub fn wrong(request: &HttpRequest, form: Form, why: &str) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    problems.add("password", why);
    let kept = PendingForm::handed_on(&form);
    Confirm::of(request, form, problems, kept).show_again()
}

/// Leads on to what the member wanted, with what they typed.
///
/// # Errors
/// The database's.
pub async fn go_on(
    site: &SiteData,
    page: Layout,
    me: &SignedIn,
    form: &Form,
    redirect: &Redirect,
) -> Result<HttpResponse, Error> {
    let next = local(form.get("next")).unwrap_or_else(|| "/settings/security".into());
    let Some(kept) = PendingForm::handed_on(form) else { return Ok(redirect.to(&next)) };
    let (typed, id) = (kept.clone(), me.id);
    let is_theirs = site.read(move |connection| typed.is_of(connection, id)).await?;
    Ok(if is_theirs { confirmed(page, kept) } else { redirect.to(&next) })
}

/// Returns the hash of a member's password, if a passkey has shown lately that it is them, or else this is the password.
///
/// # Errors
/// The database's.
pub async fn proved_hash(
    site: &Site,
    me: &SignedIn,
    redirect: &Redirect,
    form: &Form,
) -> Result<Option<String>, Error> {
    if was_by_passkey(redirect.session(), me) {
        stored_hash(site, me.id).await.map(Some)
    } else {
        password_hash(site, me.id, form.get("password")).await
    }
}

async fn stored_hash(site: &Site, member: MemberId) -> Result<String, Error> {
    let hash = members::table.find(member).select(members::password_hash);
    site.read(move |connection| Ok(hash.first(connection)?)).await
}

/// Returns the hash of a member's password, if this is the password.
///
/// # Errors
/// The database's.
pub async fn password_hash(site: &Site, member: MemberId, password: &str) -> Result<Option<String>, Error> {
    let hash = stored_hash(site, member).await?;
    // Counted before it is compared, so that many at once are no more tries.
    let subject = Subject::member(member);
    site.take(Limit::Confirm, subject.clone()).await?;
    let right = password::matches(password.chars().take(1_000).collect(), Some(hash.clone()), subject.clone()).await?;
    if right {
        site.write(move |connection| limits::forget(connection, Limit::Confirm, &subject)).await?;
    }
    Ok(right.then_some(hash))
}

#[cfg(test)]
mod tests {
    use actix_session::SessionExt;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_passkey_holds_for_its_member_and_a_while() {
        let session = TestRequest::default().to_srv_request().get_session();
        let (ada, ben) = (MemberId::new(1), MemberId::new(2));
        assert!(!is_noted(&session, ada, now()));
        note_passkey(&session, ada).unwrap();
        assert!(is_noted(&session, ada, now()) && is_noted(&session, ada, now() + LASTS - 10));
        assert!(!is_noted(&session, ben, now()) && !is_noted(&session, ada, now() + LASTS + 10));
    }
}
