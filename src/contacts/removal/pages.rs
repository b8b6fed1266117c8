//! The screens of *Remove contacts*. The page of the selection is one form, so that every button on it takes along what is
//! ticked.

use std::collections::HashSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;

use crate::contacts::filter::{self, Filter, Membership, Sort};
use crate::contacts::list::{self, Listed};
use crate::contacts::removal::draft::{self, Draft, Select, Sheet, Taken};
use crate::contacts::removal::{Confirmed, Past, Removal, find};
use crate::contacts::tags;
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{ContactId, ContactRemovalId, MemberId};
use crate::language::filters;
use crate::language::{listed, t, tf, tn, tnf};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::pagination::{ListPage, PageRequest};
use crate::web::site::SiteData;

/// Names that stand beside *N selected*.
const NAMED: i64 = 3;

/// What is selected, as the bar at the end of the page says it.
#[derive(Debug, Default, Template)]
#[template(path = "connections/selection.html")]
struct Selection {
    draft: Option<ContactRemovalId>,
    number: i64,
    first: Vec<String>,
}

impl Selection {
    fn of(connection: &mut Connection, owner: MemberId, draft: Option<ContactRemovalId>) -> Result<Selection, Error> {
        let Some(id) = draft else { return Ok(Selection::default()) };
        let number = draft::number(connection, owner, id)?;
        let first = if number > 0 { draft::first(connection, owner, id, NAMED)? } else { Vec::new() };
        Ok(Selection { draft, number, first })
    }

    /// Who, in a line.
    fn who(&self) -> String {
        let names = listed(&self.first);
        match self.number - self.first.len() as i64 {
            ..=0 => names,
            others => tnf(others, "{names} and {n} other", "{names} and {n} others", &names),
        }
    }
}

#[derive(Template)]
#[template(path = "contacts/remove.html")]
struct Remove {
    page: Layout,
    filter: Filter,
    tags: Vec<String>,
    list: ListPage<Listed>,
    selection: Selection,
    /// Which of those on the page are selected.
    ticked: HashSet<ContactId>,
    /// The query that leads to this page again.
    here: String,
    /// A selection that was begun before and goes on here.
    earlier: Option<Draft>,
    problems: Problems,
}

impl Remove {
    fn is_ticked(&self, one: &Listed) -> bool {
        self.ticked.contains(&one.row.id)
    }

    /// Which contacts stand on the page.
    fn shown(&self) -> String {
        self.list.rows.iter().map(|one| one.row.id.to_string()).collect::<Vec<_>>().join(" ")
    }

    fn sorts(&self) -> [(Sort, &'static str); 4] {
        filter::sorts()
    }

    fn memberships(&self) -> [Membership; 2] {
        Membership::all()
    }

    fn begun(earlier: &Draft) -> String {
        tf("You began this selection on {day}.", dates::long(earlier.created_at))
    }
}

fn draft_of(form: &Form) -> Option<ContactRemovalId> {
    Some(form.get("draft")).filter(|id| !id.is_empty()).map(|id| id.parse().unwrap_or_default())
}

/// Where the selection of a draft is, at a page of the list.
fn selection(draft: Option<ContactRemovalId>, query: &str) -> String {
    let draft = draft.map(|id| format!("draft={id}")).unwrap_or_default();
    let both: Vec<&str> = [draft.as_str(), query].into_iter().filter(|part| !part.is_empty()).collect();
    format!("/contacts/remove?{}", both.join("&")).trim_end_matches('?').to_owned()
}

fn result(id: ContactRemovalId) -> String {
    format!("/contacts/remove/{id}")
}

#[derive(Template)]
#[template(path = "contacts/no_selection.html")]
struct NoSelection {
    page: Layout,
}

/// `GET /contacts/remove?draft={id}`, with search, filters, order and page. Without a draft it goes on with the one that waits.
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
    (query, draft): (&Form, Option<ContactRemovalId>),
    problems: Problems,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (filter, at) = (Filter::of(query), PageRequest::of(query));
    let (limits, owner) = (site.limits(), me.id);
    let (asked, here) = (filter.clone(), filter.prefix() + &at.query());
    let read = site
        .read_long(move |connection| {
            if let Some(id) = draft
                && find(connection, owner, id)?.confirmed_at.is_some()
            {
                return Ok(None);
            }
            let (rows, _) = list::page(connection, &limits, owner, &asked, &at)?;
            let list = list::with_tags(connection, owner, rows)?;
            let earlier = if draft.is_none() { draft::waiting(connection, owner)? } else { None };
            let draft = draft.or(earlier.as_ref().map(|earlier| earlier.id));
            let selection = Selection::of(connection, owner, draft)?;
            let ids: Vec<ContactId> = list.rows.iter().map(|one| one.row.id).collect();
            let ticked = match draft.filter(|_| selection.number > 0) {
                Some(id) => draft::among(connection, owner, id, &ids)?,
                None => HashSet::new(),
            };
            Ok(Some((list, tags::all(connection, owner)?, selection, ticked, earlier)))
        })
        .await;
    match read {
        Ok(Some((list, tags, selection, ticked, earlier))) => {
            let (again, filter) = (problems.any(), filter.spelled(&tags));
            let remove = Remove { page, filter, tags, list, selection, ticked, here, earlier, problems };
            remove.show_checked(again)
        }
        Ok(None) => Ok(redirect.to(&result(draft.unwrap_or_default()))),
        Err(Error::NotFound) if draft.is_some() => NoSelection { page }.show_as(StatusCode::NOT_FOUND),
        Err(why) => Err(why),
    }
}

