use diesel::connection::SimpleConnection;

use crate::support::{PASSWORD, Site};

#[test]
fn somebody_signs_up_and_lands_on_the_page_they_wanted() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.open("/people");
    assert!(visitor.page.path.starts_with("/sign-in?next=%2Fpeople"), "{}", visitor.page.path);
    visitor.open("/sign-up").fill("full_name", "Maren Holt").fill("email", "maren@test.example");
    visitor.fill("password", "short").press("Sign up");
    assert_eq!(visitor.page.status, 422);
    assert!(visitor.sees("it needs at least 10") && visitor.page.body.contains("Maren Holt"));
    visitor.fill("password", PASSWORD).press("Sign up");
    assert!(visitor.sees("Your account is ready") && visitor.sees("My network"));
    visitor.press("Sign out");
    assert!(visitor.sees("Sign up"));
    visitor.open("/in/maren-holt");
    visitor.fill("email", "MAREN@test.example").fill("password", PASSWORD).press("Sign in");
    assert_eq!(visitor.page.path, "/in/maren-holt");
}

#[test]
fn an_unknown_address_and_a_wrong_password_are_answered_alike() {
    let site = Site::new();
    site.member("Known Person");
    let mut visitor = site.visitor();
    visitor
        .open("/sign-in")
        .fill("email", "known-person@test.example")
        .fill("password", "wrong wrong")
        .press("Sign in");
    let wrong = (visitor.page.status, visitor.text());
    visitor.open("/sign-in").fill("email", "nobody@test.example").fill("password", "wrong wrong").press("Sign in");
    assert_eq!(wrong, (visitor.page.status, visitor.text()));
    assert_eq!(wrong.0, 422);
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let site = Site::new();
    let mut here = site.member("Two Browsers");
    let mut there = site.visitor();
    there.open("/sign-in").fill("email", "two-browsers@test.example").fill("password", PASSWORD).press("Sign in");
    assert!(there.sees("My network"));
    here.open("/settings/password").fill("password", PASSWORD).fill("new_password", "another password").press("Save");
    assert!(here.sees("Your password is changed"), "{}", here.text());
    there.open("/connections");
    assert!(there.page.path.starts_with("/sign-in"));
    assert!(here.open("/connections").sees("Connections"));
}

#[test]
fn a_profile_is_edited_in_place_and_an_old_handle_redirects() {
    let site = Site::new();
    let (mut me, mut other) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    me.open("/in/ada-ruiz").fill("headline", "Keeps bridges standing").press("Save");
    assert!(me.sees("Keeps bridges standing"));
    me.post(
        "/profile/positions",
        &[("title", "Engineer"), ("company", "Lind Bridges"), ("from", "2019-03"), ("until", "")],
    );
    me.post("/profile/handle", &[("handle", "ada")]);
    other.open("/in/ada-ruiz");
    assert_eq!(other.page.path, "/in/ada");
    assert!(other.sees("Lind Bridges") && other.sees("March 2019 to today"));
    other.open("/people?q=lind");
    assert!(other.sees("Ada Ruiz"));
    me.post("/profile/positions", &[("title", ""), ("company", "X"), ("from", "soon")]);
    assert_eq!(me.page.status, 422);
    assert!(me.sees("Title cannot be empty") && me.sees("Write a year"));
    // The summary leads to the fields.
    for id in ["title-new", "from-new"] {
        assert!(me.page.body.contains(&format!("href=\"#{id}\"")) && me.page.body.contains(&format!("id=\"{id}\"")));
    }
}

#[test]
fn a_form_that_was_sent_twice_is_kept_once() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for _ in 0..2 {
        ada.post("/profile/positions", &[("title", "Engineer"), ("company", "Lind"), ("from", "2019"), ("until", "")]);
        ada.post("/profile/education", &[("degree", "MSc"), ("school", "Bergen"), ("from", "2010"), ("until", "2012")]);
        ada.post("/profile/links", &[("address", "lind.example"), ("label", "")]);
        assert_eq!(ada.page.status, 303);
    }
    let text = ada.open("/in/ada-ruiz").text();
    for once in ["Engineer", "MSc", "lind.example"] {
        assert_eq!(text.matches(once).count(), 1, "{once}: {text}");
    }
}

#[test]
fn reading_alone_keeps_a_browser_signed_in() {
    use diesel::prelude::*;
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let renewed = |ada: &mut crate::support::Visitor| {
        ada.get("/connections").page.headers.iter().any(|(name, _)| name == "set-cookie")
    };
    ada.open("/");
    assert!(!renewed(&mut ada));
    let sql = "UPDATE sessions SET last_seen = last_seen - 86400";
    site.db.write_now(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    assert!(renewed(&mut ada));
    assert!(!renewed(&mut ada));
}

#[test]
fn a_page_is_shown_where_nothing_can_be_written() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let run = |sql: &str| site.db.write_now(|connection| Ok(connection.batch_execute(sql)?)).unwrap();
    run("UPDATE sessions SET last_seen = last_seen - 86400");
    run(if crate::support::database::on_postgres() {
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$;
         CREATE TRIGGER full_disk BEFORE UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION full_disk()"
    } else {
        "CREATE TRIGGER full_disk BEFORE UPDATE ON sessions BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    });
    assert_eq!(ada.get("/connections").page.status, 200);
    run(if crate::support::database::on_postgres() {
        "DROP TRIGGER full_disk ON sessions"
    } else {
        "DROP TRIGGER full_disk"
    });
    // Noted as soon as it can be.
    let keeps = |ada: &mut crate::support::Visitor| {
        ada.get("/connections").page.headers.iter().any(|(name, _)| name == "set-cookie")
    };
    assert!(keeps(&mut ada));
    assert!(!keeps(&mut ada));
}
