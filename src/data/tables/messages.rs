//! The texts of the copies of messages, which stand in a table of whoever wrote them.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use serde_json::Value;

use super::{Cells, When};
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::schema::messages;

/// Whether the owner has not deleted it. What is deleted is removed within the hour.
pub(super) fn is_kept(cells: &Cells, _: &When) -> bool {
    cells.get("deletion_id").is_none_or(Value::is_null)
}

/// Whether the owner has not deleted a notification.
pub(super) fn is_not_deleted(cells: &Cells, _: &When) -> bool {
    cells.get("deleted_at").is_none_or(Value::is_null)
}

/// Whether the owner has not removed it from the profile.
pub(super) fn is_not_removed(cells: &Cells, _: &When) -> bool {
    cells.get("removed_at").is_none_or(Value::is_null)
}

/// Whether something was begun to be written.
pub(super) fn has_draft(cells: &Cells, _: &When) -> bool {
    cells.get("draft").and_then(Value::as_str).is_some_and(|draft| !draft.is_empty())
}

/// Who wrote a copy, and its id.
fn key(cells: &Cells) -> (i64, i64) {
    let number = |column: &str| cells.get(column).and_then(Value::as_i64).unwrap_or(0);
    let is_mine = cells.get("is_mine").and_then(Value::as_bool).unwrap_or(false);
    (number(if is_mine { "owner_id" } else { "other_id" }), number("id"))
}

/// Adds the texts of copies.
pub(super) fn add_texts(connection: &mut Connection, copies: &mut [Cells]) -> Result<(), Error> {
    let mut by_writer = BTreeMap::<i64, Vec<i64>>::new();
    for (writer, id) in copies.iter().map(key) {
        by_writer.entry(writer).or_default().push(id);
    }
    let mut texts = HashMap::new();
    for (writer, ids) in by_writer {
        let theirs =
            messages::table.filter(messages::writer_id.eq(writer)).filter(id_in(connection, messages::id, &ids));
        let found: Vec<(i64, String)> =
            on_engine!(connection, |own| theirs.select((messages::id, messages::text)).load(own))?;
        texts.extend(found.into_iter().map(|(id, text)| ((writer, id), text)));
    }
    for cells in copies {
        let text = texts.remove(&key(cells)).unwrap_or_default();
        cells.insert("text".into(), text.into());
    }
    Ok(())
}
