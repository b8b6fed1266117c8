//! A contact's page, the form in which it is made and changed, and *Delete contact*.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::contacts::card::{Birthday, Card, Valued};
use crate::contacts::list::hue;
use crate::contacts::membership::{self, Member};
use crate::contacts::store::{self, Contact, MAX_CONTACTS};
use crate::contacts::typed::{self, Typed, months, web_address};
use crate::contacts::{change, keys, tags};
use crate::dates;
use crate::error::Error;
use crate::ids::{ContactId, ContactRemovalId};
use crate::language::filters;
use crate::language::{self, t, tf, tn};
use crate::members::names;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render, SignedIn, see_other};
use crate::web::site::SiteData;

fn home(id: ContactId) -> String {
    format!("/contacts/{id}")
}

#[derive(Template)]
#[template(path = "contacts/contact.html")]
struct ContactPage {
    page: Layout,
    id: ContactId,
    contact: Contact,
    name: String,
    member: Option<Member>,
}

impl ContactPage {
    fn initials(&self) -> String {
        names::initials(&self.name)
    }

    fn hue(&self) -> i64 {
        hue(self.id)
    }

    fn work(&self) -> String {
        let card = &self.contact.card;
        let parts = [card.position.as_str(), card.department.as_str(), card.company.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    fn birthday(&self) -> String {
        self.contact.card.birthday.map_or_else(String::new, Birthday::long)
    }

    fn connected_on(&self) -> Option<(String, String)> {
        let day = self.contact.card.connected_on?;
        Some((day.to_string(), language::date(day.year(), day.month(), day.day())))
    }

    /// Where a link leads; nothing for what is no web address.
    fn address_of(link: &Valued) -> Option<String> {
        web_address(&link.value)
    }

    /// The number as a phone dials it; nothing for what is none.
    fn dialled(phone: &Valued) -> Option<String> {
        keys::phone_key(&phone.value)?;
        let plus = if phone.value.trim().starts_with('+') { "+" } else { "" };
        Some(format!("{plus}{}", phone.value.chars().filter(char::is_ascii_digit).collect::<String>()))
    }
}

/// `GET /contacts/{id}`
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's; the database's.
pub async fn contact(site: SiteData, page: Layout, me: SignedIn, id: Path<ContactId>) -> Result<HttpResponse, Error> {
    let (id, viewer, limits) = (*id, me.viewer(), site.limits());
    let (contact, member) = site
        .read(move |connection| {
            let contact = store::load(connection, viewer.id, id)?;
            let member = membership::of(connection, &limits, &viewer, &[id])?.remove(&id);
            Ok((contact, member))
        })
        .await?;
    let name = contact.card.name();
    ContactPage { page, id, contact, name, member }.show()
}

#[derive(Template)]
#[template(path = "contacts/form.html")]
struct FormPage {
    page: Layout,
    /// The contact that is changed, and its name as it is stored; nothing where one is added.
    changed: Option<(ContactId, String)>,
    /// The version that the page was made from.
    version: i64,
    typed: Typed,
    problems: Problems,
    /// Tags that the field suggests.
    words: Vec<String>,
}

impl FormPage {
    fn title(&self) -> &'static str {
        if self.changed.is_some() { t("Edit contact") } else { t("Add contact") }
    }

    fn action(&self) -> String {
        self.changed.as_ref().map_or_else(|| "/contacts/new".to_owned(), |(id, _)| format!("/contacts/{id}/edit"))
    }

    fn back(&self) -> String {
        self.changed.as_ref().map_or_else(|| "/contacts".to_owned(), |(id, _)| home(*id))
    }

    /// What the page that it leads back to is called.
    fn parent(&self) -> &str {
        self.changed.as_ref().map_or(t("Contacts"), |(_, name)| name.as_str())
    }

    fn problem_of(&self, name: &str, index: &usize) -> &str {
        if *index == 0 { self.problems.of(name) } else { "" }
    }

    /// The id of a field in a row; the first has the name alone, which a problem leads to.
    fn id_of(name: &str, index: &usize) -> String {
        if *index == 0 { name.to_owned() } else { format!("{name}-{}", index + 1) }
    }

    fn months() -> Vec<(String, String)> {
        months()
    }
}

/// `GET /contacts/new`
///
/// # Errors
/// The database's.
pub async fn new_form(site: SiteData, page: Layout, me: SignedIn) -> Result<HttpResponse, Error> {
    let words = words(&site, &me).await?;
    let (typed, problems) = (Typed::of(&Card::default()), Problems::default());
    FormPage { page, changed: None, version: 0, typed, problems, words }.show()
}

async fn words(site: &SiteData, me: &SignedIn) -> Result<Vec<String>, Error> {
    let id = me.id;
    site.read(move |connection| tags::vocabulary(connection, id)).await
}

/// Shows the form again: with the problems, or with more rows.
async fn again(
    site: &SiteData,
    page: Layout,
    me: &SignedIn,
    (changed, version): (Option<(ContactId, String)>, i64),
    (form, problems): (Form, Problems),
) -> Result<HttpResponse, Error> {
    let words = words(site, me).await?;
    let page = FormPage { page, changed, version, typed: Typed::again(form), problems, words };
    if page.problems.any() { page.show_again() } else { page.show() }
}

/// `POST /contacts/new`: adds one, or with *Add another* gives more rows to type in.
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
    let mut problems = Problems::default();
    if form.has("more") {
        return again(&site, page, &me, (None, 0), (form, problems)).await;
    }
    let card = typed::card(&form, &mut problems, &Card::default());
    if problems.any() {
        return again(&site, page, &me, (None, 0), (form, problems)).await;
    }
    let owner = me.id;
    let added = site.write(move |connection| change::add_once(connection, owner, card));
    let Some(id) = added.await? else {
        problems.add("full_name", typed::full(MAX_CONTACTS));
        return again(&site, page, &me, (None, 0), (form, problems)).await;
    };
    redirect.done(t("Contact added."));
    Ok(redirect.to(&home(id)))
}

