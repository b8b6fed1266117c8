//! Several cards as one: every value stays.

use crate::contacts::card::{Address, Card, MAX_NOTE, MAX_RAW, MAX_TAG, MAX_TAGS, MAX_VALUES, Valued};
use crate::contacts::duplicates::properties::joined;
use crate::contacts::import::linkedin;
use crate::contacts::keys::{email_key, phone_key};
use crate::contacts::kind_name;
use crate::language::{self, t, tf};
use crate::text::caseless;

/// What several cards have together more of than a contact takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMuch {
    /// Characters of the note.
    Note,
    /// Tags.
    Tags,
    /// E-mail addresses.
    Emails,
    /// Phone numbers.
    Phones,
    /// Links.
    Links,
    /// Postal addresses.
    Addresses,
    /// Bytes of what programs wrote that no field has.
    Properties,
}

/// Returns a card with the values of others besides its own. Where a line can have one value only, the other's is written
/// into the note. Nothing is cut: what a contact has no room for is said instead.
pub fn merged(main: &Card, others: &[Card]) -> Result<Card, TooMuch> {
    let mut card = main.clone();
    let mut notes: Vec<String> = vec![main.note.clone()];
    for other in others {
        notes.extend(take(&mut card, other));
        card.raw = joined(&card.raw, &other.raw);
    }
    let mut note = String::new();
    for more in notes.into_iter().filter(|more| !more.is_empty()) {
        // What was merged before stands in the note already.
        let stands = format!("\n{note}\n").contains(&format!("\n{more}\n"));
        if !stands {
            note = if note.is_empty() { more } else { format!("{note}\n{more}") };
        }
    }
    card.note = note;
    match too_much(&card) {
        Some(what) => Err(what),
        None => Ok(card),
    }
}

fn too_much(card: &Card) -> Option<TooMuch> {
    let amounts = [
        (card.note.chars().count(), MAX_NOTE, TooMuch::Note),
        (card.tags.len(), MAX_TAGS, TooMuch::Tags),
        (card.emails.len(), MAX_VALUES, TooMuch::Emails),
        (card.phones.len(), MAX_VALUES, TooMuch::Phones),
        (card.links.len(), MAX_VALUES, TooMuch::Links),
        (card.addresses.len(), MAX_VALUES, TooMuch::Addresses),
        (card.raw.len(), MAX_RAW, TooMuch::Properties),
    ];
    amounts.into_iter().find(|(amount, most, _)| amount > most).map(|(.., what)| what)
}

/// Takes the values of another card; gives lines for the note of those that have no place.
fn take(card: &mut Card, other: &Card) -> Vec<String> {
    let mut notes = Vec::new();
    // The parts of a name follow it where both cards have the same, or there was none.
    let is_same_name = card.full_name.is_empty() || caseless(&card.full_name) == caseless(&other.full_name);
    let lines = [
        (&mut card.full_name, &other.full_name, t("Full name")),
        (&mut card.nickname, &other.nickname, t("Nickname")),
        (&mut card.company, &other.company, t("Company")),
        (&mut card.department, &other.department, t("Department")),
        (&mut card.position, &other.position, t("Position")),
    ];
    for (mine, theirs, label) in lines {
        notes.extend(one_line(mine, theirs, label));
    }
    notes.extend(take_parts(card, other, is_same_name));
    notes.extend(add_values(&mut card.emails, &other.emails, same_email, t("E-mail")));
    notes.extend(add_values(&mut card.phones, &other.phones, same_phone, t("Phone")));
    notes.extend(add_values(&mut card.links, &other.links, same_link, t("Link")));
    notes.extend(add_addresses(&mut card.addresses, &other.addresses));
    notes.extend(days(card, other));
    notes.push(other.note.clone());
    add_tags(&mut card.tags, &other.tags);
    notes
}

fn noted(label: &str, value: &str) -> String {
    tf("{filter}: {value}", (label, value))
}

/// Takes a value where there is none; gives a line for the note where there is another.
fn one_line(mine: &mut String, theirs: &str, label: &str) -> Option<String> {
    if mine.is_empty() {
        theirs.clone_into(mine);
        return None;
    }
    let differs = !theirs.is_empty() && caseless(mine) != caseless(theirs);
    differs.then(|| noted(label, theirs))
}

/// Takes parts of the name that are missing where the whole is the same; gives lines for the note of those that the whole name,
/// which stands there, does not have.
fn take_parts(card: &mut Card, other: &Card, is_same_name: bool) -> Vec<String> {
    let whole = format!(" {} ", caseless(&other.full_name));
    let parts = [
        (&mut card.given, &other.given, t("Given name")),
        (&mut card.middle, &other.middle, t("Middle name")),
        (&mut card.family, &other.family, t("Family name")),
        (&mut card.prefix, &other.prefix, t("Before the name")),
        (&mut card.suffix, &other.suffix, t("After the name")),
    ];
    let mut notes = Vec::new();
    for (mine, theirs, label) in parts {
        if mine.is_empty() && is_same_name {
            theirs.clone_into(mine);
        } else if !theirs.is_empty()
            && caseless(mine) != caseless(theirs)
            && !whole.contains(&format!(" {} ", caseless(theirs)))
        {
            notes.push(noted(label, theirs));
        }
    }
    notes
}

