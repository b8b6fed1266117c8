//! *Connections* and *Contacts*: one screen with two doors.

use actix_web::HttpResponse;
use askama::Template;

use crate::connections::list;
use crate::connections::list::{Connected, Filter, Sort};
use crate::error::Error;
use crate::language::{number, t};
use crate::web::form::Query;
use crate::web::page::{Me, Page, Show};
use crate::web::pagination::{At, Paged};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "connections/connections.html")]
struct Connections {
    page: Page,
    filter: Filter,
    tags: Vec<String>,
    list: Paged<Connected>,
    count: String,
    contacts: bool,
}

impl Connections {
    fn path(&self) -> &'static str {
        if self.contacts { "/contacts" } else { "/connections" }
    }

    fn sorts(&self) -> [(Sort, &'static str); 3] {
        [(Sort::Recent, t("Recent")), (Sort::First, t("First name")), (Sort::Last, t("Last name"))]
    }
}

/// `GET /connections`
///
/// # Errors
/// The database's.
pub async fn connections(site: SiteData, page: Page, me: Me, query: Query) -> Result<HttpResponse, Error> {
    list(site, page, me, query, false).await
}

/// `GET /contacts`: until there is an address book, one's connections are one's contacts.
///
/// # Errors
/// The database's.
pub async fn contacts(site: SiteData, page: Page, me: Me, query: Query) -> Result<HttpResponse, Error> {
    list(site, page, me, query, true).await
}

async fn list(site: SiteData, page: Page, me: Me, Query(query): Query, contacts: bool) -> Result<HttpResponse, Error> {
    let (filter, at, mine) = (Filter::of(&query), At::of(&query), me.counted());
    let asked = filter.clone();
    let walked = if filter.narrows() { mine.number } else { 0 };
    let (list, tags) = site
        .db
        .read_walking(walked, move |connection| {
            let mut list = list::page(connection, (mine.id, mine.number), &asked, &at)?;
            let tags = list::with_tags(connection, mine.id, &mut list)?;
            Ok((list, tags))
        })
        .await?;
    Connections { page, filter, tags, list, count: number(me.connection_count), contacts }.show()
}
