//! `/admin`: how the site is doing.

use actix_web::HttpResponse;
use askama::Template;

use crate::admin::counts::Counts;
use crate::error::Error;
use crate::language::{filters, number, t};
use crate::web::page::{Layout, Render};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct Overview {
    page: Layout,
    counts: Counts,
}

impl Overview {
    /// What is counted, each with its name.
    fn figures(&self) -> Vec<(&'static str, String)> {
        let counts = &self.counts;
        vec![
            (t("Members"), number(counts.members)),
            (t("Connections"), number(counts.connections)),
            (t("E-mails that wait"), number(counts.letters)),
        ]
    }
}

/// `GET /admin`
///
/// # Errors
/// The database's.
pub async fn overview(site: SiteData, page: Layout) -> Result<HttpResponse, Error> {
    let counts = site.read_long(Counts::load).await?;
    Overview { page, counts }.show()
}
