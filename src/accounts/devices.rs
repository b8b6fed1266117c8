//! `/settings/devices`: where a member is signed in, each ended by itself, and what happened to the account.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use diesel::prelude::*;

use crate::accounts::events::{self, Events, Kind};
use crate::accounts::sessions::{self, GREATEST_AGE};
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{EventId, MemberId, SessionId};
use crate::language::{filters, t, tf};
use crate::schema::sessions as table;
use crate::web::cookie::IDLE;
use crate::web::device;
use crate::web::form::Query;
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::site::SiteData;
use crate::web::viewer::Viewer;

/// A browser in which the member is signed in.
#[derive(Debug)]
struct Device {
    id: SessionId,
    name: String,
    since: i64,
    last_seen: i64,
    is_this: bool,
}

impl Device {
    fn since(&self) -> String {
        dates::long(self.since)
    }

    fn since_moment(&self) -> String {
        dates::instant(self.since)
    }

    fn seen(&self) -> String {
        dates::ago(self.last_seen, dates::now())
    }

    fn seen_moment(&self) -> String {
        dates::instant(self.last_seen)
    }
}

#[derive(Template)]
#[template(path = "accounts/devices.html")]
struct Devices {
    page: Layout,
    devices: Vec<Device>,
    events: Events,
}

/// `GET /settings/devices`
///
/// # Errors
/// The database's.
pub async fn devices(site: SiteData, page: Layout, me: SignedIn, Query(query): Query) -> Result<HttpResponse, Error> {
    let before: Option<EventId> = query.get("before").parse().ok();
    let viewer = me.viewer();
    let (devices, events) = site
        .read(move |connection| Ok((load(connection, &viewer)?, events::list(connection, viewer.id, before)?)))
        .await?;
    Devices { page, devices, events }.show()
}

/// Loads where a member is signed in: first this device, then those that were seen last.
fn load(connection: &mut Connection, viewer: &Viewer) -> Result<Vec<Device>, Error> {
    let mine = table::table
        .filter(table::member_id.eq(viewer.id))
        .filter(table::last_seen.gt(dates::now() - IDLE))
        .filter(table::created_at.gt(dates::now() - GREATEST_AGE))
        .order(table::last_seen.desc());
    let columns = (table::id, table::device, table::created_at, table::last_seen, table::token_hash);
    type Row = (SessionId, String, i64, i64, String);
    let rows = mine.select(columns).load::<Row>(connection)?;
    let device = |(id, agent, since, last_seen, hash): Row| Device {
        id,
        name: device::name(&agent),
        since,
        last_seen,
        is_this: hash == viewer.token_hash,
    };
    let mut devices: Vec<Device> = rows.into_iter().map(device).collect();
    devices.sort_by_key(|device| !device.is_this);
    Ok(devices)
}

/// `POST /settings/devices`: signs out everywhere else.
///
/// # Errors
/// The database's.
pub async fn sign_out_others(site: SiteData, me: SignedIn, redirect: Redirect) -> Result<HttpResponse, Error> {
    site.write(move |connection| {
        let ended = sessions::end_others(connection, &me)?;
        if ended > 0 {
            events::record(connection, me.id, Kind::SignedOutOthers, "")?;
        }
        Ok(())
    })
    .await?;
    redirect.done(t("You are signed out everywhere else."));
    Ok(redirect.to("/settings/devices"))
}

/// `POST /settings/devices/{id}`: signs out one of them.
///
/// # Errors
/// The database's.
pub async fn sign_out(
    site: SiteData,
    me: SignedIn,
    id: Path<SessionId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let id = id.into_inner();
    let ended = site.write(move |connection| end(connection, me.id, id)).await?;
    match ended {
        Some(name) => redirect.done(tf("Signed out: {device}", &name)),
        // Pressed twice, or signed out there meanwhile.
        None => redirect.done(t("That device is signed out.")),
    };
    Ok(redirect.to("/settings/devices"))
}

/// Ends a session by its id, and returns what its device is called.
fn end(connection: &mut Connection, member: MemberId, id: SessionId) -> Result<Option<String>, Error> {
    let one = table::table.filter(table::member_id.eq(member)).filter(table::id.eq(id));
    let Some(agent) = one.select(table::device).first::<String>(connection).optional()? else { return Ok(None) };
    diesel::delete(one).execute(connection)?;
    let name = device::name(&agent);
    events::record(connection, member, Kind::SignedOutDevice, &device::known_as(&agent))?;
    Ok(Some(name))
}
