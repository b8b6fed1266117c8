//! Searching all members by name, headline, company and location: what is the same on both engines.

pub mod leftover;
pub mod needle;
mod postgres;
pub mod soundness;
mod sqlite;
pub mod words;

use std::cmp::Ordering;
use std::collections::HashSet;

use diesel::prelude::*;

use crate::db::{self, Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::search::leftover::Index;
use crate::members::search::words::{Word, in_order, terms, typed};
use crate::members::store::{self, Renamed};
use crate::members::{directory, sorting};
use crate::schema::{members, settings};
use crate::text::spellings;

/// Matches that are looked at. Ranking needs every match, so a search for a letter would cost what all members cost.
pub const MAX_FOUND: i64 = 1_000;

/// Counts up whenever `text::fold` or `sorting::keys` gives something else than before, or the index is made of something
/// else.
const FOLDING: u32 = 8;
const DONE: &str = "done";
/// Members of one transaction when all are indexed anew: some milliseconds, in which nobody else can change anything.
const BATCH: i64 = 200;

/// What is searched of a member.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = members)]
pub struct Searched {
    /// The member.
    pub id: MemberId,
    full_name: String,
    headline: String,
    company: String,
    location: String,
    hidden_at: Option<i64>,
}

/// Stands before a word of the name, as no other does: a search in names then asks the index for nothing else.
const IN_NAME: &str = "=";
/// Stands before all words of the name, in order.
const WHOLE_NAME: &str = "==";

impl Searched {
    /// What the index holds: every word, those of the name once more as such, and the name as a whole.
    /// Of a hidden profile it holds nothing.
    fn terms(&self) -> Vec<String> {
        if self.hidden_at.is_some() {
            return Vec::new();
        }
        let names = terms(&self.full_name);
        let in_name: Vec<String> = names.iter().map(|word| format!("{IN_NAME}{word}")).collect();
        let others = self.others();
        let core = sorting::core(&self.full_name).join(" ");
        let whole = [&self.full_name, &core].into_iter().flat_map(|name| spellings(name));
        let whole = whole.map(|name| format!("{WHOLE_NAME}{}", in_order(&name)));
        names.into_iter().chain(others).chain(in_name).chain(whole).collect()
    }

    /// The column by which one's own connections are filtered; of a hidden profile it holds the name.
    fn folded(&self) -> String {
        let others = [&self.headline, &self.company, &self.location].map(String::as_str);
        let [headline, company, location] = if self.hidden_at.is_some() { [""; 3] } else { others };
        folded([&self.full_name, headline, company, location])
    }

    /// The words of everything but the name.
    fn others(&self) -> impl Iterator<Item = String> {
        [&self.headline, &self.company, &self.location].into_iter().flat_map(|text| terms(text))
    }
}

/// Where in a member the words were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// They are the whole name.
    WholeName,
    /// In the name.
    Name,
    /// In the headline, company or location.
    Elsewhere,
}

/// The words that somebody typed.
#[derive(Debug)]
pub struct Wanted {
    words: Vec<Word>,
    /// As a name stands in the index, for each way to spell it.
    whole: Vec<String>,
    /// Words that must stand somewhere besides.
    elsewhere: Vec<Word>,
}

impl Wanted {
    /// Reads what was typed, and what must stand somewhere besides; nothing where no letter or digit was typed.
    pub fn of(text: &str, elsewhere: &[&str]) -> Option<Wanted> {
        let words = typed(text);
        let whole = spellings(text).iter().map(|name| format!("{WHOLE_NAME}{}", in_order(name))).collect();
        let elsewhere = elsewhere.iter().flat_map(|text| typed(text)).collect();
        (!words.is_empty()).then_some(Wanted { words, whole, elsewhere })
    }

    /// Finds members who match every word by its beginning, up to [`MAX_FOUND`] of each place; a member may come in more than one.
    /// Those who are hidden from whoever searches are left out before anything is cut, so that they leave no gap.
    ///
    /// # Errors
    /// The database's.
    pub fn find(&self, connection: &mut Connection, hidden: &[MemberId]) -> Result<Vec<(MemberId, Place)>, Error> {
        let most = MAX_FOUND + i64::try_from(hidden.len()).unwrap_or(i64::MAX - MAX_FOUND);
        let found = match connection {
            Connection::Sqlite(sqlite) => sqlite::matching(sqlite, self, most)?,
            Connection::Postgres(postgres) => postgres::matching(postgres, self, most)?,
        };
        let hidden: HashSet<MemberId> = hidden.iter().copied().collect();
        Ok(seen(found.into_iter().filter(|(_, id)| !hidden.contains(id))))
    }

    /// Patterns of the column `folded` for each word, of which one at least fits whoever matches.
    pub fn in_folded(&self) -> impl Iterator<Item = Vec<String>> {
        self.words.iter().chain(&self.elsewhere).map(|word| word.each().map(contains).collect())
    }

