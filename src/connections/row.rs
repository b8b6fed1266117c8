//! The row of a side: how a [`Record`] stands in the table `relationships`.

use diesel::prelude::*;

use crate::db::numbered;
use crate::ids::{Between, MemberId, RemovalId};
use crate::relationship::{Limits, Note, Prior, Record, Records, Side};
use crate::schema::relationships;

numbered! {
    /// The column `state`. Its numbers are written out in the partial indexes and in
    /// [`sql_condition`](super::sql_condition).
    #[allow(missing_docs)]
    pub enum State {
        Stranger = 0,
        Invited = 1,
        Received = 2,
        Declined = 3,
        Connected = 4,
        Disconnected = 5,
        WasDisconnected = 6,
        Blocked = 7,
        BlockedBy = 8,
        // The other's account is being deleted: what the owner had is hidden, and comes back if it is kept.
        InvitedHidden = 11,
        ReceivedHidden = 12,
        DeclinedHidden = 13,
        ConnectedHidden = 14,
        DisconnectedHidden = 15,
        WasDisconnectedHidden = 16,
    }
}

numbered! {
    /// The column `prior`: what the state hides, or says besides.
    pub enum StoredPrior {
        /// Nothing.
        Nothing = 0,
        /// The owner's invitation, which a block of the other hides.
        Invited = 1,
        /// The owner's disconnect from a connection.
        Disconnected = 5,
        /// Such an invitation, and under it a disconnect from a connection.
        InvitedAfterDisconnect = 9,
        /// The owner's disconnect from nobody connected, which is what unblocking a stranger leaves.
        Unblocked = 10,
        /// Such an invitation, and under it what unblocking a stranger leaves.
        InvitedAfterUnblocked = 11,
    }
}

impl StoredPrior {
    /// Tells whether a disconnect, if there is one, was one from a connection.
    pub fn is_former(self) -> bool {
        !matches!(self, StoredPrior::Unblocked | StoredPrior::InvitedAfterUnblocked)
    }

    /// Tells whether the owner, who has disconnected or blocked, did so to a connection.
    pub fn was_connected(self, state: State) -> bool {
        match side(state, self, false) {
            Side::Blocked { former } => former,
            _ => self.is_former(),
        }
    }

    fn is_invited(self) -> bool {
        use StoredPrior::{Invited, InvitedAfterDisconnect, InvitedAfterUnblocked};
        matches!(self, Invited | InvitedAfterDisconnect | InvitedAfterUnblocked)
    }

    fn prior(self, may_invite_again: bool) -> Prior {
        match self {
            StoredPrior::Nothing | StoredPrior::Invited => Prior::Nothing,
            _ => Prior::Disconnected { may_invite_again, former: self.is_former() },
        }
    }
}

impl State {
    /// The states in which the other is not there for the owner: they blocked the owner, or delete their account.
    pub const UNSEEN: [State; 7] = [
        State::BlockedBy,
        State::InvitedHidden,
        State::ReceivedHidden,
        State::DeclinedHidden,
        State::ConnectedHidden,
        State::DisconnectedHidden,
        State::WasDisconnectedHidden,
    ];

    /// The states that are hidden while the other's account waits to be deleted, with what each is then. Whoever was blocked
    /// stays in that list, and a stranger has nothing to hide.
    pub const HIDDEN: [(State, State); 6] = [
        (State::Connected, State::ConnectedHidden),
        (State::Invited, State::InvitedHidden),
        (State::Received, State::ReceivedHidden),
        (State::Declined, State::DeclinedHidden),
        (State::Disconnected, State::DisconnectedHidden),
        (State::WasDisconnected, State::WasDisconnectedHidden),
    ];

    /// Returns the state that a mark hides, or the state itself.
    pub fn shown(self) -> State {
        State::HIDDEN.into_iter().find(|(_, hidden)| *hidden == self).map_or(self, |(shown, _)| shown)
    }

    /// Returns the state as it is while the other's account waits to be deleted.
    pub fn hidden(self) -> State {
        State::HIDDEN.into_iter().find(|(shown, _)| *shown == self).map_or(self, |(_, hidden)| hidden)
    }

    /// Tells whether the other's account waits to be deleted.
    pub fn is_hidden(self) -> bool {
        self.shown() != self
    }

    /// Tells whether the other is not there for the owner.
    pub fn is_unseen(self) -> bool {
        State::UNSEEN.contains(&self)
    }
}

