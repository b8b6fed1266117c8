//! The forms of one's own profile, each a small page; with scripts it opens over the page that its link stands on.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::connections::visible;
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{LinkId, PositionId};
use crate::language::filters;
use crate::language::{t, tf};
use crate::members::store::{self, Kind};
use crate::members::{handles, removed, sorting};
use crate::profiles::edit;
use crate::relationship::Limits;
use crate::web::form::{Form, Problems};
use crate::web::notices::Notice;
use crate::web::page::{Layout, Redirect, Render, SignedIn, local};
use crate::web::site::{Site, SiteData};
use crate::web::viewer::Viewer;

/// What of a profile a form is for; an id is that of what is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Name, headline and location.
    Summary,
    /// The text about oneself.
    About,
    /// The handle.
    Handle,
    /// The photo.
    Photo,
    /// A position or a school.
    Place(Kind, Option<PositionId>),
    /// A link.
    Link(Option<LinkId>),
}

impl Section {
    /// The section of an address below `/profile`.
    fn of(word: &str) -> Option<Section> {
        match word {
            "about" => Some(Section::About),
            "handle" => Some(Section::Handle),
            "photo" => Some(Section::Photo),
            "positions" => Some(Section::Place(Kind::Position, None)),
            "education" => Some(Section::Place(Kind::Education, None)),
            "links" => Some(Section::Link(None)),
            _ => None,
        }
    }

    /// Where its form is, and posts to.
    fn path(self) -> String {
        match self {
            Section::Summary => "/profile".into(),
            Section::About => "/profile/about".into(),
            Section::Handle => "/profile/handle".into(),
            Section::Photo => "/profile/photo".into(),
            Section::Place(Kind::Position, None) => "/profile/positions".into(),
            Section::Place(Kind::Education, None) => "/profile/education".into(),
            Section::Place(_, Some(id)) => format!("/profile/positions/{id}"),
            Section::Link(None) => "/profile/links".into(),
            Section::Link(Some(id)) => format!("/profile/links/{id}"),
        }
    }

    fn title(self) -> &'static str {
        match self {
            Section::Summary => t("Edit name, headline and location"),
            Section::About => t("Edit about"),
            Section::Handle => t("Change the address of this profile"),
            Section::Photo => t("Your photo"),
            Section::Place(Kind::Position, None) => t("Add a position"),
            Section::Place(Kind::Position, _) => t("Edit the position"),
            Section::Place(Kind::Education, None) => t("Add a school"),
            Section::Place(Kind::Education, _) => t("Edit the school"),
            Section::Link(None) => t("Add a link"),
            Section::Link(_) => t("Edit the link"),
        }
    }

    /// The names and labels of the fields that say what, and where.
    fn place_fields(self) -> ((&'static str, &'static str), (&'static str, &'static str)) {
        match self {
            Section::Place(Kind::Education, _) => (("degree", t("Degree")), ("school", t("School"))),
            _ => (("title", t("Title")), ("company", t("Company"))),
        }
    }

    /// Whether what it is for can be removed.
    fn is_there(self) -> bool {
        matches!(self, Section::Place(_, Some(_)) | Section::Link(Some(_)))
    }
}

#[derive(Template)]
#[template(path = "members/edit.html")]
struct EditPage {
    page: Layout,
    section: Section,
    form: Form,
    problems: Problems,
    /// The page that the form leads back to.
    back: String,
    handle: String,
    has_photo: bool,
    /// How the name sorts, or what a change of the handle costs.
    hint: String,
    /// What was removed of this kind, and can be brought back.
    removed: Vec<Removed>,
}

/// Something that was removed, with where it is brought back.
struct Removed {
    what: String,
    at: i64,
    undo: String,
}

impl Removed {
    fn day(&self) -> String {
        dates::long(self.at)
    }

    fn day_iso(&self) -> String {
        dates::iso(self.at)
    }

    /// Lists what can be brought back on the page of a section.
    fn of(connection: &mut Connection, me: &Viewer, section: Section) -> Result<Vec<Removed>, Error> {
        let place = |one: removed::Removed<PositionId>| Removed {
            undo: format!("/profile/positions/{}/restore", one.id),
            what: one.what,
            at: one.at,
        };
        let link = |one: removed::Removed<LinkId>| Removed {
            undo: format!("/profile/links/{}/restore", one.id),
            what: one.what,
            at: one.at,
        };
        let photo = |at: i64| Removed { undo: "/profile/photo/restore".into(), what: t("Photo").into(), at };
        Ok(match section {
            Section::Photo if me.photo.is_empty() => {
                removed::photo_removed_at(connection, me.id)?.map(photo).into_iter().collect()
            }
            Section::Place(kind, None) => {
                removed::removed_positions(connection, me.id, kind)?.into_iter().map(place).collect()
            }
            Section::Link(None) => removed::removed_links(connection, me.id)?.into_iter().map(link).collect(),
            _ => Vec::new(),
        })
    }
}

/// `GET /profile`: the form of name, headline and location.
///
/// # Errors
/// The database's.
pub async fn summary(site: SiteData, page: Layout, me: SignedIn, redirect: Redirect) -> Result<HttpResponse, Error> {
    show(&site, page, me, Section::Summary, &redirect).await
}

