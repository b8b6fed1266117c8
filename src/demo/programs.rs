//! The programs of the demo: a token of Priya's, and a webhook of the site's, which is turned off since nobody answers there.

use crate::accounts::tokens::{self, NewToken, Scope};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::webhooks::{Kind, store};

/// Makes them.
pub fn make(connection: &mut Connection, priya: MemberId) -> Result<(), Error> {
    let scopes = vec![Scope::ReadContacts, Scope::ReadConnections];
    let token = NewToken { name: "Backup of my contacts".into(), scopes, days: Some(365) };
    tokens::make(connection, priya, &token)?;
    let events = [Kind::RegistrationWaiting, Kind::ReportFiled];
    if let Some(id) = store::make(connection, "https://chat.example.org/hooks/amicable", &events)? {
        store::test(connection, id)?;
        store::turn(connection, id, false)?;
    }
    Ok(())
}
