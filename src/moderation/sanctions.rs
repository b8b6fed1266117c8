//! What is decided about a member: it takes effect, stays as their history, is logged, and they are told by e-mail.

use diesel::prelude::*;

use crate::audit::{self, Act, Actor};
use crate::dates::{self, now};
use crate::db::{self, Connection, new_id, on_engine};
use crate::error::Error;
use crate::ids::{MemberId, SanctionId};
use crate::language::t;
use crate::mail::{Letter, outbox};
use crate::members::administrators::{self, OnlyAdministrator};
use crate::members::search;
use crate::moderation::{Decision, reports};
use crate::schema::{members, sanctions};

/// Decisions of a member that are shown.
const HISTORY: i64 = 20;

/// A decision about a member.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sanctions)]
#[allow(missing_docs)]
pub struct Sanction {
    pub id: SanctionId,
    pub kind: Decision,
    pub created_at: i64,
    /// What the member is told.
    pub reason: String,
    /// When it ends by itself.
    pub until: Option<i64>,
    pub lifted_at: Option<i64>,
}

impl Sanction {
    /// The day on which it was decided.
    pub fn day(&self) -> String {
        dates::long(self.created_at)
    }

    /// The same, for `<time>`.
    pub fn iso(&self) -> String {
        dates::iso(self.created_at)
    }

    /// The day on which it ends by itself; empty for none.
    pub fn ends(&self) -> String {
        self.until.map_or_else(String::new, dates::long)
    }

    /// The day on which it was taken back; empty where it was not.
    pub fn lifted(&self) -> String {
        self.lifted_at.map_or_else(String::new, dates::long)
    }
}

/// Loads what was decided about a member, the newest first: what was decided last, and what is in force since before.
///
/// # Errors
/// The database's.
pub fn of(connection: &mut Connection, member: MemberId) -> Result<Vec<Sanction>, Error> {
    let theirs = sanctions::table.filter(sanctions::member_id.eq(member)).order(sanctions::id.desc()).limit(HISTORY);
    let mut all: Vec<Sanction> = on_engine!(connection, |own| theirs.select(Sanction::as_select()).load(own))?;
    if (all.len() as i64) < HISTORY {
        return Ok(all);
    }
    let lasting = [Decision::Hidden, Decision::Suspended, Decision::Banned];
    let in_force = theirs.filter(sanctions::lifted_at.is_null()).filter(sanctions::kind.eq_any(lasting));
    let in_force: Vec<Sanction> = on_engine!(connection, |own| in_force.select(Sanction::as_select()).load(own))?;
    all.extend(in_force.into_iter().filter(|one| !all.iter().any(|other| other.id == one.id)).collect::<Vec<_>>());
    Ok(all)
}

/// Refuses to keep out the only one who could run the site.
///
/// # Errors
/// [`Error::NotFound`] where there is no such member, or the database's.
pub(super) fn hindrance(
    connection: &mut Connection,
    member: MemberId,
    kind: Decision,
) -> Result<Result<(), OnlyAdministrator>, Error> {
    match kind {
        Decision::Suspended | Decision::Banned => administrators::refuse_only(connection, member),
        _ => Ok(Ok(())),
    }
}

/// Imposes a decision on a member: of a warning they are told, a profile is hidden, a member is suspended until a moment or,
/// without one, banned.
///
/// # Errors
/// [`Error::NotFound`] where there is no such member, or the database's.
pub fn impose(
    connection: &mut Connection,
    by: Actor,
    member: MemberId,
    kind: Decision,
    why: (&str, Option<i64>),
) -> Result<Result<(), OnlyAdministrator>, Error> {
    administrators::lock_with(connection, member)?;
    if let Err(only) = hindrance(connection, member, kind)? {
        return Ok(Err(only));
    }
    carry_out(connection, by, member, kind, why).map(Ok)
}

