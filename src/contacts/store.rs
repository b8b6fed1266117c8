//! Contacts as they are stored: every change of a book in set-based statements, under one new version of the book.

mod derived;
mod pictures;
mod removals;
mod sync;

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::contacts::card::Card;
use crate::contacts::keys::{KEY_KINDS, Key};
use crate::contacts::source::Source;
use crate::dates::now;
use crate::db::{self, Connection, few_or_many_in, new_ids, on_engine, sql_condition};
use crate::error::Error;
use crate::ids::{ContactId, ImportId, MemberId};
use crate::members::sorting;
use crate::schema::{contact_books, contact_cards, contact_keys, contacts};

pub use pictures::{ENDING, as_ones_own, free_name, plain_name};
pub use removals::{
    RemovalKind, Restored, delete, delete_all_of, delete_by_device, deleted_by, merge, merge_of, restore,
    unmerge_import,
};
pub use sync::{Change, changed_since};

/// The most contacts of a member.
pub const MAX_CONTACTS: usize = 50_000;
/// Rows of one statement; PostgreSQL takes 65,535 parameters.
const ROWS: usize = 2_000;

sql_condition!(
    /// The contact is not deleted.
    IsLive: diesel::sql_types::Bool = "contacts.deleted_at IS NULL"
);

/// A contact that is to be stored.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// What is known of them.
    pub card: Card,
    /// Where that came from.
    pub source: Source,
    /// The import that brought it.
    pub import_id: Option<ImportId>,
}

/// A contact that is to be stored, of a list that is kept elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// What is known of them.
    pub card: &'a Card,
    /// Where that came from.
    pub source: Source,
    /// The import that brought it.
    pub import_id: Option<ImportId>,
}

/// A contact as it is stored.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// What is known of them; the uid is never empty.
    pub card: Card,
    /// Where it came from.
    pub source: Source,
    /// The import that brought it.
    pub import_id: Option<ImportId>,
    /// When it came.
    pub created_at: i64,
    /// When it was last changed.
    pub changed_at: i64,
    /// The version of the book in which it was changed last.
    pub version: i64,
}

impl Contact {
    /// The entity tag: another one after every change.
    pub fn etag(&self) -> String {
        format!("\"{}-{}\"", self.id, self.version)
    }
}

/// The address book as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Queryable)]
pub struct Book {
    /// Goes up with every change.
    pub version: i64,
    /// How many contacts are in it.
    pub number: i32,
    /// What was deleted up to this version is forgotten.
    pub forgotten_version: i64,
}

/// The row of a contact, for lists.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = contacts, treat_none_as_default_value = false)]
#[allow(missing_docs)]
pub struct Row {
    pub owner_id: MemberId,
    pub id: ContactId,
    pub uid: String,
    pub source: Source,
    pub import_id: Option<ImportId>,
    pub full_name: String,
    pub company: String,
    pub position: String,
    pub email: String,
    pub phone: String,
    pub sort_first: String,
    pub sort_last: String,
    pub sort_company: String,
    pub created_at: i64,
    pub changed_at: i64,
    pub version: i64,
}

/// What a change of the card changes of the row.
#[derive(AsChangeset)]
#[diesel(table_name = contacts)]
struct Summary {
    full_name: String,
    company: String,
    position: String,
    email: String,
    phone: String,
    sort_first: String,
    sort_last: String,
    sort_company: String,
    changed_at: i64,
    version: i64,
}

impl Summary {
    fn of(card: &Card, version: i64) -> Summary {
        Summary::with(card, version, company_key(&card.company))
    }

    fn with(card: &Card, version: i64, sort_company: String) -> Summary {
        let name = card.name();
        let keys = sorting::keys(&name, &card.sort_as());
        Summary {
            sort_first: keys.first,
            sort_last: keys.last,
            sort_company,
            full_name: name,
            company: card.company.clone(),
            position: card.position.clone(),
            email: card.emails.first().map_or_else(String::new, |one| one.value.clone()),
            phone: card.phones.first().map_or_else(String::new, |one| one.value.clone()),
            changed_at: now(),
            version,
        }
    }
}

