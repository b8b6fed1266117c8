//! The two rows of a relationship in SQL: loaded together, saved together.

use diesel::dsl::Add;
use diesel::helper_types::{Eq, Filter, InnerJoinOn, IntoBoxed};
use diesel::prelude::*;

use crate::connections::sql_condition::{Listed, LooksSent};
use crate::db::{self, Connection, id_in, on_engine};
use crate::error::Error;
use crate::members::store::Renamed;
use crate::relationship::{Pair, Prior, Side};
use crate::schema::{connection_counts, members, relationships, tags};
use crate::web::pagination::PageRequest;

/// The state column. `CONNECTED` is also written out in the partial indexes.
pub mod state {
    #![allow(missing_docs)]
    pub const NONE: i16 = 0;
    pub const INVITED: i16 = 1;
    pub const ASKED: i16 = 2;
    pub const DECLINED: i16 = 3;
    pub const CONNECTED: i16 = 4;
    pub const LEFT: i16 = 5;
    pub const LOST: i16 = 6;
    pub const BLOCKED: i16 = 7;
    pub const BARRED: i16 = 8;
    /// Not states, but what lies behind one: an invitation, and behind that a disconnect; that the disconnect was of nobody
    /// connected, but a block taken back; and an invitation after such.
    pub const INVITED_AFTER_LEFT: i16 = 9;
    pub const UNBLOCKED: i16 = 10;
    pub const INVITED_AFTER_UNBLOCKED: i16 = 11;
}

/// One side of a relationship as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = relationships, treat_none_as_null = true)]
#[allow(missing_docs)]
pub struct Row {
    pub owner_id: i64,
    pub other_id: i64,
    pub state: i16,
    pub may_invite_again: bool,
    pub prior: i16,
    /// When the owner's side came into its state; kept through what only the other did.
    pub changed_at: i64,
    /// Since when connected; kept after a disconnect, so that a return restores it.
    pub connected_at: Option<i64>,
    /// When the pending invitation was sent, on both sides.
    pub invited_at: Option<i64>,
    /// When the owner last spent one of their weekly invitations on the other.
    pub sent_at: Option<i64>,
    /// The owner withdrew an invitation and may invite again from then.
    pub paused_until: Option<i64>,
    /// The owner declined an invitation, which counts until then.
    pub declined_until: Option<i64>,
    /// When the owner disconnected, while an invitation covers that.
    pub disconnected_at: Option<i64>,
    /// The bulk removal that disconnected the other.
    pub removal_id: Option<i64>,
    pub sort_first: String,
    pub sort_last: String,
    pub invitation_note: String,
    pub private_note: String,
    pub private_reason: String,
    /// What the owner wrote when they invited, or accepted by inviting back; kept as long as the date of the connection.
    pub sent_note: String,
    /// When they wrote it.
    pub sent_note_at: Option<i64>,
    /// What the other wrote, in the same way.
    pub received_note: String,
    /// When they wrote it.
    pub received_note_at: Option<i64>,
}

impl Row {
    fn new(owner_id: i64, other_id: i64) -> Row {
        Row {
            owner_id,
            other_id,
            state: state::NONE,
            may_invite_again: false,
            prior: 0,
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
        }
    }

    /// The side that the row stores.
    pub fn side(&self) -> Side {
        let (may_invite_again, prior) = (self.may_invite_again, self.prior());
        match self.state {
            state::INVITED => Side::Invited { prior },
            state::ASKED => Side::Asked { prior },
            state::DECLINED => Side::Declined { prior },
            state::CONNECTED => Side::Connected,
            state::LEFT => Side::Left { may_invite_again, former: left_a_connection(self.prior) },
            state::LOST => Side::Lost,
            state::BLOCKED => Side::Blocked { former: self.prior == state::LEFT },
            state::BARRED => Side::Barred { invited: self.invited_before(), prior },
            _ => Side::None,
        }
    }

    fn prior(&self) -> Prior {
        let (may_invite_again, former) = (self.may_invite_again, left_a_connection(self.prior));
        match self.prior {
            state::LEFT | state::INVITED_AFTER_LEFT => Prior::Left { may_invite_again, former },
            state::UNBLOCKED | state::INVITED_AFTER_UNBLOCKED => Prior::Left { may_invite_again, former },
            _ => Prior::Nothing,
        }
    }

    fn invited_before(&self) -> bool {
        matches!(self.prior, state::INVITED | state::INVITED_AFTER_LEFT | state::INVITED_AFTER_UNBLOCKED)
    }

    /// Stores a side in the row.
    pub fn set_side(&mut self, side: Side) {
        (self.state, self.prior) = columns(side);
        self.may_invite_again = matches!(side.prior(), Prior::Left { may_invite_again: true, .. });
    }
}

