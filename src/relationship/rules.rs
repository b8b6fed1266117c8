//! The rules: what follows from an action, given a pair of sides. Rule numbers are those of the product's description.

use super::{Action, Facts, Notification, Outcome, Pair, Prior, Refusal, Reinvite, Side, WhoMayInvite};

impl Pair {
    /// No relationship at all.
    pub const STRANGERS: Pair = Pair { mine: Side::Stranger, theirs: Side::Stranger };

    /// Returns the same pair seen by the other member.
    pub fn swapped(self) -> Pair {
        Pair { mine: self.theirs, theirs: self.mine }
    }

    /// Tells whether the two sides may stand together, whatever each hides: no action leads to a pair that may not.
    pub fn is_legal(self) -> bool {
        let one_way = |mine, theirs| {
            matches!(
                (mine, theirs),
                (Side::Stranger, Side::Stranger)
                    | (Side::Invited { .. }, Side::Received { .. } | Side::Declined { .. })
                    | (Side::Connected, Side::Connected)
                    | (Side::Disconnected { .. }, Side::WasDisconnected | Side::Disconnected { .. })
                    | (Side::Blocked { .. }, Side::BlockedBy { .. } | Side::Blocked { .. })
            )
        };
        one_way(self.mine, self.theirs) || one_way(self.theirs, self.mine)
    }

    /// Returns the pair once its invitation has expired: as if it had never been sent.
    pub fn expired(self) -> Pair {
        pair(self.mine.expired(), self.theirs.expired()).with_counterpart()
    }

    /// Decides what follows when the acting member takes this action.
    ///
    /// # Errors
    /// The [`Refusal`] of an action that the rules do not allow.
    pub fn after(self, action: Action, facts: &Facts) -> Result<Outcome, Refusal> {
        if facts.myself {
            return Err(Refusal::Myself);
        }
        match action {
            Action::Invite => self.invite(facts),
            Action::Accept => self.accept(facts),
            Action::Decline => self.decline(),
            Action::UndoDecline => self.undo_decline(),
            Action::Withdraw => self.withdraw(facts),
            Action::Disconnect { may_invite_again, page } => {
                Ok(silent(self.disconnect(may_invite_again, facts.proves_connection(page))))
            }
            Action::SetMayInviteAgain(may_invite_again) => self.set_may_invite_again(may_invite_again),
            Action::Block { page } => Ok(silent(self.block(facts.proves_connection(page)))),
            Action::Unblock => Ok(silent(self.unblock())),
        }
    }

    /// Returns what re-inviting would do, where the acting member has disconnected; nothing where they have not.
    pub fn reinvite(self, facts: &Facts) -> Option<Reinvite> {
        match (self.mine, self.theirs) {
            (Side::Disconnected { former: true, .. }, Side::WasDisconnected) if !facts.asks_first() => {
                Some(Reinvite::Restores)
            }
            (Side::Disconnected { .. }, _) => Some(Reinvite::AsksFirst),
            _ => None,
        }
    }

    fn invite(self, facts: &Facts) -> Result<Outcome, Refusal> {
        match (self.mine, self.theirs) {
            (Side::Connected, _) => Err(Refusal::AlreadyConnected),
            (Side::Invited { .. }, _) => Err(Refusal::AlreadyInvited),
            (Side::Blocked { .. }, _) => Err(Refusal::IBlockedThem),
            (Side::BlockedBy { .. }, _) => Err(Refusal::NotFound),
            (_, Side::Invited { .. }) => self.accept(facts),
            (Side::Disconnected { .. }, _) => self.invite_after_disconnect(facts),
            _ => self.send(facts),
        }
    }

