//! *Import*: a file is read and stored as a draft, shown, confirmed in one transaction, and taken back as a whole.

mod known;
pub mod pages;
mod report;
mod upload;

use std::io::{Read as _, Write as _};

use diesel::prelude::*;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::contacts::import::columns::Target;
use crate::contacts::import::{Choices, MAX_BYTES, Read, Row};
use crate::contacts::source::Source;
use crate::contacts::store::{self, Incoming, IsLive, MAX_CONTACTS, RemovalKind};
use crate::dates::{self, DAY, now};
use crate::db::{self, Connection, new_id};
use crate::error::Error;
use crate::ids::{ContactId, ContactRemovalId, ImportId, MemberId};
use crate::limits::{self, Limit, Subject};
use crate::schema::{contact_import_files, contact_imports, contacts};

pub use report::Report;

/// How long a draft waits to be confirmed.
const DRAFT_KEPT: i64 = DAY;
/// How long an import can be taken back.
const KEPT: i64 = 30 * DAY;
/// Imports that stand in the list.
const LISTED: i64 = 20;

/// A file that was chosen.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = contact_imports)]
#[allow(missing_docs)]
pub struct Import {
    pub id: ImportId,
    pub created_at: i64,
    pub file_name: String,
    pub source: Source,
    encoding: String,
    targets: String,
    has_header: String,
    pub revision: i32,
    pub new_rows: i32,
    pub known_rows: i32,
    pub skipped_rows: i32,
    pub confirmed_at: Option<i64>,
    pub imported: i32,
    pub undone_at: Option<i64>,
    removal_id: Option<ContactRemovalId>,
}

impl Import {
    /// What was chosen where the reader was in doubt.
    pub fn choices(&self) -> Choices {
        Choices {
            encoding: encoding_rs::Encoding::for_label(self.encoding.as_bytes()),
            columns: self.targets.split_terminator(',').map(Target::of).collect(),
            has_header: Some(self.has_header.as_str()).filter(|chosen| !chosen.is_empty()).map(|chosen| chosen == "1"),
        }
    }

    /// Whether it can still be taken back: not when those are forgotten with whom its contacts were merged.
    pub fn is_undoable(&self) -> bool {
        let is_recent = self.created_at > now() - KEPT;
        self.confirmed_at.is_some() && self.undone_at.is_none() && self.imported > 0 && is_recent
    }

    /// The day on which it was confirmed.
    pub fn day(&self) -> String {
        self.confirmed_at.map_or_else(String::new, dates::long)
    }

    /// The same day for `<time datetime>`.
    pub fn day_iso(&self) -> String {
        self.confirmed_at.map_or_else(String::new, dates::iso)
    }
}

/// A file as it was sent.
#[derive(Debug, Clone)]
pub struct Upload {
    /// As the browser called it.
    pub file_name: String,
    /// Compressed.
    pub packed: Vec<u8>,
}

/// Compresses bytes for the time for which they wait.
pub(crate) fn pack(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).and_then(|()| packed.finish()).map_err(|why| Error::Internal(why.to_string()))
}

/// Takes back [`pack`].
pub(crate) fn unpack(packed: &[u8]) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let most = MAX_BYTES as u64 * 2;
    DeflateDecoder::new(packed).take(most).read_to_end(&mut bytes).map_err(|why| Error::Internal(why.to_string()))?;
    Ok(bytes)
}

/// An import of a member.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's.
pub fn find(connection: &mut Connection, owner: MemberId, id: ImportId) -> Result<Import, Error> {
    Ok(contact_imports::table.find((owner, id)).select(Import::as_select()).first(connection)?)
}

/// The newest imports that were confirmed.
///
/// # Errors
/// The database's.
pub fn history(connection: &mut Connection, owner: MemberId) -> Result<Vec<Import>, Error> {
    let rows = contact_imports::table
        .filter(contact_imports::owner_id.eq(owner))
        .filter(contact_imports::confirmed_at.is_not_null())
        .filter(contact_imports::created_at.gt(now() - KEPT))
        .order(contact_imports::id.desc());
    Ok(rows.select(Import::as_select()).limit(LISTED).load(connection)?)
}

/// What a file would bring into the book as it stands.
#[derive(Debug)]
pub struct Preview {
    sorted: known::Sorted,
    report: Vec<u8>,
}

/// Compares a file with the book. This only reads, so that nobody who writes waits for it; the book may change until the
/// draft is confirmed, when both are compared again.
///
/// # Errors
/// The database's.
pub fn preview(connection: &mut Connection, owner: MemberId, read: &Read) -> Result<Preview, Error> {
    Preview::of(read, known::sort(connection, owner, &read.rows)?)
}

impl Preview {
    fn of(read: &Read, sorted: known::Sorted) -> Result<Preview, Error> {
        let report = pack(Report::of(read, &sorted).json()?.as_bytes())?;
        Ok(Preview { sorted, report })
    }
}

