//! *Remove connections*: select, review, confirm, and see the result with *Undo*. The page of the selection is one form, so
//! that every button on it takes along what is ticked.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;

use crate::connections::list::history::{History, Strip};
use crate::connections::list::{self, Connected, Filter, Sort};
use crate::connections::removal::draft::{self, Chosen, Draft, Select, Sheet, Taken, Target};
use crate::connections::removal::{Confirmed, Parting, Removal, find};
use crate::dates::{self, now};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{MemberId, RemovalId};
use crate::language::filters;
use crate::language::{listed, t, tf, tn, tnf};
use crate::members::MemberCard;
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::pagination::{ListPage, PageRequest};
use crate::web::site::SiteData;

/// Names that stand beside *N selected*.
const NAMED: i64 = 3;
/// Names that stand in a list of who was skipped; the others are counted.
const LISTED: usize = 100;

/// What is selected, as the bar at the end of the page says it.
#[derive(Debug, Default, Template)]
#[template(path = "connections/selection.html")]
struct Selection {
    draft: Option<RemovalId>,
    number: i64,
    first: Vec<MemberCard>,
}

impl Selection {
    fn of(connection: &mut Connection, me: MemberId, draft: Option<RemovalId>) -> Result<Selection, Error> {
        let Some(id) = draft else { return Ok(Selection::default()) };
        let number = draft::number(connection, me, id)?;
        let first = if number > 0 { draft::first(connection, me, id, NAMED)? } else { Vec::new() };
        Ok(Selection { draft, number, first })
    }

    /// Who, in a line.
    fn who(&self) -> String {
        let names = listed(self.first.iter().map(|person| &person.full_name));
        match self.number - self.first.len() as i64 {
            ..=0 => names,
            others => tnf(others, "{names} and {n} other", "{names} and {n} others", &names),
        }
    }
}

#[derive(Template)]
#[template(path = "connections/remove.html")]
struct Remove {
    page: Layout,
    filter: Filter,
    tags: Vec<String>,
    list: ListPage<Connected>,
    strip: Strip,
    selection: Selection,
    /// Who of those on the page is selected.
    ticked: HashSet<MemberId>,
    /// The query that leads to this page again.
    here: String,
    /// A selection that was begun before and goes on here.
    earlier: Option<Draft>,
    problems: Problems,
}

impl Remove {
    fn is_ticked(&self, person: &MemberCard) -> bool {
        self.ticked.contains(&person.id)
    }

    /// Who stands on the page, and since when each is connected: by this a press proves its page.
    fn shown(&self) -> String {
        let shown = |row: &Connected| Some(format!("{}~{}", row.person.handle, row.columns.connected_at?));
        self.list.rows.iter().filter_map(shown).collect::<Vec<_>>().join(" ")
    }

