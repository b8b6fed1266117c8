//! Who the members are: their profiles, what they are called, how they are found.

pub mod administrators;
pub mod directory;
pub mod handles;
pub mod names;
pub mod photo;
pub mod removed;
pub mod role;
pub mod search;
pub mod sorting;
pub mod store;
pub mod suspension;

use diesel::backend::Backend;
use diesel::deserialize::FromStaticSqlRow;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::db::{Connection, id_in, numbered, on_engine, owner_in, sql_condition};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::t;
use crate::schema::{connection_counts, members};

sql_condition!(
    /// A stranger can find the member: their profile is not hidden, and their account does not wait to be deleted.
    SeenByStrangers: Bool = "(members.hidden_at IS NULL AND members.deletion_due_at IS NULL)"
);
sql_condition!(
    /// The headline, as others see it: of a hidden profile they see the name alone.
    Headline: Text = "CASE WHEN members.hidden_at IS NULL THEN members.headline ELSE '' END"
);
sql_condition!(
    /// The location, as others see it.
    Location: Text = "CASE WHEN members.hidden_at IS NULL THEN members.location ELSE '' END"
);
sql_condition!(
    /// The company, as others see it.
    Company: Text = "CASE WHEN members.hidden_at IS NULL THEN members.company ELSE '' END"
);
sql_condition!(
    /// The photo, as others see it.
    Photo: Text = "CASE WHEN members.hidden_at IS NULL THEN members.photo ELSE '' END"
);

/// A member as lists and cards show them to others: of a hidden profile, the name.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = members)]
#[allow(missing_docs)]
pub struct MemberCard {
    pub id: MemberId,
    pub handle: String,
    #[diesel(deserialize_as = Named)]
    pub full_name: String,
    #[diesel(select_expression = Headline)]
    pub headline: String,
    #[diesel(select_expression = Location)]
    pub location: String,
    pub accepts_automatically: bool,
    #[diesel(select_expression = Photo)]
    pub photo: String,
}

/// What a member wrote of themselves, be it hidden or not.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = members)]
pub struct Written {
    headline: String,
    location: String,
    photo: String,
}

/// The name of somebody who stands on a list.
#[derive(Debug)]
pub struct Named(String);

impl<DB> Queryable<Text, DB> for Named
where
    DB: Backend,
    String: FromStaticSqlRow<Text, DB>,
{
    type Row = String;

    fn build(name: String) -> diesel::deserialize::Result<Named> {
        Ok(Named(name))
    }
}

impl From<Named> for String {
    fn from(Named(name): Named) -> String {
        named(name)
    }
}

/// What a member of this name is called: those whose account was removed have none.
pub fn named(name: String) -> String {
    if name.is_empty() { t("Former member").to_owned() } else { name }
}

/// Where a photo is, of the size that a page shows.
pub fn photo_for(member: MemberId, photo: &str, size: &str) -> String {
    let side = match size {
        "whole" => photo::SIDES[2],
        "large" => photo::SIDES[1],
        _ => photo::SIDES[0],
    };
    format!("/photos/{member}/{photo}/{side}")
}

impl MemberCard {
    /// Where their photo is; `size` is `large` on profiles, and `whole` to look at.
    pub fn photo_for(&self, size: &str) -> String {
        photo_for(self.id, &self.photo, size)
    }

    /// Up to two letters, as the picture.
    pub fn initials(&self) -> String {
        names::initials(&self.full_name)
    }

    /// Whether their account was removed: they have no page.
    pub fn is_former(&self) -> bool {
        self.id.get() < 0
    }

    /// The colour of the initials' ground, 0 to 7.
    pub fn hue(&self) -> u32 {
        hue(&self.handle)
    }
}

/// A colour of eight, which somebody keeps as long as their handle.
pub fn hue(handle: &str) -> u32 {
    handle.bytes().fold(7, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) / 7 % 8
}

