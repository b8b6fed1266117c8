use amicable::relationship::Limits;

use crate::support::{Site, Visitor, connect, connect_many};

/// The id of the draft that a page is about.
fn draft(visitor: &Visitor) -> String {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    match visitor.page.path.split_once("draft=") {
        Some((_, id)) => digits(id),
        None => digits(visitor.page.path.rsplit('/').next().unwrap()),
    }
}

#[test]
fn many_are_removed_at_once_and_come_back_by_undo() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut others: Vec<_> = ["Ben Okoro", "Cleo Marsh", "Dov Katz"].map(|name| site.member(name)).into();
    for other in &mut others {
        connect(&mut ada, other);
    }
    let before: Vec<String> = others.iter_mut().map(|other| other.open("/in/ada-ruiz").text()).collect();
    ada.open("/connections/remove").press("Select all 3");
    assert!(ada.sees("3 selected Ben Okoro, Cleo Marsh, Dov Katz"), "{}", ada.text());
    ada.press("Review removal");
    assert!(ada.sees("Remove 3 connections") && ada.sees("Cleo Marsh") && ada.sees("Connected since"));
    // Dov leaves meanwhile, and is removed like the others.
    others[2].open("/in/ada-ruiz").press("Disconnect");
    let told: Vec<_> = others.iter_mut().map(Visitor::told).collect();
    ada.fill("private_reason", "Clearing out").press("Remove 3 connections");
    assert!(ada.sees("3 connections removed. Nobody has been told.") && !ada.sees("Skipped"), "{}", ada.text());
    assert!(ada.sees("Removed on") && ada.sees("Clearing out") && ada.sees("Dov Katz"), "{}", ada.text());
    assert!(ada.open("/connections").sees("Nobody here yet"));
    for (other, before) in others.iter_mut().zip(&told) {
        assert_eq!(&other.told(), before);
    }
    // Another day.
    ada.open("/connections/disconnected");
    assert!(ada.sees("3 people, ") && ada.sees("Clearing out"), "{}", ada.text());
    ada.go("See who");
    assert!(ada.sees("Ben Okoro"));
    let result = ada.page.path.clone();
    ada.open("/connections/disconnected").press("Undo");
    assert!(ada.sees("2 connections restored") && ada.sees("Not back at once") && ada.sees("Dov Katz"));
    for (other, before) in others.iter_mut().zip(&before).take(2) {
        assert_eq!(&other.open("/in/ada-ruiz").text(), before);
    }
    assert!(!ada.open("/connections/disconnected").has_button("See who"));
    assert_eq!(others[0].open(&result).page.status, 404);
}

#[test]
fn a_review_of_nobody_is_said_so() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/connections/remove?sort=first_name").press("Review removal");
    assert_eq!(ada.page.status, 422);
    assert!(ada.sees("Nobody is selected") && ada.sees("Ben Okoro"), "{}", ada.text());
    ada.fill("member", "ben-okoro").press("Review removal");
    ada.press("Remove 1 connection");
    assert!(ada.sees("1 connection removed. Nobody has been told."));
}

