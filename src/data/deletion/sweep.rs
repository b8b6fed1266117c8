//! Walks tables in the order of their keys, a part at a time, for what names members who go: most columns that name somebody
//! have no index of their own, since their rows are found by their owner.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::data::tables::{Named, Owner, Table};
use crate::db::{Connection, Db, on_engine};
use crate::error::Error;
use crate::ids::MemberId;

/// Rows that are walked in one statement.
const PART: usize = 10_000;
/// Keys that are changed in one transaction.
const GROUP_SIZE: usize = 500;

/// A key, as SQL writes it: values in quotation marks, in brackets.
type Key = String;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    key: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: MemberId,
}

/// Columns that are to be swept for, and what is done with the rows found.
pub(super) fn columns(table: &Table) -> Vec<(&'static str, Named)> {
    let mut columns = table.names.to_vec();
    // Rows that do not begin with their owner are not found by them.
    if let (Owner::Member(owner), Some(copied)) = (table.owner, &table.copied)
        && copied.key[0] != owner
    {
        columns.push((owner, Named::Remove));
    }
    columns
}

/// Removes or clears what names a member in a column of a table, as long as it may go on.
pub(super) fn sweep(
    db: &Db,
    (table, key): (&str, &[&str]),
    (column, named): (&str, Named),
    member: MemberId,
    goes_on: &dyn Fn() -> bool,
) -> Result<(), Error> {
    let mut after: Option<Key> = None;
    while goes_on() {
        let last = db.read_blocking(|connection| last_of_part(connection, (table, key), after.as_ref()))?;
        let within = within(key, after.as_ref(), last.as_ref());
        let found = db.read_blocking(|connection| naming(connection, (table, key), &within, (column, member)))?;
        for some in found.chunks(GROUP_SIZE) {
            let sql = change((table, key), (column, named), some);
            db.write_blocking(|connection| Ok(connection.batch_execute(&sql)?))?;
        }
        if last.is_none() {
            return Ok(());
        }
        after = last;
    }
    Ok(())
}

/// Returns the owners of rows that name a member in a column.
pub(super) fn owners_of(
    db: &Db,
    (table, key): (&str, &[&str]),
    (column, member): (&str, MemberId),
    goes_on: &dyn Fn() -> bool,
) -> Result<Vec<MemberId>, Error> {
    let mut owners = Vec::new();
    let mut after: Option<Key> = None;
    while goes_on() {
        let last = db.read_blocking(|connection| last_of_part(connection, (table, key), after.as_ref()))?;
        let within = within(key, after.as_ref(), last.as_ref());
        let sql = format!("SELECT DISTINCT {} AS number FROM {table} WHERE {within} AND {column} = {member}", key[0]);
        let found = db.read_blocking(|connection| {
            Ok(on_engine!(connection, |own| diesel::sql_query(&sql).load::<Number>(own))?)
        })?;
        owners.extend(found.into_iter().map(|found| found.number));
        if last.is_none() {
            break;
        }
        after = last;
    }
    owners.sort_unstable();
    owners.dedup();
    Ok(owners)
}

/// The columns of a key as one text that SQL reads as a row again.
fn as_text(key: &[&str]) -> String {
    let quoted = |column: &&str| format!("'''' || replace(CAST({column} AS TEXT), '''', '''''') || ''''");
    format!("'(' || {} || ')'", key.iter().map(quoted).collect::<Vec<_>>().join(" || ',' || "))
}

fn row(key: &[&str]) -> String {
    format!("({})", key.join(", "))
}

fn last_of_part(
    connection: &mut Connection,
    (table, key): (&str, &[&str]),
    after: Option<&Key>,
) -> Result<Option<Key>, Error> {
    let (text, within, order) = (as_text(key), within(key, after, None), key.join(", "));
    let offset = PART - 1;
    let sql = format!("SELECT {text} AS key FROM {table} WHERE {within} ORDER BY {order} LIMIT 1 OFFSET {offset}");
    let last: Vec<Found> = on_engine!(connection, |own| diesel::sql_query(&sql).load(own))?;
    Ok(last.into_iter().next().map(|found| found.key))
}

fn within(key: &[&str], after: Option<&Key>, last: Option<&Key>) -> String {
    let bound = |sign: &str, bound: Option<&Key>| bound.map(|bound| format!("{} {sign} {bound}", row(key)));
    let bounds = [bound(">", after), bound("<=", last)];
    let bounds: Vec<String> = bounds.into_iter().flatten().collect();
    if bounds.is_empty() { "1 = 1".to_owned() } else { bounds.join(" AND ") }
}

fn naming(
    connection: &mut Connection,
    (table, key): (&str, &[&str]),
    within: &str,
    (column, member): (&str, MemberId),
) -> Result<Vec<Key>, Error> {
    let text = as_text(key);
    let sql = format!("SELECT {text} AS key FROM {table} WHERE {within} AND {column} = {member}");
    let found: Vec<Found> = on_engine!(connection, |own| diesel::sql_query(&sql).load(own))?;
    Ok(found.into_iter().map(|found| found.key).collect())
}

/// What is done with rows by their keys.
fn change((table, key): (&str, &[&str]), (column, named): (&str, Named), keys: &[Key]) -> String {
    let rows: Vec<String> = keys.iter().map(|one| format!("{} = {one}", row(key))).collect();
    let rows = rows.join(" OR ");
    match named {
        Named::Remove => format!("DELETE FROM {table} WHERE {rows}"),
        Named::Clear => format!("UPDATE {table} SET {column} = NULL WHERE {rows}"),
        // Done elsewhere, or not at all.
        Named::Former | Named::Keep(_) => "SELECT 1".to_owned(),
    }
}

/// Removes some rows of an owner. Returns whether there may be more.
pub(super) fn remove_some(
    connection: &mut Connection,
    (table, key): (&str, &[&str]),
    (owner, member): (&str, MemberId),
    most: usize,
) -> Result<bool, Error> {
    let columns = row(key);
    let some = format!("SELECT {} FROM {table} WHERE {owner} = {member} LIMIT {most}", key.join(", "));
    let sql = format!("DELETE FROM {table} WHERE {columns} IN ({some})");
    Ok(on_engine!(connection, |own| diesel::sql_query(&sql).execute(own))? == most)
}
