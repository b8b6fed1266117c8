//! Whether what a letter says still holds. It is asked of the receiver's own row alone, so that what the other did meanwhile
//! does not show in whether a letter comes.

use crate::connections::store;
use crate::dates::now;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::mail::Letter;
use crate::relationship::{Limits, Side};

/// Returns whether a letter is still to be sent. An invitation is as long as it waits for an answer: accepted, declined,
/// withdrawn or expired, it goes nowhere, be the two connected since or not. What else another member did stays said, also where
/// they have left meanwhile; it is dropped only where the receiver themselves disconnected or blocked them.
///
/// # Errors
/// The database's.
pub fn is_true(connection: &mut Connection, limits: &Limits, to: MemberId, letter: &Letter) -> Result<bool, Error> {
    let Some(from) = letter.from() else { return Ok(true) };
    let row = store::row(connection, Between { viewer: to, other: from })?;
    let now = now();
    let side = row.map_or(Side::Stranger, |row| row.side_at(now, limits));
    Ok(match letter {
        Letter::Invitation { .. } => matches!(side, Side::Received { .. }),
        _ => !matches!(side, Side::Disconnected { .. } | Side::Blocked { .. }),
    })
}
