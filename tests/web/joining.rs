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
    assert!(maren.sees("Why do you want to join? Please write something here."), "{}", maren.text());
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

#[test]
fn a_registration_says_by_whose_link_it_came() {
    let site = Site::new();
    let mut ada = administrator(&site);
    ada.open("/admin/registration")
        .fill("registration", "approval")
        .fill("members_make_invite_links", "1")
        .press("Save");
    let mut ben = site.member("Ben Okoro");
    let link = make_link(&mut ben, "/invite-links", "");
    sign_up(site.visitor().open(&link), "Maren Holt", "maren@test.example");
    sign_up(site.visitor().open("/sign-up"), "Noor Haddad", "noor@test.example");
    ada.open("/admin/registration");
    assert!(ada.sees("Noor Haddad"), "{}", ada.text());
    assert_eq!(ada.text().matches("Invited by Ben Okoro").count(), 1, "{}", ada.text());
    assert!(ada.page.body.contains("href=\"/in/ben-okoro\""));
    // What waits stands behind who waits.
    let letters = site.letters();
    let text = &letters.iter().find(|one| one.subject == "A registration waits").unwrap().text;
    assert!(text.find("waits for an answer:").unwrap() < text.find("> We met").unwrap(), "{text}");
}

/// An administrator, signed in.
fn administrator(site: &Site) -> Visitor {
    let member = site.member("Ada Ruiz");
    make_administrator(site, &member);
    member
}

/// Makes an invite link and returns its path.
fn make_link(member: &mut Visitor, page: &str, uses: &str) -> String {
    member.open(page).fill("label", "Reunion").fill("uses", uses).fill("days", "7").press("Make invite link");
    assert!(member.sees("The invite link is ready."), "{}", member.text());
    let body = &member.page.body;
    let at = body.find("/join/").unwrap();
    body[at..].split('"').next().unwrap().to_owned()
}

#[test]
fn an_administrator_says_who_may_join() {
    let site = Site::new();
    let mut ada = administrator(&site);
    ada.open("/admin/registration").fill("registration", "closed").press("Save");
    assert!(ada.sees("Saved. It holds from now on."), "{}", ada.text());
    let mut visitor = site.visitor();
    visitor.at_node(&site.another_node());
    assert!(visitor.open("/sign-up").sees("Registration is closed. Ask an administrator for an invite link."));
    ada.post("/admin/registration", &[("registration", "ajar")]);
    assert_eq!(ada.page.status, 422);
    assert!(ada.sees("Choose who may join."));
    let mut ben = site.member("Ben Okoro");
    assert_eq!(ben.get("/admin/registration").page.status, 404);
    assert_eq!(ben.post("/admin/registration", &[("registration", "open")]).page.status, 404);
}

#[test]
fn an_accepted_registration_becomes_a_member() {
    let site = Site::new();
    let mut ada = administrator(&site);
    set(&site, Registration::Approval);
    let mut maren = site.visitor();
    sign_up(maren.open("/sign-up"), "Maren Holt", "maren@test.example");
    assert!(ada.open("/admin/registration").sees("We met at the reunion."), "{}", ada.text());
    ada.press("Accept");
    assert!(ada.sees("Maren Holt is a member now"), "{}", ada.text());
    let letters = site.letters();
    let letter = letters.iter().find(|letter| letter.to.contains("maren@test.example")).unwrap();
    assert!(letter.text.contains("is accepted") && letter.text.contains("/verify-email/"), "{}", letter.text);
    assert!(maren.open("/registration").sees("Your registration is accepted"));
    maren.open("/sign-in").fill("email", "maren@test.example").fill("password", PASSWORD).press("Sign in");
    assert!(maren.sees("My network"), "{}", maren.text());
    assert!(ada.open("/people?q=maren").sees("Maren Holt"));
    // The second press on a stale page.
    let id = amicable::schema::members::table.filter(amicable::schema::members::full_name.eq("Maren Holt"));
    let id = id.select(amicable::schema::members::id);
    let id = site.db.write_blocking(|connection| Ok(id.first::<amicable::ids::MemberId>(connection)?)).unwrap();
    ada.post(&format!("/admin/registration/{id}/accept"), &[]).follow();
    assert!(ada.sees("This registration is answered.") && !ada.sees("already"), "{}", ada.text());
    ada.post(&format!("/admin/registration/{id}/decline"), &[]).follow();
    assert!(ada.sees("This registration was answered or withdrawn already."), "{}", ada.text());
}

