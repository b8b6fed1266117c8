//! *Your network in pictures*: how it grew, and where one's connections work and live.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::HttpResponse;
use askama::Template;
use diesel::prelude::*;

use crate::connections::list::Filter;
use crate::connections::list::history::History;
use crate::connections::sql_condition::IsConnected;
use crate::connections::tabs::Tabs;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::filters;
use crate::members::{Company, Location, search};
use crate::schema::{members, relationships};
use crate::web::form::Query;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::site::SiteData;

/// How many companies and locations are shown.
const MAX_ROWS: usize = 10;

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
    page: Layout,
    nobody: bool,
    growth: Arc<History>,
    companies: Vec<Share>,
    locations: Vec<Share>,
    tabs: Tabs,
}

/// `GET /connections/overview`
///
/// # Errors
/// The database's.
pub async fn overview(site: SiteData, page: Layout, me: SignedIn, Query(query): Query) -> Result<HttpResponse, Error> {
    let (mine, cache) = (me.counted(), site.cache.clone());
    let (growth, places) = site
        .read_walking(mine.number, move |connection| {
            let growth = History::of(connection, &cache, mine)?;
            Ok((growth, places(connection, mine.id)?))
        })
        .await?;
    let (companies, locations) = places.into_iter().unzip();
    let companies = shares(companies, |company| Filter { company, ..Filter::default() });
    let locations = shares(locations, |location| Filter { location, ..Filter::default() });
    let nobody = me.connection_count == 0;
    let tabs = Tabs::new(mine, query.get("from"));
    Overview { page, nobody, growth, companies, locations, tabs }.show()
}

/// Where each connection of a member works and lives.
fn places(connection: &mut Connection, me: MemberId) -> Result<Vec<(String, String)>, Error> {
    let mine = relationships::table
        .inner_join(members::table.on(members::id.eq(relationships::other_id)))
        .filter(relationships::owner_id.eq(me))
        .filter(IsConnected)
        .select((Company, Location));
    Ok(on_engine!(connection, |own| mine.load(own))?)
}

/// Counts names that are searched alike as one, in the spelling that most have; each links to the list of just those.
fn shares(names: Vec<String>, filter: impl Fn(String) -> Filter) -> Vec<Share> {
    let mut spellings: HashMap<String, i64> = HashMap::new();
    for name in names {
        *spellings.entry(name).or_default() += 1;
    }
    let mut groups: HashMap<String, Vec<(i64, String)>> = HashMap::new();
    for (name, number) in spellings {
        groups.entry(search::line(&name)).or_default().push((number, name));
    }
    // What has nothing to search by has no list either.
    groups.retain(|folded, _| !folded.trim().is_empty());
    let commonest = |group: Vec<(i64, String)>| {
        let number: i64 = group.iter().map(|(number, _)| number).sum();
        let (_, name) = group.into_iter().max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1))).unwrap_or_default();
        (number, name)
    };
    let mut rows: Vec<(i64, String)> = groups.into_values().map(commonest).collect();
    rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    rows.truncate(MAX_ROWS);
    let most = rows.first().map_or(1, |(number, _)| *number);
    let share = |(number, name): (i64, String)| Share {
        percent: (number * 100 / most).max(1),
        query: filter(format!("\"{name}\"")).with("", ""),
        name,
        number,
    };
    rows.into_iter().map(share).collect()
}
