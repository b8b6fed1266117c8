//! Names: how they sort, their initials, and the handles made of them.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A text without case and accents, to sort and compare by.
pub fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The key that sorts by first name.
pub fn sort_first(full_name: &str) -> String {
    fold(full_name)
}

/// The key that sorts by last name: the last word, then the others.
pub fn sort_last(full_name: &str) -> String {
    let folded = fold(full_name);
    match folded.rsplit_once(' ') {
        Some((first, last)) => format!("{last} {first}"),
        None => folded,
    }
}

/// Up to two initials, as the picture of a member.
pub fn initials(full_name: &str) -> String {
    let mut words = full_name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A handle made of a name: `Łukasz O'Neill` becomes `lukasz-oneill`. At least 3, at most 40 characters.
pub fn handle(full_name: &str) -> String {
    let plain =
        fold(full_name).replace('ł', "l").replace('ø', "o").replace('ß', "ss").replace('æ', "ae").replace('đ', "d");
    let mut handle = String::new();
    for c in plain.chars().filter(|c| *c != '\'' && *c != '’') {
        if c.is_ascii_alphanumeric() {
            handle.push(c);
        } else if !handle.is_empty() && !handle.ends_with('-') {
            handle.push('-');
        }
    }
    handle.truncate(40);
    let handle = handle.trim_matches('-').to_owned();
    if handle.len() < 3 { format!("member-{handle}").trim_end_matches('-').to_owned() } else { handle }
}

/// Whether a member may choose this as their handle: 3 to 40 of a–z, 0–9 and inner hyphens.
pub fn is_handle(text: &str) -> bool {
    let legal = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    (3..=40).contains(&text.len()) && legal && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_without_case_and_accents() {
        assert_eq!(sort_first("Zoë Álvarez"), "zoe alvarez");
        assert_eq!(sort_last("Zoë Maria Álvarez"), "alvarez zoe maria");
        assert_eq!(sort_last("Sukarno"), "sukarno");
    }

    #[test]
    fn a_handle_is_legal_whatever_the_name() {
        for (name, expected) in [
            ("Łukasz O'Neill", "lukasz-oneill"),
            ("Søren  van der Berg", "soren-van-der-berg"),
            ("李小龙", "member"),
            ("Bo", "member-bo"),
            ("-- !", "member"),
        ] {
            assert_eq!(handle(name), expected);
            assert!(is_handle(&handle(name)));
        }
        assert!(is_handle(&handle(&"a long name ".repeat(20))));
    }

    #[test]
    fn initials_are_the_first_and_the_last() {
        assert_eq!(initials("priya raman"), "PR");
        assert_eq!(initials("Ana Maria de Souza"), "AS");
        assert_eq!(initials("Sukarno"), "S");
        assert_eq!(initials("(Bob) Smith"), "BS");
    }
}
