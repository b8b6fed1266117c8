//! The signed-in member, as every page needs them. `accounts::guard` finds out who that is.

use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};

use crate::ids::MemberId;
use crate::members::role::Role;
use crate::members::{self, ConnectionCount, names};

/// The signed-in member, as every page needs them.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The member's id.
    pub id: MemberId,
    /// The member's handle.
    pub handle: String,
    /// The member's name.
    pub full_name: String,
    /// Exactly how many connections they have.
    pub connection_count: i32,
    /// How often their connections have changed.
    pub connection_version: i32,
    /// When they sent the invitation that must stop counting before they may send another, where they ever sent as many
    /// as they may in a week.
    pub last_to_spare: Option<i64>,
    /// Invitations waiting for an answer.
    pub invitations: i64,
    /// Notifications that they have not read.
    pub unread: i64,
    /// Conversations in which something is new.
    pub unread_conversations: i64,
    /// Reports that wait for a moderator's decision; nothing for whoever is none.
    pub open_reports: i64,
    /// The language they chose; empty for what the browser asks for.
    pub language: String,
    /// The time zone they chose; empty for the site's.
    pub time_zone: String,
    /// Whether they are suspended or banned, and so see one page alone.
    pub is_suspended: bool,
    /// Whether moderators have hidden their profile.
    pub is_hidden: bool,
    /// What they may do for the site.
    pub role: Role,
    /// The name of their photo; empty for none.
    pub photo: String,
    /// When their account is removed for good; nothing for one that stays.
    pub deletion_due_at: Option<i64>,
    /// The hash of this session's token.
    pub token_hash: String,
    /// When they last showed, by password or passkey, that it is them.
    pub confirmed_at: i64,
}

impl Viewer {
    /// Returns whether they may answer reports.
    pub fn may_moderate(&self) -> bool {
        self.role.is_at_least(Role::Moderator)
    }

    /// Returns whether they may run the site.
    pub fn may_administer(&self) -> bool {
        self.role.is_at_least(Role::Administrator)
    }

    /// What is counted of their connections.
    pub fn counted(&self) -> ConnectionCount {
        ConnectionCount { id: self.id, number: self.connection_count, version: self.connection_version }
    }

    /// Where their photo is.
    pub fn photo_for(&self, size: &str) -> String {
        members::photo_for(self.id, &self.photo, size)
    }

    /// Up to two letters.
    pub fn initials(&self) -> String {
        names::initials(&self.full_name)
    }

    /// The colour of the initials' ground, 0 to 7.
    pub fn hue(&self) -> u32 {
        members::hue(&self.handle)
    }
}

/// The signed-in member, if there is one.
pub fn viewer(request: &HttpRequest) -> Option<Arc<Viewer>> {
    request.extensions().get::<Arc<Viewer>>().cloned()
}
