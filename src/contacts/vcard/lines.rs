//! From bytes to the lines of each card: encodings, line ends, folds and quoted-printable text, whichever version the card is
//! of and whatever wrote it. What the lines mean is not known here.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::contacts::vcard::FIELDS;

/// The most bytes and lines of a card, its picture included.
const MAX_BYTES: usize = 8 * 1024 * 1024;
const MAX_LINES: usize = 150_000;
/// Lines in which the first card has to begin.
const MAX_BEFORE: usize = 20;
/// The most bytes before a value, so that no line is walked anew for each that continues it.
const MAX_HEAD: usize = 1_000;

/// Properties that may stand behind a text, besides those that become fields.
const OTHERS: [&str; 12] =
    ["ROLE", "PHOTO", "LOGO", "SOUND", "KEY", "REV", "TZ", "GEO", "LABEL", "MAILER", "AGENT", "ANNIVERSARY"];

/// A card as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The line on which it begins, counted from 1.
    pub line: u64,
    /// The card in UTF-8, a property a line, `BEGIN` and `END` included; or why it cannot be trusted.
    pub text: Result<String, Torn>,
}

/// Why a card cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Torn {
    /// The next card begins, or the file ends, before this one does.
    NoEnd,
    /// Larger than any person's card.
    TooLarge,
    /// Lines that are of no card.
    NoCard,
}

/// Decodes UTF-16 and takes the byte order mark off; other encodings are told line by line.
pub fn without_mark(bytes: &[u8]) -> Cow<'_, [u8]> {
    let wide = match (Encoding::for_bom(bytes), bytes) {
        (Some((marked, mark)), _) if marked == UTF_8 => return bytes.get(mark..).unwrap_or_default().into(),
        (Some((marked, _)), _) => marked,
        (None, [0, b'B' | b'b', ..]) => UTF_16BE,
        (None, [b'B' | b'b', 0, ..]) => UTF_16LE,
        _ => return bytes.into(),
    };
    wide.decode_with_bom_removal(bytes).0.into_owned().into_bytes().into()
}

/// Says whether bytes, without their mark, begin as a file of cards does.
pub fn is_vcard(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    start.get(..11).is_some_and(|word| word.eq_ignore_ascii_case(b"BEGIN:VCARD"))
}

/// Says whether a file, without its mark, is one of cards, also where a few lines stand before the first.
pub fn holds_cards(bytes: &[u8]) -> bool {
    is_vcard(bytes) || physical(bytes).take(MAX_BEFORE).any(|line| is_word(line, "BEGIN:VCARD"))
}

/// Takes a file, without its mark, apart into its cards. What stands between them is passed over; `legacy` is asked for
/// the encoding of what is neither UTF-8 nor says what it is written in.
pub fn cards(bytes: &[u8], legacy: impl Fn(&[u8]) -> &'static Encoding) -> impl Iterator<Item = Found> {
    cards_and_strays(bytes, legacy).filter(|found| found.text != Err(Torn::NoCard))
}

/// Returns the one card of a file, a property a line; nothing where it is no card, or several.
pub fn lines_of(body: &str) -> Option<String> {
    let mut cards = cards(body.as_bytes(), legacy);
    let card = cards.next()?.text.ok()?;
    cards.next().is_none().then_some(card)
}

