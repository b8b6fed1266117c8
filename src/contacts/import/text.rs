//! From bytes to text: what is no text at all, encodings, line ends, and quotes that never close.
//! Columns and rows are not known here.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::contacts::import::{Damaged, MAX_BYTES, Why, encoding};

/// Bytes in which the tags of other files are looked for.
const LOOKED_THROUGH: usize = 2_000;
/// Characters by which it is seen that a file begins as no text does.
const BEGINNING: usize = 1_000;
/// Bytes of a row: far more than any contact has, and little enough that one row takes no memory worth speaking of.
const MAX_ROW: usize = 1_000_000;
/// What stands where bytes are no letter of the encoding.
const NO_LETTER: char = '\u{fffd}';
/// Characters that are no text and may always be there.
const MIN_ODD: usize = 3;

/// A text, and how it was read.
pub(super) struct Decoded<'a> {
    /// Without its byte order mark, every line ending in `\n`. It may be large, so it is no copy where it need not be one.
    pub(super) text: Cow<'a, str>,
    /// What it is written in.
    pub(super) encoding: &'static Encoding,
    /// Whether that was guessed from the letters, and may be wrong.
    pub(super) is_guessed: bool,
}

/// Reads bytes as text, in the encoding that was chosen or, where none was, in the one that they seem to be in.
pub(super) fn read<'a>(bytes: &'a [u8], chosen: Option<&'static Encoding>) -> Result<Decoded<'a>, Damaged> {
    let found = encoding::of(bytes);
    let encoding = chosen.unwrap_or(found.encoding);
    let text = encoding.decode_without_bom_handling(without_mark(bytes, encoding)).0;
    if is_binary(&text) {
        return Err(if chosen.is_some() { Why::Encoding } else { Why::Binary }.on(1));
    }
    if text.trim().is_empty() {
        return Err(Why::Empty.on(1));
    }
    Ok(Decoded { text: with_line_feeds(text), encoding, is_guessed: found.is_guessed })
}

/// Ends every line in `\n`, in place.
fn with_line_feeds(text: Cow<str>) -> Cow<str> {
    if !text.contains('\r') {
        return text;
    }
    let mut bytes = text.into_owned().into_bytes();
    let (mut to, mut before) = (0, 0);
    for at in 0..bytes.len() {
        let byte = bytes[at];
        if byte != b'\n' || before != b'\r' {
            bytes[to] = if byte == b'\r' { b'\n' } else { byte };
            to += 1;
        }
        before = byte;
    }
    bytes.truncate(to);
    String::from_utf8(bytes).unwrap_or_default().into()
}

/// Whether a row has letters that could not be read in the encoding, and so are left out.
pub(super) fn is_unreadable(row: &str) -> bool {
    row.contains(NO_LETTER)
}

/// Takes off the mark, also of UTF-8 where another encoding is chosen for what is damaged.
fn without_mark<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> &'a [u8] {
    let is_wide = [UTF_16LE, UTF_16BE].contains(&encoding);
    match Encoding::for_bom(bytes) {
        Some((marked, mark)) if marked == encoding || (marked == UTF_8 && !is_wide) => &bytes[mark..],
        _ => bytes,
    }
}

/// Says whether so much is no text that the rest is none either, rather than damaged rows among others.
fn is_binary(text: &str) -> bool {
    is_mostly_odd(text.chars().take(BEGINNING)) || is_mostly_odd(text.chars())
}

fn is_mostly_odd(text: impl Iterator<Item = char>) -> bool {
    let is_odd = |c| matches!(c, '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffd}');
    let (mut all, mut odd) = (0_usize, 0_usize);
    for c in text {
        all += 1;
        odd += usize::from(is_odd(c));
    }
    odd >= MIN_ODD && odd * 10 > all
}

pub(super) fn check_size(bytes: &[u8]) -> Result<(), Damaged> {
    match bytes.get(..=MAX_BYTES) {
        None => Ok(()),
        Some(start) => Err(Why::TooLarge.on(line_after(start))),
    }
}

