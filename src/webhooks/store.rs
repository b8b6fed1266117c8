//! Webhooks and what they are told, in SQL.

use diesel::prelude::*;
use rand::RngExt;

use crate::dates::{DAY, now};
use crate::db::{Connection, id_in, new_id, on_engine};
use crate::error::Error;
use crate::ids::{DeliveryId, WebhookId};
use crate::schema::{webhook_deliveries, webhooks};
use crate::webhooks::caller::{Answer, NOT_CALLED};
use crate::webhooks::event::Forgotten;
use crate::webhooks::{Event, Kind};

/// Webhooks of a site.
pub const MAX_WEBHOOKS: i64 = 20;
/// The event of a test.
pub const TEST: &str = "test";
/// Deliveries that a page shows.
const PAGE: i64 = 50;
/// Deliveries that are looked through in one statement.
const LOOKED_AT: i64 = 5_000;
/// Days for which a delivery is kept once it is done.
const KEPT_DAYS: i64 = 30;
/// The pauses between attempts double from the first to the longest, in seconds.
const FIRST_PAUSE: i64 = 10;
const LONGEST_PAUSE: i64 = 3_600;
/// How long a delivery is tried.
pub const LIFE: i64 = 3 * DAY;

/// An address that is called.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = webhooks)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// The address.
    pub address: String,
    /// What signs each call.
    pub secret: String,
    events: String,
    /// Whether it is called.
    pub is_on: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it is called next, if anything waits.
    pub due_at: i64,
    /// How often that has failed in turn.
    pub attempts: i32,
}

impl Webhook {
    /// Returns of what it is told.
    pub fn events(&self) -> Vec<Kind> {
        let is_one = |kind: &Kind| self.events.split(' ').any(|word| word == kind.word());
        Kind::ALL.iter().copied().filter(is_one).collect()
    }
}

/// Something that a webhook is told.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = webhook_deliveries)]
pub struct Delivery {
    /// The webhook.
    pub webhook_id: WebhookId,
    /// Its id, by which the other program knows what it has already.
    pub id: DeliveryId,
    /// The name of what happened.
    pub event: String,
    /// What is told of it, as JSON.
    pub data: String,
    /// When it happened.
    pub created_at: i64,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was tried last.
    pub tried_at: Option<i64>,
    /// The status of the last answer.
    pub status: Option<i32>,
    /// The last answer, or why there was none.
    pub answer: String,
    /// When it was told, or given up.
    pub done_at: Option<i64>,
}

impl Delivery {
    /// Returns whether the other program has it.
    pub fn is_told(&self) -> bool {
        self.done_at.is_some() && self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Returns whether nobody was asked, since the address is of this machine or of a private network.
    pub fn is_not_called(&self) -> bool {
        self.status.is_none() && self.answer == NOT_CALLED
    }

    /// Returns whether it was tried and is tried again.
    pub fn is_retried(&self) -> bool {
        self.done_at.is_none() && self.attempts > 0
    }

    /// Returns whether it was given up.
    pub fn is_given_up(&self) -> bool {
        self.done_at.is_some() && !self.is_told()
    }
}

/// Writes down, within the transaction of what happened, what each webhook is told of it.
///
/// # Errors
/// The database's.
pub fn record(connection: &mut Connection, event: &Event) -> Result<(), Error> {
    let on = webhooks::table.filter(webhooks::is_on).order(webhooks::id);
    let all: Vec<Webhook> = on_engine!(connection, |own| on.select(Webhook::as_select()).load(own))?;
    for webhook in all.iter().filter(|webhook| webhook.events().contains(&event.kind())) {
        put(connection, webhook.id, event.kind().word(), &event.data().to_string())?;
    }
    Ok(())
}

fn put(connection: &mut Connection, webhook: WebhookId, event: &str, data: &str) -> Result<(), Error> {
    use webhook_deliveries::{created_at, id, webhook_id};
    let row = (
        webhook_id.eq(webhook),
        id.eq(new_id::<DeliveryId>()),
        webhook_deliveries::event.eq(event),
        webhook_deliveries::data.eq(data),
        created_at.eq(now()),
    );
    let row = diesel::insert_into(webhook_deliveries::table).values(row);
    on_engine!(connection, |own| row.execute(own))?;
    Ok(())
}

/// Makes a webhook. Returns its id; nothing where there are as many as there may be.
///
/// # Errors
/// The database's.
pub fn make(connection: &mut Connection, address: &str, events: &[Kind]) -> Result<Option<WebhookId>, Error> {
    if webhooks::table.count().get_result::<i64>(connection)? >= MAX_WEBHOOKS {
        return Ok(None);
    }
    let id = new_id();
    let words: Vec<&str> = events.iter().map(|kind| kind.word()).collect();
    let row = (
        webhooks::id.eq(id),
        webhooks::address.eq(address),
        webhooks::secret.eq(format!("{:032x}", rand::rng().random::<u128>())),
        webhooks::events.eq(words.join(" ")),
        webhooks::is_on.eq(true),
        webhooks::created_at.eq(now()),
        webhooks::due_at.eq(now()),
    );
    diesel::insert_into(webhooks::table).values(row).execute(connection)?;
    Ok(Some(id))
}

/// Loads all, the oldest first.
///
/// # Errors
/// The database's.
pub fn all(connection: &mut Connection) -> Result<Vec<Webhook>, Error> {
    Ok(webhooks::table.order(webhooks::id).select(Webhook::as_select()).load(connection)?)
}

/// Loads one.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn find(connection: &mut Connection, id: WebhookId) -> Result<Webhook, Error> {
    Ok(webhooks::table.find(id).select(Webhook::as_select()).first(connection)?)
}

