//! Members, and what one does toward them.

use actix_web::web::Path;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::accounts::tokens::Scope;
use crate::api::asked::{Answer, Asked, Seen};
use crate::api::problem::Problem;
use crate::api::shapes::{Relation, connected_since};
use crate::connections::disconnect::REASON;
use crate::connections::{self, disconnect as disconnecting, invitations, standing, store, visible};
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{Between, MemberId};
use crate::language::t;
use crate::members::MemberCard;
use crate::relationship::{Action, Limits};
use crate::web::form::{Form, Problems};
use crate::web::viewer::Viewer;

/// An invitation to send.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InvitationToSend {
    /// What they read with it, of up to 300 characters.
    note: String,
}

/// How to disconnect.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Disconnect {
    /// Whether they may invite you again.
    may_invite_again: bool,
    /// Why, for yourself alone, of up to 1,000 characters.
    private_reason: String,
    /// Since when you are connected, as an earlier answer said it.
    #[schema(format = DateTime)]
    connected_since: Option<String>,
}

/// How to block.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Block {
    /// Why, for yourself alone, of up to 1,000 characters.
    private_reason: String,
    /// Since when you are connected, as an earlier answer said it.
    #[schema(format = DateTime)]
    connected_since: Option<String>,
}

/// Whether they may invite you again.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MayInviteAgain {
    /// Whether they may.
    may_invite_again: bool,
}

fn relation(connection: &mut Connection, limits: &Limits, me: &Viewer, handle: &str) -> Result<Relation, Error> {
    let (profile, row) = visible::member(connection, limits, me.id, handle)?;
    let standing = standing::one(connection, limits, Between { viewer: me.id, other: profile.person.id }, row)?;
    Ok(Relation::of(me, limits, (profile.person, profile.about), standing))
}

/// The member of a handle, and what they say about themselves, as the acting member sees them before they act: afterwards they
/// may not be seen any more. An invitation is withdrawn from wherever its list has it, as on the page.
fn before(
    connection: &mut Connection,
    limits: &Limits,
    me: MemberId,
    handle: &str,
    action: Action,
) -> Result<(MemberCard, String), Error> {
    let page = match action {
        Action::Disconnect { page, .. } | Action::Block { page } => page,
        _ => None,
    };
    match visible::member_of_page(connection, limits, (me, page), handle) {
        Err(Error::NotFound) if action == Action::Withdraw => {
            Ok((invitations::to_withdraw(connection, limits, me, handle)?, String::new()))
        }
        seen => seen.map(|(profile, _)| (profile.person, profile.about)),
    }
}

/// How one stands to somebody after one has acted.
fn after(
    connection: &mut Connection,
    limits: &Limits,
    me: &Viewer,
    member: (MemberCard, String),
) -> Result<Relation, Error> {
    let row = store::row(connection, Between { viewer: me.id, other: member.0.id })?;
    let standing = standing::one(connection, limits, Between { viewer: me.id, other: member.0.id }, row)?;
    Ok(Relation::of(me, limits, member, standing))
}

/// What a token sees of an answer that may not read connections: what its deed has come to.
fn seen(asked: &Asked) -> Seen {
    asked.seen(Scope::ReadConnections, &["standing"])
}

/// Acts, and answers with how one stands to them then.
async fn act(asked: Asked, handle: Path<String>, action: Action, text: String) -> Answer {
    asked.needs(Scope::WriteConnections)?;
    let (limits, me, handle, seen) = (asked.limits(), asked.viewer(), handle.into_inner(), seen(&asked));
    asked
        .change(move |connection| {
            let member = before(connection, &limits, me.id, &handle, action)?;
            match connections::act(connection, &limits, Between { viewer: me.id, other: member.0.id }, action, &text)? {
                Ok(_) => seen.ok(&after(connection, &limits, &me, member)?),
                Err(refusal) => Ok(Problem::refused(refusal, &member.0.full_name).into()),
            }
        })
        .await
}

