//! Where people open the site: the base URL says, never a header that a proxy may have changed.

use std::sync::Once;

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN, REFERER};
use url::{Host, Url};

use crate::web::site::SiteData;

/// The address that people type. Without one the site is this machine's own.
#[derive(Debug, Clone, Default)]
pub struct Base(Option<Url>);

impl Base {
    /// What the operator said.
    pub fn of(url: Option<Url>) -> Base {
        Base(url)
    }

    /// Whether people come by https.
    pub fn is_https(&self) -> bool {
        self.0.as_ref().is_some_and(|base| base.scheme() == "https")
    }

    /// Whether a page at this address is one of this site. Without a base URL it is at any port of this machine, under
    /// whatever name, since ports are forwarded.
    fn has(&self, url: &Url) -> bool {
        match &self.0 {
            Some(base) => url.origin() == base.origin(),
            None => matches!(url.scheme(), "http" | "https") && is_this_machine(url),
        }
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

fn base(request: &HttpRequest) -> Base {
    request.app_data::<Base>().cloned().unwrap_or_default()
}

/// Where people open the site, as they type it, without a slash behind it: this machine, where no operator said.
pub fn address(request: &HttpRequest) -> String {
    request.app_data::<SiteData>().map(|site| site.address.clone()).unwrap_or_default()
}

/// Whether a form was sent from a page of this site: by `Sec-Fetch-Site`, else by `Origin` against the base URL; a request
/// with neither does not come from a browser.
pub fn is_ours(request: &HttpRequest) -> bool {
    if let Some(site) = header(request.headers(), "sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = header(request.headers(), ORIGIN.as_str()) else { return true };
    Url::parse(origin).is_ok_and(|origin| base(request).has(&origin))
}

/// The page of this site that a request came from, if the browser says.
pub fn referer(request: &HttpRequest) -> Option<Url> {
    let referer = Url::parse(header(request.headers(), REFERER.as_str())?).ok()?;
    let same = header(request.headers(), "sec-fetch-site") == Some("same-origin");
    (same || base(request).has(&referer)).then_some(referer)
}

/// The base URL of an https site that is opened over plain http, where browsers keep no cookie of it.
pub fn opened_over_http(request: &HttpRequest) -> Option<String> {
    static TOLD: Once = Once::new();
    let base = base(request).0.filter(|base| base.scheme() == "https")?;
    if !is_plain(request.headers(), &base) {
        return None;
    }
    TOLD.call_once(|| tracing::warn!(%base, "opened over plain http, where browsers keep no cookie of an https site"));
    Some(base.to_string())
}

/// What the last proxy said, of a header to which each adds.
fn last(list: &str) -> Option<&str> {
    list.rsplit(',').next().map(str::trim)
}

/// The scheme that the last proxy says in `Forwarded` (RFC 7239).
fn forwarded_proto(headers: &HeaderMap) -> Option<&str> {
    let pairs = last(header(headers, "forwarded")?)?.split(';').filter_map(|pair| pair.split_once('='));
    let mut schemes = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("proto"));
    schemes.next().map(|(_, scheme)| scheme.trim().trim_matches('"'))
}

/// Whether a browser's request came over plain http, as far as that can be seen behind a proxy: it is said by the proxy, or
/// by the page before; or the browser came to another host without a proxy, and without what browsers send over https.
fn is_plain(headers: &HeaderMap, base: &Url) -> bool {
    if let Some(scheme) = header(headers, "x-forwarded-proto").and_then(last).or_else(|| forwarded_proto(headers)) {
        return scheme.eq_ignore_ascii_case("http");
    }
    let host = header(headers, HOST.as_str()).unwrap_or_default();
    for name in [ORIGIN, REFERER] {
        let Some(page) = header(headers, name.as_str()).and_then(|url| Url::parse(url).ok()) else { continue };
        let here = page.host() == base.host() || page[url::Position::BeforeHost..url::Position::AfterPort] == *host;
        if here && !is_this_machine(&page) {
            return page.scheme() == "http";
        }
    }
    let by_proxy = ["via", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded"];
    let browser = header(headers, "user-agent").is_some_and(|agent| agent.starts_with("Mozilla/"));
    let fetch = header(headers, "sec-fetch-site").is_some();
    browser && !fetch && base.authority() != host && !by_proxy.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn request(base: Option<&str>, headers: &[(&str, &str)]) -> HttpRequest {
        let request = TestRequest::default().app_data(Base::of(base.map(|base| Url::parse(base).unwrap())));
        headers.iter().fold(request, |request, header| request.insert_header(*header)).to_http_request()
    }

    #[test]
    fn the_base_url_decides_and_never_the_host() {
        let base = Some("https://network.example.org");
        for host in ["network.example.org", "127.0.0.1:8080", "evil.example"] {
            let ours = |origin: &str| is_ours(&request(base, &[("Host", host), ("Origin", origin)]));
            assert!(ours("https://network.example.org"));
            for other in
                ["http://network.example.org", "https://evil.example", "https://network.example.org:444", "null"]
            {
                assert!(!ours(other), "{host} {other}");
            }
        }
        let referer = |site: &str| {
            let from = referer(&request(base, &[("Host", "127.0.0.1:8080"), ("Referer", site)]));
            from.map(|url| url.path().to_owned())
        };
        assert_eq!(referer("https://network.example.org/people").as_deref(), Some("/people"));
        assert_eq!(referer("https://evil.example/people"), None);
    }

    #[test]
    fn without_a_base_url_the_site_is_at_any_port_of_this_machine() {
        let ours = |origin: &str| is_ours(&request(None, &[("Host", "127.0.0.1:8080"), ("Origin", origin)]));
        for origin in ["http://127.0.0.1:8080", "http://localhost:9000", "http://[::1]:8080", "http://site.localhost"] {
            assert!(ours(origin), "{origin}");
        }
        for origin in ["http://evil.example", "http://localhost.evil.example", "null"] {
            assert!(!ours(origin), "{origin}");
        }
        // Another port of this machine is another site to browsers that say so.
        let other = [("Origin", "http://localhost:3000"), ("Sec-Fetch-Site", "same-site")];
        assert!(!is_ours(&request(None, &other)));
    }

    #[test]
    fn plain_http_to_an_https_site_is_noticed() {
        let told = |headers: &[(&str, &str)]| {
            opened_over_http(&request(Some("https://network.example.org"), headers)).is_some()
        };
        let browser = ("User-Agent", "Mozilla/5.0");
        assert!(told(&[("X-Forwarded-Proto", "http")]));
        assert!(told(&[("Forwarded", "for=192.0.2.1;proto=http")]));
        assert!(told(&[("Forwarded", "proto=https;for=\"[2001:db8::1]\", for=192.0.2.1; Proto=\"http\"")]));
        assert!(told(&[("Origin", "http://network.example.org")]));
        assert!(told(&[browser, ("Host", "192.168.1.5:8080")]));
        for fine in [
            &[("X-Forwarded-Proto", "https"), browser] as &[_],
            &[("Forwarded", "for=192.0.2.1;proto=http, for=192.0.2.2;proto=https"), browser],
            &[("Forwarded", "for=192.0.2.1"), browser],
            &[("Origin", "https://network.example.org")],
            &[browser, ("Host", "network.example.org")],
            &[browser, ("Host", "127.0.0.1:8080"), ("Sec-Fetch-Site", "none")],
            &[browser, ("Host", "127.0.0.1:8080"), ("X-Forwarded-For", "10.0.0.9")],
            &[("Host", "127.0.0.1:8080")],
        ] {
            assert!(!told(fine), "{fine:?}");
        }
        assert!(
            opened_over_http(&request(Some("http://network.example.org"), &[("X-Forwarded-Proto", "http")])).is_none()
        );
    }
}
