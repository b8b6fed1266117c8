//! *People you disconnected from*: the removals first, then everybody; when, why, whether they may invite again, and
//! *Re-invite*, singly and for many.

use std::collections::{BTreeSet, HashSet};

use actix_web::HttpResponse;
use askama::Template;
use diesel::prelude::*;

use crate::connections::allowance::said_no_room;
use crate::connections::former::{self, Former};
use crate::connections::refusal::sentence;
use crate::connections::removal::{self, Removal};
use crate::connections::tabs::Tabs;
use crate::connections::{act, reinvite, store};
use crate::dates::now;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::language::filters;
use crate::language::{listed, t, tf, tn};
use crate::members::{MemberCard, names};
use crate::relationship::{Action, Limits, Refusal, Reinvite, Side};
use crate::schema::{handles, members};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::pagination::{ListPage, PageRequest};
use crate::web::site::SiteData;

/// Removals that stand above the list.
const REMOVALS: i64 = 100;
/// Of these, how many stand there unfolded.
const UNFOLDED: usize = 3;
/// Names that a notice names; the others are counted.
const NAMED: usize = 3;
/// Characters of the handles that an address takes along from page to page: some 200 people.
const KEPT: usize = 4_000;

#[derive(Template)]
#[template(path = "connections/disconnected.html")]
struct Disconnected {
    page: Layout,
    removals: Vec<Removal>,
    q: String,
    list: ListPage<Former>,
    tabs: Tabs,
    /// The handles of those who are selected, on this page and on others.
    kept: BTreeSet<String>,
    /// The query that leads to this page again, with nobody selected.
    here: String,
    /// Why nobody can be re-invited now, for the member's own number.
    no_room: String,
    problems: Problems,
}

impl Disconnected {
    fn newest(&self) -> &[Removal] {
        &self.removals[..self.removals.len().min(UNFOLDED)]
    }

    fn earlier(&self) -> &[Removal] {
        self.removals.get(UNFOLDED..).unwrap_or_default()
    }

    fn is_ticked(&self, person: &MemberCard) -> bool {
        self.kept.contains(&person.handle)
    }

    /// Those who are selected and stand on another page.
    fn elsewhere(&self) -> Vec<&str> {
        let here: HashSet<&str> = self.list.rows.iter().map(|row| row.person.handle.as_str()).collect();
        self.kept.iter().map(String::as_str).filter(|handle| !here.contains(handle)).collect()
    }

    /// The beginning of the query of another page of the same search.
    fn prefix(&self) -> String {
        prefix(&self.q)
    }
}

/// The beginning of the query of a search.
fn prefix(q: &str) -> String {
    if q.is_empty() { String::new() } else { crate::web::form::query([("q", q)]) + "&" }
}

fn searched(form: &Form) -> String {
    form.get("q").trim().chars().take(200).collect()
}

/// The list at a query, with these selected.
fn at(query: &str, selected: &BTreeSet<String>) -> String {
    let selected = selected.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let selected = if selected.is_empty() { selected } else { crate::web::form::query([("selected", &selected)]) };
    let both: Vec<&str> =
        [query.trim_end_matches('&'), &selected].into_iter().filter(|part| !part.is_empty()).collect();
    format!("/connections/disconnected?{}", both.join("&")).trim_end_matches('?').to_owned()
}

/// `GET /connections/disconnected`, with a search.
///
/// # Errors
/// The database's.
pub async fn disconnected(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    Query(query): Query,
) -> Result<HttpResponse, Error> {
    show(&site, page, me, query, Problems::default()).await
}

/// The list at a query.
async fn show(
    site: &SiteData,
    page: Layout,
    me: SignedIn,
    query: Form,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (mine, limits, from) = (me.counted(), site.limits(), query.get("from").to_owned());
    let q = searched(&query);
    let (words, here) = (q.clone(), prefix(&q) + &PageRequest::of(&query).query());
    let selected = query.get("selected").split(' ').filter(|handle| names::is_handle(handle)).map(str::to_owned);
    let selected: BTreeSet<String> = selected.take(KEPT).collect();
    let (removals, kept, list) = site
        .read(move |connection| {
            let removals = removal::remembered(connection, mine.id, REMOVALS)?;
            let kept = match selected.is_empty() {
                true => selected,
                false => former::of_these(connection, &limits, mine.id, &selected)?,
            };
            let list = former::disconnected(connection, &limits, mine.id, &words, &PageRequest::of(&query))?;
            Ok((removals, kept, list))
        })
        .await?;
    let tabs = Tabs::new(mine, &from);
    let no_room = said_no_room(&me, &site.limits());
    let again = problems.any();
    let list = Disconnected { page, removals, q, list, tabs, kept, here, no_room, problems };
    list.show_checked(again)
}

