//! `column IN (a list)` as a statement that stays prepared, whatever the length of the list. `eq_any` makes SQLite
//! prepare a new one each time, and takes no more than 32,766 members.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType, Text};

use crate::db::Connection;
use crate::ids::Id;

/// Whether a column holds one of a list of ids, which PostgreSQL takes as an array or as rows.
#[derive(Debug, Clone)]
pub struct IdIn<C, const FORM: u8 = ROWS> {
    column: C,
    list: String,
    postgres: bool,
    /// Whether the list is hashed, where it is [`EITHER`].
    hashed: bool,
}

/// As rows.
const ROWS: u8 = 0;
/// As an array.
const ARRAY: u8 = 1;
/// As rows where they are few, and hashed where they are many.
const EITHER: u8 = 2;
/// More ids are many.
const MOST_ROWS: usize = 500;

/// Whether a column holds one of these ids. As rows, which can be hashed: where a statement is kept for any list, PostgreSQL compares
/// each row with each member of an array, which for 30,000 of 30,000 takes 24 seconds.
pub fn id_in<C>(connection: &Connection, column: C, ids: &[impl Id]) -> IdIn<C> {
    let postgres = matches!(connection, Connection::Postgres(_));
    IdIn { column, list: id_list(connection, ids), postgres, hashed: false }
}

/// [`id_in`] of an owner's rows that may have come since PostgreSQL looked how many there are, such as those of an address book.
/// Where it takes them for a few, it compares each with each of the list: to take an import of 30,000 back took 50 seconds. So all of
/// the owner's are read where many are listed, and each is looked up in a hash.
pub fn few_or_many_in<C>(connection: &Connection, column: C, ids: &[impl Id]) -> IdIn<C, EITHER> {
    let postgres = matches!(connection, Connection::Postgres(_));
    IdIn { column, list: id_list(connection, ids), postgres, hashed: postgres && ids.len() > MOST_ROWS }
}

/// Whether the column by which rows are spread, and with which every key begins, holds one of these ids. As an array: by the key it
/// costs a look-up each, and Citus asks those shards alone that it names.
pub fn owner_in<C>(connection: &Connection, column: C, ids: &[impl Id]) -> IdIn<C, ARRAY> {
    let postgres = matches!(connection, Connection::Postgres(_));
    IdIn { column, list: id_list(connection, ids), postgres, hashed: false }
}

/// Writes a list of ids as each engine reads one that is bound as a text.
pub fn id_list(connection: &Connection, ids: &[impl Id]) -> String {
    let list = ids.iter().map(|id| id.get().to_string()).collect::<Vec<_>>().join(",");
    if matches!(connection, Connection::Postgres(_)) { format!("{{{list}}}") } else { format!("[{list}]") }
}

/// What stands before and behind a bound [`id_list`] that an owner's column is to be in, as [`owner_in`] has it.
pub fn owner_list(postgres: bool) -> (&'static str, &'static str) {
    if postgres { (" = ANY (", "::bigint[])") } else { (" IN (SELECT value FROM json_each(", "))") }
}

impl<C, const FORM: u8> Expression for IdIn<C, FORM> {
    type SqlType = Bool;
}

impl<C: QueryId, const FORM: u8> QueryId for IdIn<C, FORM> {
    type QueryId = IdIn<C::QueryId, FORM>;
    // The text differs between the engines, and a connection, which keeps the statement, has one.
    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID && FORM != EITHER;
}

impl<C: ValidGrouping<G>, G, const FORM: u8> ValidGrouping<G> for IdIn<C, FORM> {
    type IsAggregate = C::IsAggregate;
}

impl<C: AppearsOnTable<Q>, Q, const FORM: u8> AppearsOnTable<Q> for IdIn<C, FORM> {}

impl<C: SelectableExpression<Q>, Q, const FORM: u8> SelectableExpression<Q> for IdIn<C, FORM> {}

impl<C, DB, const FORM: u8> QueryFragment<DB> for IdIn<C, FORM>
where
    C: QueryFragment<DB>,
    DB: Backend + HasSqlType<Text>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // Compared with a truth, a list of rows is none that PostgreSQL may join.
        out.push_sql(if self.hashed { "(" } else { "" });
        self.column.walk_ast(out.reborrow())?;
        let (before, after) = match self.postgres && FORM != ARRAY {
            true => (" IN (SELECT unnest(", "::bigint[]))"),
            false => owner_list(self.postgres),
        };
        out.push_sql(before);
        out.push_bind_param::<Text, _>(&self.list)?;
        out.push_sql(after);
        out.push_sql(if self.hashed { ") IS TRUE" } else { "" });
        Ok(())
    }
}
