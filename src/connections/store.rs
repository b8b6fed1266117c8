//! The two rows of a relationship in SQL: loaded together, saved together.

use diesel::connection::SimpleConnection;
use diesel::dsl::Add;
use diesel::helper_types::{self, Eq, EqAny, Filter, InnerJoinOn, IntoBoxed, IsNotNull, LtEq};
use diesel::prelude::*;

use crate::connections::row::{Row, Rows, State};
use crate::connections::sql_condition::{Listed, LooksSent};
use crate::db::{Connection, on_engine, owner_in};
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::members::store::Renamed;
use crate::schema::{connection_counts, members, relationships};
use crate::web::pagination::PageRequest;

/// Loads both rows. That is one statement whatever is there, so that no refusal answers sooner than another: the names of a
/// row that is missing are read when it is written.
///
/// # Errors
/// The database's.
pub fn pair(connection: &mut Connection, between: Between) -> Result<Rows, Error> {
    let Between { viewer: me, other } = between;
    use relationships::{other_id, owner_id};
    let both = (owner_id.eq(me).and(other_id.eq(other))).or(owner_id.eq(other).and(other_id.eq(me)));
    let rows =
        on_engine!(connection, |own| { relationships::table.filter(both).select(Row::as_select()).load::<Row>(own) })?;
    let (mut mine, mut theirs) = (None, None);
    // Whoever deletes their account takes no action any more, also none that began a moment before.
    if rows.iter().any(|row| row.owner_id == other && row.state.is_hidden()) {
        return Err(Error::NotFound);
    }
    for row in rows {
        let side = if row.owner_id == me { &mut mine } else { &mut theirs };
        *side = Some(row);
    }
    Ok(Rows::of(between, (mine, theirs)))
}

/// Loads one side; nothing if there is no row.
///
/// # Errors
/// The database's.
pub fn row(connection: &mut Connection, Between { viewer: owner, other }: Between) -> Result<Option<Row>, Error> {
    let row =
        on_engine!(connection, |own| { relationships::table.find((owner, other)).select(Row::as_select()).first(own) });
    Ok(row.optional()?)
}

/// Returns the row with the other's sort keys as they are now.
fn with_names(connection: &mut Connection, row: &Row) -> Result<Row, Error> {
    let names = members::table.find(row.other_id).select((members::sort_first, members::sort_last));
    let (sort_first, sort_last) = on_engine!(connection, |own| names.first(own))?;
    Ok(Row { sort_first, sort_last, ..row.clone() })
}

fn update(connection: &mut Connection, row: &Row, stored: &Row) -> Result<(), Error> {
    let connects = row.state == State::Connected && stored.state != State::Connected;
    let row = if connects { with_names(connection, row)? } else { row.clone() };
    let place = relationships::table.find((row.owner_id, row.other_id));
    match stored.stands_as(&row) {
        true => on_engine!(connection, |own| diesel::update(place).set(row.stance()).execute(own))?,
        false => on_engine!(connection, |own| diesel::update(place).set(&row).execute(own))?,
    };
    Ok(())
}

/// Saves what changed of both rows, and keeps the members' counts of connections.
///
/// # Errors
/// The database's.
pub fn save(connection: &mut Connection, rows: &Rows) -> Result<(), Error> {
    save_row(connection, &rows.mine, rows.stored.0.as_ref())?;
    save_row(connection, &rows.theirs, rows.stored.1.as_ref())
}

pub(super) fn save_row(connection: &mut Connection, row: &Row, stored: Option<&Row>) -> Result<(), Error> {
    match stored {
        Some(stored) if stored == row => return Ok(()),
        // A stranger on whom nothing was done leaves no row behind.
        None if *row == Row::new(Between { viewer: row.owner_id, other: row.other_id }) => return Ok(()),
        Some(stored) => update(connection, row, stored)?,
        None => {
            let row = with_names(connection, row)?;
            on_engine!(connection, |own| diesel::insert_into(relationships::table).values(row).execute(own))?;
        }
    }
    let was = stored.is_some_and(|stored| stored.state == State::Connected);
    match i32::from(row.state == State::Connected) - i32::from(was) {
        0 => Ok(()),
        more => count(connection, row.owner_id, more),
    }
}

