//! The page of an error is a page of the site: whoever is signed in goes on from there.

use diesel::RunQueryDsl;

use crate::support::{Site, Visitor, connect};

fn sql(site: &Site, text: &str) {
    site.db.write_blocking(|connection| Ok(diesel::sql_query(text).execute(connection)?)).unwrap();
}

/// Whether the page has the navigation of a member, with forms that are theirs.
fn has_navigation_of(who: &Visitor) -> bool {
    let (owner, body) = (format!("name=\"as\" value=\"{}\"", who.handle), &who.page.body);
    let forms = body.matches("<form class=\"switches\" method=\"post\"").count() + 1;
    body.contains("<nav class=\"nav\"") && body.contains("Sign out") && body.matches(&owner).count() >= forms
}

#[test]
fn error_pages_keep_the_navigation() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let seen = |ada: &mut Visitor, status: u16| {
        assert_eq!(ada.page.status, status, "{}", ada.text());
        assert!(has_navigation_of(ada), "{status}: {}", ada.page.body);
        assert!(ada.has_button("My network") && ada.has_button("Search people"), "{status}");
    };
    for path in ["/nothing", "/in/nobody", "/in/ben-okoro/nothing"] {
        seen(ada.get(path), 404);
    }
    seen(ada.get("/in/ben-okoro/accept"), 405);
    seen(ada.post("/settings/privacy", &[("who_may_invite", "x")]), 400);
    seen(ada.post("/settings/privacy", &[("as", &ben.handle), ("who_may_invite", "nobody")]), 409);
    // The program does not know this number, and the database not this table.
    sql(&site, "UPDATE members SET who_may_invite = 77 WHERE handle = 'ben-okoro'");
    seen(ada.post("/in/ben-okoro/invite", &[]), 500);
    assert!(ada.sees("An error of this site"), "{}", ada.text());
    sql(&site, "UPDATE members SET who_may_invite = 0 WHERE handle = 'ben-okoro'");
    connect(&mut ada, &mut ben);
    sql(&site, "ALTER TABLE tags RENAME TO gone");
    seen(ada.post("/in/ben-okoro/remarks", &[("private_note", "Met in Bergen"), ("tags", "choir")]), 503);
    assert!(ada.sees("Met in Bergen") && ada.has_button("Try again"), "{}", ada.text());
    sql(&site, "ALTER TABLE gone RENAME TO tags");
    ada.press("Try again");
    assert!(ada.open("/in/ben-okoro").sees("Met in Bergen"), "{}", ada.text());
}

#[test]
fn visitors_are_asked_in_from_an_error_page() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.get("/static/nothing");
    assert_eq!(visitor.page.status, 404);
    assert!(visitor.page.body.contains("href=\"/sign-in\"") && !visitor.page.body.contains("Sign out"));
    // Where nobody has looked who it is, nobody is asked.
    let mut ada = site.member("Ada Ruiz");
    ada.send("/settings/privacy", "text/plain", b"x");
    assert_eq!(ada.page.status, 415);
    assert!(!ada.page.body.contains("Sign in") && ada.has_button("My network"), "{}", ada.page.body);
}

#[test]
fn forbidden_looks_like_absent_byte_for_byte() {
    let site = Site::new();
    let [mut ada, ben, mut eve] = ["Ada Ruiz", "Ben Okoro", "Eve Lund"].map(|name| site.member(name));
    eve.open("/in/ada-ruiz").press("Block");
    for page in ["", "/mutual", "/connections", "/invite", "/disconnect", "/block", "/remarks"] {
        let mut seen = [&eve.handle, &"nobody".to_owned()].map(|handle| {
            ada.get(&format!("/in/{handle}{page}"));
            (ada.page.status, ada.page.body.replace(handle.as_str(), "HANDLE"))
        });
        assert_eq!(seen[0], seen[1], "{page}");
        assert_eq!(std::mem::take(&mut seen[0]).0, 404, "{page}");
    }
    assert_eq!(ada.get(&format!("/in/{}", ben.handle)).page.status, 200);
}

#[test]
fn what_was_told_waits_for_a_page_that_was_meant() {
    let site = Site::new();
    let (mut ada, _ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").post("/in/ben-okoro/invite", &[]);
    assert_eq!(ada.page.status, 303);
    assert!(!ada.get("/nothing").sees("is on its way"));
    assert!(ada.open("/").sees("is on its way"), "{}", ada.text());
}
