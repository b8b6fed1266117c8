//! What cards say that no field has, of several as one: the vCard of each as it came is kept beside its fields.

use std::collections::{HashMap, HashSet};

use crate::contacts::card::Card;
use crate::contacts::vcard::{self, group, name, parameters, parted, ungrouped};
use crate::language::t;

/// Properties of a card itself, rather than of somebody.
const OF_CARDS: [&str; 7] = ["BEGIN", "END", "VERSION", "REV", "PRODID", "KIND", "X-ADDRESSBOOKSERVER-KIND"];
const LABEL: &str = "X-ABLABEL";
/// Types that programs write beside others, and that do not say what a value is for.
const BESIDE: [&str; 5] = ["IPHONE", "DOM", "INTL", "POSTAL", "PARCEL"];

/// Returns a vCard with what another says besides, that no field has; the other's where there is none.
pub fn joined(mine: &str, theirs: &str) -> String {
    if mine.is_empty() || theirs.is_empty() {
        return [mine, theirs].concat();
    }
    let known: HashSet<&str> = mine.lines().map(ungrouped).collect();
    let theirs = in_version_3(theirs);
    let is_more = |line: &&str| is_property(&name(line)) && !known.contains(ungrouped(line));
    let more: Vec<&str> = theirs.lines().filter(is_more).collect();
    if more.is_empty() {
        return mine.to_owned();
    }
    let labelled: HashSet<&str> = more.iter().filter_map(|line| group(line)).collect();
    let labels = theirs.lines().filter(|line| name(line) == LABEL);
    let labels = labels.filter(|line| group(line).is_some_and(|group| labelled.contains(group)));
    let mut groups: HashMap<&str, usize> = HashMap::new();
    let free = vcard::free_group(mine.lines());
    let mut text: String = mine.lines().filter(|line| name(line) != "END").flat_map(|line| [line, "\n"]).collect();
    for line in more.iter().copied().chain(labels) {
        if let Some(group) = group(line) {
            let next = free + groups.len();
            text.push_str(&format!("item{}.", groups.entry(group).or_insert(next)));
        }
        text.extend([ungrouped(line), "\n"]);
    }
    text + "END:VCARD\n"
}

fn is_property(name: &str) -> bool {
    !name.is_empty() && name != LABEL && !OF_CARDS.contains(&name) && !vcard::is_field(name)
}

/// Writes a vCard of any version as the third, a property a line.
fn in_version_3(card: &str) -> String {
    let written = vcard::write(&vcard::read(card));
    let found = vcard::cards(written.as_bytes(), vcard::legacy).next();
    found.and_then(|found| found.text.ok()).unwrap_or_default()
}

/// Returns the lines of a card that may say more than its fields do.
pub fn said(card: &Card) -> String {
    if card.raw.is_empty() { String::new() } else { vcard::lines(card) }
}

/// Returns those lines of a card that it no longer has once its fields are changed.
pub fn lost(before: &Card, after: &Card) -> String {
    let after = vcard::lines(after);
    let stay: HashSet<&str> = after.lines().collect();
    said(before).lines().filter(|line| !stay.contains(line)).flat_map(|line| [line, "\n"]).collect()
}

/// Reads lines of a card without limits. A value of several kinds is there once for each.
pub fn read_whole(lines: &str) -> Card {
    let mut card = vcard::read(&lines.lines().flat_map(of_each_kind).collect::<String>()).readable(|_| usize::MAX);
    if !lines.lines().any(|line| name(line) == "FN") {
        card.full_name.clear();
    }
    card
}

/// A line, and behind it one for each of its types where there are several, or a label beside them.
fn of_each_kind(line: &str) -> Vec<String> {
    let whole = format!("{line}\n");
    let Some((head, value)) = parted(ungrouped(line)).filter(|_| vcard::is_field(&name(line))) else {
        return vec![whole];
    };
    let types: Vec<&str> = parameters(head).skip(1).filter_map(types_of).flat_map(|types| types.split(',')).collect();
    if types.len() < 2 && group(line).is_none() {
        return vec![whole];
    }
    let types = types.into_iter().filter(|one| !BESIDE.contains(&one.to_ascii_uppercase().as_str()));
    let each = types.map(|one| format!("{};TYPE={one}:{value}\n", name(line)));
    std::iter::once(whole).chain(each).collect()
}

