//! `/admin/registration`: who may join, and the registrations that wait for an answer.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::accounts::applications::{self, Application};
use crate::audit::{self, Act, Actor};
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::joining::{links, waiting};
use crate::language::{filters, number, t, tf};
use crate::mail;
use crate::members::{self, MemberCard};
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::registration::{self, Registration};
use crate::web::site::{Site, SiteData};
use crate::webhooks;

/// Registrations that a page shows, the oldest first.
const MOST: i64 = 50;

#[derive(Template)]
#[template(path = "admin/registration.html")]
struct Page {
    page: Layout,
    mode: Registration,
    members_make_links: bool,
    waiting: Vec<Application>,
    /// By whose links they came.
    inviters: Vec<MemberCard>,
    number: i64,
    problems: Problems,
}

impl Page {
    fn modes(&self) -> [(Registration, &'static str); 4] {
        [
            (Registration::Open, t("New members can use the site at once.")),
            (
                Registration::Approval,
                t("People say why they want to join, and wait until an administrator answers below."),
            ),
            (Registration::Invite, t("Only people with an invite link can sign up.")),
            (Registration::Closed, t("Nobody can sign up, except by a link that an administrator made.")),
        ]
    }

    fn number(&self) -> String {
        number(self.number)
    }

    /// By whose link somebody came; nothing for none, or of somebody who is not here any more.
    fn inviter(&self, application: &Application) -> Option<&MemberCard> {
        let owner = links::owner_of(&application.code)?;
        self.inviters.iter().find(|one| one.id == owner)
    }

    fn day(&self, application: &Application) -> String {
        dates::long(application.created_at)
    }
}

async fn load(site: &Site, page: Layout, problems: Problems) -> Result<Page, Error> {
    let read = |connection: &mut Connection| {
        let (mode, by_members) = (registration::load(connection)?, registration::members_make_links(connection)?);
        let waiting = applications::waiting(connection, MOST)?;
        let owners: Vec<MemberId> = waiting.iter().filter_map(|one| links::owner_of(&one.code)).collect();
        let inviters = if owners.is_empty() { Vec::new() } else { members::persons(connection, &owners)? };
        Ok((mode, by_members, waiting, inviters, applications::count(connection)?))
    };
    let (mode, members_make_links, waiting, inviters, number) = site.read(read).await?;
    Ok(Page { page, mode, members_make_links, waiting, inviters, number, problems })
}

/// `GET /admin/registration`
///
/// # Errors
/// The database's.
pub async fn page(site: SiteData, page: Layout) -> Result<HttpResponse, Error> {
    load(&site, page, Problems::default()).await?.show()
}

/// `POST /admin/registration`: says who may join.
///
/// # Errors
/// The database's.
pub async fn change(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let Ok(mode) = form.get("registration").parse::<Registration>() else {
        let mut problems = Problems::default();
        problems.add("registration-open", t("Choose who may join."));
        return load(&site, page, problems).await?.show_again();
    };
    let by_members = form.is_checked("members_make_invite_links");
    site.write(move |connection| {
        registration::save(connection, mode)?;
        registration::let_members_make_links(connection, by_members)?;
        let detail = if by_members { format!("{}, members make links", mode.word()) } else { mode.word().to_owned() };
        audit::record(connection, Actor::Member(me.id), Act::RegistrationChanged, None, &detail)
    })
    .await?;
    redirect.done(t("Saved. It holds from now on."));
    Ok(redirect.to("/admin/registration"))
}

/// `POST /admin/registration/{id}/{answer}`
///
/// # Errors
/// [`Error::NotFound`] for another answer than *accept* and *decline*, or the database's.
pub async fn answer(
    site: SiteData,
    me: SignedIn,
    path: Path<(MemberId, String)>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let ((id, answer), limits) = (path.into_inner(), site.limits());
    let accepts = match answer.as_str() {
        "accept" => true,
        "decline" => false,
        _ => return Err(Error::NotFound),
    };
    let answered = site.write(move |connection| {
        let name = match accepts {
            true => waiting::accept(connection, &limits, id)?,
            false => waiting::decline(connection, id)?,
        };
        let (act, subject) = match accepts {
            true => (Act::RegistrationApproved, Some(id)),
            false => (Act::RegistrationDeclined, None),
        };
        if name.is_some() {
            audit::record(connection, Actor::Member(me.id), act, subject, "")?;
        }
        // By a second press the first answer stands.
        let is_member = name.is_none() && waiting::is_accepted(connection, id)?;
        Ok(name.ok_or(is_member))
    });
    match answered.await? {
        Ok(name) if !site.sends_mail => {
            let said = match accepts {
                true => tf("{name} is a member now. This site sends no e-mail, so tell them.", &name),
                false => tf("The registration of {name} is declined. This site sends no e-mail.", &name),
            };
            redirect.done(said)
        }
        Ok(name) if accepts => redirect.done(tf("{name} is a member now, and has been told by e-mail.", &name)),
        Ok(name) => redirect.done(tf("The registration of {name} is declined. They are told by e-mail.", &name)),
        Err(is_member) if is_member == accepts => redirect.done(t("This registration is answered.")),
        Err(_) => redirect.refused(t("This registration was answered or withdrawn already.")),
    };
    site.jobs.wake(mail::JOB);
    site.jobs.wake(webhooks::JOB);
    Ok(redirect.to("/admin/registration"))
}
