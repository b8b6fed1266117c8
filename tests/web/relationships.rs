use amicable::relationship::Limits;

use crate::support::{Site, connect};

#[test]
fn an_invitation_is_previewed_sent_accepted_and_told() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").fill("note", "From the <b>reunion</b>").press("Update preview");
    assert!(ada.sees("From the <b>reunion</b>") && ada.sees("100 of 100 invitations left this week"));
    ada.fill("note", "From the <b>reunion</b>").press("Send invitation");
    assert!(ada.open("/in/ben-okoro").has_button("Withdraw invitation"));
    assert!(ben.open("/notifications").sees("Ada Ruiz would like to connect"));
    assert!(ben.open("/invitations").sees("From the <b>reunion</b>"));
    ben.press("Accept");
    assert!(ben.sees("You and Ada Ruiz are connected."));
    assert!(ada.open("/notifications").sees("Ben Okoro accepted your invitation"));
    assert!(ada.open("/in/ben-okoro").sees("Connected since"));
    assert!(ada.open("/connections").sees("Ben Okoro"));
}

#[test]
fn disconnecting_is_silent_and_a_re_invitation_restores_everything() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    site.days_pass(700);
    ada.open("/in/ben-okoro").fill("private_note", "Choir").fill("tags", "choir, bergen").press("Save");
    let before = ada.open("/in/ben-okoro").text();
    ben.open("/in/ada-ruiz").fill("private_note", "Ben's own").press("Save");
    let bens = ben.open("/in/ada-ruiz").text();
    let told = ben.told();
    ada.open("/in/ben-okoro").fill("private_reason", "Too many pitches").press("Disconnect");
    assert!(ada.sees("You are no longer connected with Ben Okoro. They have not been told."));
    ada.press("Undo");
    assert!(ada.sees("You and Ben Okoro are connected again. Everything is as it was."));
    assert_eq!(ada.open("/in/ben-okoro").text(), before);
    assert_eq!(ben.open("/in/ada-ruiz").text(), bens);
    ada.press("Disconnect");
    assert!(!ben.open("/connections").sees("Ada Ruiz"));
    assert!(ada.open("/connections/disconnected").sees("Ben Okoro"));
    ada.press("Re-invite");
    assert_eq!(ben.open("/in/ada-ruiz").text(), bens);
    assert_eq!(ben.told(), told);
}

#[test]
fn from_a_list_one_disconnects_and_writes_notes_and_is_on_the_list_again() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    let list = "/connections?q=ben";
    ada.open(list).go("Note and tags").fill("private_note", "Choir").fill("tags", "bergen").press("Save");
    assert_eq!(ada.page.path, list);
    assert!(ada.sees("Your note and tags on Ben Okoro are saved.") && ada.sees("Choir") && ada.sees("bergen"));
    // What is wrong is said on the form, which still knows where one came from.
    ada.go("Disconnect").fill("private_reason", &"x".repeat(2_000)).press("Disconnect");
    assert_eq!(ada.page.status, 422);
    ada.fill("private_reason", "Moved").fill("may_invite_again", "1").press("Disconnect");
    assert_eq!(ada.page.path, list);
    assert!(ada.sees("You are no longer connected with Ben Okoro. They have not been told."));
    ada.press("Undo");
    assert_eq!(ada.page.path, list);
    assert!(ada.sees("You and Ben Okoro are connected again. Everything is as it was.") && ada.sees("Choir"));
}

#[test]
fn one_who_was_disconnected_is_refused_unless_the_door_is_open() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    let since = ada.open("/in/ben-okoro").text();
    ada.press("Disconnect");
    ben.open("/in/ada-ruiz/invite").fill("note", "Hello?").press("Send invitation");
    assert_eq!(ben.page.status, 422);
    assert!(ben.sees("This user cannot be invited at this time") && ben.page.body.contains("Hello?"));
    assert!(!ben.open("/invitations?box=sent").sees("Ada Ruiz") && !ada.open("/invitations").sees("Ben Okoro"));
    ada.open("/connections/disconnected").fill("may_invite_again", "1").press("Save");
    assert!(ada.sees("Ben Okoro may invite you again"));
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    assert!(ben.sees("is on its way"));
    ada.open("/invitations").press("Accept");
    assert_eq!(ada.open("/in/ben-okoro").text(), since);
}