/// The types in a parameter, which version 2.1 writes without their name.
fn types_of(parameter: &str) -> Option<&str> {
    match parameter.split_once('=') {
        None => Some(parameter),
        Some((name, types)) => name.eq_ignore_ascii_case("TYPE").then(|| types.trim_matches('"')),
    }
}

/// Returns what lines of a card say that no field takes, each with the label of its field.
pub fn untaken(lines: &str) -> Vec<(&'static str, String)> {
    let card = vcard::read(lines);
    let all = |wanted: &'static str| lines.lines().filter(move |line| name(line) == wanted);
    let mut found = Vec::new();
    // One name counts, and the first parts of one.
    let names = all("FN").chain(all("N").skip(1)).map(|line| vcard::read(line).full_name);
    found.extend(names.filter(|name| *name != card.full_name).map(|name| (t("Full name"), name)));
    // The position is the title.
    let is_position = |role: &String| card.position == *role || card.position.split(", ").any(|one| one == role);
    found.extend(all("ROLE").map(text_of).filter(|role| !is_position(role)).map(|role| (t("Position"), role)));
    for line in all("BDAY") {
        let text = text_of(line);
        match vcard::birthday(&text) {
            Some(day) if Some(day) == card.birthday => {}
            Some(day) => found.push((t("Birthday"), day.to_string())),
            None => found.push((t("Birthday"), text)),
        }
    }
    for line in all("ADR") {
        let head = parted(line).map_or("", |(head, _)| head);
        let named = parameters(head).filter_map(|parameter| parameter.split_once('='));
        let label =
            named.filter(|(name, _)| name.eq_ignore_ascii_case("LABEL")).map(|(_, label)| label.trim_matches('"'));
        found.extend(label.map(|label| (t("Address"), read_text(label).replace('\n', ", "))));
    }
    found.retain(|(_, value)| !value.is_empty());
    found
}

fn text_of(line: &str) -> String {
    read_text(parted(line).map_or("", |(_, value)| value))
}

/// Takes the escapes out of a text, as out of a note.
fn read_text(value: &str) -> String {
    vcard::read(&format!("NOTE:{value}\n")).readable(|_| usize::MAX).note
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(lines: &str) -> String {
        format!("BEGIN:VCARD\nVERSION:3.0\n{lines}END:VCARD\n")
    }

    #[test]
    fn what_no_field_has_is_kept_of_both() {
        let mine = card("FN:Grace Hopper\nitem1.TEL:1\nitem1.X-ABLabel:Ship\nX-FOO:1\n");
        let theirs = card("FN:Grace H\nX-FOO:1\nX-BAR:2\nitem1.X-ABDATE:1906-12-09\nitem1.X-ABLabel:Born\nTZ:-05:00\n");
        let both = joined(&mine, &theirs);
        let more = "X-BAR:2\nitem2.X-ABDATE:1906-12-09\nTZ:-05:00\nitem2.X-ABLabel:Born\nEND:VCARD\n";
        assert_eq!(both, mine.replace("END:VCARD\n", more));
        assert_eq!(joined(&both, &theirs), both, "once more changes nothing");
        assert_eq!((joined("", &theirs), joined(&mine, "")), (theirs, mine));
    }

    #[test]
    fn an_older_card_is_joined_as_the_third_version() {
        let theirs = "BEGIN:VCARD\nVERSION:2.1\nN:H;G\nPHOTO;JPEG;BASE64:/9j/\nEND:VCARD\n";
        assert_eq!(joined(&card("FN:G\n"), theirs), card("FN:G\nPHOTO;TYPE=JPEG;ENCODING=b:/9j/\n"));
    }
}
