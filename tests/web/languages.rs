//! Everything that is read goes through the one translation function: in the language that only tests ask for, every
//! letter of ours is another than those that people type, so what still has one was not translated.

use diesel::RunQueryDsl;
use scraper::{Html, Node};

use crate::support::{Site, Visitor, connect};

/// What is read on a page, with the attributes that are read out or shown.
fn read(body: &str) -> Vec<String> {
    let document = Html::parse_document(body);
    let mut texts = Vec::new();
    for node in document.tree.nodes() {
        match node.value() {
            Node::Text(text) => {
                let within = |name: &str| {
                    node.ancestors().any(|above| above.value().as_element().is_some_and(|one| one.name() == name))
                };
                let spoken = node.ancestors().any(|above| {
                    above.value().as_element().is_some_and(|one| one.attr("lang").is_some() && one.name() != "html")
                });
                if !within("script") && !within("style") && !within("kbd") && !spoken {
                    texts.push(text.trim().to_owned());
                }
            }
            Node::Element(element) => {
                for name in
                    ["aria-label", "alt", "title", "placeholder", "data-note", "data-none", "data-one", "data-many"]
                {
                    texts.extend(element.attr(name).map(str::to_owned));
                }
                if element.name() == "meta" && element.attr("name") == Some("description") {
                    texts.extend(element.attr("content").map(str::to_owned));
                }
            }
            _ => {}
        }
    }
    texts.retain(|text| !text.is_empty());
    texts
}

/// What of a text is in the letters of this sentence.
fn untranslated(text: &str) -> bool {
    // The name of the site, an example's name and initials, this browser, a zone, the
    // values that texts name in braces for the script.
    let mut text = text.replace("Amicable", "").replace("Robin Vale", "");
    for value in ["{n}", "{left}", "{most}", "RV", "ureq/3.5.2", "UTC"] {
        text = text.replace(value, "");
    }
    text.contains(|letter: char| letter.is_ascii_alphabetic())
}

/// Opens a page in the tests' language and says what on it is not translated.
fn look(who: &mut Visitor, path: &str, wrong: &mut Vec<String>) {
    who.open(path);
    note(who, wrong);
}

fn note(who: &Visitor, wrong: &mut Vec<String>) {
    let page = &who.page;
    assert!(page.body.contains("lang=\"en-XA\""), "{} {}", page.path, page.body);
    wrong.extend(
        read(&page.body).into_iter().filter(|text| untranslated(text)).map(|text| format!("{}: {text}", page.path)),
    );
}

