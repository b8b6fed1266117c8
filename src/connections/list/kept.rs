//! A long list, kept to be searched: the texts of its members one behind the other, so that a filter reads no row but those
//! that its page shows. It is true as long as the connections are the same; what others change of their profiles it has
//! after a minute.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use diesel::prelude::*;
use memchr::memmem;

use crate::cache::{Cache, Cached};
use crate::connections::list::{Filter, Sort, ids_in_order};
use crate::connections::mutual::MAX_SHORT;
use crate::connections::sql_condition::IsConnected;
use crate::dates;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::ConnectionCount;
use crate::members::search::needle::Needle;
use crate::schema::{members, relationships};
use crate::web::pagination::PageRequest;

/// Stands between two texts, and in none.
const BETWEEN: char = '\0';
/// Searches of which the places are kept: for the history beside the list, and for its next page.
const MAX_SEARCHES: usize = 8;

/// The connections of a member, the newest first.
#[derive(Debug, Default)]
pub struct Kept {
    ids: Vec<MemberId>,
    /// Since when each is connected.
    since: Vec<i64>,
    texts: String,
    /// Where the text of each ends.
    ends: Vec<usize>,
    /// Their places in another order, once it was asked for.
    orders: Mutex<HashMap<Sort, Arc<Vec<usize>>>>,
    /// Who matched, the latest search last.
    searches: Mutex<Vec<(Search, Arc<Vec<u32>>)>>,
}

/// What a filter says of who matches, whatever the order.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Search([String; 5]);

impl Search {
    fn of(filter: &Filter) -> Search {
        let Filter { q, company, location, connected_after, connected_before, .. } = filter;
        Search([q, company, location, connected_after, connected_before].map(String::clone))
    }
}

impl Cached for Kept {
    const SECONDS: i64 = 60;

    fn took_long(&self) -> bool {
        true
    }

    fn bytes(&self) -> usize {
        // Three numbers of each, its place in three orders, and in what was searched for.
        self.texts.capacity() + self.ids.len() * (6 * size_of::<usize>() + MAX_SEARCHES * size_of::<u32>())
    }
}

/// Whether a list is read by what is kept of it. A short one is walked as quickly, and messages and tags are not kept.
pub fn serves(mine: ConnectionCount, filter: &Filter) -> bool {
    let asks_for_others = filter.asks_for_messages() || !filter.tag.is_empty();
    mine.number > MAX_SHORT && !asks_for_others && (filter.narrows() || filter.sort == Sort::Company)
}

impl Kept {
    /// Returns what is kept of a member's list.
    ///
    /// # Errors
    /// The database's.
    pub fn of(connection: &mut Connection, cache: &Cache, mine: ConnectionCount) -> Result<Arc<Kept>, Error> {
        cache.get_or_read(mine, |id| {
            let since = relationships::connected_at.assume_not_null();
            let all = relationships::table
                .inner_join(members::table.on(members::id.eq(relationships::other_id)))
                .filter(relationships::owner_id.eq(id))
                .filter(IsConnected)
                .order((since.desc(), relationships::other_id.desc()))
                .select((relationships::other_id, since, members::folded));
            let rows: Vec<(MemberId, i64, String)> = on_engine!(connection, |own| all.load(own))?;
            Ok(Kept::new(rows))
        })
    }

    fn new(rows: Vec<(MemberId, i64, String)>) -> Kept {
        let mut kept = Kept { texts: String::with_capacity(rows.len() * 128), ..Kept::default() };
        for (id, since, folded) in rows {
            kept.texts.push_str(&folded);
            kept.ids.push(id);
            kept.since.push(since);
            kept.ends.push(kept.texts.len());
            kept.texts.push(BETWEEN);
        }
        kept.texts.shrink_to_fit();
        kept
    }

    /// Whether a list in this order needs to read nothing more of everybody.
    pub fn has_order(&self, sort: Sort) -> bool {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(sort, Sort::Recent | Sort::Oldest) || orders.contains_key(&sort)
    }

    /// Returns the ids of those who match, in the order of the filter.
    ///
    /// # Errors
    /// The database's.
    pub fn found(&self, connection: &mut Connection, me: MemberId, filter: &Filter) -> Result<Vec<MemberId>, Error> {
        let places = self.places(filter);
        let ids = places.iter().map(|at| self.ids[*at as usize]);
        Ok(match filter.sort {
            Sort::Recent => ids.collect(),
            Sort::Oldest => ids.rev().collect(),
            sort => {
                let mut is_found = vec![false; self.ids.len()];
                places.iter().for_each(|at| is_found[*at as usize] = true);
                let order = self.order(connection, me, sort)?;
                order.iter().filter(|at| is_found[**at]).map(|at| self.ids[*at]).collect()
            }
        })
    }

    /// Returns when those who match were connected.
    pub fn moments(&self, filter: &Filter) -> Vec<i64> {
        self.places(filter).iter().map(|at| self.since[*at as usize]).collect()
    }

