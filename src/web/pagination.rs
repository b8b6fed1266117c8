//! Pages of a list by keyset: a link says after or before which row a page begins, so that page 500 costs what page
//! 1 costs, and a row that comes or goes shifts nothing. What an address says that no longer fits, or never did, leads to
//! a page that has people.

use crate::error::Error;
use crate::language::{number, tf, tn};
use crate::web::form::Form;

/// Rows on a page of a list.
pub const ROWS: usize = 50;

/// The part of a query that says which page.
#[derive(Debug, Default, Clone)]
pub struct PageRequest {
    cursor: Option<(Cursor, bool)>,
    /// From 1; 0 where the query does not say.
    page: u32,
    /// How many rows the page has, where it is the last one, read from the end.
    last: Option<usize>,
}

/// Where a page begins: the sort key and the id of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The row's sort key, as text.
    pub key: String,
    /// The row's id.
    pub id: i64,
}

impl Cursor {
    /// The cursor behind the last row of a list whose newest row comes first.
    pub fn oldest() -> Cursor {
        Cursor { key: "0".to_owned(), id: 0 }
    }

    /// The cursor behind the last row of a list by name.
    pub fn last_name() -> Cursor {
        Cursor { key: char::MAX.to_string(), id: i64::MAX }
    }
}

impl PageRequest {
    /// Reads `after`, `before` and `page`. A cursor that no page of this site made is left out.
    pub fn of(query: &Form) -> PageRequest {
        let page = query.get("page").parse().unwrap_or(0);
        let parse = |word: &str| {
            let mut parts = query.get(word).splitn(3, '~');
            let (id, sum, key) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
            let cursor = Cursor { key: key.to_owned(), id };
            (sum == checksum(word, &cursor, page)).then_some(cursor)
        };
        let after = parse("after").map(|cursor| (cursor, false));
        PageRequest { cursor: after.or_else(|| parse("before").map(|cursor| (cursor, true))), page, last: None }
    }

    /// The number of the page, from 1.
    pub fn page(&self) -> u32 {
        self.page.max(1)
    }

    /// The row to begin at, and whether to go backwards from it.
    pub fn cursor(&self) -> Option<(Cursor, bool)> {
        self.cursor.clone()
    }

    /// How many rows to fetch: one more than the page shows, and those before it where only its number is known.
    pub fn limit(&self) -> i64 {
        (self.skipped() + ROWS) as i64 + 1
    }

    /// The query that leads to this page again.
    pub fn query(&self) -> String {
        match &self.cursor {
            Some((cursor, back)) => query(if *back { "before" } else { "after" }, cursor, self.page),
            None if self.page > 1 => format!("page={}", self.page),
            None => String::new(),
        }
    }

    /// Rows fetched from two lists as a page of one, by date and id: the newest first, or the oldest when going backwards.
    pub fn merged<T, K: Ord>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
        rows.sort_by_key(|row| std::cmp::Reverse(key(row)));
        if self.is_back() {
            rows.reverse();
        }
        rows.truncate(usize::try_from(self.limit()).unwrap_or(ROWS));
        rows
    }

    fn is_back(&self) -> bool {
        self.cursor.as_ref().is_some_and(|(_, back)| *back)
    }

    fn skipped(&self) -> usize {
        if self.cursor.is_some() { 0 } else { (self.page.saturating_sub(1) as usize).saturating_mul(ROWS) }
    }

    /// The last page of a list of so many, read from its end.
    fn last_of(total: i64, end: Cursor) -> PageRequest {
        let last = last_page(total);
        if total == 0 {
            return PageRequest { cursor: Some((end, true)), page: 2, last: Some(ROWS) };
        }
        if last == 1 {
            return PageRequest::default();
        }
        let size = total - (i64::from(last) - 1) * ROWS as i64;
        PageRequest { cursor: Some((end, true)), page: last, last: Some(usize::try_from(size).unwrap_or(ROWS)) }
    }
}

/// The number of the last page of a list of so many.
fn last_page(total: i64) -> u32 {
    u32::try_from((total + ROWS as i64 - 1) / ROWS as i64).unwrap_or(1).max(1)
}

/// One page of a list, with the ways to its neighbours.
#[derive(Debug)]
pub struct ListPage<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many there are on all pages; 0 where that is not counted.
    pub total: i64,
    /// The number of this page, from 1.
    pub page: u32,
    /// The query of the previous page.
    pub previous: Option<String>,
    /// The query of the next page.
    pub next: Option<String>,
}