/// Does the same as [`cards`], and names the first of the lines that stand between them.
pub fn cards_and_strays(bytes: &[u8], legacy: impl Fn(&[u8]) -> &'static Encoding) -> impl Iterator<Item = Found> {
    let mut lines = (1..).zip(physical(bytes));
    let mut begun = None;
    std::iter::from_fn(move || {
        let line = match begun.take() {
            Some(line) => line,
            None => {
                let mut stray = None;
                let first = lines.by_ref().find(|(at, line)| {
                    let begins = is_word(line, "BEGIN:VCARD");
                    if !begins && !is_blank(line) {
                        stray = stray.or(Some(*at));
                    }
                    begins
                });
                if let Some(line) = stray {
                    begun = first.map(|(at, _)| at);
                    return Some(Found { line, text: Err(Torn::NoCard) });
                }
                first?.0
            }
        };
        let mut card = Card::default();
        for (at, bytes) in lines.by_ref() {
            match card.take(bytes) {
                Taken::More => {}
                Taken::Next => {
                    begun = Some(at);
                    return Some(Found { line, text: Err(Torn::NoEnd) });
                }
                Taken::Whole => return Some(Found { line, text: card.whole(&legacy) }),
            }
        }
        Some(Found { line, text: Err(Torn::NoEnd) })
    })
}

/// The lines as they stand, ended by CR, LF, CRLF or, as programs leave it that convert twice, CRCRLF.
fn physical(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').flat_map(|line| {
        let end = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
        line.get(..end).unwrap_or_default().split(|byte| *byte == b'\r')
    })
}

/// Whether nothing can be seen on a line; old systems end files with a character of their own.
fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control())
}

fn is_word(line: &[u8], word: &str) -> bool {
    line.trim_ascii().eq_ignore_ascii_case(word.as_bytes())
}

/// Returns the one encoding that old phones do not name.
pub fn legacy(_line: &[u8]) -> &'static Encoding {
    WINDOWS_1252
}

/// Tells the encoding of the bytes of a line that does not tell it itself.
type Legacy<'a> = &'a dyn Fn(&[u8]) -> &'static Encoding;

enum Taken {
    More,
    /// The line begins another card.
    Next,
    Whole,
}

/// A card whose lines are being gathered.
#[derive(Default)]
struct Card<'a> {
    lines: Vec<&'a [u8]>,
    bytes: usize,
    /// In a card within the card, as version 2.1 has them for secretaries.
    within: bool,
}

impl<'a> Card<'a> {
    fn take(&mut self, line: &'a [u8]) -> Taken {
        let ends = is_word(line, "END:VCARD");
        if self.within {
            self.within = !ends;
            return Taken::More;
        }
        if ends {
            return Taken::Whole;
        }
        if is_word(line, "BEGIN:VCARD") {
            self.within = self.lines.last().is_some_and(|line| is_word(line, "AGENT:"));
            return if self.within { Taken::More } else { Taken::Next };
        }
        self.bytes = self.bytes.saturating_add(line.len());
        // An empty line ends a text that goes on.
        let tells = !line.is_empty() || self.lines.last().is_some_and(|last| last.ends_with(b"="));
        if tells && !self.is_too_large() {
            self.lines.push(line);
        }
        Taken::More
    }

    fn is_too_large(&self) -> bool {
        self.bytes > MAX_BYTES || self.lines.len() > MAX_LINES
    }

    fn whole(&self, legacy: Legacy) -> Result<String, Torn> {
        if self.is_too_large() {
            return Err(Torn::TooLarge);
        }
        let old = self.lines.iter().any(|line| is_word(line, "VERSION:2.1"));
        let mut text = String::from("BEGIN:VCARD\n");
        for line in unfolded(&self.lines, old) {
            let line = readable(&line, old, legacy);
            if line.contains(':') {
                text.extend(line.chars().filter(|c| !c.is_control() || *c == '\t'));
                text.push('\n');
            }
        }
        text.push_str("END:VCARD\n");
        Ok(text)
    }
}

