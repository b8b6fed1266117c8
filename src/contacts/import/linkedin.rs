//! The reader of LinkedIn's `Connections.csv`: bytes in, connections or one clear complaint out.
//! Nothing is stored, matched or mailed here, and the archive it may come in is unpacked elsewhere.

use csv::StringRecord;
use jiff::civil::Date;

mod damage;
mod dates;
mod header;
mod slug;
mod text;

pub use damage::{Damaged, Why};
pub use slug::slug;

use header::Header;

/// The most bytes a file may have.
pub const MOST_BYTES: usize = 20_000_000;
/// The most rows a file may have, those counted as skipped included; LinkedIn lets nobody have more.
pub const MOST_ROWS: usize = 30_000;
/// The most characters a single field may have.
pub const LONGEST_FIELD: usize = 500;

/// What one file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Export {
    /// The connections, in the order of the file, repetitions included.
    pub connections: Vec<Connection>,
    /// How many rows were empty or carried only a date: people who have left LinkedIn.
    pub skipped: usize,
}

/// One row: trimmed, on a single line each, otherwise as LinkedIn wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The given name; empty if only a last name or an address is known.
    pub first_name: String,
    /// The family name; often empty.
    pub last_name: String,
    /// The current company; may be empty.
    pub company: String,
    /// The current position; may be empty.
    pub position: String,
    /// The e-mail address as it was written, unchecked; nearly always absent.
    pub email: Option<String>,
    /// The key of the profile's address, as [`slug()`] makes it; absent in older files.
    pub slug: Option<String>,
    /// The day on which the two were connected.
    pub connected_on: Option<Date>,
    /// The line of the file on which the row begins, counted from 1.
    pub line: u64,
}

impl Connection {
    /// Both names with a space between, or the one that is there.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

/// Reads a whole file, or says what is wrong with it and on which line.
///
/// # Errors
/// The first damage that is met; nothing of a damaged file is given out.
pub fn parse(bytes: &[u8]) -> Result<Export, Damaged> {
    let text = text::read(bytes)?;
    let header = Header::find(&text)?;
    text::check_quotes(header.body, header.line + 1)?;
    read_rows(&header)
}

fn read_rows(header: &Header) -> Result<Export, Damaged> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true) // so that a row of the wrong width can be named in our own words
        .from_reader(header.body.as_bytes());
    let mut record = StringRecord::new();
    let mut export = Export::default();
    while reader.read_record(&mut record).map_err(|_| Why::NotUtf8.on(header.line))? {
        if is_blank_line(&record) {
            continue;
        }
        let line = line_of(&record, header);
        if export.connections.len() + export.skipped == MOST_ROWS {
            return Err(Why::TooManyRows.on(line));
        }
        match read_row(&record, header, line).map_err(|why| why.on(line))? {
            Some(connection) => export.connections.push(connection),
            None => export.skipped += 1,
        }
    }
    Ok(export)
}

/// A line of nothing but spaces is no row: nobody is behind it.
fn is_blank_line(record: &StringRecord) -> bool {
    record.len() <= 1 && record.iter().all(|field| field.trim().is_empty())
}

/// The csv crate gives the place before the blank lines that it leaves out ahead of a row.
fn line_of(record: &StringRecord, header: &Header) -> u64 {
    let Some(position) = record.position() else {
        return header.line;
    };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = header.body.get(start..).unwrap_or_default();
    let blank_lines = rest.bytes().take_while(|byte| *byte == b'\n').count();
    header.line + position.line() + blank_lines as u64
}

/// `None` is a member who left.
fn read_row(record: &StringRecord, header: &Header, line: u64) -> Result<Option<Connection>, Why> {
    check_width(record, header)?;
    for (index, field) in record.iter().enumerate() {
        check_field(index + 1, field)?;
    }
    let columns = &header.columns;
    let field = |column| one_line(record.get(column).unwrap_or_default());
    let optional = |column: Option<usize>| column.map(field).filter(|text| !text.is_empty());
    let url = optional(columns.url);
    let connection = Connection {
        first_name: field(columns.first_name),
        last_name: field(columns.last_name),
        company: field(columns.company),
        position: field(columns.position),
        email: optional(columns.email),
        slug: url.as_deref().and_then(slug),
        connected_on: read_date(optional(columns.connected_on))?,
        line,
    };
    Ok((url.is_some() || says_who(&connection)).then_some(connection))
}

fn check_width(record: &StringRecord, header: &Header) -> Result<(), Why> {
    let (expected, found) = (header.columns.width, record.len());
    if found == expected {
        return Ok(());
    }
    Err(Why::FieldCount { expected, found })
}

/// Line breaks and tabs are let through, since people paste them into their titles; they become spaces.
fn check_field(column: usize, field: &str) -> Result<(), Why> {
    let refused = |c: char| c.is_control() && c != '\n' && c != '\t';
    if field.contains(refused) {
        return Err(Why::ControlCharacter { column });
    }
    // The bytes are asked first because they are already counted.
    if field.len() > LONGEST_FIELD && field.chars().count() > LONGEST_FIELD {
        return Err(Why::FieldTooLong { column });
    }
    Ok(())
}

fn one_line(field: &str) -> String {
    let mut line = String::with_capacity(field.len());
    for word in field.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

fn read_date(field: Option<String>) -> Result<Option<Date>, Why> {
    match field {
        None => Ok(None),
        Some(text) => dates::read(&text).map(Some).ok_or(Why::Date(text)),
    }
}

fn says_who(connection: &Connection) -> bool {
    let Connection { first_name, last_name, company, position, email, .. } = connection;
    let filled = |text: &String| !text.is_empty();
    [first_name, last_name, company, position].into_iter().any(filled) || email.is_some()
}

#[cfg(test)]
mod tests;
