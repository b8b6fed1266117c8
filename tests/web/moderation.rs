//! Reports, what moderators decide, and what the suspended see.

use crate::support::{Site, Visitor, connect};
use amicable::members::role::Role;
use diesel::prelude::*;

fn sql(site: &Site, sql: &str) {
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
}

/// A member with a role, signed in.
pub fn with_role(site: &Site, full_name: &str, role: Role) -> Visitor {
    let visitor = site.member(full_name);
    sql(site, &format!("UPDATE members SET role = {} WHERE id = {}", role as i16, visitor.id));
    visitor
}

/// The day so many days from now, as a date field has it.
fn in_days(days: i64) -> String {
    amicable::dates::iso(amicable::dates::now() + days * 86_400)
}

fn report(visitor: &mut Visitor, handle: &str, reason: &str) {
    visitor.open(&format!("/in/{handle}")).go("Report").fill("reason", reason).press("Send report");
    assert!(visitor.sees("Your report is sent."), "{}", visitor.text());
}

fn decide(moderator: &mut Visitor, whom: &str, told: &str, button: &str) {
    moderator.open("/moderation").go(&format!("Report of a profile: {whom}"));
    moderator.fill("told", told).fill("until", &in_days(10)).press(button);
    assert!(moderator.sees("The report is decided."), "{}", moderator.text());
}

#[test]
fn a_report_waits_with_what_it_was_about() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    ben.open("/profile").post("/profile/about", &[("about", "Cheap watches")]);
    report(&mut ada, "ben-okoro", "He sells watches.");
    ben.post("/profile/about", &[("about", "Nothing at all")]);
    mia.open("/moderation").go("Report of a profile: Ben Okoro");
    assert!(mia.sees("He sells watches.") && mia.sees("Cheap watches") && mia.sees("Ada Ruiz"), "{}", mia.text());
    assert!(!mia.sees("Nothing at all"));
}

#[test]
fn a_report_without_words_is_asked_again() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    ada.open("/in/ben-okoro/report").press("Send report");
    assert_eq!(ada.page.status, 422);
    assert!(ada.sees("What is wrong? Please write something here."), "{}", ada.text());
    for path in ["/in/nobody-here/report", "/in/ada-ruiz/report", "/in/ben-okoro/report?message=1"] {
        assert_eq!(ada.get(path).page.status, 404, "{path}");
    }
}

#[test]
fn reports_are_twenty_a_day() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    for _ in 0..20 {
        ada.post("/in/ben-okoro/report", &[("reason", "Again")]);
        assert_eq!(ada.page.status, 303);
    }
    ada.post("/in/ben-okoro/report", &[("reason", "Once more")]);
    assert!(ada.page.status == 422 || ada.page.status == 429, "{}", ada.page.status);
    assert!(ada.page.body.contains("Once more") || ada.page.status == 429);
}

#[test]
fn report_and_disconnect_is_one_step() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    connect(&mut ada, &mut ben);
    ben.open("/inbox/ada-ruiz").fill("message", "Buy my watch").press("Send message");
    let before = ben.told();
    ada.open("/inbox/ben-okoro").go("Report and disconnect").fill("reason", "Spam").press("Report and disconnect");
    assert!(
        ada.sees("Your report is sent.") && ada.sees("You are no longer connected with Ben Okoro."),
        "{}",
        ada.text()
    );
    assert_eq!(ben.told(), before);
    mia.open("/moderation").go("Report of a message: Ben Okoro");
    assert!(mia.sees("Spam") && mia.sees("Buy my watch"), "{}", mia.text());
    ada.open("/inbox/ben-okoro");
    assert!(ada.sees("You can write to your connections only."), "{}", ada.text());
}

