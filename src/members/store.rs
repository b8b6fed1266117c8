//! Profiles in SQL: what members write about themselves. Every change locks its member first, so that changes of one
//! member, at whatever nodes, come one after the other.

use diesel::prelude::*;

use crate::dates;
use crate::db::{self, Connection, new_id, on_engine};
use crate::error::Error;
use crate::ids::{LinkId, MemberId, PositionId};
use crate::language::tf;
use crate::members::photo::Photo;
use crate::members::{search, sorting};
use crate::schema::{connection_counts, links, members, photos, positions};

/// Positions and schools a profile can have, and links.
pub const MAX_ENTRIES: i64 = 50;

/// Begins to count the connections of a new member.
///
/// # Errors
/// The database's.
pub fn start_count(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    let row = connection_counts::member_id.eq(member);
    on_engine!(connection, |own| diesel::insert_into(connection_counts::table).values(row).execute(own))?;
    Ok(())
}

/// A position or a school is a row of the same table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A position.
    Position = 0,
    /// A school.
    Education = 1,
}

/// A position, or a school.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = positions, primary_key(member_id, id))]
#[allow(missing_docs)]
pub struct Position {
    pub member_id: MemberId,
    pub id: PositionId,
    pub kind: i16,
    pub place: i32,
    /// The title, or the degree.
    pub title: String,
    /// The company, or the school.
    pub organisation: String,
    /// `YYYY-MM`, `YYYY` or empty.
    pub started: String,
    /// As `started`; empty for today.
    pub ended: String,
    pub description: String,
}

impl Kind {
    /// The fields of its form that say what, and where; named as their labels.
    pub fn fields(self) -> (&'static str, &'static str) {
        match self {
            Kind::Position => ("title", "company"),
            Kind::Education => ("degree", "school"),
        }
    }
}

impl Position {
    /// Whether it is a position or a school.
    pub fn which(&self) -> Kind {
        if self.kind == Kind::Position as i16 { Kind::Position } else { Kind::Education }
    }

    /// From when until when, e.g. `March 2019 to today`.
    pub fn span(&self) -> String {
        let (from, until) = (dates::month(&self.started), dates::month(&self.ended));
        match (from.as_str(), until.as_str(), self.kind) {
            ("", "", _) => String::new(),
            ("", until, _) => tf("until {month}", until),
            (from, "", 0) => tf("{month} to today", from),
            (from, "", _) => tf("from {month}", from),
            (from, until, _) => tf("{from} to {until}", (from, until)),
        }
    }
}

/// A link of a profile.
#[derive(Debug, Clone, Default, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = links, primary_key(member_id, id))]
#[allow(missing_docs)]
pub struct Link {
    pub member_id: MemberId,
    pub id: LinkId,
    pub place: i32,
    pub label: String,
    pub url: String,
}

/// Positions and schools of a member, each in the member's order.
///
/// # Errors
/// The database's.
pub fn positions(connection: &mut Connection, member: MemberId) -> Result<(Vec<Position>, Vec<Position>), Error> {
    let theirs = positions::table.filter(positions::member_id.eq(member)).filter(positions::removed_at.is_null());
    let mut all: Vec<Position> = on_engine!(connection, |own| theirs.select(Position::as_select()).load(own))?;
    all.sort_by_key(|position| (position.place, position.id));
    Ok(all.into_iter().partition(|position| position.kind == Kind::Position as i16))
}

/// A member's own position or school.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's.
pub fn position(connection: &mut Connection, member: MemberId, id: PositionId) -> Result<Position, Error> {
    let stands = positions::table.find((member, id)).filter(positions::removed_at.is_null());
    Ok(on_engine!(connection, |own| stands.select(Position::as_select()).first(own))?)
}

/// Adds a position at the top; false where there is no room for it.
///
/// # Errors
/// The database's.
pub fn add_position(connection: &mut Connection, mut row: Position) -> Result<bool, Error> {
    db::lock_members(connection, [row.member_id])?;
    if has_alike(connection, &row)? {
        return Ok(true);
    }
    if position_count(connection, row.member_id)? >= MAX_ENTRIES {
        return Ok(false);
    }
    row.id = new_id();
    row.place = first_place(connection, row.member_id)?;
    diesel::insert_into(positions::table).values(&row).execute(connection)?;
    company_follows(connection, row.member_id)?;
    Ok(true)
}

