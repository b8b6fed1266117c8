//! What a member is told on the site, how they choose it, and what they do with it.

use amicable::dates::now;
use amicable::notifications::{self, Event};
use amicable::schema::outbox;
use diesel::prelude::*;
use scraper::{Html, Selector};

use crate::support::{Site, Visitor, connect};

/// The number on the badge of *Notifications*, as every page has it.
fn badge(visitor: &mut Visitor) -> usize {
    let body = visitor.open("/people").page.body.clone();
    let link = body.split("href=\"/notifications\"").nth(1).unwrap().split("</a>").next().unwrap();
    let count = link.split("badge count\">").nth(1).map_or("0", |rest| rest.split('<').next().unwrap());
    count.parse().unwrap()
}

#[test]
fn choices_are_kept_kind_by_kind() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let ticked = |visitor: &Visitor, name: &str| {
        let input = visitor.page.body.split(&format!("name=\"{name}\"")).nth(1).unwrap();
        input.split('>').next().unwrap().contains("checked")
    };
    ada.open("/settings/notifications");
    for kind in ["invitation", "acceptance", "message"] {
        assert!(ticked(&ada, &format!("{kind}_on_site")) && ticked(&ada, &format!("{kind}_by_email")), "{kind}");
    }
    assert!(!ticked(&ada, "weekly_digest_by_email") && !ada.page.body.contains("weekly_digest_on_site"));
    ada.fill("message_on_site", "").fill("weekly_digest_by_email", "1").press("Save");
    assert!(ada.sees("Your choices are saved."), "{}", ada.text());
    ada.press("Save").open("/settings/notifications");
    let on = ["invitation_on_site", "acceptance_by_email", "message_by_email", "weekly_digest_by_email"];
    assert!(on.iter().all(|name| ticked(&ada, name)) && !ticked(&ada, "message_on_site"));
}

#[test]
fn what_is_switched_off_is_not_told() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ben.open("/settings/notifications").fill("invitation_on_site", "").press("Save");
    ada.open("/in/ben-okoro/invite").fill("note", "From the choir.").press("Send invitation");
    assert!(ada.sees("is on its way"), "{}", ada.text());
    assert_eq!(badge(&mut ben), 0);
    assert!(!ben.open("/notifications").sees("Ada Ruiz"));
    assert!(ben.open("/invitations").sees("From the choir."));
    // The other kinds are told as before.
    ben.press("Accept").open("/settings/notifications").fill("invitation_on_site", "1").press("Save");
    assert_eq!(badge(&mut ada), 1);
    let mut cleo = site.member("Cleo Haas");
    cleo.open("/in/ben-okoro/invite").press("Send invitation");
    assert_eq!(badge(&mut ben), 1);
    // To answer it anywhere reads it.
    ben.open("/invitations").press("Accept");
    assert_eq!(badge(&mut ben), 0);
}

/// What stands at the notification of this text to be pressed.
fn offered(visitor: &mut Visitor, sentence: &str) -> Vec<String> {
    let document = Html::parse_document(&visitor.open("/notifications").page.body);
    let select = |css: &str| Selector::parse(css).unwrap();
    let (rows, labels) =
        (select(".told > li"), select(".actions > form:not(.own) button, .actions > a, .actions > .badge"));
    let row = document.select(&rows).find(|row| row.text().collect::<String>().contains(sentence)).unwrap();
    let labels = row.select(&labels).map(|one| one.text().collect::<String>().trim().to_owned());
    let mut labels: Vec<String> = labels.collect();
    labels.dedup();
    labels
}

/// The letters of a kind that wait for a member.
fn letters(site: &Site, to: &Visitor, word: &str) -> Vec<String> {
    let of = outbox::table.filter(outbox::member_id.eq(to.id)).filter(outbox::letter.like(format!("%{word}%")));
    let of = of.order(outbox::id).select(outbox::letter);
    site.db.write_blocking(|connection| Ok(of.load(connection)?)).unwrap()
}

#[test]
fn what_is_told_goes_out_by_mail_as_chosen() {
    let site = Site::new();
    let (mut ada, mut ben, mut bea) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Bea Olsen"));
    bea.open("/settings/notifications").fill("invitation_by_email", "").press("Save");
    let answers = [&ben, &bea].map(|to| {
        ada.open(&format!("/in/{}/invite", to.handle)).fill("note", "From the choir.").press("Send invitation");
        (ada.page.status, ada.text().replace(&to.name, "THEM"))
    });
    assert_eq!(answers[0], answers[1]);
    assert!(letters(&site, &ben, "Invitation")[0].contains("From the choir."));
    assert!(letters(&site, &bea, "Invitation").is_empty() && badge(&mut bea) == 1);
    ben.open("/invitations").press("Accept");
    bea.open("/invitations").press("Accept");
    assert_eq!(letters(&site, &ada, "Acceptance").len(), 2);
}

