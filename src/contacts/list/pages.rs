//! *Contacts*: the other door of *Connections*.

use actix_web::HttpResponse;
use askama::Template;

use crate::connections::tabs::Tabs;
use crate::contacts::filter::{self, Filter, Membership, Sort};
use crate::contacts::list::{self, Listed};
use crate::contacts::tags;
use crate::error::Error;
use crate::language::filters;
use crate::web::form::Query;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::pagination::{ListPage, PageRequest};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "contacts/contacts.html")]
struct Contacts {
    page: Layout,
    filter: Filter,
    tags: Vec<String>,
    list: ListPage<Listed>,
    tabs: Tabs,
    is_empty: bool,
}

impl Contacts {
    fn sorts(&self) -> [(Sort, &'static str); 4] {
        filter::sorts()
    }

    fn memberships(&self) -> [Membership; 2] {
        Membership::all()
    }
}

/// `GET /contacts`, with search, filters, order and page.
///
/// # Errors
/// The database's.
pub async fn contacts(site: SiteData, page: Layout, me: SignedIn, Query(query): Query) -> Result<HttpResponse, Error> {
    let (filter, at) = (Filter::of(&query), PageRequest::of(&query));
    let (asked, viewer, limits) = (filter.clone(), me.viewer(), site.limits());
    let read = move |connection: &mut crate::db::Connection| {
        let (rows, book) = list::page(connection, &limits, viewer.id, &asked, &at)?;
        let list = list::with_members(connection, &limits, &viewer, rows)?;
        Ok((list, book, tags::all(connection, viewer.id)?))
    };
    let (list, book, tags) = if filter.narrows() { site.read_long(read).await? } else { site.read(read).await? };
    let (tabs, filter) = (Tabs::new(me.counted(), ""), filter.spelled(&tags));
    Contacts { page, filter, tags, list, tabs, is_empty: book.number == 0 }.show()
}