/// Changes a position, which stays in its place.
///
/// # Errors
/// [`Error::NotFound`] where it has been removed meanwhile, or the database's.
pub fn change_position(connection: &mut Connection, mut row: Position) -> Result<(), Error> {
    db::lock_members(connection, [row.member_id])?;
    row.place = position(connection, row.member_id, row.id)?.place;
    diesel::update(positions::table.find((row.member_id, row.id))).set(&row).execute(connection)?;
    company_follows(connection, row.member_id)
}

/// Whether just this stands there already: the form was sent twice, as browsers and people do who got no answer.
pub(super) fn has_alike(connection: &mut Connection, row: &Position) -> Result<bool, Error> {
    let (work, schools) = positions(connection, row.member_id)?;
    let alike = |there: &Position| {
        let Position { id, place, .. } = *there;
        *there == Position { id, place, ..row.clone() }
    };
    Ok(work.iter().chain(&schools).any(alike))
}

pub(super) fn position_count(connection: &mut Connection, member: MemberId) -> Result<i64, Error> {
    let stand = positions::table.filter(positions::member_id.eq(member)).filter(positions::removed_at.is_null());
    Ok(stand.count().get_result(connection)?)
}

/// Moves a position or school one place up or down among its like.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn move_position(connection: &mut Connection, member: MemberId, id: PositionId, up: bool) -> Result<(), Error> {
    db::lock_members(connection, [member])?;
    let kind = position(connection, member, id)?.kind;
    let (work, schools) = positions(connection, member)?;
    let mut like = if kind == Kind::Position as i16 { work } else { schools };
    let Some(at) = like.iter().position(|position| position.id == id) else { return Ok(()) };
    let with = if up { at.checked_sub(1) } else { Some(at + 1).filter(|next| *next < like.len()) };
    if let Some(with) = with {
        like.swap(at, with);
    }
    for (place, position) in like.iter().enumerate() {
        let place = i32::try_from(place).unwrap_or(i32::MAX);
        diesel::update(positions::table.find((member, position.id)))
            .set(positions::place.eq(place))
            .execute(connection)?;
    }
    company_follows(connection, member)
}

fn first_place(connection: &mut Connection, member: MemberId) -> Result<i32, Error> {
    let (work, schools) = positions(connection, member)?;
    Ok(work.iter().chain(&schools).map(|position| position.place).min().unwrap_or(1) - 1)
}

/// The company one is found by is that of the first position that has not ended.
pub(super) fn company_follows(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    let (work, _) = positions(connection, member)?;
    let company = work.iter().find(|position| position.ended.is_empty()).map_or("", |position| &position.organisation);
    diesel::update(members::table.find(member)).set(members::company.eq(company)).execute(connection)?;
    search::index(connection, member)
}

/// The links of a member, in order.
///
/// # Errors
/// The database's.
pub fn links(connection: &mut Connection, member: MemberId) -> Result<Vec<Link>, Error> {
    let theirs = links::table.filter(links::member_id.eq(member)).filter(links::removed_at.is_null());
    let mut all: Vec<Link> = on_engine!(connection, |own| theirs.select(Link::as_select()).load(own))?;
    all.sort_by_key(|link| (link.place, link.id));
    Ok(all)
}

/// Adds a link at the end; false where there is no room for it.
///
/// # Errors
/// The database's.
pub fn add_link(connection: &mut Connection, member_id: MemberId, label: String, url: String) -> Result<bool, Error> {
    db::lock_members(connection, [member_id])?;
    let there = links(connection, member_id)?;
    if there.iter().any(|link| (&link.label, &link.url) == (&label, &url)) {
        return Ok(true);
    }
    if there.len() as i64 >= MAX_ENTRIES {
        return Ok(false);
    }
    let place = there.iter().map(|link| link.place).max().unwrap_or(0) + 1;
    let link = Link { member_id, id: new_id(), place, label, url };
    diesel::insert_into(links::table).values(&link).execute(connection)?;
    Ok(true)
}

