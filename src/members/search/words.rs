//! The words of a text, as they are indexed and as they are looked for.

use icu_properties::props::Script;

use crate::text::{is_mark, script, spellings};

/// Letters of a word: of one that no language has, the beginning does. PostgreSQL takes no more than 2,046 bytes.
const MAX_WORD: usize = 64;
/// Letters of a piece of writing that has no spaces between its words.
const PIECE: usize = 8;
/// Letters of a whole name.
const LONGEST_NAME: usize = 400;
/// Words that are looked for.
const MAX_WORDS: usize = 10;

/// A word that was typed, with another way to spell it if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    one: String,
    other: Option<String>,
}

impl Word {
    /// Each way to spell it, once.
    pub fn each(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.one.as_str()).chain(self.other.as_deref())
    }

    /// Whether a word of a folded text may begin with it: where it stands in the middle of a word of plain letters, none does,
    /// unless its writing has no spaces. What this lets through is to be asked again, of the words themselves.
    pub fn may_begin_in(&self, folded: &str) -> bool {
        let follows_letter = |at: usize| folded[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let may_begin = |word: &str, at: usize| word.starts_with(is_unspaced) || !follows_letter(at);
        self.each().any(|word| folded.match_indices(word).any(|(at, _)| may_begin(word, at)))
    }

    /// Whether one of these begins with it.
    pub fn begins_any(&self, terms: &[String]) -> bool {
        terms.iter().any(|term| self.each().any(|word| term.starts_with(word)))
    }
}

/// Returns the words that were typed; nothing typed is an operator of either engine.
pub fn typed(text: &str) -> Vec<Word> {
    let all: Vec<Vec<String>> =
        spellings(text).iter().map(|text| words(text).flat_map(|word| pieces(&word)).collect()).collect();
    let Some(short) = all.first() else { return Vec::new() };
    let long = all.get(1).filter(|long| long.len() == short.len());
    let other = |at: usize, one: &String| long.and_then(|long| long.get(at)).filter(|other| *other != one).cloned();
    let word = |(at, one): (usize, &String)| Word { one: one.clone(), other: other(at, one) };
    short.iter().enumerate().map(word).take(MAX_WORDS).collect()
}

/// Returns what is indexed of a text: its words in every spelling, and of a word whose writing has no spaces the rest from
/// each of its letters on, so that a part is found as the beginning of something.
pub fn terms(text: &str) -> Vec<String> {
    // What a non-joiner parts is one word and is two.
    let parted = text.contains(NON_JOINER).then(|| text.replace(NON_JOINER, " "));
    let texts = std::iter::once(text).chain(parted.as_deref());
    let mut all: Vec<String> = Vec::new();
    for text in texts.flat_map(spellings) {
        for word in words(&text) {
            if !word.chars().any(is_unspaced) {
                all.push(word);
                continue;
            }
            let letters: Vec<char> = word.chars().collect();
            let starts = (0..letters.len()).filter(|at| *at == 0 || is_unspaced(letters[*at]));
            all.extend(starts.map(|at| letters[at..].iter().take(PIECE).collect::<String>()));
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Returns all words of a folded name in an order of their own, as one: a name is the same with the family first.
pub fn in_order(folded: &str) -> String {
    let mut all: Vec<String> = words(folded).collect();
    if all.iter().all(|word| word.chars().any(is_unspaced)) {
        return all.concat().chars().take(LONGEST_NAME).collect();
    }
    all.sort_unstable();
    all.join("=").chars().take(LONGEST_NAME).collect()
}

const NON_JOINER: char = '\u{200C}';

/// Letters, marks and digits that stand together in a folded text.
fn words(folded: &str) -> impl Iterator<Item = String> {
    let parts = folded.split(|c: char| !c.is_alphanumeric() && !is_mark(c)).filter(|word| !word.is_empty());
    parts.map(|word| if word.len() > MAX_WORD { word.chars().take(MAX_WORD).collect() } else { word.to_owned() })
}

/// What is looked for of a word: in writing without spaces, pieces as they are indexed.
fn pieces(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    match letters.iter().any(|c| is_unspaced(*c)) {
        true => letters.chunks(PIECE).map(|piece| piece.iter().collect()).collect(),
        false => vec![word.to_owned()],
    }
}

/// Whether a letter is of Chinese, Japanese or Korean, which have names without spaces.
fn is_unspaced(c: char) -> bool {
    !c.is_ascii()
        && matches!(script(c), Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_name_without_spaces_is_the_beginning_of_a_term() {
        for (name, part) in [
            ("王伟", "伟"),
            ("王小明", "小明"),
            ("김민준", "민준"),
            ("山田太郎", "太郎"),
            ("ヤマダ", "やま"),
            ("ヤマダ", "マダ"),
        ] {
            let word = &typed(part)[0];
            assert!(word.begins_any(&terms(name)), "{name} {part}");
        }
        assert!(!typed("山王")[0].begins_any(&terms("王伟")));
    }

    #[test]
    fn what_begins_a_term_may_begin_in_the_folded_text() {
        for name in ["Anna Lind-Ruiz", "O'Brien, Ana (Müller)", "王小明", "3Mヤマダ", "علی\u{200C}رضا", "क्रिस्टीना"]
        {
            let folded = spellings(name).join(" ");
            for term in terms(name) {
                let word = &typed(&term)[0];
                assert!(word.may_begin_in(&folded), "{name} {term}");
            }
        }
        assert!(!typed("nna")[0].may_begin_in("anna lind") && !typed("ind")[0].may_begin_in("anna lind"));
    }

    #[test]
    fn signs_of_vowels_part_no_word() {
        assert_eq!(terms("क्रिस्टीना"), ["क्रिस्टीना"]);
        assert_eq!(typed("குமார்").len(), 1);
        assert_eq!(terms("علی\u{200C}رضا").len(), 3);
    }

    #[test]
    fn a_whole_name_is_the_same_in_any_order() {
        assert_eq!(in_order("lind anna"), in_order("anna lind"));
        assert_eq!(in_order("山田 太郎"), in_order("山田太郎"));
        assert_ne!(in_order("ana lind"), in_order("anna lind"));
    }
}
