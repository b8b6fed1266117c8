//! Rows of members who are not there, by the one list of tables.

use amicable::data::tables::{Named, Owner, TABLES};
use amicable::db::{self, Connection};
use amicable::error::Error;
use diesel::connection::SimpleConnection;

use super::{Found, listed};

/// A column that names a member, and what is done about one who is not there.
struct Reference {
    table: &'static str,
    column: &'static str,
    clears: bool,
}

impl Reference {
    /// The condition of a row whose member is not there. Below 1 stands nobody.
    fn condition(&self) -> String {
        let Reference { table, column, .. } = self;
        format!("{table}.{column} > 0 AND NOT EXISTS (SELECT 1 FROM members WHERE members.id = {table}.{column})")
    }

    fn count(&self, connection: &mut Connection) -> Result<i64, Error> {
        let (table, condition) = (self.table, self.condition());
        db::number(connection, &format!("SELECT COUNT(*) AS number FROM {table} WHERE {condition}"))
    }

    fn repair(&self, connection: &mut Connection) -> Result<(), Error> {
        let (table, column, condition) = (self.table, self.column, self.condition());
        let sql = match self.clears {
            true => format!("UPDATE {table} SET {column} = NULL WHERE {condition}"),
            false => format!("DELETE FROM {table} WHERE {condition}"),
        };
        Ok(connection.batch_execute(&sql)?)
    }
}

fn references() -> Vec<Reference> {
    let mut all = Vec::new();
    for table in TABLES.iter().filter(|table| table.name != "members") {
        if let Owner::Member(column) = table.owner {
            all.push(Reference { table: table.name, column, clears: false });
        }
        for (column, named) in table.names {
            match named {
                Named::Remove => all.push(Reference { table: table.name, column, clears: false }),
                Named::Clear => all.push(Reference { table: table.name, column, clears: true }),
                Named::Former | Named::Keep(_) => {}
            }
        }
    }
    all
}

fn found(connection: &mut Connection) -> Result<Vec<(Reference, i64)>, Error> {
    let mut found = Vec::new();
    for reference in references() {
        match reference.count(connection)? {
            0 => {}
            number => found.push((reference, number)),
        }
    }
    Ok(found)
}

fn named(found: &[(Reference, i64)]) -> String {
    let all: Vec<String> = found
        .iter()
        .map(|(reference, number)| format!("{number} in {}.{}", reference.table, reference.column))
        .collect();
    listed(&all)
}

pub(super) fn look(connection: &mut Connection) -> Result<Found, Error> {
    let found = found(connection)?;
    Ok(match found.len() {
        0 => Ok("every row is of somebody who is there".into()),
        _ => Err(format!("rows of members who are not there: {}", named(&found))),
    })
}

pub(super) fn repair(connection: &mut Connection) -> Result<String, Error> {
    let found = found(connection)?;
    for (reference, _) in &found {
        reference.repair(connection)?;
    }
    let cleared = found.iter().any(|(reference, _)| reference.clears);
    Ok(format!("removed{}: {}", if cleared { ", or freed of the name" } else { "" }, named(&found)))
}
