//! Conversations between connections: writing, reading, drafts, deleting and taking back.

use diesel::prelude::*;

use crate::support::{Site, Visitor, connect, connect_many};

const NOT_CONNECTED: &str = "You can write to your connections only.";

/// The number on the badge of *Inbox*.
fn badge(visitor: &mut Visitor) -> usize {
    let body = visitor.open("/people").page.body.clone();
    let link = body.split("href=\"/inbox\"").nth(1).unwrap().split("</a>").next().unwrap();
    let count = link.split("badge count\">").nth(1).map_or("0", |rest| rest.split('<').next().unwrap());
    count.parse().unwrap()
}

fn write(from: &mut Visitor, to: &str, text: &str) {
    from.open(&format!("/inbox/{to}")).fill("message", text).press("Send message");
    assert!(from.sees("Message sent."), "{}", from.text());
}

fn two(site: &Site) -> (Visitor, Visitor) {
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    (ada, ben)
}

fn rows(site: &Site, sql: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        number: i64,
    }
    let sql = format!("SELECT COUNT(*) AS number FROM {sql}");
    let number = site.db.read_blocking(|connection| Ok(diesel::sql_query(&sql).get_result::<Number>(connection)?));
    number.unwrap().number
}

#[test]
fn two_connections_talk() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    assert!(ada.open("/inbox").sees("No conversations"), "{}", ada.text());
    ada.open("/in/ben-okoro").go("Message");
    assert_eq!(ada.page.path, "/inbox/ben-okoro");
    assert!(ada.sees("No messages yet."), "{}", ada.text());
    ada.fill("message", "Hello Ben <b>\nSee https://a.example/x?y=1&z=2, please.").press("Send message");
    assert!(ada.sees("Message sent.") && ada.page.path == "/inbox/ben-okoro", "{}", ada.text());
    let link = "<a href=\"https://a.example/x?y=1&#38;z=2\" rel=\"nofollow noopener noreferrer ugc\"";
    assert!(ada.page.body.contains(link) && ada.page.body.contains("Hello Ben &#60;b&#62;\nSee"), "{}", ada.page.body);
    assert_eq!((badge(&mut ben), badge(&mut ada)), (1, 0));
    assert!(ben.open("/notifications").sees("Ada Ruiz sent you a message."), "{}", ben.text());
    ben.go("Message");
    assert!(ben.page.path == "/inbox/ada-ruiz" && ben.sees("Hello Ben"), "{}", ben.text());
    write(&mut ben, "ada-ruiz", "Hello Ada");
    let text = ada.open("/inbox/ben-okoro").text();
    assert!(text.find("Hello Ada").unwrap() < text.find("Hello Ben").unwrap(), "{text}");
    assert!(ada.open("/inbox").sees("Ben Okoro") && ada.sees("Hello Ada"), "{}", ada.text());
    assert!(ben.open("/inbox").sees("You: Hello Ada"), "{}", ben.text());
    assert!(ada.open("/connections").page.body.contains("href=\"/inbox/ben-okoro\""));
    assert!(ada.open("/people?q=Ben").page.body.contains("href=\"/inbox/ben-okoro\""));
    assert_eq!((rows(&site, "messages"), rows(&site, "message_copies")), (2, 4));
}

#[test]
fn opening_reads_and_fetching_does_not() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    write(&mut ada, "ben-okoro", "Hello");
    ben.open("/inbox");
    ben.head("/inbox/ada-ruiz");
    ben.ahead("/inbox/ada-ruiz");
    assert_eq!(badge(&mut ben), 1);
    let told = ben.open("/inbox/ada-ruiz").page.body.clone();
    assert!(!told.contains("to answer") && !told.contains("<span class=\"sr\"> unread"), "{told}");
    assert_eq!(badge(&mut ben), 0);
    // What was told of it is read too.
    assert!(!ben.open("/notifications").has_button("Mark as read"));
    ben.open("/inbox/ada-ruiz").press("Mark as unread");
    assert!(ben.sees("The conversation with Ada Ruiz is unread again."), "{}", ben.text());
    assert!(ben.page.path == "/inbox" && ben.sees("Unread"), "{}", ben.text());
    assert_eq!(badge(&mut ben), 1);
    ben.open("/inbox").fill("member", "ada-ruiz").press("Mark as read");
    assert_eq!(badge(&mut ben), 0);
    ben.open("/inbox").fill("member", "ada-ruiz").press("Mark as unread");
    assert_eq!(badge(&mut ben), 1);
}

