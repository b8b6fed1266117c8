//! One's own profile: its forms, what is removed and brought back, what others see of it, and its card.

use amicable::members::removed;
use scraper::{Html, Selector};

use crate::support::{Site, Visitor, connect};

/// A member whose profile says something in every section.
fn written(site: &Site) -> Visitor {
    let mut ada = site.member("Ada Ruiz");
    ada.post("/profile", &[("full_name", "Ada Ruiz"), ("headline", "Builds bridges"), ("location", "Bergen")]);
    ada.post("/profile/about", &[("about", "Ask me about rivets.")]);
    ada.post("/profile/positions", &[("title", "Intern"), ("company", "Kai"), ("from", "2010"), ("until", "2011")]);
    ada.post("/profile/positions", &[("title", "Engineer"), ("company", "Lind"), ("from", "2019-03"), ("until", "")]);
    ada.post("/profile/education", &[("degree", "MSc"), ("school", "NTH"), ("from", "2005"), ("until", "2010")]);
    ada.post("/profile/links", &[("address", "https://bridges.example/"), ("label", "Bridges")]);
    ada
}

/// What a page says of the member: the summary without its actions, and each section.
fn said(page: &str) -> Vec<String> {
    let document = Html::parse_document(page);
    let parts = Selector::parse("section.profile > div.stack, main section.card:not(.profile)").unwrap();
    document.select(&parts).map(|part| part.html()).collect()
}

fn run(site: &Site, sql: &str) {
    site.db.write_blocking(|connection| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql), connection)?)).unwrap();
}

#[test]
fn each_pencil_opens_a_form_that_leads_back() {
    let site = Site::new();
    let mut ada = written(&site);
    for (pencil, field, typed) in [
        ("Edit name, headline and location", "headline", "Keeps bridges"),
        ("Edit about", "about", "Ask me about steel."),
        ("Add a position", "title", "Head"),
        ("Add a school", "degree", "PhD"),
        ("Edit: Engineer", "title", "Chief engineer"),
        ("Edit: NTH", "degree", "Master"),
        ("Edit: Bridges", "label", "My bridges"),
    ] {
        ada.open("/in/ada-ruiz")
            .go(pencil)
            .fill(field, typed)
            .fill("company", "Lind")
            .fill("school", "NTNU")
            .press("Save");
        assert_eq!(ada.page.path, "/in/ada-ruiz", "{pencil}");
        assert!(ada.sees(typed) && ada.sees("Your profile is saved."), "{pencil}: {}", ada.text());
    }
    // Bad input is answered by the form, with what was typed.
    ada.go("Add a link").fill("address", "no address").press("Save");
    assert!(ada.page.status == 422 && ada.page.body.contains("value=\"no address\""), "{}", ada.text());
    let mut ben = site.member("Ben Okoro");
    for path in ["/profile/positions/1", "/profile/links/1", "/profile/nothing"] {
        assert_eq!(ben.get(path).page.status, 404, "{path}");
    }
}

#[test]
fn what_is_removed_comes_back_by_undo() {
    let site = Site::new();
    let mut ada = written(&site);
    let whole = said(&ada.open("/in/ada-ruiz").page.body);
    for (pencil, gone) in [("Edit: Engineer", "Lind"), ("Edit: NTH", "MSc"), ("Edit: Bridges", "bridges.example")] {
        ada.open("/in/ada-ruiz").go(pencil).press("Remove");
        assert!(ada.sees("Removed from your profile.") && !said(&ada.page.body).concat().contains(gone), "{pencil}");
        ada.press("Undo");
        assert!(ada.sees("Your profile is as it was."), "{}", ada.text());
        assert_eq!(said(&ada.page.body), whole, "{pencil}");
    }
    assert!(ada.open("/people?q=lind").sees("Ada Ruiz"));
}

#[test]
fn what_was_removed_is_forgotten_after_a_day() {
    let site = Site::new();
    let mut ada = written(&site);
    ada.open("/in/ada-ruiz").go("Edit: Engineer");
    let id = ada.page.path.rsplit('/').next().unwrap().to_owned();
    ada.press("Remove");
    site.db.write_blocking(removed::purge).unwrap();
    assert_eq!(ada.post(&format!("/profile/positions/{id}/restore"), &[]).page.status, 303);
    assert!(ada.open("/in/ada-ruiz").sees("Engineer"));
    ada.go("Edit: Engineer").press("Remove");
    run(&site, "UPDATE positions SET removed_at = removed_at - 90000");
    site.db.write_blocking(removed::purge).unwrap();
    assert_eq!(ada.post(&format!("/profile/positions/{id}/restore"), &[]).page.status, 404);
    assert!(ada.open("/in/ada-ruiz").sees("Intern"));
}

#[test]
fn positions_change_places_by_one_pair() {
    let site = Site::new();
    let mut ada = written(&site);
    let order = |ada: &Visitor| ada.text().find("Engineer").unwrap() < ada.text().find("Intern").unwrap();
    assert!(order(ada.open("/in/ada-ruiz")));
    ada.press("Move down: Engineer");
    assert!(!order(&ada));
    ada.press("Move up: Engineer");
    assert!(order(&ada));
}