/// Joins what was folded, as bytes, since a fold may cut a letter in two. A line of version 2.1 keeps the blank at which it was
/// folded, and one that is quoted-printable goes on after the `=` at its end. What is no property is more of the one before.
fn unfolded<'a>(lines: &[&'a [u8]], old: bool) -> Vec<Cow<'a, [u8]>> {
    let mut whole: Vec<Cow<'a, [u8]>> = Vec::new();
    for line in lines {
        match whole.last_mut() {
            Some(last) if last.ends_with(b"=") && is_quoted_printable(last) => {
                let text = last.to_mut();
                text.pop();
                // Some programs leave an `=` at the end of a text.
                if !text.ends_with(b"=0A") && is_known_property(line) {
                    whole.push(Cow::Borrowed(line));
                } else {
                    text.extend_from_slice(line);
                }
            }
            _ if line.is_empty() => {}
            Some(last) if line.starts_with(b" ") || line.starts_with(b"\t") => {
                let keeps = old && !is_base64(last);
                last.to_mut().extend_from_slice(line.get(usize::from(!keeps)..).unwrap_or_default());
            }
            Some(last) if is_text(line) && takes_more(last) => {
                let is_base64 = is_base64(last);
                let last = last.to_mut();
                last.extend_from_slice(if is_base64 { b"" } else { b"\n" });
                last.extend_from_slice(line);
            }
            _ => whole.push(Cow::Borrowed(line)),
        }
    }
    whole
}

/// The name before the parameters and the value of a line; nothing where neither follows.
fn name(line: &[u8]) -> Option<&[u8]> {
    let end = line.iter().take(MAX_HEAD).position(|byte| matches!(byte, b':' | b';'))?;
    line.get(..end).map(<[u8]>::trim_ascii)
}

/// Whether a line that begins no property has something to read: no name, one that cannot be, or the address of a page.
fn is_text(line: &[u8]) -> bool {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./".contains(byte);
    let is_page = || [b"http://".as_slice(), b"https://"].iter().any(|start| line.starts_with(start));
    let is_property = line.iter().take(MAX_HEAD).any(|byte| *byte == b':')
        && name(line).is_some_and(|name| name.iter().all(is_of_name));
    line.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()) && (!is_property || is_page())
}

/// Whether more text does not spoil a property: not where it says what the card is.
fn takes_more(property: &[u8]) -> bool {
    const WHOLE: [&[u8]; 5] = [b"VERSION", b"UID", b"REV", b"KIND", b"X-ADDRESSBOOKSERVER-KIND"];
    name(property).is_some_and(|name| !WHOLE.iter().any(|whole| name.eq_ignore_ascii_case(whole)))
}

/// Whether a line begins with a property as programs write it, rather than with words such as `Tel: 1`.
fn is_known_property(line: &[u8]) -> bool {
    let Some(name) = name(line) else { return false };
    let ungrouped = name.rsplit(|byte| *byte == b'.').next().unwrap_or(name);
    let is_known = FIELDS.iter().chain(&OTHERS).any(|known| known.as_bytes() == ungrouped);
    is_known && !line.get(name.len() + 1).is_some_and(u8::is_ascii_whitespace)
}

/// The name of a line with its parameters, before the colon that begins its value; nothing where there is no colon. Where a
/// quote never closes, it is the first.
fn head(line: &[u8]) -> &[u8] {
    let mut quoted = false;
    let start = line.get(..MAX_HEAD).unwrap_or(line);
    let mut end = start.iter().position(|byte| {
        quoted ^= *byte == b'"';
        *byte == b':' && !quoted
    });
    if end.is_none() && quoted && start.len() == line.len() {
        end = start.iter().position(|byte| *byte == b':');
    }
    line.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// What follows the name of a line, in capital letters.
fn parameters(line: &[u8]) -> Vec<String> {
    parts(&sound(head(line))).skip(1).map(capital).collect()
}

/// Takes the quotes off where one of them never closes.
fn sound(head: &[u8]) -> Cow<'_, [u8]> {
    let quotes = head.iter().filter(|byte| **byte == b'"').count();
    if quotes % 2 == 0 {
        head.into()
    } else {
        head.iter().copied().filter(|byte| *byte != b'"').collect::<Vec<_>>().into()
    }
}

/// Parts a name and its parameters at the semicolons that are not in quotes.
fn parts(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    head.split(move |byte| {
        quoted ^= *byte == b'"';
        *byte == b';' && !quoted
    })
}

