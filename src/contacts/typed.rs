//! The form of a contact: a card as fields, and what was typed as a card. Every e-mail, phone and link is a row of a value and
//! a kind; two spare rows stand below, and *Add another* gives two more.

use jiff::civil::Date;

use crate::accounts::email;
use crate::connections::notes;
use crate::contacts::card::{
    Address, BETWEEN_KINDS, Birthday, Card, MAX_LINE as LINE, MAX_NOTE, MAX_TAG, MAX_VALUES, Valued,
};
use crate::contacts::keys::number_of;
use crate::dates;
use crate::language::{self, number, t, tf};
use crate::web::form::{Form, Problems};

/// Stands between two tags.
const BETWEEN_TAGS: &str = ", ";
/// Rows to type in that are still empty.
const SPARE: usize = 2;

/// A row of a value and its kind, as the form shows it.
#[derive(Debug, Clone, Default)]
pub(super) struct ValueRow {
    pub(super) kind: String,
    pub(super) value: String,
}

/// Everything that the form shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    /// The fields that stand once.
    pub(super) form: Form,
    pub(super) emails: Vec<ValueRow>,
    pub(super) phones: Vec<ValueRow>,
    pub(super) links: Vec<ValueRow>,
    pub(super) addresses: Vec<Address>,
}

/// The parts of an address, as the form names them.
const ADDRESS: [&str; 6] = ["address_kind", "street", "city", "region", "postcode", "country"];

impl Typed {
    /// A card as it stands before anybody typed.
    pub(super) fn of(card: &Card) -> Typed {
        let birthday = card.birthday;
        let number = |value: Option<i8>| value.map_or_else(String::new, |value| value.to_string());
        let year = birthday.and_then(|day| day.year).map_or_else(String::new, |year| year.to_string());
        let form = Form::of([
            ("full_name", &card.full_name),
            ("given", &card.given),
            ("middle", &card.middle),
            ("family", &card.family),
            ("prefix", &card.prefix),
            ("suffix", &card.suffix),
            ("nickname", &card.nickname),
            ("company", &card.company),
            ("department", &card.department),
            ("position", &card.position),
            ("birthday_day", &number(birthday.map(|day| day.day))),
            ("birthday_month", &number(birthday.map(|day| day.month))),
            ("birthday_year", &year),
            ("connected_on", &card.connected_on.map_or_else(String::new, |day| day.to_string())),
            ("private_note", &card.note),
            ("tags", &card.tags.join(BETWEEN_TAGS)),
        ]);
        let rows = |values: &[Valued]| spared(values.iter().map(ValueRow::of).collect());
        let (emails, phones, links) = (rows(&card.emails), rows(&card.phones), rows(&card.links));
        let mut addresses = card.addresses.clone();
        addresses.push(Address::default());
        Typed { form, emails, phones, links, addresses }
    }

    /// What was typed, to be shown again; `more` names the rows of which *Add another* was pressed.
    pub(super) fn again(form: Form) -> Typed {
        let rows = |name: &str| spared(rows(&form, name));
        let (emails, phones, links) = (rows("email"), rows("phone"), rows("link"));
        let mut addresses = addresses(&form);
        if addresses.last().is_none_or(|address| !address.is_empty()) || form.get("more") == "address" {
            addresses.push(Address::default());
        }
        Typed { form, emails, phones, links, addresses }
    }
}

impl ValueRow {
    fn of(valued: &Valued) -> ValueRow {
        ValueRow { kind: valued.kind.clone(), value: valued.value.clone() }
    }
}

/// The rows that are filled, and spare ones.
fn spared(rows: Vec<ValueRow>) -> Vec<ValueRow> {
    let mut rows: Vec<ValueRow> = rows.into_iter().filter(|row| !row.value.trim().is_empty()).collect();
    rows.truncate(MAX_VALUES);
    let spare = if rows.is_empty() { 1 } else { SPARE };
    rows.extend(std::iter::repeat_n(ValueRow::default(), spare));
    rows
}

fn rows(form: &Form, name: &str) -> Vec<ValueRow> {
    let kind = format!("{name}_kind");
    let kinds = form.all(&kind).chain(std::iter::repeat(""));
    form.all(name).zip(kinds).map(|(value, kind)| ValueRow { kind: kind.to_owned(), value: value.to_owned() }).collect()
}

fn addresses(form: &Form) -> Vec<Address> {
    let [kinds, streets, cities, regions, postcodes, countries] =
        ADDRESS.map(|name| form.all(name).map(str::to_owned).collect::<Vec<_>>());
    let at = |values: &[String], index: usize| values.get(index).cloned().unwrap_or_default();
    let address = |index: usize| Address {
        kind: at(&kinds, index),
        street: at(&streets, index),
        city: at(&cities, index),
        region: at(&regions, index),
        postcode: at(&postcodes, index),
        country: at(&countries, index),
    };
    (0..streets.len().min(MAX_VALUES)).map(address).collect()
}

