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
    assert!(visitor.sees("You are signed out.") && visitor.sees("Sign up"), "{}", visitor.text());
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
    me.open("/in/ada-ruiz").go("Edit name, headline and location");
    me.fill("headline", "Keeps bridges standing").press("Save");
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
    for id in ["title", "from"] {
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
    let text = ada.open("/in/ada-ruiz?view=stranger").text();
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
    site.db.write_blocking(|connection| Ok(diesel::sql_query(sql).execute(connection)?)).unwrap();
    assert!(renewed(&mut ada));
    assert!(!renewed(&mut ada));
}

#[test]
fn a_page_is_shown_where_nothing_can_be_written() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let run = |sql: &str| site.db.write_blocking(|connection| Ok(connection.batch_execute(sql)?)).unwrap();
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

/// Moves what is stored of handles into the past.
fn handles_age(site: &Site, days: i64) {
    let by = days * 86_400;
    site.db
        .write_blocking(move |connection| {
            use diesel::connection::SimpleConnection;
            connection.batch_execute(&format!("UPDATE handle_changes SET changed_at = changed_at - {by}"))?;
            Ok(connection.batch_execute(&format!("UPDATE handles SET kept_until = kept_until - {by}"))?)
        })
        .unwrap();
}

#[test]
fn a_reserved_handle_is_given_to_nobody() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.open("/sign-up").fill("full_name", "Admin").fill("email", "admin@test.example");
    visitor.fill("password", PASSWORD).press("Sign up");
    assert_eq!(visitor.open("/in/member-admin").go("Edit about").page.status, 200);
    for handle in ["settings", "Admin", "support-1"] {
        visitor.post("/profile/handle", &[("handle", handle)]);
        assert!(visitor.page.status == 422 && visitor.sees("This handle is reserved."), "{}", visitor.text());
    }
}

#[test]
fn a_handle_changes_five_times_in_thirty_days() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    assert!(ada.open("/profile/handle").sees("You have changed your handle 0 of 5 times in the last 30 days."));
    for handle in ["ada-1", "ada-2", "ada-1", "ada-3", "ada-4"] {
        ada.post("/profile/handle", &[("handle", handle)]).follow();
        assert_eq!(ada.page.path, format!("/in/{handle}"));
    }
    assert!(ada.sees("5 of 5 times in the last 30 days. The next change comes free on"), "{}", ada.text());
    ada.post("/profile/handle", &[("handle", "ada-5")]);
    assert!(ada.page.status == 429 && ada.sees("The next change comes free on"), "{}", ada.text());
    assert!(ada.page.headers.iter().any(|(name, _)| name == "retry-after"));
    // The same handle again is no change.
    assert_eq!(ada.post("/profile/handle", &[("handle", "ada-4")]).page.status, 303);
    handles_age(&site, 30);
    assert_eq!(ada.post("/profile/handle", &[("handle", "ada-5")]).page.status, 303);
    assert!(ada.follow().sees("1 of 5 times"), "{}", ada.text());
}

#[test]
fn ten_former_handles_are_kept_for_a_year() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let takes = |ben: &mut crate::support::Visitor, handle: &str| {
        ben.post("/profile/handle", &[("handle", handle)]).page.status == 303
    };
    for number in 1..=11 {
        ada.post("/profile/handle", &[("handle", &format!("ada-r{number}"))]);
        assert_eq!(ada.page.status, 303, "{}", ada.text());
        handles_age(&site, 10);
    }
    // Eleven were left; the first is free, the second is the oldest of ten.
    assert_eq!(ben.get("/in/ada-ruiz").page.status, 404);
    assert!(!takes(&mut ben, "ada-r1"));
    assert_eq!(ben.open("/in/ada-r1").page.path, "/in/ada-r11");
    assert!(takes(&mut ben, "ada-ruiz"));
    assert_eq!(ada.open("/in/ada-ruiz").page.path, "/in/ada-ruiz");
    assert!(ada.sees("Ben Okoro"));
    handles_age(&site, 365);
    assert_eq!(ben.get("/in/ada-r10").page.status, 404);
    assert!(takes(&mut ben, "ada-r10"));
    assert!(ada.open("/in/ada-r10").sees("Ben Okoro"));
}

#[test]
fn where_one_wanted_to_go_survives_from_sign_in_to_sign_up() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.open("/people?q=a%26b").go("Sign up");
    assert_eq!(visitor.page.path, "/sign-up?next=%2Fpeople%3Fq%3Da%2526b");
    visitor.fill("full_name", "").press("Sign up");
    assert_eq!(visitor.page.status, 422);
    visitor.go("Sign in").fill("email", "nobody@test.example").press("Sign in");
    assert_eq!(visitor.page.status, 422);
    visitor.go("Sign up").fill("full_name", "Maren Holt").fill("email", "maren@test.example");
    visitor.fill("password", PASSWORD).press("Sign up");
    assert_eq!(visitor.page.path, "/people?q=a%26b");
}

/// The rows of sessions of everybody.
fn sessions(site: &Site) -> i64 {
    use diesel::prelude::*;
    site.db.write_blocking(|connection| Ok(amicable::schema::sessions::table.count().get_result(connection)?)).unwrap()
}

