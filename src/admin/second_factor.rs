//! Turning off the second step of somebody who has lost their device and their recovery codes, and would be locked out for ever.

use actix_web::HttpResponse;
use actix_web::web::Path;
use diesel::prelude::*;

use crate::accounts::confirm::Confirmed;
use crate::accounts::factor;
use crate::audit::{self, Act, Actor};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::t;
use crate::mail;
use crate::schema::members;
use crate::web::page::Redirect;
use crate::web::site::SiteData;

/// Turns it off, as somebody who runs the site says. Returns whether it was on.
///
/// # Errors
/// [`Error::NotFound`] where there is no such member, or the database's.
pub fn end(connection: &mut Connection, by: Actor, member: MemberId) -> Result<bool, Error> {
    let member: MemberId = members::table.find(member).select(members::id).first(connection)?;
    if !factor::end(connection, member)? {
        return Ok(false);
    }
    audit::record(connection, by, Act::SecondFactorEnded, Some(member), "")?;
    Ok(true)
}

/// `POST /admin/members/{member}/second-factor`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn turn_off(
    site: SiteData,
    me: Confirmed,
    member: Path<MemberId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (by, member) = (Actor::Member(me.id), member.into_inner());
    let ended =
        site.write(move |connection| Ok((end(connection, by, member)?, mail::has_address(connection, member)?)));
    match ended.await? {
        (true, true) if site.sends_mail => redirect.done(t("The second step is off. The member is told by e-mail.")),
        (true, _) => redirect.done(t("The second step is off. No e-mail goes to this member.")),
        (false, _) => redirect.refused(t("The second step of this member is off already.")),
    };
    site.jobs.wake(mail::JOB);
    Ok(redirect.to(&format!("/admin/members/{member}")))
}
