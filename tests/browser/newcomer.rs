//! Somebody new on a site of 150: signs up, completes the profile, finds three people, and invites them; with the presses and the
//! pages that takes. And the presses that leaving takes.

use fantoccini::{Client, Locator};

use crate::support::{PASSWORD, Site, connect_many};
use crate::{Driver, fill, press, sees};

/// Counts what a person does: presses, and pages that are loaded.
struct Counted<'a> {
    person: &'a Client,
    presses: usize,
    loads: usize,
    page: String,
}

impl Counted<'_> {
    fn of(person: &Client) -> Counted<'_> {
        Counted { person, presses: 0, loads: 0, page: String::new() }
    }

    /// Presses what has this label, and waits until these words are there.
    async fn press(&mut self, label: &str, then: &str) {
        press(self.person, label).await;
        self.presses += 1;
        self.arrives(then).await;
    }

    async fn arrives(&mut self, words: &str) {
        sees(self.person, words).await;
        let page = self.person.find(Locator::Css("html")).await.unwrap().element_id().to_string();
        if page != self.page {
            self.loads += 1;
            self.page = page;
        }
    }
}

async fn open(person: &Client, site: &Site, path: &str) {
    person.goto(&format!("{}{path}", site.address)).await.unwrap();
}

fn picture(folder: &std::path::Path) -> String {
    let path = folder.join("me.png");
    image::RgbImage::from_pixel(300, 300, image::Rgb([200, 80, 40])).save(&path).unwrap();
    path.to_string_lossy().into_owned()
}

async fn newcomer(scripts: bool) {
    let site = Site::new();
    connect_many(&site, &site.member("Ada Ruiz"), 149);
    let folder = tempfile::tempdir().unwrap();
    let driver = Driver::start();
    let mia = driver.browser(scripts).await;
    open(&mia, &site, "/sign-up").await;
    let mut counted = Counted::of(&mia);
    fill(&mia, "full_name", "Mia Berg").await;
    fill(&mia, "email", "mia@test.example").await;
    fill(&mia, "password", PASSWORD).await;
    mia.find(Locator::Css("form[action='/sign-up'] button")).await.unwrap().click().await.unwrap();
    counted.presses += 1;
    counted.arrives("0 of 4 done").await;
    counted.press("Add a photo", "JPEG, PNG or WebP").await;
    fill(&mia, "photo", &picture(folder.path())).await;
    counted.press("Upload photo", "1 of 4 done").await;
    counted.press("Write a headline", "Sort as").await;
    fill(&mia, "headline", "Builds bridges").await;
    counted.press("Save", "2 of 4 done").await;
    counted.press("Add a position", "Empty for today").await;
    fill(&mia, "title", "Engineer").await;
    fill(&mia, "company", "Lind").await;
    counted.press("Save", "3 of 4 done").await;
    for then in ["1 of 3 invited", "2 of 3 invited", "is on its way"] {
        counted.press("Invite to connect", "will receive").await;
        counted.press("Send invitation", then).await;
    }
    open(&mia, &site, "/").await;
    sees(&mia, "My network").await;
    assert!(!crate::text(&mia).await.unwrap().contains("First steps"));
    println!("a newcomer, scripts {scripts}: {} presses, {} pages", counted.presses, counted.loads);
    assert_eq!(counted.presses, 13);
    let most = if scripts { 12 } else { 15 };
    assert!(counted.loads <= most, "{} pages", counted.loads);
    mia.close().await.unwrap();
}

#[tokio::test]
async fn a_newcomer_begins_with_scripts() {
    newcomer(true).await;
}

#[tokio::test]
async fn a_newcomer_begins_without_scripts() {
    newcomer(false).await;
}

/// Disconnects on a profile and from a row, removes 3 of 300, takes it back, and re-invites a week later.
async fn leaving(scripts: bool) {
    let site = Site::new();
    connect_many(&site, &site.member("Ada Ruiz"), 300);
    let driver = Driver::start();
    let ada = driver.browser(scripts).await;
    open(&ada, &site, "/sign-in").await;
    fill(&ada, "email", "ada-ruiz@test.example").await;
    fill(&ada, "password", PASSWORD).await;
    ada.find(Locator::Css("form[action='/sign-in'] button")).await.unwrap().click().await.unwrap();
    sees(&ada, "My network").await;

    open(&ada, &site, "/in/person-007").await;
    let mut profile = Counted::of(&ada);
    profile.press("Disconnect from this person", "They may invite me again").await;
    profile.press("Disconnect", "You are no longer connected with Person 007").await;
    assert_eq!(profile.presses, 2);
    let mut undo = Counted::of(&ada);
    undo.press("Undo", "You and Person 007 are connected again.").await;
    assert_eq!(undo.presses, 1);

    open(&ada, &site, "/connections").await;
    let mut row = Counted::of(&ada);
    row.press("Disconnect", "They may invite me again").await;
    // In the sheet, or on its page: the rows have links.
    ada.find(Locator::XPath("//form//button[normalize-space()='Disconnect']")).await.unwrap().click().await.unwrap();
    row.presses += 1;
    row.arrives("You are no longer connected with").await;
    assert_eq!(row.presses, 2);

    // A week later: My network, Connections, the list of those one left.
    site.days_pass(7);
    open(&ada, &site, "/connections").await;
    let mut later = Counted::of(&ada);
    let path = "//main//a[starts-with(@href, '/connections/disconnected')]";
    ada.find(Locator::XPath(path)).await.unwrap().click().await.unwrap();
    later.presses += 1;
    later.arrives("Re-invite").await;
    later.press("Re-invite", "are connected again. Everything is as it was.").await;
    assert!(later.presses <= 3, "{}", later.presses);

    open(&ada, &site, "/connections").await;
    let mut bulk = Counted::of(&ada);
    bulk.press("Remove connections", "Nobody selected").await;
    for name in ["Person 297", "Person 298", "Person 299"] {
        let path = format!("//input[@aria-label='Select {name}']");
        ada.find(Locator::XPath(&path)).await.unwrap().send_keys(" ").await.unwrap();
        bulk.presses += 1;
    }
    bulk.press("Review removal", "Remove 3 connections?").await;
    bulk.press("Remove 3 connections", "3 connections removed. Nobody has been told.").await;
    assert!(bulk.presses <= 7, "{}", bulk.presses);
    println!("leaving, scripts {scripts}: 3 of 300 take {} presses, {} pages", bulk.presses, bulk.loads);
    ada.close().await.unwrap();
}

#[tokio::test]
async fn leaving_takes_few_presses_with_scripts() {
    leaving(true).await;
}

#[tokio::test]
async fn leaving_takes_few_presses_without_scripts() {
    leaving(false).await;
}