#[test]
fn a_selection_outlives_every_way_through_the_list() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 120);
    ada.open("/connections/remove").fill("q", "10").fill("member", "person-120").press("Search");
    assert!(ada.sees("1 selected Person 120"), "{}", ada.text());
    ada.fill("member", "person-010|person-110").press("First name");
    assert!(ada.sees("3 selected"), "{}", ada.text());
    // Those 50 who are connected longest have one of the three.
    ada.fill("q", "").press("Search").press("Oldest first").press("Select these 50");
    assert!(ada.sees("52 selected"), "{}", ada.text());
    ada.press("Next");
    assert!(ada.text().contains("51–100 of 120"));
    // Everybody but one of each of two pages.
    ada.press("Select all 120");
    assert!(ada.sees("120 selected"), "{}", ada.text());
    let ticked = |visitor: &Visitor| {
        let boxes = visitor.page.body.split("name=\"member\" value=\"").skip(1);
        boxes.map(|one| one.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let but_first = ticked(&ada)[1..].join("|");
    ada.fill("member", &but_first).press("Previous");
    assert!(ada.sees("119 selected"), "{}", ada.text());
    let but_first = ticked(&ada)[1..].join("|");
    ada.fill("member", &but_first).press("Company");
    assert!(ada.sees("118 selected"), "{}", ada.text());
    ada.press("Review removal");
    assert!(ada.sees("Remove 118 connections?") && ada.sees("1–50 of 118"));
    ada.fill("private_reason", "Too many").press("×");
    assert!(ada.sees("Remove 117 connections?") && ada.page.body.contains("Too many"), "{}", ada.text());
    ada.press("Next");
    assert!(ada.sees("51–100 of 117"), "{}", ada.text());
    ada.press("Cancel");
    assert!(ada.sees("117 selected"), "{}", ada.text());
    // Left, and found again.
    ada.open("/").open("/connections/remove");
    assert!(ada.sees("You began this selection") && ada.sees("117 selected"), "{}", ada.text());
    ada.press("Review removal").press("Remove 117 connections");
    assert!(ada.sees("117 connections removed. Nobody has been told.") && ada.sees("1–50 of 117"));
    assert!(ada.open("/connections").sees("3 people"), "{}", ada.text());
    ada.open("/connections/disconnected").press("Undo");
    assert!(ada.sees("117 connections restored"), "{}", ada.text());
    assert!(ada.open("/connections").sees("1–50 of 120"));
}

#[test]
fn a_draft_is_its_owners_and_says_where_it_went() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/connections/remove").fill("member", "ben-okoro").press("Search");
    let id = draft(&ada);
    let (here, review) = (format!("/connections/remove?draft={id}"), format!("/connections/remove/{id}"));
    assert!(ada.open(&here).sees("1 selected"));
    for path in [&here, &review] {
        assert_eq!(ben.open(path).page.status, 404, "{path}");
        assert!(ben.sees("This selection is no longer there"));
    }
    ben.open("/connections/remove").post("/connections/remove", &[("draft", &id), ("press", "select_none")]).follow();
    assert_eq!(ben.page.status, 404);
    ben.post("/connections/remove", &[("draft", &id), ("press", "start_over")]);
    assert!(ada.open(&here).sees("1 selected"));
    // Confirmed in one tab, pressed in another, and pressed twice.
    ada.open(&review).press("Remove 1 connection");
    ada.post(&review, &[]).follow();
    assert!(ada.sees("1 connection removed."));
    ada.post("/connections/remove", &[("draft", &id), ("press", "select_none")]).follow();
    assert!(ada.sees("1 connection removed."), "{}", ada.text());
    assert!(ada.open(&here).sees("1 connection removed."));
    ada.press("Undo").open("/connections/remove").fill("member", "ben-okoro").press("Search");
    let here = format!("/connections/remove?draft={}", draft(&ada));
    ada.open("/connections/remove").press("Start over");
    assert!(!ada.sees("You began this selection"), "{}", ada.text());
    assert_eq!(ada.open(&here).page.status, 404);
}

#[test]
fn what_is_ticked_joins_the_selection_that_waits() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 9);
    ada.open("/connections/remove").fill("member", "person-001|person-002").press("Search");
    // Another tab, whose page was made before: it adds, and takes nobody out.
    let shown: String = (1..=9).map(|n| format!("person-00{n}~1 ")).collect();
    ada.post("/connections/remove", &[("member", "person-003"), ("shown", &shown), ("press", "search")]).follow();
    assert!(ada.sees("3 selected"), "{}", ada.text());
    // Without a draft in the address, and on the page of the one that waits.
    ada.open("/connections/remove").press("Recent");
    assert!(ada.sees("3 selected"), "{}", ada.text());
    ada.open("/connections/remove").press("Review removal");
    assert!(ada.sees("Remove 3 connections?"), "{}", ada.text());
}

