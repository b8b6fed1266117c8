//! The address book with clients that others wrote, against two accounts, both ways: vdirsyncer, and tsdav, which tests/run
//! installs beside this file; and beside radicale, a server that others wrote.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "../web/support/mod.rs"]
mod support;

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use amicable::accounts::app_passwords;
use amicable::contacts::card::Card;
use amicable::contacts::source::Source;
use amicable::contacts::store::{self, Contact, NewContact, RemovalKind};
use support::{Site, Visitor};

/// Where the clients are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dav")
}

fn secret(site: &Site, member: &Visitor) -> String {
    let id = member.id;
    site.db.write_blocking(move |connection| app_passwords::make(connection, id, "Client")).unwrap().unwrap().1
}

fn contacts(site: &Site, member: &Visitor) -> Vec<Contact> {
    let id = member.id;
    let load = move |connection: &mut _| {
        let all = store::changed_since(connection, id, 0)?.unwrap();
        store::load_many(connection, id, &all.iter().map(|one| one.id).collect::<Vec<_>>())
    };
    site.db.read_blocking(load).unwrap()
}

fn names(site: &Site, member: &Visitor) -> Vec<String> {
    let mut names: Vec<String> = contacts(site, member).into_iter().map(|one| one.card.full_name).collect();
    names.sort();
    names
}

fn add(site: &Site, member: &Visitor, name: &str) {
    let card = Card { full_name: name.into(), ..Card::default() };
    let (id, new) = (member.id, [NewContact { card, source: Source::ByHand, import_id: None }]);
    site.db.write_blocking(move |connection| store::insert(connection, id, &new)).unwrap();
}

/// Changes the name of a contact, as a page does.
fn rename(site: &Site, member: &Visitor, from: &str, to: &str) {
    let mut contact = contacts(site, member).into_iter().find(|one| one.card.full_name == from).unwrap();
    contact.card.full_name = to.into();
    let id = member.id;
    site.db.write_blocking(move |connection| store::update(connection, id, contact.id, &contact.card)).unwrap();
}

/// A folder of cards that vdirsyncer keeps equal to a member's book.
struct Synced {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Synced {
    fn of(site: &Site, name: &str, secret: &str) -> Synced {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        let here = folder.path().display();
        let text = format!(
            "[general]\nstatus_path = \"{here}/status\"\n\
             [pair book]\na = \"files\"\nb = \"site\"\ncollections = [[\"book\", \"book\", \"contacts\"]]\n\
             [storage files]\ntype = \"filesystem\"\npath = \"{here}/cards\"\nfileext = \".vcf\"\n\
             [storage site]\ntype = \"carddav\"\nurl = \"{}/\"\nusername = \"{name}\"\npassword = \"{secret}\"\n",
            site.address
        );
        std::fs::write(&config, text).unwrap();
        std::fs::create_dir_all(folder.path().join("cards/book")).unwrap();
        let synced = Synced { folder, config };
        synced.run(&["discover", "book"], true);
        synced
    }

    fn run(&self, arguments: &[&str], succeeds: bool) -> String {
        let mut command = Command::new("vdirsyncer");
        let Output { status, stdout, stderr } = command.arg("-c").arg(&self.config).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
        assert_eq!(status.success(), succeeds, "{arguments:?}\n{said}");
        said
    }

    fn sync(&self) -> String {
        self.run(&["sync"], true)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("cards/book").join(name)
    }

    fn write(&self, name: &str, card: &str) {
        std::fs::write(self.file(name), card).unwrap();
    }

    /// The texts of all cards in the folder, sorted.
    fn cards(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.path().join("cards/book")).unwrap();
        let mut cards: Vec<String> = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
        cards.sort();
        cards
    }

    fn says(&self, text: &str) -> bool {
        self.cards().iter().any(|card| card.contains(text))
    }
}

fn card(uid: &str, name: &str) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:;{name};;;\r\nX-ODD;X-WHY=a:kept\\, as it is\r\nEND:VCARD\r\n"
    )
}

