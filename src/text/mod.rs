//! Texts that people typed or pasted: without what nobody sees, and refused where others could not read them. Every
//! text that is stored comes through here, whichever way it came in.

pub mod digest;
mod fold;

pub use fold::{caseless, fold, spellings};

use icu_properties::props::{
    BidiControl, CanonicalCombiningClass, DefaultIgnorableCodePoint, Emoji, EmojiPresentation, GeneralCategory,
    GeneralCategoryGroup, Ideographic, JoiningType, NoncharacterCodePoint, Script, VariationSelector,
};
use icu_properties::script::ScriptWithExtensions;
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::UnicodeNormalization;

/// Accents of no script of their own on one letter; the writing that takes most has four.
const ACCENTS: usize = 4;
/// Marks of any kind on one letter: Burmese takes five.
const MARKS: usize = 6;
/// Marks on one letter of Tibetan, which are stacked.
const STACKED: usize = 8;
/// Puts a Khitan letter below another.
const KHITAN_FILLER: char = '\u{16FE4}';
/// A note without a head.
const NULL_NOTEHEAD: char = '\u{1D159}';
/// From the black flag of a region to the end of its tags.
const FLAG: usize = 7;
/// Blank lines that may follow one another.
const BLANK_LINES: usize = 2;

/// Why others could not read a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// A control character.
    Control,
    /// A character that turns others around, hides, or means nothing to anybody else.
    Unreadable(char),
    /// More accents on one letter than any writing has.
    TooManyAccents,
}

/// Returns a text of any number of lines as it is kept: composed, without what is invisible and carries nothing, trimmed,
/// with at most two blank lines in a row.
pub fn prose(typed: &str) -> String {
    let visible = visible(typed, true);
    let mut kept = String::with_capacity(visible.len());
    let mut blank = 0;
    for line in visible.trim().split('\n').map(seen) {
        blank = if line.is_empty() { blank + 1 } else { 0 };
        if blank <= BLANK_LINES {
            if !kept.is_empty() {
                kept.push('\n');
            }
            kept.push_str(line);
        }
    }
    kept.truncate(kept.trim_end().len());
    kept
}

/// A line without spaces at its end, and without anything where nobody sees anything.
fn seen(line: &str) -> &str {
    if line.chars().all(|c| c.is_whitespace() || is_invisible(c)) { "" } else { line.trim_end() }
}

/// Whether a character is never seen itself, though it may change how its neighbours look.
pub fn is_invisible(c: char) -> bool {
    !c.is_ascii()
        && (CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
            || matches!(c, '\u{2800}' | '\u{FFF9}'..='\u{FFFC}' | KHITAN_FILLER | NULL_NOTEHEAD))
}

/// Returns a text of one line as it is kept: as [`prose`], with single spaces and without direction marks, which browsers
/// do not need within a line of its own. Ends of lines stay, to be refused.
pub fn line(typed: &str) -> String {
    if is_plain(typed) && is_spaced(typed) {
        return typed.to_owned();
    }
    line_of_any(typed)
}

fn line_of_any(typed: &str) -> String {
    let visible = visible(typed, false);
    visible.trim().split('\n').map(spaced).collect::<Vec<_>>().join("\n")
}

/// Returns what can be kept of a line that nobody is there to correct, such as a row of a file.
pub fn salvaged(written: &str) -> String {
    let on_a_line = |text: &str| {
        let text = line(text);
        if text.contains('\n') { line(&text.replace('\n', " ")) } else { text }
    };
    without_flaws(on_a_line(written), on_a_line)
}

/// [`salvaged`] for a text of any number of lines.
pub fn salvaged_prose(written: &str) -> String {
    without_flaws(prose(written), prose)
}

fn without_flaws(mut kept: String, composed: impl Fn(&str) -> String) -> String {
    // What is left out may have parted a letter from its accent; then the two are composed, and looked at again.
    loop {
        if is_plain(&kept) {
            return kept;
        }
        let letters: Vec<char> = kept.chars().collect();
        let mut flawed = flaws(&letters).map(|(at, _)| at).peekable();
        if flawed.peek().is_none() {
            return kept;
        }
        let whole = letters.iter().enumerate().filter(|(at, _)| flawed.next_if_eq(at).is_none());
        kept = composed(&whole.map(|(_, c)| c).collect::<String>());
    }
}

