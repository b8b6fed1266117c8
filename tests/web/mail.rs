//! Letters: who gets which, what stands in them, where their links lead, and that none tells what is kept quiet.

use diesel::prelude::*;

use crate::support::{Mailed, PASSWORD, Site, Visitor, connect};

const NEW: &str = "another password";

fn sql(site: &Site, sql: &str) {
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
}

fn sign_up(site: &Site, full_name: &str, email: &str, password: &str) -> Visitor {
    let mut visitor = site.visitor();
    visitor.open("/sign-up").fill("full_name", full_name).fill("email", email).fill("password", password);
    visitor.press("Sign up");
    visitor
}

fn sign_in(site: &Site, email: &str, password: &str) -> Visitor {
    let mut visitor = site.visitor();
    visitor.open("/sign-in").fill("email", email).fill("password", password).press("Sign in");
    visitor
}

fn is_signed_in(visitor: &mut Visitor) -> bool {
    visitor.get("/connections").page.status == 200
}

fn forgot(site: &Site, email: &str) -> Visitor {
    let mut visitor = site.visitor();
    visitor.open("/sign-in").go("Forgot your password?").fill("email", email).press("Send link");
    visitor
}

fn subjects(letters: &[Mailed]) -> Vec<(&str, &str)> {
    letters.iter().map(|letter| (letter.to.rsplit(' ').next().unwrap(), letter.subject.as_str())).collect()
}

#[test]
fn sign_up_tells_nobody_whether_an_address_has_an_account() {
    let site = Site::new();
    site.member("Ada Ruiz");
    let one = sign_up(&site, "Zoe Vale", "zoe@test.example", NEW);
    let other = sign_up(&site, "Zoe Vale", "ada-ruiz@test.example", NEW);
    let seen = |visitor: &Visitor| {
        let names: std::collections::BTreeSet<&str> =
            visitor.page.headers.iter().map(|(name, _)| name.as_str()).collect();
        // The newest member is shown to the other, who came later.
        let text = visitor.text().split(" People you may know").next().unwrap().to_owned();
        (visitor.page.status, visitor.page.path.clone(), format!("{names:?}"), text)
    };
    assert_eq!(seen(&one), seen(&other));
    assert!(one.sees("Your account is ready"));
    // Both work at once, also for whoever comes again.
    for email in ["zoe@test.example", "ada-ruiz@test.example"] {
        assert!(is_signed_in(&mut sign_in(&site, email, NEW)), "{email}");
        assert!(!is_signed_in(&mut sign_in(&site, email, "a wrong password")), "{email}");
    }
    let mut ada = sign_in(&site, "ada-ruiz@test.example", PASSWORD);
    assert!(ada.open("/").page.body.contains("Ada Ruiz"), "the owner's password is the owner's");
    let letters = site.letters();
    let expected = [
        ("<ada-ruiz@test.example>", "You have an account already"),
        ("<ada-ruiz@test.example>", "New sign-in to your account"),
        ("<zoe@test.example>", "Confirm your e-mail address"),
    ];
    let mut sent = subjects(&letters);
    sent.sort_by_key(|(to, subject)| (*to, std::cmp::Reverse(*subject)));
    assert_eq!(sent, expected);
    // Neither does the page of the account, nor another link.
    let mut other = other;
    other.open("/settings/account").press("Send the link again");
    assert!(other.sees("A link is on its way to your address."));
    assert_eq!(subjects(&site.letters()), [("<ada-ruiz@test.example>", "You have an account already")]);
}

#[test]
fn a_sign_up_that_is_pressed_twice_makes_one_account() {
    let site = Site::new();
    let fields = [("full_name", "Zoe Vale"), ("email", "zoe@test.example"), ("password", NEW)];
    let visitors: Vec<Visitor> = (0..4).map(|_| site.visitor()).collect();
    std::thread::scope(|scope| {
        for visitor in &visitors {
            scope.spawn(|| assert_eq!(visitor.post_aside("/sign-up", &fields).status().as_u16(), 303));
        }
    });
    let members = amicable::schema::members::table.count();
    let members: i64 = site.db.write_blocking(|connection| Ok(members.get_result(connection)?)).unwrap();
    assert_eq!(members, 1);
}

