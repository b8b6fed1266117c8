//! One's tags as a whole: how many connections and contacts have each; to rename, merge and delete one, also on contacts, and to tag
//! all connections that match a search. What a change took away and put on is kept for a day, for its *Undo*.

pub mod pages;

use std::collections::{BTreeMap, HashSet};

use diesel::dsl::{case_when, exists, min, not};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use crate::connections::list::Filter;
use crate::connections::notes;
use crate::connections::sql_condition::IsConnected;
use crate::contacts::{self, retag};
use crate::dates::{DAY, now};
use crate::db::{self, Connection, id_in, new_id, on_engine};
use crate::error::Error;
use crate::ids::{Between, MemberId, TagChangeId};
use crate::schema::{relationships, tag_changes, tags};
use crate::text::caseless;

/// The columns of a change.
const COLUMNS: (tag_changes::owner_id, tag_changes::id, tag_changes::other_id, tag_changes::tag, tag_changes::removed) =
    (tag_changes::owner_id, tag_changes::id, tag_changes::other_id, tag_changes::tag, tag_changes::removed);

/// A tag, and how many have it.
#[derive(Debug, Default)]
pub struct Tag {
    /// The word.
    pub name: String,
    /// How many connections have it.
    pub connections: i64,
    /// How many contacts have it.
    pub contacts: i64,
}

impl Tag {
    /// The query that lists just these, of connections and of contacts alike.
    pub fn query(&self) -> String {
        Filter { tag: self.name.clone(), ..Filter::default() }.with("", "")
    }

    /// Where those are listed who have it: connections, if any do.
    pub fn home(&self) -> String {
        let list = if self.connections > 0 { "connections" } else { "contacts" };
        format!("/{list}?{}", self.query())
    }
}

/// Counts a member's tags on connections and on contacts, by name.
///
/// # Errors
/// The database's.
pub fn counted(connection: &mut Connection, me: MemberId) -> Result<Vec<Tag>, Error> {
    let mut tags: BTreeMap<String, Tag> = BTreeMap::new();
    for (name, number) in on_connections(connection, me)? {
        tags.entry(name).or_default().connections = number;
    }
    for (name, number) in contacts::tags::counted(connection, me)? {
        tags.entry(name).or_default().contacts = number;
    }
    let mut counted: Vec<Tag> = tags.into_iter().map(|(name, tag)| Tag { name, ..tag }).collect();
    counted.sort_by_cached_key(|tag| (caseless(&tag.name), tag.name.clone()));
    Ok(counted)
}

fn on_connections(connection: &mut Connection, me: MemberId) -> Result<Vec<(String, i64)>, Error> {
    let on = relationships::owner_id.eq(tags::owner_id).and(relationships::other_id.eq(tags::other_id));
    let mine = tags::table
        .inner_join(relationships::table.on(on))
        .filter(tags::owner_id.eq(me))
        .filter(IsConnected)
        .group_by(tags::tag)
        .select((tags::tag, diesel::dsl::count_star()));
    Ok(on_engine!(connection, |own| mine.load(own))?)
}

/// Calls a tag something else, on connections and contacts. Where another tag has this name, the two are one from then on.
/// Nothing where it is called so already, as by a second press.
///
/// # Errors
/// [`Error::NotFound`] where the member has neither tag, or the database's.
pub fn rename(connection: &mut Connection, me: MemberId, tag: &str, name: &str) -> Result<Option<Change>, Error> {
    db::lock_members(connection, [me])?;
    let id = new_id();
    let name = as_spelled(connection, me, tag, name)?;
    let is_known = has(connection, me, &name)? || retag::has(connection, me, &name)?;
    let taken = take(connection, me, id, tag)?;
    put_instead(connection, me, id, &name)?;
    let on_contacts = retag::replace(connection, me, id, tag, Some(&name))?;
    match taken + on_contacts {
        0 if is_known => Ok(None),
        0 => Err(Error::NotFound),
        _ => Ok(Some(Change { id, merges: is_known && name != tag, name })),
    }
}

/// Deletes a tag from everybody who has it, connections and contacts; nothing where nobody has, as by a second press.
///
/// # Errors
/// The database's.
pub fn delete(connection: &mut Connection, me: MemberId, tag: &str) -> Result<Option<Change>, Error> {
    db::lock_members(connection, [me])?;
    let id = new_id();
    let taken = take(connection, me, id, tag)? + retag::replace(connection, me, id, tag, None)?;
    Ok((taken > 0).then(|| Change { id, name: tag.to_owned(), merges: false }))
}

