//! The rules of a connection, pure: no database, no clock, no HTTP. A [`Pair`] of sides and an [`Action`] give an [`Outcome`]
//! or a [`Refusal`]; what the rules must know besides comes in as [`Facts`]. [`Records`] keep the dates and texts that go
//! with the two sides.

mod facts;
mod record;
mod refusal;
mod rules;

pub use facts::{Allowance, Dates, Facts, Limits, OtherMember, WhoMayInvite};
pub use record::{Note, Record, Records};
pub use refusal::Refusal;

/// One member's side of a relationship, as its owner stands to the other. Where nothing is stored it is
/// [`Side::Stranger`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Side {
    /// Nothing between the two, as far as this owner goes.
    #[default]
    Stranger,
    /// The owner sent an invitation that still looks pending to them.
    Invited {
        /// What comes back when it is withdrawn or expires.
        prior: Prior,
    },
    /// The owner has an invitation to answer.
    Received {
        /// What comes back when it is withdrawn or expires.
        prior: Prior,
    },
    /// The owner declined; the inviter's side goes on looking pending.
    Declined {
        /// What comes back when the invitation is withdrawn or expires.
        prior: Prior,
    },
    /// Connected.
    Connected,
    /// The owner disconnected, or took a block back.
    Disconnected {
        /// *They may invite me again*.
        may_invite_again: bool,
        /// They were a connection when the owner disconnected from or blocked them. Somebody who had disconnected from the
        /// owner before, and was blocked and unblocked, is none: to the owner they look as any stranger who was.
        former: bool,
    },
    /// The other disconnected. To the owner this looks like [`Side::Stranger`] everywhere.
    WasDisconnected,
    /// The owner blocked the other.
    Blocked {
        /// As in [`Side::Disconnected`], which the unblocking leads to.
        former: bool,
    },
    /// The other blocked the owner, for whom their profile does not exist.
    BlockedBy {
        /// Their invitation goes on looking pending, so that a block is as quiet as no answer.
        invited: bool,
        /// What the block hides but must not take away: it comes back with the unblocking.
        prior: Prior,
    },
}

/// What an owner did before an invitation or a block, which only hide it: the other can end neither so that the owner loses
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prior {
    /// Nothing that outlives an invitation or a disconnect.
    Nothing,
    /// Their own, earlier disconnect.
    Disconnected {
        /// As in [`Side::Disconnected`].
        may_invite_again: bool,
        /// As in [`Side::Disconnected`].
        former: bool,
    },
}

/// What a member may do toward another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Invite a stranger, accept by inviting back, or re-invite after a disconnect.
    Invite,
    /// Say yes to an invitation.
    Accept,
    /// Say no, silently.
    Decline,
    /// Take one's own decline back, silently: the invitation waits for an answer again.
    UndoDecline,
    /// Take one's own invitation back, silently.
    Withdraw,
    /// End the connection, silently.
    Disconnect {
        /// *They may invite me again*.
        may_invite_again: bool,
        /// Since when they are connected, as the page has it on which this was pressed.
        page: Option<i64>,
    },
    /// Change *They may invite me again* after a disconnect.
    SetMayInviteAgain(bool),
    /// Become invisible to the other.
    Block {
        /// As in [`Action::Disconnect`].
        page: Option<i64>,
    },
    /// Take a block back.
    Unblock,
}

/// The two sides, seen by the one who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pair {
    /// The acting member's side.
    pub mine: Side,
    /// The other member's side.
    pub theirs: Side,
}

/// What follows from an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The sides afterwards.
    pub pair: Pair,
    /// The only way in which anybody is ever told anything: a silent action has none.
    pub notification: Option<Notification>,
}

/// What the other member is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notification {
    /// You are invited to connect.
    Invited,
    /// Your invitation was accepted.
    Accepted,
    /// You are an open networker: an invitation was accepted in your name.
    AcceptedForYou,
}

/// What a re-invite does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reinvite {
    /// Restores the connection, at once and silently.
    Restores,
    /// Asks the other by an invitation, of which the acting member is told before sending.
    AsksFirst,
}

