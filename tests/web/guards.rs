use crate::support::Site;

/// Every address of the site that is for members, by method.
pub fn closed() -> Vec<(String, String)> {
    let table = include_str!("../../src/routes.rs");
    let members = &table[table.find("fn for_members").unwrap()..];
    let mut routes = Vec::new();
    for line in members.lines() {
        let Some(rest) = line.trim().strip_prefix(".route(\"") else { continue };
        let (path, rest) = rest.split_once('"').unwrap();
        let path = path.replace("{action:disconnect|block}", "block").replace("{handle}", "ada-ruiz");
        let path = path
            .replace("{id}", "1")
            .replace("{id:[0-9]+}", "1")
            .replace("{answer:[a-z]+}", "accept")
            .replace("{deed:[a-z-]+}", "undo")
            .replace("{kind:[a-z]+}", "positions");
        let path = path
            .replace("{member}", "1")
            .replace("{name}", "0")
            .replace("{name:[a-z.]+}", "contacts.csv")
            .replace("{side}", "96");
        routes.push((if rest.contains("get()") { "GET" } else { "POST" }.to_owned(), path));
    }
    assert!(routes.len() > 30);
    routes
}

#[test]
fn whoever_is_signed_out_is_sent_to_sign_in_from_everywhere() {
    let site = Site::new();
    site.member("Ada Ruiz");
    let mut visitor = site.visitor();
    for (method, path) in closed() {
        if method == "GET" {
            visitor.get(&path)
        } else {
            visitor.post(&path, &[])
        };
        let to = visitor.page.headers.iter().find(|(name, _)| name == "location").map(|(_, to)| to.clone());
        assert_eq!(visitor.page.status, 303, "{method} {path}");
        assert!(to.unwrap().starts_with("/sign-in?next="), "{method} {path}");
    }
}

#[test]
fn a_form_from_another_site_is_refused_everywhere() {
    let site = Site::new();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let open = ["/sign-in", "/sign-up", "/sign-out", "/appearance"].map(|path| ("POST".to_owned(), path.to_owned()));
    for (_, path) in closed().into_iter().chain(open).filter(|(method, _)| method == "POST") {
        for (header, value) in
            [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example")]
        {
            let request = agent.post(format!("{}{path}", site.address)).header(header, value);
            let response = request.send_empty().unwrap();
            assert_eq!(response.status(), 403, "{path} {header}");
            assert!(response.headers().contains_key("content-security-policy"), "{path} {header}");
        }
    }
}

#[test]
fn pages_come_with_the_headers_that_keep_them_safe() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.open("/");
    for name in [
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
        "permissions-policy",
        "cross-origin-opener-policy",
    ] {
        assert!(visitor.page.headers.iter().any(|(header, _)| header == name), "{name}");
    }
    assert_eq!(visitor.open("/healthz").page.body, "ok\n");
    assert_eq!(visitor.open("/readyz").page.body, "ready\n");
}

#[test]
fn a_head_request_is_answered_as_a_get_without_its_body() {
    let site = Site::new();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    for (path, status) in [("/", 200), ("/healthz", 200), ("/people", 303), ("/robots.txt", 200)] {
        let mut response = agent.head(format!("{}{path}", site.address)).call().unwrap();
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.body_mut().read_to_string().unwrap(), "");
    }
}

/// A header of the page that was answered.
fn header<'a>(visitor: &'a crate::support::Visitor, name: &str) -> &'a str {
    visitor.page.headers.iter().find(|(header, _)| header == name).map_or("", |(_, value)| value)
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let all = closed();
    for (_, path) in &all {
        let takes = |method: &str| all.iter().any(|(other, known)| other == method && known == path);
        // The addresses of those who run the site look absent.
        let is_hers = !path.starts_with("/admin") && !path.starts_with("/moderation");
        let response = agent.delete(format!("{}{path}", site.address)).call().unwrap();
        let absent = agent.delete(format!("{}/no/such/page", site.address)).call().unwrap();
        assert_eq!(response.status().as_u16(), if is_hers { 405 } else { absent.status().as_u16() }, "DELETE {path}");
        let told = response.headers().get("allow").map_or("", |allowed| allowed.to_str().unwrap());
        assert_eq!(told.contains(if takes("POST") { "POST" } else { "GET" }), is_hers, "DELETE {path}: {told}");
        // Whatever stands behind /invitations/ takes POST.
        if !takes("POST") && !path.starts_with("/invitations/") && is_hers {
            ada.post(path, &[]);
            assert_eq!((ada.page.status, header(&ada, "allow")), (405, "GET, HEAD"), "POST {path}");
            assert!(ada.sees("Go back, and use the buttons"), "{}", ada.text());
        }
    }
    for (path, allowed) in [("/sign-out", "POST"), ("/appearance", "POST"), ("/in/ada-ruiz/unblock", "POST")] {
        ada.get(path);
        assert_eq!((ada.page.status, header(&ada, "allow")), (405, allowed), "{path}");
    }
    for (path, allowed) in [("/", "GET, HEAD"), ("/sign-in", "GET, HEAD, POST"), ("/sign-out", "POST")] {
        let response = agent.delete(format!("{}{path}", site.address)).call().unwrap();
        assert_eq!(
            (response.status().as_u16(), response.headers()["allow"].to_str().unwrap()),
            (405, allowed),
            "{path}"
        );
    }
    assert_eq!(ada.post("/no/such/page", &[]).page.status, 404);
}

#[test]
fn capitals_and_a_slash_lead_to_the_page() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut visitor = site.visitor();
    for (written, meant) in [("/Sign-In/?next=/People", "/sign-in?next=/People"), ("/SIGN-UP", "/sign-up")] {
        visitor.get(written);
        assert_eq!((visitor.page.status, header(&visitor, "location")), (308, meant), "{written}");
    }
    for (written, meant) in [
        ("/connections/", "/connections"),
        ("/People?q=Ada", "/people?q=Ada"),
        ("/Connections/Remove/", "/connections/remove"),
        ("/in/ada-ruiz/", "/in/ada-ruiz"),
        ("/profile/About", "/profile/about"),
        ("/profile/POSITIONS", "/profile/positions"),
        ("/contacts/Export/Contacts.CSV", "/contacts/export/contacts.csv"),
    ] {
        ada.get(written);
        assert_eq!((ada.page.status, header(&ada, "location")), (308, meant), "{written}");
        visitor.get(written);
        assert_eq!(visitor.page.status, 308, "{written}");
    }
    // Pages of those who run the site are absent to everybody else, however they are written.
    for written in ["/ADMIN", "/Admin/Limits", "/admin/limits/", "/Moderation", "/Moderation/1/2"] {
        for asks in [&mut ada, &mut visitor] {
            let absent = asks.get("/NOPE").page.status;
            assert_eq!(asks.get(written).page.status, absent, "{written}");
        }
    }
    // What was posted is posted again.
    ada.post("/profile/about/", &[("about", "Bridges")]);
    assert_eq!((ada.page.status, header(&ada, "location")), (308, "/profile/about"));
    assert_eq!(ada.get("//people").page.status, 404);
}
