//! The checks of what is found by searching.

use amicable::db::Connection;
use amicable::error::Error;
use amicable::inbox;
use amicable::members::search::soundness;

use super::{Found, counted, listed};

pub(super) fn members(connection: &mut Connection) -> Result<Found, Error> {
    let (stale, gone) = (soundness::stale(connection)?, soundness::gone(connection)?);
    Ok(match stale.len() + gone.len() {
        0 => Ok("everybody is found by what their profile says".into()),
        _ => {
            let missing = format!("{} missing or out of date", counted(stale.len(), "member is", "members are"));
            let gone = counted(gone.len(), "entry is of nobody who is there", "entries are of nobody who is there");
            Err(format!("{missing}, {gone}"))
        }
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
        some => Err(format!("{} not found", counted(some, "copy of a message is", "copies of messages are"))),
    })
}

pub(super) fn index_messages(connection: &mut Connection) -> Result<String, Error> {
    Ok(format!("{} indexed", counted(inbox::search::index_missing(connection)?, "copy", "copies")))
}