#[test]
fn starting_over_is_said_and_taken_back() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 9);
    let six: String = (1..=6).map(|n| format!("person-00{n}|")).collect();
    // An older selection, as two tabs once left it, does not come up in place of the newer.
    let confirmed = |at: Option<i64>| {
        use amicable::schema::removals::{confirmed_at, table};
        use diesel::prelude::*;
        site.db.write_blocking(|own| Ok(diesel::update(table).set(confirmed_at.eq(at)).execute(own)?)).unwrap();
    };
    ada.open("/connections/remove").fill("member", "person-008").press("Search");
    let older = draft(&ada);
    confirmed(Some(1));
    ada.open("/connections/remove").fill("member", six.trim_end_matches('|')).press("Search");
    confirmed(None);
    assert_ne!(older, draft(&ada));
    ada.open("/connections/remove").press("Start over");
    assert!(ada.sees("The selection of 6 people is discarded."), "{}", ada.text());
    assert!(ada.sees("Nobody selected") && !ada.sees("You began this selection"), "{}", ada.text());
    // What is selected meanwhile stays selected.
    ada.post_aside("/connections/remove", &[("member", "person-007"), ("press", "search")]);
    ada.press("Undo");
    assert!(ada.sees("7 selected"), "{}", ada.text());
    assert!(ada.open("/connections/remove").sees("7 selected"), "{}", ada.text());
}

#[test]
fn whom_a_review_leaves_out_is_named_and_put_back() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 3);
    ada.open("/connections/remove").press("Select all 3").press("Review removal");
    let review = ada.page.path.clone();
    let out = |ada: &mut Visitor, handle: &str| {
        ada.post(&format!("{review}/review"), &[("leave_out", handle), ("private_reason", "Too many")]);
        let to = ada.page.headers.iter().find(|(name, _)| name == "location").unwrap().1.clone();
        ada.follow();
        to
    };
    // On to the next, and from the last to the one before.
    assert_eq!(out(&mut ada, "person-001"), format!("{review}#out-person-002"));
    assert!(ada.sees("Person 001 is left out of the selection."), "{}", ada.text());
    assert!(ada.page.body.contains("id=\"out-person-002\""));
    ada.press("Undo");
    assert!(ada.sees("Remove 3 connections?") && ada.page.body.contains("Too many"), "{}", ada.text());
    assert_eq!(out(&mut ada, "person-003"), format!("{review}#out-person-002"));
}

#[test]
fn an_undo_says_who_is_not_back() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let [mut ben, mut cleo, mut dov] = ["Ben Okoro", "Cleo Marsh", "Dov Katz"].map(|name| site.member(name));
    connect(&mut ada, &mut ben);
    ben.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
    // Only Ben, who is to be asked: the removal stays where it is found.
    ada.open("/connections/remove").press("Select all 1").press("Review removal").press("Remove 1 connection");
    let path = ada.page.path.clone();
    ada.press("Undo");
    assert!(ada.sees("Nobody can be brought back without being asked."), "{}", ada.text());
    assert!(ada.sees("Connections removed") && !ada.sees("restored"), "{}", ada.text());
    assert!(ada.open("/connections/disconnected").has_button("Undo"));
    // He changes his mind.
    ben.open("/settings/privacy").fill("asks_before_reinvite", "").press("Save");
    ada.open(&path).press("Undo");
    assert!(ada.sees("1 connection restored"), "{}", ada.text());
    ben.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
    // All three; Cleo is blocked since.
    connect(&mut ada, &mut cleo);
    connect(&mut ada, &mut dov);
    ada.open("/connections/remove").press("Select all 3").press("Review removal").press("Remove 3 connections");
    let path = ada.page.path.clone();
    ada.open("/in/cleo-marsh").press("Block");
    ada.open(&path).press("Undo");
    assert!(ada.sees("1 connection restored") && ada.sees("Not back at once"), "{}", ada.text());
    assert!(ada.sees("1 other person stays as they are now"), "{}", ada.text());
    ada.go("Re-invite");
    assert!(ada.sees("they are asked first"), "{}", ada.text());
}

#[test]
fn re_invite_ticked_names_the_limit_that_refuses_it() {
    let site = Site::with(Limits { connections: 2, ..Limits::default() });
    let mut ada = site.member("Ada Ruiz");
    let [mut ben, mut cleo, mut dov] = ["Ben Okoro", "Cleo Marsh", "Dov Katz"].map(|name| site.member(name));
    for other in [&mut ben, &mut cleo] {
        connect(&mut ada, other);
    }
    ada.open("/in/ben-okoro").press("Disconnect");
    ada.open("/in/cleo-marsh").press("Disconnect");
    connect(&mut ada, &mut dov);
    ada.post("/connections/disconnected", &[("member", "ben-okoro"), ("member", "cleo-marsh")]).follow();
    assert!(ada.sees("You and Ben Okoro are connected again."), "{}", ada.text());
    assert!(ada.sees("You have 2 of 2 connections.") && !ada.sees("they have to be asked"), "{}", ada.text());
}

