//! The two guards in front of the pages: one finds out who looks, the other lets only members in.

use std::sync::Arc;

use actix_session::SessionExt;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::LOCATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};

use crate::accounts::pages::sign_in_first;
use crate::accounts::passkeys::relying::Passkeys;
use crate::accounts::sessions;
use crate::error::Error;
use crate::language::Context;
use crate::limits::{Limit, Network, Subject};
use crate::members::role::Role;
use crate::web::address::Table;
use crate::web::open_reports;
use crate::web::page::{self, Layout};
use crate::web::site::Site;
use crate::web::viewer;
use crate::web::{cookie, csrf, pending_form};

/// Finds out who looks.
///
/// # Errors
/// The page's own.
pub async fn load_viewer<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if csrf::is_of_programs(request.path()) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let looked = match look(&request).await {
        Ok(()) => count(&request).await,
        failed => failed,
    };
    match looked {
        Ok(()) if is_leaving(&request) => Ok(request.into_response(page::see_other(DELETION)).map_into_right_body()),
        Ok(()) if is_kept_out(&request) => {
            Ok(request.into_response(page::see_other("/suspended")).map_into_right_body())
        }
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        // An answer, not an error: what stands in front adds its headers to answers only.
        Err(error) => Ok(request.error_response(error).map_into_right_body()),
    }
}

/// Counts a page or form, of the member or of a visitor's network. What a page brings along is not counted, nor what
/// operators ask for.
async fn count(request: &ServiceRequest) -> Result<(), Error> {
    let first = request.path().split('/').nth(1).unwrap_or_default();
    let Some(site) = request.app_data::<Data<Site>>().filter(|_| !NOT_COUNTED.contains(&first)) else {
        return Ok(());
    };
    let subject = match viewer::viewer(request.request()) {
        Some(viewer) => Subject::member(viewer.id),
        None => Subject::network(Network::of(request.request())),
    };
    site.meter(Limit::Pages, subject).await
}

/// The last two are asked by devices, which bring no cookie: they would use up the pages of their network.
const NOT_COUNTED: [&str; 9] = [
    "static",
    "photos",
    "community",
    "community.css",
    "manifest.webmanifest",
    "healthz",
    "readyz",
    "dav",
    ".well-known",
];

/// Where whoever deletes their account may keep it.
pub const DELETION: &str = "/settings/data/delete";

/// What opens for whoever deletes their account: keeping it, and what is theirs.
const OPEN_TO_LEAVING: [&str; 3] = ["settings/data/delete", "settings/data/keep", "settings/data/archive"];
/// What opens for whoever is suspended or banned: what is theirs by law. Everything else leads to the page that says so.
const OPEN_TO_SUSPENDED: [&str; 1] = ["settings/data"];
/// What opens for both: being told, with the appeal; what pages bring along; what the community says; and the way out.
const OPEN_TO_BOTH: [&str; 15] = [
    "suspended",
    "sign-out",
    "confirm",
    "appearance",
    "static",
    "community",
    "community.css",
    "photos",
    "rules",
    "privacy",
    "unsubscribe",
    "healthz",
    "readyz",
    "manifest.webmanifest",
    "robots.txt",
];

/// Whether an address is asked for that is closed to whoever deletes their account.
fn is_leaving(request: &ServiceRequest) -> bool {
    let leaves = viewer::viewer(request.request()).is_some_and(|viewer| viewer.deletion_due_at.is_some());
    leaves && !opens(request, &OPEN_TO_LEAVING)
}

/// Whether an address is one of these, or below one, or opens for both.
fn opens(request: &ServiceRequest, open: &[&str]) -> bool {
    let path = request.path().trim_start_matches('/');
    let opens = |open: &&str| path.strip_prefix(open).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    OPEN_TO_BOTH.iter().chain(open).any(opens)
}

fn is_kept_out(request: &ServiceRequest) -> bool {
    let is_suspended = viewer::viewer(request.request()).is_some_and(|viewer| viewer.is_suspended);
    is_suspended && !opens(request, &OPEN_TO_SUSPENDED)
}

async fn look(request: &ServiceRequest) -> Result<(), Error> {
    if let (Some(token), Some(site)) =
        (cookie::token(&request.get_session()), request.app_data::<Data<Site>>().cloned())
    {
        let limits = site.limits();
        let found = site.read_one(move |connection| sessions::viewer(connection, &limits, &token)).await?;
        if let Some((mut viewer, stale)) = found {
            if viewer.may_moderate() {
                viewer.open_reports = open_reports::badge(&site, viewer.id).await?;
            }
            Context::current().chosen(&viewer.language, &viewer.time_zone).set();
            let viewer = Arc::new(viewer);
            request.extensions_mut().insert(viewer.clone());
            if stale {
                match site.write(move |connection| sessions::touch(connection, &viewer)).await {
                    // The browser keeps its cookie as long from now on.
                    Ok(()) => cookie::keep(&request.get_session()),
                    // Whoever only reads can do so on a full disk; the next page tries to note it again.
                    Err(why) => tracing::warn!(%why, "a session's last use could not be noted"),
                }
            }
        }
    }
    Ok(())
}

