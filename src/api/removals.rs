//! Removals: many disconnects at once, as a draft that is confirmed and can be undone.

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::tokens::Scope;
use crate::api::asked::{Answer, Asked, Reply};
use crate::api::connections::filter_of;
use crate::api::problem::Problem;
use crate::api::shapes::{Member, Page, PageQuery, connected_since};
use crate::connections::list::Filter;
use crate::connections::removal::draft::{self, Select, Sheet, Target};
use crate::connections::removal::{self, Parting, find};
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{MemberId, RemovalId};
use crate::language::t;
use crate::web::form::{Form, Problems};

/// Whom to remove.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RemovalToBegin {
    /// These connections.
    members: Vec<MemberToRemove>,
    /// All connections that match, besides; for a token that may read them, too.
    filter: Option<RemovalFilter>,
}

/// A connection to remove.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberToRemove {
    /// Their handle.
    handle: String,
    /// Since when you are connected, as the list of your connections said it.
    #[schema(format = DateTime)]
    connected_since: Option<String>,
}

/// Which connections: the filters of the list.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RemovalFilter {
    /// Words of a name, headline, company or location.
    q: String,
    /// A tag of yours.
    tag: String,
    /// A part of the company's name; in quotation marks, the whole of it.
    company: String,
    /// A part of the location; in quotation marks, the whole of it.
    location: String,
    /// Connected on this day or later.
    #[schema(format = Date)]
    connected_after: String,
    /// Connected before this day.
    #[schema(format = Date)]
    connected_before: String,
    /// No message was exchanged on this day or later.
    #[schema(format = Date)]
    no_message_since: String,
    /// No message was exchanged at all.
    never_exchanged_a_word: bool,
}

impl RemovalFilter {
    /// As lists read it.
    fn read(&self) -> Result<Filter, Problem> {
        filter_of(&Form::of([
            ("q", &self.q),
            ("tag", &self.tag),
            ("company", &self.company),
            ("location", &self.location),
            ("connected_after", &self.connected_after),
            ("connected_before", &self.connected_before),
            ("no_message_since", &self.no_message_since),
            ("never_exchanged_a_word", if self.never_exchanged_a_word { "1" } else { "" }),
        ]))
    }
}

/// How to disconnect from all of them.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RemovalToConfirm {
    /// Whether they may invite you again.
    may_invite_again: bool,
    /// Why, for yourself alone, of up to 1,000 characters.
    private_reason: String,
}

/// A removal. A token that may not read connections is answered with its id, and with what its own deed has come to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Removal {
    /// By which it is addressed.
    id: String,
    /// How many stand in it.
    #[schema(required = false)]
    number: i64,
    /// When it was begun.
    #[schema(format = DateTime)]
    #[schema(required = false)]
    begun_at: String,
    /// When it was confirmed; nothing for a draft.
    #[schema(format = DateTime)]
    confirmed_at: Option<String>,
    /// When it was undone.
    #[schema(format = DateTime)]
    undone_at: Option<String>,
    /// How many were disconnected.
    #[schema(required = false)]
    removed: i32,
    /// How many were connected again.
    #[schema(required = false)]
    restored: i32,
    /// Why, for yourself.
    #[schema(required = false)]
    private_reason: String,
    /// Whether they may invite you again.
    #[schema(required = false)]
    may_invite_again: bool,
}

/// Somebody who stands in a removal.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemovalMember {
    /// Who.
    member: Member,
    /// Since when you were connected.
    #[schema(format = DateTime)]
    connected_since: Option<String>,
}

fn load(connection: &mut Connection, me: MemberId, id: RemovalId) -> Result<Removal, Error> {
    let removal = find(connection, me, id)?;
    Ok(Removal {
        id: id.to_string(),
        number: draft::number(connection, me, id)?,
        begun_at: dates::instant(removal.created_at),
        confirmed_at: removal.confirmed_at.map(dates::instant),
        undone_at: removal.undone_at.map(dates::instant),
        removed: removal.removed,
        restored: removal.restored,
        private_reason: removal.parting.private_reason,
        may_invite_again: removal.parting.may_invite_again,
    })
}

/// Begins a removal: a draft of whom to disconnect from. Nobody is disconnected yet.
///
/// A draft is kept for 30 days, and of more than 20 the oldest is forgotten.
#[utoipa::path(
    post, path = "/api/v1/removals", tag = "Removals", operation_id = "beginRemoval",
    request_body = RemovalToBegin,
    responses((status = 201, description = "The draft", body = Removal)),
    security(("token" = ["connections:write"])),
)]
pub async fn begin(asked: Asked) -> Answer {
    asked.needs(Scope::WriteConnections)?;
    let (sent, me): (RemovalToBegin, MemberId) = (asked.json()?, asked.me());
    let shown = |one: &MemberToRemove| {
        let since = connected_since(one.connected_since.as_deref())?.unwrap_or(0);
        Ok::<_, Problem>((one.handle.to_lowercase(), since))
    };
    let sheet = Sheet {
        shown: sent.members.iter().map(shown).collect::<Result<_, _>>()?,
        ticked: sent.members.iter().map(|one| one.handle.to_lowercase()).collect(),
    };
    let select = match &sent.filter {
        Some(filter) => {
            // Whether anybody matches is read.
            asked.needs(Scope::ReadConnections)?;
            Select::All(filter.read()?)
        }
        None => Select::AsTicked,
    };
    let seen = asked.seen(Scope::ReadConnections, &["id"]);
    asked
        .change_many(move |connection| match draft::take_over(connection, me, Target::New, &sheet, &select)?.draft {
            Some(id) => seen.created(&load(connection, me, id)?),
            None => Ok(Problem::conflict("nobody", t("None of these is a connection of yours.")).into()),
        })
        .await
}

