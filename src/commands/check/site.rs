//! The checks of what the site stands on: the schema, the database, the outbox, who runs it, the jobs, the audit log.

use amicable::audit::{self, Chain};
use amicable::copy::refuse_unfinished;
use amicable::db::{self, Connection, Schema};
use amicable::error::Error;
use amicable::members::administrators;
use amicable::{dates, jobs, mail};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use super::{Found, counted, listed};

/// A line of text that a statement answers.
#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(connection: &mut Connection, sql: &str) -> Result<Vec<String>, Error> {
    let lines: Vec<Line> = match connection {
        Connection::Sqlite(own) => sql_query(sql).load(own)?,
        Connection::Postgres(own) => sql_query(sql).load(own)?,
    };
    Ok(lines.into_iter().map(|line| line.line).collect())
}

pub(super) fn schema(connection: &mut Connection) -> Result<Found, Error> {
    let schema = Schema::of(connection)?;
    if let Err(why) = schema.refuse_other().and_then(|()| refuse_unfinished(connection)) {
        return Ok(Err(why.to_string()));
    }
    let newest = schema.applied.last().map_or("", String::as_str);
    Ok(Ok(format!("up to date, {} migrations, the last {newest}", schema.applied.len())))
}

/// What the engine itself can say of its files.
pub(super) fn database(connection: &mut Connection) -> Result<Found, Error> {
    let is_file = matches!(connection, Connection::Sqlite(_));
    let sql = match is_file {
        true => "SELECT quick_check AS line FROM pragma_quick_check WHERE quick_check <> 'ok'",
        false => {
            "SELECT 'the index ' || indexrelid::regclass || ' is not valid' AS line FROM pg_index WHERE NOT indisvalid"
        }
    };
    let found = lines(connection, sql)?;
    Ok(match (found.is_empty(), is_file) {
        (true, true) => Ok("the file is sound".into()),
        (true, false) => Ok("every index is valid".into()),
        (false, true) => Err(damage(&listed(&found))),
        (false, false) => Err(listed(&found)),
    })
}

/// Says what is to be done about a file that is damaged.
pub(super) fn damage(why: &str) -> String {
    format!(
        "the file is damaged, and cannot be repaired ({why}); stop the site, keep the file, and restore the last backup with \
         `amicable restore`, as \"Backup\" in docs/operating.md says"
    )
}

/// Whether every row that another names is there.
pub(super) fn references(connection: &mut Connection) -> Result<Found, Error> {
    let (sql, good) = match connection {
        Connection::Sqlite(_) => (
            "SELECT 'a row of ' || \"table\" || ' names one of ' || parent || ' that is not there' AS line \
             FROM pragma_foreign_key_check",
            "every row that another names is there",
        ),
        Connection::Postgres(_) => (
            "SELECT 'the constraint ' || conname || ' was never checked' AS line FROM pg_constraint WHERE NOT convalidated",
            "every constraint is valid",
        ),
    };
    let found = lines(connection, sql)?;
    Ok(if found.is_empty() { Ok(good.into()) } else { Err(listed(&found)) })
}

/// Whether somebody can run the site.
pub(super) fn administrators(connection: &mut Connection) -> Result<Found, Error> {
    let members = db::number(connection, "SELECT COUNT(*) AS number FROM members WHERE id > 0")?;
    let able = administrators::who_can_sign_in(connection)?.len();
    Ok(match (members, able) {
        (0, _) => Ok("nobody is a member yet".into()),
        (_, 0) => Err(format!(
            "there {}, but no administrator who can sign in; `amicable member role HANDLE administrator` makes one",
            if members == 1 { "is a member".into() } else { format!("are {members} members") }
        )),
        (_, able) => Ok(format!("{} can sign in", counted(able, "administrator", "administrators"))),
    })
}

pub(super) fn outbox(connection: &mut Connection) -> Result<Found, Error> {
    let unreadable = mail::unreadable(connection)?;
    let waiting = db::number(connection, "SELECT COUNT(*) AS number FROM outbox")?;
    let tried = db::number(connection, "SELECT COUNT(*) AS number FROM outbox WHERE attempts > 0")?;
    let far = db::number(connection, &format!("SELECT COUNT(*) AS number FROM outbox WHERE due_at > {}", furthest()))?;
    let old = unreadable.iter().filter(|letter| letter.is_old).count();
    let others = match unreadable.len() {
        0 => String::new(),
        some => format!("; {some} of another version of the program"),
    };
    let letters = counted(waiting, "letter", "letters");
    let wait = if waiting == 1 { "waits" } else { "wait" };
    Ok(match old {
        0 if far == 1 => Err(format!("1 of {letters} waits for a date that a clock set ahead has written")),
        0 if far > 0 => Err(format!("{far} of {letters} wait for a date that a clock set ahead has written")),
        0 if waiting == 0 => Ok("no letter waits".into()),
        0 => Ok(format!("{letters} {wait}, {tried} tried before{others}")),
        1 => Err(format!("1 of {letters} cannot be read by this version, and has waited too long")),
        some => Err(format!("{some} of {letters} cannot be read by this version, and have waited too long")),
    })
}

/// No letter waits longer between two attempts.
fn furthest() -> i64 {
    dates::now() + dates::DAY
}

pub(super) fn mend_outbox(connection: &mut Connection) -> Result<String, Error> {
    let mut unreadable = mail::unreadable(connection)?;
    unreadable.retain(|letter| letter.is_old);
    let now = dates::now();
    let sql = format!("UPDATE outbox SET due_at = {now}, created_at = {now} WHERE due_at > {}", furthest());
    let due = lines(connection, &format!("{sql} RETURNING 'x' AS line"))?.len();
    for mail::Unreadable { member, id, .. } in &unreadable {
        let sql = format!("DELETE FROM outbox WHERE member_id = {member} AND id = {id}");
        lines(connection, &format!("{sql} RETURNING 'x' AS line"))?;
    }
    let named: Vec<String> =
        unreadable.iter().map(|letter| format!("{} to member {}", letter.id, letter.member)).collect();
    Ok(format!(
        "{} due now; letters removed: {}",
        counted(due, "letter is", "letters are"),
        if named.is_empty() { "none".into() } else { listed(&named) }
    ))
}

pub(super) fn jobs(connection: &mut Connection) -> Result<Found, Error> {
    let reports = jobs::report(connection)?;
    let failing: Vec<String> =
        reports.iter().filter(|report| report.fails()).map(|report| report.name.clone()).collect();
    Ok(match failing.len() {
        0 => Ok(format!("{} run, none fails", counted(reports.len(), "has", "have"))),
        1 => Err(format!("the last run of {} failed; the log says why", listed(&failing))),
        _ => Err(format!("the last runs of {} failed; the log says why", listed(&failing))),
    })
}

pub(super) fn audit_log(connection: &mut Connection) -> Result<Found, Error> {
    Ok(match audit::verify(connection)? {
        Chain::Whole { hash, .. } if hash.is_empty() => Ok("whole, no entries".into()),
        // Whoever notes it elsewhere also finds out when the end was cut off together with its head.
        Chain::Whole { number, hash } => {
            Ok(format!("whole, {}, the last with the hash {hash}", counted(number, "entry", "entries")))
        }
        Chain::Broken { number, why } => Err(format!("broken at entry {number}: {why}")),
    })
}