/// A member and what is counted of their connections.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionCount {
    /// The member's id.
    pub id: MemberId,
    /// How many connections they have.
    pub number: i32,
    /// How often these have changed.
    pub version: i32,
}

impl ConnectionCount {
    /// Reads what is counted of a member.
    ///
    /// # Errors
    /// The database's.
    pub fn of(connection: &mut Connection, id: MemberId) -> Result<ConnectionCount, Error> {
        let counted = connection_counts::table.find(id);
        let counted = counted.select((connection_counts::number, connection_counts::version));
        let (number, version): (i32, i32) = on_engine!(connection, |own| counted.first(own))?;
        Ok(ConnectionCount { id, number, version })
    }

    /// How many connections, as others may know it: a rounded number, in which one more or less does not show.
    pub fn rounded_connections(self) -> &'static str {
        match self.number {
            ..50 => t("Fewer than 50 connections"),
            50..100 => t("50+ connections"),
            100..500 => t("100+ connections"),
            500.. => t("500+ connections"),
        }
    }
}

numbered! {
    /// Who sees the list of a member's connections.
    pub enum ConnectionsSeenBy {
        /// The member alone.
        Themselves = 0,
        /// Their connections.
        Connections = 1,
    }
}

/// A member's whole profile.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = members)]
#[allow(missing_docs)]
pub struct Profile {
    #[diesel(embed)]
    pub person: MemberCard,
    pub about: String,
    /// How they stand in a list by last name; empty for what is guessed.
    pub sort_as: String,
    pub connections_seen_by: ConnectionsSeenBy,
    #[diesel(embed)]
    written: Written,
    hidden_at: Option<i64>,
}

impl Profile {
    /// Returns whether moderators have hidden it from others.
    pub fn is_hidden(&self) -> bool {
        self.hidden_at.is_some()
    }

    /// Returns it as its owner sees it, to whom nothing of it is hidden.
    #[must_use]
    pub fn whole(mut self) -> Profile {
        let Written { headline, location, photo } = self.written.clone();
        self.person = MemberCard { headline, location, photo, ..self.person };
        self
    }

    /// Takes out what a hidden profile does not show: everything but the name.
    #[must_use]
    pub fn withheld(mut self) -> Profile {
        let nothing = String::new();
        self.person.headline.clone_from(&nothing);
        self.person.location.clone_from(&nothing);
        self.person.photo.clone_from(&nothing);
        self.about = nothing;
        self
    }
}

/// Members by their ids, in the order of the ids.
///
/// # Errors
/// The database's.
pub fn persons(connection: &mut Connection, ids: &[MemberId]) -> Result<Vec<MemberCard>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let these = members::table.filter(id_in(connection, members::id, ids));
    let mut persons: Vec<MemberCard> = on_engine!(connection, |own| these.select(MemberCard::as_select()).load(own))?;
    let place: std::collections::HashMap<MemberId, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    persons.sort_by_key(|person| place.get(&person.id).copied());
    Ok(persons)
}

/// Members by their ids, in the order of the ids, each with what is counted of their connections.
///
/// # Errors
/// The database's.
pub fn counted_persons(
    connection: &mut Connection,
    ids: &[MemberId],
) -> Result<Vec<(MemberCard, ConnectionCount)>, Error> {
    let these = members::table
        .inner_join(connection_counts::table.on(connection_counts::member_id.eq(members::id)))
        .filter(owner_in(connection, connection_counts::member_id, ids));
    let mut rows: Vec<(MemberCard, i32, i32)> = on_engine!(connection, |own| these
        .select((MemberCard::as_select(), connection_counts::number, connection_counts::version))
        .load(own))?;
    rows.sort_by_key(|(person, ..)| ids.iter().position(|id| *id == person.id));
    let counted = |(person, number, version): (MemberCard, i32, i32)| {
        let count = ConnectionCount { id: person.id, number, version };
        (person, count)
    };
    Ok(rows.into_iter().map(counted).collect())
}
