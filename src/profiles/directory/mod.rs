//! *People*: the directory of members. Whom one may know, the newest, everybody by last name, and who is found by words;
//! each with the action that fits.

mod asked;
mod listing;
pub mod not_now;

use std::collections::HashMap;

use actix_web::HttpResponse;
use askama::Template;

use crate::cache::Cache;
use crate::connections::allowance::own_hindrance;
use crate::connections::mutual::{SharedCount, walked};
use crate::connections::refusal::in_place_of_button;
use crate::connections::standing::{self, Standing};
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::filters;
use crate::language::{number, t, tf, tnf};
use crate::limits::{Limit, Subject};
use crate::members::directory::Entry;
use crate::members::{ConnectionCount, MemberCard, counted_persons, persons, search};
use crate::network::degree::Degree;
use crate::network::shared_counts::SharedCounts;
use crate::network::suggestions;
use crate::relationship::Limits;
use crate::web::form::Query;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::pagination::{ListPage, PageRequest};
use crate::web::site::SiteData;
use crate::web::viewer::Viewer;
use asked::{Asked, Degrees, View};
use listing::Listing;

/// People one may know who are shown.
const SUGGESTED: usize = 20;

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

/// A row of the directory.
#[derive(Debug)]
struct Row {
    card: Card,
    /// How near they are; nothing beyond the 2nd.
    degree: Degree,
    company: String,
    /// The day they joined, as people and as programs read it; empty where the list is not by that.
    joined: (String, String),
}

#[derive(Template)]
#[template(path = "members/people.html")]
struct People {
    page: Layout,
    asked: Asked,
    /// People one may know.
    cards: Vec<Card>,
    /// Those whom one does not want suggested.
    set_aside: ListPage<MemberCard>,
    rows: Vec<Row>,
    listing: Option<Listing>,
    /// The list in a sentence.
    found: String,
    previous: Option<String>,
    next: Option<String>,
}

/// `GET /people`; without words, people one may know.
///
/// # Errors
/// The database's.
pub async fn people(site: SiteData, page: Layout, me: SignedIn, Query(query): Query) -> Result<HttpResponse, Error> {
    let (asked, at) = (Asked::of(&query), PageRequest::of(&query));
    if !query.get("q").trim().is_empty() {
        site.meter(Limit::Search, Subject::member(me.id)).await?;
    }
    let (limits, cache, viewer, wanted) = (site.limits(), site.cache.clone(), me.viewer(), asked.clone());
    // Everybody is counted; the other lists read little once one's own connections are kept.
    let walked = if asked.view == View::Everybody { i32::MAX } else { walked(&cache, me.counted()) };
    let (cards, set_aside, rows, listing) = site
        .read_walking(walked, move |connection| {
            if wanted.view == View::MayKnow {
                let people = suggestions::for_member(connection, &cache, &viewer, SUGGESTED)?;
                let people = people.into_iter().map(|one| (one.remark(), one.person)).collect();
                let set_aside = suggestions::set_aside(connection, viewer.id)?;
                let set_aside = ListPage::of_whole(set_aside, &at);
                return Ok((cards(connection, &limits, &viewer, people)?, set_aside, Vec::new(), None));
            }
            let listing = Listing::of(connection, &cache, &viewer, &wanted, &at)?;
            let nobody = ListPage::of_whole(Vec::new(), &at);
            Ok((Vec::new(), nobody, rows(connection, (&limits, &cache), &viewer, &listing)?, Some(listing)))
        })
        .await?;
    let found = listing.as_ref().map_or_else(String::new, |listing| found(&asked, listing));
    let (previous, next) =
        listing.as_ref().map_or((None, None), |listing| (listing.page.previous.clone(), listing.page.next.clone()));
    People { page, asked, cards, set_aside, rows, listing, found, previous, next }.show()
}

