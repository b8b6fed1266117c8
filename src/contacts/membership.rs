//! Which contacts are members, as far as whoever looks may know: an address that a contact has must be confirmed by a member
//! who lets themselves be found by it. Whoever has blocked the one who looks, deletes their account or is hidden from them is found
//! like somebody who is no member.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::connections::allowance::own_hindrance;
use crate::connections::refusal::in_place_of_button;
use crate::connections::row::{State, StoredSide};
use crate::connections::standing::{self, Standing};
use crate::connections::visible;
use crate::contacts::keys::KeyKind;
use crate::dates::now;
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::members::{self, MemberCard};
use crate::relationship::{Limits, Side};
use crate::schema::{contact_keys, emails, members as table, relationships};
use crate::web::viewer::Viewer;

/// A contact who is a member, and how the viewer stands to them.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who.
    pub person: MemberCard,
    /// How the viewer stands to them.
    pub standing: Standing,
    /// Why they cannot be invited now, for the viewer's own reasons.
    pub hindrance: String,
}

/// A contact and the member they are.
#[derive(Debug, Clone, Copy, Queryable)]
struct Match {
    contact: ContactId,
    member: MemberId,
    side: Option<StoredSide>,
    is_hidden: bool,
}

impl Match {
    /// How the owner of the contact stands to the member now.
    fn side(&self, limits: &Limits) -> Side {
        self.side.map_or(Side::Stranger, |side| side.at(now(), limits))
    }
}

/// The contacts that are members, or those of them who are among some.
fn matches(
    connection: &mut Connection,
    limits: &Limits,
    owner: MemberId,
    among: Option<&[ContactId]>,
) -> Result<Vec<Match>, Error> {
    let side = relationships::owner_id.eq(owner).and(relationships::other_id.eq(table::id));
    let found = contact_keys::table
        .inner_join(emails::table.on(emails::email_key.eq(contact_keys::key)))
        .inner_join(table::table.on(table::id.eq(emails::member_id)))
        .left_join(relationships::table.on(side))
        .filter(contact_keys::owner_id.eq(owner))
        .filter(contact_keys::kind.eq(KeyKind::Email))
        .filter(table::found_by_email)
        // As on their page, which whoever has blocked them sees until they unblock them.
        .filter(table::deletion_due_at.is_null().nullable().or(relationships::state.nullable().eq(State::Blocked)))
        .filter(table::id.ne(owner))
        .select((contact_keys::contact_id, table::id, StoredSide::COLUMNS.nullable(), table::hidden_at.is_not_null()));
    let mut found: Vec<Match> = match among {
        Some(ids) => {
            let found = found.filter(id_in(connection, contact_keys::contact_id, ids));
            on_engine!(connection, |own| found.load(own))?
        }
        None => on_engine!(connection, |own| found.load(own))?,
    };
    found.retain(|one| visible::is_there(one.is_hidden, one.side(limits)));
    found.sort_by_key(|one| (one.contact, one.member));
    found.dedup_by_key(|one| one.contact);
    Ok(found)
}

/// The members whom these contacts are, each with how the viewer stands to them.
///
/// # Errors
/// The database's.
pub fn of(
    connection: &mut Connection,
    limits: &Limits,
    viewer: &Viewer,
    contacts: &[ContactId],
) -> Result<HashMap<ContactId, Member>, Error> {
    let found = matches(connection, limits, viewer.id, Some(contacts))?;
    if found.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<MemberId> = found.iter().map(|one| one.member).collect();
    let people: HashMap<MemberId, MemberCard> =
        members::persons(connection, &ids)?.into_iter().map(|person| (person.id, person)).collect();
    let standings = standing::many(connection, limits, viewer.id, &ids)?;
    let member = |one: &Match| {
        let person = people.get(&one.member)?.clone();
        let standing = standings.get(&one.member).cloned().unwrap_or_else(Standing::none);
        let hindrance = own_hindrance(viewer, limits, &standing)
            .map_or_else(String::new, |refusal| in_place_of_button(refusal, &person.full_name));
        Some((one.contact, Member { person, standing, hindrance }))
    };
    Ok(found.iter().filter_map(member).collect())
}

/// All contacts of a member that are members, and those of them that are not connected.
///
/// # Errors
/// The database's.
pub(super) fn all(
    connection: &mut Connection,
    limits: &Limits,
    owner: MemberId,
) -> Result<(Vec<ContactId>, Vec<ContactId>), Error> {
    let found = matches(connection, limits, owner, None)?;
    let is_connected = |one: &&Match| one.side(limits) == Side::Connected;
    let not_connected = found.iter().filter(|one| !is_connected(one)).map(|one| one.contact).collect();
    Ok((found.iter().map(|one| one.contact).collect(), not_connected))
}