impl<T> ListPage<T> {
    /// Fetches a page of a list of so many rows, which come in the direction of the cursor, up to [`PageRequest::limit`] of them.
    /// Where nobody stands any more, that is the last page that has people; `end` lies behind the last row.
    ///
    /// # Errors
    /// Those of `fetch`.
    pub fn read(
        at: &PageRequest,
        total: i64,
        end: Cursor,
        mut fetch: impl FnMut(&PageRequest) -> Result<Vec<T>, Error>,
        cursor_of: impl Fn(&T) -> Cursor,
    ) -> Result<ListPage<T>, Error> {
        let mut at = at.clone();
        if at.cursor.is_none() && at.page > last_page(total) {
            at = PageRequest::last_of(total, end.clone());
        }
        let mut rows = fetch(&at)?;
        if rows.is_empty() && at.cursor.is_some() {
            at = PageRequest::last_of(total, end);
            rows = fetch(&at)?;
        }
        // Back at the beginning, of which somebody has gone meanwhile: the first page is whole all the same.
        if at.is_back() && at.last.is_none() && rows.len() <= ROWS {
            at = PageRequest::default();
            rows = fetch(&at)?;
        }
        Ok(ListPage::new(rows, total, &at, cursor_of))
    }

    /// A page of a list that is at hand as a whole, by its number: it is not long, and has no order by which an index finds a part.
    pub fn of_whole(mut all: Vec<T>, at: &PageRequest) -> ListPage<T> {
        let total = all.len() as i64;
        let last = last_page(total);
        let page = at.page().min(last);
        let mut rows = all.split_off((page as usize - 1).saturating_mul(ROWS).min(all.len()));
        rows.truncate(ROWS);
        let link = |page: u32| format!("page={page}");
        ListPage {
            rows,
            total,
            page,
            previous: (page > 1).then(|| link(page - 1)),
            next: (page < last).then(|| link(page + 1)),
        }
    }

    fn new(mut rows: Vec<T>, total: i64, at: &PageRequest, cursor_of: impl Fn(&T) -> Cursor) -> ListPage<T> {
        let size = at.last.unwrap_or(ROWS);
        rows.drain(..at.skipped().min(rows.len()));
        let more = rows.len() > size;
        rows.truncate(size);
        let back = at.is_back();
        if back {
            rows.reverse();
        }
        let page = at.page.max(1);
        let link = |row: Option<&T>, word: &str, page: u32| row.map(|row| query(word, &cursor_of(row), page));
        let has_previous = if back { more } else { page > 1 };
        let has_next = if back { at.last.is_none() } else { more };
        let previous = match page.saturating_sub(1) {
            ..=1 => has_previous.then(|| "page=1".to_owned()),
            before => link(rows.first().filter(|_| has_previous), "before", before),
        };
        let next = link(rows.last().filter(|_| has_next), "after", page.saturating_add(1));
        ListPage { rows, total, page, previous, next }
    }

    /// The page with each row made into something else.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> ListPage<U> {
        let ListPage { rows, total, page, previous, next } = self;
        ListPage { rows: rows.into_iter().map(make).collect(), total, page, previous, next }
    }

    /// Which rows these are, e.g. `51–100 of 312`; how many there are, where these are all.
    pub fn range(&self) -> String {
        let rows = self.rows.len() as i64;
        if rows >= self.total {
            return tn(rows, "{n} person", "{n} people");
        }
        // A link may be older than the list; then the numbers stay within it.
        let last = ((i64::from(self.page) - 1) * ROWS as i64 + rows).min(self.total);
        let first = (last - rows + 1).max(1);
        if first == last {
            return tf("{n} of {all}", (&number(last), &number(self.total)));
        }
        tf("{first}–{last} of {all}", (&number(first), &number(last), &number(self.total)))
    }
}

/// The query that leads to a page which begins `after` or `before` a row.
pub fn query(word: &str, cursor: &Cursor, page: u32) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let sum = checksum(word, cursor, page);
    query.append_pair(word, &format!("{}~{sum}~{}", cursor.id, cursor.key)).append_pair("page", &page.to_string());
    query.finish()
}

