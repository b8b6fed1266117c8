//! Several cards as one: every value stays.

use crate::contacts::card::{
    Address, Alias, BETWEEN_KINDS, Card, MAX_ALIASES, MAX_LINE, MAX_NOTE, MAX_RAW, MAX_TAG, MAX_TAGS, MAX_VALUES,
    Valued,
};
use crate::contacts::duplicates::properties::{joined, lost, read_whole, said, untaken};
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
        notes.extend(take_lines(&mut card, &said(other)));
        card.raw = joined(&card.raw, &other.raw);
        add_aliases(&mut card, other);
    }
    card.note = joined_notes(&notes);
    // Lines of its own that the fields hold in part are written anew where these have changed.
    let lost = lost(main, &card);
    notes.extend(take_lines(&mut card, &lost));
    card.note = joined_notes(&notes);
    match too_much(&card) {
        Some(what) => Err(what),
        None => Ok(card),
    }
}

/// Remembers who is merged, with those who were merged into them; of very many the newest.
fn add_aliases(card: &mut Card, other: &Card) {
    let (own, mine) = (Alias::of(card), &mut card.aliases);
    for alias in other.aliases.iter().cloned().chain([Alias::of(other)]) {
        if alias != own && !mine.contains(&alias) {
            mine.push(alias);
        }
    }
    mine.drain(..mine.len().saturating_sub(MAX_ALIASES));
}

/// Takes from lines of a vCard what the fields of its card have no room for; gives lines for the note.
fn take_lines(card: &mut Card, lines: &str) -> Vec<String> {
    let mut notes = take(card, &read_whole(lines));
    notes.extend(untaken(lines).into_iter().map(|(label, value)| noted(label, &value)));
    notes
}

/// Joins texts to one note, each once: what was merged before stands in it already.
fn joined_notes(all: &[String]) -> String {
    let mut note = String::new();
    for more in all.iter().filter(|more| !more.is_empty()) {
        if note.len() > 4 * MAX_NOTE {
            // More than a contact takes already, which is said.
            break;
        }
        if note.is_empty() {
            note.clone_from(more);
        } else if !format!("\n{note}\n").contains(&format!("\n{more}\n")) {
            note = format!("{note}\n{more}");
        }
    }
    note
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
    notes.extend(add_tags(&mut card.tags, &other.tags));
    notes
}

fn noted(label: &str, value: &str) -> String {
    tf("{filter}: {value}", (label, value))
}

fn is_too_long(line: &str) -> bool {
    line.chars().count() > MAX_LINE
}

/// Takes a value where there is none; gives a line for the note where there is another, or the value is too long.
fn one_line(mine: &mut String, theirs: &str, label: &str) -> Option<String> {
    if mine.is_empty() && !is_too_long(theirs) {
        theirs.clone_into(mine);
        return None;
    }
    let differs = !theirs.is_empty() && caseless(mine) != caseless(theirs);
    differs.then(|| noted(label, theirs))
}

/// Takes parts of the name that are missing where the whole is the same, unless another part has them already; gives lines for the
/// note of those that the whole name, which stands there, does not have.
fn take_parts(card: &mut Card, other: &Card, is_same_name: bool) -> Vec<String> {
    let words =
        |text: &str| -> Vec<String> { text.split([' ', ',']).map(caseless).filter(|word| !word.is_empty()).collect() };
    let mine = [&card.given, &card.middle, &card.family, &card.prefix, &card.suffix].map(|part| words(part)).concat();
    let whole = words(&other.full_name);
    let is_there = |part: &str| !part.is_empty() && words(part).iter().all(|word| mine.contains(word));
    let parts = [
        (&mut card.given, &other.given, t("Given name")),
        (&mut card.middle, &other.middle, t("Middle name")),
        (&mut card.family, &other.family, t("Family name")),
        (&mut card.prefix, &other.prefix, t("Before the name")),
        (&mut card.suffix, &other.suffix, t("After the name")),
    ];
    let mut notes = Vec::new();
    for (mine, theirs, label) in parts {
        if mine.is_empty() && is_same_name && !is_too_long(theirs) && !is_there(theirs) {
            theirs.clone_into(mine);
        } else if !theirs.is_empty()
            && caseless(mine) != caseless(theirs)
            && !words(theirs).iter().all(|word| whole.contains(word))
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
        if mine.len() > MAX_VALUES {
            // More than a contact takes already, which is said.
            break;
        }
        match mine.iter_mut().find(|known| same(&known.value, &value.value)) {
            None if value.value.is_empty() => {}
            None if is_too_long(&value.value) => notes.push(noted(label, &value.value)),
            None => mine.push(value.clone()),
            Some(known) => notes.extend(join_kinds(&mut known.kind, &value.kind, (label, &value.value))),
        }
    }
    notes
}

