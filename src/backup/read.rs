//! Reading a backup: whether it is whole, and its rows.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::ZipArchive;
use zip::read::ZipFile;

use super::{Content, FORM, MANIFEST, Manifest};
use crate::copy::Progress;
use crate::error::Error;
use crate::text::digest::hex;

/// Rows that are handed over at once, and bytes of them, about.
const GROUP_ROWS: u64 = 2_000;
const GROUP_BYTES: usize = 4 << 20;

/// A backup that is open.
pub struct Backup {
    name: String,
    zip: ZipArchive<BufReader<File>>,
    manifest: Manifest,
}

impl Backup {
    /// Opens a backup, and reads what it says of itself.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with what is wrong: no such file, not a backup, not whole, or of a newer version.
    pub fn open(path: &Path) -> Result<Backup, Error> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|why| Error::Unavailable(format!("cannot read {name}: {why}")))?;
        let none = |why: String| Error::Unavailable(format!("{name} is no whole backup of Amicable: {why}"));
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|why| none(why.to_string()))?;
        let mut text = String::new();
        let mut entry = zip.by_name(MANIFEST).map_err(|_| none("it has no manifest".into()))?;
        entry.read_to_string(&mut text).map_err(|why| none(why.to_string()))?;
        drop(entry);
        let manifest: Manifest = serde_json::from_str(&text).map_err(|why| none(format!("its manifest: {why}")))?;
        if manifest.form > FORM {
            return Err(Error::Unavailable(format!(
                "{name} was made by Amicable {}, in a form that this version does not know; restore it with that version",
                manifest.program
            )));
        }
        Ok(Backup { name, zip, manifest })
    }

    /// Returns what it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Reads all of it, and compares it with the manifest.
    ///
    /// # Errors
    /// [`Error::Unavailable`] that names the first table that is damaged.
    pub fn verify(&mut self, progress: Progress) -> Result<(), Error> {
        for content in self.manifest.tables.clone() {
            let mut hash = Sha256::new();
            let rows = self.read(&content, &mut |lines, _, done| {
                hash.update(lines);
                progress(&content.table, done, content.rows);
                Ok(())
            })?;
            if (rows, hex(hash)) != (content.rows, content.sha256.clone()) {
                return Err(self.damaged(&content, "it holds something else than the manifest says"));
            }
        }
        Ok(())
    }

    /// Reads the rows of a table, many at a time: the lines, how many they are, and how many that makes in all.
    pub(super) fn read(&mut self, content: &Content, each: Lines) -> Result<u64, Error> {
        let why = match self.zip.by_name(&content.path()) {
            Ok(entry) => match read_groups(entry, each) {
                Ok(rows) => return Ok(rows),
                Err(Stopped::Unreadable(why)) => why.to_string(),
                Err(Stopped::Refused(why)) => return Err(why),
            },
            Err(why) => why.to_string(),
        };
        Err(self.damaged(content, &why))
    }

    fn damaged(&self, content: &Content, why: &str) -> Error {
        Error::Unavailable(format!("{} is damaged at the table {}: {why}", self.name, content.table))
    }
}

/// Is given lines, how many they are, and how many that makes in all.
pub(super) type Lines<'a> = &'a mut dyn FnMut(&[u8], u64, u64) -> Result<(), Error>;

enum Stopped {
    Unreadable(std::io::Error),
    Refused(Error),
}

fn read_groups(entry: ZipFile<BufReader<File>>, each: Lines) -> Result<u64, Stopped> {
    let mut entry = BufReader::with_capacity(1 << 20, entry);
    let (mut lines, mut rows, mut done) = (Vec::new(), 0, 0);
    loop {
        let read = entry.read_until(b'\n', &mut lines).map_err(Stopped::Unreadable)?;
        if read > 0 {
            rows += 1;
        }
        if rows > 0 && (read == 0 || rows == GROUP_ROWS || lines.len() >= GROUP_BYTES) {
            done += rows;
            each(&lines, rows, done).map_err(Stopped::Refused)?;
            lines.clear();
            rows = 0;
        }
        if read == 0 {
            return Ok(done);
        }
    }
}