/// Refuses what others could not read.
///
/// # Errors
/// The first [`Flaw`].
pub fn check(text: &str) -> Result<(), Flaw> {
    if is_plain(text) {
        return Ok(());
    }
    let letters: Vec<char> = text.chars().collect();
    flaws(&letters).next().map_or(Ok(()), |(_, flaw)| Err(flaw))
}

/// Whether a text has only what stands alone, is seen and is composed: what is printed of ASCII, the Latin letters and signs
/// up to U+02FF, and ends of lines as they are kept. Most of a file is, and needs no look into the tables of Unicode.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\t' | '\n' | ' '..='~' | '\u{A0}'..='\u{2FF}') && c != '\u{AD}')
}

/// The places of what others could not read, each judged as if those before it were left out.
fn flaws(letters: &[char]) -> impl Iterator<Item = (usize, Flaw)> {
    let (mut accents, mut marks, mut before, mut base) = (0, 0, None, Script::Common);
    letters.iter().copied().enumerate().filter_map(move |(at, c)| {
        let is_accent = || script(c) == Script::Inherited && !is_variation(c);
        let flaw = if c.is_control() && c != '\n' && c != '\t' || c == '\u{FFFD}' {
            Some(Flaw::Control)
        } else if is_unreadable(c) && !is_in_flag(letters, at) {
            Some(Flaw::Unreadable(c))
        } else if !is_mark(c) {
            (accents, marks, base) = (0, 0, script(c));
            None
        } else if before.is_none_or(char::is_whitespace) || !may_stand_on(c, base) {
            Some(Flaw::Unreadable(c))
        } else if marks == most_on(base) || accents == ACCENTS && is_accent() || is_again(c, before) {
            Some(Flaw::TooManyAccents)
        } else {
            marks += 1;
            accents += usize::from(is_accent());
            None
        };
        if flaw.is_none() {
            before = Some(c);
        }
        flaw.map(|flaw| (at, flaw))
    })
}

/// Whether a mark may stand on a letter of a script: one of another script's own may not.
fn may_stand_on(mark: char, base: Script) -> bool {
    let is_of_none = |script| matches!(script, Script::Inherited | Script::Common);
    is_of_none(script(mark)) || is_of_none(base) || ScriptWithExtensions::new().has_script(mark, base)
}

fn most_on(base: Script) -> usize {
    if base == Script::Tibetan { STACKED } else { MARKS }
}

/// Whether a mark of a script lies on the same mark, where nobody sees it.
fn is_again(mark: char, before: Option<char>) -> bool {
    before == Some(mark) && category(mark) == GeneralCategory::NonspacingMark && script(mark) != Script::Inherited
}

/// Whether a text has a letter of some script.
pub fn has_letter(text: &str) -> bool {
    let cased_or_other = GeneralCategoryGroup::CasedLetter.union(GeneralCategoryGroup::OtherLetter);
    text.chars().any(|c| cased_or_other.contains(category(c)))
}

/// Whether a character belongs to the letter before it.
pub fn is_mark(c: char) -> bool {
    // Most letters of most names: not worth a look into the tables.
    !c.is_ascii() && GeneralCategoryGroup::Mark.contains(category(c))
}

