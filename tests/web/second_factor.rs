use amicable::members::role::Role;
use diesel::prelude::*;

use crate::confirm::a_while_passes;
use crate::guards::closed;
use crate::moderation::with_role;
use crate::support::{PASSWORD, Site, Visitor};

/// The key that the page of the app shows.
fn key(visitor: &Visitor) -> String {
    let text = visitor.text();
    let key = text.split("Key: ").nth(1).unwrap().split(" Open the app").next().unwrap();
    key.replace(' ', "")
}

/// The code of a key, so many steps of 30 seconds from now: by oathtool where it is installed.
fn code(key: &str, steps: i64) -> String {
    let at = amicable::dates::now() + steps * 30;
    let oathtool = std::process::Command::new("oathtool");
    let mut oathtool = oathtool;
    let now = format!("--now=@{at}");
    if let Ok(made) = oathtool.args(["--totp", "--base32", &now, key]).output() {
        return String::from_utf8(made.stdout).unwrap().trim().to_owned();
    }
    let secret = totp_rs::Secret::try_from_base32(key).unwrap();
    let app = totp_rs::Builder::new().with_secret(secret).with_account_name("ada").build().unwrap();
    app.generate(at.unsigned_abs()).to_string()
}

/// Lets the codes of now work again.
fn codes_are_new(site: &Site) {
    run(site, "UPDATE second_factors SET last_step = 0");
}

fn run(site: &Site, sql: &str) {
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).map(drop).unwrap();
}

/// Turns the app of a member on. Returns its key and the recovery codes.
fn turn_on(site: &Site, visitor: &mut Visitor) -> (String, Vec<String>) {
    visitor.open("/settings/security").go("Set up authenticator app");
    let key = key(visitor);
    visitor.fill("code", &code(&key, 0)).press("Turn on");
    assert!(visitor.sees("Your authenticator app is on."), "{}", visitor.text());
    let body = visitor.page.body.clone();
    let codes = body.split("<code dir=\"ltr\">").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
    codes_are_new(site);
    (key, codes.collect())
}

/// Somebody who has given the password of Ada Ruiz.
fn half_in(site: &Site) -> Visitor {
    let mut visitor = site.visitor();
    visitor.open("/sign-in?next=/people").fill("email", "ada-ruiz@test.example").fill("password", PASSWORD);
    visitor.press("Sign in");
    assert!(visitor.sees("Second step"), "{}", visitor.text());
    visitor
}

#[test]
fn a_sign_in_asks_for_a_code() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (key, codes) = turn_on(&site, &mut ada);
    assert_eq!(codes.len(), 10);
    let mut elsewhere = half_in(&site);
    assert!(!elsewhere.has_button("Sign in with a passkey"), "she has none: {}", elsewhere.text());
    elsewhere.fill("code", "123 45").press("Sign in");
    assert!(elsewhere.page.status == 422 && elsewhere.sees("This code is not right"), "{}", elsewhere.text());
    elsewhere.fill("code", &code(&key, 0)).press("Sign in");
    assert_eq!((elsewhere.page.status, elsewhere.page.path.as_str()), (200, "/people"));
}

#[test]
fn a_recovery_code_says_how_many_are_left() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (_, codes) = turn_on(&site, &mut ada);
    let mut elsewhere = half_in(&site);
    elsewhere.fill("code", &codes[0]).press("Sign in");
    assert!(elsewhere.sees("You used a recovery code. 9 codes are left."), "{}", elsewhere.text());
}

#[test]
fn a_page_loaded_anew_shows_the_key_that_was_scanned() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/settings/security/authenticator");
    let scanned = key(&ada);
    ada.open("/settings/security/authenticator");
    assert_eq!(key(&ada), scanned);
    ada.fill("code", &code(&scanned, 0)).press("Turn on");
    ada.open("/settings/security").press("Turn off");
    ada.open("/settings/security/authenticator");
    assert_ne!(key(&ada), scanned, "what was on is not used again");
}

