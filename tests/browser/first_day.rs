//! A community's first day: an empty folder, the link that is printed, an administrator, closed registration, an invite link,
//! three who join by it; then a report, a suspension and an appeal.

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
    folder: tempfile::TempDir,
}

impl FirstDay {
    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// The text of a letter to somebody, once it is in the folder.
    async fn letter(&self, to: &str, words: &str) -> String {
        for _ in 0..300 {
            let files = std::fs::read_dir(self.folder.path().join("mail")).into_iter().flatten();
            let letters = files.filter_map(|file| std::fs::read_to_string(file.unwrap().path()).ok());
            let mut wanted = letters.filter(|text| text.contains(&format!("<{to}>")) && text.contains(words));
            if let Some(text) = wanted.next() {
                return text;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("no letter to {to} says {words}");
    }
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
    FirstDay { address, administrator: ada, members, server, _driver: driver, folder }
}

/// Opens the link with these words, whatever else stands on its line.
async fn follow(person: &Client, words: &str) {
    sees(person, words).await;
    let path = format!("//main//a[normalize-space()='{words}']");
    person.find(Locator::XPath(&path)).await.unwrap().click().await.unwrap();
}

async fn confirm_address(day: &FirstDay, person: &Client, email: &str) {
    let letter = day.letter(email, "/verify-email/").await;
    let link = letter.split("/verify-email/").nth(1).unwrap();
    let token: String = link.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    person.goto(&day.at(&format!("/verify-email/{token}"))).await.unwrap();
    // Signed in, opening the link is enough.
    sees(person, "Your e-mail address is confirmed.").await;
}

async fn story(scripts: bool) {
    let day = begin(scripts).await;
    let [ben, cleo, dora] = &day.members[..] else { panic!("three have joined") };
    let ada = &day.administrator;
    ada.goto(&day.at("/admin/invites")).await.unwrap();
    sees(ada, "Used up").await;
    sees(ada, "Dora Vale").await;
    confirm_address(&day, ben, "ben@test.example").await;
    confirm_address(&day, cleo, "cleo@test.example").await;
    // A report.
    ben.goto(&day.at("/in/cleo-lind")).await.unwrap();
    press(ben, "More").await;
    press(ben, "Report").await;
    sees(ben, "The person you report is not told who reported them.").await;
    fill(ben, "reason", "She sells watches.").await;
    press(ben, "Send report").await;
    sees(ben, "Your report is sent.").await;
    // A suspension.
    ada.goto(&day.at("/moderation")).await.unwrap();
    follow(ada, "Report of a profile: Cleo Lind").await;
    sees(ada, "She sells watches.").await;
    fill(ada, "told", "Please sell elsewhere.").await;
    // A date field takes month, day and year, as English has them.
    let year: u32 = jiff::Timestamp::now().to_string()[..4].parse().unwrap();
    fill(ada, "until", &format!("1231{}", year + 1)).await;
    press(ada, "Suspend").await;
    sees(ada, "The report is decided.").await;
    day.letter("ben@test.example", "Your report was answered").await;
    cleo.goto(&day.at("/people")).await.unwrap();
    sees(cleo, "Your account is suspended until").await;
    sees(cleo, "Please sell elsewhere.").await;
    assert!(!crate::text(cleo).await.unwrap().contains("Ben Okoro"), "who reported is not told");
    dora.goto(&day.at("/in/cleo-lind")).await.unwrap();
    sees(dora, "Cleo Lind").await;
    // An appeal.
    fill(cleo, "appeal", "They were gifts.").await;
    press(cleo, "Send appeal").await;
    sees(cleo, "The answer comes by e-mail.").await;
    ada.goto(&day.at("/moderation")).await.unwrap();
    follow(ada, "Appeal: Cleo Lind").await;
    sees(ada, "They were gifts.").await;
    press(ada, "End the suspension").await;
    sees(ada, "The report is decided.").await;
    day.letter("cleo@test.example", "Your account is open again").await;
    cleo.goto(&day.at("/people?q=ben")).await.unwrap();
    sees(cleo, "Ben Okoro").await;
    // What was done stands in the log.
    ada.goto(&day.at("/admin/audit")).await.unwrap();
    sees(ada, "Suspension ended").await;
    for person in day.members.iter().chain([&day.administrator]) {
        person.clone().close().await.unwrap();
    }
}

#[tokio::test]
async fn a_communitys_first_day_with_scripts() {
    story(true).await;
}

#[tokio::test]
async fn a_communitys_first_day_without_scripts() {
    story(false).await;
}
