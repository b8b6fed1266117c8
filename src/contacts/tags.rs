//! The tags of contacts: words of one vocabulary with those of connections.

use std::collections::HashMap;

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};

use crate::connections::notes;
use crate::db::{Connection, id_in, on_engine};
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::schema::contact_tags;

/// Tags that a list offers.
const MOST: i64 = 200;

/// The tags of some contacts.
///
/// # Errors
/// The database's.
pub(super) fn of(
    connection: &mut Connection,
    owner: MemberId,
    ids: &[ContactId],
) -> Result<HashMap<ContactId, Vec<String>>, Error> {
    let rows = contact_tags::table.filter(contact_tags::owner_id.eq(owner));
    let rows = rows.filter(id_in(connection, contact_tags::contact_id, ids));
    let rows = rows.select((contact_tags::contact_id, contact_tags::tag));
    let rows = rows.order((contact_tags::contact_id, contact_tags::tag));
    let rows: Vec<(ContactId, String)> = on_engine!(connection, |own| rows.load(own))?;
    let mut tags: HashMap<ContactId, Vec<String>> = HashMap::new();
    for (id, tag) in rows {
        tags.entry(id).or_default().push(tag);
    }
    Ok(tags)
}

/// Every tag that an owner has on a contact, in order. It jumps from one to the next in the index, however many contacts have
/// each.
struct Used {
    owner: MemberId,
    most: i64,
}

impl QueryId for Used {
    type QueryId = Used;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Used {
    type SqlType = Text;
}

impl<C> RunQueryDsl<C> for Used {}

impl<DB: Backend + HasSqlType<BigInt>> QueryFragment<DB> for Used
where
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("WITH RECURSIVE used (tag) AS (SELECT (SELECT tag FROM contact_tags WHERE owner_id = ");
        out.push_bind_param::<BigInt, _>(&self.owner)?;
        out.push_sql(" ORDER BY tag LIMIT 1) UNION ALL SELECT (SELECT tag FROM contact_tags WHERE owner_id = ");
        out.push_bind_param::<BigInt, _>(&self.owner)?;
        out.push_sql(
            " AND tag > used.tag ORDER BY tag LIMIT 1) FROM used WHERE used.tag IS NOT NULL) \
             SELECT tag FROM used WHERE tag IS NOT NULL LIMIT ",
        );
        out.push_bind_param::<BigInt, _>(&self.most)?;
        Ok(())
    }
}

/// The tags that an owner has on a contact, in order, as many as a list offers.
///
/// # Errors
/// The database's.
pub(super) fn all(connection: &mut Connection, owner: MemberId) -> Result<Vec<String>, Error> {
    Ok(on_engine!(connection, |own| Used { owner, most: MOST }.load(own))?)
}

/// Every tag that an owner has on a contact, in order.
///
/// # Errors
/// The database's.
pub(super) fn each(connection: &mut Connection, owner: MemberId) -> Result<Vec<String>, Error> {
    Ok(on_engine!(connection, |own| Used { owner, most: i64::MAX }.load(own))?)
}

/// Counts how many of an owner's contacts have each tag.
///
/// # Errors
/// The database's.
pub fn counted(connection: &mut Connection, owner: MemberId) -> Result<Vec<(String, i64)>, Error> {
    let mine = contact_tags::table.filter(contact_tags::owner_id.eq(owner)).group_by(contact_tags::tag);
    let mine = mine.select((contact_tags::tag, diesel::dsl::count_star()));
    Ok(on_engine!(connection, |own| mine.load(own))?)
}

/// Every tag that an owner has on anybody, in order, as a field suggests them.
///
/// # Errors
/// The database's.
pub(super) fn vocabulary(connection: &mut Connection, owner: MemberId) -> Result<Vec<String>, Error> {
    let mut words = all(connection, owner)?;
    words.extend(notes::all(connection, owner)?);
    words.sort_unstable();
    words.dedup();
    Ok(words)
}