#[test]
fn a_code_is_used_once() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (key, _) = turn_on(&site, &mut ada);
    let code = code(&key, 0);
    half_in(&site).fill("code", &code).press("Sign in");
    let mut again = half_in(&site);
    again.fill("code", &code).press("Sign in");
    assert_eq!(again.page.status, 422, "{}", again.text());
}

#[test]
fn of_two_at_two_nodes_one_code_lets_one_in() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (key, _) = turn_on(&site, &mut ada);
    let other_node = site.another_node();
    for _ in 0..5 {
        codes_are_new(&site);
        let (one, mut other) = (half_in(&site), half_in(&site));
        other.at_node(&other_node);
        let code = code(&key, 0);
        let status = |visitor: &Visitor| visitor.post_aside("/sign-in/code", &[("code", &code)]).status().as_u16();
        let mut answers = std::thread::scope(|scope| {
            let first = scope.spawn(|| status(&one));
            [status(&other), first.join().unwrap()]
        });
        answers.sort_unstable();
        assert_eq!(answers, [303, 422]);
    }
}

#[test]
fn whoever_is_half_in_opens_nothing() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    turn_on(&site, &mut ada);
    let mut half = half_in(&site);
    for (method, path) in closed() {
        if method == "GET" {
            half.get(&path)
        } else {
            half.post(&path, &[])
        };
        let to = half.page.headers.iter().find(|(name, _)| name == "location").map(|(_, to)| to.clone());
        assert_eq!(half.page.status, 303, "{method} {path}");
        assert!(to.unwrap().starts_with("/sign-in?next="), "{method} {path}");
    }
    run(&site, "UPDATE begun_sign_ins SET expires_at = expires_at - 601");
    assert_eq!(half.get("/sign-in/code").page.status, 303);
}

#[test]
fn five_wrong_codes_end_a_sign_in() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (key, _) = turn_on(&site, &mut ada);
    let mut half = half_in(&site);
    for _ in 0..5 {
        half.post("/sign-in/code", &[("code", "000000")]);
    }
    half.follow();
    assert!(half.sees("Please sign in again."), "{}", half.text());
    half.post("/sign-in/code", &[("code", &code(&key, 0))]).follow();
    assert_eq!(half.get("/people").page.status, 303);
    assert!(ada.open("/settings/devices").sees("Right password, then wrong codes"), "{}", ada.text());
}

#[test]
fn wrong_codes_count_in_all_sign_ins_together() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (key, _) = turn_on(&site, &mut ada);
    for number in 0..25 {
        let mut half = half_in(&site);
        half.post("/sign-in/code", &[("code", "000000")]);
        let is_fifth = number % 5 == 4;
        assert_eq!(half.page.status == 303, is_fifth, "{number}: {}", half.text());
    }
    assert!(ada.open("/settings/devices").sees("Right password, then wrong codes"), "{}", ada.text());
    // The right one is not looked at either.
    let mut half = half_in(&site);
    half.post("/sign-in/code", &[("code", &code(&key, 0))]);
    let retry = half.page.headers.iter().find(|(name, _)| name == "retry-after").map(|(_, value)| value.clone());
    let seconds: i64 = retry.unwrap().parse().unwrap();
    assert!(half.sees("Too many codes were wrong. Try again from"), "{}", half.text());
    assert!(half.page.status == 429 && (3_000..=3_600).contains(&seconds), "{} {seconds}", half.page.status);
    assert_eq!(half.get("/people").page.status, 303);
}

#[test]
fn a_suspended_member_comes_in_with_both_factors() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (key, _) = turn_on(&site, &mut ada);
    for (until, lands) in [("NULL", "Your account is banned"), ("2", "People")] {
        codes_are_new(&site);
        run(
            &site,
            &format!("UPDATE members SET suspended_at = 1, suspended_until = {until} WHERE full_name = 'Ada Ruiz'"),
        );
        let mut half = half_in(&site);
        half.fill("code", &code(&key, 0)).press("Sign in");
        half.open("/people");
        assert!(half.sees(lands), "{until}: {}", half.text());
    }
}

