//! Sessions: a row in the database, found by the hash of the token that a browser holds, says whose it is and can be revoked.

use diesel::prelude::*;
use rand::RngExt;

use crate::connections;
use crate::connections::allowance::{last_to_spare, spare};
use crate::connections::row::State;
use crate::connections::sql_condition::Listed;
use crate::dates::{DAY, now};
use crate::db::{Connection, new_id, on_engine};
use crate::error::Error;
use crate::ids::{MemberId, SessionId};
use crate::inbox::store::{HasUnread, IsUnread};
use crate::language::{by_browser, chosen, current};
use crate::members::role::Role;
use crate::members::suspension::is_suspended;
use crate::notifications::store::Unread;
use crate::relationship::Limits;
use crate::schema::{connection_counts, conversations, members as table, notifications, relationships, sessions};
use crate::text::digest::sha256;
use crate::web::cookie::IDLE;
use crate::web::viewer::Viewer;

/// Seconds after which a session ends, however much it is used.
pub const GREATEST_AGE: i64 = 90 * DAY;

/// Makes the row of a new session of somebody who has just shown that it is them, and gives its token.
///
/// # Errors
/// The database's.
pub fn start(connection: &mut Connection, member: MemberId, device: &str) -> Result<String, Error> {
    let token = new_token(member);
    let row = (
        sessions::member_id.eq(member),
        sessions::token_hash.eq(sha256(&token)),
        sessions::device.eq(device.chars().take(200).collect::<String>()),
        sessions::created_at.eq(now()),
        sessions::last_seen.eq(now()),
        sessions::id.eq(new_id::<SessionId>()),
        sessions::confirmed_at.eq(now()),
    );
    diesel::insert_into(sessions::table).values(row).execute(connection)?;
    note_language(connection, member)?;
    Ok(token)
}

/// Keeps the language in which a member uses the site, for letters to them, where they have chosen none.
fn note_language(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    let stored: String = table::table.find(member).select(table::language).first(connection)?;
    let now = by_browser(current());
    if chosen(stored.clone()).is_empty() && stored != now {
        diesel::update(table::table.find(member)).set(table::language.eq(now)).execute(connection)?;
    }
    Ok(())
}

fn new_token(member: MemberId) -> String {
    format!("{member}.{:032x}", rand::rng().random::<u128>())
}

/// Removes the sessions that nobody can use any more.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection) -> Result<(), Error> {
    diesel::delete(sessions::table.filter(sessions::last_seen.lt(now() - IDLE))).execute(connection)?;
    diesel::delete(sessions::table.filter(sessions::created_at.lt(now() - GREATEST_AGE))).execute(connection)?;
    Ok(())
}

/// Returns whether a session is still there under the token that it had when the viewer was loaded.
///
/// # Errors
/// The database's.
pub fn is_there(connection: &mut Connection, viewer: &Viewer) -> Result<bool, Error> {
    let row = sessions::table.find((viewer.id, viewer.token_hash.clone())).select(sessions::member_id);
    Ok(row.first::<MemberId>(connection).optional()?.is_some())
}

/// Notes that the member has shown that it is them. Returns the session's new token, with which the old one is worth nothing;
/// none where another press has given it one already.
///
/// # Errors
/// The database's.
pub fn confirm(connection: &mut Connection, viewer: &Viewer) -> Result<Option<String>, Error> {
    let token = new_token(viewer.id);
    let row = sessions::table.find((viewer.id, viewer.token_hash.clone()));
    let renewed = (sessions::confirmed_at.eq(now()), sessions::token_hash.eq(sha256(&token)));
    let number = diesel::update(row).set(renewed).execute(connection)?;
    Ok((number > 0).then_some(token))
}

/// Ends every session of a member but this one.
///
/// # Errors
/// The database's.
pub fn end_others(connection: &mut Connection, viewer: &Viewer) -> Result<usize, Error> {
    let others = sessions::table
        .filter(sessions::member_id.eq(viewer.id))
        .filter(sessions::token_hash.ne(viewer.token_hash.clone()));
    Ok(diesel::delete(others).execute(connection)?)
}

