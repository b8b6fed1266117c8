//! The list of a member's contacts: search, filters and orders, a page at a time, each by an index of the owner's.

mod has_word;
pub mod pages;

use std::collections::HashMap;

use diesel::prelude::*;

use crate::contacts::filter::{Choice, Filter, Membership, Sort};
use crate::contacts::list::has_word::HasWord;
use crate::contacts::membership::{self, Member};
use crate::contacts::store::{self, Book, IsLive, Row};
use crate::contacts::tags;
use crate::contacts::words::{of_address, of_phone};
use crate::dates;
use crate::db::{Connection, id_in};
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::members::names;
use crate::members::search::words::{Word, typed};
use crate::relationship::Limits;
use crate::schema::{contact_tags, contacts};
use crate::web::pagination::{Cursor, ListPage, PageRequest};
use crate::web::viewer::Viewer;

/// A contact as lists show it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The contact.
    pub row: Row,
    /// The tags, in order.
    pub tags: Vec<String>,
    /// The member whom they are.
    pub member: Option<Member>,
}

impl Listed {
    /// Up to two letters, as the picture.
    pub fn initials(&self) -> String {
        names::initials(&self.row.full_name)
    }

    /// The colour of the initials' ground, 0 to 7.
    pub fn hue(&self) -> i64 {
        hue(self.row.id)
    }

