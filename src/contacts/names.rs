//! Whether two names may be those of one person: an address or a profile that both have does not say so by itself, since a
//! family, an office or a company may share it.

use crate::contacts::card::Card;
use crate::members::search::words::in_order;
use crate::members::sorting;
use crate::text::{caseless, fold, spellings};

/// Stands before a name that has no letter or digit, such as `❤️`, where names are compared.
const UNLETTERED: char = '\u{1}';

/// Words of a name that are compared. A line of a hundred is no name, and would be compared with each of the other's.
const COMPARED: usize = 10;

/// Returns the name by which a card is looked for: its words in an order of their own, or what is written where there are none.
pub fn name_key(name: &str) -> String {
    let words = in_order(&fold(name));
    if !words.is_empty() {
        return words;
    }
    let written = caseless(name);
    if written.is_empty() { written } else { format!("{UNLETTERED}{written}") }
}

/// Returns whether a key is of a name with words, which by itself may tell one from another.
pub fn has_words(key: &str) -> bool {
    !key.is_empty() && !key.starts_with(UNLETTERED)
}

/// Returns what a card says that somebody is called; nothing where a company or an address stands in its place.
pub fn called(card: &Card) -> String {
    if !card.full_name.is_empty() {
        return card.full_name.clone();
    }
    let joined = card.joined_name();
    if joined.is_empty() { card.nickname.clone() } else { joined }
}

/// A name, taken apart to be compared with others.
#[derive(Debug, Clone, Default)]
pub struct Name {
    /// As it is written, without case.
    written: String,
    /// Its words, with and without titles, in each spelling.
    ways: Vec<Vec<String>>,
}

impl Name {
    /// Takes a name apart.
    pub fn of(name: &str) -> Name {
        // A number, as in *Room 2*, tells one from another.
        let is_number = |word: &&str| word.contains(char::is_numeric) && !word.contains(char::is_alphabetic);
        let numbers = name.split_whitespace().filter(is_number).map(str::to_owned);
        let core = sorting::core(name).into_iter().chain(numbers).collect::<Vec<_>>().join(" ");
        let words = |text: String| -> Vec<String> {
            let key = in_order(&text);
            let mut words: Vec<String> = key.split('=').filter(|word| !word.is_empty()).map(str::to_owned).collect();
            // A longer word fits fewer others, so it chooses first.
            words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
            words.truncate(COMPARED);
            words
        };
        let mut ways: Vec<Vec<String>> = [name, &core].into_iter().flat_map(spellings).map(words).collect();
        ways.retain(|words| !words.is_empty());
        ways.dedup();
        Name { written: caseless(name), ways }
    }

    /// Returns whether both may be of one person: one is not known, or each word of the shorter is a word of the longer or
    /// its initial, as in `A. Lovelace` and `Ada Lovelace`. More than an initial tells two apart: Martin and Martina may
    /// share an address.
    pub fn may_be(&self, other: &Name) -> bool {
        if self.written.is_empty() || other.written.is_empty() || self.written == other.written {
            return true;
        }
        match (self.ways.is_empty(), other.ways.is_empty()) {
            (true, true) => false,
            (true, false) | (false, true) => true,
            (false, false) => self.ways.iter().any(|one| other.ways.iter().any(|other| fit(one, other))),
        }
    }
}

fn fit(one: &[String], other: &[String]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let mut left: Vec<&String> = long.iter().collect();
    short.iter().all(|word| {
        let same = left.iter().position(|other| *other == word);
        let is_initial = |other: &&String| begins(other, word) || begins(word, other);
        let place = same.or_else(|| left.iter().position(is_initial));
        place.map(|at| left.remove(at)).is_some()
    })
}

/// Whether a word is the initial of another.
fn begins(initial: &str, word: &str) -> bool {
    let mut letters = initial.chars();
    letters.next().is_some_and(|letter| letters.next().is_none() && word.starts_with(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_person_fit() {
        for (one, other, fits) in [
            ("A. Lovelace", "Ada Lovelace", true),
            ("Lovelace, Ada", "Dr. Ada King Lovelace, PhD", true),
            ("Ada", "Ada Lovelace", true),
            ("", "Ada Lovelace", true),
            ("Jürgen Müller", "Juergen Mueller", true),
            ("山田太郎", "山田 太郎", true),
            ("Ada Smith", "Bob Smith", false),
            ("Ada Ada", "Ada Smith", false),
            ("Maria Lopez", "Maria Lopez Garcia", true),
            ("Martin Müller", "Martina Müller", false),
            ("Александр Петров", "Александра Петрова", false),
            ("Li Wang", "Lin Wang", false),
            ("Room 1", "Room 2", false),
            ("Dr. Ada 2", "Ada 2", true),
            ("❤️", "???", false),
            ("❤️", "Ada", true),
            ("Acme", "Ada Lovelace", false),
        ] {
            assert_eq!(Name::of(one).may_be(&Name::of(other)), fits, "{one} {other}");
            assert_eq!(Name::of(other).may_be(&Name::of(one)), fits, "{other} {one}");
        }
    }

    #[test]
    fn of_a_long_name_some_words_are_compared() {
        let long = (0..60).map(|at| format!("Wörd{at}")).collect::<Vec<_>>();
        let (there, back) = (long.join(" "), long.iter().rev().cloned().collect::<Vec<_>>().join(" "));
        let (there, back) = (Name::of(&there), Name::of(&back));
        assert!(there.ways.iter().all(|words| words.len() <= 10), "{there:?}");
        assert!(there.may_be(&back) && !there.may_be(&Name::of("Ada Lovelace")));
    }

    #[test]
    fn a_name_without_letters_is_what_is_written() {
        assert_ne!(name_key("***"), name_key("???"));
        assert!(has_words(&name_key("Ada")) && !has_words(&name_key("★")) && !has_words(&name_key("")));
    }
}
