//! The addresses below `/dav`: the root, a member's home, which is their principal too, their one book, and its cards. They hold a
//! member's id, which never changes, and not the handle, which may.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::ids::MemberId;

/// Characters of a file's name.
const LONGEST_NAME: usize = 255;
/// What stands in a part of an address as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// An address of a member's, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `/dav/`
    Root,
    /// `/dav/{member}/`
    Home,
    /// `/dav/{member}/contacts/`
    Book,
    /// `/dav/{member}/contacts/{file}`
    Card(String),
}

impl Place {
    /// Parses the path of an address, as a member may open it: nothing for another's, and for what can be nobody's.
    pub fn of(path: &str, member: MemberId) -> Option<Place> {
        let parts: Vec<&str> = path.strip_prefix("/dav")?.trim_start_matches('/').split('/').collect();
        match parts[..] {
            [""] => Some(Place::Root),
            [id] | [id, ""] if is(id, member) => Some(Place::Home),
            [id, "contacts"] | [id, "contacts", ""] if is(id, member) => Some(Place::Book),
            [id, "contacts", file] if is(id, member) => file_name(file).map(Place::Card),
            _ => None,
        }
    }

    /// Parses an address that a client names, be it whole or a path alone.
    pub fn named(href: &str, member: MemberId) -> Option<Place> {
        let href = href.trim();
        match url::Url::parse(href) {
            Ok(url) => Place::of(url.path(), member),
            Err(_) => Place::of(href.split(['?', '#']).next().unwrap_or_default(), member),
        }
    }

    /// The path.
    pub fn path(&self, member: MemberId) -> String {
        match self {
            Place::Root => "/dav/".to_owned(),
            Place::Home => format!("/dav/{member}/"),
            Place::Book => format!("/dav/{member}/contacts/"),
            Place::Card(file) => format!("/dav/{member}/contacts/{}", utf8_percent_encode(file, ESCAPED)),
        }
    }

    /// The methods that it takes, as `Allow` has them.
    pub fn methods(&self) -> &'static str {
        match self {
            Place::Root | Place::Home => "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH",
            Place::Book => "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT",
            Place::Card(_) => "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, PROPPATCH",
        }
    }
}

fn is(id: &str, member: MemberId) -> bool {
    id.parse() == Ok(member)
}

fn file_name(written: &str) -> Option<String> {
    let name = percent_decode_str(written).decode_utf8().ok()?.into_owned();
    let fits = name.chars().count() <= LONGEST_NAME && !matches!(&*name, "" | "." | "..");
    (fits && !name.contains(|c: char| c.is_control() || c == '/' || c == '\\')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: MemberId = MemberId::new(7);

    #[test]
    fn only_ones_own_places_are_places() {
        let of = |path: &str| Place::of(path, ADA);
        assert_eq!(of("/dav"), Some(Place::Root));
        assert_eq!(of("/dav/7/"), Some(Place::Home));
        assert_eq!(of("/dav/7/contacts"), Some(Place::Book));
        assert_eq!(of("/dav/7/contacts/a%20b%C3%A9.vcf"), Some(Place::Card("a bé.vcf".into())));
        for path in [
            "/dav/8/",
            "/dav/8/contacts/a.vcf",
            "/dav/7/other/",
            "/dav/7/contacts/a/b",
            "/dav/7/contacts/%2F",
            "/dav/7/contacts/..",
            "/dav/7/contacts/%FF",
            "/dav/7/contacts/a%00",
            "/davinci",
        ] {
            assert_eq!(of(path), None, "{path}");
        }
    }

    #[test]
    fn a_named_address_is_the_place_it_was_written_from() {
        let place = Place::Card("ä b@c?.vcf".into());
        assert_eq!(Place::named(&place.path(ADA), ADA), Some(place.clone()));
        assert_eq!(Place::named(&format!("https://site.example{}", place.path(ADA)), ADA), Some(place));
    }
}
