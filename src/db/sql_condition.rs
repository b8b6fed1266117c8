//! Conditions that partial indexes ask for, written out: an index `WHERE state = 4` serves no statement that binds the 4.
//! Unlike `diesel::dsl::sql`, these leave a statement in the connection's cache.

/// Makes a type that stands for this text in a query: `sql_condition!(/// … Name: Bool = "…")`.
macro_rules! sql_condition {
    ($(#[$what:meta])* $name:ident: $kind:ty = $text:literal) => {
        $(#[$what])*
        #[derive(Debug, Clone, Copy, diesel::query_builder::QueryId)]
        pub struct $name;

        impl diesel::expression::Expression for $name {
            type SqlType = $kind;
        }

        impl<G> diesel::expression::ValidGrouping<G> for $name {
            type IsAggregate = diesel::expression::is_aggregate::Never;
        }

        impl<Q> diesel::expression::AppearsOnTable<Q> for $name {}

        impl<Q> diesel::expression::SelectableExpression<Q> for $name {}

        impl<DB: diesel::backend::Backend> diesel::query_builder::QueryFragment<DB> for $name {
            fn walk_ast<'b>(&'b self, mut out: diesel::query_builder::AstPass<'_, 'b, DB>) -> diesel::QueryResult<()> {
                out.push_sql($text);
                Ok(())
            }
        }
    };
}
pub(crate) use sql_condition;
