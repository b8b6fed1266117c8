//! With whom a member has had no message for years, as *My network* proposes them for tidying.

use std::sync::Arc;

use diesel::prelude::*;

use crate::cache::{Cache, Cached};
use crate::connections::list::Filter;
use crate::connections::sql_condition::IsConnected;
use crate::dates;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::ConnectionCount;
use crate::schema::relationships;

/// Years without a message after which a connection is proposed.
const YEARS: i64 = 2;

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
        let since = written_since(connection, member.id, first)?;
        if since.is_empty() {
            return Ok(None);
        }
        let written = since.iter().filter(|connected_at| **connected_at < first).count();
        let number = connected_before(connection, cache, member, first)?.number - written as i64;
        let day = dates::iso(first);
        let filter = Filter { no_message_since: day.clone(), connected_before: day, ..Filter::default() };
        Ok((number > 0).then(|| Dormant { number, query: filter.with("", "") }))
    }
}

/// Since when the member is connected with each of those with whom a message was exchanged since this moment.
fn written_since(connection: &mut Connection, me: MemberId, first: i64) -> Result<Vec<i64>, Error> {
    let written = relationships::table
        .filter(relationships::owner_id.eq(me))
        .filter(relationships::last_message_at.ge(first))
        .filter(IsConnected)
        .select(relationships::connected_at.assume_not_null());
    Ok(on_engine!(connection, |own| written.load(own))?)
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
