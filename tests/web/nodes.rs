//! Two nodes of one site behave as one.

use amicable::dates;
use amicable::schema::{notifications, sessions};
use diesel::prelude::*;

use crate::support::{Site, connect};

#[test]
fn whoever_signed_in_at_one_node_goes_on_at_another() {
    let site = Site::new();
    let other = site.another_node();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    // The notice with its Undo was made by the one node, is shown and pressed at the other.
    ada.open("/in/ben-okoro").post("/in/ben-okoro/disconnect", &[]);
    let onward = ada.page.headers.iter().find(|(name, _)| name == "location").unwrap().1.clone();
    ada.at_node(&other).open(&onward);
    assert!(ada.sees("You are no longer connected with Ben Okoro"), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.sees("are connected again"), "{}", ada.text());
    // A session that is ended at one node is ended at the other.
    ada.open("/").press("Sign out");
    assert!(ada.at_node(&site.address).get("/connections").page.status == 303);
    // The other's side is the same from either.
    for node in [&other, &site.address] {
        ben.at_node(node).open("/in/ada-ruiz");
        assert!(ben.sees("Connected since"), "{}", ben.text());
    }
}

#[test]
fn a_limit_holds_over_all_nodes() {
    let site = Site::new();
    let other = site.another_node();
    let mut ada = site.member("Ada Ruiz");
    let names: Vec<String> = (0..4).map(|number| format!("Ben Number{number}")).collect();
    let others: Vec<_> = names.iter().map(|name| site.member(name)).collect();
    for (number, ben) in others.iter().enumerate() {
        let node = if number % 2 == 0 { &other } else { &site.address };
        ada.at_node(node).open(&format!("/in/{}/invite", ben.handle)).press("Send invitation");
    }
    for node in [&site.address, &other] {
        ada.at_node(node).open("/invitations?box=sent");
        assert!(ada.sees("96 of 100 invitations left this week"), "{}", ada.text());
        assert!(others.iter().all(|ben| ada.sees(&ben.name)));
    }
}

#[test]
fn what_is_new_is_on_top_and_unread_whatever_the_clock() {
    let site = Site::new();
    let (mut ada, mut ben, mut cleo) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Cleo Haas"));
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    ada.read_all();
    // That was written, and seen, by a node whose clock is a day ahead.
    let ahead = 86_400_000_i64 << 20;
    site.db
        .write_blocking(|connection| {
            diesel::update(notifications::table)
                .set(notifications::id.eq(notifications::id + ahead))
                .execute(connection)
                .map_err(Into::into)
        })
        .unwrap();
    cleo.open("/in/ada-ruiz/invite").press("Send invitation");
    let unread: i64 = site
        .db
        .write_blocking(|connection| {
            let unread = notifications::table.filter(notifications::is_read.eq(false));
            Ok(unread.filter(notifications::owner_id.eq(ada.id)).count().get_result(connection)?)
        })
        .unwrap();
    assert_eq!(unread, 1);
    let text = ada.open("/notifications").text();
    assert!(text.find("Cleo Haas would like").unwrap() < text.find("Ben Okoro would like").unwrap(), "{text}");
    assert!(text.contains("New"), "{text}");
}

#[test]
fn a_session_noted_by_a_clock_ahead_is_noted_anew() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let ahead = sessions::last_seen.eq(dates::now() + 400 * dates::DAY);
    site.db.write_blocking(|connection| Ok(diesel::update(sessions::table).set(ahead).execute(connection)?)).unwrap();
    assert_eq!(ada.get("/connections").page.status, 200);
    let seen: i64 = site
        .db
        .write_blocking(|connection| Ok(sessions::table.select(sessions::last_seen).first(connection)?))
        .unwrap();
    assert!(seen <= dates::now());
}
