//! Whoever left keeps the way back, whatever the other does meanwhile.

use crate::support::{Site, Visitor, connect};

/// Ada has left Ben 700 days after they connected, with a reason, 30 days ago.
fn ada_disconnected(may_invite_again: bool) -> (Site, Visitor, Visitor) {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    site.days_pass(700);
    ada.open("/in/ben-okoro").fill("private_note", "Choir").press("Save");
    ada.open("/in/ben-okoro").fill("private_reason", "Too many pitches");
    if may_invite_again {
        ada.fill("may_invite_again", "1");
    }
    ada.press("Disconnect");
    site.days_pass(30);
    (site, ada, ben)
}

fn list_of(visitor: &mut Visitor) -> String {
    visitor.open("/connections/disconnected").page.body.split("<main").nth(1).unwrap().to_owned()
}

/// Ada re-invites Ben, silently and whole.
fn reinvites(ada: &mut Visitor, ben: &mut Visitor) {
    let told = ben.told();
    ada.open("/connections/disconnected").press("Re-invite");
    assert!(ada.sees("You and Ben Okoro are connected again. Everything is as it was."), "{}", ada.text());
    assert_eq!(ben.told(), told);
    assert!(ada.open("/in/ben-okoro").page.body.contains("Choir") && ben.open("/connections").sees("Ada Ruiz"));
}

#[test]
fn reinvite_survives_the_others_withdrawn_invitation() {
    let (_site, mut ada, mut ben) = ada_disconnected(true);
    let before = list_of(&mut ada);
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    assert!(ada.open("/in/ben-okoro").has_button("Accept"));
    ben.open("/in/ada-ruiz").press("Withdraw invitation");
    assert!(ben.sees("You may invite them again from"), "{}", ben.text());
    assert!(ada.open("/in/ben-okoro").has_button("Re-invite"));
    assert_eq!(list_of(&mut ada), before);
    reinvites(&mut ada, &mut ben);
}

#[test]
fn reinvite_survives_the_others_expired_invitation() {
    for answer in [None, Some("Decline")] {
        let (site, mut ada, mut ben) = ada_disconnected(true);
        ben.open("/in/ada-ruiz/invite").press("Send invitation");
        if let Some(button) = answer {
            ada.open("/invitations").press(button);
        }
        assert!(ada.open("/connections/disconnected").sees("Nobody"));
        site.days_pass(181);
        assert!(ada.open("/in/ben-okoro").has_button("Re-invite"));
        let list = list_of(&mut ada);
        assert!(list.contains("Ben Okoro") && list.contains("Too many pitches") && list.contains("checked"), "{list}");
        assert!(ben.open("/in/ada-ruiz").has_button("Invite to connect"));
        assert!(ben.open("/connections/disconnected").sees("Nobody"));
        reinvites(&mut ada, &mut ben);
    }
}

#[test]
fn a_reinvite_that_asks_is_withdrawn_without_trace() {
    for answer in [None, Some("Decline")] {
        let (_site, mut ada, mut ben) = ada_disconnected(false);
        let before = list_of(&mut ada);
        ben.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
        let stranger = ben.open("/in/ada-ruiz").text();
        ada.open("/connections/disconnected").press("Re-invite").press("Send invitation");
        if let Some(button) = answer {
            ben.open("/invitations").press(button);
        }
        ada.open("/in/ben-okoro").press("Withdraw invitation");
        assert!(ada.sees("You may re-invite them at any time."), "{}", ada.text());
        assert_eq!(list_of(&mut ada), before);
        // Ada never let Ben invite her again.
        assert_eq!(ben.open("/in/ada-ruiz").text(), stranger);
        ben.open("/in/ada-ruiz/invite").press("Send invitation");
        assert!(ben.sees("This user cannot be invited at this time"));
        ben.open("/settings/privacy").fill("asks_before_reinvite", "").press("Save");
        reinvites(&mut ada, &mut ben);
    }
}

#[test]
fn a_declined_reinvite_is_refused_for_a_while() {
    let (site, mut ada, mut ben) = ada_disconnected(false);
    ben.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
    ada.open("/connections/disconnected").press("Re-invite").press("Send invitation");
    ben.open("/invitations").press("Decline");
    ada.open("/in/ben-okoro").press("Withdraw invitation");
    ada.open("/connections/disconnected").press("Re-invite").press("Send invitation");
    assert!(ada.page.status == 422 && ada.sees("This user cannot be invited at this time"));
    assert!(!ben.open("/invitations").sees("Ada Ruiz"));
    // Ben may invite Ada again from now on, so that he alone can take the declining back.
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    assert!(ben.sees("is on its way"));
    site.days_pass(181);
    ada.open("/connections/disconnected").press("Re-invite").press("Send invitation");
    assert!(ben.open("/invitations").sees("Ada Ruiz"));
}

#[test]
fn a_withdrawn_reinvite_leaves_both_disconnected() {
    let (site, mut ada, mut ben) = ada_disconnected(true);
    let since = site.connected_since(&ben, &ada);
    let stale = [("connected_since", since.as_str()), ("private_reason", "Ben's own")];
    ben.post("/in/ada-ruiz/disconnect", &stale).follow();
    site.days_pass(3);
    let (adas, bens) = (list_of(&mut ada), list_of(&mut ben));
    ben.press("Re-invite").press("Send invitation");
    assert!(ben.sees("is on its way"));
    site.days_pass(3);
    ben.open("/invitations?box=sent").go("Withdraw invitation").press("Withdraw invitation");
    assert!(ben.sees("You may re-invite them at any time."), "{}", ben.text());
    site.days_pass(-3);
    assert_eq!((list_of(&mut ada), list_of(&mut ben)), (adas, bens));
    ben.press("Re-invite").press("Send invitation");
    ada.open("/invitations").press("Accept");
    assert!(ada.open("/in/ben-okoro").sees("Connected since"));
}

