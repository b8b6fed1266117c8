//! The selection of a removal: a draft that is stored from the first press on, so that searches, pages, the review and
//! another day all add to and take from the same thing.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::connections::list::{self, Filter};
use crate::connections::removal::{Parting, Removal, find};
use crate::connections::row::State;
use crate::connections::store;
use crate::dates::{DAY, now};
use crate::db::{self, Connection, id_in, new_id, on_engine};
use crate::error::Error;
use crate::ids::{MemberId, RemovalId};
use crate::members::{MemberCard, names};
use crate::schema::{handles, members, relationships, removal_members, removals};
use crate::web::pagination::{Cursor, ListPage, PageRequest};

/// Days for which a selection is kept.
pub const KEPT_DAYS: i64 = 30;

/// Drafts that a member may have: each holds a row for everybody selected.
pub const MAX_DRAFTS: usize = 20;

/// Handles that are looked for at once; SQLite takes 32,766 values in a statement.
const AT_ONCE: usize = 10_000;

/// A draft that somebody may go on with.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its id.
    pub id: RemovalId,
    /// When it was begun.
    pub created_at: i64,
    /// How many are selected.
    pub number: i64,
}

/// Who stands in a removal, as a list shows them.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// Who.
    pub person: MemberCard,
    /// Since when they were connected when they were chosen.
    pub connected_at: Option<i64>,
    sort_first: String,
}

impl Chosen {
    /// The day since which they were connected.
    pub fn since(&self) -> String {
        self.connected_at.map_or_else(String::new, crate::dates::long)
    }

    /// The same day for `<time datetime>`.
    pub fn since_iso(&self) -> String {
        self.connected_at.map_or_else(String::new, crate::dates::iso)
    }
}

/// What a page of the bulk screen brings along: who stood on it, and who of them is ticked.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Handles, and since when each was connected as the page had it.
    pub shown: HashMap<String, i64>,
    /// Handles.
    pub ticked: HashSet<String>,
}

impl Sheet {
    /// The members of a page, ticked and not. A connection counts, and one who has disconnected since: the page knew since when they
    /// had been connected, which a page that was made up does not. Of all others nothing is stored, so that whoever ticks
    /// everybody learns nothing.
    fn members(&self, connection: &mut Connection, me: MemberId) -> Result<(Vec<MemberId>, Vec<MemberId>), Error> {
        let named: HashSet<&str> = self.shown.keys().chain(&self.ticked).map(String::as_str).collect();
        let named: Vec<&str> = named.into_iter().filter(|handle| names::is_handle(handle)).collect();
        let mut rows: Vec<(String, MemberId, State, Option<i64>)> = Vec::new();
        for some in named.chunks(AT_ONCE) {
            let own = relationships::other_id.eq(handles::member_id).and(relationships::owner_id.eq(me));
            let found = handles::table.inner_join(relationships::table.on(own)).filter(handles::handle.eq_any(some));
            let columns = (handles::handle, relationships::other_id, relationships::state, relationships::connected_at);
            rows.extend(found.select(columns).load::<(String, MemberId, State, Option<i64>)>(connection)?);
        }
        let (mut ticked, mut others) = (Vec::new(), Vec::new());
        for (handle, id, state, since) in rows {
            let proven = since.is_some() && self.shown.get(&handle).copied() == since;
            match state {
                _ if !self.ticked.contains(&handle) => others.push(id),
                State::Connected => ticked.push(id),
                State::WasDisconnected if proven => ticked.push(id),
                _ => {}
            }
        }
        Ok((ticked, others))
    }
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

/// The draft into which a press selects.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// A new one of a program, which nothing but this press fills: no page goes on with it.
    New,
    /// The one that waits, or a new one where none does. A page without a draft takes nobody out of it.
    Waiting,
    /// The one that the page names.
    Draft(RemovalId),
}

impl Target {
    /// The draft that a page names, or the one that waits.
    pub fn of(named: Option<RemovalId>) -> Target {
        named.map_or(Target::Waiting, Target::Draft)
    }

    fn find(self, connection: &mut Connection, me: MemberId) -> Result<Option<RemovalId>, Error> {
        match self {
            Target::New => Ok(None),
            Target::Waiting => Ok(current(connection, me)?.map(|(id, _)| id)),
            Target::Draft(id) => Ok(Some(id)),
        }
    }
}

