//! The rules of a connection, pure: no database, no clock, no HTTP. A [`Pair`] of sides and a [`Move`]
//! give an [`Outcome`] or a [`Refusal`]; everything the rules need to know besides comes in as [`Terms`].

/// Seconds in a day.
const DAY: i64 = 86_400;

/// One member's side of a relationship, as its owner stands to the other. No row is `Side::None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Nothing between the two, as far as this owner goes.
    None,
    /// The owner sent an invitation that still looks pending to them.
    Invited {
        /// What comes back when it is withdrawn or expires.
        prior: Prior,
    },
    /// The owner has an invitation to answer.
    Asked {
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
    /// The owner disconnected, or took a block back; `may_invite_again` leaves the door open for an invitation.
    Left {
        /// *They may invite me again*.
        may_invite_again: bool,
        /// They were a connection when the owner left or blocked them. Somebody who had left the owner before, and was
        /// blocked and unblocked, is none: to the owner they look as any stranger who was.
        former: bool,
    },
    /// The other disconnected. To the owner this looks like [`Side::None`] everywhere.
    Lost,
    /// The owner blocked the other.
    Blocked {
        /// As in [`Side::Left`], which the unblocking leads to.
        former: bool,
    },
    /// The other blocked the owner, for whom their profile does not exist.
    Barred {
        /// Their invitation goes on looking pending, so that a block is as quiet as no answer.
        invited: bool,
        /// What the block hides but must not take away: it comes back with the unblocking.
        prior: Prior,
    },
}

/// What an owner did before an invitation or a block, and what these only cover: the other can end neither so that
/// the owner loses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prior {
    /// Nothing that outlives an invitation or a disconnect.
    Nothing,
    /// Their own, earlier disconnect.
    Left {
        /// As in [`Side::Left`].
        may_invite_again: bool,
        /// As in [`Side::Left`].
        former: bool,
    },
}

/// What a member may do toward another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// Invite a stranger, accept by inviting back, or come back after leaving.
    Invite,
    /// Say yes to an invitation.
    Accept,
    /// Say no, silently.
    Decline,
    /// Take one's own invitation back, silently.
    Withdraw,
    /// End the connection, silently.
    Disconnect {
        /// *They may invite me again*.
        may_invite_again: bool,
        /// Since when they are connected, as the page has it on which this was pressed.
        page: Option<i64>,
    },
    /// Open or close the door after having left.
    LetReturn(bool),
    /// Become invisible to the other.
    Block {
        /// As in [`Move::Disconnect`].
        page: Option<i64>,
    },
    /// Take a block back.
    Unblock,
}

/// The two sides, seen by the one who moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pair {
    /// The acting member's side.
    pub mine: Side,
    /// The other member's side.
    pub theirs: Side,
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

/// What the rules need to know besides the pair. Dates are unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Now.
    pub now: i64,
    /// The acting member and the other are the same.
    pub myself: bool,
    /// Since when the acting member's side is, or was, connected: the date that stands on every page of a connection, and on
    /// no other.
    pub connected_at: Option<i64>,
    /// The acting member withdrew an invitation to the other and may invite again from this date.
    pub paused_until: Option<i64>,
    /// The acting member's connections, now.
    pub my_connections: u32,
    /// How many connections a member may have.
    pub connection_limit: u32,
    /// Invitations the acting member may still send, and when the next one comes free.
    pub invitations: Allowance,
    /// What the other has chosen, and how they stand.
    pub them: Them,
}

/// What a member may do how often. The defaults are LinkedIn's.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections a member may have.
    pub connections: u32,
    /// Invitations in any 7 days.
    pub invitations: u32,
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
            note_length: 300,
            withdrawal_pause_days: 21,
            invitation_days: 180,
        }
    }
}

impl Limits {
    /// Invitations sent at this time or before have expired.
    pub fn oldest_open(&self, now: i64) -> i64 {
        now - self.invitation_days * DAY
    }
}

impl Move {
    /// Whether the rules ask for limits, or for what the other has chosen. The other moves are decided by the pair alone,
    /// under [`Terms::of_none`].
    pub fn asks_for_terms(self) -> bool {
        matches!(self, Move::Invite | Move::Accept)
    }
}

impl Terms {
    /// What a move needs that does not ask for terms.
    pub fn of_none(now: i64, myself: bool) -> Terms {
        let them = Them {
            who_may_invite: WhoMayInvite::Nobody,
            mutual: false,
            accepts_automatically: false,
            asks_before_reinvite: true,
            suspended: false,
            declined_until: Option::None,
            connections: 0,
        };
        let invitations = Allowance { sent: 0, limit: 0, next: now };
        let (paused_until, connected_at) = (Option::None, Option::None);
        Terms { now, myself, connected_at, paused_until, my_connections: 0, connection_limit: 0, invitations, them }
    }

