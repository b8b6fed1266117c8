//! Contacts as a table: LinkedIn's columns, then those without which something would be lost.

use crate::contacts::card::{Address, Card, Valued};
use crate::contacts::import;
use crate::contacts::keys::profile_key;

/// The columns that every table has.
const COLUMNS: [&str; 17] = [
    "First Name",
    "Last Name",
    "URL",
    "Email Address",
    "Company",
    "Position",
    "Connected On",
    "Full Name",
    "Middle Name",
    "Prefix",
    "Suffix",
    "Nickname",
    "Department",
    "Birthday",
    "Tags",
    "Note",
    "Email Kind",
];

/// How many columns there are for values of which a contact may have several: as many as the one with most has.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Widths {
    emails: usize,
    phones: usize,
    links: usize,
    addresses: usize,
}

impl Widths {
    /// Makes room for a contact.
    pub(super) fn see(&mut self, card: &Card) {
        self.emails = self.emails.max(card.emails.len().saturating_sub(1));
        self.phones = self.phones.max(card.phones.len());
        self.links = self.links.max(links(card).1.len());
        self.addresses = self.addresses.max(card.addresses.len());
    }

    /// The first line, behind the mark by which spreadsheets know the encoding.
    pub(super) fn header(&self) -> String {
        let mut names: Vec<String> = COLUMNS.map(str::to_owned).to_vec();
        let mut pair = |name: String| names.extend([name.clone(), format!("{name} Kind")]);
        (2..self.emails + 2).for_each(|number| pair(format!("Email {number}")));
        (1..=self.phones).for_each(|number| pair(format!("Phone {number}")));
        (1..=self.links).for_each(|number| pair(format!("Link {number}")));
        for number in 1..=self.addresses {
            let parts = ["Kind", "Street", "City", "Region", "Postcode", "Country"];
            names.extend(parts.map(|part| format!("Address {number} {part}")));
        }
        format!("\u{feff}{}\r\n", names.join(","))
    }

    /// One line.
    pub(super) fn row(&self, card: &Card) -> String {
        let (profile, links) = links(card);
        let email = card.emails.first().cloned().unwrap_or_default();
        // Programs that know LinkedIn's columns alone find the name there.
        let given = match card.given.is_empty() && card.family.is_empty() {
            true => &card.full_name,
            false => &card.given,
        };
        let day = card.connected_on.map_or_else(String::new, |day| day.strftime("%d %b %Y").to_string());
        let birthday = card.birthday.map_or_else(String::new, |day| day.to_string());
        let tags = tags(&card.tags);
        let mut cells = Vec::new();
        let fixed = [
            given,
            &card.family,
            &profile,
            &undivided(&email.value),
            &undivided(&card.company),
            &undivided(&card.position),
            &day,
            &card.full_name,
            &card.middle,
            &card.prefix,
            &card.suffix,
            &card.nickname,
            &undivided(&card.department),
            &birthday,
            &tags,
            &card.note,
            &kind(&email.kind),
        ];
        cells.extend(fixed.map(|text| cell(text)));
        let empty = Valued::default();
        let emails = card.emails.get(1..).unwrap_or_default();
        for (values, width) in [(emails, self.emails), (&card.phones, self.phones), (&links, self.links)] {
            let values = values.iter().chain(std::iter::repeat(&empty)).take(width);
            cells.extend(values.flat_map(|one| [cell(&undivided(&one.value)), cell(&kind(&one.kind))]));
        }
        let nowhere = Address::default();
        for address in card.addresses.iter().chain(std::iter::repeat(&nowhere)).take(self.addresses) {
            let Address { kind: of, street, city, region, postcode, country } = address;
            cells.extend([&kind(of), street, city, region, postcode, country].map(|part| cell(part)));
        }
        cells.join(",") + "\r\n"
    }
}

/// What Google writes between several values of one cell.
const SEVERAL: &str = " ::: ";
/// Is not seen, and is dropped by whoever reads a cell: it keeps apart what would mean something else together.
const UNSEEN: char = '\u{200B}';

/// Writes a value so that it is not taken for several, also where the blank behind one separator begins another.
fn undivided(text: &str) -> String {
    text.replace(SEVERAL.trim_end(), &format!(" :{UNSEEN}::"))
}

/// Writes what a value is for. The import reads some words as others, but not where something stands before them.
fn kind(text: &str) -> String {
    let text = undivided(text);
    if import::of_kind(&text).eq_ignore_ascii_case(&text) { text } else { format!("{UNSEEN}{text}") }
}

/// Writes a tag, also one that the import would leave out or take the star off, or that begins as what parts others.
fn tag(text: &str) -> String {
    let text = undivided(text);
    let stands = import::tag(&text) == text && !text.starts_with(SEVERAL.trim());
    if stands { text } else { format!("{UNSEEN}{text}") }
}

/// Writes tags in one cell, parted by what none of them has: the import takes the first of ` ::: `, `;` and `,` that it finds
/// for what parts them, and passes over an empty one.
fn tags(tags: &[String]) -> String {
    let has = |c: char| tags.iter().any(|tag| tag.contains(c));
    let separator = match (has(';'), has(',')) {
        (true, _) => SEVERAL,
        (false, true) => "; ",
        (false, false) => ", ",
    };
    let written = tags.iter().map(|text| tag(text)).collect::<Vec<_>>().join(separator);
    match (tags, separator) {
        // One alone would be parted where it has a comma or a semicolon.
        ([_], SEVERAL) => format!("{written}{SEVERAL}*"),
        ([_], "; ") => format!("{written};"),
        _ => written,
    }
}

/// The profile, on LinkedIn or a site like this one, which has a column of its own, and the other links.
fn links(card: &Card) -> (String, Vec<Valued>) {
    let is_profile = |one: &&Valued| one.kind.is_empty() && profile_key(&one.value).is_some();
    let Some(profile) = card.links.iter().find(is_profile) else {
        return (String::new(), card.links.clone());
    };
    (profile.value.clone(), card.links.iter().filter(|one| *one != profile).cloned().collect())
}

/// Writes a cell, which a spreadsheet must not run: the import takes the apostrophe off again.
fn cell(text: &str) -> String {
    let is_formula = text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    match text.contains(['"', ',', '\n', '\r', ';']) || text.starts_with(' ') {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}