#[test]
fn a_message_is_reported_with_its_neighbours() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    connect(&mut ada, &mut ben);
    ada.open("/inbox/ben-okoro").fill("message", "Hello Ben").press("Send message");
    ben.open("/inbox/ada-ruiz").fill("message", "Buy my watch").press("Send message");
    ada.open("/inbox/ben-okoro").go("Report").fill("reason", "Spam").press("Send report");
    mia.open("/moderation").go("Report of a message: Ben Okoro");
    assert!(
        mia.sees("Hello Ben") && mia.sees("Buy my watch Reported") || mia.sees("Reported Buy my watch"),
        "{}",
        mia.text()
    );
}

#[test]
fn the_reported_are_told_nothing_of_a_report() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    site.letters();
    let pages = ["/", "/notifications", "/inbox", "/settings/moderation", "/settings/data", "/in/ada-ruiz"];
    let look = |ben: &mut Visitor| pages.map(|path| ben.open(path).text());
    let before = look(&mut ben);
    report(&mut ada, "ben-okoro", "He sells watches.");
    assert_eq!(look(&mut ben), before);
    assert_eq!(site.letters(), []);
}

#[test]
fn a_report_is_decided_once() {
    let site = Site::new();
    let (mut ada, mut mia) = (site.member("Ada Ruiz"), with_role(&site, "Mia Moder", Role::Moderator));
    let mut max = with_role(&site, "Max Moder", Role::Moderator);
    site.member("Ben Okoro");
    report(&mut ada, "ben-okoro", "Spam");
    max.open("/moderation").go("Report of a profile: Ben Okoro");
    decide(&mut mia, "Ben Okoro", "Please do not sell here.", "Warn");
    max.fill("told", "Out").press("Ban");
    assert!(max.sees("This is decided already."), "{}", max.text());
    assert_eq!(site.member("Cleo Vance").open("/in/ben-okoro").page.status, 200);
    let letters = site.letters();
    let subject_of = |name: &str| {
        let to = letters.iter().filter(|letter| letter.to.contains(name)).map(|letter| letter.subject.as_str());
        to.collect::<Vec<_>>()
    };
    assert_eq!(subject_of("ben-okoro"), ["A word from the moderators"]);
    assert_eq!(subject_of("ada-ruiz"), ["Your report was answered"]);
    let warned = letters.iter().find(|letter| letter.to.contains("ben-okoro")).unwrap();
    assert!(!warned.whole.contains("Ada") && warned.text.contains("Please do not sell here."), "{}", warned.text);
}

#[test]
fn a_suspended_member_sees_one_page() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    report(&mut ada, "ben-okoro", "Spam");
    decide(&mut mia, "Ben Okoro", "You sold watches.", "Suspend");
    for path in ["/", "/people", "/in/ada-ruiz", "/inbox", "/settings/account", "/moderation"] {
        ben.get(path);
        let to = ben.page.headers.iter().find(|(name, _)| name == "location").map(|(_, to)| to.as_str());
        assert_eq!((ben.page.status, to), (303, Some("/suspended")), "{path}");
    }
    ben.post("/in/ada-ruiz/invite", &[("note", "Hello")]);
    assert_eq!(ben.page.status, 303);
    assert!(ada.open("/invitations").sees("No invitations to answer"), "{}", ada.text());
    ben.open("/");
    assert!(ben.sees("Your account is suspended until") && ben.sees("You sold watches."), "{}", ben.text());
    assert_eq!(ben.open("/settings/data").page.status, 200);
    // Signed in anew, it is the same.
    ben.open("/suspended").press("Sign out");
    ben.open("/sign-in").fill("email", "ben-okoro@test.example").fill("password", crate::support::PASSWORD);
    ben.press("Sign in");
    assert!(ben.sees("You sold watches."), "{}", ben.text());
    // It ends by itself on its day.
    sql(&site, "UPDATE members SET suspended_until = 1 WHERE suspended_until IS NOT NULL");
    ben.open("/people");
    assert!(ben.sees("People"), "{}", ben.text());
}

