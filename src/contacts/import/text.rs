//! From bytes to text: what is no text at all, encodings, line ends, and quotes that never close.
//! Columns and rows are not known here.

use encoding_rs::{Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::contacts::import::{Damaged, MAX_BYTES, Why};

/// A text, and how it was read.
pub(super) struct Decoded {
    /// Without its byte order mark, every line ending in `\n`.
    pub(super) text: String,
    /// What it is written in.
    pub(super) encoding: &'static Encoding,
    /// Whether that was guessed from the letters, and may be wrong.
    pub(super) is_guessed: bool,
}

/// Reads bytes as text, in the encoding that was chosen or, where none was, in the one that they seem to be in.
pub(super) fn read(bytes: &[u8], chosen: Option<&'static Encoding>) -> Result<Decoded, Damaged> {
    let found = encoding(bytes);
    let encoding = chosen.unwrap_or(found);
    // Bytes that no page has a letter for would be guessed wrongly.
    let (text, broken) = encoding.decode_with_bom_removal(bytes);
    if chosen.is_none() && (broken || (encoding != UTF_8 && !is_plausible(&text))) {
        return Err(Why::Encoding.on(line_after(readable(bytes))));
    }
    if text.contains('\0') {
        return Err(if chosen.is_some() { Why::Encoding } else { Why::Binary }.on(1));
    }
    if text.trim().is_empty() {
        return Err(Why::Empty.on(1));
    }
    let is_guessed = ![UTF_8, UTF_16LE, UTF_16BE].contains(&found);
    let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.into_owned() };
    Ok(Decoded { text, encoding, is_guessed })
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
    let start = String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes)).to_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    let known = BEGINNINGS.into_iter().find(|(beginning, _)| bytes.starts_with(beginning)).map(|(_, why)| why);
    let why = match known {
        Some(why) => why,
        None if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Why::Picture,
        None if start.starts_with("<!doctype html") || start.starts_with("<html") => Why::WebPage,
        None if start.starts_with("dn:") || start.starts_with("version: 1\ndn:") => Why::Ldif,
        None => return Ok(()),
    };
    Err(why.on(1))
}

/// Returns what a text is written in: what its mark says, else UTF-8 where it can be, else a code page of Windows or, where
/// more of its letters are those of the Mac, that one.
fn encoding(bytes: &[u8]) -> &'static Encoding {
    if let Some((marked, _)) = Encoding::for_bom(bytes) {
        return marked;
    }
    // Without its mark, UTF-16 has a zero in every second byte, as the header is in Latin letters.
    let start = bytes.get(..400).unwrap_or(bytes);
    let mostly_zero =
        |parity: usize| start.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count() * 4 > start.len();
    match (mostly_zero(0), mostly_zero(1)) {
        (true, false) => return UTF_16BE,
        (false, true) => return UTF_16LE,
        _ => {}
    }
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let letters = |encoding: &'static Encoding| {
        let text = encoding.decode_without_bom_handling(bytes).0;
        text.chars().filter(|c| matches!(c, 'À'..='ÿ' | 'Œ' | 'œ' | 'Š' | 'š' | 'Ž' | 'ž')).count()
    };
    if letters(MACINTOSH) > letters(WINDOWS_1252) { MACINTOSH } else { WINDOWS_1252 }
}

/// Text that was not decoded rightly has characters in it that nobody types.
fn is_plausible(text: &str) -> bool {
    !text.contains(|c: char| matches!(c, '\0' | '\u{80}'..='\u{9f}' | '\u{fffd}'))
}

/// What comes before the first byte that is not UTF-8.
fn readable(bytes: &[u8]) -> &[u8] {
    let end = std::str::from_utf8(bytes).err().map_or(0, |error| error.valid_up_to());
    bytes.get(..end).unwrap_or_default()
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
pub(super) fn check_quotes(body: &str, first_line: u64, separator: u8) -> Result<(), Damaged> {
    let mut line = first_line;
    let mut at = At::FieldStart;
    for byte in body.bytes() {
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
    }
    match at {
        At::Quoted { opened } => Err(Why::UnclosedQuote.on(opened)),
        _ => Ok(()),
    }
}
