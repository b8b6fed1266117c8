//! The filter of `addressbook-query` (RFC 6352, 10.5): which cards are meant, by what their properties and parameters say.

use actix_web::http::StatusCode;

use crate::dav::answer::Refusal;
use crate::dav::card_lines::{Line, lines};
use crate::dav::names;
use crate::dav::xml::Element;

/// Tests in a filter.
const MAX_TESTS: usize = 100;

/// Whether all of some tests must hold, or one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    All,
    Any,
}

impl Of {
    fn read(element: &Element) -> Of {
        if element.attribute("test") == "allof" { Of::All } else { Of::Any }
    }

    fn holds<T>(self, tests: &[T], test: impl FnMut(&T) -> bool) -> bool {
        match self {
            _ if tests.is_empty() => true,
            Of::All => tests.iter().all(test),
            Of::Any => tests.iter().any(test),
        }
    }
}

/// Which cards are meant.
#[derive(Debug, Clone)]
pub struct Filter {
    of: Of,
    properties: Vec<Property>,
}

#[derive(Debug, Clone)]
struct Property {
    name: String,
    is_missing: bool,
    of: Of,
    texts: Vec<Match>,
    parameters: Vec<Parameter>,
}

#[derive(Debug, Clone)]
struct Parameter {
    name: String,
    is_missing: bool,
    text: Option<Match>,
}

#[derive(Debug, Clone)]
struct Match {
    text: String,
    kind: Kind,
    is_exact: bool,
    negates: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Contains,
    Equals,
    Starts,
    Ends,
}

impl Filter {
    /// Reads a filter; none at all means every card.
    ///
    /// # Errors
    /// A refusal where it asks for what is not known here.
    pub fn read(element: Option<&Element>) -> Result<Filter, Refusal> {
        let Some(element) = element else { return Ok(Filter { of: Of::All, properties: Vec::new() }) };
        let properties: Vec<_> = element.all(names::PROP_FILTER).map(Property::read).collect::<Result<_, _>>()?;
        let tests: usize = properties.iter().map(|one| 1 + one.texts.len() + one.parameters.len()).sum();
        if tests > MAX_TESTS {
            return Err(Refusal::of(StatusCode::FORBIDDEN, names::SUPPORTED_FILTER, "The filter is too long."));
        }
        Ok(Filter { of: Of::read(element), properties })
    }

    /// Whether every card is meant.
    pub fn is_empty(&self) -> bool {
        self.properties.is_empty()
    }

    /// Whether a card is meant.
    pub fn takes(&self, card: &str) -> bool {
        let lines = lines(card);
        self.of.holds(&self.properties, |property| property.holds(&lines))
    }
}

impl Property {
    fn read(element: &Element) -> Result<Property, Refusal> {
        Ok(Property {
            name: element.attribute("name").to_ascii_uppercase(),
            is_missing: element.child(names::IS_NOT_DEFINED).is_some(),
            of: Of::read(element),
            texts: element.all(names::TEXT_MATCH).map(Match::read).collect::<Result<_, _>>()?,
            parameters: element.all(names::PARAM_FILTER).map(Parameter::read).collect::<Result<_, _>>()?,
        })
    }

    fn holds(&self, lines: &[Line]) -> bool {
        let mut mine = lines.iter().filter(|line| line.name == self.name).peekable();
        if self.is_missing || mine.peek().is_none() {
            return self.is_missing && mine.peek().is_none();
        }
        mine.any(|line| {
            let texts = self.texts.iter().map(|text| text.holds(&line.value));
            let parameters = self.parameters.iter().map(|parameter| parameter.holds(line));
            self.of.holds(&texts.chain(parameters).collect::<Vec<_>>(), |held| *held)
        })
    }
}

impl Parameter {
    fn read(element: &Element) -> Result<Parameter, Refusal> {
        Ok(Parameter {
            name: element.attribute("name").to_ascii_uppercase(),
            is_missing: element.child(names::IS_NOT_DEFINED).is_some(),
            text: element.child(names::TEXT_MATCH).map(Match::read).transpose()?,
        })
    }