/// A member's own link.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's.
pub fn link(connection: &mut Connection, member: MemberId, id: LinkId) -> Result<Link, Error> {
    let stands = links::table.find((member, id)).filter(links::removed_at.is_null());
    Ok(on_engine!(connection, |own| stands.select(Link::as_select()).first(own))?)
}

/// Changes a link, which stays in its place.
///
/// # Errors
/// [`Error::NotFound`] where it has been removed meanwhile, or the database's.
pub fn change_link(connection: &mut Connection, mut row: Link) -> Result<(), Error> {
    db::lock_members(connection, [row.member_id])?;
    row.place = link(connection, row.member_id, row.id)?.place;
    diesel::update(links::table.find((row.member_id, row.id))).set(&row).execute(connection)?;
    Ok(())
}

/// The keys by which a member sorts now, which the lists of others must follow.
#[derive(Debug)]
#[must_use = "the lists of others follow it"]
pub struct Renamed {
    /// The member.
    pub member: MemberId,
    /// The new keys; nothing where they stayed as they were.
    pub keys: Option<sorting::Keys>,
}

/// Changes a member's name, and what it sorts as where that is not guessed.
///
/// # Errors
/// The database's.
pub fn rename(connection: &mut Connection, member: MemberId, full_name: &str, sort_as: &str) -> Result<Renamed, Error> {
    db::lock_members(connection, [member])?;
    let names = (members::full_name.eq(full_name), members::sort_as.eq(sort_as));
    diesel::update(members::table.find(member)).set(names).execute(connection)?;
    sort_anew(connection, member)
}

/// Makes the keys by which a member sorts follow the name.
///
/// # Errors
/// The database's.
pub fn sort_anew(connection: &mut Connection, member: MemberId) -> Result<Renamed, Error> {
    use members::{full_name, sort_as, sort_first, sort_last};
    let stored = members::table.find(member).select((full_name, sort_as, sort_first, sort_last));
    let (name, sort_name, first, last): (String, String, String, String) = stored.first(connection)?;
    let keys = sorting::keys(&name, &sort_name);
    if keys == (sorting::Keys { first, last }) {
        return Ok(Renamed { member, keys: None });
    }
    let row = (sort_first.eq(&keys.first), sort_last.eq(&keys.last));
    diesel::update(members::table.find(member)).set(row).execute(connection)?;
    Ok(Renamed { member, keys: Some(keys) })
}

/// Changes the headline and location.
///
/// # Errors
/// The database's.
pub fn describe(connection: &mut Connection, member: MemberId, headline: &str, location: &str) -> Result<(), Error> {
    db::lock_members(connection, [member])?;
    let row = (members::headline.eq(headline), members::location.eq(location));
    diesel::update(members::table.find(member)).set(row).execute(connection)?;
    search::index(connection, member)
}

/// Changes the text about oneself.
///
/// # Errors
/// The database's.
pub fn write_about(connection: &mut Connection, member: MemberId, about: &str) -> Result<(), Error> {
    db::lock_members(connection, [member])?;
    diesel::update(members::table.find(member)).set(members::about.eq(about)).execute(connection)?;
    Ok(())
}

/// Changes a member's photo.
///
/// # Errors
/// The database's.
pub fn set_photo(connection: &mut Connection, member: MemberId, photo: &Photo) -> Result<(), Error> {
    db::lock_members(connection, [member])?;
    diesel::delete(photos::table.filter(photos::member_id.eq(member))).execute(connection)?;
    for (side, jpeg) in &photo.squares {
        let row = (
            photos::member_id.eq(member),
            photos::name.eq(&photo.name),
            photos::side.eq(i16::try_from(*side).unwrap_or(i16::MAX)),
            photos::jpeg.eq(jpeg),
        );
        diesel::insert_into(photos::table).values(row).execute(connection)?;
    }
    diesel::update(members::table.find(member)).set(members::photo.eq(&photo.name)).execute(connection)?;
    Ok(())
}
