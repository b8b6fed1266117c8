//! What was typed is not lost, whatever kept it from being sent.

use amicable::db::Connection;
use diesel::connection::SimpleConnection;

use crate::support::{PASSWORD, Site};

/// The database does not answer what every page asks.
fn away(site: &Site, away: bool) {
    let (from, to) = if away { ("notifications", "elsewhere") } else { ("elsewhere", "notifications") };
    let sql = format!("ALTER TABLE {from} RENAME TO {to}");
    site.db.write_blocking(move |connection: &mut Connection| Ok(connection.batch_execute(&sql)?)).unwrap();
}

#[test]
fn what_was_typed_while_the_database_was_away_is_sent_with_one_press_once_it_is_back() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/in/ada-ruiz");
    away(&site, true);
    ada.post("/profile/about", &[("about", "Bridges & <tunnels>")]);
    assert_eq!(ada.page.status, 503);
    assert!(ada.sees("Nothing was changed") && ada.sees("Bridges & <tunnels>"), "{}", ada.page.body);
    for header in ["content-security-policy", "x-content-type-options", "cache-control"] {
        assert!(ada.page.headers.iter().any(|(name, _)| name == header), "{header}");
    }
    ada.press("Try again");
    assert_eq!(ada.page.status, 503);
    away(&site, false);
    ada.press("Try again");
    assert_eq!(ada.page.status, 200);
    assert!(ada.sees("Bridges & <tunnels>") && ada.page.path == "/in/ada-ruiz", "{}", ada.text());
}

#[test]
fn what_was_typed_after_the_session_ended_is_sent_with_one_press_after_signing_in() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    let mut elsewhere = site.visitor();
    elsewhere.open("/sign-in").fill("email", "ada-ruiz@test.example").fill("password", PASSWORD).press("Sign in");
    ada.open("/in/ben-okoro");
    elsewhere.open("/settings/devices").press("Sign out everywhere else");
    ada.fill("private_note", "Choir, \"first\" row").fill("tags", "choir").press("Save");
    assert!(ada.page.status == 401 && ada.sees("You are signed out."), "{}", ada.text());
    ada.fill("email", "ada-ruiz@test.example").fill("password", "not right").press("Sign in");
    assert_eq!(ada.page.status, 422);
    ada.fill("password", PASSWORD).press("Sign in");
    assert!(ada.sees("You are signed in again") && ada.sees("Choir, \"first\" row"), "{}", ada.text());
    ada.press("Try again");
    assert!(ada.sees("Your note and tags on Ben Okoro are saved."), "{}", ada.text());
    assert!(ada.open("/in/ben-okoro").page.body.contains("Choir, &#34;first&#34; row"));
}

#[test]
fn no_password_is_repeated_and_no_address_plants_a_form() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.post("/settings/password", &[("password", PASSWORD), ("new_password", "another quiet one")]);
    assert_eq!(visitor.page.status, 303, "there is nothing to keep");
    visitor.post("/settings/account", &[("email", "eve@test.example"), ("password", PASSWORD)]);
    assert!(visitor.page.status == 401 && !visitor.page.body.contains("a+quiet") && visitor.page.body.contains("eve"));
    visitor.get("/sign-in?kept_path=/in/ben-okoro/block&kept=private_reason%3Dplanted");
    assert!(!visitor.page.body.contains("planted"));
    let large = "x".repeat(150_000);
    visitor.post("/profile/about", &[("about", &large)]);
    assert_eq!(visitor.page.status, 303, "too large to be kept");
}

#[test]
fn words_for_what_is_gone_can_be_copied_from_its_page() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/contacts/new").fill("full_name", "Cem Demir").press("Save");
    let contact = ada.page.path.clone();
    ada.post_aside(&format!("{contact}/delete"), &[]);
    ada.post(&format!("{contact}/edit"), &[("full_name", "Cem Demir"), ("note", "Plays the oud")]);
    assert!(ada.page.status == 404 && ada.sees("Plays the oud"), "{}", ada.text());
    ada.open("/in/ben-okoro");
    ben.open("/in/ada-ruiz").press("Block");
    ada.fill("private_note", "Met in Bergen").press("Save");
    assert!(ada.page.status == 404 && ada.sees("Met in Bergen") && !ada.has_button("Try again"), "{}", ada.text());
    // A press has no words, and whoever is not there answers the same.
    assert!(!ada.post("/in/ben-okoro/accept", &[]).sees("to be copied"));
    let seen = ["ben-okoro", "nobody"].map(|handle| {
        ada.open("/").post(&format!("/in/{handle}/remarks"), &[("private_note", "Met in Bergen")]);
        (ada.page.status, ada.page.body.replace(handle, "HANDLE"))
    });
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn words_beyond_what_a_field_takes_come_back() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let long = "\u{1F30A}".repeat(15_000);
    ada.post("/profile/about", &[("about", &long)]);
    assert!(ada.page.status == 422 && ada.page.body.contains(&long), "{}", ada.page.status);
}

#[test]
fn the_longest_words_of_any_script_are_kept() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (note, page) = ("愛".repeat(9_999), ada.open("/contacts/new").page.clone());
    ada.press("Sign out");
    ada.page = page;
    ada.fill("full_name", "Ben Okoro").fill("private_note", &note).press("Save");
    assert_eq!(ada.page.status, 401, "{:.200}", ada.text());
    ada.fill("email", "ada-ruiz@test.example").fill("password", PASSWORD).press("Sign in").press("Try again");
    assert!(ada.page.path.starts_with("/contacts/") && ada.page.body.contains(&note), "{:.300}", ada.text());
}

#[test]
fn a_field_is_kept_whose_name_has_a_password_in_it() {
    let site = Site::new();
    let mut root = crate::moderation::with_role(&site, "Root Admin", amicable::members::role::Role::Administrator);
    let page = root.open("/admin/limits").page.clone();
    root.press("Sign out");
    root.page = page;
    root.fill("number-app-passwords", "17").fill("number-uploads", "18").press("Save");
    let email = format!("{}@test.example", root.handle);
    root.fill("email", &email).fill("password", PASSWORD).press("Sign in").press("Try again");
    root.open("/admin/limits");
    assert!(root.page.body.contains("value=\"17\"") && root.page.body.contains("value=\"18\""), "{}", root.text());
}
