//! The archive of a member's data: a ZIP with everything that is theirs, as JSON and as CSV, the photo, and a README. It is
//! read in one snapshot, a batch of rows at a time, into a file without a name, and sent from there: so that a slow reader
//! holds no snapshot, and a fault is an error page and not half a file.

mod cards;
mod readme;
mod values;

use std::fs::File;
use std::io::{Seek, SeekFrom, Write, copy};

use diesel::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::data::tables::{self, Archive, Copied, TABLES, When};
use crate::dates::now;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::ids::MemberId;
use crate::relationship::Limits;
use crate::schema::{members, photos};
use crate::web::community::Community;
use values::Values;

/// A file of the archive, and how many entries stand in it.
type Written = (&'static tables::File, u64);

/// Makes the archive of a member, and returns it as a file that is gone when it is closed.
///
/// # Errors
/// [`Error::NotFound`] where there is no such member, the database's, or the disk's.
pub fn make(db: &Db, limits: Limits, member: MemberId) -> Result<File, Error> {
    db.read_blocking(move |connection| {
        let file = tempfile::tempfile().map_err(disk)?;
        let mut archive = Writing { zip: ZipWriter::new(file), options: options(), member };
        archive.write(connection, &When { now: now(), limits })?;
        let mut file = archive.zip.finish().map_err(whole)?;
        file.seek(SeekFrom::Start(0)).map_err(disk)?;
        Ok(file)
    })
}

/// How a file is stored: deflated, as of now.
fn options() -> SimpleFileOptions {
    let now = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now());
    let part = |number: i8| u8::try_from(number).unwrap_or(0);
    let year = u16::try_from(now.year()).unwrap_or(1980);
    let (month, day) = (part(now.month()), part(now.day()));
    let time = DateTime::from_date_and_time(year, month, day, part(now.hour()), part(now.minute()), part(now.second()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    options.last_modified_time(time.unwrap_or_default())
}

fn disk(why: std::io::Error) -> Error {
    Error::Unavailable(format!("an archive could not be written: {why}"))
}

fn whole(why: zip::result::ZipError) -> Error {
    Error::Unavailable(format!("an archive could not be written: {why}"))
}

/// An archive that is being written.
struct Writing {
    zip: ZipWriter<File>,
    options: SimpleFileOptions,
    member: MemberId,
}

impl Writing {
    fn write(&mut self, connection: &mut Connection, when: &When) -> Result<(), Error> {
        let name = members::table.find(self.member).select(members::full_name);
        let name: String = name.first(connection)?;
        let mut written = Vec::new();
        for table in TABLES {
            match (table.archive, &table.copied) {
                (Archive::In(files), Some(rows)) => {
                    for file in files {
                        let entries = self.add(connection, rows, file, when)?;
                        written.push((file, entries));
                    }
                }
                (Archive::Photo, _) => self.add_photo(connection)?,
                _ => {}
            }
        }
        self.begin("contacts.vcf")?;
        let cards = cards::write(connection, self.member, &mut self.zip)?;
        self.begin("README.txt")?;
        let community = Community::load(connection)?;
        self.zip.write_all(readme::text(&name, &community, &written, cards).as_bytes()).map_err(disk)
    }

    fn begin(&mut self, name: &str) -> Result<(), Error> {
        self.zip.start_file(name, self.options).map_err(whole)
    }

    /// Adds the rows of a file: the JSON as they are read, and the CSV, which waits in a file of its own, behind it.
    fn add(
        &mut self,
        connection: &mut Connection,
        rows: &Copied,
        file: &'static tables::File,
        when: &When,
    ) -> Result<u64, Error> {
        self.begin(&format!("json/{}.json", file.name))?;
        let waiting = tempfile::tempfile().map_err(disk)?;
        let mut values = Values::of((file, self.member), &mut self.zip, waiting)?;
        if let Some(of_owner) = rows.of_owner {
            of_owner(connection, self.member, &mut |connection, batch| {
                let mut batch: Vec<_> = batch.into_iter().filter(|cells| (file.keeps)(cells, when)).collect();
                (file.add)(connection, &mut batch)?;
                values.add(connection, &batch)
            })?;
        }
        let (mut waiting, entries) = values.finish()?;
        waiting.seek(SeekFrom::Start(0)).map_err(disk)?;
        self.begin(&format!("csv/{}.csv", file.name))?;
        copy(&mut waiting, &mut self.zip).map_err(disk)?;
        Ok(entries)
    }

    /// Adds the photo in the sizes that are kept.
    fn add_photo(&mut self, connection: &mut Connection) -> Result<(), Error> {
        let mine = photos::table.filter(photos::member_id.eq(self.member)).filter(photos::removed_at.is_null());
        let mine = mine.order(photos::side);
        let mine: Vec<(i16, Vec<u8>)> = mine.select((photos::side, photos::jpeg)).load(connection)?;
        for (side, jpeg) in mine {
            self.begin(&format!("photo/{side}.jpg"))?;
            self.zip.write_all(&jpeg).map_err(disk)?;
        }
        Ok(())
    }
}
