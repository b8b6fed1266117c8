//! The page of notifications, each with the action that fits, and what one does with them.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::connections::allowance::said_no_room;
use crate::connections::standing::{self, Standing};
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{Between, MemberId, NotificationId};
use crate::language::{filters, t, tf};
use crate::notifications::Event;
use crate::notifications::store::{self, Entry};
use crate::relationship::Limits;
use crate::web::form::{Form, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::pagination::{Cursor, ListPage, PageRequest};
use crate::web::site::SiteData;
use crate::web::viewer::Viewer;

/// Where one stands after what was done, if the browser does not say where it was.
const HERE: &str = "/notifications";

/// A notification, and how one stands to whom it is of, now.
#[derive(Debug)]
struct Row {
    entry: Entry,
    standing: Standing,
}

impl Row {
    /// Whether *Message* stands on it: on an invitation once one has accepted it, and on whatever told of a connection; also
    /// of one that the other has ended since, who would give that away if it vanished.
    fn offers_message(&self) -> bool {
        self.entry.event != Event::Invited || self.standing.has_connected && !self.standing.offers_answer()
    }

    /// Whether what one did oneself since can be taken back here.
    fn offers_way_back(&self) -> bool {
        self.standing.offers_re_invite() || self.standing.offers_unblock()
    }

    /// Whether *Accept* or *Re-invite* stands on it.
    fn offers_connection(&self) -> bool {
        self.standing.offers_re_invite() || self.standing.offers_answer() && !self.offers_message()
    }

    /// What happened.
    fn sentence(&self) -> String {
        said(&self.entry)
    }

    fn moment(&self) -> String {
        dates::instant(self.entry.at)
    }

    fn when(&self) -> String {
        dates::ago(self.entry.at, dates::now())
    }
}

/// What happened, in a sentence.
fn said(entry: &Entry) -> String {
    let name = &entry.person.full_name;
    match entry.event {
        Event::Invited => tf("{name} would like to connect.", name),
        Event::Accepted => tf("{name} accepted your invitation.", name),
        Event::AcceptedForYou => tf("{name} invited you, and as an open networker you are connected.", name),
        Event::Message => tf("{name} sent you a message.", name),
    }
}

/// Where a deleted notification is brought back.
fn undo_of(notification: NotificationId) -> String {
    format!("{HERE}/{notification}/undo")
}

/// A notification that was deleted and can be brought back.
#[derive(Debug)]
struct Deleted {
    id: NotificationId,
    sentence: String,
    at: i64,
}

impl Deleted {
    fn of((entry, at): (Entry, i64)) -> Deleted {
        Deleted { id: entry.id, sentence: said(&entry), at }
    }

    fn undo(&self) -> String {
        undo_of(self.id)
    }

    fn day(&self) -> String {
        dates::long(self.at)
    }

    fn day_iso(&self) -> String {
        dates::iso(self.at)
    }
}

#[derive(Template)]
#[template(path = "notifications/notifications.html")]
struct Notifications {
    page: Layout,
    list: ListPage<Row>,
    /// The newest notification that the reader can know of.
    newest: NotificationId,
    /// What was deleted in the last day.
    deleted: Vec<Deleted>,
    /// Why no connection can be made now, for the member's own number; empty where no row offers one.
    no_room: String,
}

impl Notifications {
    fn has_unread(&self) -> bool {
        self.page.viewer.as_ref().is_some_and(|viewer| viewer.unread > 0)
    }
}

/// `GET /notifications`. To look at it reads nothing; following a link or acting does.
///
/// # Errors
/// The database's.
pub async fn notifications(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    Query(query): Query,
) -> Result<HttpResponse, Error> {
    let (limits, viewer) = (site.limits(), me.viewer());
    let read = move |connection: &mut Connection| {
        let (list, newest) = rows(connection, &limits, &viewer, &query)?;
        let deleted = store::deleted(connection, viewer.id)?.into_iter().map(Deleted::of).collect();
        Ok((list, newest, deleted))
    };
    let (list, newest, deleted) = site.read(read).await?;
    let mut no_room = said_no_room(&me, &site.limits());
    if !list.rows.iter().any(Row::offers_connection) {
        no_room.clear();
    }
    Notifications { page, list, newest, deleted, no_room }.show()
}

fn rows(
    connection: &mut Connection,
    limits: &Limits,
    me: &Viewer,
    query: &Form,
) -> Result<(ListPage<Row>, NotificationId), Error> {
    let at = PageRequest::of(query);
    let fetch = |at: &PageRequest| store::entries(connection, me.id, at);
    // They are not counted.
    let list =
        ListPage::read(&at, 0, Cursor::oldest(), fetch, |entry| Cursor { key: String::new(), id: entry.id.get() })?;
    // On the first page it stands on top.
    let newest = match list.rows.first().map(|entry| entry.id) {
        Some(_) if list.previous.is_some() => store::newest(connection, me.id)?.unwrap_or_default(),
        first => first.unwrap_or_default(),
    };
    let others: Vec<MemberId> = list.rows.iter().map(|entry| entry.person.id).collect();
    let standings = standing::many(connection, limits, me.id, &others)?;
    let row = |entry: Entry| {
        let standing = standings.get(&entry.person.id).cloned().unwrap_or_else(Standing::none);
        Row { entry, standing }
    };
    Ok((list.map(row), newest))
}

/// What one does with a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Read,
    Unread,
    Delete,
    Undelete,
}