/// Reads what was typed into a card that is there already; what the form does not show stays.
pub(crate) fn card(form: &Form, problems: &mut Problems, before: &Card) -> Card {
    let mut card = Card {
        full_name: problems.line(form, "full_name", t("Full name"), (0, LINE)),
        given: problems.line(form, "given", t("Given name"), (0, LINE)),
        middle: problems.line(form, "middle", t("Middle name"), (0, LINE)),
        family: problems.line(form, "family", t("Family name"), (0, LINE)),
        prefix: problems.line(form, "prefix", t("Before the name"), (0, LINE)),
        suffix: problems.line(form, "suffix", t("After the name"), (0, LINE)),
        nickname: problems.line(form, "nickname", t("Nickname"), (0, LINE)),
        company: problems.line(form, "company", t("Company"), (0, LINE)),
        department: problems.line(form, "department", t("Department"), (0, LINE)),
        position: problems.line(form, "position", t("Position"), (0, LINE)),
        note: problems.text(form, "private_note", t("Private note"), (0, MAX_NOTE)),
        emails: emails(form, problems, &before.emails),
        phones: phones(form, problems, &before.phones),
        links: links(form, problems, &before.links),
        addresses: typed_addresses(form, problems),
        birthday: birthday(form, problems, before.birthday),
        tags: tags(form, problems, &before.tags),
        connected_on: connected_on(form, problems, before.connected_on),
        aliases: before.aliases.clone(),
        uid: before.uid.clone(),
        raw: before.raw.clone(),
    };
    let name = (card.full_name.clone(), card.joined_name());
    follow_name(&mut card, before);
    if card.name().is_empty() && name.0.is_empty() && !problems.any() {
        problems.add("full_name", t("Say who this is: a name, a company, an e-mail address or a phone number."));
    }
    card
}

/// Lets the whole name and its parts follow each other where one of them was changed alone.
fn follow_name(card: &mut Card, before: &Card) {
    let is_of_parts = before.full_name == before.joined_name();
    let parts_stay = card.joined_name() == before.joined_name();
    if card.full_name.is_empty() || (is_of_parts && !parts_stay && card.full_name == before.full_name) {
        card.full_name = card.joined_name();
    } else if card.full_name != before.full_name && parts_stay && card.full_name != card.joined_name() {
        for part in [&mut card.given, &mut card.middle, &mut card.family, &mut card.prefix, &mut card.suffix] {
            part.clear();
        }
    }
}

fn values(form: &Form, problems: &mut Problems, name: &str, label: &str) -> Vec<Valued> {
    let mut kept: Vec<Valued> = Vec::new();
    for row in rows(form, name).into_iter().take(MAX_VALUES) {
        let one = Form::of([(name, &row.value), ("kind", &row.kind)]);
        let value = problems.line(&one, name, label, (0, LINE));
        let kind = problems.line(&one, "kind", t("Kind"), (0, MAX_TAG));
        if !value.is_empty() && !kept.iter().any(|other| other.value == value) {
            kept.push(Valued { kind, value });
        }
    }
    kept
}

fn emails(form: &Form, problems: &mut Problems, before: &[Valued]) -> Vec<Valued> {
    let mut all = values(form, problems, "email", t("E-mail"));
    // What a file or a phone brought may be any text.
    for one in all.iter_mut().filter(|one| !before.iter().any(|known| known.value == one.value)) {
        one.value = email::tidy(&one.value);
        if !email::is_whole(&one.value) && !problems.has("email") {
            problems.add("email", t("This does not look like an e-mail address. Write it like name@example.org."));
        }
    }
    all
}

fn phones(form: &Form, problems: &mut Problems, before: &[Valued]) -> Vec<Valued> {
    let mut all = values(form, problems, "phone", t("Phone"));
    for one in all.iter_mut().filter(|one| !before.iter().any(|known| known.value == one.value)) {
        one.value = number_of(&one.value).trim().to_owned();
    }
    all.retain(|one| !one.value.is_empty());
    all
}

fn links(form: &Form, problems: &mut Problems, before: &[Valued]) -> Vec<Valued> {
    let mut all = values(form, problems, "link", t("Link"));
    for one in all.iter_mut().filter(|one| !before.iter().any(|known| known.value == one.value)) {
        match web_address(&one.value) {
            Some(url) => one.value = url,
            None if problems.has("link") => {}
            None => {
                problems.add("link", t("This does not look like a web address. Write it like https://example.org."));
            }
        }
    }
    all
}

