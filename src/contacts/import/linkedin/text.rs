//! From bytes to text: what is no text at all, encodings, line ends, and quotes that never close.
//! Columns and rows are not known here.

use crate::contacts::import::linkedin::{Damaged, MOST_BYTES, Why};

/// Gives the text without its byte order mark, every line ending in `\n`.
pub(super) fn read(bytes: &[u8]) -> Result<String, Damaged> {
    check_size(bytes)?;
    check_kind(bytes)?;
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let readable = bytes.get(..error.valid_up_to()).unwrap_or_default();
        not_text(bytes).on(line_after(readable))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Why::Empty.on(1));
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

fn check_size(bytes: &[u8]) -> Result<(), Damaged> {
    match bytes.get(..=MOST_BYTES) {
        None => Ok(()),
        Some(start) => Err(Why::TooLarge.on(line_after(start))),
    }
}

/// Files are known by their first bytes, because names lie.
fn check_kind(bytes: &[u8]) -> Result<(), Damaged> {
    const ZIPS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
    const PICTURES: [&[u8]; 4] = [b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0"];
    const DOCUMENTS: [&[u8]; 3] = [b"%PDF-", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"];
    const UTF_16: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];
    let begins = |starts: &[&[u8]]| starts.iter().any(|start| bytes.starts_with(start));
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let why = if begins(&ZIPS) {
        Why::Zip
    } else if webp || begins(&PICTURES) {
        Why::Picture
    } else if begins(&DOCUMENTS) {
        Why::Binary
    } else if begins(&UTF_16) {
        Why::NotUtf8
    } else {
        return Ok(());
    };
    Err(why.on(1))
}

/// No text in a code page has a zero byte in it.
fn not_text(bytes: &[u8]) -> Why {
    if bytes.contains(&0) { Why::Binary } else { Why::NotUtf8 }
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

/// Looks for a quote that is never closed, which the csv crate would close in silence at the end of the file.
///
/// The next quote of the file, lines further down, may close a torn one by accident. It gives itself
/// away, as it was to open a field: text follows it where a comma or the end of the line should be.
pub(super) fn check_quotes(body: &str, first_line: u64) -> Result<(), Damaged> {
    let mut line = first_line;
    let mut at = At::FieldStart;
    for byte in body.bytes() {
        at = match (at, byte) {
            (At::FieldStart, b'"') => At::Quoted { opened: line },
            (At::Quoted { opened }, b'"') => At::AfterQuote { opened },
            (At::AfterQuote { opened }, b'"') => At::Quoted { opened },
            (quoted @ At::Quoted { .. }, _) => quoted,
            (_, b',' | b'\n') => At::FieldStart,
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