/// Puts a tag on connections, but for those who have as many as one can have. Returns how many of them have it then.
///
/// # Errors
/// The database's.
pub fn tag_all(
    connection: &mut Connection,
    me: MemberId,
    others: &[MemberId],
    tag: &str,
) -> Result<(usize, Change), Error> {
    db::lock_members(connection, [me])?;
    let id = new_id();
    let name = as_spelled(connection, me, "", tag)?;
    let full = tags::table
        .filter(tags::owner_id.eq(me))
        .group_by(tags::other_id)
        .having(diesel::dsl::count_star().ge(notes::MAX_TAGS as i64))
        .select(tags::other_id);
    let full: Vec<MemberId> = on_engine!(connection, |own| full.load(own))?;
    let with_it = tags::table.filter(tags::owner_id.eq(me)).filter(tags::tag.eq(&name)).select(tags::other_id);
    let with_it: Vec<MemberId> = on_engine!(connection, |own| with_it.load(own))?;
    let with_it: HashSet<MemberId> = with_it.into_iter().collect();
    let full: HashSet<MemberId> = full.into_iter().filter(|other| !with_it.contains(other)).collect();
    let those: Vec<MemberId> = others.iter().copied().filter(|other| !full.contains(other)).collect();
    put(connection, me, id, &those, &name)?;
    Ok((those.len(), Change { id, name, merges: false }))
}

/// What a change did.
#[derive(Debug)]
pub struct Change {
    /// By which it is undone.
    pub id: TagChangeId,
    /// The tag, as it is spelled.
    pub name: String,
    /// It was merged into another.
    pub merges: bool,
}

/// A change of the last day, which can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    /// By which it is undone.
    pub id: TagChangeId,
    /// The tag that was taken away; empty where one was only put on.
    pub taken: String,
    /// The tag that was put on; empty where one was only taken away.
    pub put: String,
}

impl Recent {
    /// When it was made, in unix seconds: an id begins with the millisecond.
    pub fn at(&self) -> i64 {
        (self.id.get() >> 20) / 1_000
    }
}

/// Lists the changes that can be undone, the latest first.
///
/// # Errors
/// The database's.
pub fn recent(connection: &mut Connection, me: MemberId) -> Result<Vec<Recent>, Error> {
    let mut changes: BTreeMap<TagChangeId, Recent> = BTreeMap::new();
    // A change of both is one.
    for (id, taken, put) in changed(connection, me)?.into_iter().chain(retag::changed(connection, me, oldest())?) {
        let change = changes.entry(id).or_insert_with(|| Recent { id, taken: String::new(), put: String::new() });
        change.taken = taken.unwrap_or(std::mem::take(&mut change.taken));
        change.put = put.unwrap_or(std::mem::take(&mut change.put));
    }
    Ok(changes.into_values().rev().collect())
}

/// The changes on connections, as [`retag::changed`] has those on contacts.
fn changed(connection: &mut Connection, me: MemberId) -> Result<Vec<retag::Changed>, Error> {
    use tag_changes::{id, owner_id, removed, table, tag};
    let put = not(removed);
    let rows = table.filter(owner_id.eq(me)).filter(id.ge(oldest())).group_by(id).select((
        id,
        min(case_when(removed, tag)),
        min(case_when(put, tag)),
    ));
    Ok(on_engine!(connection, |own| rows.load(own))?)
}

/// Gives back what a change took away, and takes away what it put on. A second press changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for a change of more than a day ago, or the database's.
pub fn undo(connection: &mut Connection, me: MemberId, id: TagChangeId) -> Result<(), Error> {
    if id < oldest() {
        return Err(Error::NotFound);
    }
    db::lock_members(connection, [me])?;
    let changed = tag_changes::table.filter(tag_changes::owner_id.eq(me)).filter(tag_changes::id.eq(id));
    let same = tag_changes::other_id.eq(tags::other_id).and(tag_changes::tag.eq(tags::tag));
    let added = changed.filter(tag_changes::removed.eq(false)).filter(same);
    let added = tags::table.filter(tags::owner_id.eq(me)).filter(exists(added));
    on_engine!(connection, |own| diesel::delete(added).execute(own))?;
    let removed = changed
        .filter(tag_changes::removed.eq(true))
        .filter(not(exists(tags::table.filter(tags::owner_id.eq(tag_changes::owner_id)).filter(same))));
    let removed = removed.select((tag_changes::owner_id, tag_changes::other_id, tag_changes::tag));
    let columns = (tags::owner_id, tags::other_id, tags::tag);
    on_engine!(connection, |own| removed.insert_into(tags::table).into_columns(columns).execute(own))?;
    on_engine!(connection, |own| diesel::delete(changed).execute(own))?;
    retag::undo(connection, me, id)
}

