//! Which properties a client wants of each address.

use actix_web::http::StatusCode;

use crate::dav::answer::{self, Refusal};
use crate::dav::card_lines;
use crate::dav::names;
use crate::dav::properties::{Owner, Resource};
use crate::dav::xml::{Element, Name};

/// Properties of a request.
const MAX_NAMES: usize = 200;

/// Which properties a client wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    properties: Properties,
    /// Whether the card itself; of which properties, none for all.
    card: Option<Vec<String>>,
    /// Whether it goes without what is not there.
    is_minimal: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Properties {
    All,
    Names,
    These(Vec<Name>),
}

impl Wanted {
    /// Reads what is wanted from a `propfind`, or a report; nothing at all means everything that is there.
    ///
    /// # Errors
    /// A refusal where that is no such thing.
    pub fn read(element: Option<&Element>, is_minimal: bool) -> Result<Wanted, Refusal> {
        let mut wanted = Wanted { properties: Properties::All, card: None, is_minimal };
        let Some(element) = element else { return Ok(wanted) };
        if element.child(names::PROP_NAME).is_some() {
            wanted.properties = Properties::Names;
        } else if let Some(properties) = element.child(names::PROP) {
            if properties.children.len() > MAX_NAMES {
                return Err(Refusal::bad("That are too many properties."));
            }
            wanted.card = properties.child(names::ADDRESS_DATA).map(address_data).transpose()?;
            let all = properties.children.iter().filter(|child| !child.name.is(names::ADDRESS_DATA));
            wanted.properties = Properties::These(all.map(|child| child.name.clone()).collect());
        } else if element.child(names::ALL_PROP).is_none() {
            return Err(Refusal::bad("It is not said which properties are wanted."));
        }
        Ok(wanted)
    }

    /// Whether the card itself is wanted.
    pub fn has_card(&self) -> bool {
        self.card.is_some()
    }

    /// The same of what is listed, where no card is said.
    pub fn without_card(self) -> Wanted {
        Wanted { card: None, ..self }
    }

    /// Says what is wanted of a resource; of a card, with what it says.
    pub fn write(&self, out: &mut String, resource: &Resource, owner: &Owner, card: Option<&str>) {
        let names = resource.names();
        let asked = match &self.properties {
            Properties::These(asked) => asked,
            Properties::All | Properties::Names => &names,
        };
        let data = Name::new(names::ADDRESS_DATA.0, names::ADDRESS_DATA.1);
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for name in asked {
            match resource.value(name, owner) {
                Some(_) if self.properties == Properties::Names => found.push((name, String::new())),
                Some(value) => found.push((name, value)),
                None if !self.is_minimal => missing.push(name),
                None => {}
            }
        }
        match (&self.card, card) {
            (Some(parts), Some(card)) => found.push((&data, written(card, parts))),
            (Some(_), None) if !self.is_minimal => missing.push(&data),
            _ => {}
        }
        answer::response(out, &resource.path(owner), &found, &missing, StatusCode::NOT_FOUND);
    }
}

/// The card as text within XML; an end of a line is kept as it is only where it is written as a number.
fn written(card: &str, parts: &[String]) -> String {
    let card = if parts.is_empty() { card.to_owned() } else { card_lines::part(card, parts) };
    quick_xml::escape::partial_escape(&card).replace('\r', "&#13;")
}

/// Reads which properties of a card are wanted; none for all.
fn address_data(element: &Element) -> Result<Vec<String>, Refusal> {
    let kind = (element.attribute("content-type"), element.attribute("version"));
    if !matches!(kind, ("" | "text/vcard", "" | "3.0")) {
        let sentence = "Cards are vCards of version 3.0.";
        return Err(Refusal::of(StatusCode::FORBIDDEN, names::SUPPORTED_DATA, sentence));
    }
    let names = element.all(names::CARD_PROP).map(|property| property.attribute("name").to_ascii_uppercase());
    Ok(names.collect())
}
