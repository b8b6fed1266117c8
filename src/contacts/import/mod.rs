//! Files from elsewhere, read: bytes in, cards or one clear complaint out. A format is told by what a file holds, whatever its name
//! is. Nothing is stored, matched or mailed here.

use std::time::{Duration, Instant};

use encoding_rs::Encoding;
use jiff::civil::Date;

use crate::contacts::card::{Card, Valued};
use crate::contacts::import::columns::Target;
use crate::contacts::source::Source;
use crate::contacts::vcard;

mod archive;
mod birthdays;
pub mod columns;
mod damage;
mod doubt;
mod encoding;
pub mod linkedin;
mod mended;
mod notes;
mod row;
mod table;
mod text;
mod vcards;

#[cfg(test)]
mod tests;

pub use damage::{Damaged, Why};
pub use row::{of_kind, tag};
pub use table::Column;

/// The most bytes a file may have, alone or unpacked.
pub const MAX_BYTES: usize = 50_000_000;
/// The most rows a file may have, those skipped included; LinkedIn lets nobody have more connections.
pub const MAX_ROWS: usize = 30_000;
/// How long a file may be read.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Skipped rows that a summary names.
const MAX_NAMED: usize = 3;

/// What people have chosen about a file where the reader was in doubt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// The encoding.
    pub encoding: Option<&'static Encoding>,
    /// What each column holds; empty where nobody has chosen.
    pub columns: Vec<columns::Target>,
    /// Whether the first row names the columns.
    pub has_header: Option<bool>,
}

/// What one file holds.
#[derive(Debug, Clone)]
pub struct Read {
    /// What wrote it.
    pub source: Source,
    /// The people, in the order of the file.
    pub rows: Vec<Row>,
    /// The rows that were passed over, each with its line and why.
    pub skipped: Vec<Damaged>,
    /// The lines of rows that have letters which cannot be read, and are left out.
    pub unreadable: Vec<u64>,
    /// The lines of rows whose day of connecting cannot be read or cannot be, and is left out.
    pub days: Vec<u64>,
    /// The lines of rows whose birthdays cannot be read, and are left out.
    pub birthdays: Vec<u64>,
    /// What it is written in.
    pub encoding: &'static Encoding,
    /// Whether that was guessed, and may be wrong.
    pub is_guessed: bool,
    /// The columns of a table whose columns may be chosen; empty for cards and for LinkedIn's lists.
    pub columns: Vec<Column>,
    /// Whether the first row of such a table names its columns.
    pub has_header: bool,
}

/// One row, or one card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins, counted from 1.
    pub line: u64,
    /// What it says.
    pub card: Card,
}

/// When reading has to end.
#[derive(Debug, Clone, Copy)]
pub struct Until(Instant);

impl Until {
    /// Lets a file be read from now on.
    pub fn timeout() -> Until {
        Until(Instant::now() + TIMEOUT)
    }

    /// Looks at the clock, which costs far less than a row.
    fn check(self, line: u64) -> Result<(), Damaged> {
        if Instant::now() > self.0 { Err(Why::TooSlow.on(line)) } else { Ok(()) }
    }
}

/// Reads a whole file: a list, cards, or the archive that they came in. Days after `today` cannot be and are left out.
///
/// # Errors
/// What makes the file as a whole unusable; a row that is damaged by itself is skipped and named.
pub fn read(bytes: &[u8], choices: &Choices, today: Date) -> Result<Read, Damaged> {
    read_unpacked(&open(bytes)?, choices, today)
}

/// Takes the list out of the archive it may be in, and refuses what is no list, whatever it is called.
///
/// # Errors
/// What the file is.
pub fn open(bytes: &[u8]) -> Result<std::borrow::Cow<'_, [u8]>, Damaged> {
    let list = match archive::unpack(bytes)? {
        Some(list) => list.into(),
        None => std::borrow::Cow::Borrowed(bytes),
    };
    text::check_size(&list)?;
    text::check_kind(&list)?;
    Ok(list)
}

/// Reads a file that [`open`] gave.
///
/// # Errors
/// As [`read`].
pub fn read_unpacked(bytes: &[u8], choices: &Choices, today: Date) -> Result<Read, Damaged> {
    let until = Until::timeout();
    let unmarked = vcard::without_mark(bytes);
    if vcard::holds_cards(&unmarked) {
        return vcards::read(&unmarked, choices.encoding, until);
    }
    // It may be a copy of the whole.
    drop(unmarked);
    let decoded = decoded(bytes, choices)?;
    let mut read = match !table::is_ours(&decoded.text) && linkedin::is_linkedin(&decoded.text) {
        true => from_linkedin(linkedin::read(&decoded.text, today, until)?),
        false => table::read(&decoded.text, choices, today, until)?,
    };
    (read.encoding, read.is_guessed) = (decoded.encoding, decoded.is_guessed);
    Ok(read)
}