/// Whether a disconnect, of which the column `prior` says this, was one of a connection.
pub fn left_a_connection(prior: i16) -> bool {
    !matches!(prior, state::UNBLOCKED | state::INVITED_AFTER_UNBLOCKED)
}

fn columns(side: Side) -> (i16, i16) {
    let (left, invited_after) = match side.prior() {
        Prior::Nothing => (0, state::INVITED),
        Prior::Left { former: true, .. } => (state::LEFT, state::INVITED_AFTER_LEFT),
        Prior::Left { former: false, .. } => (state::UNBLOCKED, state::INVITED_AFTER_UNBLOCKED),
    };
    match side {
        Side::None => (state::NONE, 0),
        Side::Invited { .. } => (state::INVITED, left),
        Side::Asked { .. } => (state::ASKED, left),
        Side::Declined { .. } => (state::DECLINED, left),
        Side::Connected => (state::CONNECTED, 0),
        Side::Left { former, .. } => (state::LEFT, if former { 0 } else { state::UNBLOCKED }),
        Side::Lost => (state::LOST, 0),
        Side::Blocked { former } => (state::BLOCKED, if former { state::LEFT } else { 0 }),
        Side::Barred { invited: false, .. } => (state::BARRED, left),
        Side::Barred { invited: true, .. } => (state::BARRED, invited_after),
    }
}

/// What a move that gives nothing back changes of a side: no column by which lists are found, so that on SQLite it leaves
/// their indexes alone.
#[derive(AsChangeset)]
#[diesel(table_name = relationships)]
struct Stance<'a> {
    state: i16,
    may_invite_again: bool,
    prior: i16,
    changed_at: i64,
    private_reason: &'a str,
}

impl Row {
    fn stance(&self) -> Stance<'_> {
        let Row { state, may_invite_again, prior, changed_at, .. } = *self;
        Stance { state, may_invite_again, prior, changed_at, private_reason: &self.private_reason }
    }

    /// Whether the two differ in their stance at the most.
    fn stands_as(&self, other: &Row) -> bool {
        let Row { state, may_invite_again, prior, changed_at, .. } = *other;
        let private_reason = other.private_reason.clone();
        Row { state, may_invite_again, prior, changed_at, private_reason, ..self.clone() } == *other
    }
}

/// Both rows of a relationship, of which either may not exist yet.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The acting member's.
    pub mine: Row,
    /// The other's.
    pub theirs: Row,
    stored: (Option<Row>, Option<Row>),
}

impl Rows {
    /// The sides, without regard to expiry.
    pub fn pair(&self) -> Pair {
        Pair { mine: self.mine.side(), theirs: self.theirs.side() }
    }
}

/// Loads both rows. That is one statement whatever is there, so that no refusal answers sooner than another: the names of a
/// row that is missing are read when it is written.
///
/// # Errors
/// The database's.
pub fn pair(connection: &mut Connection, me: i64, other: i64) -> Result<Rows, Error> {
    use relationships::{other_id, owner_id};
    let both = (owner_id.eq(me).and(other_id.eq(other))).or(owner_id.eq(other).and(other_id.eq(me)));
    let rows =
        on_engine!(connection, |own| { relationships::table.filter(both).select(Row::as_select()).load::<Row>(own) })?;
    let (mut mine, mut theirs) = (None, None);
    for row in rows {
        let side = if row.owner_id == me { &mut mine } else { &mut theirs };
        *side = Some(row);
    }
    let stored = (mine.clone(), theirs.clone());
    let (mine, theirs) = (mine.unwrap_or(Row::new(me, other)), theirs.unwrap_or(Row::new(other, me)));
    Ok(Rows { mine, theirs, stored })
}

/// Loads one side; nothing if there is no row.
///
/// # Errors
/// The database's.
pub fn row(connection: &mut Connection, owner: i64, other: i64) -> Result<Option<Row>, Error> {
    let row =
        on_engine!(connection, |own| { relationships::table.find((owner, other)).select(Row::as_select()).first(own) });
    Ok(row.optional()?)
}

fn sort_names(connection: &mut Connection, member: i64) -> Result<(String, String), Error> {
    let names = members::table.find(member).select((members::sort_first, members::sort_last));
    Ok(on_engine!(connection, |own| names.first(own))?)
}

/// Saves what changed of both rows, and keeps the members' counts of connections.
///
/// # Errors
/// The database's.
pub fn save(connection: &mut Connection, rows: &Rows) -> Result<(), Error> {
    save_row(connection, &rows.mine, rows.stored.0.as_ref())?;
    save_row(connection, &rows.theirs, rows.stored.1.as_ref())
}

