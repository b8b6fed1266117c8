//! The archive of a member's data, opened by a program that is not ours.

use std::io::Read;
use std::process::Command;

use serde_json::Value;

use crate::dav::device::Device;
use crate::support::{Site, Visitor, connect};

/// What stands in each file of a visitor's archive.
pub fn archive(visitor: &Visitor) -> Value {
    let answer = visitor.raw("/settings/data/archive");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/zip");
    let mut bytes = Vec::new();
    answer.into_body().into_reader().read_to_end(&mut bytes).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let opened = Command::new("python3").args(["tests/web/archive.py"]).arg(file.path()).output().unwrap();
    assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
    serde_json::from_slice(&opened.stdout).unwrap()
}

/// A member who has something of everything.
pub fn everything(site: &Site) -> (Visitor, Visitor) {
    let [mut ada, mut ben, mut cleo, mut dan, mut eve] =
        ["Ada Ruiz", "Ben Okoro", "Cleo Park", "Dan Weiss", "Eve Moss"].map(|name| site.member(name));
    connect(&mut ada, &mut ben);
    ada.open("/in/cleo-park/invite").fill("note", "=HYPERLINK(\"x\") from the choir").press("Send invitation");
    dan.open("/in/ada-ruiz/invite").fill("note", "Hello, Ada").press("Send invitation");
    connect(&mut ada, &mut eve);
    ada.open("/in/eve-moss").fill("private_reason", "Too loud").press("Disconnect");
    ada.open("/in/ben-okoro/remarks").fill("private_note", "+49 30 1, sings").fill("tags", "choir").press("Save");
    ada.open("/inbox/ben-okoro").fill("message", "Do you still sing? Ü").press("Send message");
    ben.open("/inbox/ada-ruiz").fill("message", "Every Tuesday\nat eight").press("Send message");
    cleo.read_all();
    ada.open("/profile").post("/profile/links", &[("label", "Choir"), ("address", "https://choir.example")]);
    (ada, ben)
}

#[test]
fn an_archive_has_everything_of_a_member() {
    let site = Site::new();
    let (ada, _) = everything(&site);
    let mine = archive(&ada);
    for (file, column, value) in [
        ("profile", "email", "ada-ruiz@test.example"),
        ("links", "url", "https://choir.example/"),
        ("connections", "handle", "ben-okoro"),
        ("invitations_sent", "full_name", "Cleo Park"),
        ("invitations_received", "note", "Hello, Ada"),
        ("disconnected", "private_reason", "Too loud"),
        ("notes", "private_note", "+49 30 1, sings"),
        ("tags", "tag", "choir"),
        ("messages", "text", "Do you still sing? Ü"),
    ] {
        assert_eq!(mine[format!("json/{file}.json")][0][column], value, "{file}: {mine}");
    }
    assert_eq!(mine["json/messages.json"][1]["text"], "Every Tuesday\nat eight");
    assert_eq!(mine["json/messages.json"][1]["sent_by_me"], false);
    assert_eq!(mine["json/connections.json"].as_array().unwrap().len(), 1);
    assert!(mine["README.txt"].as_str().unwrap().contains("messages.csv, messages.json"));
    // Nothing of how the program keeps secrets.
    let all = mine.to_string();
    assert!(!all.contains("argon2") && !all.contains("password_hash"), "{all}");
}

#[test]
fn a_block_tells_no_former_connection_from_a_stranger() {
    let site = Site::new();
    let [mut dora, mut rolf, mut cara] = ["Dora Lind", "Rolf Aske", "Cara Holm"].map(|name| site.member(name));
    connect(&mut dora, &mut rolf);
    dora.open("/in/rolf-aske").press("Disconnect");
    for visitor in [&mut rolf, &mut cara] {
        visitor.post("/in/dora-lind/block", &[]);
        visitor.post("/in/dora-lind/unblock", &[]);
        let row = &archive(visitor)["json/disconnected.json"][0];
        assert_eq!((&row["handle"], &row["connected_since"]), (&"dora-lind".into(), &Value::Null));
    }
}