/// One side of a relationship as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = relationships, primary_key(owner_id, other_id), treat_none_as_null = true)]
#[allow(missing_docs)]
pub struct Row {
    pub owner_id: MemberId,
    pub other_id: MemberId,
    pub state: State,
    pub may_invite_again: bool,
    pub prior: StoredPrior,
    pub changed_at: i64,
    pub connected_at: Option<i64>,
    pub invited_at: Option<i64>,
    pub sent_at: Option<i64>,
    pub paused_until: Option<i64>,
    pub declined_until: Option<i64>,
    pub disconnected_at: Option<i64>,
    pub removal_id: Option<RemovalId>,
    pub sort_first: String,
    pub sort_last: String,
    pub invitation_note: String,
    pub private_note: String,
    pub private_reason: String,
    pub sent_note: String,
    pub sent_note_at: Option<i64>,
    pub received_note: String,
    pub received_note_at: Option<i64>,
    pub last_message_at: Option<i64>,
}

/// What an action that gives nothing back changes of a side: no column by which lists are found, so that on SQLite it
/// leaves their indexes alone.
#[derive(AsChangeset)]
#[diesel(table_name = relationships)]
pub(super) struct Stance<'a> {
    state: State,
    may_invite_again: bool,
    prior: StoredPrior,
    changed_at: i64,
    private_reason: &'a str,
}

impl Row {
    /// Returns the row of a stranger, which is not stored.
    pub fn new(Between { viewer: owner_id, other: other_id }: Between) -> Row {
        Row {
            owner_id,
            other_id,
            state: State::Stranger,
            may_invite_again: false,
            prior: StoredPrior::Nothing,
            changed_at: 0,
            connected_at: None,
            invited_at: None,
            sent_at: None,
            paused_until: None,
            declined_until: None,
            disconnected_at: None,
            removal_id: None,
            sort_first: String::new(),
            sort_last: String::new(),
            invitation_note: String::new(),
            private_note: String::new(),
            private_reason: String::new(),
            sent_note: String::new(),
            sent_note_at: None,
            received_note: String::new(),
            received_note_at: None,
            last_message_at: None,
        }
    }

    /// Returns the side that the row stores, without regard to expiry.
    pub fn side(&self) -> Side {
        side(self.state, self.prior, self.may_invite_again)
    }

    /// Makes it the row that a block by the other would leave.
    pub fn be_blocked(&mut self) {
        (self.state, self.prior) = columns(self.side().blocked_by());
    }

    /// Returns the side as its owner sees it now.
    pub fn side_at(&self, now: i64, limits: &Limits) -> Side {
        self.side().at(now, self.invited_at, limits)
    }

    /// Returns the record that the row stores.
    pub fn record(&self) -> Record {
        let note = |text: &String, at: Option<i64>| at.map(|at| Note { text: text.clone(), at });
        Record {
            side: self.side(),
            changed_at: self.changed_at,
            connected_at: self.connected_at,
            invited_at: self.invited_at,
            sent_at: self.sent_at,
            paused_until: self.paused_until,
            declined_until: self.declined_until,
            disconnected_at: self.disconnected_at,
            removal_id: self.removal_id.map(RemovalId::get),
            invitation_note: self.invitation_note.clone(),
            sent_note: note(&self.sent_note, self.sent_note_at),
            received_note: note(&self.received_note, self.received_note_at),
            private_reason: self.private_reason.clone(),
        }
    }

    fn set(&mut self, record: Record) {
        let text_and_date = |note: Option<Note>| note.map_or((String::new(), None), |note| (note.text, Some(note.at)));
        (self.state, self.prior) = columns(record.side);
        self.may_invite_again = matches!(record.side.prior(), Prior::Disconnected { may_invite_again: true, .. });
        self.changed_at = record.changed_at;
        self.connected_at = record.connected_at;
        self.invited_at = record.invited_at;
        self.sent_at = record.sent_at;
        self.paused_until = record.paused_until;
        self.declined_until = record.declined_until;
        self.disconnected_at = record.disconnected_at;
        self.removal_id = record.removal_id.map(RemovalId::new);
        self.invitation_note = record.invitation_note;
        (self.sent_note, self.sent_note_at) = text_and_date(record.sent_note);
        (self.received_note, self.received_note_at) = text_and_date(record.received_note);
        self.private_reason = record.private_reason;
    }

    pub(super) fn stance(&self) -> Stance<'_> {
        let Row { state, may_invite_again, prior, changed_at, .. } = *self;
        Stance { state, may_invite_again, prior, changed_at, private_reason: &self.private_reason }
    }

    /// Tells whether the two differ in their stance at the most.
    pub(super) fn stands_as(&self, other: &Row) -> bool {
        let Row { state, may_invite_again, prior, changed_at, .. } = *other;
        let private_reason = other.private_reason.clone();
        Row { state, may_invite_again, prior, changed_at, private_reason, ..self.clone() } == *other
    }
}

/// What of a row says how its owner stands to the other now: an invitation may have expired.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct StoredSide {
    state: State,
    may_invite_again: bool,
    prior: StoredPrior,
    invited_at: Option<i64>,
}

impl StoredSide {
    /// Its columns.
    pub const COLUMNS: (
        relationships::state,
        relationships::may_invite_again,
        relationships::prior,
        relationships::invited_at,
    ) = (relationships::state, relationships::may_invite_again, relationships::prior, relationships::invited_at);

