//! What one member does toward another: the forms that stand wherever a person is shown.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::connections::refusal::sentence;
use crate::connections::standing::{self, Standing};
use crate::connections::{notes, visible};
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::language::filters;
use crate::language::{t, tf};
use crate::members::MemberCard;
use crate::relationship::{Limits, Move, Offer, Outcome, Refusal, Return, Side};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn, local};
use crate::web::site::SiteData;

/// Characters of a private reason.
const REASON: usize = 1_000;
/// Characters of a private note.
const NOTE: usize = 4_000;

type Made = (MemberCard, Result<Outcome, Refusal>);

/// Makes a move toward the member of a handle, whom the acting member must be able to see.
async fn act(site: &SiteData, me: &SignedIn, handle: &str, by_me: Move, said: String) -> Result<Made, Error> {
    let (limits, id, handle) = (site.limits, me.id, handle.to_owned());
    site.write(move |connection| toward(connection, &limits, id, &handle, by_me, &said)).await
}

fn toward(
    connection: &mut Connection,
    limits: &Limits,
    me: i64,
    handle: &str,
    by_me: Move,
    said: &str,
) -> Result<Made, Error> {
    let person = visible::person(connection, me, handle)?;
    let made = crate::connections::make(connection, limits, (me, person.id), by_me, said)?;
    Ok((person, made))
}

fn profile(person: &MemberCard) -> String {
    format!("/in/{}", person.handle)
}

/// Answers a press: what was done, or why not, on the page one came from.
fn answer(redirect: &Redirect, made: &Made, done: impl FnOnce(&str, &Outcome) -> String) -> HttpResponse {
    let (person, made) = made;
    match made {
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
    let made = act(&site, &me, &handle, Move::Accept, String::new()).await?;
    Ok(answer(&redirect, &made, |name, _| tf("You and {name} are connected.", name)))
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
    let made = act(&site, &me, &handle, Move::Decline, String::new()).await?;
    Ok(answer(&redirect, &made, |name, _| {
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
    let (made, again) = site
        .write(move |connection| {
            let made = toward(connection, &limits, id, &handle, Move::Withdraw, "")?;
            let again = crate::connections::again(connection, id, made.0.id)?;
            Ok((made, again))
        })
        .await?;
    Ok(answer(&redirect, &made, |name, _| withdrawn(name, again)))
}

/// What is told after withdrawing: from when one may invite again, or that a return may be asked for at any time.
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
#[template(path = "connections/leave.html")]
struct Leave {
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
pub async fn leave(
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
    // What the page one comes from says goes on to the form, so that the form of somebody who left since is the same.
    let connected = row.filter(|row| standing::side(row, &limits, dates::now()) == Side::Connected);
    let connected_since = match connected.and_then(|row| row.connected_at).or(connected_since(&query)) {
        Some(since) => since.to_string(),
        None => String::new(),
    };
    let back = left_for_form(&redirect, &person);
    let (form, problems, block) = (Form::default(), Problems::default(), what == "block");
    Leave { page, person, form, problems, block, connected_since, back }.show()
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
    let by_me =
        Move::Disconnect { may_invite_again: form.is_checked("may_invite_again"), page: connected_since(&form) };
    part(&site, page, me, handle.into_inner(), form, redirect, by_me).await
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
    let by_me = Move::Block { page: connected_since(&form) };
    part(&site, page, me, handle.into_inner(), form, redirect, by_me).await
}

/// Disconnects or blocks, with a private reason.
async fn part(
    site: &SiteData,
    page: Layout,
    me: SignedIn,
    handle: String,
    form: Form,
    redirect: Redirect,
    by_me: Move,
) -> Result<HttpResponse, Error> {
    let block = matches!(by_me, Move::Block { .. });
    let mut problems = Problems::default();
    let reason = problems.text(&form, "private_reason", t("Private reason"), (0, REASON));
    if problems.any() {
        let person = seen(site, &me, handle).await?;
        let back = local(form.get("back")).unwrap_or_else(|| profile(&person));
        let connected_since = form.get("connected_since").to_owned();
        return Leave { page, person, form, problems, block, connected_since, back }.show_again();
    }
    let (person, made) = act(site, &me, &handle, by_me, reason).await?;
    let (name, home) = (&person.full_name, profile(&person));
    let gone = tf("You are no longer connected with {name}. They have not been told.", name);
    match made {
        Ok(_) if block => redirect.done(tf("You have blocked {name}. They have not been told.", name)),
        Ok(outcome) if matches!(outcome.pair.mine, Side::Left { .. }) => {
            redirect.undoable(gone, format!("{home}/re-invite"))
        }
        Ok(_) => redirect.done(gone),
        Err(refusal) => redirect.refused(sentence(refusal, name)),
    };
    Ok(returned(&redirect, &form, &home))
}

/// The page that was left for a form toward somebody, which may be neither a form toward them nor the way in.
fn left_for_form(redirect: &Redirect, person: &MemberCard) -> String {
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
    let (person, made) = site
        .write(move |connection| {
            let (member, row) = visible::member(connection, id, &handle)?;
            let person = member.person;
            let side = row.map_or(Side::None, |row| standing::side(&row, &limits, dates::now()));
            let way = crate::connections::way_back(connection, &limits, id, person.id)?;
            let made = match (side, way) {
                (Side::Left { .. }, Some(Return::Restore)) => {
                    Some(crate::connections::make(connection, &limits, (id, person.id), Move::Invite, "")?)
                }
                // Pressed twice, or undone in another tab.
                (Side::Connected, _) => {
                    let pair = crate::connections::sides(connection, &limits, id, person.id)?;
                    Some(Ok(Outcome { pair, tell: None }))
                }
                _ => None,
            };
            Ok((person, made))
        })
        .await?;
    match made {
        Some(made) => Ok(answer(&redirect, &(person, made), |name, _| restored(name))),
        None => Ok(redirect.to(&format!("{}/invite", profile(&person)))),
    }
}

/// What is told after a connection came back whole.
pub fn restored(name: &str) -> String {
    tf("You and {name} are connected again. Everything is as it was.", name)
}

/// `POST /in/{handle}/door`: *They may invite me again*, changed later.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn door(
    site: SiteData,
    me: SignedIn,
    handle: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let open = form.is_checked("may_invite_again");
    let made = act(&site, &me, &handle, Move::LetReturn(open), String::new()).await?;
    Ok(answer(&redirect, &made, |name, _| match open {
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
    let made = act(&site, &me, &handle, Move::Unblock, String::new()).await?;
    Ok(answer(&redirect, &made, |name, outcome| match outcome.pair.mine {
        // The other may have blocked as well.
        Side::Left { .. } | Side::Declined { .. } | Side::Barred { .. } => {
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
    let back = left_for_form(&redirect, &person);
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