/// Forgets the changes of all members that cannot be undone any more.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection) -> Result<(), Error> {
    let old = tag_changes::table.filter(tag_changes::id.lt(oldest()));
    on_engine!(connection, |own| diesel::delete(old).execute(own))?;
    retag::purge(connection, oldest())
}

/// The least id of a change that can be undone: an id begins with the millisecond at which it was made.
fn oldest() -> TagChangeId {
    TagChangeId::new(((now() - DAY) * 1_000) << 20)
}

/// Spells a name as another tag that differs in case alone; the tag itself may be spelled anew.
fn as_spelled(connection: &mut Connection, me: MemberId, tag: &str, name: &str) -> Result<String, Error> {
    if caseless(tag) == caseless(name) {
        return Ok(name.to_owned());
    }
    let spelled = notes::as_spelled(connection, Between { viewer: me, other: MemberId::NOBODY }, &[name.to_owned()])?;
    Ok(spelled.into_iter().next().unwrap_or_else(|| name.to_owned()))
}

fn has(connection: &mut Connection, me: MemberId, tag: &str) -> Result<bool, Error> {
    let rows = tags::table.filter(tags::owner_id.eq(me)).filter(tags::tag.eq(tag));
    Ok(diesel::select(exists(rows)).get_result(connection)?)
}

/// Takes a tag off every connection, and returns off how many.
fn take(connection: &mut Connection, me: MemberId, id: TagChangeId, tag: &str) -> Result<usize, Error> {
    let rows = tags::table.filter(tags::owner_id.eq(me)).filter(tags::tag.eq(tag));
    let logged =
        rows.select((tags::owner_id, id.into_sql::<BigInt>(), tags::other_id, tags::tag, true.into_sql::<Bool>()));
    on_engine!(connection, |own| logged.insert_into(tag_changes::table).into_columns(COLUMNS).execute(own))?;
    Ok(on_engine!(connection, |own| diesel::delete(rows).execute(own))?)
}

/// Puts a tag on those of these who lack it, of whom the member has a row as of every connection.
fn put(
    connection: &mut Connection,
    me: MemberId,
    id: TagChangeId,
    others: &[MemberId],
    tag: &str,
) -> Result<(), Error> {
    let tagged = tags::table
        .filter(tags::owner_id.eq(me))
        .filter(tags::other_id.eq(relationships::other_id))
        .filter(tags::tag.eq(tag));
    let rows = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(id_in(connection, relationships::other_id, others))
        .filter(not(exists(tagged)))
        .select((
            relationships::owner_id,
            id.into_sql::<BigInt>(),
            relationships::other_id,
            tag.into_sql::<Text>(),
            false.into_sql::<Bool>(),
        ));
    on_engine!(connection, |own| rows.insert_into(tag_changes::table).into_columns(COLUMNS).execute(own))?;
    put_logged(connection, me, id)
}

/// Puts a tag on those from whom another was taken, where they lack it.
fn put_instead(connection: &mut Connection, me: MemberId, id: TagChangeId, tag: &str) -> Result<(), Error> {
    let tagged = tags::table
        .filter(tags::owner_id.eq(me))
        .filter(tags::other_id.eq(tag_changes::other_id))
        .filter(tags::tag.eq(tag));
    let rows = tag_changes::table
        .filter(tag_changes::owner_id.eq(me))
        .filter(tag_changes::id.eq(id))
        .filter(not(exists(tagged)))
        .select((
            tag_changes::owner_id,
            tag_changes::id,
            tag_changes::other_id,
            tag.into_sql::<Text>(),
            false.into_sql::<Bool>(),
        ));
    on_engine!(connection, |own| rows.insert_into(tag_changes::table).into_columns(COLUMNS).execute(own))?;
    put_logged(connection, me, id)
}

fn put_logged(connection: &mut Connection, me: MemberId, id: TagChangeId) -> Result<(), Error> {
    let added = tag_changes::table
        .filter(tag_changes::owner_id.eq(me))
        .filter(tag_changes::id.eq(id))
        .filter(tag_changes::removed.eq(false))
        .select((tag_changes::owner_id, tag_changes::other_id, tag_changes::tag));
    let columns = (tags::owner_id, tags::other_id, tags::tag);
    on_engine!(connection, |own| added.insert_into(tags::table).into_columns(columns).execute(own))?;
    Ok(())
}
