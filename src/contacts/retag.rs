//! A tag that is renamed, merged or deleted, on contacts: their cards change as by hand. What a change took off and put on
//! is kept for a day, for its *Undo*.

use std::collections::HashMap;

use diesel::dsl::{case_when, exists, min, not};
use diesel::prelude::*;

use crate::contacts::card::Card;
use crate::contacts::store;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, MemberId, TagChangeId};
use crate::schema::{contact_tag_changes, contact_tags};

/// Rows of one statement; PostgreSQL takes 65,535 parameters.
const ROWS: usize = 2_000;

/// Tells whether a contact has a tag.
///
/// # Errors
/// The database's.
pub fn has(connection: &mut Connection, owner: MemberId, tag: &str) -> Result<bool, Error> {
    let rows = contact_tags::table.filter(contact_tags::owner_id.eq(owner)).filter(contact_tags::tag.eq(tag));
    Ok(diesel::select(exists(rows)).get_result(connection)?)
}

/// Takes a tag off every contact, and puts the other in its place if there is one. Returns off how many it was taken.
///
/// # Errors
/// The database's.
pub fn replace(
    connection: &mut Connection,
    owner: MemberId,
    change: TagChangeId,
    tag: &str,
    other: Option<&str>,
) -> Result<usize, Error> {
    let with_it = contact_tags::table.filter(contact_tags::owner_id.eq(owner)).filter(contact_tags::tag.eq(tag));
    let with_it: Vec<ContactId> = with_it.select(contact_tags::contact_id).load(connection)?;
    if with_it.is_empty() {
        return Ok(0);
    }
    let (mut cards, mut log) = (Vec::new(), Vec::new());
    for contact in store::load_many(connection, owner, &with_it)? {
        let put = other.filter(|other| !contact.card.tags.iter().any(|has| has == other));
        log.push((contact.id, tag, true));
        log.extend(put.map(|put| (contact.id, put, false)));
        cards.push((contact.id, exchanged(contact.card, &[tag], put)));
    }
    write_down(connection, owner, change, &log)?;
    store::retag(connection, owner, &by_ref(&cards))?;
    Ok(cards.len())
}

/// Returns the card without some tags, the first of which the new one takes the place of.
fn exchanged(card: Card, without: &[&str], put: Option<&str>) -> Card {
    let place = card.tags.iter().position(|tag| without.contains(&tag.as_str()));
    let mut tags: Vec<String> = card.tags.iter().filter(|tag| !without.contains(&tag.as_str())).cloned().collect();
    if let Some(put) = put.filter(|put| !tags.iter().any(|tag| tag == put)) {
        tags.insert(place.unwrap_or(tags.len()).min(tags.len()), put.to_owned());
    }
    Card { tags, ..card }
}

fn by_ref(cards: &[(ContactId, Card)]) -> Vec<(ContactId, &Card)> {
    cards.iter().map(|(id, card)| (*id, card)).collect()
}

fn write_down(
    connection: &mut Connection,
    owner: MemberId,
    id: TagChangeId,
    log: &[(ContactId, &str, bool)],
) -> Result<(), Error> {
    use contact_tag_changes::{contact_id, owner_id, removed, table, tag};
    for log in log.chunks(ROWS) {
        let row = |(contact, of, taken): &(ContactId, &str, bool)| {
            let change = contact_tag_changes::id.eq(id);
            (owner_id.eq(owner), change, contact_id.eq(*contact), tag.eq((*of).to_owned()), removed.eq(*taken))
        };
        let rows: Vec<_> = log.iter().map(row).collect();
        let rows = diesel::insert_into(table).values(&rows);
        on_engine!(connection, |own| rows.execute(own))?;
    }
    Ok(())
}

/// A change, and which tags it took away and put on, if any.
pub type Changed = (TagChangeId, Option<String>, Option<String>);

/// Lists the changes of contacts from this id on.
///
/// # Errors
/// The database's.
pub fn changed(connection: &mut Connection, owner: MemberId, oldest: TagChangeId) -> Result<Vec<Changed>, Error> {
    use contact_tag_changes::{id, owner_id, removed, table, tag};
    let put = not(removed);
    let rows = table.filter(owner_id.eq(owner)).filter(id.ge(oldest)).group_by(id).select((
        id,
        min(case_when(removed, tag)),
        min(case_when(put, tag)),
    ));
    Ok(on_engine!(connection, |own| rows.load(own))?)
}

/// Gives back what a change took off contacts, and takes off what it put on. A second press changes nothing.
///
/// # Errors
/// The database's.
pub fn undo(connection: &mut Connection, owner: MemberId, change: TagChangeId) -> Result<(), Error> {
    use contact_tag_changes::{contact_id, id, owner_id, removed, table, tag};
    let log = table.filter(owner_id.eq(owner)).filter(id.eq(change));
    let rows: Vec<(ContactId, String, bool)> = log.select((contact_id, tag, removed)).load(connection)?;
    let mut changes: HashMap<ContactId, (Option<String>, Vec<String>)> = HashMap::new();
    for (contact, word, taken) in rows {
        let change = changes.entry(contact).or_default();
        match taken {
            true => change.0 = Some(word),
            false => change.1.push(word),
        }
    }
    let ids: Vec<ContactId> = changes.keys().copied().collect();
    let mut cards = Vec::new();
    for contact in store::load_many(connection, owner, &ids)? {
        let (back, put) = changes.remove(&contact.id).unwrap_or_default();
        let put: Vec<&str> = put.iter().map(String::as_str).collect();
        cards.push((contact.id, exchanged(contact.card, &put, back.as_deref())));
    }
    if !cards.is_empty() {
        store::retag(connection, owner, &by_ref(&cards))?;
    }
    on_engine!(connection, |own| diesel::delete(log).execute(own))?;
    Ok(())
}

/// Forgets the changes of all members before this id.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection, oldest: TagChangeId) -> Result<(), Error> {
    let old = contact_tag_changes::table.filter(contact_tag_changes::id.lt(oldest));
    on_engine!(connection, |own| diesel::delete(old).execute(own))?;
    Ok(())
}