/// Reads a text as the form of the page does.
fn text(field: &'static str, label: &'static str, text: &str, most: usize) -> Result<String, Problem> {
    let mut problems = Problems::default();
    let text = problems.text(&Form::of([(field, text)]), field, label, (0, most));
    Problem::of_fields(&problems).map_or(Ok(text), Err)
}

/// Shows a member, and how you stand to them.
#[utoipa::path(
    get, path = "/api/v1/members/{handle}", tag = "Members", operation_id = "member",
    params(("handle" = String, Path, description = "Their handle")),
    responses((status = 200, description = "The member", body = Relation)),
    security(("token" = ["connections:read"])),
)]
pub async fn show(asked: Asked, handle: Path<String>) -> Answer {
    asked.needs(Scope::ReadConnections)?;
    let (limits, me, handle) = (asked.limits(), asked.viewer(), handle.into_inner());
    asked.read(move |connection| relation(connection, &limits, &me, &handle)).await
}

/// Invites somebody to connect.
///
/// Whoever has invited you is accepted, and a connection that you ended is restored, at once and silently, where that is possible.
#[utoipa::path(
    post, path = "/api/v1/members/{handle}/invite", tag = "Members", operation_id = "invite",
    params(("handle" = String, Path, description = "Their handle")),
    request_body = InvitationToSend,
    responses((status = 200, description = "How you stand to them now", body = Relation)),
    security(("token" = ["connections:write"])),
)]
pub async fn invite(asked: Asked, handle: Path<String>) -> Answer {
    let sent: InvitationToSend = asked.json()?;
    let note = text("note", t("Note"), &sent.note, asked.limits().note_length)?;
    act(asked, handle, Action::Invite, note).await
}

/// Accepts their invitation.
#[utoipa::path(
    post, path = "/api/v1/members/{handle}/accept", tag = "Members", operation_id = "accept",
    params(("handle" = String, Path, description = "Their handle")),
    responses((status = 200, description = "How you stand to them now", body = Relation)),
    security(("token" = ["connections:write"])),
)]
pub async fn accept(asked: Asked, handle: Path<String>) -> Answer {
    act(asked, handle, Action::Accept, String::new()).await
}

/// Declines their invitation. They are not told.
#[utoipa::path(
    post, path = "/api/v1/members/{handle}/decline", tag = "Members", operation_id = "decline",
    params(("handle" = String, Path, description = "Their handle")),
    responses((status = 200, description = "How you stand to them now", body = Relation)),
    security(("token" = ["connections:write"])),
)]
pub async fn decline(asked: Asked, handle: Path<String>) -> Answer {
    act(asked, handle, Action::Decline, String::new()).await
}

/// Takes a decline back: their invitation waits for your answer again. They are not told.
///
/// It waits as it was: with its note, its day, and the time that it has left.
#[utoipa::path(
    post, path = "/api/v1/members/{handle}/decline/undo", tag = "Members", operation_id = "undoDecline",
    params(("handle" = String, Path, description = "Their handle")),
    responses((status = 200, description = "How you stand to them now", body = Relation)),
    security(("token" = ["connections:write"])),
)]
pub async fn undo_decline(asked: Asked, handle: Path<String>) -> Answer {
    act(asked, handle, Action::UndoDecline, String::new()).await
}

/// Withdraws your invitation. They are not told.
#[utoipa::path(
    post, path = "/api/v1/members/{handle}/withdraw", tag = "Members", operation_id = "withdraw",
    params(("handle" = String, Path, description = "Their handle")),
    responses((status = 200, description = "How you stand to them now", body = Relation)),
    security(("token" = ["connections:write"])),
)]
pub async fn withdraw(asked: Asked, handle: Path<String>) -> Answer {
    act(asked, handle, Action::Withdraw, String::new()).await
}

