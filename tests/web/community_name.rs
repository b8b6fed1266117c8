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

#[test]
fn letters_name_the_community_and_its_address_once() {
    let (site, mut root) = named();
    let mut ben = site.member("Ben Okoro");
    let host = site.address.strip_prefix("http://").unwrap().to_owned();
    crate::join_letters::invite(&site, &mut ben, "ines@test.example");
    let mut visitor = site.visitor();
    visitor.open("/forgot-password").fill("email", "ben-okoro@test.example").press("Send link");
    root.open(&format!("/admin/members/{}", ben.id)).press("Send password link");
    let letters = site.letters();
    assert_eq!(letters.len(), 3, "{letters:?}");
    for letter in &letters {
        let words = letter.text.lines().filter(|line| !line.starts_with("http")).collect::<Vec<_>>().join("\n");
        assert_eq!(words.matches(&host).count(), 1, "{words}");
        assert!(words.contains(&format!("Alumni: Aarhus ({host})")), "{words}");
    }
    let invitation = letters.iter().find(|letter| letter.to == "ines@test.example").unwrap();
    assert!(invitation.text.starts_with("Ben Okoro invites you to join Alumni: Aarhus."), "{}", invitation.text);
    // Who has asked for a link is said as it was.
    let by = |who: &str| letters.iter().filter(|letter| letter.text.contains(who)).count();
    assert_eq!((by("Somebody, most likely you,"), by("An administrator has sent you this link")), (1, 1));
}

#[test]
fn letters_of_a_community_without_a_name_say_its_host() {
    let site = Site::new();
    let mut ben = site.member("Ben Okoro");
    let host = site.address.strip_prefix("http://").unwrap().to_owned();
    crate::join_letters::invite(&site, &mut ben, "ines@test.example");
    let letter = site.letters().remove(0);
    assert_eq!(letter.subject, format!("Ben Okoro invites you to join {host}"));
}