/// Takes over what is ticked on a page into a draft. Gives the draft and how many are selected in it; nothing where there is
/// none and none is needed.
///
/// # Errors
/// [`Error::NotFound`] where the draft is somebody else's or no longer there; the database's.
pub fn take_over(
    connection: &mut Connection,
    me: MemberId,
    into: Target,
    sheet: &Sheet,
    select: &Select,
) -> Result<Taken, Error> {
    db::lock_members(connection, [me])?;
    let draft = into.find(connection, me)?;
    if let Some(id) = draft
        && find(connection, me, id)?.confirmed_at.is_some()
    {
        return Ok(Taken { draft, number: 0, confirmed: true });
    }
    let (mut add, mut take_out) = sheet.members(connection, me)?;
    match select {
        Select::AsTicked => {}
        Select::Shown => {
            let all = Sheet { shown: sheet.shown.clone(), ticked: sheet.shown.keys().cloned().collect() };
            (add, take_out) = (all.members(connection, me)?.0, Vec::new());
        }
        Select::All(filter) => {
            // Who was unticked on this page, and matches, was unticked before everybody was selected.
            add.extend(list::all(connection, me, filter)?);
        }
    }
    let id = match draft {
        Some(id) => id,
        None if add.is_empty() => return Ok(Taken::default()),
        None => begin(connection, me, matches!(into, Target::New))?,
    };
    if matches!(into, Target::Draft(_)) {
        self::take_out(connection, me, id, &take_out)?;
    }
    self::add(connection, me, id, &add)?;
    Ok(Taken { draft: Some(id), number: number(connection, me, id)?, confirmed: false })
}

/// What [`take_over`] has come to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Taken {
    /// The draft.
    pub draft: Option<RemovalId>,
    /// How many are selected.
    pub number: i64,
    /// The draft was confirmed meanwhile, so nothing was changed.
    pub confirmed: bool,
}

type Rows = diesel::helper_types::Filter<
    diesel::helper_types::Filter<removal_members::table, diesel::helper_types::Eq<removal_members::owner_id, MemberId>>,
    diesel::helper_types::Eq<removal_members::removal_id, RemovalId>,
>;

fn of(me: MemberId, id: RemovalId) -> Rows {
    removal_members::table.filter(removal_members::owner_id.eq(me)).filter(removal_members::removal_id.eq(id))
}

/// Begins a draft, and forgets those that have been kept for long enough, and the oldest where there would be too many.
///
/// # Errors
/// The database's.
pub fn begin(connection: &mut Connection, me: MemberId, by_program: bool) -> Result<RemovalId, Error> {
    let drafts = removals::table
        .filter(removals::owner_id.eq(me))
        .filter(removals::confirmed_at.is_null())
        // However many a program begins, the one of the pages stays.
        .filter(removals::by_program.eq(by_program))
        .order(removals::id.desc())
        .select((removals::id, removals::created_at));
    let drafts = drafts.load::<(RemovalId, i64)>(connection)?;
    let is_kept = |at: usize, created_at: i64| at + 1 < MAX_DRAFTS && created_at > now() - KEPT_DAYS * DAY;
    for (_, (old, _)) in drafts.iter().enumerate().filter(|(at, (_, created_at))| !is_kept(*at, *created_at)) {
        forget(connection, me, *old)?;
    }
    let id = new_id();
    let row = (
        removals::owner_id.eq(me),
        removals::id.eq(id),
        removals::by_program.eq(by_program),
        removals::created_at.eq(now()),
        removals::skipped.eq(""),
        removals::removed.eq(0),
        removals::restored.eq(0),
    );
    diesel::insert_into(removals::table).values(row).execute(connection)?;
    Ok(id)
}

/// Deletes a draft. One that is confirmed, or not there, is left alone.
///
/// # Errors
/// The database's.
pub fn forget(connection: &mut Connection, me: MemberId, id: RemovalId) -> Result<(), Error> {
    db::lock_members(connection, [me])?;
    let draft = removals::table.find((me, id)).filter(removals::confirmed_at.is_null());
    if diesel::delete(draft).execute(connection)? > 0 {
        diesel::delete(of(me, id)).execute(connection)?;
    }
    Ok(())
}

