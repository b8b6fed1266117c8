//! Moving a site from one database to another: table by table in the order of the keys, a batch a transaction, so that
//! the last row of the target says where to go on; then both sides are read again and compared.

use std::fmt::Write;

use diesel::prelude::*;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::connections::store;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::inbox;
use crate::members::search;
use crate::schema;

/// Rows of one transaction; PostgreSQL takes 65,535 parameters in a statement.
const ROWS: usize = 2_000;

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its name.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
    /// SHA-256 of its rows as CSV, in the order of their keys.
    pub sha256: String,
}

/// Is told which table, and how many of its rows are done.
pub type Progress<'a> = &'a dyn Fn(&'static str, u64, u64);

/// Copies a whole site into a migrated database that holds nothing else, or goes on where an earlier copy stopped.
/// Nobody may change the site meanwhile. Says what both now hold.
///
/// # Errors
/// [`Error::Unavailable`] where they differ in the end, or the database's.
pub fn copy(from: &Db, to: &Db, progress: Progress) -> Result<Vec<Held>, Error> {
    let (mut source, mut target) = (from.raw()?, to.raw()?);
    forget_unused(&mut target)?;
    for table in TABLES {
        if !(table.begins)(&mut source, &mut target)? {
            return Err(Error::Unavailable(format!(
                "{} of the target holds something else than the site. Copy into an empty database; nothing was changed.",
                table.name
            )));
        }
    }
    for table in TABLES {
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
        None => Ok(here),
        Some((there, here)) => Err(Error::Unavailable(format!(
            "{} differs: {} rows there, {} here. Was the site in use, or the target not empty?",
            there.table, there.rows, here.rows
        ))),
    }
}

/// A target that was only started holds settings of its own, and nobody's: the key of the cookies of no member.
fn forget_unused(target: &mut Connection) -> Result<(), Error> {
    let members: i64 = schema::members::table.count().get_result(target)?;
    if members == 0 {
        diesel::delete(schema::settings::table).execute(target)?;
    }
    Ok(())
}

/// What each table of a database holds.
///
/// # Errors
/// The database's.
pub fn held(connection: &mut Connection, progress: Progress) -> Result<Vec<Held>, Error> {
    let one = |table: &Table| {
        let total = (table.count)(connection)?;
        let mut hash = Sha256::new();
        let rows = (table.read)(connection, &mut |csv, done| {
            hash.update(csv);
            progress(table.name, done, total);
        })?;
        let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Held { table: table.name, rows, sha256 })
    };
    TABLES.iter().map(one).collect()
}

/// A table that is copied.
struct Table {
    name: &'static str,
    count: fn(&mut Connection) -> Result<u64, Error>,
    /// Whether the target holds no row but the first ones of the source.
    begins: fn(&mut Connection, &mut Connection) -> Result<bool, Error>,
    copy: Copy,
    read: Read,
}

type Copy = fn(&mut Connection, &mut Connection, &dyn Fn(u64)) -> Result<(), Error>;
type Read = fn(&mut Connection, &mut dyn FnMut(&[u8], u64)) -> Result<u64, Error>;

fn csv(rows: &[impl Serialize]) -> Result<Vec<u8>, Error> {
    let damaged = |why: String| Error::Unavailable(format!("a row cannot be written as CSV: {why}"));
    let mut out = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    for row in rows {
        out.serialize(row).map_err(|why| damaged(why.to_string()))?;
    }
    out.into_inner().map_err(|why| damaged(why.to_string()))
}

