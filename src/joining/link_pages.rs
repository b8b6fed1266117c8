//! `/invite-links` and `/admin/invites`: making invite links, showing, revoking them, and who joined by them.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::audit::{self, Act, Actor};
use crate::dates::{self, DAY, now};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::joining::door::{Admission, Host, admission};
use crate::joining::links::{self, Link};
use crate::joining::qr;
use crate::language::{filters, number, t, tf, tn};
use crate::members::{self, MemberCard};
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::registration;
use crate::web::site::{Site, SiteData};
use crate::web::viewer::Viewer;

/// Characters of what a link is for.
const LONGEST_LABEL: usize = 100;
/// How often a link may work at most, where it is not any number.
const MOST_USES: i32 = 10_000;
/// Links that a member has open at once.
const MOST_OPEN: usize = 20;
/// Links of all members on the page of administrators.
const MOST_SHOWN: i64 = 100;
/// For how many days a link may work; 0 for ever.
const DAYS: [i64; 4] = [7, 1, 30, 0];

/// A link as its row shows it.
struct Shown {
    link: Link,
    url: String,
    qr: String,
    owner: Option<MemberCard>,
    joined: Vec<MemberCard>,
    number_joined: i64,
}

impl Shown {
    fn uses(&self) -> String {
        match self.link.most_uses {
            Some(most) => tf("{used} of {most} used", (&number(self.link.uses), &number(most))),
            None => tn(self.number_joined, "{n} person joined", "{n} people joined"),
        }
    }

    fn state(&self) -> &'static str {
        match &self.link {
            link if link.is_revoked() => t("Revoked"),
            link if link.is_used_up() => t("Used up"),
            link if link.is_expired() => t("Expired"),
            _ => "",
        }
    }

    fn made(&self) -> String {
        dates::long(self.link.created_at)
    }

    fn until(&self) -> Option<(String, String)> {
        self.link.expires_at.map(|end| (dates::iso(end), dates::minute(end)))
    }
}

#[derive(Template)]
#[template(path = "joining/my_links.html")]
struct Mine {
    page: Layout,
    links: Vec<Shown>,
    /// What a link does that is made now.
    sentence: &'static str,
    /// Whether nobody could join by it.
    is_refused: bool,
    form: Form,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "admin/invites.html")]
struct OfAll {
    page: Layout,
    links: Vec<Shown>,
    /// What a link does that is made now.
    sentence: &'static str,
    /// Whether nobody could join by it.
    is_refused: bool,
    form: Form,
    problems: Problems,
}

/// Returns for how long a link may work: each number of days with its words.
pub fn days() -> Vec<(String, String)> {
    let words = |days| match days {
        0 => t("For ever").to_owned(),
        days => tn(days, "For {n} day", "For {n} days"),
    };
    DAYS.iter().map(|days| (days.to_string(), words(*days))).collect()
}

/// Says how somebody comes in by a link of this member's.
///
/// # Errors
/// [`Error::NotFound`] for whoever may make none, or the database's.
fn lets_in(connection: &mut Connection, viewer: &Viewer) -> Result<Admission, Error> {
    if viewer.may_administer() {
        return Ok(Admission::AtOnce);
    }
    match registration::load_with_links(connection)? {
        (mode, true) => Ok(admission(mode, Host::Member, true)),
        (_, false) => Err(Error::NotFound),
    }
}

/// Says what a link does that is made now.
fn said(admission: Admission) -> &'static str {
    match admission {
        Admission::AtOnce => t("Everybody who opens the link sees your name and can join by it."),
        Admission::Waits => t(
            "Everybody who opens the link sees your name and can ask to join: an administrator looks at each registration.",
        ),
        Admission::Refused => {
            t("Registration is closed. Nobody can join by your links until an administrator opens it again.")
        }
    }
}

fn load(connection: &mut Connection, viewer: &Viewer, address: &str, of_all: bool) -> Result<Vec<Shown>, Error> {
    let links = match of_all {
        true => links::of_all(connection, MOST_SHOWN)?,
        false => links::of_member(connection, viewer.id)?,
    };
    let owners: Vec<MemberId> = if of_all { links.iter().map(|link| link.owner_id).collect() } else { Vec::new() };
    let owners = members::persons(connection, &owners)?;
    let numbers = links::numbers_joined(connection, &links)?;
    let mut shown = Vec::new();
    for link in links {
        let url = format!("{address}{}", link.path());
        let qr = if link.is_open() { qr::svg(&url, t("The link as a QR code")) } else { String::new() };
        let joined = if of_all && link.uses > 0 { links::joined(connection, &link)? } else { Vec::new() };
        let owner = owners.iter().find(|owner| owner.id == link.owner_id).cloned();
        let number_joined = numbers.get(&link.code).copied().unwrap_or(0);
        shown.push(Shown { url, qr, owner, joined, number_joined, link });
    }
    Ok(shown)
}

async fn page_of(
    site: &Site,
    page: Layout,
    viewer: &SignedIn,
    (form, problems): (Form, Problems),
) -> Result<HttpResponse, Error> {
    let (me, address, of_all) = (viewer.viewer(), site.address.clone(), page.is_under("/admin"));
    let read = site.read(move |connection| {
        let admission = lets_in(connection, &me)?;
        Ok((load(connection, &me, &address, of_all)?, admission))
    });
    let ((links, admission), again) = (read.await?, problems.any());
    let (sentence, is_refused) = (said(admission), admission == Admission::Refused);
    match (of_all, again) {
        (true, false) => OfAll { page, links, sentence, is_refused, form, problems }.show(),
        (true, true) => OfAll { page, links, sentence, is_refused, form, problems }.show_again(),
        (false, false) => Mine { page, links, sentence, is_refused, form, problems }.show(),
        (false, true) => Mine { page, links, sentence, is_refused, form, problems }.show_again(),
    }
}

