//! What one member does toward another: the forms that stand wherever a person is shown.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::connections::Answer;
use crate::connections::refusal::sentence;
use crate::connections::standing::{self, Standing};
use crate::connections::{notes, visible};
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::language::filters;
use crate::language::{t, tf};
use crate::members::MemberCard;
use crate::relationship::{Action, Limits, Offer, Outcome, Reinvite, Side};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn, local};
use crate::web::site::SiteData;

/// Characters of a private reason.
const REASON: usize = 1_000;
/// Characters of a private note.
const NOTE: usize = 4_000;

/// Whom an action was toward, and what the rules answered.
type Acted = (MemberCard, Answer);

/// Acts toward the member of a handle, whom the acting member must be able to see.
async fn act(site: &SiteData, me: &SignedIn, handle: &str, action: Action, text: String) -> Result<Acted, Error> {
    let (limits, id, handle) = (site.limits, me.id, handle.to_owned());
    site.write(move |connection| toward(connection, &limits, id, &handle, action, &text)).await
}

fn toward(
    connection: &mut Connection,
    limits: &Limits,
    me: i64,
    handle: &str,
    action: Action,
    text: &str,
) -> Result<Acted, Error> {
    let person = visible::person(connection, me, handle)?;
    let answer = crate::connections::act(connection, limits, (me, person.id), action, text)?;
    Ok((person, answer))
}

fn profile(person: &MemberCard) -> String {
    format!("/in/{}", person.handle)
}

/// Answers a press: what was done, or why not, on the page one came from.
fn answer(redirect: &Redirect, acted: &Acted, done: impl FnOnce(&str, &Outcome) -> String) -> HttpResponse {
    let (person, answer) = acted;
    match answer {
        Ok(outcome) => redirect.done(done(&person.full_name, outcome)),
        Err(refusal) => redirect.refused(sentence(*refusal, &person.full_name)),
    };
    redirect.back(&profile(person))
}

/// `POST /in/{handle}/accept`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn accept(
    site: SiteData,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let acted = act(&site, &me, &handle, Action::Accept, String::new()).await?;
    Ok(answer(&redirect, &acted, |name, _| tf("You and {name} are connected.", name)))
}

/// `POST /in/{handle}/decline`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn decline(
    site: SiteData,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let acted = act(&site, &me, &handle, Action::Decline, String::new()).await?;
    Ok(answer(&redirect, &acted, |name, _| {
        tf("You declined the invitation from {name}. They have not been told.", name)
    }))
}

/// `POST /in/{handle}/withdraw`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn withdraw(
    site: SiteData,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (limits, id, handle) = (site.limits, me.id, handle.into_inner());
    let (acted, again) = site
        .write(move |connection| {
            let acted = toward(connection, &limits, id, &handle, Action::Withdraw, "")?;
            let again = crate::connections::again(connection, id, acted.0.id)?;
            Ok((acted, again))
        })
        .await?;
    Ok(answer(&redirect, &acted, |name, _| withdrawn(name, again)))
}

/// What is told after withdrawing: from when one may invite again, or that they may re-invite at any time.
pub fn withdrawn(name: &str, again: Option<i64>) -> String {
    match again {
        Some(day) => tf(
            "Your invitation to {name} is withdrawn. They have not been told. You may invite them again from {day}.",
            (name, &dates::long(day)),
        ),
        None => tf(
            "Your invitation to {name} is withdrawn. They have not been told. You may re-invite them at any time.",
            name,
        ),
    }
}

#[derive(Template)]
#[template(path = "connections/disconnect.html")]
struct ConfirmDisconnect {
    page: Layout,
    person: MemberCard,
    form: Form,
    problems: Problems,
    block: bool,
    /// Since when they are connected, as the page one came from has it.
    connected_since: String,
    /// The page one came from, to return to.
    back: String,
}

/// `GET /in/{handle}/disconnect` and `/block`: the confirmation. From a list the script opens it over the list.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn confirm_disconnect(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    path: Path<(String, String)>,
    Query(query): Query,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let ((handle, what), id, limits) = (path.into_inner(), me.id, site.limits);
    let (member, row) = site.read_one(move |connection| visible::member(connection, id, &handle)).await?;
    let person = member.person;
    if person.id == id {
        return Err(Error::NotFound);
    }
    // What the page one comes from says goes on to the form, so that the form is the same where the other has disconnected since.
    let connected = row.filter(|row| row.side_at(dates::now(), &limits) == Side::Connected);
    let connected_since = match connected.and_then(|row| row.connected_at).or(connected_since(&query)) {
        Some(since) => since.to_string(),
        None => String::new(),
    };
    let back = page_before_form(&redirect, &person);
    let (form, problems, block) = (Form::default(), Problems::default(), what == "block");
    ConfirmDisconnect { page, person, form, problems, block, connected_since, back }.show()
}

