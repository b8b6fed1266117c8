//! Reports in the database: filed once, decided once.

use diesel::prelude::*;

use crate::dates::now;
use crate::db::{Connection, new_id, on_engine, sql_condition};
use crate::error::Error;
use crate::ids::{MemberId, ReportId};
use crate::moderation::{Decision, Kind};
use crate::schema::{members, reports};
use crate::web::open_reports::IsOpen;
use crate::webhooks::{self, Event};

sql_condition!(
    /// The report is decided.
    IsClosed: diesel::sql_types::Bool = "reports.decision <> 0"
);

/// Rows of a page of the queue.
pub const PAGE: usize = 50;
/// Earlier reports of a member that stand beside a report.
const HISTORY: i64 = 20;

/// A report.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = reports)]
#[allow(missing_docs)]
pub struct Report {
    pub reported_id: MemberId,
    pub id: ReportId,
    pub kind: Kind,
    pub reporter_id: Option<MemberId>,
    pub created_at: i64,
    pub reason: String,
    pub context: String,
    pub decision: Decision,
    pub decided_at: Option<i64>,
    pub decided_by: Option<MemberId>,
}

/// What is filed.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct New {
    pub kind: Kind,
    pub reporter: MemberId,
    pub reported: MemberId,
    pub reason: String,
    pub context: String,
}

/// Returns whether the same is filed by the same member and waits: a form that comes twice is filed once.
///
/// # Errors
/// The database's.
pub fn is_filed(connection: &mut Connection, new: &New) -> Result<bool, Error> {
    let rows = reports::table
        .filter(reports::reported_id.eq(new.reported))
        .filter(reports::reporter_id.eq(new.reporter))
        .filter(reports::kind.eq(new.kind))
        .filter(IsOpen)
        .filter(reports::reason.eq(&new.reason))
        .select(reports::context);
    let contexts: Vec<String> = on_engine!(connection, |own| rows.load(own))?;
    Ok(contexts.contains(&new.context))
}

/// Files a report. Nobody is told.
///
/// # Errors
/// The database's.
pub fn file(connection: &mut Connection, new: &New) -> Result<(), Error> {
    let id = new_id();
    let row = (
        reports::reported_id.eq(new.reported),
        reports::id.eq(id),
        reports::kind.eq(new.kind),
        reports::reporter_id.eq(new.reporter),
        reports::created_at.eq(now()),
        reports::reason.eq(&new.reason),
        reports::context.eq(&new.context),
    );
    diesel::insert_into(reports::table).values(row).execute(connection)?;
    webhooks::record(connection, &Event::ReportFiled { reported: new.reported, id })
}

/// Loads a report for a moderator. One about themselves is not there for them, since it names who reported.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn one(connection: &mut Connection, reader: MemberId, reported: MemberId, id: ReportId) -> Result<Report, Error> {
    if reported == reader {
        return Err(Error::NotFound);
    }
    let row = reports::table.find((reported, id));
    Ok(on_engine!(connection, |own| row.select(Report::as_select()).first(own))?)
}

/// Loads a page of a moderator's queue: the open ones, the oldest first, or the closed ones, the newest first; none about
/// themselves. One more than a page holds where there are more.
///
/// # Errors
/// The database's.
pub fn page(
    connection: &mut Connection,
    reader: MemberId,
    closed: bool,
    behind: Option<ReportId>,
) -> Result<Vec<Report>, Error> {
    let limit = PAGE as i64 + 1;
    if closed {
        let rows = reports::table
            .filter(IsClosed)
            .filter(reports::reported_id.ne(reader))
            .filter(reports::id.lt(behind.unwrap_or(ReportId::MAX)))
            .order(reports::id.desc())
            .limit(limit);
        return Ok(on_engine!(connection, |own| rows.select(Report::as_select()).load(own))?);
    }
    let rows = reports::table
        .filter(IsOpen)
        .filter(reports::reported_id.ne(reader))
        .filter(reports::id.gt(behind.unwrap_or_default()))
        .order(reports::id)
        .limit(limit);
    Ok(on_engine!(connection, |own| rows.select(Report::as_select()).load(own))?)
}

/// Loads the last page of the open or the closed reports, in the order of [`page`].
///
/// # Errors
/// The database's.
pub fn last_page(connection: &mut Connection, reader: MemberId, closed: bool) -> Result<Vec<Report>, Error> {
    let all = reports::table.filter(reports::reported_id.ne(reader)).limit(PAGE as i64);
    let mut found: Vec<Report> = on_engine!(connection, |own| match closed {
        true => all.filter(IsClosed).order(reports::id.asc()).select(Report::as_select()).load(own),
        false => all.filter(IsOpen).order(reports::id.desc()).select(Report::as_select()).load(own),
    })?;
    found.reverse();
    Ok(found)
}

/// Loads the other reports of a member, the newest first.
///
/// # Errors
/// The database's.
pub fn others(connection: &mut Connection, report: &Report) -> Result<Vec<Report>, Error> {
    let rows = reports::table
        .filter(reports::reported_id.eq(report.reported_id))
        .filter(reports::id.ne(report.id))
        .order(reports::id.desc())
        .limit(HISTORY);
    Ok(on_engine!(connection, |own| rows.select(Report::as_select()).load(own))?)
}

/// Loads the appeal of a member against what keeps them out now, where it is not answered yet: one against an earlier suspension,
/// which has ended by itself, says nothing of this one.
///
/// # Errors
/// The database's.
pub fn open_appeal(connection: &mut Connection, member: MemberId) -> Result<Option<Report>, Error> {
    let since = members::suspended_at.nullable().is_null().or(reports::created_at.nullable().ge(members::suspended_at));
    let rows = reports::table
        .inner_join(members::table.on(members::id.eq(reports::reported_id)))
        .filter(reports::reported_id.eq(member))
        .filter(since.assume_not_null())
        .filter(reports::kind.eq(Kind::Appeal))
        .filter(reports::decision.eq(Decision::Open));
    Ok(on_engine!(connection, |own| rows.select(Report::as_select()).first(own)).optional()?)
}

/// Closes a report that is open. Returns whether it was.
///
/// # Errors
/// The database's.
pub fn close(
    connection: &mut Connection,
    report: &Report,
    decision: Decision,
    by: Option<MemberId>,
) -> Result<bool, Error> {
    let open = reports::table.find((report.reported_id, report.id)).filter(reports::decision.eq(Decision::Open));
    let decided = (reports::decision.eq(decision), reports::decided_at.eq(Some(now())), reports::decided_by.eq(by));
    Ok(diesel::update(open).set(decided).execute(connection)? == 1)
}
