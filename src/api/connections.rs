//! One's connections, those one has disconnected from, and those one has blocked.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::accounts::tokens::Scope;
use crate::api::asked::{Answer, Asked};
use crate::api::problem::{Problem, one_of};
use crate::api::shapes::{Member, Page, PageQuery};
use crate::connections::former::{self, Former};
use crate::connections::list::{self, Connected, Filter, Sort};
use crate::dates;
use crate::web::form::Form;

/// A connection.
#[derive(Debug, Serialize, ToSchema)]
pub struct Connection {
    /// Who.
    member: Member,
    /// Since when.
    #[schema(format = DateTime)]
    connected_since: String,
    /// Where they work.
    company: String,
    /// Your private tags.
    tags: Vec<String>,
    /// Your private note.
    private_note: String,
}

impl From<Connected> for Connection {
    fn from(row: Connected) -> Connection {
        Connection {
            member: row.person.into(),
            connected_since: row.columns.connected_at.map_or_else(String::new, dates::instant),
            company: row.columns.company,
            tags: row.tags,
            private_note: row.columns.private_note,
        }
    }
}

/// Which connections, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct ConnectionQuery {
    /// Words of a name, headline, company or location.
    q: Option<String>,
    /// A tag of yours.
    tag: Option<String>,
    /// A part of the company's name; in quotation marks, the whole of it.
    company: Option<String>,
    /// A part of the location; in quotation marks, the whole of it.
    location: Option<String>,
    /// Connected on this day or later.
    #[param(format = Date)]
    connected_after: Option<String>,
    /// Connected before this day.
    #[param(format = Date)]
    connected_before: Option<String>,
    /// No message was exchanged on this day or later.
    #[param(format = Date)]
    no_message_since: Option<String>,
    /// `1` for those with whom no message was exchanged at all.
    never_exchanged_a_word: Option<String>,
    /// `recent`, `first_name`, `last_name`, `longest_ago` or `company`.
    sort: Option<String>,
}

/// Somebody you disconnected from, or blocked.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormerConnection {
    /// Who.
    member: Member,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Whether they were a connection then.
    were_connected: bool,
    /// Why, for yourself.
    private_reason: String,
    /// Whether they may invite you again.
    may_invite_again: bool,
}

impl From<Former> for FormerConnection {
    fn from(row: Former) -> FormerConnection {
        FormerConnection {
            member: row.person.into(),
            at: dates::instant(row.changed_at),
            were_connected: row.were_connected,
            private_reason: row.private_reason,
            may_invite_again: row.may_invite_again,
        }
    }
}

/// Reads a filter, and refuses one that cannot be: a day that is none, or an order that there is not.
///
/// # Errors
/// The problem.
pub fn filter_of(form: &Form) -> Result<Filter, Problem> {
    let filter = Filter::of(form);
    let mut problems = filter.problems();
    one_of(&mut problems, form, "sort", &Sort::ALL.map(Sort::word));
    one_of(&mut problems, form, "never_exchanged_a_word", &["1", "true", "0", "false"]);
    Problem::of_fields(&problems).map_or(Ok(filter), Err)
}

/// Lists your connections.
#[utoipa::path(
    get, path = "/api/v1/connections", tag = "Connections", operation_id = "connections",
    params(ConnectionQuery, PageQuery),
    responses((status = 200, description = "A page of your connections", body = Page<Connection>)),
    security(("token" = ["connections:read"])),
)]
pub async fn connections(asked: Asked) -> Answer {
    asked.needs(Scope::ReadConnections)?;
    let query = asked.query()?;
    let (filter, at, mine) = (filter_of(&query)?, asked.page()?, asked.viewer().counted());
    let cache = asked.cache();
    asked
        .read(move |connection| {
            let mut list = list::page(connection, &cache, mine, &filter, &at)?;
            list::with_tags(connection, mine.id, &mut list)?;
            Ok(Page::of(list, Connection::from))
        })
        .await
}

/// Lists those you disconnected from.
#[utoipa::path(
    get, path = "/api/v1/connections/disconnected", tag = "Connections", operation_id = "disconnected",
    params(("q" = Option<String>, Query, description = "Words of a name, headline, company or location"), PageQuery),
    responses((status = 200, description = "A page of them, the latest first", body = Page<FormerConnection>)),
    security(("token" = ["connections:read"])),
)]
pub async fn disconnected(asked: Asked) -> Answer {
    asked.needs(Scope::ReadConnections)?;
    let (limits, me, at) = (asked.limits(), asked.me(), asked.page()?);
    let q: String = asked.query()?.get("q").trim().chars().take(200).collect();
    asked
        .read(move |connection| {
            Ok(Page::of(former::disconnected(connection, &limits, me, &q, &at)?, FormerConnection::from))
        })
        .await
}

/// Lists those you blocked.
#[utoipa::path(
    get, path = "/api/v1/connections/blocked", tag = "Connections", operation_id = "blocked",
    params(PageQuery),
    responses((status = 200, description = "A page of them, the latest first", body = Page<FormerConnection>)),
    security(("token" = ["connections:read"])),
)]
pub async fn blocked(asked: Asked) -> Answer {
    asked.needs(Scope::ReadConnections)?;
    let (me, at) = (asked.me(), asked.page()?);
    asked.read(move |connection| Ok(Page::of(former::blocked_ones(connection, me, &at)?, FormerConnection::from))).await
}
