//! The job that removes accounts whose two weeks are over, in steps that each leave everything whole: a crash is followed by the
//! same steps again, which find less to do.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::sweep;
use crate::audit::{self, Act, Actor};
use crate::connections::hiding;
use crate::data::tables::{Named, Owner, TABLES, Table};
use crate::dates::now;
use crate::db::{self, Connection, Db, new_id};
use crate::error::Error;
use crate::ids::{MemberId, RemovalId};
use crate::inbox::former::{self, Leaver};
use crate::jobs::{Job, Turn};
use crate::language::of_letters;
use crate::mail::{Letter, outbox};
use crate::members::{handles, search};
use crate::schema::{deletions, members, removals, sessions};
use crate::webhooks::{self, Forgotten};

/// The job's name.
pub const JOB: &str = "deletions";
/// How soon an account that is due is removed, at the latest.
const EVERY: Duration = Duration::from_secs(600);
/// Rows that are removed in one transaction, so that nobody waits long for it.
const GROUP_SIZE: usize = 500;

/// The job that removes accounts.
pub fn job() -> Job {
    let run = |db: &Db, turn: &Turn| finish_due(db, &|| turn.goes_on());
    Job { name: JOB, every: EVERY, is_due: Some(is_any_due), run: Box::new(run) }
}

fn is_any_due(connection: &mut Connection) -> Result<bool, Error> {
    let due = members::table.filter(members::deletion_due_at.le(now())).select(members::id).limit(1);
    Ok(due.first::<MemberId>(connection).optional()?.is_some())
}

/// Removes every account that is due.
///
/// # Errors
/// The database's.
pub fn finish_due(db: &Db, goes_on: &dyn Fn() -> bool) -> Result<(), Error> {
    while goes_on() {
        let due = |connection: &mut Connection| {
            let due = members::table.filter(members::deletion_due_at.le(now())).order(members::deletion_due_at);
            Ok(due.select(members::id).first::<MemberId>(connection).optional()?)
        };
        let Some(member) = db.read_blocking(due)? else { break };
        // Kept since: nothing is due any more.
        let Some(leaver) = db.write_blocking(move |connection| claim_due(connection, member))? else { continue };
        finish(db, leaver, Actor::Site, goes_on)?;
    }
    while goes_on() && db.give_room_back()? {}
    Ok(())
}

/// Removes an account at once, as somebody says.
///
/// # Errors
/// The database's.
pub fn finish_now(db: &Db, member: MemberId, by: Actor) -> Result<(), Error> {
    let leaver = db.write_blocking(move |connection| claim(connection, member))?;
    finish(db, leaver, by, &|| true)?;
    while db.give_room_back()? {}
    Ok(())
}

fn finish(db: &Db, leaver: Leaver, by: Actor, goes_on: &dyn Fn() -> bool) -> Result<(), Error> {
    let member = leaver.member;
    let step = |step: &dyn Fn(&mut Connection) -> Result<bool, Error>| -> Result<(), Error> {
        while goes_on() && db.write_blocking(step)? {}
        Ok(())
    };
    step(&|connection| former::remove_copies(connection, member, GROUP_SIZE))?;
    step(&|connection| former::hand_over(connection, leaver, GROUP_SIZE))?;
    step(&|connection| hiding::remove_some(connection, member, GROUP_SIZE))?;
    for table in TABLES {
        sweep_table(db, table, leaver, goes_on)?;
    }
    for table in TABLES.iter().rev() {
        let (Owner::Member(owner) | Owner::Own(owner), Some(copied)) = (table.owner, &table.copied) else { continue };
        let is_last = ["members", "deletions"].contains(&table.name);
        if !is_last && copied.key[0] == owner {
            let rows = (table.name, copied.key);
            step(&|connection| sweep::remove_some(connection, rows, (owner, member), GROUP_SIZE))?;
        }
    }
    if goes_on() {
        db.write_blocking(move |connection| say_farewell(connection, leaver, by))?;
        tracing::info!("an account is removed");
    }
    Ok(())
}

/// Claims an account that is due, unless its member has kept it meanwhile.
fn claim_due(connection: &mut Connection, member: MemberId) -> Result<Option<Leaver>, Error> {
    db::lock_members(connection, [member])?;
    let due = members::table.find(member).filter(members::deletion_due_at.le(now())).select(members::id);
    let due = due.first::<MemberId>(connection).optional()?;
    due.map(|member| claim(connection, member)).transpose()
}

