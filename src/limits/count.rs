//! The strict counts: a row for each that is counted, changed by one statement, so that nodes cannot count past each other.
//!
//! A window begins with the first use and ends as a whole. So nobody waits longer than one window, whatever is tried
//! meanwhile; what is refused is not counted.

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use crate::dates::now;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::limits::numbers::{Numbers, numbers};
use crate::limits::{Limit, Subject};
use crate::schema::limit_counts;

/// How much later than it could begin now a window may end. One that ends later was written by a clock that was set wrong, and
/// is over.
const SLACK: i64 = 86_400;

/// Counts a use, or refuses it where the limit is reached. To be called in the transaction of what is done, before what
/// cannot be taken back: a use whose transaction fails is not counted.
///
/// # Errors
/// [`Error::TooMany`] where the limit is reached, or the database's.
pub fn take(connection: &mut Connection, limit: Limit, subject: &Subject) -> Result<(), Error> {
    let numbers = numbers(connection, limit)?;
    if numbers.number == 0 {
        return Ok(());
    }
    let (number, ends_at) = add(connection, limit, subject, numbers, 1)?;
    if number > numbers.number { Err(numbers.exceeded(limit, ends_at)) } else { Ok(()) }
}

/// Refuses where a limit is reached, without counting.
///
/// # Errors
/// As [`take`].
pub fn check(connection: &mut Connection, limit: Limit, subject: &Subject) -> Result<(), Error> {
    let numbers = numbers(connection, limit)?;
    match reached(connection, limit, subject, numbers)? {
        Some(ends_at) => Err(numbers.exceeded(limit, ends_at)),
        None => Ok(()),
    }
}

/// Says that a limit of these numbers is reached, for a page that would offer what is refused; empty where it is not.
///
/// # Errors
/// The database's.
pub fn refusal(
    connection: &mut Connection,
    limit: Limit,
    subject: &Subject,
    numbers: Numbers,
) -> Result<String, Error> {
    let ends_at = reached(connection, limit, subject, numbers)?;
    Ok(ends_at.map_or_else(String::new, |ends_at| numbers.sentence(limit, ends_at)))
}

/// Returns until when a limit is reached, if it is.
fn reached(
    connection: &mut Connection,
    limit: Limit,
    subject: &Subject,
    numbers: Numbers,
) -> Result<Option<i64>, Error> {
    let counted = counted(connection, limit, subject, numbers)?;
    let reached = counted.filter(|(number, _)| *number >= numbers.number && numbers.number > 0);
    Ok(reached.map(|(_, ends_at)| ends_at))
}

/// Takes back one use that turned out to be none.
///
/// # Errors
/// The database's.
pub fn give_back(connection: &mut Connection, limit: Limit, subject: &Subject) -> Result<(), Error> {
    let row = limit_counts::table.find((subject.as_str(), limit.name())).filter(limit_counts::number.gt(0));
    diesel::update(row).set(limit_counts::number.eq(limit_counts::number - 1)).execute(connection)?;
    Ok(())
}

/// Forgets all uses.
///
/// # Errors
/// The database's.
pub fn forget(connection: &mut Connection, limit: Limit, subject: &Subject) -> Result<(), Error> {
    diesel::delete(limit_counts::table.find((subject.as_str(), limit.name()))).execute(connection)?;
    Ok(())
}

/// Removes the counts whose window is over.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection) -> Result<(), Error> {
    diesel::delete(limit_counts::table.filter(limit_counts::ends_at.le(now()))).execute(connection)?;
    Ok(())
}

/// Returns how often somebody did something in the window that lasts until then; nothing where it is over.
///
/// # Errors
/// The database's.
pub(super) fn counted(
    connection: &mut Connection,
    limit: Limit,
    subject: &Subject,
    numbers: Numbers,
) -> Result<Option<(u32, i64)>, Error> {
    let (now, row) = (now(), limit_counts::table.find((subject.as_str(), limit.name())));
    let row = row.filter(limit_counts::ends_at.gt(now)).filter(limit_counts::ends_at.le(now + numbers.seconds + SLACK));
    let row = row.select((limit_counts::number, limit_counts::ends_at));
    let row: Option<(i32, i64)> = on_engine!(connection, |own| row.first(own)).optional()?;
    Ok(row.map(|(number, ends_at)| (number.unsigned_abs(), ends_at)))
}

/// Adds to a count, or begins a new window where there is none, and returns the count and the end of the window.
pub(super) fn add(
    connection: &mut Connection,
    limit: Limit,
    subject: &Subject,
    numbers: Numbers,
    uses: i32,
) -> Result<(u32, i64), Error> {
    use limit_counts::{ends_at, name, number};
    let now = now();
    let end = now + numbers.seconds;
    let row = (limit_counts::subject.eq(subject.as_str()), name.eq(limit.name()), number.eq(uses), ends_at.eq(end));
    let row = diesel::insert_into(limit_counts::table).values(row);
    let row = row.on_conflict((limit_counts::subject, name)).do_update().set((
        number
            .eq(case_when(ends_at.le(now).or(ends_at.gt(end + SLACK)), uses.into_sql::<Integer>())
                .otherwise(number + uses)),
        ends_at.eq(case_when(ends_at.le(now).or(ends_at.gt(end + SLACK)), end.into_sql::<BigInt>()).otherwise(ends_at)),
    ));
    let row = row.returning((number, ends_at));
    let (counted, until): (i32, i64) = on_engine!(connection, |own| row.get_result(own))?;
    Ok((counted.unsigned_abs(), until))
}
