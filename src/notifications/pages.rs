//! The page of notifications; looking at it marks them as seen.

use actix_web::HttpResponse;
use askama::Template;
use diesel::prelude::*;

use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::language::filters;
use crate::language::tf;
use crate::members::MemberCard;
use crate::notifications::mark_as_read;
use crate::relationship::Tell;
use crate::schema::{members, notifications};
use crate::web::form::{Form, Query};
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::pagination::{Cursor, ListPage, PageRequest};
use crate::web::site::SiteData;

/// A line of the page.
#[derive(Debug)]
struct Line {
    id: i64,
    person: MemberCard,
    kind: i16,
    note: String,
    when: String,
    new: bool,
}

impl Line {
    fn is(&self, tell: Tell) -> bool {
        self.kind == tell as i16
    }

    /// What happened.
    fn sentence(&self) -> String {
        let name = &self.person.full_name;
        match () {
            () if self.is(Tell::Invited) => tf("{name} would like to connect.", name),
            () if self.is(Tell::Accepted) => tf("{name} accepted your invitation.", name),
            () => tf("{name} invited you, and as an open networker you are connected.", name),
        }
    }
}

#[derive(Template)]
#[template(path = "notifications/notifications.html")]
struct Notifications {
    page: Layout,
    list: ListPage<Line>,
}

/// `GET /notifications`
///
/// # Errors
/// The database's.
pub async fn notifications(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    Query(query): Query,
) -> Result<HttpResponse, Error> {
    let id = me.id;
    let list = site.db.read(move |connection| lines(connection, id, &query)).await?;
    if let Some(newest) = list.rows.first().filter(|line| line.new && page.opened).map(|line| line.id) {
        site.db.write(move |connection| mark_as_read(connection, id, newest)).await?;
    }
    Notifications { page, list }.show()
}

fn lines(connection: &mut Connection, me: i64, query: &Form) -> Result<ListPage<Line>, Error> {
    let at = PageRequest::of(query);
    let seen: i64 = members::table.find(me).select(members::notifications_seen).first(connection)?;
    let now = dates::now();
    let line = |(id, when, (kind, note), person): Fetched| Line {
        id,
        person,
        kind,
        note,
        when: dates::ago(when, now),
        new: id > seen,
    };
    let fetch = |at: &PageRequest| Ok(fetched(connection, me, at)?.into_iter().map(line).collect());
    // They are not counted.
    ListPage::read(&at, 0, Cursor::oldest(), fetch, |line: &Line| Cursor { key: String::new(), id: line.id })
}

type Fetched = (i64, i64, (i16, String), MemberCard);

fn fetched(connection: &mut Connection, me: i64, at: &PageRequest) -> QueryResult<Vec<Fetched>> {
    let mine = notifications::table
        .inner_join(members::table.on(members::id.eq(notifications::other_id)))
        .filter(notifications::owner_id.eq(me))
        .into_boxed();
    let mine = match at.cursor() {
        Some((cursor, true)) => mine.filter(notifications::id.gt(cursor.id)).order(notifications::id.asc()),
        Some((cursor, false)) => mine.filter(notifications::id.lt(cursor.id)).order(notifications::id.desc()),
        None => mine.order(notifications::id.desc()),
    };
    let told = (notifications::kind, notifications::note);
    let columns = (notifications::id, notifications::created_at, told, MemberCard::as_select());
    mine.select(columns).limit(at.limit()).load(connection)
}
