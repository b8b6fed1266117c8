//! The reader of a file of vCards, of any version and any number.

use std::cell::{Cell, OnceCell, RefCell};

use encoding_rs::{Encoding, UTF_8};

use crate::contacts::import::{Damaged, MAX_ROWS, Read, Row, Until, Why, encoding, says_who, text};
use crate::contacts::source::Source;
use crate::contacts::vcard::{self, Torn};

/// Reads each card by itself, so that a torn one takes none with it. A line that is neither UTF-8 nor says what it is
/// written in is in the encoding that was chosen, else in the one that all such lines together seem to be in.
pub(super) fn read(bytes: &[u8], chosen: Option<&'static Encoding>, until: Until) -> Result<Read, Damaged> {
    let chosen = chosen.filter(|chosen| chosen.is_ascii_compatible());
    let (seems, is_guessed) = (OnceCell::new(), Cell::new(false));
    let legacy = |line: &[u8]| {
        is_guessed.set(true);
        match chosen {
            Some(chosen) => chosen,
            None if encoding::is_damaged_line(line) => UTF_8,
            None => *seems.get_or_init(|| encoding::guess(&unclear(bytes))),
        }
    };
    let (mut rows, mut skipped, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
    for found in vcard::cards_and_strays(bytes, &legacy) {
        let line = found.line;
        if rows.len() + skipped.len() == MAX_ROWS {
            return Err(Why::TooManyRows.on(line));
        }
        until.check(line)?;
        let text = found.text.map_err(torn);
        let is_unreadable = text.as_deref().is_ok_and(text::is_unreadable);
        match text.and_then(|text| row(line, &text)) {
            Ok(row) => {
                unreadable.extend(is_unreadable.then_some(line));
                rows.push(row);
            }
            Err(why) => skipped.push(why.on(line)),
        }
    }
    let is_guessed = is_guessed.get();
    let encoding = chosen.filter(|_| is_guessed).or(seems.get().copied()).unwrap_or(UTF_8);
    Ok(Read {
        source: Source::VCard,
        rows,
        skipped,
        unreadable,
        days: Vec::new(),
        birthdays: Vec::new(),
        encoding,
        is_guessed,
        columns: Vec::new(),
        has_header: true,
    })
}

/// The first lines by which an encoding is guessed.
fn unclear(bytes: &[u8]) -> Vec<u8> {
    let lines = RefCell::new(Vec::new());
    let keep = |line: &[u8]| {
        if !encoding::is_damaged_line(line) {
            lines.borrow_mut().extend([line, b"\n"].concat());
        }
        vcard::legacy(line)
    };
    vcard::cards(bytes, keep).take_while(|_| lines.borrow().len() < encoding::LOOKED_AT).for_each(drop);
    lines.into_inner()
}

fn torn(torn: Torn) -> Why {
    match torn {
        Torn::NoEnd => Why::TornCard,
        Torn::TooLarge => Why::LargeCard,
        Torn::NoCard => Why::NoCard,
    }
}

fn row(line: u64, text: &str) -> Result<Row, Why> {
    if !vcard::is_somebody(text) {
        return Err(Why::NoPerson);
    }
    if vcard::is_too_large(text) {
        return Err(Why::LargeCard);
    }
    let card = vcard::read(&vcard::without_pictures(text)).cleaned();
    if says_who(&card) { Ok(Row { line, card }) } else { Err(Why::Nobody) }
}
