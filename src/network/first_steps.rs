//! The first steps: what somebody who is new does first, shown on their home until it is done or closed.

use actix_web::HttpResponse;
use diesel::prelude::*;

use crate::connections::allowance::invitations_used_up;
use crate::connections::store as connections;
use crate::dates::now;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{number, t, tf};
use crate::members::store;
use crate::network::found::hidden_from;
use crate::relationship::Limits;
use crate::schema::{directory, members, relationships};
use crate::web::page::{Redirect, SignedIn};
use crate::web::registration::{self, Registration};
use crate::web::site::SiteData;
use crate::web::viewer::Viewer;

/// From so many connections on, nobody is new.
pub const SETTLED: i32 = 30;
/// Where people are found to be invited.
const INVITE: &str = "/people";
/// People to invite.
const INVITED: usize = 3;

/// A step, the form or list where it is taken, and whether it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What to do.
    pub title: &'static str,
    /// Why, or how far it is done.
    pub reason: String,
    /// Where.
    pub path: &'static str,
    /// Whether it is done.
    pub is_done: bool,
    /// Whether it is a small form, which opens over the page.
    pub is_form: bool,
}

/// Reads the first steps of a member; nothing where they are all done, or closed, or the member is not new.
///
/// # Errors
/// The database's.
pub fn of(connection: &mut Connection, limits: &Limits, me: &Viewer) -> Result<Option<Vec<Step>>, Error> {
    if me.connection_count >= SETTLED {
        return Ok(None);
    }
    let known = known(connection, me)?;
    if known >= SETTLED as usize {
        return Ok(None);
    }
    let row = members::table.find(me.id).select((members::headline, members::first_steps_closed_at));
    let (headline, closed_at): (String, Option<i64>) = row.first(connection)?;
    if closed_at.is_some() {
        return Ok(None);
    }
    let has_position = !store::positions(connection, me.id)?.0.is_empty();
    let mut steps = steps(me, !headline.is_empty(), has_position, known + waiting(connection, me)?);
    // What cannot be done this week is not offered.
    let cannot_invite = invitations_used_up(me, limits).is_some();
    steps.retain(|step| step.is_done || step.path != INVITE || !cannot_invite);
    Ok(Some(steps).filter(|steps| steps.iter().any(|step| !step.is_done)))
}

fn steps(me: &Viewer, has_headline: bool, has_position: bool, invited: usize) -> Vec<Step> {
    let form = |title, reason: &str, path, is_done| Step { title, reason: reason.into(), path, is_done, is_form: true };
    let counted = tf("{done} of {all} invited", (&number(invited.min(INVITED)), &number(INVITED)));
    vec![
        form(t("Add a photo"), t("So that people recognise you."), "/profile/photo", !me.photo.is_empty()),
        form(t("Write a headline"), t("What you do, in a line."), "/profile", has_headline),
        form(t("Add a position"), t("Colleagues find you by it."), "/profile/positions", has_position),
        Step {
            title: t("Invite three people you know"),
            reason: counted,
            path: INVITE,
            is_done: invited >= INVITED,
            is_form: false,
        },
    ]
}

/// How many people a member is or was connected with, up to [`SETTLED`]: this does not change when somebody leaves, so that
/// no step comes back then.
fn known(connection: &mut Connection, me: &Viewer) -> Result<usize, Error> {
    let known = relationships::table
        .filter(relationships::owner_id.eq(me.id))
        .filter(relationships::connected_at.is_not_null())
        .select(relationships::other_id)
        .limit(i64::from(SETTLED));
    let known: Vec<MemberId> = on_engine!(connection, |own| known.load(own))?;
    Ok(known.len())
}

/// How many people wait for an answer, as it looks to the member, who was connected with none of them before.
fn waiting(connection: &mut Connection, me: &Viewer) -> Result<usize, Error> {
    let sent = connections::sent(me.id).filter(relationships::connected_at.is_null());
    let sent = sent.select(relationships::other_id).limit(INVITED as i64);
    let sent: Vec<MemberId> = on_engine!(connection, |own| sent.load(own))?;
    Ok(sent.len())
}

/// What somebody reads who is alone on the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alone {
    /// Others can sign up at the address.
    Address,
    /// Others need an invite link.
    InviteLink,
}

impl Alone {
    /// Returns whether a member sees nobody else on the site, and how others come in.
    ///
    /// # Errors
    /// The database's.
    pub fn of(connection: &mut Connection, me: &Viewer) -> Result<Option<Alone>, Error> {
        let hidden = hidden_from(connection, me.id)?;
        // One more than are left out, so that one is left if there is anybody.
        let most = hidden.len() as i64 + 1;
        let others = directory::table.filter(directory::member_id.ne(me.id)).select(directory::member_id).limit(most);
        let others: Vec<MemberId> = on_engine!(connection, |own| others.load(own))?;
        if others.iter().any(|id| !hidden.contains(id)) {
            return Ok(None);
        }
        Ok(match registration::load(connection)? {
            Registration::Open | Registration::Approval => Some(Alone::Address),
            _ if me.may_administer() || registration::members_make_links(connection)? => Some(Alone::InviteLink),
            _ => None,
        })
    }
}

/// `POST /first-steps/close`
///
/// # Errors
/// The database's.
pub async fn close(site: SiteData, me: SignedIn, redirect: Redirect) -> Result<HttpResponse, Error> {
    set(&site, &me, Some(now())).await?;
    redirect.undoable(t("The first steps are closed."), "/first-steps/open".to_owned());
    Ok(redirect.to("/"))
}

/// `POST /first-steps/open`: shows them again.
///
/// # Errors
/// The database's.
pub async fn open(site: SiteData, me: SignedIn, redirect: Redirect) -> Result<HttpResponse, Error> {
    set(&site, &me, None).await?;
    redirect.done(t("The first steps are open again."));
    Ok(redirect.to("/"))
}

async fn set(site: &SiteData, me: &SignedIn, closed_at: Option<i64>) -> Result<(), Error> {
    let id = me.id;
    site.write(move |connection| {
        let row = members::first_steps_closed_at.eq(closed_at);
        diesel::update(members::table.find(id)).set(row).execute(connection)?;
        Ok(())
    })
    .await
}
