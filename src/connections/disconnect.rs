//! Ending a connection and getting it back: *Disconnect* and *Block* with their confirmation, *Re-invite*, which is *Undo*
//! too, and *They may invite me again*.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::connections;
use crate::connections::Answer;
use crate::connections::actions::{act, answer, page_before_form, profile, returned, seen, unblocked};
use crate::connections::refusal::sentence;
use crate::connections::visible;
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::language::filters;
use crate::language::{t, tf};
use crate::members::MemberCard;
use crate::relationship::{Action, Limits, Outcome, Reinvite, Side};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn, local};
use crate::web::site::SiteData;

/// Characters of a private reason.
pub const REASON: usize = 1_000;

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
    let ((handle, what), id, limits) = (path.into_inner(), me.id, site.limits());
    let (member, row) = site.read_one(move |connection| visible::member(connection, &limits, id, &handle)).await?;
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
    let (limits, id) = (site.limits(), me.id);
    let since = connected_since(&form);
    let (undo, (person, answer)) = site
        .write(move |connection| {
            let (member, row) = visible::member_of_page(connection, &limits, (id, since), &handle)?;
            let before = row.as_ref().map_or(Side::Stranger, |row| row.side_at(dates::now(), &limits));
            let proven = since.is_some() && row.and_then(|row| row.connected_at) == since;
            let undo = undo_of_block(before, proven).filter(|_| reason.is_empty() || !keeps_a_reason(before));
            let person = member.person;
            let answer =
                connections::act(connection, &limits, Between { viewer: id, other: person.id }, action, &reason)?;
            Ok((undo, (person, answer)))
        })
        .await?;
    let (name, home) = (&person.full_name, profile(&person));
    let disconnected = tf("You are no longer connected with {name}. They have not been told.", name);
    let whom = (name.as_str(), home.as_str());
    match answer {
        Ok(_) if block => {
            let blocked = tf("You have blocked {name}. They have not been told.", name);
            redirect.about(whom, blocked, undo.map(|undo| format!("{home}/{undo}")), false)
        }
        Ok(outcome) if matches!(outcome.pair.mine, Side::Disconnected { .. }) => {
            redirect.about(whom, disconnected, Some(format!("{home}/re-invite")), false)
        }
        Ok(_) => redirect.about(whom, disconnected, None, false),
        Err(refusal) => redirect.about(whom, sentence(refusal, name), None, true),
    };
    Ok(returned(&redirect, &form, &home))
}

/// Returns what undoes a block, where something brings back just what was there. Somebody who left is answered for as a
/// connection to a press that proves its page, and as a stranger to any other.
fn undo_of_block(before: Side, proven: bool) -> Option<&'static str> {
    match before {
        Side::Connected | Side::WasDisconnected if proven => Some("block/undo"),
        Side::Stranger | Side::WasDisconnected | Side::Disconnected { may_invite_again: false, .. } => Some("unblock"),
        _ => None,
    }
}

/// Whether a side may have a private reason already, in whose place a block puts the one that is typed.
fn keeps_a_reason(before: Side) -> bool {
    matches!(before, Side::Disconnected { .. })
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
    let (limits, id, handle) = (site.limits(), me.id, handle.into_inner());
    let (person, answered) = site.write(move |connection| restore(connection, &limits, id, &handle)).await?;
    match answered {
        Some(acted) => Ok(answer(&redirect, &(person, acted), |name, _| restored(name))),
        None => Ok(redirect.to(&format!("{}/invite", profile(&person)))),
    }
}

/// Restores a connection, where re-inviting does so at once; nothing where it would be an invitation.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn restore(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    handle: &str,
) -> Result<(MemberCard, Option<Answer>), Error> {
    let (member, row) = visible::member(connection, limits, me, handle)?;
    let person = member.person;
    let side = row.map_or(Side::Stranger, |row| row.side_at(dates::now(), limits));
    let reinvite = crate::connections::reinvite(connection, limits, Between { viewer: me, other: person.id })?;
    let answer = match (side, reinvite) {
        (Side::Disconnected { .. }, Some(Reinvite::Restores)) => Some(crate::connections::act(
            connection,
            limits,
            Between { viewer: me, other: person.id },
            Action::Invite,
            "",
        )?),
        // Pressed twice, or undone in another tab.
        (Side::Connected, _) => {
            let pair = crate::connections::sides(connection, limits, Between { viewer: me, other: person.id })?;
            Some(Ok(Outcome { pair, notification: None }))
        }
        _ => None,
    };
    Ok((person, answer))
}

/// `POST /in/{handle}/block/undo`: *Undo* of a block. Unblocks, and where they were a connection restores at once what
/// re-inviting restores. Where it would take an invitation they stay disconnected, whatever the cause.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn undo_block(
    site: SiteData,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (limits, id, handle) = (site.limits(), me.id, handle.into_inner());
    let acted = site
        .write(move |connection| {
            let (member, row) = visible::member(connection, &limits, id, &handle)?;
            let person = member.person;
            let was_blocked = row.is_some_and(|row| row.side_at(dates::now(), &limits).is_blocked());
            let unblocked =
                connections::act(connection, &limits, Between { viewer: id, other: person.id }, Action::Unblock, "")?;
            let restores = connections::reinvite(connection, &limits, Between { viewer: id, other: person.id })?
                == Some(Reinvite::Restores);
            if !was_blocked || !restores {
                return Ok((person, unblocked));
            }
            let back =
                connections::act(connection, &limits, Between { viewer: id, other: person.id }, Action::Invite, "")?;
            Ok((person, back))
        })
        .await?;
    Ok(answer(&redirect, &acted, |name, outcome| match outcome.pair.mine {
        Side::Connected => restored(name),
        side => unblocked(name, side),
    }))
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
