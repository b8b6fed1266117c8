//! Who the members are: their profiles, what they are called, how they are found.

pub mod edit;
pub mod names;
pub mod pages;
pub mod people;
pub mod photo;
pub mod search;
pub mod store;
pub mod upload;

use diesel::prelude::*;

use crate::connections::Counted;
use crate::connections::store::{Row, state};
use crate::db::{Connection, natively, one_of};
use crate::error::Error;
use crate::language::t;
use crate::schema::{connection_counts, handles, members, relationships};

/// A member as lists and cards show them.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = members)]
#[allow(missing_docs)]
pub struct Person {
    pub id: i64,
    pub handle: String,
    pub full_name: String,
    pub headline: String,
    pub location: String,
    pub accepts_automatically: bool,
    pub photo: String,
}

/// Where a photo is, of the size that a page shows.
pub fn photo_for(member: i64, photo: &str, size: &str) -> String {
    let side = if size == "large" { photo::SIDES[1] } else { photo::SIDES[0] };
    format!("/photos/{member}/{photo}/{side}")
}

impl Person {
    /// Where their photo is; `size` is `large` on profiles.
    pub fn photo_for(&self, size: &str) -> String {
        photo_for(self.id, &self.photo, size)
    }

    /// Up to two letters, as the picture.
    pub fn initials(&self) -> String {
        names::initials(&self.full_name)
    }

    /// The colour of the initials' ground, 0 to 7.
    pub fn hue(&self) -> i64 {
        self.id.rem_euclid(8)
    }
}

/// A member's whole profile.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = members)]
#[allow(missing_docs)]
pub struct Member {
    #[diesel(embed)]
    pub person: Person,
    pub about: String,
    #[diesel(select_expression = connection_counts::number)]
    pub connection_count: i32,
    #[diesel(select_expression = connection_counts::changes)]
    connection_changes: i32,
    pub connections_seen_by: i16,
}

impl Member {
    /// What is counted of their connections.
    pub fn counted(&self) -> Counted {
        Counted { id: self.person.id, number: self.connection_count, changes: self.connection_changes }
    }

    /// How many connections, as others may know it: a rounded number, in which one more or less does not show.
    pub fn rounded_connections(&self) -> &'static str {
        match self.connection_count {
            ..50 => t("Fewer than 50 connections"),
            50..100 => t("50+ connections"),
            100..500 => t("100+ connections"),
            500.. => t("500+ connections"),
        }
    }
}

/// The member of a handle, as the viewer may see them, and the viewer's side toward them where there is a row. A handle
/// they had before finds them too.
///
/// # Errors
/// [`Error::NotFound`] where there is none, and just so where they have blocked the viewer.
pub fn visible(connection: &mut Connection, viewer: i64, handle: &str) -> Result<(Member, Option<Row>), Error> {
    // Handles are in lower case; what cannot be one, the database need not be asked for.
    let handle = &handle.to_ascii_lowercase();
    if !names::is_handle(handle) {
        return Err(Error::NotFound);
    }
    let side = relationships::owner_id.eq(viewer).and(relationships::other_id.eq(members::id));
    let found = handles::table
        .inner_join(members::table.on(members::id.eq(handles::member_id)))
        .inner_join(connection_counts::table.on(connection_counts::member_id.eq(handles::member_id)))
        .left_join(relationships::table.on(side))
        .filter(handles::handle.eq(handle));
    type Found = (Member, Option<Row>);
    let (member, row): Found = natively!(connection, |own| found.select(Found::as_select()).first(own))?;
    match row {
        Some(row) if row.state == state::BARRED => Err(Error::NotFound),
        row => Ok((member, row)),
    }
}

/// [`visible`] for whoever needs to know no more than who it is.
///
/// # Errors
/// As [`visible`].
pub fn visible_person(connection: &mut Connection, viewer: i64, handle: &str) -> Result<Person, Error> {
    Ok(visible(connection, viewer, handle)?.0.person)
}

/// Members by their ids, in the order of the ids.
///
/// # Errors
/// The database's.
pub fn persons(connection: &mut Connection, ids: &[i64]) -> Result<Vec<Person>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let these = members::table.filter(one_of(connection, members::id, ids));
    let mut persons: Vec<Person> = natively!(connection, |own| these.select(Person::as_select()).load(own))?;
    let place: std::collections::HashMap<i64, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    persons.sort_by_key(|person| place.get(&person.id).copied());
    Ok(persons)
}
