//! The lists of invitations received and sent, and answering them, singly and in bulk.

use std::collections::HashSet;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use diesel::prelude::*;

use crate::connections::actions::{declined, withdrawn};
use crate::connections::refusal::{again_from, sentence};
use crate::connections::row::{Row, State};
use crate::connections::sql_condition::LooksSent;
use crate::connections::store::{self, ByAge};
use crate::connections::visible;
use crate::dates::{self, now};
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::language::filters;
use crate::language::{number, t, tf, tn, tnf};
use crate::members::{MemberCard, names};
use crate::relationship::{Action, Allowance, Limits, Prior, Side};
use crate::schema::{handles, members as table, relationships};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn, local};
use crate::web::pagination::{Cursor, ListPage, PageRequest};
use crate::web::registration;
use crate::web::site::SiteData;
use crate::web::viewer::Viewer;

/// Reasons that a notice names; the others are counted.
const REASONS: usize = 3;

/// A line of the lists.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The other member.
    pub person: MemberCard,
    /// The note.
    pub note: String,
    /// When it was sent, for people.
    pub when: String,
    /// When it expires.
    pub until: String,
    /// When it was sent.
    pub changed_at: i64,
}

impl Invitation {
    /// The exact day on which it was sent.
    pub fn day(&self) -> String {
        dates::long(self.changed_at)
    }

    /// The same for `<time datetime>`.
    pub fn day_iso(&self) -> String {
        dates::iso(self.changed_at)
    }
}

impl Invitation {
    /// When it was sent and until when it can be answered.
    fn sent(&self) -> String {
        tf("Sent {when}, expires on {day}", (&self.when, &self.until))
    }
}

#[derive(Template)]
#[template(path = "connections/invitations.html")]
struct Invitations {
    page: Layout,
    sent: bool,
    /// Only those sent more than a month ago.
    older: bool,
    received_total: i64,
    /// Why no invitation can be accepted now, for the member's own number.
    no_room: String,
    list: ListPage<Invitation>,
    allowance: Allowance,
    /// Whether the member may make links by which people join.
    makes_links: bool,
    /// The query that leads to this page again.
    here: String,
    /// Whether every box is ticked.
    selects_all: bool,
    problems: Problems,
}

impl Invitations {
    fn is_part(&self) -> bool {
        self.list.previous.is_some() || self.list.next.is_some()
    }

    /// The beginning of the query of a page of this box.
    fn prefix(&self) -> &'static str {
        prefix(self.sent, self.older)
    }

    fn left(&self) -> String {
        left(self.allowance.left(), self.allowance.limit, None)
    }
}

/// How many invitations are left of how many, and when the next one comes back.
pub fn left(left: u32, limit: u32, next: Option<i64>) -> String {
    match next {
        None => tnf(
            limit,
            "{left} of {n} invitation left this week.",
            "{left} of {n} invitations left this week.",
            number(left),
        ),
        Some(next) => tnf(
            limit,
            "{left} of {n} invitation left this week. The next one comes back on {day}.",
            "{left} of {n} invitations left this week. The next one comes back on {day}.",
            (&number(left), &dates::long(next)),
        ),
    }
}

fn prefix(sent: bool, older: bool) -> &'static str {
    match (sent, older) {
        (true, true) => "box=sent&older=1&",
        (true, false) => "box=sent&",
        _ => "",
    }
}

/// `GET /invitations`, and `?box=sent`
///
/// # Errors
/// The database's.
pub async fn invitations(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    Query(query): Query,
) -> Result<HttpResponse, Error> {
    show(&site, page, me, &query, Problems::default()).await
}

/// The list at a query.
async fn show(
    site: &SiteData,
    page: Layout,
    me: SignedIn,
    query: &Form,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let (limits, viewer, sent) = (site.limits(), me.viewer(), query.get("box") == "sent");
    let older = sent && query.is_checked("older");
    let (at, selects_all) = (PageRequest::of(query), query.get("select") == "all");
    let here = prefix(sent, older).to_owned() + &at.query();
    let (list, allowance, makes_links) = site
        .read(move |connection| {
            let list = match sent {
                true => self::sent(connection, &limits, viewer.id, older, &at)?,
                false => received(connection, &limits, &viewer, &at)?,
            };
            let makes_links = viewer.may_administer() || registration::members_make_links(connection)?;
            let allowance = crate::connections::allowance::allowance(connection, &limits, viewer.id, now())?;
            Ok((list, allowance, makes_links))
        })
        .await?;
    let received_total = me.invitations;
    let no_room = crate::connections::allowance::said_no_room(&me, &site.limits());
    let again = problems.any();
    let list = Invitations {
        page,
        sent,
        older,
        received_total,
        no_room,
        list,
        allowance,
        makes_links,
        here,
        selects_all,
        problems,
    };
    list.show_checked(again)
}

