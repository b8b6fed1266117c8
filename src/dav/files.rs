//! `GET`, `PUT` and `DELETE` of a card.

use actix_web::http::header::{ETAG, IF_MATCH, LAST_MODIFIED};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};

use crate::dav::answer::Refusal;
use crate::dav::changes::{self, Sent};
use crate::dav::conditions::Conditions;
use crate::dav::entries;
use crate::dav::properties::http_date;
use crate::dav::{Failed, read_card, sent};
use crate::ids::MemberId;
use crate::web::site::SiteData;

/// Answers with a card.
pub(super) async fn get(
    site: &SiteData,
    owner: MemberId,
    name: &str,
    request: &HttpRequest,
) -> Result<HttpResponse, Failed> {
    let name = name.to_owned();
    let found = site.read(move |connection| {
        let Some(entry) = entries::find(connection, owner, &name)? else { return Ok(None) };
        let body = entries::bodies(connection, owner, std::slice::from_ref(&entry))?.remove(&entry.contact);
        Ok(body.map(|body| (entry, body)))
    });
    let (entry, body) = found.await?.ok_or(Refusal::not_found())?;
    let conditions = Conditions::of(request);
    if request.headers().contains_key(IF_MATCH) && !conditions.hold(Some(&entry.etag())) {
        return Err(Refusal::stale().into());
    }
    let mut response =
        if conditions.has_latest(&entry.etag()) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((ETAG, entry.etag()));
    response.insert_header((LAST_MODIFIED, http_date(entry.changed_at)));
    response.content_type("text/vcard; charset=utf-8");
    Ok(if conditions.has_latest(&entry.etag()) { response.finish() } else { response.body(body) })
}

/// Stores a card.
pub(super) async fn put(
    site: &SiteData,
    owner: MemberId,
    name: &str,
    request: &HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Failed> {
    let sent_body = read_card(body, owner).await?;
    sent::check_kind(request)?;
    let (body, card, extent) = sent::read(&sent_body.bytes)?;
    let sent = Sent { name: name.to_owned(), body, card, extent, conditions: Conditions::of(request) };
    let stored = site.write(move |connection| changes::put(connection, owner, &sent)).await??;
    let mut response = if stored.is_new { HttpResponse::Created() } else { HttpResponse::NoContent() };
    Ok(response.insert_header((ETAG, stored.etag)).finish())
}

/// Deletes a card.
pub(super) async fn delete(
    site: &SiteData,
    owner: MemberId,
    name: &str,
    request: &HttpRequest,
) -> Result<HttpResponse, Failed> {
    let (name, conditions) = (name.to_owned(), Conditions::of(request));
    site.write(move |connection| changes::delete(connection, owner, &name, &conditions)).await??;
    Ok(HttpResponse::NoContent().finish())
}
