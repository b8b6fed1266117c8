//! *Send message* and *Save draft*.

use actix_web::HttpResponse;
use actix_web::web::Path;

use crate::error::Error;
use crate::ids::{Between, MessageId};
use crate::inbox::sending::{self, Sent};
use crate::inbox::thread::{self, Typed};
use crate::inbox::{MAX_LENGTH, store};
use crate::language::t;
use crate::text;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, SignedIn};
use crate::web::site::SiteData;

/// `POST /inbox/{handle}`: sends it, or shows the conversation again with what was typed.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn send(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (mut typed, text) = checked(&form, 1);
    if !typed.problems.any() {
        let (limits, id, wanted, press) = (site.limits(), me.id, handle.clone(), form.get("press").to_owned());
        let (partner, sent) =
            site.write(move |connection| sending::send(connection, &limits, (id, &wanted), (&text, &press))).await?;
        if sent == Sent::Sent {
            redirect.done(t("Message sent."));
            return Ok(redirect.to(&format!("/inbox/{}", partner.person.handle)));
        }
        typed.is_refused = true;
    } else {
        keep_beginning(&site, &me, &handle, text).await?;
    }
    thread::show(&site, page, me, (&handle, MessageId::MAX), typed).await
}

/// `POST /inbox/{handle}/draft`: keeps what is written so far; an empty field keeps nothing.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn save_draft(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (typed, text) = checked(&form, 0);
    if typed.problems.any() {
        keep_beginning(&site, &me, &handle, text).await?;
        return thread::show(&site, page, me, (&handle, MessageId::MAX), typed).await;
    }
    let (id, limits, handle, is_empty) = (me.id, site.limits(), handle.into_inner(), text.is_empty());
    let handle = site
        .write(move |connection| {
            let partner = store::partner(connection, &limits, id, &handle)?;
            crate::db::lock_members(connection, [id])?;
            store::save_draft(connection, Between { viewer: id, other: partner.person.id }, &text)?;
            Ok(partner.person.handle)
        })
        .await?;
    if !page.opened {
        // The script keeps it as one leaves; nobody is there to be told.
        return Ok(HttpResponse::NoContent().finish());
    }
    redirect.done(if is_empty { t("Draft deleted.") } else { t("Draft saved.") });
    Ok(redirect.to(&format!("/inbox/{handle}")))
}

/// Keeps as much as a draft can hold of a text that is too long to be sent, as long as there is nothing else wrong with it.
async fn keep_beginning(site: &SiteData, me: &SignedIn, handle: &str, mut text: String) -> Result<(), Error> {
    if let Some((end, _)) = text.char_indices().nth(MAX_LENGTH) {
        text.truncate(end);
    }
    if text.is_empty() || text::check(&text).is_err() {
        return Ok(());
    }
    let (id, limits, handle) = (me.id, site.limits(), handle.to_owned());
    site.write(move |connection| {
        let partner = store::partner(connection, &limits, id, &handle)?;
        crate::db::lock_members(connection, [id])?;
        store::save_draft(connection, Between { viewer: id, other: partner.person.id }, &text)
    })
    .await
}

/// Returns what was typed, to be shown again, and the message in it.
fn checked(form: &Form, least: usize) -> (Typed, String) {
    let mut problems = Problems::default();
    let text = problems.text(form, "message", t("Message"), (least, MAX_LENGTH));
    (Typed { message: Some(form.get("message").to_owned()), problems, ..Typed::default() }, text)
}
