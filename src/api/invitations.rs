//! Invitations received and sent.

use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::tokens::Scope;
use crate::api::asked::{Answer, Asked};
use crate::api::shapes::{Member, Page, PageQuery};
use crate::connections::invitations;
use crate::dates;

/// An invitation that waits for an answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitation {
    /// The other member.
    member: Member,
    /// The note.
    note: String,
    /// When it was sent.
    #[schema(format = DateTime)]
    sent_at: String,
}

impl From<invitations::Invitation> for Invitation {
    fn from(row: invitations::Invitation) -> Invitation {
        Invitation { member: row.person.into(), note: row.note, sent_at: dates::instant(row.changed_at) }
    }
}

/// Lists the invitations that wait for your answer.
#[utoipa::path(
    get, path = "/api/v1/invitations/received", tag = "Invitations", operation_id = "invitationsReceived",
    params(PageQuery),
    responses((status = 200, description = "A page of them, the newest first", body = Page<Invitation>)),
    security(("token" = ["connections:read"])),
)]
pub async fn received(asked: Asked) -> Answer {
    asked.needs(Scope::ReadConnections)?;
    let (limits, me, at) = (asked.limits(), asked.viewer(), asked.page()?);
    let read =
        move |connection: &mut _| Ok(Page::of(invitations::received(connection, &limits, &me, &at)?, Invitation::from));
    asked.read(read).await
}

/// Lists the invitations that you sent and that wait for an answer.
#[utoipa::path(
    get, path = "/api/v1/invitations/sent", tag = "Invitations", operation_id = "invitationsSent",
    params(PageQuery),
    responses((status = 200, description = "A page of them, the newest first", body = Page<Invitation>)),
    security(("token" = ["connections:read"])),
)]
pub async fn sent(asked: Asked) -> Answer {
    asked.needs(Scope::ReadConnections)?;
    let (limits, me, at) = (asked.limits(), asked.me(), asked.page()?);
    let read = move |connection: &mut _| {
        Ok(Page::of(invitations::sent(connection, &limits, me, false, &at)?, Invitation::from))
    };
    asked.read(read).await
}
