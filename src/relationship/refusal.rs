//! Why the rules refuse an action.

use super::Allowance;

/// Says why an action is refused. The acting member is told their own reasons in full; everything that would speak of the
/// other is [`Refusal::Neutral`].
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
    /// The same, to one who re-invites somebody who is asked first: from now on the other may invite them again.
    NeutralAndMayInviteAgain,
    /// Nothing that this action could change.
    NotFound,
}
