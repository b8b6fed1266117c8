//! The reader of a file of vCards, of any version and any number.

use encoding_rs::Encoding;

use crate::contacts::import::{Damaged, MAX_ROWS, Read, Row, Until, Why, encoding, says_who};
use crate::contacts::source::Source;
use crate::contacts::vcard::{self, Torn};

/// Reads each card by itself, so that a torn one takes none with it. What is neither UTF-8 nor says what it is written in is in
/// the encoding that was chosen.
pub(super) fn read(bytes: &[u8], chosen: Option<&'static Encoding>, until: Until) -> Result<Read, Damaged> {
    let is_guessed = std::str::from_utf8(bytes).is_err();
    let seems = || Some(encoding::guess(bytes)).filter(|_| is_guessed);
    let legacy = chosen.filter(|chosen| chosen.is_ascii_compatible()).or_else(seems).unwrap_or(vcard::LEGACY);
    let (mut rows, mut skipped) = (Vec::new(), Vec::new());
    for found in vcard::cards(bytes, legacy) {
        let line = found.line;
        if rows.len() + skipped.len() == MAX_ROWS {
            return Err(Why::TooManyRows.on(line));
        }
        until.check((rows.len() as u64 + 1) * 64)?;
        match found.text.map_err(torn).and_then(|text| row(line, &text)) {
            Ok(row) => rows.push(row),
            Err(why) => skipped.push(why.on(line)),
        }
    }
    let encoding = if is_guessed { legacy } else { encoding_rs::UTF_8 };
    Ok(Read { source: Source::VCard, rows, skipped, encoding, is_guessed, columns: Vec::new(), has_header: true })
}

fn torn(torn: Torn) -> Why {
    match torn {
        Torn::NoEnd => Why::TornCard,
        Torn::TooLarge => Why::LargeCard,
    }
}

fn row(line: u64, text: &str) -> Result<Row, Why> {
    if !vcard::is_somebody(text) {
        return Err(Why::NoPerson);
    }
    let card = vcard::read(&vcard::without_pictures(text)).cleaned();
    if says_who(&card) { Ok(Row { line, card }) } else { Err(Why::Nobody) }
}
