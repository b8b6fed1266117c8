//! When the made-up members were told of what happened long ago.

use diesel::prelude::*;

use crate::db::Connection;
use crate::error::Error;
use crate::ids::{Between, NotificationId};
use crate::notifications::Event;
use crate::schema::notifications;

/// Dates what one was told of another, all of it or of one kind; notifications stand in the order of their ids, which begin with the
/// time.
pub(super) fn told(
    connection: &mut Connection,
    Between { viewer: owner, other }: Between,
    kind: Option<Event>,
    then: i64,
) -> Result<(), Error> {
    let row = notifications::table.filter(notifications::owner_id.eq(owner)).filter(notifications::other_id.eq(other));
    let mut row = row.into_boxed();
    if let Some(kind) = kind {
        row = row.filter(notifications::kind.eq(kind));
    }
    let ids: Vec<NotificationId> = row.order(notifications::id).select(notifications::id).load(connection)?;
    for (at, id) in ids.into_iter().enumerate() {
        let dated = (
            notifications::id.eq(id_of(then, (other.get() & 0xf_ffff) + at as i64)),
            notifications::created_at.eq(then),
        );
        diesel::update(notifications::table.find((owner, id))).set(dated).execute(connection)?;
    }
    Ok(())
}

/// An id as [`crate::db::new_id`] would have made it then.
fn id_of(then: i64, low: i64) -> NotificationId {
    NotificationId::new(((then * 1_000) << 20) | low)
}