    /// Rule 5. A re-invite costs no invitation and knows no pause: it takes back what the member did. Where the other has
    /// to be asked, whatever refuses a stranger refuses this, so that the cause cannot be told from the answer.
    fn invite_after_disconnect(self, facts: &Facts) -> Result<Outcome, Refusal> {
        enough_room(facts)?;
        match self.reinvite(facts) {
            // The other never gave their place up, so it is theirs again even where they have reached the limit.
            Some(Reinvite::Restores) => Ok(silent(pair(Side::Connected, Side::Connected))),
            // Somebody who was no connection was blocked and unblocked: an invitation like any other.
            _ if !self.mine.prior().is_former() => self.send(facts),
            _ if self.is_refused(facts) => Err(Refusal::NeutralAndMayInviteAgain),
            _ => Ok(self.invitation()),
        }
    }

    /// Rules 1, 4 and 8. The member's own reasons come first, so that they do not depend on the other.
    fn send(self, facts: &Facts) -> Result<Outcome, Refusal> {
        enough_room(facts)?;
        if let Some(until) = facts.pause() {
            return Err(Refusal::Paused(until));
        }
        if facts.invitations.left() == 0 {
            return Err(Refusal::InvitationsUsedUp(facts.invitations));
        }
        if self.is_refused(facts) {
            return Err(Refusal::Neutral);
        }
        if facts.other.accepts_automatically {
            let pair = pair(Side::Connected, Side::Connected);
            return Ok(Outcome { pair, notification: Some(Notification::AcceptedForYou) });
        }
        Ok(self.invitation())
    }

    /// Keeps under the invitation what either did before.
    fn invitation(self) -> Outcome {
        let mine = Side::Invited { prior: self.mine.prior() };
        let theirs = Side::Received { prior: self.theirs.prior() };
        Outcome { pair: pair(mine, theirs), notification: Some(Notification::Invited) }
    }

    /// Evaluates every cause of the neutral refusal, so that none answers sooner than another.
    fn is_refused(self, facts: &Facts) -> bool {
        let other = &facts.other;
        let disconnected = matches!(self.theirs, Side::Disconnected { may_invite_again: false, .. });
        let declined = facts.declined_lately();
        let closed = match other.who_may_invite {
            WhoMayInvite::Everyone => false,
            WhoMayInvite::Mutual => !other.mutual,
            WhoMayInvite::Nobody => true,
        };
        let full = other.connections >= facts.limits.connections;
        disconnected | declined | closed | full | other.suspended
    }

    fn accept(self, facts: &Facts) -> Result<Outcome, Refusal> {
        match (self.mine, self.theirs) {
            (_, Side::Invited { .. }) => {
                enough_room(facts)?;
                if facts.other.connections >= facts.limits.connections {
                    return Err(Refusal::TheyAreFull);
                }
                let pair = pair(Side::Connected, Side::Connected);
                Ok(Outcome { pair, notification: Some(Notification::Accepted) })
            }
            (Side::Connected, _) => Ok(silent(self)),
            _ => Err(Refusal::NoInvitation),
        }
    }

    fn decline(self) -> Result<Outcome, Refusal> {
        match (self.mine, self.theirs) {
            (Side::Received { prior }, theirs) => Ok(silent(pair(Side::Declined { prior }, theirs))),
            (Side::Declined { .. }, _) => Ok(silent(self)),
            (Side::Connected, _) => Err(Refusal::AlreadyConnected),
            _ => Err(Refusal::NoInvitation),
        }
    }

    /// Brings a declined invitation back as it was. What somebody declines whom they do not let invite them again was
    /// declined by an unblocking, which is no decline to take back.
    fn undo_decline(self) -> Result<Outcome, Refusal> {
        match (self.mine, self.theirs) {
            (Side::Declined { prior: Prior::Disconnected { may_invite_again: false, .. } }, _) => {
                Err(Refusal::NoInvitation)
            }
            (Side::Declined { prior }, theirs) => Ok(silent(pair(Side::Received { prior }, theirs))),
            (Side::Received { .. }, _) => Ok(silent(self)),
            (Side::Connected, _) => Err(Refusal::AlreadyConnected),
            _ => Err(Refusal::NoInvitation),
        }
    }

