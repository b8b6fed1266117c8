//! The lists of the directory: whom each shows, in which order, and what is counted of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use diesel::dsl::not;
use diesel::prelude::*;

use crate::cache::{Cache, Cached};
use crate::connections::mutual::{ConnectionIds, MAX_SHORT};
use crate::db::{Connection, id_in};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::ConnectionCount;
use crate::members::directory::{self, Counted, Entry, Facets, From, Listed, entries};
use crate::members::search::MAX_FOUND;
use crate::network::found::{self, Near, Words, hidden_from};
use crate::network::second_degree::SecondDegree;
use crate::profiles::directory::asked::{Asked, Degrees, View};
use crate::schema::{directory as table, members};
use crate::web::pagination::{Cursor, ListPage, PageRequest, ROWS};
use crate::web::viewer::Viewer;

/// Rows on a page of those who were found: the best stand on the first.
const FOUND_ROWS: usize = 20;
/// Of so many who were found the companies and locations are counted.
const COUNTED: usize = 200;
/// Of more, those of the first few are offered, without a number.
const SAMPLED: usize = 60;

/// A page of a list, with what is counted of all of it.
#[derive(Debug)]
pub struct Listing {
    /// Who stands on the page.
    pub page: ListPage<Entry>,
    /// What is counted of the list.
    pub counted: Counted,
    /// One's connections in it, where degrees can be told apart.
    pub first: Option<i64>,
    /// Those one further.
    pub second: Option<i64>,
    /// More match than are looked at.
    pub is_cut: bool,
    /// When each joined, where the list is by that.
    pub joined: HashMap<MemberId, i64>,
}

impl Listing {
    /// Reads the list that is asked for.
    ///
    /// # Errors
    /// The database's.
    pub fn of(
        connection: &mut Connection,
        cache: &Cache,
        me: &Viewer,
        asked: &Asked,
        at: &PageRequest,
    ) -> Result<Listing, Error> {
        let hidden = hidden_from(connection, me.id)?;
        match (asked.view, asked.degree) {
            (View::Found, _) => Listing::found(connection, cache, me, asked, at, &hidden),
            (View::Newest, _) => Listing::newest(connection, &hidden, at),
            (_, Degrees::Any) => Listing::everybody(connection, cache, me, asked, at, &hidden),
            (_, degree) => {
                let near = near(connection, cache, me, degree, &hidden)?;
                let kept: Vec<&Entry> = near.values().filter(|entry| asked.facets.fit(entry)).collect();
                let counted = Counted::of(kept.iter().copied());
                let mut ids: Vec<(String, MemberId)> =
                    kept.iter().map(|entry| (entry.sort_last.clone(), entry.member_id)).collect();
                ids.sort_unstable();
                let ids: Vec<MemberId> = ids.into_iter().map(|(_, id)| id).collect();
                let page = numbered(&ids, (at, ROWS), |_| Ok(near))?;
                Ok(Listing { counted, ..Listing::plain(page) })
            }
        }
    }

    fn plain(page: ListPage<Entry>) -> Listing {
        Listing { page, counted: Counted::default(), first: None, second: None, is_cut: false, joined: HashMap::new() }
    }

    fn everybody(
        connection: &mut Connection,
        cache: &Cache,
        me: &Viewer,
        asked: &Asked,
        at: &PageRequest,
        hidden: &[MemberId],
    ) -> Result<Listing, Error> {
        let listed = Listed { facets: &asked.facets, hidden };
        let counted = counted(connection, cache, listed)?;
        let fetch = |at: &PageRequest| {
            let cursor = at.cursor();
            let from = |(cursor, back): &(Cursor, bool)| (cursor.key.clone(), cursor.id, *back);
            let from = cursor.as_ref().map(from);
            let from = from.as_ref().map(|(sort_last, id, back)| From {
                sort_last,
                member_id: MemberId::new(*id),
                back: *back,
            });
            listed.rows(connection, from, at.limit())
        };
        let cursor = |entry: &Entry| Cursor { key: entry.sort_last.clone(), id: entry.member_id.get() };
        let page = ListPage::read(at, counted.total, Cursor::last_name(), fetch, cursor)?;
        let fits =
            |entries: HashMap<MemberId, Entry>| entries.values().filter(|entry| asked.facets.fit(entry)).count() as i64;
        let (first, second) = match asked.facets.narrow() {
            false => {
                let circle = SecondDegree::of(connection, cache, me.counted())?;
                let listed = circle.listed(connection)?;
                let second = further(connection, cache, me, hidden, listed)?.len() as i64;
                (Some(i64::from(me.connection_count)), second)
            }
            true => {
                let second = fits(near(connection, cache, me, Degrees::Second, hidden)?);
                let few = me.connection_count <= MAX_SHORT;
                let first = few.then(|| near(connection, cache, me, Degrees::First, hidden)).transpose()?;
                (first.map(fits), second)
            }
        };
        Ok(Listing { counted, first, second: Some(second), ..Listing::plain(page) })
    }