fn add_addresses(mine: &mut Vec<Address>, theirs: &[Address]) -> Vec<String> {
    let mut notes = Vec::new();
    for address in theirs {
        if mine.len() > MAX_VALUES {
            break;
        }
        let line = address.on_a_line();
        match mine.iter_mut().find(|known| caseless(&known.on_a_line()) == caseless(&line)) {
            None if address.is_empty() => {}
            None if address.parts().into_iter().any(|part| is_too_long(part)) => notes.push(noted(t("Address"), &line)),
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
    let is_there = |kind: &&str| {
        // What was merged before there was one word for each in all languages has the words of one.
        let named = kind_name(kind);
        mine.split(BETWEEN_KINDS).any(|one| [*kind, &named].iter().any(|kind| caseless(kind) == caseless(one)))
    };
    let more: Vec<&str> = theirs.split(BETWEEN_KINDS).filter(|kind| !kind.is_empty() && !is_there(kind)).collect();
    if more.is_empty() {
        return None;
    }
    let more = more.join(BETWEEN_KINDS);
    let both = [mine.as_str(), &more].join(BETWEEN_KINDS);
    if both.chars().count() > MAX_TAG {
        return Some(noted(label, &format!("{value} ({})", kind_name(&more))));
    }
    *mine = both;
    None
}

fn add_tags(mine: &mut Vec<String>, theirs: &[String]) -> Vec<String> {
    let mut notes = Vec::new();
    for tag in theirs {
        if mine.len() > MAX_TAGS {
            break;
        }
        if tag.is_empty() || mine.iter().any(|known| caseless(known) == caseless(tag)) {
            continue;
        }
        if tag.chars().count() > MAX_TAG {
            notes.push(noted(t("Tags"), tag));
        } else {
            mine.push(tag.clone());
        }
    }
    notes
}

fn days(card: &mut Card, other: &Card) -> Vec<String> {
    let mut notes = Vec::new();
    match (card.birthday, other.birthday) {
        (None, theirs) => card.birthday = theirs,
        (Some(mine), Some(theirs)) if mine != theirs => notes.push(noted(t("Birthday"), &theirs.long())),
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
    fn a_second_birthday_is_noted_as_people_say_it() {
        let mut main = Card { birthday: Birthday::new(Some(1990), 4, 3), ..Card::default() };
        let other = Card { birthday: Birthday::new(None, 5, 16), ..Card::default() };
        assert_eq!(days(&mut main, &other), ["Birthday: 16 May"]);
    }

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
        assert_eq!(both.phones[1].kind, "work, mobile");
        assert_eq!(both.links.len(), 2);
        assert_eq!((both.middle.as_str(), both.prefix.as_str(), both.suffix.as_str()), ("Brewster", "Adm.", "PhD"));
        assert_eq!(merged(&both, &[other]).unwrap(), both);
        let older = Card { given: "Grace".into(), middle: "Murray".into(), family: "Hopper".into(), ..grace() };
        assert_eq!(merged(&both, &[older]).unwrap().note, "Middle name: Murray");
    }

    #[test]
    fn no_part_of_a_name_is_taken_twice() {
        let card = |full: &str, [prefix, given, middle, family, suffix]: [&str; 5]| Card {
            full_name: full.into(),
            prefix: prefix.into(),
            given: given.into(),
            middle: middle.into(),
            family: family.into(),
            suffix: suffix.into(),
            ..Card::default()
        };
        for (full, main, other, both) in [
            ("Dr. Ada Lovelace", ["", "Dr. Ada", "", "Lovelace", ""], ["Dr.", "Ada", "", "Lovelace", ""], None),
            ("Ada King Lovelace", ["", "Ada King", "", "Lovelace", ""], ["", "Ada", "King", "Lovelace", ""], None),
            ("Kai Obermaier, MBA", ["", "Kai", "", "Obermaier, MBA", ""], ["", "Kai", "", "Obermaier", "MBA"], None),
            ("Ada Lovelace", ["", "Ada Lovelace", "", "", ""], ["", "Ada", "", "Lovelace", ""], None),
            ("Dr. Ada Lovelace", ["", "Ada", "", "Lovelace", ""], ["Dr.", "Ada", "", "Lovelace", ""], Some("Dr.")),
        ] {
            let expected = [both.unwrap_or(main[0]), main[1], main[2], main[3], main[4]];
            assert_eq!(merged(&card(full, main), &[card(full, other)]).unwrap(), card(full, expected));
        }
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

    /// Reads a card with the name of Grace Hopper and these lines, as an import does.
    fn imported(lines: &str) -> Card {
        let text = format!("BEGIN:VCARD\nVERSION:3.0\nFN:Grace Hopper\n{lines}END:VCARD\n");
        crate::contacts::vcard::read(&text).cleaned()
    }

    #[test]
    fn what_no_field_took_is_kept_of_both() {
        let main = imported("TEL;TYPE=WORK,FAX:1\nBDAY:1906\nTITLE:Admiral\nROLE:Teacher\n");
        let other = imported(
            "FN:Amazing Grace\nTITLE:Cook\nROLE:Fire warden\nBDAY:1906-12-09\nBDAY;VALUE=text:in winter\\, 1906\n\
             item1.TEL;TYPE=FAX:2\nitem1.X-ABLabel:Ship\nADR;TYPE=HOME;LABEL=\"c/o Navy\\n:1 Pier\":;;Pier 1;York;;;\n",
        );
        let both = merged(&main, std::slice::from_ref(&other)).unwrap();
        let lines = [
            "Full name: Amazing Grace",
            "Position: Cook",
            "Position: Fire warden",
            "Birthday: 1906",
            "Birthday: in winter, 1906",
            "Address: c/o Navy, :1 Pier",
        ];
        for line in lines {
            assert!(both.note.lines().any(|one| one == line), "{line}: {}", both.note);
        }
        assert_eq!(both.phones, [Valued::new("work, fax", "1"), Valued::new("Ship, fax", "2")]);
        assert!(!both.note.contains("Teacher"), "{}", both.note);
        assert!(crate::contacts::vcard::write(&both).contains("ROLE:Teacher"));
        assert_eq!(merged(&both, &[other]).unwrap(), both, "merging again changes nothing");
        assert_eq!(merged(&main, &[imported("TITLE:Admiral\n")]).unwrap(), main, "what stays as it came is not moved");
    }

    #[test]
    fn what_a_limit_cut_is_kept_or_refused() {
        let tags: String = (0..25).map(|number| format!("CATEGORIES:{number}\n")).collect();
        let emails: String = (0..60).map(|number| format!("EMAIL:{number}@example.org\n")).collect();
        let note = format!("NOTE:{}\n", "a word ".repeat(1_500));
        for (lines, what) in [(tags, TooMuch::Tags), (emails, TooMuch::Emails), (note, TooMuch::Note)] {
            assert_eq!(merged(&grace(), &[imported(&lines)]), Err(what));
        }
        let (title, tag, link) = ("cook ".repeat(110), "tag ".repeat(12), format!("https://{}", "a".repeat(500)));
        let other = imported(&format!("TITLE:{title}\nCATEGORIES:{tag}\nURL:{link}\n"));
        let both = merged(&grace(), &[other]).unwrap();
        for text in [title.trim(), tag.trim(), &link] {
            assert!(both.note.contains(text), "{text}: {}", both.note);
        }
        assert_eq!(both.clone().cleaned(), both);
        // What its owner cut is gone.
        let shorter = Card { note: "a word".into(), ..imported(&format!("NOTE:{}\n", "a word ".repeat(1_500))) };
        assert_eq!(merged(&grace(), &[shorter]).unwrap().note, "a word");
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