fn save_row(connection: &mut Connection, row: &Row, stored: Option<&Row>) -> Result<(), Error> {
    match stored {
        Some(stored) if stored == row => {}
        Some(stored) if stored.stands_as(row) => {
            let stored = relationships::table.find((row.owner_id, row.other_id));
            on_engine!(connection, |own| diesel::update(stored).set(row.stance()).execute(own))?;
        }
        Some(_) => {
            let stored = relationships::table.find((row.owner_id, row.other_id));
            on_engine!(connection, |own| diesel::update(stored).set(row).execute(own))?;
        }
        // A stranger on whom nothing was done leaves no row behind.
        None if *row == Row::new(row.owner_id, row.other_id) => {}
        None => {
            let (sort_first, sort_last) = sort_names(connection, row.other_id)?;
            let row = Row { sort_first, sort_last, ..row.clone() };
            on_engine!(connection, |own| diesel::insert_into(relationships::table).values(row).execute(own))?;
        }
    }
    let was = stored.is_some_and(|stored| stored.state == state::CONNECTED);
    match i32::from(row.state == state::CONNECTED) - i32::from(was) {
        0 => Ok(()),
        more => count(connection, row.owner_id, more),
    }
}

/// Adds to a member's count of connections.
///
/// # Errors
/// The database's.
pub fn count(connection: &mut Connection, member: i64, more: i32) -> Result<(), Error> {
    let theirs = connection_counts::table.find(member);
    on_engine!(connection, |own| diesel::update(theirs).set(counted(more)).execute(own))?;
    Ok(())
}

/// So many connections more, as a change of the counts.
pub fn counted(more: i32) -> CountedMore {
    use connection_counts::{number, version};
    (number.eq(number + more), version.eq(version + 1))
}

/// What [`counted`] gives.
pub type CountedMore = (
    Eq<connection_counts::number, Add<connection_counts::number, i32>>,
    Eq<connection_counts::version, Add<connection_counts::version, i32>>,
);

/// Counts everybody's connections anew, after a bulk load.
///
/// # Errors
/// The database's.
pub fn count_all(connection: &mut Connection) -> Result<(), Error> {
    let sql = "UPDATE connection_counts SET number = (SELECT COUNT(*) FROM relationships \
               WHERE relationships.owner_id = connection_counts.member_id AND relationships.state = 4)";
    diesel::sql_query(sql).execute(connection)?;
    Ok(())
}

/// How many connections a member has.
///
/// # Errors
/// The database's.
pub fn number_of(connection: &mut Connection, member: i64) -> Result<i32, Error> {
    let theirs = connection_counts::table.find(member).select(connection_counts::number);
    Ok(on_engine!(connection, |own| theirs.first(own))?)
}

/// Writes a note and tags of a member about another, whatever stands between them.
///
/// # Errors
/// [`Error::NotFound`] where the other is missing, or the database's.
pub fn remark(connection: &mut Connection, me: i64, other: i64, note: &str, words: &[String]) -> Result<(), Error> {
    db::lock_members(connection, [me, other])?;
    let stored = row(connection, me, other)?;
    let mut mine = stored.clone().unwrap_or(Row::new(me, other));
    note.clone_into(&mut mine.private_note);
    save_row(connection, &mine, stored.as_ref())?;
    let old = tags::table.filter(tags::owner_id.eq(me)).filter(tags::other_id.eq(other));
    diesel::delete(old).execute(connection)?;
    for tag in &crate::connections::notes::as_spelled(connection, me, other, words)? {
        let row = (tags::owner_id.eq(me), tags::other_id.eq(other), tags::tag.eq(tag));
        diesel::insert_into(tags::table).values(row).execute(connection)?;
    }
    Ok(())
}

/// Makes the rows of everybody who has one about a member follow the member's new name.
///
/// # Errors
/// The database's.
pub fn follow_name(connection: &mut Connection, renamed: &Renamed) -> Result<(), Error> {
    let Renamed { member, keys: Some(keys) } = renamed else { return Ok(()) };
    let known_to = relationships::table.filter(relationships::owner_id.eq(member)).select(relationships::other_id);
    let known_to: Vec<i64> = known_to.load(connection)?;
    let rows = relationships::table
        .filter(id_in(connection, relationships::owner_id, &known_to))
        .filter(relationships::other_id.eq(member));
    let names = (relationships::sort_first.eq(&keys.first), relationships::sort_last.eq(&keys.last));
    diesel::update(rows).set(names).execute(connection)?;
    Ok(())
}

