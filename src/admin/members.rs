//! `/admin/members`: finding members, and what an administrator may do about one. Nothing here says how members stand to
//! each other.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use diesel::prelude::*;

use crate::accounts::confirm::Confirmed;
use crate::accounts::email;
use crate::accounts::factor;
use crate::admin::roles;
use crate::audit::{self, Act, Actor};
use crate::dates::{self, now};
use crate::db::{Connection, id_in, on_engine, sql_condition};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{filters, t, tf};
use crate::mail::{self, Letter, outbox};
use crate::members::role::Role;
use crate::members::search::{Searched, Wanted};
use crate::members::suspension::is_suspended;
use crate::members::{self, MemberCard};
use crate::moderation::Decision;
use crate::moderation::decide::{self, Moderator, Refused};
use crate::moderation::decision_pages::{tell_untold, verdict};
use crate::moderation::sanctions::{self, Sanction};
use crate::schema::{email_claims, emails, handles, members as rows};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::site::{Site, SiteData};

/// Members of a page.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "admin/members.html")]
struct Members {
    page: Layout,
    q: String,
    /// Whether only those are listed of whom there is something to say.
    only_noted: bool,
    people: Vec<(MemberCard, String)>,
    is_more: bool,
    /// The query of the next page of all members.
    next: Option<String>,
}

/// `GET /admin/members`: by name, handle or e-mail address, whoever they are; without a search, all members, the newest first.
///
/// # Errors
/// The database's.
pub async fn members(site: SiteData, page: Layout, Query(query): Query) -> Result<HttpResponse, Error> {
    let q = query.get("q").trim().to_owned();
    let only_noted = q.is_empty() && query.get("who") == "noted";
    let behind = query.get("behind").parse().ok();
    let typed = q.clone();
    let read = move |connection: &mut Connection| match typed.as_str() {
        "" if only_noted => noted(connection).and_then(|ids| listed(connection, &ids)),
        "" => all(connection, behind),
        typed => named(connection, typed).and_then(|ids| listed(connection, &ids)),
    };
    let mut people = site.read_long(read).await?;
    let is_more = people.len() > SHOWN;
    people.truncate(SHOWN);
    let next = people.last().filter(|_| is_more && q.is_empty() && !only_noted);
    let next = next.map(|(person, _)| format!("behind={}", person.id));
    Members { page, q, only_noted, people, is_more, next }.show()
}

/// A member's role, since when and until when they are suspended, since when the profile is hidden, when the account is deleted.
type Standing = (Role, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

const STANDING: (rows::role, rows::suspended_at, rows::suspended_until, rows::hidden_at, rows::deletion_due_at) =
    (rows::role, rows::suspended_at, rows::suspended_until, rows::hidden_at, rows::deletion_due_at);

/// Members by their ids, in the order of the ids, each with what is to be said of them.
fn listed(connection: &mut Connection, ids: &[MemberId]) -> Result<Vec<(MemberCard, String)>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let these = rows::table.filter(id_in(connection, rows::id, ids));
    let mut found: Vec<(MemberCard, Standing)> =
        on_engine!(connection, |own| these.select((MemberCard::as_select(), STANDING)).load(own))?;
    found.sort_by_key(|(person, _)| ids.iter().position(|id| *id == person.id));
    Ok(found.into_iter().map(|(person, known)| (person, standing(known))).collect())
}

/// A page of all members, the newest first.
fn all(connection: &mut Connection, behind: Option<MemberId>) -> Result<Vec<(MemberCard, String)>, Error> {
    let all = rows::table.filter(rows::id.gt(MemberId::NOBODY));
    let page = all.filter(rows::id.lt(behind.unwrap_or(MemberId::MAX))).order(rows::id.desc());
    let page = page.limit(SHOWN as i64 + 1);
    let mut found: Vec<(MemberCard, Standing)> =
        on_engine!(connection, |own| page.select((MemberCard::as_select(), STANDING)).load(own))?;
    // A place behind which nobody is, as somebody made up: the last page that has members.
    if found.is_empty() && behind.is_some() {
        let last = all.order(rows::id.asc()).limit(SHOWN as i64);
        found = on_engine!(connection, |own| last.select((MemberCard::as_select(), STANDING)).load(own))?;
        found.reverse();
    }
    Ok(found.into_iter().map(|(person, known)| (person, standing(known))).collect())
}