    /// Returns the side as its owner sees it then.
    pub fn at(&self, now: i64, limits: &Limits) -> Side {
        side(self.state, self.prior, self.may_invite_again).at(now, self.invited_at, limits)
    }
}

/// What the rules ask of a row about re-inviting: a few columns, of which thousands are read at once.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = relationships)]
pub(super) struct SideRow {
    pub(super) owner_id: MemberId,
    pub(super) other_id: MemberId,
    state: State,
    may_invite_again: bool,
    prior: StoredPrior,
    invited_at: Option<i64>,
    declined_until: Option<i64>,
}

impl SideRow {
    pub(super) fn record(&self) -> Record {
        let side = side(self.state, self.prior, self.may_invite_again);
        let SideRow { invited_at, declined_until, .. } = *self;
        Record { side, invited_at, declined_until, ..Record::default() }
    }
}

/// Returns the side that these columns store. One that is hidden is as a block would have left it.
pub fn side(state: State, stored: StoredPrior, may_invite_again: bool) -> Side {
    let (prior, former) = (stored.prior(may_invite_again), stored.is_former());
    match state {
        State::Stranger => Side::Stranger,
        State::Invited => Side::Invited { prior },
        State::Received => Side::Received { prior },
        State::Declined => Side::Declined { prior },
        State::Connected => Side::Connected,
        State::Disconnected => Side::Disconnected { may_invite_again, former },
        State::WasDisconnected => Side::WasDisconnected,
        State::Blocked => Side::Blocked { former: stored == StoredPrior::Disconnected },
        State::BlockedBy => Side::BlockedBy { invited: stored.is_invited(), prior },
        State::InvitedHidden
        | State::ReceivedHidden
        | State::DeclinedHidden
        | State::ConnectedHidden
        | State::DisconnectedHidden
        | State::WasDisconnectedHidden => side(state.shown(), stored, may_invite_again).blocked_by(),
    }
}

fn columns(side: Side) -> (State, StoredPrior) {
    let (disconnected, invited_after) = match side.prior() {
        Prior::Nothing => (StoredPrior::Nothing, StoredPrior::Invited),
        Prior::Disconnected { former: true, .. } => (StoredPrior::Disconnected, StoredPrior::InvitedAfterDisconnect),
        Prior::Disconnected { former: false, .. } => (StoredPrior::Unblocked, StoredPrior::InvitedAfterUnblocked),
    };
    let if_so = |is: bool, prior| if is { prior } else { StoredPrior::Nothing };
    match side {
        Side::Stranger => (State::Stranger, StoredPrior::Nothing),
        Side::Invited { .. } => (State::Invited, disconnected),
        Side::Received { .. } => (State::Received, disconnected),
        Side::Declined { .. } => (State::Declined, disconnected),
        Side::Connected => (State::Connected, StoredPrior::Nothing),
        Side::Disconnected { former, .. } => (State::Disconnected, if_so(!former, StoredPrior::Unblocked)),
        Side::WasDisconnected => (State::WasDisconnected, StoredPrior::Nothing),
        Side::Blocked { former } => (State::Blocked, if_so(former, StoredPrior::Disconnected)),
        Side::BlockedBy { invited: false, .. } => (State::BlockedBy, disconnected),
        Side::BlockedBy { invited: true, .. } => (State::BlockedBy, invited_after),
    }
}

/// Both rows of a relationship, of which either may not exist yet.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The acting member's.
    pub mine: Row,
    /// The other's.
    pub theirs: Row,
    /// The other's account waits to be deleted.
    pub(super) other_leaves: bool,
    pub(super) stored: (Option<Row>, Option<Row>),
}

impl Rows {
    /// Returns the rows as they are stored, with a stranger's for one that is missing.
    pub(super) fn of(between: Between, stored: (Option<Row>, Option<Row>)) -> Rows {
        let (mine, theirs) = stored.clone();
        let other_leaves = mine.as_ref().is_some_and(|mine| mine.state.is_hidden());
        let (mine, theirs) = (mine.unwrap_or(Row::new(between)), theirs.unwrap_or(Row::new(between.turned())));
        Rows { mine, theirs, other_leaves, stored }
    }

    /// Returns what the rules work on, as it is stored.
    pub fn records(&self) -> Records {
        Records { mine: self.mine.record(), theirs: self.theirs.record() }
    }

    /// Returns how the two stand for the acting member: whoever waits to be deleted is as somebody who has blocked them.
    pub fn records_as_seen(&self) -> Records {
        let mut records = self.records();
        if self.other_leaves {
            records.mine.side = records.mine.side.blocked_by();
            records.theirs.side = Side::Blocked { former: false };
        }
        records
    }

    /// Takes over what an action has made of the records.
    pub fn set(&mut self, records: Records) {
        self.mine.set(records.mine);
        self.theirs.set(records.theirs);
    }
}
