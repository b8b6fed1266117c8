//! What changed in a book since a version, for programs that synchronise.

use diesel::prelude::*;

use crate::contacts::store::book;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::schema::contacts;

/// A contact that was changed, made or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Change {
    /// Its id.
    pub id: ContactId,
    /// By which phones know it.
    pub uid: String,
    /// The version of the book in which that happened.
    pub version: i64,
    /// When it was deleted, if it is.
    pub deleted_at: Option<i64>,
}

/// Everything that changed after a version, in the order in which it did; nothing at all where what was deleted since is
/// partly forgotten, so that whoever asks must begin anew. After version 0, only what is there counts.
///
/// # Errors
/// The database's.
pub fn changed_since(connection: &mut Connection, owner: MemberId, version: i64) -> Result<Option<Vec<Change>>, Error> {
    let book = book(connection, owner)?;
    if version > book.version || (version > 0 && version < book.forgotten_version) {
        return Ok(None);
    }
    let rows = contacts::table.filter(contacts::owner_id.eq(owner)).filter(contacts::version.gt(version));
    let rows = rows.select((contacts::id, contacts::uid, contacts::version, contacts::deleted_at));
    let mut rows: Vec<Change> = rows.order((contacts::version, contacts::id)).load(connection)?;
    rows.retain(|change| version > 0 || change.deleted_at.is_none());
    Ok(Some(rows))
}
