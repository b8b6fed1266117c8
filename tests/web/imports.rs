//! Importing contacts: what a file holds is seen first, stored once, and taken back whole.

use std::io::Write;

use amicable::contacts::store;
use amicable::schema::{contact_import_files, contact_imports, contacts};
use diesel::prelude::*;

use crate::support::{PASSWORD, Site, Visitor};

const LINKEDIN: &str = "Notes:\n\"When exporting your connection data\"\n\n\
    First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
    Priya,Sharma,https://www.linkedin.com/in/priya-1,,Acme,Recruiter,12 Mar 2024\n\
    Zoë,Ng,https://www.linkedin.com/in/zo%C3%AB-1,z@example.org,Beta,Cook,7-Feb-22\n\
    ,,,,,,12 Mar 2024\n\
    Priya,S,https://linkedin.com/in/PRIYA-1/,,Other,,\n";

fn choose(who: &mut Visitor, file: impl AsRef<[u8]>) -> &mut Visitor {
    who.open("/contacts/import").upload("/contacts/import", "file", file.as_ref()).follow()
}

/// The names in a book, in order.
fn book(site: &Site, who: &Visitor) -> Vec<String> {
    let id = who.id;
    site.db
        .read_blocking(|connection| {
            let rows = contacts::table.filter(contacts::owner_id.eq(id)).filter(contacts::deleted_at.is_null());
            Ok(rows.order(contacts::full_name).select(contacts::full_name).load(connection)?)
        })
        .unwrap()
}

/// How many imports and stored files there are.
fn stored(site: &Site) -> (i64, i64) {
    let both = |connection: &mut amicable::db::Connection| {
        let imports = contact_imports::table.count().get_result(connection)?;
        Ok((imports, contact_import_files::table.count().get_result(connection)?))
    };
    site.db.read_blocking(both).unwrap()
}

#[test]
fn a_file_is_seen_first_and_imported_once() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    choose(&mut ada, LINKEDIN);
    assert!(ada.sees("2 new 0 already here 2 skipped"), "{}", ada.text());
    assert!(ada.sees("Line 7: the row has no name; they have left LinkedIn."));
    assert!(ada.sees("Line 8: the same person as on line 5.") && ada.sees("Zoë Ng"));
    assert!(book(&site, &ada).is_empty(), "nothing is stored before it is confirmed");
    let preview = ada.page.clone();
    ada.press("Confirm import");
    assert!(ada.sees("2 contacts imported."), "{}", ada.text());
    assert_eq!(book(&site, &ada), ["Priya Sharma", "Zoë Ng"]);
    assert_eq!(stored(&site), (1, 0), "the file is not kept");
    // A second click on the same page changes nothing.
    ada.page = preview;
    ada.press("Confirm import");
    assert!(ada.sees("2 contacts imported.") && book(&site, &ada).len() == 2);
    for _ in 0..2 {
        choose(&mut ada, LINKEDIN);
        assert!(ada.sees("0 new 2 already here 2 skipped"), "{}", ada.text());
        ada.press("Confirm import");
        assert!(ada.sees("0 contacts imported.") && book(&site, &ada).len() == 2);
    }
}

#[test]
fn an_import_is_taken_back_whole() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    choose(&mut ada, "Name,E-mail\nBen Okoro,ben@example.org\n").press("Confirm import");
    choose(&mut ada, LINKEDIN).press("Confirm import");
    ada.press("Undo");
    assert!(ada.sees("This import is taken back."), "{}", ada.text());
    assert_eq!(book(&site, &ada), ["Ben Okoro"]);
    let id = ada.id;
    let left = site.db.read_blocking(|connection| store::book(connection, id)).unwrap();
    assert_eq!(left.number, 1);
    ada.press("Undo");
    assert_eq!(book(&site, &ada).len(), 3);
    // The list of imports takes it back as well.
    ada.open("/contacts/import");
    assert!(ada.sees("LinkedIn") && ada.sees("2 contacts"), "{}", ada.text());
    ada.press("Undo");
    assert_eq!(book(&site, &ada), ["Ben Okoro"]);
    choose(&mut ada, LINKEDIN);
    assert!(ada.sees("2 new"), "who was taken back is new again: {}", ada.text());
}

