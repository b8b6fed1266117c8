//! The address book for phones and mail programs: CardDAV (RFC 6352) with `sync-collection` (RFC 6578), below `/dav`. One book a
//! member, of vCards 3.0, opened by an app password and by nothing else.
//!
//! - [`place`] are the addresses, [`properties`] what clients ask of them, [`wanted`] which of it.
//! - [`propfind`], [`reports`] and [`files`] answer the methods; [`listing`] writes what is long.
//! - [`entries`] and [`changes`] are the book under the names that devices know; [`sent`] reads what they send.
//! - [`xml`], [`names`] and [`answer`] are the language.

pub mod answer;
pub mod auth;
pub mod card_lines;
pub mod changes;
pub mod conditions;
pub mod entries;
pub mod files;
pub mod filter;
pub mod listing;
pub mod names;
pub mod pages;
pub mod place;
pub mod properties;
pub mod propfind;
pub mod reports;
pub mod sent;
pub mod wanted;
pub mod xml;

use actix_web::guard::fn_guard;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use actix_web::web::{Payload, ServiceConfig, resource, to};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use diesel::prelude::*;

use crate::contacts::store;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::schema::members;
use crate::web::community::Community;
use crate::web::large_body::{self, Body};
use crate::web::site::SiteData;
use answer::Refusal;
use place::Place;
use properties::{MAX_CARD, Owner};
use propfind::Depth;
use wanted::Wanted;

/// Bytes of a request in XML: the addresses of a whole book.
const MAX_XML: usize = 8 * 1024 * 1024;
/// What is answered to OPTIONS: the classes of WebDAV that are known here.
const CLASSES: &str = "1, 3, access-control, addressbook";

/// Why there is no answer yet.
enum Failed {
    Refused(Refusal),
    Broken(Error),
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Failed {
        Failed::Refused(refusal)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed::Broken(error)
    }
}

/// The addresses below `/dav`, and the one where clients begin.
pub fn routes(site: &mut ServiceConfig) {
    site.service(resource("/.well-known/carddav").to(begin));
    site.service(resource("/").guard(fn_guard(|asked| asked.head().method.as_str() == "PROPFIND")).to(begin));
    site.service(resource(["/dav", "/dav/{path:.*}"]).route(to(answer)));
}

/// `/.well-known/carddav`, by any method, and `/` where a client looks for address books: leads to where they are.
async fn begin() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/dav/")).finish()
}

/// Answers a client.
async fn answer(site: SiteData, request: HttpRequest, body: Payload) -> HttpResponse {
    let mut response = match respond(site, &request, body).await {
        Ok(response) => response,
        Err(Failed::Refused(refusal)) => refusal.answer(),
        Err(Failed::Broken(error)) => broken(&error),
    };
    response.headers_mut().insert(HeaderName::from_static("dav"), HeaderValue::from_static(CLASSES));
    response
}

/// Answers an error, which has a log line; its page is for people.
fn broken(error: &Error) -> HttpResponse {
    let page = error.error_response();
    let sentence = match error {
        Error::TooMany { .. } => "The app password was wrong too often. Try again later.",
        _ => "This does not work at the moment.",
    };
    let mut response = Refusal::new(page.status(), sentence).answer();
    if let Some(seconds) = page.headers().get(RETRY_AFTER) {
        response.headers_mut().insert(RETRY_AFTER, seconds.clone());
    }
    response
}

async fn respond(site: SiteData, request: &HttpRequest, body: Payload) -> Result<HttpResponse, Failed> {
    let Some(device) = auth::device(&site, request).await? else { return Ok(auth::ask()) };
    let member = device.member;
    let place = Place::of(request.uri().path(), member).ok_or(Refusal::not_found())?;
    let method = request.method().as_str();
    if !place.methods().split(", ").any(|known| known == method) {
        return Ok(allowing(&place, Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Not at this address.").answer()));
    }
    let (is_minimal, community) = (is_minimal(request), site.community.get());
    match (method, &place) {
        ("OPTIONS", _) => Ok(allowing(&place, HttpResponse::Ok().finish())),
        ("GET", Place::Card(name)) => files::get(&site, member, name, request).await,
        ("PUT", Place::Card(name)) => files::put(&site, member, name, request, body).await,
        ("DELETE", Place::Card(name)) => files::delete(&site, member, name, request).await,
        ("PROPFIND", _) => {
            let depth = Depth::of(request)?;
            let body = read(body, member, MAX_XML).await?;
            let asked = xml::read(&body.bytes).map_err(|_| not_read())?;
            let asked = asked.as_ref().map(|asked| known(asked, names::PROPFIND)).transpose()?;
            let wanted = Wanted::read(asked, is_minimal)?;
            let owner = site.read(move |connection| owner(connection, member, &community)).await?;
            Ok(propfind::propfind(site, owner, &place, depth, wanted).await??)
        }
        ("PROPPATCH", _) => {
            let body = read(body, member, MAX_XML).await?;
            let asked = xml::read(&body.bytes).map_err(|_| not_read())?;
            let owner = site.read(move |connection| owner(connection, member, &community)).await?;
            Ok(propfind::proppatch(&owner, &place, asked.as_ref())?)
        }
        ("REPORT", _) => {
            let body = read(body, member, MAX_XML).await?;
            let asked = xml::read(&body.bytes).map_err(|_| not_read())?.ok_or(not_read())?;
            let owner = site.read(move |connection| owner(connection, member, &community)).await?;
            Ok(reports::report(site, owner, asked, is_minimal).await??)
        }
        // Somebody who looks with a browser.
        _ => Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(FOR_PEOPLE)),
    }
}

const FOR_PEOPLE: &str = "This address is for the address book of a phone or a mail program.\n";

fn not_read() -> Refusal {
    Refusal::bad("What was sent is not the XML that this address takes.")
}

fn known(asked: &xml::Element, name: names::Known) -> Result<&xml::Element, Refusal> {
    if asked.name.is(name) { Ok(asked) } else { Err(not_read()) }
}

fn allowing(place: &Place, mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(place.methods()));
    response
}

/// Whether a client goes without being told what is not there (RFC 8144).
fn is_minimal(request: &HttpRequest) -> bool {
    let says = |name: &str, word: &str| {
        request.headers().get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(word))
    };
    says("prefer", "return=minimal") || says("prefer", "return-minimal") || says("brief", "t")
}

fn owner(connection: &mut Connection, id: MemberId, community: &Community) -> Result<Owner, Error> {
    let full_name = members::table.find(id).select(members::full_name).first(connection)?;
    let (community, version) = (community.name().to_owned(), store::book(connection, id)?.version);
    Ok(Owner { id, full_name, community, version })
}

/// Reads a body.
async fn read(body: Payload, member: MemberId, most: usize) -> Result<Body, Failed> {
    large_body::read(body.into_inner(), member, most).await.map_err(|why| match why {
        Error::TooLarge => Refusal::of(StatusCode::PAYLOAD_TOO_LARGE, names::MAX_SIZE, "That is too large.").into(),
        Error::BadRequest(_) => Refusal::bad("What was sent broke off, so nothing was done.").into(),
        other => Failed::Broken(other),
    })
}

/// Reads a card that is sent.
async fn read_card(body: Payload, member: MemberId) -> Result<Body, Failed> {
    read(body, member, MAX_CARD).await
}
