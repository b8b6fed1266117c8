//! *Export* of what the filters of a list show.

use std::collections::HashMap;
use std::hash::Hash;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::{Bytes, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use futures_util::stream;

use crate::connections::list::{self as connected, Filter as ConnectionFilter};
use crate::contacts::card::Card;
use crate::contacts::export::{Format, Widths, connections};
use crate::contacts::filter::Filter;
use crate::contacts::{list, store};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{ContactId, Id, MemberId};
use crate::language::{Context, filters, t};
use crate::web::form::Query;
use crate::web::origin;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::site::SiteData;

/// People of one part of a file.
const PART: usize = 500;

#[derive(Template)]
#[template(path = "contacts/export.html")]
struct Export {
    page: Layout,
    title: &'static str,
    /// How many the files have.
    number: usize,
    /// The filters in words; empty where nothing is left out.
    filter: String,
    csv: String,
    vcard: String,
    /// The list that the export is of, and its name.
    list: String,
    list_name: &'static str,
    is_of_contacts: bool,
}

/// `GET /contacts/export`, with the filters of the list.
///
/// # Errors
/// The database's.
pub async fn contacts(site: SiteData, page: Layout, me: SignedIn, Query(query): Query) -> Result<HttpResponse, Error> {
    let filter = Filter::of(&query);
    let (asked, id, query) = (filter.clone(), me.id, filter.with("", ""));
    let limits = site.limits();
    let number = site.read_long(move |connection| list::number(connection, &limits, id, &asked)).await?;
    let number = usize::try_from(number).unwrap_or_default();
    let words = [filter.q.clone(), filter.in_words()];
    Export {
        page,
        title: t("Export contacts"),
        number,
        filter: words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" · "),
        csv: with_query("/contacts/export/contacts.csv", &query),
        vcard: with_query("/contacts/export/contacts.vcf", &query),
        list: with_query("/contacts", &query),
        list_name: t("Contacts"),
        is_of_contacts: true,
    }
    .show()
}

/// `GET /connections/export`, with the filters of the list.
///
/// # Errors
/// The database's.
pub async fn connections(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    Query(query): Query,
) -> Result<HttpResponse, Error> {
    let filter = ConnectionFilter::of(&query);
    let (asked, id, query) = (filter.clone(), me.id, filter.with("", ""));
    let number = site.read_long(move |connection| Ok(connected::all(connection, id, &asked)?.len())).await?;
    let words = [filter.q.clone(), filter.in_words()];
    Export {
        page,
        title: t("Export connections"),
        number,
        filter: words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" · "),
        csv: with_query("/connections/export/connections.csv", &query),
        vcard: with_query("/connections/export/connections.vcf", &query),
        list: with_query("/connections", &query),
        list_name: t("Connections"),
        is_of_contacts: false,
    }
    .show()
}

fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// `GET /contacts/export/{name}`: the file.
///
/// # Errors
/// [`Error::NotFound`] for a name that there is not, or the database's.
pub async fn contacts_file(
    site: SiteData,
    me: SignedIn,
    name: Path<String>,
    Query(query): Query,
) -> Result<HttpResponse, Error> {
    let format = format_of(&name, "contacts")?;
    let (limits, filter, id) = (site.limits(), Filter::of(&query), me.id);
    let ids = site.read_long(move |connection| list::all(connection, &limits, id, &filter)).await?;
    let cards = move |connection: &mut Connection, ids: &[ContactId]| {
        let all = store::load_many(connection, id, ids)?;
        Ok(all.into_iter().map(|contact| (contact.id, contact.card)).collect())
    };
    file(site, (format, &name), ids, cards).await
}

/// `GET /connections/export/{name}`: the file.
///
/// # Errors
/// [`Error::NotFound`] for a name that there is not, or the database's.
pub async fn connections_file(
    site: SiteData,
    me: SignedIn,
    name: Path<String>,
    Query(query): Query,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let format = format_of(&name, "connections")?;
    let (filter, id, address) = (ConnectionFilter::of(&query), me.id, origin::address(&request));
    let ids = site.read_long(move |connection| connected::all(connection, id, &filter)).await?;
    let cards = move |connection: &mut Connection, ids: &[MemberId]| connections::cards(connection, id, ids, &address);
    file(site, (format, &name), ids, cards).await
}

fn format_of(name: &str, stem: &str) -> Result<Format, Error> {
    let ending = name.strip_prefix(stem).and_then(|rest| rest.strip_prefix('.'));
    ending.and_then(Format::of).ok_or(Error::NotFound)
}

/// Answers a file, a part at a time, in the order of the ids.
async fn file<I, F>(
    site: SiteData,
    (format, name): (Format, &str),
    ids: Vec<I>,
    cards: F,
) -> Result<HttpResponse, Error>
where
    I: Id + Eq + Hash + Send + 'static,
    F: FnOnce(&mut Connection, &[I]) -> Result<Vec<(I, Card)>, Error> + Clone + Send + 'static,
{
    // The parts are written when the request is answered already, in its language and zone.
    let context = Context::current();
    let cards = move |connection: &mut Connection, ids: &[I]| context.within(|| cards(connection, ids));
    let parts: Vec<Vec<I>> = ids.chunks(PART).map(<[I]>::to_vec).collect();
    let mut widths = Widths::default();
    if format == Format::Csv {
        for part in parts.clone() {
            part_of(&site, part, cards.clone()).await?.iter().for_each(|card| widths.see(card));
        }
    }
    let header = if format == Format::Csv { widths.header() } else { String::new() };
    let first = stream::once(async move { Ok::<Bytes, Error>(Bytes::from(header)) });
    let rest = stream::unfold(parts.into_iter(), move |mut parts| {
        let (site, cards) = (site.clone(), cards.clone());
        async move {
            let part = parts.next()?;
            let written = part_of(&site, part, cards).await.map(|cards| Bytes::from(format.write(&cards, &widths)));
            Some((written, parts))
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .content_type(format.content_type())
        .streaming(futures_util::StreamExt::chain(first, rest)))
}

/// The cards of one part, in the order of the ids; who went meanwhile is left out.
async fn part_of<I, F>(site: &SiteData, ids: Vec<I>, cards: F) -> Result<Vec<Card>, Error>
where
    I: Id + Eq + Hash + Send + 'static,
    F: FnOnce(&mut Connection, &[I]) -> Result<Vec<(I, Card)>, Error> + Clone + Send + 'static,
{
    let asked = ids.clone();
    let found = site.read_long(move |connection| cards(connection, &asked)).await?;
    let mut found: HashMap<I, Card> = found.into_iter().collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}
