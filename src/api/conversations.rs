//! Conversations and messages.

use std::collections::HashMap;

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::tokens::Scope;
use crate::api::asked::{Answer, Asked, Reply};
use crate::api::problem::Problem;
use crate::api::shapes::{Member, Page, PageQuery};
use crate::dates;
use crate::db;
use crate::error::Error;
use crate::ids::{Between, MemberId, MessageDeletionId, MessageId};
use crate::inbox::sending::{self, Sent};
use crate::inbox::thread::{mark_read, too_many_first};
use crate::inbox::{MAX_LENGTH, deletion, store};
use crate::language::t;
use crate::web::form::{Form, Problems};
use crate::web::pagination::{Cursor, ListPage};

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conversation {
    /// With whom.
    member: Member,
    /// Whether something in it is new.
    is_unread: bool,
    /// What you began to write.
    draft: String,
    /// The newest message; nothing where there is only a draft.
    newest: Option<NewestMessage>,
}

/// The newest message of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewestMessage {
    /// Whether you wrote it.
    is_mine: bool,
    /// When it was sent.
    #[schema(format = DateTime)]
    sent_at: String,
    /// What it says.
    text: String,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    /// By which it is addressed.
    id: String,
    /// Whether you wrote it.
    is_mine: bool,
    /// When it was sent.
    #[schema(format = DateTime)]
    sent_at: String,
    /// What it says.
    text: String,
}

/// A message to send.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageToSend {
    /// What it says, in up to 5,000 characters.
    #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
    text: String,
}

/// Whether a conversation is read.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// `false` marks it as unread.
    is_read: bool,
}

/// What was deleted, to be taken back for an hour.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageDeletion {
    /// The id for `message-deletions`; nothing where there was nothing to delete.
    undo: Option<String>,
}

/// Lists your conversations.
#[utoipa::path(
    get, path = "/api/v1/conversations", tag = "Messages", operation_id = "conversations",
    params(PageQuery),
    responses((status = 200, description = "A page of them, the newest first; not counted", body = Page<Conversation>)),
    security(("token" = ["messages:read"])),
)]
pub async fn conversations(asked: Asked) -> Answer {
    asked.needs(Scope::ReadMessages)?;
    let (me, at) = (asked.me(), asked.page()?);
    asked
        .read(move |connection| {
            let fetch = |at: &_| store::conversations(connection, me, at);
            let list = ListPage::read(&at, 0, Cursor::oldest(), fetch, |(conversation, _)| Cursor {
                key: String::new(),
                id: conversation.place.unwrap_or_default().get(),
            })?;
            let others: Vec<MemberId> = list.rows.iter().map(|(conversation, _)| conversation.other_id).collect();
            let newest = store::newest_of(connection, me, &others)?;
            let mut newest: HashMap<MemberId, store::Newest> = newest.into_iter().map(|one| (one.0, one)).collect();
            Ok(Page::of(list, |(conversation, person)| Conversation {
                newest: newest.remove(&conversation.other_id).map(|(_, at, is_mine, text)| NewestMessage {
                    is_mine,
                    sent_at: dates::instant(at),
                    text,
                }),
                member: person.into(),
                is_unread: conversation.is_unread,
                draft: conversation.draft,
            }))
        })
        .await
}

/// Lists the messages of a conversation. Reading them marks nothing as read.
#[utoipa::path(
    get, path = "/api/v1/conversations/{handle}/messages", tag = "Messages", operation_id = "messages",
    params(("handle" = String, Path, description = "Their handle"), PageQuery),
    responses((status = 200, description = "A page of them, the newest first; not counted", body = Page<Message>)),
    security(("token" = ["messages:read"])),
)]
pub async fn messages(asked: Asked, handle: Path<String>) -> Answer {
    asked.needs(Scope::ReadMessages)?;
    let (limits, me, query, handle) = (asked.limits(), asked.me(), asked.query()?, handle.into_inner());
    let before = match query.get("cursor") {
        "" => MessageId::MAX,
        cursor => cursor.parse().map_err(|_| Problem::unreadable(t("This cursor was not made by this site.")))?,
    };
    asked
        .read(move |connection| {
            let other = store::partner(connection, &limits, me, &handle)?.person.id;
            let (rows, older) = store::page(connection, Between { viewer: me, other }, before)?;
            let message = |one: store::Message| Message {
                id: one.id.to_string(),
                is_mine: one.is_mine,
                sent_at: dates::instant(one.sent_at),
                text: one.text,
            };
            let items = rows.into_iter().map(message).collect();
            Ok(Page { items, total: 0, next_cursor: older.map(|id| id.to_string()) })
        })
        .await
}

