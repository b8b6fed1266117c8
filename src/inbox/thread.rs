//! `/inbox/{handle}`: a conversation, the newest message first, below the field in which one writes.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::Path;
use askama::Template;

use crate::connections::allowance;
use crate::connections::refusal::in_place_of_button;
use crate::connections::standing::{self, Standing};
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{Between, MemberId, MessageId};
use crate::inbox::MAX_LENGTH;
use crate::inbox::links::{self, Piece};
use crate::inbox::sending;
use crate::inbox::store::{self, Message, Partner};
use crate::language::{filters, tnf};
use crate::limits::Limit;
use crate::members::MemberCard;
use crate::notifications::Event;
use crate::notifications::store as notifications;
use crate::relationship::Limits;
use crate::web::form::{Problems, Query};
use crate::web::page::{Layout, Render, SignedIn, refused_until};
use crate::web::site::{Site, SiteData};

/// A message as the page has it.
#[derive(Debug)]
struct Line {
    id: MessageId,
    is_mine: bool,
    at: i64,
    pieces: Vec<Piece>,
}

impl Line {
    fn of(message: Message) -> Line {
        let pieces = links::pieces(&message.text);
        Line { id: message.id, is_mine: message.is_mine, at: message.sent_at, pieces }
    }

    fn moment(&self) -> String {
        dates::instant(self.at)
    }

    fn when(&self) -> String {
        dates::minute(self.at)
    }
}

#[derive(Template)]
#[template(path = "inbox/thread.html")]
struct Thread {
    page: Layout,
    person: MemberCard,
    standing: Standing,
    /// Why they cannot be invited now, for the viewer's own reasons.
    hindrance: String,
    lines: Vec<Line>,
    /// Before which message the older ones begin.
    older: Option<MessageId>,
    is_newest: bool,
    /// What stands in the field, or was written and cannot be sent.
    typed: String,
    problems: Problems,
    /// What stands in the date field.
    before: String,
    /// By which a second press of the form is known.
    press: MessageId,
    /// Why nothing can be sent just now, though they are connected.
    refusal: String,
    /// Whether the page answers a press of *Send message* that sent nothing.
    is_refused: bool,
}

impl Thread {
    fn max_length(&self) -> usize {
        MAX_LENGTH
    }
}

/// What is typed on a page that is shown again, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Typed {
    /// In the field *Message*; nothing for the draft.
    pub(super) message: Option<String>,
    /// In the field of a date.
    pub(super) before: String,
    pub(super) problems: Problems,
    /// Nothing was sent.
    pub(super) is_refused: bool,
}

struct Read {
    partner: Partner,
    standing: Standing,
    page: store::Page,
    /// Whether the page has the newest messages.
    is_newest: bool,
    /// From when the viewer may begin a conversation, where this would be a new one and they may not now.
    from: Option<i64>,
}

fn read(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    handle: &str,
    before: MessageId,
) -> Result<Read, Error> {
    let partner = store::partner(connection, limits, me, handle)?;
    let other = partner.person.id;
    let standing = standing::one(connection, limits, Between { viewer: me, other }, partner.row.clone())?;
    let (page, is_newest) = page_at(connection, Between { viewer: me, other }, before)?;
    let from = match standing.connected() && partner.is_new() {
        true => sending::comes_free(connection, limits, me)?,
        false => None,
    };
    Ok(Read { partner, standing, page, is_newest, from })
}

/// Loads the messages before an id; where there are none any more, or the id is made up, the last page that has messages.
/// Returns with them whether they are the newest.
fn page_at(connection: &mut Connection, between: Between, before: MessageId) -> Result<(store::Page, bool), Error> {
    let is_newest = before == MessageId::MAX;
    let page = store::page(connection, between, before)?;
    if is_newest || !page.0.is_empty() {
        return Ok((page, is_newest));
    }
    let (messages, has_newer) = store::last_page(connection, between)?;
    Ok(((messages, None), !has_newer))
}

/// `GET /inbox/{handle}`. To open it reads it.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn thread(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    Query(query): Query,
) -> Result<HttpResponse, Error> {
    let before = query.get("before").parse().unwrap_or(MessageId::MAX);
    show(&site, page, me, (&handle, before), Typed::default()).await
}

/// Shows a conversation, or shows it again with what was typed.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub(super) async fn show(
    site: &Site,
    mut page: Layout,
    me: SignedIn,
    (handle, before): (&str, MessageId),
    typed: Typed,
) -> Result<HttpResponse, Error> {
    let (limits, id, wanted) = (site.limits(), me.id, handle.to_owned());
    let Read { partner, standing, page: (messages, older), is_newest, from } =
        site.read(move |connection| read(connection, &limits, id, &wanted, before)).await?;
    let is_again = typed.is_refused || typed.problems.any();
    if partner.person.handle != handle && !is_again {
        let there = format!("/inbox/{}", partner.person.handle);
        return Ok(HttpResponse::Found().insert_header((LOCATION, there)).finish());
    }
    if page.opened && is_newest {
        open(site, &mut page, &me, &partner).await?;
    }
    let name = &partner.person.full_name;
    let hindrance = allowance::own_hindrance(&me, &limits, &standing);
    let thread = Thread {
        hindrance: hindrance.map_or_else(String::new, |refusal| in_place_of_button(refusal, name)),
        page,
        standing,
        lines: messages.into_iter().map(Line::of).collect(),
        older,
        is_newest,
        typed: typed.message.unwrap_or_else(|| partner.draft().to_owned()),
        problems: typed.problems,
        before: typed.before,
        press: partner.place().unwrap_or_default(),
        refusal: from.map_or_else(String::new, |from| too_many_first(&limits, from)),
        is_refused: typed.is_refused,
        person: partner.person,
    };
    match from {
        Some(from) if thread.is_refused => Ok(refused_until(thread.show_again()?, Limit::FirstMessages, from)),
        _ if is_again => thread.show_again(),
        _ => thread.show(),
    }
}

/// Marks as read what is on the page, and what was told of it.
async fn open(site: &Site, page: &mut Layout, me: &SignedIn, partner: &Partner) -> Result<(), Error> {
    let unread = partner.conversation.as_ref().filter(|conversation| conversation.is_unread);
    let Some(place) = unread.and_then(|conversation| conversation.place) else { return Ok(()) };
    let (id, other) = (me.id, partner.person.id);
    let (was_unread, told) =
        site.write(move |connection| mark_read(connection, Between { viewer: id, other }, place)).await?;
    page.have_read(told);
    if was_unread {
        page.have_opened_conversation();
    }
    Ok(())
}

/// Marks a conversation as read, up to what stood there when it was opened, and what was told of it. Returns whether it was
/// unread, and how many notifications were.
///
/// # Errors
/// The database's.
pub fn mark_read(connection: &mut Connection, between: Between, place: MessageId) -> Result<(bool, usize), Error> {
    let was_unread = store::mark_read(connection, between, place)?;
    let told = if was_unread { notifications::mark_event(connection, between, Event::Message)? } else { 0 };
    Ok((was_unread, told))
}

/// Says how many conversations one has begun, and from when one may begin another.
pub fn too_many_first(limits: &Limits, from: i64) -> String {
    tnf(
        limits.first_messages,
        "You have written to {n} new connection in the last 24 hours, which is the most. You can write to another one from {time}.",
        "You have written to {n} new connections in the last 24 hours, which is the most. You can write to another one from {time}.",
        dates::minute(from),
    )
}