/// Adds and deletes contacts on other pages, while this one stays open.
fn meanwhile(who: &mut Visitor, deed: impl FnOnce(&mut Visitor)) {
    let page = who.page.clone();
    deed(who);
    who.page = page;
}

fn add_by_hand(who: &mut Visitor, name: &str, email: &str) {
    who.open("/contacts/new").fill("full_name", name).fill("email", email).press("Save");
}

#[test]
fn a_stale_preview_is_shown_anew_before_anything_is_stored() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    choose(&mut ada, "Name,E-mail\nBen Okoro,ben@example.org\nCy Ng,cy@example.org\n");
    assert!(ada.sees("2 new 0 already here 0 skipped"), "{}", ada.text());
    let first = ada.page.clone();
    meanwhile(&mut ada, |ada| add_by_hand(ada, "Ben Okoro", "ben@example.org"));
    let changed = "Your address book was changed since. Look again, then confirm.";
    ada.press("Confirm import");
    assert!(ada.sees(changed) && ada.sees("1 new 1 already here 0 skipped"), "{}", ada.text());
    assert_eq!((book(&site, &ada), stored(&site)), (vec!["Ben Okoro".to_owned()], (1, 1)));
    // The same page once more, as by a second click, does no more than the first.
    let second = std::mem::replace(&mut ada.page, first);
    ada.press("Confirm import");
    assert!(ada.sees(changed) && book(&site, &ada).len() == 1, "{}", ada.text());
    ada.page = second;
    ada.press("Confirm import");
    assert!(ada.sees("1 contact imported.") && book(&site, &ada) == ["Ben Okoro", "Cy Ng"], "{}", ada.text());
}

#[test]
fn a_preview_of_others_is_stale_also_where_it_counts_as_many() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    add_by_hand(&mut ada, "Ben Okoro", "ben@example.org");
    choose(&mut ada, "Name,E-mail\nBen Okoro,ben@example.org\nCy Ng,cy@example.org\n");
    assert!(ada.sees("1 new 1 already here 0 skipped") && ada.sees("Cy Ng"), "{}", ada.text());
    meanwhile(&mut ada, |ada| {
        ada.open("/contacts").go("Ben Okoro").press("Delete contact");
        add_by_hand(ada, "Cy Ng", "cy@example.org");
    });
    ada.press("Confirm import");
    assert!(ada.sees("Your address book was changed since."), "{}", ada.text());
    assert!(ada.sees("1 new 1 already here 0 skipped") && ada.sees("Ben Okoro"), "{}", ada.text());
    assert_eq!(book(&site, &ada), ["Cy Ng"]);
    // What changes nothing of what is shown keeps nobody waiting.
    meanwhile(&mut ada, |ada| add_by_hand(ada, "Dov Katz", "dov@example.org"));
    ada.press("Confirm import");
    assert!(ada.sees("1 contact imported.") && book(&site, &ada) == ["Ben Okoro", "Cy Ng", "Dov Katz"]);
}

#[test]
fn people_are_known_again_by_profile_address_and_name() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    choose(&mut ada, LINKEDIN).press("Confirm import");
    for (row, new) in [
        ("Zoe Other,Z@Example.org,,", 1),
        ("Z. Ng,Z@Example.org,,", 0),
        (",Z@Example.org,,", 0),
        ("Zoë Ng,,,Beta", 0),
        ("Zoë Ng,,,", 0),
        ("Zoë Ng,,,Gamma", 1),
        ("Zoë Ng,zz@example.org,,Beta", 1),
        ("P,,https://linkedin.com/in/Priya-1,", 0),
        ("Zoë Ng,z@example.org,https://linkedin.com/in/another-zoe,", 1),
    ] {
        choose(&mut ada, format!("Name,E-mail,URL,Company\n{row}\n"));
        assert!(ada.sees(&format!("{new} new")), "{row}: {}", ada.text());
    }
}