    fn sorts(&self) -> [(Sort, &'static str); 5] {
        [
            (Sort::Recent, t("Recent")),
            (Sort::Oldest, t("Oldest first")),
            (Sort::First, t("First name")),
            (Sort::Last, t("Last name")),
            (Sort::Company, t("Company")),
        ]
    }

    fn begun(earlier: &Draft) -> String {
        tf("You began this selection on {day}.", dates::long(earlier.created_at))
    }
}

fn draft_of(form: &Form) -> Option<RemovalId> {
    Some(form.get("draft")).filter(|id| !id.is_empty()).map(|id| id.parse().unwrap_or_default())
}

/// Where the selection of a draft is, at a page of the list.
fn selection(draft: Option<RemovalId>, query: &str) -> String {
    let draft = draft.map(|id| format!("draft={id}")).unwrap_or_default();
    let both: Vec<&str> = [draft.as_str(), query].into_iter().filter(|part| !part.is_empty()).collect();
    format!("/connections/remove?{}", both.join("&")).trim_end_matches('?').to_owned()
}

fn result(id: RemovalId) -> String {
    format!("/connections/remove/{id}")
}

#[derive(Template)]
#[template(path = "connections/no_selection.html")]
struct NoSelection {
    page: Layout,
}

/// `GET /connections/remove?draft={id}`, with search, filters, order and page. Without a draft it goes on with the one that waits.
///
/// # Errors
/// The database's.
pub async fn remove(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    Query(query): Query,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    choose(&site, page, me, (&query, draft_of(&query)), Problems::default(), redirect).await
}

/// The page of the selection, at a query of the list.
async fn choose(
    site: &SiteData,
    page: Layout,
    me: SignedIn,
    (query, draft): (&Form, Option<RemovalId>),
    problems: Problems,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (filter, at) = (Filter::of(query), PageRequest::of(query));
    let (cache, mine) = (site.cache.clone(), me.counted());
    let (asked, here) = (filter.clone(), filter.prefix() + &at.query());
    let walked = list::walked(&cache, mine, &filter).max(History::walked(&cache, mine));
    let read = site
        .read_walking(walked, move |connection| {
            let confirmed = match draft {
                Some(id) => find(connection, mine.id, id)?.confirmed_at.is_some(),
                None => false,
            };
            if confirmed {
                return Ok(None);
            }
            let mut list = list::page(connection, &cache, mine, &asked, &at)?;
            let tags = list::with_tags(connection, mine.id, &mut list)?;
            let history = if asked.undated().narrows() {
                Arc::new(History::new(&list::moments(connection, &cache, mine, &asked)?, now()))
            } else {
                History::of(connection, &cache, mine)?
            };
            let earlier = if draft.is_none() { draft::waiting(connection, mine.id)? } else { None };
            let draft = draft.or(earlier.as_ref().map(|earlier| earlier.id));
            let selection = Selection::of(connection, mine.id, draft)?;
            let ids: Vec<MemberId> = list.rows.iter().map(|row| row.person.id).collect();
            let ticked = match draft.filter(|_| selection.number > 0) {
                Some(id) => draft::among(connection, mine.id, id, &ids)?,
                None => HashSet::new(),
            };
            Ok(Some((list, tags, history, selection, ticked, earlier)))
        })
        .await;
    match read {
        Ok(Some((list, tags, history, selection, ticked, earlier))) => {
            let filter = filter.spelled(&tags);
            let strip = Strip::new(history, &filter);
            let again = problems.any() || filter.problems().any();
            let remove = Remove { page, filter, tags, list, strip, selection, ticked, here, earlier, problems };
            remove.show_checked(again)
        }
        Ok(None) => Ok(redirect.to(&result(draft.unwrap_or_default()))),
        Err(Error::NotFound) if draft.is_some() => NoSelection { page }.show_as(StatusCode::NOT_FOUND),
        Err(why) => Err(why),
    }
}

/// What was pressed on the page of the selection.
enum Press {
    /// *Search*, with what is typed in the filters.
    Search,
    /// A year, an order, a tag or another page, each of which says its query.
    Open(String),
    /// *Select these*.
    SelectShown,
    /// *Select all*, of those who match what the page shows.
    SelectAll,
    /// *Select none*.
    SelectNone,
    /// A tick, which the script saves at once.
    Save,
    /// *Start over*.
    StartOver,
    /// *Review removal*.
    Review,
}

impl Press {
    fn of(form: &Form) -> Press {
        match form.get("press") {
            // What Enter presses.
            "" | "search" => Press::Search,
            "select_shown" => Press::SelectShown,
            "select_all" => Press::SelectAll,
            "select_none" => Press::SelectNone,
            "save" => Press::Save,
            "start_over" => Press::StartOver,
            "review" => Press::Review,
            query => Press::Open(query.to_owned()),
        }
    }

