//! Moving a site from one database to another: table by table in the order of the keys, a batch a transaction, so that
//! the last row of the target says where to go on; then both sides are read again and compared.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::connections::store;
use crate::data::tables;
use crate::db::{Connection, Db, number};
use crate::error::Error;
use crate::inbox;
use crate::members::search;
use crate::schema;
use crate::text::digest::hex;

/// A table that stands in a target until the copy is whole, so that nobody takes what a killed one leaves for a site.
const MARK: &str = "unfinished_copy";

/// The tables that have rows before anybody uses the site: the migrations put the end of the empty audit log there, and
/// whoever starts the site the key of its cookies.
const FIRST_ROWS: [&str; 2] = ["settings", "audit_head"];

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its name.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
    /// SHA-256 of its rows as lines of JSON, in the order of their keys.
    pub sha256: String,
}

/// Is told which table, and how many of its rows are done.
pub type Progress<'a> = &'a dyn Fn(&str, u64, u64);

/// Copies a whole site into a migrated database that holds nothing else, or goes on where an earlier copy stopped.
/// Nobody may change the site meanwhile. Says what both now hold.
///
/// # Errors
/// [`Error::Unavailable`] where they differ in the end, or the database's.
pub fn copy(from: &Db, to: &Db, progress: Progress) -> Result<Vec<Held>, Error> {
    let (mut source, mut target) = (from.raw()?, to.raw()?);
    let is_unused = is_unused(&mut target)?;
    for table in tables::copied() {
        let is_of_the_start = is_unused && FIRST_ROWS.contains(&table.name);
        if !is_of_the_start && !(table.begins)(&mut source, &mut target)? {
            return Err(Error::Unavailable(format!(
                "{} of the target holds something else than the site. Copy into an empty database; nothing was changed.",
                table.name
            )));
        }
    }
    if is_unused {
        forget_first_rows(&mut target)?;
    }
    target.batch_execute(&format!("CREATE TABLE IF NOT EXISTS {MARK} (since BIGINT)"))?;
    for table in tables::copied() {
        let total = (table.count)(&mut source)?;
        (table.copy)(&mut source, &mut target, &|done| progress(table.name, done, total))?;
    }
    search::clear(&mut target)?;
    search::index_all(&mut target)?;
    inbox::search::index_all(&mut target)?;
    store::count_all(&mut target)?;
    crate::db::analyze(&mut target)?;
    let (there, here) = (held(&mut source, progress)?, held(&mut target, progress)?);
    match there.iter().zip(&here).find(|(there, here)| there != here) {
        None => {
            target.batch_execute(&format!("DROP TABLE {MARK}"))?;
            Ok(here)
        }
        Some((there, here)) => Err(Error::Unavailable(format!(
            "{} differs: {} rows there, {} here. Was the site in use, or the target not empty?",
            there.table, there.rows, here.rows
        ))),
    }
}

/// Refuses a database into which a copy was begun and not finished: it may look whole, and lacks the tables that come last.
///
/// # Errors
/// [`Error::Unavailable`], which says what to do, or the database's.
pub fn refuse_unfinished(connection: &mut Connection) -> Result<(), Error> {
    let sql = match connection {
        Connection::Sqlite(_) => format!("SELECT COUNT(*) AS number FROM sqlite_master WHERE name = '{MARK}'"),
        Connection::Postgres(_) => {
            format!("SELECT COUNT(*) AS number FROM pg_class WHERE oid = to_regclass('{MARK}')")
        }
    };
    if number(connection, &sql)? == 0 {
        return Ok(());
    }
    Err(Error::Unavailable(
        "a copy into this database was not finished, so it does not hold the whole site; start `amicable copy` again, which \
         goes on where it stopped"
            .into(),
    ))
}

/// Returns whether nobody has used a target, so that it holds no rows but those of [`FIRST_ROWS`].
fn is_unused(target: &mut Connection) -> Result<bool, Error> {
    let members: i64 = schema::members::table.count().get_result(target)?;
    let acts: i64 = schema::audit_entries::table.count().get_result(target)?;
    Ok(members == 0 && acts == 0)
}

fn forget_first_rows(target: &mut Connection) -> Result<(), Error> {
    diesel::delete(schema::settings::table).execute(target)?;
    diesel::delete(schema::audit_head::table).execute(target)?;
    Ok(())
}

/// What each table of a database holds.
///
/// # Errors
/// The database's.
pub fn held(connection: &mut Connection, progress: Progress) -> Result<Vec<Held>, Error> {
    tables::copied().map(|table| held_in(connection, table, progress)).collect()
}

fn held_in(connection: &mut Connection, table: &tables::Copied, progress: Progress) -> Result<Held, Error> {
    let total = (table.count)(connection)?;
    let mut hash = Sha256::new();
    let rows = (table.read)(connection, &mut |lines, done| {
        hash.update(lines);
        progress(table.name, done, total);
        Ok(())
    })?;
    Ok(Held { table: table.name, rows, sha256: hex(hash) })
}