/// Loads what a webhook was and is to be told lately, the newest first.
///
/// # Errors
/// The database's.
pub fn deliveries(connection: &mut Connection, webhook: WebhookId) -> Result<Vec<Delivery>, Error> {
    let rows = webhook_deliveries::table.filter(webhook_deliveries::webhook_id.eq(webhook));
    let rows = rows.order(webhook_deliveries::id.desc()).limit(PAGE);
    Ok(rows.select(Delivery::as_select()).load(connection)?)
}

/// Loads what failed and is tried again: one of each webhook that is kept waiting.
///
/// # Errors
/// The database's.
pub fn retried(connection: &mut Connection, of: &[Webhook]) -> Result<Vec<Delivery>, Error> {
    let waiting: Vec<WebhookId> = of.iter().filter(|one| one.attempts > 0).map(|one| one.id).collect();
    let rows = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq_any(waiting))
        .filter(webhook_deliveries::done_at.is_null())
        .filter(webhook_deliveries::attempts.gt(0));
    Ok(on_engine!(connection, |own| rows.select(Delivery::as_select()).load(own))?)
}

/// Puts a test behind what waits, and lets the webhook be called at once.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn test(connection: &mut Connection, id: WebhookId) -> Result<(), Error> {
    find(connection, id)?;
    put(connection, id, TEST, "{}")?;
    due_now(connection, id)
}

/// Turns a webhook on or off. What waits is told once it is on again.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub fn turn(connection: &mut Connection, id: WebhookId, is_on: bool) -> Result<(), Error> {
    find(connection, id)?;
    diesel::update(webhooks::table.find(id)).set(webhooks::is_on.eq(is_on)).execute(connection)?;
    due_now(connection, id)
}

fn due_now(connection: &mut Connection, id: WebhookId) -> Result<(), Error> {
    let at_once = (webhooks::due_at.eq(now()), webhooks::attempts.eq(0));
    diesel::update(webhooks::table.find(id)).set(at_once).execute(connection)?;
    Ok(())
}

/// Removes a webhook, with what it was and is to be told.
///
/// # Errors
/// The database's.
pub fn remove(connection: &mut Connection, id: WebhookId) -> Result<(), Error> {
    let its = webhook_deliveries::table.filter(webhook_deliveries::webhook_id.eq(id));
    diesel::delete(its).execute(connection)?;
    diesel::delete(webhooks::table.find(id)).execute(connection)?;
    Ok(())
}

/// Forgets every delivery that names somebody who is no member any more, with what was answered; what still waits is not told.
///
/// # Errors
/// The database's.
pub fn forget(connection: &mut Connection, mut who: Forgotten) -> Result<(), Error> {
    use webhook_deliveries::{data, event, id, webhook_id};
    who.handles.retain(|handle| !handle.is_empty());
    who.names.retain(|name| !name.is_empty());
    let mut named: Vec<(WebhookId, DeliveryId)> = Vec::new();
    // First by the handle: what was told then says how they were called then.
    for by_handle in [true, false] {
        let mut after = (WebhookId::new(i64::MIN), DeliveryId::new(i64::MIN));
        loop {
            let rest = webhook_id.gt(after.0).or(webhook_id.eq(after.0).and(id.gt(after.1)));
            let some = webhook_deliveries::table.filter(rest).order((webhook_id, id)).limit(LOOKED_AT);
            let some = some.select((webhook_id, id, event, data));
            let some: Vec<(WebhookId, DeliveryId, String, String)> = on_engine!(connection, |own| some.load(own))?;
            let Some(last) = some.last() else { break };
            after = (last.0, last.1);
            for (webhook, delivery, word, told) in &some {
                if by_handle {
                    who.names.extend(who.joined_as(word, told));
                } else if who.is_named(word, told) {
                    named.push((*webhook, *delivery));
                }
            }
        }
    }
    for of_webhook in named.chunk_by(|one, other| one.0 == other.0) {
        let ids: Vec<DeliveryId> = of_webhook.iter().map(|(_, delivery)| *delivery).collect();
        let these =
            webhook_deliveries::table.filter(webhook_id.eq(of_webhook[0].0)).filter(id_in(connection, id, &ids));
        diesel::delete(these).execute(connection)?;
    }
    Ok(())
}

