//! *People you blocked*, and the list it shares with *People you disconnected from*: those one has disconnected from, newest first.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use askama::Template;
use diesel::prelude::*;

use crate::connections::list;
use crate::connections::row::{State, StoredPrior};
use crate::connections::store;
use crate::connections::tabs::Tabs;
use crate::dates::{self, now};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{filters, t, tf};
use crate::members::MemberCard;
use crate::relationship::Limits;
use crate::schema::{handles, members, relationships};
use crate::web::form::Query;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::pagination::{Cursor, ListPage, PageRequest};
use crate::web::site::SiteData;

/// Somebody whom one has disconnected from or blocked.
#[derive(Debug, Clone)]
pub struct Former {
    /// Who.
    pub person: MemberCard,
    /// When.
    pub when: String,
    /// They were a connection at the time.
    pub were_connected: bool,
    /// Why, for oneself.
    pub private_reason: String,
    /// *They may invite me again*.
    pub may_invite_again: bool,
    /// When.
    pub changed_at: i64,
}

impl Former {
    /// The day for `<time datetime>`.
    pub fn day_iso(&self) -> String {
        dates::iso(self.changed_at)
    }

    /// The reason, behind what it is called.
    pub fn labelled_reason(&self) -> String {
        tf("{filter}: {value}", (t("Private reason"), &self.private_reason))
    }
}

#[derive(Template)]
#[template(path = "connections/blocked.html")]
struct Blocked {
    page: Layout,
    list: ListPage<Former>,
    tabs: Tabs,
}

/// `GET /connections/blocked`
///
/// # Errors
/// The database's.
pub async fn blocked(site: SiteData, page: Layout, me: SignedIn, Query(query): Query) -> Result<HttpResponse, Error> {
    let (mine, at) = (me.counted(), PageRequest::of(&query));
    let list = site.read(move |connection| blocked_ones(connection, mine.id, &at)).await?;
    Blocked { page, list, tabs: Tabs::new(mine, query.get("from")) }.show()
}

/// Reads a page of those one has blocked.
///
/// # Errors
/// The database's.
pub fn blocked_ones(connection: &mut Connection, me: MemberId, at: &PageRequest) -> Result<ListPage<Former>, Error> {
    let total = store::in_state(me, State::Blocked).count().get_result(connection)?;
    paged(total, at, |at| in_state(connection, me, State::Blocked, "", at))
}

/// Reads a page of those one has disconnected from: also where an invitation came in between, and nothing came of it.
///
/// # Errors
/// The database's.
pub fn disconnected(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    q: &str,
    at: &PageRequest,
) -> Result<ListPage<Former>, Error> {
    use relationships::{disconnected_at, may_invite_again, prior, private_reason};
    let total: i64 = match q.is_empty() {
        true => store::in_state(me, State::Disconnected).count().get_result(connection)?,
        false => {
            let named = store::in_state(me, State::Disconnected)
                .inner_join(members::table.on(members::id.eq(relationships::other_id)))
                .into_boxed();
            list::matching!(named, q).count().get_result(connection)?
        }
    };
    let oldest_open = limits.oldest_open(dates::now());
    let again: i64 =
        list::matching!(store::with_expired_invitation(me, oldest_open), q).count().get_result(connection)?;
    paged(total + again, at, |at| {
        let mut rows = in_state(connection, me, State::Disconnected, q, at)?;
        if again > 0 {
            let day = disconnected_at.assume_not_null();
            let columns = (day, prior, private_reason, may_invite_again, MemberCard::as_select());
            let found = list::matching!(store::with_expired_invitation_by_age(me, oldest_open, at), q).select(columns);
            rows.extend(found.load(connection)?.into_iter().map(|row| former(State::Disconnected, row)));
            rows = at.merged(rows, |row| (row.changed_at, row.person.id));
        }
        Ok(rows)
    })
}

/// Returns which of these handles belong to members whom one has disconnected from.
///
/// # Errors
/// The database's.
pub fn of_these(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    these: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Error> {
    let own = relationships::other_id.eq(handles::member_id).and(relationships::owner_id.eq(me));
    let rows = handles::table.inner_join(relationships::table.on(own)).filter(handles::handle.eq_any(these));
    // Also those with whom an invitation came in between that has expired, as `store::expired_invitation` has them.
    let expired = relationships::state.between(State::Invited, State::Declined);
    let expired = expired.and(relationships::disconnected_at.is_not_null());
    let expired = expired.and(relationships::invited_at.le(limits.oldest_open(now())).assume_not_null());
    let rows = rows.filter(relationships::state.eq(State::Disconnected).or(expired));
    Ok(rows.select(handles::handle).load::<String>(connection)?.into_iter().collect())
}

/// A row as it is read: when, what came before, why, whether they may invite again, who.
type Read = (i64, StoredPrior, String, bool, MemberCard);

fn in_state(
    connection: &mut Connection,
    me: MemberId,
    state: State,
    q: &str,
    at: &PageRequest,
) -> Result<Vec<Former>, Error> {
    use relationships::{changed_at, may_invite_again, prior, private_reason};
    let columns = (changed_at, prior, private_reason, may_invite_again, MemberCard::as_select());
    let rows = list::matching!(store::by_age(me, state, at), q).select(columns).load(connection)?;
    Ok(rows.into_iter().map(|row| former(state, row)).collect())
}

fn former(state: State, (changed_at, prior, private_reason, may_invite_again, person): Read) -> Former {
    let (when, were_connected) = (dates::long(changed_at), prior.was_connected(state));
    Former { person, when, were_connected, private_reason, may_invite_again, changed_at }
}

fn paged(
    total: i64,
    at: &PageRequest,
    fetch: impl FnMut(&PageRequest) -> Result<Vec<Former>, Error>,
) -> Result<ListPage<Former>, Error> {
    let cursor = |row: &Former| Cursor { key: row.changed_at.to_string(), id: row.person.id.get() };
    ListPage::read(at, total, Cursor::oldest(), fetch, cursor)
}