#[test]
fn an_appeal_is_answered_by_mail() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    report(&mut ada, "ben-okoro", "Spam");
    decide(&mut mia, "Ben Okoro", "You sold watches.", "Ban");
    site.letters();
    ben.open("/");
    assert!(ben.sees("Your account is banned."), "{}", ben.text());
    ben.press("Send appeal");
    assert_eq!(ben.page.status, 422);
    ben.fill("appeal", "They were gifts.").press("Send appeal");
    assert!(ben.sees("You sent an appeal on"), "{}", ben.text());
    mia.open("/moderation").go("Appeal: Ben Okoro");
    assert!(mia.sees("They were gifts.") && mia.sees("You sold watches."), "{}", mia.text());
    mia.press("End the suspension");
    let letters = site.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].subject, "Your account is open again");
    assert!(ben.open("/people").sees("People"));
}

#[test]
fn a_moderator_cannot_act_above_or_on_themselves() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    report(&mut ada, "mia-moder", "Unfair");
    report(&mut ada, "member-root-admin", "Unfair too");
    mia.open("/moderation").go("Report of a profile: Mia Moder");
    assert!(mia.sees("somebody else decides it") && !mia.has_button("Ban"), "{}", mia.text());
    let own = mia.page.path.clone();
    mia.post(&own, &[("decision", "dismiss"), ("told", "")]).follow();
    assert!(mia.sees("somebody else decides it"), "{}", mia.text());
    mia.open("/moderation").go("Report of a profile: Root Admin");
    assert!(mia.sees("an administrator decides it") && !mia.has_button("Ban"), "{}", mia.text());
    decide(&mut root, "Mia Moder", "", "Dismiss");
}

#[test]
fn who_looks_at_relationships_is_seen() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let mut cleo = site.member("Cleo Vance");
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    connect(&mut ben, &mut cleo);
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro").press("Disconnect");
    report(&mut cleo, "ben-okoro", "Spam");
    mia.open("/moderation").go("Report of a profile: Ben Okoro").go("Look at relationships");
    assert!(mia.sees("Cleo Vance") && !mia.sees("Ada Ruiz"), "{}", mia.text());
    ben.open("/settings/moderation");
    assert!(ben.sees("Who looked") && ben.sees("Mia Moder"), "{}", ben.text());
    // What a browser fetches ahead is neither shown nor logged.
    assert_eq!(mia.ahead(&mia.page.path.clone()).status(), 404);
    assert_eq!(ben.open("/settings/moderation").page.body.matches("Mia Moder").count(), 1);
}

#[test]
fn a_hidden_profile_shows_its_name_to_connections_alone() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let (mut cleo, mut dora) = (site.member("Cleo Vance"), site.member("Dora Lind"));
    let mut mia = with_role(&site, "Mia Moder", Role::Moderator);
    connect(&mut ada, &mut ben);
    connect(&mut dora, &mut ben);
    ben.post("/profile/about", &[("about", "Cheap watches")]);
    report(&mut cleo, "ben-okoro", "Spam");
    decide(&mut mia, "Ben Okoro", "Please change it.", "Hide");
    assert_eq!(cleo.get("/in/ben-okoro").page.status, 404);
    assert!(!cleo.open("/people?q=Okoro").sees("Ben Okoro"), "{}", cleo.text());
    ada.open("/in/ben-okoro");
    assert!(ada.sees("Ben Okoro") && !ada.sees("Cheap watches"), "{}", ada.text());
    // Whoever was left sees what a stranger does.
    ben.open("/in/dora-lind").press("Disconnect");
    assert_eq!(dora.get("/in/ben-okoro").page.status, 404);
    assert!(ben.open("/in/ben-okoro").sees("Cheap watches"));
    mia.open("/moderation?state=closed").go("Report of a profile: Ben Okoro").press("Show the profile again");
    assert!(cleo.open("/people?q=Okoro").sees("Ben Okoro"), "{}", cleo.text());
}
