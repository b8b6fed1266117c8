//! What a table says of a field that has room for one value, and has one already.

use crate::contacts::card::Card;
use crate::contacts::import::birthdays;
use crate::contacts::import::columns::Target;
use crate::language::tf;
use crate::text::caseless;

/// Takes the first value of a field. Another one becomes a line for the note, as where two contacts become one.
pub(super) fn keep(field: &mut String, value: &str, target: Target, notes: &mut Vec<String>) {
    if field.is_empty() {
        value.clone_into(field);
    } else if caseless(field) != caseless(value) {
        notes.push(noted(target, value));
    }
}

/// Does the same with a day; one that cannot be read differs from any other.
pub(super) fn keep_day<T: PartialEq>(
    field: &mut Option<T>,
    day: Option<T>,
    target: Target,
    cell: &str,
    notes: &mut Vec<String>,
) {
    if field.is_none() {
        *field = day;
    } else if *field != day && birthdays::is_told(cell) {
        notes.push(noted(target, cell));
    }
}

fn noted(target: Target, value: &str) -> String {
    tf("{filter}: {value}", (target.name(), value))
}

/// Writes lines below the note, each once.
pub(super) fn add_notes(card: &mut Card, notes: Vec<String>) {
    for line in notes {
        if card.note.is_empty() {
            card.note = line;
        } else if !card.note.lines().any(|known| known == line) {
            card.note = format!("{}\n{line}", card.note);
        }
    }
}
