//! `/moderation/{member}/{id}`: a report with its context and the history of the reported, and the buttons that decide it.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::audit::{self, Act, Actor};
use crate::dates::{self, now};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{MemberId, ReportId};
use crate::language::{filters, key, t, tf};
use crate::members::{self, MemberCard};
use crate::moderation::context::Context;
use crate::moderation::decide::{self, Moderator, Refused, Verdict};
use crate::moderation::queue::Row;
use crate::moderation::reports;
use crate::moderation::sanctions::{self, Sanction};
use crate::moderation::{Decision, Kind};
use crate::web::form::{Form, Problems};
use crate::web::open_reports;
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::site::{Site, SiteData};

/// Characters of what the reported is told.
pub const REASON: usize = 1_000;
/// The longest suspension, in days.
const LONGEST: i64 = 10 * 366;

/// A report as its page reads it.
#[derive(Debug)]
struct Read {
    row: Row,
    reporter: Option<MemberCard>,
    decider: Option<MemberCard>,
    context: Context,
    others: Vec<Row>,
    sanctions: Vec<Sanction>,
    hindrance: Option<Refused>,
}

fn read(connection: &mut Connection, by: Moderator, at: (MemberId, ReportId)) -> Result<Read, Error> {
    let report = reports::one(connection, by.id, at.0, at.1)?;
    let others = reports::others(connection, &report)?;
    let context = Context::read(&report.context);
    let people: Vec<MemberId> = report.reporter_id.into_iter().chain(report.decided_by).collect();
    let people = members::persons(connection, &people)?;
    let person = |id: Option<MemberId>| people.iter().find(|person| Some(person.id) == id).cloned();
    let (reporter, decider) = (person(report.reporter_id), person(report.decided_by));
    let hindrance = decide::hindrance(connection, by, at.0)?;
    let sanctions = sanctions::of(connection, at.0)?;
    let row = Row::of(connection, vec![report])?.pop().ok_or(Error::NotFound)?;
    Ok(Read { row, reporter, decider, context, others: Row::of(connection, others)?, sanctions, hindrance })
}

#[derive(Template)]
#[template(path = "moderation/report.html")]
struct ReportPage {
    page: Layout,
    read: Read,
    form: Form,
    problems: Problems,
}

impl ReportPage {
    fn is_open(&self) -> bool {
        self.read.row.report.decision == Decision::Open
    }

    fn is_appeal(&self) -> bool {
        self.read.row.report.kind == Kind::Appeal
    }

    /// Whether the member is kept out now.
    fn is_suspended(&self) -> bool {
        self.stands(&[Decision::Suspended, Decision::Banned])
    }

    /// Whether *End the suspension* stands beside the history: not where it answers the appeal already.
    fn offers_lift(&self) -> bool {
        let answers_appeal = self.is_appeal() && self.is_open() && self.read.hindrance.is_none();
        self.is_suspended() && !answers_appeal
    }

    /// Whether the member's profile is hidden now.
    fn is_hidden(&self) -> bool {
        self.stands(&[Decision::Hidden])
    }

    fn stands(&self, kinds: &[Decision]) -> bool {
        let is_over = |one: &Sanction| one.lifted_at.is_some() || one.until.is_some_and(|until| until <= now());
        self.read.sanctions.iter().any(|one| kinds.contains(&one.kind) && !is_over(one))
    }

    /// The day on which it was decided.
    fn decided(&self) -> String {
        self.read.row.report.decided_at.map_or_else(String::new, dates::long)
    }
}

fn moderator(me: &SignedIn) -> Moderator {
    Moderator { id: me.id, role: me.role }
}

/// `GET /moderation/{member}/{id}`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn report(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    path: Path<(MemberId, ReportId)>,
) -> Result<HttpResponse, Error> {
    show(&site, page, &me, path.into_inner(), (Form::default(), Problems::default())).await
}

async fn show(
    site: &Site,
    page: Layout,
    me: &SignedIn,
    at: (MemberId, ReportId),
    (form, problems): (Form, Problems),
) -> Result<HttpResponse, Error> {
    let by = moderator(me);
    let read = site.read(move |connection| read(connection, by, at)).await?;
    let again = problems.any();
    let page = ReportPage { page, read, form, problems };
    if again { page.show_again() } else { page.show() }
}