fn capital(parameter: &[u8]) -> String {
    String::from_utf8_lossy(parameter).trim().to_ascii_uppercase()
}

fn is_quoted_printable(line: &[u8]) -> bool {
    parameters(line).iter().any(|one| one.ends_with("QUOTED-PRINTABLE"))
}

fn is_base64(line: &[u8]) -> bool {
    parameters(line).iter().any(|one| matches!(one.as_str(), "BASE64" | "ENCODING=BASE64" | "ENCODING=B"))
}

/// Whether a parameter says how the line is encoded, which it is no longer once it was read.
fn is_of_encoding(parameter: &[u8]) -> bool {
    let parameter = capital(parameter);
    parameter.starts_with("CHARSET=")
        || ["QUOTED-PRINTABLE", "8BIT", "7BIT"].contains(&parameter.strip_prefix("ENCODING=").unwrap_or(&parameter))
}

/// Decodes one line.
fn readable(line: &[u8], old: bool, legacy: Legacy) -> String {
    let head = head(line);
    let Some(value) = line.get(head.len() + 1..).filter(|_| !head.is_empty()) else { return String::new() };
    let named = parameters(line).iter().find_map(|one| Encoding::for_label(one.strip_prefix("CHARSET=")?.as_bytes()));
    let value = if is_quoted_printable(line) { Cow::Owned(unquoted(value)) } else { Cow::Borrowed(value) };
    let text = decoded(&value, named, legacy);
    let head = sound(head);
    let kept: Vec<&[u8]> = parts(&head).filter(|one| !is_of_encoding(one)).collect();
    let head = decoded(&kept.join(&b';'), None, legacy);
    let text = if old && !is_base64(line) { escaped(&head, &text) } else { text };
    format!("{head}:{}", text.replace("\r\n", "\n").replace(['\r', '\n'], "\\n"))
}

/// UTF-8 where it can be, whatever a line says of itself; else what it says.
fn decoded(bytes: &[u8], named: Option<&'static Encoding>, legacy: Legacy) -> String {
    match (std::str::from_utf8(bytes), named) {
        (Ok(text), None) => text.to_owned(),
        (Ok(text), Some(_)) if !text.is_ascii() => text.to_owned(),
        (_, named) => named.unwrap_or_else(|| legacy(bytes)).decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// Version 2.1 knows no escape but that of the semicolon, by which it also parts categories. Some programs that write it
/// escape commas and line ends too, which is believed where it can hardly be a path.
fn escaped(head: &str, text: &str) -> String {
    if head.eq_ignore_ascii_case("CATEGORIES") {
        return text.replace(';', ",");
    }
    let is_path = text.contains(":\\") || text.contains("\\\\") || text.starts_with('\\');
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek().copied()) {
            ('\\', Some(';')) => escaped.extend(['\\', ';']),
            ('\\', Some(',')) if !is_path => escaped.push_str("\\,"),
            ('\\', Some('n' | 'N')) if !is_path && ends_a_line(&rest) => escaped.push_str("\\n"),
            ('\\' | ',', _) => {
                escaped.extend(['\\', c]);
                continue;
            }
            _ => {
                escaped.push(c);
                continue;
            }
        }
        rest.next();
    }
    escaped
}

/// Whether the letter after a backslash stands for a line end, rather than begins a word as in `ACME\nina`.
fn ends_a_line(rest: &(impl Iterator<Item = char> + Clone)) -> bool {
    rest.clone().nth(1).is_none_or(|next| !next.is_lowercase())
}

/// Bytes from quoted-printable text; what is not of its form stays as it is.
fn unquoted(value: &[u8]) -> Vec<u8> {
    let digit = |at: usize| char::from(*value.get(at)?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(byte) = value.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'=', Some(high), Some(low)) => {
                bytes.push((high << 4) | low);
                at += 3;
            }
            _ => {
                bytes.push(*byte);
                at += 1;
            }
        }
    }
    bytes
}
