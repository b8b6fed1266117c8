//! What is compared in place of a text: without case, accents and other differences that readers do not mind.

use icu_properties::CodePointSetData;
use icu_properties::props::{DefaultIgnorableCodePoint, Script};
use unicode_normalization::UnicodeNormalization;

use crate::text::{is_mark, script};

/// Returns a text without case, without forms of the same letter (Unicode's compatibility forms) and without what is
/// invisible: two tags that agree in it are one.
pub fn caseless(text: &str) -> String {
    if text.is_ascii() {
        let mut out = String::with_capacity(text.len());
        for word in text.split_whitespace() {
            out.push_str(if out.is_empty() { "" } else { " " });
            out.push_str(word);
        }
        out.make_ascii_lowercase();
        return out;
    }
    caseless_of_any(text)
}

fn caseless_of_any(text: &str) -> String {
    let visible = text.nfkc().filter(|c| !is_ignorable(*c));
    visible.flat_map(caseless_letters).nfkc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A letter without case: small, so that each has one capital form, and then by way of it, so that `ß` and `SS` are one,
/// and so are the sigmas.
fn caseless_letters(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// Returns a text as it is searched and sorted, on either engine: without case, accents and apostrophes, with the letters
/// that a plain keyboard has, and with one letter for those that readers take for the same. Vowel signs are letters.
/// Whoever changes what it gives counts `search::FOLDING` up.
pub fn fold(text: &str) -> String {
    folded(text, false)
}

/// Returns the ways in which a text may be typed: folded, and where they differ also with two letters for one, as where
/// `Müller` is typed as `Mueller`.
pub fn spellings(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return vec![fold(text)];
    }
    let (short, long) = (folded(text, false), folded(text, true));
    if short == long { vec![short] } else { vec![short, long] }
}

/// Letters that are written with two where the keyboard lacks them, composed.
fn spelled_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ä' => "ae",
        'ö' | 'ø' => "oe",
        'ü' => "ue",
        'å' => "aa",
        'đ' => "dj",
        _ => return None,
    })
}

fn folded(text: &str, spells_out: bool) -> String {
    if text.is_ascii() {
        return text.chars().filter(|c| !matches!(c, '\'' | '`')).map(|c| c.to_ascii_lowercase()).collect();
    }
    // The letters of Western Europe are composed as they stand, and so is what they become.
    let is_western = |c: char| c.is_ascii() || matches!(c, '\u{C0}'..='\u{FF}');
    if text.chars().all(is_western) {
        return plain_letters(&text.to_lowercase(), spells_out);
    }
    let lower: String = text.nfkc().flat_map(char::to_lowercase).nfc().collect();
    // Syllables of Hangul and voiced kana are one letter each.
    plain_letters(&lower, spells_out).nfc().collect()
}

/// The letters that a plain keyboard has, of composed small ones.
fn plain_letters(lower: &str, spells_out: bool) -> String {
    let mut out = String::with_capacity(lower.len());
    for c in lower.chars() {
        // Most letters of most texts: nothing to take apart.
        if c.is_ascii() {
            push(&mut out, c);
            continue;
        }
        match spelled_out(c).filter(|_| spells_out) {
            Some(two) => out.push_str(two),
            None => std::iter::once(c)
                .nfkd()
                .filter(|c| !is_accent(*c) && !is_ignorable(*c))
                .for_each(|c| push(&mut out, c)),
        }
    }
    out
}

/// Marks that a reader supplies: those of no script of its own, and the points of Hebrew, Arabic and Syriac. Vowel signs
/// of other scripts are letters, and so is what voices a kana.
fn is_accent(c: char) -> bool {
    let pointed = [Script::Inherited, Script::Hebrew, Script::Arabic, Script::Syriac];
    // The nukta of Devanagari and Gurmukhi is left out as often as not.
    let is_nukta = matches!(c, '\u{93C}' | '\u{A3C}');
    is_nukta || is_mark(c) && pointed.contains(&script(c)) && !matches!(c, '\u{3099}' | '\u{309A}')
}

