//! The list of a member's connections: search, filters and sorts, a page at a time, each by an index of the owner's.

pub mod dormant;
mod filter;
pub mod history;
mod kept;
pub mod pages;

pub use filter::{Filter, Sort};

use std::collections::HashMap;

use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::cache::Cache;
use crate::connections::list::kept::Kept;
use crate::connections::notes;
use crate::connections::sql_condition::{ByCompany, CompanyKey, IsConnected};
use crate::connections::visible;
use crate::dates;
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::{Company, ConnectionCount, MemberCard, search};
use crate::relationship::Limits;
use crate::schema::{members, relationships, tags as table};
use crate::web::pagination::{Cursor, ListPage, PageRequest};

/// A row of the list.
#[derive(Debug, Clone)]
pub struct Connected {
    /// Who it is.
    pub person: MemberCard,
    /// Since when, and what is private to the owner.
    pub columns: Columns,
    /// Private tags; see [`with_tags`].
    pub tags: Vec<String>,
}

/// The owner's part of a row.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = relationships)]
pub struct Columns {
    /// Since when.
    pub connected_at: Option<i64>,
    /// Key of the sort by first name.
    pub sort_first: String,
    /// Key of the sort by last name.
    pub sort_last: String,
    /// The private note.
    pub private_note: String,
    /// Where they work.
    #[diesel(select_expression = Company)]
    pub company: String,
}

impl Connected {
    fn of((columns, person): Found) -> Connected {
        Connected { person, columns, tags: Vec::new() }
    }

    /// The day since which they are connected.
    pub fn since(&self) -> String {
        self.columns.connected_at.map_or_else(String::new, dates::long)
    }

    /// The same day for `<time datetime>`.
    pub fn since_iso(&self) -> String {
        self.columns.connected_at.map_or_else(String::new, dates::iso)
    }
}

type Source = diesel::helper_types::InnerJoinOn<
    relationships::table,
    members::table,
    diesel::helper_types::Eq<members::id, relationships::other_id>,
>;
type Boxed<'a> = diesel::helper_types::IntoBoxed<'a, Everybody, <Connection as diesel::Connection>::Backend>;

/// Puts a query in the order of a sort, from a cursor on, and does something with it. Backwards, the rows come in the
/// opposite order. A macro, since what it gives is of another type for each order.
macro_rules! ordered {
    ($query:expr, $sort:expr, $cursor:expr, |$ordered:ident| $run:expr) => {{
        let from = From::of($cursor, $sort);
        let since = relationships::connected_at.assume_not_null();
        let company = || CompanyKey(from.name.to_owned());
        match ($sort, is_back($cursor)) {
            (Sort::Recent, false) | (Sort::Oldest, true) => {
                ordered!(@by $query, since, from.since, from.id, le, lt, desc, |$ordered| $run)
            }
            (Sort::Oldest, false) | (Sort::Recent, true) => {
                ordered!(@by $query, since, from.since, from.id, ge, gt, asc, |$ordered| $run)
            }
            (Sort::Company, false) => ordered!(@by $query, ByCompany, company(), from.id, ge, gt, asc, |$ordered| $run),
            (Sort::Company, true) => ordered!(@by $query, ByCompany, company(), from.id, le, lt, desc, |$ordered| $run),
            (Sort::First, _) => ordered!(@by_first $query, $cursor, |$ordered| $run),
            (Sort::Last, false) => {
                ordered!(@by $query, relationships::sort_last, from.name, from.id, ge, gt, asc, |$ordered| $run)
            }
            (Sort::Last, true) => {
                ordered!(@by $query, relationships::sort_last, from.name, from.id, le, lt, desc, |$ordered| $run)
            }
        }
    }};
    (@by_first $query:expr, $cursor:expr, |$ordered:ident| $run:expr) => {{
        let (from, first) = (From::of($cursor, Sort::First), relationships::sort_first);
        match is_back($cursor) {
            false => ordered!(@by $query, first, from.name, from.id, ge, gt, asc, |$ordered| $run),
            true => ordered!(@by $query, first, from.name, from.id, le, lt, desc, |$ordered| $run),
        }
    }};
    // `or_equal` says again what `beyond` says, in a way that an index can begin at.
    (@by $query:expr, $column:expr, $key:expr, $id:expr, $or_equal:ident, $beyond:ident, $direction:ident,
     |$ordered:ident| $run:expr) => {{
        let (column, id) = ($column, relationships::other_id);
        let $ordered = $query
            .filter(column.$or_equal($key))
            .filter(column.$beyond($key).or(id.$beyond($id)))
            .order((column.$direction(), id.$direction()));
        $run
    }};
}

