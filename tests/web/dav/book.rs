use amicable::contacts::store;

use crate::dav::device::{Device, card};
use crate::support::{Site, Visitor};

const WHOLE: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Phone//EN\r\nUID:4F-3a;x\r\nN:Lovelace;Ada;King;;\r\n\
                     FN:Ada Lovelace\r\nitem1.EMAIL;type=INTERNET;type=pref:ada@example.org\r\nitem1.X-ABLabel:Engine room\r\n\
                     TEL;TYPE=CELL:+44 20 7946 0123\r\nORG:Analytical;Engines\r\nX-PHONETIC-FIRST-NAME:aid\\, a\r\n\
                     IMPP;X-SERVICE-TYPE=XMPP:xmpp:ada@example.org\r\nPHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgoAAAANSUhEUgAAAAEAAA\r\n\x20\
                      ABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\r\nNOTE:one\\ntwo\r\nEND:VCARD\r\n";

fn contacts(site: &Site, owner: &Visitor) -> Vec<store::Contact> {
    let id = owner.id;
    site.db
        .read_blocking(move |connection| {
            let changes = store::changed_since(connection, id, 0)?.unwrap();
            store::load_many(connection, id, &changes.iter().map(|change| change.id).collect::<Vec<_>>())
        })
        .unwrap()
}

#[test]
fn what_a_phone_sends_is_a_contact_and_comes_back() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let phone = Device::of(&site, &ada);
    let put = phone.put_if("a%20b%C3%A9.vcf", WHOLE, &[("If-None-Match", "*")]);
    assert_eq!(put.status, 201, "{}", put.body);
    let got = phone.get("a%20b%c3%a9.vcf");
    assert_eq!((got.status, got.body.as_str()), (200, WHOLE));
    assert_eq!(got.header("etag"), put.header("etag"));
    assert!(got.header("content-type").starts_with("text/vcard"));
    let same = phone.ask("GET", &phone.card("a%20b%C3%A9.vcf"), &[("If-None-Match", got.header("etag"))], "");
    assert_eq!((same.status, same.body.as_str()), (304, ""));
    let stored = contacts(&site, &ada).pop().unwrap();
    assert_eq!((stored.card.full_name.as_str(), stored.card.company.as_str()), ("Ada Lovelace", "Analytical"));
    assert_eq!(stored.card.emails[0].kind, "Engine room");
    assert_eq!(stored.card.note, "one\ntwo");
}

#[test]
fn what_a_phone_deletes_is_brought_back_at_once() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let phone = Device::of(&site, &ada);
    for (name, who) in [("a", "Ben Okoro"), ("b", "Cleo Marsh"), ("c", "Dov Katz")] {
        phone.put(&format!("{name}.vcf"), &card(name, who, ""));
    }
    let (_, before) = phone.changes("");
    for name in ["a.vcf", "b.vcf"] {
        assert_eq!(phone.delete(name).status, 204);
    }
    ada.open("/contacts/removed");
    assert!(ada.sees("2 contacts By a phone or another program"), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.open("/contacts").sees("Ben Okoro") && ada.sees("Cleo Marsh"), "{}", ada.text());
    assert_eq!(phone.changes(&before).0.len(), 2, "the phone gets them back");
    // Another hour.
    assert_eq!(phone.delete("c.vcf").status, 204);
    assert!(ada.open("/contacts/removed").sees("Dov Katz By a phone or another program"), "{}", ada.text());
}