#[test]
fn a_file_is_one_set_however_often_it_is_read() {
    let site = Site::new();
    for (number, (file, new)) in [
        ("Name,Note\nMaria Garcia,one\nMaria Garcia,two\nMaria Garcia,one\n", 2),
        ("Name,E-mail\nAda Smith,office@x.example\nBob Smith,office@x.example\nA. Smith,office@x.example\n", 2),
        ("Name,URL\nAda Smith,https://github.com/acme/tools\nBob Smith,https://github.com/acme\n", 2),
        ("Name,URL\nAda Smith,https://github.com/acme\nBob Smith,https://github.com/acme\n", 2),
        ("BEGIN:VCARD\nVERSION:3.0\nN:❤️;;;;\nTEL:+49 30 1234567\nEND:VCARD\n", 1),
        ("BEGIN:VCARD\nVERSION:3.0\nN:***;;;;\nTEL:+49 30 1234567\nEND:VCARD\n", 1),
        ("First Name,Last Name,URL,Email Address,Company,Position,Connected On\n★,,,,Acme,Cook,12 Mar 2024\n", 1),
        ("Name,Phone\n---,+49 30 1234567\n", 1),
        ("Name,URL,City\n,https://a.example,\n,,Rome\n", 2),
        (
            "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada King\nEMAIL:a@x.example\nEND:VCARD\n\
          BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Ada King\nEMAIL:a@x.example\nEND:VCARD\n",
            2,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let mut ada = site.member(&format!("Ada Ruiz {number}"));
        for time in 0..3 {
            choose(&mut ada, file);
            let wanted = if time == 0 { new } else { 0 };
            assert!(ada.sees(&format!("{wanted} new")), "{file}: {}", ada.text());
            ada.press("Confirm import");
            assert_eq!(book(&site, &ada).len(), new, "{file}");
        }
    }
}

#[test]
fn the_reading_of_a_file_can_be_changed() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let file = encoding_rs::WINDOWS_1251.encode("Имя;Почта\nИван;ivan@example.org\n").0;
    choose(&mut ada, &file);
    assert!(ada.sees("so that was guessed"), "{}", ada.text());
    let (here, before) = (ada.page.path.clone(), ada.page.clone());
    let read = format!("{here}/read");
    let fields = [
        ("encoding", "windows-1251"),
        ("with_header", "1"),
        ("had_header", ""),
        ("has_header", "1"),
        ("column", ""),
        ("column", ""),
    ];
    ada.post(&read, &fields).follow();
    let fields = [
        ("encoding", "windows-1251"),
        ("with_header", "1"),
        ("had_header", "1"),
        ("has_header", "1"),
        ("column", "full_name"),
        ("column", "email"),
    ];
    ada.post(&read, &fields).follow();
    assert!(ada.sees("1 new") && ada.sees("Иван") && ada.sees("Имя"), "{}", ada.text());
    // A page that showed it otherwise confirms nothing.
    let after = std::mem::replace(&mut ada.page, before);
    ada.press("Confirm import");
    assert!(ada.sees("Look again, then confirm.") && book(&site, &ada).is_empty(), "{}", ada.text());
    ada.page = after;
    ada.press("Confirm import");
    assert_eq!(book(&site, &ada), ["Иван"]);
}

#[test]
fn columns_and_header_are_chosen_in_one_press() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    choose(&mut ada, "Imię;Nazwisko;Firma\nŁukasz;Wójcik;Acme\n");
    let read = format!("{}/read", ada.page.path);
    let mut press = |had_header: &str, has_header: &str, columns: [&str; 3]| {
        let columns = columns.map(|column| ("column", column));
        let header =
            [("encoding", "UTF-8"), ("with_header", "1"), ("had_header", had_header), ("has_header", has_header)];
        ada.post(&read, &[&header[..], &columns[..]].concat()).follow();
        ada.text()
    };
    // Firma is known in German, so the first row is taken for a header.
    let text = press("1", "", ["given", "family", "company"]);
    assert!(text.contains("2 new") && text.contains("Łukasz Wójcik") && text.contains("Imię Nazwisko"), "{text}");
    let text = press("", "1", ["given", "family", ""]);
    assert!(text.contains("1 new") && text.contains("Łukasz Wójcik") && text.contains("Acme"), "{text}");
}

/// A ZIP archive of one file.
fn zipped(name: &str, file: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(file).unwrap();
    archive.finish().unwrap().into_inner()
}

/// The same archive, which says that it unpacks to very little.
fn lying(mut archive: Vec<u8>, size: u32) -> Vec<u8> {
    let mut at = 0;
    while let Some(found) = archive[at..].windows(4).position(|four| four == size.to_le_bytes()) {
        at += found;
        archive[at..at + 4].copy_from_slice(&7_u32.to_le_bytes());
    }
    archive
}

