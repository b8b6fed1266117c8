//! The selection of a removal: a draft that is stored from the first press on, so that searches, pages, the review and
//! another day all add to and take from the same thing.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::contacts::filter::Filter;
use crate::contacts::list;
use crate::contacts::removal::find;
use crate::contacts::store::{IsLive, RemovalKind, Row};
use crate::dates::{DAY, now};
use crate::db::{self, Connection, id_in, new_id, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, ContactRemovalId, MemberId};
use crate::relationship::Limits;
use crate::schema::{contact_removals, contact_selections, contacts};
use crate::web::pagination::{Cursor, ListPage, PageRequest};

/// Days for which a selection is kept.
pub const KEPT_DAYS: i64 = 30;

/// A draft that somebody may go on with.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its id.
    pub id: ContactRemovalId,
    /// When it was begun.
    pub created_at: i64,
    /// How many are selected.
    pub number: i64,
}

/// What a page of the bulk screen brings along: which contacts stood on it, and which of them are ticked.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Those that stood on it.
    pub shown: HashSet<ContactId>,
    /// Those that are ticked.
    pub ticked: HashSet<ContactId>,
}

/// What a press on the bulk screen does to the selection, besides taking over what is ticked.
#[derive(Debug, Clone)]
pub enum Select {
    /// Nothing.
    AsTicked,
    /// Selects everybody who stands on the page.
    Shown,
    /// Selects everybody who matches.
    All(Filter),
}

/// What [`take_over`] has come to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Taken {
    /// The draft.
    pub draft: Option<ContactRemovalId>,
    /// How many are selected.
    pub number: i64,
    /// The draft was confirmed meanwhile, so nothing was changed.
    pub confirmed: bool,
}

/// Takes over what is ticked on a page, into the draft or, where it names none, into the one that waits or a new one.
///
/// # Errors
/// [`Error::NotFound`] where the draft is somebody else's or no longer there; the database's.
pub fn take_over(
    connection: &mut Connection,
    limits: &Limits,
    owner: MemberId,
    draft: Option<ContactRemovalId>,
    sheet: &Sheet,
    select: &Select,
) -> Result<Taken, Error> {
    db::lock_members(connection, [owner])?;
    let named = draft;
    let draft = match named {
        Some(_) => named,
        None => current(connection, owner)?.map(|(id, _)| id),
    };
    if let Some(id) = draft
        && find(connection, owner, id)?.confirmed_at.is_some()
    {
        return Ok(Taken { draft, number: 0, confirmed: true });
    }
    let mut chosen: Vec<ContactId> = sheet.ticked.iter().copied().collect();
    let unticked: Vec<ContactId> = sheet.shown.difference(&sheet.ticked).copied().collect();
    match select {
        Select::AsTicked => {}
        Select::Shown => chosen.extend(&sheet.shown),
        Select::All(filter) => chosen.extend(list::all(connection, limits, owner, filter)?),
    }
    let id = match draft {
        Some(id) => id,
        None if chosen.is_empty() => return Ok(Taken::default()),
        None => begin(connection, owner)?,
    };
    // A page without a draft does not say who was unticked in the one that waits. Who was unticked on this page, and is among
    // those that are added, was unticked before.
    if named.is_some() {
        take_out(connection, owner, id, &unticked)?;
    }
    add(connection, owner, id, &chosen)?;
    Ok(Taken { draft: Some(id), number: number(connection, owner, id)?, confirmed: false })
}

type Rows = diesel::helper_types::Filter<
    diesel::helper_types::Filter<
        contact_selections::table,
        diesel::helper_types::Eq<contact_selections::owner_id, MemberId>,
    >,
    diesel::helper_types::Eq<contact_selections::removal_id, ContactRemovalId>,
>;

fn of(owner: MemberId, id: ContactRemovalId) -> Rows {
    contact_selections::table
        .filter(contact_selections::owner_id.eq(owner))
        .filter(contact_selections::removal_id.eq(id))
}

/// The selection, joined with its contacts.
macro_rules! joined {
    ($owner:expr, $id:expr) => {
        of($owner, $id).inner_join(contacts::table.on(
            contacts::owner_id.eq(contact_selections::owner_id).and(contacts::id.eq(contact_selections::contact_id)),
        ))
    };
}

/// Begins a draft, and forgets those that have been kept for long enough.
fn begin(connection: &mut Connection, owner: MemberId) -> Result<ContactRemovalId, Error> {
    let old = drafts(owner).filter(contact_removals::created_at.le(now() - KEPT_DAYS * DAY));
    for old in old.select(contact_removals::id).load::<ContactRemovalId>(connection)? {
        forget(connection, owner, old)?;
    }
    let id = new_id();
    let row = (
        contact_removals::owner_id.eq(owner),
        contact_removals::id.eq(id),
        contact_removals::kind.eq(RemovalKind::Bulk),
        contact_removals::created_at.eq(now()),
    );
    diesel::insert_into(contact_removals::table).values(row).execute(connection)?;
    Ok(id)
}

