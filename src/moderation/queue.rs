//! `/moderation`: what waits for a decision, and what was decided.

use actix_web::HttpResponse;
use askama::Template;

use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{around, filters, key};
use crate::members::{self, MemberCard};
use crate::moderation::reports::{self, PAGE, Report};
use crate::web::form::Query;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::site::SiteData;

/// Characters of a report that stand in the queue.
const SHOWN: usize = 160;

/// A report and whom it is about.
#[derive(Debug)]
pub struct Row {
    /// The report.
    pub report: Report,
    /// The reported.
    pub person: MemberCard,
}

impl Row {
    /// Pairs reports with whom they are about.
    ///
    /// # Errors
    /// The database's.
    pub fn of(connection: &mut Connection, reports: Vec<Report>) -> Result<Vec<Row>, Error> {
        let mut ids: Vec<MemberId> = reports.iter().map(|report| report.reported_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let people = members::persons(connection, &ids)?;
        let person = |report: &Report| people.iter().find(|person| person.id == report.reported_id).cloned();
        Ok(reports.into_iter().filter_map(|report| Some(Row { person: person(&report)?, report })).collect())
    }

    /// What it is, before and behind the name of whom it is about.
    pub fn around(&self) -> (String, String) {
        around(key("{what}: {name}"), self.report.kind.title())
    }

    /// Where it stands.
    pub fn path(&self) -> String {
        format!("/moderation/{}/{}", self.report.reported_id, self.report.id)
    }

    /// Its first words.
    pub fn beginning(&self) -> String {
        let text = &self.report.reason;
        match text.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", text[..end].trim_end()),
            None => text.clone(),
        }
    }

    /// When it was filed.
    pub fn when(&self) -> String {
        dates::minute(self.report.created_at)
    }

    /// The same, for `<time>`.
    pub fn moment(&self) -> String {
        dates::instant(self.report.created_at)
    }
}

#[derive(Template)]
#[template(path = "moderation/queue.html")]
struct Queue {
    page: Layout,
    rows: Vec<Row>,
    closed: bool,
    next: Option<String>,
}

/// `GET /moderation`
///
/// # Errors
/// The database's.
pub async fn queue(site: SiteData, page: Layout, me: SignedIn, Query(query): Query) -> Result<HttpResponse, Error> {
    let closed = query.get("state") == "closed";
    let behind = query.get("behind").parse().ok();
    let mut rows = site
        .read(move |connection| {
            let mut reports = reports::page(connection, me.id, closed, behind)?;
            // All behind the last report of a page are decided by now, or somebody made the place up.
            if reports.is_empty() && behind.is_some() {
                reports = reports::last_page(connection, me.id, closed)?;
            }
            Row::of(connection, reports)
        })
        .await?;
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let state = if closed { "state=closed&" } else { "" };
    let next = rows.last().filter(|_| has_more).map(|row| format!("{state}behind={}", row.report.id));
    Queue { page, rows, closed, next }.show()
}
