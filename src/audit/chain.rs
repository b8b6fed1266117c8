//! The chain: what the hash of a row holds, and whether the rows still are what they were.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::schema::{audit_entries, audit_head};
use crate::text::digest::sha256;

/// The key of the row with the end of the chain.
pub(super) const HEAD: i16 = 1;
/// Rows that are in memory at a time.
const BATCH: i64 = 500;

/// A row of the log.
#[derive(Debug, Clone, Queryable, Insertable, Serialize)]
#[diesel(table_name = audit_entries)]
#[allow(missing_docs)]
pub struct Entry {
    pub number: i64,
    pub done_at: i64,
    pub act: String,
    pub actor_id: Option<MemberId>,
    pub actor: String,
    pub actor_salt: String,
    pub actor_digest: String,
    pub subject_id: Option<MemberId>,
    pub subject: String,
    pub detail: String,
    pub subject_salt: String,
    pub subject_digest: String,
    pub hash: String,
}

impl Entry {
    /// The hash that it has behind a row of that hash.
    pub(super) fn hash_after(&self, before: &str) -> String {
        let held = (self.number, self.done_at, &self.act, &self.actor_digest, &self.subject_digest, before);
        sha256(&serde_json::json!(held).to_string())
    }

    /// Returns whether both parts with names are what they were, or removed.
    fn keeps_names(&self) -> bool {
        let actor = digest(&self.actor_salt, self.actor_id, &[&self.actor]);
        let subject = digest(&self.subject_salt, self.subject_id, &[&self.subject, &self.detail]);
        let is_removed = |salt: &str, id: Option<MemberId>, texts: &[&str]| {
            salt.is_empty() && id.is_none() && texts.iter().all(|text| text.is_empty())
        };
        (actor == self.actor_digest || is_removed(&self.actor_salt, self.actor_id, &[&self.actor]))
            && (subject == self.subject_digest
                || is_removed(&self.subject_salt, self.subject_id, &[&self.subject, &self.detail]))
    }
}

/// The digest of a part with names. The salt keeps anybody from guessing them once they are removed.
pub(super) fn digest(salt: &str, member: Option<MemberId>, texts: &[&str]) -> String {
    sha256(&serde_json::json!((salt, member, texts)).to_string())
}

/// What the chain is found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// Whole: so many rows, the last with this hash.
    Whole {
        /// How many rows.
        number: i64,
        /// The hash of the last.
        hash: String,
    },
    /// Broken at a row.
    Broken {
        /// The number of the row.
        number: i64,
        /// What is wrong with it, for whoever has the command line.
        why: &'static str,
    },
}

/// Reads the whole log, and says whether anybody changed it behind the program's back.
///
/// # Errors
/// The database's.
pub fn verify(connection: &mut Connection) -> Result<Chain, Error> {
    let (mut number, mut hash) = (0, String::new());
    loop {
        let rows = audit_entries::table.filter(audit_entries::number.gt(number)).order(audit_entries::number);
        let rows: Vec<Entry> = rows.limit(BATCH).load(connection)?;
        for row in &rows {
            let why = match row {
                row if row.number != number + 1 => Some("rows before it are missing"),
                row if row.hash != row.hash_after(&hash) => Some("it, or its place, was changed"),
                row if !row.keeps_names() => Some("who, to whom or the detail was changed"),
                _ => None,
            };
            if let Some(why) = why {
                return Ok(Chain::Broken { number: row.number, why });
            }
            (number, hash) = (row.number, row.hash.clone());
        }
        if (rows.len() as i64) < BATCH {
            break;
        }
    }
    let head = audit_head::table.find(HEAD).select((audit_head::number, audit_head::hash));
    let head = head.first::<(i64, String)>(connection).optional()?.unwrap_or_default();
    if head == (number, hash.clone()) {
        return Ok(Chain::Whole { number, hash });
    }
    Ok(Chain::Broken { number: number + 1, why: "rows at the end are missing, or were added" })
}
