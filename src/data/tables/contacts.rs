//! The cards of contacts, which stand in a table of their own.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::Value;

use super::Cells;
use crate::db::{Connection, id_in};
use crate::error::Error;
use crate::schema::contact_cards;

/// Adds the cards of one owner's contacts.
pub(super) fn add_cards(connection: &mut Connection, rows: &mut [Cells]) -> Result<(), Error> {
    let number = |cells: &Cells, column: &str| cells.get(column).and_then(Value::as_i64).unwrap_or(0);
    let Some(owner) = rows.first().map(|cells| number(cells, "owner_id")) else { return Ok(()) };
    let ids: Vec<i64> = rows.iter().map(|cells| number(cells, "id")).collect();
    let cards = contact_cards::table
        .filter(contact_cards::owner_id.eq(owner))
        .filter(id_in(connection, contact_cards::contact_id, &ids))
        .select((contact_cards::contact_id, (contact_cards::card, contact_cards::raw)));
    let mut cards: HashMap<i64, (String, String)> =
        cards.load::<(i64, (String, String))>(connection)?.into_iter().collect();
    for cells in rows {
        let (card, raw) = cards.remove(&number(cells, "id")).unwrap_or_default();
        cells.insert("card".into(), card.into());
        cells.insert("raw".into(), raw.into());
    }
    Ok(())
}