#[test]
fn an_edit_elsewhere_keeps_what_is_not_understood() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let phone = Device::of(&site, &ada);
    let before = phone.put("a.vcf", WHOLE);
    let mut contact = contacts(&site, &ada).pop().unwrap();
    contact.card.company = "Engine Works".into();
    let id = ada.id;
    site.db.write_blocking(move |connection| store::update(connection, id, contact.id, &contact.card)).unwrap();
    let after = phone.get("a.vcf");
    assert_ne!(after.header("etag"), before.header("etag"));
    let unfolded = after.body.replace("\r\n ", "");
    for line in WHOLE.replace("\r\n ", "").lines() {
        let is_changed = line.starts_with("ORG:");
        assert_eq!(unfolded.lines().any(|one| one == line), !is_changed, "{line}\n{unfolded}");
    }
    assert!(unfolded.contains("ORG:Engine Works;Engines"), "{unfolded}");
    let stale = phone.put_if("a.vcf", WHOLE, &[("If-Match", before.header("etag"))]);
    assert_eq!(stale.status, 412);
    assert_eq!(phone.put_if("a.vcf", &unfolded, &[("If-Match", after.header("etag"))]).status, 204);
    assert_eq!(phone.get("a.vcf").body, unfolded);
}

#[test]
fn a_stale_card_is_neither_changed_nor_deleted() {
    let site = Site::new();
    let phone = Device::of(&site, &site.member("Ada Ruiz"));
    let first = phone.put("a.vcf", &card("a", "Ben Okoro", ""));
    let twice = phone.put_if("a.vcf", &card("a", "Li Na", ""), &[("If-None-Match", "*")]);
    assert_eq!(twice.status, 412);
    let second = phone.put_if("a.vcf", &card("a", "Li Na", ""), &[("If-Match", first.header("etag"))]);
    assert_eq!(second.status, 204);
    assert_ne!(second.header("etag"), first.header("etag"));
    for stale in [first.header("etag"), "\"x\"", "x", ""] {
        let conditions = [("If-Match", stale)];
        assert_eq!(phone.put_if("a.vcf", &card("a", "Zoë", ""), &conditions).status, 412, "{stale}");
        assert_eq!(phone.ask("DELETE", &phone.card("a.vcf"), &conditions, "").status, 412, "{stale}");
    }
    assert_eq!(phone.put_if("b.vcf", &card("b", "Zoë", ""), &[("If-Match", "*")]).status, 412);
    assert!(phone.get("a.vcf").body.contains("Li Na"));
    assert_eq!(phone.ask("DELETE", &phone.card("a.vcf"), &[("If-Match", second.header("etag"))], "").status, 204);
    assert_eq!((phone.get("a.vcf").status, phone.delete("a.vcf").status), (404, 404));
}

#[test]
fn no_two_cards_have_one_uid() {
    let site = Site::new();
    let phone = Device::of(&site, &site.member("Ada Ruiz"));
    phone.put("a.vcf", &card("a", "Ben Okoro", ""));
    let other = phone.put("b.vcf", &card("a", "Ben Okoro", ""));
    assert_eq!(other.status, 409);
    assert!(other.body.contains("no-uid-conflict") && other.all("D:href") == [phone.card("a.vcf")], "{}", other.body);
    assert_eq!(phone.put("a.vcf", &card("b", "Ben Okoro", "")).status, 409, "a card keeps its own");
    assert_eq!(phone.delete("a.vcf").status, 204);
    assert_eq!(phone.put("b.vcf", &card("a", "Ben Okoro", "")).status, 201);
}

#[test]
fn a_card_without_a_uid_stays_without() {
    let site = Site::new();
    let phone = Device::of(&site, &site.member("Ada Ruiz"));
    let sent = card("", "Ben Okoro", "").replace("UID:\r\n", "");
    assert_eq!(phone.put("a.vcf", &sent).status, 201);
    assert_eq!(phone.put("a.vcf", &sent).status, 204);
    assert_eq!(phone.get("a.vcf").body, sent);
}

