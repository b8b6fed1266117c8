//! What is kept with each side: dates, notes and the private reason. [`Records::apply`] is the whole of an action: it asks
//! the rules, and changes both records by what they answer.
//!
//! A member's private note and tags about another stand in no record: no action can touch them.

use std::mem::take;

use super::{Action, Dates, Facts, Limits, Notification, Outcome, Pair, Prior, Refusal, Side};

/// One member's record of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The side, as it is stored: an invitation on it may have expired; see [`Side::at`].
    pub side: Side,
    /// When the side came into its state; kept through what only the other did.
    pub changed_at: i64,
    /// Since when connected; kept after a disconnect, so that a re-invite restores it.
    pub connected_at: Option<i64>,
    /// When the pending invitation was sent, on both records.
    pub invited_at: Option<i64>,
    /// When the owner last spent one of their weekly invitations on the other.
    pub sent_at: Option<i64>,
    /// The owner withdrew an invitation and may invite again from then.
    pub paused_until: Option<i64>,
    /// The owner declined an invitation, which counts until then.
    pub declined_until: Option<i64>,
    /// When the owner disconnected, while an invitation hides that, or their own block.
    pub disconnected_at: Option<i64>,
    /// The bulk removal that disconnected the other.
    pub removal_id: Option<i64>,
    /// The note of the invitation that is open, on both records.
    pub invitation_note: String,
    /// What the owner wrote when they invited, or accepted by inviting back; kept as long as the date of the connection.
    pub sent_note: Option<Note>,
    /// What the other wrote, in the same way.
    pub received_note: Option<Note>,
    /// Why the owner disconnected or blocked, for themselves.
    pub private_reason: String,
}

/// A note of the invitation that a connection came of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What was written.
    pub text: String,
    /// When.
    pub at: i64,
}

/// The records of both members, seen by the one who acts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// The acting member's.
    pub mine: Record,
    /// The other member's.
    pub theirs: Record,
}

impl Record {
    /// Puts the side into its new state and dates it. The day of a disconnect stays the same under an invitation and after
    /// it, and so does that of one that was followed by a block.
    fn enter(&mut self, before: Side, after: Side, changed_at: i64) {
        let hidden = self.disconnected_at.filter(|_| self.side.hides_a_disconnect() || self.side.is_blocked());
        let disconnected_at = hidden.unwrap_or(self.changed_at);
        let had_disconnected = before.has_disconnected() || before.is_blocked() && hidden.is_some();
        self.side = after;
        self.disconnected_at = (after.hides_a_disconnect() || after.is_blocked() && had_disconnected)
            .then_some(if had_disconnected { disconnected_at } else { changed_at });
        let still = matches!((before, after), (Side::Disconnected { .. }, Side::Disconnected { .. }));
        if after != before && !still {
            self.changed_at = changed_at;
        }
        if had_disconnected && after.has_disconnected() && !after.hides_a_disconnect() {
            self.changed_at = disconnected_at;
        }
    }

    /// Restores the connection that the owner once agreed to, or begins it.
    fn connect(&mut self, now: i64) {
        self.side = Side::Connected;
        self.changed_at = *self.connected_at.get_or_insert(now);
        self.invited_at = None;
        self.disconnected_at = None;
        self.removal_id = None;
        self.private_reason.clear();
    }

    /// Lets the other invite the owner again, also where an invitation that has expired still hides the disconnect.
    fn let_invite_again(&mut self) {
        if let Side::Disconnected { may_invite_again, .. }
        | Side::Invited { prior: Prior::Disconnected { may_invite_again, .. } }
        | Side::Received { prior: Prior::Disconnected { may_invite_again, .. } }
        | Side::Declined { prior: Prior::Disconnected { may_invite_again, .. } } = &mut self.side
        {
            *may_invite_again = true;
        }
    }
}

impl Records {
    /// Returns the pair at this time, with an invitation taken away that has expired.
    pub fn pair(&self, limits: &Limits, now: i64) -> Pair {
        let pair = Pair { mine: self.mine.side, theirs: self.theirs.side };
        let sent = self.mine.invited_at.or(self.theirs.invited_at);
        if limits.has_expired(sent, now) { pair.expired() } else { pair }
    }

    /// Applies an action of the first member: the sides, dates and notes of both records. `text` is the note of an
    /// invitation, or the private reason of a disconnect or block. Save the records also after a refusal, which may take
    /// back what the acting member did before.
    ///
    /// # Errors
    /// The [`Refusal`] of an action that the rules do not allow.
    pub fn apply(&mut self, action: Action, facts: &Facts, text: &str) -> Result<Outcome, Refusal> {
        let (facts, before) = (self.complete(facts), self.pair(&facts.limits, facts.now));
        if action.takes_back_a_decline() {
            self.mine.declined_until = None;
        }
        let outcome = before.after(action, &facts).inspect_err(|refusal| {
            if *refusal == Refusal::NeutralAndMayInviteAgain {
                self.mine.let_invite_again();
            }
        })?;
        if outcome.pair.mine == Side::Connected {
            if outcome.notification.is_some() {
                self.keep_notes(before, text, facts.now);
            }
            self.mine.connect(facts.now);
            self.theirs.connect(facts.now);
        } else {
            self.enter(before, outcome.pair, &facts);
        }
        self.note(action, before, outcome, text, facts.now);
        Ok(outcome)
    }

