//! The languages are whole: every text of the sources stands in every catalogue, with its values, and no catalogue has
//! a text that nobody says. That every text goes through the catalogues at all is seen by `tests/web/languages.rs`.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The texts of the sources: the English one, and its plural if it has a number.
fn texts() -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    for folder in ["src", "templates"] {
        for file in files(Path::new(folder)) {
            let source = std::fs::read_to_string(&file).unwrap();
            let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
            let code: String =
                source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            for filter in ["t", "tf", "linked"] {
                found.extend(filtered(&code, filter).map(|text| (text, None)));
            }
            for call in ["t", "tf", "linked", "key", "tn", "tnf"] {
                for arguments in calls(&code, call) {
                    if call.starts_with("tn") {
                        if !arguments[..end(arguments)].contains('"') {
                            continue;
                        }
                        let (one, rest) = literal(arguments.split_once('"').unwrap().1);
                        let (many, _) = literal(rest.split_once('"').unwrap().1);
                        found.insert(one, Some(many));
                    } else if let Some(text) = arguments.trim_start().strip_prefix('"') {
                        found.entry(literal(text).0).or_insert(None);
                    }
                }
            }
        }
    }
    found
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            all.extend(files(&entry));
        } else if entry.extension().is_some_and(|ending| ending == "rs" || ending == "html") {
            all.push(entry);
        }
    }
    all
}

/// What follows each `name(` that is a call and no definition.
fn calls<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let open = format!("{name}(");
    let starts: Vec<usize> = code.match_indices(&open).map(|(at, _)| at).collect();
    starts.into_iter().filter_map(move |at| {
        let before = &code[..at];
        let is_word = before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.')
            // The values of a filter, whose text stands before it.
            || before.ends_with('|') && !name.starts_with("tn");
        (!is_word && !before.ends_with("fn ")).then(|| &code[at + name.len() + 1..])
    })
}

/// The literals that a filter of this name is put on.
fn filtered<'a>(code: &'a str, name: &str) -> impl Iterator<Item = String> + 'a {
    let filter = format!("\"|{name}");
    let ends: Vec<(usize, usize)> = code.match_indices(&filter).map(|(at, all)| (at, at + all.len())).collect();
    ends.into_iter().filter_map(|(quote, end)| {
        let is_longer = code[end..].starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        let text = &code[..quote];
        let opened = text.match_indices('"').map(|(at, _)| at).rfind(|at| !text[..*at].ends_with('\\'))?;
        (!is_longer).then(|| literal(&code[opened + 1..]).0)
    })
}

/// Where the parenthesis closes that was opened before; none of ours stands in a literal without its other.
fn end(arguments: &str) -> usize {
    let mut depth = 1;
    let close = arguments.char_indices().find(|(_, letter)| {
        depth += i32::from(*letter == '(') - i32::from(*letter == ')');
        depth == 0
    });
    close.map_or(arguments.len(), |(at, _)| at)
}

/// The rest of a string literal, and what follows it.
fn literal(text: &str) -> (String, &str) {
    let (mut out, mut letters) = (String::new(), text.char_indices());
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (out, &text[at + 1..]),
            '\\' => out.push(letters.next().unwrap().1),
            _ => out.push(letter),
        }
    }
    panic!("a literal without an end: {text}");
}

fn names(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split_once('}').unwrap().0).collect()
}

#[test]
fn every_text_stands_in_every_language_with_its_values() {
    let texts = texts();
    assert!(texts.len() > 300, "{}", texts.len());
    let mut wrong = Vec::new();
    for (language, forms) in [("de", 2), ("es", 2), ("fr", 2), ("ar", 6)] {
        let path = format!("src/language/{language}.po");
        let catalogue = polib::po_file::parse(Path::new(&path)).unwrap();
        let mut there = BTreeSet::new();
        for message in catalogue.messages() {
            let english = message.msgid();
            there.insert(english.to_owned());
            let Some(plural) = texts.get(english) else {
                wrong.push(format!("{path}: nobody says {english:?}"));
                continue;
            };
            let translations = match plural {
                None => vec![message.msgstr().unwrap_or("").to_owned()],
                Some(_) => message.msgstr_plural().cloned().unwrap_or_default(),
            };
            if translations.len() != plural.as_ref().map_or(1, |_| forms) || translations.iter().any(String::is_empty) {
                wrong.push(format!("{path}: {english:?} is not translated"));
            }
            let wanted = names(plural.as_deref().unwrap_or(english));
            for translation in &translations {
                let mut has = names(translation);
                // A form for a single one may say it in words.
                if plural.is_some() {
                    has.insert("n");
                }
                if has != wanted || translation.contains('[') != english.contains('[') {
                    wrong.push(format!("{path}: {translation:?} has not the values of {english:?}"));
                }
            }
        }
        let missing = texts.keys().filter(|text| !there.contains(*text));
        wrong.extend(missing.map(|text| format!("{path}: {text:?} is missing")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A word of the English texts, words beside which it means something else, and what the languages must not call it.
type Word = (&'static str, &'static [&'static str], &'static [(&'static str, &'static [&'static str])]);

/// A connection is no contact, the note of an invitation is no message, leaving is no signing out, and an apostrophe is no prime.
const WORDS: [Word; 3] = [
    (
        "connection",
        &["contact", "address book"],
        &[("de", &["kontakt"]), ("es", &["contacto"]), ("fr", &["contact"]), ("ar", &["جهات الاتصال", "جهة اتصال"])],
    ),
    ("note", &["message"], &[("de", &["nachricht"]), ("es", &["mensaje"]), ("fr", &["message"]), ("ar", &["رسال"])]),
    ("disconnect", &[], &[("fr", &["déconnect"]), ("es", &["cerrar sesión"]), ("de", &["abmelden", "abgemeldet"])]),
];

#[test]
fn what_differs_is_not_called_the_same() {
    let mut wrong = Vec::new();
    for language in ["de", "es", "fr", "ar"] {
        let catalogue = polib::po_file::parse(Path::new(&format!("src/language/{language}.po"))).unwrap();
        for message in catalogue.messages() {
            let english = message.msgid().to_lowercase();
            let plural = message.msgstr_plural().cloned().unwrap_or_default();
            for said in plural.iter().map(String::as_str).chain(message.msgstr()) {
                let letters: Vec<char> = said.chars().collect();
                if letters.windows(3).any(|at| at[1] == '\'' && at[0].is_alphabetic() && at[2].is_alphabetic()) {
                    wrong.push(format!("{language}: {said}"));
                }
                for (word, unless, never) in WORDS {
                    if !english.contains(word) || unless.iter().any(|other| english.contains(other)) {
                        continue;
                    }
                    let of_it = never.iter().filter(|(of, _)| *of == language).flat_map(|(_, words)| *words);
                    wrong.extend(
                        of_it
                            .filter(|no| said.to_lowercase().contains(**no))
                            .map(|no| format!("{language}, {no}: {said}")),
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
