//! Which WAL belongs to which file. SQLite replays whatever lies beside the file: where somebody has laid a backup over
//! it, that mixes the two, or breaks the database.
//!
//! The file counts: its *position* (`user_version`) goes up with the first transaction of every WAL, which also says from
//! where (`application_id`). Both stand on the first page, and so in the WAL too. Until a checkpoint the file stands where
//! its WAL goes on from, and after one where the WAL has been: any other file is foreign. The number of changes to the
//! schema is compared in the same way, since copies that SQLite makes (`VACUUM INTO`, `.backup`) change it.
//!
//! After each checkpoint the position that has certainly reached the file is noted beside it as well, since a WAL that has
//! not started over since passes through older positions too.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::Integer;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rand::RngExt;

use crate::db::Connection;
use crate::db::sqlite::establish;
use crate::error::Error;

/// Bytes of a WAL without a transaction.
const HEADER: u64 = 32;
/// Bytes before each page in a WAL.
const FRAME_HEADER: usize = 24;
/// Bytes at the beginning of the file, in which its position stands.
const PAGE_HEADER: u64 = 100;
/// How often it is looked whether a WAL belongs to its file, while both change.
const MOST_LOOKS: usize = 100;

/// Milliseconds for which a read waits while another program closes the file.
const CLOSING: u32 = 5_000;

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Position {
    user_version: i32,
    schema_version: i32,
}

impl Position {
    fn is_before(self, other: Position) -> bool {
        self.user_version < other.user_version || self.schema_version < other.schema_version
    }
}

/// Refuses a WAL that does not belong to the file it lies beside, and leaves both as they are.
pub(super) fn refuse_foreign(path: &str) -> Result<(), Error> {
    // Another program may move the WAL into the file meanwhile, or let it start over: then what was read of the one does not
    // belong to what was read of the other. Whoever lays another file there does so once.
    for _ in 0..MOST_LOOKS {
        let before = beginnings(path);
        if !is_foreign(path)? {
            return Ok(());
        }
        if beginnings(path) == before {
            break;
        }
    }
    Err(Error::Unavailable(format!(
        "{path}-wal is not the log of {path}: the file was exchanged after the program had ended without moving its \
         log into it. If {path} is the backup that you want, remove {path}-wal and {path}-shm and start again"
    )))
}

/// Reads the headers of a file and of its WAL, of which one changes with every checkpoint that moves something; empty for none.
fn beginnings(path: &str) -> [Vec<u8>; 2] {
    let beginning = |path: &str, most: u64| {
        let mut bytes = Vec::new();
        let _ = fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
        bytes
    };
    [beginning(path, PAGE_HEADER), beginning(&format!("{path}-wal"), HEADER)]
}

fn is_foreign(path: &str) -> Result<bool, Error> {
    if length(path) <= HEADER {
        return Ok(false);
    }
    if std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
        return Ok(true);
    }
    let noted = noted(path);
    // A file that SQLite cannot read without its WAL may have been cut off by a power failure; the WAL mends it.
    let Ok(file) = establish(&uri(path, "immutable=1")).and_then(|mut file| position(&mut file)) else {
        return Ok(false);
    };
    let whole = match open_read_only(path).and_then(|mut whole| position(&mut whole)) {
        // Whoever closed it last has moved the WAL into the file.
        Err(_) if length(path) <= HEADER => return Ok(false),
        whole => whole?,
    };
    let is_before = noted.is_some_and(|noted| file.is_before(noted));
    // What cannot be read here, SQLite names when it is opened.
    let is_elsewhere = first_pages(path).is_ok_and(|pages| !goes_through(&pages, file));
    Ok(is_before || is_elsewhere || whole.is_before(file))
}

/// What the first page of the file says, as it stands in the WAL.
#[derive(Clone, Copy, Debug)]
struct FirstPage {
    position: Position,
    /// The `user_version` before the last count; 0 where none is known.
    counted_from: i32,
}

/// Whether a WAL goes on from a position, or leads through it. One that does not say so may: a bulk load counts nothing, and its
/// WAL starts over as often as it is moved into the file.
fn goes_through(pages: &[FirstPage], file: Position) -> bool {
    let Some(first) = pages.first() else { return true };
    let Position { user_version, schema_version } = file;
    let goes_on = first.counted_from == user_version && schema_version <= first.position.schema_version;
    first.counted_from == 0 || goes_on || pages.iter().any(|page| page.position == file)
}

