//! One's own profile.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::tokens::Scope;
use crate::api::asked::{Answer, Asked};
use crate::api::problem::Problem;
use crate::connections::visible;
use crate::db::{self, Connection};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::{ConnectionCount, store};
use crate::profiles::edit::{Summary, about_of};
use crate::relationship::Limits;
use crate::web::form::{Form, Problems};

/// One's own profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct Profile {
    /// By which others address one.
    #[schema(required = false)]
    handle: String,
    /// The name.
    #[schema(required = false)]
    full_name: String,
    /// How the name sorts by last name; empty for what is guessed.
    #[schema(required = false)]
    sort_as: String,
    /// A line about oneself.
    #[schema(required = false)]
    headline: String,
    /// Where one is.
    #[schema(required = false)]
    location: String,
    /// What one says about oneself.
    #[schema(required = false)]
    about: String,
    /// How many connections one has.
    #[schema(required = false)]
    connections: i32,
    /// Where one works and worked, the newest first.
    #[schema(required = false)]
    positions: Vec<Entry>,
    /// Where one studied.
    #[schema(required = false)]
    education: Vec<Entry>,
    /// Links.
    #[schema(required = false)]
    links: Vec<Link>,
}

/// A position, or a time at a school.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entry {
    /// The title, or the degree.
    title: String,
    /// The company, or the school.
    organisation: String,
    /// `YYYY-MM`, `YYYY` or empty.
    started: String,
    /// As `started`; empty for today.
    ended: String,
    /// What was done there.
    description: String,
}

/// A link.
#[derive(Debug, Serialize, ToSchema)]
pub struct Link {
    /// What it is called.
    label: String,
    /// Where it leads.
    url: String,
}

/// What is to be changed of a profile; what is left out stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    /// The name.
    #[schema(min_length = 1, pattern = r"\S")]
    full_name: Option<String>,
    /// How the name sorts by last name; empty for a guess.
    sort_as: Option<String>,
    /// A line about oneself, of up to 200 characters.
    #[schema(max_length = 200)]
    headline: Option<String>,
    /// Where one is, of up to 100 characters.
    #[schema(max_length = 100)]
    location: Option<String>,
    /// What one says about oneself, of up to 2,000 characters.
    #[schema(max_length = 2000)]
    about: Option<String>,
}

fn load(connection: &mut Connection, limits: &Limits, me: MemberId, handle: &str) -> Result<Profile, Error> {
    let (profile, _) = visible::member(connection, limits, me, handle)?;
    let (positions, education) = store::positions(connection, me)?;
    let entry = |one: store::Position| Entry {
        title: one.title,
        organisation: one.organisation,
        started: one.started,
        ended: one.ended,
        description: one.description,
    };
    let links = store::links(connection, me)?;
    Ok(Profile {
        handle: profile.person.handle,
        full_name: profile.person.full_name,
        sort_as: profile.sort_as,
        headline: profile.person.headline,
        location: profile.person.location,
        about: profile.about,
        connections: ConnectionCount::of(connection, me)?.number,
        positions: positions.into_iter().map(entry).collect(),
        education: education.into_iter().map(entry).collect(),
        links: links.into_iter().map(|link| Link { label: link.label, url: link.url }).collect(),
    })
}

/// Shows your profile.
#[utoipa::path(
    get, path = "/api/v1/profile", tag = "Profile", operation_id = "profile",
    responses((status = 200, description = "Your profile", body = Profile)),
    security(("token" = ["profile:read"])),
)]
pub async fn show(asked: Asked) -> Answer {
    asked.needs(Scope::ReadProfile)?;
    let (limits, me) = (asked.limits(), asked.viewer());
    asked.read(move |connection| load(connection, &limits, me.id, &me.handle)).await
}

impl ProfileChange {
    /// The fields that were sent.
    fn fields(&self) -> Vec<&'static str> {
        let all = [
            ("full_name", &self.full_name),
            ("sort_as", &self.sort_as),
            ("headline", &self.headline),
            ("location", &self.location),
            ("about", &self.about),
        ];
        all.into_iter().filter(|(_, value)| value.is_some()).map(|(name, _)| name).collect()
    }
}

/// Changes your profile.
///
/// What is left out stays as it is. Connections find it on your profile at once. A token without `profile:read` is answered with
/// the fields that it sent.
#[utoipa::path(
    patch, path = "/api/v1/profile", tag = "Profile", operation_id = "changeProfile",
    request_body = ProfileChange,
    responses((status = 200, description = "Your profile, changed", body = Profile)),
    security(("token" = ["profile:write"])),
)]
pub async fn change(asked: Asked) -> Answer {
    asked.needs(Scope::WriteProfile)?;
    let (change, limits, me): (ProfileChange, _, _) = (asked.json()?, asked.limits(), asked.viewer());
    let seen = asked.seen(Scope::ReadProfile, &change.fields());
    asked
        .change(move |connection| {
            // Of two who change different fields at once, neither takes the other's back.
            db::lock_members(connection, [me.id])?;
            let now = load(connection, &limits, me.id, &me.handle)?;
            let form = Form::of([
                ("full_name", change.full_name.as_deref().unwrap_or(&now.full_name)),
                ("sort_as", change.sort_as.as_deref().unwrap_or(&now.sort_as)),
                ("headline", change.headline.as_deref().unwrap_or(&now.headline)),
                ("location", change.location.as_deref().unwrap_or(&now.location)),
                ("about", change.about.as_deref().unwrap_or(&now.about)),
            ]);
            let mut problems = Problems::default();
            let (summary, about) = (Summary::of(&form, &mut problems), about_of(&form, &mut problems));
            if let Some(problem) = Problem::of_fields(&problems) {
                return Ok(problem.into());
            }
            summary.save(connection, me.id)?;
            store::write_about(connection, me.id, &about)?;
            seen.ok(&load(connection, &limits, me.id, &me.handle)?)
        })
        .await
}