    fn select(&self, here: &Filter) -> Select {
        match self {
            Press::SelectShown => Select::Shown,
            Press::SelectAll => Select::All(here.clone()),
            _ => Select::AsTicked,
        }
    }
}

/// A query of the list that a form names, put together anew.
fn query_of(text: &str) -> Result<String, Error> {
    let form = Form::parse(text.as_bytes())?;
    let query = Filter::of(&form).prefix() + &PageRequest::of(&form).query();
    Ok(query.trim_end_matches('&').to_owned())
}

fn said_discarded(number: i64) -> String {
    tn(number, "The selection of {n} person is discarded.", "The selection of {n} people is discarded.")
}

/// Who stood on a page, and since when each was connected.
fn shown_of(text: &str) -> HashMap<String, i64> {
    let shown = text.split(' ').filter_map(|one| one.split_once('~'));
    shown.filter_map(|(handle, since)| Some((handle.to_owned(), since.parse().ok()?))).collect()
}

fn sheet_of(form: &Form) -> Sheet {
    Sheet { shown: shown_of(form.get("shown")), ticked: form.all("member").map(str::to_owned).collect() }
}

/// `POST /connections/remove`: takes over what is ticked, and goes where the button leads.
///
/// # Errors
/// The database's.
pub async fn select(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (id, press, draft) = (me.id, Press::of(&form), draft_of(&form));
    let here = query_of(form.get("here"))?;
    if let (Press::StartOver, Some(draft)) = (&press, draft) {
        let discarded = site.write(move |connection| draft::discard(connection, id, draft)).await?;
        if discarded > 0 {
            redirect.undoable(said_discarded(discarded), result(draft) + "/undo");
        }
        return Ok(redirect.to("/connections/remove"));
    }
    let into = Target::of(draft);
    let (sheet, change) = (sheet_of(&form), press.select(&Filter::of(&Form::parse(here.as_bytes())?)));
    let (all, none) = (matches!(press, Press::SelectAll), matches!(press, Press::SelectNone));
    let take = move |connection: &mut Connection| {
        let taken = draft::take_over(connection, id, into, &sheet, &change)?;
        // *Undo* brings back what was ticked on this page, too.
        match taken.draft.filter(|_| none && !taken.confirmed) {
            Some(draft) => Ok(Taken { number: draft::discard(connection, id, draft)?, ..taken }),
            None => Ok(taken),
        }
    };
    let taken = if all { site.write_bulk(take).await } else { site.write(take).await };
    let Taken { draft, number, confirmed } = match taken {
        Ok(taken) => taken,
        // The page without the draft says so.
        Err(Error::NotFound) if draft.is_some() => return Ok(redirect.to(&selection(draft, ""))),
        Err(why) => return Err(why),
    };
    if let Some(id) = draft.filter(|_| confirmed) {
        return Ok(redirect.to(&result(id)));
    }
    Ok(match press {
        Press::SelectNone => {
            if let Some(draft) = draft.filter(|_| number > 0) {
                redirect.undoable(said_discarded(number), result(draft) + "/undo");
            }
            redirect.to(&selection(None, &here))
        }
        Press::Search => redirect.to(&selection(draft, &Filter::of(&form).with("", ""))),
        Press::Open(query) => redirect.to(&selection(draft, &query_of(&query)?)),
        Press::Save => return site.read(move |connection| Selection::of(connection, id, draft)).await?.show(),
        Press::Review => match draft.filter(|_| number > 0) {
            Some(id) => redirect.to(&result(id)),
            None => {
                let problems =
                    Problems::unselected(t("Nobody is selected. Select the people to disconnect from, then review."));
                let query = Form::parse(here.as_bytes())?;
                return choose(&site, page, me, (&query, draft), problems, redirect).await;
            }
        },
        _ => redirect.to(&selection(draft, &here)),
    })
}

#[derive(Template)]
#[template(path = "connections/review.html")]
struct Review {
    page: Layout,
    id: RemovalId,
    number: i64,
    list: ListPage<Chosen>,
    here: String,
    /// By which the confirmation says whom the review has shown.
    shown: String,
    form: Form,
    problems: Problems,
}

impl Review {
    /// Where somebody is left out, or the page is turned.
    fn change(&self) -> String {
        result(self.id) + "/review"
    }
}

#[derive(Template)]
#[template(path = "connections/removed.html")]
struct Removed {
    page: Layout,
    removal: Removal,
    list: ListPage<Chosen>,
    number_skipped: usize,
    skipped: Vec<MemberCard>,
    not_restored: (usize, Vec<MemberCard>),
}

impl Removed {
    /// How many have neither been restored nor wait to be asked: something has changed for them since.
    fn changed_since(&self) -> i64 {
        let left = i64::from(self.removal.removed - self.removal.restored) - self.not_restored.0 as i64;
        if self.removal.undone_at.is_some() { left.max(0) } else { 0 }
    }

    fn skipped_others(&self) -> usize {
        self.number_skipped - self.skipped.len()
    }
}

/// `GET /connections/remove/{id}`: the review of a removal, and once it is confirmed its result.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's.
pub async fn review(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<RemovalId>,
    Query(query): Query,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    show(site, page, me, (*id, PageRequest::of(&query)), None, redirect).await
}

async fn show(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    (id, at): (RemovalId, PageRequest),
    refused: Option<(Form, Problems)>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (viewer, here) = (me.id, at.query());
    let read = site
        .read_long(move |connection| {
            let removal = find(connection, viewer, id)?;
            let seen = draft::seen(connection, viewer, id)?;
            let (number, shown) = (seen.len() as i64, crate::connections::removal::shown(&seen));
            let list = draft::page(connection, viewer, id, number, &at)?;
            let skipped = crate::connections::removal::named(connection, viewer, removal.skipped(), LISTED)?;
            let absent = crate::connections::removal::not_restored(connection, viewer, &removal)?;
            let not_restored = crate::connections::removal::named(connection, viewer, absent, LISTED)?;
            Ok((removal, list, (number, shown), skipped, not_restored))
        })
        .await;
    let (removal, list, (number, shown), (number_skipped, skipped), not_restored) = match read {
        Ok(read) => read,
        Err(Error::NotFound) => return NoSelection { page }.show_as(StatusCode::NOT_FOUND),
        Err(why) => return Err(why),
    };
    if removal.confirmed_at.is_some() {
        return Removed { page, removal, list, number_skipped, skipped, not_restored }.show();
    }
    if number == 0 {
        return Ok(redirect.to(&selection(Some(id), "")));
    }
    let again = refused.is_some();
    let (form, problems) = refused.unwrap_or_else(|| (removal.parting.form(), Problems::default()));
    let review = Review { page, id, number, list, here, shown, form, problems };
    review.show_checked(again)
}

/// `POST /connections/remove/{id}`: disconnects them all.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn confirm(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<RemovalId>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let parting = Parting::checked(&form, &mut problems);
    if problems.any() {
        let at = PageRequest::of(&Form::parse(form.get("here").as_bytes())?);
        return show(site, page, me, (*id, at), Some((form, problems)), redirect).await;
    }
    let (viewer, id, shown) = (me.id, *id, form.get("reviewed").to_owned());
    let confirm = move |connection: &mut Connection| {
        crate::connections::removal::confirm_shown(connection, viewer, (id, &shown), &parting)
    };
    match site.write_bulk(confirm).await? {
        Confirmed::Done => Ok(redirect.to(&result(id))),
        Confirmed::Changed => {
            redirect.refused(t("The selection was changed since. Look again, then confirm."));
            Ok(redirect.to(&review_at(id, form.get("here"), None)?))
        }
    }
}

