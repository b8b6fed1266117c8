//! What a device sends as a card: read, and refused where the pages would refuse it, or where it could not be given back.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE};

use crate::contacts::card::{Card, MAX_LINE, MAX_NOTE, MAX_TAG, MAX_TAGS, MAX_VALUES};
use crate::contacts::vcard;
use crate::dav::answer::Refusal;
use crate::dav::entries::lines_of;
use crate::dav::names;
use crate::text::{self, Flaw};

/// Refuses a body of another kind than a card.
///
/// # Errors
/// The refusal.
pub fn check_kind(request: &HttpRequest) -> Result<(), Refusal> {
    let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or("?").to_ascii_lowercase());
    let kind = header(CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if header(CONTENT_RANGE).is_some() {
        return Err(Refusal::bad("A card is sent whole."));
    }
    if header(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "A card is sent without compression."));
    }
    match kind {
        "" | "text/vcard" | "text/x-vcard" | "text/directory" => Ok(()),
        _ => Err(unsupported()),
    }
}

fn unsupported() -> Refusal {
    let sentence = "This address book takes vCards of version 3.0.";
    Refusal::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, names::SUPPORTED_DATA, sentence)
}

fn invalid(sentence: &'static str) -> Refusal {
    Refusal::of(StatusCode::FORBIDDEN, names::VALID_DATA, sentence)
}

/// Reads a card, with the text as it came.
///
/// # Errors
/// The refusal.
pub fn read(bytes: &[u8]) -> Result<(String, Card), Refusal> {
    let body = std::str::from_utf8(bytes).map_err(|_| invalid("A card is written in UTF-8."))?;
    if body.contains(|c: char| c.is_control() && !matches!(c, '\r' | '\n' | '\t')) {
        return Err(invalid("The card has a control character."));
    }
    if !vcard::is_vcard(body.as_bytes()) {
        return Err(unsupported());
    }
    let lines = lines_of(body).ok_or(invalid("Each file has one card, from BEGIN to END."))?;
    if !lines.lines().any(|line| line.trim().eq_ignore_ascii_case("VERSION:3.0")) {
        return Err(unsupported());
    }
    if !vcard::is_somebody(&lines) {
        return Err(invalid("This address book holds people; groups are kept as the categories of a card."));
    }
    let card = vcard::read(&lines);
    check(&card)?;
    let raw = vcard::without_pictures(&lines);
    Ok((body.to_owned(), Card { raw, ..card }.cleaned()))
}

/// Refuses what the pages would.
fn check(card: &Card) -> Result<(), Refusal> {
    if card.name().trim().is_empty() {
        return Err(invalid("The card has no name."));
    }
    let values = [&card.emails, &card.phones, &card.links];
    let too_many = values.iter().any(|values| values.len() > MAX_VALUES);
    if too_many || card.addresses.len() > MAX_VALUES || card.tags.len() > MAX_TAGS {
        return Err(invalid("The card has more values or categories than a contact takes."));
    }
    if lines(card).any(|line| line.chars().count() > MAX_LINE)
        || card.tags.iter().any(|tag| tag.chars().count() > MAX_TAG)
        || card.note.chars().count() > MAX_NOTE
    {
        return Err(invalid("The card has a longer text than a contact takes."));
    }
    let is_unreadable = |text: &str| text::check(text) == Err(Flaw::Control);
    if lines(card).chain([card.note.as_str()]).any(is_unreadable) {
        return Err(invalid("The card has a control character."));
    }
    Ok(())
}

fn lines(card: &Card) -> impl Iterator<Item = &str> {
    let parts = [
        &card.uid,
        &card.full_name,
        &card.given,
        &card.middle,
        &card.family,
        &card.prefix,
        &card.suffix,
        &card.nickname,
        &card.company,
        &card.department,
        &card.position,
    ];
    let values = card.emails.iter().chain(&card.phones).chain(&card.links).map(|one| &one.value);
    let addresses =
        card.addresses.iter().flat_map(|one| [&one.street, &one.city, &one.region, &one.postcode, &one.country]);
    parts.into_iter().chain(values).chain(addresses).chain(&card.tags).map(String::as_str)
}
