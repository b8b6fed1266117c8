//! Several cards as one: every value stays.

use crate::contacts::card::{Address, Card, MAX_NOTE, MAX_TAGS, Valued};
use crate::contacts::keys::{email_key, phone_key, profile_key};
use crate::language::{self, t, tf};
use crate::text::caseless;

/// Returns a card with the values of others besides its own. Where a line can have one value only, the other's is written
/// into the note.
pub fn merged(main: &Card, others: &[Card]) -> Card {
    let mut card = main.clone();
    let mut notes: Vec<String> = vec![main.note.clone()];
    for other in others {
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
        if card.joined_name().is_empty() {
            take_parts(&mut card, other);
        }
        add_values(&mut card.emails, &other.emails, email_key);
        add_values(&mut card.phones, &other.phones, phone_key);
        add_values(&mut card.links, &other.links, profile_key);
        add_addresses(&mut card.addresses, &other.addresses);
        notes.extend(days(&mut card, other));
        notes.push(other.note.clone());
        add_tags(&mut card.tags, &other.tags);
        if card.raw.is_empty() {
            card.raw.clone_from(&other.raw);
        }
    }
    let mut note = String::new();
    for more in notes.into_iter().filter(|more| !more.is_empty()) {
        // What was merged before stands in the note already.
        let stands = format!("\n{note}\n").contains(&format!("\n{more}\n"));
        if !stands {
            note = if note.is_empty() { more } else { format!("{note}\n{more}") };
        }
    }
    card.note = note.chars().take(MAX_NOTE).collect();
    card
}

/// Takes a value where there is none; gives a line for the note where there is another.
fn one_line(mine: &mut String, theirs: &str, label: &str) -> Option<String> {
    if mine.is_empty() {
        theirs.clone_into(mine);
        return None;
    }
    let differs = !theirs.is_empty() && caseless(mine) != caseless(theirs);
    differs.then(|| tf("{filter}: {value}", (label, theirs)))
}

fn take_parts(card: &mut Card, other: &Card) {
    if caseless(&card.full_name) == caseless(&other.full_name) {
        card.given.clone_from(&other.given);
        card.middle.clone_from(&other.middle);
        card.family.clone_from(&other.family);
        card.prefix.clone_from(&other.prefix);
        card.suffix.clone_from(&other.suffix);
    }
}

fn add_values(mine: &mut Vec<Valued>, theirs: &[Valued], key: fn(&str) -> Option<String>) {
    let same = |one: &str, other: &str| one == other || key(one).is_some_and(|one| key(other) == Some(one));
    for value in theirs {
        if !mine.iter().any(|known| same(&known.value, &value.value)) {
            mine.push(value.clone());
        }
    }
}

fn add_addresses(mine: &mut Vec<Address>, theirs: &[Address]) {
    for address in theirs {
        if !mine.iter().any(|known| caseless(&known.on_a_line()) == caseless(&address.on_a_line())) {
            mine.push(address.clone());
        }
    }
}

fn add_tags(mine: &mut Vec<String>, theirs: &[String]) {
    for tag in theirs {
        if mine.len() < MAX_TAGS && !mine.iter().any(|known| caseless(known) == caseless(tag)) {
            mine.push(tag.clone());
        }
    }
}

fn days(card: &mut Card, other: &Card) -> Vec<String> {
    let line = |label: &str, day: String| tf("{filter}: {value}", (label, day.as_str()));
    let mut notes = Vec::new();
    match (card.birthday, other.birthday) {
        (None, theirs) => card.birthday = theirs,
        (Some(mine), Some(theirs)) if mine != theirs => notes.push(line(t("Birthday"), theirs.to_string())),
        _ => {}
    }
    match (card.connected_on, other.connected_on) {
        (None, theirs) => card.connected_on = theirs,
        (Some(mine), Some(theirs)) if mine != theirs => {
            notes.push(line(t("Connected on"), language::date(theirs.year(), theirs.month(), theirs.day())));
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
        let both = merged(&main, std::slice::from_ref(&other));
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
        assert_eq!(merged(&both, &[other]), both, "merging again changes nothing");
    }
}
