//! What happened to the security of one's own account: shown on *Signed-in devices* for 90 days.

use diesel::prelude::*;

use crate::dates::{self, DAY, now};
use crate::db::{Connection, new_id, numbered, on_engine};
use crate::error::Error;
use crate::ids::{EventId, MemberId};
use crate::language::{around, key, t};
use crate::schema::security_events as table;
use crate::web::device;

/// Seconds for which an event is kept.
pub const KEPT: i64 = 90 * DAY;
/// Events of one page.
const PAGE: i64 = 50;
/// Characters of what an event says besides its kind.
const LONGEST_DETAIL: usize = 200;

numbered! {
    /// What happened.
    pub enum Kind {
        /// Somebody signed in.
        SignedIn = 0,
        /// A device was signed out from another one.
        SignedOutDevice = 1,
        /// All other devices were signed out.
        SignedOutOthers = 2,
        /// The password was changed.
        PasswordChanged = 3,
        /// The password was set by a link that was sent.
        PasswordReset = 4,
        /// The e-mail address was changed.
        EmailChanged = 5,
        /// The authenticator app was turned on.
        AuthenticatorOn = 6,
        /// The authenticator app was turned off.
        AuthenticatorOff = 7,
        /// New recovery codes were made.
        RecoveryCodesMade = 8,
        /// A recovery code was used to sign in.
        RecoveryCodeUsed = 9,
        /// A passkey was added.
        PasskeyAdded = 10,
        /// A passkey was removed.
        PasskeyRemoved = 11,
        /// A sign-in asks for a passkey from now on.
        PasskeyAskedFor = 12,
        /// It does so no longer.
        PasskeyNotAskedFor = 13,
        /// The password was right, and then too many codes were wrong.
        WrongCodes = 14,
        /// An app password was made.
        AppPasswordMade = 15,
        /// An app password was removed.
        AppPasswordRemoved = 16,
        /// The account is to be deleted.
        DeletionAsked = 17,
        /// The account is kept after all.
        DeletionTakenBack = 18,
        /// A token for programs was made.
        TokenMade = 19,
        /// A token for programs was revoked.
        TokenRevoked = 20,
        /// The data was downloaded.
        DataDownloaded = 21,
        /// The second step was turned off by those who run the site.
        SecondFactorEnded = 22,
    }
}

/// Words for the kinds in the archive of a member's data, in the order of their numbers.
pub const WORDS: &[&str] = &[
    "signed in",
    "signed out a device",
    "signed out everywhere else",
    "password changed",
    "password set by a link",
    "e-mail address changed",
    "authenticator app turned on",
    "authenticator app turned off",
    "new recovery codes made",
    "signed in with a recovery code",
    "passkey added",
    "passkey removed",
    "passkey asked for after the password",
    "passkey no longer asked for",
    "right password, then wrong codes",
    "app password made",
    "app password removed",
    "deletion of the account asked for",
    "deletion of the account taken back",
    "token for programs made",
    "token for programs revoked",
    "data downloaded",
    "second step turned off by those who run the site",
];

impl Kind {
    /// Whether the detail is a device.
    fn is_of_device(self) -> bool {
        matches!(self, Kind::SignedIn | Kind::SignedOutDevice | Kind::PasswordReset | Kind::WrongCodes)
    }

    /// What happened, as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Kind::SignedIn => t("Signed in"),
            Kind::SignedOutDevice => t("Signed out a device"),
            Kind::SignedOutOthers => t("Signed out everywhere else"),
            Kind::PasswordChanged => t("Password changed"),
            Kind::PasswordReset => t("Password set by a link in an e-mail"),
            Kind::EmailChanged => t("E-mail address changed"),
            Kind::AuthenticatorOn => t("Authenticator app turned on"),
            Kind::AuthenticatorOff => t("Authenticator app turned off"),
            Kind::RecoveryCodesMade => t("New recovery codes made"),
            Kind::RecoveryCodeUsed => t("Signed in with a recovery code"),
            Kind::PasskeyAdded => t("Passkey added"),
            Kind::PasskeyRemoved => t("Passkey removed"),
            Kind::PasskeyAskedFor => t("Passkey asked for after the password"),
            Kind::PasskeyNotAskedFor => t("Passkey no longer asked for after the password"),
            Kind::WrongCodes => t("Right password, then wrong codes: not let in"),
            Kind::AppPasswordMade => t("App password made"),
            Kind::AppPasswordRemoved => t("App password removed"),
            Kind::DeletionAsked => t("Deletion of the account asked for"),
            Kind::DeletionTakenBack => t("Deletion of the account taken back"),
            Kind::TokenMade => t("Token for programs made"),
            Kind::TokenRevoked => t("Token for programs revoked"),
            Kind::DataDownloaded => t("Data downloaded"),
            Kind::SecondFactorEnded => t("Second step turned off by those who run the site"),
        }
    }
}