/// Invitations to answer, the newest first.
///
/// # Errors
/// The database's.
pub fn received(
    connection: &mut Connection,
    limits: &Limits,
    me: &Viewer,
    at: &PageRequest,
) -> Result<ListPage<Invitation>, Error> {
    let fetch = |at: &PageRequest| in_box(connection, limits, store::by_age(me.id, State::Received, at), i64::MAX);
    ListPage::read(at, me.invitations, Cursor::oldest(), fetch, cursor)
}

/// Invitations that look pending to the member who sent them: also those whose receiver has declined or blocked.
///
/// # Errors
/// The database's.
pub fn sent(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    older: bool,
    at: &PageRequest,
) -> Result<ListPage<Invitation>, Error> {
    let before = if older { long_ago(now()) } else { i64::MAX };
    let open = store::sent(me)
        .filter(relationships::changed_at.gt(limits.oldest_open(now())))
        .filter(relationships::changed_at.lt(before));
    let total = on_engine!(connection, |own| open.count().get_result(own))?;
    let fetch = |at: &PageRequest| {
        let mut rows = in_box(connection, limits, store::by_age(me, State::Invited, at), before)?;
        rows.extend(in_box(connection, limits, store::unseen_beyond(me, at).filter(LooksSent), before)?);
        Ok(at.merged(rows, |row| (row.changed_at, row.person.id)))
    };
    ListPage::read(at, total, Cursor::oldest(), fetch, cursor)
}

fn cursor(row: &Invitation) -> Cursor {
    Cursor { key: row.changed_at.to_string(), id: row.person.id.get() }
}

fn in_box(
    connection: &mut Connection,
    limits: &Limits,
    rows: ByAge<'_>,
    before: i64,
) -> Result<Vec<Invitation>, Error> {
    let now = now();
    let rows =
        rows.filter(relationships::changed_at.gt(limits.oldest_open(now))).filter(relationships::changed_at.lt(before));
    let columns = (relationships::changed_at, relationships::invitation_note, MemberCard::as_select());
    let rows: Vec<(i64, String, MemberCard)> = rows.select(columns).load(connection)?;
    let invitation = |(changed_at, note, person)| Invitation {
        person,
        note,
        when: dates::ago(changed_at, now),
        until: dates::long(changed_at + limits.invitation_days * dates::DAY),
        changed_at,
    };
    Ok(rows.into_iter().map(invitation).collect())
}

/// How many invitations were sent long ago and still wait: as many as the list shows.
///
/// # Errors
/// The database's.
pub fn sent_long_ago(connection: &mut Connection, limits: &Limits, me: MemberId) -> Result<i64, Error> {
    let now = now();
    let old = store::sent(me)
        .filter(relationships::changed_at.gt(limits.oldest_open(now)))
        .filter(relationships::changed_at.lt(long_ago(now)));
    Ok(on_engine!(connection, |own| old.count().get_result(own))?)
}

/// Whoever was invited before this moment has waited for more than a month.
fn long_ago(now: i64) -> i64 {
    now - 30 * dates::DAY
}

/// An invitation that is about to be withdrawn.
#[derive(Debug)]
struct Withdrawal {
    person: MemberCard,
    /// What withdrawing costs.
    price: String,
}

#[derive(Template)]
#[template(path = "connections/withdraw.html")]
struct Withdraw {
    page: Layout,
    withdrawals: Vec<Withdrawal>,
    /// The page one came from, to return to.
    back: String,
}

impl Withdraw {
    fn title(&self) -> String {
        match &self.withdrawals[..] {
            [one] => tf("Withdraw your invitation to {name}?", &one.person.full_name),
            all => tn(all.len(), "Withdraw {n} invitation?", "Withdraw {n} invitations?"),
        }
    }

    fn button(&self) -> String {
        match self.withdrawals.len() {
            1 => t("Withdraw invitation").to_owned(),
            number => tn(number, "Withdraw {n} invitation", "Withdraw {n} invitations"),
        }
    }
}

/// Says what withdrawing an invitation costs: until when one cannot invite again.
pub fn price(row: &Row, limits: &Limits, name: &str) -> String {
    match crate::connections::pause_of_withdrawal(row, limits, now()) {
        Some(until) => again_from(until, name),
        None => tf("You can invite {name} again at any time.", name),
    }
}