/// Discards a draft, which [`restore`] takes back as long as a draft is kept. Gives how many were selected; nobody where the draft
/// is confirmed or not there.
///
/// # Errors
/// The database's.
pub fn discard(connection: &mut Connection, me: MemberId, id: RemovalId) -> Result<i64, Error> {
    db::lock_members(connection, [me])?;
    let draft = removals::table.find((me, id)).filter(removals::confirmed_at.is_null());
    let open = draft.filter(removals::undone_at.is_null());
    if diesel::update(open).set(removals::undone_at.eq(now())).execute(connection)? == 0 {
        return Ok(0);
    }
    number(connection, me, id)
}

/// Takes back a draft that was discarded. What was selected meanwhile stays selected with it. Gives the draft in which they stand;
/// nothing where none was discarded.
///
/// # Errors
/// The database's.
pub fn restore(connection: &mut Connection, me: MemberId, id: RemovalId) -> Result<Option<RemovalId>, Error> {
    db::lock_members(connection, [me])?;
    let discarded = removals::table
        .find((me, id))
        .filter(removals::confirmed_at.is_null())
        .filter(removals::undone_at.is_not_null())
        .select(Parting::as_select());
    let Some(typed) = discarded.first(connection).optional()? else {
        return Ok(None);
    };
    let chosen = everybody(connection, me, id)?;
    let into = match current(connection, me)? {
        Some((waiting, _)) => waiting,
        None => begin(connection, me, false)?,
    };
    add(connection, me, into, &chosen)?;
    let untyped = removals::table.find((me, into)).filter(removals::private_reason.eq(""));
    let untyped = untyped.filter(removals::may_invite_again.eq(false));
    diesel::update(untyped).set(&typed).execute(connection)?;
    forget(connection, me, id)?;
    Ok(Some(into))
}

/// Adds members to a draft; whoever stands in it already stays.
///
/// # Errors
/// The database's.
pub fn add(connection: &mut Connection, me: MemberId, id: RemovalId, others: &[MemberId]) -> Result<(), Error> {
    if others.is_empty() {
        return Ok(());
    }
    let rows = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(id_in(connection, relationships::other_id, others))
        .select((
            relationships::owner_id,
            id.into_sql::<diesel::sql_types::BigInt>(),
            relationships::other_id,
            relationships::sort_first,
        ));
    let columns = (
        removal_members::owner_id,
        removal_members::removal_id,
        removal_members::other_id,
        removal_members::sort_first,
    );
    on_engine!(connection, |own| {
        rows.insert_into(removal_members::table).into_columns(columns).on_conflict_do_nothing().execute(own)
    })?;
    Ok(())
}

/// Takes members out of a draft.
///
/// # Errors
/// The database's.
pub fn take_out(connection: &mut Connection, me: MemberId, id: RemovalId, others: &[MemberId]) -> Result<(), Error> {
    if others.is_empty() {
        return Ok(());
    }
    let these = id_in(connection, removal_members::other_id, others);
    diesel::delete(of(me, id).filter(these)).execute(connection)?;
    Ok(())
}

/// Everybody in a draft.
///
/// # Errors
/// The database's.
pub fn everybody(connection: &mut Connection, me: MemberId, id: RemovalId) -> Result<Vec<MemberId>, Error> {
    Ok(of(me, id).select(removal_members::other_id).load(connection)?)
}

/// Of these, those who stand in a draft.
///
/// # Errors
/// The database's.
pub fn among(
    connection: &mut Connection,
    me: MemberId,
    id: RemovalId,
    others: &[MemberId],
) -> Result<HashSet<MemberId>, Error> {
    let these = id_in(connection, removal_members::other_id, others);
    let found: Vec<MemberId> = of(me, id).filter(these).select(removal_members::other_id).load(connection)?;
    Ok(found.into_iter().collect())
}

/// How many stand in a removal. Somebody who has blocked the member does not.
///
/// # Errors
/// The database's.
pub fn number(connection: &mut Connection, me: MemberId, id: RemovalId) -> Result<i64, Error> {
    let hidden = store::unseen(me).select(relationships::other_id);
    Ok(of(me, id).filter(removal_members::other_id.ne_all(hidden)).count().get_result(connection)?)
}

