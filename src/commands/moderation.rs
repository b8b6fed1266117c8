//! `amicable member role`, `suspend` and `second-factor-off`: what an administrator may do, for whoever has the command line.

use amicable::admin::{roles, second_factor};
use amicable::audit::Actor;
use amicable::dates;
use amicable::db::Db;
use amicable::error::Error;
use amicable::members::role::Role;
use amicable::moderation::{Decision, sanctions};

use super::members::named;
use super::output::say;

/// How a member is suspended.
#[derive(Debug, clap::Args)]
pub struct Suspension {
    /// The day on which it ends, e.g. 2027-03-01; without one it is a ban
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// What the member is told
    #[arg(long, default_value = "")]
    reason: String,
    /// End the suspension or the ban instead
    #[arg(long, conflicts_with_all = ["until", "reason"])]
    lift: bool,
}

fn refused(why: impl Into<String>) -> Error {
    Error::Unavailable(why.into())
}

/// Gives a member a role.
///
/// # Errors
/// [`Error::Unavailable`] where there is no such member or role, or it cannot be given; or the database's.
pub fn give_role(db: &Db, who: &str, word: &str) -> Result<(), Error> {
    let role = Role::of(word).ok_or_else(|| refused("a role is member, moderator or administrator"))?;
    let (handle, given) = db.write_blocking(|connection| {
        let member = named(connection, who)?;
        Ok((member.handle, roles::give(connection, Actor::CommandLine, member.id, role)?))
    })?;
    given.map_err(|why| refused(why.sentence()))?;
    say!("{handle} is {} now.", role.word())
}

/// Turns off the second step of a member.
///
/// # Errors
/// [`Error::Unavailable`] where there is no such member, or the database's.
pub fn end_second_factor(db: &Db, who: &str) -> Result<(), Error> {
    let (handle, was_on) = db.write_blocking(|connection| {
        let member = named(connection, who)?;
        Ok((member.handle, second_factor::end(connection, Actor::CommandLine, member.id)?))
    })?;
    say!("The second step of {handle} {}.", if was_on { "is off now; they are told by e-mail" } else { "was off" })
}

/// Suspends or bans a member, or ends that.
///
/// # Errors
/// [`Error::Unavailable`] where there is no such member or day, or the database's.
pub fn suspend(db: &Db, who: &str, how: &Suspension) -> Result<(), Error> {
    if how.lift {
        let (handle, lifted) = db.write_blocking(|connection| {
            let member = named(connection, who)?;
            Ok((member.handle, sanctions::lift(connection, Actor::CommandLine, member.id)?))
        })?;
        let said = match lifted {
            Some(Decision::Banned) => "is no longer banned",
            Some(_) => "is no longer suspended",
            None => "was not suspended",
        };
        return say!("{handle} {said}.");
    }
    let until = match &how.until {
        Some(day) => {
            let day = dates::parse(day).ok_or_else(|| refused("a day is written like 2027-03-01"))?;
            Some(day)
                .filter(|day| *day > dates::now())
                .ok_or_else(|| refused("choose a day that is yet to come"))?
                .into()
        }
        None => None,
    };
    let kind = if until.is_some() { Decision::Suspended } else { Decision::Banned };
    let (handle, imposed) = db.write_blocking(|connection| {
        let member = named(connection, who)?;
        let why = (how.reason.as_str(), until);
        Ok((member.handle, sanctions::impose(connection, Actor::CommandLine, member.id, kind, why)?))
    })?;
    imposed.map_err(|only| refused(only.sentence()))?;
    say!("{handle} is {}.", if until.is_some() { "suspended" } else { "banned" })
}