#[test]
fn a_declined_registration_is_told_and_forgotten() {
    let site = Site::new();
    let mut ada = administrator(&site);
    set(&site, Registration::Approval);
    let mut maren = site.visitor();
    sign_up(maren.open("/sign-up"), "Maren Holt", "maren@test.example");
    ada.open("/admin/registration");
    assert!(ada.sees("Decline the registration of Maren Holt? They are told by e-mail at once."), "{}", ada.text());
    ada.press("Decline");
    assert!(ada.sees("The registration of Maren Holt is declined."), "{}", ada.text());
    let letters = site.letters();
    let letter = letters.iter().find(|letter| letter.to.contains("maren@test.example")).unwrap();
    assert!(letter.text.contains("has declined it"), "{}", letter.text);
    maren.open("/sign-in").fill("email", "maren@test.example").fill("password", PASSWORD).press("Sign in");
    assert_eq!(maren.page.status, 422);
}

#[test]
fn a_registration_never_tells_of_an_account() {
    let site = Site::new();
    let mut ada = administrator(&site);
    site.member("Ben Okoro");
    set(&site, Registration::Approval);
    let answer = |email: &str| {
        let mut visitor = site.visitor();
        visitor.open("/sign-up").fill("full_name", "Somebody").fill("email", email);
        visitor.fill("password", "not the one of that account").fill("reason", "To see.").press("Sign up");
        (visitor.page.status, visitor.page.path.clone(), visitor.text().replace(email, "ADDRESS"))
    };
    assert_eq!(answer("ben-okoro@test.example"), answer("nobody@test.example"));
    ada.open("/admin/registration").press("Decline").press("Decline");
    let told: Vec<String> = site.letters().into_iter().map(|letter| letter.to).collect();
    assert!(!told.iter().any(|to| to.contains("ben-okoro")), "{told:?}");
}

#[test]
fn an_administrators_link_lets_in_though_registration_is_closed() {
    let site = Site::new();
    let mut ada = administrator(&site);
    set(&site, Registration::Closed);
    let link = make_link(&mut ada, "/admin/invites", "1");
    let mut maren = site.visitor();
    assert!(maren.open(&link).sees("Ada Ruiz invites you to join."), "{}", maren.text());
    sign_up(&mut maren, "Maren Holt", "maren@test.example");
    assert!(maren.sees("Your account is ready"), "{}", maren.text());
    assert!(ada.open("/admin/invites").sees("Used up") && ada.sees("Maren Holt"), "{}", ada.text());
    let mut late = site.visitor();
    assert_eq!(late.open(&link).page.status, 410);
    assert!(late.sees("This link has been used or has expired."));
    assert_eq!(
        late.post(&link, &[("full_name", "X Y"), ("email", "x@test.example"), ("password", PASSWORD)]).page.status,
        410
    );
}

#[test]
fn a_revoked_or_expired_link_says_one_sentence() {
    let site = Site::new();
    let mut ada = administrator(&site);
    let mut visitor = site.visitor();
    let link = make_link(&mut ada, "/admin/invites", "");
    ada.press("Revoke");
    assert_eq!(visitor.open(&link).page.status, 410);
    assert!(visitor.sees("This link has been used or has expired."));
    ada.press("Undo");
    assert!(ada.sees("The link works again."), "{}", ada.text());
    assert_eq!(visitor.open(&link).page.status, 200);
    let sql = "UPDATE invite_links SET expires_at = 1";
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    assert_eq!(visitor.open(&link).page.status, 410);
    for unknown in ["/join/x", "/join/00000000000000000000000000000000"] {
        assert_eq!(visitor.get(unknown).page.status, 410, "{unknown}");
    }
}

