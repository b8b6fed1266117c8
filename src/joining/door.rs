//! Who is let in: by which way they come, and by who may join.

use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::joining::letters::{self, JoinLetter};
use crate::joining::links::{self, Link};
use crate::members::role::Role;
use crate::members::suspension::role_if_able;
use crate::web::registration::{self, Registration};

/// The way by which somebody comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// The form for everybody.
    Form,
    /// A link with this code.
    Link(String),
}

impl Door {
    /// Returns the code of the link; empty for none.
    pub fn code(&self) -> &str {
        match self {
            Door::Form => "",
            Door::Link(code) => code,
        }
    }
}

/// Who lets somebody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// Nobody: they come by themselves.
    Nobody,
    /// An administrator.
    Administrator,
    /// Another member.
    Member,
}

/// How somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// As a member.
    AtOnce,
    /// Once an administrator lets them in.
    Waits,
    /// Not at all.
    Refused,
}

/// Says how somebody comes in. An administrator's link always holds. A member's is as good as the form where strangers may sign
/// up; where they may not, it holds only where members may invite, and nowhere where registration is closed.
pub fn admission(mode: Registration, host: Host, members_may_invite: bool) -> Admission {
    match (mode, host) {
        (_, Host::Administrator) | (Registration::Open, _) => Admission::AtOnce,
        (Registration::Approval, _) => Admission::Waits,
        (Registration::Invite, Host::Member) if members_may_invite => Admission::AtOnce,
        _ => Admission::Refused,
    }
}

/// What a code belongs to.
#[derive(Debug, Clone)]
pub enum Pass {
    /// An invite link.
    Link(Link),
    /// A letter.
    Letter(JoinLetter),
}

impl Pass {
    /// Finds what a code belongs to; nothing where nobody can join by it any more.
    fn find(connection: &mut Connection, code: &str) -> Result<Option<Pass>, Error> {
        match links::find(connection, code)? {
            Some(link) => Ok(Some(link).filter(Link::is_open).map(Pass::Link)),
            None => Ok(letters::find(connection, code)?.map(Pass::Letter)),
        }
    }

    /// Returns who invites.
    pub fn owner(&self) -> MemberId {
        match self {
            Pass::Link(link) => link.owner_id,
            Pass::Letter(letter) => letter.owner_id,
        }
    }

    fn use_once(&self, connection: &mut Connection, code: &str) -> Result<bool, Error> {
        match self {
            Pass::Link(link) => links::use_once(connection, link),
            Pass::Letter(letter) => letters::use_up(connection, letter, code),
        }
    }
}

/// What a door leads to now.
#[derive(Debug, Clone)]
pub struct Opened {
    /// How somebody comes in.
    pub admission: Admission,
    /// What lets them in, where they come by a code.
    pub pass: Option<Pass>,
}

/// Looks behind a door; nothing where the link is used up, revoked, expired, or was never made, or whoever invites is suspended
/// or deletes their account.
///
/// # Errors
/// The database's.
pub fn look(connection: &mut Connection, door: &Door) -> Result<Option<Opened>, Error> {
    let mode = registration::load(connection)?;
    let Door::Link(code) = door else {
        return Ok(Some(Opened { admission: admission(mode, Host::Nobody, false), pass: None }));
    };
    let Some(pass) = Pass::find(connection, code)? else { return Ok(None) };
    // Nobody comes in by somebody who is kept out, or leaves: they least of all.
    let host = match role_if_able(connection, pass.owner())? {
        Some(Role::Administrator) => Host::Administrator,
        Some(_) => Host::Member,
        None => return Ok(None),
    };
    let may = registration::members_make_links(connection)?;
    Ok(Some(Opened { admission: admission(mode, host, may), pass: Some(pass) }))
}

/// Goes through a door, which uses its link once.
///
/// # Errors
/// The database's.
pub fn pass(connection: &mut Connection, door: &Door) -> Result<Option<Opened>, Error> {
    let Some(opened) = look(connection, door)? else { return Ok(None) };
    match &opened.pass {
        Some(pass) if opened.admission != Admission::Refused && !pass.use_once(connection, door.code())? => Ok(None),
        _ => Ok(Some(opened)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_in_is_open_as_the_table_says() {
        use Admission::{AtOnce, Refused, Waits};
        for (mode, form, administrators, members, where_they_may) in [
            (Registration::Open, AtOnce, AtOnce, AtOnce, AtOnce),
            (Registration::Approval, Waits, AtOnce, Waits, Waits),
            (Registration::Invite, Refused, AtOnce, Refused, AtOnce),
            (Registration::Closed, Refused, AtOnce, Refused, Refused),
            (Registration::NotBegun, Refused, AtOnce, Refused, Refused),
        ] {
            for may in [false, true] {
                assert_eq!(admission(mode, Host::Nobody, may), form, "{mode:?}");
                assert_eq!(admission(mode, Host::Administrator, may), administrators, "{mode:?}");
            }
            assert_eq!(admission(mode, Host::Member, false), members, "{mode:?}");
            assert_eq!(admission(mode, Host::Member, true), where_they_may, "{mode:?}");
        }
    }
}