/// A query of the list that a form names, put together anew.
fn query_of(text: &str) -> Result<String, Error> {
    let form = Form::parse(text.as_bytes())?;
    let query = Filter::of(&form).prefix() + &PageRequest::of(&form).query();
    Ok(query.trim_end_matches('&').to_owned())
}

fn said_discarded(number: i64) -> String {
    tn(number, "The selection of {n} contact is discarded.", "The selection of {n} contacts is discarded.")
}

fn sheet_of(form: &Form) -> Sheet {
    let shown = form.get("shown").split(' ').filter_map(|id| id.parse().ok());
    Sheet { shown: shown.collect(), ticked: form.all("contact").filter_map(|id| id.parse().ok()).collect() }
}

/// `POST /contacts/remove`: takes over what is ticked, and goes where the button leads.
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
    let (limits, owner, press, draft) = (site.limits(), me.id, form.get("press").to_owned(), draft_of(&form));
    let here = query_of(form.get("here"))?;
    if let ("start_over", Some(draft)) = (press.as_str(), draft) {
        let discarded = site.write(move |connection| draft::discard(connection, owner, draft)).await?;
        if discarded > 0 {
            redirect.undoable(said_discarded(discarded), result(draft) + "/undo");
        }
        return Ok(redirect.to("/contacts/remove"));
    }
    let sheet = sheet_of(&form);
    let change = match press.as_str() {
        "select_shown" => Select::Shown,
        "select_all" => Select::All(Filter::of(&Form::parse(here.as_bytes())?)),
        _ => Select::AsTicked,
    };
    let all = matches!(change, Select::All(_));
    let none = press == "select_none";
    let take = move |connection: &mut Connection| {
        let taken = draft::take_over(connection, &limits, owner, draft, &sheet, &change)?;
        // *Undo* brings back what was ticked on this page, too.
        match taken.draft.filter(|_| none && !taken.confirmed) {
            Some(draft) => Ok(Taken { number: draft::discard(connection, owner, draft)?, ..taken }),
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
    Ok(match press.as_str() {
        // What Enter presses.
        "" | "search" => redirect.to(&selection(draft, &Filter::of(&form).with("", ""))),
        "save" => return site.read(move |connection| Selection::of(connection, owner, draft)).await?.show(),
        "review" => match draft.filter(|_| number > 0) {
            Some(id) => redirect.to(&result(id)),
            None => {
                let problems =
                    Problems::unselected(t("Nobody is selected. Select the contacts to remove, then review."));
                let query = Form::parse(here.as_bytes())?;
                return choose(&site, page, me, (&query, draft), problems, redirect).await;
            }
        },
        "select_none" => {
            if let Some(draft) = draft.filter(|_| number > 0) {
                redirect.undoable(said_discarded(number), result(draft) + "/undo");
            }
            redirect.to(&selection(None, &here))
        }
        "select_shown" | "select_all" | "start_over" => redirect.to(&selection(draft, &here)),
        // An order, a tag or another page, each of which says its query.
        query => redirect.to(&selection(draft, &query_of(query)?)),
    })
}

#[derive(Template)]
#[template(path = "contacts/review.html")]
struct Review {
    page: Layout,
    id: ContactRemovalId,
    number: i64,
    list: ListPage<Listed>,
    here: String,
    /// By which the confirmation says which contacts the review has shown.
    shown: String,
}

impl Review {
    /// Where somebody is left out, or the page is turned.
    fn change(&self) -> String {
        result(self.id) + "/review"
    }
}

#[derive(Template)]
#[template(path = "contacts/removed.html")]
struct Removed {
    page: Layout,
    removal: Removal,
    list: ListPage<Listed>,
}

#[derive(Template)]
#[template(path = "contacts/past.html")]
struct PastPage {
    page: Layout,
    all: Vec<Past>,
}

/// `GET /contacts/removed`: the removals of the last 30 days, each with *Undo*.
///
/// # Errors
/// The database's.
pub async fn past(site: SiteData, page: Layout, me: SignedIn) -> Result<HttpResponse, Error> {
    let owner = me.id;
    let all = site.read(move |connection| crate::contacts::removal::past(connection, owner)).await?;
    PastPage { page, all }.show()
}

impl Removed {
    fn undo(&self) -> String {
        format!("/contacts/remove/{}/undo", self.removal.id)
    }
}

/// `GET /contacts/remove/{id}`: the review of a removal, and once it is confirmed its result.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's.
pub async fn review(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<ContactRemovalId>,
    Query(query): Query,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (owner, id, at) = (me.id, *id, PageRequest::of(&query));
    let here = at.query();
    let read = site
        .read_long(move |connection| {
            let removal = find(connection, owner, id)?;
            let (number, shown) = match removal.confirmed_at {
                Some(_) => (removal.removed.into(), String::new()),
                None => {
                    let live = draft::live(connection, owner, id)?;
                    (live.len() as i64, crate::contacts::removal::shown(&live))
                }
            };
            let rows = draft::page(connection, owner, id, number, &at)?;
            Ok((removal, (number, shown), list::with_tags(connection, owner, rows)?))
        })
        .await;
    match read {
        Ok((removal, _, list)) if removal.confirmed_at.is_some() => Removed { page, removal, list }.show(),
        Ok((_, (0, _), _)) => Ok(redirect.to(&selection(Some(id), ""))),
        Ok((_, (number, shown), list)) => Review { page, id, number, list, here, shown }.show(),
        Err(Error::NotFound) => NoSelection { page }.show_as(StatusCode::NOT_FOUND),
        Err(why) => Err(why),
    }
}

/// `POST /contacts/remove/{id}`: deletes them all.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn confirm(
    site: SiteData,
    me: SignedIn,
    id: Path<ContactRemovalId>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (owner, id, shown) = (me.id, *id, form.get("reviewed").to_owned());
    let confirm = move |connection: &mut Connection| crate::contacts::removal::confirm(connection, owner, id, &shown);
    match site.write_bulk(confirm).await? {
        Confirmed::Done => Ok(redirect.to(&result(id))),
        Confirmed::Changed => {
            redirect.refused(t("The selection was changed since. Look again, then confirm."));
            Ok(redirect.to(&review_at(id, form.get("here"), None)?))
        }
    }
}

