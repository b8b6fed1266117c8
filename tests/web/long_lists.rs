//! Lists of more than 500 connections, of which a node keeps what is searched.

use scraper::{Html, Selector};

use crate::support::{Site, Visitor, connect, connect_many};

/// The names on a page of the connections, and the sentence of how many there are.
fn listed(who: &mut Visitor, path: &str) -> (Vec<String>, String) {
    who.open(path);
    let page = Html::parse_document(&who.page.body);
    let select = |css: &str| page.select(&Selector::parse(css).unwrap()).map(|one| one.text().collect()).collect();
    let (names, counts): (Vec<String>, Vec<String>) = (select("ul.known a.name"), select("p.count"));
    (names, counts.concat())
}

fn long() -> (Site, Visitor, Visitor) {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Müller"));
    ben.post("/profile/positions", &[("title", "Builder"), ("company", "Acme"), ("from", "2020")]);
    ben.post("/profile", &[("full_name", "Ben Müller"), ("headline", "Builder"), ("location", "Graz")]);
    connect_many(&site, &ada, 520);
    connect(&mut ada, &mut ben);
    (site, ada, ben)
}

#[test]
fn a_long_list_is_filtered_as_a_short_one() {
    let (_site, mut ada, _ben) = long();
    for one in
        ["q=mueller", "q=ben+build", "company=acme", "company=%22Acme%22", "location=gra", "q=acme&location=graz"]
    {
        assert_eq!(listed(&mut ada, &format!("/connections?{one}")).0, ["Ben Müller"], "{one}");
    }
    for none in ["q=benx", "company=builder", "company=%22acm%22", "location=acme", "q=person&company=acme"] {
        assert!(listed(&mut ada, &format!("/connections?{none}")).0.is_empty(), "{none}");
    }
    // 519 of them since so many days before today.
    let today = amicable::dates::now();
    let days = |from: i64, to: i64| {
        let [from, to] = [from, to].map(|ago| amicable::dates::iso(today - ago * 86_400));
        format!("/connections?q=person&connected_after={from}&connected_before={to}")
    };
    assert_eq!(listed(&mut ada, &days(400, 390)).0.len(), 10);
    let narrow = days(400, 390).replace("/connections", "/connections/remove");
    assert!(ada.open(&narrow).sees("Select all 10"), "{}", ada.text());
}

#[test]
fn pages_of_a_long_list_lead_on_and_back() {
    let (_site, mut ada, _ben) = long();
    for (sort, first, last) in [
        ("recent", "Person 520", "Person 471"),
        ("longest_ago", "Person 001", "Person 050"),
        ("first_name", "Person 001", "Person 050"),
        ("last_name", "Person 001", "Person 050"),
        ("company", "Person 001", "Person 050"),
    ] {
        let (names, count) = listed(&mut ada, &format!("/connections?q=person&sort={sort}"));
        assert_eq!((names[0].as_str(), names[49].as_str()), (first, last), "{sort}");
        assert_eq!(count, "1–50 of 520", "{sort}");
        ada.go("Next");
        let second = ada.page.path.clone();
        assert_eq!(listed(&mut ada, &second).1, "51–100 of 520", "{sort}");
        ada.go("Previous");
        assert!(ada.sees(first) && ada.sees("1–50 of 520"), "{sort}: {}", ada.text());
        let end = listed(&mut ada, &format!("/connections?q=person&sort={sort}&page=99"));
        assert_eq!((end.0.len(), end.1.as_str()), (20, "501–520 of 520"), "{sort}");
    }
    assert_eq!(listed(&mut ada, "/connections?sort=company").0[0], "Ben Müller");
}

#[test]
fn whoever_leaves_is_in_a_long_list_no_more() {
    let (_site, mut ada, mut ben) = long();
    assert_eq!(listed(&mut ada, "/connections?q=be").0, ["Ben Müller"]);
    ben.post("/in/ada-ruiz/disconnect", &[]);
    assert!(listed(&mut ada, "/connections?q=be").0.is_empty());
    let (names, count) = listed(&mut ada, "/connections?q=person+01");
    assert_eq!((names.len(), count.as_str()), (16, "16 people"));
    ada.post("/in/person-010/disconnect", &[]);
    assert_eq!(listed(&mut ada, "/connections?q=person+01").1, "15 people");
}
