//! A site with a name of its own says it wherever it would say the program's.

use crate::moderation::with_role;
use crate::support::{Site, Visitor};
use amicable::members::role::Role;

/// Every page that an administrator can open by its address alone.
fn pages() -> Vec<&'static str> {
    let table = include_str!("../../src/routes.rs");
    let line = |line: &'static str| {
        let (path, rest) = line.trim().strip_prefix(".route(\"")?.split_once('"')?;
        (rest.contains("get()") && !path.contains('{')).then_some(path)
    };
    let pages: Vec<_> = table.lines().filter_map(line).collect();
    assert!(pages.len() > 50);
    pages
}

fn named() -> (Site, Visitor) {
    let site = Site::new();
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    root.open("/admin/community").fill("name", "Alumni: Aarhus").press("Save");
    assert!(root.sees("The texts are saved."), "{}", root.text());
    (site, root)
}

#[test]
fn no_page_of_a_named_community_says_amicable() {
    let (site, mut root) = named();
    let mut visitor = site.visitor();
    for path in pages() {
        for who in [&mut root, &mut visitor] {
            who.get(path);
            let kind = who.page.headers.iter().find(|(name, _)| name == "content-type");
            // The form says what an empty field means, the document which program it describes.
            let names_the_program = ["/admin/community", "/api/openapi.json"].contains(&path);
            if !names_the_program && kind.is_some_and(|(_, kind)| !kind.contains("zip")) {
                let body = &who.page.body;
                let at = body.find("Amicable").map(|at| &body[at.saturating_sub(60)..(at + 60).min(body.len())]);
                assert_eq!(at, None, "{path}");
            }
        }
    }
    assert!(visitor.get("/manifest.webmanifest").page.body.contains("\"name\":\"Alumni: Aarhus\""));
}

#[test]
fn mails_of_a_named_community_are_from_it() {
    let (site, _root) = named();
    site.member("Ada Ruiz");
    let mut visitor = site.visitor();
    visitor.open("/forgot-password").fill("email", "ada-ruiz@test.example").press("Send link");
    let letters = site.letters();
    let from = letters[0].whole.lines().find(|line| line.starts_with("From: ")).unwrap();
    // A colon is encoded there: this is the name in base64.
    assert!(from.contains("=?utf-8?b?QWx1bW5pOiBBYXJodXM=?="), "{from}");
    assert!(!letters[0].text.contains("Amicable"), "{}", letters[0].text);
}

#[test]
fn an_authenticator_app_shows_the_communitys_name() {
    let (_site, mut root) = named();
    root.open("/settings/security/authenticator");
    // A colon parts the site from the account there.
    assert!(root.page.body.contains("issuer=Alumni%20%20Aarhus"), "{}", root.page.body);
}
