//! *Connections*: one screen of two doors; the other is *Contacts*.

use actix_web::HttpResponse;
use askama::Template;

use crate::connections::list::{self, Connected, Filter, Sort};
use crate::connections::tabs::Tabs;
use crate::error::Error;
use crate::language::filters;
use crate::language::t;
use crate::web::form::Query;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::pagination::{ListPage, PageRequest};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "connections/connections.html")]
struct Connections {
    page: Layout,
    filter: Filter,
    tags: Vec<String>,
    list: ListPage<Connected>,
    tabs: Tabs,
}

impl Connections {
    fn sorts(&self) -> [(Sort, &'static str); 5] {
        [
            (Sort::Recent, t("Recent")),
            (Sort::Oldest, t("Oldest first")),
            (Sort::First, t("First name")),
            (Sort::Last, t("Last name")),
            (Sort::Company, t("Company")),
        ]
    }
}

/// `GET /connections`
///
/// # Errors
/// The database's.
pub async fn connections(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    Query(query): Query,
) -> Result<HttpResponse, Error> {
    let (filter, at, mine) = (Filter::of(&query), PageRequest::of(&query), me.counted());
    let asked = filter.clone();
    let cache = site.cache.clone();
    let (list, tags) = site
        .read_walking(list::walked(&site.cache, mine, &filter), move |connection| {
            let mut list = list::page(connection, &cache, mine, &asked, &at)?;
            let tags = list::with_tags(connection, mine.id, &mut list)?;
            Ok((list, tags))
        })
        .await?;
    let filter = filter.spelled(&tags);
    let tabs = Tabs::new(mine, &filter.with("", ""));
    let is_readable = !filter.problems().any();
    let connections = Connections { page, filter, tags, list, tabs };
    connections.show_checked(!is_readable)
}