/// Returns whether anybody is to be told something.
pub(super) fn is_any_due(connection: &mut Connection) -> Result<bool, Error> {
    let on = webhooks::table.filter(webhooks::is_on).filter(webhooks::due_at.le(now())).select(webhooks::id);
    let on: Vec<WebhookId> = on_engine!(connection, |own| on.load(own))?;
    let waiting = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq_any(on))
        .filter(webhook_deliveries::done_at.is_null())
        .select(webhook_deliveries::id)
        .limit(1);
    Ok(on_engine!(connection, |own| waiting.first::<DeliveryId>(own)).optional()?.is_some())
}

/// Loads what is next for each webhook that is on and may be called now.
pub(super) fn due(connection: &mut Connection) -> Result<Vec<(Webhook, Delivery)>, Error> {
    let on = webhooks::table.filter(webhooks::is_on).filter(webhooks::due_at.le(now())).order(webhooks::id);
    let all: Vec<Webhook> = on_engine!(connection, |own| on.select(Webhook::as_select()).load(own))?;
    let mut found = Vec::new();
    for webhook in all {
        let next = webhook_deliveries::table
            .filter(webhook_deliveries::webhook_id.eq(webhook.id))
            .filter(webhook_deliveries::done_at.is_null())
            .order(webhook_deliveries::id);
        let next: Option<Delivery> =
            on_engine!(connection, |own| next.select(Delivery::as_select()).first(own)).optional()?;
        found.extend(next.map(|next| (webhook, next)));
    }
    Ok(found)
}

/// Notes how an attempt was answered. What has failed is tried again after a pause that doubles, and given up after three days,
/// with whatever waits behind it for as long; at once where the address is none that is called.
pub(super) fn note(
    connection: &mut Connection,
    (webhook, delivery): (&Webhook, &Delivery),
    said: &Answer,
) -> Result<(), Error> {
    use webhook_deliveries::{answer, attempts, done_at, tried_at};
    let now = now();
    let is_over = said.is_good() || said.is_not_called();
    let is_done = is_over || delivery.created_at + LIFE <= now;
    let tried = (
        attempts.eq(delivery.attempts + 1),
        tried_at.eq(now),
        webhook_deliveries::status.eq(said.status.map(i32::from)),
        answer.eq(&said.text),
        done_at.eq(Some(now).filter(|_| is_done)),
    );
    diesel::update(webhook_deliveries::table.find((webhook.id, delivery.id))).set(tried).execute(connection)?;
    let pause = FIRST_PAUSE.saturating_mul(1 << webhook.attempts.clamp(0, 20)).min(LONGEST_PAUSE);
    let next = match is_over {
        true => (webhooks::due_at.eq(now), webhooks::attempts.eq(0)),
        false => (webhooks::due_at.eq(now + pause), webhooks::attempts.eq(webhook.attempts + 1)),
    };
    diesel::update(webhooks::table.find(webhook.id)).set(next).execute(connection)?;
    if is_over { Ok(()) } else { give_up(connection, webhook.id) }
}

/// Gives up what has waited for a webhook for too long.
fn give_up(connection: &mut Connection, webhook: WebhookId) -> Result<(), Error> {
    use webhook_deliveries::{created_at, done_at, webhook_id};
    let overdue = webhook_deliveries::table
        .filter(webhook_id.eq(webhook))
        .filter(done_at.is_null())
        .filter(created_at.le(now() - LIFE));
    diesel::update(overdue).set(done_at.eq(now())).execute(connection)?;
    Ok(())
}

/// Forgets what was done long ago, and gives up what has waited for too long for webhooks that are turned off.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection) -> Result<(), Error> {
    for webhook in all(connection)?.iter().filter(|webhook| !webhook.is_on) {
        give_up(connection, webhook.id)?;
    }
    let old = webhook_deliveries::table.filter(webhook_deliveries::done_at.le(now() - KEPT_DAYS * DAY));
    diesel::delete(old).execute(connection)?;
    Ok(())
}
