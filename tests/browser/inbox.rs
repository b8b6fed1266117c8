//! Two people talk; one disconnects, quietly, and comes back.

use super::*;

/// Opens the thread with a member, and writes there.
async fn write(person: &Client, thread: &str, words: &str) {
    person.goto(thread).await.unwrap();
    fill(person, "message", words).await;
    press(person, "Send message").await;
    sees(person, "Message sent.").await;
    sees(person, words).await;
}

async fn sign_in(person: &Client, site: &Site, email: &str) {
    person.goto(&format!("{}/sign-in", site.address)).await.unwrap();
    fill(person, "email", email).await;
    fill(person, "password", PASSWORD).await;
    person.find(Locator::Css("form[action='/sign-in'] button")).await.unwrap().click().await.unwrap();
    sees(person, "My network").await;
}

/// Whether there is a field to write in; what is read is the page that is open.
async fn can_write(person: &Client) -> bool {
    !person.find_all(Locator::Css("[name=message]")).await.unwrap().is_empty()
}

const NO_FORM: &str = "You can write to your connections only.";

async fn talk(scripts: bool) {
    let site = Site::new();
    let driver = Driver::start();
    let (ada, ben) = (driver.browser(scripts).await, driver.browser(scripts).await);
    let (mut first, mut second) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    site.member("Cleo Marsh");
    support::connect(&mut first, &mut second);
    let go = |path: &str| format!("{}{path}", site.address);
    sign_in(&ada, &site, "ada-ruiz@test.example").await;
    sign_in(&ben, &site, "ben-okoro@test.example").await;
    ada.goto(&go("/in/ben-okoro")).await.unwrap();
    press(&ada, "Message").await;
    sees(&ada, "Send message").await;
    write(&ada, &go("/inbox/ben-okoro"), "Did the choir sing?").await;
    ben.goto(&go("/inbox")).await.unwrap();
    sees(&ben, "Ada Ruiz").await;
    write(&ben, &go("/inbox/ada-ruiz"), "Twice, see https://choir.example/songs").await;
    ada.goto(&go("/inbox/ben-okoro")).await.unwrap();
    sees(&ada, "Twice, see").await;
    assert_eq!(ada.find_all(Locator::Css("main a[href='https://choir.example/songs']")).await.unwrap().len(), 1);
    ada.goto(&go("/in/ben-okoro/disconnect")).await.unwrap();
    press(&ada, "Disconnect").await;
    sees(&ada, "You are no longer connected with Ben Okoro. They have not been told.").await;
    // Whoever was left reads on, and is told what is said of every stranger.
    for thread in ["/inbox/ada-ruiz", "/inbox/cleo-marsh"] {
        ben.goto(&go(thread)).await.unwrap();
        sees(&ben, NO_FORM).await;
        assert!(!can_write(&ben).await, "{thread}");
    }
    ben.goto(&go("/inbox/ada-ruiz")).await.unwrap();
    sees(&ben, "Did the choir sing?").await;
    ada.goto(&go("/inbox/ben-okoro")).await.unwrap();
    sees(&ada, "Twice, see").await;
    sees(&ada, NO_FORM).await;
    ada.goto(&go("/connections/disconnected")).await.unwrap();
    press(&ada, "Re-invite").await;
    sees(&ada, "You and Ben Okoro are connected again. Everything is as it was.").await;
    write(&ben, &go("/inbox/ada-ruiz"), "And the encore").await;
    sees(&ben, "Did the choir sing?").await;
    ada.goto(&go("/inbox/ben-okoro")).await.unwrap();
    sees(&ada, "And the encore").await;
    sees(&ada, "Did the choir sing?").await;
    ada.close().await.unwrap();
    ben.close().await.unwrap();
}

#[tokio::test]
async fn a_thread_outlives_a_disconnect_with_scripts() {
    talk(true).await;
}

#[tokio::test]
async fn a_thread_outlives_a_disconnect_without_scripts() {
    talk(false).await;
}
