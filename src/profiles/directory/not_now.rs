//! *Not now*: takes somebody away from the people one may know.

use actix_web::HttpResponse;
use actix_web::web::Path;

use crate::connections::visible;
use crate::error::Error;
use crate::ids::Between;
use crate::language::tf;
use crate::network::suggestions;
use crate::web::page::{Redirect, SignedIn};
use crate::web::site::SiteData;

/// `POST /people/{handle}/not-now`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn not_now(
    site: SiteData,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (id, limits, handle) = (me.id, site.limits(), handle.into_inner());
    let person = site
        .write(move |connection| {
            let person = visible::person(connection, &limits, id, &handle)?;
            suggestions::dismiss(connection, Between { viewer: id, other: person.id })?;
            Ok(person)
        })
        .await?;
    let undo = format!("/people/{}/suggest-again", person.handle);
    redirect.undoable(tf("{name} is not suggested any more. They have not been told.", &person.full_name), undo);
    Ok(redirect.back("/people"))
}

/// `POST /people/{handle}/suggest-again`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn suggest_again(
    site: SiteData,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (id, limits, handle) = (me.id, site.limits(), handle.into_inner());
    let person = site
        .write(move |connection| {
            let person = visible::person(connection, &limits, id, &handle)?;
            suggestions::suggest_again(connection, Between { viewer: id, other: person.id })?;
            Ok(person)
        })
        .await?;
    redirect.done(tf("{name} may be suggested again.", &person.full_name));
    Ok(redirect.back("/people"))
}
