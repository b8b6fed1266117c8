//! The tables with all their columns: how the rows of each are read in the order of their keys, and copied.

use std::fmt::Write;

use diesel::prelude::*;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::lines::{Cell, push_line};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{
    AppPasswordId, ContactId, ContactRemovalId, DeliveryId, EventId, HandleChangeId, ImportId, LetterId, LinkId,
    MemberId, MessageDeletionId, MessageId, NotificationId, PasskeyId, PositionId, RemovalId, ReportId, SanctionId,
    SessionId, TagChangeId, TokenId, WebhookId,
};
use crate::schema;

/// Rows of one transaction of a copy; PostgreSQL takes 65,535 parameters in a statement.
const GROUP_SIZE: i64 = 2_000;
/// Rows of an owner that are in memory at a time.
const BATCH: i64 = 500;

/// A row as a map of its columns.
pub type Cells = Map<String, Value>;
/// Is given rows, and the connection they were read on.
pub type Each<'a> = &'a mut dyn FnMut(&mut Connection, Vec<Cells>) -> Result<(), Error>;

/// How the rows of a table are read and copied.
pub struct Copied {
    /// The table's name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// Those of its key, in order.
    pub key: &'static [&'static str],
    /// How many there are.
    pub count: fn(&mut Connection) -> Result<u64, Error>,
    /// Whether the target holds no row but the first ones of the source.
    pub begins: fn(&mut Connection, &mut Connection) -> Result<bool, Error>,
    /// Copies the rows that the target lacks.
    pub copy: Copy,
    /// Reads all rows as lines of JSON, an array of the values a row.
    pub read: Read,
    /// Reads the rows of an owner.
    pub of_owner: Option<OfOwner>,
}

type Copy = fn(&mut Connection, &mut Connection, &dyn Fn(u64)) -> Result<(), Error>;
type Read = fn(&mut Connection, EachLines) -> Result<u64, Error>;
/// Is given lines, and how many rows that makes in all.
pub type EachLines<'a> = &'a mut dyn FnMut(&[u8], u64) -> Result<(), Error>;
/// Reads the rows of an owner, a batch at a time.
pub type OfOwner = fn(&mut Connection, MemberId, Each) -> Result<(), Error>;

