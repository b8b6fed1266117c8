//! Invite links: who made one, how often and until when it works, and who came by it.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use rand::RngExt;

use crate::dates::{DAY, SECOND_PRESS, now};
use crate::db::{Connection, on_engine, owner_in};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::MemberCard;
use crate::schema::{invite_joins, invite_links, members};

/// Characters of the part of a code that nobody can guess.
const RANDOM: usize = 32;

/// An invite link.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = invite_links)]
pub struct Link {
    /// Who made it.
    pub owner_id: MemberId,
    /// What stands in its address.
    pub code: String,
    /// What it is for, in its owner's words.
    pub label: String,
    /// When it was made.
    pub created_at: i64,
    /// When it ends; nothing for never.
    pub expires_at: Option<i64>,
    /// How often it works; nothing for any number.
    pub most_uses: Option<i32>,
    /// How often it was used.
    pub uses: i32,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
}

impl Link {
    /// Returns whether somebody can join by it now.
    pub fn is_open(&self) -> bool {
        !self.is_revoked() && !self.is_expired() && !self.is_used_up()
    }

    /// Returns whether it was revoked.
    pub fn is_revoked(&self) -> bool {
        self.revoked_at.is_some()
    }

    /// Returns whether its time is over.
    pub fn is_expired(&self) -> bool {
        self.expires_at.is_some_and(|end| end <= now())
    }

    /// Returns whether it was used as often as it works.
    pub fn is_used_up(&self) -> bool {
        self.most_uses.is_some_and(|most| self.uses >= most)
    }

    /// Returns whether it was made just like this a moment ago and is unused: this is a second press.
    pub fn was_just_made(&self, label: &str, most_uses: Option<i32>, expires_at: Option<i64>) -> bool {
        let lasts = |expires_at: Option<i64>, since: i64| expires_at.map(|end| (end - since + DAY / 2) / DAY);
        let is_new = self.created_at > now() - SECOND_PRESS && self.uses == 0 && !self.is_revoked();
        let is_alike = self.label == label && self.most_uses == most_uses;
        is_new && is_alike && lasts(self.expires_at, self.created_at) == lasts(expires_at, now())
    }

    /// Returns the path that people open.
    pub fn path(&self) -> String {
        format!("/join/{}", self.code)
    }
}

/// Makes a code: whose it is, and 128 bits that nobody can guess. It leads to its row without an index over all members.
pub(super) fn new_code(owner: MemberId) -> String {
    format!("{owner:x}{:032x}", rand::rng().random::<u128>())
}

/// Returns whose code it is.
pub(super) fn owner_of(code: &str) -> Option<MemberId> {
    let owner = code.len().checked_sub(RANDOM).and_then(|at| code.get(..at))?;
    i64::from_str_radix(owner, 16).ok().map(MemberId::new)
}

/// Makes a link.
///
/// # Errors
/// The database's.
pub fn make(
    connection: &mut Connection,
    owner: MemberId,
    label: &str,
    expires_at: Option<i64>,
    most_uses: Option<i32>,
) -> Result<Link, Error> {
    let link = Link {
        owner_id: owner,
        code: new_code(owner),
        label: label.to_owned(),
        created_at: now(),
        expires_at,
        most_uses,
        uses: 0,
        revoked_at: None,
    };
    diesel::insert_into(invite_links::table).values(&link).execute(connection)?;
    Ok(link)
}

/// Finds the link of a code.
///
/// # Errors
/// The database's.
pub fn find(connection: &mut Connection, code: &str) -> Result<Option<Link>, Error> {
    let Some(owner) = owner_of(code) else { return Ok(None) };
    let row = invite_links::table.find((owner, code));
    Ok(on_engine!(connection, |own| row.select(Link::as_select()).first(own)).optional()?)
}