/// What is to be said of a member in a list.
fn standing((role, at, until, hidden, leaves_at): Standing) -> String {
    let mut words = Vec::new();
    if role != Role::Member {
        words.push(role.title());
    }
    if is_suspended(at, until) {
        words.push(if until.is_some() { t("Suspended") } else { t("Banned") });
    }
    if hidden.is_some() {
        words.push(t("Profile hidden"));
    }
    if leaves_at.is_some() {
        words.push(t("Account is being deleted"));
    }
    words.join(" · ")
}

sql_condition!(
    /// The member helps to run the site.
    IsStaff: diesel::sql_types::Bool = "members.role > 0"
);
sql_condition!(
    /// The search of members does not know them: the profile is hidden, or the account is to be deleted.
    IsUnlisted: diesel::sql_types::Bool = "(members.hidden_at IS NOT NULL OR members.deletion_due_at IS NOT NULL)"
);

/// Those who run the site, those who are suspended, and those whose profile is hidden or whose account is to be deleted.
fn noted(connection: &mut Connection) -> Result<Vec<MemberId>, Error> {
    let limit = SHOWN as i64;
    let staff = rows::table.filter(IsStaff).order((rows::role.desc(), rows::id)).select(rows::id).limit(limit);
    let mut ids: Vec<MemberId> = on_engine!(connection, |own| staff.load(own))?;
    // One that has ended by itself is over.
    let is_on = rows::suspended_until.is_null().or(rows::suspended_until.gt(now()));
    let out = rows::table.filter(rows::suspended_at.is_not_null()).filter(is_on).order(rows::suspended_at.desc());
    let out = out.select(rows::id).limit(limit);
    let out: Vec<MemberId> = on_engine!(connection, |own| out.load(own))?;
    let unlisted = rows::table.filter(IsUnlisted).filter(rows::id.gt(MemberId::NOBODY)).select(rows::id).limit(limit);
    let unlisted: Vec<MemberId> = on_engine!(connection, |own| unlisted.load(own))?;
    ids.extend(out.into_iter().chain(unlisted));
    Ok(each_once(ids))
}

/// Ids in their order, each once, up to one more than a page shows.
fn each_once(mut ids: Vec<MemberId>) -> Vec<MemberId> {
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    ids.truncate(SHOWN + 1);
    ids
}

/// Those who match and whom the search of members does not know, which are few.
fn unlisted(connection: &mut Connection, wanted: &Wanted) -> Result<Vec<MemberId>, Error> {
    let few = rows::table.filter(IsUnlisted).filter(rows::id.gt(MemberId::NOBODY));
    let found: Vec<(Searched, String)> =
        on_engine!(connection, |own| few.select((Searched::as_select(), rows::folded)).load(own))?;
    let matching = found.into_iter().filter(|(searched, folded)| wanted.place_in(searched, folded).is_some());
    Ok(matching.map(|(searched, _)| searched.id).collect())
}

/// Those of a handle or an e-mail address, else of a name.
fn named(connection: &mut Connection, q: &str) -> Result<Vec<MemberId>, Error> {
    let key = email::key(q);
    let of_handle = handles::table.find(q.to_lowercase()).select(handles::member_id);
    let mut ids: Vec<MemberId> = of_handle.load(connection)?;
    ids.extend(emails::table.find(&key).select(emails::member_id).load::<MemberId>(connection)?);
    let claims = email_claims::table.filter(email_claims::email_key.eq(&key)).filter(email_claims::member_id.ne(0));
    ids.extend(claims.select(email_claims::member_id).load::<MemberId>(connection)?);
    if let Some(wanted) = Wanted::of(q, &[]) {
        // Those first, of whom few match: a page shows no more than it holds.
        ids.extend(unlisted(connection, &wanted)?);
        ids.extend(wanted.find(connection, &[])?.into_iter().map(|(id, _)| id));
    }
    Ok(each_once(ids))
}

