//! What those who run the site did: a log to which rows are only ever added, each with a hash that holds the row and the
//! hash of the row before. Who changes, adds or removes a row behind the program's back breaks the chain, which
//! `amicable check` finds.

mod act;
mod chain;
pub mod list;

use diesel::prelude::*;
use rand::RngExt;

use crate::dates::now;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::schema::{audit_entries, audit_head, members};
pub use act::Act;
pub use chain::{Chain, verify};

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A member.
    Member(MemberId),
    /// Whoever has the command line.
    CommandLine,
    /// The program by itself.
    Site,
}

/// The name of the actor that is not a member.
const COMMAND_LINE: &str = "command line";
const SITE: &str = "site";

/// Adds an act to the log: who did it, to whom, with a detail in plain words. It is the last thing of a transaction: from
/// here on nobody else adds to the log until the transaction ends, on whatever node, so that there is one chain.
///
/// # Errors
/// The database's.
pub fn record(
    connection: &mut Connection,
    actor: Actor,
    act: Act,
    subject: Option<MemberId>,
    detail: &str,
) -> Result<(), Error> {
    let (actor_id, actor) = match actor {
        Actor::Member(id) => (Some(id), name_of(connection, id)?),
        Actor::CommandLine => (None, COMMAND_LINE.to_owned()),
        Actor::Site => (None, SITE.to_owned()),
    };
    let name = subject.map_or(Ok(String::new()), |id| name_of(connection, id))?;
    let (number, before) = lock_head(connection)?;
    let actor_salt = salt();
    let subject_salt = salt();
    let mut entry = chain::Entry {
        number: number + 1,
        done_at: now(),
        act: act.word().to_owned(),
        actor_digest: chain::digest(&actor_salt, actor_id, &[&actor]),
        actor_id,
        actor,
        actor_salt,
        subject_digest: chain::digest(&subject_salt, subject, &[&name, detail]),
        subject_id: subject,
        subject: name,
        detail: detail.to_owned(),
        subject_salt,
        hash: String::new(),
    };
    entry.hash = entry.hash_after(&before);
    diesel::insert_into(audit_entries::table).values(&entry).execute(connection)?;
    let head = (audit_head::number.eq(entry.number), audit_head::hash.eq(&entry.hash));
    diesel::update(audit_head::table.find(chain::HEAD)).set(head).execute(connection)?;
    Ok(())
}

/// Removes the names of a member whose account ends. The chain holds their digests, and still can be checked.
///
/// # Errors
/// The database's.
pub fn forget(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    use audit_entries as rows;
    let nobody = None::<MemberId>;
    let nothing = (rows::actor_id.eq(nobody), rows::actor.eq(""), rows::actor_salt.eq(""));
    diesel::update(rows::table.filter(rows::actor_id.eq(member))).set(nothing).execute(connection)?;
    let nothing = (rows::subject_id.eq(nobody), rows::subject.eq(""), rows::detail.eq(""), rows::subject_salt.eq(""));
    diesel::update(rows::table.filter(rows::subject_id.eq(member))).set(nothing).execute(connection)?;
    Ok(())
}

/// Lets nobody else add to the chain until the transaction ends, and returns its end.
fn lock_head(connection: &mut Connection) -> Result<(i64, String), Error> {
    let first = (audit_head::id.eq(chain::HEAD), audit_head::number.eq(0), audit_head::hash.eq(""));
    let first = diesel::insert_into(audit_head::table).values(first).on_conflict_do_nothing();
    on_engine!(connection, |own| first.execute(own))?;
    let head = audit_head::table.find(chain::HEAD).select((audit_head::number, audit_head::hash));
    Ok(match connection {
        // It has one writer at a time anyway.
        Connection::Sqlite(own) => head.first(own)?,
        Connection::Postgres(own) => head.for_update().first(own)?,
    })
}

fn name_of(connection: &mut Connection, member: MemberId) -> Result<String, Error> {
    let columns = (members::full_name, members::handle);
    let found: Option<(String, String)> = members::table.find(member).select(columns).first(connection).optional()?;
    Ok(found.map_or_else(String::new, |(full_name, handle)| format!("{full_name} ({handle})")))
}

fn salt() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}