#[test]
fn an_undone_removal_says_when_it_was_restored() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/connections/remove").press("Select all 1").press("Review removal").press("Remove 1 connection");
    assert!(ada.sees("Connections removed") && !ada.sees("Restored on"), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.sees("Connections restored") && ada.sees("Restored on"), "{}", ada.text());
}

/// What a press on the page of the selection leads to, as Ada would be called Eve.
fn pressed(visitor: &mut Visitor, fields: &[(&str, &str)]) -> String {
    visitor.open("/connections/remove").post("/connections/remove", fields).follow();
    visitor.text()
}

#[test]
fn made_up_members_prove_nothing_and_are_not_stored() {
    let site = Site::new();
    let (mut ada, mut ben, mut cid) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Cid Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro").press("Disconnect");
    for fields in [
        vec![("press", "review"), ("member", "ada-ruiz")],
        vec![("press", "review"), ("member", "ada-ruiz"), ("shown", "ada-ruiz~1")],
        vec![("press", "select_shown"), ("shown", "ada-ruiz~1700000000")],
        vec![("press", "select_all"), ("shown", "ada-ruiz~1")],
    ] {
        let (left, stranger) = (pressed(&mut ben, &fields), pressed(&mut cid, &fields));
        assert_eq!(left, stranger, "{fields:?}");
        assert!(!left.contains("Ada Ruiz"));
    }
    let drafts: i64 = site
        .db
        .write_blocking(|connection| {
            use diesel::prelude::*;
            Ok(amicable::schema::removals::table.count().get_result(connection)?)
        })
        .unwrap();
    assert_eq!(drafts, 0);
}

#[test]
fn a_stale_page_removes_whoever_left_meanwhile_like_the_others() {
    let site = Site::new();
    let [mut ben, mut dov, mut eve] = ["Ben Okoro", "Dov Katz", "Eve Katz"].map(|name| site.member(name));
    for other in [&mut dov, &mut eve] {
        connect(&mut ben, other);
    }
    // A control who asks first is not back at once either.
    eve.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
    ben.open("/connections/remove");
    dov.open("/in/ben-okoro").press("Disconnect");
    ben.fill("member", "dov-katz|eve-katz").press("Review removal");
    assert!(ben.sees("Remove 2 connections?") && ben.sees("Dov Katz"), "{}", ben.text());
    ben.press("Remove 2 connections");
    assert!(ben.sees("2 connections removed.") && !ben.sees("Skipped"), "{}", ben.text());
    let rows = ben.open("/connections/disconnected").text();
    ben.press("Undo");
    let told = "Nobody can be brought back without being asked.";
    assert!(ben.sees(told) && ben.sees("Dov Katz") && ben.sees("Eve Katz"), "{}", ben.text());
    // Nothing of the undo, not even that they may invite again, tells the one from the other.
    let boxes = |visitor: &Visitor| visitor.page.body.matches("name=\"may_invite_again\" value=\"1\" checked").count();
    assert!(rows.contains("Dov Katz") && boxes(ben.open("/connections/disconnected")) == 0);
}

#[test]
fn whom_one_disconnected_or_blocked_meanwhile_is_skipped_and_named() {
    let site = Site::new();
    let [mut ada, mut ben, mut eve, mut dov, mut fay] =
        ["Ada Ruiz", "Ben Okoro", "Eve Lund", "Dov Katz", "Fay Moss"].map(|name| site.member(name));
    for other in [&mut ben, &mut eve, &mut dov, &mut fay] {
        connect(&mut ada, other);
    }
    fay.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
    ada.open("/connections/remove").press("Select all 4").press("Review removal");
    let review = ada.page.path.clone();
    ada.open("/in/ben-okoro").press("Disconnect");
    ada.open("/in/eve-lund").press("Block");
    // Whom she has invited again since is neither.
    ada.open("/in/fay-moss").press("Disconnect");
    ada.open("/in/fay-moss/invite").press("Send invitation");
    ada.open(&review).press("Remove 4 connections");
    assert!(ada.sees("1 connection removed.") && ada.sees("Skipped: 2 people") && ada.sees("Eve Lund"));
    assert!(!ada.sees("Fay Moss"), "{}", ada.text());
}