    /// Returns where a member matches every word; nothing where they do not. The column `folded` is theirs.
    pub fn place_in(&self, searched: &Searched, folded: &str) -> Option<Place> {
        if !self.words.iter().chain(&self.elsewhere).all(|word| word.may_begin_in(folded)) {
            return None;
        }
        let in_all = |words: &[Word], terms: &[String]| words.iter().all(|word| word.begins_any(terms));
        let mut all = terms(&searched.full_name);
        let in_name = in_all(&self.words, &all);
        if in_name && self.elsewhere.is_empty() {
            return Some(Place::Name);
        }
        all.extend(searched.others());
        let has_all = in_all(&self.words, &all) && in_all(&self.elsewhere, &all);
        has_all.then_some(if in_name { Place::Name } else { Place::Elsewhere })
    }
}

/// Returns up to [`MAX_FOUND`] of each place; those elsewhere only where the names are not too many.
fn seen(found: impl Iterator<Item = (i32, MemberId)>) -> Vec<(MemberId, Place)> {
    let (mut whole, mut named, mut elsewhere) = (Vec::new(), Vec::new(), Vec::new());
    for (number, id) in found {
        match number {
            0 => whole.push((id, Place::WholeName)),
            1 => named.push((id, Place::Name)),
            _ => elsewhere.push((id, Place::Elsewhere)),
        }
    }
    if named.len() >= MAX_FOUND as usize {
        elsewhere.clear();
    }
    [whole, named, elsewhere].into_iter().flat_map(|places| places.into_iter().take(MAX_FOUND as usize)).collect()
}

/// Puts what is searched of a member into the index and the directory, in place of what was there.
///
/// # Errors
/// The database's.
pub fn index(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    let searched: Searched = members::table.find(member).select(Searched::as_select()).first(connection)?;
    diesel::update(members::table.find(member)).set(members::folded.eq(searched.folded())).execute(connection)?;
    directory::enter(connection, member)?;
    match connection {
        Connection::Sqlite(sqlite) => sqlite::index(sqlite, &searched),
        Connection::Postgres(postgres) => postgres::index(postgres, &searched),
    }
}

/// Takes a member out of the index.
///
/// # Errors
/// The database's.
pub fn remove(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    directory::leave(connection, member)?;
    let key = match connection {
        Connection::Sqlite(_) => "rowid",
        Connection::Postgres(_) => "member_id",
    };
    let sql = format!("DELETE FROM member_search WHERE {key} = {member}");
    on_engine!(connection, |own| diesel::sql_query(sql).execute(own))?;
    leftover::remember(connection, Index::Members)
}

/// Indexes every member, after a bulk load.
///
/// # Errors
/// The database's.
pub fn index_all(connection: &mut Connection) -> Result<(), Error> {
    directory::enter_all(connection)?;
    match connection {
        Connection::Sqlite(sqlite) => sqlite::index_all(sqlite),
        Connection::Postgres(postgres) => postgres::index_all(postgres),
    }
}

/// Forgets every member, before all are indexed anew.
///
/// # Errors
/// The database's.
pub fn clear(connection: &mut Connection) -> Result<(), Error> {
    directory::clear(connection)?;
    match connection {
        Connection::Sqlite(sqlite) => sqlite::clear(sqlite),
        Connection::Postgres(postgres) => postgres::clear(postgres),
    }
}

/// The column that one's own connections are filtered by: name and headline, the company, the location, a line each, with
/// every way to spell them.
pub fn folded([full_name, headline, company, location]: [&str; 4]) -> String {
    [line(full_name) + " " + &line(headline), line(company), line(location)].join("\n")
}

/// Returns a text as a line of that column: what is written alike here is the same company, or the same place.
pub fn line(text: &str) -> String {
    spellings(text).join(" ").replace('\n', " ")
}

/// The patterns of a word in that column, one for each way to spell it.
pub fn in_folded(typed: &str) -> Vec<String> {
    spellings(typed).into_iter().map(contains).collect()
}

/// The patterns of a company in that column: between the first end of a line and the last; all of it for what stands in
/// quotation marks.
pub fn company_in_folded(typed: &str) -> Vec<String> {
    match whole(typed) {
        Some(whole) => vec![format!("%\n{}\n%", escaped(&line(whole)))],
        None => spellings(typed).into_iter().map(|text| format!("%\n%{}%\n%", escaped(&text))).collect(),
    }
}

/// The patterns of a location in that column: behind the last end of a line; all of it for what stands in quotation marks.
pub fn location_in_folded(typed: &str) -> Vec<String> {
    match whole(typed) {
        Some(whole) => vec![format!("%\n{}", escaped(&line(whole)))],
        None => spellings(typed).into_iter().map(|text| format!("%\n%\n%{}%", escaped(&text))).collect(),
    }
}

fn whole(typed: &str) -> Option<&str> {
    typed.strip_prefix('"')?.strip_suffix('"').filter(|whole| !whole.trim().is_empty())
}

fn contains(text: impl AsRef<str>) -> String {
    format!("%{}%", escaped(text.as_ref()))
}

/// A text within a pattern of LIKE.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// How far the index is with this program's folding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// Nothing is left to index.
    Done,
    /// There is more to index.
    GoesOn,
    /// A newer program indexes, or has indexed, with a later folding; an older one must not start over.
    Newer,
}

