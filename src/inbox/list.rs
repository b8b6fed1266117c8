//! `/inbox`: conversations, the newest first, and what one does with those that are ticked.

use std::collections::{BTreeSet, HashMap};

use actix_web::HttpResponse;
use askama::Template;
use diesel::prelude::*;

use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::inbox::deletion::{self, Recent};
use crate::inbox::found;
use crate::inbox::store::{self, Conversation};
use crate::language::{filters, t, tf};
use crate::limits::{Limit, Subject};
use crate::members::MemberCard;
use crate::schema::{conversations, handles};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::pagination::{Cursor, ListPage, PageRequest};
use crate::web::site::SiteData;

/// Letters of a message that stand in the list.
const GLIMPSE: usize = 140;

/// A conversation in the list.
#[derive(Debug)]
struct Line {
    person: MemberCard,
    is_unread: bool,
    glimpse: String,
    /// When the newest message was sent; nothing where there is only a draft.
    at: Option<i64>,
}

impl Line {
    fn of((conversation, person): (Conversation, MemberCard), newest: Option<store::Newest>) -> Line {
        let at = newest.as_ref().map(|(_, at, ..)| *at);
        let glimpse = match newest {
            _ if !conversation.draft.is_empty() => tf("Draft: {text}", glimpse(&conversation.draft)),
            Some((.., true, text)) => tf("You: {text}", glimpse(&text)),
            Some((.., text)) => glimpse(&text),
            None => String::new(),
        };
        Line { person, is_unread: conversation.is_unread, glimpse, at }
    }

    fn moment(&self) -> String {
        self.at.map_or_else(String::new, dates::instant)
    }

    fn when(&self) -> String {
        self.at.map_or_else(String::new, |at| dates::ago(at, dates::now()))
    }
}

/// The beginning of a text, in one line.
pub(super) fn glimpse(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(GLIMPSE) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

#[derive(Template)]
#[template(path = "inbox/inbox.html")]
struct Inbox {
    page: Layout,
    /// What is searched for: nothing.
    q: String,
    list: ListPage<Line>,
    deleted: Vec<Recent>,
    /// The query that leads to this page again.
    here: String,
    /// Whether every box is ticked.
    selects_all: bool,
    problems: Problems,
}

impl Inbox {
    fn is_part(&self) -> bool {
        self.list.previous.is_some() || self.list.next.is_some()
    }

    /// Whether there is anybody to write to.
    fn has_connections(&self) -> bool {
        self.page.member().is_some_and(|viewer| viewer.connection_count > 0)
    }
}

/// `GET /inbox`, and what is found with `q`.
///
/// # Errors
/// The database's.
pub async fn inbox(site: SiteData, page: Layout, me: SignedIn, Query(query): Query) -> Result<HttpResponse, Error> {
    let q: String = query.get("q").trim().chars().take(200).collect();
    if !q.is_empty() {
        site.meter(Limit::Search, Subject::member(me.id)).await?;
        return found::show(site, page, me, q).await;
    }
    show(&site, page, me, &query, Problems::default()).await
}

/// The conversations at a query.
async fn show(
    site: &SiteData,
    page: Layout,
    me: SignedIn,
    query: &Form,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let id = me.id;
    let (at, selects_all) = (PageRequest::of(query), query.get("select") == "all");
    let here = at.query();
    let (list, deleted) = site
        .read(move |connection| {
            let list = lines(connection, id, &at)?;
            Ok((list, deletion::recent(connection, id)?))
        })
        .await?;
    let again = problems.any();
    let inbox = Inbox { page, q: String::new(), list, deleted, here, selects_all, problems };
    inbox.show_checked(again)
}

fn lines(connection: &mut Connection, me: MemberId, at: &PageRequest) -> Result<ListPage<Line>, Error> {
    let fetch = |at: &PageRequest| store::conversations(connection, me, at);
    // They are not counted.
    let list = ListPage::read(at, 0, Cursor::oldest(), fetch, |(conversation, _)| Cursor {
        key: String::new(),
        id: conversation.place.unwrap_or_default().get(),
    })?;
    let others: Vec<MemberId> = list.rows.iter().map(|(conversation, _)| conversation.other_id).collect();
    let newest = store::newest_of(connection, me, &others)?;
    let mut newest: HashMap<MemberId, store::Newest> = newest.into_iter().map(|newest| (newest.0, newest)).collect();
    Ok(list.map(|row| {
        let newest = newest.remove(&row.0.other_id);
        Line::of(row, newest)
    }))
}

/// `POST /inbox`: *Delete selected*, *Mark as read*, *Mark as unread*.
///
/// # Errors
/// [`Error::NotFound`] where it is none of these, or the database's.
pub async fn change_ticked(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let deed = form.get("press").to_owned();
    if !matches!(deed.as_str(), "delete" | "read" | "unread") {
        return Err(Error::NotFound);
    }
    let (id, ticked): (MemberId, BTreeSet<String>) = (me.id, form.all("member").map(str::to_owned).collect());
    if ticked.is_empty() {
        let problems = Problems::unselected(t("Nothing is selected. Select conversations first."));
        return show(&site, page, me, &redirect.query_at("/inbox", "/inbox")?, problems).await;
    }
    let is_delete = deed == "delete";
    let (number, undo) = site
        .write(move |connection| {
            crate::db::lock_members(connection, [id])?;
            let others = owners_of(connection, id, &ticked)?;
            match deed.as_str() {
                "delete" => {
                    let deleted = deletion::conversations(connection, id, &others)?;
                    Ok((others.len(), deleted))
                }
                deed => Ok((store::mark(connection, id, &others, deed == "unread")?, None)),
            }
        })
        .await?;
    if is_delete {
        match undo {
            Some(undo) => redirect.undoable(deletion::sentence(number), deletion::undo_of(undo)),
            None => redirect.refused(t("There was nothing to do.")),
        };
    }
    Ok(redirect.back("/inbox"))
}

/// Whom of some handles a member has a conversation with.
fn owners_of(connection: &mut Connection, me: MemberId, ticked: &BTreeSet<String>) -> Result<Vec<MemberId>, Error> {
    let mut others = Vec::new();
    for handle in ticked {
        let other = handles::table
            .inner_join(conversations::table.on(conversations::other_id.eq(handles::member_id)))
            .filter(handles::handle.eq(handle))
            .filter(conversations::owner_id.eq(me))
            .filter(store::Shown)
            .select(conversations::other_id);
        others.extend(crate::db::on_engine!(connection, |own| other.first::<MemberId>(own)).optional()?);
    }
    Ok(others)
}
