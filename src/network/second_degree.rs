//! The circle of a member: whom their connections know. Suggestions are ranked by it, and the 3rd degree is told by it.

use std::sync::{Arc, OnceLock};

use diesel::expression::{ValidGrouping, is_aggregate};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;

use crate::cache::{Cache, Cached};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::{ConnectionCount, directory};

/// How many of one's newest connections are asked, and how many of the newest of each: what keeps a hub's page as quick
/// as anybody's.
const NEWEST: i64 = 50;
/// How many suggestions are considered: in a circle of friends most of the first are known already.
const RANKED: usize = 200;
/// A circle of fewer is counted at once.
const MAX_SHORT: usize = 500;

/// Whom the newest connections of a member have among their own newest.
#[derive(Debug)]
pub struct SecondDegree {
    /// The ids, in order.
    ids: Vec<MemberId>,
    ranked: Vec<(MemberId, u32)>,
    /// Those of them in the directory, once somebody asked.
    listed: OnceLock<Vec<MemberId>>,
}

impl Cached for SecondDegree {
    const SECONDS: i64 = 60;

    fn took_long(&self) -> bool {
        self.ids.len() > MAX_SHORT
    }
}

impl SecondDegree {
    /// The circle of a member.
    ///
    /// # Errors
    /// The database's.
    pub fn of(connection: &mut Connection, cache: &Cache, member: ConnectionCount) -> Result<Arc<SecondDegree>, Error> {
        cache.get_or_read(member, |id| Ok(SecondDegree::new(known_to_connections(connection, id)?)))
    }

    fn new(mut found: Vec<(MemberId, i64)>) -> SecondDegree {
        found.sort_unstable();
        let ids = found.iter().map(|(id, _)| *id).collect();
        found.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        found.truncate(RANKED);
        let ranked = found.into_iter().map(|(id, number)| (id, u32::try_from(number).unwrap_or(u32::MAX))).collect();
        SecondDegree { ids, ranked, listed: OnceLock::new() }
    }

    /// Members by how many of the connections know them, most first.
    pub fn ranked(&self) -> &[(MemberId, u32)] {
        &self.ranked
    }

    /// Everybody in it, in the order of the ids; one's own connections among them.
    pub fn ids(&self) -> &[MemberId] {
        &self.ids
    }

    /// Returns those who stand in the directory, in the order of the ids.
    ///
    /// # Errors
    /// The database's.
    pub fn listed(&self, connection: &mut Connection) -> Result<&[MemberId], Error> {
        if let Some(listed) = self.listed.get() {
            return Ok(listed);
        }
        let listed = directory::listed(connection, &self.ids)?;
        Ok(self.listed.get_or_init(|| listed))
    }

    /// Whether any of these is in it.
    pub fn meets(&self, ids: &[MemberId]) -> bool {
        ids.iter().any(|id| self.ids.binary_search(id).is_ok())
    }
}

fn known_to_connections(connection: &mut Connection, me: MemberId) -> Result<Vec<(MemberId, i64)>, Error> {
    Ok(match connection {
        Connection::Sqlite(own) => KnownToConnections::<false> { me }.load(own)?,
        Connection::Postgres(own) => KnownToConnections::<true> { me }.load(own)?,
    })
}

/// The statement, with its own text for each engine. diesel's `sql_query` would be prepared anew each time.
#[derive(Debug, Clone, Copy)]
struct KnownToConnections<const POSTGRES: bool> {
    me: MemberId,
}

impl<const POSTGRES: bool> QueryId for KnownToConnections<POSTGRES> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const POSTGRES: bool> Query for KnownToConnections<POSTGRES> {
    type SqlType = (BigInt, BigInt);
}

impl<const POSTGRES: bool> ValidGrouping<()> for KnownToConnections<POSTGRES> {
    type IsAggregate = is_aggregate::Never;
}

impl<const POSTGRES: bool, C> RunQueryDsl<C> for KnownToConnections<POSTGRES> {}