#[test]
fn what_is_no_list_is_refused_and_nothing_is_stored() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let torn = "Name,Company\nAnn,Acme\n\"Bob,Beta\nCid,Gamma\n";
    let (bomb, lie) = (vec![b'x'; 60_000_000], "Ann,Acme\n".repeat(200_000));
    for (file, sentence) in [
        (b"\x89PNG\r\n\x1a\n".as_slice(), "this is a picture, not a list of contacts; choose the CSV"),
        (b"<!doctype html><html>", "this is a page of the web"),
        (b"<!-- -->\n<table>", "this is a page of the web"),
        (b"<?xml version=\"1.0\"?><people/>", "this is an XML file, not a list of contacts; export"),
        (b"{\"people\": []}", "this is a JSON file, not a list of contacts; export"),
        (b"PK\x03\x04 and so on", "this ZIP archive is damaged"),
        (torn.as_bytes(), "Line 3: a quoted field is never closed; save the list as CSV again"),
        (b"", "the file is empty"),
        (&zipped("xl/workbook.xml", b"<workbook/>"), "this is a workbook of a spreadsheet; save it as"),
        (&zipped("word/document.xml", b"<document/>"), "this is a text document, not a list of contacts"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", "this is a calendar, not a list of contacts"),
        (&zipped("Connections.csv", &bomb), "this ZIP archive unpacks to far more than a list of contacts"),
        (&lying(zipped("Connections.csv", lie.as_bytes()), lie.len() as u32), "this ZIP archive"),
        (&zipped("Messages.txt", b"Hello"), "this is a ZIP archive without a list of contacts"),
        (&vec![b'x'; 50_000_001], "it is larger than 50 MB; split it"),
        (&vec![b'x'; 200_000_000], "it is larger than 50 MB; split it"),
    ] {
        choose(&mut ada, file);
        assert_eq!(ada.page.status, 422, "{sentence}");
        assert!(ada.sees(sentence), "{sentence}: {}", ada.text());
        assert!(ada.has_button("Import"));
    }
    ada.send("/contacts/import", "multipart/form-data; boundary=cut", b"--cut--\r\n");
    assert!(ada.page.status == 422 && ada.sees("Choose a file first."), "{}", ada.text());
    assert_eq!(stored(&site), (0, 0));
}

#[test]
fn a_header_alone_or_two_files_are_named() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    choose(&mut ada, "Name,E-mail\n");
    assert!(
        ada.sees("0 new") && ada.sees("There is nobody in this file. Export your contacts again"),
        "{}",
        ada.text()
    );
    let part = |name: &str| {
        format!("--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\nName\nBen\n\r\n")
    };
    let both = part("a.csv") + &part("b.csv") + "--cut--\r\n";
    ada.send("/contacts/import", "multipart/form-data; boundary=cut", both.as_bytes());
    assert!(ada.page.status == 422 && ada.sees("Choose one file at a time."), "{}", ada.text());
}

#[test]
fn a_list_in_any_encoding_or_archive_is_read() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let list = "Name,Company\nZoë Ng,Größe AG\n";
    let wide: Vec<u8> = format!("\u{feff}{list}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin = encoding_rs::WINDOWS_1252.encode(list).0;
    for file in [wide.as_slice(), &latin, list.as_bytes(), &zipped("in/a/folder/Connections.csv", list.as_bytes())] {
        choose(&mut ada, file);
        assert!(ada.sees("1 new") && ada.sees("Zoë Ng") && ada.sees("Größe AG"), "{}", ada.text());
    }
}

#[test]
fn a_draft_is_its_owners_alone_and_ends() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    choose(&mut ada, LINKEDIN);
    let here = ada.page.path.clone();
    assert_eq!(ben.open(&here).page.status, 404);
    for deed in ["", "/read", "/undo", "/restore"] {
        ben.post(&format!("{here}{deed}"), &[("revision", "0")]);
        assert_eq!(ben.page.status, 404, "{deed}");
    }
    ben.post(&format!("{here}/cancel"), &[]);
    assert_eq!(stored(&site), (1, 1));
    ada.open(&here).press("Cancel");
    assert!(ada.sees("Nothing was imported.") && stored(&site) == (0, 0));
    choose(&mut ada, LINKEDIN);
    let sql = "UPDATE contact_imports SET created_at = created_at - 86401";
    let purge = |connection: &mut _| {
        diesel::sql_query(sql).execute(connection)?;
        amicable::contacts::imports::purge(connection)
    };
    site.db.write_blocking(purge).unwrap();
    assert_eq!(stored(&site), (0, 0));
    assert!(ada.open(&here).page.status == 404 && ada.sees("This file is no longer here"));
}