    /// Whether a press comes from a page that showed a connection. The other may have left since; then it counts as the
    /// acting member's own disconnect. Without this, pressing toward everybody would list those who left.
    fn proves_connection(&self, page: Option<i64>) -> bool {
        page.is_some() && page == self.connected_at
    }

    fn paused(&self) -> bool {
        self.paused_until.is_some_and(|until| until > self.now)
    }

    /// The other declined lately.
    fn declined(&self) -> bool {
        self.them.declined_until.is_some_and(|until| until > self.now)
    }

    /// A return has to be an invitation.
    fn asked_first(&self) -> bool {
        self.them.asks_before_reinvite || self.declined()
    }
}

/// The weekly number of invitations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Invitations sent in the last 7 days.
    pub sent: u32,
    /// Invitations allowed in any 7 days.
    pub limit: u32,
    /// When the oldest of those sent stops counting; now, if none was sent.
    pub next: i64,
}

impl Allowance {
    /// How many invitations are left.
    pub fn left(self) -> u32 {
        self.limit.saturating_sub(self.sent)
    }
}

/// The other member, as far as the rules ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Them {
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
    /// They declined the acting member's invitation, which counts until this date.
    pub declined_until: Option<i64>,
    /// Their connections, now.
    pub connections: u32,
}

/// What follows from a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The sides afterwards.
    pub pair: Pair,
    /// The only way in which anybody is ever told anything: a silent move has none.
    pub tell: Option<Tell>,
}

/// What the other member is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tell {
    /// You are invited to connect.
    Invited,
    /// Your invitation was accepted.
    Accepted,
    /// You are an open networker: an invitation was accepted in your name.
    AcceptedForYou,
}

/// Why the rules say no. The acting member is told their own reasons in full; everything that would speak
/// of the other is [`Refusal::Neutral`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// One cannot be connected with oneself.
    Myself,
    /// An invitation is pending already.
    AlreadyInvited,
    /// They are connected already.
    AlreadyConnected,
    /// The acting member has blocked the other.
    IBlockedThem,
    /// There is no open invitation to answer.
    NoInvitation,
    /// There is no invitation to withdraw.
    NothingSent,
    /// The invitation to withdraw has been accepted meanwhile.
    AcceptedMeanwhile,
    /// The acting member withdrew an invitation; they may invite again from this date.
    Paused(i64),
    /// The acting member's weekly invitations are used up.
    InvitationsUsedUp(Allowance),
    /// The acting member has all the connections one may have.
    TooManyConnections {
        /// How many they have.
        have: u32,
        /// How many one may have.
        limit: u32,
    },
    /// The inviter cannot take another connection at this time.
    TheyAreFull,
    /// *This user cannot be invited at this time*, whatever the cause.
    Neutral,
    /// The same, to one who left and asks to come back where the other is asked first: their own door now stands open.
    NeutralDoorOpened,
    /// Nothing that this move could act on.
    NotFound,
}

/// What coming back would be, for a member who left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return {
    /// The connection is restored at once and silently.
    Restore,
    /// The other is asked by an invitation, of which the acting member is told before sending.
    Invitation,
}

use Side::*;

impl Pair {
    /// No relationship at all.
    pub const STRANGERS: Pair = Pair { mine: None, theirs: None };

    /// The same pair seen by the other member.
    pub fn swapped(self) -> Pair {
        Pair { mine: self.theirs, theirs: self.mine }
    }

    /// The pair once its invitation has expired: as if it had never been sent.
    pub fn expired(self) -> Pair {
        pair(self.mine.expired(), self.theirs.expired()).whole()
    }

    /// What follows when the acting member makes this move.
    ///
    /// # Errors
    /// The [`Refusal`] that answers a move which the rules do not allow.
    pub fn after(self, by_me: Move, terms: &Terms) -> Result<Outcome, Refusal> {
        if terms.myself {
            return Err(Refusal::Myself);
        }
        match by_me {
            Move::Invite => self.invite(terms),
            Move::Accept => self.accept(terms),
            Move::Decline => self.decline(),
            Move::Withdraw => self.withdraw(terms),
            Move::Disconnect { may_invite_again, page } => {
                Ok(silent(self.disconnect(may_invite_again, terms.proves_connection(page))))
            }
            Move::LetReturn(may_invite_again) => self.let_return(may_invite_again),
            Move::Block { page } => Ok(silent(self.block(terms.proves_connection(page)))),
            Move::Unblock => Ok(silent(self.unblock())),
        }
    }