/// Bytes as one field.
fn hex<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// A table with all its columns, its key, and the rows behind one.
macro_rules! copied {
    ($table:ident { $($(#[$how:meta])* $column:ident: $kind:ty),* } by $order:tt, after $last:ident: $after:expr) => {
        mod $table {
            use super::*;
            use schema::$table::dsl::*;

            #[derive(Queryable, Insertable, Serialize)]
            #[diesel(table_name = schema::$table)]
            struct Row { $($(#[$how])* $column: $kind),* }

            pub const TABLE: Table = Table { name: stringify!($table), count, begins, copy, read };

            fn begins(from: &mut Connection, to: &mut Connection) -> Result<bool, Error> {
                let mut at = None;
                loop {
                    let (mut here, mut there) = (beyond(to, at.as_ref())?, beyond(from, at.as_ref())?);
                    there.truncate(here.len());
                    if csv(&here)? != csv(&there)? {
                        return Ok(false);
                    }
                    match here.pop() {
                        Some(row) => at = Some(row),
                        None => return Ok(true),
                    }
                }
            }

            fn count(connection: &mut Connection) -> Result<u64, Error> {
                Ok($table.count().get_result::<i64>(connection)?.unsigned_abs())
            }

            fn beyond(connection: &mut Connection, last: Option<&Row>) -> Result<Vec<Row>, Error> {
                let mut rows = $table.into_boxed();
                if let Some($last) = last {
                    rows = rows.filter($after);
                }
                Ok(rows.order(copied!(@ascending $order)).limit(ROWS as i64).load(connection)?)
            }

            fn newest(connection: &mut Connection) -> Result<Option<Row>, Error> {
                Ok($table.order(copied!(@descending $order)).first(connection).optional()?)
            }

            fn copy(from: &mut Connection, to: &mut Connection, progress: &dyn Fn(u64)) -> Result<(), Error> {
                let (mut at, mut done) = (newest(to)?, count(to)?);
                loop {
                    progress(done);
                    let mut rows = beyond(from, at.as_ref())?;
                    diesel::Connection::transaction(to, |to| match to {
                        Connection::Sqlite(to) => diesel::insert_into($table).values(&rows).execute(to),
                        Connection::Postgres(to) => diesel::insert_into($table).values(&rows).execute(to),
                    })?;
                    done += rows.len() as u64;
                    match rows.pop() {
                        Some(row) => at = Some(row),
                        None => return Ok(()),
                    }
                }
            }

            fn read(connection: &mut Connection, each: &mut dyn FnMut(&[u8], u64)) -> Result<u64, Error> {
                let (mut at, mut done) = (None, 0);
                loop {
                    let mut rows = beyond(connection, at.as_ref())?;
                    done += rows.len() as u64;
                    each(&csv(&rows)?, done);
                    match rows.pop() {
                        Some(row) => at = Some(row),
                        None => return Ok(done),
                    }
                }
            }
        }
    };
    (@ascending ($($column:ident),*)) => { ($($column.asc(),)*) };
    (@descending ($($column:ident),*)) => { ($($column.desc(),)*) };
}

copied!(settings { name: String, value: String } by (name), after last: name.gt(&last.name));
copied!(members {
    id: i64, email: String, email_key: String, password_hash: String, handle: String, full_name: String,
    sort_as: String, sort_first: String, sort_last: String, headline: String, location: String, about: String, company: String,
    folded: String, created_at: i64, is_admin: bool, suspended_at: Option<i64>, who_may_invite: i16,
    connections_seen_by: i16, accepts_automatically: bool, asks_before_reinvite: bool,
    language: String, photo: String, confirmed_email: String, mail_secret: String, digest_due_at: Option<i64>,
    time_zone: String
} by (id), after last: id.gt(last.id));
copied!(photos {
    member_id: i64, name: String, side: i16, #[serde(serialize_with = "hex")] jpeg: Vec<u8>
} by (member_id, name, side), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id)
    .or(name.gt(&last.name)).or(name.eq(&last.name).and(side.gt(last.side)))));
copied!(handles {
    handle: String, member_id: i64, kept_until: Option<i64>
} by (handle), after last: handle.gt(&last.handle));
copied!(handle_changes {
    member_id: i64, id: i64, changed_at: i64, former: String
} by (member_id, id), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id).or(id.gt(last.id))));
copied!(emails { email_key: String, member_id: i64 } by (email_key), after last: email_key.gt(&last.email_key));
copied!(email_claims {
    email_key: String, member_id: i64
} by (email_key, member_id), after last: email_key.ge(&last.email_key)
    .and(email_key.gt(&last.email_key).or(member_id.gt(last.member_id))));
copied!(outbox {
    member_id: i64, id: i64, created_at: i64, due_at: i64, attempts: i32, letter: String
} by (member_id, id), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id).or(id.gt(last.id))));
copied!(tokens {
    member_id: i64, token_hash: String, kind: i16, email: String, expires_at: i64
} by (member_id, token_hash), after last: member_id.ge(last.member_id)
    .and(member_id.gt(last.member_id).or(token_hash.gt(&last.token_hash))));
copied!(browsers {
    member_id: i64, browser_hash: String, seen_at: i64
} by (member_id, browser_hash), after last: member_id.ge(last.member_id)
    .and(member_id.gt(last.member_id).or(browser_hash.gt(&last.browser_hash))));