#[test]
fn whoever_may_invite_again_and_withdraws_is_a_stranger() {
    let site = Site::new();
    let (mut ada, mut ben, mut cid) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Cid Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro").fill("may_invite_again", "1").press("Disconnect");
    let pages = |of: &mut Visitor| {
        of.open("/in/ada-ruiz/invite").fill("note", "Hello").press("Send invitation");
        let mut seen = vec![of.text()];
        of.open("/invitations?box=sent").go("Withdraw invitation").press("Withdraw invitation");
        seen.push(of.text());
        for path in ["/in/ada-ruiz", "/connections/disconnected", "/invitations?box=sent", "/people?q=ada"] {
            seen.push(of.open(path).text());
        }
        of.open("/in/ada-ruiz/invite");
        seen.push(of.text());
        seen.join("\n").replace(of.name.as_str(), "VIEWER").replace("BO", "CO")
    };
    assert_eq!(pages(&mut ben), pages(&mut cid));
}

#[test]
fn undo_restores_who_was_reinvited_without_answer() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/connections/remove").fill("member", "ben-okoro").press("Review removal");
    ada.fill("may_invite_again", "1").press("Remove 1 connection");
    let result = ada.page.path.clone();
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    site.days_pass(181);
    ada.open(&result).press("Undo");
    assert!(ada.sees("1 connection restored."), "{}", ada.text());
    assert!(ben.open("/connections").sees("Ada Ruiz"));
}

#[test]
fn who_comes_back_at_once_is_sent_no_invitation() {
    let (_site, mut ada, mut ben) = ada_disconnected(false);
    let told = ben.told();
    ada.open("/in/ben-okoro/invite");
    assert!(ada.sees("It takes no invitation") && ada.page.path == "/in/ben-okoro", "{}", ada.text());
    ada.post("/in/ben-okoro/invite", &[("preview", "1"), ("note", "Hello")]).follow();
    assert!(ada.sees("It takes no invitation"), "{}", ada.text());
    // A page that was opened while Ben was to be asked.
    ben.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
    ada.open("/in/ben-okoro/invite");
    ben.open("/settings/privacy").fill("asks_before_reinvite", "").press("Save");
    ada.press("Send invitation");
    assert!(ada.sees("You and Ben Okoro are connected again."), "{}", ada.text());
    assert_eq!(ben.told(), told);
}

#[test]
fn a_block_of_somebody_disconnected_is_undone_whole() {
    let (_site, mut ada, _ben) = ada_disconnected(false);
    let before = list_of(&mut ada);
    assert!(before.contains("Too many pitches"));
    ada.open("/in/ben-okoro").press("Block");
    ada.press("Undo");
    assert_eq!(list_of(&mut ada), before);
    ada.open("/in/ben-okoro/block").fill("private_reason", "Calls at night").press("Block");
    assert!(ada.open("/connections/blocked").sees("Calls at night"));
}

#[test]
fn a_second_disconnect_takes_nothing_away() {
    let (_site, mut ada, _ben) = ada_disconnected(true);
    let before = list_of(&mut ada);
    ada.post("/in/ben-okoro/disconnect", &[]).follow();
    assert!(ada.sees("You are no longer connected with Ben Okoro. They have not been told."));
    assert_eq!(list_of(&mut ada), before);
}

#[test]
fn may_invite_again_leaves_the_day_as_it_is() {
    let (_site, mut ada, _ben) = ada_disconnected(false);
    let before = list_of(&mut ada);
    ada.fill("may_invite_again", "1").press("Save").open("/").open("/connections/disconnected");
    ada.fill("may_invite_again", "").press("Save").open("/");
    assert_eq!(list_of(&mut ada), before);
}

#[test]
fn where_there_is_nothing_to_take_back_it_is_said_so() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    for (path, says) in [
        ("withdraw", "There is no open invitation to Ben Okoro."),
        ("decline", "There is no open invitation from Ben Okoro any more."),
        ("unblock", "You have not blocked Ben Okoro."),
        ("may-invite-again", "There was nothing to do."),
    ] {
        ada.open("/in/ben-okoro").post(&format!("/in/ben-okoro/{path}"), &[]).follow();
        assert!(ada.sees(says), "{path}: {}", ada.text());
    }
    // Pressed twice, what was said first stays true.
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    for _ in 0..2 {
        ada.post("/in/ben-okoro/withdraw", &[]).follow();
        assert!(ada.sees("You may invite them again from"), "{}", ada.text());
    }
    // So do the others: an invitation that was declined, a block that was taken back, a return that was withdrawn.
    ben.open("/in/ada-ruiz").press("Block");
    ada.open("/");
    for _ in 0..2 {
        ben.post("/in/ada-ruiz/unblock", &[]).follow();
        assert!(ben.sees("You have unblocked Ada Ruiz.") || ben.page.body.contains("You have unblocked Ada Ruiz."));
    }
    // A stranger who was blocked had not been disconnected.
    ben.open("/in/ada-ruiz").press("Block");
    ben.open("/connections/blocked").press("Unblock");
    assert!(ben.open("/in/ada-ruiz").sees("You blocked Ada Ruiz and took that back."));
    assert!(ben.open("/connections/disconnected").sees("Unblocked on"));
}
