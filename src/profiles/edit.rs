//! Changes of one's own profile: each of its forms posts to one of these, and leads back to the page it was opened from.

use actix_web::HttpResponse;
use actix_web::web::Path;

use crate::connections::store as connections;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{LinkId, MemberId, PositionId};
use crate::language::{number, t, tf};
use crate::limits::Limit;
use crate::members::handles::{self, Changes, Refused};
use crate::members::names;
use crate::members::removed;
use crate::members::store::{self, Kind, Link, Position};
use crate::profiles::forms::{self, Section};
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, SignedIn, local, refused_until, see_other};
use crate::web::site::SiteData;
use crate::{accounts, dates, text};

fn home(me: &SignedIn) -> String {
    format!("/in/{}", me.handle)
}

/// Leads to the page that the form was opened from.
fn done(redirect: &Redirect, form: &Form, me: &SignedIn) -> HttpResponse {
    redirect.done(t("Your profile is saved."));
    see_other(&local(form.get("back")).unwrap_or_else(|| home(me)))
}

/// What stands first on a profile, checked.
#[derive(Debug, Clone)]
pub struct Summary {
    name: String,
    sort_as: String,
    headline: String,
    location: String,
}

impl Summary {
    /// Reads a form, and notes what is wrong with it.
    pub fn of(form: &Form, problems: &mut Problems) -> Summary {
        Summary {
            name: accounts::full_name(form, problems),
            sort_as: problems.line(form, "sort_as", t("Sort as"), (0, names::LONGEST)),
            headline: problems.line(form, "headline", t("Headline"), (0, 200)),
            location: problems.line(form, "location", t("Location"), (0, 100)),
        }
    }

    /// Saves it, and lets the lists of others follow the name.
    ///
    /// # Errors
    /// The database's.
    pub fn save(&self, connection: &mut Connection, member: MemberId) -> Result<(), Error> {
        let renamed = store::rename(connection, member, &self.name, &self.sort_as)?;
        connections::follow_name(connection, &renamed)?;
        store::describe(connection, member, &self.headline, &self.location)
    }
}

/// Reads what a member says about themselves.
pub fn about_of(form: &Form, problems: &mut Problems) -> String {
    problems.text(form, "about", t("About"), (0, 2_000))
}

/// `POST /profile`: name, what it sorts as, headline and location.
///
/// # Errors
/// The database's.
pub async fn summary(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let summary = Summary::of(&form, &mut problems);
    if problems.any() {
        return forms::again(&site, page, me, Section::Summary, form, problems).await;
    }
    let id = me.id;
    site.write(move |connection| summary.save(connection, id)).await?;
    Ok(done(&redirect, &form, &me))
}

/// `POST /profile/about`
///
/// # Errors
/// The database's.
pub async fn about(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let about = about_of(&form, &mut problems);
    if problems.any() {
        return forms::again(&site, page, me, Section::About, form, problems).await;
    }
    let id = me.id;
    site.write(move |connection| store::write_about(connection, id, &about)).await?;
    Ok(done(&redirect, &form, &me))
}

/// `POST /profile/handle`: the old one leads to the new one.
///
/// # Errors
/// The database's.
pub async fn handle(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let handle = form.get("handle").trim().to_lowercase();
    if !names::is_handle(&handle) {
        problems.add("handle", t("A handle has 3 to 40 characters: a to z, 0 to 9, and hyphens between them."));
    } else if handles::is_reserved(&handle) {
        problems.add("handle", t("This handle is reserved. Choose another."));
    } else {
        let (id, limits, wanted) = (me.id, site.limits(), handle.clone());
        match site.write(move |connection| handles::change(connection, &limits, id, &wanted)).await? {
            Ok(changes) => {
                let told = t("Your address is changed. The old one leads here for a year.");
                redirect.done(format!("{told} {}", handle_changes(changes)));
                return Ok(redirect.to(&format!("/in/{handle}")));
            }
            Err(Refused::Taken) => problems.add("handle", t("Somebody else has this handle, or had it before.")),
            Err(Refused::TooOften(changes)) => {
                problems.add("handle", handle_changes(changes));
                let again = forms::again(&site, page, me, Section::Handle, form, problems).await?;
                return Ok(refused_until(again, Limit::HandleChanges, changes.next.unwrap_or_default()));
            }
        }
    }
    forms::again(&site, page, me, Section::Handle, form, problems).await
}

