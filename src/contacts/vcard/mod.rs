//! vCards: one card read into a [`Card`](crate::contacts::card::Card) and written from one, for files and for CardDAV. What a card
//! says that no field has stays in its raw text, and is written again.
//!
//! calcard knows the properties, their parameters and escapes; `lines` hands it what it can read.

mod lines;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use lines::{Found, Torn, cards, cards_and_strays, holds_cards, is_vcard, legacy, lines_of, without_mark};
pub(crate) use read::{birthday, free_group, group, is_field, name, parameters, parted, ungrouped};
pub use read::{is_picture, is_somebody, is_too_large, read, without_pictures};
pub(crate) use write::lines;
pub use write::write;

/// Properties that become fields; all others stay as they came.
const FIELDS: [&str; 16] = [
    "VERSION",
    "FN",
    "N",
    "NICKNAME",
    "EMAIL",
    "TEL",
    "ADR",
    "URL",
    "X-SOCIALPROFILE",
    "SOCIALPROFILE",
    "ORG",
    "TITLE",
    "BDAY",
    "NOTE",
    "CATEGORIES",
    "UID",
];

/// The property of the day on which two were connected, which no standard has.
const CONNECTED_ON: &str = "X-AMICABLE-CONNECTED-ON";
