//! Names: their initials, and the handles made of them.

use crate::members::handles::is_reserved;
use crate::members::sorting;
use crate::text::{self, fold};

/// Characters of a name.
pub const LONGEST: usize = 100;

/// Returns a name as it is kept where nobody is there to correct it, such as a row of a file: cleaned, and cut where it is
/// too long. What a member types is cleaned in the same way, and refused instead of mended.
pub fn salvaged(written: &str) -> String {
    text::salvaged(written).chars().take(LONGEST).collect::<String>().trim_end().to_owned()
}

/// Up to two initials, as the picture of a member.
pub fn initials(full_name: &str) -> String {
    if let Some(plain) = sorting::plain_core(full_name) {
        return first_letters(&plain);
    }
    let words = sorting::core(full_name);
    first_letters(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

fn first_letters(words: &[&str]) -> String {
    let mut letters = words.iter().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = letters.next();
    let last = letters.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A handle made of a name: `Łukasz O'Neill` becomes `lukasz-oneill`. At least 3, at most 40 characters.
pub fn handle(full_name: &str) -> String {
    let mut handle = String::new();
    for c in fold(full_name).chars() {
        if c.is_ascii_alphanumeric() {
            handle.push(c);
        } else if !handle.is_empty() && !handle.ends_with('-') {
            handle.push('-');
        }
    }
    handle.truncate(40);
    let handle = handle.trim_matches('-').to_owned();
    // Neither too short, nor a word that is the site's.
    let whole = handle.len() >= 3 && !is_reserved(&handle);
    if whole { handle } else { format!("member-{handle}").trim_end_matches('-').to_owned() }
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
    fn a_handle_is_legal_whatever_the_name() {
        for (name, expected) in [
            ("Łukasz O'Neill", "lukasz-oneill"),
            ("Søren  van der Berg", "soren-van-der-berg"),
            ("李小龙", "member"),
            ("Bo", "member-bo"),
            ("Admin", "member-admin"),
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
        assert_eq!(initials("Dr. Anna Lind, PhD"), "AL");
        assert_eq!(initials("Sam Okoro 🚀 (he/him)"), "SO");
        assert_eq!(initials("Yuki Tanabe (田辺 由紀)"), "YT");
    }
}