type Drafts = diesel::helper_types::Filter<
    diesel::helper_types::Filter<
        contact_removals::table,
        diesel::helper_types::Eq<contact_removals::owner_id, MemberId>,
    >,
    diesel::dsl::IsNull<contact_removals::confirmed_at>,
>;

fn drafts(owner: MemberId) -> Drafts {
    contact_removals::table
        .filter(contact_removals::owner_id.eq(owner))
        .filter(contact_removals::confirmed_at.is_null())
}

/// Deletes a draft. One that is confirmed, or not there, is left alone.
///
/// # Errors
/// The database's.
pub fn forget(connection: &mut Connection, owner: MemberId, id: ContactRemovalId) -> Result<(), Error> {
    db::lock_members(connection, [owner])?;
    let draft = contact_removals::table.find((owner, id)).filter(contact_removals::confirmed_at.is_null());
    if diesel::delete(draft).execute(connection)? > 0 {
        diesel::delete(of(owner, id)).execute(connection)?;
    }
    Ok(())
}

/// Discards a draft, which [`restore`] takes back as long as a draft is kept. Gives how many were selected; nobody where the draft
/// is confirmed or not there.
///
/// # Errors
/// The database's.
pub fn discard(connection: &mut Connection, owner: MemberId, id: ContactRemovalId) -> Result<i64, Error> {
    db::lock_members(connection, [owner])?;
    let draft = contact_removals::table.find((owner, id)).filter(contact_removals::confirmed_at.is_null());
    let open = draft.filter(contact_removals::undone_at.is_null());
    if diesel::update(open).set(contact_removals::undone_at.eq(now())).execute(connection)? == 0 {
        return Ok(0);
    }
    number(connection, owner, id)
}

/// Takes back a draft that was discarded. What was selected meanwhile stays selected with it. Gives the draft in which they stand;
/// nothing where none was discarded.
///
/// # Errors
/// The database's.
pub fn restore(
    connection: &mut Connection,
    owner: MemberId,
    id: ContactRemovalId,
) -> Result<Option<ContactRemovalId>, Error> {
    db::lock_members(connection, [owner])?;
    let discarded = contact_removals::table
        .find((owner, id))
        .filter(contact_removals::kind.eq(RemovalKind::Bulk))
        .filter(contact_removals::confirmed_at.is_null())
        .filter(contact_removals::undone_at.is_not_null())
        .select(contact_removals::id);
    if discarded.first::<ContactRemovalId>(connection).optional()?.is_none() {
        return Ok(None);
    }
    let chosen = everybody(connection, owner, id)?;
    let into = match current(connection, owner)? {
        Some((waiting, _)) => waiting,
        None => begin(connection, owner)?,
    };
    add(connection, owner, into, &chosen)?;
    forget(connection, owner, id)?;
    Ok(Some(into))
}

/// Adds contacts to a draft; what stands in it already stays.
fn add(connection: &mut Connection, owner: MemberId, id: ContactRemovalId, ids: &[ContactId]) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = contacts::table
        .filter(contacts::owner_id.eq(owner))
        .filter(id_in(connection, contacts::id, ids))
        .filter(IsLive)
        .select((contacts::owner_id, id.into_sql::<diesel::sql_types::BigInt>(), contacts::id, contacts::sort_first));
    let columns = (
        contact_selections::owner_id,
        contact_selections::removal_id,
        contact_selections::contact_id,
        contact_selections::sort_first,
    );
    on_engine!(connection, |own| {
        rows.insert_into(contact_selections::table).into_columns(columns).on_conflict_do_nothing().execute(own)
    })?;
    Ok(())
}

/// Takes contacts out of a draft.
///
/// # Errors
/// The database's.
pub fn take_out(
    connection: &mut Connection,
    owner: MemberId,
    id: ContactRemovalId,
    ids: &[ContactId],
) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let these = id_in(connection, contact_selections::contact_id, ids);
    diesel::delete(of(owner, id).filter(these)).execute(connection)?;
    Ok(())
}

/// Every contact in a draft.
///
/// # Errors
/// The database's.
pub fn everybody(connection: &mut Connection, owner: MemberId, id: ContactRemovalId) -> Result<Vec<ContactId>, Error> {
    Ok(of(owner, id).select(contact_selections::contact_id).load(connection)?)
}

/// Of these, those that stand in a draft.
///
/// # Errors
/// The database's.
pub fn among(
    connection: &mut Connection,
    owner: MemberId,
    id: ContactRemovalId,
    ids: &[ContactId],
) -> Result<HashSet<ContactId>, Error> {
    let these = id_in(connection, contact_selections::contact_id, ids);
    let found = of(owner, id).filter(these).select(contact_selections::contact_id);
    Ok(found.load::<ContactId>(connection)?.into_iter().collect())
}

/// How many stand in a draft, without those that were deleted meanwhile.
///
/// # Errors
/// The database's.
pub fn number(connection: &mut Connection, owner: MemberId, id: ContactRemovalId) -> Result<i64, Error> {
    Ok(joined!(owner, id).filter(IsLive).count().get_result(connection)?)
}

