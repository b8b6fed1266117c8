//! `/admin/community`: what the community calls itself, what it says to whoever comes, and its colour.

use actix_web::HttpResponse;
use askama::Template;

use crate::accounts::email;
use crate::admin::logo;
use crate::audit::{self, Act, Actor};
use crate::db::Connection;
use crate::error::Error;
use crate::inbox::links::{self, Piece};
use crate::language::{filters, t, tf};
use crate::web::community::{Community, Logo};
use crate::web::contrast::Colour;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::site::{Site, SiteData};

/// Characters of the name, and of each text.
const NAME: usize = 40;
const TEXT: usize = 20_000;
/// The grounds on which the accent colour stands, as static/css/tokens.css has them.
const BY_DAY: [&str; 2] = ["#f8f4ec", "#fffefb"];
const BY_NIGHT: [&str; 2] = ["#1a1815", "#24211c"];
/// What WCAG AA asks of text.
const LEAST: f64 = 4.5;

#[derive(Template)]
#[template(path = "admin/community.html")]
struct Texts {
    page: Layout,
    form: Form,
    problems: Problems,
    /// The logo before, which can be brought back.
    logo_before: Option<Logo>,
}

impl Texts {
    fn undo(logo: &Logo) -> String {
        logo::undo_of(logo)
    }
}

/// Loads what is stored, with the logo before.
async fn stored(site: &Site) -> Result<(Community, Option<Logo>), Error> {
    let load = |connection: &mut Connection| {
        let community = Community::load(connection)?;
        let before = logo::before(connection, &community.logo)?;
        Ok((community, before))
    };
    site.read(load).await
}

/// What the form shows before anybody typed.
fn form_of(community: &Community) -> Form {
    Form::of([
        ("name", community.chosen_name()),
        ("welcome", &community.welcome),
        ("rules", &community.rules),
        ("privacy", &community.privacy),
        ("email", &community.email),
        ("by_day", &community.by_day),
        ("by_night", &community.by_night),
    ])
}

/// `GET /admin/community`
///
/// # Errors
/// The database's.
pub async fn community(site: SiteData, page: Layout) -> Result<HttpResponse, Error> {
    let (stored, logo_before) = stored(&site).await?;
    Texts { page, form: form_of(&stored), problems: Problems::default(), logo_before }.show()
}

/// The page with why a logo is refused.
///
/// # Errors
/// The database's.
pub async fn refuse_logo(site: &Site, page: Layout, sentence: &str) -> Result<HttpResponse, Error> {
    let (stored, logo_before) = stored(site).await?;
    let mut problems = Problems::default();
    problems.add("logo", sentence);
    Texts { page, form: form_of(&stored), problems, logo_before }.show_again()
}

/// `POST /admin/community`
///
/// # Errors
/// The database's.
pub async fn save(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let community = read(&form, &mut problems);
    if problems.any() {
        let (_, logo_before) = stored(&site).await?;
        return Texts { page, form, problems, logo_before }.show_again();
    }
    let by = Actor::Member(me.id);
    let saved = site
        .write(move |connection| {
            let before = Community::load(connection)?;
            // The form does not hold the logo.
            let community = community.with_logo(before.logo.clone());
            let saved = community.clone();
            let looks = |community: &Community| (community.by_day.clone(), community.by_night.clone());
            community.save(connection)?;
            if looks(&before) != looks(&community) {
                audit::record(
                    connection,
                    by,
                    Act::LookChanged,
                    None,
                    &format!("{} {}", community.by_day, community.by_night),
                )?;
            }
            let mut texts = community;
            (texts.by_day, texts.by_night) = looks(&before);
            if texts != before {
                audit::record(connection, by, Act::TextsChanged, None, texts.chosen_name())?;
            }
            Ok(saved)
        })
        .await?;
    site.community.keep(saved);
    redirect.done(t("The texts are saved."));
    Ok(redirect.to("/admin/community"))
}

