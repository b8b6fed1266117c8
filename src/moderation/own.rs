//! `/settings/moderation`: what moderators decided about oneself, and who looked at one's relationships.

use actix_web::HttpResponse;
use askama::Template;

use crate::audit;
use crate::dates;
use crate::error::Error;
use crate::language::filters;
use crate::moderation::sanctions::{self, Sanction};
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::site::SiteData;

/// Looks that are shown, the newest.
const SHOWN: i64 = 100;

/// That somebody looked.
#[derive(Debug)]
struct Look {
    who: String,
    when: String,
    moment: String,
}

#[derive(Template)]
#[template(path = "moderation/own.html")]
struct Own {
    page: Layout,
    decisions: Vec<Sanction>,
    looks: Vec<Look>,
}

/// `GET /settings/moderation`
///
/// # Errors
/// The database's.
pub async fn own(site: SiteData, page: Layout, me: SignedIn) -> Result<HttpResponse, Error> {
    let id = me.id;
    let (decisions, looks) = site
        .read(move |connection| Ok((sanctions::of(connection, id)?, audit::list::who_looked(connection, id, SHOWN)?)))
        .await?;
    let look = |(at, who): (i64, String)| Look { who, when: dates::minute(at), moment: dates::instant(at) };
    Own { page, decisions, looks: looks.into_iter().map(look).collect() }.show()
}