#[test]
fn cards_are_found_by_address_and_by_filter() {
    let site = Site::new();
    let phone = Device::of(&site, &site.member("Ada Ruiz"));
    for (name, who) in [("a.vcf", "Ben Okoro"), ("b%3Cc%26.vcf", "Li <Na>"), ("c.vcf", "Zoë")] {
        phone.put(name, &card(name, who, "TEL;TYPE=CELL:1\r\n"));
    }
    let hrefs: String =
        ["a.vcf", "b%3Cc%26.vcf", "nobody.vcf"].map(|name| format!("<D:href>{}</D:href>", phone.card(name))).concat();
    let asked = format!("<D:prop><D:getetag/><C:address-data/></D:prop>{hrefs}<D:href>/contacts</D:href>");
    let got = phone.report("C:addressbook-multiget", &asked);
    assert_eq!(got.body.matches("404 Not Found").count(), 2, "{}", got.body);
    assert_eq!(got.all("C:address-data").len(), 2);
    assert!(got.body.contains("FN:Li &lt;Na&gt;&#13;\nN:"), "{}", got.body);
    let filter = |inner: &str| {
        let asked = format!(
            "<D:prop><C:address-data><C:prop name=\"FN\"/></C:address-data></D:prop><C:filter>{inner}</C:filter>"
        );
        phone.report("C:addressbook-query", &asked)
    };
    let found = filter("<C:prop-filter name=\"FN\"><C:text-match>ZO</C:text-match></C:prop-filter>");
    assert_eq!(found.all("D:href"), [phone.card("c.vcf")]);
    assert!(found.body.contains("FN:Zoë") && !found.body.contains("TEL"), "{}", found.body);
    assert_eq!(filter("").all("D:href").len(), 3);
    let some = phone
        .report("C:addressbook-query", "<D:prop><D:getetag/></D:prop><C:limit><C:nresults>2</C:nresults></C:limit>");
    assert_eq!(some.all("D:propstat").len(), 2);
    assert!(some.body.contains("507 Insufficient Storage"), "{}", some.body);
}

#[test]
fn a_book_of_any_size_is_listed_whole() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let phone = Device::of(&site, &ada);
    let new = |number: i32| store::NewContact {
        card: amicable::contacts::card::Card { full_name: format!("Person {number}"), ..Default::default() },
        source: amicable::contacts::source::Source::Csv,
        import_id: None,
    };
    let (id, all) = (ada.id, (0..1_001).map(new).collect::<Vec<_>>());
    site.db.write_blocking(move |connection| store::insert(connection, id, &all)).unwrap();
    let listed = phone.propfind(&phone.book(), "1", "<D:getetag/><C:address-data/><S:getctag/>");
    assert_eq!(listed.all("D:response").len(), 1_002);
    assert!(listed.body.ends_with("</D:multistatus>\n"));
    let got = phone.report("C:addressbook-query", "<D:prop><D:getetag/><C:address-data/></D:prop>");
    assert_eq!((got.all("C:address-data").len(), got.body.matches("FN:Person ").count()), (1_001, 1_001));
    let name = got.all("D:href")[500].strip_prefix(&phone.book()).unwrap().to_owned();
    let one = phone.get(&name);
    assert_eq!(one.status, 200);
    assert_eq!(phone.put_if(&name, &one.body, &[("If-Match", one.header("etag"))]).status, 204);
    assert_eq!(phone.get(&name).body, one.body);
}

#[test]
fn properties_cannot_be_changed() {
    let site = Site::new();
    let phone = Device::of(&site, &site.member("Ada Ruiz"));
    let asked = "<D:propertyupdate xmlns:D=\"DAV:\"><D:set><D:prop><D:displayname>X</D:displayname><a xmlns=\"urn:x\"/>\
                 </D:prop></D:set></D:propertyupdate>";
    let answer = phone.ask("PROPPATCH", &phone.book(), &[], asked);
    assert_eq!((answer.status, answer.body.matches("403 Forbidden").count()), (207, 1), "{}", answer.body);
    assert!(answer.body.contains("<x:a xmlns:x=\"urn:x\"/>"));
}

