use crate::dav::device::{Device, basic};
use crate::support::{PASSWORD, Site, Visitor};

/// Makes an app password on the page, and takes it down.
fn made(member: &mut Visitor, name: &str) -> String {
    member.open("/settings/security").fill("name", name).press("New app password");
    let secret = member.page.body.split("<code dir=\"ltr\">").nth(3).expect("the password is shown");
    secret.split('<').next().unwrap().to_owned()
}

fn opens(site: &Site, name: &str, secret: &str) -> bool {
    let mut device = Device::unknown(site);
    device.authorization = basic(name, secret);
    device.propfind("/dav/", "0", "<D:displayname/>").status == 207
}

#[test]
fn a_new_password_is_shown_once_and_opens_the_book() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let secret = made(&mut ada, "My <Phone>");
    assert_eq!(ada.page.status, 200);
    let path = ada.page.path.clone();
    for shown in ["App password My &#60;Phone&#62;", "/dav/", "ada-ruiz@test.example", "Thunderbird"] {
        assert!(ada.page.body.contains(shown), "{shown}");
    }
    assert!(opens(&site, "ada-ruiz@test.example", &secret));
    assert!(!ada.open(&path).page.body.contains(&secret));
    assert!(ada.page.body.contains("This password was shown once"));
    assert!(!ada.open("/settings/security").page.body.contains(&secret));
    assert!(ada.page.body.contains("My &#60;Phone&#62;") && ada.page.body.contains("Last used today"));
}

#[test]
fn a_revoked_password_opens_nothing() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (phone, tablet) = (made(&mut ada, "Phone"), made(&mut ada, "Tablet"));
    // The newest stands first.
    ada.open("/settings/security").press("Revoke");
    assert!(ada.page.body.contains("The app password Tablet is revoked."));
    assert!(opens(&site, "ada-ruiz", &phone) && !opens(&site, "ada-ruiz", &tablet));
    assert!(ada.open("/settings/devices").page.body.contains("App password removed: <bdi>Tablet</bdi>"));
}

#[test]
fn a_name_that_cannot_be_is_told() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/settings/security");
    for (name, told) in
        [("", "Name cannot be empty"), (&"x".repeat(81) as &str, "80 is the most"), ("a\u{202E}b", "cannot read")]
    {
        ada.post("/settings/security/app-passwords", &[("name", name)]);
        assert_eq!(ada.page.status, 422, "{name}");
        assert!(ada.page.body.contains(told), "{told}");
        assert!(ada.page.body.contains(&format!("value=\"{name}\"")), "{name}");
    }
    let db = &site.db;
    let id = ada.id;
    for _ in 0..amicable::accounts::app_passwords::MAX_PASSWORDS {
        db.write_blocking(|connection| amicable::accounts::app_passwords::make(connection, id, "Phone")).unwrap();
    }
    ada.post("/settings/security/app-passwords", &[("name", "One more")]);
    assert_eq!(ada.page.status, 422);
    assert!(ada.page.body.contains("You have 50 app passwords"));
}

#[test]
fn a_password_of_the_command_line_revokes_all() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let (phone, id) = (made(&mut ada, "Phone"), ada.id);
    let hash = amicable::accounts::password::hash_now("another quiet one").unwrap();
    let set = move |connection: &mut amicable::db::Connection| {
        amicable::accounts::recovery::set_by_operator(connection, id, &hash)
    };
    assert!(opens(&site, "ada-ruiz", &phone));
    site.db.write_blocking(set).unwrap();
    assert!(!opens(&site, "ada-ruiz", &phone));
}

#[test]
fn a_new_account_password_revokes_all() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let secret = made(&mut ada, "Phone");
    assert!(opens(&site, "ada-ruiz", &secret));
    let new = "another quiet password";
    ada.open("/settings/password").fill("password", PASSWORD).fill("new_password", new).press("Save");
    assert!(ada.page.body.contains("Your password is changed"), "{}", ada.page.body);
    assert!(!opens(&site, "ada-ruiz", &secret));
}

#[test]
fn nobody_sees_or_revokes_anothers() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let secret = made(&mut ada, "Phone");
    let path = ada.page.path.clone();
    assert_eq!(ben.open(&path).page.status, 404);
    assert!(!ben.open("/settings/security").page.body.contains("Revoke Phone"));
    ben.post(&format!("{path}/revoke"), &[]);
    assert!(opens(&site, "ada-ruiz", &secret) && !opens(&site, "ben-okoro", &secret));
}

#[test]
fn how_to_keep_contacts_on_a_phone_is_told() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/contacts/phone");
    assert!(ada.page.body.contains("/dav/"), "{}", ada.page.body);
    assert!(ada.page.body.contains("ada-ruiz@test.example") && ada.page.body.contains("DAVx⁵"));
}
