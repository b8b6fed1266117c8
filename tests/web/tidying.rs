//! Who has been silent for long: the filters by messages, and what *My network* proposes.

use crate::support::{Site, Visitor, connect, connect_many};

/// Ada with four connections: a message long ago, one yesterday, none, and none with somebody who is new.
fn ada() -> (Site, Visitor, [Visitor; 4]) {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut others = ["Ben Okoro", "Cleo Marsh", "Dov Katz", "Eve Lund"].map(|name| site.member(name));
    let [ben, cleo, dov, eve] = &mut others;
    for other in [&mut *ben, &mut *cleo, &mut *dov] {
        connect(&mut ada, other);
    }
    site.days_pass(1_500);
    connect(&mut ada, eve);
    site.wrote(1_000, &ada, ben);
    site.wrote(1, cleo, &ada);
    (site, ada, others)
}

fn day(days_ago: i64) -> String {
    amicable::dates::iso(amicable::dates::now() - days_ago * 86_400)
}

/// Of the four, whom the page lists.
fn listed(of: &Visitor) -> Vec<&'static str> {
    ["Ben", "Cleo", "Dov", "Eve"]
        .into_iter()
        .filter(|name| of.page.body.to_lowercase().contains(&format!("/in/{}", name.to_lowercase())))
        .collect()
}

#[test]
fn filters_find_whom_one_does_not_write_to() {
    let (_site, mut ada, _others) = ada();
    for path in ["/connections", "/connections/remove"] {
        for (query, found) in [
            (format!("no_message_since={}", day(500)), vec!["Ben", "Dov", "Eve"]),
            (format!("no_message_since={}", day(1_001)), vec!["Dov", "Eve"]),
            ("never_exchanged_a_word=1".to_owned(), vec!["Dov", "Eve"]),
            (format!("never_exchanged_a_word=1&connected_before={}", day(9)), vec!["Dov"]),
            ("never_exchanged_a_word=0".to_owned(), vec!["Ben", "Cleo", "Dov", "Eve"]),
            // What is no day matches nobody: *Select all* would take everybody.
            ("no_message_since=soon".to_owned(), vec![]),
        ] {
            ada.open(&format!("{path}?{query}"));
            assert_eq!(listed(&ada), found, "{path}?{query}");
        }
    }
    ada.open("/connections?no_message_since=2024-03-12&never_exchanged_a_word=1");
    let chips = "No message since: 12 March 2024 ×Remove this filter Never exchanged a word ×Remove this filter";
    assert!(ada.sees(chips), "{}", ada.text());
    ada.go("Last name");
    assert_eq!(listed(&ada), ["Dov", "Eve"]);
}

#[test]
fn a_removal_selects_by_the_filters_it_shows() {
    let (_site, mut ada, _others) = ada();
    ada.open("/connections/remove").fill("member", "cleo-marsh").fill("no_message_since", &day(500)).press("Search");
    assert_eq!(listed(&ada), ["Ben", "Dov", "Eve"]);
    ada.fill("never_exchanged_a_word", "1").press("Search").press("First name");
    assert!(ada.sees("1 selected Cleo Marsh") && ada.sees("2 people"), "{}", ada.text());
    ada.press("Select all 2").press("Review removal");
    assert!(ada.sees("Remove 3 connections?") && !ada.sees("Ben Okoro"), "{}", ada.text());
    ada.press("Remove 3 connections").press("Undo");
    ada.open("/connections?never_exchanged_a_word=1");
    assert_eq!(listed(&ada), ["Dov", "Eve"]);
}

#[test]
fn the_dormant_are_counted_as_they_are_listed() {
    let (site, mut ada, [mut ben, ..]) = ada();
    connect_many(&site, &ada, 60);
    ada.open("/").go("2 connections without a message for two years");
    assert_eq!(listed(&ada), ["Ben", "Dov"]);
    assert!(ada.sees("2 people"), "{}", ada.text());
    site.days_pass(800);
    ada.open("/");
    assert!(!ada.sees("without a message"), "somebody who writes to nobody is told nothing: {}", ada.text());
    site.wrote(2, &ada, &ben);
    ada.open("/").go("63 connections without a message for two years");
    assert!(ada.sees("1–50 of 63"), "{}", ada.text());
    // Who has left is no connection any more, whatever was written.
    ben.open("/in/ada-ruiz").press("Disconnect");
    assert!(ada.open("/").sees("Nothing to tidy."), "{}", ada.text());
}

#[test]
fn leaving_and_coming_back_keeps_the_last_message() {
    let (_site, mut ada, [mut ben, ..]) = ada();
    let path = format!("/connections?no_message_since={}", day(999));
    let before = (ada.open(&path).text(), ben.open(&path).text());
    ada.open("/in/ben-okoro").press("Disconnect");
    ada.open("/connections/disconnected").press("Re-invite");
    ada.open("/");
    assert_eq!((ada.open(&path).text(), ben.open(&path).text()), before);
    assert_eq!(listed(&ada), ["Ben", "Dov", "Eve"]);
    assert!(!ada.open("/connections?never_exchanged_a_word=1").sees("Ben Okoro"));
}
