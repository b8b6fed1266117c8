//! *People*: everybody by last name, the newest, what narrows a list, and who is suggested no more.

use diesel::prelude::*;
use scraper::{Html, Selector};

use crate::support::{PASSWORD, Site, Visitor, connect};

fn listed(visitor: &mut Visitor, path: &str) -> Vec<String> {
    visitor.open(path);
    let page = Html::parse_document(&visitor.page.body);
    let names = Selector::parse("ul.found a.name").unwrap();
    page.select(&names).map(|name| name.text().collect()).collect()
}

/// Each link that narrows the list, with its number and where it leads.
fn facets(visitor: &Visitor) -> Vec<(String, usize, String)> {
    let page = Html::parse_document(&visitor.page.body);
    let (links, parts) = (Selector::parse(".facet a").unwrap(), Selector::parse("a > *").unwrap());
    let facet = |link: scraper::ElementRef| {
        let parts: Vec<String> = link.select(&parts).map(|part| part.text().collect()).collect();
        (parts[0].clone(), parts[1].parse().unwrap(), format!("/people{}", link.attr("href").unwrap()))
    };
    page.select(&links).map(facet).collect()
}

/// Ada knows Ben; Ben knows Eve and Dov; nobody knows Kim.
fn small() -> (Site, Visitor) {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let [mut ben, mut eve, mut dov, mut kim] =
        ["Ben Okoro", "Eve Łund", "Dov Katz", "Kim Papa"].map(|name| site.member(name));
    let works = [("Acme", "Graz"), ("ACME", "Graz"), ("Bolt", "Lisbon"), ("", "Graz")];
    for (who, (company, location)) in [&mut ben, &mut eve, &mut dov, &mut kim].into_iter().zip(works) {
        who.post("/profile", &[("full_name", &who.name.clone()), ("headline", "Builder"), ("location", location)]);
        if !company.is_empty() {
            who.post("/profile/positions", &[("title", "Builder"), ("company", company), ("from", "2020")]);
        }
    }
    connect(&mut ada, &mut ben);
    connect(&mut ben, &mut eve);
    connect(&mut ben, &mut dov);
    (site, ada)
}

#[test]
fn everybody_stands_by_last_name_under_their_letter() {
    let (_site, mut ada) = small();
    let all = ["Dov Katz", "Eve Łund", "Ben Okoro", "Kim Papa", "Ada Ruiz"];
    assert_eq!(listed(&mut ada, "/people?view=all"), all);
    assert!(ada.sees("5 people"), "{}", ada.text());
    assert_eq!(listed(&mut ada, "/people?view=all&letter=L"), ["Eve Łund"]);
    assert!(ada.has_button("K") && ada.has_button("R"));
    assert_eq!(listed(&mut ada, "/people?view=newest")[..2], ["Kim Papa", "Dov Katz"]);
}

#[test]
fn each_number_is_what_its_link_shows() {
    let (site, mut ada) = small();
    // Whoever hides from one is in no number.
    site.member("Zoe Acme").post("/profile/positions", &[("title", "x"), ("company", "Acme"), ("from", "2020")]);
    let mut hidden = site.visitor();
    hidden.open("/sign-in").fill("email", "zoe-acme@test.example").fill("password", crate::support::PASSWORD);
    hidden.press("Sign in").open("/in/ada-ruiz").press("Block");
    for start in [
        "/people?view=all",
        "/people?q=builder",
        "/people?company=acme",
        "/people?view=all&location=Graz",
        "/people?degree=2",
    ] {
        listed(&mut ada, start);
        for (name, number, path) in facets(&ada) {
            assert_eq!(listed(&mut ada, &path).len(), number, "{start}: {name} {path}");
        }
    }
    // Under no letter stands only somebody whom one does not find, whichever letter one looks at.
    for path in ["/people?view=all", "/people?view=all&letter=L"] {
        assert!(!ada.open(path).has_button("A") && ada.has_button("K"), "{path}: {}", ada.text());
    }
    listed(&mut ada, "/people?view=all");
    let found: Vec<(String, usize)> = facets(&ada).into_iter().map(|(name, number, _)| (name, number)).collect();
    let wanted = [("1st", 1), ("2nd", 2), ("Acme", 2), ("Bolt", 1), ("Graz", 3), ("Lisbon", 1)];
    assert_eq!(found, wanted.map(|(name, number)| (name.to_owned(), number)));
}