#[test]
fn what_cannot_be_sent_is_kept() {
    let site = Site::new();
    let (mut ada, _ben) = two(&site);
    for (text, why) in [
        ("x".repeat(5_001), "Message has 5,001 characters; 5,000 is the most."),
        (" \n ".to_owned(), "Message cannot be empty."),
        ("a\u{202E}b".to_owned(), "Message contains a character that others cannot read"),
    ] {
        ada.open("/inbox/ben-okoro").fill("message", &text).press("Send message");
        assert!(ada.page.status == 422 && ada.sees(why), "{} {}", ada.page.status, ada.text());
        assert!(ada.page.body.contains(text.trim()));
    }
    ada.open("/inbox/ben-okoro").fill("message", &"x".repeat(5_000)).press("Send message");
    assert!(ada.sees("Message sent."), "{}", ada.text());
    for nobody in ["nobody", "ada-ruiz"] {
        assert_eq!(ada.get(&format!("/inbox/{nobody}")).page.status, 404);
        assert_eq!(ada.post(&format!("/inbox/{nobody}"), &[("message", "x")]).page.status, 404);
    }
}

#[test]
fn a_press_twice_sends_once() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    let body = ada.open("/inbox/ben-okoro").page.body.clone();
    let press = body.split("name=\"press\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for _ in 0..2 {
        ada.post("/inbox/ben-okoro", &[("message", "Hello"), ("press", &press)]).follow();
        assert!(ada.sees("Message sent."), "{}", ada.text());
    }
    assert_eq!(rows(&site, "messages"), 1);
    // Another text from the same page, and the same text from the next one, are messages of their own.
    ada.post("/inbox/ben-okoro", &[("message", "And"), ("press", &press)]);
    write(&mut ada, "ben-okoro", "And");
    assert_eq!(ben.open("/inbox/ada-ruiz").page.body.matches("class=\"said\"").count(), 3);
    // So is one that was written again after it was deleted.
    ada.open("/inbox/ben-okoro").press("Delete message");
    write(&mut ada, "ben-okoro", "And");
    assert_eq!(rows(&site, "messages"), 4);
}

#[test]
fn a_draft_waits_until_it_is_sent() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    ada.open("/inbox/ben-okoro").fill("message", "Dear Ben,").press("Save draft");
    assert!(ada.sees("Draft saved.") && ada.page.body.contains(">Dear Ben,</textarea>"), "{}", ada.text());
    assert!(ada.open("/inbox").sees("Draft: Dear Ben,"), "{}", ada.text());
    assert!(ben.open("/inbox").sees("No conversations") && badge(&mut ben) == 0);
    ada.open("/inbox/ben-okoro").fill("message", "Dear Ben, hello").press("Send message");
    assert!(!ada.open("/inbox").sees("Draft:") && ada.sees("You: Dear Ben, hello"), "{}", ada.text());
    ada.open("/inbox/ben-okoro").fill("message", "More").press("Save draft");
    ada.fill("message", "").press("Save draft");
    assert!(ada.sees("Draft deleted.") && !ada.open("/inbox").sees("Draft:"), "{}", ada.text());
}

#[test]
fn whoever_is_no_connection_cannot_write() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    let cleo = site.member("Cleo Haas");
    write(&mut ada, "ben-okoro", "Hello Ben");
    write(&mut ben, "ada-ruiz", "Hello Ada");
    ada.open("/inbox/ben-okoro");
    ben.open("/in/ada-ruiz").press("Disconnect");
    // From a page that was open before.
    ada.fill("message", "Are you there?").press("Send message");
    assert!(ada.page.status == 422 && ada.sees(NOT_CONNECTED) && ada.sees("Are you there?"), "{}", ada.text());
    for visitor in [&mut ada, &mut ben] {
        let other = if visitor.handle == "ada-ruiz" { "ben-okoro" } else { "ada-ruiz" };
        visitor.open(&format!("/inbox/{other}"));
        assert!(visitor.sees(NOT_CONNECTED) && visitor.sees("Hello Ada"), "{}", visitor.text());
        assert!(!visitor.has_button("Send message"));
    }
    assert!(ada.open("/inbox/cleo-haas").sees(NOT_CONNECTED), "{}", ada.text());
    ada.post(&format!("/inbox/{}", cleo.handle), &[("message", "Are you there?")]);
    assert!(ada.page.status == 422 && ada.sees("Are you there?"), "{}", ada.text());
    // A restore opens the same conversation again.
    ben.open("/in/ada-ruiz").press("Re-invite");
    assert!(ben.open("/inbox/ada-ruiz").sees("Hello Ben"), "{}", ben.text());
    write(&mut ben, "ada-ruiz", "Back again");
    assert!(ada.open("/inbox/ben-okoro").page.body.contains(">Are you there?</textarea>"), "{}", ada.text());
    ada.press("Send message");
    assert!(ben.open("/inbox/ada-ruiz").sees("Are you there?") && ben.sees("Hello Ben"), "{}", ben.text());
}

