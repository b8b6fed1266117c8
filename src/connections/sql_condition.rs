//! What the partial indexes of relationships ask for, and orders that have an index.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType, Text};

use crate::db::sql_condition;

sql_condition!(
    /// The row is a connection; so it has a date and no removal, which SQLite's indexes ask for.
    IsConnected: Bool =
        "relationships.state = 4 AND relationships.removal_id IS NULL AND relationships.connected_at IS NOT NULL"
);
sql_condition!(
    /// The row is of a list other than the connections. Whoever was disconnected knows nothing of it, so no list has 6.
    Listed: Bool = "relationships.state <> 4 AND relationships.state <> 6"
);
sql_condition!(
    /// The row's invitation looks pending to the owner, who sent it: be it so, declined, or hidden by the other's block or
    /// deletion.
    LooksSent: Bool = "relationships.state <> 4 AND relationships.state <> 6 AND relationships.state IN (1, 8, 11) \
                       AND (relationships.state <> 8 OR relationships.prior IN (1, 9, 11))"
);
sql_condition!(
    /// A member's company as lists sort by it: whatever its case, and nobody's last, as that of a hidden profile.
    ByCompany: Text = "CASE WHEN members.company = '' OR members.hidden_at IS NOT NULL THEN 'b' \
                       ELSE 'a' || lower(members.company) END"
);

/// A company as [`ByCompany`] compares it.
#[derive(Debug, Clone, QueryId)]
pub struct CompanyKey(pub String);

impl Expression for CompanyKey {
    type SqlType = Text;
}

impl<G> ValidGrouping<G> for CompanyKey {
    type IsAggregate = is_aggregate::Never;
}

impl<Q> AppearsOnTable<Q> for CompanyKey {}

impl<DB: Backend + HasSqlType<Text>> QueryFragment<DB> for CompanyKey
where
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("CASE ");
        out.push_bind_param::<Text, _>(&self.0)?;
        out.push_sql(" WHEN '' THEN 'b' ELSE 'a' || lower(");
        out.push_bind_param::<Text, _>(&self.0)?;
        out.push_sql(") END");
        Ok(())
    }
}
