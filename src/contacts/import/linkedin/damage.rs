//! What can be wrong with a file, and the sentence a person reads about it.

use std::fmt;

use crate::contacts::import::linkedin::{LONGEST_FIELD, MOST_BYTES, MOST_ROWS, header};

/// A file that was refused, as one sentence that names the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// The line, counted from 1; 1 as well when the file as a whole is at fault.
    pub line: u64,
    /// What is wrong there.
    pub why: Why,
}

/// The ways in which a file can be damaged. Columns are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Nothing but white space.
    Empty,
    /// More than [`MOST_BYTES`]; the line is the one that goes beyond.
    TooLarge,
    /// A ZIP archive, or a document that is one inside.
    Zip,
    /// A picture.
    Picture,
    /// Something else that is no text.
    Binary,
    /// Text in another encoding.
    NotUtf8,
    /// No line among the first ones names the columns.
    NoHeader,
    /// The line is the one on which the quote opened.
    UnclosedQuote,
    /// A row that is shorter or longer than the header.
    FieldCount {
        /// As many as the header has.
        expected: usize,
        /// As many as the row has.
        found: usize,
    },
    /// A date in a form that LinkedIn and spreadsheets do not write, with its text.
    Date(String),
    /// A character that is no text, other than a line break or a tab.
    ControlCharacter {
        /// Where it is.
        column: usize,
    },
    /// More than [`LONGEST_FIELD`] characters.
    FieldTooLong {
        /// Where it is.
        column: usize,
    },
    /// More than [`MOST_ROWS`]; the line is the first one beyond.
    TooManyRows,
}

impl Why {
    /// The same, with its place.
    pub(super) fn on(self, line: u64) -> Damaged {
        Damaged { line, why: self }
    }
}

impl std::error::Error for Damaged {}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {}: {}.", self.line, self.why)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the file is empty"),
            Self::TooLarge => {
                let megabytes = MOST_BYTES / 1_000_000;
                write!(f, "here the file grows beyond {megabytes} MB")
            }
            Self::Zip => write!(f, "this is a ZIP archive, not the list of connections"),
            Self::Picture => write!(f, "this is a picture, not a list of connections"),
            Self::Binary => write!(f, "this is not a text file"),
            Self::NotUtf8 => write!(f, "the text is not in UTF-8; save the file as “CSV UTF-8”"),
            Self::NoHeader => no_header(f),
            Self::UnclosedQuote => write!(f, "a quoted field is never closed"),
            Self::FieldCount { expected, found } => field_count(f, *expected, *found),
            Self::Date(text) => write!(f, "“{}” cannot be read as a date", short(text)),
            Self::ControlCharacter { column } => {
                write!(f, "column {column} has a control character in it")
            }
            Self::FieldTooLong { column } => {
                write!(f, "column {column} is longer than {LONGEST_FIELD} characters")
            }
            Self::TooManyRows => write!(f, "here the file grows beyond {MOST_ROWS} rows"),
        }
    }
}

fn no_header(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let lines = header::MOST_LINES;
    write!(
        f,
        "no header was found from here on; one of the first {lines} lines has to name the columns \
         First Name, Last Name, Company and Position"
    )
}

fn field_count(f: &mut fmt::Formatter<'_>, expected: usize, found: usize) -> fmt::Result {
    let fields = if found == 1 { "field" } else { "fields" };
    write!(f, "{found} {fields} where the header has {expected}")
}

/// A message is no place for half a page.
fn short(text: &str) -> String {
    const ENOUGH: usize = 40;
    if text.chars().count() <= ENOUGH {
        return text.to_owned();
    }
    let mut start: String = text.chars().take(ENOUGH).collect();
    start.push('…');
    start
}