/// Stores a file that was read as a draft, beside what is told of it; gives the draft's id.
///
/// # Errors
/// [`Error::TooMany`] where the member has imported too much today, or the database's.
pub fn begin(
    connection: &mut Connection,
    owner: MemberId,
    upload: &Upload,
    (read, preview): (&Read, &Preview),
) -> Result<ImportId, Error> {
    limits::take(connection, Limit::Imports, &Subject::member(owner))?;
    db::lock_members(connection, [owner])?;
    let id = new_id();
    let row = (
        contact_imports::owner_id.eq(owner),
        contact_imports::id.eq(id),
        contact_imports::created_at.eq(now()),
        contact_imports::file_name.eq(&upload.file_name),
        contact_imports::source.eq(read.source),
    );
    let counts = preview.sorted.counts(read);
    diesel::insert_into(contact_imports::table).values(row).execute(connection)?;
    diesel::update(contact_imports::table.find((owner, id))).set(counts).execute(connection)?;
    let file = (
        contact_import_files::owner_id.eq(owner),
        contact_import_files::import_id.eq(id),
        contact_import_files::upload.eq(&upload.packed),
        contact_import_files::report.eq(&preview.report),
    );
    diesel::insert_into(contact_import_files::table).values(file).execute(connection)?;
    Ok(id)
}

/// The stored file of a draft.
///
/// # Errors
/// [`Error::NotFound`] where it is confirmed or over.
pub fn upload(connection: &mut Connection, owner: MemberId, id: ImportId) -> Result<Vec<u8>, Error> {
    let file = contact_import_files::table.find((owner, id)).select(contact_import_files::upload);
    Ok(file.first(connection)?)
}

/// What was told of the file of a draft.
///
/// # Errors
/// [`Error::NotFound`] where it is confirmed or over.
pub fn report(connection: &mut Connection, owner: MemberId, id: ImportId) -> Result<Report, Error> {
    let file = contact_import_files::table.find((owner, id)).select(contact_import_files::report);
    let packed: Vec<u8> = file.first(connection)?;
    Report::of_json(&unpack(&packed)?)
}

/// Keeps what was chosen about a draft, and what is read of it now.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn change(
    connection: &mut Connection,
    owner: MemberId,
    id: ImportId,
    choices: &Choices,
    (read, preview): (&Read, &Preview),
) -> Result<(), Error> {
    db::lock_members(connection, [owner])?;
    if find(connection, owner, id)?.confirmed_at.is_some() {
        return Ok(());
    }
    let has_header = choices.has_header.map_or("", |chosen| if chosen { "1" } else { "0" });
    let columns: String = choices.columns.iter().flat_map(|target| [target.word(), ","]).collect();
    let chosen = (
        contact_imports::encoding.eq(choices.encoding.map_or("", encoding_rs::Encoding::name)),
        contact_imports::targets.eq(columns),
        contact_imports::has_header.eq(has_header),
        contact_imports::source.eq(read.source),
        contact_imports::revision.eq(contact_imports::revision + 1),
    );
    diesel::update(contact_imports::table.find((owner, id))).set(chosen).execute(connection)?;
    show(connection, (owner, id), (read, preview))
}

/// Keeps what is told of a draft from now on.
fn show(
    connection: &mut Connection,
    draft: (MemberId, ImportId),
    (read, preview): (&Read, &Preview),
) -> Result<(), Error> {
    diesel::update(contact_imports::table.find(draft)).set(preview.sorted.counts(read)).execute(connection)?;
    let file = contact_import_files::table.find(draft);
    diesel::update(file).set(contact_import_files::report.eq(&preview.report)).execute(connection)?;
    Ok(())
}

/// What *Confirm import* has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// The contacts are stored, now or by an earlier press.
    Done,
    /// The file was read in another way since, so that the page that was confirmed showed something else.
    ReadAnew,
    /// The book was changed since, so that something else would be done than the page showed.
    BookChanged,
    /// There is no room for so many; the book has this many.
    NoRoom(i32),
}

/// The page on which somebody pressed *Confirm import*.
#[derive(Debug, Clone)]
pub struct Page {
    /// Whose page it was.
    pub import: ImportId,
    /// In which way the file was read.
    pub revision: i32,
    /// What it showed of the rows, as [`Report::shown`] says it.
    pub shown: String,
}

