//! What an address book knows of somebody: a value that forms, files and phones all read and write.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::language;
use crate::text;

/// Characters of a name, a company, a value or a kind.
pub const MAX_LINE: usize = 500;
/// Characters of the note.
pub const MAX_NOTE: usize = 10_000;
/// E-mails, phones, links or addresses of one contact.
pub const MAX_VALUES: usize = 50;
/// Characters of a tag.
pub const MAX_TAG: usize = 40;
/// Those merged into one contact who are remembered.
pub const MAX_ALIASES: usize = 100;
/// Tags on one contact.
pub const MAX_TAGS: usize = 20;
/// Stands between several kinds of one value.
pub const BETWEEN_KINDS: &str = ", ";
/// Bytes of a card as another program sent it.
pub const MAX_RAW: usize = 100_000;

/// What is known of somebody. What is not known is empty, and takes no room where the card is stored: most of it is not
/// known of most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// By which phones know the card; made where it is empty. It stands beside the card where that is stored.
    #[serde(skip)]
    pub uid: String,
    /// The name as a whole. Where it is empty, the parts, the company or an address stand in its place.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub full_name: String,
    /// The given name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub given: String,
    /// Further given names.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub middle: String,
    /// The family name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub family: String,
    /// What stands before the name, e.g. `Dr.`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// What stands behind the name, e.g. `Jr.`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub suffix: String,
    /// The name among friends.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub nickname: String,
    /// E-mail addresses, the preferred one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Valued>,
    /// Phone numbers, the preferred one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Valued>,
    /// Web pages and profiles elsewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Valued>,
    /// Postal addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// The company.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub company: String,
    /// The department.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub department: String,
    /// The position.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub position: String,
    /// The birthday.
    #[serde(with = "as_text", skip_serializing_if = "Option::is_none")]
    pub birthday: Option<Birthday>,
    /// The private note.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The private tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Since when the two are connected elsewhere.
    #[serde(with = "as_text", skip_serializing_if = "Option::is_none")]
    pub connected_on: Option<Date>,
    /// Who was merged into it, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// The vCard as it came, so that what is not understood can be given back; empty for none.
    #[serde(skip)]
    pub raw: String,
}

/// Who was merged into a contact: a file that has them brings nobody new.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alias {
    /// The uid of the card.
    pub uid: String,
    /// The name.
    pub name: String,
    /// The company.
    pub company: String,
}

impl Alias {
    /// Characters of a part, so that a key has room for all three.
    const MAX_PART: usize = 190;
    /// Stands between the parts of a key; no line of a card holds it.
    const BETWEEN: char = '\u{1f}';

    /// Returns by what a card is known once it is merged into another.
    pub fn of(card: &Card) -> Alias {
        let part = |text: &str| text.replace(Self::BETWEEN, "").chars().take(Self::MAX_PART).collect();
        Alias { uid: part(&card.uid), name: part(&card.name()), company: part(&card.company) }
    }

    /// Returns the key by which it is looked up.
    pub fn key(&self) -> String {
        [self.uid.as_str(), &self.name, &self.company].join(&Self::BETWEEN.to_string())
    }

    /// Reads a key.
    pub fn of_key(key: &str) -> Option<Alias> {
        let mut parts = key.split(Self::BETWEEN).map(str::to_owned);
        Some(Alias { uid: parts.next()?, name: parts.next()?, company: parts.next()? })
    }
}

/// A value with its kind, such as a phone number and `mobile`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Valued {
    /// In small letters `home`, `work`, `mobile`, `fax`, `other`, or several of them; or whatever its owner calls it; or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The value.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
}

impl Valued {
    /// A value of a kind.
    pub fn new(kind: &str, value: &str) -> Valued {
        Valued { kind: kind.to_owned(), value: value.to_owned() }
    }
}

/// A postal address with its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// As of [`Valued`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Street and number, post-office box, floor: of several lines where there are more.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub street: String,
    /// The town.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub city: String,
    /// The state or province.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// The postal code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub postcode: String,
    /// The country.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub country: String,
}

impl Address {
    /// Whether nothing is known of it.
    pub fn is_empty(&self) -> bool {
        self.parts().into_iter().all(String::is_empty)
    }