#[test]
fn any_node_shows_and_confirms_a_draft() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let other = site.another_node();
    choose(&mut ada, LINKEDIN);
    let here = ada.page.path.clone();
    ada.at_node(&other).open(&here).press("Confirm import");
    assert!(ada.sees("2 contacts imported."), "{}", ada.text());
    assert_eq!(book(&site, &ada).len(), 2);
}

#[test]
fn what_is_left_out_is_said_beside_the_choices() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let is_open = |ada: &Visitor| ada.page.body.contains("<details class=\"stack\" open>");
    choose(&mut ada, "Name,E-mail\nBen Okoro,ben@example.org\n");
    assert!(!is_open(&ada) && !ada.sees("These columns are left out"), "{}", ada.text());
    choose(&mut ada, "Name,E-mail,Shoe size\nBen Okoro,ben@example.org,38\n");
    assert!(is_open(&ada) && ada.sees("These columns are left out: Shoe size"), "{}", ada.text());
    let read = format!("{}/read", ada.page.path);
    let chosen = [("encoding", "UTF-8"), ("with_header", "1"), ("had_header", "1"), ("has_header", "1")];
    let columns = [("column", "full_name"), ("column", "email"), ("column", "")];
    ada.post(&read, &[&chosen[..], &columns[..]].concat()).follow();
    assert!(!is_open(&ada) && ada.sees("1 new"), "whoever has chosen knows");
    choose(&mut ada, "Ben Okoro,ben@example.org\n");
    assert!(is_open(&ada) && ada.sees("1 new"), "{}", ada.text());
    choose(&mut ada, b"Name,E-mail\nBen Okoro,ben@example.org\nBob R\xffy,b@example.org\n".as_slice());
    let read = format!("{}/read", ada.page.path);
    ada.post(&read, &[&chosen[..], &columns[..2]].concat()).follow();
    assert!(is_open(&ada) && ada.sees("Letters on these lines cannot be read, and are left out: 3"), "{}", ada.text());
}

#[test]
fn uploads_that_trickle_keep_no_small_file_waiting() {
    let site = Site::new();
    let host = site.address.strip_prefix("http://").unwrap();
    let mut held = Vec::new();
    for at in 0..20 {
        site.member(&format!("Slow {at}"));
        let form = [("email", format!("slow-{at}@test.example")), ("password", PASSWORD.to_owned())];
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        let entered = site.visitor().post_aside("/sign-in", &form);
        let cookies = entered.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
        let cookies: Vec<&str> = cookies.map(|cookie| cookie.split(';').next().unwrap()).collect();
        for _ in 0..2 {
            let mut stream = std::net::TcpStream::connect(host).unwrap();
            let head = format!(
                "POST /contacts/import HTTP/1.1\r\nHost: {host}\r\nCookie: {}\r\nContent-Length: 51000000\r\n\
                 Content-Type: multipart/form-data; boundary=cut\r\n\r\n--cut\r\nContent-Disposition: form-data; \
                 name=\"file\"; filename=\"a.csv\"\r\n\r\nName\n{}",
                cookies.join("; "),
                "Ben\n".repeat(3_000)
            );
            stream.write_all(head.as_bytes()).unwrap();
            held.push(stream);
        }
    }
    let mut ada = site.member("Ada Ruiz");
    choose(&mut ada, "Name,E-mail\nBen Okoro,ben@example.org\n");
    assert!(ada.sees("1 new"), "{}", ada.text());
    drop(held);
}

#[test]
fn days_that_cannot_be_read_are_named() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let header = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";
    let rows =
        "Ben,Okoro,,,Acme,,3/4/24\nEva,Lund,,,Acme,,\"Mar 12, 2024\"\nIda,Holm,,,Acme,,\nUte,Berg,,,Acme,,soon\n";
    choose(&mut ada, format!("{header}{rows}"));
    assert!(ada.sees("Days on these lines cannot be read, and are left out: 2, 5"), "{}", ada.text());
    ada.press("Confirm import");
    assert!(ada.sees("4 contacts imported."), "{}", ada.text());
}