#[test]
fn an_unconfirmed_address_gets_no_other_mail() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut zoe = sign_up(&site, "Zoe Vale", "zoe@test.example", PASSWORD);
    ada.open("/in/zoe-vale/invite").fill("note", "Hello").press("Send invitation");
    let letters = site.letters();
    assert_eq!(subjects(&letters), [("<zoe@test.example>", "Confirm your e-mail address")]);
    zoe.open("/settings/account");
    assert!(zoe.has_button("Send the link again"));
    // Where its member is signed in, opening the link is enough; elsewhere it takes a press.
    let link = letters[0].link("/verify-email/");
    let mut elsewhere = site.visitor();
    assert!(elsewhere.head(&link).status().as_u16() == 200 && elsewhere.open(&link).has_button("Confirm address"));
    zoe.open(&link);
    assert!(zoe.sees("Your e-mail address is confirmed.") && !zoe.has_button("Send the link again"), "{}", zoe.text());
    elsewhere.press("Confirm address");
    assert!(elsewhere.page.status == 410 && elsewhere.sees("This link has been used or has expired."));
    let mut ben = site.member("Ben Okoro");
    ben.open("/in/zoe-vale/invite").press("Send invitation");
    assert_eq!(subjects(&site.letters()), [("<zoe@test.example>", "Ben Okoro would like to connect")]);
}

#[test]
fn an_address_belongs_to_who_confirms_it_first() {
    let site = Site::new();
    let mut one = sign_up(&site, "Zoe One", "zoe@test.example", PASSWORD);
    let mut two = sign_up(&site, "Zoe Two", "zoe@test.example", NEW);
    let letters = site.letters();
    let link = |name: &str| letters.iter().find(|mail| mail.to.contains(name)).unwrap().link("/verify-email/");
    assert_eq!(letters.len(), 2, "{letters:?}");
    assert!(two.open(&link("Zoe Two")).sees("Your e-mail address is confirmed."));
    assert_eq!(one.open(&link("Zoe One")).page.status, 410);
    assert!(is_signed_in(&mut sign_in(&site, "zoe@test.example", PASSWORD)), "both go on working");
    assert_eq!(subjects(&site.letters()), [], "of the new browser of the first account nobody is told at this address");
}

#[test]
fn a_forgotten_password_is_set_by_a_link_once() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let known = forgot(&site, "ADA-RUIZ@test.example");
    let unknown = forgot(&site, "nobody@test.example");
    assert!(known.sees("If this address has an account, a link is on its way."), "{}", known.text());
    assert_eq!((known.page.status, &known.page.body), (unknown.page.status, &unknown.page.body));
    let letters = site.letters();
    assert_eq!(subjects(&letters), [("<ada-ruiz@test.example>", "Set a new password")]);
    let link = letters[0].link("/reset-password/");
    let mut other = site.visitor();
    other.open(&link).fill("new_password", "short").press("Set password");
    assert!(other.page.status == 422 && other.sees("it needs at least 10"), "{}", other.text());
    other.fill("new_password", NEW).press("Set password");
    assert!(other.sees("Your password is changed.") && is_signed_in(&mut other), "{}", other.text());
    assert!(!is_signed_in(&mut ada), "the other sessions end");
    assert!(!is_signed_in(&mut sign_in(&site, "ada-ruiz@test.example", PASSWORD)));
    other.open(&link);
    assert!(other.page.status == 410 && other.sees("This link has been used or has expired."));
    let sent = site.letters();
    assert!(subjects(&sent).contains(&("<ada-ruiz@test.example>", "Your password is changed")), "{sent:?}");
}

#[test]
fn a_link_for_a_password_works_for_an_hour() {
    let site = Site::new();
    site.member("Ada Ruiz");
    forgot(&site, "ada-ruiz@test.example");
    let link = site.letters()[0].link("/reset-password/");
    sql(&site, "UPDATE tokens SET expires_at = expires_at - 3500");
    assert_eq!(site.visitor().open(&link).page.status, 200);
    sql(&site, "UPDATE tokens SET expires_at = expires_at - 101");
    let mut visitor = site.visitor();
    visitor.post(&link, &[("new_password", NEW)]);
    assert!(visitor.page.status == 410 && visitor.sees("This link has been used or has expired."));
    assert!(!is_signed_in(&mut sign_in(&site, "ada-ruiz@test.example", NEW)));
}

#[test]
fn links_of_letters_are_kept_as_hashes() {
    let site = Site::new();
    site.member("Ada Ruiz");
    forgot(&site, "ada-ruiz@test.example");
    let link = site.letters()[0].link("/reset-password/");
    let token = link.rsplit('/').next().unwrap();
    let hashes = amicable::schema::tokens::table.select(amicable::schema::tokens::token_hash);
    let hashes: Vec<String> = site.db.write_blocking(|connection| Ok(hashes.load(connection)?)).unwrap();
    assert!(hashes.len() == 1 && !token.contains(&hashes[0]) && !hashes[0].contains(token));
}