/// Narrows a boxed query of members to those of whom every word of a search is part. A macro, since boxed queries of
/// different joins are different types.
macro_rules! matching {
    ($query:expr, $q:expr) => {{
        let mut query = $query;
        for word in $q.split_whitespace() {
            query = $crate::connections::list::folded_has!(query, $crate::members::search::in_folded(word));
        }
        query
    }};
}
pub(in crate::connections) use matching;

/// Narrows a boxed query of members to those in whom one of the patterns is found, of which there are one or two.
macro_rules! folded_has {
    ($query:expr, $patterns:expr) => {{
        let column = || $crate::schema::members::folded;
        let mut patterns = $patterns.into_iter().map(|pattern| column().like(pattern).escape('\\'));
        match (patterns.next(), patterns.next()) {
            (Some(one), Some(other)) => $query.filter(one.or(other)),
            (Some(one), None) => $query.filter(one),
            _ => $query,
        }
    }};
}
pub(in crate::connections) use folded_has;

/// Where a page begins. Without a cursor that is before everything, so that every page of an order is one statement.
struct From<'a> {
    since: i64,
    name: &'a str,
    id: MemberId,
}

impl From<'_> {
    fn of(cursor: Option<&(Cursor, bool)>, sort: Sort) -> From<'_> {
        match cursor {
            Some((cursor, _)) => {
                From { since: cursor.key.parse().unwrap_or(0), name: &cursor.key, id: MemberId::new(cursor.id) }
            }
            None if sort == Sort::Recent => From { since: i64::MAX, name: "", id: MemberId::MAX },
            // An empty company is the last; no company begins with a space.
            None if sort == Sort::Company => From { since: 0, name: " ", id: MemberId::MIN },
            None => From { since: 0, name: "", id: MemberId::MIN },
        }
    }
}

/// Whether a page is read from its end.
fn is_back(cursor: Option<&(Cursor, bool)>) -> bool {
    cursor.is_some_and(|(_, back)| *back)
}

/// How many rows are walked for a page of a list, where what is kept of it does not do.
pub fn walked(cache: &Cache, mine: ConnectionCount, filter: &Filter) -> i32 {
    let is_kept = || cache.get::<Kept>(mine).is_some_and(|kept| kept.has_order(filter.sort));
    let walks = filter.narrows() || filter.sort == Sort::Company;
    if walks && !(kept::serves(mine, filter) && is_kept()) { mine.number } else { 0 }
}

/// A page of the list of a member.
///
/// # Errors
/// The database's.
pub fn page(
    connection: &mut Connection,
    cache: &Cache,
    mine: ConnectionCount,
    filter: &Filter,
    at: &PageRequest,
) -> Result<ListPage<Connected>, Error> {
    let me = mine.id;
    let found = match kept::serves(mine, filter) {
        true => Some(Kept::of(connection, cache, mine)?.found(connection, me, filter)?),
        false => None,
    };
    // Counting a hub's rows would cost more than the page.
    let total = match &found {
        Some(found) => found.len() as i64,
        None if filter.narrows() => chosen(me, filter).count().get_result(connection)?,
        None => mine.number.into(),
    };
    if total == 0
        && let Some(filter) = spelled(connection, me, filter)?.filter(|spelled| spelled.tag != filter.tag)
    {
        return page(connection, cache, mine, &filter, at);
    }
    let fetch = |at: &PageRequest| {
        if let Some(ids) = found.as_ref().and_then(|found| kept::part(found, at, filter.sort)) {
            return these(connection, me, &ids);
        }
        let (cursor, most) = (at.cursor(), at.limit());
        let rows: QueryResult<Vec<Found>> = if filter.narrows() {
            let chosen = ordered!(chosen(me, filter), filter.sort, cursor.as_ref(), |query| query);
            chosen.select(Found::as_select()).limit(most).load(connection)
        } else {
            on_engine!(connection, |own| {
                let everybody = everybody(me).select(Found::as_select()).limit(most);
                ordered!(everybody, filter.sort, cursor.as_ref(), |query| query.load(own))
            })
        };
        Ok(rows?.into_iter().map(Connected::of).collect())
    };
    ListPage::read(at, total, filter.sort.end(), fetch, |row| cursor_of(row, filter.sort))
}

