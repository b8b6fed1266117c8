//! What the rules must know besides the pair. Dates are unix seconds; whatever depends on a calendar comes in ready computed.

/// Seconds in a day.
pub(super) const DAY: i64 = 86_400;

/// What the rules must know besides the pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Now.
    pub now: i64,
    /// When a pause ends that begins now, which a withdrawal costs.
    pub pause_ends: i64,
    /// The acting member and the other are the same.
    pub myself: bool,
    /// What the site allows.
    pub limits: Limits,
    /// The acting member's connections, now.
    pub my_connections: u32,
    /// Invitations the acting member may still send.
    pub invitations: Allowance,
    /// What the other has chosen, and how they stand.
    pub other: OtherMember,
    /// What the records of the two say; [`Records::apply`](super::Records::apply) fills it in.
    pub dates: Dates,
}

/// The dates on the two records that the rules ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// Since when the acting member's side is, or was, connected: the date that stands on every page of a connection, and
    /// on no other.
    pub connected_at: Option<i64>,
    /// The acting member withdrew an invitation to the other and may invite again from this date.
    pub paused_until: Option<i64>,
    /// The other declined the acting member's invitation, which counts until this date.
    pub declined_until: Option<i64>,
}

/// The other member, as far as the rules ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherMember {
    /// Who may invite them.
    pub who_may_invite: WhoMayInvite,
    /// The two have a connection in common.
    pub mutual: bool,
    /// Open networker: invitations are accepted at once.
    pub accepts_automatically: bool,
    /// *Ask me before somebody who left comes back*.
    pub asks_before_reinvite: bool,
    /// Suspended by the site.
    pub suspended: bool,
    /// Their connections, now.
    pub connections: u32,
}

/// Whom a member lets invite them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WhoMayInvite {
    /// Every member.
    Everyone,
    /// Members with whom they share a connection.
    Mutual,
    /// Nobody.
    Nobody,
}

/// The weekly number of invitations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Invitations sent in the last 7 days.
    pub sent: u32,
    /// Invitations allowed in any 7 days.
    pub limit: u32,
    /// When so many of those sent have stopped counting that one more may be sent, or, where one may already, when the oldest does;
    /// now, if none was sent; in a day, where none is allowed.
    pub next: i64,
}

/// What a member may do how often. The defaults are LinkedIn's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections a member may have.
    pub connections: u32,
    /// Invitations in any 7 days.
    pub invitations: u32,
    /// Conversations with new connections that a member may begin in any 24 hours.
    pub first_messages: u32,
    /// Changes of one's handle in any 30 days.
    pub handle_changes: u32,
    /// Characters in an invitation's note.
    pub note_length: usize,
    /// Days until a withdrawn invitation may be sent again.
    pub withdrawal_pause_days: i64,
    /// Days until an invitation expires.
    pub invitation_days: i64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 30_000,
            invitations: 100,
            first_messages: 30,
            handle_changes: 5,
            note_length: 300,
            withdrawal_pause_days: 21,
            invitation_days: 180,
        }
    }
}

impl Limits {
    /// Returns when an invitation expires that was sent at this time.
    pub fn expiry(&self, sent: i64) -> i64 {
        sent + self.invitation_days * DAY
    }

    /// Tells whether an invitation has expired that was sent then, if at all.
    pub fn has_expired(&self, sent: Option<i64>, now: i64) -> bool {
        sent.is_some_and(|sent| self.expiry(sent) <= now)
    }

    /// Returns the time at or before which every invitation that was sent has expired.
    pub fn oldest_open(&self, now: i64) -> i64 {
        now - self.invitation_days * DAY
    }
}

impl Allowance {
    /// Returns how many invitations are left.
    pub fn left(self) -> u32 {
        self.limit.saturating_sub(self.sent)
    }
}

impl Facts {
    /// Returns facts for an action that needs none of the other member's; see [`Action::needs_facts`](super::Action).
    pub fn unneeded(now: i64, limits: Limits) -> Facts {
        let other = OtherMember {
            who_may_invite: WhoMayInvite::Nobody,
            mutual: false,
            accepts_automatically: false,
            asks_before_reinvite: true,
            suspended: false,
            connections: 0,
        };
        Facts {
            now,
            pause_ends: now + limits.withdrawal_pause_days * DAY,
            myself: false,
            limits,
            my_connections: 0,
            invitations: Allowance { sent: 0, limit: 0, next: now },
            other,
            dates: Dates::default(),
        }
    }

    /// Tells whether a press comes from a page that showed a connection. The other may have disconnected since; then it
    /// counts as the acting member's own disconnect. Without this, pressing toward everybody would list those who did.
    pub(super) fn proves_connection(&self, page: Option<i64>) -> bool {
        page.is_some() && page == self.dates.connected_at
    }

    /// Returns until when the acting member must wait before they invite the other again.
    pub(super) fn pause(&self) -> Option<i64> {
        self.dates.paused_until.filter(|until| *until > self.now)
    }

    /// Tells whether the other declined lately.
    pub(super) fn declined_lately(&self) -> bool {
        self.dates.declined_until.is_some_and(|until| until > self.now)
    }

    /// Tells whether a re-invite has to be an invitation.
    pub(super) fn asks_first(&self) -> bool {
        self.other.asks_before_reinvite || self.declined_lately()
    }
}