fn is_ignorable(c: char) -> bool {
    !c.is_ascii() && CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

fn push(out: &mut String, c: char) {
    let folded = match c {
        'ł' => 'l',
        'ø' => 'o',
        'đ' | 'ð' | 'ɗ' => 'd',
        'ħ' => 'h',
        'ŧ' => 't',
        'ı' => 'i',
        'ə' | 'ɛ' => 'e',
        'ɔ' => 'o',
        'ɓ' => 'b',
        'ƙ' => 'k',
        'ƴ' => 'y',
        'ς' => 'σ',
        // Final forms of Hebrew.
        'ך' => 'כ',
        'ם' => 'מ',
        'ן' => 'נ',
        'ף' => 'פ',
        'ץ' => 'צ',
        // Yeh, kaf, heh and alef as Arabs, Persians and others type them.
        'ى' | 'ی' | 'ې' | 'ے' => 'ي',
        'ک' | 'ڪ' => 'ك',
        'ة' | 'ہ' | 'ھ' | 'ە' | 'ۃ' => 'ه',
        'ٱ' => 'ا',
        '٠'..='٩' => char::from(b'0' + (u32::from(c) - 0x660) as u8),
        '۰'..='۹' => char::from(b'0' + (u32::from(c) - 0x6F0) as u8),
        // Katakana reads as hiragana.
        '\u{30A1}'..='\u{30F6}' | '\u{30FD}' | '\u{30FE}' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        'ß' => return out.push_str("ss"),
        'æ' => return out.push_str("ae"),
        'œ' => return out.push_str("oe"),
        'þ' => return out.push_str("th"),
        'ŋ' => return out.push_str("ng"),
        '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | 'ʾ' | 'ʿ' | '`' | '´' | '\u{5F3}' | '\u{5F4}' | '\u{640}' => return,
        c => c,
    };
    out.push(folded);
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("STRAẞE", "strasse"),
            ("Yılmaz", "yilmaz"),
            ("YILMAZ", "yilmaz"),
            ("İbrahim", "ibrahim"),
            ("O'Neill", "oneill"),
            ("O’Neill", "oneill"),
            ("Əliyev", "eliyev"),
            ("שָׁלוֹם", "שלומ"),
            ("ケン", "けん"),
            ("ｶﾞｸ", "がく"),
            ("Ａｄａ", "ada"),
        ] {
            assert_eq!(fold(written), typed, "{written}");
        }
    }

    #[test]
    fn ascii_loses_its_case_as_all_others_do() {
        for c in '\0'..='\x7F' {
            for text in [format!("{c}"), format!(" A{c}{c}B "), format!("{c}a  {c}")] {
                assert_eq!(caseless(&text), caseless_of_any(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn letters_of_western_europe_fold_as_all_others_do() {
        for c in '\u{C0}'..='\u{FF}' {
            for text in [format!("{c}"), format!("a{c}'B"), format!("{c}{c}")] {
                for spells_out in [false, true] {
                    let lower: String = text.nfkc().flat_map(char::to_lowercase).nfc().collect();
                    let all: String = plain_letters(&lower, spells_out).nfc().collect();
                    assert_eq!(folded(&text, spells_out), all, "{text}");
                }
            }
        }
    }

    #[test]
    fn letters_that_readers_take_for_the_same_agree() {
        for (one, other) in [
            ("علي", "علی"),
            ("علي", "على"),
            ("كريم", "کریم"),
            ("أحمد", "احمد"),
            ("فاطمة", "فاطمه"),
            ("علی\u{200C}رضا", "علیرضا"),
            ("محـــمد", "محمد"),
            ("۱۲", "12"),
            ("葛\u{E0100}城", "葛城"),
            ("फ़िरोज़", "फिरोज"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn vowel_signs_and_voicing_are_letters() {
        for (one, other) in [("राम", "रम"), ("रीता", "रता"), ("মিনা", "মনা"), ("กิ", "กี"), ("が", "か"), ("குமார்", "கமர")]
        {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
        assert_eq!(fold("김민준"), "김민준");
    }

    #[test]
    fn a_text_has_a_second_spelling_where_the_keyboard_lacks_a_letter() {
        let of = |text: &str| spellings(text).join(" ");
        assert_eq!(of("Müller"), "muller mueller");
        assert_eq!(of("Mu\u{308}ller"), "muller mueller");
        assert_eq!(of("Søren"), "soren soeren");
        assert_eq!(of("Håkon"), "hakon haakon");
        assert_eq!(of("Ada"), "ada");
    }

    #[test]
    fn case_form_and_invisible_letters_make_no_other_tag() {
        for (one, other) in [
            ("Berlin", "berlin"),
            ("Zoë", "ZOE\u{308}"),
            ("Ｗｅｂ", "web"),
            ("a\u{200B}b", "AB"),
            ("a  b", "A B"),
            ("Straße", "STRASSE"),
            ("STRAẞE", "strasse"),
            ("ΣΑΣ", "σας"),
            ("ᾳ", "ΑΙ"),
            ("ﬆ", "ST"),
        ] {
            assert_eq!(caseless(one), caseless(other), "{one} {other}");
        }
        assert_ne!(caseless("resume"), caseless("résumé"));
    }
}