/// A page of somebody's connections by name, as a viewer may see it: without those who are not there for the viewer, who are
/// not counted either.
///
/// # Errors
/// The database's.
pub fn page_of_other(
    connection: &mut Connection,
    limits: &Limits,
    (member, connections): (MemberId, i32),
    viewer: MemberId,
    at: &PageRequest,
) -> Result<ListPage<Connected>, Error> {
    let hidden = visible::not_there_for(connection, limits, viewer)?;
    let among = id_in(connection, relationships::other_id, &hidden);
    let not_counted: i64 = match hidden.is_empty() {
        true => 0,
        false => {
            let theirs = relationships::table.filter(relationships::owner_id.eq(member)).filter(among.clone());
            theirs.filter(IsConnected).count().get_result(connection)?
        }
    };
    let fetch = |at: &PageRequest| {
        let cursor = at.cursor();
        let rows: QueryResult<Vec<Found>> = on_engine!(connection, |own| {
            let shown = everybody(member).filter(diesel::dsl::not(among.clone()));
            let shown = shown.select(Found::as_select()).limit(at.limit());
            ordered!(@by_first shown, cursor.as_ref(), |query| query.load(own))
        });
        Ok(rows?.into_iter().map(Connected::of).collect())
    };
    let total = i64::from(connections) - not_counted;
    ListPage::read(at, total, Sort::First.end(), fetch, |row| cursor_of(row, Sort::First))
}

type Found = (Columns, MemberCard);

