//! The buttons that delete, each with *Undo* for an hour.

use actix_web::HttpResponse;
use actix_web::web::Path;

use crate::dates;
use crate::db::{self, Connection};
use crate::error::Error;
use crate::ids::{Between, MessageDeletionId, MessageId};
use crate::inbox::thread::{self, Typed};
use crate::inbox::{deletion, store};
use crate::language::{t, tf};
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, SignedIn};
use crate::web::site::SiteData;

/// `POST /inbox/{handle}/{id}/delete`: *Delete message*.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn delete_message(
    site: SiteData,
    me: SignedIn,
    path: Path<(String, MessageId)>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (me, limits, (handle, message)) = (me.id, site.limits(), path.into_inner());
    let home = format!("/inbox/{handle}");
    let deleted = site
        .write(move |connection| {
            let other = store::partner(connection, &limits, me, &handle)?.person.id;
            db::lock_members(connection, [me])?;
            deletion::message(connection, Between { viewer: me, other }, message)
        })
        .await?;
    redirect.undoable(t("Message deleted. Only your copy is gone."), deletion::undo_of(deleted));
    Ok(redirect.back(&home))
}

/// `POST /inbox/{handle}/delete`: *Delete conversation*.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn delete_conversation(
    site: SiteData,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (me, limits, handle) = (me.id, site.limits(), handle.into_inner());
    let deleted = site
        .write(move |connection| {
            let other = store::partner(connection, &limits, me, &handle)?.person.id;
            db::lock_members(connection, [me])?;
            deletion::conversations(connection, me, &[other])
        })
        .await?;
    match deleted {
        Some(deleted) => redirect.undoable(deletion::sentence(1), deletion::undo_of(deleted)),
        // Pressed twice: *Undo* stands on the page.
        None => redirect.done(deletion::sentence(1)),
    };
    Ok(redirect.to("/inbox"))
}

/// `POST /inbox/{handle}/delete-before`: *Delete everything before* a day.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn delete_before(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let typed = form.get("before");
    let Some(moment) = dates::parse(typed) else {
        let mut problems = Problems::default();
        problems.add("before", t("Choose a day."));
        let typed = Typed { before: typed.to_owned(), problems, ..Typed::default() };
        return thread::show(&site, page, me, (&handle, MessageId::MAX), typed).await;
    };
    let (me, limits, home, handle) = (me.id, site.limits(), format!("/inbox/{handle}"), handle.into_inner());
    let deleted = site
        .write(move |connection| {
            let other = store::partner(connection, &limits, me, &handle)?.person.id;
            db::lock_members(connection, [me])?;
            deletion::before(connection, Between { viewer: me, other }, moment)
        })
        .await?;
    let day = dates::long(moment);
    match deleted {
        Some(deleted) => redirect.undoable(
            tf("Everything before {day} is deleted. Only your copy is gone.", &day),
            deletion::undo_of(deleted),
        ),
        None => redirect.refused(tf("There is nothing before {day}.", &day)),
    };
    Ok(redirect.to(&home))
}

/// `POST /inbox/{handle}/unread`: *Mark as unread*, which leads back to the list.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn mark_unread(
    site: SiteData,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (me, limits, handle) = (me.id, site.limits(), handle.into_inner());
    let mark = move |connection: &mut Connection| {
        let person = store::partner(connection, &limits, me, &handle)?.person;
        store::mark(connection, me, &[person.id], true)?;
        Ok(person)
    };
    let person = site.write(mark).await?;
    let text = tf("The conversation with {name} is unread again.", &person.full_name);
    redirect.about((&person.full_name, &format!("/in/{}", person.handle)), text, None, false);
    Ok(redirect.to("/inbox"))
}

/// `POST /inbox/deleted/{id}/undo`
///
/// # Errors
/// The database's.
pub async fn undo(
    site: SiteData,
    me: SignedIn,
    id: Path<MessageDeletionId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (me, id) = (me.id, id.into_inner());
    let done = site
        .write(move |connection| {
            db::lock_members(connection, [me])?;
            deletion::undo(connection, me, id)
        })
        .await?;
    match done {
        true => redirect.done(t("What you deleted is back.")),
        false => redirect
            .refused(t("There is nothing to take back: it is back already, or was deleted more than an hour ago.")),
    };
    Ok(redirect.back("/inbox"))
}