/// Indexes anew, a batch at a time, what was indexed with an earlier folding. How far it came stands in the settings,
/// so that it is done once, over all nodes and starts. `follow` lets the lists of others follow new sort keys.
///
/// # Errors
/// The database's.
pub fn renew(connection: &mut Connection, follow: Follow) -> Result<Renewal, Error> {
    renew_to(connection, FOLDING, follow)
}

/// Makes what others keep of a member follow a new name.
pub type Follow = fn(&mut Connection, &Renamed) -> Result<(), Error>;

fn renew_to(connection: &mut Connection, folding: u32, follow: Follow) -> Result<Renewal, Error> {
    let stored = locked(connection)?;
    let (stored, after) = stored.split_once(' ').unwrap_or_default();
    let after = match stored.parse().unwrap_or(0).cmp(&folding) {
        Ordering::Greater => return Ok(Renewal::Newer),
        Ordering::Equal if after == DONE => return Ok(Renewal::Done),
        Ordering::Equal => after.parse().unwrap_or(MemberId::MIN),
        Ordering::Less => MemberId::MIN,
    };
    let some = members::table.filter(members::id.gt(after)).filter(members::deletion_due_at.is_null());
    let some = some.order(members::id).select(members::id).limit(BATCH);
    let some: Vec<MemberId> = some.load(connection)?;
    if some.is_empty() && is_left_to_merge(connection)? {
        return Ok(Renewal::GoesOn);
    }
    // What is edited just now is indexed by whoever edits it, before or after.
    db::lock_members(connection, some.iter().copied())?;
    for member in &some {
        let renamed = store::sort_anew(connection, *member)?;
        follow(connection, &renamed)?;
        index(connection, *member)?;
    }
    reached(connection, folding, &some.last().map_or(DONE.to_owned(), MemberId::to_string))?;
    Ok(if some.is_empty() { Renewal::Done } else { Renewal::GoesOn })
}

/// Merges a part of what the index holds of before; says whether there was any. PostgreSQL does so by itself.
fn is_left_to_merge(connection: &mut Connection) -> Result<bool, Error> {
    match connection {
        Connection::Sqlite(own) => sqlite::merge(own, "member_search"),
        Connection::Postgres(_) => Ok(false),
    }
}

/// Reads the folding and how far it came, and lets no other node change that until the transaction ends.
fn locked(connection: &mut Connection) -> Result<String, Error> {
    let row = settings::table.find("folding").select(settings::value);
    let stored = |connection: &mut Connection| match connection {
        Connection::Sqlite(sqlite) => row.first::<String>(sqlite).optional(),
        Connection::Postgres(postgres) => row.for_update().first::<String>(postgres).optional(),
    };
    if let Some(stored) = stored(connection)? {
        return Ok(stored);
    }
    let first = (settings::name.eq("folding"), settings::value.eq(""));
    let make = diesel::insert_into(settings::table).values(first).on_conflict_do_nothing();
    on_engine!(connection, |own| make.execute(own))?;
    Ok(stored(connection)?.unwrap_or_default())
}

/// Says that everybody is indexed with this folding, after a bulk load of an empty site.
///
/// # Errors
/// The database's.
pub fn is_new(connection: &mut Connection) -> Result<(), Error> {
    locked(connection)?;
    reached(connection, FOLDING, DONE)
}

fn reached(connection: &mut Connection, folding: u32, after: &str) -> Result<(), Error> {
    let value = settings::value.eq(format!("{folding} {after}"));
    diesel::update(settings::table.find("folding")).set(value).execute(connection)?;
    Ok(())
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{DatabaseUrl, Db};

    #[test]
    fn the_lower_folding_leaves_the_index_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db").to_string_lossy().into_owned();
        let db = Db::open(&DatabaseUrl::Sqlite(path)).unwrap();
        db.migrate().unwrap();
        db.write_blocking(|connection| {
            diesel::sql_query(
                "INSERT INTO members (id, email, email_key, password_hash, handle, full_name, sort_first, sort_last, \
                 created_at) VALUES (1, '', '', '', '', 'Zoë', '', '', 0)",
            )
            .execute(connection)?;
            assert_eq!(renew_to(connection, 3, |_, _| Ok(()))?, Renewal::GoesOn);
            // A newer program comes in the middle, and an old node goes on, or starts again.
            assert_eq!(renew_to(connection, 10, |_, _| Ok(()))?, Renewal::GoesOn);
            assert_eq!(renew_to(connection, 3, |_, _| Ok(()))?, Renewal::Newer);
            while renew_to(connection, 10, |_, _| Ok(()))? == Renewal::GoesOn {}
            assert_eq!(renew_to(connection, 10, |_, _| Ok(()))?, Renewal::Done);
            assert!(!is_left_to_merge(connection)?);
            assert_eq!(renew_to(connection, 3, |_, _| Ok(()))?, Renewal::Newer);
            assert_eq!(locked(connection)?, "10 done");
            Ok(())
        })
        .unwrap();
    }
}