/// Disconnects from somebody. They are not told.
///
/// Done twice, it just succeeds. Send `connected_since` as an earlier answer said it, and it counts as yours also where they have
/// disconnected meanwhile.
#[utoipa::path(
    post, path = "/api/v1/members/{handle}/disconnect", tag = "Members", operation_id = "disconnect",
    params(("handle" = String, Path, description = "Their handle")),
    request_body = Disconnect,
    responses((status = 200, description = "How you stand to them now", body = Relation)),
    security(("token" = ["connections:write"])),
)]
pub async fn disconnect(asked: Asked, handle: Path<String>) -> Answer {
    let sent: Disconnect = asked.json()?;
    let reason = text("private_reason", t("Private reason"), &sent.private_reason, REASON)?;
    let page = connected_since(sent.connected_since.as_deref())?;
    act(asked, handle, Action::Disconnect { may_invite_again: sent.may_invite_again, page }, reason).await
}

/// Restores a connection that you ended, at once and silently.
///
/// Where they have to be asked first, it is refused as `ask-first`: send an invitation instead.
#[utoipa::path(
    post, path = "/api/v1/members/{handle}/re-invite", tag = "Members", operation_id = "reInvite",
    params(("handle" = String, Path, description = "Their handle")),
    responses((status = 200, description = "How you stand to them now", body = Relation)),
    security(("token" = ["connections:write"])),
)]
pub async fn re_invite(asked: Asked, handle: Path<String>) -> Answer {
    asked.needs(Scope::WriteConnections)?;
    let (limits, me, handle, seen) = (asked.limits(), asked.viewer(), handle.into_inner(), seen(&asked));
    asked
        .change(move |connection| {
            let member = before(connection, &limits, me.id, &handle, Action::Invite)?;
            let (person, answer) = disconnecting::restore(connection, &limits, me.id, &handle)?;
            match answer {
                Some(Ok(_)) => seen.ok(&after(connection, &limits, &me, member)?),
                Some(Err(refusal)) => Ok(Problem::refused(refusal, &person.full_name).into()),
                None => {
                    let detail = t("There is nothing to restore at once. Send an invitation instead.");
                    Ok(Problem::conflict("ask-first", detail).into())
                }
            }
        })
        .await
}

/// Says whether somebody you disconnected from may invite you again. They are not told.
#[utoipa::path(
    post, path = "/api/v1/members/{handle}/may-invite-again", tag = "Members", operation_id = "setMayInviteAgain",
    params(("handle" = String, Path, description = "Their handle")),
    request_body = MayInviteAgain,
    responses((status = 200, description = "How you stand to them now", body = Relation)),
    security(("token" = ["connections:write"])),
)]
pub async fn set_may_invite_again(asked: Asked, handle: Path<String>) -> Answer {
    let sent: MayInviteAgain = asked.json()?;
    act(asked, handle, Action::SetMayInviteAgain(sent.may_invite_again), String::new()).await
}

/// Blocks somebody: they can no longer find, see, invite or write to you. They are not told.
#[utoipa::path(
    post, path = "/api/v1/members/{handle}/block", tag = "Members", operation_id = "block",
    params(("handle" = String, Path, description = "Their handle")),
    request_body = Block,
    responses((status = 200, description = "How you stand to them now", body = Relation)),
    security(("token" = ["connections:write"])),
)]
pub async fn block(asked: Asked, handle: Path<String>) -> Answer {
    let sent: Block = asked.json()?;
    let reason = text("private_reason", t("Private reason"), &sent.private_reason, REASON)?;
    let page = connected_since(sent.connected_since.as_deref())?;
    act(asked, handle, Action::Block { page }, reason).await
}

/// Unblocks somebody. They are not told, and you are not connected.
#[utoipa::path(
    post, path = "/api/v1/members/{handle}/unblock", tag = "Members", operation_id = "unblock",
    params(("handle" = String, Path, description = "Their handle")),
    responses((status = 200, description = "How you stand to them now", body = Relation)),
    security(("token" = ["connections:write"])),
)]
pub async fn unblock(asked: Asked, handle: Path<String>) -> Answer {
    act(asked, handle, Action::Unblock, String::new()).await
}