fn decoded<'a>(bytes: &'a [u8], choices: &Choices) -> Result<text::Decoded<'a>, Damaged> {
    let decoded = text::read(bytes, choices.encoding)?;
    Ok(text::Decoded { text: mended::mended(decoded.text), ..decoded })
}

/// Says what the columns of a table hold where its first row names them now, or names them no more: what somebody has chosen,
/// which is what was not guessed before, else what is guessed now, if anything is.
pub fn columns_anew(bytes: &[u8], before: &Choices, now: &Choices) -> Vec<columns::Target> {
    let guessed = |choices: &Choices| table::guessed(&decoded(bytes, choices)?.text, choices.has_header);
    match (guessed(before), guessed(now)) {
        (Ok(before), Ok(after)) if before.len() == now.columns.len() && after.len() == now.columns.len() => {
            // Where nothing is guessed now, what the page said before may well be what was meant.
            let is_guessed = |chosen, before, after| chosen == before && after != columns::Target::Nothing;
            let kept = |((chosen, before), after)| if is_guessed(chosen, before, after) { after } else { chosen };
            now.columns.iter().copied().zip(before).zip(after).map(kept).collect()
        }
        _ => now.columns.clone(),
    }
}

fn from_linkedin(export: linkedin::Export) -> Read {
    let rows = export.connections.into_iter().map(|one| Row { line: one.line, card: of_linkedin(one) }).collect();
    Read {
        source: Source::LinkedIn,
        rows,
        skipped: export.skipped,
        unreadable: export.unreadable,
        days: export.days,
        birthdays: export.birthdays,
        encoding: encoding_rs::UTF_8,
        is_guessed: false,
        columns: Vec::new(),
        has_header: true,
    }
}

/// What LinkedIn says, and beside it what its member's own columns do.
fn of_linkedin(connection: linkedin::Connection) -> Card {
    let link = connection.slug.map(|slug| Valued::new("", &format!("https://www.linkedin.com/in/{slug}")));
    let email = connection.email.map(|email| Valued::new("", &email));
    let own = connection.own.map(|own| *own).unwrap_or_default();
    let mut others = Vec::new();
    let mut both = |mut theirs: String, own: &str, target| {
        if !own.is_empty() {
            notes::keep(&mut theirs, own, target, &mut others);
        }
        theirs
    };
    let mut card = Card {
        given: both(connection.first_name, &own.given, Target::Given),
        family: both(connection.last_name, &own.family, Target::Family),
        company: both(connection.company, &own.company, Target::Company),
        position: both(connection.position, &own.position, Target::Position),
        emails: email.into_iter().chain(own.emails).collect(),
        links: link.into_iter().chain(own.links).collect(),
        connected_on: connection.connected_on.or(own.connected_on),
        ..own
    };
    notes::add_notes(&mut card, others);
    if card.full_name.is_empty() {
        card.full_name = card.joined_name();
    }
    card.cleaned()
}

/// Whether a card says who somebody is, or how to reach them.
fn says_who(card: &Card) -> bool {
    !card.name().is_empty() || !card.links.is_empty() || !card.addresses.is_empty()
}

impl Read {
    /// Says in one line what was read and what was skipped, with the first reasons.
    pub fn summary(&self) -> String {
        let rows = self.rows.len() + self.skipped.len();
        let mut summary = format!("Read {} of {rows} {}", self.rows.len(), if rows == 1 { "row" } else { "rows" });
        let is_former = |damaged: &&Damaged| damaged.why == Why::FormerMember;
        let former = self.skipped.iter().filter(is_former).count();
        let others: Vec<String> = self.skipped.iter().filter(|one| !is_former(one)).map(Damaged::short).collect();
        let unknown = self.rows.iter().filter(|row| row.card.connected_on.is_none()).count();
        let mut notes = Vec::new();
        if former > 0 {
            notes.push(format!("{former} without a name (they left LinkedIn)"));
        }
        if unknown > 0 && self.source == Source::LinkedIn {
            notes.push(format!("{unknown} without a readable day"));
        }
        if !others.is_empty() {
            let named = others.iter().take(MAX_NAMED).cloned().collect::<Vec<_>>().join("; ");
            let more = if others.len() > MAX_NAMED { "; …" } else { "" };
            notes.push(format!("{} skipped ({named}{more})", others.len()));
        }
        if !notes.is_empty() {
            summary = format!("{summary}: {}", notes.join(", "));
        }
        summary + "."
    }
}