/// Everybody who stands in a removal as its owner sees it, in the order of their ids.
///
/// # Errors
/// The database's.
pub fn seen(connection: &mut Connection, me: MemberId, id: RemovalId) -> Result<Vec<MemberId>, Error> {
    let hidden = store::unseen(me).select(relationships::other_id);
    let rows = of(me, id).filter(removal_members::other_id.ne_all(hidden)).order(removal_members::other_id);
    Ok(rows.select(removal_members::other_id).load(connection)?)
}

/// The first who stand in a removal, by name.
///
/// # Errors
/// The database's.
pub fn first(connection: &mut Connection, me: MemberId, id: RemovalId, most: i64) -> Result<Vec<MemberCard>, Error> {
    let hidden = store::unseen(me).select(relationships::other_id);
    let rows = of(me, id)
        .inner_join(members::table.on(members::id.eq(removal_members::other_id)))
        .filter(removal_members::other_id.ne_all(hidden))
        .order((removal_members::sort_first, removal_members::other_id));
    Ok(rows.select(MemberCard::as_select()).limit(most).load(connection)?)
}

/// A page of those who stand in a removal, by name.
///
/// # Errors
/// The database's.
pub fn page(
    connection: &mut Connection,
    me: MemberId,
    id: RemovalId,
    total: i64,
    at: &PageRequest,
) -> Result<ListPage<Chosen>, Error> {
    let fetch = |at: &PageRequest| {
        let rows = on_page(connection, me, id, at)?;
        let ids: Vec<MemberId> = rows.iter().map(|(_, person)| person.id).collect();
        let mut since = since(connection, me, &ids)?;
        let chosen = |(sort_first, person): (String, MemberCard)| Chosen {
            connected_at: since.remove(&person.id),
            person,
            sort_first,
        };
        Ok(rows.into_iter().map(chosen).collect())
    };
    let cursor = |row: &Chosen| Cursor { key: row.sort_first.clone(), id: row.person.id.get() };
    ListPage::read(at, total, Cursor::last_name(), fetch, cursor)
}

fn on_page(
    connection: &mut Connection,
    me: MemberId,
    id: RemovalId,
    at: &PageRequest,
) -> Result<Vec<(String, MemberCard)>, Error> {
    use removal_members::{other_id, sort_first};
    let hidden = store::unseen(me).select(relationships::other_id);
    let mut rows =
        of(me, id).inner_join(members::table.on(members::id.eq(other_id))).filter(other_id.ne_all(hidden)).into_boxed();
    rows = match at.cursor() {
        Some((Cursor { key, id }, true)) => rows
            .filter(sort_first.le(key.clone()))
            .filter(sort_first.lt(key).or(other_id.lt(id)))
            .order((sort_first.desc(), other_id.desc())),
        Some((Cursor { key, id }, false)) => rows
            .filter(sort_first.ge(key.clone()))
            .filter(sort_first.gt(key).or(other_id.gt(id)))
            .order((sort_first, other_id)),
        None => rows.order((sort_first, other_id)),
    };
    Ok(rows.select((sort_first, MemberCard::as_select())).limit(at.limit()).load(connection)?)
}

/// Since when a member was connected with each of these.
fn since(connection: &mut Connection, me: MemberId, others: &[MemberId]) -> Result<HashMap<MemberId, i64>, Error> {
    let rows = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(id_in(connection, relationships::other_id, others))
        .filter(relationships::connected_at.is_not_null())
        .select((relationships::other_id, relationships::connected_at.assume_not_null()));
    let rows: Vec<(MemberId, i64)> = on_engine!(connection, |own| rows.load(own))?;
    Ok(rows.into_iter().collect())
}

/// The draft that waits, where anybody is selected in it.
///
/// # Errors
/// The database's.
pub fn waiting(connection: &mut Connection, me: MemberId) -> Result<Option<Draft>, Error> {
    let Some((id, created_at)) = current(connection, me)? else { return Ok(None) };
    let number = number(connection, me, id)?;
    Ok(Some(Draft { id, created_at, number }).filter(|draft| draft.number > 0))
}

