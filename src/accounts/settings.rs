//! What members set for themselves: e-mail address, password, language, privacy.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use askama::Template;
use diesel::prelude::*;

use crate::accounts::addresses::{self, Addresses};
use crate::accounts::events::{self, Kind};
use crate::accounts::factor::second_step;
use crate::accounts::passkeys::relying::Passkeys;
use crate::accounts::{app_passwords, confirm, password, sessions, tokens};
use crate::dates;
use crate::error::Error;
use crate::language::filters;
use crate::language::{Context, key, t, tf};
use crate::limits::{self, Limit, Subject};
use crate::mail::{self, Letter, outbox, tokens as links};
use crate::members::ConnectionsSeenBy;
use crate::relationship::WhoMayInvite;
use crate::schema::members;
use crate::time_zone::Zone;
use crate::web::cookie;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render, SignedIn, see_other};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct Account {
    page: Layout,
    form: Form,
    problems: Problems,
    /// The addresses, where the one they have entered is not confirmed.
    unconfirmed: Option<Addresses>,
    /// Whether the password is wanted along with it.
    asks_password: bool,
    /// Whether passkeys work on this site.
    has_passkeys: bool,
}

/// `GET /settings/account`
///
/// # Errors
/// The database's.
pub async fn account(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let id = me.id;
    let addresses = site.read_one(move |connection| Addresses::load(connection, id)).await?;
    let form = Form::of([("email", &addresses.email)]);
    let unconfirmed = (!addresses.is_confirmed()).then_some(addresses);
    let (problems, asks_password, has_passkeys) = (Problems::default(), !confirm::is_recent(&me), passkeys.work());
    Account { page, form, problems, unconfirmed, asks_password, has_passkeys }.show()
}

/// `POST /settings/account`: a new e-mail address, of whoever has shown lately that it is them, or else with the password. It
/// ends the member's other sessions, and gives this one a new token. The address that it is already ends nothing.
///
/// # Errors
/// The database's.
pub async fn change_email(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    request: HttpRequest,
    redirect: Redirect,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let email = crate::accounts::email(&form, &mut problems);
    let (asks_password, id) = (!confirm::is_recent(&me), me.id);
    let before = site.read_one(move |connection| Addresses::load(connection, id)).await?;
    if !problems.any() && before.email == email {
        redirect.done(t("This is your e-mail address already."));
        return Ok(redirect.to("/settings/account"));
    }
    if !problems.any() && asks_password && !form.has("password") {
        // The page was opened while none was asked for.
        return confirm::ask(&request);
    }
    if asks_password && confirm::password_hash(&site, me.id, form.get("password")).await?.is_none() {
        problems.add("password", t("This is not your password."));
    }
    if problems.any() {
        let has_passkeys = passkeys.work();
        return Account { page, form, problems, unconfirmed: None, asks_password, has_passkeys }.show_again();
    }
    if before.is_same(&email) {
        site.write(move |connection| addresses::change(connection, me.id, &email)).await?;
        redirect.done(t("Your e-mail address is the same. It is written as you typed it now."));
        return Ok(redirect.to("/settings/account"));
    }
    let changed = site
        .write(move |connection| {
            crate::db::lock_members(connection, [me.id])?;
            if !sessions::is_there(connection, &me)? {
                return Ok(None);
            }
            addresses::change(connection, me.id, &email)?;
            events::record(connection, me.id, Kind::EmailChanged, &email)?;
            let ended = sessions::end_others(connection, &me)?;
            Ok(Some((ended, sessions::confirm(connection, &me)?, Addresses::load(connection, me.id)?)))
        })
        .await?;
    // Another press was first, and says what it did.
    let Some((ended, token, addresses)) = changed else { return Ok(redirect.to("/settings/account")) };
    site.jobs.wake(mail::JOB);
    cookie::renew(redirect.session(), token.as_deref())?;
    let changed = match ended {
        0 => t("Your e-mail address is changed."),
        _ => t("Your e-mail address is changed. You are signed out everywhere else."),
    };
    let on_its_way = || tf("A link to confirm it is on its way to {address}.", &addresses.email);
    redirect.done(if addresses.is_confirmed() || !site.sends_mail {
        changed.to_owned()
    } else {
        format!("{changed} {}", on_its_way())
    });
    Ok(redirect.to("/settings/account"))
}

/// `GET /settings/account/confirm`: leads to the page with the button.
pub async fn at_account() -> HttpResponse {
    see_other("/settings/account")
}

