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
use crate::dates;
use crate::db::{Connection, id_in, on_engine, sql_condition};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{filters, t};
use crate::mail::{self, Letter, outbox};
use crate::members::role::Role;
use crate::members::search::Wanted;
use crate::members::suspension::is_suspended;
use crate::members::{self, MemberCard};
use crate::moderation::Decision;
use crate::moderation::decide::{self, Moderator, Refused};
use crate::moderation::decision_pages::verdict;
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
    people: Vec<(MemberCard, String)>,
    is_more: bool,
}

/// `GET /admin/members`: by name, handle or e-mail address; without a search, those who run the site and those kept out.
///
/// # Errors
/// The database's.
pub async fn members(site: SiteData, page: Layout, Query(query): Query) -> Result<HttpResponse, Error> {
    let q = query.get("q").trim().to_owned();
    let typed = q.clone();
    let mut people = site.read_long(move |connection| found(connection, &typed)).await?;
    let is_more = people.len() > SHOWN;
    people.truncate(SHOWN);
    Members { page, q, people, is_more }.show()
}

fn found(connection: &mut Connection, q: &str) -> Result<Vec<(MemberCard, String)>, Error> {
    let ids = if q.is_empty() { noted(connection)? } else { named(connection, q)? };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let these = rows::table.filter(id_in(connection, rows::id, &ids));
    let columns = (rows::id, rows::role, rows::suspended_at, rows::suspended_until, rows::hidden_at);
    type Standing = (MemberId, Role, Option<i64>, Option<i64>, Option<i64>);
    let standings: Vec<Standing> = on_engine!(connection, |own| these.select(columns).load(own))?;
    let words = |id: MemberId| match standings.iter().find(|(one, ..)| *one == id) {
        Some((_, role, at, until, hidden)) => standing(*role, (*at, *until), *hidden),
        None => String::new(),
    };
    let people = members::persons(connection, &ids)?;
    Ok(people.into_iter().map(|person| (person.clone(), words(person.id))).collect())
}

/// What is to be said of a member in a list.
fn standing(role: Role, (at, until): (Option<i64>, Option<i64>), hidden: Option<i64>) -> String {
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
    words.join(" · ")
}

sql_condition!(
    /// The member helps to run the site.
    IsStaff: diesel::sql_types::Bool = "members.role > 0"
);

/// Those who run the site, and those who are suspended.
fn noted(connection: &mut Connection) -> Result<Vec<MemberId>, Error> {
    let limit = SHOWN as i64;
    let staff = rows::table.filter(IsStaff).order((rows::role.desc(), rows::id)).select(rows::id).limit(limit);
    let mut ids: Vec<MemberId> = on_engine!(connection, |own| staff.load(own))?;
    let out = rows::table.filter(rows::suspended_at.is_not_null()).order(rows::suspended_at.desc());
    let out = out.select(rows::id).limit(limit);
    let out: Vec<MemberId> = on_engine!(connection, |own| out.load(own))?;
    ids.extend(out.into_iter().filter(|id| !ids.contains(id)).collect::<Vec<_>>());
    Ok(ids)
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
        ids.extend(wanted.find(connection, &[])?.into_iter().map(|(id, _)| id));
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    ids.truncate(SHOWN + 1);
    Ok(ids)
}

/// What an administrator sees of a member.
#[derive(Debug)]
struct Account {
    person: MemberCard,
    role: Role,
    email: String,
    is_confirmed: bool,
    joined: i64,
    is_suspended: bool,
    is_hidden: bool,
    has_second_step: bool,
    decisions: Vec<Sanction>,
}

fn account(connection: &mut Connection, member: MemberId) -> Result<Account, Error> {
    let person = members::persons(connection, &[member])?.pop().ok_or(Error::NotFound)?;
    let columns = (
        rows::role,
        (rows::email, rows::confirmed_email, rows::created_at),
        (rows::suspended_at, rows::suspended_until, rows::hidden_at),
    );
    type Found = (Role, (String, String, i64), (Option<i64>, Option<i64>, Option<i64>));
    let (role, (email, confirmed, joined), (at, until, hidden)): Found =
        rows::table.find(member).select(columns).first(connection)?;
    Ok(Account {
        person,
        role,
        is_confirmed: email == confirmed,
        email,
        joined,
        is_suspended: is_suspended(at, until),
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
    if again { page.show_again() } else { page.show() }
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
    let by = Moderator { id: me.id, role: me.role };
    let done = site
        .write(move |connection| match decide::hindrance(connection, by, member)? {
            Some(refused) => Ok(Err(refused)),
            None => {
                let why = (verdict.reason.as_str(), verdict.until);
                let imposed = sanctions::impose(connection, Actor::Member(by.id), member, decision, why)?;
                Ok(imposed.map_err(Refused::Only))
            }
        })
        .await?;
    match done {
        Ok(()) => redirect.done(t("The member is suspended.")),
        Err(refused) => redirect.refused(refused.sentence()),
    };
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
    let (by, member) = (Actor::Member(me.id), member.into_inner());
    site.write(move |connection| {
        let key: String = rows::table.find(member).select(rows::email_key).first(connection)?;
        outbox::put(connection, outbox::NOBODY, Letter::ResetPassword { key, by_administrator: true })?;
        audit::record(connection, by, Act::PasswordLinkSent, Some(member), "")
    })
    .await?;
    site.jobs.wake(mail::JOB);
    redirect.done(t("A link to set a new password is on its way."));
    Ok(redirect.to(&path(member)))
}
