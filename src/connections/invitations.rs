//! Invitations: writing one, and the lists of those received and sent.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use diesel::prelude::*;

use super::actions::withdrawn;
use super::refusal::sentence;
use super::relationship::{Allowance, Move, Refusal, Return, Side};
use super::standing::{self, Standing};
use super::store::{self, state};
use super::{Limits, mutual};
use crate::dates::{self, now};
use crate::db::Connection;
use crate::error::Error;
use crate::members::{self, Person};
use crate::schema::{members as table, relationships};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Me, Onward, Page, Show, local};
use crate::web::pagination::{At, Cursor, Paged, ROWS, count, thousands};
use crate::{Site, SiteData};

#[derive(Template)]
#[template(path = "connections/invite.html")]
struct Invite {
    page: Page,
    person: Person,
    /// The acting member, as the other will see them.
    sender: Person,
    mutual: usize,
    allowance: Allowance,
    free: bool,
    returning: bool,
    note: String,
    note_length: usize,
    back: String,
    problem: String,
    refusal: String,
}

impl Invite {
    fn left(&self) -> String {
        let Allowance { limit, next, .. } = self.allowance;
        let left = self.allowance.left();
        let counted = format!("{} of {} left this week", thousands(left), count(limit, "invitation", "invitations"));
        if left == limit {
            return format!("{counted}.");
        }
        format!("{counted}. The next one comes back on {}.", dates::long(next))
    }

    fn mutual_line(&self) -> String {
        count(self.mutual as i64, "mutual connection", "mutual connections")
    }
}

/// What the form needs to know; and the standing, where it is not one to invite from.
struct Prepared {
    person: Person,
    sender: Person,
    mutual: usize,
    allowance: Allowance,
    way_back: Option<Return>,
    were_connected: bool,
    standing: Standing,
}

fn prepare(connection: &mut Connection, limits: &Limits, me: i64, handle: &str) -> Result<Prepared, Error> {
    let person = members::visible(connection, me, handle)?.person;
    let sender = table::table.find(me).select(Person::as_select()).first(connection)?;
    Ok(Prepared {
        mutual: mutual::mutual(connection, me, person.id, 0)?.0,
        allowance: super::allowance(connection, limits, me, now())?,
        way_back: super::way_back(connection, limits, me, person.id)?,
        were_connected: store::row(connection, me, person.id)?.is_some_and(|row| row.connected_at.is_some()),
        standing: standing::one(connection, limits, me, person.id)?,
        person,
        sender,
    })
}

async fn prepared(site: &Site, me: i64, handle: String) -> Result<Prepared, Error> {
    let limits = site.limits;
    site.db.read(move |connection| prepare(connection, &limits, me, &handle)).await
}

impl Prepared {
    fn page(self, page: Page, note: String, back: String, note_length: usize) -> Invite {
        let returning = self.way_back.is_some();
        Invite {
            page,
            person: self.person,
            sender: self.sender,
            mutual: self.mutual,
            allowance: self.allowance,
            free: returning && self.were_connected,
            returning,
            note,
            note_length,
            back,
            problem: String::new(),
            refusal: String::new(),
        }
    }
}

/// `GET /in/{handle}/invite`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn form(
    site: SiteData,
    page: Page,
    me: Me,
    handle: Path<String>,
    onward: Onward,
) -> Result<HttpResponse, Error> {
    let prepared = prepared(&site, me.id, handle.into_inner()).await?;
    let profile = format!("/in/{}", prepared.person.handle);
    let name = &prepared.person.full_name;
    let no = match prepared.standing.side {
        _ if prepared.person.id == me.id => Some(sentence(Refusal::Myself, name)),
        Side::Connected => Some(sentence(Refusal::AlreadyConnected, name)),
        Side::Invited => Some(sentence(Refusal::AlreadyInvited, name)),
        Side::Blocked => Some(sentence(Refusal::IBlockedThem, name)),
        Side::Asked => Some(format!("{name} has invited you already. Accept, and you are connected.")),
        _ => None,
    };
    if let Some(no) = no {
        onward.refused(no);
        return Ok(onward.to(&profile));
    }
    let came_from = onward.came_from().filter(|path| !path.starts_with(&profile)).unwrap_or_default();
    prepared.page(page, String::new(), came_from, site.limits.note_length).show()
}