#[test]
fn a_block_hides_the_conversation_on_one_side() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    write(&mut ada, "ben-okoro", "Hello Ben");
    write(&mut ben, "ada-ruiz", "Hello Ada");
    let before = (badge(&mut ada), ada.open("/inbox").text());
    ben.open("/inbox/ada-ruiz").press("Mark as unread");
    ben.open("/in/ada-ruiz").press("Block");
    assert_eq!(ben.get("/inbox/ada-ruiz").page.status, 404);
    assert!(!ben.open("/inbox").sees("Ada Ruiz") && badge(&mut ben) == 0);
    assert_eq!((badge(&mut ada), ada.open("/inbox").text()), before);
    assert_eq!(ada.get("/in/ben-okoro").page.status, 404);
    ada.open("/inbox/ben-okoro");
    assert!(ada.page.status == 200 && ada.sees("Hello Ada") && ada.sees(NOT_CONNECTED), "{}", ada.text());
    assert!(ada.post("/inbox/ben-okoro", &[("message", "Why?")]).sees(NOT_CONNECTED) && ada.page.status == 422);
    ben.open("/connections/blocked").press("Unblock");
    assert!(ben.open("/inbox/ada-ruiz").sees("Hello Ben") && ben.open("/inbox").sees("Ada Ruiz"), "{}", ben.text());
}

#[test]
fn a_blocker_who_never_wrote_is_not_there() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    ben.open("/in/ada-ruiz").press("Block");
    assert_eq!(ada.get("/inbox/ben-okoro").page.status, 404);
    assert_eq!(ada.post("/inbox/ben-okoro", &[("message", "Why?")]).page.status, 404);
}

#[test]
fn a_message_is_deleted_on_one_side_and_taken_back() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    write(&mut ada, "ben-okoro", "First");
    write(&mut ada, "ben-okoro", "Second");
    ada.open("/inbox/ben-okoro").press("Delete message");
    assert!(ada.sees("Message deleted. Only your copy is gone.") && !ada.sees("Second"), "{}", ada.text());
    assert!(ben.open("/inbox/ada-ruiz").sees("Second"));
    ada.press("Undo");
    assert!(ada.sees("What you deleted is back.") && ada.open("/inbox/ben-okoro").sees("Second"), "{}", ada.text());
    ada.press("Delete message").open("/inbox");
    assert!(ada.sees("Deleted in the last hour") && ada.sees("You: First"), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.sees("You: Second") && !ada.sees("Deleted in the last hour"), "{}", ada.text());
}

#[test]
fn a_conversation_is_deleted_on_one_side_and_taken_back() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    write(&mut ada, "ben-okoro", "First");
    write(&mut ben, "ada-ruiz", "Second");
    ada.open("/inbox/ben-okoro").fill("message", "Draft of a third").press("Save draft").press("Delete conversation");
    assert!(ada.page.path == "/inbox" && ada.sees("Conversation deleted. Only your copy is gone."), "{}", ada.text());
    assert!(ada.sees("No conversations"), "{}", ada.text());
    assert!(ben.open("/inbox/ada-ruiz").sees("First"), "{}", ben.text());
    ada.press("Undo");
    assert!(ada.sees("Draft: Draft of a third"), "{}", ada.text());
    ada.open("/inbox/ben-okoro").press("Delete conversation");
    // What comes afterwards begins it anew.
    write(&mut ben, "ada-ruiz", "Third");
    assert!(badge(&mut ada) == 1 && ada.open("/inbox/ben-okoro").sees("Third") && !ada.sees("First"), "{}", ada.text());
    ada.open("/inbox").press("Undo");
    assert!(ada.open("/inbox/ben-okoro").sees("First") && ada.sees("Third"), "{}", ada.text());
}

