//! The checks of relationships: every two sides, and how many connections each member has.

use amicable::connections::soundness::{self, Illegal};
use amicable::connections::store;
use amicable::db::{self, Connection};
use amicable::error::Error;
use amicable::schema::members;
use diesel::prelude::*;

use super::{Found, NAMED, counted, listed};

pub(super) fn pairs(connection: &mut Connection) -> Result<Found, Error> {
    let illegal = soundness::illegal(connection)?;
    if !illegal.is_empty() {
        let more = if illegal.len() as i64 == soundness::MOST { " or more" } else { "" };
        let stand = if illegal.len() == 1 { "pair stands" } else { "pairs stand" };
        let named = named(connection, &illegal)?;
        return Ok(Err(format!("{}{more} {stand} as no two can: {named}", illegal.len())));
    }
    let rows = db::number(connection, "SELECT COUNT(*) AS number FROM relationships")?;
    Ok(Ok(format!("{}, each with its other", counted(rows, "side", "sides"))))
}

pub(super) fn mend_pairs(connection: &mut Connection) -> Result<String, Error> {
    let (mut mended, mut left) = (Vec::new(), soundness::illegal(connection)?);
    while !left.is_empty() {
        for pair in &left {
            soundness::mend(connection, pair)?;
        }
        let more = soundness::illegal(connection)?;
        // What a repair does not change, it would not change the next time either.
        let next = if more == left { Vec::new() } else { more };
        mended.extend(std::mem::replace(&mut left, next));
    }
    let mut lines = Vec::new();
    for pair in &mended {
        let (mine, theirs) = soundness::now(connection, pair)?;
        lines.push(format!("{}, now {mine}, {theirs}", name(connection, pair)?));
        if lines.len() > NAMED {
            // More are only counted.
            lines.resize(mended.len(), String::new());
            break;
        }
    }
    Ok(format!("{}: {}", counted(mended.len(), "pair", "pairs"), listed(&lines)))
}

fn named(connection: &mut Connection, illegal: &[Illegal]) -> Result<String, Error> {
    let mut lines = Vec::new();
    for pair in illegal.iter().take(NAMED) {
        lines.push(name(connection, pair)?);
    }
    lines.resize(illegal.len(), String::new());
    Ok(listed(&lines))
}

/// Names two members, by their numbers and, where they are there, by their handles, and says how they stand or stood.
fn name(connection: &mut Connection, pair: &Illegal) -> Result<String, Error> {
    let (mine, theirs) = pair.states();
    let mut handles = Vec::new();
    for member in [pair.one, pair.other] {
        let handle = members::table.find(member).select(members::handle).first(connection).optional()?;
        handles.push(handle.unwrap_or_else(|| "nobody".to_owned()));
    }
    Ok(format!("members {} and {} ({mine}, {theirs}), {}", pair.one, pair.other, handles.join(" and ")))
}

pub(super) fn counts(connection: &mut Connection) -> Result<Found, Error> {
    let wrong = db::number(
        connection,
        "SELECT COUNT(*) AS number FROM members LEFT JOIN connection_counts kept ON kept.member_id = members.id \
         LEFT JOIN (SELECT owner_id, COUNT(*) AS number FROM relationships WHERE state = 4 GROUP BY owner_id) counted \
         ON counted.owner_id = members.id WHERE COALESCE(kept.number, -1) <> COALESCE(counted.number, 0)",
    )?;
    Ok(match wrong {
        0 => Ok("every member's number of connections is right".into()),
        _ => Err(format!("the number of connections of {} is wrong", counted(wrong, "member", "members"))),
    })
}

pub(super) fn count_again(connection: &mut Connection) -> Result<String, Error> {
    store::count_all(connection)?;
    Ok("counted everybody's connections anew".into())
}
