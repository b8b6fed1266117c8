//! The verbs of the address book toward one contact: the pages call them, and the API.

use crate::connections::notes;
use crate::contacts::card::Card;
use crate::contacts::source::Source;
use crate::contacts::store::{self, MAX_CONTACTS, NewContact, RemovalKind};
use crate::dates::{SECOND_PRESS, now};
use crate::db::{self, Connection};
use crate::error::Error;
use crate::ids::{Between, ContactId, ContactRemovalId, MemberId};

/// Adds a contact. Returns its id; nothing where the book is full.
///
/// # Errors
/// The database's.
pub fn add(connection: &mut Connection, owner: MemberId, card: Card) -> Result<Option<ContactId>, Error> {
    if store::book(connection, owner)?.number as usize >= MAX_CONTACTS {
        return Ok(None);
    }
    let tags = notes::as_spelled(connection, Between { viewer: owner, other: MemberId::NOBODY }, &card.tags)?;
    let new = NewContact { card: Card { tags, ..card }, source: Source::ByHand, import_id: None };
    Ok(store::insert(connection, owner, &[new])?.pop())
}

/// Adds a contact as [`add`] does; one that was just added by the same form, pressed twice, is not added again.
///
/// # Errors
/// The database's.
pub fn add_once(connection: &mut Connection, owner: MemberId, card: Card) -> Result<Option<ContactId>, Error> {
    db::lock_members(connection, [owner])?;
    match just_added(connection, owner, &card)? {
        Some(id) => Ok(Some(id)),
        None => add(connection, owner, card),
    }
}

/// Returns the newest contact where it is the same, added by hand a moment ago.
fn just_added(connection: &mut Connection, owner: MemberId, card: &Card) -> Result<Option<ContactId>, Error> {
    let Some(newest) = store::newest(connection, owner)? else { return Ok(None) };
    let is_new = newest.created_at > now() - SECOND_PRESS && newest.source == Source::ByHand;
    let bare = |card: &Card| Card { uid: String::new(), tags: Vec::new(), ..card.clone() };
    Ok(Some(newest.id).filter(|_| is_new && bare(&newest.card) == bare(card)))
}

/// Changes a contact, unless it was changed by another hand since it was seen in this version. Returns the version that it has
/// then.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's; the database's.
pub fn edit(
    connection: &mut Connection,
    owner: MemberId,
    (id, seen): (ContactId, i64),
    card: Card,
) -> Result<Option<i64>, Error> {
    db::lock_members(connection, [owner])?;
    let now = store::load(connection, owner, id)?;
    if now.version != seen {
        return Ok(Some(now.version));
    }
    let tags = notes::as_spelled(connection, Between { viewer: owner, other: MemberId::NOBODY }, &card.tags)?;
    let card = Card { tags, ..card };
    // What is as it was is no change, which phones would fetch.
    if card != now.card {
        store::update(connection, owner, id, &card)?;
    }
    Ok(None)
}

/// Deletes a contact. Returns the removal, to be taken back; nothing where it is gone already.
///
/// # Errors
/// The database's.
pub fn delete(connection: &mut Connection, owner: MemberId, id: ContactId) -> Result<Option<ContactRemovalId>, Error> {
    match store::load(connection, owner, id) {
        Ok(_) => Ok(Some(store::delete(connection, owner, &[id], RemovalKind::One)?)),
        Err(Error::NotFound) => Ok(None),
        Err(why) => Err(why),
    }
}
