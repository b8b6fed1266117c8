//! A community's first day: an empty folder, the link that is printed, an administrator, closed registration, an invite link,
//! and three who join by it. What comes later in the day goes on from [`begin`].

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, Locator};

use crate::support::PASSWORD;
use crate::{Driver, fill, press, sees};

/// A site that has just begun, and those who are there.
pub struct FirstDay {
    pub address: String,
    pub administrator: Client,
    /// Ben Okoro, Cleo Lind and Dora Vale.
    pub members: Vec<Client>,
    server: Child,
    _driver: Driver,
    _folder: tempfile::TempDir,
}

impl Drop for FirstDay {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

async fn fill_in(person: &Client, name: &str, email: &str, label: &str) {
    fill(person, "full_name", name).await;
    fill(person, "email", email).await;
    fill(person, "password", PASSWORD).await;
    let button = format!("//main//button[normalize-space()='{label}']");
    person.find(Locator::XPath(&button)).await.unwrap().click().await.unwrap();
}

/// Begins a community, and lets three people join.
pub async fn begin(scripts: bool) -> FirstDay {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_amicable"))
        .args(["serve", "--listen", "127.0.0.1:0", "--database-url", "sqlite:amicable.db"])
        .current_dir(folder.path())
        .env("NO_COLOR", "1")
        .env_remove("DATABASE_URL")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let link = lines.find(|line| line.contains("/first-administrator/")).unwrap();
    // Whoever writes to a pipe that nobody reads would wait.
    std::thread::spawn(move || lines.for_each(drop));
    let address = link.split("/first-administrator/").next().unwrap().to_owned();
    let driver = Driver::start();
    let ada = driver.browser(scripts).await;
    ada.goto(&link).await.unwrap();
    fill_in(&ada, "Ada Ruiz", "ada@test.example", "Make account").await;
    sees(&ada, "You run this site now.").await;
    ada.find(Locator::Css("#registration-closed")).await.unwrap().click().await.unwrap();
    press(&ada, "Save").await;
    sees(&ada, "Saved. It holds from now on.").await;
    ada.goto(&format!("{address}/admin/invites")).await.unwrap();
    fill(&ada, "uses", "3").await;
    press(&ada, "Make invite link").await;
    sees(&ada, "The invite link is ready.").await;
    let shown = ada.find(Locator::Css("input.link")).await.unwrap().prop("value").await.unwrap().unwrap();
    let mut members = Vec::new();
    for (name, email) in
        [("Ben Okoro", "ben@test.example"), ("Cleo Lind", "cleo@test.example"), ("Dora Vale", "dora@test.example")]
    {
        let person = driver.browser(scripts).await;
        person.goto(&format!("{address}/sign-up")).await.unwrap();
        sees(&person, "Registration is closed. Ask an administrator for an invite link.").await;
        person.goto(&shown).await.unwrap();
        sees(&person, "Ada Ruiz invites you to join.").await;
        fill_in(&person, name, email, "Sign up").await;
        sees(&person, "Your account is ready").await;
        members.push(person);
    }
    FirstDay { address, administrator: ada, members, server, _driver: driver, _folder: folder }
}

async fn story(scripts: bool) {
    let day = begin(scripts).await;
    let late = &day.members[0];
    day.administrator.goto(&format!("{}/admin/invites", day.address)).await.unwrap();
    sees(&day.administrator, "Used up").await;
    sees(&day.administrator, "Dora Vale").await;
    late.goto(&format!("{}/people?q=cleo", day.address)).await.unwrap();
    sees(late, "Cleo Lind").await;
    for person in day.members.iter().chain([&day.administrator]) {
        person.clone().close().await.unwrap();
    }
}

#[tokio::test]
async fn a_community_begins_with_scripts() {
    story(true).await;
}

#[tokio::test]
async fn a_community_begins_without_scripts() {
    story(false).await;
}
