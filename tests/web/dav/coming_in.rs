use amicable::accounts::app_passwords;
use amicable::schema::members;
use diesel::prelude::*;

use crate::dav::device::{Device, basic, card};
use crate::support::{PASSWORD, Site};

#[test]
fn clients_find_the_book_from_wherever_they_begin() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let phone = Device::of(&site, &ada);
    for method in ["GET", "PROPFIND"] {
        let answer = Device::unknown(&site).ask(method, "/.well-known/carddav", &[], "");
        assert_eq!((answer.status, answer.header("location")), (308, "/dav/"), "{method}");
    }
    // An address that was typed without a path.
    let answer = Device::unknown(&site).propfind("/", "0", "<D:current-user-principal/>");
    assert_eq!((answer.status, answer.header("location")), (308, "/dav/"));
    assert_eq!(site.visitor().open("/").page.status, 200);
    phone.put("a.vcf", &card("a", "Ben Okoro", ""));
    let asked = "<D:current-user-principal/><C:addressbook-home-set/>";
    for path in ["/dav", "/dav/", &phone.home(), &phone.book(), &phone.card("a.vcf")] {
        let answer = phone.propfind(path, "0", asked);
        assert_eq!(answer.status, 207, "{path}");
        for tag in ["D:current-user-principal", "C:addressbook-home-set"] {
            assert_eq!(answer.all(tag), [format!("<D:href>{}</D:href>", phone.home())], "{path}");
        }
    }
    let home = phone.propfind(&phone.home(), "1", "<D:resourcetype/>");
    assert_eq!(home.all("D:href"), [phone.home(), phone.book()]);
    assert!(home.all("D:resourcetype")[1].contains("<C:addressbook/>"));
    let options = phone.ask("OPTIONS", &phone.book(), &[], "");
    assert_eq!(options.status, 200);
    assert!(options.header("dav").contains("addressbook") && options.header("allow").contains("REPORT"));
}

#[test]
fn only_an_app_password_opens_the_book() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let mut phone = Device::of(&site, &ada);
    let status = |device: &Device| device.propfind("/dav/", "0", "<D:displayname/>").status;
    let good = phone.authorization.clone();
    let secret = |name: &str| {
        let (_, secret) =
            site.db.write_blocking(|connection| app_passwords::make(connection, ada.id, name)).unwrap().unwrap();
        secret
    };
    assert_eq!(status(&phone), 207);
    for name in ["ada-ruiz@test.example", "ADA-RUIZ@test.example", "Ada-Ruiz"] {
        phone.authorization = basic(name, &secret("Mail").to_uppercase());
        assert_eq!(status(&phone), 207, "{name}");
    }
    let ben = site.member("Ben Okoro");
    for wrong in [
        String::new(),
        basic("ada-ruiz", PASSWORD),
        basic("ada-ruiz@test.example", PASSWORD),
        basic(&ben.handle, &secret("Tablet")),
        basic("", &secret("Watch")),
        basic("ada-ruiz\0", &secret("Car")),
        basic("nobody@test.example", "secret"),
        good.replace("Basic", "Bearer"),
        "Basic !!!".to_owned(),
    ] {
        phone.authorization = wrong.clone();
        let answer = phone.ask("PROPFIND", "/dav/", &[("Depth", "0")], "");
        assert_eq!(answer.status, 401, "{wrong}");
        assert!(answer.header("www-authenticate").starts_with("Basic realm="), "{wrong}");
    }
}

#[test]
fn a_cookie_does_not_open_the_book() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    for path in ["/dav/".to_owned(), format!("/dav/{}/contacts/", ada.id)] {
        assert_eq!(ada.raw(&path).status(), 401, "{path}");
    }
}