#[test]
fn a_changed_address_is_told_to_the_old_one() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/settings/account").fill("email", "new@test.example").fill("password", PASSWORD).press("Save");
    let letters = site.letters();
    let expected = [
        ("<ada-ruiz@test.example>", "Your e-mail address is changed"),
        ("<new@test.example>", "Confirm your e-mail address"),
    ];
    assert_eq!(subjects(&letters), expected);
    assert!(letters[0].text.contains("new@test.example"));
    // Until the new one is confirmed, the old one still opens the account.
    assert!(is_signed_in(&mut sign_in(&site, "ada-ruiz@test.example", PASSWORD)));
    assert!(is_signed_in(&mut sign_in(&site, "new@test.example", PASSWORD)));
    ada.open(&letters[1].link("/verify-email/"));
    assert!(ada.sees("Your e-mail address is confirmed."));
    assert!(!is_signed_in(&mut sign_in(&site, "ada-ruiz@test.example", PASSWORD)));
    assert!(is_signed_in(&mut sign_in(&site, "new@test.example", PASSWORD)));
}

#[test]
fn the_old_address_takes_an_account_back() {
    let site = Site::new();
    let mut thief = site.member("Ada Ruiz");
    thief.open("/settings/account").fill("email", "thief@test.example").fill("password", PASSWORD).press("Save");
    site.letters();
    forgot(&site, "ada-ruiz@test.example");
    let link = site.letters()[0].link("/reset-password/");
    let mut ada = site.visitor();
    ada.open(&link).fill("new_password", NEW).press("Set password");
    assert!(!is_signed_in(&mut thief));
    assert!(ada.open("/settings/account").page.body.contains("ada-ruiz@test.example"));
    assert!(!is_signed_in(&mut sign_in(&site, "thief@test.example", NEW)));
}

#[test]
fn another_address_tells_nobody_whether_it_has_an_account() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    site.member("Cleo Haas");
    let mut answers = Vec::new();
    for (visitor, own, email) in [
        (&mut ada, "ada-ruiz@test.example", "free@test.example"),
        (&mut ben, "ben-okoro@test.example", "cleo-haas@test.example"),
    ] {
        visitor.open("/settings/account").fill("email", email).fill("password", PASSWORD).press("Save");
        answers.push((visitor.page.status, visitor.text().replace(email, "").replace(own, "")));
    }
    assert_eq!(answers[0], answers[1]);
    assert!(is_signed_in(&mut sign_in(&site, "cleo-haas@test.example", PASSWORD)));
}

#[test]
fn a_new_browser_is_told_by_mail() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    assert!(site.letters().is_empty(), "the first browser is not new");
    ada.open("/").press("Sign out");
    ada.open("/sign-in").fill("email", "ada-ruiz@test.example").fill("password", PASSWORD).press("Sign in");
    assert!(site.letters().is_empty(), "this one was used before");
    sign_in(&site, "ada-ruiz@test.example", PASSWORD);
    assert_eq!(subjects(&site.letters()), [("<ada-ruiz@test.example>", "New sign-in to your account")]);
}

#[test]
fn an_invitation_says_what_its_preview_showed() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").fill("note", "We met in Porto.\n<b>Bridges</b>").press("Send invitation");
    // What she changes afterwards is not in it.
    ada.open("/profile").fill("full_name", "Ada Vale").press("Save");
    let letters = site.letters();
    assert_eq!(subjects(&letters), [("<ben-okoro@test.example>", "Ada Ruiz would like to connect")]);
    let letter = &letters[0];
    assert!(letter.text.contains("> We met in Porto.\n> <b>Bridges</b>"), "{}", letter.text);
    assert!(letter.whole.contains("&#60;b&#62;Bridges"), "{}", letter.whole);
    assert!(ben.open(&letter.link("/in/")).has_button("Accept"));
    for header in ["Auto-Submitted: auto-generated", "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "Date: "] {
        assert!(letter.whole.contains(header), "{header}");
    }
}

#[test]
fn what_no_longer_holds_is_not_sent() {
    let site = Site::new();
    let mut ben = site.member("Ben Okoro");
    let acts: [(&str, &str); 3] = [("Ada One", "withdraw"), ("Ada Two", "decline"), ("Ada Three", "block")];
    for (name, act) in acts {
        let mut ada = site.member(name);
        ada.open("/in/ben-okoro/invite").press("Send invitation");
        match act {
            "withdraw" => ada.post("/in/ben-okoro/withdraw", &[]),
            act => ben.post(&format!("/in/{}/{act}", ada.handle), &[]),
        };
    }
    assert_eq!(subjects(&site.letters()), []);
}