fn map(row: &impl Serialize) -> Result<Cells, Error> {
    match serde_json::to_value(row) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Ok(Cells::new()),
        Err(why) => Err(Error::Unavailable(format!("a row cannot be written: {why}"))),
    }
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
    ($table:ident $(of $owner:ident)? { $($(#[$how:meta])* $column:ident: $kind:ty),* } by $order:tt, after $last:ident: $after:expr) => {
        pub(super) mod $table {
            use super::*;
            use schema::$table::dsl::*;

            #[derive(Queryable, Insertable, Serialize)]
            #[diesel(table_name = schema::$table)]
            struct Row { $($(#[$how])* $column: $kind),* }

            /// How its rows are read and copied.
            pub const TABLE: Copied = Copied {
                name: stringify!($table),
                columns: &[$(stringify!($column)),*],
                key: copied!(@names $order),
                count,
                begins,
                copy,
                read,
                of_owner: copied!(@walk $($owner)?),
            };

            fn begins(from: &mut Connection, to: &mut Connection) -> Result<bool, Error> {
                let mut at = None;
                loop {
                    let (mut here, mut there) = (beyond(to, at.as_ref())?, beyond(from, at.as_ref())?);
                    there.truncate(here.len());
                    if lines(&here) != lines(&there) {
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
                Ok(rows.order(copied!(@ascending $order)).limit(GROUP_SIZE).load(connection)?)
            }

            $(
                /// Reads an owner's rows, a batch at a time, each as a map of its columns.
                fn of_owner(connection: &mut Connection, owner: MemberId, each: Each) -> Result<(), Error> {
                    let mut at: Option<Row> = None;
                    loop {
                        let mut rows = $table.filter($owner.eq(owner)).into_boxed();
                        if let Some($last) = &at {
                            rows = rows.filter($after);
                        }
                        let mut rows: Vec<Row> =
                            rows.order(copied!(@ascending $order)).limit(BATCH).load(connection)?;
                        if rows.is_empty() {
                            return Ok(());
                        }
                        each(connection, rows.iter().map(map).collect::<Result<_, _>>()?)?;
                        at = rows.pop();
                    }
                }
            )?

            fn lines(rows: &[Row]) -> Vec<u8> {
                let mut out = Vec::new();
                for row in rows {
                    push_line(&mut out, &[$(&row.$column as &dyn Cell),*]);
                }
                out
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

            fn read(connection: &mut Connection, each: EachLines) -> Result<u64, Error> {
                let (mut at, mut done) = (None, 0);
                loop {
                    let mut rows = beyond(connection, at.as_ref())?;
                    done += rows.len() as u64;
                    each(&lines(&rows), done)?;
                    match rows.pop() {
                        Some(row) => at = Some(row),
                        None => return Ok(done),
                    }
                }
            }
        }
    };
    (@names ($($column:ident),*)) => { &[$(stringify!($column)),*] };
    (@walk) => { None };
    (@walk $owner:ident) => { Some(of_owner) };
    (@ascending ($($column:ident),*)) => { ($($column.asc(),)*) };
    (@descending ($($column:ident),*)) => { ($($column.desc(),)*) };
}

copied!(limits { name: String, number: i32, seconds: i64 } by (name), after last: name.gt(&last.name));
copied!(settings { name: String, value: String } by (name), after last: name.gt(&last.name));
copied!(logos {
    name: String, #[serde(serialize_with = "hex")] picture: Vec<u8>
} by (name), after last: name.gt(&last.name));
copied!(members of id {
    id: MemberId, email: String, email_key: String, password_hash: String, handle: String, full_name: String,
    sort_as: String, sort_first: String, sort_last: String, headline: String, location: String, about: String, company: String,
    folded: String, created_at: i64, role: i16, suspended_at: Option<i64>,
    suspended_until: Option<i64>, hidden_at: Option<i64>, who_may_invite: i16,
    connections_seen_by: i16, accepts_automatically: bool, asks_before_reinvite: bool,
    language: String, photo: String, confirmed_email: String, mail_secret: String, digest_due_at: Option<i64>,
    time_zone: String, found_by_email: bool, deletion_due_at: Option<i64>,
    first_steps_closed_at: Option<i64>
} by (id), after last: id.gt(last.id));
copied!(photos of member_id {
    member_id: MemberId, name: String, side: i16, #[serde(serialize_with = "hex")] jpeg: Vec<u8>,
    removed_at: Option<i64>
} by (member_id, name, side), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id)
    .or(name.gt(&last.name)).or(name.eq(&last.name).and(side.gt(last.side)))));
copied!(handles {
    handle: String, member_id: MemberId, kept_until: Option<i64>
} by (handle), after last: handle.gt(&last.handle));
copied!(former_handles {
    handle_hash: String, kept_until: i64
} by (handle_hash), after last: handle_hash.gt(&last.handle_hash));
copied!(deletions of member_id {
    member_id: MemberId, former_id: MemberId
} by (member_id), after last: member_id.gt(last.member_id));
copied!(handle_changes of member_id {
    member_id: MemberId, id: HandleChangeId, changed_at: i64, former: String
} by (member_id, id), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id).or(id.gt(last.id))));
copied!(emails { email_key: String, member_id: MemberId } by (email_key), after last: email_key.gt(&last.email_key));
copied!(email_claims {
    email_key: String, member_id: MemberId
} by (email_key, member_id), after last: email_key.ge(&last.email_key)
    .and(email_key.gt(&last.email_key).or(member_id.gt(last.member_id))));
copied!(applications {
    id: MemberId, email: String, email_key: String, password_hash: String, full_name: String, reason: String,
    language: String, code: String, created_at: i64
} by (id), after last: id.gt(last.id));
copied!(invite_links of owner_id {
    owner_id: MemberId, code: String, label: String, created_at: i64, expires_at: Option<i64>, most_uses: Option<i32>, uses: i32,
    revoked_at: Option<i64>
} by (owner_id, code), after last: owner_id.ge(last.owner_id)
    .and(owner_id.gt(last.owner_id).or(code.gt(&last.code))));
copied!(invite_joins of owner_id {
    owner_id: MemberId, code: String, member_id: MemberId, joined_at: i64
} by (owner_id, code, member_id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(code.gt(&last.code)).or(code.eq(&last.code).and(member_id.gt(last.member_id)))));
copied!(join_letters of owner_id {
    owner_id: MemberId, email_key: String, note: String, sent_at: i64, code_hash: String
} by (owner_id, email_key), after last: owner_id.ge(last.owner_id)
    .and(owner_id.gt(last.owner_id).or(email_key.gt(&last.email_key))));
copied!(refused_addresses {
    email_hash: String, refused_at: i64
} by (email_hash), after last: email_hash.gt(&last.email_hash));
copied!(outbox of member_id {
    member_id: MemberId, id: LetterId, created_at: i64, due_at: i64, attempts: i32, letter: String
} by (member_id, id), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id).or(id.gt(last.id))));
copied!(tokens of member_id {
    member_id: MemberId, token_hash: String, kind: i16, email: String, expires_at: i64
} by (member_id, token_hash), after last: member_id.ge(last.member_id)
    .and(member_id.gt(last.member_id).or(token_hash.gt(&last.token_hash))));
copied!(browsers of member_id {
    member_id: MemberId, browser_hash: String, seen_at: i64
} by (member_id, browser_hash), after last: member_id.ge(last.member_id)
    .and(member_id.gt(last.member_id).or(browser_hash.gt(&last.browser_hash))));
copied!(sessions of member_id {
    member_id: MemberId, token_hash: String, device: String, created_at: i64, last_seen: i64, id: SessionId, confirmed_at: i64
} by (member_id, token_hash), after last: member_id.ge(last.member_id)
    .and(member_id.gt(last.member_id).or(token_hash.gt(&last.token_hash))));
copied!(security_events of member_id {
    member_id: MemberId, id: EventId, created_at: i64, kind: i16, detail: String
} by (member_id, id), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id).or(id.gt(last.id))));
copied!(second_factors of member_id {
    member_id: MemberId, secret: String, last_step: i64, asks_passkey: bool
} by (member_id), after last: member_id.gt(last.member_id));
copied!(recovery_codes of member_id {
    member_id: MemberId, code_hash: String
} by (member_id, code_hash), after last: member_id.ge(last.member_id)
    .and(member_id.gt(last.member_id).or(code_hash.gt(&last.code_hash))));