#[test]
fn vdirsyncer_keeps_two_books_both_ways() {
    let site = Site::new();
    let (ada, ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    add(&site, &ada, "From a page");
    add(&site, &ben, "Only Ben's");
    let of_ada = Synced::of(&site, "ada-ruiz@test.example", &secret(&site, &ada));
    let of_ben = Synced::of(&site, "ben-okoro", &secret(&site, &ben));
    of_ada.write("one.vcf", &card("one", "From a phone"));
    of_ada.sync();
    of_ben.sync();
    assert_eq!(names(&site, &ada), ["From a page", "From a phone"]);
    assert!(of_ada.says("FN:From a page") && !of_ada.says("Ben's"));
    assert!(of_ben.says("FN:Only Ben's") && of_ben.cards().len() == 1);
    // A second time there is nothing to do.
    let said = of_ada.sync();
    assert!(!said.contains("Copying"), "{said}");
    // Changes go both ways, and what the site does not know stays.
    rename(&site, &ada, "From a phone", "Renamed on a page");
    of_ada.sync();
    assert!(of_ada.says("FN:Renamed on a page\r\n") || of_ada.says("FN:Renamed on a page\n"));
    assert!(of_ada.says("X-ODD;X-WHY=a:kept\\, as it is"), "{:?}", of_ada.cards());
    of_ada.write("one.vcf", &card("one", "Renamed on a phone"));
    of_ada.sync();
    assert_eq!(names(&site, &ada), ["From a page", "Renamed on a phone"]);
    // Deletions, too.
    std::fs::remove_file(of_ada.file("one.vcf")).unwrap();
    of_ada.sync();
    assert_eq!(names(&site, &ada), ["From a page"]);
    let (id, contact) = (ada.id, contacts(&site, &ada)[0].id);
    site.db.write_blocking(move |connection| store::delete(connection, id, &[contact], RemovalKind::One)).unwrap();
    of_ada.run(&["sync", "--force-delete"], true);
    assert!(of_ada.cards().is_empty());
    assert_eq!(names(&site, &ben), ["Only Ben's"]);
}

#[test]
fn vdirsyncer_notices_a_conflict_and_loses_nothing() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let synced = Synced::of(&site, "ada-ruiz", &secret(&site, &ada));
    synced.write("one.vcf", &card("one", "As it was"));
    synced.write("two.vcf", &card("two", "Untouched"));
    synced.sync();
    rename(&site, &ada, "As it was", "By a page");
    synced.write("one.vcf", &card("one", "By a phone"));
    let said = synced.run(&["sync"], false);
    assert!(said.contains("conflict"), "{said}");
    assert_eq!(names(&site, &ada), ["By a page", "Untouched"]);
    assert!(synced.says("By a phone"));
    // Whoever decides that the site is right has the site's.
    let config = std::fs::read_to_string(&synced.config).unwrap();
    std::fs::write(
        &synced.config,
        config.replace("b = \"site\"\n", "b = \"site\"\nconflict_resolution = \"b wins\"\n"),
    )
    .unwrap();
    synced.sync();
    assert!(synced.says("By a page") && !synced.says("By a phone"), "{:?}", synced.cards());
}

#[test]
fn vdirsyncer_with_a_wrong_password_is_not_let_in() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let synced = Synced::of(&site, "ada-ruiz", &secret(&site, &ada));
    let all = site.db.read_blocking(|connection| app_passwords::all(connection, ada.id)).unwrap();
    let (id, password) = (ada.id, all[0].id);
    site.db.write_blocking(move |connection| app_passwords::revoke(connection, id, password)).unwrap();
    synced.write("one.vcf", &card("one", "Nobody"));
    let said = synced.run(&["sync"], false);
    assert!(said.contains("401"), "{said}");
    assert!(names(&site, &ada).is_empty());
}

/// Another server, with an empty book of `ada`; ended when it is dropped.
struct Radicale {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Radicale {
    fn start() -> Radicale {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let book = here.join("collection-root/ada/contacts");
        std::fs::create_dir_all(&book).unwrap();
        std::fs::write(book.join(".Radicale.props"), r#"{"tag": "VADDRESSBOOK"}"#).unwrap();
        std::fs::write(here.join("users"), "ada:secret").unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = format!(
            "[server]\nhosts = 127.0.0.1:{port}\n[storage]\nfilesystem_folder = {0}\n\
             [auth]\ntype = htpasswd\nhtpasswd_filename = {0}/users\nhtpasswd_encryption = plain\n",
            here.display()
        );
        std::fs::write(here.join("config"), config).unwrap();
        let mut command = Command::new("radicale");
        command.arg("--config").arg(here.join("config")).stdout(Stdio::null()).stderr(Stdio::null());
        let radicale = Radicale { child: command.spawn().unwrap(), port, _folder: folder };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(60), "radicale does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        radicale
    }
}

impl Drop for Radicale {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn calls(arguments: &[&str]) -> String {
    let script = folder().join("calls.py");
    let Output { status, stdout, stderr } = Command::new("python3").arg(script).args(arguments).output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

#[test]
fn radicale_answers_alike() {
    let site = Site::new();
    let ada = site.member("Ada Ruiz");
    let (secret, port) = (secret(&site, &ada), site.address.rsplit_once(':').unwrap().1.to_owned());
    let book = format!("/dav/{}/contacts/", ada.id);
    let ours = calls(&["127.0.0.1", &port, "ada-ruiz", &secret, "/dav/", &book]);
    let radicale = Radicale::start();
    let port = radicale.port.to_string();
    let theirs = calls(&["127.0.0.1", &port, "ada", "secret", "/", "/ada/contacts/"]);
    assert_eq!(ours, theirs);
}

#[test]
fn tsdav_keeps_two_books() {
    let site = Site::new();
    let (ada, ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    let (of_ada, of_ben) = (secret(&site, &ada), secret(&site, &ben));
    let script = folder().join("client.mjs");
    let arguments = [&site.address, "ada-ruiz@test.example", &of_ada, "ben-okoro", &of_ben];
    let Output { status, stdout, stderr } = Command::new("node").arg(script).args(arguments).output().unwrap();
    assert!(status.success(), "{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert_eq!(names(&site, &ada), ["Ada King"]);
    assert!(names(&site, &ben).is_empty());
}