/// What an administrator sees of a member.
#[derive(Debug)]
struct Account {
    person: MemberCard,
    role: Role,
    email: String,
    /// The address that gets mail; empty for none.
    confirmed: String,
    joined: i64,
    is_suspended: bool,
    is_banned: bool,
    is_hidden: bool,
    /// When the account is to be deleted.
    leaves_at: Option<i64>,
    has_second_step: bool,
    decisions: Vec<Sanction>,
}

impl Account {
    /// What the button is called that ends what keeps them out.
    fn end(&self) -> &'static str {
        sanctions::end(self.is_banned)
    }

    /// The addresses, each with whether it is confirmed.
    fn addresses(&self) -> Vec<(&str, bool)> {
        let confirmed = (!self.confirmed.is_empty()).then_some((self.confirmed.as_str(), true));
        let entered = (self.email != self.confirmed).then_some((self.email.as_str(), false));
        confirmed.into_iter().chain(entered).collect()
    }

    /// Says that the account is to be deleted, and when; nothing where it is not.
    fn leaving(&self) -> String {
        self.leaves_at.map_or_else(String::new, |at| match at {
            // It is being removed now.
            ..=0 => t("The account is being deleted.").to_owned(),
            at => tf("They asked to delete their account. It is deleted on {day}.", dates::long(at)),
        })
    }
}

fn account(connection: &mut Connection, member: MemberId) -> Result<Account, Error> {
    let person = members::persons(connection, &[member])?.pop().ok_or(Error::NotFound)?;
    let columns = (
        rows::role,
        (rows::email, rows::confirmed_email, rows::created_at),
        (rows::suspended_at, rows::suspended_until, rows::hidden_at, rows::deletion_due_at),
    );
    type Found = (Role, (String, String, i64), (Option<i64>, Option<i64>, Option<i64>, Option<i64>));
    let (role, (email, confirmed, joined), (at, until, hidden, leaves_at)): Found =
        rows::table.find(member).select(columns).first(connection)?;
    Ok(Account {
        person,
        role,
        confirmed,
        email,
        joined,
        is_suspended: is_suspended(at, until),
        is_banned: is_suspended(at, until) && until.is_none(),
        leaves_at,
        is_hidden: hidden.is_some(),
        has_second_step: factor::is_asked(connection, member)?,
        decisions: sanctions::of(connection, member)?,
    })
}

#[derive(Template)]
#[template(path = "admin/member.html")]
struct Member {
    page: Layout,
    account: Account,
    form: Form,
    problems: Problems,
}

impl Member {
    /// What sets their password on the command line.
    fn set_password(&self) -> String {
        format!("amicable member password {}", self.account.person.handle)
    }

    /// The roles to choose from, each with whether it is theirs.
    fn roles(&self) -> Vec<(&'static str, &'static str, bool)> {
        Role::ALL.iter().map(|role| (role.word(), role.title(), *role == self.account.role)).collect()
    }
}

/// `GET /admin/members/{member}`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn member(site: SiteData, page: Layout, member: Path<MemberId>) -> Result<HttpResponse, Error> {
    show(&site, page, member.into_inner(), (Form::default(), Problems::default())).await
}

async fn show(
    site: &Site,
    page: Layout,
    member: MemberId,
    (form, problems): (Form, Problems),
) -> Result<HttpResponse, Error> {
    let account = site.read(move |connection| account(connection, member)).await?;
    let again = problems.any();
    let page = Member { page, account, form, problems };
    page.show_checked(again)
}

fn path(member: MemberId) -> String {
    format!("/admin/members/{member}")
}

/// `POST /admin/members/{member}/role`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn give_role(
    site: SiteData,
    me: Confirmed,
    member: Path<MemberId>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (by, member) = (Actor::Member(me.id), member.into_inner());
    let role = Role::of(form.get("role")).ok_or(Error::NotFound)?;
    match site.write(move |connection| roles::give(connection, by, member, role)).await? {
        Ok(()) => redirect.done(t("The role is saved.")),
        Err(refused) => redirect.refused(refused.sentence()),
    };
    Ok(redirect.to(&path(member)))
}