/// `GET /invitations/withdraw?member=…`: asks before invitations are withdrawn. From a list the script opens it over the list.
///
/// # Errors
/// The database's.
pub async fn confirm_withdrawal(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    Query(query): Query,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let here = "/invitations?box=sent";
    let handles = chosen(&query);
    if handles.is_empty() {
        redirect.refused(t("Select the invitations first."));
        return Ok(redirect.to(here));
    }
    let (limits, id) = (site.limits(), me.id);
    let withdrawals = site.read(move |connection| withdrawals(connection, &limits, id, &handles)).await?;
    if withdrawals.is_empty() {
        redirect.refused(t("One invitation was no longer open."));
        return Ok(redirect.to(here));
    }
    let back = redirect.came_from().filter(|path| !path.starts_with("/sign-")).unwrap_or_else(|| here.into());
    Withdraw { page, withdrawals, back }.show()
}

/// Those of the chosen who stand in the list of invitations sent.
fn withdrawals(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    chosen: &[String],
) -> Result<Vec<Withdrawal>, Error> {
    let mine = relationships::owner_id.eq(me).and(relationships::other_id.eq(table::id));
    let found = handles::table
        .inner_join(table::table.on(table::id.eq(handles::member_id)))
        .inner_join(relationships::table.on(mine))
        .filter(handles::handle.eq_any(chosen))
        .order(table::sort_first);
    let rows: Vec<(MemberCard, Row)> = found.select((MemberCard::as_select(), Row::as_select())).load(connection)?;
    let mut seen = HashSet::new();
    let sent = |(person, row): (MemberCard, Row)| {
        let side = row.side_at(now(), limits);
        let sent = matches!(side, Side::Invited { .. } | Side::BlockedBy { invited: true, .. });
        let price = price(&row, limits, &person.full_name);
        (sent && seen.insert(person.id)).then_some(Withdrawal { person, price })
    };
    Ok(rows.into_iter().filter_map(sent).collect())
}

/// `POST /invitations/accept`, `/decline` and `/withdraw`: the ticked ones, or the one whose button was pressed.
///
/// # Errors
/// The database's.
pub async fn answer(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    what: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let action = match what.as_str() {
        "accept" => Action::Accept,
        "decline" => Action::Decline,
        "withdraw" => Action::Withdraw,
        _ => return Err(Error::NotFound),
    };
    let here = if action == Action::Withdraw { "/invitations?box=sent" } else { "/invitations" };
    let handles = chosen(&form);
    if handles.is_empty() {
        // The page that the form stood on; the first of its box where the browser does not say.
        let problems = Problems::unselected(t("Select the invitations first."));
        return show(&site, page, me, &redirect.query_at("/invitations", here)?, problems).await;
    }
    let (limits, id) = (site.limits(), me.id);
    let answered = site.write(move |connection| answer_all(connection, &limits, id, &handles, action)).await?;
    tell(&redirect, action, &answered);
    Ok(match local(form.get("back")) {
        Some(back) => redirect.to(&back),
        None => redirect.back(here),
    })
}

/// The handles of the ticked, each once, or the one whose button was pressed.
fn chosen(form: &Form) -> Vec<String> {
    let only = form.get("only");
    let mut handles: Vec<String> =
        if only.is_empty() { form.all("member").map(str::to_owned).collect() } else { vec![only.to_owned()] };
    let mut seen = HashSet::new();
    handles.retain(|handle| seen.insert(handle.clone()));
    handles
}

/// The first reasons why not, and how many there are besides: a notice has to fit into a cookie.
fn first_of(not: &[String]) -> String {
    let (first, others) = not.split_at(not.len().min(REASONS));
    match others.len() {
        0 => first.join(" "),
        more => first.join(" ") + " " + &tn(more, "{n} more could not be answered.", "{n} more could not be answered."),
    }
}

/// What answering many has come to.
#[derive(Debug, Default)]
struct Answered {
    /// For whom it worked.
    done: Vec<MemberCard>,
    /// Why not for the others.
    not: Vec<String>,
    /// How many were no longer open.
    closed: usize,
    /// When the first and the last were answered.
    between: (i64, i64),
    /// From when the last of those withdrawn may be invited again; nothing if one may be at any time.
    again: Option<i64>,
}

/// Takes the action toward each, in one transaction.
fn answer_all(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    chosen: &[String],
    action: Action,
) -> Result<Answered, Error> {
    let mut answered = Answered { between: (now(), now()), ..Answered::default() };
    let mut pauses = Vec::new();
    for handle in chosen {
        let Some(person) = find(connection, me, handle, action)? else {
            answered.closed += 1;
            continue;
        };
        match crate::connections::act(connection, limits, Between { viewer: me, other: person.id }, action, "")? {
            Ok(_) => {
                pauses.push(crate::connections::again(connection, Between { viewer: me, other: person.id })?);
                answered.done.push(person);
            }
            Err(refusal) => answered.not.push(sentence(refusal, &person.full_name)),
        }
    }
    match answered.closed {
        0 => {}
        1 => answered.not.push(t("One invitation was no longer open.").to_owned()),
        closed => {
            let many = tn(closed, "{n} invitation was no longer open.", "{n} invitations were no longer open.");
            answered.not.push(many);
        }
    }
    answered.again = pauses.into_iter().min().flatten();
    answered.between.1 = now();
    Ok(answered)
}