/// `POST /moderation/{member}/{id}`: decides it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::BadRequest`] for a decision that the page does not offer, or the database's.
pub async fn decide(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    path: Path<(MemberId, ReportId)>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let at = path.into_inner();
    let unknown = Error::BadRequest(key("This choice is not on the page. Open the report again and choose there."));
    let decision = Decision::of(form.get("decision")).ok_or(unknown)?;
    let mut problems = Problems::default();
    let verdict = verdict(&form, decision, &mut problems);
    if problems.any() {
        return show(&site, page, &me, at, (form, problems)).await;
    }
    let by = moderator(&me);
    let decide = move |connection: &mut Connection| {
        let decided = decide::decide(connection, by, at, &verdict)?;
        Ok((decided, members::persons(connection, &[at.0])?.pop().ok_or(Error::NotFound)?))
    };
    let (decided, person) = site.write(decide).await?;
    open_reports::have_changed(&site.cache);
    match decided {
        Ok(()) => {
            let profile = format!("/in/{}", person.handle);
            redirect.about((&person.full_name, &profile), said(decision, &person.full_name), None, false)
        }
        Err(refused) => redirect.refused(refused.sentence()),
    };
    site.jobs.wake(crate::mail::JOB);
    Ok(redirect.to(&format!("/moderation/{}/{}", at.0, at.1)))
}

/// What was decided about whom.
fn said(decision: Decision, name: &str) -> String {
    match decision {
        Decision::Warned => tf("The report is decided. {name} is warned.", name),
        Decision::Hidden => tf("The report is decided. The profile of {name} is hidden.", name),
        Decision::Suspended => tf("The report is decided. {name} is suspended.", name),
        Decision::Banned => tf("The report is decided. {name} is banned.", name),
        Decision::Lifted => tf("The report is decided. {name} may sign in again.", name),
        Decision::Dismissed | Decision::Open => tf("The report is decided. Nothing changes for {name}.", name),
    }
}

/// Reads a decision. Whoever is warned, hidden, suspended or banned is told why.
pub fn verdict(form: &Form, decision: Decision, problems: &mut Problems) -> Verdict {
    let is_told = !matches!(decision, Decision::Dismissed | Decision::Lifted);
    let least = usize::from(is_told);
    let reason = problems.text(form, "told", t("What the member is told"), (least, REASON));
    let until = (decision == Decision::Suspended).then(|| dates::parse(form.get("until"))).flatten();
    if decision == Decision::Suspended {
        match until {
            Some(until) if until <= now() => problems.add("until", t("Choose a day in the future.")),
            Some(until) if until > dates::day_after(now(), LONGEST) => {
                problems.add("until", t("Choose a day within ten years, or ban the member."));
            }
            Some(_) => {}
            None => problems.add("until", t("Choose the day on which the suspension ends.")),
        }
    }
    Verdict { decision, reason, until }
}

/// `POST /moderation/{member}/show`: shows a hidden profile again.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn show_profile(
    site: SiteData,
    me: SignedIn,
    member: Path<MemberId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    undo(site, me, member.into_inner(), redirect, (sanctions::show, t("The profile is shown again."))).await
}

/// `POST /moderation/{member}/lift`: ends a suspension or a ban.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn lift(
    site: SiteData,
    me: SignedIn,
    member: Path<MemberId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    undo(site, me, member.into_inner(), redirect, (sanctions::lift, t("Done. The member is told."))).await
}

/// Takes back what moderators did to a member; tells whether there was anything to take back.
type TakeBack = fn(&mut Connection, Actor, MemberId) -> Result<bool, Error>;

async fn undo(
    site: SiteData,
    me: SignedIn,
    member: MemberId,
    redirect: Redirect,
    (undone, said): (TakeBack, &'static str),
) -> Result<HttpResponse, Error> {
    let by = moderator(&me);
    let done = site
        .write(move |connection| match decide::hindrance(connection, by, member)? {
            Some(refused) => Ok(Err(refused)),
            None => undone(connection, Actor::Member(by.id), member).map(Ok),
        })
        .await?;
    open_reports::have_changed(&site.cache);
    match done {
        Ok(true) => redirect.done(said),
        // A second press: it is so already, as the page shows.
        Ok(false) => &redirect,
        Err(refused) => redirect.refused(refused.sentence()),
    };
    site.jobs.wake(crate::mail::JOB);
    Ok(redirect.back("/moderation"))
}

/// Logs that a moderator looked at a member's relationships.
///
/// # Errors
/// The database's.
pub(super) fn log_look(connection: &mut Connection, by: MemberId, member: MemberId) -> Result<(), Error> {
    audit::record(connection, Actor::Member(by), Act::RelationshipsOpened, Some(member), "")
}