    /// What re-inviting would be, where the acting member has left; nothing where they have not.
    pub fn way_back(self, terms: &Terms) -> Option<Return> {
        match (self.mine, self.theirs) {
            (Left { former: true, .. }, Lost) if !terms.asked_first() => Some(Return::Restore),
            (Left { .. }, _) => Some(Return::Invitation),
            _ => Option::None,
        }
    }

    fn invite(self, terms: &Terms) -> Result<Outcome, Refusal> {
        match (self.mine, self.theirs) {
            (Connected, _) => Err(Refusal::AlreadyConnected),
            (Invited { .. }, _) => Err(Refusal::AlreadyInvited),
            (Blocked { .. }, _) => Err(Refusal::IBlockedThem),
            (Barred { .. }, _) => Err(Refusal::NotFound),
            (_, Invited { .. }) => self.accept(terms),
            (Left { .. }, _) => self.come_back(terms),
            _ => self.send(terms),
        }
    }

    /// Rule 5. A return costs no invitation and knows no pause: it takes back what the member did. Where the other has
    /// to be asked, whatever refuses a stranger refuses this, so that the cause cannot be told from the answer.
    fn come_back(self, terms: &Terms) -> Result<Outcome, Refusal> {
        enough_room(terms)?;
        match self.way_back(terms) {
            // The other never gave their place up, so it is theirs again even where they have reached the limit.
            Some(Return::Restore) => Ok(silent(pair(Connected, Connected))),
            // Somebody who was no connection was blocked and unblocked: an invitation like any other.
            _ if !self.mine.prior().is_former() => self.send(terms),
            _ if self.shut(terms) => Err(Refusal::NeutralDoorOpened),
            _ => Ok(self.invitation()),
        }
    }

    /// Rules 1, 4 and 8. The member's own reasons come first, so that they do not depend on the other.
    fn send(self, terms: &Terms) -> Result<Outcome, Refusal> {
        enough_room(terms)?;
        if let Some(until) = terms.paused_until.filter(|_| terms.paused()) {
            return Err(Refusal::Paused(until));
        }
        if terms.invitations.left() == 0 {
            return Err(Refusal::InvitationsUsedUp(terms.invitations));
        }
        if self.shut(terms) {
            return Err(Refusal::Neutral);
        }
        if terms.them.accepts_automatically {
            return Ok(Outcome { pair: pair(Connected, Connected), tell: Some(Tell::AcceptedForYou) });
        }
        Ok(self.invitation())
    }

    /// Covers what either did before.
    fn invitation(self) -> Outcome {
        let pair = pair(Invited { prior: self.mine.prior() }, Asked { prior: self.theirs.prior() });
        Outcome { pair, tell: Some(Tell::Invited) }
    }

    /// Every cause of the neutral refusal; all are evaluated, so that none answers sooner.
    fn shut(self, terms: &Terms) -> bool {
        let them = &terms.them;
        let left = matches!(self.theirs, Left { may_invite_again: false, .. });
        let declined = terms.declined();
        let closed = match them.who_may_invite {
            WhoMayInvite::Everyone => false,
            WhoMayInvite::Mutual => !them.mutual,
            WhoMayInvite::Nobody => true,
        };
        let full = them.connections >= terms.connection_limit;
        left | declined | closed | full | them.suspended
    }

    fn accept(self, terms: &Terms) -> Result<Outcome, Refusal> {
        match (self.mine, self.theirs) {
            (_, Invited { .. }) => {
                enough_room(terms)?;
                if terms.them.connections >= terms.connection_limit {
                    return Err(Refusal::TheyAreFull);
                }
                Ok(Outcome { pair: pair(Connected, Connected), tell: Some(Tell::Accepted) })
            }
            (Connected, _) => Ok(silent(self)),
            _ => Err(Refusal::NoInvitation),
        }
    }

    fn decline(self) -> Result<Outcome, Refusal> {
        match (self.mine, self.theirs) {
            (Asked { prior }, theirs) => Ok(silent(pair(Declined { prior }, theirs))),
            (Declined { .. }, _) => Ok(silent(self)),
            (Connected, _) => Err(Refusal::AlreadyConnected),
            _ => Err(Refusal::NoInvitation),
        }
    }

    /// Gives back what the invitation covered, on both sides: withdrawing is as if it had expired now.
    fn withdraw(self, terms: &Terms) -> Result<Outcome, Refusal> {
        match self.mine {
            Invited { .. } | Barred { invited: true, .. } => Ok(silent(self.expired())),
            Connected => Err(Refusal::AcceptedMeanwhile),
            // Pressed twice. Whoever withdrew a return need not wait, and has left again.
            Left { .. } => Ok(silent(self)),
            _ if terms.paused() => Ok(silent(self)),
            _ => Err(Refusal::NothingSent),
        }
    }

