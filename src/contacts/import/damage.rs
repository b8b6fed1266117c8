//! What can be wrong with a file, and the sentence a person reads about it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::contacts::import::archive::MAX_ENTRIES;
use crate::contacts::import::{MAX_BYTES, MAX_ROWS};
use crate::language::{number, t, tf};

/// A file that was refused, or a row that was skipped, as one sentence that names the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damaged {
    /// The line, counted from 1; 1 as well when the file as a whole is at fault.
    pub line: u64,
    /// What is wrong there.
    pub why: Why,
}

/// The ways in which a file can be damaged. Columns are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nothing but white space.
    Empty,
    /// More than [`MAX_BYTES`]; the line is the one that goes beyond.
    TooLarge,
    /// An archive without a list of contacts.
    ZipWithoutList,
    /// An archive with several lists, none of which is the obvious one.
    SeveralLists,
    /// An archive that is locked with a password, or packed in a way that nobody uses.
    LockedZip,
    /// An archive of more files than are looked through.
    ManyFiles,
    /// An archive that breaks off or is damaged.
    BrokenZip,
    /// An archive that unpacks to far more than it is.
    ZipBomb,
    /// A workbook of a spreadsheet program.
    Spreadsheet,
    /// A document of a word processor.
    Document,
    /// A file of appointments.
    Calendar,
    /// A picture.
    Picture,
    /// A page of the web.
    WebPage,
    /// A file of XML that is no page.
    Xml,
    /// A file of JSON.
    Json,
    /// A PDF.
    Pdf,
    /// Outlook's own file of everything.
    OutlookData,
    /// A list of directory entries, which Thunderbird writes too.
    Ldif,
    /// Something else that is no text.
    Binary,
    /// Text in an encoding that could not be told, or that is not the one that was chosen.
    Encoding,
    /// No line among the first ones names the columns.
    NoHeader,
    /// No column says who the people are.
    NoColumns,
    /// The line is the one on which the quote opened.
    UnclosedQuote,
    /// A row with more fields than the header has.
    FieldCount {
        /// As many as the header has.
        expected: usize,
        /// As many as the row has.
        found: usize,
    },
    /// A character that is no text, other than a line break or a tab.
    ControlCharacter {
        /// Where it is.
        column: usize,
    },
    /// A row far longer than any contact's; the line is the one on which it begins.
    LongRow,
    /// More than [`MAX_ROWS`]; the line is the first one beyond.
    TooManyRows,
    /// Reading took too long; the line is the one that was reached.
    TooSlow,
    /// A row that is empty or has nothing but a date, as LinkedIn writes who left it.
    FormerMember,
    /// A row, or a card, without a name, a company, an address or a number.
    Nobody,
    /// A card of a group, a place or a device.
    NoPerson,
    /// A card that does not end before the next begins.
    TornCard,
    /// A card larger than any person's.
    LargeCard,
    /// Lines outside of the cards; the line is the first of them.
    NoCard,
    /// The same person as on an earlier line.
    SameAs {
        /// That line.
        line: u64,
    },
}

impl Why {
    /// The same, with its place.
    pub(crate) fn on(self, line: u64) -> Damaged {
        Damaged { line, why: self }
    }

    /// Says what is wrong with a file.
    pub fn of_a_file(&self) -> String {
        tf("This file cannot be imported: {reason}.", self.to_string())
    }

    /// Whether the file as a whole is at fault, so that no line need be named.
    pub fn is_of_the_file(&self) -> bool {
        !matches!(
            self,
            Why::Encoding
                | Why::UnclosedQuote
                | Why::FieldCount { .. }
                | Why::ControlCharacter { .. }
                | Why::LongRow
                | Why::TooManyRows
                | Why::TooSlow
        )
    }
}