#[test]
fn an_acceptance_goes_out_though_they_left() {
    let site = Site::new();
    let mut sent = Vec::new();
    for (r, d, leaves) in [("Ria One", "Dan One", true), ("Ria Two", "Dan Two", false)] {
        let (mut r, mut d) = (site.member(r), site.member(d));
        connect(&mut r, &mut d);
        if leaves {
            d.open(&format!("/in/{}", r.handle)).press("Disconnect");
        }
        let letters = site.letters();
        let stripped = |mail: &Mailed| {
            let id = mail.whole.lines().filter(|line| {
                !["Message-ID", "Date", "Content-Type: multipart", "--", "List-Unsubscribe:", " boundary", " <http"]
                    .iter()
                    .any(|start| line.starts_with(start))
            });
            id.filter(|line| !line.contains("/unsubscribe/")).collect::<Vec<_>>().join("\n")
        };
        let own =
            |text: String| text.replace("One", "X").replace("Two", "X").replace("-one", "-x").replace("-two", "-x");
        sent.push(letters.iter().map(|mail| own(stripped(mail))).collect::<Vec<_>>());
    }
    assert_eq!(sent[0].len(), 1, "the acceptance; the invitation was answered before it was sent");
    assert_eq!(sent[0], sent[1]);
}

#[test]
fn leaving_and_blocking_write_no_letter() {
    let site = Site::new();
    let (mut r, mut d) = (site.member("Ria Vale"), site.member("Dan Okoro"));
    connect(&mut r, &mut d);
    site.letters();
    d.open("/in/ria-vale").press("Disconnect");
    d.open("/in/ria-vale").press("Re-invite");
    d.post("/in/ria-vale/block", &[]);
    r.open("/in/dan-okoro").post("/in/dan-okoro/invite", &[]);
    let waiting = amicable::schema::outbox::table.count();
    let waiting: i64 = site.db.write_blocking(|connection| Ok(waiting.get_result(connection)?)).unwrap();
    assert_eq!(waiting, 0);
}

#[test]
fn one_click_ends_mail_of_a_kind_for_ever() {
    let site = Site::new();
    let (mut ada, ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    let link = site.letters()[0].link("/unsubscribe/");
    let mut anybody = site.visitor();
    anybody.open(&link);
    assert!(anybody.has_button("Unsubscribe") && anybody.sees("Invitations"), "{}", anybody.text());
    assert_eq!(anybody.get(&format!("{link}0")).page.status, 410);
    // As a mail provider posts it.
    let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();
    let request = agent.post(format!("{}{link}", site.address)).header("Origin", "https://mail.example");
    let answer = request.header("Sec-Fetch-Site", "cross-site").send_form([("List-Unsubscribe", "One-Click")]).unwrap();
    // It is not led on: RFC 8058 forbids that.
    assert_eq!(answer.status().as_u16(), 200);
    assert!(!anybody.open(&link).has_button("Unsubscribe"));
    let mut cleo = site.member("Cleo Haas");
    cleo.open("/in/ben-okoro/invite").press("Send invitation");
    assert_eq!(subjects(&site.letters()), []);
    drop(ben);
    // Of another kind they still get some, and no other address takes forms of other sites.
    let elsewhere = agent.post(format!("{}/forgot-password", site.address)).header("Sec-Fetch-Site", "cross-site");
    assert_eq!(elsewhere.send_form([("email", "a@test.example")]).unwrap().status().as_u16(), 403);
}

#[test]
fn the_button_unsubscribes_too() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    let link = site.letters()[0].link("/unsubscribe/");
    ben.open(&link).press("Unsubscribe");
    assert!(ben.sees("You get no more e-mail of this kind."), "{}", ben.text());
}

#[test]
fn who_is_suspended_gets_no_mail() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    sql(&site, "UPDATE members SET suspended_at = 1 WHERE handle = 'ben-okoro'");
    forgot(&site, "ben-okoro@test.example");
    assert_eq!(subjects(&site.letters()), []);
}

#[test]
fn a_letter_is_in_the_language_of_its_reader() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    sql(&site, "UPDATE members SET language = 'de' WHERE handle = 'ben-okoro'");
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    let letters = site.letters();
    assert!(letters[0].text.contains("Einladung beantworten") && letters[0].whole.contains("<html lang=\"de\""));
}