    fn newest(connection: &mut Connection, hidden: &[MemberId], at: &PageRequest) -> Result<Listing, Error> {
        let fetch = |at: &PageRequest| newest(connection, hidden, at);
        let cursor = |(id, joined): &(MemberId, i64)| Cursor { key: joined.to_string(), id: id.get() };
        let page = ListPage::read(at, 0, Cursor::oldest(), fetch, cursor)?;
        let joined: HashMap<MemberId, i64> = page.rows.iter().copied().collect();
        let ids: Vec<MemberId> = page.rows.iter().map(|(id, _)| *id).collect();
        let mut all = entries(connection, &ids)?;
        let ListPage { rows, total, page, previous, next } = page;
        let rows = rows.into_iter().filter_map(|(id, _)| all.remove(&id)).collect();
        Ok(Listing { joined, ..Listing::plain(ListPage { rows, total, page, previous, next }) })
    }

    fn found(
        connection: &mut Connection,
        cache: &Cache,
        me: &Viewer,
        asked: &Asked,
        at: &PageRequest,
        hidden: &[MemberId],
    ) -> Result<Listing, Error> {
        let facets = &asked.facets;
        let words = Words { q: &asked.q, elsewhere: [&facets.company, &facets.location] };
        let mut found = found::members(connection, cache, me.counted(), hidden, words)?;
        let is_cut = found.len() as i64 >= MAX_FOUND;
        let ids = |found: &[(MemberId, Near)]| found.iter().map(|(id, _)| *id).collect::<Vec<MemberId>>();
        if facets.narrow() {
            let all = entries(connection, &ids(&found))?;
            found.retain(|(id, _)| all.get(id).is_some_and(|entry| facets.fit(entry)));
        }
        let of = |degree| found.iter().filter(|(_, near)| is(*near, degree)).count() as i64;
        let (first, second) = (of(Degrees::First), of(Degrees::Second));
        found.retain(|(_, near)| is(*near, asked.degree));
        let ids = ids(&found);
        let is_sample = ids.len() > COUNTED;
        let looked_at = entries(connection, &ids[..ids.len().min(if is_sample { SAMPLED } else { COUNTED })])?;
        let counted = Counted::of(looked_at.values());
        let counted = if is_sample { counted.uncounted() } else { counted };
        let page = numbered(&ids, (at, FOUND_ROWS), |ids| match ids.iter().all(|id| looked_at.contains_key(id)) {
            true => Ok(looked_at),
            false => entries(connection, ids),
        })?;
        Ok(Listing { counted, first: Some(first), second: Some(second), is_cut, ..Listing::plain(page) })
    }
}

/// A site of more members is counted once in a while.
const MANY: i64 = 10_000;
/// What is kept for the whole site stands under nobody's id.
const EVERYBODY: ConnectionCount = ConnectionCount { id: MemberId::NOBODY, number: 0, version: 0 };

/// Lists of which the counts are kept.
const LISTS: usize = 200;

/// What is counted of everybody, and of the lists to which they were narrowed since.
struct OfEverybody {
    all: Counted,
    narrowed: Mutex<HashMap<Facets, Counted>>,
}

impl Cached for OfEverybody {
    const SECONDS: i64 = 600;

    fn took_long(&self) -> bool {
        self.all.total > MANY
    }
}

impl OfEverybody {
    fn narrowed(&self, connection: &mut Connection, facets: &Facets) -> Result<Counted, Error> {
        let kept = || self.narrowed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counted) = kept().get(facets) {
            return Ok(counted.clone());
        }
        let counted = directory::counted(connection, facets)?;
        let mut kept = kept();
        if kept.len() >= LISTS {
            kept.clear();
        }
        kept.insert(facets.clone(), counted.clone());
        Ok(counted)
    }
}