/// `POST /connections/disconnected`: *Re-invite ticked*, or a search or another page, to which the ticks go along.
///
/// # Errors
/// The database's.
pub async fn re_invite_ticked(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (id, limits) = (me.id, site.limits());
    let ticked: BTreeSet<String> = form.all("member").map(str::to_owned).collect();
    let here = query_of(form.get("here"))?;
    let onward = match form.get("press") {
        "" => None,
        "search" => Some(prefix(&searched(&form))),
        "select_none" => return Ok(redirect.to(&at(&here, &BTreeSet::new()))),
        query => Some(query_of(query)?),
    };
    if let Some(query) = onward {
        let (number, kept) = (ticked.len(), short_enough(ticked));
        if kept.len() < number {
            redirect.refused(t("So many cannot be selected at once. Re-invite these, then select others."));
        }
        return Ok(redirect.to(&at(&query, &kept)));
    }
    if ticked.is_empty() {
        let problems = Problems::unselected(t("Nobody is selected. Select the people to re-invite first."));
        return show(&site, page, me, Form::parse(here.as_bytes())?, problems).await;
    }
    let Ticked { back, asked, refused } =
        site.write(move |connection| re_invite_all(connection, &limits, id, &ticked)).await?;
    let reinvited = match &back[..] {
        [] => String::new(),
        [name] => tf("You and {name} are connected again. Everything is as it was.", name),
        many => tn(
            many.len(),
            "{n} connection restored. Everything is as it was, and nobody has been told.",
            "{n} connections restored. Everything is as it was, and nobody has been told.",
        ),
    };
    let not = [refused.map(|refusal| sentence(refusal, "")), (!asked.is_empty()).then(|| not_at_once(&asked))];
    let not = not.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if !not.is_empty() {
        redirect.refused(format!("{reinvited} {not}").trim().to_owned());
    } else if !reinvited.is_empty() {
        redirect.done(reinvited);
    }
    Ok(redirect.to(&at(&here, &BTreeSet::new())))
}

/// A query of the list that a form names, put together anew.
fn query_of(text: &str) -> Result<String, Error> {
    let form = Form::parse(text.as_bytes())?;
    Ok(prefix(&searched(&form)) + &PageRequest::of(&form).query())
}

/// Returns as many as an address can take along.
fn short_enough(ticked: BTreeSet<String>) -> BTreeSet<String> {
    let mut length = 0;
    let fits = |handle: &String| {
        length += handle.len() + 1;
        length <= KEPT
    };
    ticked.into_iter().take_while(fits).collect()
}

/// Names the first who have to be asked, and how many there are besides: a notice has to fit into a cookie.
fn not_at_once(names: &[String]) -> String {
    let (first, others) = names.split_at(names.len().min(NAMED));
    let first = listed(first);
    let names = match others.len() {
        0 => first,
        more => format!("{first} {}", tn(more, "and {n} more", "and {n} more")),
    };
    tf("Not back at once, since they have to be asked: {names}. Re-invite them one by one.", &names)
}

/// What *Re-invite ticked* has come to.
#[derive(Default)]
struct Ticked {
    /// The names of those who are back.
    back: Vec<String>,
    /// The names of those who have to be asked.
    asked: Vec<String>,
    /// Why the member can have no more back.
    refused: Option<Refusal>,
}

/// Restores what re-inviting restores at once, as far as there is room.
fn re_invite_all(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    ticked: &BTreeSet<String>,
) -> Result<Ticked, Error> {
    let of_handles = handles::table.inner_join(members::table.on(members::id.eq(handles::member_id)));
    let of_handles = of_handles.filter(handles::handle.eq_any(ticked)).filter(members::deletion_due_at.is_null());
    let of_handles = of_handles.order(members::sort_first);
    let persons: Vec<MemberCard> = of_handles.select(MemberCard::as_select()).load(connection)?;
    let mut ticked = Ticked::default();
    for person in persons {
        let between = Between { viewer: me, other: person.id };
        let row = store::row(connection, between)?;
        match row.map(|row| row.side_at(now(), limits)) {
            // Pressed twice, or undone in another tab.
            Some(Side::Connected) => ticked.back.push(person.full_name),
            Some(Side::Disconnected { .. }) => match reinvite(connection, limits, between)? {
                Some(Reinvite::Restores) => match act(connection, limits, between, Action::Invite, "")? {
                    Ok(_) => ticked.back.push(person.full_name),
                    Err(refusal) => ticked.refused = Some(refusal),
                },
                _ => ticked.asked.push(person.full_name),
            },
            // Who stands in no list of one's own is not named.
            _ => {}
        }
    }
    Ok(ticked)
}
