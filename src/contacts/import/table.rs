//! The reader of any other table: where its columns part, which row names them, who wrote it, and its rows one by one.

use csv::StringRecord;
use jiff::civil::Date;

use crate::contacts::import::birthdays::Order;
use crate::contacts::import::columns::{self, Guess, Target, plain};
use crate::contacts::import::row::{self, Layout};
use crate::contacts::import::{Choices, Damaged, MAX_ROWS, Read, Row, Until, Why, doubt, text};
use crate::contacts::source::Source;

/// What programs of one country or another put between columns.
pub(super) const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Characters of the first line in which the names of columns are looked for.
const LONGEST_HEADER: usize = 50_000;
/// Columns that are looked at; Google's widest has some hundred.
const MAX_COLUMNS: usize = 400;
/// Cells of each column that people see when they choose what it holds.
const SAMPLES: usize = 3;
/// Characters of each.
const SHOWN: usize = 60;
/// Rows by which it is told what a column without a name holds.
const LOOKED_AT: usize = 50;

/// A column as people choose what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the file; empty where it has none.
    pub name: String,
    /// What it is taken for.
    pub target: Target,
    /// Its first cells.
    pub samples: Vec<String>,
}

/// Says whether a text has the columns that the export of this site has: LinkedIn's, or those of them that were left, and
/// others, among which is the name as a whole.
pub(super) fn is_ours(text: &str) -> bool {
    let first: String = text.lines().next().unwrap_or_default().chars().take(LONGEST_HEADER).collect();
    let first = format!(" {} ", plain(&first));
    ["first name", "connected on", "full name"].iter().all(|name| first.contains(&format!(" {name} ")))
}

/// A table whose rows are not read yet.
struct Head<'a> {
    body: &'a str,
    first_line: u64,
    separator: u8,
    sample: Vec<StringRecord>,
    names: Vec<String>,
    has_header: bool,
    guesses: Vec<Guess>,
}

