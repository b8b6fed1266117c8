//! Which rows of the relationships stand in which file. Each is asked as the pages ask: what only the other did makes no
//! difference to any.

use serde_json::Value;

use super::{Cells, When};
use crate::connections::row::{self, State, StoredPrior};
use crate::db::Connection;
use crate::error::Error;
use crate::relationship::{Offer, Side};

fn number(cells: &Cells, column: &str) -> Option<i64> {
    cells.get(column).and_then(Value::as_i64)
}

fn side(cells: &Cells, when: &When) -> Side {
    let state = number(cells, "state").and_then(State::of_number);
    let prior = number(cells, "prior").and_then(StoredPrior::of_number);
    let may_invite_again = cells.get("may_invite_again").and_then(Value::as_bool).unwrap_or(false);
    let side = row::side(state.unwrap_or(State::Stranger), prior.unwrap_or(StoredPrior::Nothing), may_invite_again);
    side.at(when.now, number(cells, "invited_at"), &when.limits)
}

/// A connection.
pub(super) fn is_connected(cells: &Cells, when: &When) -> bool {
    side(cells, when) == Side::Connected
}

/// An invitation that looks pending to whoever sent it.
pub(super) fn is_sent(cells: &Cells, when: &When) -> bool {
    side(cells, when).offer() == Offer::Withdraw
}

/// An invitation that waits for an answer.
pub(super) fn is_received(cells: &Cells, when: &When) -> bool {
    side(cells, when).offer() == Offer::Answer
}

/// Somebody whom the owner disconnected from.
pub(super) fn is_disconnected(cells: &Cells, when: &When) -> bool {
    matches!(side(cells, when), Side::Disconnected { .. })
}

/// Somebody whom the owner blocked.
pub(super) fn is_blocked(cells: &Cells, when: &When) -> bool {
    side(cells, when).is_blocked()
}

/// Somebody about whom the owner keeps a note.
pub(super) fn has_note(cells: &Cells, _: &When) -> bool {
    cells.get("private_note").and_then(Value::as_str).is_some_and(|note| !note.is_empty())
}

/// Adds when the owner disconnected: it stands elsewhere while an invitation hides that. Since when they were connected is left
/// out where they were none when the owner blocked and unblocked: whoever had left the owner is as a stranger there.
pub(super) fn add_day(_: &mut Connection, rows: &mut [Cells]) -> Result<(), Error> {
    for cells in rows {
        let since = number(cells, "disconnected_at").or(number(cells, "changed_at"));
        cells.insert("since".into(), since.into());
        let prior = number(cells, "prior").and_then(StoredPrior::of_number);
        if prior.is_some_and(|prior| !prior.is_former()) {
            cells.insert("connected_at".into(), Value::Null);
        }
    }
    Ok(())
}