#[test]
fn every_text_that_is_read_goes_through_the_translation() {
    let site = Site::new();
    let mut members = ["Ada Ruiz", "Ben Okoro", "Eve Lind", "Kim Papa"].map(|name| site.member(name));
    // Names without a letter of that alphabet.
    for (member, name) in members.iter_mut().zip(["Αδα 7", "Βεν 7", "Ευα 7", "Κιμ 7"]) {
        member.post("/profile", &[("full_name", name), ("headline", "7"), ("location", "7")]);
        assert_eq!(member.page.status, 303);
    }
    let [mut ada, mut ben, mut eve, mut kim] = members;
    connect(&mut ada, &mut ben);
    connect(&mut ada, &mut eve);
    connect(&mut ada, &mut kim);
    connect(&mut ben, &mut eve);
    ada.open(&format!("/in/{}", eve.handle)).press("Disconnect");
    ada.open(&format!("/in/{}", kim.handle)).press("Block");
    eve.open(&format!("/in/{}/invite", kim.handle)).press("Send invitation");
    site.days_pass(40);
    let mut wrong = Vec::new();
    let mut visitor = site.visitor();
    for who in [&mut visitor, &mut ada, &mut ben, &mut eve, &mut kim] {
        who.language = "en-XA".into();
    }
    for path in ["/", "/sign-in", "/sign-up", "/nothing"] {
        look(&mut visitor, path, &mut wrong);
    }
    visitor.post("/sign-up", &[("full_name", "7"), ("email", "7"), ("password", "7")]);
    note(&visitor, &mut wrong);
    visitor.post("/sign-in", &[("email", "7"), ("password", "7")]);
    note(&visitor, &mut wrong);
    let (ada_page, ben_page, eve_page) =
        (format!("/in/{}", ada.handle), format!("/in/{}", ben.handle), format!("/in/{}", eve.handle));
    for path in [
        "/",
        "/connections",
        "/connections?q=7",
        "/connections?q=9",
        "/contacts",
        "/connections/overview",
        "/connections/disconnected",
        "/connections/blocked",
        "/connections/remove",
        "/connections/remove?sort=company",
        "/connections/remove?draft=7",
        "/invitations",
        "/invitations?box=sent",
        "/people",
        "/people?q=7",
        "/people?q=9",
        "/notifications",
        "/settings/account",
        "/settings/password",
        "/settings/security",
        "/settings/security/recovery-codes",
        "/confirm",
        "/settings/notifications",
        "/settings/tokens",
        "/api",
        "/settings/privacy",
        "/settings/appearance",
        "/in/-",
        &ada_page,
        &ben_page,
        &eve_page,
        &format!("{ben_page}/mutual"),
        &format!("{ben_page}/disconnect"),
        &format!("{ben_page}/block"),
        &format!("{eve_page}/invite"),
    ] {
        look(&mut ada, path, &mut wrong);
    }
    for path in ["/", "/invitations", "/invitations?box=sent", "/notifications", "/people?q=7", &ada_page, &ben_page] {
        look(&mut kim, path, &mut wrong);
        look(&mut eve, path, &mut wrong);
    }
    // What is told after each press, and what is wrong with each form.
    let long = "7".repeat(5_000);
    for (path, fields) in [
        (format!("{ben_page}/remarks"), vec![("private_note", "7"), ("tags", "7")]),
        (format!("{ben_page}/remarks"), vec![("private_note", long.as_str()), ("tags", long.as_str())]),
        (format!("{ben_page}/disconnect"), vec![("private_reason", long.as_str())]),
        (format!("{ben_page}/disconnect"), vec![]),
        (format!("{ben_page}/may-invite-again"), vec![("may_invite_again", "1")]),
        (format!("{ben_page}/may-invite-again"), vec![]),
        (format!("{ben_page}/re-invite"), vec![]),
        (format!("{ben_page}/invite"), vec![]),
        (format!("{ada_page}/invite"), vec![]),
        (format!("{eve_page}/invite"), vec![("note", long.as_str())]),
        ("/profile".into(), vec![("full_name", ""), ("headline", long.as_str()), ("location", "7\u{7}")]),
        ("/profile/about".into(), vec![("about", "7")]),
        ("/profile/handle".into(), vec![("handle", "7")]),
        ("/profile/positions".into(), vec![("title", "7"), ("company", "7"), ("from", "2019-03")]),
        ("/profile/positions".into(), vec![("from", "7"), ("until", "7")]),
        ("/profile/education".into(), vec![("school", "7"), ("from", "2019"), ("until", "2018")]),
        ("/profile/links".into(), vec![("address", "7")]),
        ("/settings/account".into(), vec![("email", "7"), ("password", "7")]),
        ("/settings/password".into(), vec![("password", "7"), ("new_password", "7")]),
        ("/settings/tokens".into(), vec![("name", ""), ("days", "7")]),
        ("/settings/devices".into(), vec![]),
        ("/settings/privacy".into(), vec![]),
        ("/invitations/withdraw".into(), vec![]),
        ("/connections/disconnected".into(), vec![]),
        ("/connections/disconnected".into(), vec![("member", ben.handle.as_str())]),
        ("/connections/remove".into(), vec![("press", "review")]),
        ("/connections/remove".into(), vec![("press", "select_all")]),
    ] {
        ada.post(&path, &fields).follow();
        note(&ada, &mut wrong);
    }
    let draft = ada.page.path.split("draft=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    look(&mut ada, "/connections/remove", &mut wrong);
    let review = format!("/connections/remove/{draft}");
    look(&mut ada, &review, &mut wrong);
    ada.post(&review, &[("private_reason", long.as_str())]);
    note(&ada, &mut wrong);
    let reviewed =
        ada.page.body.split(r#"name="reviewed" value=""#).nth(1).unwrap().split('"').next().unwrap().to_owned();
    for reviewed in ["7", &reviewed] {
        ada.post(&review, &[("private_reason", "7"), ("reviewed", reviewed)]).follow();
        note(&ada, &mut wrong);
    }
    note(&ada, &mut wrong);
    look(&mut ada, "/connections/disconnected", &mut wrong);
    look(&mut ada, "/connections/disconnected?q=8", &mut wrong);
    ada.open(&review);
    note(&ada, &mut wrong);
    ada.post(&format!("{review}/undo"), &[]).follow();
    note(&ada, &mut wrong);
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_language_is_the_members_else_the_browsers() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let speaks = |who: &Visitor, tag: &str| who.page.body.contains(&format!("<html lang=\"{tag}\""));
    assert!(speaks(ada.open("/"), "en"));
    ada.language = "fr-CA,fr;q=0.8".into();
    assert!(speaks(ada.open("/"), "fr"));
    ada.open("/settings/appearance").post("/appearance", &[("language", "ar"), ("theme", "dark")]).follow();
    assert!(speaks(&ada, "ar") && ada.page.body.contains("dir=\"rtl\" data-theme=\"dark\""), "{}", ada.page.body);
    // On another browser of the same member too; the colours are this browser's.
    let mut elsewhere = site.visitor();
    elsewhere.open("/sign-in").fill("email", "ada-ruiz@test.example").fill("password", crate::support::PASSWORD);
    elsewhere.press("Sign in");
    assert!(speaks(elsewhere.open("/connections"), "ar") && !elsewhere.page.body.contains("data-theme"));
    // What is not on the page changes nothing, and an empty choice is the browser's again.
    ada.post("/appearance", &[("theme", "pink")]).follow();
    assert!(ada.page.body.contains("data-theme=\"dark\""));
    ada.post("/appearance", &[("language", "")]).follow();
    assert!(speaks(&ada, "fr"));
    // Signing out ends the session and keeps how this browser shows the site.
    ada.post("/sign-out", &[]).follow();
    assert!(ada.page.body.contains("data-theme=\"dark\""));
}

#[test]
fn letters_speak_the_language_of_the_last_visit() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut zoe = site.visitor();
    zoe.language = "de-AT,de;q=0.9".into();
    zoe.open("/sign-up").fill("full_name", "Zoe Vale").fill("email", "zoe@test.example");
    zoe.fill("password", crate::support::PASSWORD).press("Registrieren");
    let to_zoe = || site.letters().into_iter().find(|letter| letter.to.contains("zoe@test.example")).unwrap();
    let letter = to_zoe();
    assert!(letter.whole.contains("<html lang=\"de\""), "{}", letter.text);
    zoe.open(&letter.link("/verify-email/"));
    let is_in = |tag: &str| to_zoe().whole.contains(&format!("<html lang=\"{tag}\""));
    ada.open("/in/zoe-vale/invite").fill("note", "Hello").press("Send invitation");
    assert!(is_in("de"));
    // What the browser asks for later holds once the session is looked at again.
    let later = "UPDATE sessions SET last_seen = last_seen - 86400";
    site.db.write_blocking(|connection| Ok(diesel::sql_query(later).execute(connection)?)).unwrap();
    zoe.language = "ar".into();
    assert!(zoe.open("/settings/appearance").page.body.contains("<html lang=\"ar\""));
    let mut ben = site.member("Ben Okoro");
    ben.open("/in/zoe-vale/invite").fill("note", "Hello").press("Send invitation");
    assert!(is_in("ar"));
    // That is no choice: the pages still follow the browser, and what is chosen stands above both.
    zoe.language = "fr".into();
    assert!(zoe.open("/").page.body.contains("<html lang=\"fr\""));
    zoe.post("/appearance", &[("language", "es")]);
    let mut cleo = site.member("Cleo Vance");
    cleo.open("/in/zoe-vale/invite").fill("note", "Hello").press("Send invitation");
    assert!(is_in("es"));
}