/// Stores everybody in a draft who is not in the book, where that is what the page showed. Else the draft is compared anew,
/// to be shown again.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn confirm(connection: &mut Connection, owner: MemberId, page: &Page, read: &Read) -> Result<Confirmed, Error> {
    let id = page.import;
    db::lock_members(connection, [owner])?;
    let import = find(connection, owner, id)?;
    if import.confirmed_at.is_some() {
        return Ok(Confirmed::Done);
    }
    if import.revision != page.revision {
        return Ok(Confirmed::ReadAnew);
    }
    let sorted = known::sort(connection, owner, &read.rows)?;
    if sorted.shown() != page.shown {
        show(connection, (owner, id), (read, &Preview::of(read, sorted)?))?;
        return Ok(Confirmed::BookChanged);
    }
    let book = store::book(connection, owner)?;
    if book.number as usize + sorted.new.len() > MAX_CONTACTS {
        return Ok(Confirmed::NoRoom(book.number));
    }
    let contact = |at: &usize| Incoming { card: &read.rows[*at].card, source: read.source, import_id: Some(id) };
    // The list, and an export of it, begin with whom was stored last: the first of the file.
    let new: Vec<Incoming<'_>> = sorted.new.iter().rev().map(contact).collect();
    store::insert_each(connection, owner, &new)?;
    let done = (
        contact_imports::confirmed_at.eq(now()),
        contact_imports::imported.eq(i32::try_from(new.len()).unwrap_or(i32::MAX)),
        sorted.counts(read),
    );
    diesel::update(contact_imports::table.find((owner, id))).set(done).execute(connection)?;
    diesel::delete(contact_import_files::table.find((owner, id))).execute(connection)?;
    Ok(Confirmed::Done)
}

/// Takes an import back: every contact that it brought and that is still there goes. Merges with them are taken back before,
/// so that nobody who was in the book before goes with them; gives the names of those who keep something of it, since
/// they were changed after a merge. A second press changes nothing, and gives nothing.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn undo(connection: &mut Connection, owner: MemberId, id: ImportId) -> Result<Option<Vec<String>>, Error> {
    db::lock_members(connection, [owner])?;
    if !find(connection, owner, id)?.is_undoable() {
        return Ok(None);
    }
    let changed = store::unmerge_import(connection, owner, id)?;
    let brought =
        contacts::table.filter(contacts::owner_id.eq(owner)).filter(contacts::import_id.eq(id)).filter(IsLive);
    let brought: Vec<ContactId> = brought.select(contacts::id).load(connection)?;
    let removal = store::delete(connection, owner, &brought, RemovalKind::Import)?;
    let undone = (contact_imports::undone_at.eq(now()), contact_imports::removal_id.eq(removal));
    diesel::update(contact_imports::table.find((owner, id))).set(undone).execute(connection)?;
    Ok(Some(changed))
}

/// What [`restore`] has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restored {
    /// Everybody is back, now or by an earlier press.
    Done,
    /// Some are in the book again, as where the file was imported once more, and would be there twice.
    SomeAreHere,
}

/// Brings back what an import brought that was taken back, unless some of them are in the book again.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn restore(connection: &mut Connection, owner: MemberId, id: ImportId) -> Result<Restored, Error> {
    db::lock_members(connection, [owner])?;
    let Some(removal) = find(connection, owner, id)?.removal_id else { return Ok(Restored::Done) };
    let gone: Vec<Row> = store::deleted_by(connection, owner, removal)?
        .into_iter()
        .zip(1..)
        .map(|((_, card), line)| Row { line, card })
        .collect();
    // Who was in the book beside them before has not come in their place. Ids begin with the moment at which they were made.
    let since = ContactId::new(removal.get());
    if known::sort_since(connection, owner, &gone, since)?.is_any_known() {
        return Ok(Restored::SomeAreHere);
    }
    store::restore(connection, owner, removal)?;
    let back = (contact_imports::undone_at.eq(None::<i64>), contact_imports::removal_id.eq(None::<ContactRemovalId>));
    diesel::update(contact_imports::table.find((owner, id))).set(back).execute(connection)?;
    Ok(Restored::Done)
}

/// Forgets a draft. One that is confirmed, or not there, is left alone. Returns whether it was confirmed.
///
/// # Errors
/// The database's.
pub fn forget(connection: &mut Connection, owner: MemberId, id: ImportId) -> Result<bool, Error> {
    db::lock_members(connection, [owner])?;
    let draft = contact_imports::table.find((owner, id)).filter(contact_imports::confirmed_at.is_null());
    if diesel::delete(draft).execute(connection)? > 0 {
        diesel::delete(contact_import_files::table.find((owner, id))).execute(connection)?;
    }
    let left = contact_imports::table.find((owner, id)).select(contact_imports::id);
    Ok(left.first::<ImportId>(connection).optional()?.is_some())
}

/// Forgets drafts that nobody has confirmed for a day, and imports that are a month old.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection) -> Result<(), Error> {
    let old = contact_imports::table.filter(contact_imports::created_at.le(now() - DRAFT_KEPT));
    let old = old.select((contact_imports::owner_id, contact_imports::id));
    let drafts: Vec<(MemberId, ImportId)> = old.filter(contact_imports::confirmed_at.is_null()).load(connection)?;
    for (owner, id) in drafts {
        diesel::delete(contact_import_files::table.find((owner, id))).execute(connection)?;
        diesel::delete(contact_imports::table.find((owner, id))).execute(connection)?;
    }
    let over = contact_imports::table.filter(contact_imports::created_at.le(now() - KEPT));
    diesel::delete(over).execute(connection)?;
    Ok(())
}
