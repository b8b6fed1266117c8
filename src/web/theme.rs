//! How a browser shows the site: light or dark, and in which language. Kept in this browser's cookie; a member's
//! language also with the member, for their other browsers.

use std::cell::Cell;

use actix_session::{Session, SessionExt};
use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use diesel::prelude::*;

use crate::error::Error;
use crate::language::{self, Context, Language, by_browser, current, t};
use crate::schema::members;
use crate::web::cookie::{LANGUAGE, THEME};
use crate::web::form::Form;
use crate::web::page::{Layout, Redirect};
use crate::web::site::SiteData;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the device says.
    #[default]
    Device,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Those to choose from.
    pub const ALL: [Theme; 3] = [Theme::Device, Theme::Light, Theme::Dark];

    /// The value in forms and in `data-theme`.
    pub fn word(self) -> &'static str {
        match self {
            Theme::Device => "device",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// What is read on the page.
    pub fn label(self) -> &'static str {
        match self {
            Theme::Device => t("As on this device"),
            Theme::Light => t("Light"),
            Theme::Dark => t("Dark"),
        }
    }

    fn of(word: &str) -> Option<Theme> {
        Theme::ALL.into_iter().find(|theme| theme.word() == word)
    }
}

tokio::task_local! {
    static CURRENT: Cell<Theme>;
}

/// The theme of the page that is being made.
pub fn theme() -> Theme {
    CURRENT.try_with(Cell::get).unwrap_or_default()
}

/// Answers a request in the theme and language chosen on its browser; the language that the browser asks for where
/// none is.
///
/// # Errors
/// The request's own.
pub async fn within<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let session = request.get_session();
    let kept = |name| session.get::<String>(name).ok().flatten().unwrap_or_default();
    let theme = Theme::of(&kept(THEME)).unwrap_or_default();
    let language = Language::of(&kept(LANGUAGE)).or_else(|| language::asked_for(&request)).unwrap_or_default();
    let zone = request.app_data::<SiteData>().map(|site| site.zone).unwrap_or_default();
    CURRENT.scope(Cell::new(theme), Context::new(language, zone).around(next.call(request))).await
}

/// `POST /appearance`: the switches of the footer and of the settings. What is not sent, or is not on the page, stays.
///
/// # Errors
/// The database's.
pub async fn change(site: SiteData, page: Layout, form: Form, redirect: Redirect) -> Result<HttpResponse, Error> {
    if let Some(theme) = Theme::of(form.get(THEME)) {
        keep(redirect.session(), THEME, theme.word());
    }
    // An empty value is a choice too: what the browser asks for.
    if form.has(LANGUAGE) {
        let tag = Language::of(form.get(LANGUAGE)).map_or("", Language::tag);
        keep(redirect.session(), LANGUAGE, tag);
        if let Some(viewer) = &page.viewer {
            let id = viewer.id;
            let row = members::table.find(id);
            // Letters go on in the language of now until the browser says what it asks for.
            let tag = if tag.is_empty() { by_browser(current()) } else { tag.to_owned() };
            site.write(move |connection| {
                Ok(diesel::update(row).set(members::language.eq(&tag)).execute(connection)?)
            })
            .await?;
        }
    }
    // The switches of the footer show by themselves what they did.
    if redirect.came_from().as_deref() == Some("/settings/appearance") && form.has(THEME) && form.has(LANGUAGE) {
        let zone = page.viewer.as_ref().map_or("", |viewer| &viewer.time_zone);
        Context::current().chosen(form.get(LANGUAGE), zone).set();
        redirect.done(t("Your language and colours are saved."));
    }
    Ok(redirect.back("/"))
}

fn keep(session: &Session, name: &str, value: &str) {
    // What cannot be kept is chosen again; nothing is lost.
    let _ = session.insert(name, value);
}
