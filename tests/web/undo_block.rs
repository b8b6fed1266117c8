//! *Undo* of a block: what was there before comes back at once, where re-inviting brings it back at once.

use crate::support::{Site, Visitor, connect};

fn two() -> (Site, Visitor, Visitor) {
    let site = Site::new();
    let (ada, ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    (site, ada, ben)
}

#[test]
fn undo_of_a_block_restores_a_connection() {
    let (_site, mut ada, mut ben) = two();
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro/remarks").fill("private_note", "Plays the viola").press("Save");
    let before = (ada.open("/connections").text(), ben.open("/connections").text());
    ada.open("/in/ben-okoro/block").press("Block");
    assert!(!ben.open("/connections").sees("Ada Ruiz"), "{}", ben.text());
    ada.press("Undo");
    assert!(ada.sees("You and Ben Okoro are connected again."), "{}", ada.text());
    assert_eq!((ada.open("/connections").text(), ben.open("/connections").text()), before);
}

#[test]
fn undo_of_a_block_leaves_a_stranger_one() {
    let (_site, mut ada, _ben) = two();
    ada.open("/in/ben-okoro/block").press("Block");
    ada.post("/in/ben-okoro/block/undo", &[]).follow();
    assert!(!ada.sees("connected again") && ada.sees("You have unblocked Ben Okoro."), "{}", ada.text());
    ada.open("/in/ben-okoro/block").press("Block").press("Undo");
    assert!(ada.sees("You have unblocked Ben Okoro."), "{}", ada.text());
}

#[test]
fn no_undo_is_offered_that_would_restore_something_else() {
    let (_site, mut ada, mut ben) = two();
    connect(&mut ada, &mut ben);
    let stale = ada.open("/in/ben-okoro/block").page.clone();
    ada.open("/in/ben-okoro").press("Disconnect");
    // From a page of before: what comes back is that Ada has disconnected.
    ada.page = stale;
    ada.press("Block").press("Undo");
    assert!(ada.sees("You have unblocked Ben Okoro."), "{}", ada.text());
    assert!(ada.open("/connections/disconnected").sees("Ben Okoro"), "{}", ada.text());
    assert!(!ada.open("/connections").sees("Ben Okoro"), "{}", ada.text());
    // That Ben may invite again does not come back with what a block takes.
    ada.post("/in/ben-okoro/may-invite-again", &[("may_invite_again", "1")]);
    let blocked = ada.open("/in/ben-okoro/block").press("Block");
    assert!(blocked.sees("You have blocked Ben Okoro.") && !blocked.page.body.contains(">Undo<"), "{}", blocked.text());
}

#[test]
fn no_undo_is_offered_that_would_leave_another_reason() {
    let (_site, mut ada, mut ben) = two();
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro/disconnect").fill("private_reason", "Too many adverts").press("Disconnect");
    ada.open("/in/ben-okoro/block").press("Block").press("Undo");
    assert!(ada.open("/connections/disconnected").sees("Too many adverts"), "{}", ada.text());
    let blocked = ada.open("/in/ben-okoro/block").fill("private_reason", "Called me names").press("Block");
    assert!(blocked.sees("You have blocked Ben Okoro.") && !blocked.page.body.contains(">Undo<"), "{}", blocked.text());
}

/// Whoever left before the block is answered for as one who asks before they come back.
#[test]
fn undo_of_a_block_tells_no_one_who_left() {
    let answers = [true, false].map(|leaves| {
        let (_site, mut ada, mut ben) = two();
        connect(&mut ada, &mut ben);
        ada.open("/in/ben-okoro/block");
        match leaves {
            true => ben.open("/in/ada-ruiz").press("Disconnect"),
            false => ben.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save"),
        };
        let blocked = ada.press("Block").text();
        let undone = ada.press("Undo").text();
        (blocked, undone, ada.open("/connections/disconnected").text())
    });
    assert!(answers[0].1.contains("You have unblocked Ben Okoro."), "{}", answers[0].1);
    assert_eq!(answers[0], answers[1]);
}
