//! The connections that some members share with others, in SQL: those of the ones are read first, then each is looked up among
//! those of the others. Between two shards of Citus a subquery is what may be joined; OFFSET 0 keeps it one there.

use diesel::expression::{ValidGrouping, is_aggregate};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};

use crate::db::{Connection, id_list};
use crate::error::Error;
use crate::ids::MemberId;

/// Whose connections.
#[derive(Debug, Clone)]
pub(super) enum Owners<'a> {
    /// One member's.
    One(MemberId),
    /// Each of these members'.
    Each(&'a [MemberId]),
}

/// Counts for each of some members what they share with one, and tells the first of it in the order of the ids. Members who share
/// nothing are left out.
///
/// # Errors
/// The database's.
pub(super) fn counted(
    connection: &mut Connection,
    first: &Owners,
    looked_up: &Owners,
) -> Result<Vec<(MemberId, i64, MemberId)>, Error> {
    let each = if matches!(first, Owners::Each(_)) { "few" } else { "many" };
    let head = format!("SELECT {each}.owner_id, COUNT(*), MIN(few.other_id)");
    let statement = Statement::new(connection, (first, looked_up), head, format!(" GROUP BY {each}.owner_id"));
    Ok(match connection {
        Connection::Sqlite(own) => Counted(statement).load(own)?,
        Connection::Postgres(own) => Counted(statement).load(own)?,
    })
}

/// Lists whom two share in the order of the ids, at most so many.
///
/// # Errors
/// The database's.
pub(super) fn ids(
    connection: &mut Connection,
    few: MemberId,
    many: MemberId,
    most: i64,
) -> Result<Vec<MemberId>, Error> {
    let tail = format!(" ORDER BY few.other_id LIMIT {most}");
    let owners = (&Owners::One(few), &Owners::One(many));
    let statement = Statement::new(connection, owners, "SELECT few.other_id".into(), tail);
    // So that the first are found without reading the others.
    let statement = Statement { order: " ORDER BY mine.other_id", ..statement };
    Ok(match connection {
        Connection::Sqlite(own) => Listed(statement).load(own)?,
        Connection::Postgres(own) => Listed(statement).load(own)?,
    })
}

#[derive(Debug, Clone)]
enum Bound {
    One(MemberId),
    Each(String),
}

#[derive(Debug, Clone)]
struct Statement {
    head: String,
    few: Bound,
    many: Bound,
    order: &'static str,
    tail: String,
    postgres: bool,
}

#[derive(Debug, Clone)]
struct Counted(Statement);

#[derive(Debug, Clone)]
struct Listed(Statement);

impl Statement {
    fn new(connection: &Connection, (few, many): (&Owners, &Owners), head: String, tail: String) -> Statement {
        let bound = |owners: &Owners| match owners {
            Owners::One(id) => Bound::One(*id),
            Owners::Each(ids) => Bound::Each(id_list(connection, ids)),
        };
        let postgres = matches!(connection, Connection::Postgres(_));
        Statement { head, few: bound(few), many: bound(many), order: "", tail, postgres }
    }

    fn walk<'b, DB>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: diesel::backend::Backend + diesel::sql_types::HasSqlType<BigInt> + diesel::sql_types::HasSqlType<Text>,
        i64: diesel::serialize::ToSql<BigInt, DB>,
        String: diesel::serialize::ToSql<Text, DB>,
    {
        out.push_sql(&self.head);
        out.push_sql(" FROM (SELECT mine.owner_id, mine.other_id FROM relationships mine WHERE mine.owner_id");
        self.owners(&self.few, out.reborrow())?;
        out.push_sql(" AND mine.state = 4 AND mine.removal_id IS NULL AND mine.connected_at IS NOT NULL");
        out.push_sql(self.order);
        // SQLite would read all of them before the first is looked up.
        out.push_sql(if self.postgres { " OFFSET 0" } else { "" });
        // PostgreSQL would read all of a hub's connections into a hash, for the few that are looked up among them. On Citus only
        // one owner's may be looked up so.
        let one_by_one = self.postgres && matches!(self.many, Bound::One(_));
        out.push_sql(match one_by_one {
            true => ") few CROSS JOIN LATERAL (SELECT many.owner_id FROM relationships many WHERE many.owner_id",
            false => ") few CROSS JOIN relationships many WHERE many.owner_id",
        });
        self.owners(&self.many, out.reborrow())?;
        // The sum hides from PostgreSQL that an index of connections by date or name would do: it takes one for smaller than the
        // primary key, and walks all that a hub has of it for each of the few.
        out.push_sql(match one_by_one {
            true => " AND many.other_id = few.other_id AND many.state + 0 = 4 OFFSET 0) many",
            false => " AND many.other_id = few.other_id AND many.state = 4",
        });
        out.push_sql(&self.tail);
        Ok(())
    }

    fn owners<'b, DB>(&self, owners: &'b Bound, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: diesel::backend::Backend + diesel::sql_types::HasSqlType<BigInt> + diesel::sql_types::HasSqlType<Text>,
        i64: diesel::serialize::ToSql<BigInt, DB>,
        String: diesel::serialize::ToSql<Text, DB>,
    {
        match owners {
            Bound::One(id) => {
                out.push_sql(" = ");
                out.push_bind_param::<BigInt, _>(id)
            }
            Bound::Each(list) => {
                let (before, after) = crate::db::owner_list(self.postgres);
                out.push_sql(before);
                out.push_bind_param::<Text, _>(list)?;
                out.push_sql(after);
                Ok(())
            }
        }
    }
}

/// The text differs, so that a connection knows a statement by it.
macro_rules! loaded {
    ($name:ident, $row:ty) => {
        impl QueryId for $name {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }

        impl Query for $name {
            type SqlType = $row;
        }

        impl ValidGrouping<()> for $name {
            type IsAggregate = is_aggregate::Never;
        }

        impl<C> RunQueryDsl<C> for $name {}

        impl<DB> QueryFragment<DB> for $name
        where
            DB: diesel::backend::Backend + diesel::sql_types::HasSqlType<BigInt> + diesel::sql_types::HasSqlType<Text>,
            i64: diesel::serialize::ToSql<BigInt, DB>,
            String: diesel::serialize::ToSql<Text, DB>,
        {
            fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
                self.0.walk(out)
            }
        }
    };
}

loaded!(Counted, (BigInt, BigInt, BigInt));
loaded!(Listed, BigInt);