#[test]
fn a_stale_press_counts_as_ones_own_disconnect() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ben.open("/in/ada-ruiz");
    ada.open("/in/ben-okoro").press("Disconnect");
    ben.press("Disconnect");
    assert!(ben.sees("You are no longer connected with Ada Ruiz. They have not been told."));
    assert!(ben.open("/connections/disconnected").sees("Ada Ruiz"));
    ada.open("/connections/disconnected").press("Re-invite");
    // As with somebody who asks first, Ada is told so before anything is sent.
    assert!(ada.sees("takes an invitation: they are asked first"), "{}", ada.text());
    ada.press("Send invitation");
    assert!(ada.page.status == 422 && ada.sees("This user cannot be invited at this time"));
    // Ben may invite Ada again from now on.
    ben.open("/connections/disconnected").press("Re-invite");
    assert!(ben.sees("takes an invitation"), "{}", ben.text());
    ben.press("Send invitation");
    ada.open("/invitations").press("Accept");
    assert!(ada.open("/in/ben-okoro").sees("Connected since"));
}

#[test]
fn one_who_asks_first_is_sent_an_invitation() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ben.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
    ada.open("/in/ben-okoro").press("Disconnect");
    ada.press("Undo");
    assert!(ada.sees("takes an invitation: they are asked first") && ada.sees("costs none"));
    ada.press("Send invitation");
    assert!(ada.sees("is on its way"));
    assert!(ben.open("/invitations").sees("Ada Ruiz"));
}

#[test]
fn a_declined_invitation_goes_on_looking_pending_and_the_decliner_may_invite() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    let pending = ada.open("/in/ben-okoro").text();
    ben.open("/invitations").press("Decline");
    assert_eq!(ada.open("/in/ben-okoro").text(), pending);
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    assert!(ben.sees("You and Ada Ruiz are connected."));
}

#[test]
fn a_withdrawn_invitation_pauses_and_an_old_one_expires() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    ada.open("/invitations?box=sent").go("Withdraw invitation").press("Withdraw invitation");
    assert!(ada.sees("They have not been told"));
    assert!(!ben.open("/invitations").sees("Ada Ruiz"));
    ada.post("/in/ben-okoro/invite", &[]);
    assert!(ada.page.status == 422 && ada.sees("You may invite them again from"));
    site.days_pass(22);
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    assert!(ben.open("/invitations").sees("Ada Ruiz"));
    site.days_pass(181);
    assert!(!ben.open("/invitations").sees("Ada Ruiz"));
    assert!(ada.open("/in/ben-okoro").has_button("Invite to connect"));
}

#[test]
fn a_block_hides_and_an_unblock_leaves_disconnected() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro").press("Block");
    assert!(ada.sees("You have blocked Ben Okoro"));
    let hidden = ben.open("/in/ada-ruiz").page.clone();
    let absent = ben.open("/in/nobody-at-all").page.clone();
    assert_eq!((hidden.status, hidden.body), (404, absent.body));
    assert!(!ben.open("/people?q=ada").sees("Ada Ruiz"));
    for path in ["invite", "disconnect", "block", "remarks", "accept"] {
        assert_eq!(ben.post(&format!("/in/ada-ruiz/{path}"), &[]).page.status, 404, "{path}");
    }
    ada.open("/connections/blocked").press("Unblock");
    assert!(ada.open("/connections/disconnected").sees("Ben Okoro"));
    assert!(ben.open("/in/ada-ruiz").has_button("Invite to connect"));
}

#[test]
fn blocking_a_pending_inviter_is_as_quiet_as_no_answer() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    let sent = ada.open("/invitations?box=sent").text();
    ben.open("/in/ada-ruiz").press("Block");
    assert_eq!(ada.open("/invitations?box=sent").text(), sent);
    ben.open("/connections/blocked").press("Unblock");
    assert_eq!(ada.open("/invitations?box=sent").text(), sent);
}