/// `POST /notifications/{id}/{read|unread|delete|undo}`
///
/// # Errors
/// [`Error::NotFound`] where one has no such notification, or the database's.
pub async fn change(
    site: SiteData,
    me: SignedIn,
    path: Path<(NotificationId, String)>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (id, deed) = path.into_inner();
    let from: Option<MemberId> = form.get("from").parse().ok();
    let deed = match deed.as_str() {
        "read" => Deed::Read,
        "unread" => Deed::Unread,
        "delete" => Deed::Delete,
        "undo" => Deed::Undelete,
        _ => return Err(Error::NotFound),
    };
    let owner = me.id;
    let done = site.write(move |connection| {
        let done = match deed {
            Deed::Read | Deed::Unread => store::mark(connection, owner, id, deed == Deed::Read).map(|()| true),
            Deed::Delete => store::delete(connection, owner, id).map(|()| true),
            Deed::Undelete => store::undelete(connection, owner, id),
        };
        match (done, from) {
            // They have not seen what it tells by now, so it stays.
            (Err(Error::NotFound), Some(other))
                if store::is_renewed(connection, Between { viewer: owner, other }, id)? =>
            {
                Ok(None)
            }
            (done, _) => done.map(Some),
        }
    });
    let Some(done) = done.await? else {
        redirect.refused(t("A newer message has come meanwhile, so this notification has changed."));
        return Ok(redirect.back(HERE));
    };
    match deed {
        Deed::Delete => redirect.undoable(t("Notification deleted."), undo_of(id)),
        Deed::Undelete if done => redirect.done(t("The notification is back.")),
        Deed::Undelete => redirect.refused(t("The notification was deleted more than a day ago and is gone.")),
        Deed::Read | Deed::Unread => return Ok(redirect.back(HERE)),
    };
    Ok(redirect.back(HERE))
}

/// `POST /notifications/read`: *Mark all as read*, which leaves what came after the page was made.
///
/// # Errors
/// The database's.
pub async fn mark_all(site: SiteData, me: SignedIn, form: Form, redirect: Redirect) -> Result<HttpResponse, Error> {
    let up_to = form.get("up_to").parse().unwrap_or_default();
    site.write(move |connection| store::mark_all(connection, me.id, up_to)).await?;
    redirect.done(t("All notifications are marked as read."));
    Ok(redirect.back(HERE))
}
