//! *Remove connections*: choose, review, confirm, and see the result with *Undo*.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use diesel::prelude::*;

use crate::connections::list;
use crate::connections::list::history::{History, Strip};
use crate::connections::list::{Connected, Filter};
use crate::connections::literal::IsConnected;
use crate::connections::refusal::sentence;
use crate::connections::removal::{self, Choice, Removal};
use crate::dates::now;
use crate::db::{Connection, one_of};
use crate::error::Error;
use crate::language::t;
use crate::members::{self, Person};
use crate::schema::{handles, members as table, relationships};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Me, Onward, Page, Show};
use crate::web::pagination::{At, Paged};
use crate::web::site::SiteData;

/// Names that stand on a review; the others are counted.
const NAMED: usize = 100;

#[derive(Template)]
#[template(path = "connections/remove.html")]
struct Remove {
    page: Page,
    filter: Filter,
    tags: Vec<String>,
    list: Paged<Connected>,
    strip: Strip,
    /// Everybody who matches is selected.
    all: bool,
    /// The handles that were ticked before this page was turned to, or filtered for.
    ticked: Vec<String>,
    /// Those of them who are not on this page.
    kept: Vec<Person>,
}

impl Remove {
    fn is_ticked(&self, person: &Person) -> bool {
        self.all || self.ticked.contains(&person.handle)
    }
}

/// `GET /connections/remove`; `?all=1` with everybody selected who matches. The buttons that turn the page send what
/// is ticked along, and which page as one value, `turn`.
///
/// # Errors
/// The database's.
pub async fn remove(site: SiteData, page: Page, me: Me, Query(query): Query) -> Result<HttpResponse, Error> {
    let turned = if query.has("turn") { Form::parse(query.get("turn").as_bytes())? } else { query.clone() };
    let (filter, at) = (Filter::of(&query), At::of(&turned));
    let (cache, mine) = (site.cache.clone(), me.counted());
    let ticked: Vec<String> = query.all("member").map(str::to_owned).collect();
    let (asked, before) = (filter.clone(), ticked.clone());
    let (list, tags, history, kept) = site
        .db
        .read(move |connection| {
            let mut list = list::page(connection, (mine.id, mine.number), &asked, &at)?;
            let tags = list::with_tags(connection, mine.id, &mut list)?;
            let history = if asked.undated().narrows() {
                Arc::new(History::new(&list::days(connection, mine.id, &asked)?, now()))
            } else {
                History::of(connection, &cache, mine)?
            };
            let here = |handle: &&str| list.rows.iter().any(|row| row.person.handle == *handle);
            let gone: Vec<&str> = before.iter().map(String::as_str).filter(|handle| !here(handle)).collect();
            let kept = if gone.is_empty() { Vec::new() } else { kept(connection, mine.id, gone)? };
            Ok((list, tags, history, kept))
        })
        .await?;
    let strip = Strip::new(history, &filter);
    Remove { page, filter, tags, list, strip, all: query.ticked("all"), ticked, kept }.show()
}

/// `POST /connections/remove`: keeps the choice for its review.
///
/// # Errors
/// The database's.
pub async fn choose(site: SiteData, me: Me, form: Form, onward: Onward) -> Result<HttpResponse, Error> {
    let id = me.id;
    let query = Filter::of(&form).with("", "");
    let drafted = site
        .db
        .write(move |connection| {
            let ticked = ids(connection, form.all("member"))?;
            let choice = if form.ticked("all") {
                let shown = ids(connection, form.all("shown"))?;
                let but = shown.into_iter().filter(|id| !ticked.contains(id)).collect();
                Choice::All { filter: Filter::of(&form), but }
            } else {
                Choice::These(ticked)
            };
            removal::draft(connection, id, choice)
        })
        .await?;
    match drafted {
        Some(removal) => Ok(onward.to(&format!("/connections/remove/{removal}"))),
        None => {
            onward.refused(t("Nobody was selected. Tick the people to disconnect from, then review."));
            Ok(onward.back(&format!("/connections/remove?{query}")))
        }
    }
}