#[test]
fn an_hour_later_nothing_comes_back() {
    let site = Site::new();
    let (mut ada, _ben) = two(&site);
    write(&mut ada, "ben-okoro", "First");
    ada.open("/inbox/ben-okoro").press("Delete conversation");
    for sql in [
        "UPDATE message_deletions SET deleted_at = deleted_at - 3601",
        "UPDATE message_copies SET deleted_at = deleted_at - 3601",
    ] {
        site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    }
    ada.press("Undo");
    assert!(ada.sees("There is nothing to take back"), "{}", ada.text());
    assert!(!ada.open("/inbox").sees("Deleted in the last hour") && ada.sees("No conversations"), "{}", ada.text());
}

#[test]
fn a_selection_is_deleted_at_once() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let names = ["Ben Okoro", "Cleo Haas", "Dov Katz"];
    for name in names {
        let mut other = site.member(name);
        connect(&mut ada, &mut other);
        write(&mut other, "ada-ruiz", "Hello");
    }
    assert_eq!(badge(&mut ada), 3);
    let body = ada.open("/inbox").page.body.clone();
    assert!(names.iter().all(|name| body.contains(&format!("aria-label=\"Select {name}\""))), "{body}");
    for press in ["Delete selected", "Mark as read", "Mark as unread"] {
        ada.open("/inbox").press(press);
        assert_eq!(ada.page.status, 422, "{press}");
        assert!(ada.sees("Nothing is selected.") && ada.sees("Dov Katz"), "{press}: {}", ada.text());
    }
    ada.fill("member", "ben-okoro|cleo-haas").press("Delete selected");
    assert!(ada.sees("2 conversations deleted. Only your copies are gone."), "{}", ada.text());
    assert!(ada.sees("Dov Katz") && !ada.open("/inbox").sees("Cleo Haas") && badge(&mut ada) == 1, "{}", ada.text());
    ada.open("/inbox").press("Undo");
    assert!(ada.sees("Ben Okoro") && ada.sees("Cleo Haas") && badge(&mut ada) == 3, "{}", ada.text());
    ada.open("/inbox").fill("member", "dov-katz").press("Delete selected");
    assert!(ada.sees("Conversation deleted. Only your copy is gone."), "{}", ada.text());
}

#[test]
fn everything_before_a_day_is_deleted() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    for (text, days) in [("Old", 10), ("Middle", 5), ("New", 0)] {
        write(&mut ada, "ben-okoro", text);
        let age = format!(
            "UPDATE message_copies SET sent_at = sent_at - {} WHERE id = (SELECT MAX(id) FROM messages)",
            days * 86_400
        );
        site.db.write_blocking(|connection| Ok(diesel::sql_query(&age).execute(connection)?)).unwrap();
    }
    ada.open("/inbox/ben-okoro").fill("before", "someday").press("Delete everything before");
    assert!(ada.page.status == 422 && ada.sees("Choose a day."), "{}", ada.text());
    let day = amicable::dates::iso(amicable::dates::now() - 5 * 86_400);
    ada.fill("before", &day).press("Delete everything before");
    assert!(ada.sees("Only your copy is gone.") && !ada.sees("Old") && ada.sees("Middle"), "{}", ada.text());
    assert!(ben.open("/inbox/ada-ruiz").sees("Old"));
    ada.fill("before", &day).press("Delete everything before");
    assert!(ada.sees("There is nothing before"), "{}", ada.text());
    ada.open("/inbox").press("Undo");
    assert!(ada.open("/inbox/ben-okoro").sees("Old"), "{}", ada.text());
}

