//! From the lines of a card to its fields.

use std::collections::HashMap;

use calcard::vcard::{
    VCard, VCardEntry, VCardParameter, VCardParameterName as Parameter, VCardParameterValue as Parameters,
    VCardProperty as Property, VCardValue,
};

use crate::contacts::card::{Address, BETWEEN_KINDS, Birthday, Card, MAX_LINE, MAX_NOTE, MAX_VALUES, Valued};
use crate::contacts::keys::number_of;

/// A year that Apple's programs write where there is none.
const NO_YEAR: i16 = 1604;
/// The preference of what is preferred to all others.
const FIRST: u32 = 1;

/// Stands where a card has a comma that is not escaped.
const COMMA: &str = ", ";

/// Bytes of the properties that have fields, of one card: far more than any person's card has.
const MAX_FIELDS: usize = 1_000_000;
/// Values of one sort that are looked at; [`Card::cleaned`] keeps fewer.
const MAX_LOOKED_AT: usize = 20 * MAX_VALUES;

/// Says whether a card has more in its fields than any person's.
pub fn is_too_large(text: &str) -> bool {
    let bytes = text.lines().filter(|line| is_read(&name(line))).map(str::len);
    bytes.sum::<usize>() > MAX_FIELDS
}

/// Reads a card in UTF-8, a property a line, as [`super::cards`] gives it. Whatever it says, something is read; the text stays
/// beside it as `raw`.
pub fn read(text: &str) -> Card {
    read_joined(text, COMMA)
}

/// Reads a card without the commas in addresses and family names, as cards have it that were stored when these were dropped.
pub(super) fn without_commas(text: &str) -> Card {
    read_joined(text, " ")
}

fn read_joined(text: &str, comma: &str) -> Card {
    let lines: String = text.lines().filter(|line| is_read(&name(line))).flat_map(|line| [line, "\n"]).collect();
    let mut card = Card { raw: text.to_owned(), ..Card::default() };
    // The crate would read dates differently in each version, so it sees them as texts of the third.
    if let Ok(parsed) = VCard::parse(format!("BEGIN:VCARD\nVERSION:3.0\n{lines}END:VCARD\n")) {
        let mut labels = Labels::new();
        for (group, label) in parsed.entries.iter().filter_map(label) {
            labels.entry(group).or_insert(label);
        }
        let mut entries: Vec<&VCardEntry> = parsed.entries.iter().collect();
        entries.sort_by_key(|entry| preference(entry));
        // The position is the title; where there is none, the role.
        let is_title = |entry: &&VCardEntry| entry.name == Property::Title;
        let has_title = entries.iter().filter(|entry| is_title(entry)).any(|entry| !value_of(entry).is_empty());
        entries.retain(|entry| !has_title || entry.name != Property::Role);
        entries.into_iter().for_each(|entry| take(&mut card, entry, &labels, comma));
    }
    for line in text.lines().filter(|line| name(line) == "BDAY") {
        card.birthday = card.birthday.or_else(|| parted(line).and_then(|(_, day)| birthday(day.trim())));
    }
    leave_out_stand_in(&mut card);
    if card.full_name.is_empty() {
        card.full_name = card.joined_name();
    }
    card
}

/// Leaves the whole name empty where it is what is written in place of a missing one: `FN` must be there, so a company or an
/// address stands in it.
fn leave_out_stand_in(card: &mut Card) {
    let written = std::mem::take(&mut card.full_name);
    if !card.joined_name().is_empty() || card.name() != written {
        card.full_name = written;
    }
}

/// Says whether a card is of somebody, rather than of a group, a place or a device.
pub fn is_somebody(text: &str) -> bool {
    let is_kind = |line: &&str| matches!(name(line).as_str(), "KIND" | "X-ADDRESSBOOKSERVER-KIND");
    text.lines().filter(is_kind).all(|line| {
        let kind = parted(line).map_or("", |(_, kind)| kind.trim());
        kind.is_empty() || kind.eq_ignore_ascii_case("individual")
    })
}