/// Counts a list without those who are hidden from whoever looks.
fn counted(connection: &mut Connection, cache: &Cache, listed: Listed) -> Result<Counted, Error> {
    let facets = listed.facets;
    let counted = match (facets.narrow(), cache.get::<OfEverybody>(EVERYBODY)) {
        (true, Some(kept)) => kept.narrowed(connection, facets)?,
        (true, None) => directory::counted(connection, facets)?,
        (false, _) => {
            let all = |_| Ok(OfEverybody { all: directory::counted(connection, facets)?, narrowed: Mutex::default() });
            cache.get_or_read(EVERYBODY, all)?.all.clone()
        }
    };
    let hidden = entries(connection, listed.hidden)?;
    Ok(counted.without(hidden.values(), facets))
}

fn is(near: Near, degree: Degrees) -> bool {
    match degree {
        Degrees::Any => true,
        Degrees::First => near == Near::Connected,
        Degrees::Second => near == Near::Shared,
    }
}

/// Members and when they joined, the newest first.
fn newest(connection: &mut Connection, hidden: &[MemberId], at: &PageRequest) -> Result<Vec<(MemberId, i64)>, Error> {
    use members::{created_at, id};
    let shown = not(id_in(connection, id, hidden));
    let listed = members::table.inner_join(table::table.on(table::member_id.eq(id)));
    let mut query = listed.filter(shown).select((id, created_at)).into_boxed();
    // The first page begins after every day, so that it is a part of the index like the others.
    let (from, back) = at.cursor().unwrap_or_else(|| (Cursor { key: i64::MAX.to_string(), id: 0 }, false));
    let key: i64 = from.key.parse().unwrap_or(0);
    query = match back {
        true => query.filter(created_at.ge(key)).filter(created_at.gt(key).or(id.gt(from.id))),
        false => query.filter(created_at.le(key)).filter(created_at.lt(key).or(id.lt(from.id))),
    };
    let query = match back {
        true => query.order((created_at.asc(), id.asc())),
        false => query.order((created_at.desc(), id.desc())),
    };
    Ok(query.limit(at.limit()).load(connection)?)
}

/// A page of a list that is known whole, by its number, with so many rows.
fn numbered(
    ids: &[MemberId],
    (at, size): (&PageRequest, usize),
    read: impl FnOnce(&[MemberId]) -> Result<HashMap<MemberId, Entry>, Error>,
) -> Result<ListPage<Entry>, Error> {
    let pages = ids.len().div_ceil(size).max(1);
    let page = at.page().clamp(1, u32::try_from(pages).unwrap_or(1));
    let first = (page as usize - 1) * size;
    let ids_of_page = &ids[first..ids.len().min(first + size)];
    let mut entries = read(ids_of_page)?;
    Ok(ListPage {
        rows: ids_of_page.iter().filter_map(|id| entries.remove(id)).collect(),
        total: ids.len() as i64,
        page,
        previous: (page > 1).then(|| format!("page={}", page - 1)),
        next: ((page as usize) < pages).then(|| format!("page={}", page + 1)),
    })
}

/// Everybody of a degree who is listed.
fn near(
    connection: &mut Connection,
    cache: &Cache,
    me: &Viewer,
    degree: Degrees,
    hidden: &[MemberId],
) -> Result<HashMap<MemberId, Entry>, Error> {
    if degree == Degrees::First {
        let connected = ConnectionIds::of(connection, cache, me.counted())?;
        return entries(connection, connected.ids());
    }
    let circle = SecondDegree::of(connection, cache, me.counted())?;
    let ids = further(connection, cache, me, hidden, circle.ids())?;
    entries(connection, &ids)
}

/// Those of one's circle who are no connections of one's own.
fn further(
    connection: &mut Connection,
    cache: &Cache,
    me: &Viewer,
    hidden: &[MemberId],
    circle: &[MemberId],
) -> Result<Vec<MemberId>, Error> {
    let connected = ConnectionIds::of(connection, cache, me.counted())?;
    let is_further = |id: &&MemberId| !connected.has(**id) && !hidden.contains(id) && **id != me.id;
    Ok(circle.iter().filter(is_further).copied().collect())
}