/// Shows a removal.
#[utoipa::path(
    get, path = "/api/v1/removals/{id}", tag = "Removals", operation_id = "removal",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The removal", body = Removal)),
    security(("token" = ["connections:read"])),
)]
pub async fn show(asked: Asked, id: Path<RemovalId>) -> Answer {
    asked.needs(Scope::ReadConnections)?;
    let (me, id) = (asked.me(), *id);
    asked.read(move |connection| load(connection, me, id)).await
}

/// Lists who stands in a removal.
#[utoipa::path(
    get, path = "/api/v1/removals/{id}/members", tag = "Removals", operation_id = "removalMembers",
    params(("id" = String, Path, description = "Its id"), PageQuery),
    responses((status = 200, description = "A page of them, by name", body = Page<RemovalMember>)),
    security(("token" = ["connections:read"])),
)]
pub async fn members(asked: Asked, id: Path<RemovalId>) -> Answer {
    asked.needs(Scope::ReadConnections)?;
    let (me, id, at) = (asked.me(), *id, asked.page()?);
    asked
        .read(move |connection| {
            find(connection, me, id)?;
            let number = draft::number(connection, me, id)?;
            let list = draft::page(connection, me, id, number, &at)?;
            Ok(Page::of(list, |one| RemovalMember {
                connected_since: one.connected_at.map(dates::instant),
                member: one.person.into(),
            }))
        })
        .await
}

/// Forgets a draft. One that is confirmed stays.
#[utoipa::path(
    delete, path = "/api/v1/removals/{id}", tag = "Removals", operation_id = "forgetRemoval",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is gone")),
    security(("token" = ["connections:write"])),
)]
pub async fn forget(asked: Asked, id: Path<RemovalId>) -> Answer {
    asked.needs(Scope::WriteConnections)?;
    let (me, id) = (asked.me(), *id);
    asked
        .change(move |connection| {
            draft::forget(connection, me, id)?;
            Ok(Reply::none())
        })
        .await
}

/// Disconnects from everybody in a draft. Nobody is told.
///
/// Done twice, it changes nothing more.
#[utoipa::path(
    post, path = "/api/v1/removals/{id}/confirm", tag = "Removals", operation_id = "confirmRemoval",
    params(("id" = String, Path, description = "Its id")),
    request_body = RemovalToConfirm,
    responses((status = 200, description = "The removal", body = Removal)),
    security(("token" = ["connections:write"])),
)]
pub async fn confirm(asked: Asked, id: Path<RemovalId>) -> Answer {
    asked.needs(Scope::WriteConnections)?;
    let (sent, me, id): (RemovalToConfirm, MemberId, RemovalId) = (asked.json()?, asked.me(), *id);
    let mut problems = Problems::default();
    let RemovalToConfirm { private_reason, may_invite_again } = sent;
    let sent = Parting { private_reason, may_invite_again };
    let parting = Parting::checked(&sent.form(), &mut problems);
    let seen = asked.seen(Scope::ReadConnections, &["id", "removed", "restored"]);
    if let Some(problem) = Problem::of_fields(&problems) {
        return Err(problem);
    }
    asked
        .change_many(move |connection| {
            removal::confirm(connection, me, id, &parting)?;
            seen.ok(&load(connection, me, id)?)
        })
        .await
}

/// Undoes a removal: connects you again with everybody who need not be asked first. Nobody is told.
#[utoipa::path(
    post, path = "/api/v1/removals/{id}/undo", tag = "Removals", operation_id = "undoRemoval",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The removal", body = Removal)),
    security(("token" = ["connections:write"])),
)]
pub async fn undo(asked: Asked, id: Path<RemovalId>) -> Answer {
    asked.needs(Scope::WriteConnections)?;
    let (limits, me, id) = (asked.limits(), asked.me(), *id);
    let seen = asked.seen(Scope::ReadConnections, &["id", "removed", "restored"]);
    asked
        .change_many(move |connection| match removal::undo(connection, &limits, me, id)? {
            Ok(_) => seen.ok(&load(connection, me, id)?),
            Err(no_room) => {
                let mut problem = Problem::refused(no_room.refusal(), "");
                problem.detail = no_room.sentence();
                Ok(problem.into())
            }
        })
        .await
}