/// Sends a message to a connection.
///
/// With an idempotency key it is sent once, however often you ask.
#[utoipa::path(
    post, path = "/api/v1/conversations/{handle}/messages", tag = "Messages", operation_id = "sendMessage",
    params(("handle" = String, Path, description = "Their handle")),
    request_body = MessageToSend,
    responses((status = 201, description = "The message, as it was sent", body = Message)),
    security(("token" = ["messages:write"])),
)]
pub async fn send(asked: Asked, handle: Path<String>) -> Answer {
    asked.needs(Scope::WriteMessages)?;
    let sent: MessageToSend = asked.json()?;
    // What is sent twice is known by its idempotency key alone, for as long as that is kept.
    let (limits, me, press, handle) =
        (asked.limits(), asked.me(), db::new_id::<MessageId>().to_string(), handle.into_inner());
    let mut problems = Problems::default();
    let text = problems.text(&Form::of([("text", &sent.text)]), "text", t("Message"), (1, MAX_LENGTH));
    if let Some(problem) = Problem::of_fields(&problems) {
        return Err(problem);
    }
    asked
        .change(move |connection| {
            let draft = store::partner(connection, &limits, me, &handle)?.draft().to_owned();
            let (partner, sent) = sending::attempt(connection, &limits, (me, &handle), (&text, &press))?;
            let other = partner.person.id;
            match sent {
                Sent::Sent => {}
                Sent::NotConnected => {
                    let detail = t("You can write to your connections only.");
                    return Ok(Problem::conflict("not-connected", detail).into());
                }
                Sent::TooManyFirst { from } => {
                    return Ok(
                        Problem::too_often("too-many-first-messages", too_many_first(&limits, from), from).into()
                    );
                }
            }
            if !draft.is_empty() {
                // What the member has begun to write on the page is theirs.
                store::save_draft(connection, Between { viewer: me, other }, &draft)?;
            }
            let (rows, _) = store::page(connection, Between { viewer: me, other }, MessageId::MAX)?;
            let newest = rows.into_iter().find(|one| one.is_mine).ok_or(Error::NotFound)?;
            let (id, sent_at) = (newest.id.to_string(), dates::instant(newest.sent_at));
            Reply::created(&Message { id, is_mine: true, sent_at, text: newest.text })
        })
        .await
}

/// Marks a conversation as read or unread.
#[utoipa::path(
    post, path = "/api/v1/conversations/{handle}/read", tag = "Messages", operation_id = "markConversation",
    params(("handle" = String, Path, description = "Their handle")),
    request_body = Read,
    responses((status = 204, description = "It is marked")),
    security(("token" = ["messages:write"])),
)]
pub async fn read(asked: Asked, handle: Path<String>) -> Answer {
    asked.needs(Scope::WriteMessages)?;
    let (limits, me, handle) = (asked.limits(), asked.me(), handle.into_inner());
    let sent: Read = asked.json()?;
    asked
        .change(move |connection| {
            let partner = store::partner(connection, &limits, me, &handle)?;
            let other = partner.person.id;
            match partner.place() {
                Some(place) if sent.is_read => {
                    mark_read(connection, Between { viewer: me, other }, place)?;
                }
                _ => {
                    store::mark(connection, me, &[other], !sent.is_read)?;
                }
            }
            Ok(Reply::none())
        })
        .await
}

/// Deletes your copy of a message. Theirs stays.
#[utoipa::path(
    delete, path = "/api/v1/conversations/{handle}/messages/{id}", tag = "Messages", operation_id = "deleteMessage",
    params(("handle" = String, Path, description = "Their handle"), ("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "What it can be taken back by", body = MessageDeletion)),
    security(("token" = ["messages:write"])),
)]
pub async fn delete_message(asked: Asked, path: Path<(String, MessageId)>) -> Answer {
    asked.needs(Scope::WriteMessages)?;
    let (limits, me, (handle, message)) = (asked.limits(), asked.me(), path.into_inner());
    asked
        .change(move |connection| {
            let other = store::partner(connection, &limits, me, &handle)?.person.id;
            db::lock_members(connection, [me])?;
            let undo = Some(deletion::message(connection, Between { viewer: me, other }, message)?.to_string());
            Reply::ok(&MessageDeletion { undo })
        })
        .await
}

/// Deletes your copy of a conversation. Theirs stays.
#[utoipa::path(
    delete, path = "/api/v1/conversations/{handle}", tag = "Messages", operation_id = "deleteConversation",
    params(("handle" = String, Path, description = "Their handle")),
    responses((status = 200, description = "What it can be taken back by", body = MessageDeletion)),
    security(("token" = ["messages:write"])),
)]
pub async fn delete(asked: Asked, handle: Path<String>) -> Answer {
    asked.needs(Scope::WriteMessages)?;
    let (limits, me, handle) = (asked.limits(), asked.me(), handle.into_inner());
    asked
        .change(move |connection| {
            let other = store::partner(connection, &limits, me, &handle)?.person.id;
            db::lock_members(connection, [me])?;
            let undo = deletion::conversations(connection, me, &[other])?.map(|id| id.to_string());
            Reply::ok(&MessageDeletion { undo })
        })
        .await
}

/// Brings back what was deleted in the last hour.
#[utoipa::path(
    post, path = "/api/v1/message-deletions/{id}/undo", tag = "Messages", operation_id = "undoMessageDeletion",
    params(("id" = String, Path, description = "The `undo` of the answer that deleted it")),
    responses((status = 204, description = "It is back")),
    security(("token" = ["messages:write"])),
)]
pub async fn undo(asked: Asked, id: Path<MessageDeletionId>) -> Answer {
    asked.needs(Scope::WriteMessages)?;
    let (me, id) = (asked.me(), *id);
    asked
        .change(move |connection| {
            db::lock_members(connection, [me])?;
            match deletion::undo(connection, me, id)? {
                true => Ok(Reply::none()),
                false => {
                    let detail =
                        t("There is nothing to take back: it is back already, or was deleted more than an hour ago.");
                    Ok(Problem::conflict("nothing-to-do", detail).into())
                }
            }
        })
        .await
}
