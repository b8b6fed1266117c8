//! Deciding a report, once: of two moderators who decide at the same time, the second is told that it is decided.

use diesel::prelude::*;

use crate::audit::{self, Act, Actor};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{MemberId, ReportId};
use crate::language::{key, t};
use crate::mail::{Letter, outbox};
use crate::members::administrators::{self, OnlyAdministrator};
use crate::members::role::Role;
use crate::moderation::reports::{self, Report};
use crate::moderation::{Decision, Kind, sanctions};
use crate::schema::members;

/// What a moderator decides.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What is done.
    pub decision: Decision,
    /// What the reported is told.
    pub reason: String,
    /// Until when they are suspended.
    pub until: Option<i64>,
}

/// Who decides.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Moderator {
    pub id: MemberId,
    pub role: Role,
}

/// Why a report cannot be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is decided already.
    Decided,
    /// It is about whoever decides.
    Oneself,
    /// It is about an administrator.
    Administrator,
    /// It would leave nobody to run the site.
    Only(OnlyAdministrator),
}

impl Refused {
    /// Returns the sentence that says so.
    pub fn sentence(self) -> &'static str {
        match self {
            Refused::Decided => t("This is decided already. Nothing was changed."),
            Refused::Oneself => t("This is about yourself, so somebody else decides it."),
            Refused::Administrator => t("This is about an administrator, so an administrator decides it."),
            Refused::Only(only) => only.sentence(),
        }
    }
}

/// Returns why a moderator cannot act on a member; nothing where they can.
///
/// # Errors
/// [`Error::NotFound`] where there is no such member, or the database's.
pub fn hindrance(connection: &mut Connection, by: Moderator, member: MemberId) -> Result<Option<Refused>, Error> {
    let role: Role = members::table.find(member).select(members::role).first(connection)?;
    Ok(match role {
        _ if member == by.id => Some(Refused::Oneself),
        Role::Administrator if by.role != Role::Administrator => Some(Refused::Administrator),
        _ => None,
    })
}

/// Returns the error of a decision that the page of a report does not offer.
pub fn not_offered() -> Error {
    Error::BadRequest(key("This choice is not on the page. Open the report again and choose there."))
}

/// Decides a report: it is closed, what is decided takes effect, the reported is told in neutral words, and whoever reported
/// that it was answered.
///
/// # Errors
/// [`Error::NotFound`] where there is no such report, [`Error::BadRequest`] for a decision of another kind, or the database's.
pub fn decide(
    connection: &mut Connection,
    by: Moderator,
    (reported, id): (MemberId, ReportId),
    verdict: &Verdict,
) -> Result<Result<(), Refused>, Error> {
    administrators::lock_with(connection, reported)?;
    let report = reports::one(connection, by.id, reported, id)?;
    if !report.kind.offers(verdict.decision) {
        return Err(not_offered());
    }
    if let Some(refused) = hindrance(connection, by, reported)? {
        return Ok(Err(refused));
    }
    if let Err(only) = sanctions::hindrance(connection, reported, verdict.decision)? {
        return Ok(Err(Refused::Only(only)));
    }
    if !reports::close(connection, &report, verdict.decision, Some(by.id))? {
        return Ok(if stands(connection, by, &report, verdict)? { Ok(()) } else { Err(Refused::Decided) });
    }
    tell_reporter(connection, &report, verdict.decision)?;
    carry_out(connection, Actor::Member(by.id), &report, verdict)?;
    Ok(Ok(()))
}

/// Whether a report is decided in just this way, as by a second press.
fn stands(connection: &mut Connection, by: Moderator, report: &Report, verdict: &Verdict) -> Result<bool, Error> {
    let decided = reports::one(connection, by.id, report.reported_id, report.id)?.decision;
    let is_same = |one: &sanctions::Sanction| {
        one.kind == verdict.decision && one.reason == verdict.reason && one.until == verdict.until
    };
    Ok(decided == verdict.decision
        && match decided {
            Decision::Dismissed | Decision::Lifted | Decision::Open => true,
            _ => sanctions::of(connection, report.reported_id)?.iter().any(is_same),
        })
}

fn carry_out(connection: &mut Connection, by: Actor, report: &Report, verdict: &Verdict) -> Result<(), Error> {
    let member = report.reported_id;
    match verdict.decision {
        Decision::Lifted => sanctions::lift_because(connection, by, member, &verdict.reason).map(drop),
        Decision::Dismissed | Decision::Open => {
            let act = if report.kind == Kind::Appeal { Act::AppealDismissed } else { Act::ReportDismissed };
            audit::record(connection, by, act, Some(member), &verdict.reason)
        }
        kind => sanctions::carry_out(connection, by, member, kind, (&verdict.reason, verdict.until)),
    }
}

/// Tells whoever reported that it was answered, but not how; whoever appealed, whether it changed anything.
fn tell_reporter(connection: &mut Connection, report: &Report, decision: Decision) -> Result<(), Error> {
    let Some(reporter) = report.reporter_id else { return Ok(()) };
    match (report.kind, decision) {
        // The end of a suspension says it.
        (Kind::Appeal, Decision::Lifted) => Ok(()),
        (Kind::Appeal, _) => outbox::put(connection, reporter, Letter::AppealDismissed),
        _ => outbox::put(connection, reporter, Letter::ReportAnswered { at: report.created_at }),
    }
}