/// Finds whom an invitation is withdrawn from: it may be from wherever its list has it, also from whoever has blocked the member
/// since, or is hidden.
///
/// # Errors
/// [`Error::NotFound`] where they are neither seen nor listed, or the database's.
pub fn to_withdraw(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    handle: &str,
) -> Result<MemberCard, Error> {
    match visible::person(connection, limits, me, handle) {
        Err(Error::NotFound) => find(connection, me, handle, Action::Withdraw)?.ok_or(Error::NotFound),
        seen => seen,
    }
}

/// Finds the member of a handle whose invitation, or to whom one, stands in the lists: what stands nowhere must not be named.
/// Whoever has blocked the member who sent it stands there, though their profile does not.
///
/// # Errors
/// The database's.
pub fn find(
    connection: &mut Connection,
    me: MemberId,
    handle: &str,
    action: Action,
) -> Result<Option<MemberCard>, Error> {
    let handle = handle.to_ascii_lowercase();
    if !names::is_handle(&handle) {
        return Ok(None);
    }
    // A handle they had before finds them too: the page may be older than the new one.
    let of_handle = handles::table.inner_join(table::table.on(table::id.eq(handles::member_id)));
    let of_handle = of_handle.filter(handles::handle.eq(handle)).select(MemberCard::as_select());
    let person: Option<MemberCard> = of_handle.first(connection).optional()?;
    Ok(person.map(|person| listed(connection, me, person, action)).transpose()?.flatten())
}

/// The person, if they stand in the list that is answered, or stood there until it was answered: a second press, or one in
/// another tab, names them as the first did.
fn listed(
    connection: &mut Connection,
    me: MemberId,
    person: MemberCard,
    action: Action,
) -> Result<Option<MemberCard>, Error> {
    let row = store::row(connection, Between { viewer: me, other: person.id })?;
    let listed = row.is_some_and(|row| match row.side() {
        Side::Received { .. } | Side::Invited { .. } | Side::Connected => true,
        Side::Declined { .. } => action == Action::Decline,
        // Also a re-invite that was withdrawn.
        Side::BlockedBy { invited: true, .. }
        | Side::BlockedBy { prior: Prior::Disconnected { .. }, .. }
        | Side::Disconnected { .. } => action == Action::Withdraw,
        _ => action == Action::Withdraw && row.paused_until.is_some_and(|until| until > now()),
    });
    Ok(Some(person).filter(|_| listed))
}

/// Tells what was done, and why some of it was not; declines with *Undo*.
fn tell(redirect: &Redirect, action: Action, answered: &Answered) {
    let Answered { done, not, again, .. } = answered;
    match (told(action, done, *again), undo::path(action, answered)) {
        (Some(told), undo) if !not.is_empty() => redirect.partly(told + " " + &first_of(not), undo),
        (Some(_), Some(_)) if done.len() == 1 => declined(redirect, &done[0]),
        (Some(told), Some(undo)) => redirect.undoable(told, undo),
        (Some(told), None) => redirect.done(told),
        (None, _) => redirect.refused(first_of(not)),
    };
}

fn told(action: Action, done: &[MemberCard], again: Option<i64>) -> Option<String> {
    let number = done.len();
    let names: Vec<&String> = done.iter().map(|person| &person.full_name).collect();
    Some(match (action, &names[..]) {
        (_, []) => return None,
        (Action::Accept, [name]) => tf("You and {name} are connected.", name),
        (Action::Decline, [name]) => tf("You declined the invitation from {name}. They have not been told.", name),
        (Action::Withdraw, [name]) => withdrawn(name, again),
        (Action::Accept, _) => tn(number, "{n} invitation accepted.", "{n} invitations accepted."),
        (Action::Decline, _) => tn(
            number,
            "{n} invitation declined. Nobody has been told.",
            "{n} invitations declined. Nobody has been told.",
        ),
        _ => match again {
            None => tn(
                number,
                "{n} invitation withdrawn. Nobody has been told.",
                "{n} invitations withdrawn. Nobody has been told.",
            ),
            Some(day) => tnf(
                number,
                "{n} invitation withdrawn. Nobody has been told. You may invite them again from {day}.",
                "{n} invitations withdrawn. Nobody has been told. You may invite them again from {day}.",
                dates::long(day),
            ),
        },
    })
}
pub mod form;
pub mod undo;