    fn disconnect(self, may_invite_again: bool, proven: bool) -> Pair {
        match (self.mine, self.theirs) {
            (Connected, _) => pair(Left { may_invite_again, former: true }, Lost),
            // A stale page: the press counts as this member's own disconnect.
            (Lost, theirs) if proven => pair(Left { may_invite_again, former: true }, theirs),
            // Pressed twice. The second press closes no door that the first has opened.
            (Left { may_invite_again: open, former }, theirs) => {
                pair(Left { may_invite_again: open | may_invite_again, former }, theirs)
            }
            _ => self,
        }
    }

    fn let_return(self, may_invite_again: bool) -> Result<Outcome, Refusal> {
        match self.mine {
            Left { former, .. } => Ok(silent(pair(Left { may_invite_again, former }, self.theirs))),
            _ => Err(Refusal::NotFound),
        }
    }

    fn block(self, proven: bool) -> Pair {
        let former = match self.mine {
            Connected => true,
            Lost => proven,
            Blocked { former } => former,
            side => side.prior().is_former(),
        };
        match self.theirs {
            Blocked { .. } => pair(Blocked { former }, self.theirs),
            Barred { .. } => self,
            theirs => {
                let invited = matches!(theirs, Invited { .. });
                pair(Blocked { former }, Barred { invited, prior: theirs.prior() })
            }
        }
    }

    /// Rule 7: leaves the other disconnected by this member, and gives back what the block hid. Pressed twice, it changes
    /// nothing.
    fn unblock(self) -> Pair {
        let Blocked { former } = self.mine else { return self };
        let left = Prior::Left { may_invite_again: false, former };
        match self.theirs {
            Barred { invited: true, prior } => pair(Declined { prior: left }, Invited { prior }),
            Barred { invited: false, prior } => pair(left.back(), prior.back()).whole(),
            theirs => pair(Barred { invited: false, prior: left }, theirs),
        }
    }

    /// Whose other has left has lost.
    fn whole(self) -> Pair {
        match (self.mine, self.theirs) {
            (Left { .. }, None) => pair(self.mine, Lost),
            (None, Left { .. }) => pair(Lost, self.theirs),
            _ => self,
        }
    }
}

impl Prior {
    /// The side it is once nothing covers it any more; to tell [`Side::None`] from [`Side::Lost`] takes the other side.
    fn back(self) -> Side {
        match self {
            Prior::Nothing => None,
            Prior::Left { may_invite_again, former } => Left { may_invite_again, former },
        }
    }

    /// Whether the owner left a connection: coming back to it costs nothing.
    pub fn is_former(self) -> bool {
        matches!(self, Prior::Left { former: true, .. })
    }
}

/// A button that stands where a person is shown.
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
    /// Nothing: the person is not shown.
    Nothing,
}

impl Side {
    /// The owner's own disconnect, be it covered or not.
    pub fn prior(self) -> Prior {
        match self {
            Left { may_invite_again, former } => Prior::Left { may_invite_again, former },
            Invited { prior } | Asked { prior } | Declined { prior } | Barred { prior, .. } => prior,
            None | Connected | Lost | Blocked { .. } => Prior::Nothing,
        }
    }

    /// Whether an invitation covers the owner's own disconnect.
    pub fn covers_a_disconnect(self) -> bool {
        let covers = matches!(self, Invited { .. } | Asked { .. } | Declined { .. } | Barred { invited: true, .. });
        covers && self.prior() != Prior::Nothing
    }

    /// The side once its invitation has expired, as far as its owner can see.
    pub fn expired(self) -> Side {
        match self {
            Invited { prior } | Asked { prior } | Declined { prior } => prior.back(),
            Barred { invited: true, prior } => Barred { invited: false, prior },
            side => side,
        }
    }

    /// The action that fits, from the owner's side alone, so that it cannot speak of the other's.
    pub fn offer(self) -> Offer {
        match self {
            None | Declined { .. } | Lost => Offer::Invite,
            Invited { .. } => Offer::Withdraw,
            Asked { .. } => Offer::Answer,
            Connected => Offer::Disconnect,
            Left { .. } => Offer::Reinvite,
            Blocked { .. } => Offer::Unblock,
            Barred { .. } => Offer::Nothing,
        }
    }
}

fn pair(mine: Side, theirs: Side) -> Pair {
    Pair { mine, theirs }
}

fn silent(pair: Pair) -> Outcome {
    Outcome { pair, tell: Option::None }
}

fn enough_room(terms: &Terms) -> Result<(), Refusal> {
    if terms.my_connections >= terms.connection_limit {
        return Err(Refusal::TooManyConnections { have: terms.my_connections, limit: terms.connection_limit });
    }
    Ok(())
}
