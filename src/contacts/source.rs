//! Where a contact came from.

use crate::db::numbered;
use crate::language::t;

numbered! {
    /// Where a contact came from.
    pub enum Source {
        /// Typed in.
        ByHand = 0,
        /// LinkedIn's list of connections.
        LinkedIn = 1,
        /// Google Contacts.
        Google = 2,
        /// Outlook.
        Outlook = 3,
        /// A file of vCards.
        VCard = 4,
        /// Any other table.
        Csv = 5,
        /// A phone or another program that synchronises.
        CardDav = 6,
        /// Thunderbird.
        Thunderbird = 7,
    }
}

/// Every source, in the order in which people are asked.
pub const SOURCES: [Source; 8] = [
    Source::ByHand,
    Source::LinkedIn,
    Source::Google,
    Source::Outlook,
    Source::Thunderbird,
    Source::VCard,
    Source::Csv,
    Source::CardDav,
];

impl Source {
    /// The value in a query.
    pub fn word(self) -> &'static str {
        match self {
            Source::ByHand => "by_hand",
            Source::LinkedIn => "linkedin",
            Source::Google => "google",
            Source::Outlook => "outlook",
            Source::VCard => "vcard",
            Source::Csv => "csv",
            Source::CardDav => "carddav",
            Source::Thunderbird => "thunderbird",
        }
    }

    /// Reads the value of a query.
    pub fn of(word: &str) -> Option<Source> {
        SOURCES.into_iter().find(|source| source.word() == word)
    }

    /// The source in words.
    pub fn name(self) -> &'static str {
        match self {
            Source::ByHand => t("Added by hand"),
            Source::LinkedIn => "LinkedIn",
            Source::Google => "Google",
            Source::Outlook => "Outlook",
            Source::VCard => "vCard",
            Source::Csv => "CSV",
            Source::CardDav => "CardDAV",
            Source::Thunderbird => "Thunderbird",
        }
    }
}
