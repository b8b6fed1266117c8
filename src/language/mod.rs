//! The languages of the site. Every text that people see goes through [`t`], [`tf`] or [`tn`]: the English text is the
//! key, a catalogue beside this file has the others. Dates and numbers are written as each language does.
//!
//! Which language a request is answered in is known to the task that answers it, so no function has to pass it on.

mod catalogue;
mod choice;
mod context;
pub mod filters;
mod formats;
mod text;

pub use choice::{asked_for, by_browser, chosen, of_letters};
pub use context::Context;
pub use formats::{comma, date, day_of_year, listed, month, month_name, month_names, number};
pub use text::{Values, around, connections, key, linked, mutual_connections, t, tf, tn, tnf};

/// A language of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English, whose texts are the keys.
    #[default]
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// Arabic, written from right to left.
    Arabic,
    /// What no member speaks: English in other letters, by which tests find a text that is not translated. Only
    /// where the program was built without optimisation.
    Pseudo,
}

impl Language {
    /// Those that members may choose.
    pub const ALL: [Language; 5] =
        [Language::English, Language::German, Language::Spanish, Language::French, Language::Arabic];

    /// The language tag (BCP 47), as `lang` attributes and settings have it.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::Spanish => "es",
            Language::French => "fr",
            Language::Arabic => "ar",
            Language::Pseudo => "en-XA",
        }
    }

    /// The language of a tag or of a longer one, `de` of `de-AT`; nothing for one that is not here.
    pub fn of(tag: &str) -> Option<Language> {
        if cfg!(debug_assertions) && tag.eq_ignore_ascii_case(Language::Pseudo.tag()) {
            return Some(Language::Pseudo);
        }
        let first = tag.split(['-', '_']).next().unwrap_or(tag);
        Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(first))
    }

    /// What the language calls itself.
    pub fn name(self) -> &'static str {
        match self {
            Language::English | Language::Pseudo => "English",
            Language::German => "Deutsch",
            Language::Spanish => "Español",
            Language::French => "Français",
            Language::Arabic => "العربية",
        }
    }

    /// The direction of writing, as `dir` attributes have it.
    pub fn direction(self) -> &'static str {
        if self == Language::Arabic { "rtl" } else { "ltr" }
    }
}

/// The language of the page that is being made; English where none is.
pub fn current() -> Language {
    Context::current().language
}
