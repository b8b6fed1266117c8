//! `/moderation/{member}/{id}`: a report with its context and the history of the reported, and the buttons that decide it.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::audit::list::Done;
use crate::audit::{self, Act, Actor};
use crate::dates::{self, now};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{MemberId, ReportId};
use crate::language::{filters, t, tf};
use crate::mail;
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
    /// Whether it is logged already that this moderator has opened it.
    is_logged: bool,
}

fn read(connection: &mut Connection, by: Moderator, at: (MemberId, ReportId)) -> Result<Read, Error> {
    let report = reports::one(connection, by.id, at.0, at.1)?;
    let others = reports::others(connection, &report)?;
    let context = Context::read(&report.context);
    let people = [Some(at.0), report.reporter_id, report.decided_by];
    let people = members::persons(connection, &people.into_iter().flatten().collect::<Vec<_>>())?;
    let person = |id: Option<MemberId>| people.iter().find(|person| Some(person.id) == id).cloned();
    let (reporter, decider) = (person(report.reporter_id), person(report.decided_by));
    let reported = person(Some(at.0)).ok_or(Error::NotFound)?;
    let row = |report| Row { person: reported.clone(), report };
    Ok(Read {
        reporter,
        decider,
        context,
        others: others.into_iter().map(row).collect(),
        row: row(report),
        sanctions: sanctions::of(connection, at.0)?,
        hindrance: decide::hindrance(connection, by, at.0)?,
        is_logged: audit::list::is_logged(connection, &opening(by.id, at))?,
    })
}

/// What is logged where somebody opens a report: once, however often they do.
fn opening(by: MemberId, (reported, id): (MemberId, ReportId)) -> Done {
    let detail = format!("/moderation/{reported}/{id}");
    Done { actor: by, act: Act::ReportOpened, subject: reported, detail }
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

    /// What the button is called that ends what keeps the member out.
    fn end(&self) -> &'static str {
        sanctions::end(self.stands(&[Decision::Banned]))
    }

    /// Whether it stands beside the history: not where it answers the appeal already.
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
    let (by, at) = (moderator(&me), path.into_inner());
    let read = site.read(move |connection| read(connection, by, at)).await?;
    // What a browser fetches ahead, nobody has read.
    if page.opened && !read.is_logged {
        let done = opening(by.id, at);
        site.write(move |connection| {
            audit::record(connection, Actor::Member(done.actor), done.act, Some(done.subject), &done.detail)
        })
        .await?;
    }
    ReportPage { page, read, form: Form::default(), problems: Problems::default() }.show()
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
    page.show_checked(again)
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
    let decision = Decision::of(form.get("decision")).ok_or_else(decide::not_offered)?;
    let mut problems = Problems::default();
    let verdict = verdict(&form, decision, &mut problems);
    if problems.any() {
        return show(&site, page, &me, at, (form, problems)).await;
    }
    let (by, sends_mail) = (moderator(&me), site.sends_mail);
    let decide = move |connection: &mut Connection| {
        let decided = decide::decide(connection, by, at, &verdict)?;
        let is_told = sends_mail && mail::has_address(connection, at.0)?;
        Ok((decided, is_told, members::persons(connection, &[at.0])?.pop().ok_or(Error::NotFound)?))
    };
    let (decided, is_told, person) = site.write(decide).await?;
    open_reports::have_changed(&site.cache);
    match decided {
        Ok(()) => {
            let profile = format!("/in/{}", person.handle);
            redirect.about((&person.full_name, &profile), said(decision, &person.full_name), None, false);
            tell_untold(&redirect, decision, is_told);
        }
        Err(refused) => {
            redirect.refused(refused.sentence());
        }
    }
    site.jobs.wake(mail::JOB);
    Ok(redirect.to(&format!("/moderation/{}/{}", at.0, at.1)))
}

/// Says where a member sees what was decided about them, where no letter says it.
pub fn tell_untold(redirect: &Redirect, decision: Decision, is_told: bool) {
    match decision {
        _ if is_told => {}
        Decision::Suspended | Decision::Banned | Decision::Lifted => {
            redirect.done(t("No e-mail goes to this member. They see it when they sign in."));
        }
        Decision::Warned | Decision::Hidden => {
            redirect.done(t("No e-mail goes to this member. It stands in their settings, under Moderation."));
        }
        Decision::Dismissed | Decision::Open => {}
    }
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
    let member = member.into_inner();
    match undo(&site, &me, member, sanctions::show).await? {
        Ok((true, _)) => redirect.done(t("The profile is shown again.")),
        // A second press: it is so already, as the page shows.
        Ok((false, _)) => &redirect,
        Err(refused) => redirect.refused(refused.sentence()),
    };
    site.jobs.wake(mail::JOB);
    Ok(redirect.back("/moderation"))
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
    match undo(&site, &me, member.into_inner(), sanctions::lift).await? {
        Ok((Some(ended), is_told)) => {
            redirect.done(match ended {
                Decision::Banned if is_told => t("The ban is over. The member is told."),
                Decision::Banned => t("The ban is over."),
                _ if is_told => t("The suspension is over. The member is told."),
                _ => t("The suspension is over."),
            });
            tell_untold(&redirect, Decision::Lifted, is_told);
        }
        // A second press: it is so already, as the page shows.
        Ok((None, _)) => {}
        Err(refused) => {
            redirect.refused(refused.sentence());
        }
    }
    site.jobs.wake(mail::JOB);
    Ok(redirect.back("/moderation"))
}

/// Takes back what moderators did to a member; tells what there was to take back.
type TakeBack<T> = fn(&mut Connection, Actor, MemberId) -> Result<T, Error>;

/// Takes something back, unless that is not theirs to do. Returns also whether a letter tells the member.
async fn undo<T: Send + 'static>(
    site: &SiteData,
    me: &SignedIn,
    member: MemberId,
    undone: TakeBack<T>,
) -> Result<Result<(T, bool), Refused>, Error> {
    let (by, sends_mail) = (moderator(me), site.sends_mail);
    let undone = site
        .write(move |connection| match decide::hindrance(connection, by, member)? {
            Some(refused) => Ok(Err(refused)),
            None => {
                let ended = undone(connection, Actor::Member(by.id), member)?;
                Ok(Ok((ended, sends_mail && mail::has_address(connection, member)?)))
            }
        })
        .await?;
    open_reports::have_changed(&site.cache);
    Ok(undone)
}

/// Logs that a moderator looked at a member's relationships.
///
/// # Errors
/// The database's.
pub(super) fn log_look(connection: &mut Connection, by: MemberId, member: MemberId) -> Result<(), Error> {
    audit::record(connection, Actor::Member(by), Act::RelationshipsOpened, Some(member), "")
}
