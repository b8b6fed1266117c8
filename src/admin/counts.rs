//! What is counted of the site as a whole. No number is of a member or a pair, and none changes when somebody disconnects: what
//! is counted of connections is how many were ever made.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::accounts::applications;
use crate::cache::{Cache, Cached};
use crate::dates::{self, DAY};
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{t, tf};
use crate::mail;
use crate::members::ConnectionCount;
use crate::schema::{job_leases, members, outbox};
use crate::web::open_reports;

/// What takes longer to count is kept.
const LONG: Duration = Duration::from_millis(100);

/// How many of something there were on a day, by the moment at which it begins.
pub type Days = Vec<(i64, i64)>;

/// What the site holds now.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Members.
    pub members: i64,
    /// Reports that wait for a decision.
    pub reports: i64,
    /// Registrations that wait for an answer.
    pub registrations: i64,
    /// Letters that wait to be sent.
    pub letters: i64,
    /// Bytes of the database.
    pub bytes: i64,
    /// When members joined.
    pub joined: Days,
    /// When connections were made.
    pub made: Days,
    /// When invitations were sent.
    pub invited: Days,
    /// When messages were sent.
    pub messages: Days,
    /// The loops beside the requests.
    pub jobs: Vec<Job>,
}

/// A loop beside the requests, and how its last runs ended.
#[derive(Debug, Clone, Queryable)]
pub struct Job {
    /// Its name.
    pub name: String,
    succeeded_at: Option<i64>,
    failed_at: Option<i64>,
}

impl Job {
    /// Returns what a page calls it.
    pub fn title(&self) -> &str {
        title_of(&self.name).unwrap_or(&self.name)
    }

    /// Returns whether its last run failed.
    pub fn fails(&self) -> bool {
        self.failed_at.is_some_and(|bad| self.succeeded_at.is_none_or(|good| bad > good))
    }

    /// Returns how it is doing.
    pub fn sentence(&self) -> String {
        match (self.succeeded_at, self.failed_at) {
            (_, Some(bad)) if self.fails() => match self.name.as_str() {
                mail::JOB => tf(
                    "Failed on {time}. E-mails wait, and are given up after three days. The log of the server says why; look whether AMICABLE_MAIL is right and the mail server answers.",
                    dates::minute(bad),
                ),
                _ => tf(
                    "Failed on {time}. The log of the server says why; it is tried again by itself.",
                    dates::minute(bad),
                ),
            },
            (Some(good), _) => tf("Ran on {time}", dates::minute(good)),
            _ => t("Has not run yet").to_owned(),
        }
    }
}

/// Returns what a page calls a loop of this name; nothing for one of another version of the program.
pub(crate) fn title_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "contacts" => t("Forget deleted contacts"),
        "deletions" => t("Delete accounts whose time is over"),
        "digest" => t("Write weekly digests"),
        "imports" => t("Forget old imports"),
        "limits" => t("Forget what was counted"),
        "mail" => t("Send e-mails"),
        "messages" => t("Remove deleted messages"),
        "notifications" => t("Forget old notifications"),
        "profiles" => t("Forget what was removed from profiles"),
        "security" => t("Forget old sign-ins"),
        "webhooks" => t("Call webhooks"),
        "words" => t("Forget the words of what was deleted"),
        _ => return None,
    })
}

#[derive(QueryableByName)]
struct Day {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Counts the rows of a table by the day in a column. Both are names of this file, never what somebody typed.
fn by_day(connection: &mut Connection, table: &str, column: &str, each: i64) -> Result<Days, Error> {
    let sql = format!(
        "SELECT {column} / {DAY} AS day, CAST(COUNT(*) AS BIGINT) AS number FROM {table} \
         WHERE {column} IS NOT NULL GROUP BY {column} / {DAY}"
    );
    let days: Vec<Day> = diesel::sql_query(sql).load(connection)?;
    Ok(days.into_iter().map(|Day { day, number }| (day * DAY, number / each)).collect())
}

/// What is counted and drawn over time. It walks every member, connection and message, so what took long is kept for a while.
#[derive(Debug)]
struct Walked {
    members: i64,
    joined: Days,
    made: Days,
    invited: Days,
    messages: Days,
    took: Duration,
}

impl Cached for Walked {
    const SECONDS: i64 = 3_600;

    fn took_long(&self) -> bool {
        self.took > LONG
    }
}

impl Walked {
    fn load(connection: &mut Connection) -> Result<Walked, Error> {
        let begun = Instant::now();
        Ok(Walked {
            members: members::table.filter(members::id.gt(0)).count().get_result(connection)?,
            joined: by_day(connection, "members", "created_at", 1)?,
            // The day stays on both sides after a disconnect.
            made: by_day(connection, "relationships", "connected_at", 2)?,
            invited: by_day(connection, "relationships", "sent_at", 1)?,
            messages: by_day(connection, "message_copies", "sent_at", 2)?,
            took: begun.elapsed(),
        })
    }
}

impl Counts {
    /// Counts for an administrator, whose queue has no report about themselves; what walks whole tables at most once an hour, where that takes long.
    ///
    /// # Errors
    /// The database's.
    pub fn load(connection: &mut Connection, cache: &Cache, reader: MemberId) -> Result<Counts, Error> {
        let of_site = ConnectionCount { id: MemberId::NOBODY, number: 0, version: 0 };
        let walked = cache.get_or_read(of_site, |_| Walked::load(connection))?;
        let jobs = job_leases::table.order(job_leases::name);
        let jobs = jobs.select((job_leases::name, job_leases::succeeded_at, job_leases::failed_at));
        Ok(Counts {
            members: walked.members,
            reports: open_reports::count(connection, reader)?,
            registrations: applications::count(connection)?,
            letters: outbox::table.count().get_result(connection)?,
            bytes: bytes(connection)?,
            joined: walked.joined.clone(),
            made: walked.made.clone(),
            invited: walked.invited.clone(),
            messages: walked.messages.clone(),
            jobs: on_engine!(connection, |own| jobs.load(own))?,
        })
    }
}

/// How much room the database takes.
fn bytes(connection: &mut Connection) -> Result<i64, Error> {
    let sql = match connection {
        Connection::Sqlite(_) => {
            "SELECT 0 AS day, page_count * page_size AS number FROM pragma_page_count(), pragma_page_size()"
        }
        Connection::Postgres(_) => "SELECT 0::bigint AS day, pg_database_size(current_database()) AS number",
    };
    let found: Day = diesel::sql_query(sql).get_result(connection)?;
    Ok(found.number)
}
