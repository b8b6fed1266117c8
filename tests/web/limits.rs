//! Limits: who reaches one is told the number and the minute, and nobody is locked out by somebody else.

use amicable::limits::{self, Limit, Numbers};
use amicable::members::role::Role;
use amicable::relationship::Limits;

use super::support::{PASSWORD, Site, Visitor, connect};
use crate::moderation::with_role;

fn try_from(visitor: &mut Visitor, address: &str, email: &str, password: &str) -> u16 {
    visitor.forwarded_for = address.to_owned();
    visitor.post("/sign-in", &[("email", email), ("password", password)]).page.status
}

fn header<'a>(visitor: &'a Visitor, name: &str) -> Option<&'a str> {
    visitor.page.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
}

fn set(site: &Site, limit: Limit, number: u32) {
    let numbers = Numbers { number, ..Numbers::of(limit) };
    site.db.write_blocking(|connection| limits::set(connection, limit, numbers)).unwrap();
}

/// Ends every window, by making the counts older.
fn windows_pass(site: &Site) {
    let sql = "UPDATE limit_counts SET ends_at = 1";
    site.db.write_blocking(|connection| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql), connection)?)).unwrap();
}

#[test]
fn the_eleventh_wrong_password_is_not_compared() {
    let site = Site::behind_proxy();
    site.member("Ada Ruiz");
    let mut guesser = site.visitor();
    for _ in 0..10 {
        assert_eq!(try_from(&mut guesser, "192.0.2.1", "ada-ruiz@test.example", "wrong password"), 422);
    }
    // Also the right one, from there; a cookie that is thrown away changes nothing.
    for mut again in [guesser, site.visitor()] {
        assert_eq!(try_from(&mut again, "192.0.2.1", "Ada-Ruiz@test.example", PASSWORD), 429);
        assert!(again.sees("10 in 15 minutes is the most; try again from"), "{}", again.text());
        assert!(again.page.body.contains("value=\"Ada-Ruiz@test.example\""), "what was typed is kept");
        let seconds: i64 = header(&again, "retry-after").unwrap().parse().unwrap();
        assert!((1..=900).contains(&seconds), "{seconds}");
    }
    windows_pass(&site);
    assert_eq!(try_from(&mut site.visitor(), "192.0.2.1", "ada-ruiz@test.example", PASSWORD), 303);
}

#[test]
fn devices_use_up_no_pages_of_their_network() {
    let site = Site::with_limit(Limit::Pages, 3);
    let mut visitor = site.visitor();
    for _ in 0..4 {
        visitor.get("/.well-known/carddav");
        visitor.get("/dav/");
    }
    assert_eq!(visitor.open("/sign-in").page.status, 200);
    for _ in 0..4 {
        visitor.get("/sign-in");
    }
    assert_eq!(visitor.page.status, 429);
}

#[test]
fn visitors_begin_so_many_sign_ins_with_a_passkey() {
    let site = Site::behind_proxy();
    set(&site, Limit::Passkeys, 3);
    let mut visitor = site.visitor();
    let mut begun = |network: &str| {
        visitor.forwarded_for = network.to_owned();
        visitor.post("/sign-in/passkey/challenge", &[]).page.status
    };
    assert_eq!([(); 4].map(|()| begun("192.0.2.1")), [200, 200, 200, 429]);
    assert_eq!(begun("192.0.2.2"), 200);
    let sql = "DELETE FROM passkey_challenges";
    let kept =
        site.db.write_blocking(|connection| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql), connection)?));
    assert_eq!(kept.unwrap(), 4, "what is refused leaves no row");
}

#[test]
fn an_unknown_address_is_limited_as_a_known_one() {
    let site = Site::behind_proxy();
    let mut guesser = site.visitor();
    let answers: Vec<u16> =
        (0..11).map(|_| try_from(&mut guesser, "192.0.2.1", "nobody@test.example", "wrong password")).collect();
    assert_eq!((answers[9], answers[10]), (422, 429));
}

