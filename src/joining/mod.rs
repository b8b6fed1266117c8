//! How somebody becomes a member: by the form to sign up, by an invite link, by a letter; at once, or once an administrator lets
//! them in.

pub mod door;
pub mod first;
pub mod letter_pages;
pub mod letters;
pub mod link_pages;
pub mod links;
pub mod qr;
pub mod registration_pages;
pub mod robots;
pub mod sign_up;
pub mod waiting;

use diesel::prelude::*;

use crate::dates::now;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::role::Role;
use crate::members::suspension::is_open;
use crate::schema::members;
use crate::web::registration::{self, Registration};

/// Says who may join a new site: what its operator set, else everybody where it has an administrator already.
///
/// # Errors
/// The database's.
pub fn begin(connection: &mut Connection, mode: Option<Registration>) -> Result<(), Error> {
    registration::make_form_key(connection)?;
    match mode {
        Some(mode) => registration::begin(connection, mode),
        None if registration::load(connection)? != Registration::NotBegun => Ok(()),
        None if has_administrator(connection)? => registration::begin(connection, Registration::Open),
        None => Ok(()),
    }
}

/// Returns whether anybody runs the site.
///
/// # Errors
/// The database's.
pub fn has_administrator(connection: &mut Connection) -> Result<bool, Error> {
    Ok(!administrators(connection)?.is_empty())
}

/// Loads those who run the site.
///
/// # Errors
/// The database's.
pub fn administrators(connection: &mut Connection) -> Result<Vec<MemberId>, Error> {
    Ok(members::table.filter(members::role.eq(Role::Administrator)).select(members::id).load(connection)?)
}

/// Returns the role of a member who lets others in; nothing where they are suspended, or delete their account.
///
/// # Errors
/// The database's.
pub fn role_of_host(connection: &mut Connection, member: MemberId) -> Result<Option<Role>, Error> {
    let open = members::table.find(member).filter(is_open(now())).filter(members::deletion_due_at.is_null());
    Ok(on_engine!(connection, |own| open.select(members::role).first(own)).optional()?)
}
