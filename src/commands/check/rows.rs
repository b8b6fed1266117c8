//! The checks of relationships: every two sides, and how many connections each member has.

use amicable::connections::soundness::{self, Illegal};
use amicable::connections::store;
use amicable::db::{self, Connection};
use amicable::error::Error;

use super::{Found, counted, listed};

pub(super) fn pairs(connection: &mut Connection) -> Result<Found, Error> {
    let illegal = soundness::illegal(connection)?;
    if !illegal.is_empty() {
        let more = if illegal.len() as i64 == soundness::MOST { " or more" } else { "" };
        let stand = if illegal.len() == 1 { "pair stands" } else { "pairs stand" };
        return Ok(Err(format!("{}{more} {stand} as no two can: {}", illegal.len(), named(&illegal))));
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
    Ok(format!("{}: {}", counted(mended.len(), "pair", "pairs"), named(&mended)))
}

fn named(illegal: &[Illegal]) -> String {
    let one = |pair: &Illegal| {
        let (mine, theirs) = pair.states();
        format!("members {} and {} ({mine}, {theirs})", pair.one, pair.other)
    };
    listed(&illegal.iter().map(one).collect::<Vec<_>>())
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