    /// Gives back what was under the invitation, on both sides: withdrawing is as if it had expired now.
    fn withdraw(self, facts: &Facts) -> Result<Outcome, Refusal> {
        match self.mine {
            Side::Invited { .. } | Side::BlockedBy { invited: true, .. } => Ok(silent(self.expired())),
            Side::Connected => Err(Refusal::AcceptedMeanwhile),
            // Pressed twice. Whoever withdrew a re-invite need not wait, and is disconnected as before, also where the other has blocked
            // them meanwhile.
            Side::Disconnected { .. } | Side::BlockedBy { prior: Prior::Disconnected { .. }, .. } => Ok(silent(self)),
            _ if facts.pause().is_some() => Ok(silent(self)),
            _ => Err(Refusal::NothingSent),
        }
    }

    fn disconnect(self, may_invite_again: bool, proven: bool) -> Pair {
        match (self.mine, self.theirs) {
            (Side::Connected, _) => pair(Side::Disconnected { may_invite_again, former: true }, Side::WasDisconnected),
            // A stale page: the press counts as this member's own disconnect.
            (Side::WasDisconnected, theirs) if proven => {
                pair(Side::Disconnected { may_invite_again, former: true }, theirs)
            }
            // Pressed twice. The second press does not take back that the other may invite again.
            (Side::Disconnected { may_invite_again: already, former }, theirs) => {
                pair(Side::Disconnected { may_invite_again: already | may_invite_again, former }, theirs)
            }
            _ => self,
        }
    }

    fn set_may_invite_again(self, may_invite_again: bool) -> Result<Outcome, Refusal> {
        match self.mine {
            Side::Disconnected { former, .. } => {
                Ok(silent(pair(Side::Disconnected { may_invite_again, former }, self.theirs)))
            }
            _ => Err(Refusal::NotFound),
        }
    }

    fn block(self, proven: bool) -> Pair {
        let former = match self.mine {
            Side::Connected => true,
            Side::WasDisconnected => proven,
            Side::Blocked { former } => former,
            side => side.prior().is_former(),
        };
        match self.theirs {
            Side::Blocked { .. } => pair(Side::Blocked { former }, self.theirs),
            Side::BlockedBy { .. } => self,
            theirs => pair(Side::Blocked { former }, theirs.blocked_by()),
        }
    }

    /// Rule 7: leaves the other disconnected by this member, and gives back what the block hid. Pressed twice, it changes
    /// nothing.
    fn unblock(self) -> Pair {
        let Side::Blocked { former } = self.mine else { return self };
        let disconnected = Prior::Disconnected { may_invite_again: false, former };
        match self.theirs {
            Side::BlockedBy { invited: true, prior } => {
                pair(Side::Declined { prior: disconnected }, Side::Invited { prior })
            }
            Side::BlockedBy { invited: false, prior } => pair(disconnected.side(), prior.side()).with_counterpart(),
            theirs => pair(Side::BlockedBy { invited: false, prior: disconnected }, theirs),
        }
    }

    /// Makes a stranger [`Side::WasDisconnected`] whose other has disconnected.
    fn with_counterpart(self) -> Pair {
        match (self.mine, self.theirs) {
            (Side::Disconnected { .. }, Side::Stranger) => pair(self.mine, Side::WasDisconnected),
            (Side::Stranger, Side::Disconnected { .. }) => pair(Side::WasDisconnected, self.theirs),
            _ => self,
        }
    }
}

fn pair(mine: Side, theirs: Side) -> Pair {
    Pair { mine, theirs }
}

fn silent(pair: Pair) -> Outcome {
    Outcome { pair, notification: None }
}

fn enough_room(facts: &Facts) -> Result<(), Refusal> {
    let (have, limit) = (facts.my_connections, facts.limits.connections);
    if have >= limit { Err(Refusal::TooManyConnections { have, limit }) } else { Ok(()) }
}
