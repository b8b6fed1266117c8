//! A member's notifications in the database, and what they do with them.

use diesel::prelude::*;

use crate::dates::{DAY, now};
use crate::db::{Connection, on_engine, sql_condition};
use crate::error::Error;
use crate::ids::{Between, MemberId, NotificationId};
use crate::members::MemberCard;
use crate::notifications::Event;
use crate::schema::{members, notifications as table};
use crate::web::pagination::PageRequest;

sql_condition!(
    /// The notification stands on the page and is not read, as the index of these asks for it.
    Unread: diesel::sql_types::Bool = "NOT notifications.is_read AND notifications.deleted_at IS NULL"
);

/// Deleted notifications that stand on the page.
const DELETED: i64 = 50;

/// A notification as the page has it.
#[derive(Debug, Clone, Queryable)]
pub struct Entry {
    /// Its id, by which notifications stand: the newest is the highest.
    pub id: NotificationId,
    /// When it was told.
    pub at: i64,
    /// What happened.
    pub event: Event,
    /// What the other wrote with it.
    pub note: String,
    /// Whether the member has read it.
    pub is_read: bool,
    /// Of whom.
    pub person: MemberCard,
}

/// Loads a page of a member's notifications, in the direction of its cursor.
///
/// # Errors
/// The database's.
pub fn entries(connection: &mut Connection, owner: MemberId, at: &PageRequest) -> Result<Vec<Entry>, Error> {
    let mine = table::table
        .inner_join(members::table.on(members::id.eq(table::other_id)))
        .filter(table::owner_id.eq(owner))
        .filter(table::deleted_at.is_null())
        .into_boxed();
    let mine = match at.cursor() {
        Some((cursor, true)) => mine.filter(table::id.gt(cursor.id)).order(table::id.asc()),
        Some((cursor, false)) => mine.filter(table::id.lt(cursor.id)).order(table::id.desc()),
        None => mine.order(table::id.desc()),
    };
    let columns = (table::id, table::created_at, table::kind, table::note, table::is_read, MemberCard::as_select());
    Ok(mine.select(columns).limit(at.limit()).load(connection)?)
}

/// Loads what a member deleted in the last day, with when: the latest first.
///
/// # Errors
/// The database's.
pub fn deleted(connection: &mut Connection, owner: MemberId) -> Result<Vec<(Entry, i64)>, Error> {
    let deleted_at = table::deleted_at.assume_not_null();
    let mine = table::table
        .inner_join(members::table.on(members::id.eq(table::other_id)))
        .filter(table::owner_id.eq(owner))
        .filter(table::deleted_at.is_not_null())
        .filter(table::deleted_at.gt(now() - DAY))
        .order(table::deleted_at.desc())
        .limit(DELETED);
    let columns = (table::id, table::created_at, table::kind, table::note, table::is_read);
    type Found = ((NotificationId, i64, Event, String, bool), MemberCard, i64);
    let found: Vec<Found> =
        on_engine!(connection, |own| mine.select((columns, MemberCard::as_select(), deleted_at)).load(own))?;
    let entry = |((id, at, event, note, is_read), person, deleted_at): Found| {
        (Entry { id, at, event, note, is_read, person }, deleted_at)
    };
    Ok(found.into_iter().map(entry).collect())
}

/// Loads the highest id of a member's notifications.
///
/// # Errors
/// The database's.
pub fn newest(connection: &mut Connection, owner: MemberId) -> Result<Option<NotificationId>, Error> {
    let newest = table::table.filter(table::owner_id.eq(owner)).order(table::id.desc()).select(table::id);
    Ok(on_engine!(connection, |own| newest.first(own)).optional()?)
}

/// Marks a notification as read or unread.
///
/// # Errors
/// [`Error::NotFound`] where the member has none of this id, or the database's.
pub fn mark(connection: &mut Connection, owner: MemberId, id: NotificationId, is_read: bool) -> Result<(), Error> {
    let row = table::table.find((owner, id));
    found(diesel::update(row).set(table::is_read.eq(is_read)).execute(connection)?)
}

/// Whether a member has an unread notification of another's messages that is newer than one of this id: what it was is in it.
///
/// # Errors
/// The database's.
pub fn is_renewed(
    connection: &mut Connection,
    Between { viewer: owner, other }: Between,
    id: NotificationId,
) -> Result<bool, Error> {
    let newer = table::table
        .filter(table::owner_id.eq(owner))
        .filter(table::other_id.eq(other))
        .filter(table::kind.eq(Event::Message))
        .filter(table::id.gt(id))
        .filter(Unread);
    let newer = newer.select(table::id);
    Ok(on_engine!(connection, |own| newer.first::<NotificationId>(own)).optional()?.is_some())
}

/// Marks what came up to this id as read; what came since stays.
///
/// # Errors
/// The database's.
pub fn mark_all(connection: &mut Connection, owner: MemberId, up_to: NotificationId) -> Result<(), Error> {
    let unread = table::table.filter(table::owner_id.eq(owner)).filter(table::id.le(up_to)).filter(Unread);
    diesel::update(unread).set(table::is_read.eq(true)).execute(connection)?;
    Ok(())
}

/// Marks what a member was told of another as read. Returns how many notifications that were.
///
/// # Errors
/// The database's.
pub fn mark_all_of(connection: &mut Connection, Between { viewer: owner, other }: Between) -> Result<usize, Error> {
    let unread = table::table.filter(table::owner_id.eq(owner)).filter(table::other_id.eq(other)).filter(Unread);
    Ok(diesel::update(unread).set(table::is_read.eq(true)).execute(connection)?)
}

/// Marks as read what a member was told of another, of one event: they have acted on it, or seen it elsewhere. Returns how
/// many notifications that were.
///
/// # Errors
/// The database's.
pub fn mark_event(
    connection: &mut Connection,
    Between { viewer: owner, other }: Between,
    event: Event,
) -> Result<usize, Error> {
    let unread = table::table
        .filter(table::owner_id.eq(owner))
        .filter(table::other_id.eq(other))
        .filter(table::kind.eq(event))
        .filter(Unread);
    Ok(diesel::update(unread).set(table::is_read.eq(true)).execute(connection)?)
}

/// Deletes a notification, for a day so that it can be taken back. What was deleted before that is gone for good.
///
/// # Errors
/// [`Error::NotFound`] where the member has none of this id, or the database's.
pub fn delete(connection: &mut Connection, owner: MemberId, id: NotificationId) -> Result<(), Error> {
    let row = table::table.find((owner, id));
    found(diesel::update(row).set(table::deleted_at.eq(now())).execute(connection)?)
}

/// Takes a deletion back. Returns false where it is too late.
///
/// # Errors
/// The database's.
pub fn undelete(connection: &mut Connection, owner: MemberId, id: NotificationId) -> Result<bool, Error> {
    let row = table::table.find((owner, id));
    Ok(diesel::update(row).set(table::deleted_at.eq(None::<i64>)).execute(connection)? > 0)
}

/// Removes what members deleted more than a day ago.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection) -> Result<(), Error> {
    let deleted = table::table.filter(table::deleted_at.lt(now() - DAY));
    diesel::delete(deleted).execute(connection)?;
    Ok(())
}

fn found(rows: usize) -> Result<(), Error> {
    if rows > 0 { Ok(()) } else { Err(Error::NotFound) }
}
