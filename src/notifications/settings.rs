//! `/settings/notifications`: what one is told, on the site and by e-mail.

use actix_web::HttpResponse;
use askama::Template;

use crate::error::Error;
use crate::language::{filters, t};
use crate::notifications::choices::{self, Choice, Kind};
use crate::web::form::Form;
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "notifications/settings.html")]
struct Settings {
    page: Layout,
    choices: Vec<(Kind, Choice)>,
}

impl Kind {
    /// The kind as its fields are named.
    fn field(self) -> &'static str {
        match self {
            Kind::Invitation => "invitation",
            Kind::Acceptance => "acceptance",
            Kind::Message => "message",
            Kind::Digest => "weekly_digest",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Kind::Invitation => t("Invitations"),
            Kind::Acceptance => t("Acceptances"),
            Kind::Message => t("Messages"),
            Kind::Digest => t("Weekly digest"),
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Kind::Invitation => t("Somebody would like to connect with you."),
            Kind::Acceptance => t("Somebody accepted your invitation."),
            Kind::Message => t("A connection writes to you."),
            Kind::Digest => t("Once a week, what is waiting for you."),
        }
    }
}

/// `GET /settings/notifications`
///
/// # Errors
/// The database's.
pub async fn settings(site: SiteData, page: Layout, me: SignedIn) -> Result<HttpResponse, Error> {
    let id = me.id;
    let choices = site.read_one(move |connection| choices::all(connection, id)).await?;
    Settings { page, choices }.show()
}

/// `POST /settings/notifications`
///
/// # Errors
/// The database's.
pub async fn change(site: SiteData, me: SignedIn, form: Form, redirect: Redirect) -> Result<HttpResponse, Error> {
    let chosen = Kind::ALL.map(|kind| (kind, chosen(&form, kind)));
    let save = move |connection: &mut _| {
        chosen.into_iter().try_for_each(|(kind, choice)| choices::save(connection, me.id, kind, choice))
    };
    site.write(save).await?;
    redirect.done(t("Your choices are saved."));
    Ok(redirect.to("/settings/notifications"))
}

fn chosen(form: &Form, kind: Kind) -> Choice {
    let is_checked = |how: &str| form.is_checked(&format!("{}_{how}", kind.field()));
    Choice { on_site: is_checked("on_site"), by_email: is_checked("by_email") }
}
