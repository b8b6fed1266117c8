//! Which line is the header, and which column is which. What stands in the columns is not looked at here.

use crate::contacts::import::linkedin::{Damaged, Why};

/// How far down the header is looked for. LinkedIn's own notes above it take two to five lines.
pub(super) const MOST_LINES: usize = 100;

// In small letters, the names by which LinkedIn has called each column over the years, then the German ones.
const FIRST_NAME: &[&str] = &["first name", "vorname"];
const LAST_NAME: &[&str] = &["last name", "nachname"];
const URL: &[&str] = &["url"];
const EMAIL: &[&str] = &["email address", "e-mail address", "e-mail-adresse"];
const COMPANY: &[&str] = &["company", "current company", "unternehmen"];
const POSITION: &[&str] = &["position", "current position"];
const CONNECTED_ON: &[&str] = &["connected on", "verbunden am"];

/// The header of a file, and all that comes after it.
pub(super) struct Header<'a> {
    pub(super) columns: Columns,
    /// The line it stands on, counted from 1.
    pub(super) line: u64,
    /// The rows below it.
    pub(super) body: &'a str,
}

/// The places of the columns, counted from 0.
pub(super) struct Columns {
    pub(super) first_name: usize,
    pub(super) last_name: usize,
    pub(super) company: usize,
    pub(super) position: usize,
    pub(super) url: Option<usize>,
    pub(super) email: Option<usize>,
    pub(super) connected_on: Option<usize>,
    pub(super) width: usize,
}

impl<'a> Header<'a> {
    /// Each line is read by itself, so that a torn quote in the notes above cannot swallow the header.
    pub(super) fn find(text: &'a str) -> Result<Self, Damaged> {
        let mut body = text;
        for line in 1..=MOST_LINES {
            let (names, rest) = body.split_once('\n').unwrap_or((body, ""));
            body = rest;
            if let Some(columns) = Columns::named(names) {
                let line = line as u64;
                return Ok(Self { columns, line, body });
            }
        }
        // Bytes that happen to be valid UTF-8 may still be anything.
        let why = if text.contains('\0') { Why::Binary } else { Why::NoHeader };
        Err(why.on(1))
    }
}

impl Columns {
    /// `None` unless the four columns are there which every one of LinkedIn's lists has. Neither
    /// Google's nor Outlook's address books have them all.
    fn named(line: &str) -> Option<Self> {
        let names = names(line)?;
        let place = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        Some(Self {
            first_name: place(FIRST_NAME)?,
            last_name: place(LAST_NAME)?,
            company: place(COMPANY)?,
            position: place(POSITION)?,
            url: place(URL),
            email: place(EMAIL),
            connected_on: place(CONNECTED_ON),
            width: names.len(),
        })
    }
}

/// A line without a comma is passed over early, as setting up a reader for each would cost more than reading it.
fn names(line: &str) -> Option<Vec<String>> {
    if !line.contains(',') {
        return None;
    }
    let record =
        csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes()).into_records().next()?.ok()?;
    let names = record.iter().map(|name| name.trim().to_lowercase());
    Some(names.collect())
}
