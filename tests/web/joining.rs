use amicable::members::role::Role;
use amicable::web::registration::{self, Registration};
use diesel::prelude::*;

use crate::support::{PASSWORD, Site, Visitor};

/// Says who may join.
pub fn set(site: &Site, mode: Registration) {
    site.db.write_blocking(|connection| registration::save(connection, mode)).unwrap();
}

/// Fills in the form to sign up that is open.
fn sign_up<'a>(visitor: &'a mut Visitor, full_name: &str, email: &str) -> &'a mut Visitor {
    visitor.fill("full_name", full_name).fill("email", email).fill("password", PASSWORD);
    visitor.fill("reason", "We met at the reunion.").press("Sign up")
}

fn make_administrator(site: &Site, member: &Visitor) {
    use amicable::schema::members;
    let row = diesel::update(members::table.find(member.id));
    site.db
        .write_blocking(|connection| Ok(row.set(members::role.eq(Role::Administrator)).execute(connection)?))
        .unwrap();
}

#[test]
fn no_button_leads_to_a_refusal_in_any_mode() {
    let site = Site::new();
    for (mode, offers, sentence) in [
        (Registration::Open, true, ""),
        (Registration::Approval, true, "An administrator looks at each registration"),
        (Registration::Invite, false, "To join you need an invite link. Ask an administrator for one."),
        (Registration::Closed, false, "Registration is closed. Ask an administrator for an invite link."),
    ] {
        set(&site, mode);
        let mut visitor = site.visitor();
        for path in ["/", "/sign-in"] {
            visitor.open(path);
            assert_eq!(visitor.page.body.contains("href=\"/sign-up\""), offers, "{mode:?} {path}");
            assert!(visitor.sees(sentence), "{mode:?} {path}: {}", visitor.text());
        }
        visitor.open("/sign-up");
        assert_eq!((visitor.page.status, visitor.has_button("Sign up")), (200, offers), "{mode:?}");
        assert!(visitor.sees(sentence), "{mode:?}: {}", visitor.text());
        // The mode may have changed while the form was open.
        let form = [("full_name", "Maren Holt"), ("email", "maren@test.example"), ("password", PASSWORD)];
        assert_eq!(visitor.post("/sign-up", &form).page.status, if mode == Registration::Open { 303 } else { 422 });
    }
}

#[test]
fn whoever_registers_by_approval_waits_and_is_let_in() {
    let site = Site::new();
    let admin = site.member("Ada Ruiz");
    make_administrator(&site, &admin);
    set(&site, Registration::Approval);
    let mut maren = site.visitor();
    maren.open("/sign-up").fill("full_name", "Maren Holt").fill("email", "maren@test.example").press("Sign up");
    assert_eq!(maren.page.status, 422);
    assert!(maren.sees("Why do you want to join? cannot be empty."), "{}", maren.text());
    sign_up(&mut maren, "Maren Holt", "maren@test.example");
    assert_eq!(maren.page.path, "/registration");
    assert!(maren.sees("waits for an administrator") && maren.sees("We met at the reunion."), "{}", maren.text());
    // They are no member: no page but this one is theirs, and nobody finds them.
    assert!(maren.open("/people").page.path.starts_with("/sign-in"));
    assert_eq!(maren.open("/").page.path, "/registration");
    maren.press("Sign out").open("/sign-in").fill("email", "MAREN@test.example").fill("password", PASSWORD);
    assert_eq!(maren.press("Sign in").page.path, "/registration");
    let letters = site.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert!(letters[0].to.contains("ada-ruiz@test.example") && letters[0].text.contains("We met at the reunion."));
}

#[test]
fn a_withdrawn_registration_leaves_nothing() {
    let site = Site::new();
    set(&site, Registration::Approval);
    let mut maren = site.visitor();
    sign_up(maren.open("/sign-up"), "Maren Holt", "maren@test.example").press("Withdraw registration");
    assert!(maren.sees("Your registration is withdrawn. Nothing of it is kept."), "{}", maren.text());
    let kept = amicable::schema::applications::table.count();
    let kept: i64 = site.db.write_blocking(|connection| Ok(kept.get_result(connection)?)).unwrap();
    assert_eq!(kept, 0);
    maren.open("/sign-in").fill("email", "maren@test.example").fill("password", PASSWORD).press("Sign in");
    assert_eq!(maren.page.status, 422);
}

#[test]
fn a_filled_trap_is_refused_and_forgotten() {
    let site = Site::new();
    let mut robot = site.visitor();
    sign_up(robot.open("/sign-up").fill("website", "https://robot.example"), "Robot", "robot@test.example");
    assert_eq!(robot.page.status, 422);
    assert!(robot.sees("A field that people do not see was filled in."), "{}", robot.text());
    // A person whose browser did it presses once more.
    assert!(robot.fill("password", PASSWORD).press("Sign up").sees("Your account is ready"), "{}", robot.text());
}

#[test]
fn a_new_site_is_closed_until_it_has_an_administrator() {
    let site = Site::not_begun();
    let mut ada = site.visitor();
    assert!(ada.open("/").sees("This site is being set up."), "{}", ada.text());
    assert!(!ada.open("/sign-up").has_button("Sign up"));
    let link = amicable::joining::first::link(&site.db).unwrap().unwrap();
    // A restart prints another one; each works until there is an administrator.
    let other = amicable::joining::first::link(&site.db).unwrap().unwrap();
    assert_ne!(link, other);
    ada.open(&link).fill("full_name", "Ada Ruiz").fill("email", "ada@test.example").press("Make account");
    assert_eq!(ada.page.status, 422);
    ada.fill("password", PASSWORD).press("Make account");
    assert!(ada.sees("You run this site now."), "{}", ada.text());
    let mut late = site.visitor();
    for link in [link, other] {
        assert_eq!(late.open(&link).page.status, 410);
        assert!(late.sees("This link has been used or has expired."));
    }
    assert!(amicable::joining::first::link(&site.db).unwrap().is_none());
    assert!(late.open("/sign-up").has_button("Sign up"));
}

#[test]
fn of_two_who_use_the_first_link_one_gets_in() {
    let site = Site::not_begun();
    let link = amicable::joining::first::link(&site.db).unwrap().unwrap();
    let nodes = [site.address.clone(), site.another_node_not_begun()];
    let race = |at: usize| {
        let mut visitor = site.visitor();
        visitor.at_node(&nodes[at % 2]);
        let email = format!("person{at}@test.example");
        let form = [("full_name", "Ada Ruiz"), ("email", email.as_str()), ("password", PASSWORD)];
        visitor.post(&link, &form).page.status
    };
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..4).map(|at| scope.spawn(move || race(at))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 410).count(), 3, "{answers:?}");
}
