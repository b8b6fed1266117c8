//! `/settings/security/recovery-codes`: shown once, after they were made. Between the two pages they are in the encrypted cookie
//! of this browser alone.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use askama::Template;

use super::{Factor, recovery};
use crate::accounts::confirm::Confirmed;
use crate::accounts::events::{self, Kind};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{filters, t};
use crate::web::form::Form;
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::site::SiteData;

const COOKIE: &str = "recovery_codes";
const PATH: &str = "/settings/security/recovery-codes";
/// Characters of a file of codes.
const LONGEST: usize = 400;

/// Leads a member to the page that shows their new codes; to nobody else who comes to it in this browser.
///
/// # Errors
/// [`Error::Internal`] where the cookie cannot be written.
pub fn show_once(redirect: &Redirect, member: MemberId, codes: &[String]) -> Result<HttpResponse, Error> {
    redirect.session().insert(COOKIE, (member, codes)).map_err(|why| Error::Internal(why.to_string()))?;
    Ok(redirect.to(PATH))
}

#[derive(Template)]
#[template(path = "accounts/security/recovery_codes.html")]
struct Codes {
    page: Layout,
    /// Those that were just made.
    codes: Vec<String>,
}

/// `GET /settings/security/recovery-codes`
///
/// # Errors
/// The database's.
pub async fn show(site: SiteData, page: Layout, me: SignedIn, redirect: Redirect) -> Result<HttpResponse, Error> {
    // What is fetched ahead is not seen yet.
    if !page.opened {
        return Ok(redirect.to("/settings/security"));
    }
    let made: Option<(MemberId, Vec<String>)> = redirect.session().get(COOKIE).ok().flatten();
    let codes = made.filter(|(member, _)| *member == me.id).map(|(_, codes)| codes).unwrap_or_default();
    redirect.session().remove(COOKIE);
    let id = me.id;
    if codes.is_empty() && !site.read(move |connection| Factor::load(connection, id)).await?.is_on() {
        // Without a second step there are none, and never were.
        return Ok(redirect.to("/settings/security"));
    }
    Codes { page, codes }.show()
}

/// `POST /settings/security/recovery-codes`: makes new ones.
///
/// # Errors
/// The database's.
pub async fn renew(site: SiteData, me: Confirmed, redirect: Redirect) -> Result<HttpResponse, Error> {
    let id = me.id;
    let codes = site.write(move |connection| {
        crate::db::lock_members(connection, [me.id])?;
        if !Factor::load(connection, me.id)?.is_on() {
            return Ok(None);
        }
        events::record(connection, me.id, Kind::RecoveryCodesMade, "")?;
        recovery::renew(connection, me.id).map(Some)
    });
    match codes.await? {
        Some(codes) => show_once(&redirect, id, &codes),
        None => Ok(redirect.to("/settings/security")),
    }
}

/// `POST /settings/security/recovery-codes/download`: the codes of the page, as a file. They are nowhere else.
///
/// # Errors
/// None.
pub async fn download(site: SiteData, _: SignedIn, form: Form) -> Result<HttpResponse, Error> {
    let codes: String = form.get("codes").chars().take(LONGEST).collect();
    let title = site.community.get().says(t("Recovery codes for Amicable. Each signs you in once."));
    let text = format!("{title}\n\n{codes}\n");
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"amicable-recovery-codes.txt\""))
        .body(text))
}
