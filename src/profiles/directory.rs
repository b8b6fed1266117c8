//! *People*: searching members; each card has the action that fits.

use actix_web::HttpResponse;
use askama::Template;

use crate::connections::allowance::own_hindrance;
use crate::connections::refusal::in_place_of_button;
use crate::connections::standing::{self, Standing};
use crate::db::Connection;
use crate::error::Error;
use crate::language::filters;
use crate::language::{number, tf, tnf};
use crate::members::{MemberCard, search};
use crate::network::found;
use crate::network::suggestions::{self, Shared, Suggestion};
use crate::relationship::Limits;
use crate::web::form::Query;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::site::SiteData;
use crate::web::viewer::Viewer;

/// Cards on a page.
const CARDS: usize = 20;

/// Somebody and how the viewer stands to them.
#[derive(Debug)]
pub struct Card {
    /// Who.
    pub person: MemberCard,
    /// How the viewer stands to them.
    pub standing: Standing,
    /// What else is said, e.g. how many connections are shared.
    pub remark: String,
    /// Why they cannot be invited now, for the viewer's own reasons.
    pub hindrance: String,
}

#[derive(Template)]
#[template(path = "members/people.html")]
struct People {
    page: Layout,
    q: String,
    cards: Vec<Card>,
    found: String,
    previous: Option<String>,
    next: Option<String>,
}

/// `GET /people`; without words, people one may know.
///
/// # Errors
/// The database's.
pub async fn people(site: SiteData, page: Layout, me: SignedIn, Query(query): Query) -> Result<HttpResponse, Error> {
    let q: String = query.get("q").trim().chars().take(200).collect();
    let number = query.get("page").parse::<usize>().unwrap_or(1).clamp(1, search::MAX_FOUND as usize / CARDS);
    let (limits, cache, viewer, words) = (site.limits, site.cache.clone(), me.viewer(), q.clone());
    let (cards, total) = site
        .read_long(move |connection| {
            let (people, total) = if words.is_empty() {
                let known = suggestions::for_member(connection, &cache, &viewer, CARDS)?;
                (known, 0)
            } else {
                let ids = found::members(connection, &cache, viewer.counted(), &words)?;
                let first = ((number - 1) * CARDS).min(ids.len());
                let persons = crate::members::persons(connection, &ids[first..ids.len().min(first + CARDS)])?;
                (
                    persons.into_iter().map(|person| Suggestion { person, mutual: Shared::Exactly(0) }).collect(),
                    ids.len(),
                )
            };
            let people = people.into_iter().map(|one| (one.remark(), one.person)).collect();
            Ok((cards(connection, &limits, &viewer, people)?, total))
        })
        .await?;
    let link = |number: usize| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &q).append_pair("page", &number.to_string()).finish()
    };
    let previous = (number > 1).then(|| link(number - 1));
    let next = (number * CARDS < total).then(|| link(number + 1));
    let found = found(total, &q);
    People { page, q, cards, found, previous, next }.show()
}

/// Says of each how the viewer stands to them, beside a remark.
pub(super) fn cards(
    connection: &mut Connection,
    limits: &Limits,
    viewer: &Viewer,
    people: Vec<(String, MemberCard)>,
) -> Result<Vec<Card>, Error> {
    let ids: Vec<i64> = people.iter().map(|(_, person)| person.id).collect();
    let mut standings = standing::many(connection, limits, viewer.id, &ids)?;
    let card = |(remark, person): (String, MemberCard)| {
        let standing = standings.remove(&person.id).unwrap_or_else(Standing::none);
        let hindrance = match own_hindrance(viewer, limits, &standing) {
            Some(refusal) => in_place_of_button(refusal, &person.full_name),
            None => String::new(),
        };
        Card { person, standing, remark, hindrance }
    };
    Ok(people.into_iter().map(card).collect())
}

fn found(total: usize, q: &str) -> String {
    if total as i64 >= search::MAX_FOUND {
        let most = number(search::MAX_FOUND);
        return tf("More than {most} people match “{words}”. Add a word to narrow it down.", (&most, q));
    }
    tnf(total, "{n} person matches “{words}”", "{n} people match “{words}”", q)
}
