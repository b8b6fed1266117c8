//! Two people in a real Chromium, with scripts on and off: the whole story of a connection.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "../web/support/mod.rs"]
#[allow(dead_code)]
mod support;

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use support::{PASSWORD, Site};

/// A chromedriver of this test's own, ended with it.
struct Driver(Child, u16);

impl Driver {
    fn start() -> Driver {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let command = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Driver(command.expect("chromedriver: tests/run installs it"), port)
    }

    async fn browser(&self, scripts: bool) -> Client {
        let mut options = serde_json::json!({ "args": [
            "--headless", "--window-size=1280,1000", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
        ]});
        if !scripts {
            options["prefs"] = serde_json::json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".into(), options);
        let address = format!("http://127.0.0.1:{}", self.1);
        for _ in 0..100 {
            let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
            if let Ok(client) = builder.capabilities(capabilities.clone()).connect(&address).await {
                return client;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("chromedriver does not answer");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Presses what is shown with this label. A page that is just being left may still answer, so it is tried again.
async fn press(person: &Client, label: &str) {
    for _ in 0..200 {
        if try_to_press(person, label).await.unwrap_or(false) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no {label:?} to press:\n{}", text(person).await.unwrap_or_default());
}

async fn try_to_press(person: &Client, label: &str) -> Result<bool, fantoccini::error::CmdError> {
    let path = format!("//*[self::button or self::a][normalize-space()='{label}']");
    for element in person.find_all(Locator::XPath(&path)).await? {
        if element.is_displayed().await? {
            element.click().await?;
            return Ok(true);
        }
    }
    Ok(false)
}

async fn text(person: &Client) -> Result<String, fantoccini::error::CmdError> {
    person.find(Locator::Css("main")).await?.text().await
}

async fn sees(person: &Client, words: &str) {
    for _ in 0..200 {
        if text(person).await.is_ok_and(|text| text.contains(words)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{words:?} is not on the page:\n{}", text(person).await.unwrap_or_default());
}

async fn fill(person: &Client, name: &str, value: &str) {
    let field = person.find(Locator::Css(&format!("[name={name}]"))).await.unwrap();
    field.send_keys(value).await.unwrap();
}

async fn story(scripts: bool) {
    let site = Site::new();
    let driver = Driver::start();
    let (ada, ben) = (driver.browser(scripts).await, driver.browser(scripts).await);
    let go = |path: &str| format!("{}{path}", site.address);
    for (person, name, email) in [(&ada, "Ada Ruiz", "ada@test.example"), (&ben, "Ben Okoro", "ben@test.example")] {
        person.goto(&go("/sign-up")).await.unwrap();
        fill(person, "full_name", name).await;
        fill(person, "email", email).await;
        fill(person, "password", PASSWORD).await;
        person.find(Locator::Css("form[action='/sign-up'] button")).await.unwrap().click().await.unwrap();
        sees(person, "Your account is ready").await;
    }
    ada.goto(&go("/people?q=ben")).await.unwrap();
    press(&ada, "Invite to connect").await;
    sees(&ada, "What Ben Okoro will receive").await;
    fill(&ada, "note", "From the reunion").await;
    press(&ada, "Send invitation").await;
    sees(&ada, "is on its way").await;
    ben.goto(&go("/invitations")).await.unwrap();
    sees(&ben, "From the reunion").await;
    press(&ben, "Accept").await;
    sees(&ben, "You and Ada Ruiz are connected.").await;
    ada.goto(&go("/in/ben-okoro")).await.unwrap();
    press(&ada, "Disconnect from this person").await;
    sees(&ada, "They may invite me again").await;
    press(&ada, "Disconnect").await;
    sees(&ada, "You are no longer connected with Ben Okoro. They have not been told.").await;
    ben.goto(&go("/in/ada-ruiz")).await.unwrap();
    press(&ben, "Invite to connect").await;
    press(&ben, "Send invitation").await;
    sees(&ben, "This user cannot be invited at this time").await;
    ada.goto(&go("/connections/disconnected")).await.unwrap();
    press(&ada, "Re-invite").await;
    sees(&ada, "You and Ben Okoro are connected again. Everything is as it was.").await;
    ada.goto(&go("/connections")).await.unwrap();
    press(&ada, "Remove connections").await;
    // The script counts what is ticked; without it the sentence of the page stands.
    sees(&ada, if scripts { "Nobody selected" } else { "Tick people, then review" }).await;
    press(&ada, "Select all 1").await;
    press(&ada, "Review removal").await;
    press(&ada, "Remove 1 connection").await;
    sees(&ada, "1 connection removed. Nobody has been told.").await;
    press(&ada, "Undo").await;
    sees(&ada, "1 connection restored").await;
    ben.goto(&go("/in/ada-ruiz")).await.unwrap();
    sees(&ben, "Connected since").await;
    ada.close().await.unwrap();
    ben.close().await.unwrap();
}

#[tokio::test]
async fn the_whole_story_of_two_people_with_scripts() {
    story(true).await;
}

#[tokio::test]
async fn the_whole_story_of_two_people_without_scripts() {
    story(false).await;
}
