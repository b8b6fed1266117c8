//! What cards say that no field has, of several as one: the vCard of each as it came is kept beside its fields.

use std::collections::HashMap;

use crate::contacts::vcard;

/// Properties of a card itself, rather than of somebody.
const OF_CARDS: [&str; 7] = ["BEGIN", "END", "VERSION", "REV", "PRODID", "KIND", "X-ADDRESSBOOKSERVER-KIND"];
/// Properties that become fields.
const FIELDS: [&str; 17] = [
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
    "ROLE",
    "BDAY",
    "NOTE",
    "CATEGORIES",
    "UID",
    "X-AMICABLE-CONNECTED-ON",
];
const LABEL: &str = "X-ABLABEL";

/// Returns a vCard with what another says besides, that no field has; the other's where there is none.
pub fn joined(mine: &str, theirs: &str) -> String {
    if mine.is_empty() || theirs.is_empty() {
        return [mine, theirs].concat();
    }
    let known: Vec<&str> = mine.lines().map(ungrouped).collect();
    let theirs = in_version_3(theirs);
    let is_more = |line: &&str| is_property(&name(line)) && !known.contains(&ungrouped(line));
    let more: Vec<&str> = theirs.lines().filter(is_more).collect();
    if more.is_empty() {
        return mine.to_owned();
    }
    let labels = theirs.lines().filter(|line| name(line) == LABEL);
    let labels = labels.filter(|line| more.iter().any(|other| group(other).is_some() && group(other) == group(line)));
    let mut groups: HashMap<&str, usize> = HashMap::new();
    let free = mine.lines().filter_map(|line| number(group(line)?)).max().unwrap_or(0) + 1;
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
    !name.is_empty() && name != LABEL && !OF_CARDS.contains(&name) && !FIELDS.contains(&name)
}

/// Writes a vCard of any version as the third, a property a line.
fn in_version_3(card: &str) -> String {
    let written = vcard::write(&vcard::read(card));
    let found = vcard::cards(written.as_bytes(), vcard::legacy).next();
    found.and_then(|found| found.text.ok()).unwrap_or_default()
}

fn head(line: &str) -> &str {
    line.split([':', ';']).next().unwrap_or_default()
}

/// The name of a line in capital letters, without the group before it.
fn name(line: &str) -> String {
    head(line).rsplit('.').next().unwrap_or_default().trim().to_ascii_uppercase()
}

fn group(line: &str) -> Option<&str> {
    head(line).rsplit_once('.').map(|(group, _)| group.trim())
}

fn ungrouped(line: &str) -> &str {
    match group(line) {
        Some(_) => head(line).rfind('.').and_then(|dot| line.get(dot + 1..)).unwrap_or(line),
        None => line,
    }
}

fn number(group: &str) -> Option<usize> {
    group.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok()
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