/// What the site has addresses for.
pub struct Addresses {
    /// For everybody.
    pub open: Table,
    /// For members too.
    pub all: Table,
}

/// Leads from an address with capitals or a slash behind it to the one that was meant, and says which methods an address
/// takes, to everybody for whom there is such an address.
///
/// # Errors
/// The page's own.
pub async fn as_meant<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let (meant, allowed) = match request.app_data::<Addresses>() {
        Some(known) => (known.all.meant(request.request()), allowed(known, &request)),
        None => (None, String::new()),
    };
    // Where there is nothing for whoever asks, there is nothing either in another way of writing.
    let is_theirs = |meant: &String| {
        let least = role_of(meant.split('?').next().unwrap_or_default());
        least == Role::Member || has_role(&request, least)
    };
    if let Some(meant) = meant.filter(is_theirs) {
        let redirect = HttpResponse::PermanentRedirect().insert_header((LOCATION, meant)).finish();
        return Ok(request.into_response(redirect).map_into_right_body());
    }
    if is_wrong(request.method(), &allowed) {
        return Ok(request.error_response(Error::WrongMethod(allowed)).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// The methods that an address takes; empty where whoever asks is to see none. The addresses of those who run the site are
/// theirs, and absent to everybody else.
fn allowed(known: &Addresses, request: &ServiceRequest) -> String {
    let open = known.open.allowed(request.request());
    let least = least_role(request);
    let is_theirs = least == Role::Member || has_role(request, least);
    if open.is_empty() && is_theirs { known.all.allowed(request.request()) } else { open }
}

/// What is asked in the right way has an address that can be nobody's where nothing answers it.
fn is_wrong(method: &Method, allowed: &str) -> bool {
    !allowed.is_empty() && !allowed.split(", ").any(|one| one == method.as_str())
}

/// Answers members where no address of the table does.
///
/// # Errors
/// [`Error::WrongMethod`] where there is the address, else [`Error::NotFound`].
pub async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, Error> {
    let allowed = request.app_data::<Addresses>().map(|known| known.all.allowed(&request)).unwrap_or_default();
    Err(if is_wrong(request.method(), &allowed) { Error::WrongMethod(allowed) } else { Error::NotFound })
}

/// Answers a member at the pages of those who run the site as at an address that there is not, unless they are one of them.
///
/// # Errors
/// The page's own.
pub async fn require_role<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if has_role(&request, least_role(&request)) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    Ok(request.error_response(Error::NotFound).map_into_right_body())
}

/// The role that an address is for.
fn least_role(request: &ServiceRequest) -> Role {
    // The path as the table of addresses reads it: some letters may be written in another way.
    role_of(request.match_info().as_str())
}

fn role_of(path: &str) -> Role {
    match path.split('/').nth(1) {
        Some("admin") => Role::Administrator,
        Some("moderation") => Role::Moderator,
        _ => Role::Member,
    }
}

fn has_role(request: &ServiceRequest, least: Role) -> bool {
    viewer::viewer(request.request()).is_some_and(|viewer| viewer.role.is_at_least(least))
}

/// Lets members in and sends everybody else to sign in, from where they come back to what they wanted, with what they
/// typed.
///
/// # Errors
/// The page's own.
pub async fn require_sign_in<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if viewer::viewer(request.request()).is_some() {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let wanted = if request.method() == Method::GET {
        request.uri().path_and_query().map(ToString::to_string)
    } else {
        page::came_from(request.request())
    };
    if let Some(kept) = pending_form::kept(request.request()) {
        let page = Layout::extract(request.request()).await?;
        let passkeys = request.app_data::<Data<Passkeys>>().cloned();
        let passkeys = passkeys.ok_or_else(|| Error::Internal("the site has no passkeys".into()))?;
        let response = sign_in_first(page, wanted.as_deref().unwrap_or_default(), kept, &passkeys)?;
        return Ok(request.into_response(response).map_into_right_body());
    }
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("next", &wanted.unwrap_or_default()).finish();
    let response = page::see_other(&format!("/sign-in?{query}"));
    Ok(request.into_response(response).map_into_right_body())
}
