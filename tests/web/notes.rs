//! What is written with an invitation: who reads it, where, and for how long.

use crate::support::{Site, Visitor, connect};

fn accepts_automatically(who: &mut Visitor) {
    who.open("/settings/privacy").fill("accepts_automatically", "1").press("Save");
}

/// Who wrote what, as the profile of the other says it.
fn notes(who: &mut Visitor, of: &str) -> Vec<String> {
    let text = who.open(&format!("/in/{of}")).text();
    ["They wrote on", "You wrote on"]
        .into_iter()
        .filter_map(|by| {
            let (_, rest) = text.split_once(by)?;
            let said = rest.split_once(':')?.1.trim();
            Some(format!("{by}: {}", said.split(['.', '?']).next()?))
        })
        .collect()
}

#[test]
fn a_note_stays_readable_for_both_once_accepted() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").fill("note", "From the choir.").press("Send invitation");
    assert!(ben.open("/notifications").sees("From the choir."));
    ben.open("/invitations").press("Accept");
    site.days_pass(40);
    assert_eq!(notes(&mut ben, "ada-ruiz"), ["They wrote on: From the choir"]);
    assert_eq!(notes(&mut ada, "ben-okoro"), ["You wrote on: From the choir"]);
    assert!(ben.open("/notifications").sees("From the choir."));
}

#[test]
fn whom_one_was_never_connected_with_is_not_connected_again() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    accepts_automatically(&mut ben);
    ada.open("/in/ben-okoro/block").press("Block");
    ada.open("/connections/blocked").press("Unblock");
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    assert!(ada.sees("You and Ben Okoro are connected.") && !ada.sees("connected again"), "{}", ada.text());
}

#[test]
fn a_note_to_an_open_networker_arrives() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    accepts_automatically(&mut ben);
    ada.open("/in/ben-okoro/invite");
    assert!(ada.sees("Ben Okoro accepts invitations automatically, so you are connected at once."));
    assert!(!ada.sees("With two buttons"));
    ada.fill("note", "From the choir.").press("Send invitation");
    assert!(ben.open("/notifications").sees("as an open networker you are connected.") && ben.sees("From the choir."));
    assert_eq!(notes(&mut ben, "ada-ruiz"), ["They wrote on: From the choir"]);
    assert_eq!(notes(&mut ada, "ben-okoro"), ["You wrote on: From the choir"]);
}

#[test]
fn notes_of_crossing_invitations_are_both_kept() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ben.open("/in/ada-ruiz/invite");
    ada.open("/in/ben-okoro/invite").fill("note", "From the choir.").press("Send invitation");
    ben.fill("note", "From the reunion.").press("Update preview");
    assert!(ben.sees("Ada Ruiz has invited you. Sending this accepts, and you are connected at once."));
    ben.fill("note", "From the reunion.").press("Send invitation");
    assert!(ben.sees("You and Ada Ruiz are connected."));
    assert!(ada.open("/notifications").sees("Ben Okoro accepted your invitation.") && ada.sees("From the reunion."));
    assert_eq!(notes(&mut ada, "ben-okoro"), ["They wrote on: From the reunion", "You wrote on: From the choir"]);
    assert_eq!(notes(&mut ben, "ada-ruiz"), ["They wrote on: From the choir", "You wrote on: From the reunion"]);
}

#[test]
fn a_declined_invitation_that_is_accepted_later_says_so() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").fill("note", "From the choir.").press("Send invitation");
    ben.open("/invitations").press("Decline");
    ben.open("/in/ada-ruiz/invite");
    assert!(ben.sees("Sending this accepts, and you are connected at once.") && !ben.sees("left this week"));
    ben.fill("note", "Sorry.").press("Send invitation");
    assert_eq!(notes(&mut ada, "ben-okoro"), ["They wrote on: Sorry", "You wrote on: From the choir"]);
}

#[test]
fn a_withdrawn_note_never_stands_on_a_connection() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").fill("note", "From the choir.").press("Send invitation");
    ada.open("/in/ben-okoro").press("Withdraw invitation");
    connect(&mut ben, &mut ada);
    assert!(notes(&mut ada, "ben-okoro").is_empty() && notes(&mut ben, "ada-ruiz").is_empty());
}

#[test]
fn a_disconnect_hides_notes_and_a_restore_brings_them_back() {
    let site = Site::new();
    let [mut ada, mut ben, mut eve] = ["Ada Ruiz", "Ben Okoro", "Eve Lund"].map(|name| site.member(name));
    ada.open("/in/ben-okoro/invite").fill("note", "From the choir.").press("Send invitation");
    ben.open("/invitations").press("Accept");
    // The form is opened while it takes an invitation to come back, and sent when it no longer does.
    ben.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
    let (mine, theirs) = (ada.open("/in/ben-okoro").text(), ben.open("/in/ada-ruiz").text());
    let told = ben.told();
    ada.open("/in/ben-okoro").press("Disconnect");
    let stranger = eve.open("/in/ada-ruiz").text();
    assert_eq!(ben.open("/in/ada-ruiz").text(), stranger);
    assert_eq!(ben.told(), told);
    assert!(notes(&mut ada, "ben-okoro").is_empty());
    ada.open("/in/ben-okoro/invite");
    ben.post("/settings/privacy", &[("who_may_invite", "everyone"), ("connections_seen_by", "me")]).follow();
    ada.fill("note", "I am back.").press("Send invitation");
    assert!(ada.sees("Everything is as it was. Your note was not sent: they have not been told."), "{}", ada.text());
    assert_eq!((ada.open("/in/ben-okoro").text(), ben.open("/in/ada-ruiz").text()), (mine, theirs));
    assert_eq!(ben.told(), told);
}

#[test]
fn a_note_of_a_return_replaces_the_writers_earlier_one() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").fill("note", "From the choir.").press("Send invitation");
    ben.open("/invitations").press("Accept");
    ben.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
    accepts_automatically(&mut ben);
    ben.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
    ada.open("/in/ben-okoro").press("Disconnect");
    ada.open("/in/ben-okoro/invite");
    assert!(ada.sees("With two buttons: Accept and Decline.") && !ada.sees("connected at once"));
    ada.fill("note", "May I come back?").press("Send invitation");
    ben.open("/invitations").press("Accept");
    assert_eq!(notes(&mut ben, "ada-ruiz"), ["They wrote on: May I come back"]);
    assert_eq!(notes(&mut ada, "ben-okoro"), ["You wrote on: May I come back"]);
}