#[test]
fn the_member_who_acts_is_told_the_real_limit() {
    let site = Site::with(Limits { connections: 1, ..Limits::default() });
    let (mut ada, mut ben, mut eve) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Eve Lund"));
    connect(&mut ada, &mut ben);
    ada.post("/in/eve-lund/invite", &[]);
    assert!(
        ada.page.status == 422 && ada.sees("You have 1 of 1 connection. Remove some to make room."),
        "{}",
        ada.text()
    );
    eve.open("/in/ben-okoro/invite").press("Send invitation");
    assert!(eve.sees("This user cannot be invited at this time"));
}

#[test]
fn the_weekly_number_is_counted_told_and_comes_back() {
    let site = Site::with(Limits { invitations: 2, ..Limits::default() });
    let mut ada = site.member("Ada Ruiz");
    let others = ["Ben Okoro", "Eve Lund", "Dov Katz"].map(|name| site.member(name));
    for other in &others[..2] {
        ada.open(&format!("/in/{}/invite", other.handle)).press("Send invitation");
    }
    ada.post("/in/dov-katz/invite", &[]);
    assert!(ada.sees("0 of 2 invitations left this week. The next one comes back on"), "{}", ada.text());
    assert!(ada.page.status == 429 && ada.sees("You have sent 2 of 2 invitations in the last 7 days."));
    site.days_pass(8);
    ada.open("/in/dov-katz/invite").press("Send invitation");
    assert!(ada.sees("is on its way"));
}

#[test]
fn a_refusal_costs_no_invitation() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ben.open("/settings/privacy").fill("who_may_invite", "nobody").press("Save");
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    assert!(ada.sees("This user cannot be invited at this time") && ada.sees("100 of 100 invitations left"));
}

#[test]
fn members_with_mutual_connections_may_invite_one_who_says_so() {
    let site = Site::new();
    let (mut ada, mut ben, mut eve) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Eve Lund"));
    eve.open("/settings/privacy").fill("who_may_invite", "mutual").press("Save");
    ada.open("/in/eve-lund/invite").press("Send invitation");
    assert!(ada.sees("This user cannot be invited at this time"));
    connect(&mut ada, &mut ben);
    // Eve may invite anybody herself.
    connect(&mut eve, &mut ben);
    assert!(ada.open("/in/eve-lund").sees("1 mutual connection") && ada.sees("2nd degree"));
    ada.open("/in/eve-lund/invite").press("Send invitation");
    assert!(ada.sees("is on its way"));
}

#[test]
fn an_open_networker_is_connected_at_once_and_told() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ben.open("/settings/privacy").fill("accepts_automatically", "1").press("Save");
    assert!(ada.open("/in/ben-okoro").sees("Open networker"));
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    assert!(ada.sees("You and Ben Okoro are connected."));
    assert!(ben.open("/notifications").sees("invited you, and as an open networker you are connected"));
}

#[test]
fn inviting_twice_oneself_or_a_connection_is_answered_clearly() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    ada.post("/in/ben-okoro/invite", &[]);
    assert!(ada.page.status == 422 && ada.sees("You have already invited Ben Okoro."));
    ben.open("/invitations").press("Accept");
    assert!(ada.open("/in/ben-okoro/invite").sees("You and Ben Okoro are already connected."));
    ada.post("/in/ada-ruiz/invite", &[]);
    assert!(ada.page.status == 422 && ada.sees("This is you."));
    assert_eq!(ada.open("/in/ada-ruiz/disconnect").page.status, 404);
}

