//! Lists of people on a profile: whom one knows in common, and whom a connection shows.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::connections::mutual::{self, ViewerAndOther};
use crate::connections::{list, visible};
use crate::dates::now;
use crate::db::Connection;
use crate::error::Error;
use crate::language::filters;
use crate::language::{tf, tnf};
use crate::members::{ConnectionCount, ConnectionsSeenBy, MemberCard};
use crate::profiles::directory::{self, Card};
use crate::relationship::{Limits, Side};
use crate::web::form::Query;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::pagination::PageRequest;
use crate::web::site::SiteData;
use crate::web::viewer::Viewer;

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
    let (viewer, limits, cache, handle) = (me.viewer(), site.limits(), site.cache.clone(), handle.into_inner());
    let (member, cards, total, paged) = site
        .read_walking(mutual::walked(&site.cache, me.counted()), move |connection| {
            let member = visible::member(connection, &limits, viewer.id, &handle)?.0;
            if member.person.id == viewer.id {
                return Err(Error::NotFound);
            }
            let other = ConnectionCount::of(connection, member.person.id)?;
            let two = ViewerAndOther::of(&viewer, other);
            let list = mutual::page(connection, &cache, two, &PageRequest::of(&query))?;
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
    let (viewer, limits, at, handle) = (me.viewer(), site.limits(), PageRequest::of(&query), handle.into_inner());
    let (member, cards, paged) = site
        .read(move |connection| {
            let (member, row) = visible::member(connection, &limits, viewer.id, &handle)?;
            let connected = row.is_some_and(|row| row.side_at(now(), &limits) == Side::Connected);
            if !connected || member.connections_seen_by != ConnectionsSeenBy::Connections {
                return Err(Error::NotFound);
            }
            let other = ConnectionCount::of(connection, member.person.id)?;
            let list = list::page_of_other(connection, &limits, (other.id, other.number), viewer.id, &at)?;
            let people = list.rows.into_iter().map(|row| row.person).collect();
            let paged = Some((list.previous, list.next));
            Ok((member, cards(connection, &limits, &viewer, people)?, paged))
        })
        .await?;
    let title = tf("Connections of {name}", &member.person.full_name);
    Persons { page, title, back: member.person.handle, cards, paged }.show()
}