/// Files are known by their first bytes, because names lie.
pub(super) fn check_kind(bytes: &[u8]) -> Result<(), Damaged> {
    const BEGINNINGS: [(&[u8], Why); 10] = [
        (b"\x89PNG", Why::Picture),
        (b"\xff\xd8\xff", Why::Picture),
        (b"GIF8", Why::Picture),
        (b"II*\0", Why::Picture),
        (b"%PDF-", Why::Pdf),
        (b"!BDN", Why::OutlookData),
        (b"\xd0\xcf\x11\xe0", Why::Spreadsheet),
        (b"\x1f\x8b", Why::Binary),
        (b"\x7fELF", Why::Binary),
        (b"Rar!", Why::Binary),
    ];
    let start = bytes.get(..LOOKED_THROUGH).unwrap_or(bytes);
    let wide = Encoding::for_bom(start).map_or(UTF_8, |(marked, _)| marked);
    let start = wide.decode(start).0.to_lowercase();
    let start = start.trim_start();
    let known = BEGINNINGS.into_iter().find(|(beginning, _)| bytes.starts_with(beginning)).map(|(_, why)| why);
    let why = match known {
        Some(why) => why,
        None if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Why::Picture,
        None if start.starts_with("dn:") || start.starts_with("version: 1\ndn:") => Why::Ldif,
        None if start.starts_with("begin:vcalendar") => Why::Calendar,
        None if is_json(start) => Why::Json,
        None => match markup(start) {
            Some(why) => why,
            None => return Ok(()),
        },
    };
    Err(why.on(1))
}

fn is_json(start: &str) -> bool {
    let follows = |bracket: char, next: &[char]| {
        start.strip_prefix(bracket).is_some_and(|rest| rest.trim_start().starts_with(next))
    };
    follows('{', &['"', '}']) || follows('[', &['{', '[', '"', ']'])
}

/// What a text in tags is, in small letters; nothing where it has none.
fn markup(start: &str) -> Option<Why> {
    let is_tag = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?'));
    if !start.strip_prefix('<').is_some_and(is_tag) {
        return None;
    }
    let says = |words: &[&str]| words.iter().any(|word| start.contains(word));
    if says(&["excel.sheet", "schemas-microsoft-com:office:spreadsheet", "schemas-microsoft-com:office:excel"]) {
        Some(Why::Spreadsheet)
    } else if says(&["<!doctype html", "<html", "<head", "<body", "<table", "<title", "<meta", "<div", "<script"]) {
        Some(Why::WebPage)
    } else if says(&["<svg"]) {
        Some(Why::Picture)
    } else if says(&["<?xml", "<!doctype", "</", "/>", "xmlns"]) {
        Some(Why::Xml)
    } else {
        start.starts_with("<!--").then_some(Why::WebPage)
    }
}

/// The number of the line on which whatever follows these bytes stands, whichever line ends they use.
fn line_after(bytes: &[u8]) -> u64 {
    let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
    let returns = bytes.split(|byte| *byte == b'\r').skip(1);
    let lone_returns = returns.filter(|rest| rest.first() != Some(&b'\n')).count();
    (feeds + lone_returns) as u64 + 1
}

enum At {
    FieldStart,
    Plain,
    Quoted { opened: u64 },
    AfterQuote { opened: u64 },
}

/// Refuses a quote that is never closed, which the csv crate would close in silence at the end of the file.
///
/// The next quote of the file, lines further down, may close a torn one by accident. It gives itself
/// away, as it was to open a field: text follows it where a separator or the end of the line should be.
///
/// Refuses a row that is far too long, too, before anything of it is taken.
pub(super) fn check_quotes(body: &str, first_line: u64, separator: u8) -> Result<(), Damaged> {
    let mut line = first_line;
    let mut at = At::FieldStart;
    let (mut row, mut too_long) = ((0, first_line), None);
    for (index, byte) in body.bytes().enumerate() {
        if index - row.0 > MAX_ROW {
            too_long = too_long.or(Some(row.1));
        }
        at = match (at, byte) {
            (At::FieldStart, b'"') => At::Quoted { opened: line },
            (At::Quoted { opened }, b'"') => At::AfterQuote { opened },
            (At::AfterQuote { opened }, b'"') => At::Quoted { opened },
            (quoted @ At::Quoted { .. }, _) => quoted,
            (_, b'\n') => At::FieldStart,
            (_, byte) if byte == separator => At::FieldStart,
            (At::AfterQuote { opened }, _) if opened != line => {
                return Err(Why::UnclosedQuote.on(opened));
            }
            _ => At::Plain,
        };
        line += u64::from(byte == b'\n');
        if byte == b'\n' && matches!(at, At::FieldStart) {
            row = (index + 1, line);
        }
    }
    match (at, too_long) {
        (At::Quoted { opened }, _) => Err(Why::UnclosedQuote.on(opened)),
        (_, Some(line)) => Err(Why::LongRow.on(line)),
        _ => Ok(()),
    }
}
