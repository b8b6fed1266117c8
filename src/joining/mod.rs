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

use crate::db::Connection;
use crate::error::Error;
use crate::members::administrators;
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
    Ok(!administrators::all(connection)?.is_empty())
}
