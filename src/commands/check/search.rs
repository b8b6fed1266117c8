//! The checks of what is found by searching.

use amicable::db::Connection;
use amicable::error::Error;
use amicable::inbox;
use amicable::members::search::soundness;

use super::{Found, listed};

pub(super) fn members(connection: &mut Connection) -> Result<Found, Error> {
    let (stale, gone) = (soundness::stale(connection)?, soundness::gone(connection)?);
    Ok(match stale.len() + gone.len() {
        0 => Ok("everybody is found by what their profile says".into()),
        _ => Err(format!("{} are missing or out of date, {} are not members any more", stale.len(), gone.len())),
    })
}

pub(super) fn index_members(connection: &mut Connection) -> Result<String, Error> {
    let (stale, gone) = (soundness::stale(connection)?, soundness::gone(connection)?);
    for member in &gone {
        amicable::members::search::remove(connection, *member)?;
    }
    for member in &stale {
        amicable::members::search::index(connection, *member)?;
    }
    let named: Vec<String> = stale.iter().chain(&gone).map(|member| format!("member {member}")).collect();
    Ok(format!("indexed anew: {}", listed(&named)))
}

pub(super) fn messages(connection: &mut Connection) -> Result<Found, Error> {
    Ok(match inbox::search::missing(connection)?.len() {
        0 => Ok("every message is found".into()),
        some => Err(format!("{some} copies of messages are not found")),
    })
}

pub(super) fn index_messages(connection: &mut Connection) -> Result<String, Error> {
    Ok(format!("{} copies indexed", inbox::search::index_missing(connection)?))
}