/// `GET /contacts/{id}/edit`
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's; the database's.
pub async fn edit_form(site: SiteData, page: Layout, me: SignedIn, id: Path<ContactId>) -> Result<HttpResponse, Error> {
    let (id, owner) = (*id, me.id);
    let (contact, words) = site
        .read(move |connection| Ok((store::load(connection, owner, id)?, tags::vocabulary(connection, owner)?)))
        .await?;
    let (typed, problems) = (Typed::of(&contact.card), Problems::default());
    let changed = Some((id, contact.card.name()));
    FormPage { page, changed, version: contact.version, typed, problems, words }.show()
}

/// `POST /contacts/{id}/edit`: changes one, unless it was changed by another hand since the page was made.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's; the database's.
pub async fn edit(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<ContactId>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (id, owner) = (*id, me.id);
    let before = site.read(move |connection| store::load(connection, owner, id)).await?;
    let stored = Some((id, before.card.name()));
    let seen = form.get("version").parse().unwrap_or(before.version);
    let mut problems = Problems::default();
    if form.has("more") {
        return again(&site, page, &me, (stored, seen), (form, problems)).await;
    }
    let card = typed::card(&form, &mut problems, &before.card);
    if problems.any() {
        return again(&site, page, &me, (stored, seen), (form, problems)).await;
    }
    let changed = site.write(move |connection| change::edit(connection, owner, (id, seen), card));
    if let Some(version) = changed.await? {
        problems.add(
            "full_name",
            t("This contact was changed since you opened this page. Look at it in another tab, then save again."),
        );
        return again(&site, page, &me, (stored, version), (form, problems)).await;
    }
    redirect.done(t("Contact saved."));
    Ok(redirect.to(&home(id)))
}

/// `POST /contacts/{id}/delete`: *Delete contact*. Pressed twice, it just succeeds.
///
/// # Errors
/// The database's.
pub async fn delete(
    site: SiteData,
    me: SignedIn,
    id: Path<ContactId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (id, owner) = (*id, me.id);
    match site.write(move |connection| change::delete(connection, owner, id)).await? {
        Some(removal) => redirect.undoable(t("Contact deleted."), undo_of(removal)),
        None => redirect.done(t("Contact deleted.")),
    };
    Ok(see_other("/contacts"))
}

/// Says who keeps what a merge gave them though it was taken back.
pub(super) fn kept_more(names: &str) -> String {
    tf("These contacts were changed after a merge, and keep what it gave them: {names}", names)
}

/// Where *Undo* posts to.
pub(super) fn undo_of(removal: ContactRemovalId) -> String {
    format!("/contacts/removed/{removal}/undo")
}

/// `POST /contacts/removed/{id}/undo`: brings back what was deleted at once.
///
/// # Errors
/// [`Error::NotFound`], also for somebody else's; the database's.
pub async fn undo(
    site: SiteData,
    me: SignedIn,
    id: Path<ContactRemovalId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (removal, owner) = (*id, me.id);
    let back = site.write_bulk(move |connection| store::restore(connection, owner, removal)).await?;
    // By a second press they are back already.
    if back.number > 0 {
        let text = tn(back.number, "{n} contact is back, as it was.", "{n} contacts are back, as they were.");
        match back.changed {
            Some(name) => redirect.partly(format!("{text} {}", kept_more(&name)), None),
            None => redirect.done(text),
        };
    }
    Ok(redirect.back("/contacts"))
}
