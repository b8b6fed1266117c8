//! *Your network in pictures*: how it grew, and where one's connections work and live.

use std::sync::Arc;

use actix_web::HttpResponse;
use askama::Template;
use diesel::prelude::*;

use crate::connections::list::Filter;
use crate::connections::list::history::History;
use crate::connections::literal::IsConnected;
use crate::db::{Connection, natively};
use crate::error::Error;
use crate::schema::{members, relationships};
use crate::web::page::{Me, Page, Show};
use crate::web::site::SiteData;

/// How many companies and locations are shown.
const MOST: i64 = 10;

/// A company or location and how many connections it has.
#[derive(Debug)]
struct Share {
    name: String,
    number: i64,
    /// Of the largest.
    percent: i64,
    /// The query that lists them.
    query: String,
}

#[derive(Template)]
#[template(path = "connections/overview.html")]
struct Overview {
    page: Page,
    growth: Arc<History>,
    companies: Vec<Share>,
    locations: Vec<Share>,
}

/// `GET /connections/overview`
///
/// # Errors
/// The database's.
pub async fn overview(site: SiteData, page: Page, me: Me) -> Result<HttpResponse, Error> {
    let (mine, cache) = (me.counted(), site.cache.clone());
    let (growth, companies, locations) = site
        .db
        .read_walking(mine.number, move |connection| {
            let growth = History::of(connection, &cache, mine)?;
            Ok((growth, companies(connection, mine.id)?, locations(connection, mine.id)?))
        })
        .await?;
    let companies = shares(companies, |company| Filter { company, ..Filter::default() });
    let locations = shares(locations, |q| Filter { q, ..Filter::default() });
    Overview { page, growth, companies, locations }.show()
}

/// The columns that are counted, each by the same query.
macro_rules! counted {
    ($name:ident, $column:expr) => {
        fn $name(connection: &mut Connection, me: i64) -> Result<Vec<(String, i64)>, Error> {
            let mine = relationships::table
                .inner_join(members::table.on(members::id.eq(relationships::other_id)))
                .filter(relationships::owner_id.eq(me))
                .filter(IsConnected)
                .filter($column.ne(""));
            let by_number = diesel::dsl::count_star().desc();
            let all = mine.group_by($column).order((by_number, $column.asc())).limit(MOST);
            let all = all.select(($column, diesel::dsl::count_star()));
            Ok(natively!(connection, |own| all.load(own))?)
        }
    };
}

counted!(companies, members::company);
counted!(locations, members::location);

fn shares(rows: Vec<(String, i64)>, filter: impl Fn(String) -> Filter) -> Vec<Share> {
    let most = rows.iter().map(|(_, number)| *number).max().unwrap_or(1);
    let share = |(name, number): (String, i64)| Share {
        percent: (number * 100 / most).max(1),
        query: filter(name.clone()).with("", ""),
        name,
        number,
    };
    rows.into_iter().map(share).collect()
}