/// Ends one session of a member.
///
/// # Errors
/// The database's.
pub fn end(connection: &mut Connection, member: MemberId, token_hash: &str) -> Result<(), Error> {
    diesel::delete(sessions::table.find((member, token_hash))).execute(connection)?;
    Ok(())
}

/// Who holds this token; nobody if the session ended. Also whether the session should
/// be [`touch`]ed.
///
/// # Errors
/// The database's.
pub fn viewer(connection: &mut Connection, limits: &Limits, token: &str) -> Result<Option<(Viewer, bool)>, Error> {
    let Some(member) = token.split('.').next().and_then(|id| id.parse::<MemberId>().ok()) else { return Ok(None) };
    let token_hash = sha256(token);
    let invitations = connections::waiting(limits, member).count().single_value();
    let unread = notifications::table.filter(notifications::owner_id.eq(member)).filter(Unread).count().single_value();
    let talks = conversations::table.filter(conversations::owner_id.eq(member)).filter(IsUnread);
    let talks = talks.count().single_value();
    // Those with whom one has blocked are not shown. These are few, so they are taken off, not looked for at each conversation.
    let blocked = relationships::table.filter(relationships::owner_id.eq(member)).filter(Listed).filter(HasUnread);
    let blocked = blocked.filter(relationships::state.eq(State::Blocked)).count().single_value();
    let last_to_spare = last_to_spare(spare(limits), member).single_value();
    let query = sessions::table
        .inner_join(table::table.on(table::id.eq(sessions::member_id)))
        .inner_join(connection_counts::table.on(connection_counts::member_id.eq(sessions::member_id)))
        .filter(sessions::member_id.eq(member))
        .filter(sessions::token_hash.eq(&token_hash))
        .filter(sessions::last_seen.gt(now() - IDLE))
        .filter(sessions::created_at.gt(now() - GREATEST_AGE))
        // Not where the account is being removed already.
        .filter(table::deletion_due_at.is_null().or(table::deletion_due_at.gt(0)))
        .select((
            (table::handle, table::full_name, table::language, table::time_zone, table::photo),
            table::deletion_due_at,
            (connection_counts::number, connection_counts::version),
            (table::role, table::suspended_at, table::suspended_until, table::hidden_at),
            (sessions::last_seen, sessions::confirmed_at),
            (invitations, unread, (talks, blocked), last_to_spare),
        ));
    type Counts = (Option<i64>, Option<i64>, (Option<i64>, Option<i64>), Option<i64>);
    type Texts = (String, String, String, String, String);
    type Standing = (Role, Option<i64>, Option<i64>, Option<i64>);
    type Found = (Texts, Option<i64>, (i32, i32), Standing, (i64, i64), Counts);
    let found = on_engine!(connection, |own| query.first::<Found>(own)).optional()?;
    let Some((
        texts,
        deletion_due_at,
        (connection_count, connection_version),
        (role, suspended_at, suspended_until, hidden_at),
        (last_seen, confirmed_at),
        counts,
    )) = found
    else {
        return Ok(None);
    };
    let (handle, full_name, language, time_zone, photo) = texts;
    let (invitations, unread, (talks, blocked), last_to_spare) = counts;
    let viewer = Viewer {
        id: member,
        handle,
        full_name,
        connection_count,
        connection_version,
        last_to_spare,
        invitations: invitations.unwrap_or(0),
        unread: unread.unwrap_or(0),
        unread_conversations: talks.unwrap_or(0) - blocked.unwrap_or(0),
        open_reports: 0,
        language: chosen(language),
        time_zone,
        is_suspended: is_suspended(suspended_at, suspended_until),
        is_hidden: hidden_at.is_some(),
        role,
        photo,
        deletion_due_at,
        token_hash,
        confirmed_at,
    };
    // Also where it was noted by a clock that ran ahead: the session would last as much longer.
    Ok(Some((viewer, (now() - last_seen).abs() > DAY / 4)))
}

/// Notes that a session is in use, and in which language.
///
/// # Errors
/// The database's.
pub fn touch(connection: &mut Connection, viewer: &Viewer) -> Result<(), Error> {
    let row = sessions::table.find((viewer.id, viewer.token_hash.clone()));
    diesel::update(row).set(sessions::last_seen.eq(now())).execute(connection)?;
    note_language(connection, viewer.id)
}
