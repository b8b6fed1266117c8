//! *People you disconnected from*: when, why, whether they may invite again, and the way back.

use actix_web::HttpResponse;
use askama::Template;

use crate::error::Error;
use crate::web::form::Query;
use crate::web::page::{Me, Page, Show};
use crate::web::pagination::{At, Paged};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "connections/disconnected.html")]
struct Disconnected {
    page: Page,
    list: Paged<crate::connections::blocked::Past>,
}

/// `GET /connections/disconnected`
///
/// # Errors
/// The database's.
pub async fn disconnected(site: SiteData, page: Page, me: Me, Query(query): Query) -> Result<HttpResponse, Error> {
    let (id, limits) = (me.id, site.limits);
    let list = site
        .db
        .read(move |connection| crate::connections::blocked::left(connection, &limits, id, &At::of(&query)))
        .await?;
    Disconnected { page, list }.show()
}
