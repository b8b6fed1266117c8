//! *My network*, the home of members: invitations to answer, people one may know, one's number, what needs tidying.

use std::sync::Arc;

use actix_web::HttpResponse;
use askama::Template;

use crate::connections::invitations::{self, Invitation};
use crate::connections::list::dormant::Dormant;
use crate::connections::list::history::History;
use crate::connections::mutual;
use crate::connections::refusal::sentence;
use crate::connections::standing::Standing;
use crate::error::Error;
use crate::language::filters;
use crate::language::{number, tf};
use crate::network::first_steps::{self, Alone, SETTLED, Step};
use crate::network::suggestions::{self, Suggestion};
use crate::web::page::{Layout, Redirect, Render};
use crate::web::pagination::PageRequest;
use crate::web::site::SiteData;
use crate::{accounts, connections};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    page: Layout,
    invitations: Vec<Invitation>,
    more_invitations: bool,
    /// Why no invitation can be accepted now, for the viewer's own number.
    no_room: String,
    suggestions: Vec<Suggestion>,
    /// Why nobody can be invited now, for the viewer's own reasons.
    hindrance: String,
    number: String,
    old_invitations: i64,
    dormant: Option<Dormant>,
    growth: Arc<History>,
    /// What somebody who is new does first.
    first_steps: Option<Vec<Step>>,
    /// Nobody else is on the site.
    alone: Option<Alone>,
    /// The address of the site, for those who are not here yet.
    address: String,
    /// Enough connections for some to be tidied.
    is_settled: bool,
}

impl Home {
    /// How many of the first steps are done, and of how many.
    fn steps_done(&self, steps: &[Step]) -> String {
        let done = steps.iter().filter(|step| step.is_done).count();
        tf("{done} of {all} done", (&number(done), &number(steps.len())))
    }
}

/// `GET /`
///
/// # Errors
/// The database's.
pub async fn home(site: SiteData, page: Layout, redirect: Redirect) -> Result<HttpResponse, Error> {
    let Some(viewer) = page.viewer.clone() else { return accounts::pages::landing(page, &redirect) };
    let (limits, cache, me) = (site.limits(), site.cache.clone(), viewer.clone());
    let walked = History::walked(&cache, viewer.counted()).max(mutual::walked(&cache, viewer.counted()));
    let ((mut waiting, suggestions), (old_invitations, dormant, growth), (first_steps, alone)) = site
        .read_walking(walked, move |connection| {
            let waiting = match me.invitations {
                0 => Vec::new(),
                _ => invitations::received(connection, &limits, &me, &PageRequest::default())?.rows,
            };
            let suggestions = suggestions::for_member(connection, &cache, &me, 9)?;
            let growth = History::of(connection, &cache, me.counted())?;
            let dormant = Dormant::of(connection, &cache, me.counted())?;
            let old_invitations = invitations::sent_long_ago(connection, &limits, me.id)?;
            let first_steps = first_steps::of(connection, &limits, &me)?;
            let may_be_alone = me.connection_count == 0 && suggestions.is_empty();
            let alone = if may_be_alone { Alone::of(connection, &me)? } else { None };
            Ok(((waiting, suggestions), (old_invitations, dormant, growth), (first_steps, alone)))
        })
        .await?;
    let more_invitations = waiting.len() > 5;
    waiting.truncate(5);
    let number = number(viewer.connection_count);
    let hindrance = connections::allowance::own_hindrance(&viewer, &site.limits(), &Standing::none());
    let hindrance = hindrance.map_or_else(String::new, |refusal| sentence(refusal, ""));
    Home {
        page,
        invitations: waiting,
        more_invitations,
        no_room: connections::allowance::said_no_room(&viewer, &site.limits()),
        suggestions,
        hindrance,
        number,
        old_invitations,
        dormant,
        growth,
        first_steps,
        alone,
        address: site.address.clone(),
        is_settled: viewer.connection_count >= SETTLED,
    }
    .show()
}
