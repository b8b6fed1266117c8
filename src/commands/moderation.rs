//! `amicable member role`, `suspend` and `second-factor-off`: what an administrator may do, for whoever has the command line.

use amicable::admin::{roles, second_factor};
use amicable::audit::Actor;
use amicable::dates;
use amicable::db::Db;
use amicable::error::Error;
use amicable::members::role::Role;
use amicable::moderation::{Decision, sanctions};

use super::members::member;
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
    let given = db.write_blocking(|connection| {
        let member = member(connection, who)?;
        roles::give(connection, Actor::CommandLine, member, role)
    })?;
    given.map_err(|why| refused(why.sentence()))?;
    say!("{who} is {} now.", role.word())
}

/// Turns off the second step of a member.
///
/// # Errors
/// [`Error::Unavailable`] where there is no such member, or the database's.
pub fn end_second_factor(db: &Db, who: &str) -> Result<(), Error> {
    let was_on = db.write_blocking(|connection| {
        let member = member(connection, who)?;
        second_factor::end(connection, Actor::CommandLine, member)
    })?;
    say!("The second step of {who} {}.", if was_on { "is off now; they are told by e-mail" } else { "was off" })
}

/// Suspends or bans a member, or ends that.
///
/// # Errors
/// [`Error::Unavailable`] where there is no such member or day, or the database's.
pub fn suspend(db: &Db, who: &str, how: &Suspension) -> Result<(), Error> {
    if how.lift {
        let lifted = db.write_blocking(|connection| {
            let member = member(connection, who)?;
            sanctions::lift(connection, Actor::CommandLine, member)
        })?;
        return say!("{who} {}.", if lifted { "is no longer suspended" } else { "was not suspended" });
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
    let imposed = db.write_blocking(|connection| {
        let member = member(connection, who)?;
        sanctions::impose(connection, Actor::CommandLine, member, kind, (&how.reason, until))
    })?;
    imposed.map_err(|only| refused(only.sentence()))?;
    say!("{who} is {}.", if until.is_some() { "suspended" } else { "banned" })
}
