use crate::support::{Site, Visitor, connect};

/// Presses *Disconnect* on Ben as the script does: it asks for the way onward and goes there itself.
fn leaves_ben(ada: &Visitor) -> (u16, Option<String>) {
    let response = ada.post_as_script("/in/ben-okoro/disconnect", &[]);
    let way = response.headers().get("location").map(|way| way.to_str().unwrap().to_owned());
    (response.status().as_u16(), way)
}

#[test]
fn the_script_is_told_the_way_onward_and_the_notice_waits_for_it() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro");
    assert_eq!(leaves_ben(&ada), (204, Some("/in/ben-okoro".into())));
    // What is fetched ahead may never be seen, so it does not take the notice away.
    assert_eq!(ada.ahead("/people").status(), 503);
    ada.open("/people");
    assert!(ada.sees("You are no longer connected with Ben Okoro. They have not been told."));
    assert_eq!(ada.ahead("/people").status(), 200);
    ada.open("/people");
    assert!(!ada.sees("You are no longer connected"));
}

#[test]
fn a_browser_forgets_what_it_fetched_before_an_action_and_everything_at_sign_out() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let forgets =
        |ada: &Visitor| ada.page.headers.iter().find(|(name, _)| name == "clear-site-data").map(|it| it.1.clone());
    ada.open("/people");
    assert_eq!(forgets(&ada), None);
    ada.post("/appearance", &[("theme", "dark")]);
    assert_eq!(forgets(&ada).as_deref(), Some("\"prefetchCache\""));
    ada.post("/sign-out", &[]);
    assert_eq!(forgets(&ada).as_deref(), Some("\"cache\", \"prefetchCache\""));
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
        assert_eq!((ada.page.status, ada.page.path.as_str()), (200, "/in/ada-ruiz"), "{path}");
    }
}

#[test]
fn what_is_ticked_is_kept_while_one_turns_pages_and_names_nobody_else() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    site.member("Eve Stone");
    connect(&mut ada, &mut ben);
    ada.open("/connections/remove?member=ben-okoro&member=eve-stone");
    assert!(ada.page.body.contains("checked") && !ada.sees("on other pages") && !ada.sees("Eve Stone"));
    ada.open("/connections/remove?q=nobody&member=ben-okoro&member=eve-stone&member=gone");
    assert!(ada.sees("Nobody matches") && ada.sees("1 person selected on other pages") && ada.sees("Ben Okoro"));
    assert!(!ada.sees("Eve Stone"));
    ada.fill("member", "ben-okoro").press("Review removal");
    assert!(ada.sees("Remove 1 connection?") && ada.sees("Ben Okoro"));
}