/// The names by which both rows sort, as they are now. A row that is yet to be written gets them then.
///
/// # Errors
/// The database's.
pub fn refresh_names(connection: &mut Connection, rows: &mut Rows) -> Result<(), Error> {
    let stored = [rows.stored.0.is_some(), rows.stored.1.is_some()];
    for (row, _) in [&mut rows.mine, &mut rows.theirs].into_iter().zip(stored).filter(|(_, stored)| *stored) {
        (row.sort_first, row.sort_last) = sort_names(connection, row.other_id)?;
    }
    Ok(())
}

/// The rows of a member in a state other than connected, by index.
pub fn in_state(owner: i64, state: i16) -> InState {
    relationships::table.filter(relationships::owner_id.eq(owner)).filter(relationships::state.eq(state)).filter(Listed)
}

/// What [`in_state`] gives.
pub type InState = Filter<
    Filter<Filter<relationships::table, Eq<relationships::owner_id, i64>>, Eq<relationships::state, i16>>,
    Listed,
>;

/// A member's invitations that look pending to them, also those whose receiver has blocked them.
pub fn sent(owner: i64) -> Filter<Filter<relationships::table, Eq<relationships::owner_id, i64>>, LooksSent> {
    relationships::table.filter(relationships::owner_id.eq(owner)).filter(LooksSent)
}

/// The rows of a member who left, where an invitation came in between and has expired: they have left, as before.
pub fn left_again(owner: i64, oldest_open: i64) -> LeftAgain<'static> {
    relationships::table
        .inner_join(members::table.on(members::id.eq(relationships::other_id)))
        .filter(relationships::owner_id.eq(owner))
        .filter(relationships::disconnected_at.is_not_null())
        .filter(relationships::invited_at.le(oldest_open))
        .filter(relationships::state.between(state::INVITED, state::DECLINED))
        .into_boxed()
}

/// What [`left_again`] gives.
pub type LeftAgain<'a> = IntoBoxed<
    'a,
    InnerJoinOn<relationships::table, members::table, Eq<members::id, relationships::other_id>>,
    <Connection as diesel::Connection>::Backend,
>;

/// A page of [`left_again`], in the order of [`by_age`], by the day of the disconnect.
pub fn left_again_by_age(owner: i64, oldest_open: i64, at: &PageRequest) -> LeftAgain<'static> {
    let mut rows = left_again(owner, oldest_open);
    let cursor = at.cursor();
    let back = cursor.as_ref().is_some_and(|(_, back)| *back);
    if let Some((cursor, _)) = cursor {
        let key: i64 = cursor.key.parse().unwrap_or(0);
        let (disconnected_at, other_id) = (relationships::disconnected_at, relationships::other_id);
        rows = match back {
            true => rows.filter(disconnected_at.gt(key).or(disconnected_at.eq(key).and(other_id.gt(cursor.id)))),
            false => rows.filter(disconnected_at.lt(key).or(disconnected_at.eq(key).and(other_id.lt(cursor.id)))),
        };
    }
    let rows = match back {
        true => rows.order((relationships::disconnected_at.asc(), relationships::other_id.asc())),
        false => rows.order((relationships::disconnected_at.desc(), relationships::other_id.desc())),
    };
    rows.limit(at.limit())
}

/// A page of a member's rows in a state, joined with who it is, by the date the side came into it: the newest first,
/// or the oldest when going backwards from the cursor.
pub fn by_age<'a>(owner: i64, state: i16, at: &PageRequest) -> ByAge<'a> {
    let mut rows =
        in_state(owner, state).inner_join(members::table.on(members::id.eq(relationships::other_id))).into_boxed();
    let cursor = at.cursor();
    let back = cursor.as_ref().is_some_and(|(_, back)| *back);
    if let Some((cursor, _)) = cursor {
        let key: i64 = cursor.key.parse().unwrap_or(0);
        let (changed_at, other_id) = (relationships::changed_at, relationships::other_id);
        rows = match back {
            true => rows.filter(changed_at.ge(key)).filter(changed_at.gt(key).or(other_id.gt(cursor.id))),
            false => rows.filter(changed_at.le(key)).filter(changed_at.lt(key).or(other_id.lt(cursor.id))),
        };
    }
    let rows = match back {
        true => rows.order((relationships::changed_at.asc(), relationships::other_id.asc())),
        false => rows.order((relationships::changed_at.desc(), relationships::other_id.desc())),
    };
    rows.limit(at.limit())
}

/// What [`by_age`] gives.
pub type ByAge<'a> = IntoBoxed<
    'a,
    InnerJoinOn<InState, members::table, Eq<members::id, relationships::other_id>>,
    <Connection as diesel::Connection>::Backend,
>;
