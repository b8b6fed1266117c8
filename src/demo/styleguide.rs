//! `/styleguide`: every component of the pages, for those who build them. There in development and in the demo only.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get};
use askama::Template;

use crate::connections::standing::Standing;
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::filters;
use crate::mail::content::Content;
use crate::mail::preview;
use crate::members::MemberCard;
use crate::relationship::{Prior, Side};
use crate::web::form::Problems;
use crate::web::page::{Layout, Render};

#[derive(Template)]
#[template(path = "styleguide.html")]
struct Styleguide {
    page: Layout,
    persons: Vec<MemberCard>,
    standings: [Standing; 5],
    problems: Problems,
    letters: Vec<(&'static str, Content)>,
}

/// The one route.
pub fn routes(site: &mut ServiceConfig) {
    site.route("/styleguide", get().to(styleguide));
    site.route("/styleguide/mail/{letter}", get().to(letter));
}

/// A letter as mail programs show it, which know its own style alone.
async fn letter(word: Path<String>) -> Result<HttpResponse, Error> {
    let word = word.into_inner();
    let (wanted, is_plain) = word.strip_suffix(".txt").map_or((word.as_str(), false), |word| (word, true));
    let found = preview::all().into_iter().find(|(word, _)| *word == wanted);
    let (_, content) = found.ok_or(Error::NotFound)?;
    let mut response = HttpResponse::Ok();
    response.insert_header(("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"));
    Ok(match is_plain {
        true => response.content_type("text/plain; charset=utf-8").body(content.text()?),
        false => response.content_type("text/html; charset=utf-8").body(content.html()?),
    })
}

async fn styleguide(page: Layout) -> Result<HttpResponse, Error> {
    let prior = Prior::Nothing;
    let sides = [
        Side::Stranger,
        Side::Invited { prior },
        Side::Received { prior },
        Side::Disconnected { may_invite_again: false, former: true },
        Side::Blocked { former: true },
    ];
    let standings = sides.map(|side| Standing { side, ..Standing::none() });
    let names =
        ["Robin Vale", "Ines Moreau", "Tariq Aziz", "Wen Li", "Olu Adeyemi", "Maja Horvat", "Leo Brandt", "Sofia Ruiz"];
    let person = |(at, name): (usize, &str)| MemberCard {
        id: MemberId::new(at as i64),
        handle: crate::members::names::handle(name),
        full_name: name.into(),
        headline: "Bridge engineer".into(),
        location: "Porto".into(),
        accepts_automatically: false,
        photo: String::new(),
    };
    let persons = names.into_iter().enumerate().map(person).collect();
    let mut problems = Problems::default();
    problems.add("wrong", "E-mail cannot be empty.");
    Styleguide { page, persons, standings, problems, letters: preview::all() }.show()
}
