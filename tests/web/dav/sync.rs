use amicable::contacts::store;
use amicable::contacts::store::RemovalKind;
use amicable::schema::contact_books;
use diesel::prelude::*;

use crate::dav::device::{Device, card};
use crate::support::Site;

#[test]
fn a_client_learns_what_changed_since() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let phone = Device::of(&site, &ada);
    let (names, empty) = phone.changes("");
    assert!(names.is_empty());
    for name in ["a.vcf", "b.vcf", "c.vcf"] {
        phone.put(name, &card(name, name, ""));
    }
    let (names, first) = phone.changes(&empty);
    assert_eq!(names, ["a.vcf", "b.vcf", "c.vcf"]);
    assert_eq!(phone.changes(&first), (vec![], first.clone()));
    phone.put("a.vcf", &card("a.vcf", "Zoë", ""));
    phone.delete("b.vcf");
    assert_eq!(phone.changes(&first).0, ["-b.vcf", "a.vcf"]);
    // Whoever asks for the first time is not told what went.
    let (names, second) = phone.changes("");
    assert_eq!(names, ["a.vcf", "c.vcf"]);
    // The same name again is a card like any other.
    phone.put("b.vcf", &card("b.vcf", "Li Na", ""));
    let (names, _) = phone.changes(&first);
    assert!(names.contains(&"b.vcf".to_owned()) && !names.contains(&"-b.vcf".to_owned()), "{names:?}");
    assert_eq!(phone.changes(&second).0.last().unwrap(), "b.vcf");
}

#[test]
fn deleting_and_undoing_on_pages_reaches_devices() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let (phone, id) = (Device::of(&site, &ada), ada.id);
    let sent = card("a", "Ben Okoro", "X-ODD:1\r\n");
    phone.put("a.vcf", &sent);
    let (_, before) = phone.changes("");
    let removal = site.db.write_blocking(move |connection| {
        let contact = store::changed_since(connection, id, 0)?.unwrap()[0].id;
        store::delete(connection, id, &[contact], RemovalKind::One)
    });
    let removal = removal.unwrap();
    let (names, gone) = phone.changes(&before);
    assert_eq!((names, phone.get("a.vcf").status), (vec!["-a.vcf".to_owned()], 404));
    site.db.write_blocking(move |connection| store::restore(connection, id, removal)).unwrap();
    assert_eq!(phone.changes(&gone).0, ["a.vcf"]);
    assert!(phone.get("a.vcf").body.contains("X-ODD:1"));
}

#[test]
fn the_tag_of_a_book_changes_with_every_change() {
    let site = Site::new();
    let phone = Device::of(&site, &site.member("Ada Ruiz"));
    let tag = || {
        let answer = phone.propfind(&phone.book(), "0", "<S:getctag/><D:sync-token/>");
        let (ctag, token) = (answer.all("S:getctag"), answer.all("D:sync-token"));
        assert_eq!(ctag, token);
        ctag[0].clone()
    };
    let mut seen = vec![tag()];
    for change in
        [&|| phone.put("a.vcf", &card("a", "Ben", "")) as _, &|| phone.put("a.vcf", &card("a", "Li", "")), &|| {
            phone.delete("a.vcf")
        }] as [&dyn Fn() -> crate::dav::device::Answer; 3]
    {
        change();
        assert!(!seen.contains(&tag()));
        seen.push(tag());
        assert_eq!(seen.last(), Some(&tag()));
    }
}

#[test]
fn an_unknown_token_is_refused_by_name() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let (phone, id) = (Device::of(&site, &ada), ada.id);
    phone.put("a.vcf", &card("a", "Ben Okoro", ""));
    let (_, token) = phone.changes("");
    let refused = |token: &str| {
        let asked =
            format!("<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>");
        let answer = phone.report("D:sync-collection", &asked);
        answer.status == 403 && answer.body.contains("<D:valid-sync-token/>")
    };
    for odd in ["x", "urn:x-amicable:sync:99999", "urn:x-amicable:sync:-1", "http://radicale.org/ns/sync/1", "1"] {
        assert!(refused(odd), "{odd}");
    }
    assert!(!refused(&token));
    // What was deleted long ago is forgotten.
    let forget = diesel::update(contact_books::table.find(id)).set(contact_books::forgotten_version.eq(100));
    phone.delete("a.vcf");
    site.db.write_blocking(move |connection| Ok(forget.execute(connection)?)).unwrap();
    assert!(refused(&token));
}

#[test]
fn changes_come_in_as_small_parts_as_wanted() {
    let site = Site::new();
    let phone = Device::of(&site, &site.member("Ada Ruiz"));
    let names: Vec<String> = (0..7).map(|number| format!("{number}.vcf")).collect();
    for name in &names {
        phone.put(name, &card(name, name, ""));
    }
    assert_eq!(in_parts_of_three(&phone), (names, 3));
}

#[test]
fn a_book_that_has_forgotten_comes_in_parts_all_the_same() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let phone = Device::of(&site, &ada);
    let names: Vec<String> = (0..7).map(|number| format!("{number}.vcf")).collect();
    for name in &names[..5] {
        phone.put(name, &card(name, name, ""));
    }
    // What was deleted by then is forgotten, which is the sixth change.
    phone.put("gone.vcf", &card("gone", "Li Na", ""));
    let id = ada.id;
    let forget = diesel::update(contact_books::table.find(id)).set(contact_books::forgotten_version.eq(6));
    phone.delete("gone.vcf");
    site.db.write_blocking(move |connection| Ok(forget.execute(connection)?)).unwrap();
    for name in &names[5..] {
        phone.put(name, &card(name, name, ""));
    }
    assert_eq!(in_parts_of_three(&phone), (names, 2));
}

/// Asks for all of a book, three changes at a time where it may be; gives the names, and how often it was asked.
fn in_parts_of_three(phone: &Device) -> (Vec<String>, usize) {
    let (mut token, mut seen, mut rounds) = (String::new(), Vec::new(), 0);
    loop {
        let asked = format!(
            "<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level><D:limit><D:nresults>3</D:nresults></D:limit>\
             <D:prop><D:getetag/></D:prop>"
        );
        let answer = phone.report("D:sync-collection", &asked);
        assert_eq!(answer.status, 207, "{}", answer.body);
        let hrefs =
            answer.all("D:href").into_iter().filter_map(|href| href.strip_prefix(&phone.book()).map(str::to_owned));
        seen.extend(hrefs.filter(|name| !name.is_empty()));
        token = answer.all("D:sync-token").pop().unwrap();
        rounds += 1;
        if !answer.body.contains("507 Insufficient Storage") {
            break;
        }
    }
    seen.retain(|name| name != "gone.vcf");
    (seen, rounds)
}
