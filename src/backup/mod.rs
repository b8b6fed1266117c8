//! Backups: a ZIP with a file of lines of JSON for each table of the one list, and a manifest that says what is in them. Both
//! engines write the same, so a backup of either is restored into either. What is made from other tables is made anew.

mod file;
mod load;
mod read;
mod write;

use serde::{Deserialize, Serialize};

use crate::copy::Held;
use crate::error::Error;

pub use file::Part;
pub use load::restore;
pub use read::Backup;
pub use write::write;

/// The version of the form of the archive; a program reads those up to its own.
const FORM: u32 = 1;
/// The name of the manifest within the archive.
const MANIFEST: &str = "manifest.json";

/// What an archive says of itself, written when everything else is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of its form.
    pub form: u32,
    /// The version of the program that made it.
    pub program: String,
    /// When it began, in UTC: the moment of which it is.
    pub made_at: String,
    /// The migrations that the database had been through.
    pub migrations: Vec<String>,
    /// The tables, in the order in which their rows can be written.
    pub tables: Vec<Content>,
}

/// What an archive holds of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The table's name.
    pub table: String,
    /// The columns, in the order in which a row has them.
    pub columns: Vec<String>,
    /// How many rows.
    pub rows: u64,
    /// SHA-256 of the file, in hexadecimal digits.
    pub sha256: String,
}

impl Content {
    /// Whether a table of a database holds the same.
    fn is(&self, held: &Held) -> bool {
        (self.table.as_str(), self.rows, self.sha256.as_str()) == (held.table, held.rows, held.sha256.as_str())
    }

    /// Returns the name of its file within the archive.
    fn path(&self) -> String {
        path_of(&self.table)
    }
}

fn path_of(table: &str) -> String {
    format!("tables/{table}.jsonl")
}

fn disk(why: std::io::Error) -> Error {
    Error::Unavailable(format!("the backup could not be written: {why}"))
}

fn zip_error(why: zip::result::ZipError) -> Error {
    Error::Unavailable(format!("the backup could not be written: {why}"))
}
