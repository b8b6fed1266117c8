//! The translations: one file in the format of gettext for each language, in the binary, read when first needed.

use std::collections::HashMap;
use std::sync::LazyLock;

use icu_plurals::PluralCategory;

use crate::language::Language;

/// The translations of one language.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    /// By the English text; more than one where the text has a number, in the order of [`forms`].
    texts: HashMap<&'static str, Vec<&'static str>>,
}

impl Catalogue {
    /// The translation of a text.
    pub(super) fn text(&self, key: &str) -> Option<&'static str> {
        self.texts.get(key)?.first().copied()
    }

    /// The translation of a text with a number, by the plural's category and the English singular.
    pub(super) fn plural(&self, language: Language, key: &str, category: PluralCategory) -> Option<&'static str> {
        let forms = forms(language);
        let at = forms.iter().position(|form| *form == category).unwrap_or(forms.len() - 1);
        self.texts.get(key)?.get(at).copied()
    }
}

/// The forms of a plural in the order of the language's file. What CLDR tells apart beyond them (a million in Spanish
/// and French) takes the last.
pub(super) fn forms(language: Language) -> &'static [PluralCategory] {
    use PluralCategory::{Few, Many, One, Other, Two, Zero};
    match language {
        Language::Arabic => &[Zero, One, Two, Few, Many, Other],
        _ => &[One, Other],
    }
}

/// The file of a language; English has none.
pub(super) fn file(language: Language) -> &'static str {
    match language {
        Language::English | Language::Pseudo => "",
        Language::German => include_str!("de.po"),
        Language::Spanish => include_str!("es.po"),
        Language::French => include_str!("fr.po"),
        Language::Arabic => include_str!("ar.po"),
    }
}

static GERMAN: LazyLock<Catalogue> = LazyLock::new(|| read(Language::German));
static SPANISH: LazyLock<Catalogue> = LazyLock::new(|| read(Language::Spanish));
static FRENCH: LazyLock<Catalogue> = LazyLock::new(|| read(Language::French));
static ARABIC: LazyLock<Catalogue> = LazyLock::new(|| read(Language::Arabic));

/// The translations of a language; none for those whose texts are the keys.
pub(super) fn of(language: Language) -> Option<&'static Catalogue> {
    match language {
        Language::English | Language::Pseudo => None,
        Language::German => Some(&GERMAN),
        Language::Spanish => Some(&SPANISH),
        Language::French => Some(&FRENCH),
        Language::Arabic => Some(&ARABIC),
    }
}

/// A file that cannot be read leaves the site in English; the tests would see it.
fn read(language: Language) -> Catalogue {
    let Ok(parsed) = polib::po_file::parse_from_reader(file(language).as_bytes()) else { return Catalogue::default() };
    let mut texts = HashMap::new();
    // They live as long as the program.
    let kept = |text: &str| -> &'static str { String::leak(text.to_owned()) };
    for message in parsed.messages() {
        let forms: Vec<&'static str> = if message.is_plural() {
            message.msgstr_plural().map(|forms| forms.iter().map(|form| kept(form)).collect()).unwrap_or_default()
        } else {
            vec![kept(message.msgstr().unwrap_or_default())]
        };
        if forms.iter().all(|form| !form.is_empty()) {
            texts.insert(kept(message.msgid()), forms);
        }
    }
    Catalogue { texts }
}
