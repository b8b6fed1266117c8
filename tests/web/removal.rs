use crate::support::{Site, connect};

#[test]
fn many_are_removed_at_once_and_come_back_by_undo() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut others: Vec<_> = ["Ben Okoro", "Cleo Marsh", "Dov Katz"].map(|name| site.member(name)).into();
    for other in &mut others {
        connect(&mut ada, other);
    }
    let before: Vec<String> = others.iter_mut().map(|other| other.open("/in/ada-ruiz").text()).collect();
    ada.open("/connections/remove");
    assert!(ada.has_button("Select all 3"));
    ada.open("/connections/remove?all=1").press("Review removal");
    assert!(ada.sees("Remove 3 connections") && ada.sees("Cleo Marsh"));
    others[2].open("/in/ada-ruiz").press("Disconnect");
    others.iter_mut().for_each(|other| drop(other.open("/notifications").page.clone()));
    let told: Vec<String> = others.iter_mut().map(|other| other.open("/notifications").page.body.clone()).collect();
    ada.press("Remove 3 connections");
    assert!(ada.sees("2 connections removed. Nobody has been told.") && ada.sees("Dov Katz"), "{}", ada.text());
    assert!(ada.open("/connections").sees("Nobody here yet"));
    for (other, before) in others.iter_mut().zip(&told) {
        assert_eq!(&other.open("/notifications").page.body, before);
    }
    let removal: i64 = site
        .db
        .write_now(|connection| {
            use diesel::prelude::*;
            Ok(amicable::schema::removals::table.select(amicable::schema::removals::id).first(connection)?)
        })
        .unwrap();
    ada.open(&format!("/connections/remove/{removal}")).press("Undo");
    assert!(ada.sees("2 connections restored"));
    for (other, before) in others.iter_mut().zip(&before).take(2) {
        assert_eq!(&other.open("/in/ada-ruiz").text(), before);
    }
    assert!(others[0].open(&format!("/connections/remove/{removal}")).page.status == 404);
}

#[test]
fn nobody_ticked_is_said_so() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/connections/remove").press("Review removal");
    assert!(ada.sees("Nobody was selected"));
    ada.fill("member", "ben-okoro").press("Review removal");
    ada.press("Remove 1 connection");
    assert!(ada.sees("1 connection removed. Nobody has been told."));
}

#[test]
fn a_review_names_nobody_one_was_never_connected_with() {
    let site = Site::new();
    let (mut ada, mut ben, mut eve) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Eve Lund"));
    connect(&mut ada, &mut ben);
    ben.open("/in/ada-ruiz").press("Block");
    eve.open("/in/ada-ruiz").press("Block");
    for handle in ["ben-okoro", "eve-lund", "nobody-at-all"] {
        ada.open("/connections/remove").post("/connections/remove", &[("member", handle)]);
        let to = ada.page.headers.iter().find(|(name, _)| name == "location").unwrap().1.clone();
        assert!(!ada.open(&to).sees("Remove 1 connection"), "{handle}");
    }
}