/// Says how often the handle was changed lately, and when it can be changed again.
pub fn handle_changes(changes: Changes) -> String {
    let (made, most) = (number(changes.made), number(changes.most));
    let sentence = tf("You have changed your handle {made} of {most} times in the last 30 days.", (&made, &most));
    match changes.next {
        Some(next) => format!("{sentence} {}", tf("The next change comes free on {day}.", dates::long(next))),
        None => sentence,
    }
}

/// `POST /profile/positions` and `POST /profile/education`: adds one.
///
/// # Errors
/// The database's.
pub async fn add(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    kind: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let kind = match kind.as_str() {
        "positions" => Kind::Position,
        "education" => Kind::Education,
        _ => return Err(Error::NotFound),
    };
    let mut problems = Problems::default();
    let row = position(&form, &mut problems, kind, me.id);
    let section = Section::Place(kind, None);
    if problems.any() {
        return forms::again(&site, page, me, section, form, problems).await;
    }
    if !site.write(move |connection| store::add_position(connection, row)).await? {
        problems.add(
            kind.fields().0,
            tf("A profile has room for {most} positions and schools.", number(store::MAX_ENTRIES)),
        );
        return forms::again(&site, page, me, section, form, problems).await;
    }
    Ok(done(&redirect, &form, &me))
}

/// `POST /profile/positions/{id}`: changes one; a press on *Move up* or *Move down* moves it.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's, or the database's.
pub async fn change(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<PositionId>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (member, id) = (me.id, id.into_inner());
    if let up @ ("up" | "down") = form.get("move") {
        let up = up == "up";
        site.write(move |connection| store::move_position(connection, member, id, up)).await?;
        return Ok(redirect.to(&home(&me)));
    }
    let old = site.read(move |connection| store::position(connection, member, id)).await?;
    let kind = old.which();
    let mut problems = Problems::default();
    let mut row = position(&form, &mut problems, kind, member);
    if problems.any() {
        return forms::again(&site, page, me, Section::Place(kind, Some(id)), form, problems).await;
    }
    row.id = id;
    site.write(move |connection| store::change_position(connection, row)).await?;
    Ok(done(&redirect, &form, &me))
}

/// `POST /profile/positions/{id}/remove`
///
/// # Errors
/// The database's.
pub async fn remove(
    site: SiteData,
    me: SignedIn,
    id: Path<PositionId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (member, id) = (me.id, *id);
    site.write(move |connection| removed::remove_position(connection, member, id)).await?;
    redirect.undoable(t("Removed from your profile."), format!("/profile/positions/{id}/restore"));
    Ok(redirect.to(&home(&me)))
}

/// `POST /profile/positions/{id}/restore`: brings back what was removed.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn restore(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<PositionId>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (member, id) = (me.id, *id);
    let is_back = site.write(move |connection| removed::restore_position(connection, member, id)).await?;
    let full = tf("A profile has room for {most} positions and schools.", number(store::MAX_ENTRIES));
    restored(&site, page, me, form, if is_back { Ok(()) } else { Err(full) }, &redirect).await
}

/// Tells that something is back, or why not. What was typed in the form that the button stood beside is not lost: where there is
/// anything, the form comes back with it, as where a form was sent in vain.
async fn restored(
    site: &SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    done: Result<(), String>,
    redirect: &Redirect,
) -> Result<HttpResponse, Error> {
    let back = t("Your profile is as it was.");
    if let Some(section) = begun(&form) {
        return forms::beside_undo(site, page, me, section, form, done.map(|()| back.to_owned())).await;
    }
    match done {
        Ok(()) => redirect.done(back),
        Err(why) => redirect.refused(why),
    };
    Ok(redirect.to(&home(&me)))
}

/// The form of something new in which somebody has begun to type.
fn begun(form: &Form) -> Option<Section> {
    let section = match form {
        form if form.has("address") => Section::Link(None),
        form if form.has("degree") => Section::Place(Kind::Education, None),
        form if form.has("title") => Section::Place(Kind::Position, None),
        _ => return None,
    };
    let is_typed =
        |(name, value): &(String, String)| !["as", "back"].contains(&name.as_str()) && !value.trim().is_empty();
    form.fields().any(is_typed).then_some(section)
}