impl<'a> Head<'a> {
    /// Looks whether the first row names the columns, unless somebody has said so, and what each of them holds.
    fn read(text: &'a str, has_header: Option<bool>) -> Result<Head<'a>, Damaged> {
        let (body, first_line, separator) = begin(text);
        text::check_quotes(body, first_line, separator)?;
        let sample = sample(body, separator);
        let Some(first) = sample.first() else { return Err(Why::Empty.on(1)) };
        let names = names(first);
        let mut guesses = columns::guess_all(&names);
        let is_named = guesses.iter().any(|guess| guess.target != Target::Nothing);
        let has_header = has_header.unwrap_or_else(|| !holds_values(first) && (is_named || differs(&sample)));
        let guesses = match has_header {
            true => {
                doubt::leave_out(&mut guesses, csv_reader(body, separator).records().skip(1));
                named_or_by_content(guesses, &names, &sample)
            }
            false => by_content(&sample, names.len()),
        };
        Ok(Head { body, first_line, separator, sample, names, has_header, guesses })
    }
}

/// What each column is taken for where nobody has chosen.
pub(super) fn guessed(text: &str, has_header: Option<bool>) -> Result<Vec<Target>, Damaged> {
    Ok(Head::read(text, has_header)?.guesses.iter().map(|guess| guess.target).collect())
}

/// Reads a table. Where no column says who the people are, every row is passed over until somebody chooses.
pub(super) fn read(text: &str, choices: &Choices, today: Date, until: Until) -> Result<Read, Damaged> {
    let Head { body, first_line, separator, sample, names, has_header, guesses } =
        Head::read(text, choices.has_header)?;
    let is_chosen = choices.columns.len() == guesses.len();
    if !is_chosen && guesses.len() < 2 && guesses.iter().all(|guess| guess.target == Target::Nothing) {
        return Err(Why::NoColumns.on(first_line));
    }
    let source = if has_header { source(&names) } else { Source::Csv };
    let guesses = if is_chosen { chosen(guesses, &choices.columns) } else { guesses };
    let cells = &sample[usize::from(has_header).min(sample.len())..];
    let columns = shown(&names, has_header, &guesses, cells);
    let layout = Layout::new(guesses, day_order(source, &names), today);
    let layout = if is_ours(text) { layout.taken_as_written() } else { layout };
    let reader = Reader { body, first_line, separator, has_header };
    let read = Read {
        source,
        rows: Vec::new(),
        skipped: Vec::new(),
        unreadable: Vec::new(),
        days: Vec::new(),
        birthdays: Vec::new(),
        encoding: encoding_rs::UTF_8,
        is_guessed: false,
        columns,
        has_header,
    };
    reader.read(layout, read, until)
}

/// Where the table begins, on which line, and what parts its columns. Excel may say so in a line of its own.
fn begin(text: &str) -> (&str, u64, u8) {
    let blank = text.len() - text.trim_start_matches('\n').len();
    let mut body = text.get(blank..).unwrap_or_default();
    let mut line = blank as u64 + 1;
    let (first, rest) = body.split_once('\n').unwrap_or((body, ""));
    if let Some(said) = first.strip_prefix("sep=").and_then(|said| said.bytes().next()) {
        (body, line) = (rest, line + 1);
        if SEPARATORS.contains(&said) {
            return (body, line, said);
        }
    }
    let columns = |separator: u8| sample(body, separator).first().map_or(0, StringRecord::len);
    let separator = SEPARATORS.into_iter().max_by_key(|separator| (columns(*separator), *separator == b','));
    (body, line, separator.unwrap_or(b','))
}

pub(super) fn csv_reader(body: &str, separator: u8) -> csv::Reader<&[u8]> {
    let mut reader = csv::ReaderBuilder::new();
    // Programs cut rows off, and pad them.
    reader.has_headers(false).delimiter(separator).flexible(true).from_reader(body.as_bytes())
}

/// The first rows.
pub(super) fn sample(body: &str, separator: u8) -> Vec<StringRecord> {
    // Only so much that a quote which never closes does not hold everything.
    let end = body.char_indices().map(|(at, _)| at).nth(200_000).unwrap_or(body.len());
    csv_reader(&body[..end], separator).records().take(LOOKED_AT + 1).filter_map(Result::ok).collect()
}

fn names(first: &StringRecord) -> Vec<String> {
    let one = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect();
    first.iter().take(MAX_COLUMNS).map(one).collect()
}

/// What a cell is by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Email,
    Phone,
    Link,
    Words,
    Other,
}

impl Cell {
    fn of(cell: &str) -> Cell {
        let cell = row::without_apostrophe(cell.trim());
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '/' | '.' | '(' | ')' | ' ' | '\u{a0}');
        let digits = cell.chars().filter(char::is_ascii_digit).count();
        let is_name = |c: char| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'' | '’');
        if cell.contains('@') && !cell.contains(' ') && cell.contains('.') {
            Cell::Email
        } else if cell.starts_with("http://") || cell.starts_with("https://") || cell.starts_with("www.") {
            Cell::Link
        } else if cell.chars().all(is_number) && digits >= 5 && (cell.starts_with(['+', '0', '(']) || digits >= 9) {
            Cell::Phone
        } else if cell.contains(char::is_alphabetic) && cell.chars().all(is_name) {
            Cell::Words
        } else {
            Cell::Other
        }
    }

    /// Returns what most cells of a column are that are not empty.
    fn of_most<'a>(cells: impl Iterator<Item = &'a str>) -> Cell {
        let all: Vec<Cell> = cells.filter(|cell| !cell.trim().is_empty()).map(Cell::of).collect();
        let most = |kind: &Cell| all.iter().filter(|one| *one == kind).count() * 2 > all.len();
        let kinds = [Cell::Email, Cell::Phone, Cell::Link, Cell::Words];
        kinds.into_iter().find(most).unwrap_or(Cell::Other)
    }
}

/// Whether a row has an address or a number of somebody, and so names no columns.
fn holds_values(row: &StringRecord) -> bool {
    row.iter().any(|cell| matches!(Cell::of(cell), Cell::Email | Cell::Phone | Cell::Link))
}