/// `POST /in/{handle}/invite`: sends it; the button *Update preview* shows it first.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn send(
    site: SiteData,
    page: Page,
    me: Me,
    handle: Path<String>,
    form: Form,
    onward: Onward,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let note = problems.text(&form, "note", "Note", (0, site.limits.note_length));
    let back = local(form.get("back")).unwrap_or_default();
    let typed = form.get("note").to_owned();
    let handle = handle.into_inner();
    if problems.any() || form.ticked("preview") {
        let mut invite = prepared(&site, me.id, handle).await?.page(page, typed, back, site.limits.note_length);
        invite.problem = problems.of("note").to_owned();
        return if problems.any() { invite.show_again() } else { invite.show() };
    }
    let (limits, id, wanted) = (site.limits, me.id, handle.clone());
    let (person, before, made) = site
        .db
        .write(move |connection| {
            let person = members::visible(connection, id, &wanted)?.person;
            let before = standing::one(connection, &limits, id, person.id)?.side;
            let made = super::make(connection, &limits, (id, person.id), Move::Invite, &note)?;
            Ok((person, before, made))
        })
        .await?;
    let name = &person.full_name;
    let told = match made {
        Err(refusal) => {
            let mut invite = prepared(&site, id, handle).await?.page(page, typed, back, site.limits.note_length);
            invite.refusal = sentence(refusal, name);
            return invite.show_again();
        }
        Ok(outcome) if outcome.pair.mine == Side::Invited => format!("Your invitation to {name} is on its way."),
        Ok(_) if matches!(before, Side::Left { .. }) => super::actions::restored(name),
        Ok(_) => format!("You and {name} are connected."),
    };
    onward.done(told);
    Ok(onward.to(if back.is_empty() { format!("/in/{}", person.handle) } else { back }.as_str()))
}

/// A line of the lists.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The other member.
    pub person: Person,
    /// The note.
    pub note: String,
    /// When it was sent, for people.
    pub when: String,
    /// When it expires.
    pub until: String,
    changed_at: i64,
}

#[derive(Template)]
#[template(path = "connections/invitations.html")]
struct Invitations {
    page: Page,
    sent: bool,
    received_total: i64,
    list: Paged<Invitation>,
    allowance: Allowance,
}

impl Invitations {
    fn prefix(&self) -> &'static str {
        if self.sent { "box=sent&" } else { "" }
    }

    fn left(&self) -> String {
        format!(
            "{} of {} left this week.",
            thousands(self.allowance.left()),
            count(self.allowance.limit, "invitation", "invitations")
        )
    }
}

/// `GET /invitations`, and `?box=sent`
///
/// # Errors
/// The database's.
pub async fn invitations(site: SiteData, page: Page, me: Me, Query(query): Query) -> Result<HttpResponse, Error> {
    let (limits, id, sent) = (site.limits, me.id, query.get("box") == "sent");
    let (list, allowance) = site
        .db
        .read(move |connection| {
            let at = At::of(&query);
            let list =
                if sent { self::sent(connection, &limits, id, &at)? } else { received(connection, &limits, id, &at)? };
            Ok((list, super::allowance(connection, &limits, id, now())?))
        })
        .await?;
    let received_total = me.invitations;
    Invitations { page, sent, received_total, list, allowance }.show()
}

/// Invitations to answer, the newest first.
///
/// # Errors
/// The database's.
pub fn received(connection: &mut Connection, limits: &Limits, me: i64, at: &At) -> Result<Paged<Invitation>, Error> {
    let rows = in_box(connection, limits, me, state::ASKED, at)?;
    let total = super::invitations_waiting(connection, limits, me)?;
    Ok(Paged::new(rows, total, at, cursor))
}

/// Invitations that look pending to the member who sent them: also those whose receiver has declined or blocked.
fn sent(connection: &mut Connection, limits: &Limits, me: i64, at: &At) -> Result<Paged<Invitation>, Error> {
    let mut rows = in_box(connection, limits, me, state::INVITED, at)?;
    rows.extend(in_box(connection, limits, me, state::BARRED, at)?);
    let back = at.cursor().is_some_and(|(_, back)| back);
    rows.sort_by_key(|row| std::cmp::Reverse((row.changed_at, row.person.id)));
    if back {
        rows.reverse();
    }
    rows.truncate(ROWS + 1);
    let open = relationships::changed_at.gt(limits.oldest_open(now()));
    let hidden = store::in_state(me, state::BARRED).filter(relationships::behind.eq(state::INVITED)).filter(open);
    let total = store::in_state(me, state::INVITED).filter(open).count().get_result::<i64>(connection)?
        + hidden.count().get_result::<i64>(connection)?;
    Ok(Paged::new(rows, total, at, cursor))
}

fn cursor(row: &Invitation) -> Cursor {
    Cursor { key: row.changed_at.to_string(), id: row.person.id }
}