/// `POST /settings/account/confirm`: sends the link that confirms the address once more.
///
/// # Errors
/// The database's.
pub async fn send_confirmation(site: SiteData, me: SignedIn, redirect: Redirect) -> Result<HttpResponse, Error> {
    if !site.sends_mail {
        redirect.refused(t("This site sends no e-mail, so no link was sent."));
        return Ok(redirect.to("/settings/account"));
    }
    site.write(move |connection| {
        limits::take(connection, Limit::ConfirmAddress, &Subject::member(me.id))?;
        outbox::put(connection, me.id, Letter::ConfirmAddress)
    })
    .await?;
    site.jobs.wake(mail::JOB);
    redirect.done(t("A link is on its way to your address."));
    Ok(redirect.to("/settings/account"))
}

#[derive(Template)]
#[template(path = "accounts/password.html")]
struct Password {
    page: Layout,
    problems: Problems,
    /// Whether the password that they have is wanted: no passkey has taken its place.
    asks_password: bool,
    /// Whether passkeys work on this site.
    has_passkeys: bool,
}

/// `GET /settings/password`
///
/// # Errors
/// The template's.
pub async fn password_form(
    page: Layout,
    me: SignedIn,
    redirect: Redirect,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let asks_password = !confirm::was_by_passkey(redirect.session(), &me);
    Password { page, problems: Problems::default(), asks_password, has_passkeys: passkeys.work() }.show()
}

/// `POST /settings/password`: ends the member's other sessions, and gives this one a new token.
///
/// # Errors
/// The database's.
pub async fn change_password(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    request: HttpRequest,
    redirect: Redirect,
    passkeys: Data<Passkeys>,
) -> Result<HttpResponse, Error> {
    let (asks_password, has_passkeys) = (!confirm::was_by_passkey(redirect.session(), &me), passkeys.work());
    if asks_password && !form.has("password") {
        // The page was opened while a passkey took its place.
        return confirm::ask(&request);
    }
    let mut problems = Problems::default();
    let id = me.id;
    let email: String =
        site.read(move |connection| Ok(members::table.find(id).select(members::email).first(connection)?)).await?;
    let verified = confirm::proved_hash(&site, &me, &redirect, &form).await?;
    if verified.is_none() {
        problems.add("password", t("This is not your password."));
    }
    let new = password::new(&form, &mut problems, "new_password", (&email, &me.full_name));
    let Some(verified) = verified.filter(|_| !problems.any()) else {
        return Password { page, problems, asks_password, has_passkeys }.show_again();
    };
    let hash = password::hash(new, Subject::member(me.id)).await?;
    let changed = site
        .write(move |connection| {
            if !crate::accounts::still_has_password(connection, me.id, &verified)? {
                return Ok(None);
            }
            let row = members::table.find(me.id);
            diesel::update(row).set(members::password_hash.eq(hash.as_str())).execute(connection)?;
            outbox::put(connection, me.id, Letter::PasswordChanged { at: dates::now() })?;
            events::record(connection, me.id, Kind::PasswordChanged, "")?;
            second_step::end_all(connection, me.id)?;
            app_passwords::revoke_all(connection, me.id)?;
            tokens::revoke_all(connection, me.id)?;
            links::forget(connection, links::Purpose::Reset, me.id)?;
            Ok(Some((sessions::end_others(connection, &me)?, sessions::confirm(connection, &me)?)))
        })
        .await?;
    let Some((ended, token)) = changed else {
        problems.add("password", t("This is not your password."));
        return Password { page, problems, asks_password, has_passkeys }.show_again();
    };
    cookie::renew(redirect.session(), token.as_deref())?;
    redirect.done(match ended {
        0 => t("Your password is changed."),
        _ => t("Your password is changed. You are signed out everywhere else."),
    });
    Ok(redirect.to("/settings/password"))
}

#[derive(Template)]
#[template(path = "accounts/appearance.html")]
struct Appearance {
    page: Layout,
    /// The tag of the member's language; empty for what the browser asks for.
    chosen: String,
    /// The name of the member's time zone; empty for the site's.
    zone: String,
    problems: Problems,
}

impl Appearance {
    fn new(page: Layout, me: &SignedIn, problems: Problems) -> Appearance {
        Appearance { page, chosen: me.language.clone(), zone: me.time_zone.clone(), problems }
    }

    fn site_zone(&self) -> &'static str {
        Context::current().site_zone().name()
    }

    /// The zones to choose from, by region.
    fn regions(&self) -> Vec<(&'static str, Vec<Zone>)> {
        let named = |region| match region {
            "Africa" => t("Africa"),
            "America" => t("America"),
            "Antarctica" => t("Antarctica"),
            "Arctic" => t("Arctic"),
            "Asia" => t("Asia"),
            "Atlantic" => t("Atlantic Ocean"),
            "Australia" => t("Australia"),
            "Europe" => t("Europe"),
            "Indian" => t("Indian Ocean"),
            _ => t("Pacific Ocean"),
        };
        Zone::by_region().into_iter().map(|(region, zones)| (named(region), zones)).collect()
    }
}

