//! The cards of contacts, which stand in a table of their own.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::Value;

use super::Cells;
use crate::db::{Connection, id_in};
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::schema::contact_cards;

/// Adds the cards of one owner's contacts.
pub(super) fn add_cards(connection: &mut Connection, rows: &mut [Cells]) -> Result<(), Error> {
    let number = |cells: &Cells, column: &str| cells.get(column).and_then(Value::as_i64).unwrap_or(0);
    let Some(owner) = rows.first().map(|cells| MemberId::new(number(cells, "owner_id"))) else { return Ok(()) };
    let contact = |cells: &Cells| ContactId::new(number(cells, "id"));
    let ids: Vec<ContactId> = rows.iter().map(contact).collect();
    let cards = contact_cards::table
        .filter(contact_cards::owner_id.eq(owner))
        .filter(id_in(connection, contact_cards::contact_id, &ids))
        .select((contact_cards::contact_id, (contact_cards::card, contact_cards::raw)));
    let mut cards: HashMap<ContactId, (String, String)> =
        cards.load::<(ContactId, (String, String))>(connection)?.into_iter().collect();
    for cells in rows {
        let (card, raw) = cards.remove(&contact(cells)).unwrap_or_default();
        cells.insert("card".into(), card.into());
        cells.insert("raw".into(), raw.into());
    }
    Ok(())
}
