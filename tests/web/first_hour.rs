//! The first hour of somebody new: four steps, who is alone, and nothing to tidy.

use amicable::web::registration::{self, Registration};

use crate::support::{Site, Visitor, connect, connect_many};

fn picture() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(20, 20, image::Rgb([9, 40, 90])).write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

fn invite(visitor: &mut Visitor, handle: &str) {
    visitor.open(&format!("/in/{handle}/invite")).press("Send invitation");
    assert!(visitor.sees("is on its way"), "{}", visitor.text());
}

#[test]
fn four_steps_lead_through_the_first_hour() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut others = ["Ben Okoro", "Cleo Lind", "Dora Vale"].map(|name| site.member(name));
    assert!(ada.open("/").sees("First steps 0 of 4 done"), "{}", ada.text());
    ada.go("Write a headline").fill("headline", "Builds bridges").press("Save");
    assert_eq!(ada.page.path, "/");
    assert!(ada.sees("1 of 4 done"), "{}", ada.text());
    ada.go("Add a position").fill("title", "").press("Save");
    assert_eq!(ada.page.status, 422);
    ada.fill("title", "Engineer").fill("company", "Lind").press("Save");
    assert!(ada.page.path == "/" && ada.sees("2 of 4 done"), "{}", ada.text());
    ada.upload("/profile/photo", "photo", &picture());
    assert!(ada.open("/").sees("3 of 4 done") && ada.sees("0 of 3 invited"), "{}", ada.text());
    invite(&mut ada, "ben-okoro");
    invite(&mut ada, "cleo-lind");
    // Neither a decline nor a block shows.
    others[0].open("/invitations").press("Decline");
    others[1].open("/in/ada-ruiz").press("Block");
    assert!(ada.open("/").sees("2 of 3 invited"), "{}", ada.text());
    invite(&mut ada, "dora-vale");
    assert!(!ada.open("/").sees("First steps"), "{}", ada.text());
}

#[test]
fn closed_first_steps_come_back_by_undo() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    ada.open("/").press("Close the first steps");
    assert!(ada.sees("The first steps are closed.") && !ada.sees("of 4 done"), "{}", ada.text());
    ada.press("Undo");
    assert!(ada.sees("0 of 4 done"), "{}", ada.text());
    ada.press("Close the first steps");
    assert!(!ada.open("/").sees("of 4 done"));
}

#[test]
fn who_is_alone_reads_what_to_do() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    assert!(ada.open("/").sees("You are the first. Give colleagues this address."), "{}", ada.text());
    assert!(ada.page.body.contains(&format!("value=\"{}\"", site.address)));
    let closed = |connection: &mut _| registration::save(connection, Registration::Closed);
    site.db.write_blocking(closed).unwrap();
    // A link is offered where one can be made only.
    assert!(!ada.open("/").sees("Give colleagues an invite link."), "{}", ada.text());
    let links = |connection: &mut _| registration::let_members_make_links(connection, true);
    site.db.write_blocking(links).unwrap();
    assert!(ada.open("/").sees("Give colleagues an invite link."), "{}", ada.text());
    let mut ben = site.member("Ben Okoro");
    assert!(!ada.open("/").sees("You are the first."));
    // Whoever is blocked by the only other one sees nobody.
    ben.open("/in/ada-ruiz").press("Block");
    assert!(ada.open("/").sees("You are the first."));
}

#[test]
fn no_step_comes_back_when_somebody_leaves() {
    let site = Site::new();
    let mut ada = site.member("Ada Ruiz");
    let mut others = ["Ben Okoro", "Cleo Lind", "Dora Vale"].map(|name| site.member(name));
    for other in &mut others {
        connect(&mut ada, other);
    }
    let steps = |ada: &mut Visitor| {
        let text = ada.open("/").text();
        let at = text.find("First steps").expect("no first steps");
        text[at..].split("Invitations to answer").next().unwrap_or_default().to_owned()
    };
    let before = steps(&mut ada);
    assert!(before.contains("1 of 4 done"), "{before}");
    others[0].open("/in/ada-ruiz").press("Disconnect");
    assert_eq!(steps(&mut ada), before);
}

#[test]
fn nobody_new_is_asked_to_tidy() {
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect_many(&site, &ada, 29);
    assert!(ada.open("/").sees("First steps") && !ada.sees("Needs tidying"), "{}", ada.text());
    crate::support::connect(&mut ada, &mut ben);
    assert!(!ada.open("/").sees("First steps") && ada.sees("Needs tidying"), "{}", ada.text());
}