/// Reads each state of the first page that a WAL holds, in order. A transaction that broke off may be among them, which
/// began where the one before it ended.
fn first_pages(path: &str) -> io::Result<Vec<FirstPage>> {
    let mut wal = fs::File::open(format!("{path}-wal"))?;
    let mut header = [0; HEADER as usize];
    wal.read_exact(&mut header)?;
    // 65,536 is written as 1.
    let page_size = match number_at(&header, 8) {
        1 => 65_536,
        size => i64::from(size),
    };
    let mut pages = Vec::new();
    // The frame's header, and the first page's.
    let mut frame = [0; FRAME_HEADER + PAGE_HEADER as usize];
    while wal.read_exact(&mut frame).is_ok() {
        // What was left by a longer WAL before it has other salts.
        if frame[8..16] != header[16..24] {
            break;
        }
        if number_at(&frame, 0) == 1 {
            let field = |offset| number_at(&frame, FRAME_HEADER + offset);
            let position = Position { user_version: field(60), schema_version: field(40) };
            pages.push(FirstPage { position, counted_from: field(68) });
        }
        wal.seek(SeekFrom::Current(page_size - PAGE_HEADER as i64))?;
    }
    Ok(pages)
}

fn number_at(bytes: &[u8], offset: usize) -> i32 {
    i32::from_be_bytes([bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]])
}

/// Opens a connection that only reads, and so leaves the WAL where it is when it is closed last.
pub(super) fn open_read_only(path: &str) -> Result<Connection, Error> {
    let mut connection = establish(&uri(path, "mode=ro"))?;
    // Another program that closes the file has it to itself for a moment.
    connection.batch_execute(&format!("PRAGMA busy_timeout = {CLOSING}"))?;
    // SQLite opens no file before it is asked something.
    position(&mut connection)?;
    Ok(connection)
}

fn uri(path: &str, how: &str) -> String {
    let path: Vec<_> = path.split('/').map(|part| utf8_percent_encode(part, NON_ALPHANUMERIC).to_string()).collect();
    format!("file:{}?{how}", path.join("/"))
}

pub(super) fn position(connection: &mut Connection) -> Result<Position, Error> {
    // Both stand in the file's header, so that they are read though the rest may be broken.
    let mut header = |name| match connection {
        Connection::Sqlite(own) => Ok(sql::<Integer>(name).get_result(own)?),
        Connection::Postgres(_) => Err(Error::Unavailable("no file".into())),
    };
    Ok(Position { user_version: header("PRAGMA user_version")?, schema_version: header("PRAGMA schema_version")? })
}

/// Counts the position up.
pub(super) fn count(connection: &mut Connection) -> Result<(), Error> {
    advance(connection, 1)
}

/// Says that nothing is counted until the next count: a bulk load is no transaction that [`Shared`](super::Shared) begins.
pub(super) fn stop_counting(connection: &mut Connection) -> Result<(), Error> {
    Ok(connection.batch_execute("PRAGMA application_id = 0")?)
}

/// Counts the position up by a leap that no other start makes: two that start from the same copy part ways. Never within a
/// transaction that has counted: the position before it would be forgotten.
pub(super) fn start(connection: &mut Connection) -> Result<(), Error> {
    advance(connection, rand::rng().random_range(1..=1 << 15))
}

fn advance(connection: &mut Connection, by: i32) -> Result<(), Error> {
    let before = position(connection)?.user_version;
    let after = before.saturating_add(by);
    // In this order, since outside of a transaction each is committed alone.
    Ok(connection.batch_execute(&format!("PRAGMA application_id = {before}; PRAGMA user_version = {after}"))?)
}

/// Notes which position has certainly reached the file. Without it less is noticed, so it may fail, and is not flushed.
pub(super) fn note(path: &str, position: Position) {
    let (file, new) = (format!("{path}-checkpoint"), format!("{path}-checkpoint.new"));
    let text = format!("{} {}\n", position.user_version, position.schema_version);
    crate::db::sqlite::make_private(&new);
    let noted = std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, file));
    if let Err(why) = noted {
        tracing::debug!(%why, "the position of the file could not be noted");
    }
}

fn noted(path: &str) -> Option<Position> {
    let text = std::fs::read_to_string(format!("{path}-checkpoint")).ok()?;
    let mut numbers = text.split_whitespace().map(str::parse);
    let mut number = || numbers.next()?.ok();
    Some(Position { user_version: number()?, schema_version: number()? })
}

/// Takes the note away: a file without a WAL needs none.
pub(super) fn forget(path: &str) {
    let _ = std::fs::remove_file(format!("{path}-checkpoint"));
}

/// Bytes of the WAL; 0 where there is none.
pub(super) fn length(path: &str) -> u64 {
    std::fs::metadata(format!("{path}-wal")).map_or(0, |wal| wal.len())
}

pub(super) fn is_there(path: &str) -> bool {
    Path::new(&format!("{path}-wal")).exists()
}

/// Whether the disk failed, as opposed to being full: what was to be flushed may be there or not.
pub(super) fn is_failed_flush(why: &str) -> bool {
    why.contains("disk I/O error")
}
