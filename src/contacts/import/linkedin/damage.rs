//! What can be wrong with a file, and the sentence a person reads about it.

use std::fmt;

use crate::contacts::import::linkedin::{MAX_BYTES, MAX_ROWS, header};

/// A file that was refused, or a row that was skipped, as one sentence that names the line.
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
    /// More than [`MAX_BYTES`]; the line is the one that goes beyond.
    TooLarge,
    /// An archive without the list of connections.
    ZipWithoutList,
    /// An archive that is locked with a password, or packed in a way that nobody uses.
    LockedZip,
    /// An archive that breaks off or is damaged.
    BrokenZip,
    /// A workbook of a spreadsheet program.
    Spreadsheet,
    /// A picture.
    Picture,
    /// A page of the web.
    WebPage,
    /// Something else that is no text.
    Binary,
    /// Text in an encoding that could not be told.
    Encoding,
    /// No line among the first ones names the columns.
    NoHeader,
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
    /// More than [`MAX_ROWS`]; the line is the first one beyond.
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
                let megabytes = MAX_BYTES / 1_000_000;
                write!(f, "here the file grows beyond {megabytes} MB")
            }
            Self::ZipWithoutList => write!(f, "this is a ZIP archive without a Connections.csv in it"),
            Self::LockedZip => {
                write!(f, "this ZIP archive cannot be opened; unpack it and choose the Connections.csv in it")
            }
            Self::BrokenZip => write!(f, "this ZIP archive is damaged; download it again"),
            Self::Spreadsheet => write!(f, "this is an Excel workbook; save it as “CSV UTF-8”"),
            Self::Picture => write!(f, "this is a picture, not a list of connections"),
            Self::WebPage => write!(f, "this is a page of the web, not a list of connections"),
            Self::Binary => write!(f, "this is not a text file"),
            Self::Encoding => write!(f, "the text is in an unknown encoding; save the file as “CSV UTF-8”"),
            Self::NoHeader => no_header(f),
            Self::UnclosedQuote => write!(f, "a quoted field is never closed"),
            Self::FieldCount { expected, found } => field_count(f, *expected, *found),
            Self::ControlCharacter { column } => {
                write!(f, "column {column} has a control character in it")
            }
            Self::TooManyRows => write!(f, "here the file grows beyond {MAX_ROWS} rows"),
        }
    }
}

impl Damaged {
    /// Says the same in few words, to stand among others.
    pub fn short(&self) -> String {
        format!("line {}: {}", self.line, self.why)
    }
}

fn no_header(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let lines = header::MAX_LINES;
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