/// The script of a letter.
pub fn script(c: char) -> Script {
    match c {
        'A'..='Z' | 'a'..='z' => Script::Latin,
        '\0'..='\x7F' => Script::Common,
        _ => CodePointMapData::<Script>::new().get(c),
    }
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// Whether there is nothing between the words of a text but one space each.
fn is_spaced(text: &str) -> bool {
    let is_around = text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
    !is_around && text.chars().all(|c| c == ' ' || !c.is_whitespace())
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Overrides of the direction, tags, characters of private use, and what is no character.
fn is_unreadable(c: char) -> bool {
    !c.is_ascii()
        && (matches!(c, '\u{202D}' | '\u{202E}' | '\u{E0000}'..='\u{E007F}')
            || category(c) == GeneralCategory::PrivateUse
            || CodePointSetData::new::<NoncharacterCodePoint>().contains(c))
}

/// Whether a tag belongs to the flag of a region, such as Scotland's: a black flag, its letters, and an end.
fn is_in_flag(letters: &[char], at: usize) -> bool {
    let is_tag = |c: &char| matches!(c, '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}');
    let near = at.saturating_sub(FLAG)..(at + FLAG).min(letters.len());
    let from = letters[near.start..at].iter().rposition(|c| !is_tag(c)).map(|after| near.start + after);
    let until = letters[at..near.end].iter().position(|c| !is_tag(c)).map(|more| at + more);
    let (Some(from), Some(until)) = (from, until) else { return false };
    letters[from] == '\u{1F3F4}' && letters[until] == '\u{E007F}' && (4..=FLAG).contains(&(until - from))
}

/// The text composed (NFC), with ends of lines of one kind, without what is invisible and carries nothing.
fn visible(typed: &str, is_prose: bool) -> String {
    if is_plain(typed) {
        return typed.to_owned();
    }
    let ends = typed.replace("\r\n", "\n");
    let typed: Vec<char> = ends
        .chars()
        .map(|c| match c {
            '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            // An empty pattern of Braille looks like a space, and is one.
            '\u{2800}' => ' ',
            c => c,
        })
        .collect();
    let mut kept: Vec<char> = Vec::with_capacity(typed.len());
    // Where the next letter is that is not dropped.
    let mut ahead = 0;
    for (at, c) in typed.iter().copied().enumerate() {
        ahead = ahead.max(at + 1);
        ahead += typed[ahead..].iter().take_while(|c| is_dropped_anywhere(**c)).count();
        let next = typed.get(ahead).copied();
        let is_kept = match c {
            '\u{200C}' | '\u{200D}' => joins(&kept, c, next),
            // Within a text of several lines a mark may hold a sentence together that has words of both directions.
            '\u{200E}' | '\u{200F}' | '\u{061C}' => is_prose && !kept.is_empty() && next.is_some(),
            c if is_variation(c) || matches!(c, '\u{180E}' | KHITAN_FILLER) => varies(&kept, c, next),
            c => !is_dropped_anywhere(c),
        };
        if is_kept {
            kept.push(c);
        }
    }
    kept.into_iter().nfc().collect()
}

/// Whether a character is invisible wherever it stands and changes nothing that others see. What deceives is no such.
fn is_dropped_anywhere(c: char) -> bool {
    // Nearly all letters of a file are, and none of these is dropped.
    if c.is_ascii() {
        return false;
    }
    let is_ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c);
    let is_isolate =
        CodePointSetData::new::<BidiControl>().contains(c) && !matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}');
    let is_annotation = matches!(c, '\u{FFF9}'..='\u{FFFC}' | NULL_NOTEHEAD);
    let depends =
        matches!(c, '\u{200C}' | '\u{200D}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{180E}' | KHITAN_FILLER)
            || is_variation(c);
    (is_ignorable || is_isolate || is_annotation) && !depends && !is_unreadable(c)
}

fn is_variation(c: char) -> bool {
    !c.is_ascii() && CodePointSetData::new::<VariationSelector>().contains(c)
}

/// Whether a selector or a Mongolian separator stands behind a letter that takes one.
fn varies(before: &[char], c: char, next: Option<char>) -> bool {
    let Some(base) = before.last().copied() else { return false };
    match c {
        '\u{180E}' => is_mongolian(base) && next.is_some_and(is_mongolian),
        '\u{180B}'..='\u{180F}' => is_mongolian(base),
        KHITAN_FILLER => script(base) == Script::KhitanSmallScript && base != c,
        '\u{E0100}'..='\u{E01EF}' => CodePointSetData::new::<Ideographic>().contains(base),
        // A digit takes one as a key only, and most emoji are shown in colours anyhow.
        '\u{FE0F}' if base.is_ascii() => next == Some('\u{20E3}'),
        '\u{FE0F}' => is_emoji(base) && !CodePointSetData::new::<EmojiPresentation>().contains(base),
        '\u{FE0E}' => is_emoji(base),
        _ => {
            let takes = [Script::Han, Script::Myanmar, Script::PhagsPa, Script::Manichaean];
            takes.contains(&script(base)) && !is_variation(base)
        }
    }
}

fn is_mongolian(c: char) -> bool {
    script(c) == Script::Mongolian && c.is_alphabetic()
}

fn is_emoji(c: char) -> bool {
    CodePointSetData::new::<Emoji>().contains(c) && !c.is_ascii()
}

