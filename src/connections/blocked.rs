//! *People you blocked*, and the list it shares with *People you disconnected from*: those one has left, newest first.

use actix_web::HttpResponse;
use askama::Template;
use diesel::prelude::*;

use super::store::{self, state};
use crate::db::Connection;
use crate::error::Error;
use crate::members::Person;
use crate::schema::relationships;
use crate::web::form::Query;
use crate::web::page::{Me, Page, Show};
use crate::web::pagination::{At, Cursor, Paged};
use crate::{SiteData, dates};

/// Somebody one has left.
#[derive(Debug, Clone)]
pub struct Past {
    /// Who.
    pub person: Person,
    /// When.
    pub when: String,
    /// Why, for oneself.
    pub private_reason: String,
    /// *They may invite me again*.
    pub may_return: bool,
    changed_at: i64,
}

#[derive(Template)]
#[template(path = "connections/blocked.html")]
struct Blocked {
    page: Page,
    list: Paged<Past>,
}

/// `GET /connections/blocked`
///
/// # Errors
/// The database's.
pub async fn blocked(site: SiteData, page: Page, me: Me, Query(query): Query) -> Result<HttpResponse, Error> {
    let id = me.id;
    let list = site.db.read(move |connection| list(connection, id, state::BLOCKED, &At::of(&query))).await?;
    Blocked { page, list }.show()
}

/// Those one has left or blocked, a page at a time.
///
/// # Errors
/// The database's.
pub fn list(connection: &mut Connection, me: i64, state: i16, at: &At) -> Result<Paged<Past>, Error> {
    let total = store::in_state(me, state).count().get_result(connection)?;
    let columns =
        (relationships::changed_at, relationships::private_reason, relationships::may_return, Person::as_select());
    let rows: Vec<(i64, String, bool, Person)> = store::by_age(me, state, at).select(columns).load(connection)?;
    let past = |(changed_at, private_reason, may_return, person)| Past {
        person,
        when: dates::long(changed_at),
        private_reason,
        may_return,
        changed_at,
    };
    let rows = rows.into_iter().map(past).collect();
    Ok(Paged::new(rows, total, at, |row: &Past| Cursor { key: row.changed_at.to_string(), id: row.person.id }))
}