#[test]
fn first_messages_are_limited_by_the_day() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut ben = site.member("Ben Okoro");
    connect(&mut ada, &mut ben);
    write(&mut ben, "ada-ruiz", "I wrote first");
    connect_many(&site, &ada, 31);
    for at in 1..=30 {
        write(&mut ada, &format!("person-{at:03}"), "Hello");
    }
    ada.open("/inbox/person-031");
    assert!(ada.sees("You have written to 30 new connections in the last 24 hours"), "{}", ada.text());
    ada.fill("message", "Hello 31").press("Send message");
    assert!(ada.page.status == 429 && ada.page.body.contains(">Hello 31</textarea>"), "{}", ada.text());
    assert!(ada.sees("You can write to another one from"), "{}", ada.text());
    // Whom one wrote to before, and who wrote first, are not new.
    write(&mut ada, "person-001", "Again");
    write(&mut ada, "ben-okoro", "You did");
    let sql = format!(
        "UPDATE conversations SET begun_at = begun_at - 86401 WHERE owner_id = {0} \
         AND begun_at = (SELECT MIN(begun_at) FROM conversations WHERE owner_id = {0})",
        ada.id
    );
    site.db.write_blocking(|connection| Ok(diesel::sql_query(&sql).execute(connection)?)).unwrap();
    write(&mut ada, "person-031", "Hello 31");
}

#[test]
fn pages_of_messages_lead_to_the_oldest() {
    let site = Site::new();
    let (mut ada, _ben) = two(&site);
    for at in 1..=101 {
        let (id, text) = (ada.id, format!("Message number {at:03}."));
        let send = |connection: &mut amicable::db::Connection| {
            amicable::inbox::sending::send(connection, &Default::default(), (id, "ben-okoro"), (&text, &text))
        };
        site.db.write_blocking(send).unwrap();
    }
    let shown = |visitor: &Visitor| visitor.page.body.matches("class=\"said\"").count();
    ada.open("/inbox/ben-okoro");
    assert!(shown(&ada) == 50 && ada.sees("number 101") && ada.sees("number 052"), "{}", ada.text());
    ada.go("Older messages").go("Older messages");
    assert!(shown(&ada) == 1 && ada.sees("number 001") && !ada.page.body.contains("Older messages"), "{}", ada.text());
    ada.go("Newest messages");
    assert_eq!(shown(&ada), 50);
}

#[test]
fn an_emptied_page_of_messages_shows_the_last() {
    let site = Site::new();
    let (mut ada, _ben) = two(&site);
    for at in 1..=51 {
        let (id, text) = (ada.id, format!("Message number {at:03}."));
        let send = |connection: &mut amicable::db::Connection| {
            amicable::inbox::sending::send(connection, &Default::default(), (id, "ben-okoro"), (&text, &text))
        };
        site.db.write_blocking(send).unwrap();
    }
    let shown = |visitor: &Visitor| visitor.page.body.matches("class=\"said\"").count();
    ada.open("/inbox/ben-okoro?before=1");
    assert!(shown(&ada) == 50 && ada.sees("number 001") && !ada.sees("number 051"), "{}", ada.text());
    assert!(ada.sees("Newest messages") && !ada.sees("Older messages"), "{}", ada.text());
    ada.open("/inbox/ben-okoro").go("Older messages");
    assert_eq!(shown(&ada), 1);
    // All that are left are the newest.
    ada.press("Delete message");
    assert!(shown(&ada) == 50 && ada.sees("number 051") && ada.sees("number 002"), "{}", ada.text());
    assert!(!ada.sees("Newest messages") && !ada.sees("Older messages"), "{}", ada.text());
    ada.press("Delete conversation").open("/inbox/ben-okoro?before=1");
    assert!(ada.sees("No messages yet."), "{}", ada.text());
}

#[test]
fn nobody_touches_the_messages_of_others() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    let mut eve = site.member("Eve Lund");
    write(&mut ada, "ben-okoro", "Secret");
    let body = ada.page.body.clone();
    let id = body.split("id=\"m").find_map(|rest| rest.split('"').next()?.parse::<i64>().ok()).unwrap();
    for path in [format!("/inbox/ben-okoro/{id}/delete"), format!("/inbox/ada-ruiz/{id}/delete")] {
        assert_eq!(eve.post(&path, &[]).page.status, 404);
    }
    assert!(!eve.open("/inbox/ben-okoro").sees("Secret"));
    ada.open("/inbox/ben-okoro").press("Delete message");
    let undo = ada.page.body.split("/inbox/deleted/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    eve.post(&format!("/inbox/deleted/{undo}/undo"), &[]);
    assert!(!ada.open("/inbox/ben-okoro").sees("Secret") && ben.open("/inbox/ada-ruiz").sees("Secret"));
}

