//! The key by which a LinkedIn profile is known again. Nothing is fetched.

/// The part of a profile's address that names the member, in small letters: `priya-sharma-1a2b3c`.
/// Scheme, `www.` or a country's subdomain, trailing slash, query and fragment make no difference.
/// `None` for an address that is no LinkedIn profile.
pub fn slug(url: &str) -> Option<String> {
    let url = url.trim().to_lowercase();
    let address = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let (host, path) = address.split_once('/')?;
    if host != "linkedin.com" && !host.ends_with(".linkedin.com") {
        return None;
    }
    let slug = path.strip_prefix("in/")?.split(['/', '?', '#']).next()?;
    (!slug.is_empty()).then(|| slug.to_owned())
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
        ];
        for url in ways {
            assert_eq!(slug(url).as_deref(), Some("priya-sharma-1a2b3c"), "{url}");
        }
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