/// Since when two are connected, as the page has it on which a form stood.
fn connected_since(form: &Form) -> Option<i64> {
    form.get("connected_since").parse().ok()
}

/// Somebody else whom the acting member can see.
async fn seen(site: &SiteData, me: &SignedIn, handle: String) -> Result<MemberCard, Error> {
    let id = me.id;
    let person = site.read_one(move |connection| visible::person(connection, id, &handle)).await?;
    if person.id == id { Err(Error::NotFound) } else { Ok(person) }
}

/// `POST /in/{handle}/disconnect`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn disconnect(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let action =
        Action::Disconnect { may_invite_again: form.is_checked("may_invite_again"), page: connected_since(&form) };
    disconnect_or_block(&site, page, me, handle.into_inner(), form, redirect, action).await
}

/// `POST /in/{handle}/block`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn block(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let action = Action::Block { page: connected_since(&form) };
    disconnect_or_block(&site, page, me, handle.into_inner(), form, redirect, action).await
}

/// Disconnects or blocks, with a private reason.
async fn disconnect_or_block(
    site: &SiteData,
    page: Layout,
    me: SignedIn,
    handle: String,
    form: Form,
    redirect: Redirect,
    action: Action,
) -> Result<HttpResponse, Error> {
    let block = matches!(action, Action::Block { .. });
    let mut problems = Problems::default();
    let reason = problems.text(&form, "private_reason", t("Private reason"), (0, REASON));
    if problems.any() {
        let person = seen(site, &me, handle).await?;
        let back = local(form.get("back")).unwrap_or_else(|| profile(&person));
        let connected_since = form.get("connected_since").to_owned();
        return ConfirmDisconnect { page, person, form, problems, block, connected_since, back }.show_again();
    }
    let (person, answer) = act(site, &me, &handle, action, reason).await?;
    let (name, home) = (&person.full_name, profile(&person));
    let disconnected = tf("You are no longer connected with {name}. They have not been told.", name);
    match answer {
        Ok(_) if block => redirect.done(tf("You have blocked {name}. They have not been told.", name)),
        Ok(outcome) if matches!(outcome.pair.mine, Side::Disconnected { .. }) => {
            redirect.undoable(disconnected, format!("{home}/re-invite"))
        }
        Ok(_) => redirect.done(disconnected),
        Err(refusal) => redirect.refused(sentence(refusal, name)),
    };
    Ok(returned(&redirect, &form, &home))
}

/// Returns the page one came from to a form toward somebody, unless that was a form toward them or the sign-in.
fn page_before_form(redirect: &Redirect, person: &MemberCard) -> String {
    let profile = profile(person);
    let page = |path: &String| !path.starts_with(&format!("{profile}/")) && !path.starts_with("/sign-");
    redirect.came_from().filter(page).unwrap_or(profile)
}

/// Back to where one came from before the form, if it says, else to the page that the form stood on.
fn returned(redirect: &Redirect, form: &Form, otherwise: &str) -> HttpResponse {
    match local(form.get("back")) {
        Some(back) => redirect.to(&back),
        None => redirect.back(otherwise),
    }
}

/// `POST /in/{handle}/re-invite`, which is *Undo* too: restores at once, or leads to the invitation it would be.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn re_invite(
    site: SiteData,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (limits, id, handle) = (site.limits, me.id, handle.into_inner());
    let (person, answered) = site
        .write(move |connection| {
            let (member, row) = visible::member(connection, id, &handle)?;
            let person = member.person;
            let side = row.map_or(Side::Stranger, |row| row.side_at(dates::now(), &limits));
            let reinvite = crate::connections::reinvite(connection, &limits, id, person.id)?;
            let answer = match (side, reinvite) {
                (Side::Disconnected { .. }, Some(Reinvite::Restores)) => {
                    Some(crate::connections::act(connection, &limits, (id, person.id), Action::Invite, "")?)
                }
                // Pressed twice, or undone in another tab.
                (Side::Connected, _) => {
                    let pair = crate::connections::sides(connection, &limits, id, person.id)?;
                    Some(Ok(Outcome { pair, notification: None }))
                }
                _ => None,
            };
            Ok((person, answer))
        })
        .await?;
    match answered {
        Some(acted) => Ok(answer(&redirect, &(person, acted), |name, _| restored(name))),
        None => Ok(redirect.to(&format!("{}/invite", profile(&person)))),
    }
}