/// Leaves out of a card what no contact shows and many bytes take: pictures, sounds and keys.
pub fn without_pictures(text: &str) -> String {
    text.lines().filter(|line| !is_picture(line)).flat_map(|line| [line, "\n"]).collect()
}

/// Whether a line is a picture, a sound or a key.
pub fn is_picture(line: &str) -> bool {
    matches!(name(line).as_str(), "PHOTO" | "LOGO" | "SOUND" | "KEY")
}

/// Parts a line at the colon before its value, which is not one in quotes.
pub(crate) fn parted(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let colon = line.find(|c| {
        quoted ^= c == '"';
        c == ':' && !quoted
    });
    Some(line.split_at(colon?)).map(|(head, value)| (head, &value[1..]))
}

/// Parts a name and its parameters at the semicolons that are not in quotes.
pub(crate) fn parameters(head: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    head.split(move |c| {
        quoted ^= c == '"';
        c == ';' && !quoted
    })
}

/// The name of a line in capital letters, without the group before it.
pub(crate) fn name(line: &str) -> String {
    let name = line.split([':', ';']).next().unwrap_or_default();
    name.rsplit('.').next().unwrap_or_default().trim().to_ascii_uppercase()
}

/// A line without the group before its name.
pub(crate) fn ungrouped(line: &str) -> &str {
    let name = line.split([':', ';']).next().unwrap_or_default();
    name.rfind('.').and_then(|dot| line.get(dot + 1..)).unwrap_or(line)
}

/// The group before the name of a line, such as `item1`.
pub(crate) fn group(line: &str) -> Option<&str> {
    let name = line.split([':', ';']).next().unwrap_or_default();
    name.rsplit_once('.').map(|(group, _)| group.trim())
}

/// The number from which on no group of some lines is named.
pub(crate) fn free_group<'a>(lines: impl Iterator<Item = &'a str>) -> usize {
    let number = |line: &str| group(line)?.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok();
    lines.filter_map(number).max().unwrap_or(0_usize).saturating_add(1)
}

/// Whether a property becomes a field, and so does not stay as it came.
pub(crate) fn is_field(name: &str) -> bool {
    super::FIELDS.contains(&name) || ["ROLE", super::CONNECTED_ON].contains(&name)
}

/// Whether a line is read by the crate.
fn is_read(name: &str) -> bool {
    is_field(name) && !matches!(name, "BDAY" | "VERSION") || name == "X-ABLABEL"
}

/// What the label of each group says, such as that of `item1`.
type Labels<'a> = HashMap<&'a str, String>;

/// The label of a group: `item1` and what it says, cut since each value of the group gets it.
fn label(entry: &VCardEntry) -> Option<(&str, String)> {
    let is_label = matches!(&entry.name, Property::Other(name) if name.eq_ignore_ascii_case("X-ABLABEL"));
    let group = entry.group.as_deref().filter(|_| is_label)?;
    let label: String = value_of(entry).chars().take(MAX_LINE).collect();
    // What Apple's programs translate is in brackets.
    let known = label.strip_prefix("_$!<").and_then(|label| label.strip_suffix(">!$_")).map(str::to_lowercase);
    Some((group, known.unwrap_or(label)))
}

/// The lowest comes first: version 4 counts from 1, and the others only say that a value is preferred.
fn preference(entry: &VCardEntry) -> u32 {
    let of = |one: &VCardParameter| match &one.name {
        Parameter::Pref => Some(if let Parameters::Integer(number) = one.value { number } else { FIRST }),
        Parameter::Other(name) if name.eq_ignore_ascii_case("PREF") => Some(FIRST),
        Parameter::Type => one.value.as_text().filter(|value| value.eq_ignore_ascii_case("PREF")).map(|_| FIRST),
        _ => None,
    };
    entry.params.iter().filter_map(of).min().unwrap_or(u32::MAX)
}