impl<const POSTGRES: bool, DB> QueryFragment<DB> for KnownToConnections<POSTGRES>
where
    DB: diesel::backend::Backend + diesel::sql_types::HasSqlType<BigInt>,
    i64: diesel::serialize::ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT theirs.other_id, COUNT(*) FROM ");
        if POSTGRES {
            self.walk_lateral(&mut out)?
        } else {
            self.walk_index(&mut out)?
        }
        out.push_sql(" AND theirs.other_id <> ");
        out.push_bind_param::<BigInt, _>(&self.me)?;
        out.push_sql(" GROUP BY theirs.other_id");
        Ok(())
    }
}

impl<const POSTGRES: bool> KnownToConnections<POSTGRES> {
    /// PostgreSQL's way. Citus looks into the rows of others only beside a row of theirs, and joins what it read of one's own after
    /// everything else: as a table, that would read the newest of every member of the site; as an array it picks the rows beside.
    fn walk_lateral<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: diesel::backend::Backend + diesel::sql_types::HasSqlType<BigInt>,
        i64: diesel::serialize::ToSql<BigInt, DB>,
    {
        out.push_sql(
            "connection_counts beside CROSS JOIN LATERAL (SELECT last.other_id FROM relationships last \
             WHERE last.owner_id = beside.member_id AND last.state = 4 \
             AND last.removal_id IS NULL AND last.connected_at IS NOT NULL \
             ORDER BY last.connected_at DESC, last.other_id DESC LIMIT ",
        );
        out.push_bind_param::<BigInt, _>(&NEWEST)?;
        out.push_sql(") theirs WHERE beside.member_id = ANY (ARRAY(SELECT mine.other_id");
        self.walk_newest(out)?;
        out.push_sql("))");
        Ok(())
    }

    /// SQLite's, which has no LATERAL. Of a hub's rows only the newest are read, from the index alone, which has those who disconnected
    /// as well: a few fewer are looked at then.
    fn walk_index<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: diesel::backend::Backend + diesel::sql_types::HasSqlType<BigInt>,
        i64: diesel::serialize::ToSql<BigInt, DB>,
    {
        out.push_sql(
            "(SELECT mine.other_id AS id, COALESCE((SELECT last.connected_at FROM relationships last \
             WHERE last.owner_id = mine.other_id AND last.removal_id IS NULL AND last.connected_at IS NOT NULL \
             ORDER BY last.connected_at DESC, last.other_id DESC LIMIT 1 OFFSET ",
        );
        out.push_bind_param::<BigInt, _>(&(NEWEST - 1))?;
        out.push_sql("), 0) AS since");
        self.walk_newest(out)?;
        out.push_sql(
            ") near CROSS JOIN relationships theirs WHERE theirs.owner_id = near.id AND theirs.state = 4 \
             AND theirs.removal_id IS NULL AND theirs.connected_at IS NOT NULL AND theirs.connected_at >= near.since",
        );
        Ok(())
    }

    /// The newest connections of the member.
    fn walk_newest<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: diesel::backend::Backend + diesel::sql_types::HasSqlType<BigInt>,
        i64: diesel::serialize::ToSql<BigInt, DB>,
    {
        out.push_sql(" FROM relationships mine WHERE mine.owner_id = ");
        out.push_bind_param::<BigInt, _>(&self.me)?;
        out.push_sql(
            " AND mine.state = 4 AND mine.removal_id IS NULL AND mine.connected_at IS NOT NULL \
             ORDER BY mine.connected_at DESC, mine.other_id DESC LIMIT ",
        );
        out.push_bind_param::<BigInt, _>(&NEWEST)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_most_know_comes_first_and_then_who_is_here_longer() {
        let circle =
            SecondDegree::new([(9, 1), (4, 3), (7, 3), (2, 1)].map(|(id, number)| (MemberId::new(id), number)).into());
        assert_eq!(circle.ranked(), [(4, 3), (7, 3), (2, 1), (9, 1)].map(|(id, number)| (MemberId::new(id), number)));
        assert!(circle.meets(&[1, 7].map(MemberId::new)) && !circle.meets(&[1, 3, 8].map(MemberId::new)));
    }
}
