//! Names: how they sort, their initials, and the handles made of them.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Accents on one letter; the writing that takes most has four.
const MARKS: u32 = 4;

/// A text without case and accents, to sort by.
fn bare(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// A text as it is searched, on either engine: without case, accents and apostrophes, and with the letters that a plain
/// keyboard has. Whoever changes what it gives counts `search::FOLDING` up.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in bare(text).chars() {
        match c {
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ŧ' => folded.push('t'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            '\'' | '’' | '‘' | 'ʼ' | 'ʻ' => {}
            c => folded.push(c),
        }
    }
    folded
}

/// Whether a name can be read by others as it was written: no invisible letters, and no piles of accents.
pub fn is_readable(name: &str) -> bool {
    let invisible = |c| {
        matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFC}'
            | '\u{E0000}'..='\u{E0FFF}')
    };
    let mut marks = 0;
    name.chars().all(|c| {
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        !invisible(c) && marks <= MARKS
    })
}

/// The key that sorts by first name.
pub fn sort_first(full_name: &str) -> String {
    bare(full_name)
}

/// The key that sorts by last name: the last word, then the others.
pub fn sort_last(full_name: &str) -> String {
    let bare = bare(full_name);
    match bare.rsplit_once(' ') {
        Some((first, last)) => format!("{last} {first}"),
        None => bare,
    }
}

/// Up to two initials, as the picture of a member.
pub fn initials(full_name: &str) -> String {
    // What stands in brackets is said of the name, or the name in other letters.
    let name = full_name.split(['(', '[']).next().filter(|name| !name.trim().is_empty()).unwrap_or(full_name);
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
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
    fn what_is_searched_is_what_a_plain_keyboard_types() {
        for (written, typed) in [
            ("Νίκος", "νικοσ"),
            ("Ёлка", "елка"),
            ("ﬁona", "fiona"),
            ("مُحَمَّد", "محمد"),
            ("Łukasz", "lukasz"),
            ("Ørsted", "orsted"),
            ("Đorđe", "dorde"),
            ("Ærø", "aero"),
            ("Straße", "strasse"),
            ("Yılmaz", "yilmaz"),
            ("YILMAZ", "yilmaz"),
            ("İbrahim", "ibrahim"),
            ("O'Neill", "oneill"),
            ("O’Neill", "oneill"),
        ] {
            assert_eq!(fold(written), typed, "{written}");
        }
    }

    #[test]
    fn a_name_with_invisible_letters_or_piles_of_accents_is_not_readable() {
        let pile = format!("a{}", "\u{301}".repeat(90));
        for name in ["Ada\u{200B}", "A\u{AD}da", "\u{3164}", pile.as_str()] {
            assert!(!is_readable(name), "{name:?}");
        }
        for name in ["Nguyễn Thị Ánh", "مُحَمَّد", "علی\u{200C}رضا", "हिन्दी", "O'Neill"]
        {
            assert!(is_readable(name), "{name:?}");
        }
    }

    #[test]
    fn initials_are_the_first_and_the_last() {
        assert_eq!(initials("priya raman"), "PR");
        assert_eq!(initials("Ana Maria de Souza"), "AS");
        assert_eq!(initials("Sukarno"), "S");
        assert_eq!(initials("(Bob) Smith"), "BS");
        assert_eq!(initials("Yuki Tanabe (田辺 由紀)"), "YT");
    }
}