    /// The parts of it.
    pub fn parts(&self) -> [&String; 5] {
        [&self.street, &self.city, &self.region, &self.postcode, &self.country]
    }

    /// The address on one line.
    pub fn on_a_line(&self) -> String {
        let town = format!("{} {}", self.postcode, self.city);
        let parts = [&self.street.replace('\n', ", "), town.trim(), &self.region, &self.country].map(str::to_owned);
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// A birthday, of which the year may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Birthday {
    /// The year, where it is known.
    pub year: Option<i16>,
    /// From 1.
    pub month: i8,
    /// From 1.
    pub day: i8,
}

impl Birthday {
    /// A day that there is; without a year, one that there is in some year.
    pub fn new(year: Option<i16>, month: i8, day: i8) -> Option<Birthday> {
        Date::new(year.unwrap_or(2000), month, day).ok()?;
        Some(Birthday { year, month, day })
    }

    /// Returns the day in its year, where that is known.
    pub fn date(self) -> Option<Date> {
        Date::new(self.year?, self.month, self.day).ok()
    }

    /// As people say it, with its year where that is known.
    pub fn long(self) -> String {
        match self.year {
            Some(year) => language::date(year, self.month, self.day),
            None => language::day_of_year(self.month, self.day),
        }
    }
}

/// `1985-04-16`, or without a year `--04-16`.
impl fmt::Display for Birthday {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.year {
            Some(year) => write!(out, "{year:04}-{:02}-{:02}", self.month, self.day),
            None => write!(out, "--{:02}-{:02}", self.month, self.day),
        }
    }
}

/// Says that a text is no birthday.
#[derive(Debug)]
pub struct NoBirthday;

impl FromStr for Birthday {
    type Err = NoBirthday;

    fn from_str(text: &str) -> Result<Birthday, NoBirthday> {
        let (year, rest) = match text.strip_prefix("--") {
            Some(rest) => (None, rest),
            None => {
                let (year, rest) = text.split_once('-').ok_or(NoBirthday)?;
                (Some(year.parse().map_err(|_| NoBirthday)?), rest)
            }
        };
        let (month, day) = rest.split_once('-').ok_or(NoBirthday)?;
        let number = |text: &str| text.parse().map_err(|_| NoBirthday);
        Birthday::new(year, number(month)?, number(day)?).ok_or(NoBirthday)
    }
}

/// What is there or not, as a text that is empty where it is not.
mod as_text {
    use super::*;

    pub(super) fn serialize<T: fmt::Display, S: Serializer>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => to.collect_str(value),
            None => to.serialize_str(""),
        }
    }

    pub(super) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
        Ok(String::deserialize(from)?.parse().ok())
    }
}

impl Card {
    /// The name to show: the whole one, else what there is in its place.
    pub fn name(&self) -> String {
        if !self.full_name.is_empty() {
            return self.full_name.clone();
        }
        let first = |values: &[Valued]| values.first().map_or_else(String::new, |one| one.value.clone());
        let candidates =
            [self.joined_name(), self.nickname.clone(), self.company.clone(), first(&self.emails), first(&self.phones)];
        candidates.into_iter().find(|name| !name.is_empty()).unwrap_or_default()
    }

    /// The parts of the name as one.
    pub fn joined_name(&self) -> String {
        let parts = [&self.prefix, &self.given, &self.middle, &self.family, &self.suffix];
        parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
    }

    /// The family name, a comma and the given names, where the parts are known; else empty.
    pub fn sort_as(&self) -> String {
        let given = format!("{} {}", self.given, self.middle).replace(',', " ");
        match self.family.is_empty() {
            true => String::new(),
            false => format!("{}, {}", self.family.replace(',', " "), given.trim()),
        }
    }

    /// The card as it is kept: on lines without what others could not read, within the limits, no value twice. For what
    /// nobody is there to correct.
    pub fn cleaned(self) -> Card {
        let mut card = self.readable(|most| most);
        for values in [&mut card.emails, &mut card.phones, &mut card.links] {
            *values = distinct(std::mem::take(values), |one| one.value.clone());
        }
        card.addresses = distinct(std::mem::take(&mut card.addresses), Address::on_a_line);
        card.tags = distinct(card.tags, |tag: &String| text::caseless(tag));
        card.tags.truncate(MAX_TAGS);
        if card.raw.len() > MAX_RAW {
            card.raw.clear();
        }
        card
    }

