//! How many reports wait for a decision, as the navigation of moderators says it. A node counts them once a minute for a moderator who
//! looks, and at once where it files or closes one itself; for nobody else is anything counted.

use diesel::prelude::*;

use crate::cache::{Cache, Cached};
use crate::db::{Connection, on_engine, sql_condition};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::ConnectionCount;
use crate::schema::reports;
use crate::web::site::Site;

sql_condition!(
    /// The report waits for a decision.
    IsOpen: diesel::sql_types::Bool = "reports.decision = 0"
);

/// The number for a moderator.
struct OpenReports(i64);

impl Cached for OpenReports {
    const SECONDS: i64 = 60;

    fn took_long(&self) -> bool {
        true
    }
}

/// Counts the reports that wait, but those about the one who reads them.
///
/// # Errors
/// The database's.
pub fn count(connection: &mut Connection, reader: MemberId) -> Result<i64, Error> {
    let open = reports::table.filter(IsOpen).filter(reports::reported_id.ne(reader)).count();
    Ok(on_engine!(connection, |own| open.get_result(own))?)
}

/// Returns the number for the badge of a moderator.
///
/// # Errors
/// The database's.
pub async fn badge(site: &Site, moderator: MemberId) -> Result<i64, Error> {
    let whose = ConnectionCount { id: moderator, number: 0, version: 0 };
    if let Some(kept) = site.cache.get::<OpenReports>(whose) {
        return Ok(kept.0);
    }
    let cache = site.cache.clone();
    let read = move |connection: &mut Connection| {
        Ok(cache.get_or_read(whose, |reader| count(connection, reader).map(OpenReports))?.0)
    };
    site.read_one(read).await
}

/// Has the reports counted anew, one of which was filed or closed.
pub fn have_changed(cache: &Cache) {
    cache.forget::<OpenReports>();
}