/// The address of a review at one of its pages, and there at the button of a contact, so that whoever leaves out many goes on where
/// they were.
fn review_at(id: ContactRemovalId, query: &str, at: Option<ContactId>) -> Result<String, Error> {
    let query = PageRequest::of(&Form::parse(query.as_bytes())?).query();
    let path = format!("{}?{query}", result(id));
    let at = at.map(|contact| format!("#out-{contact}")).unwrap_or_default();
    Ok(path.trim_end_matches('?').to_owned() + &at)
}

/// `POST /contacts/remove/{id}/review`: leaves a contact out or, as *Undo* asks by the query, puts it back; turns the page or goes
/// back to the selection.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn change(
    site: SiteData,
    me: SignedIn,
    id: Path<ContactRemovalId>,
    Query(query): Query,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (owner, id) = (me.id, *id);
    let leave_out: Option<ContactId> = form.get("leave_out").parse().ok();
    let put_back: Option<ContactId> = query.get("put_back").parse().ok();
    let change = move |connection: &mut Connection| {
        crate::db::lock_members(connection, [owner])?;
        if find(connection, owner, id)?.confirmed_at.is_some() {
            return Ok((true, None));
        }
        if let Some(contact) = put_back {
            draft::put_back(connection, owner, id, contact)?;
        }
        let left_out = match leave_out {
            Some(contact) => draft::leave_out(connection, owner, id, contact)?,
            None => None,
        };
        Ok((false, left_out))
    };
    let (is_confirmed, left_out) = site.write(change).await?;
    if !is_confirmed && form.has("selection") {
        return Ok(redirect.to(&selection(Some(id), "")));
    }
    if put_back.is_some() {
        return Ok(redirect.to(&review_at(id, query.get("here"), put_back)?));
    }
    let query = if form.has("turn") { form.get("turn") } else { form.get("here") };
    let (Some(contact), Some((name, neighbour))) = (leave_out, left_out) else {
        return Ok(redirect.to(&review_at(id, query, None)?));
    };
    let back = crate::web::form::query([("put_back", contact.to_string().as_str()), ("here", query)]);
    let text = tf("{name} is left out of the selection.", &name);
    redirect.undoable(text, format!("{}/review?{back}", result(id)));
    Ok(redirect.to(&review_at(id, query, neighbour)?))
}

/// `POST /contacts/remove/{id}/undo`: takes back the removal or, where the draft of it was discarded, that.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn undo(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<ContactRemovalId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (owner, id) = (me.id, *id);
    let undo = move |connection: &mut Connection| {
        let draft = draft::restore(connection, owner, id)?;
        if draft.is_none() {
            crate::contacts::store::restore(connection, owner, id)?;
        }
        Ok(draft)
    };
    match site.write_bulk(undo).await {
        Ok(Some(draft)) => Ok(redirect.to(&selection(Some(draft), ""))),
        Ok(None) => Ok(redirect.to(&result(id))),
        Err(Error::NotFound) => NoSelection { page }.show_as(StatusCode::NOT_FOUND),
        Err(why) => Err(why),
    }
}