#[test]
fn a_recovery_code_works_once_and_is_mailed() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (_, codes) = turn_on(&site, &mut ada);
    site.letters();
    half_in(&site).fill("code", &codes[3].to_uppercase()).press("Sign in");
    let letters = site.letters();
    let letter = letters.iter().find(|letter| letter.subject == "A recovery code was used").unwrap();
    assert!(letter.text.contains("You have 9 recovery codes left."), "{}", letter.text);
    let mut again = half_in(&site);
    again.fill("code", &codes[3]).press("Sign in");
    assert_eq!(again.page.status, 422);
    assert!(ada.open("/settings/security").sees("9 codes are left."), "{}", ada.text());
}

#[test]
fn recovery_codes_are_shown_once_and_downloaded() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (_, codes) = turn_on(&site, &mut ada);
    ada.press("Download");
    let saved =
        ada.page.headers.iter().any(|(name, value)| name == "content-disposition" && value.contains("attachment"));
    assert!(saved && codes.iter().all(|code| ada.page.body.contains(code)), "{}", ada.page.body);
    ada.open("/settings/security/recovery-codes");
    assert!(ada.sees("Your codes were shown once") && !ada.page.body.contains(&codes[0]), "{}", ada.text());
    ada.press("New recovery codes");
    assert!(ada.sees("They are shown only now."), "{}", ada.text());
    let mut half = half_in(&site);
    half.fill("code", &codes[0]).press("Sign in");
    assert_eq!(half.page.status, 422, "an old code");
    // Who has no second step never had any.
    let mut ben = site.member("Ben Okoro");
    assert_eq!(ben.open("/settings/security/recovery-codes").page.path, "/settings/security");
}

#[test]
fn a_reset_by_mail_asks_for_the_second_step() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (key, _) = turn_on(&site, &mut ada);
    let mut visitor = site.visitor();
    visitor.open("/forgot-password").fill("email", "ada-ruiz@test.example").press("Send link");
    let letters = site.letters();
    let link = letters.iter().find(|letter| letter.subject == "Set a new password").unwrap().link("/reset-password/");
    visitor.open(&link).fill("new_password", "velvet otter pedal").press("Set password");
    assert!(visitor.sees("Second step"), "{}", visitor.text());
    assert_eq!(visitor.get("/people").page.status, 303);
    visitor.open("/sign-in/code").fill("code", &code(&key, 0)).press("Sign in");
    assert_eq!(visitor.get("/people").page.status, 200);
}

#[test]
fn whoever_proves_an_address_first_gets_the_account_alone() {
    let site = Site::new();
    let mut mallory = site.member("Ada Ruiz");
    turn_on(&site, &mut mallory);
    let passkey = format!(
        "INSERT INTO passkeys (member_id, id, name, credential_id, credential, created_at) \
         VALUES ({}, 1, 'Phone', 'a', '{{}}', 1)",
        mallory.id
    );
    run(&site, &passkey);
    // The address is Ada's, who has never confirmed it.
    run(&site, "UPDATE members SET confirmed_email = ''");
    let mut ada = site.visitor();
    ada.open("/forgot-password").fill("email", "ada-ruiz@test.example").press("Send link");
    let letters = site.letters();
    let link = letters.iter().find(|letter| letter.subject == "Set a new password").unwrap().link("/reset-password/");
    ada.open(&link).fill("new_password", "velvet otter pedal").press("Set password");
    assert_eq!((ada.get("/people").page.status, mallory.get("/people").page.status), (200, 303));
    let left: i64 = site
        .db
        .read_blocking(|connection| Ok(amicable::schema::passkeys::table.count().get_result(connection)?))
        .unwrap();
    assert_eq!(left, 0);
    assert!(ada.open("/settings/security").sees("Set up authenticator app"), "{}", ada.text());
}

