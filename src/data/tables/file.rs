//! A file of the archive: which rows of a table stand in it, with which columns, under which names.

use super::Cells;
use crate::db::Connection;
use crate::error::Error;
use crate::relationship::Limits;

/// A file of the archive, once as JSON and once as CSV.
#[derive(Debug, Clone, Copy)]
pub struct File {
    /// Its name, which stays the same.
    pub name: &'static str,
    /// What the README says it is.
    pub says: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
    /// Says whether a row stands in it.
    pub keeps: fn(&Cells, &When) -> bool,
    /// Adds to rows what stands in another table.
    pub add: fn(&mut Connection, &mut [Cells]) -> Result<(), Error>,
}

/// What is asked of a row that changes with time alone.
#[derive(Debug, Clone, Copy)]
pub struct When {
    /// Now.
    pub now: i64,
    /// Says when an invitation expires.
    pub limits: Limits,
}

/// A column of a file.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Of the table.
    pub column: &'static str,
    /// In the file.
    pub name: &'static str,
    /// How its values are written.
    pub kind: Kind,
}

/// How values are written.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// As they are.
    Plain,
    /// Seconds as a date and time in UTC.
    Time,
    /// A member's id as name and address, in two columns.
    Member,
    /// The same of those alone who are there for the owner, as on the pages.
    MemberThere,
    /// Text that is JSON as what it says.
    Json,
    /// A number as the word in its place.
    Choice(&'static [&'static str]),
}

impl File {
    /// All rows of a table with these columns.
    pub const fn new(name: &'static str, says: &'static str, columns: &'static [Column]) -> File {
        File { name, says, columns, keeps: |_, _| true, add: |_, _| Ok(()) }
    }

    /// Of the rows those that pass.
    pub const fn only(self, keeps: fn(&Cells, &When) -> bool) -> File {
        File { keeps, ..self }
    }

    /// With what stands in another table.
    pub const fn with(self, add: fn(&mut Connection, &mut [Cells]) -> Result<(), Error>) -> File {
        File { add, ..self }
    }
}

/// A column whose values are written as they are.
pub const fn plain(name: &'static str) -> Column {
    Column { column: name, name, kind: Kind::Plain }
}

/// A date.
pub const fn time(name: &'static str) -> Column {
    Column { column: name, name, kind: Kind::Time }
}

/// Another member.
pub const fn member(column: &'static str) -> Column {
    Column { column, name: "", kind: Kind::Member }
}

/// Another member, while they are there for the owner.
pub const fn member_there(column: &'static str) -> Column {
    Column { kind: Kind::MemberThere, ..member(column) }
}

/// Text that is JSON.
pub const fn json(name: &'static str) -> Column {
    Column { column: name, name, kind: Kind::Json }
}

/// A number that stands for a word.
pub const fn choice(name: &'static str, words: &'static [&'static str]) -> Column {
    Column { column: name, name, kind: Kind::Choice(words) }
}

impl Column {
    /// The column under another name.
    pub const fn named(self, name: &'static str) -> Column {
        Column { name, ..self }
    }
}