/// The key by which lists sort companies; who has none is the last.
fn company_key(company: &str) -> String {
    if company.is_empty() { "b".to_owned() } else { format!("a{}", sorting::key_of_text(company)) }
}

/// The address book of a member.
///
/// # Errors
/// The database's.
pub fn book(connection: &mut Connection, owner: MemberId) -> Result<Book, Error> {
    use contact_books::{forgotten_version, number, version};
    let row = contact_books::table.find(owner).select((version, number, forgotten_version));
    Ok(on_engine!(connection, |own| row.first(own).optional())?.unwrap_or_default())
}

/// Begins a change of a book: locks its owner and gives the version in which it happens.
fn change_book(connection: &mut Connection, owner: MemberId, more: i32) -> Result<i64, Error> {
    db::lock_members(connection, [owner])?;
    use contact_books::{number, owner_id, version};
    let first = (owner_id.eq(owner), version.eq(1), number.eq(more));
    let next = (version.eq(contact_books::version + 1), number.eq(contact_books::number + more));
    let changed = diesel::update(contact_books::table.find(owner)).set(next);
    if on_engine!(connection, |own| changed.execute(own))? == 0 {
        let begun = diesel::insert_into(contact_books::table).values(first);
        on_engine!(connection, |own| begun.execute(own))?;
    }
    Ok(book(connection, owner)?.version)
}

/// Says that so many more contacts are in a book.
fn count(connection: &mut Connection, owner: MemberId, more: i32) -> Result<(), Error> {
    let number = contact_books::number.eq(contact_books::number + more);
    diesel::update(contact_books::table.find(owner)).set(number).execute(connection)?;
    Ok(())
}

/// Stores contacts, in the order in which they come; gives their ids. A uid that the book has already, or that is missing,
/// is made anew.
///
/// # Errors
/// The database's.
pub fn insert(connection: &mut Connection, owner: MemberId, new: &[NewContact]) -> Result<Vec<ContactId>, Error> {
    let each = new.iter().map(|one| Incoming { card: &one.card, source: one.source, import_id: one.import_id });
    let each: Vec<Incoming<'_>> = each.collect();
    insert_each(connection, owner, &each)
}

/// The same as [`insert`], without a copy of each card.
///
/// # Errors
/// The database's.
pub fn insert_each(
    connection: &mut Connection,
    owner: MemberId,
    new: &[Incoming<'_>],
) -> Result<Vec<ContactId>, Error> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let version = change_book(connection, owner, i32::try_from(new.len()).unwrap_or(i32::MAX))?;
    let mut taken = uids_in_use(connection, owner, new)?;
    let first = new_ids(new.len());
    let ids = (first..).map(ContactId::new);
    let cards: Vec<(ContactId, &Card)> = ids.zip(new.iter().map(|one| one.card)).collect();
    // Many of a file are of one company.
    let mut companies: HashMap<&str, String> = HashMap::new();
    // A part at a time, so that no more than one is in memory in each of its forms.
    for (new, cards) in new.chunks(ROWS).zip(cards.chunks(ROWS)) {
        let rows = new.iter().zip(cards).map(|(one, (id, card))| {
            let uid = free_uid(&mut taken, *id, card);
            let company = companies.entry(&card.company).or_insert_with(|| company_key(&card.company));
            row((owner, *id), one, uid, Summary::with(card, version, company.clone()))
        });
        let rows: Vec<Row> = rows.collect();
        match connection {
            // Row by row, by a statement that is prepared once: one of thousands of rows would be put together and read anew.
            Connection::Sqlite(own) => {
                for row in &rows {
                    diesel::insert_into(contacts::table).values(row).execute(own)?;
                }
            }
            Connection::Postgres(own) => {
                diesel::insert_into(contacts::table).values(&rows).execute(own)?;
            }
        }
    }
    derived::insert(connection, owner, &cards)?;
    Ok(cards.into_iter().map(|(id, _)| id).collect())
}

