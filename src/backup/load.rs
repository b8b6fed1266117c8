//! Restoring a backup: into a place that is empty, and whole or not at all.

use std::path::{Path, PathBuf};

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};

use super::file::{folder_of, refuse_taken};
use super::{Backup, Content, Manifest, Part};
use crate::connections::store;
use crate::copy::{self, Progress};
use crate::db::{self, Connection, DatabaseUrl, Db, Schema, Told, on_engine};
use crate::error::Error;
use crate::inbox;
use crate::members::search;

/// Makes a site of a backup that was verified. A file gets its name once it is whole; in PostgreSQL all of it is one
/// transaction. So whoever is killed meanwhile leaves nothing that can be served.
///
/// # Errors
/// [`Error::Unavailable`] where the place is not empty or the backup is of a newer version, or the database's.
pub fn restore(backup: &mut Backup, to: &DatabaseUrl, progress: Progress, told: Told) -> Result<(), Error> {
    match to {
        DatabaseUrl::Postgres(_) => {
            let db = Db::open(to)?;
            db.fill(|connection| {
                refuse_used(connection)?;
                load(connection, backup, progress, told)
            })?;
            let mut connection = db.raw()?;
            db::analyze(&mut connection)
        }
        DatabaseUrl::Sqlite(path) => {
            let place = Path::new(path);
            for beside in ["", "-wal", "-shm"] {
                refuse_taken(Path::new(&format!("{path}{beside}")))?;
            }
            let folder = Folder::begin(place)?;
            let db = Db::open(&DatabaseUrl::Sqlite(folder.file().display().to_string()))?;
            let done = db.fill(|connection| load(connection, backup, progress, told));
            db.close();
            done?;
            folder.finish(place)
        }
    }
}

/// A folder beside the place of a database, in which it is made: SQLite lays files of its own beside it.
struct Folder {
    /// Says that the folder is in use; another that restores to the same place is refused.
    _lock: Part,
    path: PathBuf,
}

impl Folder {
    fn begin(place: &Path) -> Result<Folder, Error> {
        let path = PathBuf::from(format!("{}.restoring", place.display()));
        let lock = Part::begin(&PathBuf::from(format!("{}.lock", path.display())))?;
        let unusable = |why: std::io::Error| Error::Unavailable(format!("cannot make {}: {why}", path.display()));
        // What a killed program left there.
        if path.is_dir() {
            std::fs::remove_dir_all(&path).map_err(unusable)?;
        }
        let mut folder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(&path).map_err(unusable)?;
        Ok(Folder { _lock: lock, path })
    }

    fn file(&self) -> PathBuf {
        self.path.join("site.db")
    }

