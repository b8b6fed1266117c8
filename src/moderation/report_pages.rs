//! `/in/{handle}/report`: telling the moderators about a profile, an invitation or a message; from a conversation, with the
//! disconnect in the same step.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::connections::{self, Answer, visible};
use crate::db::{self, Connection};
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::inbox::store as inbox;
use crate::language::{filters, t, tf};
use crate::limits::{self, Limit, Subject};
use crate::members::{MemberCard, administrators};
use crate::moderation::Kind;
use crate::moderation::context::{About, Context};
use crate::moderation::reports::{self, New};
use crate::relationship::{Action, Limits, Side};
use crate::web::form::{Form, Problems, Query};
use crate::web::open_reports;
use crate::web::page::{Layout, Redirect, Render, SignedIn, local};
use crate::web::site::SiteData;
use crate::webhooks;

/// Characters of a report.
pub const REASON: usize = 2_000;

#[derive(Template)]
#[template(path = "moderation/report_form.html")]
struct ReportForm {
    page: Layout,
    person: MemberCard,
    form: Form,
    problems: Problems,
    /// The page one came from, to return to.
    back: String,
}

impl ReportForm {
    /// Whether the press disconnects too.
    fn disconnects(&self) -> bool {
        self.form.is_checked("disconnect")
    }

    /// What it is about.
    fn what(&self) -> &'static str {
        match about(&self.form) {
            About::Profile => t("The moderators see your report and the profile as it is now."),
            About::Invitation => t("The moderators see your report, the invitation and the profile as it is now."),
            About::Message(Some(_)) => {
                t("The moderators see your report, the message and a few around it, and the profile as it is now.")
            }
            About::Message(None) => {
                t("The moderators see your report, the newest messages, and the profile as it is now.")
            }
        }
    }
}

/// What a form is about.
fn about(form: &Form) -> About {
    match form.get("message").parse().ok() {
        Some(id) => About::Message(Some(id)),
        None if form.is_checked("conversation") => About::Message(None),
        None if form.is_checked("invitation") => About::Invitation,
        None => About::Profile,
    }
}

/// The member of a handle, as whoever reports can see them. A conversation stays as it was, whatever they did since.
fn person(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    handle: &str,
    about: About,
) -> Result<MemberCard, Error> {
    let person = match about {
        About::Message(_) => inbox::partner(connection, limits, me, handle)?.person,
        _ => visible::person(connection, limits, me, handle)?,
    };
    if person.id == me { Err(Error::NotFound) } else { Ok(person) }
}

/// `GET /in/{handle}/report`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn form(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    Query(form): Query,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (id, limits, about, handle) = (me.id, site.limits(), about(&form), handle.into_inner());
    let person = site
        .read(move |connection| {
            let person = person(connection, &limits, id, &handle, about)?;
            // A message that is not theirs is not there.
            if let About::Message(Some(_)) = about {
                Context::gather(connection, Between { viewer: id, other: person.id }, about)?;
            }
            Ok(person)
        })
        .await?;
    let back = redirect.came_from().unwrap_or_else(|| format!("/in/{}", person.handle));
    ReportForm { page, person, form, problems: Problems::default(), back }.show()
}

/// `POST /in/{handle}/report`
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
    let mut problems = Problems::default();
    let reason = problems.text(&form, "reason", t("What is wrong?"), (1, REASON));
    let (id, limits, handle) = (me.id, site.limits(), handle.into_inner());
    let (about, is_good) = (about(&form), !problems.any());
    let disconnects = form.is_checked("disconnect");
    let action = disconnects
        .then(|| Action::Disconnect { may_invite_again: false, page: form.get("connected_since").parse().ok() });
    let (person, answer, is_stuck) = site
        .write(move |connection| {
            let person = person(connection, &limits, id, &handle, about)?;
            if !is_good {
                return Ok((person, None, false));
            }
            let answer = report(connection, &limits, Between { viewer: id, other: person.id }, about, &reason, action)?;
            // Nobody decides a report about themselves, and nobody else may decide one about an administrator.
            let is_stuck = administrators::refuse_only(connection, person.id)?.is_err();
            Ok((person, answer, is_stuck))
        })
        .await?;
    let back = local(form.get("back")).unwrap_or_else(|| format!("/in/{}", person.handle));
    if problems.any() {
        return ReportForm { page, person, form, problems, back }.show_again();
    }
    open_reports::have_changed(&site.cache);
    site.jobs.wake(webhooks::JOB);
    redirect.done(match is_stuck {
        true => t("Your report is sent. It is about the only administrator, so it waits until there is a second one."),
        false => t("Your report is sent. The moderators look at it; nobody else is told."),
    });
    let name = &person.full_name;
    let disconnected = tf("You are no longer connected with {name}. They have not been told.", name);
    match answer {
        // As a press of Disconnect is answered, so that this tells nothing more.
        Some(Ok(outcome)) if matches!(outcome.pair.mine, Side::Disconnected { .. }) => {
            redirect.undoable(disconnected, format!("/in/{}/re-invite", person.handle));
        }
        Some(Ok(_)) => {
            redirect.done(disconnected);
        }
        _ => {}
    }
    Ok(redirect.to(&back))
}

/// Files the report, once however often it is pressed, and disconnects where that was pressed too.
fn report(
    connection: &mut Connection,
    limits: &Limits,
    between: Between,
    about: About,
    reason: &str,
    action: Option<Action>,
) -> Result<Option<Answer>, Error> {
    let Between { viewer: me, other } = between;
    db::lock_members(connection, [me, other])?;
    let context = Context::gather(connection, between, about)?.written()?;
    let kind = match about {
        About::Profile => Kind::Profile,
        About::Invitation => Kind::Invitation,
        About::Message(_) => Kind::Message,
    };
    let new = New { kind, reporter: me, reported: other, reason: reason.to_owned(), context };
    if !reports::is_filed(connection, &new)? {
        limits::take(connection, Limit::Reports, &Subject::member(me))?;
        reports::file(connection, &new)?;
    }
    action.map(|action| connections::act(connection, limits, between, action, "")).transpose()
}
