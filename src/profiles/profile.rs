//! A member's page as others get it, with the action that fits.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::Path;
use askama::Template;

use crate::cache::Cache;
use crate::connections::mutual::{ViewerAndOther, walked};
use crate::connections::refusal::in_place_of_button;
use crate::connections::standing::{self, Standing};
use crate::connections::{self, invitations, visible};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::Between;
use crate::language::filters;
use crate::language::mutual_connections;
use crate::members::ConnectionCount;
use crate::network::degree::{self, Nearness};
use crate::notifications::store as notifications;
use crate::profiles::own::{self, ViewAs};
use crate::profiles::shown::Shown;
use crate::relationship::{Limits, Offer, Reinvite};
use crate::web::form::Query;
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::site::SiteData;
use crate::web::viewer::Viewer;

/// Faces of mutual connections that stand under the name.
const FACES: usize = 3;

#[derive(Template)]
#[template(path = "members/profile.html")]
pub(super) struct ProfilePage {
    pub(super) page: Layout,
    pub(super) shown: Shown,
    pub(super) counted: ConnectionCount,
    pub(super) standing: Standing,
    pub(super) nearness: Nearness,
    pub(super) reinvite: Option<Reinvite>,
    /// Why they cannot be invited now, for the viewer's own reasons.
    pub(super) hindrance: String,
    /// What withdrawing the invitation costs.
    pub(super) price: String,
    /// The address of the page, to be copied.
    pub(super) address: String,
    /// Its owner looks at it as somebody else.
    pub(super) view_as: Option<ViewAs>,
}

impl ProfilePage {
    fn mutual_counted(&self) -> String {
        mutual_connections(self.nearness.shared)
    }

    fn asks_first(&self) -> bool {
        self.reinvite == Some(Reinvite::AsksFirst)
    }

    /// Whether there is nothing yet of what is private to the viewer.
    fn has_no_remarks(&self) -> bool {
        self.standing.private_note.is_empty() && self.standing.tags.is_empty()
    }
}

/// Another member's profile as it was read.
type Read = ((Shown, ConnectionCount), Standing, Nearness, Option<Reinvite>, String);

/// `GET /in/{handle}`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn profile(
    site: SiteData,
    mut page: Layout,
    me: SignedIn,
    handle: Path<String>,
    Query(query): Query,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let address = format!("{}/in/{handle}", site.address);
    if *handle == me.handle {
        return own::own(&site, page, me, address, ViewAs::of(query.get("view"))).await;
    }
    let (limits, cache, viewer, wanted) = (site.limits(), site.cache.clone(), me.viewer(), handle.clone());
    let read = site
        .read_walking(walked(&site.cache, me.counted()), move |connection| {
            other(connection, (&limits, &cache), &viewer, &wanted)
        })
        .await?;
    let ((shown, counted), standing, nearness, reinvite, price) = read;
    let person = &shown.member.person;
    if person.handle != *handle {
        return Ok(HttpResponse::Found().insert_header((LOCATION, format!("/in/{}", person.handle))).finish());
    }
    if page.opened && me.unread > 0 && redirect.came_from().is_some_and(|path| path.starts_with("/notifications")) {
        let (owner, other) = (me.id, person.id);
        let read = site
            .write(move |connection| notifications::mark_all_of(connection, Between { viewer: owner, other }))
            .await?;
        page.have_read(read);
    }
    let hindrance = match connections::allowance::own_hindrance(&me, &site.limits(), &standing) {
        Some(refusal) => in_place_of_button(refusal, &person.full_name),
        None => String::new(),
    };
    ProfilePage { page, shown, counted, standing, nearness, reinvite, hindrance, price, address, view_as: None }.show()
}

fn other(
    connection: &mut Connection,
    (limits, cache): (&Limits, &Cache),
    me: &Viewer,
    handle: &str,
) -> Result<Read, Error> {
    let (member, row) = visible::member(connection, limits, me.id, handle)?;
    let id = member.person.id;
    let price = row.as_ref().map_or_else(String::new, |row| invitations::price(row, limits, &member.person.full_name));
    let standing = standing::one(connection, limits, Between { viewer: me.id, other: id }, row)?;
    let counted = ConnectionCount::of(connection, id)?;
    let nearness = degree::nearness(connection, cache, ViewerAndOther::of(me, counted), standing.connected(), FACES)?;
    let reinvite = match standing.offer() {
        Offer::Reinvite => connections::reinvite(connection, limits, Between { viewer: me.id, other: id })?,
        _ => None,
    };
    let shown = Shown::to(connection, member, standing.connected())?;
    Ok(((shown, counted), standing, nearness, reinvite, price))
}