#[test]
fn a_row_says_whom_one_knows_in_common() {
    let (_site, mut ada) = small();
    ada.open("/people?q=eve");
    assert!(ada.sees("Knows Ben Okoro") && ada.sees("2nd") && ada.has_button("Invite to connect"), "{}", ada.text());
    assert!(!ada.open("/people?q=kim").sees("Knows"));
}

#[test]
fn a_page_of_everybody_leads_to_the_next_and_back() {
    let (site, mut ada) = small();
    crate::support::connect_many(&site, &ada, 60);
    let first = listed(&mut ada, "/people?view=all");
    ada.go("Next");
    let path = ada.page.path.clone();
    let second = listed(&mut ada, &path);
    assert_eq!((first.len(), second.len()), (50, 15));
    ada.go("Previous");
    let path = ada.page.path.clone();
    assert_eq!(listed(&mut ada, &path), first);
    assert_eq!(listed(&mut ada, "/people?degree=1&page=2").len(), 11);
}

#[test]
fn whom_one_waves_off_is_suggested_no_more_until_undone() {
    let (_site, mut ada) = small();
    for path in ["/people", "/"] {
        assert!(ada.open(path).sees("Eve Łund") && ada.sees("Dov Katz"), "{path}: {}", ada.text());
    }
    ada.post("/people/eve-lund/not-now", &[]).follow();
    assert!(ada.sees("Eve Łund is not suggested any more.") && ada.has_button("Undo"), "{}", ada.text());
    for path in ["/people", "/"] {
        let suggested = ada.open(path).text();
        let suggested = suggested.split("Not suggested any more").next().unwrap();
        assert!(!suggested.contains("Eve Łund") && suggested.contains("Dov Katz"), "{path}: {suggested}");
    }
    assert_eq!(listed(&mut ada, "/people?q=eve"), ["Eve Łund"]);
    ada.post("/people/eve-lund/not-now", &[]).follow();
    assert!(ada.press("Undo").open("/people").sees("Eve Łund"), "{}", ada.text());
    assert_eq!(ada.post("/people/nobody/not-now", &[]).page.status, 404);
}

#[test]
fn whom_one_waved_off_is_listed_with_undo() {
    let (site, mut ada) = small();
    assert!(!ada.open("/people").sees("Not suggested any more"), "{}", ada.text());
    for handle in ["eve-lund", "dov-katz"] {
        ada.open("/people").post(&format!("/people/{handle}/not-now"), &[]).follow();
    }
    // Where the notices are gone; the last stands first.
    ada.open("/inbox").open("/people");
    let listed = |ada: &Visitor| ada.text().split("Not suggested any more").nth(1).unwrap_or_default().to_owned();
    let places = ["Dov Katz", "Eve Łund"].map(|name| listed(&ada).find(name).unwrap());
    assert!(places.is_sorted(), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.sees("Dov Katz may be suggested again.") && !listed(&ada).contains("Dov Katz"), "{}", ada.text());
    // Who becomes a connection and leaves again neither comes nor goes.
    let mut eve = site.visitor();
    eve.open("/sign-in").fill("email", "eve-lund@test.example").fill("password", PASSWORD).press("Sign in");
    let before = listed(ada.open("/people"));
    eve.open("/in/ada-ruiz/invite").press("Send invitation");
    ada.open("/in/eve-lund").press("Accept");
    assert_eq!(listed(ada.open("/people")), before);
    eve.open("/in/ada-ruiz").press("Disconnect");
    assert_eq!(listed(ada.open("/people")), before);
    // Who blocks her is nowhere.
    eve.open("/in/ada-ruiz").press("Block");
    assert!(!ada.open("/people").sees("Not suggested any more"), "{}", ada.text());
}

#[test]
fn many_who_were_waved_off_stand_on_pages() {
    let (site, mut ada) = small();
    crate::support::connect_many(&site, &ada, 51);
    let all = format!(
        "INSERT INTO dismissed_suggestions (owner_id, other_id, dismissed_at) \
         SELECT owner_id, other_id, changed_at FROM relationships WHERE owner_id = {} AND state = 4",
        ada.id
    );
    site.db.write_blocking(|connection| Ok(diesel::sql_query(all).execute(connection)?)).unwrap();
    let undos = |ada: &Visitor| ada.page.body.matches("/suggest-again\"").count();
    assert_eq!(undos(ada.open("/people")), 50);
    assert_eq!(undos(ada.go("Next")), 2);
    assert_eq!(undos(ada.go("Previous")), 50);
}