#[test]
fn turned_off_a_password_is_enough() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    turn_on(&site, &mut ada);
    ada.open("/settings/security").press("Turn off");
    assert!(ada.sees("Your authenticator app is off."), "{}", ada.text());
    let mut elsewhere = site.visitor();
    elsewhere.post("/sign-in", &[("email", "ada-ruiz@test.example"), ("password", PASSWORD)]);
    assert_eq!(elsewhere.get("/people").page.status, 200);
}

#[test]
fn an_administrator_ends_a_second_step_that_is_lost() {
    let site = Site::new();
    let (mut ada, mut root) = (site.member("Ada Ruiz"), with_role(&site, "Root Admin", Role::Administrator));
    let page = format!("/admin/members/{}", ada.id);
    root.open(&page);
    assert!(root.sees("Off: a sign-in asks for the password alone.") && !root.has_button("Turn off the second step"));
    turn_on(&site, &mut ada);
    let mut half = half_in(&site);
    site.letters();
    a_while_passes(&site);
    root.open(&page).press("Turn off the second step");
    assert!(root.sees("Confirm it is you"), "{}", root.text());
    root.fill("password", PASSWORD).press("Confirm").press("Turn off the second step");
    assert!(root.sees("The second step is off. The member is told by e-mail."), "{}", root.text());
    // Whoever waited for the second step begins anew.
    assert_eq!(half.get("/people").page.status, 303);
    half.post("/sign-in", &[("email", "ada-ruiz@test.example"), ("password", PASSWORD)]);
    assert_eq!(half.get("/people").page.status, 200);
    let letters = site.letters();
    let told = letters.iter().find(|letter| letter.to.contains("ada-ruiz") && letter.subject.contains("second step"));
    assert!(told.is_some_and(|letter| letter.text.contains("those who run the site turned")), "{letters:?}");
    ada.open("/settings/devices");
    assert!(ada.sees("Second step turned off by those who run the site"), "{}", ada.text());
    assert!(root.open("/admin/audit").sees("Second step turned off: Ada Ruiz (ada-ruiz)"), "{}", root.text());
    root.post(&format!("{page}/second-factor"), &[]).follow();
    assert!(root.sees("The second step of this member is off already."), "{}", root.text());
}

#[test]
fn a_form_that_wants_a_confirmation_is_not_lost() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/settings/security").go("Set up authenticator app");
    let key = key(&ada);
    a_while_passes(&site);
    ada.fill("code", &code(&key, 0)).press("Turn on");
    assert!(ada.page.status == 403 && ada.sees("Confirm it is you"), "{}", ada.text());
    ada.fill("password", PASSWORD).press("Confirm").press("Continue");
    assert!(ada.sees("Your authenticator app is on."), "{}", ada.text());
    // So is one that has nothing but its button.
    a_while_passes(&site);
    ada.open("/settings/security").press("Turn off");
    assert!(ada.sees("Confirm it is you"), "{}", ada.text());
    ada.fill("password", PASSWORD).press("Confirm").press("Continue");
    assert_eq!(ada.page.path, "/settings/security");
    assert!(!ada.has_button("Turn off") && ada.has_button("Set up authenticator app"), "{}", ada.text());
}

#[test]
fn a_password_that_is_guessed_first_is_refused() {
    let site = Site::new();
    for guessed in ["1234567890", "password12", "aaaaaaaaaa", "Quentin Lindqvist"] {
        let mut visitor = site.visitor();
        visitor.open("/sign-up").fill("full_name", "Quentin Lindqvist").fill("email", "quentin@test.example");
        visitor.fill("password", guessed).press("Sign up");
        assert!(
            visitor.page.status == 422 && visitor.sees("Take three or four words"),
            "{guessed}: {}",
            visitor.text()
        );
    }
}

