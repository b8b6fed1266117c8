//! `/admin`: how the site is doing.

use actix_web::HttpResponse;
use askama::Template;

use crate::admin::counts::Counts;
use crate::connections::list::history::History;
use crate::error::Error;
use crate::language::{filters, number, t, tf};
use crate::web::page::{Layout, Render};
use crate::web::site::SiteData;

/// Something that is drawn over time.
struct Plot {
    id: &'static str,
    title: &'static str,
    growth: History,
}

impl Plot {
    /// The picture in words.
    fn summary(&self) -> String {
        tf("{what}: from none in {first} to {n} today", (self.title, &self.growth.first(), &self.growth.counted()))
    }
}

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct Overview {
    page: Layout,
    figures: Vec<(&'static str, String)>,
    plots: Vec<Plot>,
    jobs: Vec<(String, String)>,
}

/// `GET /admin`
///
/// # Errors
/// The database's.
pub async fn overview(site: SiteData, page: Layout) -> Result<HttpResponse, Error> {
    let cache = site.cache.clone();
    let counts = site.read_long(move |connection| Counts::load(connection, &cache)).await?;
    let figures = vec![
        (t("Members"), number(counts.members)),
        (t("Connections made"), number(counts.made.iter().map(|(_, number)| number).sum::<i64>())),
        (t("Open reports"), number(counts.reports)),
        (t("E-mails that wait"), number(counts.letters)),
        (t("Storage used, in MB"), number(counts.bytes / 1_000_000)),
    ];
    let now = crate::dates::now();
    let plots = [
        ("plot-members", t("Members"), &counts.joined),
        ("plot-connections", t("Connections made"), &counts.made),
        ("plot-invitations", t("Invitations sent"), &counts.invited),
        ("plot-mail", t("Messages sent"), &counts.messages),
    ];
    let plots = plots.map(|(id, title, moments)| Plot { id, title, growth: History::new(moments, now) });
    let plots = plots.into_iter().filter(|plot| plot.growth.shows()).collect();
    let jobs = counts.jobs.iter().map(|job| (job.name.clone(), job.sentence())).collect();
    Overview { page, figures, plots, jobs }.show()
}
