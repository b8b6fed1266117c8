//! Words of what was deleted. SQLite keeps them in an index, where nothing finds them, until the part in which they stand is
//! written anew; PostgreSQL does so by itself.

use diesel::prelude::*;

use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::members::search::sqlite;
use crate::schema::settings;

/// An index of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// Of members.
    Members,
    /// Of messages.
    Messages,
}

/// All of them.
pub const INDEXES: [Index; 2] = [Index::Members, Index::Messages];

impl Index {
    fn table(self) -> &'static str {
        match self {
            Index::Members => "member_search",
            Index::Messages => "message_search",
        }
    }

    /// The setting that says that something was deleted.
    fn mark(self) -> &'static str {
        match self {
            Index::Members => "words_of_members_left",
            Index::Messages => "words_of_messages_left",
        }
    }
}

/// Remembers, with the deletion itself, that words are left in an index.
///
/// # Errors
/// The database's.
pub fn remember(connection: &mut Connection, index: Index) -> Result<(), Error> {
    if let Connection::Sqlite(sqlite) = connection {
        let row = (settings::name.eq(index.mark()), settings::value.eq("1"));
        diesel::insert_into(settings::table).values(row).on_conflict_do_nothing().execute(sqlite)?;
    }
    Ok(())
}

/// Returns whether words are left in any index.
///
/// # Errors
/// The database's.
pub fn is_any(connection: &mut Connection) -> Result<bool, Error> {
    let marks = settings::table.filter(settings::name.eq_any(INDEXES.map(Index::mark))).select(settings::name);
    Ok(on_engine!(connection, |own| marks.first::<String>(own).optional())?.is_some())
}

/// Writes a part of an index anew, so small that nobody waits long for it. Returns whether more is left; what is deleted
/// meanwhile is left, too.
///
/// # Errors
/// The database's.
pub fn remove_some(connection: &mut Connection, index: Index) -> Result<bool, Error> {
    let mark = settings::table.find(index.mark());
    let marked = mark.select(settings::name);
    if on_engine!(connection, |own| marked.first::<String>(own).optional())?.is_none() {
        return Ok(false);
    }
    let is_left = match connection {
        Connection::Sqlite(own) => sqlite::merge(own, index.table())?,
        Connection::Postgres(_) => false,
    };
    if !is_left {
        let mark = diesel::delete(mark);
        on_engine!(connection, |own| mark.execute(own))?;
    }
    Ok(is_left)
}