#[test]
fn an_app_password_opens_no_page() {
    let site = Site::new();
    let phone = Device::of(&site, &site.member("Ada Ruiz"));
    for path in ["/contacts", "/settings/security", "/inbox", "/profile"] {
        assert_eq!(phone.ask("GET", path, &[], "").status, 303, "{path}");
    }
    for method in ["PUT", "DELETE", "PROPFIND", "REPORT", "POST"] {
        let answer = phone.ask(method, "/contacts", &[], "");
        assert!((300..500).contains(&answer.status), "{method} {}", answer.status);
        assert!(!answer.body.contains("Ada Ruiz"), "{method}");
    }
}

#[test]
fn a_revoked_password_and_a_suspended_member_get_nothing() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let (phone, tablet) = (Device::of(&site, &ada), Device::of(&site, &ada));
    let status = |device: &Device| device.propfind("/dav/", "0", "<D:displayname/>").status;
    let all = site.db.read_blocking(|connection| app_passwords::all(connection, ada.id)).unwrap();
    assert!(all.iter().all(|one| one.last_used_at.is_none()));
    assert_eq!((status(&phone), status(&tablet)), (207, 207));
    let (revoked, member) = (all[1].id, ada.id);
    site.db.write_blocking(move |connection| app_passwords::revoke(connection, member, revoked)).unwrap();
    assert_eq!((status(&phone), status(&tablet)), (401, 207));
    let left = site.db.read_blocking(|connection| app_passwords::all(connection, ada.id)).unwrap();
    assert!(left.len() == 1 && left[0].last_used_at.is_some());
    let suspend = diesel::update(members::table.find(ada.id)).set(members::suspended_at.eq(1));
    site.db.write_blocking(move |connection| Ok(suspend.execute(connection)?)).unwrap();
    assert_eq!(status(&tablet), 401);
}

#[test]
fn two_members_never_see_each_others_book() {
    let site = Site::new();
    let (ada, ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let (of_ada, of_ben) = (Device::of(&site, &ada), Device::of(&site, &ben));
    assert_eq!(of_ada.put("a.vcf", &card("a", "Priya Sharma", "")).status, 201);
    assert_eq!(of_ben.put("a.vcf", &card("a", "Li Na", "")).status, 201);
    let absent = of_ben.ask("PROPFIND", "/dav/7/contacts/", &[("Depth", "1")], "");
    for path in [of_ada.home(), of_ada.book(), of_ada.card("a.vcf"), of_ada.card("b.vcf")] {
        for method in ["PROPFIND", "REPORT", "GET", "PUT", "DELETE", "OPTIONS"] {
            let answer = of_ben.ask(method, &path, &[("Depth", "1")], card("x", "X", ""));
            assert_eq!((answer.status, &answer.body), (404, &absent.body), "{method} {path}");
        }
    }
    let asked = format!("<D:prop><C:address-data/></D:prop><D:href>{}</D:href>", of_ada.card("a.vcf"));
    let answer = of_ben.report("C:addressbook-multiget", &asked);
    assert!(answer.body.contains("404 Not Found") && !answer.body.contains("Priya"), "{}", answer.body);
    assert!(of_ada.get("a.vcf").body.contains("Priya"));
    assert!(of_ben.get("a.vcf").body.contains("Li Na"));
}

#[test]
fn wrong_app_passwords_are_counted_and_right_ones_never() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let (phone, mut guesser) = (Device::of(&site, &ada), Device::unknown(&site));
    let status = |device: &Device| device.propfind("/dav/", "0", "<D:displayname/>").status;
    guesser.authorization = basic("ada-ruiz", "wrong");
    for _ in 0..50 {
        assert_eq!((status(&guesser), status(&Device::unknown(&site))), (401, 401));
    }
    let refused = guesser.ask("PROPFIND", "/dav/", &[("Depth", "0")], "");
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 900);
    assert_eq!(status(&phone), 207);
}

#[test]
fn the_page_for_phones_names_this_site() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/contacts/phone");
    assert!(ada.sees(&format!("{}/dav/", site.address)) && ada.sees("ada-ruiz@test.example"), "{}", ada.text());
}
