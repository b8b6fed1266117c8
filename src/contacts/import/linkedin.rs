//! The reader of LinkedIn's list of connections: bytes in, connections or one clear complaint out. Every layout that LinkedIn
//! has exported since 2012, and what spreadsheets make of it, alone or in the archive that LinkedIn sends.
//! Nothing is stored, matched or mailed here.

use csv::StringRecord;
use jiff::civil::Date;

use crate::contacts::card::{Card, Valued};
use crate::contacts::import::birthdays::{self, Order};
use crate::contacts::import::columns::Target;
use crate::contacts::import::row::{Layout, check_width, without_apostrophe};
use crate::contacts::import::{self, Damaged, MAX_ROWS, Until, Why, doubt, text};

pub(super) mod dates;
mod header;
mod slug;

pub use slug::slug;

use header::Header;

/// Characters of a field; what is longer is cut, as only columns that members add themselves are.
pub const MAX_FIELD: usize = 500;

/// What one file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Export {
    /// The connections, in the order of the file, repetitions included.
    pub connections: Vec<Connection>,
    /// The rows that could not be read, or of people who have left LinkedIn, each with its line and why.
    pub skipped: Vec<Damaged>,
    /// The lines of rows that have letters which cannot be read, and are left out.
    pub unreadable: Vec<u64>,
    /// The lines of rows whose day of connecting cannot be read or cannot be, and is left out.
    pub days: Vec<u64>,
    /// The lines of rows whose birthdays, in columns of a member's own, cannot be read, and are left out.
    pub birthdays: Vec<u64>,
}

/// One row: trimmed, on a single line each, without invisible characters, otherwise as LinkedIn wrote it.
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
    /// The day on which the two were connected; absent where the file does not say, or says what cannot be.
    pub connected_on: Option<Date>,
    /// What further columns say: the tags of 2017, and whatever members add themselves; most lists have none.
    pub own: Option<Box<Card>>,
    /// The line of the file on which the row begins, counted from 1.
    pub line: u64,
}

impl Connection {
    /// Returns both names with a space between, or the one that is there.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

/// Says whether a text has the columns of LinkedIn's lists.
pub(super) fn is_linkedin(text: &str) -> bool {
    Header::find(text).is_ok()
}

/// Reads the text of a list. Days after `today` cannot be and are left out.
///
/// # Errors
/// What makes the file as a whole unusable; a row that is damaged by itself is skipped and named.
pub fn read(text: &str, today: Date, until: Until) -> Result<Export, Damaged> {
    let header = Header::find(text)?;
    text::check_quotes(header.body, header.line + 1, header.separator)?;
    read_rows(&header, today, until)
}

fn read_rows(header: &Header, today: Date, until: Until) -> Result<Export, Damaged> {
    let mut reader = csv_reader(header);
    let own = own_columns(header, today);
    let mut record = StringRecord::new();
    let mut export = Export::default();
    while reader.read_record(&mut record).map_err(|_| Why::Encoding.on(header.line))? {
        if is_blank_line(&record) {
            continue;
        }
        let line = line_of(&record, header);
        if export.connections.len() + export.skipped.len() == MAX_ROWS {
            return Err(Why::TooManyRows.on(line));
        }
        until.check(line)?;
        match read_row(&record, header, own.as_ref(), line, today) {
            Ok(Some(connection)) => {
                if text::is_unreadable(record.as_slice()) {
                    export.unreadable.push(line);
                }
                let told = header.columns.connected_on.and_then(|at| record.get(at)).unwrap_or_default();
                if connection.connected_on.is_none() && birthdays::is_told(told) {
                    export.days.push(line);
                }
                let birthday = connection.own.as_ref().and_then(|own| own.birthday);
                if own.as_ref().is_some_and(|own| own.misses_birthday(&record, birthday)) {
                    export.birthdays.push(line);
                }
                export.connections.push(connection);
            }
            Ok(None) => export.skipped.push(Why::FormerMember.on(line)),
            Err(why) => export.skipped.push(why.on(line)),
        }
    }
    Ok(export)
}

fn csv_reader<'a>(header: &Header<'a>) -> csv::Reader<&'a [u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(header.separator)
        .flexible(true) // spreadsheets pad rows with empty cells, and cut them off
        .from_reader(header.body.as_bytes())
}

/// The columns that are not LinkedIn's, where any of them has a name that says what it holds.
fn own_columns(header: &Header, today: Date) -> Option<Layout> {
    let mut own = header.columns.own.clone();
    doubt::leave_out(&mut own, csv_reader(header).records());
    own.iter().any(|guess| guess.target != Target::Nothing).then(|| {
        let mut layout = Layout::new(own, Order::Unknown, today);
        layout.learn(csv_reader(header).records());
        layout
    })
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
fn read_row(
    record: &StringRecord,
    header: &Header,
    own: Option<&Layout>,
    line: u64,
    today: Date,
) -> Result<Option<Connection>, Why> {
    let columns = &header.columns;
    check_width(record, columns.width())?;
    let field = |column: usize| one_line(column, without_apostrophe(record.get(column).unwrap_or_default().trim()));
    let optional = |column: Option<usize>| -> Result<Option<String>, Why> {
        Ok(column.map(field).transpose()?.filter(|text| !text.is_empty()))
    };
    let url = optional(columns.url)?;
    let day = optional(columns.connected_on)?;
    let mut own = own.map(|layout| layout.gathered(record).map(Box::new)).transpose()?;
    let slug_of = url.as_deref().and_then(slug);
    if let (Some(url), None) = (&url, &slug_of) {
        own.get_or_insert_default().links.insert(0, Valued::new("", url));
    }
    let connection = Connection {
        first_name: field(columns.first_name)?,
        last_name: field(columns.last_name)?,
        company: field(columns.company)?,
        position: field(columns.position)?,
        email: optional(columns.email)?,
        slug: slug_of,
        connected_on: day.as_deref().and_then(dates::read).filter(|day| dates::may_be(*day, today)),
        own,
        line,
    };
    Ok((connection.slug.is_some() || says_who(&connection)).then_some(connection))
}

/// Puts a field on one line, cut to [`MAX_FIELD`] characters. Line breaks and tabs become spaces, since people paste them
/// into their titles; direction marks and characters of no width come with pasting too, and are dropped.
fn one_line(column: usize, field: &str) -> Result<String, Why> {
    if field.contains(|c: char| c.is_control() && !c.is_whitespace()) {
        return Err(Why::ControlCharacter { column: column + 1 });
    }
    let mut line = String::with_capacity(field.len().min(4 * MAX_FIELD));
    for word in field.split_whitespace() {
        let visible = word.chars().filter(|c| !is_invisible(*c));
        let start = line.len();
        line.extend(visible);
        if start > 0 && line.len() > start {
            line.insert(start, ' ');
        }
    }
    if let Some((cut, _)) = line.char_indices().nth(MAX_FIELD) {
        line.truncate(cut);
    }
    Ok(line)
}

/// Soft hyphens, direction marks, and what has no width; the joiners stay, which Persian and the scripts of India need.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn says_who(connection: &Connection) -> bool {
    let Connection { first_name, last_name, company, position, email, own, .. } = connection;
    let filled = |text: &String| !text.is_empty();
    [first_name, last_name, company, position].into_iter().any(filled)
        || email.is_some()
        || own.as_deref().is_some_and(import::says_who)
}

#[cfg(test)]
mod tests;
