//! `/inbox?q=`: the messages that have the words one typed.

use actix_web::HttpResponse;
use askama::Template;

use crate::dates;
use crate::error::Error;
use crate::ids::MessageId;
use crate::inbox::list::glimpse;
use crate::inbox::search::{SHOWN, Wanted};
use crate::inbox::store::Message;
use crate::language::{filters, tf, tn};
use crate::members::MemberCard;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::site::SiteData;

/// A message that was found.
#[derive(Debug)]
struct Line {
    person: MemberCard,
    id: MessageId,
    at: i64,
    glimpse: String,
}

impl Line {
    fn of(wanted: &Wanted, (message, person): (Message, MemberCard)) -> Line {
        let text = glimpse(&wanted.from_match(&message.text));
        let glimpse = if message.is_mine { tf("You: {text}", text) } else { text };
        Line { person, id: message.id, at: message.sent_at, glimpse }
    }

    /// The page of the conversation that begins with it.
    fn place(&self) -> String {
        format!("/inbox/{}?before={}#m{}", self.person.handle, self.id.next(), self.id)
    }

    fn moment(&self) -> String {
        dates::instant(self.at)
    }

    fn when(&self) -> String {
        dates::minute(self.at)
    }
}

#[derive(Template)]
#[template(path = "inbox/found.html")]
struct Found {
    page: Layout,
    q: String,
    lines: Vec<Line>,
    count: String,
    has_more: bool,
}

/// Shows what is found.
///
/// # Errors
/// The database's.
pub(super) async fn show(site: SiteData, page: Layout, me: SignedIn, q: String) -> Result<HttpResponse, Error> {
    let (id, words) = (me.id, q.clone());
    let mut lines = match Wanted::of(&q) {
        Some(_) => {
            let read = move |connection: &mut _| {
                let Some(wanted) = Wanted::of(&words) else { return Ok(Vec::new()) };
                let found = wanted.find(connection, id)?;
                Ok(found.into_iter().map(|found| Line::of(&wanted, found)).collect())
            };
            site.read_long(read).await?
        }
        None => Vec::new(),
    };
    let has_more = lines.len() > SHOWN;
    lines.truncate(SHOWN);
    let count = match has_more {
        true => tn(lines.len(), "The newest {n} message", "The newest {n} messages"),
        false => tn(lines.len(), "{n} message", "{n} messages"),
    };
    Found { page, q, lines, count, has_more }.show()
}