    fn holds(&self, line: &Line) -> bool {
        let mut values = line.parameters.iter().filter(|(name, _)| *name == self.name).map(|(_, value)| value);
        match &self.text {
            _ if self.is_missing => values.next().is_none(),
            Some(text) => values.any(|value| text.holds(value)),
            None => values.next().is_some(),
        }
    }
}

impl Match {
    fn read(element: &Element) -> Result<Match, Refusal> {
        let is_exact = match element.attribute("collation") {
            "" | "default" | "i;unicode-casemap" | "i;ascii-casemap" => false,
            "i;octet" => true,
            _ => {
                let sentence = "This collation is not known.";
                return Err(Refusal::of(StatusCode::FORBIDDEN, names::SUPPORTED_COLLATION, sentence));
            }
        };
        let kind = match element.attribute("match-type") {
            "" | "contains" => Kind::Contains,
            "equals" => Kind::Equals,
            "starts-with" => Kind::Starts,
            "ends-with" => Kind::Ends,
            _ => return Err(Refusal::of(StatusCode::FORBIDDEN, names::SUPPORTED_FILTER, "This match is not known.")),
        };
        let text = compared(&element.text, is_exact);
        Ok(Match { text, kind, is_exact, negates: element.attribute("negate-condition") == "yes" })
    }

    fn holds(&self, value: &str) -> bool {
        let value = compared(value, self.is_exact);
        let holds = match self.kind {
            Kind::Contains => value.contains(&self.text),
            Kind::Equals => value == self.text,
            Kind::Starts => value.starts_with(&self.text),
            Kind::Ends => value.ends_with(&self.text),
        };
        holds != self.negates
    }
}

fn compared(text: &str, is_exact: bool) -> String {
    if is_exact { text.to_owned() } else { text.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dav::xml;

    const CARD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Lo\r\n velace\r\nitem1.EMAIL;TYPE=work,pref:ada@work.example\r\n\
                        EMAIL;TYPE=HOME:ada@home.example\r\nNOTE:one\\, two\r\nEND:VCARD\r\n";

    fn takes(filter: &str) -> bool {
        let sent = format!("<filter xmlns=\"{}\" {filter}</filter>", names::CARD);
        Filter::read(xml::read(sent.as_bytes()).unwrap().as_ref()).unwrap().takes(CARD)
    }

    #[test]
    fn cards_are_found_by_what_they_say() {
        for (filter, found) in [
            (">", true),
            ("><prop-filter name='FN'/>", true),
            ("><prop-filter name='BDAY'/>", false),
            ("><prop-filter name='BDAY'><is-not-defined/></prop-filter>", true),
            ("><prop-filter name='fn'><text-match>LOVELACE</text-match></prop-filter>", true),
            ("><prop-filter name='FN'><text-match collation='i;octet'>LOVELACE</text-match></prop-filter>", false),
            ("><prop-filter name='FN'><text-match match-type='starts-with'>love</text-match></prop-filter>", false),
            ("><prop-filter name='FN'><text-match negate-condition='yes'>ben</text-match></prop-filter>", true),
            ("><prop-filter name='NOTE'><text-match match-type='equals'>one, two</text-match></prop-filter>", true),
            ("test='allof'><prop-filter name='FN'/><prop-filter name='BDAY'/>", false),
            (
                "><prop-filter name='EMAIL'><param-filter name='type'><text-match>pref</text-match></param-filter></prop-filter>",
                true,
            ),
            (
                "><prop-filter name='EMAIL' test='allof'><text-match>home</text-match>\
                 <param-filter name='TYPE'><text-match>work</text-match></param-filter></prop-filter>",
                false,
            ),
        ] {
            assert_eq!(takes(filter), found, "{filter}");
        }
    }
}
