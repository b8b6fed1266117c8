//! `/admin/audit`: what those who run the site did, and the export of it.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use askama::Template;

use crate::audit::list::{self, Entry, Filter};
use crate::audit::{self, Act, Actor};
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::language::{filters, number, t, tf};
use crate::limits::{Limit, Numbers};
use crate::members::role::Role;
use crate::web::form::Query;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::registration::Registration;
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

    /// The report that was opened.
    fn report(&self) -> Option<&str> {
        let detail = self.0.detail.as_str();
        (Act::of(&self.0.act) == Some(Act::ReportOpened) && detail.starts_with("/moderation/")).then_some(detail)
    }

    /// The detail, whose day and whose words of ours are written as the language does.
    fn detail(&self) -> String {
        let detail = self.0.detail.as_str();
        if let Some(words) = Act::of(&self.0.act).and_then(|act| in_words(act, detail)) {
            return words;
        }
        let day_and_reason = detail.strip_prefix("until ").and_then(|rest| rest.split_once(": "));
        let day_and_reason = day_and_reason.and_then(|(day, reason)| Some((dates::parse(day)?, reason)));
        match day_and_reason {
            Some((day, reason)) => tf("{filter}: {value}", (&tf("until {day}", dates::long(day)), reason)),
            None => detail.to_owned(),
        }
    }
}

/// Says a detail that is made of words of ours in the language of the page; nothing for what somebody wrote.
fn in_words(act: Act, detail: &str) -> Option<String> {
    match act {
        Act::MemberCreated => Some(Role::of(detail)?.title().to_owned()),
        Act::RoleChanged => {
            let (before, after) = detail.split_once(" → ")?;
            Some(tf("{before} → {after}", (Role::of(before)?.title(), Role::of(after)?.title())))
        }
        Act::LimitChanged => {
            let (name, numbers) = detail.split_once(": ")?;
            let (times, seconds) = numbers.strip_suffix(" s")?.split_once(" in ")?;
            let limit = Limit::named(name)?;
            let (times, seconds): (u32, i64) = (times.parse().ok()?, seconds.parse().ok()?);
            let window = Numbers { number: times, seconds }.window();
            let numbers = tf("{number} in {window}", (&number(times), &window));
            Some(tf("{filter}: {value}", (t(limit.label()), &numbers)))
        }
        Act::RegistrationChanged => {
            let (mode, by_members) = detail.split_once(", ").unwrap_or((detail, ""));
            let mode = mode.parse::<Registration>().ok()?.label();
            Some(if by_members.is_empty() {
                mode.into()
            } else {
                format!("{mode} · {}", t("Members may make invite links"))
            })
        }
        Act::LookChanged => Some(match detail {
            "logo" => t("Logo").to_owned(),
            "logo removed" => t("Logo removed").to_owned(),
            colours if colours.trim().is_empty() => t("Colours of the program again").to_owned(),
            _ => return None,
        }),
        Act::TextsChanged if detail.is_empty() => Some(t("Without a name of its own").to_owned()),
        _ => None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Context, Language};
    use crate::time_zone::Zone;

    #[test]
    fn words_of_ours_are_said_in_the_language_of_the_page() {
        let german = |act, detail| Context::new(Language::German, Zone::default()).within(|| in_words(act, detail));
        assert_eq!(german(Act::RoleChanged, "member → moderator").unwrap(), "Mitglied → Moderator");
        assert_eq!(german(Act::MemberCreated, "member").unwrap(), "Mitglied");
        let limit = german(Act::LimitChanged, "sign-in: 12 in 900 s").unwrap();
        assert!(limit.ends_with(": 12 in 15 Minuten") && !limit.contains("sign-in"), "{limit}");
        assert_eq!(
            in_words(Act::RegistrationChanged, "open, members make links").unwrap(),
            "Open to everybody · Members may make invite links"
        );
        for (act, own) in
            [(Act::Warned, "member → moderator"), (Act::RoleChanged, "Ada"), (Act::LimitChanged, "a: b in c s")]
        {
            assert_eq!(in_words(act, own), None, "{own}");
        }
    }
}