/// Says that a connection is restored.
pub fn restored(name: &str) -> String {
    tf("You and {name} are connected again. Everything is as it was.", name)
}

/// `POST /in/{handle}/may-invite-again`: *They may invite me again*, changed later.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn set_may_invite_again(
    site: SiteData,
    me: SignedIn,
    handle: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let may_invite_again = form.is_checked("may_invite_again");
    let acted = act(&site, &me, &handle, Action::SetMayInviteAgain(may_invite_again), String::new()).await?;
    Ok(answer(&redirect, &acted, |name, _| match may_invite_again {
        true => tf("{name} may invite you again. They have not been told.", name),
        false => tf("{name} may not invite you again. They have not been told.", name),
    }))
}

/// `POST /in/{handle}/unblock`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn unblock(
    site: SiteData,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let acted = act(&site, &me, &handle, Action::Unblock, String::new()).await?;
    Ok(answer(&redirect, &acted, |name, outcome| match outcome.pair.mine {
        // The other may have blocked as well.
        Side::Disconnected { .. } | Side::Declined { .. } | Side::BlockedBy { .. } => {
            tf("You have unblocked {name}. They have not been told, and you are not connected.", name)
        }
        _ => tf("You have not blocked {name}.", name),
    }))
}

#[derive(Template)]
#[template(path = "connections/remarks.html")]
struct Remarks {
    page: Layout,
    person: MemberCard,
    form: Form,
    problems: Problems,
    /// The page one came from, to return to.
    back: String,
}

/// `GET /in/{handle}/remarks`: the form of the private note and tags. From a list the script opens it over the list.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn remarks(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (id, limits, handle) = (me.id, site.limits, handle.into_inner());
    let (person, standing) = site
        .read(move |connection| {
            let (member, row) = visible::member(connection, id, &handle)?;
            let standing = standing::one(connection, &limits, (id, member.person.id), row)?;
            Ok((member.person, standing))
        })
        .await?;
    if person.id == id {
        return Err(Error::NotFound);
    }
    let form = Form::of([("private_note", &standing.private_note), ("tags", &standing.tag_line())]);
    let back = page_before_form(&redirect, &person);
    Remarks { page, person, form, problems: Problems::default(), back }.show()
}

/// `POST /in/{handle}/remarks`: the private note and tags.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn remark(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let note = problems.text(&form, "private_note", t("Private note"), (0, NOTE));
    let words = notes::parse(&form, &mut problems);
    if problems.any() {
        let person = seen(&site, &me, handle.into_inner()).await?;
        let back = local(form.get("back")).unwrap_or_else(|| profile(&person));
        return Remarks { page, person, form, problems, back }.show_again();
    }
    let (id, handle) = (me.id, handle.into_inner());
    let person = site
        .write(move |connection| {
            let person = visible::person(connection, id, &handle)?;
            if person.id == id {
                return Err(Error::NotFound);
            }
            crate::connections::store::remark(connection, id, person.id, &note, &words)?;
            Ok(person)
        })
        .await?;
    redirect.done(tf("Your note and tags on {name} are saved. Only you see them.", &person.full_name));
    Ok(returned(&redirect, &form, &profile(&person)))
}

/// What stands beside a person: the buttons of the action that fits, for the templates.
impl Standing {
    /// *Invite to connect*.
    pub fn offers_invite(&self) -> bool {
        self.offer() == Offer::Invite
    }
    /// *Withdraw invitation*.
    pub fn offers_withdraw(&self) -> bool {
        self.offer() == Offer::Withdraw
    }
    /// *Accept* and *Decline*.
    pub fn offers_answer(&self) -> bool {
        self.offer() == Offer::Answer
    }
    /// *Disconnect*.
    pub fn offers_disconnect(&self) -> bool {
        self.offer() == Offer::Disconnect
    }
    /// *Re-invite*.
    pub fn offers_re_invite(&self) -> bool {
        self.offer() == Offer::Reinvite
    }
    /// *Unblock*.
    pub fn offers_unblock(&self) -> bool {
        self.offer() == Offer::Unblock
    }
}