/// A button that stands where a member is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offer {
    /// *Invite to connect*.
    Invite,
    /// *Withdraw invitation*.
    Withdraw,
    /// *Accept* and *Decline*.
    Answer,
    /// **Disconnect from this person**.
    Disconnect,
    /// *Re-invite*.
    Reinvite,
    /// *Unblock*.
    Unblock,
    /// Nothing: the member is not shown.
    Nothing,
}

impl Action {
    /// Tells whether the rules ask for limits, or for what the other has chosen. The other actions are decided by the pair
    /// alone, under [`Facts::unneeded`].
    pub fn needs_facts(self) -> bool {
        matches!(self, Action::Invite | Action::Accept)
    }

    /// Tells whether the action takes back that its member declined, which it does also where an invitation is refused.
    fn takes_back_a_decline(self) -> bool {
        matches!(self, Action::Invite | Action::Accept | Action::UndoDecline | Action::SetMayInviteAgain(true))
    }
}

impl Prior {
    /// Returns the side it is once nothing hides it any more; to tell a stranger from one who was disconnected takes the
    /// other side.
    fn side(self) -> Side {
        match self {
            Prior::Nothing => Side::Stranger,
            Prior::Disconnected { may_invite_again, former } => Side::Disconnected { may_invite_again, former },
        }
    }

    /// Tells whether the owner disconnected from a connection: re-inviting costs no invitation.
    pub fn is_former(self) -> bool {
        matches!(self, Prior::Disconnected { former: true, .. })
    }
}

impl Side {
    /// Returns the owner's own disconnect, be it hidden or not.
    pub fn prior(self) -> Prior {
        match self {
            Side::Disconnected { may_invite_again, former } => Prior::Disconnected { may_invite_again, former },
            Side::Invited { prior }
            | Side::Received { prior }
            | Side::Declined { prior }
            | Side::BlockedBy { prior, .. } => prior,
            Side::Stranger | Side::Connected | Side::WasDisconnected | Side::Blocked { .. } => Prior::Nothing,
        }
    }

    /// Tells whether the owner has disconnected and not come back, be it hidden or not.
    pub fn has_disconnected(self) -> bool {
        self.prior() != Prior::Nothing
    }

    /// Tells whether an invitation hides the owner's own disconnect.
    pub fn hides_a_disconnect(self) -> bool {
        let invitation = match self {
            Side::Invited { .. } | Side::Received { .. } | Side::Declined { .. } => true,
            Side::BlockedBy { invited, .. } => invited,
            _ => false,
        };
        invitation && self.has_disconnected()
    }

    /// Returns the side as a block by the other leaves it.
    pub fn blocked_by(self) -> Side {
        match self {
            Side::Blocked { .. } | Side::BlockedBy { .. } => self,
            side => Side::BlockedBy { invited: matches!(side, Side::Invited { .. }), prior: side.prior() },
        }
    }

    /// Tells whether the owner has blocked the other.
    pub fn is_blocked(self) -> bool {
        matches!(self, Side::Blocked { .. })
    }

    /// Returns the side once its invitation has expired, as far as its owner can see.
    pub fn expired(self) -> Side {
        match self {
            Side::Invited { prior } | Side::Received { prior } | Side::Declined { prior } => prior.side(),
            Side::BlockedBy { invited: true, prior } => Side::BlockedBy { invited: false, prior },
            side => side,
        }
    }

    /// Returns the side as its owner sees it now, whose invitation was sent then.
    pub fn at(self, now: i64, invited_at: Option<i64>, limits: &Limits) -> Side {
        if limits.has_expired(invited_at, now) { self.expired() } else { self }
    }

    /// Returns the action that fits, from the owner's side alone, so that it cannot speak of the other's.
    pub fn offer(self) -> Offer {
        match self {
            Side::Stranger | Side::Declined { .. } | Side::WasDisconnected => Offer::Invite,
            Side::Invited { .. } | Side::BlockedBy { invited: true, .. } => Offer::Withdraw,
            Side::Received { .. } => Offer::Answer,
            Side::Connected => Offer::Disconnect,
            Side::Disconnected { .. } => Offer::Reinvite,
            Side::Blocked { .. } => Offer::Unblock,
            Side::BlockedBy { invited: false, .. } => Offer::Nothing,
        }
    }
}