/// Claims an account: from here on nobody can keep it, or sign in to it.
fn claim(connection: &mut Connection, member: MemberId) -> Result<Leaver, Error> {
    let gone = (members::deletion_due_at.eq(0), members::password_hash.eq(""));
    diesel::update(members::table.find(member)).set(gone).execute(connection)?;
    diesel::delete(sessions::table.filter(sessions::member_id.eq(member))).execute(connection)?;
    let known = deletions::table.find(member).select(deletions::former_id).first::<MemberId>(connection).optional()?;
    if let Some(former) = known {
        return Ok(Leaver { member, former });
    }
    handles::reserve(connection, member)?;
    let former = MemberId::new(-new_id::<MemberId>().get());
    diesel::insert_into(deletions::table)
        .values((deletions::member_id.eq(member), deletions::former_id.eq(former)))
        .execute(connection)?;
    Ok(Leaver { member, former })
}

/// Does with what names a member in a table what the list says.
fn sweep_table(db: &Db, table: &Table, leaver: Leaver, goes_on: &dyn Fn() -> bool) -> Result<(), Error> {
    let Some(copied) = &table.copied else { return Ok(()) };
    let (rows, member) = ((table.name, copied.key), leaver.member);
    for (column, named) in sweep::columns(table) {
        match named {
            Named::Former => {
                for owner in sweep::owners_of(db, rows, (column, member), goes_on)? {
                    let hand_over =
                        |connection: &mut Connection| former::hand_over_of(connection, leaver, owner, GROUP_SIZE);
                    while goes_on() && db.write_blocking(hand_over)? {}
                }
            }
            named => sweep::sweep(db, rows, (column, named), member, goes_on)?,
        }
    }
    match table.name {
        "removals" => db.write_blocking(move |connection| forget_skipped(connection, member)),
        "outbox" => db.write_blocking(move |connection| forget_letters(connection, member)),
        "webhook_deliveries" => db.write_blocking(move |connection| forget_deliveries(connection, member)),
        _ => Ok(()),
    }
}

/// Takes a member out of those whom removals skipped.
fn forget_skipped(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    let naming = removals::table.filter(removals::skipped.like(format!("%{member}%")));
    let columns = (removals::owner_id, removals::id, removals::skipped);
    for (owner, id, skipped) in naming.select(columns).load::<(MemberId, RemovalId, String)>(connection)? {
        let others: Vec<MemberId> =
            crate::connections::removal::ids(&skipped).into_iter().filter(|id| *id != member).collect();
        let row = removals::table.find((owner, id));
        let skipped = crate::connections::removal::text(&others);
        diesel::update(row).set(removals::skipped.eq(skipped)).execute(connection)?;
    }
    Ok(())
}

/// Removes the letters that are from a member and still wait.
fn forget_letters(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    let sql =
        format!("DELETE FROM outbox WHERE letter LIKE '%\"from\":{member},%' OR letter LIKE '%\"from\":{member}}}%'");
    Ok(connection.batch_execute(&sql)?)
}

/// Removes what other programs were or are to be told of a member.
fn forget_deliveries(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    let handles = handles::all_of(connection, member)?;
    let names = members::table.find(member).select(members::full_name).load(connection)?;
    webhooks::forget(connection, Forgotten { member, handles, names })
}

/// Tells the owner that it is done, removes the last rows, and logs that an account was removed, but not whose.
fn say_farewell(connection: &mut Connection, leaver: Leaver, by: Actor) -> Result<(), Error> {
    let member = leaver.member;
    let columns = (members::confirmed_email, members::full_name, members::language, members::time_zone);
    let known = members::table.find(member).select(columns);
    let (email, full_name, language, time_zone) = known.first::<(String, String, String, String)>(connection)?;
    if !email.is_empty() {
        let language = of_letters(&language).to_owned();
        outbox::put(connection, outbox::NOBODY, Letter::Deleted { email, full_name, language, time_zone })?;
    }
    search::remove(connection, member)?;
    audit::forget(connection, member)?;
    for table in TABLES {
        if let (Owner::Member(owner), None) = (table.owner, &table.copied) {
            connection.batch_execute(&format!("DELETE FROM {} WHERE {owner} = {member}", table.name))?;
        }
    }
    diesel::delete(members::table.find(member)).execute(connection)?;
    diesel::delete(deletions::table.find(member)).execute(connection)?;
    audit::record(connection, by, Act::MemberDeleted, None, "")
}
