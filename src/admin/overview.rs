//! `/admin`: how the site is doing.

use actix_web::HttpResponse;
use askama::Template;

use crate::admin::counts::Counts;
use crate::connections::list::history::History;
use crate::error::Error;
use crate::language::{filters, number, t, tf};
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::site::SiteData;

/// A number, and the list of what it counts, where there is one.
struct Figure {
    name: &'static str,
    value: String,
    list: &'static str,
}

impl Figure {
    fn new(name: &'static str, value: i64, list: &'static str) -> Figure {
        Figure { name, value: number(value), list }
    }
}

/// The room that the database takes.
fn storage(bytes: i64) -> Figure {
    match bytes {
        ..10_000_000 => Figure::new(t("Storage used, in kB"), bytes / 1_000, ""),
        _ => Figure::new(t("Storage used, in MB"), bytes / 1_000_000, ""),
    }
}

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
    figures: Vec<Figure>,
    plots: Vec<Plot>,
    jobs: Vec<(String, String, bool)>,
}

/// `GET /admin`
///
/// # Errors
/// The database's.
pub async fn overview(site: SiteData, page: Layout, me: SignedIn) -> Result<HttpResponse, Error> {
    let cache = site.cache.clone();
    let counts = site.read_long(move |connection| Counts::load(connection, &cache, me.id)).await?;
    let figures = vec![
        Figure::new(t("Members"), counts.members, "/admin/members"),
        Figure::new(t("Connections made"), counts.made.iter().map(|(_, number)| number).sum(), ""),
        Figure::new(t("Open reports"), counts.reports, "/moderation"),
        Figure::new(t("Registrations waiting"), counts.registrations, "/admin/registration"),
        Figure::new(t("E-mails that wait"), counts.letters, ""),
        storage(counts.bytes),
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
    let jobs = counts.jobs.iter().map(|job| (job.title().to_owned(), job.sentence(), job.fails())).collect();
    Overview { page, figures, plots, jobs }.show()
}
