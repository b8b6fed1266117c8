use crate::support::Site;

#[test]
fn bad_fields_get_a_clear_answer_and_change_nothing() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    site.member("Ben Okoro");
    let long = "x".repeat(5_000);
    for (path, field) in [
        ("/in/ben-okoro/invite", "note"),
        ("/in/ben-okoro/disconnect", "private_reason"),
        ("/in/ben-okoro/block", "private_reason"),
        ("/in/ben-okoro/remarks", "private_note"),
        ("/profile", "full_name"),
        ("/profile/about", "about"),
        ("/profile/handle", "handle"),
        ("/profile/positions", "title"),
        ("/profile/links", "url"),
    ] {
        ada.post(path, &[(field, &long)]);
        assert_eq!(ada.page.status, 422, "{path}");
        assert!(ada.page.body.contains(&long), "{path} lost what was typed");
    }
    assert!(ada.open("/in/ben-okoro").has_button("Invite to connect"));
}

#[test]
fn torn_and_foreign_bodies_are_refused() {
    let site = Site::new();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let post = |kind: &str, body: &[u8]| {
        let request = agent.post(format!("{}/sign-in", site.address)).header("Content-Type", kind);
        request.send(body).unwrap().status().as_u16()
    };
    let form = "application/x-www-form-urlencoded";
    assert_eq!(post(form, b"email=Jos%E9"), 400);
    assert_eq!(post(form, &vec![b'x'; 10_000_000]), 413);
    assert_eq!(post("multipart/form-data; boundary=x", b"--x\r\nContent-Disp"), 415);
    assert_eq!(post("application/json", b"{}"), 415);
}

#[test]
fn what_is_not_there_is_not_found() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    for path in
        ["/in/nobody", "/in/nobody/invite", "/connections/remove/12345", "/connections/remove/x", "/no/such/page"]
    {
        assert_eq!(ada.open(path).page.status, 404, "{path}");
    }
    assert_eq!(ada.post("/profile/positions/99", &[("title", "x"), ("organisation", "y")]).page.status, 404);
    for path in [
        "/connections?after=x&page=-1",
        "/people?page=999999&q=%22",
        "/connections?connected_after=soon",
        "/invitations?before=1~z",
    ] {
        assert_eq!(ada.open(path).page.status, 200, "{path}");
    }
}
