//! `column IN (a list)` as a statement that stays prepared, whatever the length of the list. `eq_any` makes SQLite
//! prepare a new one each time, and takes no more than 32,766 members.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType, Text};

use crate::db::Connection;

/// Whether a column holds one of a list of ids.
#[derive(Debug, Clone)]
pub struct IdIn<C> {
    column: C,
    list: String,
    postgres: bool,
}

/// Whether a column holds one of these ids.
pub fn id_in<C>(connection: &Connection, column: C, ids: &[i64]) -> IdIn<C> {
    let postgres = matches!(connection, Connection::Postgres(_));
    IdIn { column, list: id_list(connection, ids), postgres }
}

/// Writes a list of ids as each engine reads one that is bound as a text.
pub fn id_list(connection: &Connection, ids: &[i64]) -> String {
    let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    if matches!(connection, Connection::Postgres(_)) { format!("{{{list}}}") } else { format!("[{list}]") }
}

/// What stands before and behind a bound [`id_list`] that a column is to be in. Citus asks those shards alone which an array
/// names.
pub fn in_list(postgres: bool) -> (&'static str, &'static str) {
    match postgres {
        true => (" = ANY (", "::bigint[])"),
        false => (" IN (SELECT value FROM json_each(", "))"),
    }
}

impl<C> Expression for IdIn<C> {
    type SqlType = Bool;
}

impl<C: QueryId> QueryId for IdIn<C> {
    type QueryId = IdIn<C::QueryId>;
    // The text differs between the engines, and a connection, which keeps the statement, has one.
    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}

impl<C: ValidGrouping<G>, G> ValidGrouping<G> for IdIn<C> {
    type IsAggregate = C::IsAggregate;
}

impl<C: AppearsOnTable<Q>, Q> AppearsOnTable<Q> for IdIn<C> {}

impl<C: SelectableExpression<Q>, Q> SelectableExpression<Q> for IdIn<C> {}

impl<C, DB> QueryFragment<DB> for IdIn<C>
where
    C: QueryFragment<DB>,
    DB: Backend + HasSqlType<Text>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        let (before, after) = in_list(self.postgres);
        out.push_sql(before);
        out.push_bind_param::<Text, _>(&self.list)?;
        out.push_sql(after);
        Ok(())
    }
}
