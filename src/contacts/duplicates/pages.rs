//! The screen of *Merge duplicates*.

use actix_web::HttpResponse;
use askama::Template;

use crate::contacts::card::{Card, Valued};
use crate::contacts::duplicates::{self, Group, SHOWN};
use crate::contacts::keys::KeyKind;
use crate::contacts::pages::{birthday, undo_of};
use crate::error::Error;
use crate::ids::ContactId;
use crate::language::filters;
use crate::language::{self, t, tf, tn};
use crate::web::form::Form;
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "contacts/duplicates.html")]
struct Duplicates {
    page: Layout,
    groups: Vec<Group>,
    number: usize,
}

impl Duplicates {
    fn found(&self) -> String {
        tn(self.number, "{n} group of contacts may be one person.", "{n} groups of contacts may be one person each.")
    }

    fn is_cut(&self) -> bool {
        self.number > SHOWN
    }

    /// What the contacts of a group share, in words.
    fn shared(group: &Group) -> String {
        let word = |kind: &KeyKind| match kind {
            KeyKind::Email => t("E-mail"),
            KeyKind::Phone => t("Phone"),
            KeyKind::Profile => t("Profile"),
            KeyKind::NameAndCompany => t("Name and company"),
            KeyKind::NameAndPhone => t("Name and phone"),
        };
        group.shared.iter().map(word).collect::<Vec<_>>().join(", ")
    }

    /// The values of a card, each with its label.
    fn values(card: &Card) -> Vec<(&'static str, String)> {
        let joined = |values: &[Valued]| values.iter().map(|one| one.value.as_str()).collect::<Vec<_>>().join(", ");
        let addresses = card.addresses.iter().map(|one| one.on_a_line()).collect::<Vec<_>>().join("; ");
        let day = card.connected_on.map_or_else(String::new, |day| language::date(day.year(), day.month(), day.day()));
        let all = [
            (t("Company"), card.company.clone()),
            (t("Position"), card.position.clone()),
            (t("Department"), card.department.clone()),
            (t("E-mail"), joined(&card.emails)),
            (t("Phone"), joined(&card.phones)),
            (t("Links"), joined(&card.links)),
            (t("Addresses"), addresses),
            (t("Birthday"), card.birthday.map_or_else(String::new, birthday)),
            (t("Connected on"), day),
            (t("Private note"), card.note.clone()),
            (t("Tags"), card.tags.join(", ")),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// `GET /contacts/duplicates`
///
/// # Errors
/// The database's.
pub async fn show(site: SiteData, page: Layout, me: SignedIn) -> Result<HttpResponse, Error> {
    let owner = me.id;
    let (groups, number) = site.read_long(move |connection| duplicates::groups(connection, owner)).await?;
    Duplicates { page, groups, number }.show()
}

/// `POST /contacts/duplicates`: *Merge*, or *Different people*.
///
/// # Errors
/// The database's.
pub async fn answer(site: SiteData, me: SignedIn, form: Form, redirect: Redirect) -> Result<HttpResponse, Error> {
    let owner = me.id;
    let ids: Vec<ContactId> = form.all("contact").filter_map(|id| id.parse().ok()).collect();
    if form.get("press") == "apart" {
        site.write(move |connection| duplicates::keep_apart(connection, owner, &ids)).await?;
        redirect.done(t("They stay apart, and are not suggested again."));
        return Ok(redirect.to("/contacts/duplicates"));
    }
    let main = form.get("main").parse().ok().or(ids.first().copied()).unwrap_or_default();
    match site.write(move |connection| duplicates::merge(connection, owner, main, &ids)).await? {
        Some((removal, name)) => {
            redirect.undoable(tf("Merged into {name}. Every value is kept.", &name), undo_of(removal))
        }
        None => redirect.refused(t("These contacts were changed meanwhile. Look at them again.")),
    };
    Ok(redirect.to("/contacts/duplicates"))
}
