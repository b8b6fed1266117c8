//! *Tags*: the page of them, the form that renames one, and the form that tags all that match a search.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::connections::list::{self, Filter};
use crate::connections::notes;
use crate::connections::tabs::Tabs;
use crate::dates;
use crate::error::Error;
use crate::ids::TagChangeId;
use crate::language::filters;
use crate::language::{t, tf, tn, tnf};
use crate::tags::{self, Recent, Tag};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn, see_other};
use crate::web::site::SiteData;

/// Where the tags are.
const HOME: &str = "/connections/tags";

#[derive(Template)]
#[template(path = "connections/tags.html")]
struct Tags {
    page: Layout,
    tags: Vec<Tag>,
    tabs: Tabs,
    /// What was changed in the last day.
    changed: Vec<Recent>,
}

impl Tags {
    fn undo(change: &Recent) -> String {
        undoing(change.id)
    }
}

impl Recent {
    /// What was done.
    fn sentence(&self) -> String {
        match (self.taken.as_str(), self.put.as_str()) {
            (taken, "") => tf("“{tag}” was deleted", taken),
            ("", put) => tf("“{tag}” was put on connections", put),
            both => tf("“{tag}” became “{name}”", both),
        }
    }

    fn day(&self) -> String {
        dates::long(self.at())
    }

    fn day_iso(&self) -> String {
        dates::iso(self.at())
    }
}

#[derive(Template)]
#[template(path = "connections/rename_tag.html")]
struct RenameTag {
    page: Layout,
    tag: String,
    form: Form,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "connections/tag_all.html")]
struct TagAll {
    page: Layout,
    filter: Filter,
    /// How many match.
    number: usize,
    known: Vec<String>,
    form: Form,
    problems: Problems,
}

/// `GET /connections/tags`
///
/// # Errors
/// The database's.
pub async fn page(site: SiteData, page: Layout, me: SignedIn, Query(query): Query) -> Result<HttpResponse, Error> {
    let mine = me.counted();
    let read = move |connection: &mut _| Ok((tags::counted(connection, mine.id)?, tags::recent(connection, mine.id)?));
    let (tags, changed) = site.read(read).await?;
    let tabs = Tabs::new(mine, query.get("from"));
    Tags { page, tags, tabs, changed }.show()
}

/// `GET /connections/tags/rename`: the form, for the tag of the query.
///
/// # Errors
/// The template's.
pub async fn rename_form(page: Layout, Query(query): Query) -> Result<HttpResponse, Error> {
    let tag = query.get("tag").to_owned();
    if tag.is_empty() {
        return Ok(see_other(HOME));
    }
    let form = Form::of([("name", tag.as_str())]);
    RenameTag { page, tag, form, problems: Problems::default() }.show()
}

/// `POST /connections/tags/rename`
///
/// # Errors
/// [`Error::NotFound`] where there is neither tag, or the database's.
pub async fn rename(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (id, tag) = (me.id, form.get("tag").to_owned());
    let mut problems = Problems::default();
    let name = notes::parse_one(&form, "name", t("Name"), &mut problems);
    if problems.any() {
        return RenameTag { page, tag, form, problems }.show_again();
    }
    if name == tag {
        return Ok(redirect.to(HOME));
    }
    let (old, wanted) = (tag.clone(), name.clone());
    let change = site.write_bulk(move |connection| tags::rename(connection, id, &tag, &name)).await?;
    let called = |name: &str| tf("The tag “{tag}” is called “{name}” now.", (old.as_str(), name));
    match change {
        Some(change) if change.merges => {
            let names = (old.as_str(), change.name.as_str());
            redirect.undoable(tf("The tag “{tag}” is merged into “{name}”.", names), undoing(change.id))
        }
        Some(change) => redirect.undoable(called(&change.name), undoing(change.id)),
        None => redirect.done(called(&wanted)),
    };
    Ok(redirect.to(HOME))
}

/// `POST /connections/tags/delete`
///
/// # Errors
/// The database's.
pub async fn delete(site: SiteData, me: SignedIn, form: Form, redirect: Redirect) -> Result<HttpResponse, Error> {
    let (id, tag) = (me.id, form.get("tag").to_owned());
    let told = tf("The tag “{tag}” is deleted.", &tag);
    match site.write_bulk(move |connection| tags::delete(connection, id, &tag)).await? {
        Some(change) => redirect.undoable(told, undoing(change.id)),
        None => redirect.done(told),
    };
    Ok(redirect.to(HOME))
}

/// `GET /connections/tags/add`: the form, for all that match the query.
///
/// # Errors
/// The database's.
pub async fn add_form(site: SiteData, page: Layout, me: SignedIn, Query(query): Query) -> Result<HttpResponse, Error> {
    let filter = Filter::of(&query);
    // Without a filter, as behind a page that is asked for again by its address alone, that would be everybody.
    if !filter.narrows() {
        return Ok(see_other("/connections"));
    }
    let (number, known) = matching(&site, &me, &filter).await?;
    TagAll { page, filter, number, known, form: Form::default(), problems: Problems::default() }.show()
}

/// `POST /connections/tags/add`
///
/// # Errors
/// The database's.
pub async fn add(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let filter = Filter::of(&form);
    let mut problems = Problems::default();
    let tag = notes::parse_one(&form, "new_tag", t("Tag"), &mut problems);
    if problems.any() {
        let (number, known) = matching(&site, &me, &filter).await?;
        return TagAll { page, filter, number, known, form, problems }.show_again();
    }
    let (mine, asked) = (me.counted(), filter.clone());
    let (matched, (tagged, change)) = site
        .write_bulk(move |connection| {
            let all = list::all(connection, mine.id, &asked)?;
            Ok((all.len(), tags::tag_all(connection, mine.id, &all, &tag)?))
        })
        .await?;
    let mut done = tnf(
        tagged,
        "{n} connection has the tag “{tag}” now.",
        "{n} connections have the tag “{tag}” now.",
        &change.name,
    );
    if matched > tagged {
        done.push(' ');
        done.push_str(&tn(
            matched - tagged,
            "{n} has as many tags as one person can have, and was left as it is.",
            "{n} have as many tags as one person can have, and were left as they are.",
        ));
    }
    redirect.undoable(done, undoing(change.id));
    Ok(redirect.to(&format!("/connections?{}", filter.with("", ""))))
}

/// `POST /connections/tags/{id}/undo`
///
/// # Errors
/// The database's.
pub async fn undo(
    site: SiteData,
    me: SignedIn,
    change: Path<TagChangeId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (me, change) = (me.id, change.into_inner());
    site.write_bulk(move |connection| tags::undo(connection, me, change)).await?;
    redirect.done(t("The tags are as they were."));
    Ok(redirect.back(HOME))
}

fn undoing(change: TagChangeId) -> String {
    format!("{HOME}/{change}/undo")
}

/// How many match, and which tags there are to choose from.
async fn matching(site: &SiteData, me: &SignedIn, filter: &Filter) -> Result<(usize, Vec<String>), Error> {
    let (mine, filter) = (me.counted(), filter.clone());
    site.read_walking(mine.number, move |connection| {
        Ok((list::all(connection, mine.id, &filter)?.len(), notes::all(connection, mine.id)?))
    })
    .await
}

impl TagAll {
    fn title(&self) -> String {
        tn(self.number, "Tag {n} connection", "Tag {n} connections")
    }
}