copied!(passkeys of member_id {
    member_id: MemberId, id: PasskeyId, name: String, credential_id: String, credential: String, created_at: i64, used_at: Option<i64>
} by (member_id, id), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id).or(id.gt(last.id))));
copied!(app_passwords of member_id {
    member_id: MemberId, id: AppPasswordId, name: String, secret_hash: String, created_at: i64, last_used_at: Option<i64>
} by (member_id, id), after last: member_id.ge(last.member_id)
    .and(member_id.gt(last.member_id).or(id.gt(last.id))));
copied!(webhooks of id {
    id: WebhookId, address: String, secret: String, events: String, is_on: bool, created_at: i64, due_at: i64, attempts: i32
} by (id), after last: id.gt(last.id));
copied!(webhook_deliveries of webhook_id {
    webhook_id: WebhookId, id: DeliveryId, event: String, data: String, created_at: i64, attempts: i32, tried_at: Option<i64>,
    status: Option<i32>, answer: String, done_at: Option<i64>
} by (webhook_id, id), after last: webhook_id.ge(last.webhook_id)
    .and(webhook_id.gt(last.webhook_id).or(id.gt(last.id))));
copied!(api_tokens of member_id {
    member_id: MemberId, id: TokenId, name: String, token_hash: String, scopes: String, created_at: i64, expires_at: Option<i64>,
    last_used_at: Option<i64>
} by (member_id, id), after last: member_id.ge(last.member_id)
    .and(member_id.gt(last.member_id).or(id.gt(last.id))));
copied!(api_answers of member_id {
    member_id: MemberId, token_id: TokenId, key_hash: String, request_hash: String, status: i32, body: String, created_at: i64
} by (member_id, token_id, key_hash), after last: member_id.ge(last.member_id)
    .and(member_id.gt(last.member_id).or(token_id.gt(last.token_id))
    .or(token_id.eq(last.token_id).and(key_hash.gt(&last.key_hash)))));
copied!(positions of member_id {
    member_id: MemberId, id: PositionId, kind: i16, place: i32, title: String, organisation: String, started: String,
    ended: String, description: String, removed_at: Option<i64>
} by (member_id, id), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id).or(id.gt(last.id))));
copied!(links of member_id {
    member_id: MemberId, id: LinkId, place: i32, label: String, url: String, removed_at: Option<i64>
} by (member_id, id), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id).or(id.gt(last.id))));
copied!(relationships of owner_id {
    owner_id: MemberId, other_id: MemberId, state: i16, may_invite_again: bool, prior: i16, changed_at: i64,
    connected_at: Option<i64>, invited_at: Option<i64>, sent_at: Option<i64>, paused_until: Option<i64>,
    declined_until: Option<i64>, disconnected_at: Option<i64>, removal_id: Option<RemovalId>, sort_first: String, sort_last: String,
    invitation_note: String, private_note: String, private_reason: String, sent_note: String,
    sent_note_at: Option<i64>, received_note: String, received_note_at: Option<i64>, last_message_at: Option<i64>
} by (owner_id, other_id), after last: owner_id.ge(last.owner_id)
    .and(owner_id.gt(last.owner_id).or(other_id.gt(last.other_id))));