/// Adds to a member's count of connections.
///
/// # Errors
/// The database's.
pub fn count(connection: &mut Connection, member: MemberId, more: i32) -> Result<(), Error> {
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
    connection.batch_execute(
        "DELETE FROM connection_counts; \
         INSERT INTO connection_counts (member_id, number) SELECT members.id, COALESCE(counted.number, 0) FROM members \
         LEFT JOIN (SELECT owner_id, COUNT(*) AS number FROM relationships WHERE state = 4 GROUP BY owner_id) counted \
         ON counted.owner_id = members.id",
    )?;
    Ok(())
}

/// How many connections a member has.
///
/// # Errors
/// The database's.
pub fn number_of(connection: &mut Connection, member: MemberId) -> Result<i32, Error> {
    let theirs = connection_counts::table.find(member).select(connection_counts::number);
    Ok(on_engine!(connection, |own| theirs.first(own))?)
}

/// Notes on both sides of a connection that one has written to the other. A clock that goes back takes no later date away.
///
/// # Errors
/// The database's.
pub fn note_message(connection: &mut Connection, Between { viewer: me, other }: Between, at: i64) -> Result<(), Error> {
    use relationships::{last_message_at, other_id, owner_id};
    let both = (owner_id.eq(me).and(other_id.eq(other))).or(owner_id.eq(other).and(other_id.eq(me)));
    let earlier = last_message_at.is_null().or(last_message_at.lt(at));
    let rows = relationships::table.filter(both).filter(earlier);
    on_engine!(connection, |own| diesel::update(rows).set(last_message_at.eq(at)).execute(own))?;
    Ok(())
}

/// Makes the rows of everybody who has one about a member follow the member's new name.
///
/// # Errors
/// The database's.
pub fn follow_name(connection: &mut Connection, renamed: &Renamed) -> Result<(), Error> {
    let Renamed { member, keys: Some(keys) } = renamed else { return Ok(()) };
    let known_to = relationships::table.filter(relationships::owner_id.eq(member)).select(relationships::other_id);
    let known_to: Vec<MemberId> = known_to.load(connection)?;
    let rows = relationships::table
        .filter(owner_in(connection, relationships::owner_id, &known_to))
        .filter(relationships::other_id.eq(member));
    let names = (relationships::sort_first.eq(&keys.first), relationships::sort_last.eq(&keys.last));
    diesel::update(rows).set(names).execute(connection)?;
    Ok(())
}

/// The rows of a member in a state other than connected, by index.
pub fn in_state(owner: MemberId, state: State) -> InState {
    relationships::table.filter(relationships::owner_id.eq(owner)).filter(relationships::state.eq(state)).filter(Listed)
}

/// What [`in_state`] gives.
pub type InState = Filter<
    Filter<Filter<relationships::table, Eq<relationships::owner_id, MemberId>>, Eq<relationships::state, State>>,
    Listed,
>;

/// The rows of a member whose others are not there for them, by index.
pub fn unseen(owner: MemberId) -> Unseen {
    let rows = relationships::table.filter(relationships::owner_id.eq(owner));
    rows.filter(relationships::state.eq_any(State::UNSEEN)).filter(Listed)
}

/// What [`unseen`] gives.
pub type Unseen = Filter<
    Filter<
        Filter<relationships::table, Eq<relationships::owner_id, MemberId>>,
        EqAny<relationships::state, [State; 7]>,
    >,
    Listed,
>;

/// A member's invitations that look pending to them, also those whose receiver has blocked them.
pub fn sent(owner: MemberId) -> Filter<Filter<relationships::table, Eq<relationships::owner_id, MemberId>>, LooksSent> {
    relationships::table.filter(relationships::owner_id.eq(owner)).filter(LooksSent)
}

