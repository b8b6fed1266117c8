//! A page that stays open while somebody else signs in acts for nobody.

use scraper::{Html, Selector};

use crate::support::{PASSWORD, Site, Visitor, connect};

/// Another member signs in where this one is, in another tab.
fn replaced_by(tab: &Visitor, email: &str) {
    let form = [("email", email), ("password", PASSWORD)];
    assert_eq!(tab.post_aside("/sign-in", &form).status(), 303);
}

#[test]
fn a_form_of_one_member_does_nothing_as_another() {
    let site = Site::new();
    let (mut ada, mut ben, mut eve) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Eve Stone"));
    connect(&mut ada, &mut ben);
    connect(&mut eve, &mut ben);
    ada.open("/in/ben-okoro");
    replaced_by(&ada, "eve-stone@test.example");
    let page = ada.page.clone();
    ada.fill("private_reason", "Only Ada knows").press("Disconnect");
    assert_eq!(ada.page.status, 409);
    assert!(ada.sees("Signed in as somebody else") && !ada.page.body.contains("Only Ada knows"), "{}", ada.text());
    assert!(ada.open("/in/ben-okoro").sees("Connected since"), "{}", ada.text());
    // Not even sign-out, and no picture.
    for (path, status) in [("/sign-out", 409), ("/profile/photo?as=ada-ruiz", 409)] {
        match path {
            "/sign-out" => ada.post(path, &[("as", "ada-ruiz")]),
            _ => ada.upload(path, "photo", b"none"),
        };
        assert_eq!(ada.page.status, status, "{path}");
    }
    // One's own page goes on, also under the handle that one had.
    ada.page = page;
    replaced_by(&ada, "ada-ruiz@test.example");
    ada.post_aside("/profile/handle", &[("handle", "ada")]);
    ada.press("Disconnect");
    assert!(ada.sees("You are no longer connected with Ben Okoro"), "{}", ada.text());
}

#[test]
fn what_one_member_typed_is_not_shown_to_another() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    site.member("Eve Stone");
    for (email, shown) in [("eve-stone@test.example", false), ("ada-ruiz@test.example", true)] {
        ada.post("/sign-out", &[]);
        ada.open("/sign-in").fill("email", "ada-ruiz@test.example").fill("password", PASSWORD).press("Sign in");
        ada.open("/in/ben-okoro");
        ada.post_aside("/sign-out", &[]);
        ada.fill("private_note", "Only Ada knows").press("Save");
        assert_eq!(ada.page.status, 401, "{}", ada.text());
        ada.fill("email", email).fill("password", PASSWORD).press("Sign in");
        assert_eq!(ada.sees("Only Ada knows"), shown, "{email}: {}", ada.text());
        assert_eq!(ada.page.body.contains("Only Ada knows"), shown, "{email}");
    }
}

#[test]
fn every_form_of_every_page_says_whose_it_is() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    site.member("Eve Stone");
    connect(&mut ada, &mut ben);
    ada.open("/in/eve-stone/invite").press("Send invitation");
    let forms = Selector::parse("form[method=post]").unwrap();
    let field = Selector::parse("input[type=hidden][name=as][value=ada-ruiz]").unwrap();
    let table = include_str!("../../src/routes.rs");
    let paths = table.lines().filter(|line| line.contains("get()")).filter_map(|line| line.split('"').nth(1));
    let mut seen = 0;
    for path in paths {
        for (handle, id) in [("ada-ruiz", "1"), ("ben-okoro", "1"), ("eve-stone", "1")] {
            let path =
                path.replace("{action:disconnect|block}", "block").replace("{handle}", handle).replace("{id}", id);
            if path.contains('{') {
                continue;
            }
            ada.open(&path);
            for form in Html::parse_document(&ada.page.body).select(&forms) {
                let in_address = form.attr("action").is_some_and(|action| action.ends_with("?as=ada-ruiz"));
                assert_eq!(form.select(&field).count() + usize::from(in_address), 1, "{path}: {}", form.html());
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn enter_in_a_form_of_many_buttons_presses_none_that_acts() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut ben = site.member("Ben Okoro");
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    let mut eve = site.member("Eve Stone");
    connect(&mut ada, &mut eve);
    let select = |css: &str| Selector::parse(css).unwrap();
    let (forms, buttons) = (select("form"), select("button:not([type=button])"));
    let fields = select("input:not([type=hidden]), select");
    for path in [
        "/",
        "/invitations",
        "/invitations?box=sent",
        "/connections",
        "/connections/remove",
        "/in/ada-ruiz",
        "/in/ben-okoro",
        "/in/eve-stone",
        "/people?q=e",
        "/connections/disconnected",
        "/settings/account",
    ] {
        ada.open(path);
        for form in Html::parse_document(&ada.page.body).select(&forms) {
            let all: Vec<_> = form.select(&buttons).collect();
            if all.len() < 2 || form.select(&fields).next().is_none() {
                continue;
            }
            let first = all[0];
            let harmless = !first.attr("class").unwrap_or("").contains("danger");
            let plain = harmless && ["name", "formaction", "formmethod"].iter().all(|name| first.attr(name).is_none());
            assert!(plain || first.attr("formmethod") == Some("dialog"), "{path}: Enter presses {}", first.html());
        }
    }
}