    /// The card without what others could not read, each text cut at what its limit comes to.
    pub fn readable(mut self, limit: fn(usize) -> usize) -> Card {
        let parts = [
            &mut self.uid,
            &mut self.full_name,
            &mut self.given,
            &mut self.middle,
            &mut self.family,
            &mut self.prefix,
            &mut self.suffix,
            &mut self.nickname,
            &mut self.company,
            &mut self.department,
            &mut self.position,
        ];
        parts.into_iter().for_each(|part| *part = line(part, limit(MAX_LINE)));
        for values in [&mut self.emails, &mut self.phones, &mut self.links] {
            values.iter_mut().for_each(|one| one.clean(limit));
        }
        self.addresses.iter_mut().for_each(|one| one.clean(limit));
        if !self.note.is_empty() {
            self.note = cut(text::salvaged_prose(&self.note), limit(MAX_NOTE));
        }
        self.tags.iter_mut().for_each(|tag| *tag = line(tag, limit(MAX_TAG)));
        self
    }
}

impl Valued {
    fn clean(&mut self, limit: fn(usize) -> usize) {
        self.kind = line(&self.kind, limit(MAX_TAG));
        self.value = line(&self.value, limit(MAX_LINE));
    }
}

impl Address {
    fn clean(&mut self, limit: fn(usize) -> usize) {
        self.kind = line(&self.kind, limit(MAX_TAG));
        self.street = lines(&self.street, limit(MAX_LINE));
        let parts = [&mut self.city, &mut self.region, &mut self.postcode, &mut self.country];
        parts.into_iter().for_each(|part| *part = line(part, limit(MAX_LINE)));
    }
}

fn line(text: &str, most: usize) -> String {
    cut(text::salvaged(text), most)
}

fn lines(text: &str, most: usize) -> String {
    let lines: Vec<String> = text::prose(text).split('\n').map(text::salvaged).collect();
    // A line of which nothing could be kept is none at the beginning.
    cut(text::prose(&lines.join("\n")), most)
}

fn cut(text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    text.chars().take(most).collect::<String>().trim_end().to_owned()
}

/// Returns the first of each that are not empty, up to the limit.
fn distinct<T>(all: Vec<T>, key: impl Fn(&T) -> String) -> Vec<T> {
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for one in all {
        let key = key(&one);
        if !key.is_empty() && seen.insert(key) && kept.len() < MAX_VALUES {
            kept.push(one);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_read_as_it_was_written() {
        let card = Card {
            full_name: "Ada Lovelace".into(),
            emails: vec![Valued::new("work", "ada@example.org")],
            birthday: Birthday::new(None, 2, 29),
            connected_on: Some(jiff::civil::date(2024, 3, 12)),
            tags: vec!["maths".into()],
            ..Card::default()
        };
        let written = serde_json::to_string(&card).unwrap();
        assert_eq!(serde_json::from_str::<Card>(&written).unwrap(), card);
        assert_eq!(serde_json::to_string(&Card::default()).unwrap(), "{}", "what is not known takes no room");
    }

    #[test]
    fn a_birthday_may_have_no_year() {
        for (text, known) in [("1985-04-16", true), ("--02-29", true), ("1985-02-29", false), ("--13-01", false)] {
            let read = text.parse::<Birthday>().ok();
            assert_eq!(read.map(|day| day.to_string()), known.then(|| text.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_nobody_can_read_is_dropped() {
        let twice =
            vec![Valued::new("home", "a@b.example\u{200B}"), Valued::new("work", " a@b.example "), Valued::default()];
        let card = Card { emails: twice, note: "one\n\ntwo\u{7}".into(), ..Card::default() }.cleaned();
        assert_eq!(card.emails, [Valued::new("home", "a@b.example")]);
        assert_eq!(card.note, "one\n\ntwo");
    }

    #[test]
    fn a_note_keeps_how_its_lines_are_set() {
        let note = "Met\tin Rome\n    indented   line";
        assert_eq!(Card { note: note.into(), ..Card::default() }.cleaned().note, note);
    }
}