#[test]
fn each_is_read_deleted_and_taken_back() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for name in ["Ben Okoro", "Cleo Haas", "Dov Katz"] {
        site.member(name).open("/in/ada-ruiz/invite").fill("note", "Hello").press("Send invitation");
    }
    let before = ada.told();
    assert_eq!((before.len(), badge(&mut ada)), (3, 3));
    ada.open("/notifications").press("Mark as read");
    assert_eq!(badge(&mut ada), 2);
    // The newest is read, so the first that can be marked as unread is that one.
    assert!(!ada.open("/notifications").text().split("Cleo Haas").next().unwrap().contains("New"));
    ada.press("Mark as unread");
    assert_eq!((badge(&mut ada), ada.told()), (3, before.clone()));
    ada.open("/notifications").press("Delete");
    assert!(ada.sees("Notification deleted.") && ada.sees("Deleted in the last day Dov Katz"), "{}", ada.text());
    assert_eq!((badge(&mut ada), ada.told().len()), (2, 2));
    ada.open("/notifications").press("Delete").press("Undo");
    assert!(ada.sees("The notification is back."), "{}", ada.text());
    assert_eq!((badge(&mut ada), ada.told().len()), (2, 2));
    ada.press("Mark all as read");
    assert!(ada.sees("All notifications are marked as read.") && !ada.has_button("Mark all as read"));
    assert_eq!((badge(&mut ada), ada.told().len()), (0, 2));
}

#[test]
fn mark_all_leaves_what_came_since() {
    let site = Site::new();
    let (mut ada, mut ben, mut cleo) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Cleo Haas"));
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    ada.open("/notifications");
    cleo.open("/in/ada-ruiz/invite").press("Send invitation");
    ada.press("Mark all as read");
    assert_eq!(badge(&mut ada), 1);
    assert!(ada.open("/notifications").has_button("Mark as read"));
}

#[test]
fn a_notification_that_a_newer_message_changed_stays() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ben.open("/inbox/ada-ruiz").fill("message", "Hello").press("Send message");
    let stale = ada.open("/notifications").page.clone();
    ben.open("/inbox/ada-ruiz").fill("message", "Are you there?").press("Send message");
    let unread = badge(&mut ada);
    for button in ["Mark as read", "Delete"] {
        ada.page = stale.clone();
        ada.press(button);
        assert!(ada.page.status == 200 && ada.sees("A newer message has come meanwhile"), "{button}: {}", ada.text());
        assert_eq!(badge(&mut ada), unread, "{button}");
    }
    ada.open("/notifications").press("Mark as read");
    assert_eq!(badge(&mut ada), unread - 1);
}

#[test]
fn nobody_changes_what_another_was_told() {
    let site = Site::new();
    let (mut ada, mut ben, mut eve) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Eve Lund"));
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    let body = ada.open("/notifications").page.body.clone();
    let id = body.split("/notifications/").nth(1).and_then(|_| body.split("action=\"/notifications/").nth(2));
    let id = id.unwrap().split('/').next().unwrap().to_owned();
    for deed in ["read", "unread", "delete", "undo", "else"] {
        eve.post(&format!("/notifications/{id}/{deed}"), &[]);
        assert!(matches!((eve.page.status, deed), (404, _) | (303, "undo")), "{deed} {}", eve.page.status);
        assert!(ada.post(&format!("/notifications/{}/{deed}", i64::MAX), &[]).page.status != 500);
    }
    assert_eq!((badge(&mut ada), ada.told().len()), (1, 1));
    assert_eq!(ada.post("/notifications/x/read", &[]).page.status, 404);
}

#[test]
fn the_fitting_action_stands_on_each() {
    let site = Site::new();
    let (mut ada, mut ben, mut cleo) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Cleo Haas"));
    ben.open("/in/ada-ruiz/invite").fill("note", "From the choir.").press("Send invitation");
    cleo.open("/in/ada-ruiz/invite").press("Send invitation");
    assert_eq!(offered(&mut ada, "Ben Okoro"), ["Accept", "Decline"]);
    let first = ada.open("/notifications").page.body.clone();
    assert!(first.contains("<time datetime=\"20") && ada.sees("From the choir."));
    ada.press("Decline");
    assert!(
        ada.page.path == "/notifications" && ada.sees("You declined the invitation from Cleo Haas."),
        "{}",
        ada.text()
    );
    assert!(offered(&mut ada, "Cleo Haas").is_empty());
    ada.press("Accept");
    assert!(ada.page.path == "/notifications" && ada.sees("You and Ben Okoro are connected."), "{}", ada.text());
    assert!(!ada.has_button("Accept"));
}