    /// Puts the database in its place; it is one file, and flushed.
    fn finish(self, place: &Path) -> Result<(), Error> {
        let unusable = |why: std::io::Error| Error::Unavailable(format!("cannot finish {}: {why}", place.display()));
        // What the disk kept from being taken into the file would be left behind here.
        let log = PathBuf::from(format!("{}-wal", self.file().display()));
        if log.symlink_metadata().is_ok_and(|log| log.len() > 0) {
            return Err(Error::Unavailable(format!(
                "cannot finish {}: its log could not be taken into the file; try it again",
                place.display()
            )));
        }
        std::fs::File::open(self.file()).and_then(|file| file.sync_all()).map_err(unusable)?;
        refuse_taken(place)?;
        let folder = folder_of(place).map_err(unusable)?;
        std::fs::rename(self.file(), place).map_err(unusable)?;
        folder.sync_all().map_err(unusable)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left behind, it passes for nothing.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Refuses a database that holds anything.
fn refuse_used(connection: &mut Connection) -> Result<(), Error> {
    let sql = "SELECT COUNT(*) AS number FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace \
               WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'v', 'm')";
    match db::number(connection, sql)? {
        0 => Ok(()),
        _ => Err(Error::Unavailable(
            "the database is not empty, and nothing is written over; make a new one and name that".into(),
        )),
    }
}

fn load(connection: &mut Connection, backup: &mut Backup, progress: Progress, told: Told) -> Result<(), Error> {
    let manifest = backup.manifest().clone();
    let known = Schema::of(connection)?.known;
    refuse_unknown(&manifest, &known)?;
    // First the schema that the rows are of; then what has changed since.
    db::run_migrations(connection, &|version| manifest.migrations.iter().any(|applied| applied == version), told)?;
    for content in manifest.tables.iter().rev() {
        // A migration may have written the first rows.
        on_engine!(connection, |own| sql_query(format!("DELETE FROM {}", named(content)?)).execute(own))?;
    }
    for content in &manifest.tables {
        load_table(connection, backup, content, progress)?;
    }
    db::run_migrations(connection, &|_| true, told)?;
    search::clear(connection)?;
    search::index_all(connection)?;
    inbox::search::index_all(connection)?;
    store::count_all(connection)?;
    if manifest.migrations == known { compare(connection, &manifest, progress) } else { Ok(()) }
}

fn refuse_unknown(manifest: &Manifest, known: &[String]) -> Result<(), Error> {
    match manifest.migrations.iter().rfind(|applied| !known.contains(applied)) {
        None => Ok(()),
        Some(newest) => Err(Error::Unavailable(format!(
            "the backup was made by a newer version, Amicable {} (schema {newest}); restore it with that version or a later one",
            manifest.program
        ))),
    }
}

/// Returns the name of a table, which stands in a statement as it is.
fn named(content: &Content) -> Result<&str, Error> {
    let names = || content.columns.iter().chain([&content.table]);
    match names()
        .all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'))
    {
        true => Ok(&content.table),
        false => Err(Error::Unavailable(format!("the manifest names no table: {}", content.table))),
    }
}

fn load_table(
    connection: &mut Connection,
    backup: &mut Backup,
    content: &Content,
    progress: Progress,
) -> Result<(), Error> {
    let insert = insertion(connection, content)?;
    let rows = backup.read(content, &mut |lines, rows, done| {
        let text = array(lines).ok_or_else(|| Error::Unavailable(format!("{} holds no text", content.table)))?;
        let written = diesel::Connection::transaction(connection, |connection| {
            on_engine!(connection, |own| sql_query(&insert).bind::<Text, _>(&text).execute(own))
        })?;
        progress(&content.table, done, content.rows);
        if written as u64 == rows {
            Ok(())
        } else {
            Err(Error::Unavailable(format!("a row of {} is lost", content.table)))
        }
    })?;
    if rows == content.rows {
        Ok(())
    } else {
        Err(Error::Unavailable(format!("rows of {} are missing", content.table)))
    }
}

/// Returns lines as one array.
fn array(lines: &[u8]) -> Option<String> {
    let lines = std::str::from_utf8(lines).ok()?;
    Some(format!("[{}]", lines.trim_end().replace('\n', ",")))
}

/// A column, and of what type it is.
#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

/// Returns the statement that writes rows that come as an array of arrays, going by the columns that the table has now.
fn insertion(connection: &mut Connection, content: &Content) -> Result<String, Error> {
    let table = named(content)?;
    let is_sqlite = matches!(connection, Connection::Sqlite(_));
    let kinds = match is_sqlite {
        true => format!("SELECT name, type AS kind FROM pragma_table_info('{table}')"),
        false => format!(
            "SELECT attname::text AS name, format_type(atttypid, atttypmod) AS kind FROM pg_attribute \
             WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped"
        ),
    };
    let kinds: Vec<Column> = on_engine!(connection, |own| sql_query(kinds).load(own))?;
    let mut values = Vec::new();
    for (at, column) in content.columns.iter().enumerate() {
        let missing = || Error::Unavailable(format!("{table} has no column {column}"));
        let kind = &kinds.iter().find(|known| known.name == *column).ok_or_else(missing)?.kind;
        values.push(match (is_sqlite, kind.as_str()) {
            (true, "BLOB") => format!("unhex(value ->> {at})"),
            (true, _) => format!("value ->> {at}"),
            (false, "bytea") => format!("decode(value ->> {at}, 'hex')"),
            (false, kind) => format!("(value ->> {at})::{kind}"),
        });
    }
    let (columns, values) = (content.columns.join(", "), values.join(", "));
    let rows = if is_sqlite { "json_each(?)" } else { "jsonb_array_elements($1::jsonb)" };
    // In the order in which they come, so that rows that name each other find each other.
    Ok(format!("INSERT INTO {table} ({columns}) SELECT {values} FROM {rows}"))
}

/// Reads everything again, and compares it with what the manifest says.
fn compare(connection: &mut Connection, manifest: &Manifest, progress: Progress) -> Result<(), Error> {
    let held = copy::held(connection, progress)?;
    let found = |content: &&Content| !held.iter().any(|held| content.is(held));
    match manifest.tables.iter().find(found) {
        None => Ok(()),
        Some(content) => Err(Error::Unavailable(format!("{} is not as the backup has it", content.table))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_with_a_log_beside_it_is_not_whole() {
        let outside = tempfile::tempdir().unwrap();
        let place = outside.path().join("site.db");
        for (log, is_whole) in [(Some("half"), false), (Some(""), true), (None, true)] {
            let folder = Folder::begin(&place).unwrap();
            std::fs::write(folder.file(), "rows").unwrap();
            if let Some(log) = log {
                std::fs::write(format!("{}-wal", folder.file().display()), log).unwrap();
            }
            assert_eq!(folder.finish(&place).is_ok(), is_whole);
            assert_eq!(place.exists(), is_whole);
            let _ = std::fs::remove_file(&place);
        }
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}