/// Tells a cursor of this site from one that was put together by hand, whose page would have another number than it says.
fn checksum(word: &str, cursor: &Cursor, page: u32) -> String {
    let text = format!("{word} {} {page} {}", cursor.id, cursor.key);
    let fnv = |sum: u32, byte: u8| (sum ^ u32::from(byte)).wrapping_mul(16_777_619);
    format!("{:x}", text.bytes().fold(2_166_136_261, fnv))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor_of(row: &i64) -> Cursor {
        Cursor { key: row.to_string(), id: *row }
    }

    /// A page of a list of the numbers from `total` down to 1.
    fn page(query: &str, total: i64) -> ListPage<i64> {
        let at = PageRequest::of(&Form::parse(query.as_bytes()).unwrap());
        let fetch = |at: &PageRequest| {
            let most = usize::try_from(at.limit()).unwrap();
            Ok(match at.cursor() {
                Some((cursor, true)) => (cursor.id + 1..=total).take(most).collect(),
                Some((cursor, false)) => (1..cursor.id.min(total + 1)).rev().take(most).collect(),
                None => (1..=total).rev().take(most).collect(),
            })
        };
        ListPage::read(&at, total, Cursor::oldest(), fetch, cursor_of).unwrap()
    }

    #[test]
    fn pages_lead_to_each_other_and_back() {
        let first = page("", 120);
        assert_eq!((first.range().as_str(), first.previous.is_none()), ("1–50 of 120", true));
        let second = page(first.next.as_ref().unwrap(), 120);
        let third = page(second.next.as_ref().unwrap(), 120);
        assert_eq!((third.range().as_str(), third.next.is_none()), ("101–120 of 120", true));
        assert_eq!(page(third.previous.as_ref().unwrap(), 120).rows, second.rows);
        assert_eq!(page(second.previous.as_ref().unwrap(), 120).rows, first.rows);
    }

    #[test]
    fn an_emptied_last_page_leads_to_the_one_before() {
        let next = page("", 51).next.unwrap();
        assert_eq!(page(&next, 51).range(), "51 of 51");
        // The 51st, which is the oldest, is gone.
        let at = PageRequest::of(&Form::parse(next.as_bytes()).unwrap());
        let fetch = |at: &PageRequest| {
            Ok(match at.cursor() {
                Some((_, false)) => Vec::new(),
                _ => (2..=51).rev().collect(),
            })
        };
        let now = ListPage::read(&at, 50, Cursor::oldest(), fetch, cursor_of).unwrap();
        assert_eq!((now.rows.len(), now.range().as_str(), now.previous, now.next), (50, "50 people", None, None));
    }

    #[test]
    fn a_page_number_beyond_the_end_is_the_last_page() {
        for number in ["4", "4294967295", "99999999999"] {
            let last = page(&format!("page={number}"), 120);
            let wanted = if number.len() > 10 { "1–50 of 120" } else { "101–120 of 120" };
            assert_eq!(last.range(), wanted, "{number}");
        }
        let last = page("page=9", 120);
        assert_eq!(page(last.previous.as_ref().unwrap(), 120).range(), "51–100 of 120");
        assert_eq!(page("page=2", 120).range(), "51–100 of 120");
        assert_eq!(page("page=7", 1).range(), "1 person");
    }

    #[test]
    fn a_list_at_hand_is_cut_into_pages() {
        let page = |number: &str| {
            let at = PageRequest::of(&Form::parse(format!("page={number}").as_bytes()).unwrap());
            ListPage::of_whole((1..=101).collect(), &at)
        };
        let (first, last) = (page(""), page("99"));
        assert_eq!((first.rows[..2].to_vec(), first.previous, first.next), (vec![1, 2], None, Some("page=2".into())));
        assert_eq!((last.rows, last.previous, last.next, last.page), (vec![101], Some("page=2".into()), None, 3));
        assert!(ListPage::<i64>::of_whole(Vec::new(), &PageRequest::default()).rows.is_empty());
    }

    #[test]
    fn a_made_up_cursor_begins_at_a_whole_page() {
        for (query, range) in [("after=50~x~50&page=2", "51–53 of 53"), ("after=50~50", "1–50 of 53")] {
            assert_eq!(page(query, 53).range(), range, "{query}");
        }
        let changed = page("", 53).next.unwrap().replace("page=2", "page=4294967295");
        assert_eq!(page(&changed, 53).range(), "51–53 of 53");
    }
}