fn in_box(
    connection: &mut Connection,
    limits: &Limits,
    me: i64,
    state: i16,
    at: &At,
) -> Result<Vec<Invitation>, Error> {
    let now = now();
    let mut rows = store::in_state(me, state)
        .inner_join(table::table.on(table::id.eq(relationships::other_id)))
        .filter(relationships::changed_at.gt(limits.oldest_open(now)))
        .into_boxed();
    if state == state::BARRED {
        rows = rows.filter(relationships::behind.eq(state::INVITED));
    }
    let (sql, bind) = (diesel::dsl::sql::<diesel::sql_types::Bool>, at.cursor());
    let back = bind.as_ref().is_some_and(|(_, back)| *back);
    if let Some((cursor, _)) = bind {
        let row = sql(if back {
            "(relationships.changed_at, other_id) > ("
        } else {
            "(relationships.changed_at, other_id) < ("
        });
        let key: i64 = cursor.key.parse().unwrap_or(0);
        rows = rows.filter(
            row.bind::<diesel::sql_types::BigInt, _>(key)
                .sql(", ")
                .bind::<diesel::sql_types::BigInt, _>(cursor.id)
                .sql(")"),
        );
    }
    rows = match back {
        true => rows.order((relationships::changed_at.asc(), relationships::other_id.asc())),
        false => rows.order((relationships::changed_at.desc(), relationships::other_id.desc())),
    };
    let columns = (relationships::changed_at, relationships::invitation_note, Person::as_select());
    let rows: Vec<(i64, String, Person)> = rows.select(columns).limit(ROWS as i64 + 1).load(connection)?;
    let invitation = |(changed_at, note, person)| Invitation {
        person,
        note,
        when: dates::ago(changed_at, now),
        until: dates::long(changed_at + limits.invitation_days * dates::DAY),
        changed_at,
    };
    Ok(rows.into_iter().map(invitation).collect())
}

/// How many invitations were sent long ago and still wait.
///
/// # Errors
/// The database's.
pub fn sent_long_ago(connection: &mut Connection, limits: &Limits, me: i64) -> Result<i64, Error> {
    let now = now();
    let old = store::in_state(me, state::INVITED)
        .filter(relationships::changed_at.gt(limits.oldest_open(now)))
        .filter(relationships::changed_at.lt(now - 30 * dates::DAY));
    Ok(old.count().get_result(connection)?)
}

/// `POST /invitations/accept`, `/decline` and `/withdraw`: the ticked ones, or the one whose button was pressed.
///
/// # Errors
/// The database's.
pub async fn answer(
    site: SiteData,
    me: Me,
    what: Path<String>,
    form: Form,
    onward: Onward,
) -> Result<HttpResponse, Error> {
    let by_me = match what.as_str() {
        "accept" => Move::Accept,
        "decline" => Move::Decline,
        "withdraw" => Move::Withdraw,
        _ => return Err(Error::NotFound),
    };
    let here = if by_me == Move::Withdraw { "/invitations?box=sent" } else { "/invitations" };
    let only = form.get("only");
    let handles: Vec<String> =
        if only.is_empty() { form.all("member").map(str::to_owned).collect() } else { vec![only.to_owned()] };
    if handles.is_empty() {
        onward.refused("Tick the invitations first.");
        return Ok(onward.back(here));
    }
    let (limits, id) = (site.limits, me.id);
    let (done, not) = site.db.write(move |connection| answer_all(connection, &limits, id, &handles, by_me)).await?;
    if let Some(told) = told(by_me, &done, &limits) {
        onward.done(told);
    }
    if !not.is_empty() {
        let done = told(by_me, &done, &limits).map(|told| told + " ").unwrap_or_default();
        onward.refused(done + &not.join(" "));
    }
    Ok(onward.back(here))
}

/// Makes the move toward each, in one transaction: whose it worked for, and why not for the others.
fn answer_all(
    connection: &mut Connection,
    limits: &Limits,
    me: i64,
    handles: &[String],
    by_me: Move,
) -> Result<(Vec<String>, Vec<String>), Error> {
    let (mut done, mut not) = (Vec::new(), Vec::new());
    for handle in handles {
        let of_handle = table::table.filter(table::handle.eq(handle)).select(Person::as_select());
        let Some(person) = of_handle.first(connection).optional()? else { continue };
        // Only those who stand in the lists: what stands nowhere must not be named.
        let listed = store::row(connection, me, person.id)?.is_some_and(|row| match row.state {
            state::ASKED | state::INVITED | state::CONNECTED => true,
            state::BARRED => by_me == Move::Withdraw && row.behind == state::INVITED,
            _ => false,
        });
        if !listed {
            not.push("One invitation was no longer open.".to_owned());
            continue;
        }
        match super::make(connection, limits, (me, person.id), by_me, "")? {
            Ok(_) => done.push(person.full_name),
            Err(refusal) => not.push(sentence(refusal, &person.full_name)),
        }
    }
    Ok((done, not))
}

fn told(by_me: Move, done: &[String], limits: &Limits) -> Option<String> {
    let again = dates::long(now() + limits.withdrawal_pause_days * dates::DAY);
    let number = count(done.len() as i64, "invitation", "invitations");
    Some(match (by_me, done) {
        (_, []) => return None,
        (Move::Accept, [name]) => format!("You and {name} are connected."),
        (Move::Decline, [name]) => format!("You declined the invitation from {name}. They have not been told."),
        (Move::Withdraw, [name]) => withdrawn(name, &again),
        (Move::Accept, _) => format!("{number} accepted."),
        (Move::Decline, _) => format!("{number} declined. Nobody has been told."),
        _ => format!("{number} withdrawn. Nobody has been told. You may invite them again from {again}."),
    })
}
