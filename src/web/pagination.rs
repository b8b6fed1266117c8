//! Pages of a list by keyset: a link says after or before which row a page begins, so that page 500 costs what page
//! 1 costs, and a row that comes or goes shifts nothing.

use crate::language::{number, tf};
use crate::web::form::Form;

/// Rows on a page of a list.
pub const ROWS: usize = 50;

/// The part of a query that says which page.
#[derive(Debug, Default, Clone)]
pub struct At {
    after: String,
    before: String,
    page: u32,
}

/// Where a page begins: the sort key and the id of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The row's sort key, as text.
    pub key: String,
    /// The row's id.
    pub id: i64,
}

impl At {
    /// Reads `after`, `before` and `page`.
    pub fn of(query: &Form) -> At {
        let text = |name| query.get(name).to_owned();
        At { after: text("after"), before: text("before"), page: query.get("page").parse().unwrap_or(0) }
    }

    /// The row to begin at, and whether to go backwards from it.
    pub fn cursor(&self) -> Option<(Cursor, bool)> {
        let parse = |text: &str| {
            let (id, key) = text.split_once('~')?;
            Some(Cursor { key: key.to_owned(), id: id.parse().ok()? })
        };
        parse(&self.after).map(|cursor| (cursor, false)).or_else(|| parse(&self.before).map(|cursor| (cursor, true)))
    }

    /// Rows fetched from two lists as a page of one, by date and id: the newest first, or the oldest when going backwards.
    pub fn merged<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> (i64, i64)) -> Vec<T> {
        rows.sort_by_key(|row| std::cmp::Reverse(key(row)));
        if self.cursor().is_some_and(|(_, back)| back) {
            rows.reverse();
        }
        rows.truncate(ROWS + 1);
        rows
    }
}

/// One page of a list, with the ways to its neighbours.
#[derive(Debug)]
pub struct Paged<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many there are on all pages.
    pub total: i64,
    /// The number of this page, from 1.
    pub page: u32,
    /// The query of the previous page.
    pub previous: Option<String>,
    /// The query of the next page.
    pub next: Option<String>,
}

impl<T> Paged<T> {
    /// Makes a page of rows fetched in the direction of the cursor, up to one more than a page holds.
    pub fn new(mut rows: Vec<T>, total: i64, at: &At, cursor_of: impl Fn(&T) -> Cursor) -> Paged<T> {
        let cursor = at.cursor();
        let backwards = cursor.as_ref().is_some_and(|(_, back)| *back);
        let more = rows.len() > ROWS;
        rows.truncate(ROWS);
        if backwards {
            rows.reverse();
        }
        let page = if cursor.is_none() { 1 } else { at.page.max(1) };
        let link = |row: Option<&T>, word: &str, page: u32| row.map(|row| query(word, &cursor_of(row), page));
        let has_previous = if backwards { more } else { cursor.is_some() };
        let has_next = backwards || more;
        let previous = link(rows.first().filter(|_| has_previous), "before", page.saturating_sub(1).max(1));
        let next = link(rows.last().filter(|_| has_next), "after", page + 1);
        Paged { rows, total, page, previous, next }
    }

    /// Which rows these are, e.g. `51–100 of 312`.
    pub fn range(&self) -> String {
        let first = (i64::from(self.page) - 1) * ROWS as i64 + 1;
        let last = first + self.rows.len() as i64 - 1;
        // A link may be older than the list; then the numbers stay within it.
        let last = last.min(self.total.max(self.rows.len() as i64));
        let first = (last - self.rows.len() as i64 + 1).max(1);
        tf("{first}–{last} of {all}", (&number(first), &number(last), &number(self.total)))
    }
}

fn query(word: &str, cursor: &Cursor, page: u32) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair(word, &format!("{}~{}", cursor.id, cursor.key)).append_pair("page", &page.to_string());
    query.finish()
}
