//! A number on a page is the number of rows behind its link.

use amicable::demo::seed;
use amicable::demo::seed::Plan;
use scraper::{ElementRef, Html, Selector};

use crate::support::{Site, Visitor, connect};

fn text(element: ElementRef) -> String {
    element.text().collect::<Vec<_>>().join(" ")
}

/// The last whole number of a text.
fn number(text: &str) -> Option<usize> {
    let plain = text.replace(',', "");
    plain.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).next_back()
}

/// Every link of a page with the number that it shows, or that stands beside it.
fn counted_links(page: &str) -> Vec<(String, usize)> {
    let document = Html::parse_document(page);
    let select = |css: &str| Selector::parse(css).unwrap();
    let mut found = Vec::new();
    for link in document.select(&select("a[href]")) {
        // A rounded number counts nothing.
        let label = text(link);
        let shown = if label.contains('+') { None } else { number(&label) };
        found.extend(shown.map(|number| (link.attr("href").unwrap().to_owned(), number)));
    }
    for share in document.select(&select(".shares li")) {
        let link = share.select(&select("a")).next().unwrap();
        let beside = share.select(&select(".meta")).next().unwrap();
        found.push((link.attr("href").unwrap().to_owned(), number(&text(beside)).unwrap()));
    }
    found
}

/// How many rows a list has on all its pages.
fn listed(who: &mut Visitor, path: &str) -> usize {
    who.open(path);
    let document = Html::parse_document(&who.page.body);
    if path == "/notifications" {
        return document.select(&Selector::parse("li.unread").unwrap()).count();
    }
    let total = who.text().split_once('–').and_then(|(_, rest)| {
        let (_, all) = rest.split_once(" of ")?;
        number(all.split(' ').next()?)
    });
    total.unwrap_or_else(|| document.select(&Selector::parse("main ul.rows > li").unwrap()).count())
}

#[test]
fn every_count_equals_what_its_link_shows() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut people = ["Ben Okoro", "Eve Lund", "Dov Katz", "Kim Papa", "Lea Moss", "Max Hill", "Ola Berg"]
        .map(|name| site.member(name));
    let works = [("Lind", "Bergen"), ("LIND", "bergen"), ("Lindgren", "Bergen Nord"), ("", "Oslo"), ("Lind", "")];
    for (who, (company, location)) in people.iter_mut().zip(works) {
        let name = who.name.clone();
        let headline = if company.is_empty() { "Bergen Lind" } else { "" };
        who.post("/profile", &[("full_name", &name), ("headline", headline), ("location", location)]);
        who.post("/profile/positions", &[("title", "Engineer"), ("company", company)]);
    }
    for (at, other) in people[..5].iter_mut().enumerate() {
        connect(&mut ada, other);
        if at < 2 {
            site.days_pass(400);
        }
    }
    // One of the old invitations is to somebody who blocks, which nothing may show.
    for other in &people[5..] {
        ada.open(&format!("/in/{}/invite", other.handle)).press("Send invitation");
    }
    people[6].open("/in/ada-ruiz").press("Block");
    site.days_pass(40);
    for name in ["Uma Reid", "Val Stone"] {
        site.member(name).open("/in/ada-ruiz/invite").press("Send invitation");
    }
    let new = site.member("New Here");
    ada.open(&format!("/in/{}/invite", new.handle)).press("Send invitation");
    connect(&mut people[0], &mut site.member("Zoe Far"));
    let mut seen = 0;
    for page in [
        "/connections",
        "/connections/overview",
        "/connections/remove",
        "/",
        "/invitations",
        "/in/zoe-far",
        "/in/ada-ruiz",
    ] {
        let links = counted_links(&ada.open(page).page.body);
        for (href, shown) in links {
            assert_eq!(listed(&mut ada, &href), shown, "{href} on {page}: {}", ada.text());
            seen += 1;
        }
    }
    assert!(seen > 15, "{seen}");
    ada.open("/");
    assert!(ada.sees("2 invitations sent more than a month ago"), "{}", ada.text());
    ada.open("/connections/overview");
    assert!(ada.sees("Lind 3 connections") && !ada.sees("LIND") && ada.sees("Lindgren 1 connection"), "{}", ada.text());
}

#[test]
fn a_network_of_one_month_is_in_pictures_too() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    assert!(ada.open("/connections/overview").sees("Nobody here yet"));
    ben.post("/profile", &[("full_name", "Ben Okoro"), ("headline", ""), ("location", "Bergen")]);
    connect(&mut ada, &mut ben);
    assert!(ada.open("/connections/overview").sees("Bergen 1 connection") && !ada.sees("Nobody here yet"));
}

#[test]
fn nobody_has_mutual_connections_with_themselves() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    assert_eq!(ada.open("/in/ada-ruiz/mutual").page.status, 404);
}

#[test]
fn mutual_counts_on_cards_are_those_of_profiles() {
    let site = Site::new();
    seed::seed(&site.db, &Plan { members: 1_000, connections: 40_000, messages: 0, seed: 3 }, &|_, _, _| {}).unwrap();
    for member in [1, 2, 3, 500] {
        let mut who = site.visitor();
        who.open("/sign-in").fill("email", &format!("member{member}@seed.example"));
        who.fill("password", seed::PASSWORD).press("Sign in");
        let cards = |page: &str| -> Vec<(String, usize)> {
            let document = Html::parse_document(page);
            let card = Selector::parse("ul.people > li").unwrap();
            let link = Selector::parse("a.name").unwrap();
            document
                .select(&card)
                .filter_map(|card| {
                    let all = text(card);
                    let shared = number(all.split(" mutual connection").next()?)?;
                    assert!(all.contains("mutual"), "{all}");
                    Some((card.select(&link).next()?.attr("href")?.to_owned(), shared))
                })
                .collect()
        };
        let (few, many) = (cards(&who.open("/").page.body), cards(&who.open("/people").page.body));
        assert!(few.len() == 9 && many[..9] == few, "{few:?} {many:?}");
        assert!(many.is_sorted_by(|a, b| a.1 >= b.1), "{many:?}");
        for (profile, shared) in many {
            assert!(who.open(&profile).sees(&format!("{shared} mutual connection")), "{profile} {shared}");
            assert_eq!(listed_on_pages(&mut who, &format!("{profile}/mutual")), shared, "{profile}");
        }
    }
}

/// How many rows stand on a page and those that follow it.
fn listed_on_pages(who: &mut Visitor, path: &str) -> usize {
    let (mut rows, mut next) = (0, path.to_owned());
    loop {
        let page = Html::parse_document(&who.open(&next).page.body);
        rows += page.select(&Selector::parse("main ul.rows > li").unwrap()).count();
        let Some(link) = page.select(&Selector::parse("a[rel=next]").unwrap()).next() else { return rows };
        next = format!("{path}{}", link.attr("href").unwrap());
    }
}