/// Returns the uid of a card, or a new one where another contact has it or there is none.
fn free_uid(taken: &mut HashSet<String>, id: ContactId, card: &Card) -> String {
    if card.uid.is_empty() || !taken.insert(card.uid.clone()) { new_uid(id) } else { card.uid.clone() }
}

fn row((owner_id, id): (MemberId, ContactId), new: &Incoming<'_>, uid: String, summary: Summary) -> Row {
    Row {
        owner_id,
        id,
        uid,
        source: new.source,
        import_id: new.import_id,
        full_name: summary.full_name,
        company: summary.company,
        position: summary.position,
        email: summary.email,
        phone: summary.phone,
        sort_first: summary.sort_first,
        sort_last: summary.sort_last,
        sort_company: summary.sort_company,
        created_at: summary.changed_at,
        changed_at: summary.changed_at,
        version: summary.version,
    }
}

/// A uid that nobody else makes.
fn new_uid(id: ContactId) -> String {
    format!("{id:x}-{:08x}@amicable", rand::random::<u32>())
}

fn uids_in_use(connection: &mut Connection, owner: MemberId, new: &[Incoming<'_>]) -> Result<HashSet<String>, Error> {
    let uids: Vec<String> = new.iter().map(|new| new.card.uid.clone()).filter(|uid| !uid.is_empty()).collect();
    Ok(by_uid(connection, owner, &uids)?.into_keys().collect())
}

/// Which of these uids the book has, each with its contact.
///
/// # Errors
/// The database's.
pub fn by_uid(
    connection: &mut Connection,
    owner: MemberId,
    uids: &[String],
) -> Result<HashMap<String, ContactId>, Error> {
    let mut found = HashMap::new();
    for uids in uids.chunks(ROWS) {
        let rows = contacts::table.filter(contacts::owner_id.eq(owner)).filter(IsLive);
        let rows = rows.filter(contacts::uid.eq_any(uids)).select((contacts::uid, contacts::id));
        found.extend(rows.load::<(String, ContactId)>(connection)?);
    }
    Ok(found)
}

/// Puts another card in place of a contact's; its uid stays.
///
/// # Errors
/// [`Error::NotFound`] where it is not there or deleted, or the database's.
pub fn update(connection: &mut Connection, owner: MemberId, id: ContactId, card: &Card) -> Result<(), Error> {
    let version = change_book(connection, owner, 0)?;
    change_card(connection, owner, id, card, version)
}

fn change_card(
    connection: &mut Connection,
    owner: MemberId,
    id: ContactId,
    card: &Card,
    version: i64,
) -> Result<(), Error> {
    let live = contacts::table.find((owner, id)).filter(IsLive);
    let uid: String = live.select(contacts::uid).first(connection).optional()?.ok_or(Error::NotFound)?;
    let stored = Card { uid, ..card.clone() };
    let summary = Summary::of(card, version);
    diesel::update(contacts::table.find((owner, id))).set(summary).execute(connection)?;
    derived::replace(connection, owner, &[(id, &stored)])
}

/// Gives contacts other tags, each with its card, under one new version of the book.
///
/// # Errors
/// The database's.
pub fn retag(connection: &mut Connection, owner: MemberId, cards: &[(ContactId, &Card)]) -> Result<(), Error> {
    let version = change_book(connection, owner, 0)?;
    for cards in cards.chunks(ROWS) {
        let ids: Vec<ContactId> = cards.iter().map(|(id, _)| *id).collect();
        let rows =
            contacts::table.filter(contacts::owner_id.eq(owner)).filter(few_or_many_in(connection, contacts::id, &ids));
        let changed = (contacts::changed_at.eq(now()), contacts::version.eq(version));
        diesel::update(rows).set(changed).execute(connection)?;
        derived::replace(connection, owner, cards)?;
    }
    Ok(())
}

/// A contact that is not deleted.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn load(connection: &mut Connection, owner: MemberId, id: ContactId) -> Result<Contact, Error> {
    load_many(connection, owner, &[id])?.pop().ok_or(Error::NotFound)
}