impl std::error::Error for Damaged {}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&tf("Line {line}: {reason}.", (&self.line.to_string(), &self.why.to_string())))
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = || number((MAX_BYTES / 1_000_000) as i64);
        f.write_str(&match self {
            Self::Empty => t("the file is empty; export your contacts again, then choose the new file").into(),
            Self::TooLarge => tf("it is larger than {megabytes} MB; split it into smaller files", megabytes()),
            Self::ZipWithoutList => {
                t("this is a ZIP archive without a list of contacts in it; choose the file with the contacts").into()
            }
            Self::SeveralLists => {
                t("this ZIP archive has several lists in it; unpack it and choose one of them").into()
            }
            Self::LockedZip => t("this ZIP archive cannot be opened; unpack it and choose the list in it").into(),
            Self::ManyFiles => tf(
                "this ZIP archive has more than {number} files in it; unpack it and choose the list in it",
                number(MAX_ENTRIES as i64),
            ),
            Self::BrokenZip => t("this ZIP archive is damaged; download it again").into(),
            Self::ZipBomb => t(
                "this ZIP archive unpacks to far more than a list of contacts has; unpack it and choose the list in it",
            )
            .into(),
            Self::Spreadsheet => t("this is a workbook of a spreadsheet; save it as “CSV UTF-8”").into(),
            Self::Document => {
                t("this is a text document, not a list of contacts; export the contacts as CSV or vCard").into()
            }
            Self::Calendar => {
                t("this is a calendar, not a list of contacts; export the contacts as CSV or vCard").into()
            }
            Self::Picture => t("this is a picture, not a list of contacts; choose the CSV, vCard or ZIP file").into(),
            Self::WebPage => t("this is a page of the web, not a list of contacts; download the file again").into(),
            Self::Xml => t("this is an XML file, not a list of contacts; export the contacts as CSV or vCard").into(),
            Self::Json => t("this is a JSON file, not a list of contacts; export the contacts as CSV or vCard").into(),
            Self::Pdf => t("this is a PDF, not a list of contacts; export the contacts as CSV or vCard").into(),
            Self::OutlookData => t("this is Outlook’s data file; export the contacts from Outlook as CSV").into(),
            Self::Ldif => t("this is an LDIF file; export the contacts as CSV or vCard").into(),
            Self::Binary => t("this is not a text file; export the contacts as CSV or vCard").into(),
            Self::Encoding => t("the text is in an unknown encoding; save the file as “CSV UTF-8”").into(),
            Self::NoHeader => {
                t("no header was found; one of the first lines has to name the columns, such as First Name").into()
            }
            Self::NoColumns => {
                t("no column was recognised; the first line has to name the columns, such as Name and E-mail").into()
            }
            Self::UnclosedQuote => {
                t("a quoted field is never closed; save the list as CSV again, then choose the new file").into()
            }
            Self::FieldCount { expected, found } => {
                tf("{found} cells where the header has {expected}", (&found.to_string(), &expected.to_string()))
            }
            Self::ControlCharacter { column } => {
                tf("column {column} has a control character in it", column.to_string())
            }
            Self::LongRow => {
                t("the row is far longer than any contact; take it out, then choose the file again").into()
            }
            Self::TooManyRows => {
                tf("here the file grows beyond {number} rows; split it into smaller ones", number(MAX_ROWS as i64))
            }
            Self::TooSlow => t("reading the file took too long; split it into smaller ones").into(),
            Self::FormerMember => t("the row has no name; they have left LinkedIn").into(),
            Self::Nobody => t("there is no name, address or number").into(),
            Self::NoPerson => t("this is the card of a group, not of a person").into(),
            Self::TornCard => t("the card does not end").into(),
            Self::LargeCard => t("the card is too large").into(),
            Self::NoCard => t("this is not part of a card").into(),
            Self::SameAs { line } => tf("the same person as on line {line}", line.to_string()),
        })
    }
}

impl Damaged {
    /// Says what is wrong with a file, with its line where one is at fault.
    pub fn sentence(&self) -> String {
        match self.why.is_of_the_file() {
            true => self.why.of_a_file(),
            false => self.to_string(),
        }
    }

    /// Says the same in few words, to stand among others.
    pub fn short(&self) -> String {
        format!("line {}: {}", self.line, self.why)
    }
}