impl People {
    /// The values that a list can be narrowed to, each kind under its heading.
    fn facets<'a>(
        &self,
        listing: &'a Listing,
    ) -> [(&'static str, &'static str, &'a [crate::members::directory::Value]); 2] {
        let of = |wanted: &str, values: &'a [_]| if wanted.is_empty() { values } else { &[] };
        [
            (t("Company"), "company", of(&self.asked.facets.company, &listing.counted.companies)),
            (t("Location"), "location", of(&self.asked.facets.location, &listing.counted.locations)),
        ]
    }

    /// What narrows the list, each in words and with the query that takes it away.
    fn chips(&self) -> Vec<(String, String)> {
        let (asked, facets) = (&self.asked, &self.asked.facets);
        let degree = match asked.degree {
            Degrees::Any => String::new(),
            Degrees::First => tf("{degree} degree", Degree::First.badge()),
            Degrees::Second => tf("{degree} degree", Degree::Second.badge()),
        };
        let all = [
            ("degree", &degree),
            ("letter", &facets.letter),
            ("company", &facets.company),
            ("location", &facets.location),
        ];
        let set = all.into_iter().filter(|(_, value)| !value.is_empty());
        set.map(|(name, value)| (value.clone(), asked.with(name, ""))).collect()
    }

    /// The degrees that a list can be narrowed to: badge, number, and where that leads.
    fn degrees(&self, listing: &Listing) -> Vec<(&'static str, String, String)> {
        let of = |degree: Degree, number: Option<i64>, word| {
            let number = number.filter(|number| *number > 0 && self.asked.degree == Degrees::Any)?;
            Some((degree.badge(), crate::language::number(number), self.asked.with("degree", word)))
        };
        [of(Degree::First, listing.first, "1"), of(Degree::Second, listing.second, "2")].into_iter().flatten().collect()
    }
}

/// Says of each how the viewer stands to them, beside a remark.
pub(super) fn cards(
    connection: &mut Connection,
    limits: &Limits,
    viewer: &Viewer,
    people: Vec<(String, MemberCard)>,
) -> Result<Vec<Card>, Error> {
    let ids: Vec<MemberId> = people.iter().map(|(_, person)| person.id).collect();
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

fn rows(
    connection: &mut Connection,
    (limits, cache): (&Limits, &Cache),
    viewer: &Viewer,
    listing: &Listing,
) -> Result<Vec<Row>, Error> {
    let entries: HashMap<MemberId, &Entry> = listing.page.rows.iter().map(|entry| (entry.member_id, entry)).collect();
    let ids: Vec<MemberId> = listing.page.rows.iter().map(|entry| entry.member_id).collect();
    let people = counted_persons(connection, &ids)?;
    let others: Vec<ConnectionCount> =
        people.iter().map(|(_, count)| *count).filter(|other| other.id != viewer.id).collect();
    let mut known = shared(connection, cache, viewer, &others)?;
    let people = people.into_iter().map(|(person, _)| (known.remove(&person.id).unwrap_or_default(), person)).collect();
    let row = |card: Card| {
        let degree = match (card.standing.connected(), card.remark.is_empty()) {
            (true, _) => Degree::First,
            (false, false) => Degree::Second,
            (false, true) => Degree::None,
        };
        // Of a connection it would only say what their profile does.
        let card = Card { remark: if degree == Degree::First { String::new() } else { card.remark }, ..card };
        let joined = listing.joined.get(&card.person.id).copied();
        Row {
            degree,
            company: entries.get(&card.person.id).map_or_else(String::new, |entry| entry.company_name.clone()),
            joined: joined.map_or_else(Default::default, |day| (dates::long(day), dates::iso(day))),
            card,
        }
    };
    Ok(cards(connection, limits, viewer, people)?.into_iter().map(row).collect())
}

/// Says of each whom of one's connections they know.
fn shared(
    connection: &mut Connection,
    cache: &Cache,
    viewer: &Viewer,
    others: &[ConnectionCount],
) -> Result<HashMap<MemberId, String>, Error> {
    let counts = SharedCounts::of(connection, cache, viewer.counted(), others)?;
    let known = |(id, count): (MemberId, Option<SharedCount>)| Some((id, count.filter(|count| count.number > 0)?));
    let known: Vec<(MemberId, SharedCount)> = counts.into_iter().filter_map(known).collect();
    let mut ids: Vec<MemberId> = known.iter().map(|(_, count)| count.first).collect();
    ids.sort_unstable();
    ids.dedup();
    let names: HashMap<MemberId, String> =
        persons(connection, &ids)?.into_iter().map(|person| (person.id, person.full_name)).collect();
    let remark = |(id, count): (MemberId, SharedCount)| {
        let name = names.get(&count.first)?;
        Some((
            id,
            match count.number - 1 {
                0 => tf("Knows {name}", name),
                more => tnf(more, "Knows {name} and {n} more", "Knows {name} and {n} more", name),
            },
        ))
    };
    Ok(known.into_iter().filter_map(remark).collect())
}

fn found(asked: &Asked, listing: &Listing) -> String {
    if asked.view != View::Found {
        return if listing.counted.total > 0 { listing.page.range() } else { String::new() };
    }
    if listing.is_cut && !asked.narrows() {
        let most = number(search::MAX_FOUND);
        return tf("More than {most} people match “{words}”. Add a word to narrow it down.", (&most, asked.q.as_str()));
    }
    tnf(listing.page.total, "{n} person matches “{words}”", "{n} people match “{words}”", asked.q.as_str())
}
