//! From fields to the text of a card, in version 3.0: phones still fail on version 4.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::HashMap;
use std::fmt::Write;

use crate::contacts::card::{Address, Birthday, Card, Valued};
use crate::contacts::vcard::CONNECTED_ON;
use crate::contacts::vcard::read::{self, free_group, group, name, parameters, parted, types_of};

/// The property of the label of a group.
const LABEL: &str = "X-ABLABEL";
/// Bytes of a line, without its end.
const WIDTH: usize = 75;

/// Writes a card in version 3.0, its lines folded. A property that no field has is written as it came; so is one whose field is
/// as it was, with whatever else its lines say.
pub fn write(card: &Card) -> String {
    let raw = Raw::of(&card.raw);
    let (fields, changed) = fields(card, &raw, raw.is_third);
    let mut text = String::new();
    let mut put = |line: &str| fold(line, &mut text);
    put("BEGIN:VCARD");
    put("VERSION:3.0");
    fields.iter().for_each(|line| put(line));
    let is_old = |line: &&str| changed && name(line) == "REV";
    raw.others().filter(|line| !is_old(line)).for_each(|line| put(&as_third(line)));
    put("END:VCARD");
    text
}

/// Returns what a card says, a property a line: of whichever version, as it came where its field is as it was.
pub(crate) fn lines(card: &Card) -> String {
    let raw = Raw::of(&card.raw);
    let (fields, _) = fields(card, &raw, true);
    let all = fields.iter().map(AsRef::as_ref).chain(raw.others());
    all.flat_map(|line| [line, "\n"]).collect()
}

/// Returns the lines of the properties that have fields, and whether any differs from what came. One that does not
/// stays as it came where it may.
fn fields<'a>(card: &Card, raw: &Raw<'a>, may_stay: bool) -> (Vec<Cow<'a, str>>, bool) {
    let came = read::read(&card.raw);
    // What a limit cut is as it was, too.
    let cut = LazyCell::new(|| came.clone().cleaned());
    let of_one_kind = LazyCell::new(|| read::of_one_kind(cut.clone()));
    let without_commas = LazyCell::new(|| read::without_commas(&card.raw).cleaned());
    let (mut all, mut changed) = (Vec::new(), false);
    for (names, anew) in PROPERTIES {
        let lines = anew(card, raw.labels);
        let is_as_it_was = lines == anew(&came, raw.labels)
            || lines == anew(&cut, raw.labels)
            || lines == anew(&of_one_kind, raw.labels)
            || lines == anew(&without_commas, raw.labels);
        let kept: Vec<&str> = raw.lines_of(names).collect();
        if may_stay && !kept.is_empty() && is_as_it_was {
            all.extend(kept.into_iter().map(Cow::Borrowed));
        } else {
            changed |= !is_as_it_was;
            all.extend(lines.into_iter().map(Cow::Owned));
        }
    }
    (all, changed)
}

/// The lines of a card as it came.
struct Raw<'a> {
    /// Each with the property that it belongs to.
    lines: Vec<(&'a str, String)>,
    /// Whether it is of version 3.0, so that its lines can stand as they are.
    is_third: bool,
    /// The number from which on no group of its is named.
    labels: usize,
}

impl<'a> Raw<'a> {
    fn of(text: &'a str) -> Raw<'a> {
        let named = text.lines().map(|line| (line, name(line)));
        let mut lines: Vec<(&str, String)> = named.filter(|(_, name)| !matches!(&**name, "BEGIN" | "END")).collect();
        let is_third = lines.iter().any(|(line, _)| line.trim().eq_ignore_ascii_case("VERSION:3.0"));
        let labels = free_group(lines.iter().map(|(line, _)| *line));
        // Where there is no title, the role is read as the position.
        if !lines.iter().any(|(_, name)| name == "TITLE") {
            lines.iter_mut().filter(|(_, name)| name == "ROLE").for_each(|(_, name)| *name = "TITLE".into());
        }
        // A label is its group's.
        let mut labelled: HashMap<&str, String> = HashMap::new();
        for (line, name) in lines.iter().filter(|(_, name)| name != LABEL) {
            if let Some(group) = group(line) {
                labelled.entry(group).or_insert_with(|| name.clone());
            }
        }
        for (line, name) in lines.iter_mut().filter(|(_, name)| name == LABEL) {
            if let Some(of) = group(line).and_then(|group| labelled.get(group)) {
                name.clone_from(of);
            }
        }
        Raw { lines, is_third, labels }
    }

    fn lines_of(&self, names: &[&str]) -> impl Iterator<Item = &'a str> {
        self.lines.iter().filter(|(_, property)| names.contains(&property.as_str())).map(|(line, _)| *line)
    }

    fn others(&self) -> impl Iterator<Item = &'a str> {
        let is_field =
            |property: &str| property == "VERSION" || PROPERTIES.iter().any(|(names, _)| names.contains(&property));
        self.lines.iter().filter(move |(_, property)| !is_field(property)).map(|(line, _)| *line)
    }
}