/// The rows of a member who disconnected, where an invitation came in between and has expired: they are disconnected as before.
pub fn expired_invitation(owner: MemberId, oldest_open: i64) -> ExpiredInvitation {
    relationships::table
        .filter(relationships::owner_id.eq(owner))
        // Else SQLite would walk all connections.
        .filter(Listed)
        .filter(relationships::disconnected_at.is_not_null())
        .filter(relationships::invited_at.le(oldest_open))
        .filter(relationships::state.between(State::Invited, State::Declined))
}

/// What [`expired_invitation`] gives.
pub type ExpiredInvitation = Filter<
    Filter<
        Filter<
            Filter<Filter<relationships::table, Eq<relationships::owner_id, MemberId>>, Listed>,
            IsNotNull<relationships::disconnected_at>,
        >,
        LtEq<relationships::invited_at, i64>,
    >,
    helper_types::Between<relationships::state, State, State>,
>;

/// [`expired_invitation`] with the others.
pub fn with_expired_invitation(owner: MemberId, oldest_open: i64) -> WithExpiredInvitation<'static> {
    expired_invitation(owner, oldest_open)
        .inner_join(members::table.on(members::id.eq(relationships::other_id)))
        .into_boxed()
}

/// What [`with_expired_invitation`] gives.
pub type WithExpiredInvitation<'a> = IntoBoxed<
    'a,
    InnerJoinOn<relationships::table, members::table, Eq<members::id, relationships::other_id>>,
    <Connection as diesel::Connection>::Backend,
>;

/// A page of [`with_expired_invitation`], in the order of [`by_age`], by the day of the disconnect.
pub fn with_expired_invitation_by_age(
    owner: MemberId,
    oldest_open: i64,
    at: &PageRequest,
) -> WithExpiredInvitation<'static> {
    let mut rows = with_expired_invitation(owner, oldest_open);
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
pub fn by_age<'a>(owner: MemberId, state: State, at: &PageRequest) -> ByAge<'a> {
    let rows = in_state(owner, state).inner_join(members::table.on(members::id.eq(relationships::other_id)));
    let rows = beyond(rows.into_boxed(), at);
    let back = at.cursor().is_some_and(|(_, back)| back);
    let rows = match back {
        true => rows.order((relationships::changed_at.asc(), relationships::other_id.asc())),
        false => rows.order((relationships::changed_at.desc(), relationships::other_id.desc())),
    };
    rows.limit(at.limit())
}

/// The rows beyond the cursor whose others are not there for the member, in no order: there are few.
pub fn unseen_beyond<'a>(owner: MemberId, at: &PageRequest) -> ByAge<'a> {
    let rows = unseen(owner).inner_join(members::table.on(members::id.eq(relationships::other_id)));
    beyond(rows.into_boxed(), at)
}

/// Leaves the rows behind the cursor, or before it going backwards.
fn beyond<'a>(rows: ByAge<'a>, at: &PageRequest) -> ByAge<'a> {
    let Some((cursor, back)) = at.cursor() else { return rows };
    let key: i64 = cursor.key.parse().unwrap_or(0);
    let (changed_at, other_id) = (relationships::changed_at, relationships::other_id);
    match back {
        true => rows.filter(changed_at.ge(key)).filter(changed_at.gt(key).or(other_id.gt(cursor.id))),
        false => rows.filter(changed_at.le(key)).filter(changed_at.lt(key).or(other_id.lt(cursor.id))),
    }
}

/// What [`by_age`] gives.
pub type ByAge<'a> = IntoBoxed<
    'a,
    InnerJoinOn<InState, members::table, Eq<members::id, relationships::other_id>>,
    <Connection as diesel::Connection>::Backend,
>;

/// Hides a side whose other's account waits to be deleted, as all of theirs are.
///
/// # Errors
/// The database's.
pub(super) fn hide_leaver(connection: &mut Connection, row: &mut Row) -> Result<(), Error> {
    let due = members::table.find(row.other_id).select(members::deletion_due_at.is_not_null());
    if on_engine!(connection, |own| due.first(own))? {
        row.state = row.state.hidden();
    }
    Ok(())
}