fn take(card: &mut Card, entry: &VCardEntry, labels: &Labels, comma: &str) {
    let add = |values: &mut Vec<Valued>, value: String| {
        if values.len() < MAX_LOOKED_AT {
            values.push(Valued { kind: kind(entry, labels), value });
        }
    };
    let other = match &entry.name {
        Property::Other(name) => name.to_ascii_uppercase(),
        _ => String::new(),
    };
    let value = value_of(entry);
    match (&entry.name, other.as_str()) {
        (Property::N, _) => take_name(card, entry, comma),
        (Property::Org, _) => {
            let mut units = parts(entry).into_iter();
            join(&mut card.company, &units.next().unwrap_or_default(), ", ");
            units.for_each(|unit| join(&mut card.department, &unit, ", "));
        }
        (Property::Categories, _) => card.tags.extend(parts(entry)),
        (Property::Adr, _) if card.addresses.len() >= MAX_LOOKED_AT => {}
        (Property::Adr, _) => {
            card.addresses.push(address(kind(entry, labels), &parts_joined(entry, |_| comma)));
        }
        _ if value.is_empty() => {}
        (Property::Fn, _) => set(&mut card.full_name, value),
        (Property::Nickname, _) => parts(entry).iter().for_each(|name| join(&mut card.nickname, name, ", ")),
        (Property::Email, _) => add(&mut card.emails, value.trim_start_matches("mailto:").to_owned()),
        (Property::Tel, _) => add(&mut card.phones, number_of(&value)),
        // Some programs escape the colon.
        (Property::Url | Property::Socialprofile, _) | (_, "X-SOCIALPROFILE") => {
            add(&mut card.links, value.replace("\\:", ":"));
        }
        (Property::Title | Property::Role, _) => join(&mut card.position, &value, ", "),
        (Property::Note, _) => join(&mut card.note, &value, "\n"),
        (Property::Uid, _) => set(&mut card.uid, value),
        (_, super::CONNECTED_ON) => card.connected_on = value.parse().ok(),
        _ => {}
    }
}

/// Puts a value behind those that are there, so that an edit of the field loses none.
fn join(field: &mut String, value: &str, between: &str) {
    let is_short = field.len() <= 4 * MAX_LINE;
    let is_there = is_short && field.split(between).any(|one| one == value);
    if value.is_empty() || is_there || field.len() > 4 * MAX_NOTE {
        return;
    }
    if !field.is_empty() {
        field.push_str(between);
    }
    field.push_str(value);
}

/// The first value counts.
fn set(field: &mut String, value: String) {
    if field.is_empty() {
        *field = value;
    }
}

fn take_name(card: &mut Card, entry: &VCardEntry, comma: &str) {
    let fields = [&mut card.family, &mut card.given, &mut card.middle, &mut card.prefix, &mut card.suffix];
    // Several given names stand with blanks between; a comma belongs to a family name, as in `Dress, Jr.`.
    let parts = parts_joined(entry, |at| if at == 0 { comma } else { " " });
    fields.into_iter().zip(parts).for_each(|(field, part)| set(field, part));
}

/// The values of a line, those that are lists joined.
fn parts(entry: &VCardEntry) -> Vec<String> {
    parts_joined(entry, |_| " ")
}

/// Returns the same, with what stands between the values of the list at each place.
fn parts_joined<'a>(entry: &VCardEntry, between: impl Fn(usize) -> &'a str) -> Vec<String> {
    let text = |(at, value): (usize, &VCardValue)| match value {
        VCardValue::Component(several) if between(at) == COMMA => {
            several.iter().map(|one| one.trim()).collect::<Vec<_>>().join(COMMA)
        }
        VCardValue::Component(several) => several.join(between(at)),
        value => value.as_text().unwrap_or_default().to_owned(),
    };
    entry.values.iter().enumerate().map(|value| text(value).trim().to_owned()).collect()
}

fn value_of(entry: &VCardEntry) -> String {
    entry.values.first().and_then(VCardValue::as_text).unwrap_or_default().trim().to_owned()
}