/// Whether a joiner changes how its neighbours look: behind a virama, between Arabic letters that join (RFC 5892, appendix
/// A), before the virama of a Bengali RA, or within an emoji.
fn joins(before: &[char], joiner: char, next: Option<char>) -> bool {
    let joining = |c: char| CodePointMapData::<JoiningType>::new().get(c);
    let is_virama =
        |c: char| CodePointMapData::<CanonicalCombiningClass>::new().get(c) == CanonicalCombiningClass::Virama;
    let (Some(last), Some(next)) = (before.last().copied(), next) else {
        return before.last().copied().is_some_and(|last| joiner == '\u{200D}' && is_virama(last));
    };
    if is_virama(last) {
        return true;
    }
    if joiner == '\u{200D}' {
        let last_is_emoji = is_emoji(last) || is_variation(last);
        return is_virama(next) && last.is_alphabetic() || last_is_emoji && is_emoji(next);
    }
    let mut marked = before.iter().rev().copied().take(MARKS + 1);
    let base = marked.find(|c| joining(*c) != JoiningType::Transparent).unwrap_or(last);
    matches!(joining(base), JoiningType::DualJoining | JoiningType::LeftJoining)
        && (matches!(joining(next), JoiningType::DualJoining | JoiningType::RightJoining))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_same_whether_it_is_looked_at_closely_or_not() {
        for c in '\0'..='\u{300}' {
            for text in [format!("a{c}b"), format!("{c}a b"), format!("a b{c}"), format!("a{c} b"), format!("{c}")] {
                assert_eq!(line(&text), line_of_any(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn what_nobody_sees_is_dropped() {
        for (typed, kept) in [
            ("Ada\u{200B} Lovelace", "Ada Lovelace"),
            ("\u{200E}دانا\u{200F}", "دانا"),
            ("\u{2068}Ben\u{2069} \u{202A}Okoro\u{202C}", "Ben Okoro"),
            ("\u{FEFF}Zoe\u{308} A\u{AD}da", "Zoë Ada"),
            ("a\u{200D}b\u{200C}c\u{FE0F}d\u{E0101}", "abcd"),
            ("خرداد\u{200C}", "خرداد"),
            ("김\u{3164}민준", "김민준"),
            ("Li\u{A0}\u{3000} Na\t", "Li Na"),
            ("\u{2800}Eve", "Eve"),
            ("Ada 1\u{FE0F} 😀\u{FE0F}", "Ada 1 😀"),
            ("\u{180B}ada", "ada"),
            ("\u{1820}\u{182D}\u{180E}", "\u{1820}\u{182D}"),
            ("\u{1820}\u{180B}\u{180B}\u{180B}\u{182D}", "\u{1820}\u{180B}\u{182D}"),
            ("\u{16FE4}Priya\u{1D159}\u{16FE4}", "Priya"),
        ] {
            assert_eq!(line(typed), kept, "{typed:?}");
            assert_eq!(check(&line(typed)), Ok(()), "{typed:?}");
        }
    }

    #[test]
    fn what_writing_needs_is_kept() {
        for written in [
            "علی\u{200C}رضا",
            "می\u{200C}خواهم",
            "ශ්\u{200D}රී",
            "ക്\u{200D}",
            "র\u{200D}্যাব",
            "葛\u{E0100}城",
            "\u{1820}\u{180B}\u{182D}\u{180E}\u{1820}",
            "❤\u{FE0F} 👩\u{200D}💻 1\u{FE0F}\u{20E3} 🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F} 👨\u{200D}👩\u{200D}👧",
            "🏳\u{FE0F}\u{200D}🌈",
            "လျှို့ဝှက်",
            "Nguyễn Thị Ánh",
            "हिन्दी",
            "བསྒྲུབས",
            "שָׁלוֹם",
            "مُحَمَّد",
            "น้ำใจ กุ๊ก",
            "ཧཱུྃ སྐྱེས",
            "ᜋᜈᜒᜎ",
            "က\u{103B}\u{103D}\u{1014}\u{103A}\u{102F}\u{1015}\u{103A}",
            "בְּרֵאשִׁ֖ית",
            "ខ្ញុំ",
            "രാജു കുമാർ",
            "ܫܠܳܡܐ",
            "หาาาา हाााा",
        ] {
            assert_eq!(line(written), written.nfc().collect::<String>(), "{written:?}");
            assert_eq!(check(&line(written)), Ok(()), "{written:?}");
        }
    }

    #[test]
    fn what_deceives_or_nobody_can_read_is_refused() {
        for (typed, flaw) in [
            ("Ada\u{202E}nidraB", Flaw::Unreadable('\u{202E}')),
            ("Ada\u{202D}", Flaw::Unreadable('\u{202D}')),
            ("Ada\u{E0041}\u{E0064}", Flaw::Unreadable('\u{E0041}')),
            ("\u{F8FF} Inc.", Flaw::Unreadable('\u{F8FF}')),
            ("\u{301}Ada", Flaw::Unreadable('\u{301}')),
            ("Ada \u{301}", Flaw::Unreadable('\u{301}')),
            ("P\u{E47}riya", Flaw::Unreadable('\u{E47}')),
            ("ก\u{93E}", Flaw::Unreadable('\u{93E}')),
            ("a\u{FFFF}", Flaw::Unreadable('\u{FFFF}')),
            ("a\u{7}", Flaw::Control),
            ("a\u{FFFD}", Flaw::Control),
        ] {
            assert_eq!(check(&line(typed)), Err(flaw), "{typed:?}");
        }
        assert_eq!(check(&line("ก\u{E47}\u{E47}")), Err(Flaw::TooManyAccents), "the second cannot be seen");
        for (letter, pile) in [("ก", "\u{301}"), ("ก", "\u{E47}"), ("ب", "\u{65F}"), ("ب", "\u{64E}\u{651}\u{655}")]
        {
            let piled = format!("{letter}{}", pile.repeat(12));
            assert_eq!(check(&line(&piled)), Err(Flaw::TooManyAccents), "{pile:?}");
        }
    }

    #[test]
    fn two_blank_lines_follow_one_another_at_most() {
        assert_eq!(prose("\n a\r\n\r\n \n\t\n\n\nb  \nc\n\n"), "a\n\n\nb\nc");
        assert_eq!(prose("a\u{2028}b\rc"), "a\nb\nc");
        let marks = "a\n\u{200E}\n\u{200E} \n\u{61C}\n\u{200F}\nb\n\u{200E}\n \u{200E}\u{200F}";
        assert_eq!(prose(marks), "a\n\n\nb", "a mark alone is not seen");
        assert_eq!(prose("\u{200E}\n\u{200E}\n\u{200E}a"), "\u{200E}a");
        assert_eq!(line("a\nb "), "a\nb");
    }

    #[test]
    fn a_direction_mark_within_a_paragraph_stays() {
        assert_eq!(prose("\u{200F}אני כותב C++\u{200E} ולא Java\u{200E}"), "אני כותב C++\u{200E} ולא Java");
    }

    #[test]
    fn what_can_be_kept_of_a_row_is_kept() {
        assert_eq!(salvaged("A\u{202E}da\u{7}\n \u{301}Ruiz"), "Ada Ruiz");
        let pile = salvaged(&format!("a{}", "\u{301}".repeat(90)));
        assert!(check(&pile).is_ok() && pile.starts_with('á'));
        assert_eq!(salvaged("Zo\u{FFFD}\u{308}e\u{FFFD}\u{301}"), "Zöé", "what was parted is composed");
    }

    #[test]
    fn each_plain_letter_is_kept_and_readable() {
        for c in ('\0'..='\u{2FF}').filter(|c| is_plain(&c.to_string())) {
            let text = format!("a{c}b");
            let letters: Vec<char> = text.chars().collect();
            assert_eq!(flaws(&letters).next(), None, "{c:?}");
            assert!(!is_dropped_anywhere(c) && !is_variation(c) && !is_mark(c), "{c:?}");
            assert_eq!(text.nfc().collect::<String>(), text, "{c:?}");
        }
        assert!(!is_plain("\u{AD}") && !is_plain("\r") && !is_plain("e\u{301}") && !is_plain("\u{7}"));
    }

    /// The square of so many would take minutes.
    #[test]
    fn a_long_text_takes_as_long_as_it_is() {
        let many = 200_000;
        assert_eq!(line(&"\u{200B}".repeat(many)), "");
        assert_eq!(salvaged(&format!("a{}", "\u{FFFD}".repeat(many))), "a");
        assert_eq!(salvaged(&format!("a{}", "\u{E0061}".repeat(many))), "a");
        assert_eq!(check(&line(&format!("ب{}", "\u{65F}\u{200C}".repeat(many)))), Err(Flaw::TooManyAccents));
    }

    #[test]
    fn a_letter_of_any_script_is_one() {
        for (name, has) in
            [("Ada", true), ("王", true), ("मि", true), ("123", false), ("ʻ", false), ("🅰", false), ("…", false)]
        {
            assert_eq!(has_letter(name), has, "{name}");
        }
    }
}