#[test]
fn members_make_links_where_they_may() {
    let site = Site::new();
    let mut ben = site.member("Ben Okoro");
    assert_eq!(ben.get("/invite-links").page.status, 404);
    assert_eq!(ben.post("/invite-links", &[("label", ""), ("uses", ""), ("days", "7")]).page.status, 404);
    site.db.write_blocking(|connection| registration::let_members_make_links(connection, true)).unwrap();
    set(&site, Registration::Invite);
    let link = make_link(&mut ben, "/invite-links", "5");
    let mut maren = site.visitor();
    sign_up(maren.open(&link), "Maren Holt", "maren@test.example");
    assert!(maren.sees("Your account is ready"), "{}", maren.text());
    // How many, not who.
    assert!(ben.open("/invite-links").sees("1 of 5 used") && !ben.sees("Maren Holt"), "{}", ben.text());
    for (mode, waits, sentence) in [
        (Registration::Approval, true, "waits for an administrator"),
        (Registration::Closed, false, "Registration is closed."),
    ] {
        set(&site, mode);
        let mut visitor = site.visitor();
        assert_eq!(visitor.open(&link).has_button("Sign up"), waits, "{mode:?}");
        if waits {
            sign_up(&mut visitor, "Cy Vale", "cy@test.example");
        }
        assert!(visitor.sees(sentence), "{mode:?}: {}", visitor.text());
    }
    // Nobody revokes somebody else's.
    let mut cleo = site.member("Cleo Lind");
    assert_eq!(cleo.post(&format!("{}/revoke", link.replace("/join/", "/invite-links/")), &[]).page.status, 404);
}

#[test]
fn a_link_lets_in_no_more_than_it_says() {
    let site = Site::new();
    let mut ada = administrator(&site);
    set(&site, Registration::Closed);
    let link = make_link(&mut ada, "/admin/invites", "2");
    let nodes = [site.address.clone(), site.another_node()];
    let join = |at: usize| {
        let mut visitor = site.visitor();
        visitor.at_node(&nodes[at % 2]);
        let (name, email) = (format!("Person {at}"), format!("person{at}@test.example"));
        visitor.post(&link, &[("full_name", &name), ("email", &email), ("password", PASSWORD)]).page.status
    };
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..6).map(|at| scope.spawn(move || join(at))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 2, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 410).count(), 4, "{answers:?}");
}

#[test]
fn nobody_comes_in_by_whoever_is_kept_out() {
    let site = Site::new();
    let mut ben = site.member("Ben Okoro");
    site.db.write_blocking(|connection| registration::let_members_make_links(connection, true)).unwrap();
    set(&site, Registration::Invite);
    let link = make_link(&mut ben, "/invite-links", "");
    crate::join_letters::invite(&site, &mut ben, "ines@test.example");
    let letter = site.letters()[0].link("/join/");
    let later = amicable::dates::now() + 864_000;
    let kept_out = [
        "suspended_at = 1".to_owned(),
        format!("suspended_at = 1, suspended_until = {later}"),
        format!("deletion_due_at = {later}"),
    ];
    let come = |row: &str, at: usize| {
        let all = "suspended_at = NULL, suspended_until = NULL, deletion_due_at = NULL";
        for set in [all, row] {
            let sql = format!("UPDATE members SET {set} WHERE id = {}", ben.id);
            site.db.write_blocking(|connection| Ok(diesel::sql_query(&sql).execute(connection)?)).unwrap();
        }
        [&link, &letter].map(|way| {
            let mut visitor = site.visitor();
            let status = visitor.get(way).page.status;
            assert_eq!(visitor.sees("Ben Okoro"), status == 200, "{row} {way}: {}", visitor.text());
            let email = format!("person{at}{}@test.example", way.len());
            let form = [("full_name", "Maren Holt"), ("email", email.as_str()), ("password", PASSWORD)];
            (status, visitor.post(way, &form).page.status)
        })
    };
    for (at, row) in kept_out.iter().enumerate() {
        assert_eq!(come(row, at), [(410, 410); 2], "{row}");
    }
    // Whoever was suspended until yesterday invites again.
    assert_eq!(come("suspended_at = 1, suspended_until = 2", 9), [(200, 303); 2]);
}

#[test]
fn a_letter_of_whoever_is_kept_out_is_not_sent() {
    let site = Site::new();
    let mut ben = site.member("Ben Okoro");
    crate::join_letters::invite(&site, &mut ben, "ines@test.example");
    let sql = format!("UPDATE members SET suspended_at = 1 WHERE id = {}", ben.id);
    site.db.write_blocking(|connection| Ok(diesel::sql_query(&sql).execute(connection)?)).unwrap();
    assert_eq!(site.letters(), []);
}

