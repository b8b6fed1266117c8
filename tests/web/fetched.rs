use crate::support::{Site, connect};

#[test]
fn a_notice_waits_for_a_page_that_is_opened() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    ada.open("/in/ben-okoro").post("/in/ben-okoro/disconnect", &[]);
    // What is fetched ahead may never be seen, so it does not take the notice away.
    assert_eq!(ada.ahead("/people").status(), 503);
    ada.open("/people");
    assert!(ada.sees("You are no longer connected with Ben Okoro. They have not been told."));
    assert_eq!(ada.ahead("/people").status(), 200);
    ada.open("/people");
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
        assert_eq!((ada.page.status, ada.page.path.as_str()), (200, "/in/ada-ruiz"), "{path}");
    }
}