/// Records what happened to a member's account, in the transaction of its cause. The detail says with what or to what, as the
/// member knows it: a device, which is read in whatever language, the name of a passkey; it may be empty.
///
/// # Errors
/// The database's.
pub fn record(connection: &mut Connection, member: MemberId, kind: Kind, detail: &str) -> Result<(), Error> {
    let row = (
        table::member_id.eq(member),
        table::id.eq(new_id::<EventId>()),
        table::created_at.eq(now()),
        table::kind.eq(kind),
        table::detail.eq(detail.chars().take(LONGEST_DETAIL).collect::<String>()),
    );
    let insert = diesel::insert_into(table::table).values(row);
    on_engine!(connection, |own| insert.execute(own))?;
    Ok(())
}

/// What happened once.
#[derive(Debug, Clone, Queryable)]
pub struct Event {
    /// Its place: a later one has a greater id.
    pub id: EventId,
    created_at: i64,
    /// What.
    pub kind: Kind,
    /// With what or to what.
    pub detail: String,
}

impl Event {
    /// With what or to what, as it is read.
    pub fn shown(&self) -> String {
        if self.kind.is_of_device() { device::called(&self.detail) } else { self.detail.clone() }
    }

    /// What stands before and behind that.
    pub fn around(&self) -> (String, String) {
        around(key("{what}: {detail}"), self.kind.sentence())
    }

    /// When, to the minute.
    pub fn when(&self) -> String {
        dates::minute(self.created_at)
    }

    /// When, for programs.
    pub fn moment(&self) -> String {
        dates::instant(self.created_at)
    }
}

/// Events of one page, and the id before which the next page begins.
#[derive(Debug, Default)]
pub struct Events {
    /// Whether there are newer ones.
    pub is_later_page: bool,
    /// The newest first.
    pub rows: Vec<Event>,
    /// Where older ones are.
    pub older: Option<EventId>,
}

/// Loads a member's events, the newest first, from before this one on; the oldest, where nothing was before it.
///
/// # Errors
/// The database's.
pub fn list(connection: &mut Connection, member: MemberId, before: Option<EventId>) -> Result<Events, Error> {
    let mine = table::table
        .filter(table::member_id.eq(member))
        .filter(table::created_at.gt(now() - KEPT))
        .limit(PAGE + 1)
        .select((table::id, table::created_at, table::kind, table::detail));
    let newest = mine.filter(table::id.lt(before.unwrap_or(EventId::MAX))).order(table::id.desc());
    let mut rows: Vec<Event> = on_engine!(connection, |own| newest.load(own))?;
    let is_made_up = rows.is_empty() && before.is_some();
    if is_made_up {
        let oldest = mine.order(table::id.asc());
        rows = on_engine!(connection, |own| oldest.load(own))?;
    }
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    if is_made_up {
        rows.reverse();
        return Ok(Events { rows, older: None, is_later_page: more });
    }
    let older = rows.last().filter(|_| more).map(|last| last.id);
    Ok(Events { rows, older, is_later_page: before.is_some() })
}

/// Returns when the last of a number of events of a kind was, counted from the newest; nothing where there are fewer.
///
/// # Errors
/// The database's.
pub fn newest(connection: &mut Connection, member: MemberId, kind: Kind, number: i64) -> Result<Option<i64>, Error> {
    let mine = table::table.filter(table::member_id.eq(member)).filter(table::kind.eq(kind));
    let at = mine.order(table::created_at.desc()).offset(number - 1).select(table::created_at);
    Ok(on_engine!(connection, |own| at.first(own)).optional()?)
}

/// Removes what is too old.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection) -> Result<(), Error> {
    diesel::delete(table::table.filter(table::created_at.lt(now() - KEPT))).execute(connection)?;
    Ok(())
}
