//! The texts of the copies of messages, which stand in a table of whoever wrote them.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use serde_json::Value;

use super::{Cells, When};
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::{MemberId, MessageId};
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
fn key(cells: &Cells) -> (MemberId, MessageId) {
    let number = |column: &str| cells.get(column).and_then(Value::as_i64).unwrap_or(0);
    let is_mine = cells.get("is_mine").and_then(Value::as_bool).unwrap_or(false);
    (MemberId::new(number(if is_mine { "owner_id" } else { "other_id" })), MessageId::new(number("id")))
}

/// Adds the texts of copies, in one statement however many wrote them.
pub(super) fn add_texts(connection: &mut Connection, copies: &mut [Cells]) -> Result<(), Error> {
    let mut texts = texts(connection, copies.iter().map(key))?;
    for cells in copies {
        let text = texts.remove(&key(cells)).unwrap_or_default();
        cells.insert("text".into(), text.into());
    }
    Ok(())
}

#[derive(QueryableByName)]
#[diesel(table_name = messages)]
struct Written {
    writer_id: MemberId,
    id: MessageId,
    text: String,
}

/// Reads texts by who wrote them and their ids.
fn texts(
    connection: &mut Connection,
    keys: impl Iterator<Item = (MemberId, MessageId)>,
) -> Result<HashMap<(MemberId, MessageId), String>, Error> {
    let pairs: Vec<String> = keys.map(|(writer, id)| format!("[{writer},{id}]")).collect();
    let these = match connection {
        Connection::Sqlite(_) => "SELECT value ->> 0, value ->> 1 FROM json_each(?)",
        Connection::Postgres(_) => {
            "SELECT (value ->> 0)::bigint, (value ->> 1)::bigint FROM jsonb_array_elements($1::jsonb)"
        }
    };
    let sql = format!("SELECT writer_id, id, text FROM messages WHERE (writer_id, id) IN ({these})");
    let query = sql_query(sql).bind::<Text, _>(format!("[{}]", pairs.join(",")));
    let found: Vec<Written> = on_engine!(connection, |own| query.load(own))?;
    Ok(found.into_iter().map(|one| ((one.writer_id, one.id), one.text)).collect())
}