#[test]
fn a_device_is_signed_out_from_another() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut elsewhere = site.visitor();
    elsewhere.post("/sign-in", &[("email", "ada-ruiz@test.example"), ("password", PASSWORD)]);
    ada.open("/settings/devices");
    let form = ada.page.body.split("action=\"/settings/devices/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    // Of somebody else's account nothing is signed out.
    site.member("Ben Ito").post(&format!("/settings/devices/{form}"), &[]);
    assert_eq!(elsewhere.get("/people").page.status, 200);
    ada.post(&format!("/settings/devices/{form}"), &[]).follow();
    assert!(ada.sees("Signed out:"), "{}", ada.text());
    assert_eq!((elsewhere.get("/people").page.status, ada.get("/people").page.status), (303, 200));
}

#[test]
fn a_session_ends_90_days_after_its_beginning() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    run(&site, "UPDATE sessions SET created_at = created_at - 90 * 86400 + 60");
    assert_eq!(ada.get("/people").page.status, 200);
    run(&site, "UPDATE sessions SET created_at = created_at - 61");
    assert_eq!(ada.get("/people").page.status, 303);
    site.db.write_blocking(amicable::accounts::purge).unwrap();
    let left = site
        .db
        .write_blocking(|connection| Ok(amicable::schema::sessions::table.count().get_result::<i64>(connection)?));
    assert_eq!(left.unwrap(), 0);
}

#[test]
fn a_second_press_of_the_code_leads_on() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (key, _) = turn_on(&site, &mut ada);
    let mut elsewhere = half_in(&site);
    let form = [("code", code(&key, 0)), ("next", "/people".to_owned())];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    for press in ["first", "second"] {
        elsewhere.post("/sign-in/code", &form).follow();
        assert_eq!((elsewhere.page.status, elsewhere.page.path.as_str()), (200, "/people"), "{press}");
        assert!(!elsewhere.sees("took too long"), "{press}: {}", elsewhere.text());
    }
    // Whoever is not signed in is told.
    let mut nobody = site.visitor();
    assert!(nobody.post("/sign-in/code", &form).follow().sees("That took too long"), "{}", nobody.text());
}

#[test]
fn a_second_press_of_turn_on_shows_codes_that_work() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/settings/security/authenticator");
    let code = code(&key(&ada), 0);
    let sealed = ada.page.body.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for _ in 0..2 {
        assert_eq!(ada.post("/settings/security/authenticator", &[("key", &sealed), ("code", &code)]).page.status, 303);
    }
    ada.follow();
    let codes: Vec<_> = ada.page.body.split("<code dir=\"ltr\">").skip(1).collect();
    assert_eq!(codes.len(), 10, "{}", ada.text());
    let recovery = codes[0].split('<').next().unwrap();
    let mut elsewhere = half_in(&site);
    elsewhere.fill("code", recovery).press("Sign in");
    assert!(elsewhere.sees("9 codes are left"), "{}", elsewhere.text());
}

#[test]
fn codes_that_nobody_looked_at_are_shown_to_nobody_else() {
    let site = Site::new();
    let mut visitor = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    visitor.open("/settings/security").go("Set up authenticator app");
    let sealed = visitor.page.body.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let now = code(&key(&visitor), 0);
    visitor.post("/settings/security/authenticator", &[("key", &sealed), ("code", &now)]);
    assert_eq!(visitor.page.status, 303);
    visitor.post("/sign-out", &[]).follow();
    visitor.open("/sign-in").fill("email", "ben-okoro@test.example").fill("password", PASSWORD).press("Sign in");
    visitor.open("/settings/security/recovery-codes");
    assert_eq!(visitor.page.path, "/settings/security");
    assert!(!visitor.page.body.contains("<code dir=\"ltr\">"), "{}", visitor.page.body);
}