/// `POST /profile/links`
///
/// # Errors
/// The database's.
pub async fn add_link(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let (label, url) = link(&form, &mut problems);
    if problems.any() {
        return forms::again(&site, page, me, Section::Link(None), form, problems).await;
    }
    let id = me.id;
    if !site.write(move |connection| store::add_link(connection, id, label, url)).await? {
        problems.add("address", tf("A profile has room for {most} links.", number(store::MAX_ENTRIES)));
        return forms::again(&site, page, me, Section::Link(None), form, problems).await;
    }
    Ok(done(&redirect, &form, &me))
}

/// `POST /profile/links/{id}`: changes one.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's, or the database's.
pub async fn change_link(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<LinkId>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (member_id, id) = (me.id, *id);
    let mut problems = Problems::default();
    let (label, url) = link(&form, &mut problems);
    if problems.any() {
        site.read(move |connection| store::link(connection, member_id, id)).await?;
        return forms::again(&site, page, me, Section::Link(Some(id)), form, problems).await;
    }
    let row = Link { member_id, id, place: 0, label, url };
    site.write(move |connection| store::change_link(connection, row)).await?;
    Ok(done(&redirect, &form, &me))
}

/// `POST /profile/links/{id}/remove`
///
/// # Errors
/// The database's.
pub async fn remove_link(
    site: SiteData,
    me: SignedIn,
    id: Path<LinkId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (member, id) = (me.id, *id);
    site.write(move |connection| removed::remove_link(connection, member, id)).await?;
    redirect.undoable(t("Removed from your profile."), format!("/profile/links/{id}/restore"));
    Ok(redirect.to(&home(&me)))
}

/// `POST /profile/links/{id}/restore`: brings back what was removed.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn restore_link(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<LinkId>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (member, id) = (me.id, *id);
    let is_back = site.write(move |connection| removed::restore_link(connection, member, id)).await?;
    let full = tf("A profile has room for {most} links.", number(store::MAX_ENTRIES));
    restored(&site, page, me, form, if is_back { Ok(()) } else { Err(full) }, &redirect).await
}

/// Reads a link: its label, and its address, which is the label where there is none.
fn link(form: &Form, problems: &mut Problems) -> (String, String) {
    let typed = problems.line(form, "address", t("Address"), (1, 500));
    let label = problems.line(form, "label", t("Label"), (0, 60));
    let url = web_address(&typed).unwrap_or_default();
    if url.is_empty() && !problems.any() {
        problems.add("address", t("This does not look like a web address. Write it like https://example.org."));
    }
    (if label.is_empty() { plain(&url) } else { label }, url)
}

fn position(form: &Form, problems: &mut Problems, kind: Kind, member_id: MemberId) -> Position {
    let (title, organisation) = match kind {
        Kind::Position => (t("Title"), t("Company")),
        Kind::Education => (t("Degree"), t("School")),
    };
    let (title_field, organisation_field) = kind.fields();
    let least_title = usize::from(kind == Kind::Position);
    let row = Position {
        member_id,
        id: PositionId::default(),
        kind: kind as i16,
        place: 0,
        title: problems.line(form, title_field, title, (least_title, 100)),
        organisation: problems.line(form, organisation_field, organisation, (1, 100)),
        started: month(form, problems, "from"),
        ended: month(form, problems, "until"),
        description: problems.text(form, "description", t("Description"), (0, 1_000)),
    };
    if !problems.any()
        && !row.started.is_empty()
        && !row.ended.is_empty()
        && row.ended.as_str() < row.started.get(..row.ended.len()).unwrap_or(&row.started)
    {
        problems.add("until", t("The end is before the beginning."));
    }
    row
}

/// A month or a year as it is stored, or nothing.
fn month(form: &Form, problems: &mut Problems, field: &str) -> String {
    let text = text::line(form.get(field));
    let read = dates::read_month(&text);
    if read.is_none() && !text.is_empty() {
        problems.add(field, t("Write a year and, if you like, a month: 2019, 2019-03, 03/2019 or March 2019."));
    }
    read.unwrap_or(text)
}

/// A web address, of which only `http` and `https` may stand on a page.
fn web_address(typed: &str) -> Option<String> {
    let with_scheme = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url = url::Url::parse(&with_scheme).ok()?;
    let open = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    (open && url.host_str()?.contains('.')).then(|| url.to_string())
}

fn plain(url: &str) -> String {
    url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').chars().take(60).collect()
}
