use diesel::prelude::*;

use amicable::connections::store::follow_name;
use amicable::members::search;

use crate::support::{Site, Visitor, connect};

const PEOPLE: [(&str, &str); 19] = [
    ("Νίκος Lind", "νικος"),
    ("Ёлка Lind", "елка"),
    ("ﬁona Lind", "fiona"),
    ("مُحَمَّد Lind", "محمد"),
    ("Łukasz Lind", "lukasz"),
    ("Søren Lind", "soren"),
    ("Ørsted Lind", "orsted"),
    ("Đorđe Lind", "dorde"),
    ("Ærø Lind", "aero"),
    ("Straße Lind", "strasse"),
    ("Yılmaz Lind", "YILMAZ"),
    ("Aoife O’Neill", "oneill"),
    ("Jörg Müller", "mueller"),
    ("Håkon Lind", "haakon"),
    ("علی رضایی", "علي"),
    ("王伟", "伟"),
    ("김민준", "민준"),
    ("ヤマダ タロウ", "やまだ"),
    ("क्रिस्टीना", "क्रिस्"),
];

fn found(visitor: &mut Visitor, typed: &str, name: &str) -> bool {
    let typed: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
    visitor.open(&format!("/people?q={typed}")).sees(name)
}

#[test]
fn people_are_found_by_what_a_plain_keyboard_types_and_as_they_write_themselves() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for (at, (name, typed)) in PEOPLE.into_iter().enumerate() {
        site.member(&format!("Member {at}")).post("/profile", &[("full_name", name)]);
        assert!(found(&mut ada, typed, name), "{typed}");
        assert!(found(&mut ada, name, name), "{name}");
    }
    assert!(found(&mut ada, "O'Neill", "Aoife O’Neill"));
}

/// The names on the cards of a search, in order.
fn order(visitor: &mut Visitor, typed: &str) -> Vec<String> {
    let typed: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
    visitor.open(&format!("/people?q={typed}"));
    let page = scraper::Html::parse_document(&visitor.page.body);
    let names = scraper::Selector::parse("ul.found a.name").unwrap();
    page.select(&names).map(|name| name.text().collect()).collect()
}

#[test]
fn the_nearest_are_found_first_after_an_exact_name() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let names = ["Anna Lind", "Anna Lindgren", "Anna Lindberg", "Bea Anna", "Lind Anna Maria", "Anna Lindt"];
    let [_, mut shared, mut friend, mut bridge, _, mut left] = names.map(|name| site.member(name));
    connect(&mut ada, &mut friend);
    connect(&mut ada, &mut bridge);
    connect(&mut bridge, &mut shared);
    connect(&mut left, &mut ada);
    assert_eq!(order(&mut ada, "anna lind")[0], "Anna Lind");
    assert_eq!(order(&mut ada, "lind anna")[0], "Anna Lind");
    let near = ["Anna Lind", "Anna Lindberg", "Anna Lindt", "Anna Lindgren", "Lind Anna Maria"];
    assert_eq!(order(&mut ada, "anna lind"), near);
    // Whoever left is found among those whom one never knew.
    left.open("/in/ada-ruiz").press("Disconnect");
    let near = ["Anna Lind", "Anna Lindberg", "Anna Lindgren", "Lind Anna Maria", "Anna Lindt"];
    assert_eq!(order(&mut ada, "anna lind"), near);
}

#[test]
fn a_title_or_degree_leaves_a_name_exact() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Anna Lindgren");
    site.member("Dr. Anna Lind, PhD");
    assert_eq!(order(&mut ada, "Anna Lind"), ["Dr. Anna Lind, PhD", "Anna Lindgren"]);
}

#[test]
fn connections_are_filtered_by_the_letters_that_search_takes() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for (at, (name, typed)) in PEOPLE.into_iter().enumerate() {
        let mut other = site.member(&format!("Member {at}"));
        connect(&mut ada, &mut other);
        other.post("/profile", &[("full_name", name)]);
        let typed: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        assert!(ada.open(&format!("/connections?q={typed}")).sees(name), "{typed} {name}");
    }
}

#[test]
fn connections_are_filtered_by_company_in_any_alphabet_and_by_nothing_else() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ben.post("/profile", &[("full_name", "Ben Okoro"), ("headline", "Baker"), ("location", "Bergen")]);
    ben.post("/profile/positions", &[("title", "Head"), ("company", "Ärztekammer Köln"), ("from", "2020-01")]);
    assert_eq!(ben.page.status, 303, "{}", ben.text());
    for (typed, is_there) in [
        ("Ärztekammer", true),
        ("ärztekammer köln", true),
        ("KOLN", true),
        ("baker", false),
        ("bergen", false),
        ("okoro", false),
    ] {
        let typed: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        assert_eq!(ada.open(&format!("/connections?company={typed}")).sees("Ben Okoro"), is_there, "{typed}");
    }
}

#[test]
fn what_was_indexed_by_an_earlier_version_is_indexed_anew_once() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Łukasz Lind");
    for sql in
        ["DELETE FROM member_search", "UPDATE members SET folded = ''", "DELETE FROM settings WHERE name = 'folding'"]
    {
        site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    }
    assert!(!found(&mut ada, "lukasz", "Łukasz Lind"));
    let address = site.another_node();
    ada.at_node(&address);
    assert!(found(&mut ada, "lukasz", "Łukasz Lind"));
    assert_eq!(
        site.db.write_blocking(|connection| search::renew(connection, follow_name)).unwrap(),
        search::Renewal::Done
    );
}
