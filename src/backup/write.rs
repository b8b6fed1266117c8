//! Writing a backup: every table in one snapshot, while the site is in use.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Content, FORM, MANIFEST, Manifest, Part, disk, path_of, zip_error};
use crate::copy::Progress;
use crate::data::tables;
use crate::db::{Connection, Db, Schema};
use crate::error::Error;
use crate::text::digest::hex;

/// How well it is compressed: most of what can be had, in half the time.
const LEVEL: i64 = 3;

type Zip<'a> = ZipWriter<BufWriter<&'a File>>;

/// Writes a backup of one moment to a file that is not there yet, and says what is in it.
///
/// # Errors
/// [`Error::Unavailable`] where the file is there, the disk is full or the schema is another one's; or the database's.
pub fn write(db: &Db, place: &Path, progress: Progress) -> Result<Manifest, Error> {
    let part = Part::begin(place)?;
    let manifest = db.snapshot(|connection| write_to(connection, part.file(), progress))?;
    part.finish()?;
    Ok(manifest)
}

fn write_to(connection: &mut Connection, file: &File, progress: Progress) -> Result<Manifest, Error> {
    let schema = Schema::of(connection)?;
    schema.refuse_other()?;
    // The snapshot is taken by the first statement.
    let made_at = jiff::Timestamp::now().strftime("%FT%TZ").to_string();
    let mut zip = ZipWriter::new(BufWriter::with_capacity(1 << 20, file));
    let mut contents = Vec::new();
    for table in tables::copied() {
        contents.push(write_table(connection, &mut zip, table, progress)?);
    }
    let (migrations, program) = (schema.applied, env!("CARGO_PKG_VERSION").to_owned());
    let manifest = Manifest { form: FORM, program, made_at, migrations, tables: contents };
    zip.start_file(MANIFEST, options()).map_err(zip_error)?;
    let text = serde_json::to_vec_pretty(&manifest).map_err(|why| Error::Internal(why.to_string()))?;
    zip.write_all(&text).map_err(disk)?;
    zip.finish().map_err(zip_error)?.flush().map_err(disk)?;
    Ok(manifest)
}

fn write_table(
    connection: &mut Connection,
    zip: &mut Zip,
    table: &tables::Copied,
    progress: Progress,
) -> Result<Content, Error> {
    let total = (table.count)(connection)?;
    zip.start_file(path_of(table.name), options()).map_err(zip_error)?;
    let mut hash = Sha256::new();
    let rows = (table.read)(connection, &mut |lines, done| {
        hash.update(lines);
        zip.write_all(lines).map_err(disk)?;
        progress(table.name, done, total);
        Ok(())
    })?;
    let columns = table.columns.iter().map(|column| (*column).to_owned()).collect();
    Ok(Content { table: table.name.to_owned(), columns, rows, sha256: hex(hash) })
}

fn options() -> SimpleFileOptions {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    options.compression_level(Some(LEVEL)).large_file(true).unix_permissions(0o600)
}
