//! Who may join: a row of the settings, so that every node says the same. Pages of visitors say it, and offer *Sign up* only
//! where it leads to something.

use std::str::FromStr;

use diesel::prelude::*;
use rand::RngExt;

use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::language::t;
use crate::schema::settings;

/// The row that says who may join.
const MODE: &str = "registration";
/// The row with the key by which forms are signed.
const FORM_KEY: &str = "form_key";
/// The row that says whether members may make invite links.
const BY_MEMBERS: &str = "members_make_invite_links";

/// Who may join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Everybody.
    Open,
    /// Whomever an administrator lets in.
    Approval,
    /// Whoever has an invite link.
    Invite,
    /// Nobody, but for the links of administrators.
    Closed,
    /// Nobody yet: nothing is set, and the site has no administrator.
    NotBegun,
}

impl Registration {
    /// What an administrator may choose.
    pub const ALL: [Registration; 4] =
        [Registration::Open, Registration::Approval, Registration::Invite, Registration::Closed];

    /// Returns its name in forms, settings and variables.
    pub fn word(self) -> &'static str {
        match self {
            Registration::Open => "open",
            Registration::Approval => "approval",
            Registration::Invite => "invite",
            Registration::Closed => "closed",
            Registration::NotBegun => "",
        }
    }

    /// Returns what it is called on pages.
    pub fn label(self) -> &'static str {
        match self {
            Registration::Open => t("Open to everybody"),
            Registration::Approval => t("By approval"),
            Registration::Invite => t("By invite link"),
            Registration::Closed | Registration::NotBegun => t("Closed"),
        }
    }

    /// Returns whether strangers may fill in the form to sign up.
    pub fn offers_sign_up(self) -> bool {
        matches!(self, Registration::Open | Registration::Approval)
    }

    /// Returns what visitors are told; nothing where everybody may join.
    pub fn sentence(self) -> &'static str {
        match self {
            Registration::Open => "",
            Registration::Approval => t("An administrator looks at each registration before it becomes an account."),
            Registration::Invite => t("To join you need an invite link. Ask an administrator for one."),
            Registration::Closed => t("Registration is closed. Ask an administrator for an invite link."),
            Registration::NotBegun => {
                t("This site is being set up. The server has printed a link for its first administrator.")
            }
        }
    }
}

impl FromStr for Registration {
    type Err = String;

    fn from_str(word: &str) -> Result<Registration, String> {
        let known = Registration::ALL.into_iter().find(|mode| mode.word() == word);
        known.ok_or_else(|| "wants open, approval, invite or closed".into())
    }
}

/// Loads who may join.
///
/// # Errors
/// The database's.
pub fn load(connection: &mut Connection) -> Result<Registration, Error> {
    Ok(mode_of(value(connection, MODE)?))
}

/// Saves who may join.
///
/// # Errors
/// The database's.
pub fn save(connection: &mut Connection, mode: Registration) -> Result<(), Error> {
    put(connection, MODE, mode.word())
}

/// Says who may join at a new site; what is set already stays.
///
/// # Errors
/// The database's.
pub fn begin(connection: &mut Connection, mode: Registration) -> Result<(), Error> {
    let row = (settings::name.eq(MODE), settings::value.eq(mode.word()));
    let begin = diesel::insert_into(settings::table).values(row).on_conflict_do_nothing();
    on_engine!(connection, |own| begin.execute(own))?;
    Ok(())
}

/// Loads whether members may make invite links.
///
/// # Errors
/// The database's.
pub fn members_make_links(connection: &mut Connection) -> Result<bool, Error> {
    Ok(value(connection, BY_MEMBERS)?.is_some_and(|value| value == "1"))
}

/// Loads who may join, and whether members may make invite links.
///
/// # Errors
/// The database's.
pub fn load_with_links(connection: &mut Connection) -> Result<(Registration, bool), Error> {
    let rows = settings::table.filter(settings::name.eq_any([MODE, BY_MEMBERS]));
    let rows = rows.select((settings::name, settings::value));
    let rows: Vec<(String, String)> = on_engine!(connection, |own| rows.load(own))?;
    let of = |name: &str| rows.iter().find(|(row, _)| row == name).map(|(_, value)| value.clone());
    Ok((mode_of(of(MODE)), of(BY_MEMBERS).is_some_and(|value| value == "1")))
}

/// Reads who may join. A word of a newer version of the program lets nobody in.
fn mode_of(stored: Option<String>) -> Registration {
    stored.map_or(Registration::NotBegun, |word| word.parse().unwrap_or(Registration::Closed))
}

/// Saves whether members may make invite links.
///
/// # Errors
/// The database's.
pub fn let_members_make_links(connection: &mut Connection, may: bool) -> Result<(), Error> {
    put(connection, BY_MEMBERS, if may { "1" } else { "0" })
}

/// Loads the key by which forms are signed, which every node shares.
///
/// # Errors
/// The database's.
pub fn form_key(connection: &mut Connection) -> Result<String, Error> {
    Ok(value(connection, FORM_KEY)?.unwrap_or_default())
}

/// Makes the key by which forms are signed, where there is none.
///
/// # Errors
/// The database's.
pub fn make_form_key(connection: &mut Connection) -> Result<(), Error> {
    let row = (settings::name.eq(FORM_KEY), settings::value.eq(format!("{:032x}", rand::rng().random::<u128>())));
    let make = diesel::insert_into(settings::table).values(row).on_conflict_do_nothing();
    on_engine!(connection, |own| make.execute(own))?;
    Ok(())
}

fn value(connection: &mut Connection, name: &str) -> Result<Option<String>, Error> {
    let row = settings::table.find(name).select(settings::value);
    Ok(on_engine!(connection, |own| row.first(own)).optional()?)
}

/// Saves a setting of the site.
///
/// # Errors
/// The database's.
pub fn put(connection: &mut Connection, name: &str, value: &str) -> Result<(), Error> {
    let row = (settings::name.eq(name), settings::value.eq(value));
    let put = diesel::insert_into(settings::table).values(row);
    let put = put.on_conflict(settings::name).do_update().set(settings::value.eq(value));
    on_engine!(connection, |own| put.execute(own))?;
    Ok(())
}
