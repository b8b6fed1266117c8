//! `/suspended`: the one page of whoever is suspended or banned: until when, why, and how to appeal.

use actix_web::HttpResponse;
use askama::Template;

use crate::dates;
use crate::error::Error;
use crate::ids::Between;
use crate::language::{filters, t};
use crate::mail;
use crate::moderation::context::{About, Context};
use crate::moderation::report_pages::REASON;
use crate::moderation::reports::{self, New, Report};
use crate::moderation::sanctions::{self, Sanction};
use crate::moderation::{Decision, Kind};
use crate::web::form::{Form, Problems};
use crate::web::open_reports;
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::site::{Site, SiteData};
use crate::webhooks;

#[derive(Template)]
#[template(path = "moderation/suspended.html")]
struct Suspended {
    page: Layout,
    current: Option<Sanction>,
    appeal: Option<Report>,
    /// Whether an e-mail finds them.
    gets_mail: bool,
    form: Form,
    problems: Problems,
}

impl Suspended {
    /// Until when.
    fn until(&self) -> String {
        self.current.as_ref().map_or_else(String::new, Sanction::ends)
    }

    /// Why, in the moderator's words.
    fn reason(&self) -> &str {
        self.current.as_ref().map_or("", |current| &current.reason)
    }

    /// When an appeal was sent that is not answered yet.
    fn appealed(&self) -> String {
        self.appeal.as_ref().map_or_else(String::new, |appeal| dates::long(appeal.created_at))
    }

    /// The same day for `<time datetime>`.
    fn appealed_iso(&self) -> String {
        self.appeal.as_ref().map_or_else(String::new, |appeal| dates::iso(appeal.created_at))
    }
}

/// `GET /suspended`
///
/// # Errors
/// The database's.
pub async fn suspended(site: SiteData, page: Layout, me: SignedIn, redirect: Redirect) -> Result<HttpResponse, Error> {
    if !me.is_suspended {
        return Ok(redirect.to("/"));
    }
    show(&site, page, &me, (Form::default(), Problems::default())).await
}

async fn show(
    site: &Site,
    page: Layout,
    me: &SignedIn,
    (form, problems): (Form, Problems),
) -> Result<HttpResponse, Error> {
    let id = me.id;
    let read = site.read(move |connection| {
        let has_address = mail::has_address(connection, id)?;
        Ok((sanctions::of(connection, id)?, reports::open_appeal(connection, id)?, has_address))
    });
    let (decisions, appeal, has_address) = read.await?;
    let keeps_out =
        |one: &Sanction| matches!(one.kind, Decision::Suspended | Decision::Banned) && one.lifted_at.is_none();
    let current = decisions.into_iter().find(keeps_out);
    let again = problems.any();
    let gets_mail = site.sends_mail && has_address;
    let page = Suspended { page, current, appeal, gets_mail, form, problems };
    page.show_checked(again)
}

/// `POST /suspended`: files an appeal, one at a time.
///
/// # Errors
/// The database's.
pub async fn appeal(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    if !me.is_suspended {
        return Ok(redirect.to("/"));
    }
    let mut problems = Problems::default();
    let reason = problems.text(&form, "appeal", t("Why should this be looked at again?"), (1, REASON));
    if problems.any() {
        return show(&site, page, &me, (form, problems)).await;
    }
    let id = me.id;
    let has_address = site
        .write(move |connection| {
            crate::db::lock_members(connection, [id])?;
            let has_address = mail::has_address(connection, id)?;
            if reports::open_appeal(connection, id)?.is_some() {
                return Ok(has_address);
            }
            let context = Context::gather(connection, Between { viewer: id, other: id }, About::Profile)?.written()?;
            let new = New { kind: Kind::Appeal, reporter: id, reported: id, reason, context };
            reports::file(connection, &new).map(|()| has_address)
        })
        .await?;
    open_reports::have_changed(&site.cache);
    site.jobs.wake(webhooks::JOB);
    redirect.done(match site.sends_mail && has_address {
        true => t("Your appeal is sent. The answer comes by e-mail."),
        false => t("Your appeal is sent. Sign in again to see the answer."),
    });
    Ok(redirect.to("/suspended"))
}
