//! The screen of *Merge duplicates*.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::contacts::card::{Birthday, Card, MAX_NOTE, MAX_TAGS, MAX_VALUES, Valued};
use crate::contacts::duplicates::merged::TooMuch;
use crate::contacts::duplicates::{self, Apart, Found, Group, Merged, SHOWN};
use crate::contacts::keys::KeyKind;
use crate::contacts::pages::undo_of;
use crate::error::Error;
use crate::ids::{ContactId, MemberId};
use crate::language::filters;
use crate::language::{self, t, tf, tn};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::pagination::{ListPage, PageRequest};
use crate::web::site::SiteData;

#[derive(Template)]
#[template(path = "contacts/duplicates.html")]
struct Duplicates {
    page: Layout,
    groups: Vec<Group>,
    number: usize,
    problems: Problems,
    /// Those who were kept apart.
    apart: ListPage<Vec<Apart>>,
}

impl Duplicates {
    fn new(page: Layout, found: Found, at: &PageRequest, problems: Problems) -> Duplicates {
        let Found { groups, number, apart } = found;
        Duplicates { page, groups, number, problems, apart: ListPage::of_whole(apart, at) }
    }

    /// Where it is taken back that these are different people.
    fn undo(apart: &[Apart]) -> String {
        undo_apart(&apart.iter().map(|contact| contact.id).collect::<Vec<_>>())
    }

    /// The id of the first box of a group.
    fn first(group: &Group) -> String {
        group.contacts.first().map_or_else(String::new, |contact| format!("contact-{}", contact.id))
    }

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
            KeyKind::NameAndPhone | KeyKind::Alias => t("Name and phone"),
        };
        language::listed(group.shared.iter().map(word))
    }

    /// The values of a card, each with its label.
    fn values(card: &Card) -> Vec<(&'static str, String)> {
        let joined = |values: &[Valued]| language::listed(values.iter().map(|one| &one.value));
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
            (t("Birthday"), card.birthday.map_or_else(String::new, Birthday::long)),
            (t("Connected on"), day),
            (t("Private note"), card.note.clone()),
            (t("Tags"), language::listed(&card.tags)),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// `GET /contacts/duplicates`
///
/// # Errors
/// The database's.
pub async fn show(site: SiteData, page: Layout, me: SignedIn, Query(query): Query) -> Result<HttpResponse, Error> {
    let owner = me.id;
    let found = site.read_long(move |connection| duplicates::find(connection, owner)).await?;
    Duplicates::new(page, found, &PageRequest::of(&query), Problems::default()).show()
}

/// Where it is taken back that the contacts of these ids stay apart.
fn undo_apart(ids: &[ContactId]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    format!("/contacts/duplicates/{}/undo", ids.join("-"))
}

/// `POST /contacts/duplicates`: *Merge*, or *Different people*, of those who are ticked.
///
/// # Errors
/// The database's.
pub async fn answer(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let owner = me.id;
    let next = next_to(&form);
    let ids = ids(&form, "contact");
    if ids.len() < 2 {
        let sentence = match form.get("press") {
            "apart" => t("Tick two or more who are different people."),
            _ => t("Tick two or more to merge them."),
        };
        return again(&site, page, owner, &form, sentence).await;
    }
    if form.get("press") == "apart" {
        let undo = undo_apart(&ids);
        site.write(move |connection| duplicates::keep_apart(connection, owner, &ids)).await?;
        redirect.undoable(t("They stay apart, and are not suggested again."), undo);
        return Ok(redirect.to(&next));
    }
    let main = form.get("main").parse().ok().filter(|main| ids.contains(main)).or(ids.first().copied());
    let main = main.unwrap_or_default();
    match site.write(move |connection| duplicates::merge(connection, owner, main, &ids)).await? {
        Merged::Done(removal, name) => {
            redirect.undoable(tf("Merged into {name}. Every value is kept.", &name), undo_of(removal))
        }
        Merged::Gone => redirect.refused(t("These contacts were changed meanwhile. Look at them again.")),
        Merged::TooMuch(what) => return again(&site, page, owner, &form, &refusal(what)).await,
    };
    Ok(redirect.to(&next))
}

/// The group that takes the place of the one that was answered.
fn next_to(form: &Form) -> String {
    let place = form.get("place").parse::<usize>().map_or_else(|_| String::new(), |place| format!("#group-{place}"));
    format!("/contacts/duplicates{place}")
}

/// `POST /contacts/duplicates/{ids}/undo`: takes back that the contacts of these ids, with dashes between them, stay apart.
///
/// # Errors
/// The database's.
pub async fn undo(site: SiteData, me: SignedIn, ids: Path<String>, redirect: Redirect) -> Result<HttpResponse, Error> {
    let owner = me.id;
    let ids: Vec<ContactId> = ids.split('-').filter_map(|id| id.parse().ok()).take(MAX_VALUES).collect();
    site.write(move |connection| duplicates::suggest_again(connection, owner, &ids)).await?;
    redirect.done(t("They may be one person, and are suggested again."));
    Ok(redirect.to("/contacts/duplicates"))
}

fn ids(form: &Form, name: &str) -> Vec<ContactId> {
    let mut ids: Vec<ContactId> = Vec::new();
    for id in form.all(name).filter_map(|id| id.parse().ok()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// Shows the groups again, one with the ticks as they were and with what was wrong.
async fn again(
    site: &SiteData,
    page: Layout,
    owner: MemberId,
    form: &Form,
    sentence: &str,
) -> Result<HttpResponse, Error> {
    let mut found = site.read_long(move |connection| duplicates::find(connection, owner)).await?;
    let (of, ticked) = (ids(form, "of"), ids(form, "contact"));
    let mut problems = Problems::default();
    let here = found.groups.iter_mut().find(|group| group.contacts.iter().any(|contact| of.contains(&contact.id)));
    if let Some(group) = here {
        group.ticked = ticked.into_iter().collect();
        group.main = form.get("main").parse().ok().or(group.main);
        problems.add(&Duplicates::first(group), sentence);
    } else {
        problems.add("main", sentence);
    }
    Duplicates::new(page, found, &PageRequest::default(), problems).show_again()
}

/// Says of what the contacts have too much together, and what to do.
fn refusal(what: TooMuch) -> String {
    let values = |label: &str| {
        let most = language::number(MAX_VALUES);
        tf(
            "Together they have more than {most} of these: {what}. Delete some of them, then merge.",
            (most.as_str(), label),
        )
    };
    match what {
        TooMuch::Note => {
            let most = language::number(MAX_NOTE);
            tf("Together their private notes have more than {most} characters. Shorten one of them, then merge.", &most)
        }
        TooMuch::Tags => {
            tf("Together they have more than {most} tags. Take some off, then merge.", language::number(MAX_TAGS))
        }
        TooMuch::Emails => values(t("E-mail")),
        TooMuch::Phones => values(t("Phone")),
        TooMuch::Links => values(t("Links")),
        TooMuch::Addresses => values(t("Addresses")),
        TooMuch::Properties => {
            t("Together they have more from files and devices, such as pictures, than a contact can keep. Merge fewer.")
                .to_owned()
        }
    }
}
