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
fn a_review_names_nobody_who_has_blocked_one() {
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

#[test]
fn a_review_answers_one_who_was_left_as_it_answers_a_stranger() {
    let site = Site::new();
    let (mut ada, mut ben, mut cid) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Cid Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro").press("Disconnect");
    let mut answers = Vec::new();
    for visitor in [&mut ben, &mut cid] {
        visitor.open("/connections/remove").post("/connections/remove", &[("member", "ada-ruiz")]).follow();
        let review = visitor.text();
        visitor.press("Remove 1 connection");
        answers.push((review, visitor.text()));
        assert!(visitor.sees("Skipped: 1 person") && visitor.sees("Ada Ruiz"), "{}", visitor.text());
    }
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn somebody_who_blocks_before_the_confirmation_is_named_nowhere() {
    let site = Site::new();
    let (mut ada, mut ben, mut eve) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Eve Lund"));
    connect(&mut ada, &mut ben);
    connect(&mut ada, &mut eve);
    ada.open("/connections/remove").fill("member", "ben-okoro|eve-lund").press("Review removal");
    ben.open("/in/ada-ruiz").press("Block");
    let review = ada.page.path.clone();
    ada.open(&review);
    assert!(!ada.page.body.contains("Ben Okoro") && ada.sees("Eve Lund"), "{}", ada.text());
    ada.press("Remove 1 connection");
    assert!(!ada.page.body.contains("Ben Okoro") && ada.sees("1 connection removed."), "{}", ada.text());
}

#[test]
fn undoing_a_removal_opens_no_door_to_those_who_only_ask_first() {
    let site = Site::new();
    let (mut ada, mut ben, mut eve) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Eve Lund"));
    for other in [&mut ben, &mut eve] {
        connect(&mut ada, other);
        other.open("/in/ada-ruiz");
    }
    ben.open("/settings/privacy").fill("asks_before_return", "1").press("Save");
    eve.open("/in/ada-ruiz");
    ada.open("/connections/remove?all=1").press("Review removal").press("Remove 2 connections");
    eve.press("Disconnect");
    ada.press("Undo");
    assert!(ada.sees("Not back at once") && ada.sees("Ben Okoro") && ada.sees("Eve Lund"), "{}", ada.text());
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    assert!(ben.sees("This user cannot be invited at this time"));
    eve.open("/connections/disconnected").press("Re-invite").press("Send invitation");
    assert!(eve.sees("is on its way"), "{}", eve.text());
}
