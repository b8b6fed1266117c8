//! Whether the index and the directory hold what the profiles say.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;

use super::Searched;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::schema::members;

/// Members that are read at once.
const BATCH: i64 = 2_000;

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: MemberId,
}

fn ids(connection: &mut Connection, sql: &str) -> Result<Vec<MemberId>, Error> {
    let ids: Vec<Id> = on_engine!(connection, |own| sql_query(sql).load(own))?;
    Ok(ids.into_iter().map(|id| id.id).collect())
}

fn key(connection: &Connection) -> &'static str {
    match connection {
        Connection::Sqlite(_) => "rowid",
        Connection::Postgres(_) => "member_id",
    }
}

/// Finds the members who are missing from the index or the directory, or stand there as they were once.
///
/// # Errors
/// The database's.
pub fn stale(connection: &mut Connection) -> Result<Vec<MemberId>, Error> {
    let sql = format!(
        "SELECT id FROM members LEFT JOIN (SELECT {} AS found FROM member_search) held ON found = id \
         LEFT JOIN directory ON directory.member_id = id AND directory.sort_last = members.sort_last \
         WHERE deletion_due_at IS NULL AND (found IS NULL OR (directory.member_id IS NULL) <> (hidden_at IS NOT NULL)) \
         ORDER BY id",
        key(connection)
    );
    let mut stale = ids(connection, &sql)?;
    stale.extend(folded_otherwise(connection)?);
    stale.sort_unstable();
    stale.dedup();
    Ok(stale)
}

fn folded_otherwise(connection: &mut Connection) -> Result<Vec<MemberId>, Error> {
    let (mut after, mut found) = (MemberId::MIN, Vec::new());
    loop {
        let some = members::table.filter(members::id.gt(after)).filter(members::deletion_due_at.is_null());
        let some = some.order(members::id).select((Searched::as_select(), members::folded)).limit(BATCH);
        let some: Vec<(Searched, String)> = some.load(connection)?;
        let Some((last, _)) = some.last() else { return Ok(found) };
        after = last.id;
        let is_stale = |(searched, now): &&(Searched, String)| searched.folded() != *now;
        found.extend(some.iter().filter(is_stale).map(|(searched, _)| searched.id));
    }
}

/// Finds whom the index or the directory hold though they are not there.
///
/// # Errors
/// The database's.
pub fn gone(connection: &mut Connection) -> Result<Vec<MemberId>, Error> {
    let sql = format!(
        "SELECT id FROM (SELECT {} AS id FROM member_search UNION SELECT member_id FROM directory) AS held \
         WHERE id NOT IN (SELECT id FROM members WHERE deletion_due_at IS NULL) ORDER BY id",
        key(connection)
    );
    ids(connection, &sql)
}
