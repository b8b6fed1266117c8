//! `/admin/audit`: what those who run the site did, and the export of it.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use askama::Template;

use crate::audit::list::{self, Entry, Filter};
use crate::audit::{self, Act, Actor};
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::language::{filters, tf};
use crate::web::form::Query;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::site::SiteData;

/// Entries of a page.
const PAGE: usize = 50;
/// Entries that are in memory at a time.
const BATCH: i64 = 500;

/// An entry as the page shows it.
#[derive(Debug)]
struct Line(Entry);

impl Line {
    fn when(&self) -> String {
        dates::minute(self.0.done_at)
    }

    fn moment(&self) -> String {
        dates::instant(self.0.done_at)
    }

    /// What was done, and to whom.
    fn title(&self) -> String {
        match self.0.subject.as_str() {
            "" => self.0.title().to_owned(),
            subject => tf("{filter}: {value}", (self.0.title(), subject)),
        }
    }

    /// The detail, whose day is written as the language does.
    fn detail(&self) -> String {
        let detail = self.0.detail.as_str();
        let day_and_reason = detail.strip_prefix("until ").and_then(|rest| rest.split_once(": "));
        let day_and_reason = day_and_reason.and_then(|(day, reason)| Some((dates::parse(day)?, reason)));
        match day_and_reason {
            Some((day, reason)) => tf("{filter}: {value}", (&tf("until {day}", dates::long(day)), reason)),
            None => detail.to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct Log {
    page: Layout,
    lines: Vec<Line>,
    chosen: Option<Act>,
    next: Option<String>,
}

impl Log {
    /// The acts to choose from, each with whether it is chosen.
    fn acts(&self) -> Vec<(&'static str, &'static str, bool)> {
        Act::ALL.iter().map(|act| (act.word(), act.title(), Some(*act) == self.chosen)).collect()
    }
}

/// `GET /admin/audit`
///
/// # Errors
/// The database's.
pub async fn log(site: SiteData, page: Layout, Query(query): Query) -> Result<HttpResponse, Error> {
    let chosen = Act::of(query.get("act"));
    let filter = Filter { act: chosen, before: query.get("before").parse().ok(), ..Filter::default() };
    let read = move |connection: &mut Connection| {
        let entries = list::newest(connection, &filter, PAGE as i64 + 1)?;
        // A place that nothing is before, as somebody made up: the last page that has entries.
        let is_made_up = entries.is_empty() && filter.before.is_some();
        if is_made_up { list::last(connection, chosen, PAGE as i64) } else { Ok(entries) }
    };
    let mut entries = site.read(read).await?;
    let has_more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let act = chosen.map_or_else(String::new, |act| format!("act={}&", act.word()));
    let next = entries.last().filter(|_| has_more).map(|entry| format!("{act}before={}", entry.number));
    Log { page, lines: entries.into_iter().map(Line).collect(), chosen, next }.show()
}

/// `GET /admin/audit/export`: the whole log, the oldest first, as CSV or as lines of JSON. That it was exported is logged.
///
/// # Errors
/// The database's.
pub async fn export(site: SiteData, me: SignedIn, page: Layout, Query(query): Query) -> Result<HttpResponse, Error> {
    // What a browser fetches ahead, nobody has asked for.
    if !page.opened {
        return Err(Error::NotFound);
    }
    let (is_csv, id) = (query.get("format") != "jsonl", me.id);
    let format = if is_csv { "CSV" } else { "JSON" };
    site.write(move |connection| audit::record(connection, Actor::Member(id), Act::LogExported, None, format)).await?;
    let body = site.read_long(move |connection| if is_csv { csv(connection) } else { lines(connection) }).await?;
    let (kind, name) = match is_csv {
        true => ("text/csv; charset=utf-8", "audit.csv"),
        false => ("application/jsonl", "audit.jsonl"),
    };
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(body))
}

fn each(connection: &mut Connection, mut write: impl FnMut(&Entry) -> Result<(), Error>) -> Result<(), Error> {
    let mut behind = 0;
    loop {
        let entries = list::oldest(connection, behind, BATCH)?;
        for entry in &entries {
            write(entry)?;
            behind = entry.number;
        }
        if (entries.len() as i64) < BATCH {
            return Ok(());
        }
    }
}

fn lines(connection: &mut Connection) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    each(connection, |entry| {
        serde_json::to_writer(&mut out, entry).map_err(|why| Error::Internal(why.to_string()))?;
        out.push(b'\n');
        Ok(())
    })?;
    Ok(out)
}

fn csv(connection: &mut Connection) -> Result<Vec<u8>, Error> {
    let damaged = |why: csv::Error| Error::Internal(why.to_string());
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["number", "time", "act", "by", "about", "detail", "hash"]).map_err(damaged)?;
    each(connection, |entry| {
        let (number, time) = (entry.number.to_string(), dates::instant(entry.done_at));
        let texts = [&entry.act, &entry.actor, &entry.subject, &entry.detail].map(|text| harmless(text));
        let [act, by, about, detail] = &texts;
        out.write_record([&number, &time, act, by, about, detail, &entry.hash]).map_err(damaged)
    })?;
    out.into_inner().map_err(|why| Error::Internal(why.to_string()))
}

/// A text that no program of tables takes for a formula.
fn harmless(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}
