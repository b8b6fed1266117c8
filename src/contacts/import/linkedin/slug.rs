//! The key by which a LinkedIn profile is known again. Nothing is fetched.

use percent_encoding::percent_decode_str;

/// Returns the part of a profile's address that names the member, decoded and in small letters: `priya-sharma-1a2b3c`, `zoë-1`.
/// Scheme, `www.` or a country's subdomain, trailing slash, query and fragment make no difference.
/// `None` for an address that is no LinkedIn profile.
pub fn slug(url: &str) -> Option<String> {
    let url = url.trim();
    let address = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (host, path) = address.split_once('/')?;
    let host = host.to_lowercase();
    if host != "linkedin.com" && !host.ends_with(".linkedin.com") {
        return None;
    }
    let (place, rest) = path.split_once('/')?;
    if !place.eq_ignore_ascii_case("in") {
        return None;
    }
    let slug = rest.split(['/', '?', '#']).next()?;
    // What is no text when it is decoded stays as it is written.
    let decoded = percent_decode_str(slug).decode_utf8();
    let slug = decoded.map_or_else(|_| slug.to_lowercase(), |decoded| decoded.to_lowercase());
    (!slug.is_empty()).then_some(slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_profile_has_one_key_however_its_address_is_written() {
        let ways = [
            "https://www.linkedin.com/in/priya-sharma-1a2b3c",
            "http://linkedin.com/in/Priya-Sharma-1A2B3C/",
            "HTTPS://WWW.LINKEDIN.COM/in/priya-sharma-1a2b3c?trk=contact#top",
            " de.linkedin.com/in/priya-sharma-1a2b3c/?a=1 ",
            "linkedin.com/in/priya-sharma-1a2b3c/en",
            "linkedin.com/in/priya%2Dsharma%2D1a2b3c",
        ];
        for url in ways {
            assert_eq!(slug(url).as_deref(), Some("priya-sharma-1a2b3c"), "{url}");
        }
        for url in ["linkedin.com/in/zo%C3%AB-1", "linkedin.com/in/ZO%C3%8B-1", "linkedin.com/in/zoë-1"] {
            assert_eq!(slug(url).as_deref(), Some("zoë-1"), "{url}");
        }
    }

    #[test]
    fn what_is_no_text_stays_as_it_is_written() {
        assert_eq!(slug("https://www.linkedin.com/in/%FF").as_deref(), Some("%ff"));
        assert_ne!(slug("linkedin.com/in/a%fe"), slug("linkedin.com/in/a%ff"));
    }

    #[test]
    fn an_address_that_is_no_linkedin_profile_has_no_key() {
        let others = [
            "",
            "/",
            "https://",
            "https://example.org/in/priya",
            "https://linkedin.com.example.org/in/priya",
            "https://notlinkedin.com/in/priya",
            "https://www.linkedin.com/in/",
            "https://www.linkedin.com/in/?a",
            "https://www.linkedin.com/company/acme",
            "priya-sharma",
        ];
        for url in others {
            assert_eq!(slug(url), None, "{url}");
        }
    }
}