/// `GET /profile/{word}`: the form of a section, or of something new in it.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn section(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    word: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let section = Section::of(&word).ok_or(Error::NotFound)?;
    show(&site, page, me, section, &redirect).await
}

/// `GET /profile/positions/{id}`: the form of a position or school.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's, or the database's.
pub async fn place(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<PositionId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (member, id) = (me.id, *id);
    let kind = site.read(move |connection| Ok(store::position(connection, member, id)?.which())).await?;
    show(&site, page, me, Section::Place(kind, Some(id)), &redirect).await
}

/// `GET /profile/links/{id}`: the form of a link.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's, or the database's.
pub async fn link(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<LinkId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    show(&site, page, me, Section::Link(Some(*id)), &redirect).await
}

async fn show(
    site: &Site,
    page: Layout,
    me: SignedIn,
    section: Section,
    redirect: &Redirect,
) -> Result<HttpResponse, Error> {
    let (limits, viewer) = (site.limits(), me.viewer());
    let (form, beside) = site
        .read(move |connection| {
            Ok((stored(connection, &limits, &viewer, section)?, beside(connection, &limits, &viewer, section)?))
        })
        .await?;
    // Whoever came from the first steps goes on with them.
    let back = redirect.came_from().filter(|path| path == "/").unwrap_or_else(|| page.profile());
    edit_page(page, &me, section, (form, Problems::default()), back, beside).show()
}

/// The form again, with what was typed and its problems.
///
/// # Errors
/// The database's.
pub async fn again(
    site: &Site,
    page: Layout,
    me: SignedIn,
    section: Section,
    form: Form,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (limits, viewer) = (site.limits(), me.viewer());
    let beside = site.read(move |connection| beside(connection, &limits, &viewer, section)).await?;
    let back = local(form.get("back")).unwrap_or_else(|| page.profile());
    edit_page(page, &me, section, (form, problems), back, beside).show_again()
}

/// The form again, with what was typed in it, where *Undo* beside it was pressed: it says that what was removed is back, or why not.
///
/// # Errors
/// The database's.
pub async fn beside_undo(
    site: &Site,
    mut page: Layout,
    me: SignedIn,
    section: Section,
    form: Form,
    done: Result<String, String>,
) -> Result<HttpResponse, Error> {
    let (limits, viewer) = (site.limits(), me.viewer());
    let beside = site.read(move |connection| beside(connection, &limits, &viewer, section)).await?;
    let back = local(form.get("back")).unwrap_or_else(|| page.profile());
    let refused = done.is_err();
    let (Ok(text) | Err(text)) = done;
    page.notices.push(Notice::new(text, None, refused, Some(me.id)));
    let again = edit_page(page, &me, section, (form, Problems::default()), back, beside);
    if refused { again.show_again() } else { again.show() }
}

fn edit_page(
    page: Layout,
    me: &SignedIn,
    section: Section,
    (form, problems): (Form, Problems),
    back: String,
    (hint, removed): (String, Vec<Removed>),
) -> EditPage {
    let (handle, has_photo) = (me.handle.clone(), !me.photo.is_empty());
    EditPage { page, section, form, problems, back, handle, has_photo, hint, removed }
}

/// What is stored, as the fields show it.
fn stored(connection: &mut Connection, limits: &Limits, me: &Viewer, section: Section) -> Result<Form, Error> {
    Ok(match section {
        Section::Handle => Form::of([("handle", &me.handle)]),
        Section::Photo | Section::Place(_, None) | Section::Link(None) => Form::default(),
        Section::Summary | Section::About => {
            let (profile, _) = visible::member(connection, limits, me.id, &me.handle)?;
            let person = &profile.person;
            Form::of([
                ("full_name", &person.full_name),
                ("sort_as", &profile.sort_as),
                ("headline", &person.headline),
                ("location", &person.location),
                ("about", &profile.about),
            ])
        }
        Section::Place(kind, Some(id)) => {
            let row = store::position(connection, me.id, id)?;
            let (title, organisation) = kind.fields();
            Form::of([
                (title, &row.title),
                (organisation, &row.organisation),
                ("from", &row.started),
                ("until", &row.ended),
                ("description", &row.description),
            ])
        }
        Section::Link(Some(id)) => {
            let row = store::link(connection, me.id, id)?;
            Form::of([("address", &row.url), ("label", &row.label)])
        }
    })
}

/// What stands beside the fields: a hint, and what can be brought back.
fn beside(
    connection: &mut Connection,
    limits: &Limits,
    me: &Viewer,
    section: Section,
) -> Result<(String, Vec<Removed>), Error> {
    Ok((hint(connection, limits, me, section)?, Removed::of(connection, me, section)?))
}

fn hint(connection: &mut Connection, limits: &Limits, me: &Viewer, section: Section) -> Result<String, Error> {
    Ok(match section {
        Section::Summary => tf(
            "In lists by last name you are “{name}”. If that is wrong, write it like this: last name, first name.",
            sorting::guess(&me.full_name),
        ),
        Section::Handle => {
            let hint =
                t("The last part of the address. The old one leads here for a year; taking it back is a change too.");
            format!("{hint} {}", edit::handle_changes(handles::changes(connection, limits, me.id)?))
        }
        _ => String::new(),
    })
}
