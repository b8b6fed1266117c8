//! What a member removed from the profile: a position, a school, a link, the photo. It can be brought back for a day.

use diesel::prelude::*;

use crate::dates::{DAY, now};
use crate::db::{self, Connection, on_engine};
use crate::error::Error;
use crate::ids::{LinkId, MemberId, PositionId};
use crate::language;
use crate::members::store::{self, Kind, Position};
use crate::schema::{links, members, photos, positions};

/// Removes a position or school; if it is gone already, that is as well.
///
/// # Errors
/// The database's.
pub fn remove_position(connection: &mut Connection, member: MemberId, id: PositionId) -> Result<(), Error> {
    db::lock_members(connection, [member])?;
    let stands = positions::table.find((member, id)).filter(positions::removed_at.is_null());
    diesel::update(stands).set(positions::removed_at.eq(now())).execute(connection)?;
    store::company_follows(connection, member)
}

/// Brings a position or school back to its place; false where there is no room for it any more.
///
/// # Errors
/// [`Error::NotFound`] where there is none, or the database's.
pub fn restore_position(connection: &mut Connection, member: MemberId, id: PositionId) -> Result<bool, Error> {
    db::lock_members(connection, [member])?;
    let found = positions::table.find((member, id));
    let (row, removed_at): (Position, Option<i64>) =
        on_engine!(connection, |own| found.select((Position::as_select(), positions::removed_at)).first(own))?;
    // It stands there already, or was written anew.
    if removed_at.is_none() || store::has_alike(connection, &row)? {
        return Ok(true);
    }
    if store::position_count(connection, member)? >= store::MAX_ENTRIES {
        return Ok(false);
    }
    let back = positions::removed_at.eq(None::<i64>);
    diesel::update(positions::table.find((member, id))).set(back).execute(connection)?;
    store::company_follows(connection, member)?;
    Ok(true)
}

/// Removes a link; if it is gone already, that is as well.
///
/// # Errors
/// The database's.
pub fn remove_link(connection: &mut Connection, member: MemberId, id: LinkId) -> Result<(), Error> {
    db::lock_members(connection, [member])?;
    let stands = links::table.find((member, id)).filter(links::removed_at.is_null());
    diesel::update(stands).set(links::removed_at.eq(now())).execute(connection)?;
    Ok(())
}

/// Brings a link back to its place; false where there is no room for it any more.
///
/// # Errors
/// [`Error::NotFound`] where there is none, or the database's.
pub fn restore_link(connection: &mut Connection, member: MemberId, id: LinkId) -> Result<bool, Error> {
    db::lock_members(connection, [member])?;
    let row = links::table.find((member, id)).select((links::label, links::url, links::removed_at));
    let (label, url, removed_at): (String, String, Option<i64>) = row.first(connection)?;
    let there = store::links(connection, member)?;
    if removed_at.is_none() || there.iter().any(|link| (&link.label, &link.url) == (&label, &url)) {
        return Ok(true);
    }
    if there.len() as i64 >= store::MAX_ENTRIES {
        return Ok(false);
    }
    diesel::update(links::table.find((member, id))).set(links::removed_at.eq(None::<i64>)).execute(connection)?;
    Ok(true)
}

/// Removes a member's photo: from then on it is shown nowhere.
///
/// # Errors
/// The database's.
pub fn remove_photo(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    db::lock_members(connection, [member])?;
    let shown = photos::table.filter(photos::member_id.eq(member)).filter(photos::removed_at.is_null());
    diesel::update(shown).set(photos::removed_at.eq(now())).execute(connection)?;
    diesel::update(members::table.find(member)).set(members::photo.eq("")).execute(connection)?;
    Ok(())
}

/// Brings a removed photo back, unless there is another by now.
///
/// # Errors
/// [`Error::NotFound`] where there is none, or the database's.
pub fn restore_photo(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    db::lock_members(connection, [member])?;
    // A new photo takes the place of a removed one, so all rows are of one photo.
    let name = photos::table.filter(photos::member_id.eq(member)).select(photos::name).limit(1);
    let name: String = on_engine!(connection, |own| name.first(own))?;
    let back = photos::removed_at.eq(None::<i64>);
    diesel::update(photos::table.filter(photos::member_id.eq(member))).set(back).execute(connection)?;
    diesel::update(members::table.find(member)).set(members::photo.eq(name)).execute(connection)?;
    Ok(())
}

/// Something that was removed and can be brought back.
#[derive(Debug, Clone)]
pub struct Removed<Id> {
    /// By which it is brought back.
    pub id: Id,
    /// What it was, in a line.
    pub what: String,
    /// When it was removed.
    pub at: i64,
}

/// Sorts what was removed: there are few.
fn last_first<Id: Copy + Ord>(removed: impl Iterator<Item = Removed<Id>>) -> Vec<Removed<Id>> {
    let mut all: Vec<Removed<Id>> = removed.collect();
    all.sort_by_key(|one| std::cmp::Reverse((one.at, one.id)));
    all
}

/// Lists the positions or schools that can be brought back, what was removed last first.
///
/// # Errors
/// The database's.
pub fn removed_positions(
    connection: &mut Connection,
    member: MemberId,
    kind: Kind,
) -> Result<Vec<Removed<PositionId>>, Error> {
    let rows = positions::table
        .filter(positions::member_id.eq(member))
        .filter(positions::kind.eq(kind as i16))
        .filter(positions::removed_at.gt(now() - DAY))
        .select((positions::id, positions::title, positions::organisation, positions::removed_at.assume_not_null()));
    let rows: Vec<(PositionId, String, String, i64)> = on_engine!(connection, |own| rows.load(own))?;
    let removed = |(id, title, organisation, at): (PositionId, String, String, i64)| {
        let parts = [title, organisation].into_iter().filter(|part| !part.is_empty());
        Removed { id, what: language::listed(parts), at }
    };
    Ok(last_first(rows.into_iter().map(removed)))
}

/// Lists the links that can be brought back, what was removed last first.
///
/// # Errors
/// The database's.
pub fn removed_links(connection: &mut Connection, member: MemberId) -> Result<Vec<Removed<LinkId>>, Error> {
    let rows = links::table.filter(links::member_id.eq(member)).filter(links::removed_at.gt(now() - DAY)).select((
        links::id,
        links::label,
        links::url,
        links::removed_at.assume_not_null(),
    ));
    let rows: Vec<(LinkId, String, String, i64)> = on_engine!(connection, |own| rows.load(own))?;
    let removed = |(id, label, url, at): (LinkId, String, String, i64)| Removed {
        id,
        what: if label.is_empty() { url } else { label },
        at,
    };
    Ok(last_first(rows.into_iter().map(removed)))
}

/// Returns when the photo was removed that can be brought back.
///
/// # Errors
/// The database's.
pub fn photo_removed_at(connection: &mut Connection, member: MemberId) -> Result<Option<i64>, Error> {
    let removed = photos::table.filter(photos::member_id.eq(member)).filter(photos::removed_at.gt(now() - DAY));
    let at = removed.select(photos::removed_at.assume_not_null()).limit(1);
    Ok(on_engine!(connection, |own| at.first(own)).optional()?)
}

/// Forgets what was removed more than a day ago.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection) -> Result<(), Error> {
    let before = now() - DAY;
    diesel::delete(positions::table.filter(positions::removed_at.lt(before))).execute(connection)?;
    diesel::delete(links::table.filter(links::removed_at.lt(before))).execute(connection)?;
    diesel::delete(photos::table.filter(photos::removed_at.lt(before))).execute(connection)?;
    Ok(())
}
