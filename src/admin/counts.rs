//! What is counted of the site as a whole. No number is of a member or a pair.

use diesel::prelude::*;

use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::schema::{connection_counts, members, outbox};

/// What the site holds now.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Members.
    pub members: i64,
    /// Connections, each counted once.
    pub connections: i64,
    /// Letters that wait to be sent.
    pub letters: i64,
}

impl Counts {
    /// Counts.
    ///
    /// # Errors
    /// The database's.
    pub fn load(connection: &mut Connection) -> Result<Counts, Error> {
        let sides = connection_counts::table.select(diesel::dsl::sum(connection_counts::number));
        let sides: Option<i64> = on_engine!(connection, |own| sides.first(own))?;
        let letters = outbox::table.count().get_result(connection)?;
        let members = members::table.count().get_result(connection)?;
        Ok(Counts { members, connections: sides.unwrap_or(0) / 2, letters })
    }
}