/// Uses a link once. Of any number who do so at the same time, at whatever nodes, no more succeed than it allows.
///
/// # Errors
/// The database's.
pub fn use_once(connection: &mut Connection, link: &Link) -> Result<bool, Error> {
    let open = invite_links::table
        .find((link.owner_id, &link.code))
        .filter(invite_links::revoked_at.is_null())
        .filter(invite_links::expires_at.is_null().or(invite_links::expires_at.gt(now())))
        .filter(invite_links::most_uses.is_null().or(invite_links::most_uses.gt(invite_links::uses.nullable())));
    let used = diesel::update(open).set(invite_links::uses.eq(invite_links::uses + 1)).execute(connection)?;
    Ok(used == 1)
}

/// Gives back the use of a link by a registration that was declined or withdrawn.
///
/// # Errors
/// The database's.
pub fn give_back(connection: &mut Connection, code: &str) -> Result<(), Error> {
    let Some(owner) = owner_of(code) else { return Ok(()) };
    let used = invite_links::table.find((owner, code)).filter(invite_links::uses.gt(0));
    diesel::update(used).set(invite_links::uses.eq(invite_links::uses - 1)).execute(connection)?;
    Ok(())
}

/// Notes that a member joined by a link.
///
/// # Errors
/// The database's.
pub fn note_join(connection: &mut Connection, link: &Link, member: MemberId) -> Result<(), Error> {
    let row = (
        invite_joins::owner_id.eq(link.owner_id),
        invite_joins::code.eq(&link.code),
        invite_joins::member_id.eq(member),
        invite_joins::joined_at.eq(now()),
    );
    diesel::insert_into(invite_joins::table).values(row).execute(connection)?;
    Ok(())
}

/// Loads a member's links, the newest first.
///
/// # Errors
/// The database's.
pub fn of_member(connection: &mut Connection, owner: MemberId) -> Result<Vec<Link>, Error> {
    let theirs = invite_links::table.filter(invite_links::owner_id.eq(owner));
    let mut links: Vec<Link> = on_engine!(connection, |own| theirs.select(Link::as_select()).load(own))?;
    links.sort_by_key(|link| std::cmp::Reverse(link.created_at));
    Ok(links)
}

/// Loads the newest links of all members.
///
/// # Errors
/// The database's.
pub fn of_all(connection: &mut Connection, most: i64) -> Result<Vec<Link>, Error> {
    let all = invite_links::table.order(invite_links::created_at.desc()).limit(most);
    Ok(all.select(Link::as_select()).load(connection)?)
}

/// Counts who joined by each link of some members, by its code. Whoever waits to be let in has used it, and not joined yet.
///
/// # Errors
/// The database's.
pub fn numbers_joined(connection: &mut Connection, links: &[Link]) -> Result<HashMap<String, i64>, Error> {
    if links.is_empty() {
        return Ok(HashMap::new());
    }
    let mut owners: Vec<MemberId> = links.iter().map(|link| link.owner_id).collect();
    owners.sort_unstable();
    owners.dedup();
    let theirs = invite_joins::table.filter(owner_in(connection, invite_joins::owner_id, &owners));
    let counted = theirs.group_by(invite_joins::code).select((invite_joins::code, count_star()));
    let counted: Vec<(String, i64)> = on_engine!(connection, |own| counted.load(own))?;
    Ok(counted.into_iter().collect())
}

/// Loads who joined by a link, the first before the others.
///
/// # Errors
/// The database's.
pub fn joined(connection: &mut Connection, link: &Link) -> Result<Vec<MemberCard>, Error> {
    let by_link = invite_joins::table
        .inner_join(members::table.on(members::id.eq(invite_joins::member_id)))
        .filter(invite_joins::owner_id.eq(link.owner_id))
        .filter(invite_joins::code.eq(&link.code))
        .order(invite_joins::member_id)
        .limit(200);
    Ok(by_link.select(MemberCard::as_select()).load(connection)?)
}

/// Revokes a link, or takes that back where `at` is nothing. Returns whether there is such a link.
///
/// # Errors
/// The database's.
pub fn revoke(connection: &mut Connection, (owner, code): (MemberId, &str), at: Option<i64>) -> Result<bool, Error> {
    let row = diesel::update(invite_links::table.find((owner, code)));
    Ok(row.set(invite_links::revoked_at.eq(at)).execute(connection)? == 1)
}
