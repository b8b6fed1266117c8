use diesel::prelude::*;

use amicable::members::search;

use crate::support::{Site, Visitor, connect};

const PEOPLE: [(&str, &str); 12] = [
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
        site.db.write_now(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    }
    assert!(!found(&mut ada, "lukasz", "Łukasz Lind"));
    let address = site.another_node();
    ada.at_node(&address);
    assert!(found(&mut ada, "lukasz", "Łukasz Lind"));
    assert_eq!(site.db.write_now(search::renew).unwrap(), search::Renewal::Done);
}