copied!(tags of owner_id {
    owner_id: MemberId, other_id: MemberId, tag: String
} by (owner_id, other_id, tag), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(other_id.gt(last.other_id)).or(other_id.eq(last.other_id).and(tag.gt(&last.tag)))));
copied!(tag_changes of owner_id {
    owner_id: MemberId, id: TagChangeId, other_id: MemberId, tag: String, removed: bool
} by (owner_id, id, other_id, tag), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(id.gt(last.id)).or(id.eq(last.id).and(other_id.gt(last.other_id)))
    .or(id.eq(last.id).and(other_id.eq(last.other_id)).and(tag.gt(&last.tag)))));
copied!(dismissed_suggestions of owner_id {
    owner_id: MemberId, other_id: MemberId, dismissed_at: i64
} by (owner_id, other_id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(other_id.gt(last.other_id))));
copied!(removals of owner_id {
    owner_id: MemberId, id: RemovalId, created_at: i64, skipped: String, removed: i32, confirmed_at: Option<i64>,
    undone_at: Option<i64>, restored: i32, private_reason: String, may_invite_again: bool, by_program: bool
} by (owner_id, id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id).or(id.gt(last.id))));
copied!(removal_members of owner_id {
    owner_id: MemberId, removal_id: RemovalId, other_id: MemberId, sort_first: String
} by (owner_id, removal_id, other_id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(removal_id.gt(last.removal_id)).or(removal_id.eq(last.removal_id).and(other_id.gt(last.other_id)))));
copied!(notifications of owner_id {
    owner_id: MemberId, id: NotificationId, created_at: i64, kind: i16, other_id: MemberId, note: String, is_read: bool, deleted_at: Option<i64>
} by (owner_id, id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id).or(id.gt(last.id))));
copied!(notification_choices of member_id {
    member_id: MemberId, kind: i16, on_site: bool, by_email: bool
} by (member_id, kind), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id).or(kind.gt(last.kind))));
copied!(messages of writer_id {
    writer_id: MemberId, id: MessageId, text: String
} by (writer_id, id), after last: writer_id.ge(last.writer_id).and(writer_id.gt(last.writer_id).or(id.gt(last.id))));
copied!(message_copies of owner_id {
    owner_id: MemberId, other_id: MemberId, id: MessageId, is_mine: bool, sent_at: i64, deleted_at: Option<i64>, deletion_id: Option<MessageDeletionId>
} by (owner_id, other_id, id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(other_id.gt(last.other_id)).or(other_id.eq(last.other_id).and(id.gt(last.id)))));
copied!(conversations of owner_id {
    owner_id: MemberId, other_id: MemberId, place: Option<MessageId>, is_unread: bool, draft: String, last_at: Option<i64>,
    begun_at: Option<i64>, last_press: String, deletion_id: Option<MessageDeletionId>, deleted_draft: String
} by (owner_id, other_id), after last: owner_id.ge(last.owner_id)
    .and(owner_id.gt(last.owner_id).or(other_id.gt(last.other_id))));
copied!(message_deletions of owner_id {
    owner_id: MemberId, id: MessageDeletionId, deleted_at: i64, kind: i16, other_id: MemberId, number: i32
} by (owner_id, id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id).or(id.gt(last.id))));
copied!(contacts of owner_id {
    owner_id: MemberId, id: ContactId, uid: String, source: i16, import_id: Option<ImportId>, full_name: String, company: String,
    position: String, email: String, phone: String, sort_first: String, sort_last: String, sort_company: String,
    created_at: i64, changed_at: i64, version: i64, deleted_at: Option<i64>, removal_id: Option<ContactRemovalId>
} by (owner_id, id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id).or(id.gt(last.id))));
copied!(contact_cards of owner_id {
    owner_id: MemberId, contact_id: ContactId, card: String, raw: String, words: String
} by (owner_id, contact_id), after last: owner_id.ge(last.owner_id)
    .and(owner_id.gt(last.owner_id).or(contact_id.gt(last.contact_id))));
