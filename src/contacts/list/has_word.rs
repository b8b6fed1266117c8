//! Whether a contact has a word that begins so, as one look into the index for each beginning.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType, Text};

use crate::contacts::words::IN_COMPANY;
use crate::ids::MemberId;
use crate::members::search::words::Word;

/// The condition that a contact of an owner has a word with one of these beginnings.
#[derive(Debug, Clone)]
pub(super) struct HasWord {
    owner: MemberId,
    /// Each beginning, and what comes behind all that begin so.
    ranges: Vec<(String, String)>,
}

impl HasWord {
    /// A word anywhere, in any of its spellings; the words of the company stand under a mark of their own.
    pub(super) fn anywhere(owner: MemberId, word: &Word) -> HasWord {
        HasWord::of(owner, word.each().flat_map(|word| [word.to_owned(), format!("{IN_COMPANY}{word}")]))
    }

    /// A phone number with one of these beginnings, as [`of_phone`](crate::contacts::words::of_phone) gives them.
    /// Digits may be a word of the company, too.
    pub(super) fn phone(owner: MemberId, [end, digits]: [String; 2]) -> HasWord {
        HasWord::of(owner, [end, format!("{IN_COMPANY}{digits}"), digits].into_iter())
    }

    /// None: what was typed is no word, and everybody would be too many for whoever selects all that match.
    pub(super) fn none(owner: MemberId) -> HasWord {
        HasWord { owner, ranges: Vec::new() }
    }

    /// A word of the company, in any of its spellings.
    pub(super) fn in_company(owner: MemberId, word: &Word) -> HasWord {
        HasWord::of(owner, word.each().map(|word| format!("{IN_COMPANY}{word}")))
    }

    fn of(owner: MemberId, beginnings: impl Iterator<Item = String>) -> HasWord {
        let range = |first: String| {
            let beyond = format!("{first}{}", char::MAX);
            (first, beyond)
        };
        HasWord { owner, ranges: beginnings.map(range).collect() }
    }
}

impl Expression for HasWord {
    type SqlType = Bool;
}

impl QueryId for HasWord {
    type QueryId = ();
    // How many beginnings there are is a part of its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<G> ValidGrouping<G> for HasWord {
    type IsAggregate = is_aggregate::Never;
}

impl<Q> AppearsOnTable<Q> for HasWord {}

impl<Q> SelectableExpression<Q> for HasWord {}

impl<DB> QueryFragment<DB> for HasWord
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt>,
    String: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.ranges.is_empty() {
            out.push_sql("1 = 0");
            return Ok(());
        }
        out.push_sql("contacts.id IN (");
        for (at, (first, beyond)) in self.ranges.iter().enumerate() {
            out.push_sql(if at == 0 { "" } else { " UNION ALL " });
            out.push_sql("SELECT contact_id FROM contact_words WHERE owner_id = ");
            out.push_bind_param::<BigInt, _>(&self.owner)?;
            out.push_sql(" AND word >= ");
            out.push_bind_param::<Text, _>(first)?;
            out.push_sql(" AND word < ");
            out.push_bind_param::<Text, _>(beyond)?;
        }
        out.push_sql(")");
        Ok(())
    }
}