#[test]
fn five_hundred_guesses_do_not_lock_the_owner_out() {
    let site = Site::behind_proxy();
    let mut owner = site.member("Ada Ruiz");
    owner.open("/").press("Sign out");
    let mut guesser = site.visitor();
    let mut compared = 0;
    for _ in 0..250 {
        compared += i32::from(try_from(&mut guesser, "192.0.2.1", "ada-ruiz@test.example", "wrong password") == 422);
    }
    assert_eq!(compared, 10);
    // Beyond it each would only be slower.
    set(&site, Limit::SignInAccount, 1_000);
    for at in 0..250 {
        let address = format!("198.51.100.{}", at % 200);
        assert_eq!(try_from(&mut guesser, &address, "ada-ruiz@test.example", "wrong password"), 422, "{at}");
    }
    // From another network; and from the guesser's own, in a browser in which they have signed in.
    assert_eq!(try_from(&mut site.visitor(), "203.0.113.9", "ada-ruiz@test.example", PASSWORD), 303);
    assert_eq!(try_from(&mut owner, "192.0.2.1", "ada-ruiz@test.example", PASSWORD), 303);
}

/// Signs up with an address that somebody else has.
fn claim(visitor: &mut Visitor, email: &str) {
    visitor.forwarded_for = "192.0.2.1".to_owned();
    let new = [("full_name", "Mal Ory"), ("email", email), ("password", "a password of Mal's")];
    assert_eq!(visitor.post("/sign-up", &new).page.status, 303);
}

#[test]
fn an_account_of_ones_own_pays_for_no_guesses_at_another() {
    let (site, email) = (Site::behind_proxy(), "ada-ruiz@test.example");
    site.member("Ada Ruiz");
    let mut guesser = site.visitor();
    claim(&mut guesser, email);
    // In the browser where the one account is known, and each time in a new one.
    for (is_new, network) in [(false, "192.0.2.2"), (true, "192.0.2.3")] {
        let mut tried = |password: &str| {
            let mut anew = site.visitor();
            try_from(if is_new { &mut anew } else { &mut guesser }, network, email, password)
        };
        for at in 0..24 {
            tried(if at % 8 == 7 { "a password of Mal's" } else { "wrong password" });
        }
        assert_ne!(tried(PASSWORD), 303, "{is_new}: the owner's password is no longer compared");
    }
}

#[test]
fn a_sign_up_is_no_way_past_a_closed_sign_in() {
    let (site, email) = (Site::behind_proxy(), "ada-ruiz@test.example");
    site.member("Ada Ruiz");
    let mut guesser = site.visitor();
    for _ in 0..10 {
        assert_eq!(try_from(&mut guesser, "192.0.2.1", email, "wrong password"), 422);
    }
    guesser.post("/sign-up", &[("full_name", "Mal Ory"), ("email", email), ("password", PASSWORD)]);
    assert!(!guesser.open("/profile").sees("Ruiz, Ada") && guesser.sees("Ory, Mal"), "{}", guesser.text());
}

#[test]
fn many_sign_ups_close_no_sign_in_of_their_network() {
    let site = Site::behind_proxy();
    set(&site, Limit::SignUp, 100);
    let mut last = site.visitor();
    for at in 0..Numbers::of(Limit::SignInNetwork).number {
        claim(&mut site.visitor(), &format!("guest{at}@test.example"));
    }
    assert_eq!(try_from(&mut last, "192.0.2.1", "guest7@test.example", "a password of Mal's"), 303);
}

#[test]
fn who_claimed_an_address_before_keeps_nobody_out() {
    let (site, email) = (Site::new(), "zoe@test.example");
    for _ in 0..6 {
        claim(&mut site.visitor(), email);
        site.db
            .write_blocking(|connection| {
                let sql = "UPDATE members SET password_hash = 'another' WHERE full_name = 'Mal Ory'";
                Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql), connection)?)
            })
            .unwrap();
    }
    let mut zoe = site.visitor();
    zoe.post("/sign-up", &[("full_name", "Zoe Vale"), ("email", email), ("password", PASSWORD)]);
    let mut elsewhere = site.visitor();
    assert_eq!(try_from(&mut elsewhere, "", email, PASSWORD), 303);
    assert!(elsewhere.open("/profile").sees("Vale, Zoe"), "{}", elsewhere.text());
}

#[test]
fn fifty_wrong_passwords_close_a_network_for_all_accounts() {
    let site = Site::behind_proxy();
    let mut guesser = site.visitor();
    let one = |guesser: &mut Visitor, at: i32| {
        try_from(guesser, "2001:db8::1", &format!("somebody{at}@test.example"), "wrong password")
    };
    assert!((0..50).all(|at| one(&mut guesser, at) == 422));
    assert_eq!(one(&mut guesser, 50), 429);
    // The same household, and another.
    assert_eq!(try_from(&mut guesser, "2001:db8::ffff:1", "somebody@test.example", "wrong password"), 429);
    assert_eq!(try_from(&mut guesser, "2001:db8:0:1::1", "somebody@test.example", "wrong password"), 422);
}

