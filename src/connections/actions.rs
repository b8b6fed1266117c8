//! The buttons that stand wherever a member is shown, and what every press toward a member shares.

use actix_web::HttpResponse;
use actix_web::web::Path;

use crate::connections::Answer;
use crate::connections::invitations;
use crate::connections::refusal::sentence;
use crate::connections::standing::Standing;
use crate::connections::visible;
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::language::tf;
use crate::members::MemberCard;
use crate::relationship::{Action, Limits, Offer, Outcome, Refusal, Side};
use crate::web::form::Form;
use crate::web::page::{Redirect, SignedIn, local};
use crate::web::site::SiteData;

/// Whom an action was toward, and what the rules answered.
pub type Acted = (MemberCard, Answer);

/// Acts toward the member of a handle, whom the acting member must be able to see.
pub(super) async fn act(
    site: &SiteData,
    me: &SignedIn,
    handle: &str,
    action: Action,
    text: String,
) -> Result<Acted, Error> {
    let (limits, id, handle) = (site.limits(), me.id, handle.to_owned());
    site.write(move |connection| toward(connection, &limits, id, &handle, action, &text)).await
}

/// Acts toward the member of a handle, whom the acting member must be able to see, within a transaction.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn toward(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    handle: &str,
    action: Action,
    text: &str,
) -> Result<Acted, Error> {
    let person = visible::person(connection, limits, me, handle)?;
    let answer = crate::connections::act(connection, limits, Between { viewer: me, other: person.id }, action, text)?;
    Ok((person, answer))
}

pub(super) fn profile(person: &MemberCard) -> String {
    format!("/in/{}", person.handle)
}

/// Answers a press: what was done, or why not, on the page one came from.
pub(super) fn answer(redirect: &Redirect, acted: &Acted, done: impl FnOnce(&str, &Outcome) -> String) -> HttpResponse {
    let (person, answer) = acted;
    let whom = (person.full_name.as_str(), &*profile(person));
    match answer {
        Ok(outcome) => redirect.about(whom, done(&person.full_name, outcome), None, false),
        Err(refusal) => refused(redirect, person, *refusal),
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
    let (person, answer) = act(&site, &me, &handle, Action::Decline, String::new()).await?;
    match answer {
        Ok(_) => declined(&redirect, &person),
        Err(refusal) => refused(&redirect, &person, refusal),
    };
    Ok(redirect.back(&profile(&person)))
}

/// Tells what was declined, with *Undo*.
pub(super) fn declined<'a>(redirect: &'a Redirect, person: &MemberCard) -> &'a Redirect {
    let (name, home) = (&*person.full_name, profile(person));
    let text = tf("You declined the invitation from {name}. They have not been told.", name);
    redirect.about((name, &home), text, Some(format!("{home}/decline/undo")), false)
}

/// Tells why an action was refused.
fn refused<'a>(redirect: &'a Redirect, person: &MemberCard, refusal: Refusal) -> &'a Redirect {
    let (name, home) = (&*person.full_name, profile(person));
    redirect.about((name, &home), sentence(refusal, name), None, true)
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
    let (limits, id, handle) = (site.limits(), me.id, handle.into_inner());
    let (acted, is_seen, again) = site
        .write(move |connection| {
            let person = invitations::to_withdraw(connection, &limits, id, &handle)?;
            let answer = crate::connections::act(
                connection,
                &limits,
                Between { viewer: id, other: person.id },
                Action::Withdraw,
                "",
            )?;
            let again = crate::connections::again(connection, Between { viewer: id, other: person.id })?;
            Ok(((person, answer), is_seen(connection, &limits, id, &handle)?, again))
        })
        .await?;
    let back = answer(&redirect, &acted, |name, _| withdrawn(name, again));
    // The page of whoever is not seen any more is none to go back to.
    Ok(if is_seen { back } else { redirect.to("/invitations?box=sent") })
}

/// Whether a member has a page that another can open.
fn is_seen(connection: &mut Connection, limits: &Limits, me: MemberId, handle: &str) -> Result<bool, Error> {
    match visible::person(connection, limits, me, handle) {
        Err(Error::NotFound) => Ok(false),
        seen => seen.map(|_| true),
    }
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

/// Somebody else whom the acting member can see.
pub(super) async fn seen(site: &SiteData, me: &SignedIn, handle: String) -> Result<MemberCard, Error> {
    let (id, limits) = (me.id, site.limits());
    let person = site.read_one(move |connection| visible::person(connection, &limits, id, &handle)).await?;
    if person.id == id { Err(Error::NotFound) } else { Ok(person) }
}

/// Returns the page one came from to a form toward somebody, unless that was a form toward them or the sign-in.
pub(super) fn page_before_form(redirect: &Redirect, person: &MemberCard) -> String {
    let profile = profile(person);
    let page = |path: &String| !path.starts_with(&format!("{profile}/")) && !path.starts_with("/sign-");
    redirect.came_from().filter(page).unwrap_or(profile)
}

/// Back to where one came from before the form, if it says, else to the page that the form stood on.
pub(super) fn returned(redirect: &Redirect, form: &Form, otherwise: &str) -> HttpResponse {
    match local(form.get("back")) {
        Some(back) => redirect.to(&back),
        None => redirect.back(otherwise),
    }
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
    Ok(answer(&redirect, &acted, |name, outcome| unblocked(name, outcome.pair.mine)))
}

/// What is told after unblocking.
pub(super) fn unblocked(name: &str, side: Side) -> String {
    match side {
        // The other may have blocked as well.
        Side::Disconnected { .. } | Side::Declined { .. } | Side::BlockedBy { .. } => {
            tf("You have unblocked {name}. They have not been told, and you are not connected.", name)
        }
        _ => tf("You have not blocked {name}.", name),
    }
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