    /// What they do, and where.
    pub fn work(&self) -> String {
        let parts = [self.row.position.as_str(), self.row.company.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// The day it came.
    pub fn came(&self) -> String {
        dates::long(self.row.created_at)
    }

    /// The same day for `<time datetime>`.
    pub fn came_iso(&self) -> String {
        dates::iso(self.row.created_at)
    }
}

/// The colour of a contact without a picture.
pub(super) fn hue(id: ContactId) -> i64 {
    (id.get() >> 7).rem_euclid(8)
}

type Boxed<'a> = contacts::BoxedQuery<'a, <Connection as diesel::Connection>::Backend>;

/// Puts a query in the order of a column and the id, from a cursor on; backwards, the rows come in the opposite order.
macro_rules! by {
    ($query:expr, $column:expr, $cursor:expr) => {
        match $cursor {
            Some((Cursor { key, id }, true)) => $query
                .filter($column.le(key.clone()))
                .filter($column.lt(key).or(contacts::id.lt(id)))
                .order(($column.desc(), contacts::id.desc())),
            Some((Cursor { key, id }, false)) => $query
                .filter($column.ge(key.clone()))
                .filter($column.gt(key).or(contacts::id.gt(id)))
                .order(($column.asc(), contacts::id.asc())),
            None => $query.order(($column.asc(), contacts::id.asc())),
        }
    };
}

fn ordered(query: Boxed, sort: Sort, cursor: Option<(Cursor, bool)>) -> Boxed {
    match sort {
        Sort::First => by!(query, contacts::sort_first, cursor),
        Sort::Last => by!(query, contacts::sort_last, cursor),
        Sort::Company => by!(query, contacts::sort_company, cursor),
        // Ids are in the order in which contacts came.
        Sort::Recent => match cursor {
            Some((cursor, true)) => query.filter(contacts::id.gt(cursor.id)).order(contacts::id.asc()),
            Some((cursor, false)) => query.filter(contacts::id.lt(cursor.id)).order(contacts::id.desc()),
            None => query.order(contacts::id.desc()),
        },
    }
}

fn cursor_of(row: &Row, sort: Sort) -> Cursor {
    let key = match sort {
        Sort::Recent => String::new(),
        Sort::First => row.sort_first.clone(),
        Sort::Last => row.sort_last.clone(),
        Sort::Company => row.sort_company.clone(),
    };
    Cursor { key, id: row.id.get() }
}

/// Whom a filter takes by whether they are members. To find that out is more work than all else, so it is done once a page.
enum Members {
    Any,
    AllBut(Vec<ContactId>),
    Only(Vec<ContactId>),
}

impl Members {
    fn of(connection: &mut Connection, limits: &Limits, owner: MemberId, filter: &Filter) -> Result<Members, Error> {
        Ok(match filter.membership {
            Choice::Any => Members::Any,
            Choice::Unknown(_) => Members::Only(Vec::new()),
            Choice::One(Membership::NotAMember) => Members::AllBut(membership::all(connection, limits, owner)?.0),
            Choice::One(Membership::NotConnected) => Members::Only(membership::all(connection, limits, owner)?.1),
        })
    }
}

/// The contacts that match a filter, in no order.
fn chosen<'a>(connection: &mut Connection, owner: MemberId, filter: &Filter, members: &Members) -> Boxed<'a> {
    let mut query = contacts::table.filter(contacts::owner_id.eq(owner)).filter(IsLive).into_boxed();
    let has_words = |text: &str, has: fn(MemberId, &Word) -> HasWord| match typed(text) {
        words if words.is_empty() && !text.trim().is_empty() => vec![HasWord::none(owner)],
        words => words.iter().map(|word| has(owner, word)).collect(),
    };
    let named = match of_phone(&filter.q) {
        Some(number) => vec![HasWord::phone(owner, number)],
        None => has_words(of_address(&filter.q).as_deref().unwrap_or(&filter.q), HasWord::anywhere),
    };
    for condition in named.into_iter().chain(has_words(&filter.company, HasWord::in_company)) {
        query = query.filter(condition);
    }
    if !filter.tag.is_empty() {
        let tagged = contact_tags::table.filter(contact_tags::owner_id.eq(owner));
        let tagged = tagged.filter(contact_tags::tag.eq(filter.tag.clone())).select(contact_tags::contact_id);
        query = query.filter(contacts::id.eq_any(tagged));
    }
    match &filter.source {
        Choice::Any => {}
        Choice::One(source) => query = query.filter(contacts::source.eq(*source)),
        Choice::Unknown(_) => query = query.filter(HasWord::none(owner)),
    }
    match members {
        Members::Any => query,
        Members::AllBut(members) => query.filter(diesel::dsl::not(id_in(connection, contacts::id, members))),
        Members::Only(members) => query.filter(id_in(connection, contacts::id, members)),
    }
}

/// A page of the list, and the book.
///
/// # Errors
/// The database's.
pub fn page(
    connection: &mut Connection,
    limits: &Limits,
    owner: MemberId,
    filter: &Filter,
    at: &PageRequest,
) -> Result<(ListPage<Row>, Book), Error> {
    let (book, members) = (store::book(connection, owner)?, Members::of(connection, limits, owner, filter)?);
    let total = total(connection, owner, filter, (&members, &book))?;
    if total == 0
        && let Some(filter) = spelled(connection, owner, filter)?
    {
        return page(connection, limits, owner, &filter, at);
    }
    let fetch = |at: &PageRequest| {
        let rows = ordered(chosen(connection, owner, filter, &members), filter.sort, at.cursor());
        Ok(rows.select(Row::as_select()).limit(at.limit()).load(connection)?)
    };
    let list = ListPage::read(at, total, filter.sort.end(), fetch, |row| cursor_of(row, filter.sort))?;
    Ok((list, book))
}

fn total(
    connection: &mut Connection,
    owner: MemberId,
    filter: &Filter,
    (members, book): (&Members, &Book),
) -> Result<i64, Error> {
    // Counting all would cost more than the page.
    if !filter.narrows() {
        return Ok(book.number.into());
    }
    Ok(chosen(connection, owner, filter, members).count().get_result(connection)?)
}

/// How many match.
///
/// # Errors
/// The database's.
pub fn number(connection: &mut Connection, limits: &Limits, owner: MemberId, filter: &Filter) -> Result<i64, Error> {
    let (book, members) = (store::book(connection, owner)?, Members::of(connection, limits, owner, filter)?);
    match total(connection, owner, filter, (&members, &book))? {
        0 => match spelled(connection, owner, filter)? {
            Some(filter) => total(connection, owner, &filter, (&members, &book)),
            None => Ok(0),
        },
        total => Ok(total),
    }
}

/// The ids of all that match, in order.
///
/// # Errors
/// The database's.
pub fn all(
    connection: &mut Connection,
    limits: &Limits,
    owner: MemberId,
    filter: &Filter,
) -> Result<Vec<ContactId>, Error> {
    let members = Members::of(connection, limits, owner, filter)?;
    let rows = ordered(chosen(connection, owner, filter, &members), filter.sort, None);
    let found: Vec<ContactId> = rows.select(contacts::id).load(connection)?;
    if found.is_empty()
        && let Some(filter) = spelled(connection, owner, filter)?
    {
        return all(connection, limits, owner, &filter);
    }
    Ok(found)
}

/// The filter with its tag as the owner has spelled it, where that is otherwise: to be asked where nobody matched.
fn spelled(connection: &mut Connection, owner: MemberId, filter: &Filter) -> Result<Option<Filter>, Error> {
    if filter.tag.is_empty() {
        return Ok(None);
    }
    let spelled = filter.clone().spelled(&tags::each(connection, owner)?);
    Ok(Some(spelled).filter(|spelled| spelled.tag != filter.tag))
}

/// Puts tags and members on the rows of a page.
///
/// # Errors
/// The database's.
pub fn with_members(
    connection: &mut Connection,
    limits: &Limits,
    viewer: &Viewer,
    list: ListPage<Row>,
) -> Result<ListPage<Listed>, Error> {
    let ids: Vec<ContactId> = list.rows.iter().map(|row| row.id).collect();
    let mut members = match ids.is_empty() {
        true => HashMap::new(),
        false => membership::of(connection, limits, viewer, &ids)?,
    };
    let list = with_tags(connection, viewer.id, list)?;
    Ok(list.map(|listed| Listed { member: members.remove(&listed.row.id), ..listed }))
}

/// Puts tags on the rows of a page.
///
/// # Errors
/// The database's.
pub fn with_tags(connection: &mut Connection, owner: MemberId, list: ListPage<Row>) -> Result<ListPage<Listed>, Error> {
    let ids: Vec<ContactId> = list.rows.iter().map(|row| row.id).collect();
    let mut words = if ids.is_empty() { HashMap::new() } else { tags::of(connection, owner, &ids)? };
    Ok(list.map(|row| Listed { tags: words.remove(&row.id).unwrap_or_default(), member: None, row }))
}