#[test]
fn a_merge_takes_the_picture_along() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let phone = Device::of(&site, &ada);
    ada.open("/contacts/new").fill("full_name", "Ben Okoro").fill("email", "ben@acme.example").press("Save");
    let kept = ada.page.path.rsplit('/').next().unwrap().to_owned() + ".vcf";
    let picture = "PHOTO;ENCODING=b;TYPE=JPEG:QUJD\r\n";
    phone.put("b.vcf", &card("b", "Ben Okoro", &format!("EMAIL:ben@acme.example\r\n{picture}KEY:ABC\r\n")));
    ada.open("/contacts/duplicates").press("Merge");
    assert!(ada.sees("Every value is kept.") && phone.get("b.vcf").status == 404, "{}", ada.text());
    let merged = phone.get(&kept).body;
    assert!(merged.contains(picture) && merged.contains("\r\nKEY:ABC\r\n"), "{merged}");
    // Until it is taken back.
    ada.press("Undo");
    let after = phone.get(&kept).body;
    assert!(!after.contains("PHOTO") && !after.contains("KEY") && phone.get("b.vcf").body.contains(picture), "{after}");
    // One's own picture stays, and what a phone sends of the merged card is its own.
    let own = after.replace("END:VCARD", "PHOTO;ENCODING=b;TYPE=JPEG:REVG\r\nEND:VCARD");
    assert_eq!(phone.put(&kept, &own).status, 204);
    ada.open("/contacts/duplicates").press("Merge");
    let merged = phone.get(&kept).body;
    assert!(merged.contains("JPEG:REVG") && !merged.contains("QUJD") && merged.contains("KEY:ABC"), "{merged}");
    assert_eq!(phone.put(&kept, &merged.replace("KEY:ABC", "KEY:DEF")).status, 204);
    assert!(phone.get(&kept).body.contains("\r\nKEY:DEF\r\n"));
}

#[test]
fn what_was_given_out_comes_back() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let phone = Device::of(&site, &ada);
    let note = "a long story ".repeat(1_000);
    let link = format!("https://example.org/{}", "x".repeat(600));
    let tags: Vec<String> = (0..60).map(|number| format!("tag{number}")).collect();
    let file = format!(
        "BEGIN:VCARD\nVERSION:3.0\nUID:a\nFN:Li Na\nN:Na;Li;;;\nNOTE:{note}\nURL:{link}\nCATEGORIES:{}\nEND:VCARD\n",
        tags.join(",")
    );
    ada.open("/contacts/import").upload("/contacts/import", "file", file.as_bytes()).follow().press("Confirm import");
    let name = phone.changes("").0.pop().unwrap();
    let given = phone.get(&name);
    let more = given.body.replace("END:VCARD", "TEL:+44 20 7946 0123\r\nEND:VCARD");
    assert_eq!(phone.put_if(&name, &more, &[("If-Match", given.header("etag"))]).status, 204);
    assert!(phone.get(&name).body.contains("+44 20 7946 0123") && phone.get(&name).body.contains("tag59"));
    // More than was given out is refused as it is from anybody.
    let longer = given.body.replace("UID:a", &format!("UID:a\r\nTITLE:{}", "y".repeat(700)));
    assert_eq!(phone.put(&name, &longer).status, 403, "{longer:.200}");
    assert_eq!(phone.put("new.vcf", &given.body.replace("UID:a", "UID:b")).status, 403);
}

#[test]
fn a_deleted_contact_comes_back_with_its_picture() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let phone = Device::of(&site, &ada);
    let picture = "PHOTO;ENCODING=b;TYPE=JPEG:QUJD\r\n";
    phone.put("b.vcf", &card("b", "Ben Okoro", picture));
    let old = contacts(&site, &ada)[0].id;
    ada.open(&format!("/contacts/{old}")).press("Delete contact");
    // The name is given to another card meanwhile.
    assert_eq!(phone.put("b.vcf", &card("c", "Ben Okoro", "")).status, 201);
    ada.open("/contacts/removed").press("Undo");
    assert!(ada.sees("1 contact is back"), "{}", ada.text());
    let names = phone.changes("").0;
    let with_picture: Vec<&String> = names.iter().filter(|name| phone.get(name).body.contains(picture)).collect();
    assert_eq!((names.len(), with_picture.len()), (2, 1), "{names:?}");
    assert!(!phone.get("b.vcf").body.contains("PHOTO"));
}