/// `GET /settings/appearance`
///
/// # Errors
/// The template's.
pub async fn appearance(page: Layout, me: SignedIn) -> Result<HttpResponse, Error> {
    Appearance::new(page, &me, Problems::default()).show()
}

/// `POST /settings/appearance`: the time zone in which the member's days begin and end. Nothing is the site's.
///
/// # Errors
/// The database's.
pub async fn change_time_zone(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let name = form.get("time_zone").trim();
    let zone = match name.parse::<Zone>() {
        Ok(zone) => zone.name(),
        Err(_) if name.is_empty() => "",
        Err(_) => {
            let mut problems = Problems::default();
            problems.add("time_zone", t("There is no such time zone. Choose one of the list."));
            return Appearance::new(page, &me, problems).show_again();
        }
    };
    let row = members::table.find(me.id);
    site.write(move |connection| Ok(diesel::update(row).set(members::time_zone.eq(zone)).execute(connection)?)).await?;
    redirect.done(t("Your time zone is saved."));
    Ok(redirect.to("/settings/appearance"))
}

/// Choices by the names that the form gives them.
const WHO_MAY_INVITE: [(&str, WhoMayInvite); 3] =
    [("everyone", WhoMayInvite::Everyone), ("mutual", WhoMayInvite::Mutual), ("nobody", WhoMayInvite::Nobody)];
const CONNECTIONS_SEEN_BY: [(&str, ConnectionsSeenBy); 2] =
    [("me", ConnectionsSeenBy::Themselves), ("connections", ConnectionsSeenBy::Connections)];

fn named<T: Copy>(choices: &[(&str, T)], name: &str) -> Option<T> {
    choices.iter().find(|(known, _)| *known == name).map(|(_, choice)| *choice)
}

fn name_of<T: PartialEq>(choices: &[(&'static str, T)], choice: &T) -> &'static str {
    choices.iter().find(|(_, known)| known == choice).map_or("", |(name, _)| name)
}

#[derive(Template)]
#[template(path = "accounts/privacy.html")]
struct Privacy {
    page: Layout,
    who_may_invite: &'static str,
    connections_seen_by: &'static str,
    accepts_automatically: bool,
    asks_before_reinvite: bool,
    found_by_email: bool,
}

/// `GET /settings/privacy`
///
/// # Errors
/// The database's.
pub async fn privacy(site: SiteData, page: Layout, me: SignedIn) -> Result<HttpResponse, Error> {
    let id = me.id;
    let columns = (
        members::who_may_invite,
        members::connections_seen_by,
        members::accepts_automatically,
        (members::asks_before_reinvite, members::found_by_email),
    );
    type Chosen = (WhoMayInvite, ConnectionsSeenBy, bool, (bool, bool));
    let (who, seen_by, accepts_automatically, (asks_before_reinvite, found_by_email)) =
        site.read(move |connection| Ok(members::table.find(id).select(columns).first::<Chosen>(connection)?)).await?;
    let (who_may_invite, connections_seen_by) =
        (name_of(&WHO_MAY_INVITE, &who), name_of(&CONNECTIONS_SEEN_BY, &seen_by));
    Privacy { page, who_may_invite, connections_seen_by, accepts_automatically, asks_before_reinvite, found_by_email }
        .show()
}

/// `POST /settings/privacy`
///
/// # Errors
/// [`Error::BadRequest`] for a choice that the page does not offer, or the database's.
pub async fn change_privacy(
    site: SiteData,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let unknown = Error::BadRequest(key("This choice is not on the page. Open the settings again and choose there."));
    let who_may_invite = named(&WHO_MAY_INVITE, form.get("who_may_invite"));
    let connections_seen_by = named(&CONNECTIONS_SEEN_BY, form.get("connections_seen_by"));
    let (Some(who_may_invite), Some(connections_seen_by)) = (who_may_invite, connections_seen_by) else {
        return Err(unknown);
    };
    let row = (
        members::who_may_invite.eq(who_may_invite),
        members::connections_seen_by.eq(connections_seen_by),
        members::accepts_automatically.eq(form.is_checked("accepts_automatically")),
        members::asks_before_reinvite.eq(form.is_checked("asks_before_reinvite")),
        members::found_by_email.eq(form.is_checked("found_by_email")),
    );
    site.write(move |connection| Ok(diesel::update(members::table.find(me.id)).set(row).execute(connection)?)).await?;
    redirect.done(t("Your privacy settings are saved."));
    Ok(redirect.to("/settings/privacy"))
}