    /// Enters that an invitation has expired, as the next action would.
    pub fn expire(&mut self, limits: Limits, now: i64) {
        let pair = self.pair(&limits, now);
        self.enter(pair, pair, &Facts::unneeded(now, limits));
    }

    /// Returns the facts with what the records know of them.
    fn complete(&self, facts: &Facts) -> Facts {
        let dates = Dates {
            connected_at: self.mine.connected_at,
            paused_until: self.mine.paused_until,
            declined_until: self.theirs.declined_until,
        };
        Facts { dates, ..*facts }
    }

    /// Returns what re-inviting would do; see [`Pair::reinvite`].
    pub fn reinvite(&self, facts: &Facts) -> Option<super::Reinvite> {
        self.pair(&facts.limits, facts.now).reinvite(&self.complete(facts))
    }

    /// Puts both sides into states other than connected. A record's dates change only with what its owner did or was told.
    fn enter(&mut self, before: Pair, after: Pair, facts: &Facts) {
        self.mine.enter(before.mine, after.mine, facts.now);
        let told = matches!(after.theirs, Side::Received { .. });
        let theirs = if told { facts.now } else { self.theirs.changed_at };
        self.theirs.enter(before.theirs, after.theirs, theirs);
        match (before.mine, after.mine) {
            (Side::Invited { .. }, Side::Invited { .. }) => {}
            (_, Side::Invited { .. }) => self.set_invited_at(Some(facts.now)),
            (Side::Received { .. }, Side::Declined { .. }) => {
                self.mine.declined_until = self.mine.invited_at.map(|sent| facts.limits.expiry(sent));
            }
            // The invitation keeps its day and its place in the list.
            (Side::Declined { .. }, Side::Received { .. }) => {
                self.mine.changed_at = self.mine.invited_at.unwrap_or(facts.now);
            }
            (Side::Invited { .. } | Side::BlockedBy { invited: true, .. }, _) if after.mine != before.mine => {
                // A re-invite costs nothing, so it need not be slowed either.
                if !before.mine.prior().is_former() {
                    self.mine.paused_until = Some(facts.pause_ends);
                }
                self.set_invited_at(None);
            }
            _ => {}
        }
    }

    fn set_invited_at(&mut self, date: Option<i64>) {
        self.mine.invited_at = date;
        self.theirs.invited_at = date;
    }

    /// Keeps with a new connection what was written: the note of the invitation, and that of whoever invited too. A
    /// restored connection takes in no note, since that would tell the other that it had ended.
    fn keep_notes(&mut self, before: Pair, text: &str, now: i64) {
        let Records { mine, theirs } = self;
        if matches!(before.theirs, Side::Invited { .. }) {
            let note = Note { text: take(&mut theirs.invitation_note), at: theirs.invited_at.unwrap_or(now) };
            keep_note(theirs, mine, note);
        }
        keep_note(mine, theirs, Note { text: text.to_owned(), at: now });
        mine.invitation_note.clear();
    }

    /// Writes down what was said with the action, and what it cost.
    fn note(&mut self, action: Action, before: Pair, outcome: Outcome, text: &str, now: i64) {
        let (sent, mine) = (outcome.notification.is_some_and(|what| what != Notification::Accepted), outcome.pair.mine);
        match action {
            Action::Invite if sent => {
                let open = if mine == Side::Connected { "" } else { text };
                open.clone_into(&mut self.mine.invitation_note);
                open.clone_into(&mut self.theirs.invitation_note);
                if !before.mine.prior().is_former() {
                    self.mine.sent_at = Some(now);
                }
            }
            // A second press, from a page opened before the first, adds a reason but takes none away.
            Action::Disconnect { .. } if matches!(before.mine, Side::Disconnected { .. }) && text.is_empty() => {}
            Action::Disconnect { .. } if matches!(mine, Side::Disconnected { .. }) => {
                text.clone_into(&mut self.mine.private_reason);
            }
            // Whoever blocks somebody they had disconnected from, and says nothing, keeps why they disconnected.
            Action::Block { .. } if before.mine.has_disconnected() && text.is_empty() => {}
            Action::Block { .. } if !before.mine.is_blocked() => text.clone_into(&mut self.mine.private_reason),
            _ => {}
        }
        if !mine.has_disconnected() && !mine.is_blocked() {
            self.mine.private_reason.clear();
            self.mine.removal_id = None;
        }
    }
}

/// Keeps a note on both records; an empty one takes no earlier one away.
fn keep_note(writer: &mut Record, reader: &mut Record, note: Note) {
    if !note.text.is_empty() {
        writer.sent_note = Some(note.clone());
        reader.received_note = Some(note);
    }
}