/// The address of a review at one of its pages, and there at the button of somebody, so that whoever leaves out many goes on where
/// they were.
fn review_at(id: RemovalId, query: &str, at: Option<&str>) -> Result<String, Error> {
    let query = PageRequest::of(&Form::parse(query.as_bytes())?).query();
    let path = format!("{}?{query}", result(id));
    let at = at.map(|handle| format!("#out-{handle}")).unwrap_or_default();
    Ok(path.trim_end_matches('?').to_owned() + &at)
}

/// `POST /connections/remove/{id}/review`: leaves somebody out or, as *Undo* asks by the query, puts them back; turns the page or
/// goes back to the selection. What was typed stays.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn change(
    site: SiteData,
    me: SignedIn,
    id: Path<RemovalId>,
    Query(query): Query,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (viewer, id) = (me.id, *id);
    if query.has("put_back") {
        let shown = shown_of(query.get("put_back"));
        let back = shown.keys().next().cloned();
        let sheet = Sheet { ticked: shown.keys().cloned().collect(), shown };
        site.write(move |connection| draft::put_back(connection, viewer, id, &sheet)).await?;
        return Ok(redirect.to(&review_at(id, query.get("here"), back.as_deref())?));
    }
    let typed = Parting::typed(&form);
    let leave_out = form.get("leave_out").to_owned();
    let kept = site.write(move |connection| draft::change(connection, viewer, id, &typed, &leave_out));
    let (removal, left_out) = kept.await?;
    if removal.confirmed_at.is_some() {
        return Ok(redirect.to(&result(id)));
    }
    if form.has("selection") {
        return Ok(redirect.to(&selection(Some(id), "")));
    }
    let query = if form.has("turn") { form.get("turn") } else { form.get("here") };
    let Some(left_out) = left_out else { return Ok(redirect.to(&review_at(id, query, None)?)) };
    let back = crate::web::form::query([("put_back", left_out.proof.as_str()), ("here", query)]);
    let text = tf("{name} is left out of the selection.", &left_out.name);
    redirect.undoable(text, format!("{}/review?{back}", result(id)));
    Ok(redirect.to(&review_at(id, query, left_out.neighbour.as_deref())?))
}

/// `POST /connections/remove/{id}/undo`: takes back the removal or, where the draft of it was discarded, that.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn undo(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<RemovalId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (viewer, id, limits) = (me.id, *id, site.limits());
    let undo = move |connection: &mut Connection| {
        if let Some(draft) = draft::restore(connection, viewer, id)? {
            return Ok((Some(draft), None));
        }
        Ok((None, Some(crate::connections::removal::undo(connection, &limits, viewer, id)?)))
    };
    match site.write_bulk(undo).await {
        Ok((Some(draft), _)) => return Ok(redirect.to(&selection(Some(draft), ""))),
        Ok((None, Some(Err(no_room)))) => redirect.refused(no_room.sentence()),
        Ok((None, Some(Ok(removal)))) if removal.undone_at.is_none() => {
            redirect.refused(t("Nobody can be brought back without being asked. Re-invite them one by one."))
        }
        Ok((None, _)) => &redirect,
        Err(Error::NotFound) => return NoSelection { page }.show_as(StatusCode::NOT_FOUND),
        Err(why) => return Err(why),
    };
    Ok(redirect.to(&result(id)))
}
