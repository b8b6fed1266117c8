//! What stays of the conversations with a member whose account is removed: the other side's, with a *Former member*. The
//! member's own copies go, and with them every text that nobody else keeps.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{MemberId, MessageId};
use crate::inbox::purge;
use crate::members::{handles, store};
use crate::schema::{conversations, members, message_copies, message_deletions, messages};

/// The date of a *Former member*, whose account is never due to be removed.
const NEVER: i64 = i64::MAX;

/// A member who goes, and the *Former member* in their place.
#[derive(Debug, Clone, Copy)]
pub struct Leaver {
    /// The member.
    pub member: MemberId,
    /// Who stands in their place.
    pub former: MemberId,
}

/// Removes some of the member's own copies. Returns whether there may be more.
///
/// # Errors
/// The database's.
pub fn remove_copies(connection: &mut Connection, member: MemberId, most: usize) -> Result<bool, Error> {
    let mine = message_copies::table
        .filter(message_copies::owner_id.eq(member))
        .order((message_copies::other_id, message_copies::id))
        .limit(most as i64)
        .select((message_copies::other_id, message_copies::id, message_copies::is_mine));
    let mine: Vec<(MemberId, MessageId, bool)> = on_engine!(connection, |own| mine.load(own))?;
    purge::remove_copies(connection, member, &mine)?;
    Ok(mine.len() == most)
}

/// Gives some of what others keep to the *Former member*: a conversation, or a part of a long one. Returns whether there may be
/// more.
///
/// # Errors
/// The database's.
pub fn hand_over(connection: &mut Connection, leaver: Leaver, most: usize) -> Result<bool, Error> {
    let mine = conversations::table.filter(conversations::owner_id.eq(leaver.member));
    let other = mine.order(conversations::other_id).select(conversations::other_id);
    let Some(other) = on_engine!(connection, |own| other.first::<MemberId>(own)).optional()? else { return Ok(false) };
    if !hand_over_of(connection, leaver, other, most)? {
        diesel::delete(conversations::table.find((leaver.member, other))).execute(connection)?;
    }
    Ok(true)
}

/// Gives what one other keeps to the *Former member*. Returns whether there may be more.
///
/// # Errors
/// The database's.
pub fn hand_over_of(connection: &mut Connection, leaver: Leaver, owner: MemberId, most: usize) -> Result<bool, Error> {
    let Leaver { member, former } = leaver;
    purge::hold(connection, [owner, member].into_iter())?;
    let side =
        message_copies::table.filter(message_copies::owner_id.eq(owner)).filter(message_copies::other_id.eq(member));
    let some = side.order(message_copies::id).limit(most as i64).select(message_copies::id);
    let some: Vec<MessageId> = on_engine!(connection, |own| some.load(own))?;
    make(connection, former)?;
    let copies = side.filter(id_in(connection, message_copies::id, &some));
    diesel::update(copies).set(message_copies::other_id.eq(former)).execute(connection)?;
    let texts = messages::table.filter(messages::writer_id.eq(member)).filter(id_in(connection, messages::id, &some));
    // What a row is spread by is not changed: the text is written anew.
    let anew = texts.clone().select((former.into_sql::<BigInt>(), messages::id, messages::text));
    let columns = (messages::writer_id, messages::id, messages::text);
    on_engine!(connection, |own| diesel::insert_into(messages::table).values(anew).into_columns(columns).execute(own))?;
    on_engine!(connection, |own| diesel::delete(texts).execute(own))?;
    move_words(connection, (owner, member), former, &some)?;
    if some.len() == most {
        return Ok(true);
    }
    // Of whom nothing is kept, a draft cannot be sent any more.
    let nothing = conversations::table.find((owner, member)).filter(conversations::place.is_null());
    diesel::delete(nothing.filter(conversations::deletion_id.is_null())).execute(connection)?;
    let kept = conversations::table.find((owner, member));
    diesel::update(kept).set(conversations::other_id.eq(former)).execute(connection)?;
    let deletions = message_deletions::table
        .filter(message_deletions::owner_id.eq(owner))
        .filter(message_deletions::other_id.eq(member));
    diesel::update(deletions).set(message_deletions::other_id.eq(former)).execute(connection)?;
    Ok(false)
}

/// Makes the *Former member*, unless that is done: a row without a name, which nobody finds.
fn make(connection: &mut Connection, former: MemberId) -> Result<(), Error> {
    let known = members::table.find(former).select(members::id);
    if on_engine!(connection, |own| known.first::<MemberId>(own)).optional()?.is_some() {
        return Ok(());
    }
    let handle = format!("former-{:x}", former.get().unsigned_abs());
    let row = (
        members::id.eq(former),
        members::email.eq(""),
        members::email_key.eq(""),
        members::password_hash.eq(""),
        members::handle.eq(&handle),
        members::full_name.eq(""),
        members::sort_first.eq(""),
        members::sort_last.eq(""),
        members::created_at.eq(0),
        members::deletion_due_at.eq(NEVER),
    );
    diesel::insert_into(members::table).values(row).execute(connection)?;
    store::start_count(connection, former)?;
    handles::take(connection, former, &handle)?;
    Ok(())
}

/// Lets the search find the copies in their new place.
fn move_words(
    connection: &mut Connection,
    (owner, from): (MemberId, MemberId),
    to: MemberId,
    ids: &[MessageId],
) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let (table, column) = match connection {
        Connection::Sqlite(_) => ("message_search_rows", "message_id"),
        Connection::Postgres(_) => ("message_search", "id"),
    };
    let ids = ids.iter().map(MessageId::to_string).collect::<Vec<_>>().join(",");
    let of = format!("owner_id = {owner} AND other_id = {from} AND {column} IN ({ids})");
    Ok(connection.batch_execute(&format!("UPDATE {table} SET other_id = {to} WHERE {of}"))?)
}