/// `POST /admin/members/{member}/suspend`: suspends until a day, or bans.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn suspend(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    member: Path<MemberId>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let member = member.into_inner();
    let decision = match form.get("decision") {
        "ban" => Decision::Banned,
        _ => Decision::Suspended,
    };
    let mut problems = Problems::default();
    let verdict = verdict(&form, decision, &mut problems);
    if problems.any() {
        return show(&site, page, member, (form, problems)).await;
    }
    let (by, sends_mail) = (Moderator { id: me.id, role: me.role }, site.sends_mail);
    let done = site
        .write(move |connection| match decide::hindrance(connection, by, member)? {
            Some(refused) => Ok(Err(refused)),
            None => {
                let why = (verdict.reason.as_str(), verdict.until);
                let imposed = sanctions::impose(connection, Actor::Member(by.id), member, decision, why)?;
                let is_told = sends_mail && mail::has_address(connection, member)?;
                Ok(imposed.map(|()| is_told).map_err(Refused::Only))
            }
        })
        .await?;
    match done {
        Ok(is_told) => {
            redirect.done(match decision {
                Decision::Banned => t("The member is banned."),
                _ => t("The member is suspended."),
            });
            tell_untold(&redirect, decision, is_told);
        }
        Err(refused) => {
            redirect.refused(refused.sentence());
        }
    }
    site.jobs.wake(mail::JOB);
    Ok(redirect.to(&path(member)))
}

/// `POST /admin/members/{member}/password`: sends a link to set a new password.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn send_password_link(
    site: SiteData,
    me: SignedIn,
    member: Path<MemberId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let member = member.into_inner();
    if !site.sends_mail {
        redirect.refused(t("This site sends no e-mail, so no link was sent."));
        return Ok(redirect.to(&path(member)));
    }
    let by = Actor::Member(me.id);
    match site.write(move |connection| put_password_link(connection, by, member)).await? {
        Ok(()) => redirect.done(t("A link to set a new password is on its way.")),
        Err(why) => redirect.refused(why.sentence()),
    };
    site.jobs.wake(mail::JOB);
    Ok(redirect.to(&path(member)))
}

/// Why no link to set a password is sent.
#[derive(Debug, Clone, Copy)]
enum NoLink {
    /// They are kept out, and get no such letter.
    KeptOut,
    /// Their address is another account's.
    NotTheirs,
}

impl NoLink {
    fn sentence(self) -> &'static str {
        match self {
            NoLink::KeptOut => t("No link was sent: this member is suspended or banned."),
            NoLink::NotTheirs => t("No link was sent: the address of this member belongs to another account."),
        }
    }
}

/// Writes the letter with the link to the address that is known to be theirs; where none is, to the one they have entered,
/// unless another member has confirmed it: the link would be for that account.
fn put_password_link(connection: &mut Connection, by: Actor, member: MemberId) -> Result<Result<(), NoLink>, Error> {
    let columns = (rows::email_key, rows::confirmed_email, rows::suspended_at, rows::suspended_until);
    type Found = (String, String, Option<i64>, Option<i64>);
    let (entered, confirmed, at, until): Found = rows::table.find(member).select(columns).first(connection)?;
    if is_suspended(at, until) {
        return Ok(Err(NoLink::KeptOut));
    }
    let key = if confirmed.is_empty() { entered } else { email::key(&confirmed) };
    let owner: Option<MemberId> = emails::table.find(&key).select(emails::member_id).first(connection).optional()?;
    if owner.is_some_and(|owner| owner != member) {
        return Ok(Err(NoLink::NotTheirs));
    }
    outbox::put(connection, outbox::NOBODY, Letter::ResetPassword { key, by_administrator: true })?;
    audit::record(connection, by, Act::PasswordLinkSent, Some(member), "").map(Ok)
}