/// Those of these handles with whom a member is connected; of others an address says nothing.
fn kept(connection: &mut Connection, me: i64, handles: Vec<&str>) -> Result<Vec<Person>, Error> {
    let ids = ids(connection, handles.into_iter())?;
    let connected = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(one_of(connection, relationships::other_id, &ids))
        .filter(IsConnected)
        .select(relationships::other_id);
    let connected: Vec<i64> = connected.load(connection)?;
    members::persons(connection, &ids.into_iter().filter(|id| connected.contains(id)).collect::<Vec<_>>())
}

fn ids<'a>(connection: &mut Connection, ticked: impl Iterator<Item = &'a str>) -> Result<Vec<i64>, Error> {
    let found = handles::table
        .inner_join(table::table.on(table::id.eq(handles::member_id)))
        .filter(handles::handle.eq_any(ticked.collect::<Vec<_>>()))
        .order(table::sort_first);
    Ok(found.select(table::id).load(connection)?)
}

#[derive(Template)]
#[template(path = "connections/review.html")]
struct Review {
    page: Page,
    id: i64,
    number: usize,
    named: Vec<Person>,
    form: Form,
    problems: Problems,
}

impl Review {
    fn others(&self) -> usize {
        self.number - self.named.len()
    }
}

#[derive(Template)]
#[template(path = "connections/removed.html")]
struct Removed {
    page: Page,
    removal: Removal,
    number_skipped: usize,
    skipped: Vec<Person>,
    not_restored: Vec<Person>,
}

impl Removed {
    fn skipped_others(&self) -> usize {
        self.number_skipped - self.skipped.len()
    }
}

/// `GET /connections/remove/{id}`: the review of a removal, and once it is confirmed its result.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's.
pub async fn review(site: SiteData, page: Page, me: Me, id: Path<i64>) -> Result<HttpResponse, Error> {
    show(site, page, me, *id, (Form::default(), Problems::default())).await
}

async fn show(
    site: SiteData,
    page: Page,
    me: Me,
    id: i64,
    (form, problems): (Form, Problems),
) -> Result<HttpResponse, Error> {
    let viewer = me.id;
    let (removal, (number, named), (number_skipped, skipped), not_restored) = site
        .db
        .read(move |connection| {
            let removal = removal::find(connection, viewer, id)?;
            let named = removal::named(connection, viewer, removal.to_review(), NAMED)?;
            let skipped = removal::named(connection, viewer, removal.skipped(), NAMED)?;
            let gone = removal::not_restored(connection, viewer, &removal)?;
            let not_restored = removal::named(connection, viewer, gone, NAMED)?.1;
            Ok((removal, named, skipped, not_restored))
        })
        .await?;
    if removal.confirmed_at.is_some() {
        return Removed { page, removal, number_skipped, skipped, not_restored }.show();
    }
    let again = problems.any();
    let review = Review { page, id, number, named, form, problems };
    if again { review.show_again() } else { review.show() }
}

/// `POST /connections/remove/{id}`: disconnects them all.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn confirm(
    site: SiteData,
    page: Page,
    me: Me,
    id: Path<i64>,
    form: Form,
    onward: Onward,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let reason = problems.text(&form, "private_reason", t("Private reason"), (0, 1_000));
    if problems.any() {
        return show(site, page, me, *id, (form, problems)).await;
    }
    let (viewer, id, may_return) = (me.id, *id, form.ticked("may_invite_again"));
    site.db.write_much(move |connection| removal::confirm(connection, viewer, id, may_return, &reason)).await?;
    Ok(onward.to(&format!("/connections/remove/{id}")))
}

/// `POST /connections/remove/{id}/undo`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn undo(site: SiteData, me: Me, id: Path<i64>, onward: Onward) -> Result<HttpResponse, Error> {
    let (viewer, id, limits) = (me.id, *id, site.limits);
    let undone = site.db.write_much(move |connection| removal::undo(connection, &limits, viewer, id)).await?;
    if let Err(refusal) = undone {
        onward.refused(sentence(refusal, ""));
    }
    Ok(onward.to(&format!("/connections/remove/{id}")))
}