#[test]
fn ones_own_messages_are_searched() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    let (mut cleo, mut dov) = (site.member("Cleo Haas"), site.member("Dov Katz"));
    connect(&mut cleo, &mut dov);
    write(&mut ada, "ben-okoro", "We meet in Zürich, at the café.");
    write(&mut ben, "ada-ruiz", "The caf\u{e9} it is; the menu is at https://cafe.example");
    write(&mut cleo, "dov-katz", "Another café, and nobody else's business.");
    for (typed, found) in
        [("cafe", 2), ("CAFÉ zuer", 1), ("zur", 1), ("bus", 0), ("caf men", 1), ("\" OR ' *", 0), ("=", 0)]
    {
        let path = format!("/inbox?{}", url_encoded(typed));
        ada.open(&path);
        let rows = ada.page.body.matches("?before=").count();
        assert!(rows == found && ada.page.status == 200, "{typed}: {rows} {}", ada.text());
        assert!(!ada.sees("Another"), "{typed}");
    }
    ada.open("/inbox?q=menu").go("Ben Okoro");
    assert!(ada.sees("The café it is"), "{}", ada.text());
    // What is deleted is not found until it is back.
    ada.open("/inbox/ben-okoro").press("Delete message").open("/inbox?q=menu");
    assert!(ada.sees("Nothing matches"), "{}", ada.text());
    ada.open("/inbox").press("Undo").open("/inbox?q=menu");
    assert!(ada.sees("1 message") && ben.open("/inbox?q=menu").sees("You: The café"), "{}", ada.text());
    ben.open("/in/ada-ruiz").press("Block");
    assert!(ben.open("/inbox?q=menu").sees("Nothing matches") && ada.open("/inbox?q=menu").sees("1 message"));
}

fn url_encoded(typed: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish()
}

#[test]
fn an_index_made_anew_finds_the_same() {
    let site = Site::new();
    let (mut ada, mut ben) = two(&site);
    write(&mut ada, "ben-okoro", "Where is the harbour?");
    write(&mut ben, "ada-ruiz", "The harbour is by the sea.");
    site.db
        .write_blocking(|connection| Ok(diesel::sql_query("DELETE FROM message_search").execute(connection)?))
        .unwrap();
    assert!(ada.open("/inbox?q=harbour").sees("Nothing matches"), "{}", ada.text());
    let mut connection = site.db.raw().unwrap();
    amicable::inbox::search::index_all(&mut connection).unwrap();
    drop(connection);
    for visitor in [&mut ada, &mut ben] {
        let text = visitor.open("/inbox?q=harbour").text();
        assert!(visitor.sees("2 messages") && text.find("by the sea") < text.find("Where is"), "{text}");
    }
}

#[test]
fn a_search_that_finds_more_says_that_it_shows_the_newest() {
    let site = Site::new();
    let (mut ada, ben) = two(&site);
    let limits = amicable::relationship::Limits::default();
    let write = |connection: &mut _, number: usize| {
        let (text, press) = (format!("Porto {number}"), number.to_string());
        amicable::inbox::sending::send(connection, &limits, (ben.id, "ada-ruiz"), (&text, &press)).map(drop)
    };
    for (numbers, said) in [(0..50, "50 messages"), (50..51, "The newest 50 messages")] {
        site.db.write_blocking(|connection| numbers.clone().try_for_each(|number| write(connection, number))).unwrap();
        ada.open("/inbox?q=porto");
        assert!(ada.page.body.contains(&format!("role=\"status\">{said}<")), "{}", ada.text());
    }
}

#[test]
fn a_message_that_is_too_long_is_kept_as_far_as_a_draft_goes() {
    let site = Site::new();
    let (mut ada, _ben) = two(&site);
    let text = "wé ".repeat(1_667);
    assert_eq!(text.trim().chars().count(), 5_000);
    let long = format!("{text}xyz");
    for path in ["/inbox/ben-okoro", "/inbox/ben-okoro/draft"] {
        assert_eq!(ada.post(path, &[("message", &long), ("press", "1")]).page.status, 422, "{path}");
        assert!(ada.page.body.contains("xyz</textarea>"), "{path}: what was typed stays on the page");
        ada.open("/inbox/ben-okoro");
        assert!(ada.page.body.contains(text.trim()) && !ada.page.body.contains("xyz"), "{path}: {}", ada.text());
        ada.post("/inbox/ben-okoro/draft", &[("message", "")]);
    }
}