fn members(site: &Site) -> i64 {
    use diesel::prelude::*;
    site.db.write_blocking(|connection| Ok(amicable::schema::members::table.count().get_result(connection)?)).unwrap()
}

#[test]
fn signing_in_ends_the_session_before() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    for email in ["ben-okoro@test.example", "ada-ruiz@test.example", "ada-ruiz@test.example"] {
        ada.post("/sign-in", &[("email", email), ("password", PASSWORD)]);
        assert_eq!((ada.page.status, sessions(&site)), (303, 2));
    }
    let new = [("full_name", "Cy Vale"), ("email", "cy@test.example"), ("password", PASSWORD)];
    assert_eq!((ada.post("/sign-up", &new).page.status, sessions(&site)), (303, 2));
}

#[test]
fn a_new_password_or_address_gives_a_new_token() {
    use diesel::prelude::*;
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let token = || {
        let hash = amicable::schema::sessions::table.select(amicable::schema::sessions::token_hash);
        site.db.write_blocking(|connection| Ok(hash.load::<String>(connection)?)).unwrap()
    };
    let first = token();
    ada.post("/settings/account", &[("email", "new@test.example"), ("password", PASSWORD)]).follow();
    assert!(ada.sees("Your e-mail address is changed."), "{}", ada.text());
    let second = token();
    ada.post("/settings/password", &[("password", PASSWORD), ("new_password", "another password")]).follow();
    assert!(ada.sees("Your password is changed."), "{}", ada.text());
    let third = token();
    assert!(first != second && second != third && third.len() == 1);
    assert_eq!(ada.get("/connections").page.status, 200);
}

#[test]
fn a_mistyped_address_can_be_given_up() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.post("/settings/account", &[("email", "adda@test.example"), ("password", PASSWORD)]).follow();
    assert!(ada.sees("A link to confirm it is on its way to adda@test.example."), "{}", ada.text());
    assert!(ada.sees("Until then ada-ruiz@test.example gets your e-mail, and you can sign in with either address."));
    for email in ["ada-ruiz@test.example", "adda@test.example"] {
        let signed = site.visitor().post("/sign-in", &[("email", email), ("password", PASSWORD)]).page.status;
        assert_eq!(signed, 303, "{email}");
    }
    ada.open("/settings/account").press("Keep ada-ruiz@test.example");
    assert!(ada.sees("Your e-mail address is changed.") && !ada.sees("on its way"), "{}", ada.text());
    assert!(!ada.sees("Confirm your e-mail address"));
    let given_up =
        site.visitor().post("/sign-in", &[("email", "adda@test.example"), ("password", PASSWORD)]).page.status;
    assert_eq!(given_up, 422);
}

#[test]
fn an_address_is_the_same_however_it_is_pasted() {
    let site = Site::new();
    let mut visitor = site.visitor();
    let new = [("full_name", "José Bücher"), ("email", "mailto:José@Bücher.example"), ("password", PASSWORD)];
    assert_eq!(visitor.post("/sign-up", &new).page.status, 303);
    assert!(visitor.open("/settings/account").page.body.contains("José@bücher.example"));
    for email in ["\"J. B.\" <jose\u{301}@xn--bcher-kva.example>,", "\u{200B}JOSÉ@bu\u{308}cher.example."] {
        let mut other = site.visitor();
        other.post("/sign-up", &[("full_name", "Jo"), ("email", email), ("password", PASSWORD)]);
        assert_eq!((other.page.status, members(&site)), (303, 1), "{email}: whoever has its password signs in to it");
        other.open("/").press("Sign out");
        assert_eq!(other.post("/sign-in", &[("email", email), ("password", PASSWORD)]).page.status, 303, "{email}");
        // To one's own address under another spelling.
        let change = [("email", email), ("password", PASSWORD)];
        other.post("/settings/account", &change);
        assert_eq!(other.page.status, 303, "{}", other.text());
    }
}

#[test]
fn a_password_is_the_same_from_every_keyboard() {
    let site = Site::new();
    let mut visitor = site.visitor();
    let new = [("full_name", "Zoë Vale"), ("email", "zoe@test.example"), ("password", "cafe\u{301} au\u{A0}lait")];
    assert_eq!(visitor.post("/sign-up", &new).page.status, 303);
    let mut other = site.visitor();
    assert_eq!(other.post("/sign-in", &[("email", "zoe@test.example"), ("password", "café au lait")]).page.status, 303);
    let bad = [("password", "café au lait"), ("new_password", "a quiet\u{7}password")];
    other.post("/settings/password", &bad);
    assert!(other.page.status == 422 && other.sees("contains a control character"), "{}", other.text());
}

#[test]
fn a_device_is_called_in_the_language_of_whoever_reads() {
    use diesel::prelude::*;
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    // As it is stored now, and as it was stored in the language of the sign-in.
    for (detail, seen) in [("Firefox on Linux", "Firefox sur Linux"), ("Firefox unter Linux", "Firefox unter Linux")] {
        let sql = format!("UPDATE security_events SET detail = '{detail}'");
        site.db.write_blocking(|connection| Ok(diesel::sql_query(&sql).execute(connection)?)).unwrap();
        ada.language = "fr".into();
        assert!(ada.open("/settings/devices").sees(&format!(": {seen}")), "{}", ada.text());
    }
}