/// The contact that was added last, unless it is deleted.
///
/// # Errors
/// The database's.
pub fn newest(connection: &mut Connection, owner: MemberId) -> Result<Option<Contact>, Error> {
    let last = contacts::table.filter(contacts::owner_id.eq(owner)).order(contacts::id.desc()).select(contacts::id);
    let last: Option<ContactId> = on_engine!(connection, |own| last.first(own)).optional()?;
    let last: Vec<ContactId> = last.into_iter().collect();
    Ok(load_many(connection, owner, &last)?.pop())
}

/// Those of these contacts that are not deleted, in the order of their ids.
///
/// # Errors
/// The database's.
pub fn load_many(connection: &mut Connection, owner: MemberId, ids: &[ContactId]) -> Result<Vec<Contact>, Error> {
    let card = contact_cards::owner_id.eq(contacts::owner_id).and(contact_cards::contact_id.eq(contacts::id));
    let rows = contacts::table
        .inner_join(contact_cards::table.on(card))
        .filter(contacts::owner_id.eq(owner))
        .filter(few_or_many_in(connection, contacts::id, ids))
        .filter(IsLive)
        .order(contacts::id)
        .select((
            contacts::id,
            contacts::uid,
            (contacts::source, contacts::import_id),
            (contacts::created_at, contacts::changed_at, contacts::version),
            (contact_cards::card, contact_cards::raw),
        ));
    let rows: Vec<Found> = on_engine!(connection, |own| rows.load(own))?;
    rows.into_iter().map(contact).collect()
}

/// Hands over the cards of contacts, a part at a time and without what other programs sent, in no order.
///
/// # Errors
/// The database's.
pub fn each_card(
    connection: &mut Connection,
    owner: MemberId,
    ids: &[ContactId],
    mut take: impl FnMut(ContactId, Card),
) -> Result<(), Error> {
    for ids in ids.chunks(ROWS) {
        let cards = contact_cards::table.filter(contact_cards::owner_id.eq(owner));
        let cards = cards.filter(few_or_many_in(connection, contact_cards::contact_id, ids));
        let cards = cards.select((contact_cards::contact_id, contact_cards::card));
        let cards: Vec<(ContactId, String)> = on_engine!(connection, |own| cards.load(own))?;
        for (id, card) in cards {
            take(id, derived::read_card(&card)?);
        }
    }
    Ok(())
}

type Found = (ContactId, String, (Source, Option<ImportId>), (i64, i64, i64), (String, String));

fn contact(found: Found) -> Result<Contact, Error> {
    let (id, uid, (source, import_id), (created_at, changed_at, version), (card, raw)) = found;
    let card = derived::read_card(&card)?;
    let card = Card { uid, raw, ..card };
    Ok(Contact { id, card, source, import_id, created_at, changed_at, version })
}

/// The contacts that have one of these keys, each key with those who have it.
///
/// # Errors
/// The database's.
pub fn with_keys(
    connection: &mut Connection,
    owner: MemberId,
    keys: &[Key],
) -> Result<HashMap<Key, Vec<ContactId>>, Error> {
    let mut found: HashMap<Key, Vec<ContactId>> = HashMap::new();
    for kind in KEY_KINDS {
        let wanted: Vec<&str> = keys.iter().filter(|(of, _)| *of == kind).map(|(_, key)| key.as_str()).collect();
        for wanted in wanted.chunks(ROWS) {
            let rows = contact_keys::table.filter(contact_keys::owner_id.eq(owner)).filter(contact_keys::kind.eq(kind));
            let rows = rows.filter(contact_keys::key.eq_any(wanted)).order(contact_keys::contact_id);
            let rows: Vec<(String, ContactId)> =
                rows.select((contact_keys::key, contact_keys::contact_id)).load(connection)?;
            for (key, id) in rows {
                found.entry((kind, key)).or_default().push(id);
            }
        }
    }
    Ok(found)
}
