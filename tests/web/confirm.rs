use diesel::prelude::*;

use crate::support::{PASSWORD, Site, Visitor};

/// Makes it longer than 15 minutes that anybody has shown that it is them.
pub fn a_while_passes(site: &Site) {
    let sql = "UPDATE sessions SET confirmed_at = confirmed_at - 901";
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).map(drop).unwrap();
}

fn events(visitor: &mut Visitor) -> String {
    visitor.open("/settings/devices").text().split("What happened to your account").nth(1).unwrap().to_owned()
}

#[test]
fn an_address_wants_a_password_after_15_minutes() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/settings/account").fill("email", "new@test.example").press("Save");
    assert!(ada.sees("Your e-mail address is changed."), "{}", ada.text());
    a_while_passes(&site);
    for wrong in ["", "not the password"] {
        ada.open("/settings/account").fill("email", "newer@test.example").fill("password", wrong).press("Save");
        assert!(ada.page.status == 422 && ada.sees("This is not your password."), "{}", ada.text());
    }
    ada.fill("email", "newer@test.example").fill("password", PASSWORD).press("Save");
    assert!(ada.sees("Your e-mail address is changed."), "{}", ada.text());
    assert!(events(&mut ada).contains("E-mail address changed: newer@test.example"));
}

#[test]
fn a_new_address_ends_the_other_sessions() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut elsewhere = site.visitor();
    elsewhere.post("/sign-in", &[("email", "ada-ruiz@test.example"), ("password", PASSWORD)]);
    ada.open("/settings/account").fill("email", "new@test.example").press("Save");
    assert!(ada.sees("You are signed out everywhere else."), "{}", ada.text());
    assert_eq!(elsewhere.get("/connections").page.status, 303);
    assert_eq!(ada.get("/connections").page.status, 200);
}

#[test]
fn the_same_address_ends_nothing() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut elsewhere = site.visitor();
    elsewhere.post("/sign-in", &[("email", "ada-ruiz@test.example"), ("password", PASSWORD)]);
    for (typed, said) in [
        ("ada-ruiz@test.example", "This is your e-mail address already."),
        ("Ada-Ruiz@test.example", "It is written as you typed it now."),
    ] {
        ada.open("/settings/account").fill("email", typed).press("Save");
        assert!(ada.sees(said) && !ada.sees("signed out"), "{}", ada.text());
        assert!(ada.page.body.contains(typed), "{}", ada.page.body);
    }
    assert!(!events(&mut ada).contains("E-mail address changed"));
    assert_eq!(elsewhere.get("/connections").page.status, 200);
    let told: Vec<String> = site.letters().into_iter().map(|letter| letter.subject).collect();
    assert_eq!(told, ["New sign-in to your account"], "of the other browser");
}

#[test]
fn an_old_form_of_an_address_asks_and_keeps_it() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/settings/account");
    a_while_passes(&site);
    ada.fill("email", "new@test.example").press("Save");
    assert!(ada.sees("Confirm it is you") && ada.sees("what you typed can be sent next"), "{}", ada.text());
    ada.fill("password", PASSWORD).press("Confirm").press("Continue");
    assert!(ada.sees("Your e-mail address is changed."), "{}", ada.text());
    assert!(ada.page.body.contains("new@test.example"));
    // The button that goes back to the address before has no field at all.
    a_while_passes(&site);
    ada.open("/settings/account").press("Keep ada-ruiz@test.example");
    assert!(ada.sees("Confirm it is you"), "{}", ada.text());
}

#[test]
fn a_passkey_is_offered_wherever_a_password_is_asked_for() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    a_while_passes(&site);
    for path in ["/settings/account", "/settings/password", "/settings/data/delete"] {
        ada.open(path).go("confirm with a passkey");
        assert!(ada.has_button("Confirm with a passkey"), "{path}: {}", ada.text());
        ada.fill("password", PASSWORD).press("Confirm");
        assert_eq!(ada.page.path, path);
        a_while_passes(&site);
    }
}

#[test]
fn confirming_leads_to_the_page_and_no_other_site() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    a_while_passes(&site);
    ada.open("/confirm?next=/settings/privacy").fill("password", "wrong").press("Confirm");
    assert!(ada.page.status == 422 && ada.sees("This is not your password."), "{}", ada.text());
    ada.fill("password", PASSWORD).press("Confirm");
    assert_eq!((ada.page.status, ada.page.path.as_str()), (200, "/settings/privacy"));
    ada.post("/confirm", &[("password", PASSWORD), ("next", "https://evil.example")]).follow();
    assert_eq!(ada.page.path, "/settings/security");
    assert_eq!(site.visitor().get("/confirm").page.status, 303);
}

#[test]
fn a_second_press_signs_nobody_out() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    a_while_passes(&site);
    ada.open("/confirm?next=/settings/tokens");
    let (one, other) = std::thread::scope(|scope| {
        let press = || ada.post_aside("/confirm", &[("password", PASSWORD), ("next", "/settings/tokens")]);
        let both = [scope.spawn(press), scope.spawn(press)].map(|press| press.join().unwrap());
        let [one, other] = both;
        (one.status(), other.status())
    });
    assert_eq!((one, other), (303.try_into().unwrap(), 303.try_into().unwrap()));
    ada.open("/settings/tokens");
    assert_eq!(ada.page.path, "/settings/tokens", "{}", ada.text());
}
