//! What a member's page shows of them, to whoever stands to them so: the page of others and *View as* both ask here.

use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::store::{self, Link, Position};
use crate::members::{ConnectionsSeenBy, Profile};

/// What a member writes about themselves, besides the summary.
#[derive(Debug, Default)]
pub(super) struct About {
    pub(super) positions: Vec<Position>,
    pub(super) education: Vec<Position>,
    pub(super) links: Vec<Link>,
}

/// What a page shows of a member.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) member: Profile,
    pub(super) about: About,
    /// The number of connections leads to the list of them.
    pub(super) list_is_open: bool,
}

impl Shown {
    /// Reads what a member's page shows to a connection, or to anybody else, of a profile as that one finds it.
    ///
    /// # Errors
    /// The database's.
    pub(super) fn to(connection: &mut Connection, member: Profile, connected: bool) -> Result<Shown, Error> {
        let about = if member.is_hidden() { About::default() } else { About::of(connection, member.person.id)? };
        let list_is_open = connected && member.connections_seen_by == ConnectionsSeenBy::Connections;
        Ok(Shown { member, about, list_is_open })
    }
}

impl About {
    /// Reads what a member writes about themselves.
    ///
    /// # Errors
    /// The database's.
    pub(super) fn of(connection: &mut Connection, member: MemberId) -> Result<About, Error> {
        let (positions, education) = store::positions(connection, member)?;
        Ok(About { positions, education, links: store::links(connection, member)? })
    }
}