#[test]
fn a_right_password_is_not_counted() {
    let site = Site::behind_proxy();
    site.member("Ada Ruiz");
    for _ in 0..12 {
        assert_eq!(try_from(&mut site.visitor(), "192.0.2.1", "ada-ruiz@test.example", PASSWORD), 303);
    }
}

#[test]
fn a_made_up_header_of_a_visitor_changes_nothing() {
    let site = Site::new();
    let mut guesser = site.visitor();
    let answers: Vec<u16> = (0..11)
        .map(|at| try_from(&mut guesser, &format!("192.0.2.{at}"), "nobody@test.example", "wrong password"))
        .collect();
    assert_eq!(answers[10], 429);
}

#[test]
fn two_nodes_share_every_limit() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let other = site.another_node();
    let mut guesser = site.visitor();
    for at in 0..10 {
        if at == 5 {
            guesser.at_node(&other);
        }
        assert_eq!(try_from(&mut guesser, "", "nobody@test.example", "wrong password"), 422);
    }
    assert_eq!(try_from(&mut guesser, "", "nobody@test.example", "wrong password"), 429);
    guesser.at_node(&site.address);
    assert_eq!(try_from(&mut guesser, "", "nobody@test.example", "wrong password"), 429);
    // What is counted in memory is merged each time that a node has counted a quarter.
    let nodes = [site.address.clone(), other];
    let mut found = 0;
    for at in 0..100 {
        ada.at_node(&nodes[at / 15 % 2]);
        found += i32::from(ada.get("/people?q=nobody").page.status == 200);
    }
    assert!((60..=75).contains(&found), "{found}");
}

#[test]
fn a_sixty_first_search_in_a_minute_is_refused() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    assert!((0..60).all(|_| ada.get("/people?q=nobody").page.status == 200));
    assert_eq!(ada.get("/people?q=nobody").page.status, 429);
    assert!(ada.sees("60 in 1 minute is the most"), "{}", ada.text());
    assert!(header(&ada, "retry-after").is_some());
    assert_eq!(ada.get("/people").page.status, 200, "suggestions are no search");
}

#[test]
fn searches_of_messages_count_with_those_for_people() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    assert!((0..30).all(|_| ada.get("/people?q=nobody").page.status == 200));
    assert!((0..30).all(|_| ada.get("/inbox?q=nobody").page.status == 200));
    assert_eq!(ada.get("/inbox?q=nobody").page.status, 429);
    assert!(ada.sees("60 in 1 minute is the most"), "{}", ada.text());
    assert_eq!(ada.get("/inbox").page.status, 200, "the list is no search");
}

#[test]
fn resets_are_limited_by_network_and_silently_by_address() {
    let site = Site::behind_proxy();
    let mut visitor = site.visitor();
    let ask = |visitor: &mut Visitor, from: &str, email: &str| {
        visitor.forwarded_for = from.to_owned();
        visitor.post("/forgot-password", &[("email", email)]).page.status
    };
    for at in 0..5 {
        assert_eq!(ask(&mut visitor, "192.0.2.1", &format!("somebody{at}@test.example")), 303);
    }
    assert_eq!(ask(&mut visitor, "192.0.2.1", "ada-ruiz@test.example"), 429);
    assert!(visitor.page.body.contains("ada-ruiz@test.example"));
    for at in 0..9 {
        assert_eq!(ask(&mut visitor, &format!("198.51.100.{at}"), "ada-ruiz@test.example"), 303);
    }
    use amicable::schema::outbox;
    use diesel::prelude::*;
    let letters: i64 = site.db.write_blocking(|connection| Ok(outbox::table.count().get_result(connection)?)).unwrap();
    assert_eq!(letters, 5 + 5);
}

#[test]
fn uploads_are_limited_before_they_are_read() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    set(&site, Limit::Uploads, 1);
    assert_eq!(ada.upload("/profile/photo", "photo", b"no picture").page.status, 422);
    assert_eq!(ada.upload("/profile/photo", "photo", b"no picture").page.status, 429);
    assert!(ada.sees("1 in 1 hour is the most"), "{}", ada.text());
    set(&site, Limit::Uploads, 0);
    assert_eq!(ada.upload("/profile/photo", "photo", b"no picture").page.status, 422, "0 is no limit");
}