fn read(form: &Form, problems: &mut Problems) -> Community {
    let name = problems.line(form, "name", t("Name of the community"), (0, NAME));
    let welcome = problems.text(form, "welcome", t("Welcome"), (0, TEXT));
    let rules = problems.text(form, "rules", t("Rules"), (0, TEXT));
    let privacy = problems.text(form, "privacy", t("Privacy notice"), (0, TEXT));
    let address = problems.line(form, "email", t("E-mail address for questions"), (0, 254));
    if !address.is_empty() && !email::is_whole(&address) {
        problems.add("email", t("This does not look like an e-mail address. Write it like name@example.org."));
    }
    let by_day = colour(form, problems, "by_day", BY_DAY);
    let by_night = colour(form, problems, "by_night", BY_NIGHT);
    if by_day.is_empty() != by_night.is_empty() {
        let missing = if by_day.is_empty() { "by_day" } else { "by_night" };
        problems.add(missing, t("Choose a colour for both, or for neither."));
    }
    Community::new([name, welcome, rules, privacy, address, by_day, by_night, String::new()])
}

/// Reads a colour that can be read on its two grounds, the page and the cards.
fn colour(form: &Form, problems: &mut Problems, field: &str, grounds: [&str; 2]) -> String {
    let typed = form.get(field).trim().to_ascii_lowercase();
    if typed.is_empty() {
        return typed;
    }
    let Some(colour) = Colour::parse(&typed) else {
        problems.add(field, tf("Write a colour like {colour}.", "#1c5a44"));
        return typed;
    };
    let names = [t("the page"), t("the cards")];
    for (ground, name) in grounds.into_iter().zip(names) {
        let contrast = Colour::parse(ground).map_or(1.0, |ground| colour.contrast(ground));
        if contrast < LEAST {
            // Cut rather than rounded: 4.49 is not enough, and must not look so.
            let shown = format!("{:.2}", (contrast * 100.0).floor() / 100.0);
            let sentence =
                tf("On {ground} this colour has a contrast of {contrast} to 1; it needs 4.5.", (name, &shown));
            problems.add(field, sentence);
            break;
        }
    }
    typed
}

/// `GET /community.css`: the accent colour, where one is chosen.
///
/// # Errors
/// [`Error::NotFound`] where none is.
pub async fn style(site: SiteData) -> Result<HttpResponse, Error> {
    let community = site.community.get();
    let (Some(day), Some(night)) = (Colour::parse(&community.by_day), Colour::parse(&community.by_night)) else {
        return Err(Error::NotFound);
    };
    let on = |colour: Colour| {
        let white = Colour::parse("#ffffff").map_or(1.0, |white| colour.contrast(white));
        if white >= LEAST { "#fff" } else { "#000" }
    };
    let (by_day, by_night) = (&community.by_day, &community.by_night);
    let css = format!(
        ":root{{--accent:light-dark({by_day},{by_night});\
         --accent-hover:color-mix(in srgb,var(--accent) 80%,var(--ink));\
         --on-accent:light-dark({},{});\
         --tint:color-mix(in srgb,var(--accent) 14%,var(--card));\
         --band:color-mix(in srgb,{by_day} 80%,#000)}}\n",
        on(day),
        on(night)
    );
    Ok(HttpResponse::Ok().content_type("text/css; charset=utf-8").body(css))
}

#[derive(Template)]
#[template(path = "admin/text.html")]
struct Text {
    page: Layout,
    title: &'static str,
    pieces: Vec<Piece>,
}

/// `GET /rules`
///
/// # Errors
/// The template's.
pub async fn rules(page: Layout) -> Result<HttpResponse, Error> {
    let pieces = links::pieces(&page.community.rules);
    Text { page, title: t("Rules"), pieces }.show()
}

/// `GET /privacy`
///
/// # Errors
/// The template's.
pub async fn privacy(page: Layout) -> Result<HttpResponse, Error> {
    let pieces = links::pieces(&page.community.privacy);
    Text { page, title: t("Privacy notice"), pieces }.show()
}