#[test]
fn ticked_people_are_re_invited_together() {
    let site = Site::new();
    let [mut ada, mut ben, mut eve] = ["Ada Ruiz", "Ben Okoro", "Eve Lund"].map(|name| site.member(name));
    for other in [&mut ben, &mut eve] {
        connect(&mut ada, other);
    }
    eve.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
    ada.open("/connections/remove").press("Select all 2").press("Review removal").press("Remove 2 connections");
    ada.open("/connections/disconnected?q=okoro");
    assert!(ada.sees("Ben Okoro") && !ada.sees("Eve Lund"), "{}", ada.text());
    ada.open("/connections/disconnected?q=okoro").press("Re-invite ticked");
    assert_eq!(ada.page.status, 422);
    assert!(ada.sees("Nobody is selected.") && ada.sees("Ben Okoro") && !ada.sees("Eve Lund"), "{}", ada.text());
    ada.open("/connections/disconnected");
    ada.fill("member", "ben-okoro|eve-lund").press("Re-invite ticked");
    assert!(ada.sees("You and Ben Okoro are connected again.") && ada.sees("have to be asked: Eve Lund."));
    assert!(ben.open("/connections").sees("Ada Ruiz"));
    assert!(!eve.open("/invitations").sees("Ada Ruiz"), "{}", eve.text());
}

#[test]
fn an_emptied_last_page_shows_the_last_that_has_people() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 51);
    ada.open("/connections").go("Next");
    assert!(ada.sees("51 of 51") && ada.sees("Person 001"), "{}", ada.text());
    let last = ada.page.path.clone();
    ada.open("/in/person-001").press("Disconnect");
    assert!(ada.open(&last).sees("50 people"), "{}", ada.text());
    for list in [
        "/connections?page=4294967295",
        "/connections?page=2&after=1~1",
        "/connections/remove?page=4294967295",
        "/connections/remove?page=4294967296",
        "/connections/remove?before=9~x~9&page=7",
    ] {
        assert!(ada.open(list).sees("50 people"), "{list}: {}", ada.text());
    }
    for list in ["/invitations", "/connections/blocked", "/connections/disconnected", "/notifications", "/people"] {
        for page in ["page=4294967295", "after=3~x~y&page=4294967295", "before=-9~0~9&page=0"] {
            assert_eq!(ada.open(&format!("{list}?q=person&{page}")).page.status, 200, "{list} {page}");
        }
    }
    assert!(ada.open("/connections/disconnected?page=9").sees("Person 001"));
}

#[test]
fn a_list_leaves_out_who_blocked_one_before_it_is_cut_into_pages() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect_many(&site, &ada, 51);
    connect(&mut ada, &mut ben);
    ada.open("/settings/privacy").fill("connections_seen_by", "connections").press("Save");
    let sql = format!(
        "INSERT INTO relationships (owner_id, other_id, state, changed_at, sort_first, sort_last) \
         SELECT {}, id, 8, 0, '', '' FROM members WHERE handle = 'person-050'",
        ben.id
    );
    site.db
        .write_blocking(|connection| {
            use diesel::prelude::*;
            Ok(diesel::sql_query(sql).execute(connection)?)
        })
        .unwrap();
    ben.open("/in/ada-ruiz/connections");
    assert_eq!(ben.page.body.matches("class=\"name\"").count(), 50, "{}", ben.text());
    assert!(!ben.sees("Person 050") && ben.has_button("Next"));
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
fn undoing_a_removal_opens_no_door() {
    let site = Site::new();
    let (mut ada, mut ben, mut eve) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Eve Lund"));
    for other in [&mut ben, &mut eve] {
        connect(&mut ada, other);
        other.open("/in/ada-ruiz");
    }
    ben.open("/settings/privacy").fill("asks_before_reinvite", "1").press("Save");
    eve.open("/in/ada-ruiz");
    ada.open("/connections/remove").press("Select all 2").press("Review removal").press("Remove 2 connections");
    eve.press("Disconnect");
    ada.press("Undo");
    let told = "Nobody can be brought back without being asked.";
    assert!(ada.sees(told) && ada.sees("Ben Okoro") && ada.sees("Eve Lund"), "{}", ada.text());
    for other in [&mut ben, &mut eve] {
        other.open("/in/ada-ruiz/invite").press("Send invitation");
        assert!(other.sees("This user cannot be invited at this time"), "{}", other.text());
    }
    // Ada may invite Eve again from now on.
    ada.open("/in/eve-lund").press("Re-invite").press("Send invitation");
    assert!(ada.sees("is on its way"), "{}", ada.text());
}

