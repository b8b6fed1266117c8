//! `/admin/webhooks`: which addresses are called when something happens, and how they answered.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;

use crate::accounts::confirm::Confirmed;
use crate::audit::{self, Act, Actor};
use crate::dates;
use crate::error::Error;
use crate::ids::WebhookId;
use crate::language::{filters, number, t, tf, tn};
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render};
use crate::web::site::SiteData;
use crate::webhooks::store::{self, MAX_WEBHOOKS, TEST};
use crate::webhooks::{self, Delivery, Kind, Webhook};

const HERE: &str = "/admin/webhooks";
/// Characters of an address.
const LONGEST_ADDRESS: usize = 500;

impl Webhook {
    /// Says of what it is told.
    fn told(&self) -> String {
        self.events().iter().map(|kind| kind.label()).collect::<Vec<_>>().join(" · ")
    }

    /// When it is called again, where it did not answer well, for programs; and how it answered, for people.
    fn again(&self, deliveries: &[Delivery]) -> Option<(String, String)> {
        if !self.is_on || self.attempts == 0 {
            return None;
        }
        let retried = deliveries.iter().find(|one| one.webhook_id == self.id && one.is_retried());
        let when = dates::minute(self.due_at);
        let sentence = match retried.and_then(|one| one.status) {
            Some(status) => tf("Answered {status}; will be tried again on {when}", (&status.to_string(), &when)),
            None => tf("Did not answer; will be tried again on {when}", when),
        };
        Some((dates::instant(self.due_at), sentence))
    }
}

/// Why an address of this machine or of a private network is none for a webhook.
fn of_private_network() -> &'static str {
    t(
        "The address is of this machine or of a private network, which is not called unless AMICABLE_WEBHOOKS_TO_PRIVATE is set.",
    )
}

impl Delivery {
    fn title(&self) -> &str {
        let known = Kind::ALL.iter().find(|kind| kind.word() == self.event);
        match known {
            Some(kind) => kind.label(),
            None if self.event == TEST => t("Test"),
            None => &self.event,
        }
    }

    /// Says how it stands with it.
    fn state(&self) -> String {
        if self.is_not_called() {
            return tf("Given up: {answer}", of_private_network());
        }
        let status = self.status.map_or_else(|| t("no answer").to_owned(), |status| status.to_string());
        match (self.is_told(), self.is_given_up(), self.attempts) {
            (true, ..) => tf("Told: {answer}", &status),
            (_, true, _) => tf("Given up: {answer}", &status),
            (_, _, 0) => t("Waits").to_owned(),
            (_, _, tries) => {
                let tried = tn(tries, "tried {n} time", "tried {n} times");
                tf("Waits, {tried}: {answer}", (&tried, &status))
            }
        }
    }

    /// When it happened, for programs and for people.
    fn at(&self) -> (String, String) {
        (dates::instant(self.created_at), dates::minute(self.created_at))
    }
}

#[derive(Template)]
#[template(path = "admin/webhooks.html")]
struct All {
    page: Layout,
    webhooks: Vec<Webhook>,
    retried: Vec<Delivery>,
    form: Form,
    problems: Problems,
}

impl All {
    fn is_ticked(&self, kind: &Kind) -> bool {
        self.form.all("event").any(|word| word == kind.word())
    }
}

/// `GET /admin/webhooks`
///
/// # Errors
/// The database's.
pub async fn all(site: SiteData, page: Layout) -> Result<HttpResponse, Error> {
    show(&site, page, Form::default(), Problems::default()).await
}

async fn show(site: &SiteData, page: Layout, form: Form, problems: Problems) -> Result<HttpResponse, Error> {
    let read = site.read(|connection| {
        let webhooks = store::all(connection)?;
        let retried = store::retried(connection, &webhooks)?;
        Ok((webhooks, retried))
    });
    let (webhooks, retried) = read.await?;
    let status = if problems.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    All { page, webhooks, retried, form, problems }.show_as(status)
}

