//! *Undo* of a decline: the invitation waits again, as it was; who sent it sees nothing of either.

use crate::support::{Site, Visitor};

/// Two members, the first invited by the second, and what both see of that.
fn invited() -> (Site, Visitor, Visitor) {
    let site = Site::new();
    let (ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ben.open("/in/ada-ruiz/invite").fill("note", "We met in Porto").press("Send invitation");
    (site, ada, ben)
}

fn seen(ada: &mut Visitor, ben: &mut Visitor) -> [String; 3] {
    [ada.open("/invitations").text(), ben.open("/invitations?box=sent").text(), ben.open("/in/ada-ruiz").text()]
}

#[test]
fn undo_of_a_decline_brings_the_invitation_back() {
    let (_site, mut ada, mut ben) = invited();
    for page in ["/invitations", "/in/ben-okoro", "/"] {
        let before = seen(&mut ada, &mut ben);
        assert!(before[0].contains("We met in Porto"), "{}", before[0]);
        ada.open(page).press("Decline");
        assert!(ada.sees("You declined the invitation from Ben Okoro. They have not been told."), "{}", ada.text());
        assert!(!ada.open("/invitations").sees("We met in Porto"), "{}", ada.text());
        assert_eq!(seen(&mut ada, &mut ben)[1..], before[1..]);
        ada.open(page);
        ada.post("/in/ben-okoro/decline", &[]).follow().press("Undo");
        assert!(ada.sees("The invitation from Ben Okoro is back. They have not been told."), "{}", ada.text());
        assert_eq!(seen(&mut ada, &mut ben), before);
    }
    ada.open("/invitations").press("Accept");
    assert!(ben.open("/connections").sees("Ada Ruiz"), "{}", ben.text());
}

#[test]
fn undo_of_many_declines_keeps_their_order() {
    let (site, mut ada, _ben) = invited();
    for name in ["Cleo Diaz", "Dan Eriksen"] {
        site.member(name).open("/in/ada-ruiz/invite").press("Send invitation");
    }
    let before = ada.open("/invitations").text();
    ada.post("/invitations/decline", &[("member", "ben-okoro"), ("member", "dan-eriksen")]).follow();
    assert!(ada.sees("2 invitations declined. Nobody has been told.") && ada.sees("Cleo Diaz"), "{}", ada.text());
    let notice = ada.page.clone();
    ada.press("Undo");
    assert!(ada.sees("2 invitations are back. Nobody has been told."), "{}", ada.text());
    assert_eq!(ada.open("/invitations").text(), before);
    // From a page opened before, once more.
    ada.page = notice;
    assert!(ada.press("Undo").sees("There is nothing to take back"), "{}", ada.text());
}

#[test]
fn what_is_withdrawn_meanwhile_does_not_come_back() {
    let (_site, mut ada, mut ben) = invited();
    ada.open("/in/ben-okoro").press("Decline");
    let declined = ada.page.clone();
    ben.open("/invitations/withdraw?member=ada-ruiz").press("Withdraw invitation");
    ada.press("Undo");
    assert!(ada.sees("There is no open invitation from Ben Okoro any more."), "{}", ada.text());
    ada.page = declined;
    assert!(!ada.open("/invitations").sees("Ben Okoro"), "{}", ada.text());
}

#[test]
fn who_answered_all_does_not_come_back_to_all_ticked() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for name in ["Ben Okoro", "Cy Lund"] {
        site.member(name).open("/in/ada-ruiz/invite").press("Send invitation");
    }
    ada.open("/invitations").go("Select all 2").press("Decline selected");
    assert_eq!(ada.page.path, "/invitations", "{}", ada.text());
    ada.press("Undo");
    assert!(ada.page.path == "/invitations" && ada.sees("Ben Okoro") && ada.sees("Cy Lund"), "{}", ada.text());
}