copied!(contact_files of owner_id {
    owner_id: MemberId, contact_id: ContactId, name: String, body: String, size: i32, version: i64
} by (owner_id, contact_id), after last: owner_id.ge(last.owner_id)
    .and(owner_id.gt(last.owner_id).or(contact_id.gt(last.contact_id))));
copied!(contact_words of owner_id {
    owner_id: MemberId, contact_id: ContactId, word: String
} by (owner_id, word, contact_id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(word.gt(&last.word)).or(word.eq(&last.word).and(contact_id.gt(last.contact_id)))));
copied!(contact_keys of owner_id {
    owner_id: MemberId, contact_id: ContactId, kind: i16, key: String
} by (owner_id, contact_id, kind, key), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(contact_id.gt(last.contact_id)).or(contact_id.eq(last.contact_id).and(kind.gt(last.kind)
    .or(kind.eq(last.kind).and(key.gt(&last.key)))))));
copied!(contact_tags of owner_id {
    owner_id: MemberId, contact_id: ContactId, tag: String
} by (owner_id, contact_id, tag), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(contact_id.gt(last.contact_id)).or(contact_id.eq(last.contact_id).and(tag.gt(&last.tag)))));
copied!(contact_tag_changes of owner_id {
    owner_id: MemberId, id: TagChangeId, contact_id: ContactId, tag: String, removed: bool
} by (owner_id, id, contact_id, tag), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(id.gt(last.id)).or(id.eq(last.id).and(contact_id.gt(last.contact_id)))
    .or(id.eq(last.id).and(contact_id.eq(last.contact_id)).and(tag.gt(&last.tag)))));
copied!(contact_books of owner_id {
    owner_id: MemberId, version: i64, number: i32, forgotten_version: i64
} by (owner_id), after last: owner_id.gt(last.owner_id));
copied!(contact_removals of owner_id {
    owner_id: MemberId, id: ContactRemovalId, kind: i16, created_at: i64, confirmed_at: Option<i64>, undone_at: Option<i64>, removed: i32,
    restored: i32, kept_id: Option<ContactId>, kept_card: String, kept_raw: String, kept_version: i64, kept_before: i64
} by (owner_id, id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id).or(id.gt(last.id))));
copied!(contact_selections of owner_id {
    owner_id: MemberId, removal_id: ContactRemovalId, contact_id: ContactId, sort_first: String
} by (owner_id, removal_id, contact_id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(removal_id.gt(last.removal_id)).or(removal_id.eq(last.removal_id).and(contact_id.gt(last.contact_id)))));
copied!(contacts_kept_apart of owner_id {
    owner_id: MemberId, one_id: ContactId, other_id: ContactId
} by (owner_id, one_id, other_id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id)
    .or(one_id.gt(last.one_id)).or(one_id.eq(last.one_id).and(other_id.gt(last.other_id)))));
copied!(audit_entries {
    number: i64, done_at: i64, act: String, actor_id: Option<MemberId>, actor: String, actor_salt: String, actor_digest: String,
    subject_id: Option<MemberId>, subject: String, detail: String, subject_salt: String, subject_digest: String, hash: String
} by (number), after last: number.gt(last.number));
copied!(audit_head { id: i16, number: i64, hash: String } by (id), after last: id.gt(last.id));
copied!(reports of reporter_id {
    reported_id: MemberId, id: ReportId, kind: i16, reporter_id: Option<MemberId>, created_at: i64, reason: String, context: String,
    decision: i16, decided_at: Option<i64>, decided_by: Option<MemberId>
} by (reported_id, id), after last: reported_id.ge(last.reported_id)
    .and(reported_id.gt(last.reported_id).or(id.gt(last.id))));
copied!(sanctions of member_id {
    member_id: MemberId, id: SanctionId, kind: i16, created_at: i64, reason: String, until: Option<i64>, decided_by: Option<MemberId>,
    lifted_at: Option<i64>, lifted_by: Option<MemberId>
} by (member_id, id), after last: member_id.ge(last.member_id).and(member_id.gt(last.member_id).or(id.gt(last.id))));
copied!(contact_imports of owner_id {
    owner_id: MemberId, id: ImportId, created_at: i64, file_name: String, source: i16, encoding: String, targets: String,
    has_header: String, revision: i32, new_rows: i32, known_rows: i32, skipped_rows: i32, confirmed_at: Option<i64>,
    imported: i32, undone_at: Option<i64>, removal_id: Option<ContactRemovalId>
} by (owner_id, id), after last: owner_id.ge(last.owner_id).and(owner_id.gt(last.owner_id).or(id.gt(last.id))));
