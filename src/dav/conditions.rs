//! `If-Match` and `If-None-Match`: what a client believes is there.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};

/// Entity tags of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    Any,
    These(Vec<String>),
}

/// What must hold before anything is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    matches: Option<Tags>,
    matches_none: Option<Tags>,
}

impl Conditions {
    /// Reads the headers of a request.
    pub fn of(request: &HttpRequest) -> Conditions {
        Conditions { matches: tags(request, IF_MATCH), matches_none: tags(request, IF_NONE_MATCH) }
    }

    /// Whether they hold for what is there, by its entity tag.
    pub fn hold(&self, there: Option<&str>) -> bool {
        let is = |tags: &Tags| match (tags, there) {
            (_, None) => false,
            (Tags::Any, Some(_)) => true,
            (Tags::These(tags), Some(there)) => tags.iter().any(|tag| tag == there),
        };
        self.matches.as_ref().is_none_or(is) && !self.matches_none.as_ref().is_some_and(is)
    }

    /// Whether a client that only reads has the latest already.
    pub fn has_latest(&self, there: &str) -> bool {
        self.matches_none.is_some() && !Conditions { matches: None, ..self.clone() }.hold(Some(there))
    }
}

fn tags(request: &HttpRequest, header: HeaderName) -> Option<Tags> {
    let mut values = request.headers().get_all(header).map(|value| value.to_str().unwrap_or("?")).peekable();
    values.peek()?;
    // A tag changes with every change, and a proxy that compresses weakens it.
    let tag = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let all: Vec<String> = values.flat_map(|value| value.split(',')).map(tag).collect();
    Some(if all.iter().any(|tag| tag == "*") { Tags::Any } else { Tags::These(all) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn conditions_hold_for_what_they_name() {
        let hold = |header: (&str, &str), there: Option<&str>| {
            Conditions::of(&TestRequest::default().insert_header(header).to_http_request()).hold(there)
        };
        for (header, there, holds) in [
            (("If-Match", "\"1-1\", \"1-2\""), Some("\"1-2\""), true),
            (("If-Match", "W/\"1-2\""), Some("\"1-2\""), true),
            (("If-Match", "\"1-1\""), Some("\"1-2\""), false),
            (("If-Match", "*"), Some("\"1-2\""), true),
            (("If-Match", "*"), None, false),
            (("If-Match", ""), Some("\"1-2\""), false),
            (("If-None-Match", "*"), Some("\"1-2\""), false),
            (("If-None-Match", "*"), None, true),
            (("If-None-Match", "\"1-2\""), Some("\"1-2\""), false),
            (("X-None", "*"), Some("\"1-2\""), true),
        ] {
            assert_eq!(hold(header, there), holds, "{header:?} {there:?}");
        }
    }
}