/// The draft that waits, and when it was begun: the newest of the pages, unless it was discarded. An older one never comes up in its place.
fn current(connection: &mut Connection, me: MemberId) -> Result<Option<(RemovalId, i64)>, Error> {
    let drafts = removals::table
        .filter(removals::owner_id.eq(me))
        .filter(removals::confirmed_at.is_null())
        .filter(removals::by_program.eq(false))
        .filter(removals::created_at.gt(now() - KEPT_DAYS * DAY))
        .order(removals::id.desc())
        .select((removals::id, removals::created_at, removals::undone_at));
    let newest = on_engine!(connection, |own| drafts.first::<(RemovalId, i64, Option<i64>)>(own)).optional()?;
    Ok(newest.filter(|(_, _, discarded_at)| discarded_at.is_none()).map(|(id, created_at, _)| (id, created_at)))
}

/// Somebody who was left out of a review.
#[derive(Debug, Clone)]
pub struct LeftOut {
    /// Who.
    pub name: String,
    /// Handle and day, by which *Undo* proves the page, as [`Sheet::shown`] does.
    pub proof: String,
    /// Who stands next in the list, else before.
    pub neighbour: Option<String>,
}

/// Keeps what was typed on the review, and leaves somebody out of it.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's; the database's.
pub fn change(
    connection: &mut Connection,
    me: MemberId,
    id: RemovalId,
    typed: &Parting,
    leave_out: &str,
) -> Result<(Removal, Option<LeftOut>), Error> {
    db::lock_members(connection, [me])?;
    let removal = find(connection, me, id)?;
    if removal.confirmed_at.is_some() {
        return Ok((removal, None));
    }
    diesel::update(removals::table.find((me, id))).set(typed).execute(connection)?;
    if leave_out.is_empty() {
        return Ok((removal, None));
    }
    let member = handles::table.find(leave_out).select(handles::member_id).first::<MemberId>(connection).optional()?;
    let Some(member) = member else { return Ok((removal, None)) };
    let left_out = left_out(connection, me, id, member)?;
    take_out(connection, me, id, &[member])?;
    Ok((removal, left_out))
}

/// Says who is about to be left out; nobody where they do not stand in the draft as its owner sees it.
fn left_out(
    connection: &mut Connection,
    me: MemberId,
    id: RemovalId,
    member: MemberId,
) -> Result<Option<LeftOut>, Error> {
    use removal_members::{other_id, sort_first};
    let hidden = store::unseen(me).select(relationships::other_id);
    let row = of(me, id)
        .inner_join(members::table.on(members::id.eq(other_id)))
        .filter(other_id.eq(member))
        .filter(other_id.ne_all(hidden))
        .select((sort_first, MemberCard::as_select()));
    let Some((key, person)) = row.first::<(String, MemberCard)>(connection).optional()? else { return Ok(None) };
    let others = || {
        let hidden = store::unseen(me).select(relationships::other_id);
        let rows = of(me, id).inner_join(members::table.on(members::id.eq(other_id)));
        rows.filter(other_id.ne(member)).filter(other_id.ne_all(hidden)).select(members::handle).into_boxed()
    };
    let next = others()
        .filter(sort_first.ge(key.clone()))
        .filter(sort_first.gt(key.clone()).or(other_id.gt(member)))
        .order((sort_first, other_id));
    let before = others().filter(sort_first.le(key)).order((sort_first.desc(), other_id.desc()));
    let neighbour = match next.first::<String>(connection).optional()? {
        Some(next) => Some(next),
        None => before.first(connection).optional()?,
    };
    let since = since(connection, me, &[member])?.remove(&member).unwrap_or_default();
    Ok(Some(LeftOut { proof: format!("{}~{since}", person.handle), name: person.full_name, neighbour }))
}

/// Puts somebody back into a review from which they were left out.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's; the database's.
pub fn put_back(connection: &mut Connection, me: MemberId, id: RemovalId, sheet: &Sheet) -> Result<(), Error> {
    db::lock_members(connection, [me])?;
    if find(connection, me, id)?.confirmed_at.is_some() {
        return Ok(());
    }
    let (again, _) = sheet.members(connection, me)?;
    add(connection, me, id, &again)
}