fn same_email(one: &str, other: &str) -> bool {
    one == other || email_key(one).is_some_and(|one| email_key(other) == Some(one))
}

fn same_phone(one: &str, other: &str) -> bool {
    one == other || phone_key(one).is_some_and(|one| phone_key(other) == Some(one))
}

/// Whether two links are of one page: however LinkedIn's profile is written, else but for the scheme and the slash at the end.
fn same_link(one: &str, other: &str) -> bool {
    let page = |link: &str| {
        let link = link.trim();
        let link = link.split_once("://").map_or(link, |(_, rest)| rest);
        link.strip_prefix("www.").unwrap_or(link).trim_end_matches('/').to_owned()
    };
    page(one) == page(other) || linkedin::slug(one).is_some_and(|slug| linkedin::slug(other) == Some(slug))
}

fn add_values(mine: &mut Vec<Valued>, theirs: &[Valued], same: fn(&str, &str) -> bool, label: &str) -> Vec<String> {
    let mut notes = Vec::new();
    for value in theirs {
        match mine.iter_mut().find(|known| same(&known.value, &value.value)) {
            None => mine.push(value.clone()),
            Some(known) => notes.extend(join_kinds(&mut known.kind, &value.kind, (label, &value.value))),
        }
    }
    notes
}

fn add_addresses(mine: &mut Vec<Address>, theirs: &[Address]) -> Vec<String> {
    let mut notes = Vec::new();
    for address in theirs {
        let line = address.on_a_line();
        match mine.iter_mut().find(|known| caseless(&known.on_a_line()) == caseless(&line)) {
            None => mine.push(address.clone()),
            Some(known) => notes.extend(join_kinds(&mut known.kind, &address.kind, (t("Address"), &line))),
        }
    }
    notes
}

/// Lets one value be of both kinds; gives a line for the note where the words for both are too long for a kind.
fn join_kinds(mine: &mut String, theirs: &str, (label, value): (&str, &str)) -> Option<String> {
    if mine.is_empty() {
        theirs.clone_into(mine);
    }
    let named = kind_name(theirs);
    let has = |one: &str| [theirs, named.as_str()].iter().any(|kind| caseless(kind) == caseless(one));
    if theirs.is_empty() || mine.split(", ").any(has) {
        return None;
    }
    let both = format!("{}, {named}", kind_name(mine));
    if both.chars().count() > MAX_TAG {
        return Some(noted(label, &format!("{value} ({named})")));
    }
    *mine = both;
    None
}

fn add_tags(mine: &mut Vec<String>, theirs: &[String]) {
    for tag in theirs {
        if !mine.iter().any(|known| caseless(known) == caseless(tag)) {
            mine.push(tag.clone());
        }
    }
}