/// Those who stand in a draft, without those that were deleted meanwhile, in the order of their ids.
///
/// # Errors
/// The database's.
pub fn live(connection: &mut Connection, owner: MemberId, id: ContactRemovalId) -> Result<Vec<ContactId>, Error> {
    let rows = joined!(owner, id).filter(IsLive).order(contact_selections::contact_id);
    Ok(rows.select(contact_selections::contact_id).load(connection)?)
}

/// The names of the first in a draft.
///
/// # Errors
/// The database's.
pub fn first(
    connection: &mut Connection,
    owner: MemberId,
    id: ContactRemovalId,
    most: i64,
) -> Result<Vec<String>, Error> {
    let rows = joined!(owner, id).filter(IsLive).select(contacts::full_name);
    let rows = rows.order((contact_selections::sort_first, contact_selections::contact_id));
    Ok(rows.limit(most).load(connection)?)
}

/// A page of those in a removal, by name, be it a draft or confirmed.
///
/// # Errors
/// The database's.
pub fn page(
    connection: &mut Connection,
    owner: MemberId,
    id: ContactRemovalId,
    total: i64,
    at: &PageRequest,
) -> Result<ListPage<Row>, Error> {
    use contact_selections::{contact_id, sort_first};
    let fetch = |at: &PageRequest| {
        let rows = joined!(owner, id).select(Row::as_select()).into_boxed();
        let rows = match at.cursor() {
            Some((Cursor { key, id }, true)) => rows
                .filter(sort_first.le(key.clone()))
                .filter(sort_first.lt(key).or(contact_id.lt(id)))
                .order((sort_first.desc(), contact_id.desc())),
            Some((Cursor { key, id }, false)) => rows
                .filter(sort_first.ge(key.clone()))
                .filter(sort_first.gt(key).or(contact_id.gt(id)))
                .order((sort_first, contact_id)),
            None => rows.order((sort_first, contact_id)),
        };
        Ok(rows.limit(at.limit()).load(connection)?)
    };
    let cursor = |row: &Row| Cursor { key: row.sort_first.clone(), id: row.id.get() };
    ListPage::read(at, total, Cursor::last_name(), fetch, cursor)
}

/// The draft that waits, where anybody is selected in it.
///
/// # Errors
/// The database's.
pub fn waiting(connection: &mut Connection, owner: MemberId) -> Result<Option<Draft>, Error> {
    let Some((id, created_at)) = current(connection, owner)? else { return Ok(None) };
    let number = number(connection, owner, id)?;
    Ok(Some(Draft { id, created_at, number }).filter(|draft| draft.number > 0))
}

/// The draft that waits, and when it was begun: the newest, unless it was discarded. An older one never comes up in its place.
fn current(connection: &mut Connection, owner: MemberId) -> Result<Option<(ContactRemovalId, i64)>, Error> {
    let drafts = drafts(owner)
        .filter(contact_removals::kind.eq(RemovalKind::Bulk))
        .filter(contact_removals::created_at.gt(now() - KEPT_DAYS * DAY))
        .order(contact_removals::id.desc())
        .select((contact_removals::id, contact_removals::created_at, contact_removals::undone_at));
    let newest = on_engine!(connection, |own| drafts.first::<(ContactRemovalId, i64, Option<i64>)>(own)).optional()?;
    Ok(newest.filter(|(_, _, discarded_at)| discarded_at.is_none()).map(|(id, created_at, _)| (id, created_at)))
}

/// Leaves a contact out of a review; gives its name and which stands next in the list, else before.
///
/// # Errors
/// The database's.
pub fn leave_out(
    connection: &mut Connection,
    owner: MemberId,
    id: ContactRemovalId,
    contact: ContactId,
) -> Result<Option<(String, Option<ContactId>)>, Error> {
    use contact_selections::{contact_id, sort_first};
    let row = joined!(owner, id).filter(contact_id.eq(contact)).select((contacts::full_name, sort_first));
    let Some((name, key)) = row.first::<(String, String)>(connection).optional()? else { return Ok(None) };
    take_out(connection, owner, id, &[contact])?;
    let others = || of(owner, id).select(contact_id).into_boxed();
    let next = others()
        .filter(sort_first.ge(key.clone()))
        .filter(sort_first.gt(key.clone()).or(contact_id.gt(contact)))
        .order((sort_first, contact_id));
    let before = others().order((sort_first.desc(), contact_id.desc())).filter(sort_first.le(key));
    let neighbour = match next.first(connection).optional()? {
        Some(next) => Some(next),
        None => before.first(connection).optional()?,
    };
    Ok(Some((name, neighbour)))
}

/// Puts a contact back into a review from which it was left out.
///
/// # Errors
/// The database's.
pub fn put_back(
    connection: &mut Connection,
    owner: MemberId,
    id: ContactRemovalId,
    contact: ContactId,
) -> Result<(), Error> {
    add(connection, owner, id, &[contact])
}
