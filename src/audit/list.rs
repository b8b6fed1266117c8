//! The log as pages and exports read it.

use diesel::prelude::*;

pub use super::chain::Entry;
use super::{Act, COMMAND_LINE, SITE};
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::t;
use crate::schema::audit_entries as rows;

/// Which entries are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Of this act alone.
    pub act: Option<Act>,
    /// Done by this member alone.
    pub actor: Option<MemberId>,
    /// Done to this member alone.
    pub subject: Option<MemberId>,
    /// Before the entry of this number.
    pub before: Option<i64>,
}

impl Entry {
    /// Returns what a page calls the act.
    pub fn title(&self) -> &str {
        Act::of(&self.act).map_or(&self.act, |act| act.title())
    }

    /// Returns who did it, as a page says it.
    pub fn by(&self) -> &str {
        match self.actor.as_str() {
            COMMAND_LINE => t("Command line"),
            SITE => t("The site itself"),
            "" => t("Former member"),
            name => name,
        }
    }
}

/// Loads entries, the newest first.
///
/// # Errors
/// The database's.
pub fn newest(connection: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Entry>, Error> {
    let mut query = rows::table.order(rows::number.desc()).limit(limit).into_boxed();
    if let Some(act) = filter.act {
        query = query.filter(rows::act.eq(act.word()));
    }
    if let Some(actor) = filter.actor {
        query = query.filter(rows::actor_id.eq(actor));
    }
    if let Some(subject) = filter.subject {
        query = query.filter(rows::subject_id.eq(subject));
    }
    if let Some(before) = filter.before {
        query = query.filter(rows::number.lt(before));
    }
    Ok(query.load(connection)?)
}

/// Loads the first entries of the log, or of an act, the newest of them first: its last page.
///
/// # Errors
/// The database's.
pub fn last(connection: &mut Connection, act: Option<Act>, limit: i64) -> Result<Vec<Entry>, Error> {
    let mut query = rows::table.order(rows::number.asc()).limit(limit).into_boxed();
    if let Some(act) = act {
        query = query.filter(rows::act.eq(act.word()));
    }
    let mut entries: Vec<Entry> = query.load(connection)?;
    entries.reverse();
    Ok(entries)
}

/// Loads when a member's relationships were looked at, and by whom, the newest first.
///
/// # Errors
/// The database's.
pub fn who_looked(connection: &mut Connection, member: MemberId, limit: i64) -> Result<Vec<(i64, String)>, Error> {
    let query = rows::table
        .filter(rows::subject_id.eq(member))
        .filter(rows::act.eq(Act::RelationshipsOpened.word()))
        .order(rows::number.desc())
        .limit(limit)
        .select((rows::done_at, rows::actor));
    Ok(on_engine!(connection, |own| query.load(own))?)
}

/// Something that a member did to another, as the log has it.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Done {
    pub actor: MemberId,
    pub act: Act,
    pub subject: MemberId,
    pub detail: String,
}

/// Returns whether just this is logged.
///
/// # Errors
/// The database's.
pub fn is_logged(connection: &mut Connection, done: &Done) -> Result<bool, Error> {
    let query = rows::table
        .filter(rows::subject_id.eq(done.subject))
        .filter(rows::act.eq(done.act.word()))
        .filter(rows::actor_id.eq(done.actor))
        .filter(rows::detail.eq(&done.detail))
        .limit(1)
        .select(rows::number);
    Ok(on_engine!(connection, |own| query.first::<i64>(own)).optional()?.is_some())
}

/// Loads entries behind the one of a number, the oldest first.
///
/// # Errors
/// The database's.
pub fn oldest(connection: &mut Connection, behind: i64, limit: i64) -> Result<Vec<Entry>, Error> {
    let query = rows::table.filter(rows::number.gt(behind)).order(rows::number).limit(limit);
    Ok(on_engine!(connection, |own| query.load(own))?)
}
