//! Passkeys with an authenticator that Chromium plays: added, signing in alone, as the second step, and lost.

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use ureq::http::Method;

use super::*;

/// A command of <https://www.w3.org/TR/webauthn-3/#sctn-automation>.
#[derive(Debug)]
struct Authenticator(Method, String, Value);

impl WebDriverCompatibleCommand for Authenticator {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/webauthn/{}", session.unwrap(), self.1))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        let body = (self.0 == Method::POST).then(|| self.2.to_string());
        (self.0.clone(), body)
    }
}

/// Gives a browser a device that makes passkeys.
async fn device(person: &Client) -> String {
    let phone = json!({
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true, "isUserConsenting": true,
    });
    let made = person.issue_cmd(Authenticator(Method::POST, "authenticator".into(), phone)).await.unwrap();
    made.as_str().unwrap().to_owned()
}

async fn lose(person: &Client, device: &str) {
    let path = format!("authenticator/{device}");
    person.issue_cmd(Authenticator(Method::DELETE, path, Value::Null)).await.unwrap();
}

/// Where browsers take plain http as safe.
fn at(site: &Site, path: &str) -> String {
    format!("{}{path}", site.address.replace("127.0.0.1", "localhost"))
}

async fn sign_in_by_password(person: &Client, site: &Site) {
    person.goto(&at(site, "/sign-in")).await.unwrap();
    fill(person, "email", "ada-ruiz@test.example").await;
    fill(person, "password", PASSWORD).await;
    person.find(Locator::Css("form[action='/sign-in'] button")).await.unwrap().click().await.unwrap();
}

/// Leaves, and waits for the page that is shown then: a page asked for before that would be replaced by it.
async fn sign_out(person: &Client) {
    person.find(Locator::Css("[popovertarget=me]")).await.unwrap().click().await.unwrap();
    press(person, "Sign out").await;
    sees(person, "Know who you know").await;
}

async fn add_passkey(person: &Client, site: &Site, name: &str) {
    person.goto(&at(site, "/settings/security")).await.unwrap();
    fill(person, "name", name).await;
    press(person, "Add passkey").await;
    sees(person, "Your passkey is added.").await;
    sees(person, name).await;
}

#[tokio::test]
async fn a_passkey_signs_in_alone_and_after_a_password() {
    let site = Site::new();
    site.member("Ada Ruiz");
    let driver = Driver::start();
    let ada = driver.browser(true).await;
    let phone = device(&ada).await;
    sign_in_by_password(&ada, &site).await;
    sees(&ada, "My network").await;
    add_passkey(&ada, &site, "My phone").await;
    sign_out(&ada).await;
    ada.goto(&at(&site, "/sign-in?next=/people")).await.unwrap();
    press(&ada, "Sign in with a passkey").await;
    sees(&ada, "Search people").await;
    // As the second step of a sign-in.
    ada.goto(&at(&site, "/settings/security")).await.unwrap();
    ada.find(Locator::Css("[name=asked]")).await.unwrap().click().await.unwrap();
    ada.find(Locator::Css("form[action$='/asked'] button")).await.unwrap().click().await.unwrap();
    sees(&ada, "They are shown only now.").await;
    let code = ada.find(Locator::Css(".codes code")).await.unwrap().text().await.unwrap();
    sign_out(&ada).await;
    sign_in_by_password(&ada, &site).await;
    sees(&ada, "Second step").await;
    press(&ada, "Sign in with a passkey").await;
    sees(&ada, "My network").await;
    // The phone is lost: a recovery code lets in, and another device takes its place.
    sign_out(&ada).await;
    lose(&ada, &phone).await;
    sign_in_by_password(&ada, &site).await;
    sees(&ada, "Second step").await;
    fill(&ada, "code", &code).await;
    ada.find(Locator::Css("form[action='/sign-in/code'] button")).await.unwrap().click().await.unwrap();
    sees(&ada, "My network").await;
    device(&ada).await;
    add_passkey(&ada, &site, "My laptop").await;
    ada.find(Locator::Css("[aria-label='Remove My phone']")).await.unwrap().click().await.unwrap();
    sees(&ada, "The passkey My phone is removed here.").await;
    sign_out(&ada).await;
    ada.goto(&at(&site, "/sign-in")).await.unwrap();
    press(&ada, "Sign in with a passkey").await;
    sees(&ada, "My network").await;
    ada.close().await.unwrap();
}