#[test]
fn an_old_review_removes_nobody_it_did_not_show() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 6);
    ada.open("/connections/remove").fill("member", "person-001|person-002").press("Search");
    let (here, review) = (format!("/connections/remove?draft={}", draft(&ada)), draft(&ada));
    ada.open(&format!("/connections/remove/{review}"));
    let first_tab = ada.page.clone();
    ada.open(&here).fill("member", "person-001|person-002|person-003|person-004|person-005").press("Search");
    assert!(ada.sees("5 selected"), "{}", ada.text());
    ada.page = first_tab.clone();
    ada.fill("private_reason", "Never met").press("Remove 2 connections");
    assert!(ada.sees("The selection was changed since. Look again, then confirm."), "{}", ada.text());
    assert!(ada.sees("Remove 5 connections?") && ada.page.body.contains("Never met"), "{}", ada.text());
    assert!(ada.open("/connections").sees("6 people"), "{}", ada.text());
    // As many, but others.
    ada.open(&here).fill("member", "person-005|person-006").press("Search");
    ada.page = first_tab;
    ada.press("Remove 2 connections");
    assert!(ada.sees("The selection was changed since.") && ada.sees("Person 006"), "{}", ada.text());
    let second = ada.page.clone();
    ada.press("Remove 2 connections");
    assert!(ada.sees("2 connections removed."), "{}", ada.text());
    ada.page = second;
    ada.press("Remove 2 connections");
    assert!(ada.sees("2 connections removed.") && !ada.sees("was changed since"), "{}", ada.text());
}

#[test]
fn who_left_since_a_review_makes_no_difference() {
    let site = Site::new();
    let [mut ada, mut ben, mut eve] = ["Ada Ruiz", "Ben Okoro", "Eve Lund"].map(|name| site.member(name));
    for other in [&mut ben, &mut eve] {
        connect(&mut ada, other);
    }
    ada.open("/connections/remove").press("Select all 2").press("Review removal");
    ben.open("/in/ada-ruiz").press("Disconnect");
    ada.press("Remove 2 connections");
    assert!(ada.sees("2 connections removed."), "{}", ada.text());
}

#[test]
fn selecting_nobody_is_said_and_taken_back() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 9);
    ada.open("/connections/remove").fill("member", "person-001|person-002").press("Search");
    // What is ticked on the page comes back, too.
    ada.fill("member", "person-001|person-002|person-003").press("Select none");
    assert!(ada.sees("The selection of 3 people is discarded.") && ada.sees("Nobody selected"), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.sees("3 selected"), "{}", ada.text());
}

#[test]
fn whoever_is_disconnected_again_by_expiry_can_be_ticked() {
    let site = Site::new();
    let [mut ada, mut ben] = ["Ada Ruiz", "Ben Okoro"].map(|name| site.member(name));
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro/disconnect").fill("may_invite_again", "1").press("Disconnect");
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    ada.open("/invitations").press("Decline");
    let tick = |ada: &mut Visitor| ada.open("/connections/disconnected?selected=ben-okoro").sees("1 selected");
    assert!(!tick(&mut ada), "{}", ada.text());
    site.days_pass(181);
    assert!(ada.open("/connections/disconnected").sees("Ben Okoro") && tick(&mut ada), "{}", ada.text());
    ada.press("Re-invite ticked");
    assert!(ada.sees("You and Ben Okoro are connected again."), "{}", ada.text());
}