/// `GET /invite-links` and `GET /admin/invites`
///
/// # Errors
/// [`Error::NotFound`] for whoever may make none, or the database's.
pub async fn page(site: SiteData, page: Layout, me: SignedIn) -> Result<HttpResponse, Error> {
    page_of(&site, page, &me, (Form::default(), Problems::default())).await
}

/// What was typed: what it is for, how often and for how many days it works.
fn typed(form: &Form, problems: &mut Problems) -> (String, Option<i32>, Option<i64>) {
    let label = problems.line(form, "label", t("What it is for"), (0, LONGEST_LABEL));
    let uses = form.get("uses").trim();
    let most_uses = uses.parse::<i32>().ok().filter(|uses| (1..=MOST_USES).contains(uses));
    if !uses.is_empty() && most_uses.is_none() {
        problems.add("uses", tf("Write a number from 1 to {most}, or nothing for any number.", number(MOST_USES)));
    }
    let days = form.get("days").parse::<i64>().ok().filter(|days| DAYS.contains(days));
    if days.is_none() {
        problems.add("days", t("Choose for how long the link works."));
    }
    (label, most_uses, days.filter(|days| *days > 0).map(|days| now() + days * DAY))
}

/// What came of a press of *Make invite link*.
enum Made {
    /// There is the link.
    Link,
    /// Nobody could join by it.
    Closed,
    /// They have as many as one may have.
    TooMany,
}

/// `POST /invite-links` and `POST /admin/invites`
///
/// # Errors
/// As [`page`].
pub async fn make(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let (label, most_uses, expires_at) = typed(&form, &mut problems);
    if problems.any() {
        return page_of(&site, page, &me, (form, problems)).await;
    }
    let viewer = me.viewer();
    let made = site.write(move |connection| {
        if lets_in(connection, &viewer)? == Admission::Refused {
            return Ok(Made::Closed);
        }
        crate::db::lock_members(connection, [viewer.id])?;
        let mine = links::of_member(connection, viewer.id)?;
        if mine.iter().any(|link| link.was_just_made(&label, most_uses, expires_at)) {
            return Ok(Made::Link);
        }
        let open = mine.iter().filter(|link| link.is_open()).count();
        if open >= MOST_OPEN {
            return Ok(Made::TooMany);
        }
        links::make(connection, viewer.id, &label, expires_at, most_uses)?;
        note(connection, &viewer, Act::InviteLinkMade, (None, &label)).map(|()| Made::Link)
    });
    match made.await? {
        Made::Link => redirect.done(t("The invite link is ready. Copy it, or show the QR code.")),
        Made::Closed => redirect.refused(said(Admission::Refused)),
        Made::TooMany => {
            let sentence = tf("You have {n} links that work. Revoke one before you make another.", number(MOST_OPEN));
            problems.add("label", sentence);
            return page_of(&site, page, &me, (form, problems)).await;
        }
    };
    Ok(redirect.to(if page.is_under("/admin") { "/admin/invites" } else { "/invite-links" }))
}

/// Logs what an administrator did; what other members do with their own links is theirs.
fn note(
    connection: &mut Connection,
    viewer: &Viewer,
    act: Act,
    (subject, detail): (Option<MemberId>, &str),
) -> Result<(), Error> {
    if !viewer.may_administer() {
        return Ok(());
    }
    audit::record(connection, Actor::Member(viewer.id), act, subject, detail)
}

/// `POST /invite-links/{code}/{deed}`: revokes a link, or takes that back.
///
/// # Errors
/// [`Error::NotFound`] where it is not one's own, nor is one an administrator; or the database's.
pub async fn change(
    site: SiteData,
    me: SignedIn,
    path: Path<(String, String)>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (code, deed) = path.into_inner();
    let revokes = match deed.as_str() {
        "revoke" => true,
        "restore" => false,
        _ => return Err(Error::NotFound),
    };
    let owner = links::owner_of(&code).filter(|owner| *owner == me.id || me.may_administer()).ok_or(Error::NotFound)?;
    let asked = code.clone();
    let (at, viewer) = (revokes.then(now), me.viewer());
    let has_room = site.write(move |connection| {
        crate::db::lock_members(connection, [owner])?;
        let theirs = links::of_member(connection, owner)?;
        let link = theirs.iter().find(|link| link.code == asked).ok_or(Error::NotFound)?;
        if link.revoked_at.is_some() == at.is_some() {
            // It is so already, as by a second press.
            return Ok(true);
        }
        if at.is_none() && theirs.iter().filter(|link| link.is_open()).count() >= MOST_OPEN {
            return Ok(false);
        }
        links::revoke(connection, (owner, &asked), at)?;
        let act = if at.is_some() { Act::InviteLinkEnded } else { Act::InviteLinkRestored };
        let subject = Some(owner).filter(|owner| *owner != viewer.id);
        note(connection, &viewer, act, (subject, &link.label)).map(|()| true)
    });
    match (has_room.await?, revokes) {
        (false, _) => {
            redirect.refused(tf("You have {n} links that work. Revoke one before you make another.", number(MOST_OPEN)))
        }
        (true, true) => {
            redirect.undoable(t("The link is revoked. Nobody can join by it."), format!("/invite-links/{code}/restore"))
        }
        (true, false) => redirect.done(t("The link works again.")),
    };
    Ok(redirect.back(if me.may_administer() { "/admin/invites" } else { "/invite-links" }))
}
