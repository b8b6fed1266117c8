//! The job that removes what was deleted: copies once they cannot be brought back, texts once no side keeps a copy of them;
//! then it gives the room back.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::dates::now;
use crate::db::{self, Connection, Db, id_in, on_engine};
use crate::error::Error;
use crate::ids::{Between, MemberId, MessageDeletionId, MessageId};
use crate::inbox::deletion::HOUR;
use crate::jobs::{Job, Turn};
use crate::members::search::leftover::{self, Index};
use crate::schema::{conversations, message_copies, message_deletions, messages};

/// The job's name.
pub const JOB: &str = "messages";
/// How soon what can be removed is removed, at the latest.
const EVERY: Duration = Duration::from_secs(600);
/// Seconds beyond the hour: the clocks of two nodes differ.
const GRACE: i64 = 60;
/// Copies that are removed in one transaction, so that nobody waits long for it.
const GROUP_SIZE: usize = 500;

/// The job that removes deleted messages.
pub fn job() -> Job {
    let run = |db: &Db, turn: &Turn| purge(db, &|| turn.goes_on());
    Job { name: JOB, every: EVERY, is_due: Some(is_any_due), run: Box::new(run) }
}

/// Removes everything that was deleted more than an hour ago, a group of copies after the other, and gives the room back.
///
/// # Errors
/// The database's.
pub fn purge(db: &Db, goes_on: &dyn Fn() -> bool) -> Result<(), Error> {
    while goes_on() && db.write_blocking(remove_some)? {}
    while goes_on() && db.give_room_back()? {}
    Ok(())
}

/// Its owner and id.
type Deletion = (MemberId, MessageDeletionId);

fn due(connection: &mut Connection) -> Result<Option<Deletion>, Error> {
    let due = message_deletions::table
        .filter(message_deletions::deleted_at.le(now() - HOUR - GRACE))
        .order(message_deletions::deleted_at)
        .select((message_deletions::owner_id, message_deletions::id));
    Ok(on_engine!(connection, |own| due.first(own)).optional()?)
}

fn is_any_due(connection: &mut Connection) -> Result<bool, Error> {
    Ok(due(connection)?.is_some())
}

/// Removes a group of copies of a deletion that is due. Returns false where there is none.
fn remove_some(connection: &mut Connection) -> Result<bool, Error> {
    let Some((owner, id)) = due(connection)? else { return Ok(false) };
    // From here on nobody can take it back, also not on a node whose clock is late.
    let claimed = message_deletions::table.find((owner, id));
    diesel::update(claimed).set(message_deletions::deleted_at.eq(0)).execute(connection)?;
    let copies = message_copies::table
        .filter(message_copies::owner_id.eq(owner))
        .filter(message_copies::deletion_id.eq(id))
        .order((message_copies::other_id, message_copies::id))
        .limit(GROUP_SIZE as i64)
        .select((message_copies::other_id, message_copies::id, message_copies::is_mine));
    let copies: Vec<(MemberId, MessageId, bool)> = on_engine!(connection, |own| copies.load(own))?;
    remove_copies(connection, owner, &copies)?;
    if copies.len() < GROUP_SIZE {
        forget(connection, owner, id)?;
    }
    Ok(true)
}

/// Removes copies of an owner, each with whom it is, its id and whether the owner wrote it.
pub(super) fn remove_copies(
    connection: &mut Connection,
    owner: MemberId,
    copies: &[(MemberId, MessageId, bool)],
) -> Result<(), Error> {
    let mut by_other: BTreeMap<MemberId, Vec<(MessageId, bool)>> = BTreeMap::new();
    for (other, id, is_mine) in copies {
        by_other.entry(*other).or_default().push((*id, *is_mine));
    }
    hold(connection, by_other.keys().copied().chain([owner]))?;
    for (other, copies) in &by_other {
        remove(connection, Between { viewer: owner, other: *other }, copies)?;
    }
    Ok(())
}

/// Holds the members, so that of two who remove the copies of a text one sees that the other's is gone.
pub(super) fn hold(connection: &mut Connection, members: impl Iterator<Item = MemberId>) -> Result<(), Error> {
    match db::lock_members(connection, members) {
        // Those who are there are held.
        Ok(()) | Err(Error::NotFound) => Ok(()),
        Err(why) => Err(why),
    }
}

/// Removes copies of one conversation, and the texts of which the other has no copy either.
fn remove(connection: &mut Connection, between: Between, copies: &[(MessageId, bool)]) -> Result<(), Error> {
    let Between { viewer: owner, other } = between;
    let ids: Vec<MessageId> = copies.iter().map(|(id, _)| *id).collect();
    let these = id_in(connection, message_copies::id, &ids);
    let side = |owner: MemberId, other: MemberId| {
        message_copies::table.filter(message_copies::owner_id.eq(owner)).filter(message_copies::other_id.eq(other))
    };
    diesel::delete(side(owner, other).filter(these.clone())).execute(connection)?;
    remove_words(connection, between, &ids)?;
    let kept = side(other, owner).filter(these).select(message_copies::id);
    let kept: HashSet<MessageId> = on_engine!(connection, |own| kept.load::<MessageId>(own))?.into_iter().collect();
    for (writer, is_writers) in [(owner, true), (other, false)] {
        let gone = copies.iter().filter(|(id, is_mine)| *is_mine == is_writers && !kept.contains(id));
        let gone: Vec<MessageId> = gone.map(|(id, _)| *id).collect();
        if !gone.is_empty() {
            let texts = messages::table.filter(messages::writer_id.eq(writer));
            let texts = texts.filter(id_in(connection, messages::id, &gone));
            diesel::delete(texts).execute(connection)?;
        }
    }
    Ok(())
}

/// Removes from the search what an owner no longer has.
fn remove_words(
    connection: &mut Connection,
    Between { viewer: owner, other }: Between,
    ids: &[MessageId],
) -> Result<(), Error> {
    let ids = ids.iter().map(MessageId::to_string).collect::<Vec<_>>().join(",");
    let of = format!("owner_id = {owner} AND other_id = {other}");
    let sql = match connection {
        Connection::Sqlite(_) => {
            let rows = format!("FROM message_search_rows WHERE {of} AND message_id IN ({ids})");
            format!("DELETE FROM message_search WHERE rowid IN (SELECT id {rows}); DELETE {rows}")
        }
        Connection::Postgres(_) => format!("DELETE FROM message_search WHERE {of} AND id IN ({ids})"),
    };
    connection.batch_execute(&sql)?;
    leftover::remember(connection, Index::Messages)
}

/// Forgets a deletion that is done, with the drafts that it took away.
fn forget(connection: &mut Connection, owner: MemberId, id: MessageDeletionId) -> Result<(), Error> {
    let drafts =
        conversations::table.filter(conversations::owner_id.eq(owner)).filter(conversations::deletion_id.eq(id));
    let none = (conversations::deletion_id.eq(None::<MessageDeletionId>), conversations::deleted_draft.eq(""));
    diesel::update(drafts).set(none).execute(connection)?;
    diesel::delete(message_deletions::table.find((owner, id))).execute(connection)?;
    Ok(())
}