#[test]
fn ticks_of_the_disconnected_go_from_page_to_page() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    connect_many(&site, &ada, 101);
    ada.open("/connections/remove").press("Select all 101").press("Review removal").press("Remove 101 connections");
    ada.open("/connections/disconnected");
    assert!(ada.sees("1–50 of 101") && !ada.has_button("Select none"), "{}", ada.text());
    let handles: Vec<String> =
        ada.page.body.split(r#"value="person-"#).skip(1).map(|rest| format!("person-{}", &rest[..3])).collect();
    let ticked = format!("{}|{}", handles[0], handles[1]);
    ada.fill("member", &ticked).press("Next");
    assert!(ada.sees("51–100 of 101") && ada.sees("2 selected"), "{}", ada.text());
    ada.press("Next").press("Previous").press("Previous");
    assert!(ada.sees("1–50 of 101") && ada.sees("2 selected"), "{}", ada.text());
    ada.fill("q", &handles[2].replace('-', " ")).press("Search");
    assert!(ada.sees("1 person") && ada.sees("2 selected"), "{}", ada.text());
    ada.fill("member", &handles[2]).press("Search");
    assert!(ada.sees("1 selected"), "What was filled in is all that was ticked: {}", ada.text());
    ada.press("Select none");
    assert!(!ada.sees("selected") && ada.sees("1 person"), "{}", ada.text());
    ada.fill("member", &handles[2]).press("Re-invite ticked");
    assert!(ada.sees("are connected again.") && !ada.sees("selected"), "{}", ada.text());
    assert!(ada.open("/connections").sees("1 person"), "{}", ada.text());
    // An address names nobody but those whom one has disconnected from.
    let all = format!("/connections/disconnected?selected={}+{}+ada-ruiz+nobody", handles[2], handles[3]);
    assert!(ada.open(&all).sees("1 selected"), "{}", ada.text());
    // No more than an address can take.
    let names: Vec<String> = (0..200).map(|at| format!("{at:03}-a-very-long-handle-of-nobody")).collect();
    let many = std::iter::once(("press", "search")).chain(names.iter().map(|name| ("member", name.as_str())));
    let many: Vec<(&str, &str)> = many.collect();
    ada.post("/connections/disconnected", &many).follow();
    assert!(ada.sees("So many cannot be selected at once."), "{}", ada.text());
}

#[test]
fn who_has_no_room_is_told_before_pressing() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let site = Site::with(limits);
    let [mut ada, mut ben, mut eve, mut ida] =
        ["Ada Ruiz", "Ben Okoro", "Eve Lund", "Ida Holt"].map(|name| site.member(name));
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro").press("Disconnect");
    eve.open("/in/ada-ruiz/invite").press("Send invitation");
    connect(&mut ada, &mut ida);
    let sentence = "You have 1 of 1 connection. Remove some to make room.";
    for path in ["/", "/invitations", "/notifications", "/in/eve-lund", "/in/ben-okoro", "/connections/disconnected"] {
        assert!(ada.open(path).sees(sentence), "{path}: {}", ada.text());
    }
    assert!(!ada.has_button("Re-invite") && !ada.has_button("Re-invite ticked"), "{}", ada.text());
    assert!(ada.open("/invitations").has_button("Accept"));
    assert!(ada.open("/notifications").has_button("Accept") && !ada.has_button("Re-invite"), "{}", ada.text());
    assert!(!ada.open("/invitations?box=sent").sees(sentence), "{}", ada.text());
    ada.open("/in/ida-holt").press("Disconnect");
    for path in ["/", "/invitations", "/notifications", "/in/eve-lund", "/in/ben-okoro", "/connections/disconnected"] {
        assert!(!ada.open(path).sees("to make room"), "{path}: {}", ada.text());
    }
}

#[test]
fn undo_at_the_limit_says_what_it_takes() {
    let site = Site::with(Limits { connections: 3, ..Limits::default() });
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect_many(&site, &ada, 3);
    ada.open("/connections/remove").fill("member", "person-001|person-002").press("Review removal");
    ada.press("Remove 2 connections");
    let result = ada.page.path.clone();
    connect(&mut ada, &mut ben);
    ada.open(&result).press("Undo");
    let sentence = "You have 2 of 3 connections. Remove some to make room. \
                    It takes 2 places to bring them back; free places: 1.";
    assert!(ada.sees(sentence), "{}", ada.text());
    ada.open("/in/ben-okoro").press("Disconnect").open(&result).press("Undo");
    assert!(ada.sees("2 connections are back") || ada.sees("2 connections restored"), "{}", ada.text());
}