fn write_digests(site: &Site) -> usize {
    let limits = amicable::relationship::Limits::default();
    site.db.write_blocking(|connection| amicable::connections::digest::write_due(connection, &limits)).unwrap()
}

#[test]
fn a_digest_comes_weekly_to_who_wants_it() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ada.open("/in/ben-okoro/invite").press("Send invitation");
    site.letters();
    assert_eq!(write_digests(&site), 0, "it is off by default");
    ben.open("/settings/notifications").fill("weekly_digest_by_email", "1").press("Save");
    assert_eq!(write_digests(&site), 0, "not before a week is over");
    sql(&site, "UPDATE members SET digest_due_at = digest_due_at - 7 * 86400");
    assert_eq!((write_digests(&site), write_digests(&site)), (1, 0));
    let letters = site.letters();
    assert_eq!(subjects(&letters), [("<ben-okoro@test.example>", "What waits for you at Amicable")]);
    assert!(letters[0].text.contains("1 invitation waits for your answer."), "{}", letters[0].text);
}

#[test]
fn a_digest_never_mentions_an_ending() {
    let site = Site::new();
    let mut texts = Vec::new();
    for (r, d, leaves) in [("Ria One", "Dan One", true), ("Ria Two", "Dan Two", false)] {
        let (mut r, mut d) = (site.member(r), site.member(d));
        connect(&mut r, &mut d);
        r.open("/settings/notifications").fill("weekly_digest_by_email", "1").press("Save");
        site.letters();
        if leaves {
            d.open(&format!("/in/{}", r.handle)).press("Disconnect");
        }
        sql(&site, &format!("UPDATE members SET digest_due_at = 0 WHERE id = {}", r.id));
        write_digests(&site);
        let text = |mail: &Mailed| mail.text.split("-- ").next().unwrap().to_owned();
        texts.push(site.letters().iter().map(text).collect::<Vec<_>>());
    }
    assert_eq!(texts[0], texts[1]);
}

/// The link for a new password that waits at an address.
fn reset_link(site: &Site, email: &str) -> String {
    site.letters();
    forgot(site, email);
    site.letters()[0].link("/reset-password/")
}

#[test]
fn a_link_for_a_password_ends_with_what_it_was_sent_for() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let old = reset_link(&site, "ada-ruiz@test.example");
    ada.open("/settings/password").fill("password", PASSWORD).fill("new_password", NEW).press("Save");
    assert!(ada.sees("Your password is changed."), "{}", ada.text());
    assert_eq!(site.visitor().open(&old).page.status, 410, "after another password");
    let old = reset_link(&site, "ada-ruiz@test.example");
    ada.open("/settings/account").fill("email", "new@test.example");
    ada.press("Save");
    assert_eq!(site.visitor().open(&old).page.status, 410, "after another address");
    let letters = site.letters();
    let confirm = letters.iter().find(|letter| letter.to.contains("new@")).unwrap().link("/verify-email/");
    let old = reset_link(&site, "ada-ruiz@test.example");
    ada.open(&confirm);
    let mut thief = site.visitor();
    assert_eq!(thief.open(&old).page.status, 410, "after the other is confirmed");
    assert_eq!(thief.post(&old, &[("new_password", "a thief's password")]).page.status, 410);
    assert!(is_signed_in(&mut ada));
}

#[test]
fn who_has_confirmed_an_address_is_not_recovered_by_another() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/settings/account").fill("email", "mistyped@test.example").fill("password", PASSWORD).press("Save");
    site.letters();
    forgot(&site, "mistyped@test.example");
    assert_eq!(subjects(&site.letters()), []);
    forgot(&site, "ada-ruiz@test.example");
    assert_eq!(subjects(&site.letters()), [("<ada-ruiz@test.example>", "Set a new password")]);
}

#[test]
fn who_claims_an_address_first_is_pushed_out_by_nobody() {
    let site = Site::new();
    sign_up(&site, "Zoe Vale", "zoe@test.example", PASSWORD);
    for number in 1..=6 {
        sign_up(&site, "Somebody Else", "zoe@test.example", &format!("the password of {number}"));
    }
    for password in [PASSWORD, "the password of 6"] {
        assert!(is_signed_in(&mut sign_in(&site, "zoe@test.example", password)), "{password}");
    }
    site.letters();
    forgot(&site, "zoe@test.example");
    let letters = site.letters();
    assert!(letters.iter().any(|letter| letter.to.contains("Zoe Vale")), "{letters:?}");
}
