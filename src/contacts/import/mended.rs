//! Tables that a spreadsheet has spoilt: each line stands in quotes as one cell, or other characters part the rows than the
//! header. They are written as they were, so that every line keeps its number.

use std::borrow::Cow;

use csv::StringRecord;

use crate::contacts::import::columns::{Target, guess_all};
use crate::contacts::import::table::{SEPARATORS, csv_reader, sample};

/// Lines among which the header is looked for; LinkedIn's notes above it take two to five.
const MAX_LINES: usize = 10;
/// Bytes of a line that may be the header, and the columns that it may name.
const MAX_LINE: usize = 50_000;
const MAX_COLUMNS: usize = 400;
/// Columns whose names are known, of a line that is taken for the header.
const MIN_KNOWN: usize = 2;
/// Columns from which on it is no chance that a cell parts into as many.
const MIN_PARTED: usize = 3;

/// Returns a text as it was before a spreadsheet took its lines for cells, or its header for rows of another country.
pub(super) fn mended(text: Cow<'_, str>) -> Cow<'_, str> {
    match Header::find(&text).and_then(|header| header.mend(&text)) {
        Some(mended) => mended.into(),
        None => text,
    }
}

/// The line that names the columns.
struct Header {
    start: usize,
    end: usize,
    names: StringRecord,
    separator: u8,
    /// Whether it stands in quotes as one cell.
    is_wrapped: bool,
}

impl Header {
    fn find(text: &str) -> Option<Header> {
        let mut start = 0;
        for line in text.split_inclusive('\n').take(MAX_LINES) {
            let end = start + line.len();
            let line = line.trim_end_matches('\n');
            if line.len() <= MAX_LINE {
                let unwrapped = unwrapped(line);
                let named = names(unwrapped.as_deref().unwrap_or(line));
                if let Some((separator, names)) = named {
                    return Some(Header { start, end, names, separator, is_wrapped: unwrapped.is_some() });
                }
            }
            start = end;
        }
        None
    }

    /// Returns nothing where the text is as it should be.
    fn mend(&self, text: &str) -> Option<String> {
        let (before, below) = (text.get(..self.start)?, text.get(self.end..)?);
        let rows = self.unwrapped_rows(below);
        let separator = self.separator_of(rows.as_deref().unwrap_or(below));
        if !self.is_wrapped && rows.is_none() && separator.is_none() {
            return None;
        }
        let mut header = csv::WriterBuilder::new().delimiter(separator.unwrap_or(self.separator)).from_writer(vec![]);
        header.write_record(&self.names).ok()?;
        let header = String::from_utf8(header.into_inner().ok()?).ok()?;
        Some([before, &header, rows.as_deref().unwrap_or(below)].concat())
    }

    /// Takes off the quotes of rows that are one cell; nothing where none is.
    fn unwrapped_rows(&self, rows: &str) -> Option<String> {
        if !rows.starts_with('"') && !rows.contains("\n\"") {
            return None;
        }
        let mut reader = csv_reader(rows, self.separator);
        let (mut record, mut start) = (StringRecord::new(), 0);
        let (mut all, mut is_any) = (String::new(), false);
        while reader.read_record(&mut record).ok()? {
            let end = usize::try_from(reader.position().byte()).ok()?;
            let row = rows.get(start..end)?;
            let blank = row.len() - row.trim_start_matches('\n').len();
            match unwrapped(row.trim_matches('\n')).filter(|row| record.len() == 1 && self.is_whole(row)) {
                Some(line) => {
                    is_any = true;
                    all.extend([&row[..blank], &line, "\n"]);
                }
                None => all.push_str(row),
            }
            start = end;
        }
        is_any.then_some(all)
    }

    /// Whether what stands in a cell is a whole row. Below a header that is as it should be, only rows with quotes of their own
    /// were put into others, and `"Doe, Jane"` is a name.
    fn is_whole(&self, cell: &str) -> bool {
        self.is_wrapped
            || cell.contains('"') && self.names.len() >= MIN_PARTED && self.has_all(&cells(cell, self.separator))
    }

    fn has_all(&self, row: &StringRecord) -> bool {
        row.len() == self.names.len()
    }

    /// Returns what parts most rows where no row has the cells of the header by what parts that.
    fn separator_of(&self, rows: &str) -> Option<u8> {
        let matching = |separator: u8| {
            let rows = sample(rows, separator);
            let whole = rows.iter().filter(|row| self.has_all(row)).count();
            let parted = rows.iter().filter(|row| (2..=self.names.len()).contains(&row.len())).count();
            (whole, parted * 2 > rows.len())
        };
        if matching(self.separator).0 > 0 {
            return None;
        }
        let others = SEPARATORS.into_iter().filter(|separator| *separator != self.separator);
        let fitting = others.map(|separator| (matching(separator), separator));
        fitting.filter(|((whole, is_most), _)| *whole > 0 && *is_most).max().map(|(_, separator)| separator)
    }
}

/// What stands in a line that is one cell in quotes.
fn unwrapped(line: &str) -> Option<String> {
    let inner = line.strip_prefix('"')?.strip_suffix('"')?;
    let is_one = !inner.contains('\n') && !inner.replace("\"\"", "").contains('"');
    is_one.then(|| inner.replace("\"\"", "\""))
}

/// The cells of one line.
fn cells(line: &str, separator: u8) -> StringRecord {
    csv_reader(line, separator).records().next().and_then(Result::ok).unwrap_or_default()
}

/// Whether a cell is a row of so many cells. Behind a comma of a text stands a blank.
pub(super) fn parts_into(cell: &str, expected: usize) -> bool {
    // Setting up a reader costs more than counting.
    let may_part = |separator: &u8| cell.bytes().filter(|byte| byte == separator).count() + 1 >= expected;
    expected >= MIN_PARTED
        && SEPARATORS.into_iter().filter(may_part).any(|separator| {
            let parts = cells(cell, separator);
            parts.len() == expected && !parts.iter().any(|part| part.starts_with(' '))
        })
}

/// What parts a line, and the names of columns that it has; nothing where they are not known.
fn names(line: &str) -> Option<(u8, StringRecord)> {
    let named = |separator: u8| {
        let names =
            Some(line).filter(|line| line.as_bytes().contains(&separator)).map(|line| cells(line, separator))?;
        let all: Vec<String> = names.iter().take(MAX_COLUMNS).map(str::to_owned).collect();
        let is_known = |target: Target, is_sure: bool| target != Target::Nothing && is_sure;
        let known = guess_all(&all).iter().filter(|guess| is_known(guess.target, guess.is_sure)).count();
        (known >= MIN_KNOWN).then_some((separator, names))
    };
    SEPARATORS.into_iter().find_map(named)
}
