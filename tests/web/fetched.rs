use crate::support::{PASSWORD, Site, connect};

#[test]
fn only_an_opened_page_takes_a_notice() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro").post("/in/ben-okoro/disconnect", &[]);
    assert!(ada.ahead("/people").status() == 200 && ada.head("/people").status() == 200);
    // A form that turns out to lead elsewhere shows nothing.
    ada.get("/sign-in");
    ada.open("/in/nobody-here");
    ada.open("/people");
    assert!(ada.sees("You are no longer connected with Ben Okoro. They have not been told."), "{}", ada.text());
    assert!(!ada.open("/people").sees("You are no longer connected"));
}

#[test]
fn only_an_opened_page_marks_notifications_as_read() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    ben.open("/in/ada-ruiz/invite").press("Send invitation");
    let unread = "1<span class=\"sr\"> new";
    // The list itself reads nothing, the link does.
    assert!(ada.open("/notifications").open("/notifications").page.body.contains(unread));
    for path in ["/notifications", "/in/ben-okoro"] {
        assert!(ada.ahead(path).status() == 200 && ada.head(path).status() == 200);
        assert!(ada.open("/notifications").page.body.contains(unread), "{}", ada.page.body);
    }
    ada.go("Ben Okoro would like to connect.");
    assert!(ada.page.path == "/in/ben-okoro" && !ada.page.body.contains(unread));
    assert!(!ada.open("/people").page.body.contains(unread));
}

#[test]
fn two_presses_at_once_tell_both() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut friends = ["Ben Okoro", "Eve Stone"].map(|name| site.member(name));
    friends.iter_mut().for_each(|friend| connect(&mut ada, friend));
    ada.open("/people").open("/connections");
    std::thread::scope(|scope| {
        for friend in &friends {
            let path = format!("/in/{}/disconnect", friend.handle);
            let ada = &ada;
            scope.spawn(move || ada.post_aside(&path, &[]));
        }
    });
    ada.open("/connections");
    for friend in &friends {
        assert!(ada.sees(&format!("You are no longer connected with {}.", friend.name)), "{}", ada.text());
        assert!(ada.page.body.contains(&format!("action=\"/in/{}/re-invite\"", friend.handle)));
    }
    assert_eq!(ada.page.body.matches("class=\"notice toast").count(), 2);
    assert!(!ada.open("/connections").sees("You are no longer connected"));
}

#[test]
fn what_one_member_was_told_is_not_shown_to_another() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    site.member("Eve Stone");
    connect(&mut ada, &mut ben);
    ada.post("/in/ben-okoro/disconnect", &[]);
    ada.post("/sign-out", &[]);
    ada.get("/sign-in").fill("email", "eve-stone@test.example").fill("password", PASSWORD).press("Sign in");
    assert!(ada.sees("My network") && !ada.page.body.contains("Ben Okoro</p>"), "{}", ada.text());
    assert!(!ada.sees("You are no longer connected"));
}

#[test]
fn a_browser_keeps_no_page() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for path in ["/", "/people", "/in/ada-ruiz", "/in/nobody"] {
        let kept = ada.open(path).page.headers.iter().find(|(name, _)| name == "cache-control").map(|it| it.1.clone());
        assert_eq!(kept.as_deref(), Some("no-store"), "{path}");
    }
}

#[test]
fn the_addresses_of_forms_can_be_opened() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let long = "x".repeat(2_001);
    for path in
        ["/profile", "/profile/about", "/profile/handle", "/profile/positions", "/profile/education", "/profile/links"]
    {
        ada.open("/in/ada-ruiz").post(path, &[("about", &long), ("full_name", ""), ("handle", "-")]);
        assert_eq!(ada.page.status, 422, "{path}");
        // The switches of the footer lead back to where they stood.
        ada.open(path);
        assert_eq!((ada.page.status, ada.page.path.as_str()), (200, path), "{path}");
    }
}