#[test]
fn pages_of_notifications_lead_to_each_other() {
    let site = Site::new();
    let (mut ada, ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let tell = |connection: &mut _| {
        for _ in 0..120 {
            notifications::tell(connection, (ada.id, Event::Invited), (ben.id, ""), now())?;
        }
        Ok(())
    };
    site.db.write_blocking(tell).unwrap();
    assert_eq!(badge(&mut ada), 120);
    assert_eq!(ada.told().len(), 50);
    ada.open("/notifications").go("Next").go("Next");
    assert_eq!(ada.page.body.matches("class=\"unread\"").count(), 20);
    // What is marked on a later page is all of it.
    ada.press("Mark all as read");
    assert_eq!(badge(&mut ada), 0);
}

#[test]
fn a_further_message_renews_the_unread_one() {
    let site = Site::new();
    let (mut ada, ben, cleo) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Cleo Haas"));
    let wrote = |of: &Visitor| {
        let (owner, other) = (ada.id, of.id);
        site.db.write_blocking(move |connection| {
            notifications::tell(connection, (owner, Event::Message), (other, ""), now())
        })
    };
    for of in [&ben, &cleo, &ben] {
        wrote(of).unwrap();
    }
    let names =
        |told: Vec<String>| told.iter().map(|row| row.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(badge(&mut ada), 2);
    assert_eq!(names(ada.told()), ["/in/ben-okoro", "/in/cleo-haas"]);
    ada.open("/notifications").press("Mark all as read");
    let (owner, other) = (ada.id, ben.id);
    let again = move |connection: &mut _| notifications::tell(connection, (owner, Event::Message), (other, ""), now());
    site.db.write_blocking(again).unwrap();
    assert_eq!(badge(&mut ada), 1);
    assert_eq!(names(ada.told()), ["/in/ben-okoro", "/in/ben-okoro", "/in/cleo-haas"]);
}

#[test]
fn what_the_other_does_silently_changes_no_notification() {
    for deed in ["Disconnect", "Block", "Withdraw", "Decline", "Undo"] {
        let site = Site::new();
        let (mut r, mut d) = (site.member("Rolf Aske"), site.member("Dora Lind"));
        if deed == "Withdraw" {
            d.open("/in/rolf-aske/invite").fill("note", "From the choir.").press("Send invitation");
        } else {
            r.open("/in/dora-lind/invite").fill("note", "From the choir.").press("Send invitation");
        }
        if !matches!(deed, "Withdraw" | "Decline") {
            d.open("/in/rolf-aske").press("Accept");
        }
        connect(&mut r, &mut site.member("Mona Lind"));
        let page = |r: &mut Visitor| r.open("/notifications").page.body.clone();
        let (before, page_before) = ((badge(&mut r), r.told(), letters(&site, &r, "")), page(&mut r));
        match deed {
            "Withdraw" => d.open("/in/rolf-aske").press("Withdraw invitation"),
            "Decline" => d.open("/invitations").press("Decline"),
            "Undo" => d.open("/in/rolf-aske").press("Disconnect").press("Undo"),
            deed => d.open("/in/rolf-aske").press(deed),
        };
        assert!(d.page.body.contains("They have not been told") || deed == "Undo", "{deed} {}", d.text());
        assert_eq!((badge(&mut r), r.told(), letters(&site, &r, "")), before, "{deed}");
        match deed {
            // There is nothing left to answer, as once it has expired.
            "Withdraw" => assert!(offered(&mut r, "Dora Lind would like").is_empty()),
            _ => assert_eq!(page(&mut r), page_before, "{deed}"),
        }
    }
}

#[test]
fn an_accepted_invitation_offers_a_message() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    assert!(!ben.open("/notifications").has_button("Message"), "{}", ben.text());
    ben.press("Accept");
    assert!(ben.open("/notifications").has_button("Message"), "{}", ben.text());
}

#[test]
fn a_deleted_notification_is_listed_for_a_day() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    assert!(!ada.open("/notifications").sees("Deleted in the last day"), "{}", ada.text());
    ada.press("Delete").open("/inbox").open("/notifications");
    assert!(ada.sees("Deleted in the last day Ben Okoro would like to connect."), "{}", ada.text());
    assert!(ada.told().is_empty(), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.sees("The notification is back.") && !ada.sees("Deleted in the last day"), "{}", ada.text());
    ada.press("Delete");
    let sql = "UPDATE notifications SET deleted_at = deleted_at - 86401";
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    assert!(!ada.open("/notifications").sees("Deleted in the last day"), "{}", ada.text());
}