#[test]
fn view_as_shows_what_others_get() {
    let site = Site::new();
    let (mut ada, mut ben, mut cleo) = (written(&site), site.member("Ben Okoro"), site.member("Cleo Lind"));
    connect(&mut ada, &mut ben);
    let as_stranger = said(&ada.open("/in/ada-ruiz?view=stranger").page.body);
    assert_eq!(as_stranger.len(), 5, "{as_stranger:?}");
    assert_eq!(as_stranger, said(&cleo.open("/in/ada-ruiz").page.body));
    assert!(!ada.sees("1 connection ") && ada.sees("Fewer than 50 connections"));
    let as_connection = said(&ada.open("/in/ada-ruiz?view=connection").page.body);
    assert_eq!(as_connection[1..], said(&ben.open("/in/ada-ruiz").page.body)[1..]);
    // Whom moderators hide, strangers do not find, and of whom connections see the name.
    run(&site, &format!("UPDATE members SET hidden_at = 1 WHERE id = {}", ada.id));
    assert_eq!(cleo.open("/in/ada-ruiz").page.status, 404);
    assert_eq!(ada.open("/in/ada-ruiz?view=stranger").page.status, 404);
    assert!(!ada.open("/in/ada-ruiz?view=connection").sees("rivets") && !ben.open("/in/ada-ruiz").sees("rivets"));
    assert!(ada.open("/in/ada-ruiz").sees("rivets"));
}

#[test]
fn a_card_holds_what_the_page_shows() {
    let site = Site::new();
    let (mut ada, mut ben, mut cleo) = (written(&site), site.member("Ben Okoro"), site.member("Cleo Lind"));
    connect(&mut ada, &mut ben);
    ben.open("/in/ada-ruiz").fill("private_note", "Owes me a crane").fill("tags", "steel").press("Save");
    let card = ben.open("/in/ada-ruiz/card.vcf").page.body.clone();
    for line in ["FN:Ada Ruiz\r\n", "ORG:Lind\r\n", "TITLE:Engineer\r\n", "Bergen", "https://bridges.example/"] {
        assert!(card.contains(line), "{line}: {card}");
    }
    for hidden in ["crane", "steel", "@test.example", "rivets"] {
        assert!(!card.contains(hidden), "{hidden}: {card}");
    }
    assert_eq!(cleo.open("/in/ada-ruiz/card.vcf").page.body, card);
    ada.open("/in/ben-okoro").press("Disconnect");
    assert_eq!(ben.open("/in/ada-ruiz/card.vcf").page.body, card);
    assert_eq!(ben.open("/in/ada-ruiz/card.vcf").page.headers.len(), cleo.page.headers.len());
    ada.open("/in/cleo-lind").press("Block");
    assert_eq!(cleo.open("/in/ada-ruiz/card.vcf").page.status, 404);
}

#[test]
fn the_private_panel_is_a_line_while_empty() {
    let site = Site::new();
    let (mut ada, _ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    assert!(ada.open("/in/ben-okoro").sees("Add note or tags") && !ada.sees("Private to you"));
    ada.fill("private_note", "Met in Porto").press("Save");
    assert!(ada.open("/in/ben-okoro").sees("Private to you") && !ada.sees("Add note or tags"));
}

#[test]
fn what_was_removed_is_found_and_brought_back() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/profile/positions").fill("title", "Baker").fill("company", "Acme").press("Save");
    ada.open("/profile/education").fill("degree", "MPH").fill("school", "Nilgiri").press("Save");
    ada.open("/profile/links").fill("address", "https://acme.example").fill("label", "Shop").press("Save");
    for (page, what, path) in [
        ("/profile/positions", "Baker, Acme", "/profile/positions/"),
        ("/profile/education", "MPH, Nilgiri", "/profile/positions/"),
        ("/profile/links", "Shop", "/profile/links/"),
    ] {
        assert!(!ada.open(page).has_button("Undo"), "{page}");
        let profile = ada.open("/in/ada-ruiz").page.body.clone();
        let link = format!("href=\"{path}");
        let ids = profile.split(&link).skip(1);
        let ids: Vec<String> = ids.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect()).collect();
        let id = if page == "/profile/education" { ids.last() } else { ids.first() }.unwrap();
        ada.open(&format!("{path}{id}")).press("Remove");
        ada.open("/inbox").open(page);
        assert!(ada.sees(what) && ada.sees("Removed on"), "{page}: {}", ada.text());
        ada.press("Undo");
        assert!(ada.sees("Your profile is as it was.") && !ada.open(page).has_button("Undo"), "{page}: {}", ada.text());
    }
}

#[test]
fn undo_keeps_what_is_typed_beside_it() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/profile/positions").fill("title", "Baker").fill("company", "Acme").press("Save");
    ada.open("/profile/education").fill("degree", "MPH").fill("school", "Nilgiri").press("Save");
    ada.open("/profile/links").fill("address", "https://acme.example").fill("label", "Shop").press("Save");
    let ids = |ada: &mut Visitor, path: &str| -> Vec<String> {
        let profile = ada.open("/in/ada-ruiz").page.body.clone();
        let link = format!("href=\"{path}");
        let ids = profile.split(&link).skip(1);
        ids.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect()).collect()
    };
    for (page, path, [what, at], gone) in [
        ("/profile/positions", "/profile/positions/", ["title", "company"], "Baker"),
        ("/profile/education", "/profile/positions/", ["degree", "school"], "MPH"),
        ("/profile/links", "/profile/links/", ["address", "label"], "Shop"),
    ] {
        let all = ids(&mut ada, path);
        let id = if page == "/profile/education" { all.last() } else { all.first() }.unwrap();
        ada.open(&format!("{path}{id}")).press("Remove");
        ada.open("/inbox").open(page).fill(what, "https://half.example").fill(at, "A half").press("Undo");
        assert!(ada.page.status == 200 && ada.sees("Your profile is as it was."), "{page}: {}", ada.text());
        assert!(!ada.has_button("Undo"), "{page}: {}", ada.text());
        ada.press("Save");
        let profile = ada.open("/in/ada-ruiz").page.body.clone();
        assert!(profile.contains("A half") && profile.contains(gone), "{page}: {}", ada.text());
    }
}