copied!(sessions {
    member_id: i64, token_hash: String, device: String, created_at: i64, last_seen: i64
} by (member_id, token_hash), after last: member_id.ge(last.member_id)
    .and(member_id.gt(last.member_id).or(token_hash.gt(&last.token_hash))));
copied!(positions {
    member_id: i64, id: i64, kind: i16, place: i32, title: String, organisation: String, started: String,
    ended: String, description: String
} by (member_id, id), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id).or(id.gt(last.id))));
copied!(links {
    member_id: i64, id: i64, place: i32, label: String, url: String
} by (member_id, id), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id).or(id.gt(last.id))));
copied!(relationships {
    owner_id: i64, other_id: i64, state: i16, may_invite_again: bool, prior: i16, changed_at: i64,
    connected_at: Option<i64>, invited_at: Option<i64>, sent_at: Option<i64>, paused_until: Option<i64>,
    declined_until: Option<i64>, disconnected_at: Option<i64>, removal_id: Option<i64>, sort_first: String, sort_last: String,
    invitation_note: String, private_note: String, private_reason: String, sent_note: String,
    sent_note_at: Option<i64>, received_note: String, received_note_at: Option<i64>, last_message_at: Option<i64>
} by (owner_id, other_id), after last: owner_id.ge(last.owner_id)
    .and(owner_id.gt(last.owner_id).or(other_id.gt(last.other_id))));
copied!(tags {
    owner_id: i64, other_id: i64, tag: String
} by (owner_id, other_id, tag), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(other_id.gt(last.other_id)).or(other_id.eq(last.other_id).and(tag.gt(&last.tag)))));
copied!(removals {
    owner_id: i64, id: i64, created_at: i64, skipped: String, removed: i32, confirmed_at: Option<i64>,
    undone_at: Option<i64>, restored: i32, private_reason: String, may_invite_again: bool
} by (owner_id, id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id).or(id.gt(last.id))));
copied!(removal_members {
    owner_id: i64, removal_id: i64, other_id: i64, sort_first: String
} by (owner_id, removal_id, other_id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(removal_id.gt(last.removal_id)).or(removal_id.eq(last.removal_id).and(other_id.gt(last.other_id)))));
copied!(notifications {
    owner_id: i64, id: i64, created_at: i64, kind: i16, other_id: i64, note: String, is_read: bool, deleted_at: Option<i64>
} by (owner_id, id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id).or(id.gt(last.id))));
copied!(notification_choices {
    member_id: i64, kind: i16, on_site: bool, by_email: bool
} by (member_id, kind), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id).or(kind.gt(last.kind))));
copied!(messages {
    writer_id: i64, id: i64, text: String
} by (writer_id, id), after last: writer_id.ge(last.writer_id).and(writer_id.gt(last.writer_id).or(id.gt(last.id))));
copied!(message_copies {
    owner_id: i64, other_id: i64, id: i64, is_mine: bool, sent_at: i64, deleted_at: Option<i64>, deletion_id: Option<i64>
} by (owner_id, other_id, id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(other_id.gt(last.other_id)).or(other_id.eq(last.other_id).and(id.gt(last.id)))));
copied!(conversations {
    owner_id: i64, other_id: i64, place: Option<i64>, is_unread: bool, draft: String, last_at: Option<i64>,
    begun_at: Option<i64>, last_press: String, deletion_id: Option<i64>, deleted_draft: String
} by (owner_id, other_id), after last: owner_id.ge(last.owner_id)
    .and(owner_id.gt(last.owner_id).or(other_id.gt(last.other_id))));
copied!(message_deletions {
    owner_id: i64, id: i64, deleted_at: i64, kind: i16, other_id: i64, number: i32
} by (owner_id, id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id).or(id.gt(last.id))));

/// Members first, whom the foreign keys of the others name.
const TABLES: [Table; 23] = [
    settings::TABLE,
    members::TABLE,
    photos::TABLE,
    handles::TABLE,
    handle_changes::TABLE,
    emails::TABLE,
    email_claims::TABLE,
    outbox::TABLE,
    tokens::TABLE,
    browsers::TABLE,
    sessions::TABLE,
    positions::TABLE,
    links::TABLE,
    relationships::TABLE,
    tags::TABLE,
    removals::TABLE,
    removal_members::TABLE,
    notifications::TABLE,
    notification_choices::TABLE,
    messages::TABLE,
    message_copies::TABLE,
    conversations::TABLE,
    message_deletions::TABLE,
];
