//! *Undo* of a decline: the invitation waits for an answer again, with its note, day and place. Who sent it sees nothing of
//! either.

use actix_web::HttpResponse;
use actix_web::web::Path;
use diesel::prelude::*;

use super::Answered;
use crate::connections;
use crate::connections::actions::{act, answer, profile};
use crate::connections::row::State;
use crate::connections::store;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::language::{t, tf, tn};
use crate::relationship::{Action, Limits};
use crate::schema::relationships;
use crate::web::page::{Redirect, SignedIn};
use crate::web::site::SiteData;

/// Declines that one *Undo* takes back at most: more than a page of the list has.
const MAX_UNDONE: i64 = 200;

/// Returns where what was answered is taken back: only declines are.
pub(super) fn path(action: Action, answered: &Answered) -> Option<String> {
    let (first, last) = answered.between;
    match (action, &answered.done[..]) {
        (Action::Decline, [one]) => Some(format!("{}/decline/undo", profile(one))),
        (Action::Decline, [_, ..]) => Some(format!("/invitations/declined/{first}/{last}/undo")),
        _ => None,
    }
}

/// `POST /in/{handle}/decline/undo`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn undo(
    site: SiteData,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let acted = act(&site, &me, &handle, Action::UndoDecline, String::new()).await?;
    Ok(answer(&redirect, &acted, |name, _| tf("The invitation from {name} is back. They have not been told.", name)))
}

/// `POST /invitations/declined/{first}/{last}/undo`: takes back what was declined at once, between these two moments.
///
/// # Errors
/// The database's.
pub async fn undo_all(
    site: SiteData,
    me: SignedIn,
    between: Path<(i64, i64)>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (limits, id, between) = (site.limits(), me.id, between.into_inner());
    match site.write(move |connection| bring_back(connection, &limits, id, between)).await? {
        0 => redirect.refused(t("There is nothing to take back: it is back already, or no longer open.")),
        number => redirect.done(tn(
            number,
            "{n} invitation is back. Nobody has been told.",
            "{n} invitations are back. Nobody has been told.",
        )),
    };
    Ok(redirect.back("/invitations"))
}

/// Takes the declines back that one member made between two moments, and returns how many could be.
fn bring_back(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    (first, last): (i64, i64),
) -> Result<usize, Error> {
    let declined = store::in_state(me, State::Declined).filter(relationships::changed_at.between(first, last));
    let others: Vec<MemberId> =
        declined.order(relationships::changed_at).limit(MAX_UNDONE).select(relationships::other_id).load(connection)?;
    let mut back = 0;
    for other in others {
        back += usize::from(
            connections::act(connection, limits, Between { viewer: me, other }, Action::UndoDecline, "")?.is_ok(),
        );
    }
    Ok(back)
}