/// Whether a first row of words stands above a column of addresses or numbers, and so names it.
fn differs(sample: &[StringRecord]) -> bool {
    let Some((first, rest)) = sample.split_first() else { return false };
    first.iter().enumerate().any(|(at, name)| {
        let below = Cell::of_most(rest.iter().filter_map(|row| row.get(at)));
        matches!(below, Cell::Email | Cell::Phone | Cell::Link) && Cell::of(name) == Cell::Words
    })
}

/// Says what the columns hold whose names do not, where the others leave in doubt who the people are or how to reach them.
/// *Home*, *Work* or *Particular* alone say what an address or a number is for, so the cells say the rest.
fn named_or_by_content(mut guesses: Vec<Guess>, names: &[String], sample: &[StringRecord]) -> Vec<Guess> {
    let by_content = by_content(sample.get(1..).unwrap_or_default(), guesses.len());
    for ((guess, other), name) in guesses.iter_mut().zip(&by_content).zip(names) {
        let kind = columns::place(&plain(name));
        let is_reach = matches!(other.target, Target::Email | Target::Phone | Target::Link);
        if guess.target == Target::Nothing && is_reach && !kind.is_empty() && !name.trim().contains(' ') {
            *guess = Guess { kind, ..other.clone() };
        }
    }
    let has = |guesses: &[Guess], some: &[Target]| guesses.iter().any(|guess| some.contains(&guess.target));
    let is_known = has(&guesses, &[Target::FullName, Target::Given, Target::Family, Target::Company]);
    if is_known && has(&guesses, &[Target::Email, Target::Phone, Target::Link]) {
        return guesses;
    }
    for (guess, other) in guesses.iter_mut().zip(by_content) {
        let is_name = [Target::FullName, Target::Given, Target::Family].contains(&other.target);
        if guess.target == Target::Nothing && !(is_name && is_known) {
            *guess = other;
        }
    }
    guesses
}

/// Says what columns without names hold: addresses and numbers are known by themselves, and the first words are the name. Two
/// columns of a word each are the given and the family name.
fn by_content(sample: &[StringRecord], number: usize) -> Vec<Guess> {
    let column = |at: usize| sample.iter().filter_map(move |row| row.get(at));
    let kinds: Vec<Cell> = (0..number).map(|at| Cell::of_most(column(at))).collect();
    // Words alone are any text.
    let is_list = kinds.iter().any(|kind| matches!(kind, Cell::Email | Cell::Phone | Cell::Link));
    let name = kinds.iter().position(|kind| is_list && *kind == Cell::Words);
    let is_one_word = |at: usize| {
        let several = column(at).filter(|cell| cell.trim().contains(' ')).count();
        kinds.get(at) == Some(&Cell::Words) && several * 2 < sample.len()
    };
    let is_parted = name.is_some_and(|at| is_one_word(at) && is_one_word(at + 1));
    let guess = |(at, kind): (usize, &Cell)| {
        let target = match kind {
            Cell::Email => Target::Email,
            Cell::Phone => Target::Phone,
            Cell::Link => Target::Link,
            Cell::Words if name == Some(at) && is_parted => Target::Given,
            Cell::Words if name == Some(at) => Target::FullName,
            Cell::Words if is_parted && name == at.checked_sub(1) => Target::Family,
            Cell::Words | Cell::Other => Target::Nothing,
        };
        Guess { target, slot: format!("column {at}"), kind: "", is_sure: true }
    };
    kinds.iter().enumerate().map(guess).collect()
}

fn chosen(guesses: Vec<Guess>, targets: &[Target]) -> Vec<Guess> {
    let one = |(at, (guess, target)): (usize, (Guess, &Target))| match guess.target == *target {
        true => guess,
        false => Guess { target: *target, slot: format!("column {at}"), kind: "", is_sure: true },
    };
    guesses.into_iter().zip(targets).enumerate().map(one).collect()
}