#[test]
fn the_page_of_links_says_what_they_do() {
    let site = Site::new();
    let mut ben = site.member("Ben Okoro");
    site.db.write_blocking(|connection| registration::let_members_make_links(connection, true)).unwrap();
    for (mode, sentence, makes) in [
        (Registration::Open, "sees your name and can join by it.", true),
        (Registration::Invite, "sees your name and can join by it.", true),
        (Registration::Approval, "can ask to join: an administrator looks at each registration.", true),
        (Registration::Closed, "Nobody can join by your links until an administrator opens it again.", false),
    ] {
        set(&site, mode);
        ben.open("/invite-links");
        assert!(ben.sees(sentence), "{mode:?}: {}", ben.text());
        assert_eq!(ben.has_button("Make invite link"), makes, "{mode:?}");
    }
    ben.post("/invite-links", &[("label", "Reunion"), ("uses", ""), ("days", "7")]);
    assert!(ben.follow().page.body.contains("toast danger") && !ben.sees("Reunion"), "{}", ben.text());
    let mut ada = administrator(&site);
    assert!(ada.open("/admin/invites").sees("sees your name and can join by it."), "{}", ada.text());
}

#[test]
fn a_person_who_is_quick_presses_once_more() {
    let site = Site::with_sign_up_seconds(3_600);
    let mut maren = site.visitor();
    sign_up(maren.open("/sign-up"), "Maren Holt", "maren@test.example");
    assert_eq!(maren.page.status, 422);
    assert!(maren.sees("Type your password again and press Sign up once more."), "{}", maren.text());
    assert!(maren.page.body.contains("id=\"password-error\"") && !maren.page.body.contains("id=\"full_name-error\""));
    maren.fill("password", PASSWORD).press("Sign up");
    assert!(maren.sees("Your account is ready"), "{}", maren.text());
}

#[test]
fn a_declined_registration_gives_the_link_back() {
    let site = Site::new();
    let (mut ada, mut ben) = (administrator(&site), site.member("Ben Okoro"));
    site.db.write_blocking(|connection| registration::let_members_make_links(connection, true)).unwrap();
    set(&site, Registration::Approval);
    let link = make_link(&mut ben, "/invite-links", "1");
    let mut maren = site.visitor();
    sign_up(maren.open(&link), "Maren Holt", "maren@test.example");
    assert!(maren.sees("waits for an administrator"), "{}", maren.text());
    assert_eq!(site.visitor().open(&link).page.status, 410);
    ada.open("/admin/registration").press("Decline");
    // Whoever withdraws gives it back as well.
    let mut cleo = site.visitor();
    sign_up(cleo.open(&link), "Cleo Vance", "cleo@test.example").open("/registration").press("Withdraw registration");
    let mut dora = site.visitor();
    sign_up(dora.open(&link), "Dora Quist", "dora@test.example");
    ada.open("/admin/registration").press("Accept");
    assert!(ada.sees("Dora Quist is a member now"), "{}", ada.text());
    assert_eq!(site.visitor().open(&link).page.status, 410);
}

#[test]
fn who_waits_is_not_counted_as_joined() {
    let site = Site::new();
    let (mut ada, mut ben) = (administrator(&site), site.member("Ben Okoro"));
    site.db.write_blocking(|connection| registration::let_members_make_links(connection, true)).unwrap();
    set(&site, Registration::Approval);
    let link = make_link(&mut ben, "/invite-links", "");
    let mut maren = site.visitor();
    sign_up(maren.open(&link), "Maren Holt", "maren@test.example");
    assert!(ben.open("/invite-links").sees("0 people joined"), "{}", ben.text());
    ada.open("/admin/registration").press("Accept");
    assert!(ben.open("/invite-links").sees("1 person joined"), "{}", ben.text());
}

#[test]
fn an_old_tab_withdraws_no_others_registration() {
    let site = Site::new();
    set(&site, Registration::Approval);
    let mut tab = site.visitor();
    sign_up(tab.open("/sign-up"), "Maren Holt", "maren@test.example");
    let first = tab.page.clone();
    tab.press("Sign out");
    sign_up(tab.open("/sign-up"), "Nils Holt", "nils@test.example");
    tab.page = first;
    tab.press("Withdraw registration");
    assert!(tab.page.status == 409 && tab.sees("Nothing was done."), "{}", tab.text());
    assert!(tab.open("/registration").sees("Nils Holt"), "{}", tab.text());
    tab.press("Withdraw registration");
    assert!(tab.sees("Your registration is withdrawn."), "{}", tab.text());
}
