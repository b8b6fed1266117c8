//! `REPORT`: cards by a filter, cards by their addresses, and what has changed since a client asked last.

use std::collections::{HashMap, HashSet};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::contacts::store;
use crate::dav::answer::{self, Refusal};
use crate::dav::entries::{self, Entry};
use crate::dav::filter::Filter;
use crate::dav::listing::Listing;
use crate::dav::names;
use crate::dav::place::Place;
use crate::dav::properties::{Owner, sync_token, version_of};
use crate::dav::wanted::Wanted;
use crate::dav::xml::Element;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::web::site::SiteData;

type Reported = Result<Result<HttpResponse, Refusal>, Error>;

/// Answers a report on the book.
///
/// # Errors
/// The database's.
pub async fn report(site: SiteData, owner: Owner, asked: Element, is_minimal: bool) -> Reported {
    let wanted = match Wanted::read(Some(&asked), is_minimal) {
        Ok(wanted) => wanted,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if asked.name.is(names::QUERY) {
        query(site, owner, &asked, wanted).await
    } else if asked.name.is(names::MULTIGET) {
        multiget(site, owner, &asked, wanted).await.map(Ok)
    } else if asked.name.is(names::SYNC_COLLECTION) {
        changes(site, owner, &asked, wanted).await
    } else {
        let sentence = "This report is not known.";
        Ok(Err(Refusal::of(StatusCode::FORBIDDEN, names::SUPPORTED_REPORT, sentence)))
    }
}

/// The most that a client wants, if it says so.
fn limit(asked: &Element) -> Option<usize> {
    let by_query = asked.child(names::CARD_LIMIT).and_then(|limit| limit.child(names::CARD_N_RESULTS));
    let number = by_query.or_else(|| asked.child(names::LIMIT)?.child(names::N_RESULTS))?;
    number.text.trim().parse().ok()
}

async fn query(site: SiteData, owner: Owner, asked: &Element, wanted: Wanted) -> Reported {
    let filter = match Filter::read(asked.child(names::FILTER)) {
        Ok(filter) => Some(filter).filter(|filter| !filter.is_empty()),
        Err(refusal) => return Ok(Err(refusal)),
    };
    let id = owner.id;
    let entries = site.read_long(move |connection| entries::all(connection, id)).await?.into();
    let limit = limit(asked).unwrap_or(usize::MAX);
    let around = (answer::begin(), answer::end(None));
    Listing { site, owner, wanted, filter, entries, limit, around }.answer().await.map(Ok)
}

async fn multiget(site: SiteData, owner: Owner, asked: &Element, wanted: Wanted) -> Result<HttpResponse, Error> {
    let (id, mut names, mut seen, mut text) = (owner.id, Vec::new(), HashSet::new(), answer::begin());
    for href in asked.all(names::HREF).map(|href| href.text.trim()) {
        match Place::named(href, id) {
            Some(Place::Card(name)) => {
                if seen.insert(name.clone()) {
                    names.push(name);
                }
            }
            _ => answer::status_of(&mut text, href, StatusCode::NOT_FOUND),
        }
    }
    let wanted_names = names.clone();
    let found = site.read_long(move |connection| entries::named(connection, id, &wanted_names)).await?;
    let known: HashMap<&str, &Entry> = found.iter().map(|entry| (entry.name.as_str(), entry)).collect();
    for name in names.iter().filter(|name| !known.contains_key(name.as_str())) {
        answer::status_of(&mut text, &Place::Card(name.clone()).path(id), StatusCode::NOT_FOUND);
    }
    let entries = names.iter().filter_map(|name| known.get(name.as_str()).map(|entry| (*entry).clone())).collect();
    let around = (text, answer::end(None));
    Listing { site, owner, wanted, filter: None, entries, limit: usize::MAX, around }.answer().await
}

/// What has changed: cards that are there, names of those that are not, and the version up to which that is so.
struct Changes {
    entries: Vec<Entry>,
    deleted: Vec<String>,
    version: i64,
    is_cut_short: bool,
}

async fn changes(site: SiteData, owner: Owner, asked: &Element, wanted: Wanted) -> Reported {
    let token = asked.child(names::SYNC_TOKEN).map_or("", |token| token.text.trim());
    let unknown = Refusal::of(StatusCode::FORBIDDEN, names::VALID_SYNC_TOKEN, "This token is not known; begin anew.");
    let since = match version_of(token) {
        Some(version) => version,
        None if token.is_empty() => 0,
        None => return Ok(Err(unknown)),
    };
    let (id, limit) = (owner.id, limit(asked).unwrap_or(usize::MAX));
    let found = site.read_long(move |connection| changed(connection, id, since, limit)).await?;
    let Some(found) = found else { return Ok(Err(unknown)) };
    let mut text = answer::begin();
    for name in found.deleted {
        answer::status_of(&mut text, &Place::Card(name).path(id), StatusCode::NOT_FOUND);
    }
    if found.is_cut_short {
        answer::status_of(&mut text, &Place::Book.path(id), StatusCode::INSUFFICIENT_STORAGE);
    }
    let around = (text, answer::end(Some(&sync_token(found.version))));
    let entries = found.entries.into();
    Listing { site, owner, wanted, filter: None, entries, limit: usize::MAX, around }.answer().await.map(Ok)
}

/// Loads what has changed since a version of the book; nothing where that cannot be known. Where a client wants fewer, it gets
/// whole versions, since it goes on from one: more than it wants where one version alone has more.
fn changed(connection: &mut Connection, owner: MemberId, since: i64, limit: usize) -> Result<Option<Changes>, Error> {
    let store::Book { version, forgotten_version, .. } = store::book(connection, owner)?;
    let Some(mut all) = store::changed_since(connection, owner, since)? else { return Ok(None) };
    let mut up_to = version;
    if all.len() > limit {
        // At least as far as what is forgotten: whoever comes back with an older version must begin anew.
        let last = all[limit.max(1) - 1].version.max(forgotten_version);
        all.retain(|change| change.version <= last);
        up_to = last;
    }
    let is_cut_short = up_to < version && limit < usize::MAX;
    let ids: Vec<ContactId> = all.iter().map(|change| change.id).collect();
    let names = entries::names(connection, owner, &ids)?;
    let mut entries = entries::of_contacts(connection, owner, &ids)?;
    entries.sort_by_key(|entry| (entry.version, entry.contact));
    let there: HashSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let gone = all.iter().filter(|change| change.deleted_at.is_some());
    let gone = gone.map(|change| names.get(&change.id).cloned().unwrap_or_else(|| store::plain_name(change.id)));
    let deleted = gone.filter(|name| !there.contains(name.as_str())).collect();
    Ok(Some(Changes { entries, deleted, version: up_to, is_cut_short }))
}
