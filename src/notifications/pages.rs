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
use crate::notifications::{Event, mark_as_read};
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
    event: Event,
    note: String,
    when: String,
    new: bool,
}

impl Line {
    /// What happened.
    fn sentence(&self) -> String {
        let name = &self.person.full_name;
        match self.event {
            Event::Invited => tf("{name} would like to connect.", name),
            Event::Accepted => tf("{name} accepted your invitation.", name),
            Event::AcceptedForYou => tf("{name} invited you, and as an open networker you are connected.", name),
            Event::Message => tf("{name} sent you a message.", name),
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
    let list = site.read(move |connection| lines(connection, id, &query)).await?;
    if let Some(newest) = list.rows.first().filter(|line| line.new && page.opened).map(|line| line.id) {
        site.write(move |connection| mark_as_read(connection, id, newest)).await?;
    }
    Notifications { page, list }.show()
}

fn lines(connection: &mut Connection, me: i64, query: &Form) -> Result<ListPage<Line>, Error> {
    let at = PageRequest::of(query);
    let now = dates::now();
    let line = |(id, when, (event, note, read), person): Fetched| Line {
        id,
        person,
        event,
        note,
        when: dates::ago(when, now),
        new: !read,
    };
    // They are not counted.
    let fetch = |at: &PageRequest| Ok(fetched(connection, me, at)?.into_iter().map(line).collect());
    ListPage::read(&at, 0, Cursor::oldest(), fetch, |line: &Line| Cursor { key: String::new(), id: line.id })
}

type Fetched = (i64, i64, (Event, String, bool), MemberCard);

fn fetched(connection: &mut Connection, me: i64, at: &PageRequest) -> QueryResult<Vec<Fetched>> {
    let mine = notifications::table
        .inner_join(members::table.on(members::id.eq(notifications::other_id)))
        .filter(notifications::owner_id.eq(me))
        .filter(notifications::deleted_at.is_null())
        .into_boxed();
    let mine = match at.cursor() {
        Some((cursor, true)) => mine.filter(notifications::id.gt(cursor.id)).order(notifications::id.asc()),
        Some((cursor, false)) => mine.filter(notifications::id.lt(cursor.id)).order(notifications::id.desc()),
        None => mine.order(notifications::id.desc()),
    };
    let told = (notifications::kind, notifications::note, notifications::is_read);
    let columns = (notifications::id, notifications::created_at, told, MemberCard::as_select());
    mine.select(columns).limit(at.limit()).load(connection)
}
