//! What a member has chosen to be told, of each kind: on the site, by e-mail.

use diesel::prelude::*;

use crate::dates::{DAY, now};
use crate::db::{Connection, numbered, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::schema::members;
use crate::schema::notification_choices::dsl;

numbered! {
    /// What a member may choose to be told of.
    pub enum Kind {
        /// Somebody invites them.
        Invitation = 0,
        /// Somebody accepts their invitation.
        Acceptance = 1,
        /// A connection writes to them.
        Message = 2,
        /// The weekly digest, which comes by e-mail alone.
        Digest = 3,
    }
}

impl Kind {
    /// Every kind, in the order of the settings.
    pub const ALL: [Kind; 4] = [Kind::Invitation, Kind::Acceptance, Kind::Message, Kind::Digest];

    /// Whether it may stand on the site.
    pub fn is_on_site(self) -> bool {
        self != Kind::Digest
    }

    /// What holds for a member who has chosen nothing.
    pub fn by_default(self) -> Choice {
        Choice { on_site: self.is_on_site(), by_email: self != Kind::Digest }
    }
}

/// Where a member is told of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Choice {
    /// Among their notifications.
    pub on_site: bool,
    /// By e-mail.
    pub by_email: bool,
}

/// Loads what a member has chosen of a kind.
///
/// # Errors
/// The database's.
pub fn of(connection: &mut Connection, member: MemberId, kind: Kind) -> Result<Choice, Error> {
    let row = dsl::notification_choices.find((member, kind)).select((dsl::on_site, dsl::by_email));
    Ok(row.first(connection).optional()?.unwrap_or_else(|| kind.by_default()))
}

/// Loads what a member has chosen of every kind, in the order of [`Kind::ALL`].
///
/// # Errors
/// The database's.
pub fn all(connection: &mut Connection, member: MemberId) -> Result<Vec<(Kind, Choice)>, Error> {
    let rows = dsl::notification_choices.filter(dsl::member_id.eq(member));
    let rows: Vec<(Kind, Choice)> = rows.select((dsl::kind, (dsl::on_site, dsl::by_email))).load(connection)?;
    let chosen = |kind: Kind| rows.iter().find(|(of, _)| *of == kind).map_or(kind.by_default(), |(_, choice)| *choice);
    Ok(Kind::ALL.map(|kind| (kind, chosen(kind))).into())
}

/// Saves what a member chooses of a kind.
///
/// # Errors
/// The database's.
pub fn save(connection: &mut Connection, member: MemberId, kind: Kind, choice: Choice) -> Result<(), Error> {
    let values = (dsl::on_site.eq(choice.on_site && kind.is_on_site()), dsl::by_email.eq(choice.by_email));
    let row = (dsl::member_id.eq(member), dsl::kind.eq(kind), values);
    let row = diesel::insert_into(dsl::notification_choices).values(row);
    let row = row.on_conflict((dsl::member_id, dsl::kind)).do_update().set(values);
    on_engine!(connection, |own| row.execute(own))?;
    if kind == Kind::Digest { plan_digest(connection, member, choice.by_email) } else { Ok(()) }
}

/// Plans the first weekly digest a week from now, or none any more. One that is planned stays so.
fn plan_digest(connection: &mut Connection, member: MemberId, is_wanted: bool) -> Result<(), Error> {
    let row = members::table.find(member);
    let due = is_wanted.then(|| now() + 7 * DAY);
    match due {
        Some(_) => diesel::update(row.filter(members::digest_due_at.is_null()))
            .set(members::digest_due_at.eq(due))
            .execute(connection)?,
        None => diesel::update(row.filter(members::digest_due_at.is_not_null()))
            .set(members::digest_due_at.eq(due))
            .execute(connection)?,
    };
    Ok(())
}

/// Sends a member no more e-mail of a kind. What they have chosen for the site stays.
///
/// # Errors
/// The database's.
pub fn unsubscribe(connection: &mut Connection, member: MemberId, kind: Kind) -> Result<(), Error> {
    let choice = of(connection, member, kind)?;
    save(connection, member, kind, Choice { by_email: false, ..choice })
}