#[test]
fn tables_and_programs_get_the_same() {
    let site = Site::new();
    let (ada, _) = everything(&site);
    let mine = archive(&ada);
    let files = mine.as_object().unwrap();
    let names = files.keys().filter_map(|name| name.strip_prefix("json/")?.strip_suffix(".json"));
    for name in names {
        let (json, csv) = (&mine[format!("json/{name}.json")], &mine[format!("csv/{name}.csv")]);
        assert_eq!(json.as_array().unwrap().len(), csv.as_array().unwrap().len(), "{name}");
    }
    // A spreadsheet takes no cell for a formula.
    assert_eq!(mine["csv/notes.csv"][0]["private_note"], "'+49 30 1, sings");
    assert_eq!(mine["csv/invitations_sent.csv"][0]["note"], "'=HYPERLINK(\"x\") from the choir");
    assert_eq!(mine["csv/messages.csv"][1]["text"], "Every Tuesday\nat eight");
}

#[test]
fn pictures_of_contacts_and_ones_own_reports_are_in_it() {
    let site = Site::new();
    let [mut ada, mut ben] = ["Ada Ruiz", "Ben Okoro"].map(|name| site.member(name));
    let phone = Device::of(&site, &ada);
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Zoe Ng\r\nN:Ng;Zoe;;;\r\n\
                PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo=\r\nEND:VCARD\r\n";
    assert_eq!(phone.put("1.vcf", card).status, 201);
    ada.open("/contacts/new").fill("full_name", "Li Wei").press("Save");
    ada.open("/in/ben-okoro/report").fill("reason", "Sells =things").press("Send report");
    let (mine, theirs) = (archive(&ada), archive(&ben));
    let cards = mine["contacts.vcf"].as_str().unwrap();
    assert!(cards.starts_with(card) && cards.contains("FN:Li Wei") && cards.ends_with("END:VCARD\r\n"), "{cards}");
    let report = &mine["json/reports.json"][0];
    assert_eq!((&report["reason"], &report["about"]), (&"Sells =things".into(), &"profile".into()));
    assert_eq!(report["reported_handle"], "ben-okoro");
    // Who is reported is not told.
    assert_eq!(theirs["json/reports.json"].as_array().unwrap().len(), 0);
    assert!(!theirs.to_string().contains("Sells"));
    ben.open("/");
}

#[test]
fn the_readme_speaks_the_members_language() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/").post("/appearance", &[("language", "de")]);
    let readme = archive(&ada)["README.txt"].as_str().unwrap().to_owned();
    assert!(readme.contains("Ihr Adressbuch"), "{readme}");
}

#[test]
fn only_the_member_gets_an_archive() {
    let site = Site::new();
    site.member("Ada Ruiz");
    let mut visitor = site.visitor();
    visitor.open("/settings/data/archive");
    assert!(visitor.page.path.starts_with("/sign-in"), "{}", visitor.page.path);
}

#[test]
fn an_archive_does_not_name_who_has_blocked() {
    let site = Site::new();
    let [mut eva, mut dee, mut ben] = ["Eva Lund", "Dee Lund", "Ben Okoro"].map(|name| site.member(name));
    for handle in ["dee-lund", "ben-okoro"] {
        eva.post(&format!("/in/{handle}/remarks"), &[("private_note", "From the choir"), ("tags", "choir")]);
    }
    dee.post("/in/eva-lund/block", &[]);
    dee.post("/profile", &[("full_name", "Dorothea Abend"), ("headline", ""), ("location", "")]);
    ben.post("/profile", &[("full_name", "Ben Adler"), ("headline", ""), ("location", "")]);
    let whole = archive(&eva);
    for file in ["json/notes.json", "json/tags.json"] {
        let names: Vec<&str> =
            whole[file].as_array().unwrap().iter().map(|row| row["full_name"].as_str().unwrap()).collect();
        assert!(names.len() == 2 && names.contains(&"Ben Adler") && names.contains(&""), "{file}: {names:?}");
    }
}
