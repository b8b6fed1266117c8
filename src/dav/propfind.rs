//! `PROPFIND`: the properties of an address, and of what stands directly below it; and `PROPPATCH`, which changes none.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use crate::dav::answer::{self, Refusal};
use crate::dav::entries::{self, Entry};
use crate::dav::listing::Listing;
use crate::dav::names;
use crate::dav::place::Place;
use crate::dav::properties::{Owner, Resource};
use crate::dav::wanted::Wanted;
use crate::dav::xml::Element;
use crate::error::Error;
use crate::web::site::SiteData;

/// How far below an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Itself alone.
    Zero,
    /// What stands directly below it, too.
    One,
}

impl Depth {
    /// Reads the header; none means the address alone.
    ///
    /// # Errors
    /// A refusal of all that is below, and of what is no depth.
    pub fn of(request: &HttpRequest) -> Result<Depth, Refusal> {
        let depth = request.headers().get("depth").map_or("0", |value| value.to_str().unwrap_or("?").trim());
        match depth.to_ascii_lowercase().as_str() {
            "0" => Ok(Depth::Zero),
            "1" => Ok(Depth::One),
            "infinity" => Err(Refusal::of(StatusCode::FORBIDDEN, names::FINITE_DEPTH, "The depth is 0 or 1.")),
            _ => Err(Refusal::bad("The depth is 0 or 1.")),
        }
    }
}

/// Answers with the properties of an address of the owner's.
///
/// # Errors
/// The database's.
pub async fn propfind(
    site: SiteData,
    owner: Owner,
    place: &Place,
    depth: Depth,
    wanted: Wanted,
) -> Result<Result<HttpResponse, Refusal>, Error> {
    let card = match place {
        Place::Card(name) => match card(&site, &owner, name).await? {
            Some(entry) => Some(entry),
            None => return Ok(Err(Refusal::not_found())),
        },
        _ => None,
    };
    let resources: &[Resource] = match (place, depth, &card) {
        (Place::Card(_), _, Some(entry)) => &[Resource::Card(entry)],
        (Place::Root, Depth::Zero, _) => &[Resource::Root],
        (Place::Root, Depth::One, _) => &[Resource::Root, Resource::Home],
        (Place::Home, Depth::Zero, _) => &[Resource::Home],
        (Place::Home, Depth::One, _) => &[Resource::Home, Resource::Book],
        _ => &[Resource::Book],
    };
    let mut text = answer::begin();
    for resource in resources {
        wanted.write(&mut text, resource, &owner, None);
    }
    if *place != Place::Book || depth == Depth::Zero {
        return Ok(Ok(answer::multistatus(text + &answer::end(None))));
    }
    let id = owner.id;
    let entries = site.read_long(move |connection| entries::all(connection, id)).await?.into();
    let (wanted, around) = (wanted.without_card(), (text, answer::end(None)));
    Listing { site, owner, wanted, filter: None, entries, limit: usize::MAX, around }.answer().await.map(Ok)
}

async fn card(site: &SiteData, owner: &Owner, name: &str) -> Result<Option<Entry>, Error> {
    let (id, name) = (owner.id, name.to_owned());
    site.read(move |connection| entries::find(connection, id, &name)).await
}

/// Answers that no property can be changed; each is named.
///
/// # Errors
/// A refusal of what asks for no change.
pub fn proppatch(owner: &Owner, place: &Place, asked: Option<&Element>) -> Result<HttpResponse, Refusal> {
    let asked = asked.filter(|asked| asked.name.is(names::PROPERTY_UPDATE));
    let asked = asked.ok_or(Refusal::bad("It is not said which properties are to be changed."))?;
    let changes = asked.all(names::SET).chain(asked.all(names::REMOVE));
    let properties = changes.flat_map(|change| change.all(names::PROP)).flat_map(|properties| &properties.children);
    let names: Vec<_> = properties.map(|property| &property.name).collect();
    let mut text = answer::begin();
    answer::response(&mut text, &place.path(owner.id), &[], &names, StatusCode::FORBIDDEN);
    Ok(answer::multistatus(text + &answer::end(None)))
}