/// These connections of a member, in this order.
fn these(connection: &mut Connection, me: MemberId, ids: &[MemberId]) -> Result<Vec<Connected>, Error> {
    let rows = everybody(me).filter(id_in(connection, relationships::other_id, ids));
    let rows: Vec<Found> = on_engine!(connection, |own| rows.select(Found::as_select()).load(own))?;
    let mut rows: HashMap<MemberId, Connected> = rows.into_iter().map(|row| (row.1.id, Connected::of(row))).collect();
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

/// The ids of all connections of a member in the order of a sort.
fn ids_in_order(connection: &mut Connection, me: MemberId, sort: Sort) -> Result<Vec<MemberId>, Error> {
    let ids: QueryResult<Vec<MemberId>> = on_engine!(connection, |own| {
        let everybody = everybody(me).select(relationships::other_id);
        ordered!(everybody, sort, None::<&(Cursor, bool)>, |query| query.load(own))
    });
    Ok(ids?)
}

/// Puts their owner's tags on the rows of a page, and gives every tag that the owner uses.
///
/// # Errors
/// The database's.
pub fn with_tags(
    connection: &mut Connection,
    me: MemberId,
    list: &mut ListPage<Connected>,
) -> Result<Vec<String>, Error> {
    let all = notes::all(connection, me)?;
    if !all.is_empty() {
        let ids: Vec<MemberId> = list.rows.iter().map(|row| row.person.id).collect();
        let mut words = notes::of(connection, me, &ids)?;
        for row in &mut list.rows {
            row.tags = words.remove(&row.person.id).unwrap_or_default();
        }
    }
    Ok(all)
}

/// Seconds in a quarter of an hour. Every zone is a number of these away from UTC, so none lies on two days.
const QUARTER: i64 = 900;

/// When those who match were connected, by quarters of an hour, and how many in each; whatever days are asked for.
///
/// # Errors
/// The database's.
pub fn moments(
    connection: &mut Connection,
    cache: &Cache,
    mine: ConnectionCount,
    filter: &Filter,
) -> Result<Vec<(i64, i64)>, Error> {
    let (me, filter) = (mine.id, filter.undated());
    if filter.narrows() && kept::serves(mine, &filter) {
        let moments = Kept::of(connection, cache, mine)?.moments(&filter);
        return Ok(moments.into_iter().map(|moment| (moment, 1)).collect());
    }
    if filter.narrows() {
        let Some(filter) = spelled(connection, me, &filter)? else { return Ok(Vec::new()) };
        let moments: Vec<i64> =
            chosen(me, &filter).select(relationships::connected_at.assume_not_null()).load(connection)?;
        return Ok(moments.into_iter().map(|moment| (moment, 1)).collect());
    }
    // Nothing of the members is asked, so the index says it all.
    let mine = relationships::table.filter(relationships::owner_id.eq(me)).filter(IsConnected);
    let quarter = || sql::<BigInt>("relationships.connected_at / 900");
    let quarters = mine.group_by(quarter()).select((quarter(), diesel::dsl::count_star()));
    let counted: Vec<(i64, i64)> = on_engine!(connection, |own| quarters.load(own))?;
    Ok(counted.into_iter().map(|(quarter, made)| (quarter * QUARTER, made)).collect())
}

/// The ids of all that match, in order.
///
/// # Errors
/// The database's.
pub fn all(connection: &mut Connection, me: MemberId, filter: &Filter) -> Result<Vec<MemberId>, Error> {
    let Some(filter) = spelled(connection, me, filter)? else { return Ok(Vec::new()) };
    let all = ordered!(chosen(me, &filter), filter.sort, None::<&(Cursor, bool)>, |query| query);
    Ok(all.select(relationships::other_id).load(connection)?)
}

/// The filter with its tag as the member has spelled it; nothing where they have no such tag, so that nobody matches.
fn spelled(connection: &mut Connection, me: MemberId, filter: &Filter) -> Result<Option<Filter>, Error> {
    if filter.tag.is_empty() {
        return Ok(Some(filter.clone()));
    }
    let known = notes::on_anybody(connection, me)?;
    Ok(notes::spelled(&known, &filter.tag).map(|_| filter.clone().spelled(&known)))
}

/// The connections of a member, joined with who they are.
fn everybody(me: MemberId) -> Everybody {
    let joined = relationships::table.inner_join(members::table.on(members::id.eq(relationships::other_id)));
    joined.filter(relationships::owner_id.eq(me)).filter(IsConnected)
}

type Everybody = diesel::helper_types::Filter<
    diesel::helper_types::Filter<Source, diesel::helper_types::Eq<relationships::owner_id, MemberId>>,
    IsConnected,
>;

fn chosen<'a>(me: MemberId, filter: &Filter) -> Boxed<'a> {
    let mut query = everybody(me).into_boxed();
    if filter.problems().any() {
        query = query.filter(diesel::dsl::sql::<diesel::sql_types::Bool>("1 = 0"));
    }
    query = matching!(query, &filter.q);
    if !filter.company.is_empty() {
        query = folded_has!(query, search::company_in_folded(&filter.company));
    }
    if !filter.location.is_empty() {
        query = folded_has!(query, search::location_in_folded(&filter.location));
    }
    if !filter.tag.is_empty() {
        let tagged = table::table
            .filter(table::owner_id.eq(me))
            .filter(table::other_id.eq(relationships::other_id))
            .filter(table::tag.eq(filter.tag.clone()));
        query = query.filter(exists(tagged));
    }
    if let Some(first) = dates::parse(&filter.connected_after) {
        query = query.filter(relationships::connected_at.ge(first));
    }
    if let Some(first) = dates::parse(&filter.connected_before) {
        query = query.filter(relationships::connected_at.lt(first));
    }
    if let Some(first) = dates::parse(&filter.no_message_since) {
        let at = relationships::last_message_at;
        query = query.filter(at.is_null().or(at.lt(first)));
    }
    if filter.never_exchanged_a_word {
        query = query.filter(relationships::last_message_at.is_null());
    }
    query
}

fn cursor_of(row: &Connected, sort: Sort) -> Cursor {
    let key = match sort {
        Sort::Recent => row.columns.connected_at.unwrap_or(0).to_string(),
        Sort::First => row.columns.sort_first.clone(),
        Sort::Last => row.columns.sort_last.clone(),
        Sort::Oldest => row.columns.connected_at.unwrap_or(0).to_string(),
        Sort::Company => row.columns.company.clone(),
    };
    Cursor { key, id: row.person.id.get() }
}
