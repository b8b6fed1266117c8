//! How much a member's messages take.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;

use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{number, tf, tn};

/// Messages, and the bytes of their texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    /// How many.
    pub number: i64,
    /// Of their texts.
    pub bytes: i64,
}

impl Room {
    fn add(&mut self, other: Room) {
        self.number += other.number;
        self.bytes += other.bytes;
    }

    /// The bytes as people read them.
    pub fn size(&self) -> String {
        match self.bytes {
            ..1_000 => tn(self.bytes, "{n} byte", "{n} bytes"),
            1_000..10_000_000 => tf("{n} KB", number((self.bytes + 999) / 1_000)),
            _ => tf("{n} MB", number((self.bytes + 999_999) / 1_000_000)),
        }
    }
}

/// What a member has of their messages.
#[derive(Debug, Default)]
pub struct Stored {
    /// What stands in their conversations.
    pub kept: Room,
    /// What they have deleted, and may still bring back.
    pub deleted: Room,
    /// With whom, the largest first.
    pub conversations: Vec<(MemberId, Room)>,
}

#[derive(QueryableByName)]
struct Sums {
    #[diesel(sql_type = BigInt)]
    other_id: MemberId,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
    #[diesel(sql_type = BigInt)]
    deleted: i64,
    #[diesel(sql_type = BigInt)]
    deleted_bytes: i64,
}

/// Measures a member's own copies. Whether the other keeps one makes no difference.
///
/// # Errors
/// The database's.
pub fn stored(connection: &mut Connection, me: MemberId) -> Result<Stored, Error> {
    // As a subquery, as in `texts`.
    let end = if matches!(connection, Connection::Postgres(_)) { " OFFSET 0" } else { "" };
    let rows = sql_query(format!(
        "SELECT copies.other_id, \
         CAST(SUM(CASE WHEN copies.deletion_id IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS number, \
         CAST(SUM(CASE WHEN copies.deletion_id IS NULL THEN octet_length(messages.text) ELSE 0 END) AS BIGINT) AS bytes, \
         CAST(SUM(CASE WHEN copies.deletion_id IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS deleted, \
         CAST(SUM(CASE WHEN copies.deletion_id IS NULL THEN 0 ELSE octet_length(messages.text) END) AS BIGINT) \
         AS deleted_bytes \
         FROM (SELECT owner_id, other_id, id, is_mine, deletion_id FROM message_copies WHERE owner_id = {me}{end}) copies \
         CROSS JOIN messages WHERE messages.id = copies.id \
         AND messages.writer_id = CASE WHEN copies.is_mine THEN copies.owner_id ELSE copies.other_id END \
         GROUP BY copies.other_id"
    ));
    let rows: Vec<Sums> = on_engine!(connection, |own| rows.load(own))?;
    let mut stored = Stored::default();
    for Sums { other_id: other, number, bytes, deleted, deleted_bytes } in rows {
        let kept = Room { number, bytes };
        stored.kept.add(kept);
        stored.deleted.add(Room { number: deleted, bytes: deleted_bytes });
        if number > 0 {
            stored.conversations.push((other, kept));
        }
    }
    stored.conversations.sort_by_key(|(other, room)| (-room.bytes, *other));
    Ok(stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up() {
        let size = |bytes| Room { number: 1, bytes }.size();
        assert_eq!([size(0), size(1), size(999)], ["0 bytes", "1 byte", "999 bytes"]);
        assert_eq!([size(1_001), size(9_999_001), size(10_000_000)], ["2 KB", "10,000 KB", "10 MB"]);
    }
}