/// Writes the lines of a property; the number names the first group that is free.
type Anew = fn(&Card, usize) -> Vec<String>;

/// The properties that have fields, in the order in which they are written.
const PROPERTIES: [(&[&str], Anew); 14] = [
    (&["UID"], |card, _| one("UID", &card.uid)),
    // It must not be missing (RFC 6350, 6.2.1), and some programs show nobody where it is empty.
    (&["FN"], |card, _| vec![format!("FN:{}", escaped(&card.name()))]),
    (&["N"], |card, _| {
        let parts = [&card.family, &card.given, &card.middle, &card.prefix, &card.suffix];
        vec![format!("N:{}", parts.map(|part| escaped(part)).join(";"))]
    }),
    (&["NICKNAME"], |card, _| one("NICKNAME", &card.nickname)),
    (&["ORG"], |card, _| match (card.company.as_str(), card.department.as_str()) {
        (company, "") => one("ORG", company),
        (company, department) => vec![format!("ORG:{};{}", escaped(company), escaped(department))],
    }),
    (&["TITLE"], |card, _| one("TITLE", &card.position)),
    (&["EMAIL"], |card, free| several("EMAIL;TYPE=INTERNET", &card.emails, free, escaped)),
    (&["TEL"], |card, free| several("TEL", &card.phones, free + 1_000, escaped)),
    (&["ADR"], |card, free| {
        let of = |address: &Address| Valued::new(&address.kind, &written(address));
        several("ADR", &card.addresses.iter().map(of).collect::<Vec<_>>(), free + 2_000, str::to_owned)
    }),
    // No escapes in what is an address, which readers take as it is.
    (&["URL", "X-SOCIALPROFILE", "SOCIALPROFILE"], |card, free| {
        several("URL", &card.links, free + 3_000, str::to_owned)
    }),
    (&["BDAY"], |card, _| card.birthday.map(birthday).into_iter().collect()),
    (&["CATEGORIES"], |card, _| {
        let tags = card.tags.iter().map(|tag| escaped(tag)).collect::<Vec<_>>().join(",");
        if tags.is_empty() { Vec::new() } else { vec![format!("CATEGORIES:{tags}")] }
    }),
    (&["NOTE"], |card, _| one("NOTE", &card.note)),
    (&[CONNECTED_ON], |card, _| card.connected_on.map(|day| format!("{CONNECTED_ON}:{day}")).into_iter().collect()),
];

fn written(address: &Address) -> String {
    let parts = [&address.street, &address.city, &address.region, &address.postcode, &address.country];
    format!(";;{}", parts.map(|part| escaped(part)).join(";"))
}

fn one(name: &str, value: &str) -> Vec<String> {
    if value.is_empty() { Vec::new() } else { vec![format!("{name}:{}", escaped(value))] }
}

/// Writes each value with what it is for: as types where every program knows them, else as a label, as Apple's do.
fn several(name: &str, values: &[Valued], free: usize, write: fn(&str) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, Valued { kind, value }) in (free..).zip(values) {
        let value = write(value);
        match types_of(kind) {
            _ if kind.is_empty() => lines.push(format!("{name}:{value}")),
            Some(types) => lines.push(format!("{name};TYPE={types}:{value}")),
            None => {
                lines.push(format!("item{number}.{name}:{value}"));
                lines.push(format!("item{number}.X-ABLabel:{}", escaped(kind)));
            }
        }
    }
    lines
}

/// Writes a day; one without a year as Apple's programs do, which others have learned to read.
fn birthday(Birthday { year, month, day }: Birthday) -> String {
    match year {
        Some(year) => format!("BDAY:{year:04}-{month:02}-{day:02}"),
        None => format!("BDAY;X-APPLE-OMIT-YEAR=1604:1604-{month:02}-{day:02}"),
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            c if c.is_control() && c != '\t' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// A line of another version as the third has it: parameters have names, and pictures stand in the card without a scheme.
fn as_third(line: &str) -> String {
    let (head, value) = parted(line).unwrap_or((line, ""));
    let mut parts = parameters(head);
    let mut third = parts.next().unwrap_or_default().to_owned();
    for parameter in parts {
        let _ = match parameter.to_ascii_uppercase().as_str() {
            "BASE64" | "ENCODING=BASE64" | "ENCODING=B" => write!(third, ";ENCODING=b"),
            _ if parameter.contains('=') => write!(third, ";{parameter}"),
            _ => write!(third, ";TYPE={parameter}"),
        };
    }
    match value.strip_prefix("data:image/").and_then(|data| data.split_once(";base64,")) {
        Some((kind, data)) => format!("{third};ENCODING=b;TYPE={}:{data}", kind.to_ascii_uppercase()),
        None => format!("{third}:{value}"),
    }
}

/// Ends a line, broken where it is long, but within no letter.
fn fold(line: &str, text: &mut String) {
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > WIDTH {
            text.push_str("\r\n ");
            width = 1;
        }
        text.push(c);
        width += c.len_utf8();
    }
    text.push_str("\r\n");
}