fn shown(names: &[String], has_header: bool, guesses: &[Guess], cells: &[StringRecord]) -> Vec<Column> {
    let column = |(at, guess): (usize, &Guess)| {
        let cells = cells.iter().filter_map(|row| row.get(at)).map(str::trim).filter(|cell| !cell.is_empty());
        let samples = cells.take(SAMPLES).map(shortened).collect();
        let name = if has_header { names.get(at).cloned().unwrap_or_default() } else { String::new() };
        Column { name, target: guess.target, samples }
    };
    guesses.iter().enumerate().map(column).collect()
}

/// A cell as people see it when they choose what its column holds.
fn shortened(cell: &str) -> String {
    let start: String = cell.trim_start().chars().take(10 * SHOWN).collect();
    row::one_line(&start).chars().take(SHOWN).collect()
}

/// Tells by columns that only one program writes who wrote a table.
fn source(names: &[String]) -> Source {
    let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let has = |name: &str| names.iter().any(|one| one == name);
    let has_any = |some: &[&str]| some.iter().any(|name| has(name));
    if has("primary email") && has("display name") {
        Source::Thunderbird
    } else if has("group membership") || (has("labels") && has("organization name")) {
        Source::Google
    } else if has_any(&[
        "email 2 address",
        "business street",
        "business phone",
        "straße geschäftlich",
        "rue bureau",
        "calle del trabajo",
    ]) || ["title", "email address", "job title"].into_iter().all(has)
    {
        Source::Outlook
    } else {
        Source::Csv
    }
}

/// Tells how Outlook writes days where none can only be one: as the country does whose language its headings are in.
fn day_order(source: Source, names: &[String]) -> Order {
    let is_english = |name: &String| ["first name", "last name", "email address"].contains(&plain(name).as_str());
    match source {
        Source::Outlook if names.iter().any(is_english) => Order::MonthFirst,
        Source::Outlook => Order::DayFirst,
        _ => Order::Unknown,
    }
}

struct Reader<'a> {
    body: &'a str,
    first_line: u64,
    separator: u8,
    has_header: bool,
}

impl Reader<'_> {
    fn read(&self, mut layout: Layout, mut read: Read, until: Until) -> Result<Read, Damaged> {
        let mut reader = csv_reader(self.body, self.separator);
        let mut record = StringRecord::new();
        let mut is_first = self.has_header;
        layout.learn(csv_reader(self.body, self.separator).records().skip(usize::from(is_first)));
        while reader.read_record(&mut record).map_err(|_| Why::Encoding.on(self.first_line))? {
            if std::mem::take(&mut is_first) || is_blank_line(&record) {
                continue;
            }
            let line = self.line_of(&record);
            if read.rows.len() + read.skipped.len() == MAX_ROWS {
                return Err(Why::TooManyRows.on(line));
            }
            until.check(line)?;
            match layout.card(&record) {
                Ok(card) => {
                    if text::is_unreadable(record.as_slice()) {
                        read.unreadable.push(line);
                    }
                    if layout.misses_birthday(&record, card.birthday) {
                        read.birthdays.push(line);
                    }
                    read.rows.push(Row { line, card });
                }
                Err(why) => read.skipped.push(why.on(line)),
            }
            // A column of which only a later row has something holds something, too.
            for (column, cell) in read.columns.iter_mut().zip(&record).filter(|(column, _)| column.samples.is_empty()) {
                column.samples.extend(Some(shortened(cell)).filter(|cell| !cell.is_empty()));
            }
        }
        Ok(read)
    }

    /// The csv crate gives the place before the blank lines that it leaves out ahead of a row.
    fn line_of(&self, record: &StringRecord) -> u64 {
        let Some(position) = record.position() else { return self.first_line };
        let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
        let rest = self.body.get(start..).unwrap_or_default();
        let blank_lines = rest.bytes().take_while(|byte| *byte == b'\n').count();
        self.first_line + position.line() - 1 + blank_lines as u64
    }
}

/// A line of nothing but spaces is no row: nobody is behind it.
fn is_blank_line(record: &StringRecord) -> bool {
    record.len() <= 1 && record.iter().all(|field| field.trim().is_empty())
}
