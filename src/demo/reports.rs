//! What members of the demo have reported, and who decides it.

use diesel::prelude::*;

use crate::audit::{self, Act, Actor};
use crate::db::Connection;
use crate::demo::people::Character;
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::members::role::Role;
use crate::moderation::context::{About, Context};
use crate::moderation::reports::{self, New};
use crate::moderation::{Decision, Kind, sanctions};
use crate::schema::members;

/// Who reports whom, with the reason.
const FILED: [(usize, usize, &str); 3] = [
    (4, 130, "Sends everybody the same offer for a training, three times a week."),
    (12, 131, "The headline says that they work at our company, which they never did."),
    (23, 130, "Advertising again, after I asked them to stop."),
];
/// Who was suspended and appeals.
const APPEALS: usize = 132;

/// Makes a moderator, a few reports, a suspension and an appeal.
pub fn report(connection: &mut Connection, people: &[Character], moderator: usize, admin: usize) -> Result<(), Error> {
    let (moderator, admin) = (people[moderator].id, people[admin].id);
    diesel::update(members::table.find(moderator)).set(members::role.eq(Role::Moderator)).execute(connection)?;
    audit::record(connection, Actor::Member(admin), Act::RoleChanged, Some(moderator), "member → moderator")?;
    for (reporter, reported, reason) in FILED {
        file(connection, Kind::Profile, people[reporter].id, people[reported].id, reason)?;
    }
    let suspended = people[APPEALS].id;
    let until = Some(crate::dates::day_after(crate::dates::now(), 14));
    let told = "You wrote to many members in a way that hurt them. Please read the rules again.";
    let imposed = sanctions::impose(connection, Actor::Member(admin), suspended, Decision::Suspended, (told, until))?;
    imposed.map_err(|only| Error::Internal(only.sentence().to_owned()))?;
    file(
        connection,
        Kind::Appeal,
        suspended,
        suspended,
        "I am sorry. It was late, and I have apologised to each of them.",
    )
}

fn file(
    connection: &mut Connection,
    kind: Kind,
    reporter: MemberId,
    reported: MemberId,
    reason: &str,
) -> Result<(), Error> {
    let context =
        Context::gather(connection, Between { viewer: reporter, other: reported }, About::Profile)?.written()?;
    reports::file(connection, &New { kind, reporter, reported, reason: reason.to_owned(), context })
}
