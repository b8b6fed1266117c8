//! The headers, by the rules for which the Mozilla Observatory gives A+: it has to be asked about a public host, so they are
//! held here. <https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring>

use super::support::{Site, Visitor};

fn header(visitor: &Visitor, name: &str) -> String {
    let found = visitor.page.headers.iter().find(|(header, _)| header == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

/// The sources of a directive of the policy.
fn sources(policy: &str, directive: &str) -> Vec<String> {
    let found = policy.split(';').map(|part| part.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    found.into_iter().find(|part| part.first().is_some_and(|name| name == directive)).unwrap_or_default()
}

#[test]
fn every_kind_of_answer_has_headers_for_an_a_plus() {
    let site = Site::over_https("https://network.test");
    let mut visitor = site.visitor();
    for path in ["/", "/sign-in", "/people", "/nothing-here", "/healthz", "/robots.txt"] {
        visitor.get(path);
        let policy = header(&visitor, "content-security-policy");
        // 10 points more: nothing but what is named, nothing inline, no eval, no plain http, no frames, no plugins.
        assert_eq!(sources(&policy, "default-src"), ["default-src", "'none'"], "{path}");
        for weak in ["'unsafe-inline'", "'unsafe-eval'", "http:", "https:", "data:", "*"] {
            assert!(!policy.split([' ', ';']).any(|source| source == weak), "{path} {weak}");
        }
        for (directive, only) in [("frame-ancestors", "'none'"), ("base-uri", "'none'"), ("form-action", "'self'")] {
            assert_eq!(sources(&policy, directive), [directive, only], "{path}");
        }
        let since = header(&visitor, "strict-transport-security");
        let age: u32 = since.split("max-age=").nth(1).unwrap().split(';').next().unwrap().parse().unwrap();
        assert!(age >= 15_768_000, "six months at least: {since}");
        assert_eq!(header(&visitor, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&visitor, "cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(header(&visitor, "cross-origin-opener-policy"), "same-origin", "{path}");
        let private = ["same-origin", "strict-origin", "strict-origin-when-cross-origin", "no-referrer"];
        assert!(private.contains(&header(&visitor, "referrer-policy").as_str()), "{path}");
        assert!(header(&visitor, "permissions-policy").contains("geolocation=()"), "{path}");
        assert_eq!(header(&visitor, "access-control-allow-origin"), "", "{path}");
        assert_eq!(header(&visitor, "server"), "", "{path}");
        for (name, cookie) in visitor.page.headers.iter().filter(|(name, _)| name == "set-cookie") {
            for part in ["; HttpOnly", "; Secure", "; SameSite=Lax", "; Path=/"] {
                assert!(cookie.contains(part), "{path} {name}: {cookie}");
            }
            assert!(cookie.starts_with("__Host-") && !cookie.contains("Domain="), "{path}: {cookie}");
        }
    }
}
