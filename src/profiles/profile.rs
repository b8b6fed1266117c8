//! Profiles: one's own, to be edited in place, and another member's, with the action that fits.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::Path;
use askama::Template;

use crate::cache::Cache;
use crate::connections::mutual::{self, ViewerAndOther};
use crate::connections::refusal::in_place_of_button;
use crate::connections::standing::{self, Standing};
use crate::connections::{self, invitations, list, visible};
use crate::dates::now;
use crate::db::Connection;
use crate::error::Error;
use crate::language::filters;
use crate::language::{mutual_connections, t, tf, tnf};
use crate::members::handles::{self, Changes};
use crate::members::store::{self, Link, Position};
use crate::members::{ConnectionsSeenBy, MemberCard, Profile, sorting};
use crate::network::degree::{self, Nearness};
use crate::notifications::store as notifications;
use crate::profiles::directory::{self, Card};
use crate::profiles::own as edit;
use crate::relationship::{Limits, Offer, Reinvite, Side};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::pagination::PageRequest;
use crate::web::site::{Site, SiteData};
use crate::web::viewer::Viewer;

/// Names of mutual connections that stand on a profile.
const NAMED: usize = 3;

#[derive(Template)]
#[template(path = "members/profile.html")]
struct ProfilePage {
    page: Layout,
    member: Profile,
    about: About,
    standing: Standing,
    nearness: Nearness,
    reinvite: Option<Reinvite>,
    list_is_open: bool,
    /// Why they cannot be invited now, for the viewer's own reasons.
    hindrance: String,
    /// What withdrawing the invitation costs.
    price: String,
}

impl ProfilePage {
    fn mutual_counted(&self) -> String {
        mutual_connections(self.nearness.shared)
    }

    fn asks_first(&self) -> bool {
        self.reinvite == Some(Reinvite::AsksFirst)
    }
}

/// What a member writes about themselves, besides the summary.
#[derive(Debug)]
struct About {
    positions: Vec<Position>,
    education: Vec<Position>,
    links: Vec<Link>,
}

/// Another member's profile as it was read.
type Read = (Profile, About, Standing, Nearness, Option<Reinvite>, String);

/// `GET /in/{handle}`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn profile(
    site: SiteData,
    mut page: Layout,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    if *handle == me.handle {
        return own(&site, page, me, (Form::default(), Problems::default(), String::new())).await;
    }
    let (limits, cache, viewer, wanted) = (site.limits, site.cache.clone(), me.viewer(), handle.clone());
    let read = site
        .read_walking(me.connection_count, move |connection| other(connection, (&limits, &cache), &viewer, &wanted))
        .await?;
    let (member, about, standing, nearness, reinvite, price) = read;
    if member.person.handle != *handle {
        return Ok(HttpResponse::Found().insert_header((LOCATION, format!("/in/{}", member.person.handle))).finish());
    }
    if page.opened && me.unread > 0 && redirect.came_from().is_some_and(|path| path.starts_with("/notifications")) {
        let (owner, other) = (me.id, member.person.id);
        let read = site.write(move |connection| notifications::mark_all_of(connection, owner, other)).await?;
        page.have_read(read);
    }
    let list_is_open = standing.connected() && member.connections_seen_by == ConnectionsSeenBy::Connections;
    let hindrance = match connections::allowance::own_hindrance(&me, &site.limits, &standing) {
        Some(refusal) => in_place_of_button(refusal, &member.person.full_name),
        None => String::new(),
    };
    ProfilePage { page, member, about, standing, nearness, reinvite, list_is_open, hindrance, price }.show()
}

fn other(
    connection: &mut Connection,
    (limits, cache): (&Limits, &Cache),
    me: &Viewer,
    handle: &str,
) -> Result<Read, Error> {
    let (member, row) = visible::member(connection, me.id, handle)?;
    let id = member.person.id;
    let price = row.as_ref().map_or_else(String::new, |row| invitations::price(row, limits, &member.person.full_name));
    let standing = standing::one(connection, limits, (me.id, id), row)?;
    let nearness = degree::nearness(connection, cache, ViewerAndOther::of(me, &member), standing.connected(), NAMED)?;
    let reinvite = match standing.offer() {
        Offer::Reinvite => connections::reinvite(connection, limits, me.id, id)?,
        _ => None,
    };
    let about = match member.is_hidden() {
        true => About { positions: Vec::new(), education: Vec::new(), links: Vec::new() },
        false => about(connection, id)?,
    };
    Ok((member, about, standing, nearness, reinvite, price))
}

fn about(connection: &mut Connection, member: i64) -> Result<About, Error> {
    let (positions, education) = store::positions(connection, member)?;
    Ok(About { positions, education, links: store::links(connection, member)? })
}

#[derive(Template)]
#[template(path = "members/own.html")]
struct Own {
    page: Layout,
    member: Profile,
    about: About,
    changes: Changes,
    form: Form,
    problems: Problems,
    /// Which form of the page is open because it has problems.
    open: String,
}