/// Reads tags; one that is there already stays one, also where a file or a phone put a comma in it.
fn tags(form: &Form, problems: &mut Problems, before: &[String]) -> Vec<String> {
    let mut rest = form.get("tags").trim().to_owned();
    if !rest.is_empty() && rest == before.join(BETWEEN_TAGS) {
        return before.to_vec();
    }
    let mut kept: Vec<String> = Vec::new();
    // The longest first, of which another may be a part.
    let mut parted: Vec<&String> = before.iter().filter(|tag| notes::has_comma(tag)).collect();
    parted.sort_by_key(|tag| std::cmp::Reverse(tag.len()));
    for tag in parted {
        let is_whole = |at: &usize| {
            let (start, end) = (rest[..*at].trim_end(), rest[at + tag.len()..].trim_start());
            let parts = |c: char| notes::has_comma(c.encode_utf8(&mut [0; 4]));
            (start.is_empty() || start.ends_with(parts)) && (end.is_empty() || end.starts_with(parts))
        };
        let at = rest.match_indices(tag.as_str()).map(|(at, _)| at).find(is_whole);
        if let Some(at) = at {
            rest.replace_range(at..at + tag.len(), "");
            kept.push(tag.clone());
        }
    }
    kept.extend(notes::parse(&Form::of([("tags", rest.as_str())]), problems));
    if kept.len() > notes::MAX_TAGS && !problems.has("tags") {
        problems.add("tags", notes::too_many());
    }
    kept
}

/// A web address, of which only `http` and `https` may stand on a page as a link.
pub(super) fn web_address(typed: &str) -> Option<String> {
    let with_scheme = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url = url::Url::parse(&with_scheme).ok()?;
    let open = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    (open && url.host_str()?.contains('.')).then(|| url.to_string())
}

fn typed_addresses(form: &Form, problems: &mut Problems) -> Vec<Address> {
    let mut kept = Vec::new();
    for address in addresses(form) {
        let street = problems.text(&Form::of([("street", &address.street)]), "street", t("Street"), (0, LINE));
        let mut line =
            |name: &str, label: &str, value: &str| problems.line(&Form::of([(name, value)]), name, label, (0, LINE));
        let address = Address {
            street,
            kind: line("address_kind", t("Kind"), &address.kind),
            city: line("city", t("Town"), &address.city),
            region: line("region", t("State or region"), &address.region),
            postcode: line("postcode", t("Postal code"), &address.postcode),
            country: line("country", t("Country"), &address.country),
        };
        if !address.is_empty() {
            kept.push(address);
        }
    }
    kept
}

fn birthday(form: &Form, problems: &mut Problems, before: Option<Birthday>) -> Option<Birthday> {
    let [day, month, year] = ["birthday_day", "birthday_month", "birthday_year"].map(|name| form.get(name).trim());
    if day.is_empty() && month.is_empty() && year.is_empty() {
        return None;
    }
    let known_year = year.parse::<i16>().ok().filter(|year| (1..=9999).contains(year));
    let read = || Birthday::new(known_year, month.parse().ok()?, day.parse().ok()?);
    let read = read().filter(|_| year.is_empty() || known_year.is_some());
    match read {
        None => problems.add("birthday_day", t("There is no such day. Day and month are needed, the year is not.")),
        Some(new) if read != before && new.date().is_some_and(is_to_come) => {
            problems.add("birthday_day", t("This day is still to come."));
        }
        Some(_) => {}
    }
    read
}

fn is_to_come(day: Date) -> bool {
    dates::civil(dates::now()).is_some_and(|today| day > today)
}

/// What a file or a phone brought stays, also where it is still to come.
fn connected_on(form: &Form, problems: &mut Problems, before: Option<Date>) -> Option<Date> {
    let typed = form.get("connected_on").trim();
    let read: Option<Date> = typed.parse().ok();
    match read {
        None if !typed.is_empty() => problems.add("connected_on", t("Write the day like 2024-03-12.")),
        Some(day) if read != before && is_to_come(day) => problems.add("connected_on", t("This day is still to come.")),
        _ => {}
    }
    read
}

/// A kind in words, or several.
pub(crate) fn kind_name(kind: &str) -> String {
    let name = |kind| match kind {
        "home" => t("Home"),
        "work" => t("Work"),
        "mobile" => t("Mobile"),
        "fax" => t("Fax"),
        "other" => t("Other"),
        "main" => t("Main number"),
        "pager" => t("Pager"),
        "assistant" => t("Assistant"),
        kind => kind,
    };
    kind.split(BETWEEN_KINDS).map(name).collect::<Vec<_>>().join(BETWEEN_KINDS)
}

/// The kinds to choose from, and the one that it is.
pub(crate) fn kinds(now: &str) -> Vec<String> {
    let mut all: Vec<String> = ["", "work", "home", "mobile", "fax", "other"].map(str::to_owned).to_vec();
    if !all.iter().any(|kind| kind == now) {
        all.push(now.to_owned());
    }
    all
}

/// The months by name.
pub(super) fn months() -> Vec<(String, String)> {
    (1..=12).map(|month: i8| (month.to_string(), language::month_name(month))).collect()
}

/// Says that the book is full.
pub(crate) fn full(most: usize) -> String {
    tf("An address book has room for {most} contacts.", number(most))
}