/// [`impose`] of what nothing hinders.
pub(super) fn carry_out(
    connection: &mut Connection,
    by: Actor,
    member: MemberId,
    kind: Decision,
    (reason, until): (&str, Option<i64>),
) -> Result<(), Error> {
    db::lock_members(connection, [member])?;
    let row = members::table.find(member);
    let done = match kind {
        Decision::Suspended | Decision::Banned => {
            end_current(connection, by, member, &[Decision::Suspended, Decision::Banned])?;
            let set = (members::suspended_at.eq(Some(now())), members::suspended_until.eq(until));
            diesel::update(row).set(set).execute(connection)?
        }
        Decision::Hidden => {
            end_current(connection, by, member, &[Decision::Hidden])?;
            let hidden = diesel::update(row).set(members::hidden_at.eq(Some(now()))).execute(connection)?;
            search::index(connection, member)?;
            hidden
        }
        _ => 1,
    };
    if done == 0 {
        return Err(Error::NotFound);
    }
    let decided = (
        sanctions::member_id.eq(member),
        sanctions::id.eq(new_id::<SanctionId>()),
        sanctions::kind.eq(kind),
        sanctions::created_at.eq(now()),
        sanctions::reason.eq(reason),
        sanctions::until.eq(until),
        sanctions::decided_by.eq(id_of(by)),
    );
    diesel::insert_into(sanctions::table).values(decided).execute(connection)?;
    let reason = reason.to_owned();
    let (act, letter) = match kind {
        Decision::Suspended | Decision::Banned => {
            let act = if until.is_some() { Act::Suspended } else { Act::Banned };
            (act, Letter::Suspended { reason: reason.clone(), until })
        }
        Decision::Hidden => (Act::ProfileHidden, Letter::ProfileHidden { reason: reason.clone() }),
        _ => (Act::Warned, Letter::Warned { reason: reason.clone() }),
    };
    outbox::put(connection, member, letter)?;
    let detail = match until {
        Some(until) => format!("until {}: {reason}", dates::iso(until)),
        None => reason,
    };
    audit::record(connection, by, act, Some(member), &detail)
}

/// Ends a member's suspension or ban, which answers their appeal. Returns which of them it was; nothing where there was none.
///
/// # Errors
/// The database's.
pub fn lift(connection: &mut Connection, by: Actor, member: MemberId) -> Result<Option<Decision>, Error> {
    lift_because(connection, by, member, "")
}

/// Ends a member's suspension or ban as [`lift`] does, for a reason that the log keeps.
///
/// # Errors
/// The database's.
pub fn lift_because(
    connection: &mut Connection,
    by: Actor,
    member: MemberId,
    reason: &str,
) -> Result<Option<Decision>, Error> {
    db::lock_members(connection, [member])?;
    let suspended = members::table.find(member).filter(members::suspended_at.is_not_null());
    let until: Option<Option<i64>> = suspended.select(members::suspended_until).first(connection).optional()?;
    let Some(until) = until else { return Ok(None) };
    let nothing = (members::suspended_at.eq(None::<i64>), members::suspended_until.eq(None::<i64>));
    diesel::update(suspended).set(nothing).execute(connection)?;
    end_current(connection, by, member, &[Decision::Suspended, Decision::Banned])?;
    if let Some(appeal) = reports::open_appeal(connection, member)? {
        reports::close(connection, &appeal, Decision::Lifted, id_of(by))?;
    }
    outbox::put(connection, member, Letter::Lifted)?;
    audit::record(connection, by, Act::Lifted, Some(member), reason)?;
    Ok(Some(if until.is_some() { Decision::Suspended } else { Decision::Banned }))
}

/// Returns what the button is called that ends a ban, or a suspension.
pub fn end(is_ban: bool) -> &'static str {
    if is_ban { t("End the ban") } else { t("End the suspension") }
}

/// Shows a hidden profile again. Returns whether it was hidden.
///
/// # Errors
/// The database's.
pub fn show(connection: &mut Connection, by: Actor, member: MemberId) -> Result<bool, Error> {
    db::lock_members(connection, [member])?;
    let hidden = members::table.find(member).filter(members::hidden_at.is_not_null());
    if diesel::update(hidden).set(members::hidden_at.eq(None::<i64>)).execute(connection)? == 0 {
        return Ok(false);
    }
    search::index(connection, member)?;
    end_current(connection, by, member, &[Decision::Hidden])?;
    outbox::put(connection, member, Letter::ProfileShown)?;
    audit::record(connection, by, Act::ProfileShown, Some(member), "")?;
    Ok(true)
}

/// Notes in a member's history that what was decided is over.
fn end_current(connection: &mut Connection, by: Actor, member: MemberId, kinds: &[Decision]) -> Result<(), Error> {
    for kind in kinds {
        let current = sanctions::table
            .filter(sanctions::member_id.eq(member))
            .filter(sanctions::kind.eq(*kind))
            .filter(sanctions::lifted_at.is_null());
        let over = (sanctions::lifted_at.eq(Some(now())), sanctions::lifted_by.eq(id_of(by)));
        diesel::update(current).set(over).execute(connection)?;
    }
    Ok(())
}

fn id_of(actor: Actor) -> Option<MemberId> {
    match actor {
        Actor::Member(id) => Some(id),
        Actor::CommandLine | Actor::Site => None,
    }
}
