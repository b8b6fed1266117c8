//! A profile as a vCard, for an address book: what the page shows to whoever asks, and nothing else.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;

use crate::connections::visible;
use crate::contacts::card::{Address, Card, Valued};
use crate::contacts::vcard;
use crate::db::Connection;
use crate::error::Error;
use crate::members::MemberCard;
use crate::members::photo::SIDES;
use crate::profiles::shown::Shown;
use crate::schema::photos;
use crate::web::page::SignedIn;
use crate::web::site::SiteData;

/// `GET /in/{handle}/card.vcf`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn vcard(site: SiteData, me: SignedIn, handle: Path<String>) -> Result<HttpResponse, Error> {
    let (id, limits, handle) = (me.id, site.limits(), handle.into_inner());
    let shown = site
        .read(move |connection| {
            // Nothing of the page but the list of connections depends on how two stand, and that is no part of a card.
            let (member, _) = visible::member(connection, &limits, id, &handle)?;
            let photo = photo(connection, &member.person)?;
            Ok((Shown::to(connection, member, false)?, photo))
        })
        .await?;
    let (shown, photo) = shown;
    let handle = shown.member.person.handle.clone();
    let profile = format!("{}/in/{handle}", site.address);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{handle}.vcf\"")))
        .content_type("text/vcard; charset=utf-8")
        .body(vcard::write(&Card { raw: with_photo(&photo), ..card(shown, &profile) })))
}

/// The photo as profiles show it; nothing where there is none.
fn photo(connection: &mut Connection, person: &MemberCard) -> Result<Vec<u8>, Error> {
    let side = i16::try_from(SIDES[1]).unwrap_or_default();
    let photo = photos::table.find((person.id, &person.photo, side)).filter(photos::removed_at.is_null());
    Ok(photo.select(photos::jpeg).first(connection).optional()?.unwrap_or_default())
}

/// The line of a photo, which is written as it is.
fn with_photo(jpeg: &[u8]) -> String {
    if jpeg.is_empty() {
        return String::new();
    }
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nPHOTO;ENCODING=b;TYPE=JPEG:{}\r\nEND:VCARD\r\n", STANDARD.encode(jpeg))
}

fn card(shown: Shown, profile: &str) -> Card {
    let person = shown.member.person;
    let (given, family) = person.full_name.rsplit_once(' ').unwrap_or((&person.full_name, ""));
    let today = shown.about.positions.into_iter().find(|position| position.ended.is_empty());
    let (company, position) = match today {
        Some(today) => (today.organisation, today.title),
        None => (String::new(), person.headline),
    };
    let own = shown.about.links.iter().map(|link| Valued::new(&link.label, &link.url));
    let place = Address { city: person.location, ..Address::default() };
    let card = Card {
        given: given.to_owned(),
        family: family.to_owned(),
        links: [Valued::new("", profile)].into_iter().chain(own).collect(),
        addresses: if place.city.is_empty() { Vec::new() } else { vec![place] },
        company,
        position,
        full_name: person.full_name,
        ..Card::default()
    };
    card.cleaned()
}