    /// The places of those who match.
    fn places(&self, filter: &Filter) -> Arc<Vec<u32>> {
        let search = Search::of(filter);
        let mut searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, places)) = searches.iter().find(|(before, _)| *before == search) {
            return places.clone();
        }
        drop(searches);
        let places: Vec<u32> = self.search(filter).into_iter().filter_map(|at| u32::try_from(at).ok()).collect();
        let places = Arc::new(places);
        searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        if searches.len() == MAX_SEARCHES {
            searches.remove(0);
        }
        searches.push((search, places.clone()));
        places
    }

    fn search(&self, filter: &Filter) -> Vec<usize> {
        if filter.problems().any() {
            return Vec::new();
        }
        let day = |iso: &str, otherwise| dates::parse(iso).unwrap_or(otherwise);
        let (after, before) = (day(&filter.connected_after, i64::MIN), day(&filter.connected_before, i64::MAX));
        let from = self.since.partition_point(|since| *since >= before);
        let among = from..self.since.partition_point(|since| *since >= after).max(from);
        let needles = filter.needles();
        let Some((first, others)) = needles.split_first() else { return among.collect() };
        let mut places = self.having(first, among);
        places.retain(|at| others.iter().all(|needle| needle.is_in(self.text(*at))));
        places
    }

    /// Looks through all texts at once, and then on from the next text.
    fn having(&self, needle: &Needle, among: Range<usize>) -> Vec<usize> {
        let mut is_found = vec![false; self.ids.len()];
        for spelling in needle.each() {
            let finder = memmem::Finder::new(spelling);
            let (mut at, mut from) = (among.start, self.start(among.start));
            while at < among.end
                && let Some(hit) = finder.find(&self.texts.as_bytes()[from..])
            {
                at += self.ends[at..].iter().take_while(|end| **end < from + hit).count();
                if at < among.end {
                    is_found[at] = is_found[at] || needle.is_anywhere() || needle.is_in(self.text(at));
                }
                at += 1;
                from = self.start(at);
            }
        }
        among.filter(|at| is_found[*at]).collect()
    }

    fn start(&self, at: usize) -> usize {
        at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| end + BETWEEN.len_utf8())
    }

    fn text(&self, at: usize) -> &str {
        &self.texts[self.start(at)..self.ends[at]]
    }

    fn order(&self, connection: &mut Connection, me: MemberId, sort: Sort) -> Result<Arc<Vec<usize>>, Error> {
        let known = self.orders.lock().unwrap_or_else(PoisonError::into_inner).get(&sort).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let places: HashMap<MemberId, usize> = self.ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let ids = ids_in_order(connection, me, sort)?;
        let order = Arc::new(ids.iter().filter_map(|id| places.get(id).copied()).collect::<Vec<usize>>());
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).insert(sort, order.clone());
        Ok(order)
    }
}

/// Returns the part of a list that a page asks for, in the direction of its cursor; nothing where nobody stands at the cursor any
/// more.
pub fn part(ids: &[MemberId], at: &PageRequest, sort: Sort) -> Option<Vec<MemberId>> {
    let most = usize::try_from(at.limit()).unwrap_or(usize::MAX);
    let Some((cursor, back)) = at.cursor() else { return Some(ids.iter().copied().take(most).collect()) };
    let place = match cursor == sort.end() {
        true => ids.len(),
        false => ids.iter().position(|id| id.get() == cursor.id)?,
    };
    Some(match back {
        true => ids[..place].iter().rev().copied().take(most).collect(),
        false => ids.iter().skip(place + 1).copied().take(most).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Kept {
        let text = |at: i64| match at % 3 {
            0 => "ada lind builder\nacme\ngraz",
            1 => "ben lindt\nbolt\nada",
            _ => "eve\nacme ada\n",
        };
        Kept::new((0..9).map(|at| (MemberId::new(at), 1_000_000 - at * 86_400, text(at).to_owned())).collect())
    }

    #[test]
    fn a_long_list_is_searched_as_each_text_would_be() {
        let kept = kept();
        for (q, company, location) in [
            ("ada", "", ""),
            ("lind", "ac", ""),
            ("", "", "ada"),
            ("", "\"acme\"", ""),
            ("lind t", "", ""),
            ("x", "", ""),
        ] {
            let filter =
                Filter { q: q.into(), company: company.into(), location: location.into(), ..Filter::default() };
            let has_all = |at: &usize| filter.needles().iter().all(|needle| needle.is_in(kept.text(*at)));
            let expected: Vec<u32> = (0..9).filter(has_all).map(|at| at as u32).collect();
            assert_eq!(*kept.places(&filter), expected, "{filter:?}");
            assert_eq!(*kept.places(&filter), expected, "the same again: {filter:?}");
        }
        assert_eq!(kept.places(&Filter { q: "'".into(), ..Filter::default() }).len(), 9);
    }

    #[test]
    fn days_cut_a_long_list_before_it_is_searched() {
        let filter = |after: &str, before: &str| Filter {
            q: "ada".into(),
            connected_after: after.into(),
            connected_before: before.into(),
            ..Filter::default()
        };
        assert_eq!(*kept().places(&filter("1970-01-05", "1970-01-10")), [3, 4, 5, 6, 7]);
        assert_eq!(*kept().places(&filter("", "1970-01-06")), [7, 8]);
        assert!(kept().places(&filter("1970-01-10", "1970-01-05")).is_empty());
    }
}
