//! The texts of messages beside what their owners keep of them. A text is kept once, with its writer; where tables are spread, the
//! copies of one owner are a subquery, since only that may be joined with rows of others.

use diesel::backend::Backend;
use diesel::expression::{ValidGrouping, is_aggregate};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Text};

use crate::ids::{MemberId, MessageId};
use crate::schema::message_copies;

/// The columns of a copy by which its text is found, as [`WithTexts`] wants them.
pub type Key = (message_copies::owner_id, message_copies::other_id, message_copies::id, message_copies::is_mine);

/// [`Key`] and when it was sent.
pub const COPY: (Key, message_copies::sent_at) = (
    (message_copies::owner_id, message_copies::other_id, message_copies::id, message_copies::is_mine),
    message_copies::sent_at,
);

/// A copy with its text: its owner, the other, its id, whether the owner wrote it, when it was sent, and the text.
pub type WithText = (MemberId, MemberId, MessageId, bool, i64, String);

/// Copies that select [`COPY`] and have an offset or a limit, each with its text, in no order.
#[derive(Debug, Clone)]
pub struct WithTexts<Q>(pub Q);

impl<Q: QueryId> QueryId for WithTexts<Q> {
    type QueryId = WithTexts<Q::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q> Query for WithTexts<Q> {
    type SqlType = (BigInt, BigInt, BigInt, Bool, BigInt, Text);
}

impl<Q> ValidGrouping<()> for WithTexts<Q> {
    type IsAggregate = is_aggregate::Never;
}

impl<Q, C> RunQueryDsl<C> for WithTexts<Q> {}

impl<Q: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for WithTexts<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(
            "SELECT copies.owner_id, copies.other_id, copies.id, copies.is_mine, copies.sent_at, messages.text FROM (",
        );
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(
            ") copies CROSS JOIN messages WHERE messages.id = copies.id AND messages.writer_id = \
             CASE WHEN copies.is_mine THEN copies.owner_id ELSE copies.other_id END",
        );
        Ok(())
    }
}