/// An address that can be called: of a web server, without a name and password in it; one of a private network only where that
/// is allowed.
fn address(form: &Form, problems: &mut Problems, allows_private: bool) -> String {
    let typed = problems.line(form, "address", t("Address"), (1, LONGEST_ADDRESS));
    let read = url::Url::parse(&typed).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    });
    if read.is_none() && !problems.any() {
        problems.add("address", t("Write a web address like https://example.org/hook."));
    }
    if !allows_private && read.as_ref().is_some_and(webhooks::is_inside) {
        problems.add("address", of_private_network());
    }
    read.map_or(typed, |url| url.to_string())
}

/// `POST /admin/webhooks`: *New webhook*.
///
/// # Errors
/// The database's.
pub async fn make(
    site: SiteData,
    page: Layout,
    me: Confirmed,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let address = address(&form, &mut problems, site.webhooks_to_private);
    let is_ticked = |kind: &Kind| form.all("event").any(|word| word == kind.word());
    let events: Vec<Kind> = Kind::ALL.iter().copied().filter(is_ticked).collect();
    if events.is_empty() {
        problems.add("event", t("Select what it is told."));
    }
    if problems.any() {
        return show(&site, page, form, problems).await;
    }
    let id = me.id;
    let made = site.write(move |connection| {
        let made = store::make(connection, &address, &events)?;
        if made.is_some() {
            audit::record(connection, Actor::Member(id), Act::WebhookMade, None, &address)?;
        }
        Ok(made)
    });
    match made.await? {
        Some(id) => {
            redirect.done(t("The webhook is made. Send a test to see whether it answers."));
            Ok(redirect.to(&format!("{HERE}/{id}")))
        }
        None => {
            problems.add("address", tf("There can be {most} webhooks. Remove one first.", number(MAX_WEBHOOKS)));
            show(&site, page, form, problems).await
        }
    }
}

#[derive(Template)]
#[template(path = "admin/webhook.html")]
struct One {
    page: Layout,
    webhook: Webhook,
    deliveries: Vec<Delivery>,
}

/// `GET /admin/webhooks/{id}`, which shows the secret.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn one(site: SiteData, page: Layout, _: Confirmed, id: Path<WebhookId>) -> Result<HttpResponse, Error> {
    let id = *id;
    let read = site.read(move |connection| Ok((store::find(connection, id)?, store::deliveries(connection, id)?)));
    let (webhook, deliveries) = read.await?;
    One { page, webhook, deliveries }.show()
}

/// `POST /admin/webhooks/{id}/test`, `/off`, `/on` and `/remove`.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn change(
    site: SiteData,
    me: Confirmed,
    path: Path<(WebhookId, String)>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (me, (id, deed)) = (me.id, path.into_inner());
    let told = match deed.as_str() {
        "test" => t("A test is on its way. Look at its answer below in a moment."),
        "off" => t("The webhook is turned off. It is not told what happens meanwhile."),
        "on" => t("The webhook is turned on."),
        "remove" => t("The webhook is removed."),
        _ => return Err(Error::NotFound),
    };
    let there = if deed == "remove" { HERE.to_owned() } else { format!("{HERE}/{id}") };
    site.write(move |connection| {
        let address = match store::find(connection, id) {
            // A second press.
            Err(Error::NotFound) if deed == "remove" => return Ok(()),
            found => found?.address,
        };
        let act = match deed.as_str() {
            "test" => return store::test(connection, id),
            "off" => {
                store::turn(connection, id, false)?;
                Act::WebhookTurnedOff
            }
            "on" => {
                store::turn(connection, id, true)?;
                Act::WebhookTurnedOn
            }
            _ => {
                store::remove(connection, id)?;
                Act::WebhookRemoved
            }
        };
        audit::record(connection, Actor::Member(me), act, None, &address)
    })
    .await?;
    site.jobs.wake(webhooks::JOB);
    redirect.done(told);
    Ok(redirect.to(&there))
}