impl Own {
    /// What a field of a form shows: what was typed where this form has problems, else what is stored.
    fn value<'a>(&'a self, open: &str, field: &str, stored: &'a str) -> &'a str {
        if self.open == open { self.form.get(field) } else { stored }
    }

    /// The problem beside a field of a form.
    fn problem(&self, open: &str, field: &str) -> &str {
        if self.open == open { self.problems.of(field) } else { "" }
    }

    /// What the ids of the open form's fields end with.
    fn suffix(&self) -> String {
        match self.open.as_str() {
            "position" => "-new".into(),
            "school" => "-school".into(),
            id if id.parse::<i64>().is_ok() => format!("-{id}"),
            _ => String::new(),
        }
    }

    /// How the name stands in a list by last name unless the member says otherwise.
    fn sorts_as(&self) -> String {
        let guess = sorting::guess(&self.member.person.full_name);
        tf(
            "In lists by last name you are “{name}”. If that is wrong, write it like this: last name, first name.",
            &guess,
        )
    }

    /// Where the form of a position or school posts to.
    fn path_of(&self, position: &Position) -> String {
        format!("/profile/positions/{}", position.id)
    }

    /// A place that is yet to be written.
    fn blank(&self, kind: i16) -> Position {
        Position { kind, ..Position::default() }
    }

    /// What a change of the handle costs.
    fn handle_hint(&self) -> String {
        let hint =
            t("The last part of the address. The old one leads here for a year; taking it back is a change too.");
        format!("{hint} {}", edit::handle_changes(self.changes))
    }

    fn is_open(&self, open: &str) -> bool {
        self.open == open
    }
}

/// One's own profile; with problems, as the answer to the form that has them.
///
/// # Errors
/// The database's.
pub async fn own(
    site: &Site,
    page: Layout,
    me: SignedIn,
    (form, problems, open): (Form, Problems, String),
) -> Result<HttpResponse, Error> {
    let (id, handle) = (me.id, me.handle.clone());
    let (member, about, changes) = site
        .read(move |connection| {
            let member = visible::member(connection, id, &handle)?.0;
            Ok((member, about(connection, id)?, handles::changes(connection, id)?))
        })
        .await?;
    let again = problems.any();
    let own = Own { page, member, about, changes, form, problems, open };
    if again { own.show_again() } else { own.show() }
}

#[derive(Template)]
#[template(path = "members/persons.html")]
struct Persons {
    page: Layout,
    title: String,
    back: String,
    cards: Vec<Card>,
    paged: Option<(Option<String>, Option<String>)>,
}

/// Of whoever is on the list of one's own connection, each is at least a connection of a connection.
fn cards(
    connection: &mut Connection,
    limits: &Limits,
    viewer: &Viewer,
    people: Vec<MemberCard>,
) -> Result<Vec<Card>, Error> {
    let people = people.into_iter().map(|person| (String::new(), person)).collect();
    directory::cards(connection, limits, viewer, people)
}

/// `GET /in/{handle}/mutual`: whom both know.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn mutual(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    Query(query): Query,
) -> Result<HttpResponse, Error> {
    let (viewer, limits, handle) = (me.viewer(), site.limits, handle.into_inner());
    let (member, cards, total, paged) = site
        .read_walking(me.connection_count, move |connection| {
            let member = visible::member(connection, viewer.id, &handle)?.0;
            let list = mutual::page(connection, ViewerAndOther::of(&viewer, &member), &PageRequest::of(&query))?;
            let (total, paged) = (list.total, Some((list.previous, list.next)));
            Ok((member, cards(connection, &limits, &viewer, list.rows)?, total, paged))
        })
        .await?;
    let name = &member.person.full_name;
    let title = tnf(total, "{n} mutual connection with {name}", "{n} mutual connections with {name}", name);
    Persons { page, title, back: member.person.handle, cards, paged }.show()
}

/// `GET /in/{handle}/connections`: where the member shows their list to their connections, to those.
///
/// # Errors
/// [`Error::NotFound`], also where the list is not open to the viewer.
pub async fn connections(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    Query(query): Query,
) -> Result<HttpResponse, Error> {
    let (viewer, limits, at, handle) = (me.viewer(), site.limits, PageRequest::of(&query), handle.into_inner());
    let (member, cards, paged) = site
        .read(move |connection| {
            let (member, row) = visible::member(connection, viewer.id, &handle)?;
            let connected = row.is_some_and(|row| row.side_at(now(), &limits) == Side::Connected);
            if !connected || member.connections_seen_by != ConnectionsSeenBy::Connections {
                return Err(Error::NotFound);
            }
            let list = list::page_of_other(connection, (member.person.id, member.connection_count), viewer.id, &at)?;
            let people = list.rows.into_iter().map(|row| row.person).collect();
            let paged = Some((list.previous, list.next));
            Ok((member, cards(connection, &limits, &viewer, people)?, paged))
        })
        .await?;
    let title = tf("Connections of {name}", &member.person.full_name);
    Persons { page, title, back: member.person.handle, cards, paged }.show()
}