fn days(card: &mut Card, other: &Card) -> Vec<String> {
    let mut notes = Vec::new();
    match (card.birthday, other.birthday) {
        (None, theirs) => card.birthday = theirs,
        (Some(mine), Some(theirs)) if mine != theirs => notes.push(noted(t("Birthday"), &theirs.to_string())),
        _ => {}
    }
    match (card.connected_on, other.connected_on) {
        (None, theirs) => card.connected_on = theirs,
        (Some(mine), Some(theirs)) if mine != theirs => {
            let day = language::date(theirs.year(), theirs.month(), theirs.day());
            notes.push(noted(t("Connected on"), &day));
        }
        _ => {}
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contacts::card::Birthday;

    #[test]
    fn no_value_is_lost() {
        let main = Card {
            full_name: "Ada Lovelace".into(),
            emails: vec![Valued::new("work", "ada@example.org")],
            company: "Engines".into(),
            note: "Met in May".into(),
            tags: vec!["Maths".into()],
            ..Card::default()
        };
        let other = Card {
            full_name: "Augusta King".into(),
            given: "Augusta".into(),
            emails: vec![Valued::new("home", "ADA@example.org"), Valued::new("home", "king@example.org")],
            phones: vec![Valued::new("mobile", "+44 20 7946 0123")],
            addresses: vec![Address { city: "London".into(), ..Address::default() }],
            company: "Looms".into(),
            position: "Analyst".into(),
            birthday: Birthday::new(None, 12, 10),
            note: "Likes horses".into(),
            tags: vec!["maths".into(), "family".into()],
            raw: "BEGIN:VCARD".into(),
            ..Card::default()
        };
        let both = merged(&main, std::slice::from_ref(&other)).unwrap();
        assert_eq!(both.emails.len(), 2);
        assert_eq!((&both.phones, &both.addresses), (&other.phones, &other.addresses));
        assert_eq!(
            (both.full_name.as_str(), both.company.as_str(), both.position.as_str()),
            ("Ada Lovelace", "Engines", "Analyst")
        );
        for text in ["Met in May", "Likes horses", "Augusta King", "Looms"] {
            assert!(both.note.contains(text), "{text}: {}", both.note);
        }
        assert_eq!((both.birthday, &both.raw), (other.birthday, &other.raw));
        assert_eq!(both.tags, ["Maths", "family"]);
        assert_eq!(merged(&both, &[other]).unwrap(), both, "merging again changes nothing");
    }

    fn grace() -> Card {
        Card { full_name: "Grace Hopper".into(), emails: vec![Valued::new("", "grace@example.org")], ..Card::default() }
    }

    #[test]
    fn what_is_nearly_equal_is_kept_beside() {
        let phone = |kind: &str, value: &str| Valued::new(kind, value);
        let main = Card {
            phones: vec![phone("work", "+1 415 555 0100 x12"), phone("work", "+1 415 555 0199")],
            links: vec![phone("", "https://github.com/navy/project-one")],
            ..grace()
        };
        let other = Card {
            given: "Grace".into(),
            middle: "Brewster".into(),
            family: "Hopper".into(),
            prefix: "Adm.".into(),
            suffix: "PhD".into(),
            phones: vec![phone("work", "+1 415 555 0100 x34"), phone("mobile", "+1 (415) 555-0199")],
            links: vec![phone("", "https://github.com/navy/project-two")],
            ..grace()
        };
        let both = merged(&main, std::slice::from_ref(&other)).unwrap();
        let numbers: Vec<&str> = both.phones.iter().map(|one| one.value.as_str()).collect();
        assert_eq!(numbers, ["+1 415 555 0100 x12", "+1 415 555 0199", "+1 415 555 0100 x34"]);
        assert_eq!(both.phones[1].kind, "Work, Mobile");
        assert_eq!(both.links.len(), 2);
        assert_eq!((both.middle.as_str(), both.prefix.as_str(), both.suffix.as_str()), ("Brewster", "Adm.", "PhD"));
        assert_eq!(merged(&both, &[other]).unwrap(), both);
        let older = Card { given: "Grace".into(), middle: "Murray".into(), family: "Hopper".into(), ..grace() };
        assert_eq!(merged(&both, &[older]).unwrap().note, "Middle name: Murray");
    }

    #[test]
    fn a_second_note_of_either_card_is_kept() {
        let raw = |lines: &str| format!("BEGIN:VCARD\nVERSION:3.0\nFN:Grace Hopper\n{lines}END:VCARD\n");
        let card = |lines: &str| crate::contacts::vcard::read(&raw(lines)).cleaned();
        let main = card("NOTE:one\nNOTE:two\nX-FOO:1\n");
        let other = card("NOTE:three\nNOTE:four\nTITLE:Cook\nTITLE:Admiral\nX-BAR:2\n");
        let both = merged(&main, &[other]).unwrap();
        for text in ["one", "two", "three", "four"] {
            assert!(both.note.contains(text), "{text}: {}", both.note);
        }
        assert!(both.raw.contains("X-FOO:1") && both.raw.contains("X-BAR:2"), "{}", both.raw);
        let written = crate::contacts::vcard::write(&both);
        assert!(
            written.contains("X-BAR:2") && both.position.contains("Cook") && both.position.contains("Admiral"),
            "{written}"
        );
    }

    #[test]
    fn nothing_is_cut_in_silence() {
        let with = |note: String, tags: std::ops::Range<usize>| Card {
            note,
            tags: tags.map(|number| number.to_string()).collect(),
            ..grace()
        };
        let (a, b) = (with("a".repeat(6_000), 0..15), with("b".repeat(6_000), 15..30));
        assert_eq!(merged(&a, &[b]), Err(TooMuch::Note));
        assert_eq!(merged(&with(String::new(), 0..15), &[with(String::new(), 15..30)]), Err(TooMuch::Tags));
        let phones = |from: usize| Card {
            phones: (from..from + 30).map(|number| Valued::new("", &format!("+49 30 {number:06}"))).collect(),
            ..grace()
        };
        assert_eq!(merged(&phones(0), &[phones(30)]), Err(TooMuch::Phones));
        let raw = |what: &str| Card {
            raw: format!("BEGIN:VCARD\nVERSION:3.0\nPHOTO:{}\nEND:VCARD\n", what.repeat(60_000)),
            ..grace()
        };
        assert_eq!(merged(&raw("a"), &[raw("b")]), Err(TooMuch::Properties));
    }
}