#[test]
fn a_degree_is_1st_2nd_3rd_or_nothing() {
    let site = Site::new();
    let mut chain: Vec<_> =
        ["Ann One", "Bob Two", "Cid Three", "Deb Four", "Eli Five"].map(|name| site.member(name)).into();
    for at in 1..chain.len() {
        let (left, right) = chain.split_at_mut(at);
        connect(&mut left[at - 1], &mut right[0]);
    }
    let ann = &mut chain[0];
    for (handle, degree) in [("bob-two", "1st degree"), ("cid-three", "2nd degree"), ("deb-four", "3rd degree")] {
        assert!(ann.open(&format!("/in/{handle}")).sees(degree), "{}", ann.text());
    }
    assert!(!ann.open("/in/eli-five").sees("degree"));
}

#[test]
fn an_invitation_is_answered_also_under_the_inviters_former_handle() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    ben.open("/invitations");
    ada.open("/in/ada-ruiz").fill("handle", "ada-the-first").post("/profile/handle", &[("handle", "ada-the-first")]);
    ben.press("Accept");
    assert!(ben.sees("You and Ada Ruiz are connected."), "{}", ben.text());
    ben.post("/invitations/accept", &[("only", "nobody-at-all")]).follow();
    assert!(ben.sees("One invitation was no longer open."), "{}", ben.text());
}

#[test]
fn many_answers_that_come_too_late_fit_into_one_notice() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let name = |at: i32| format!("{at} {}", "Wolfeschlegelsteinhausen".repeat(3));
    let mut handles = Vec::new();
    for at in 0..12 {
        let mut other = site.member(&name(at));
        let to = other.open("/").page.body.split("href=\"/in/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        other.open("/in/ada-ruiz/invite").press("Send invitation");
        handles.push(to);
    }
    let ticked: Vec<(&str, &str)> = handles.iter().map(|handle| ("member", handle.as_str())).collect();
    ada.open("/invitations").post("/invitations/accept", &ticked).follow();
    assert!(ada.sees("12 invitations accepted."), "{}", ada.text());
    ada.open("/invitations").post("/invitations/decline", &ticked).follow();
    assert!(ada.page.status == 200 && ada.sees("9 more could not be answered."), "{}", ada.text());
    // Sent 200 times, it is answered once.
    let again = vec![("member", "nobody-at-all"); 200];
    ada.post("/invitations/accept", &again).follow();
    assert!(ada.page.status == 200 && !ada.sees("more could not be answered"), "{}", ada.text());
}

#[test]
fn what_two_share_is_right_at_once_also_where_the_number_of_connections_is_what_it_was() {
    let site = Site::new();
    let [mut ada, mut ben, mut caro, mut dan] =
        ["Ada Ruiz", "Ben Okoro", "Caro Lind", "Dan Vale"].map(|name| site.member(name));
    connect(&mut ada, &mut caro);
    connect(&mut ben, &mut caro);
    assert!(ada.open("/in/ben-okoro").sees("1 mutual connection") && ada.sees("Caro Lind") && ada.sees("2nd"));
    ada.open("/in/caro-lind").press("Disconnect");
    connect(&mut ada, &mut dan);
    assert!(!ada.open("/in/ben-okoro").sees("mutual connection") && !ada.sees("2nd"), "{}", ada.text());
    connect(&mut dan, &mut ben);
    assert!(ada.open("/in/ben-okoro").sees("1 mutual connection") && ada.sees("Dan Vale"), "{}", ada.text());
}

#[test]
fn lists_of_others_have_action_degree_and_date() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let (mut cleo, mut dov) = (site.member("Cleo Haas"), site.member("Dov Katz"));
    connect(&mut ada, &mut ben);
    connect(&mut ben, &mut cleo);
    connect(&mut cleo, &mut ada);
    connect(&mut dov, &mut ben);
    ada.open("/in/ben-okoro/mutual");
    assert!(ada.sees("Cleo Haas 1st Connected since") && ada.has_button("Disconnect"), "{}", ada.text());
    ben.open("/settings/privacy").fill("connections_seen_by", "connections").press("Save");
    ada.open("/in/ben-okoro/connections");
    assert!(ada.sees("Dov Katz 2nd Invite to connect") && ada.sees("Cleo Haas 1st Connected since"), "{}", ada.text());
}
