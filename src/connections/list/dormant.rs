//! With whom a member has had no message for years, as *My network* proposes them for tidying.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::prelude::*;

use crate::cache::{Cache, Cached};
use crate::connections::list::Filter;
use crate::connections::sql_condition::IsConnected;
use crate::dates;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::members::ConnectionCount;
use crate::schema::relationships;

/// Years without a message after which a connection is proposed.
const YEARS: i64 = 2;

/// Seconds for which another message may still come that is not newer, as clocks of nodes differ.
const SETTLED: i64 = 10;

/// Connections that are as old as that, and have had no message for so long.
#[derive(Debug)]
pub struct Dormant {
    /// How many.
    pub number: i64,
    /// The query that lists just these.
    pub query: String,
}

impl Dormant {
    /// Finds them for a member who uses messages; for somebody who has had none in these years it would be everybody.
    ///
    /// # Errors
    /// The database's.
    pub fn of(connection: &mut Connection, cache: &Cache, member: ConnectionCount) -> Result<Option<Dormant>, Error> {
        let Some(first) = dates::years_ago(YEARS) else { return Ok(None) };
        let Some(written) = written_since(connection, cache, member, first)? else { return Ok(None) };
        let number = connected_before(connection, cache, member, first)?.number - written;
        let day = dates::iso(first);
        let filter = Filter { no_message_since: day.clone(), connected_before: day, ..Filter::default() };
        Ok((number > 0).then(|| Dormant { number, query: filter.with("", "") }))
    }
}

/// With how many of a member's connections of before a day a message was exchanged since, until there is a newer message.
#[derive(Default)]
struct Written(Mutex<Option<Count>>);

#[derive(Clone, Copy)]
struct Count {
    first: i64,
    newest: i64,
    number: Option<i64>,
}

impl Cached for Written {
    const SECONDS: i64 = dates::DAY;

    fn took_long(&self) -> bool {
        true
    }
}

/// Counts the connections of before a moment with whom a message was exchanged since; nothing where there was none with anybody.
/// They are walked once for each new message, not for every page.
fn written_since(
    connection: &mut Connection,
    cache: &Cache,
    member: ConnectionCount,
    first: i64,
) -> Result<Option<i64>, Error> {
    let newest = relationships::table
        .filter(relationships::owner_id.eq(member.id))
        .filter(relationships::last_message_at.is_not_null())
        .order(relationships::last_message_at.desc())
        .select(relationships::last_message_at.assume_not_null())
        .limit(1);
    let newest: Option<i64> = on_engine!(connection, |own| newest.first(own)).optional()?;
    let Some(newest) = newest.filter(|newest| *newest >= first) else { return Ok(None) };
    let kept = cache.get_or_read(member, |_| Ok(Written::default()))?;
    let lock = || kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(count) = lock().filter(|count| (count.first, count.newest) == (first, newest)) {
        return Ok(count.number);
    }
    let written = relationships::table
        .filter(relationships::owner_id.eq(member.id))
        .filter(relationships::last_message_at.ge(first))
        .filter(IsConnected)
        .select(relationships::connected_at.assume_not_null());
    let since: Vec<i64> = on_engine!(connection, |own| written.load(own))?;
    let of_before = since.iter().filter(|connected_at| **connected_at < first).count() as i64;
    let number = (!since.is_empty()).then_some(of_before);
    let is_settled = newest < dates::now() - SETTLED;
    *lock() = is_settled.then_some(Count { first, newest, number });
    Ok(number)
}

/// How many connections a member has had since before a day. A hub's are not walked for every page.
struct ConnectedBefore {
    first: i64,
    number: i64,
}

impl Cached for ConnectedBefore {
    const SECONDS: i64 = dates::DAY;

    fn took_long(&self) -> bool {
        self.number > 500
    }

    fn is_true(&self) -> bool {
        dates::years_ago(YEARS) == Some(self.first)
    }
}

fn connected_before(
    connection: &mut Connection,
    cache: &Cache,
    member: ConnectionCount,
    first: i64,
) -> Result<Arc<ConnectedBefore>, Error> {
    cache.get_or_read(member, |id| {
        let mine = relationships::table
            .filter(relationships::owner_id.eq(id))
            .filter(IsConnected)
            .filter(relationships::connected_at.lt(first));
        let number = on_engine!(connection, |own| mine.count().get_result(own))?;
        Ok(ConnectedBefore { first, number })
    })
}