#[test]
fn counts_are_removed_once_their_window_is_over() {
    use amicable::schema::limit_counts;
    use diesel::prelude::*;
    let site = Site::new();
    try_from(&mut site.visitor(), "", "nobody@test.example", "wrong password");
    let rows = |site: &Site| -> i64 {
        let purge = |connection: &mut amicable::db::Connection| {
            limits::purge(connection)?;
            Ok(limit_counts::table.count().get_result(connection)?)
        };
        site.db.write_blocking(purge).unwrap()
    };
    assert!(rows(&site) > 0);
    windows_pass(&site);
    assert_eq!(rows(&site), 0);
}

#[test]
fn what_members_do_to_each_other_is_limited_by_the_same_table() {
    let site = Site::with(Limits { invitations: 50, ..Limits::default() });
    let mut root = with_role(&site, "Root Admin", Role::Administrator);
    let (mut ada, mut ben, mut dov) = (site.member("Ada Ruiz"), site.member("Ben Okoro"), site.member("Dov Katz"));
    site.member("Eve Lund");
    connect(&mut ada, &mut ben);
    connect(&mut ada, &mut dov);
    assert!(root.open("/admin/limits").sees("Default: 50 in 7 days") && root.sees("Default: 5 in 30 days"));
    // The operator's own number is the default, also where it is typed, and no other one is taken for it.
    for (number, kept) in [("50", None), ("100", Some(100)), ("2", Some(2))] {
        root.open("/admin/limits").fill("number-invitations", number);
        root.fill("number-first-messages", "1").fill("number-handle-changes", "1").press("Save");
        let set = site.db.read_blocking(limits::all_set).unwrap();
        assert_eq!(set.get(&Limit::Invitations).map(|numbers| numbers.number), kept);
    }
    let kept_out = |ada: &Visitor, sentence: &str| {
        assert!(ada.page.status == 429 && ada.sees(sentence), "{} {}", ada.page.status, ada.text());
        let seconds: i64 = header(ada, "retry-after").unwrap().parse().unwrap();
        assert!(seconds > 3_600, "{seconds}");
    };
    ada.post("/in/eve-lund/invite", &[]);
    kept_out(&ada, "You have sent 2 of 2 invitations in the last 7 days. The next one comes free on");
    ada.open("/inbox/ben-okoro").fill("message", "Hello").press("Send message");
    ada.open("/inbox/dov-katz").fill("message", "Hello Dov").press("Send message");
    kept_out(&ada, "You have written to 1 new connection in the last 24 hours, which is the most.");
    ada.post("/profile/handle", &[("handle", "ada-1")]).follow();
    ada.post("/profile/handle", &[("handle", "ada-2")]);
    kept_out(&ada, "You have changed your handle 1 of 1 times in the last 30 days.");
    // None at all.
    root.open("/admin/limits").fill("number-invitations", "0").fill("number-first-messages", "0");
    root.fill("number-handle-changes", "0").press("Save");
    assert!(
        dov.open("/in/eve-lund").sees("Nobody can send invitations on this site at the moment.")
            && !dov.has_button("Invite to connect")
    );
    dov.post("/inbox/ada-1", &[("message", "Hello Ada")]);
    kept_out(&dov, "You have written to 0 new connections in the last 24 hours, which is the most.");
    dov.post("/profile/handle", &[("handle", "dov-1")]);
    kept_out(&dov, "You have changed your handle 0 of 0 times in the last 30 days.");
}

#[test]
fn pages_are_counted_where_the_operator_says_so() {
    let site = Site::with_limit(Limit::Pages, 6);
    let (mut ada, mut visitor) = (site.member("Ada Ruiz"), site.visitor());
    let mut statuses: Vec<u16> = (0..9).map(|_| ada.get("/connections").page.status).collect();
    statuses.dedup();
    assert_eq!(statuses, [200, 429]);
    assert!(ada.sees("6 in 1 minute is the most") && header(&ada, "retry-after").is_some(), "{}", ada.text());
    // Nobody else is held up by a member, nor what a page brings along and operators ask for.
    assert_eq!((visitor.get("/sign-in").page.status, ada.get("/healthz").page.status), (200, 200));
}