/// An address of its seven parts: box, flat, street, town, region, code, country.
fn address(kind: String, parts: &[String]) -> Address {
    let part = |at: usize| parts.get(at).cloned().unwrap_or_default();
    let street: Vec<String> = [part(0), part(1), part(2)].into_iter().filter(|line| !line.is_empty()).collect();
    Address { kind, street: street.join("\n"), city: part(3), region: part(4), postcode: part(5), country: part(6) }
}

/// What a value is for: the label of its group, else all of its types that are known, else the first that says anything.
fn kind(entry: &VCardEntry, labels: &Labels) -> String {
    if let Some(label) = entry.group.as_deref().and_then(|group| labels.get(group)) {
        return label.clone();
    }
    let types = entry.parameters(&Parameter::Type).filter_map(|value| value.as_text()).map(str::to_ascii_lowercase);
    let types: Vec<String> = types.collect();
    let mut known: Vec<&str> = Vec::new();
    for one in types.iter().filter_map(|one| KINDS.iter().find(|(_, of)| of.eq_ignore_ascii_case(one))) {
        if !known.contains(&one.0) && known.len() < MAX_KINDS {
            known.push(one.0);
        }
    }
    let own = || types.iter().find(|one| !MEANINGLESS.contains(&one.as_str())).cloned().unwrap_or_default();
    if known.is_empty() { own() } else { known.join(BETWEEN_KINDS) }
}

/// Gives each value that is of several kinds the one by which it was known before there could be several, as cards that were
/// stored then have it.
pub(super) fn of_one_kind(mut card: Card) -> Card {
    let values = [&mut card.emails, &mut card.phones, &mut card.links].into_iter().flatten().map(|one| &mut one.kind);
    for kind in values.chain(card.addresses.iter_mut().map(|one| &mut one.kind)) {
        let mut first = ["mobile", "fax", "pager", "work", "home", "main", "other"].into_iter();
        let several = kind.contains(BETWEEN_KINDS) && types_of(kind).is_some();
        let is_one = |one: &&str| kind.split(BETWEEN_KINDS).any(|of| of == *one);
        if let Some(one) = first.find(is_one).filter(|_| several) {
            *kind = one.to_owned();
        }
    }
    card
}

/// Writes a kind as types; nothing where it is a label of its owner's.
pub(super) fn types_of(kind: &str) -> Option<String> {
    let of = |one: &str| KINDS.iter().find(|(known, _)| *known == one).map(|(_, of)| *of);
    let types: Option<Vec<&str>> = kind.split(BETWEEN_KINDS).map(of).collect();
    types.map(|types| types.join(","))
}

/// Each kind that every program knows, and its type.
const KINDS: [(&str, &str); 7] = [
    ("mobile", "CELL"),
    ("fax", "FAX"),
    ("pager", "PAGER"),
    ("work", "WORK"),
    ("home", "HOME"),
    ("main", "MAIN"),
    ("other", "OTHER"),
];
/// Kinds of one value that are kept: as many as have room whichever they are.
const MAX_KINDS: usize = 5;

/// Types that do not say what a value is for.
const MEANINGLESS: [&str; 8] = ["pref", "internet", "voice", "x400", "msg", "text", "video", "url"];

/// Reads `1985-04-12`, `19850412`, with or without a time, and `--04-12` or `--0412`, without a year.
pub(crate) fn birthday(text: &str) -> Option<Birthday> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (year, rest) = match text.strip_prefix("--") {
        Some(rest) => (None, rest),
        None if digits(text) >= 4 => (text.get(..4)?.parse::<i16>().ok(), text.get(4..)?),
        None => return None,
    };
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let (month, rest) = (rest.get(..2)?, rest.get(2..)?);
    let day = rest.strip_prefix('-').unwrap_or(rest).get(..2)?;
    let year = year.filter(|year| *year != NO_YEAR && *year != 0);
    Birthday::new(year, month.parse().ok()?, day.parse().ok()?)
}
