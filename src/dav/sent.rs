//! What a device sends as a card: read, and refused where the pages would refuse it, or where it could not be given back.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE};

use crate::contacts::card::{Card, MAX_LINE, MAX_NOTE, MAX_TAG, MAX_TAGS, MAX_VALUES};
use crate::contacts::vcard::{self, lines_of};
use crate::dav::answer::Refusal;
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

/// Reads a card, with the text as it came, and how much it had before it was cut to what a contact takes.
///
/// # Errors
/// The refusal.
pub fn read(bytes: &[u8]) -> Result<(String, Card, Extent), Refusal> {
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
    let (raw, extent) = (vcard::without_pictures(&lines), Extent::of(&card));
    Ok((body.to_owned(), Card { raw, ..card }.cleaned(), extent))
}

/// How much a card has of what is bounded.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    values: usize,
    tags: usize,
    /// Characters of the longest.
    line: usize,
    tag: usize,
    note: usize,
}

impl Extent {
    /// What the pages take.
    const MOST: Extent = Extent { values: MAX_VALUES, tags: MAX_TAGS, line: MAX_LINE, tag: MAX_TAG, note: MAX_NOTE };

    fn of(card: &Card) -> Extent {
        let values = [card.emails.len(), card.phones.len(), card.links.len(), card.addresses.len()];
        let characters = |text: &str| text.chars().count();
        Extent {
            values: values.into_iter().max().unwrap_or_default(),
            tags: card.tags.len(),
            line: lines(card).map(characters).max().unwrap_or_default(),
            tag: card.tags.iter().map(|tag| characters(tag)).max().unwrap_or_default(),
            note: characters(&card.note),
        }
    }

    /// Returns how much the card of a file has.
    pub fn of_file(body: &str) -> Extent {
        Extent::of(&vcard::read(&lines_of(body).unwrap_or_default()))
    }

    /// Whether it is more than the pages take.
    pub fn is_too_much(self) -> bool {
        self.refusal(Extent::MOST).is_some()
    }

    /// Refuses what is more than the pages take, and more than what the device was given: an import keeps of a longer text what does
    /// not fit into its field, and whoever changes something else sends all of it back.
    pub fn refusal(self, given: Extent) -> Option<Refusal> {
        let more = |of: fn(Extent) -> usize| of(self) > of(given).max(of(Extent::MOST));
        if more(|all| all.values) || more(|all| all.tags) {
            return Some(invalid("The card has more values or categories than a contact takes."));
        }
        let is_longer = more(|all| all.line) || more(|all| all.tag) || more(|all| all.note);
        is_longer.then(|| invalid("The card has a longer text than a contact takes."))
    }
}

/// Refuses what nobody could read.
fn check(card: &Card) -> Result<(), Refusal> {
    if card.name().trim().is_empty() {
        return Err(invalid("The card has no name."));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_that_a_phone_writes_in_place_of_a_name_is_none() {
        let body = b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:;;;;\r\nFN:Acme\r\nORG:Acme;\r\nEND:VCARD\r\n";
        let (_, card, _) = read(body).ok().unwrap();
        assert_eq!((card.full_name.as_str(), card.name().as_str()), ("", "Acme"));
        assert!(vcard::write(&card).contains("FN:Acme\r\n"));
    }
}
