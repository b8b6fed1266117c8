//! The programs of the demo: a token of Priya's.

use crate::accounts::tokens::{self, NewToken, Scope};
use crate::db::Connection;
use crate::error::Error;

/// Makes them.
pub fn make(connection: &mut Connection, priya: i64) -> Result<(), Error> {
    let scopes = vec![Scope::ReadContacts, Scope::ReadConnections];
    let token = NewToken { name: "Backup of my contacts".into(), scopes, days: Some(365) };
    tokens::make(connection, priya, &token)?;
    Ok(())
}
