//! Hiding a member from everybody while their account waits to be deleted. The others' rows are marked, and lose nothing: with
//! the marks taken off, all is as it was.

use diesel::prelude::*;

use crate::connections::row::State;
use crate::connections::store;
use crate::db::{self, Connection, id_in, owner_in};
use crate::error::Error;
use crate::ids::MemberId;
use crate::schema::{connection_counts, relationships};

/// Takes a member off the others' lists and counts.
///
/// # Errors
/// The database's.
pub fn hide(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    mark(connection, member, State::HIDDEN, -1)
}

/// Puts a member back where [`hide`] took them off.
///
/// # Errors
/// The database's.
pub fn show(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    mark(connection, member, State::HIDDEN.map(|(shown, hidden)| (hidden, shown)), 1)
}

/// Marks the others' rows. The first mark is that of connections, which are counted.
fn mark(connection: &mut Connection, member: MemberId, marks: [(State, State); 6], more: i32) -> Result<(), Error> {
    // Whoever has a row that shows is in one of the member's own.
    let known = relationships::table.filter(relationships::owner_id.eq(member)).select(relationships::other_id);
    let mut known: Vec<MemberId> = known.load(connection)?;
    known.push(member);
    db::lock_members(connection, known.iter().copied())?;
    for (at, (from, to)) in marks.into_iter().enumerate() {
        let rows = relationships::table
            .filter(owner_in(connection, relationships::owner_id, &known))
            .filter(relationships::other_id.eq(member))
            .filter(relationships::state.eq(from));
        if at == 0 {
            let counted: Vec<MemberId> = rows.clone().select(relationships::owner_id).load(connection)?;
            let counts = connection_counts::table.filter(owner_in(connection, connection_counts::member_id, &counted));
            diesel::update(counts).set(store::counted(more)).execute(connection)?;
        }
        diesel::update(rows).set(relationships::state.eq(to)).execute(connection)?;
    }
    Ok(())
}

/// Removes some of a member's relationships on both sides, with the tags. Returns whether there may be more.
///
/// # Errors
/// The database's.
pub fn remove_some(connection: &mut Connection, member: MemberId, most: usize) -> Result<bool, Error> {
    use crate::schema::tags;
    let mine = relationships::table.filter(relationships::owner_id.eq(member)).order(relationships::other_id);
    let others: Vec<MemberId> = mine.select(relationships::other_id).limit(most as i64).load(connection)?;
    let theirs = relationships::table
        .filter(owner_in(connection, relationships::owner_id, &others))
        .filter(relationships::other_id.eq(member));
    // Hidden ones are counted no more.
    let counted = theirs.clone().filter(relationships::state.eq(State::Connected)).select(relationships::owner_id);
    let counted: Vec<MemberId> = counted.load(connection)?;
    let counts = connection_counts::table.filter(owner_in(connection, connection_counts::member_id, &counted));
    diesel::update(counts).set(store::counted(-1)).execute(connection)?;
    diesel::delete(theirs).execute(connection)?;
    let tagged = tags::table.filter(owner_in(connection, tags::owner_id, &others)).filter(tags::other_id.eq(member));
    diesel::delete(tagged).execute(connection)?;
    let mine = relationships::table.filter(relationships::owner_id.eq(member)).filter(id_in(
        connection,
        relationships::other_id,
        &others,
    ));
    diesel::delete(mine).execute(connection)?;
    Ok(others.len() == most)
}
