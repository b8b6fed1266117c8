//! Why something was not done, as `application/problem+json` (RFC 9457).

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::connections::refusal::sentence;
use crate::dates::now;
use crate::error::Error;
use crate::language::{t, tf};
use crate::relationship::Refusal;
use crate::web::form::{Form, Problems};

/// The media type.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why something was not done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Which kind of problem it is, for programs: a name that does not change, below `/api#`.
    #[serde(rename = "type")]
    #[schema(example = "/api#refused")]
    pub kind: String,
    /// The status.
    #[schema(example = 409)]
    pub status: u16,
    /// What kind of problem it is, for people.
    pub title: String,
    /// What is wrong, for people, in the language of the member.
    pub detail: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    #[serde(skip)]
    #[schema(ignore)]
    headers: Box<Headers>,
}

/// What the headers of its answer say besides.
#[derive(Debug, Clone, Default)]
struct Headers {
    /// Seconds.
    retry_after: Option<i64>,
    /// Methods; empty for none.
    allow: String,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldProblem {
    /// The field.
    pub field: String,
    /// What is wrong.
    pub detail: String,
}

impl Problem {
    /// A problem of a kind.
    pub fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Problem {
        Problem {
            kind: format!("/api#{kind}"),
            status: status.as_u16(),
            title: title.to_owned(),
            detail: detail.into(),
            errors: Vec::new(),
            headers: Box::default(),
        }
    }

    /// No token, or one that opens nothing.
    pub fn unauthorized() -> Problem {
        let detail = t("Send a token of yours: Authorization: Bearer, a space, the token.");
        Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", t("Not signed in"), detail)
    }

    /// What a token is not for, or a member may not.
    pub fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "forbidden", t("Not allowed"), detail)
    }

    /// What cannot be read.
    pub fn unreadable(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable", t("That cannot be read"), detail)
    }

    /// What stands in the way of it now.
    pub fn conflict(kind: &str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::CONFLICT, kind, t("That cannot be done now"), detail)
    }

    /// A limit that is reached until a moment, in unix seconds.
    pub fn too_often(kind: &str, detail: impl Into<String>, until: i64) -> Problem {
        let headers = Box::new(Headers { retry_after: Some((until - now()).max(1)), ..Headers::default() });
        let (status, title) = (StatusCode::TOO_MANY_REQUESTS, t("Too often"));
        Problem { headers, ..Problem::new(status, kind, title, detail) }
    }

    /// Seconds after which what was asked too often may be asked again.
    pub fn retry_after(&self) -> Option<i64> {
        self.headers.retry_after
    }

    /// A refusal; `name` is the other member's. All causes that lie with the other are one.
    pub fn refused(refusal: Refusal, name: &str) -> Problem {
        let (kind, detail) = (kind_of(refusal), sentence(refusal, name));
        match refusal {
            Refusal::InvitationsUsedUp(all) => Problem::too_often(kind, detail, all.next),
            _ => Problem::conflict(kind, detail),
        }
    }

    /// Fields that are not as they must be; nothing where all are.
    pub fn of_fields(problems: &Problems) -> Option<Problem> {
        let errors: Vec<FieldProblem> = problems
            .iter()
            .map(|(field, detail)| FieldProblem { field: field.clone(), detail: detail.clone() })
            .collect();
        let detail = errors.first()?.detail.clone();
        let title = t("Something in it is not as it must be");
        Some(Problem { errors, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title, detail) })
    }

    /// A method that the address does not take.
    pub fn wrong_method(allow: String) -> Problem {
        let error = Error::WrongMethod(allow.clone());
        let title = error.title_and_sentence().0;
        let detail = t("This address does not take this method.");
        let headers = Box::new(Headers { allow, ..Headers::default() });
        Problem { headers, ..Problem::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", title, detail) }
    }

    /// A body of another kind than JSON.
    pub fn not_json() -> Problem {
        let detail = t("Send JSON, with Content-Type: application/json.");
        let title = t("Unknown kind of content");
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", title, detail)
    }

    /// The body, as it is sent and kept.
    pub fn body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Notes a problem where a field was sent that is none of these words: pages take what is meant, a program is told.
pub fn one_of(problems: &mut Problems, form: &Form, field: &str, words: &[&str]) {
    let sent = form.get(field);
    if !sent.is_empty() && !words.contains(&sent) {
        problems.add(
            field,
            tf(
                "This takes one of: {words}.",
                words.iter().copied().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", "),
            ),
        );
    }
}

/// A refusal as programs know it.
fn kind_of(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Myself => "yourself",
        Refusal::AlreadyInvited => "already-invited",
        Refusal::AlreadyConnected | Refusal::AcceptedMeanwhile => "already-connected",
        Refusal::IBlockedThem => "blocked",
        Refusal::NoInvitation | Refusal::NothingSent => "no-invitation",
        Refusal::Paused(_) => "paused",
        Refusal::InvitationsUsedUp(_) => "invitations-used-up",
        Refusal::TooManyConnections { .. } => "too-many-connections",
        Refusal::TheyAreFull => "they-are-full",
        Refusal::Neutral | Refusal::NeutralAndMayInviteAgain => "refused",
        Refusal::NotFound => "nothing-to-do",
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code()).content_type(MEDIA_TYPE).body(self.body());
        let headers = response.headers_mut();
        if let Some(seconds) = self.headers.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Ok(allow) = HeaderValue::from_str(&self.headers.allow)
            && !self.headers.allow.is_empty()
        {
            headers.insert(ALLOW, allow);
        }
        if self.status_code() == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Amicable\""));
        }
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        Problem::of(&error)
    }
}

impl Problem {
    /// What went wrong, as programs read it.
    pub fn of(error: &Error) -> Problem {
        let status = match error {
            Error::BadRequest(_) => StatusCode::UNPROCESSABLE_ENTITY,
            error => error.status_code(),
        };
        if status.is_server_error() {
            // Writes the line in the log.
            drop(error.error_response());
        }
        let (title, sentence) = error.title_and_sentence();
        let (kind, detail) = match error {
            Error::NotFound => ("not-found", t("There is nothing at this address, or it is not open to you.")),
            Error::TooMany { .. } => ("too-many-requests", sentence),
            Error::TooLarge => {
                ("too-large", t("What was sent is larger than this address takes, so nothing was done."))
            }
            Error::Busy => {
                ("unavailable", t("Something here did not work. Nothing was changed; try again in a moment."))
            }
            Error::BadRequest(_) => ("unreadable", sentence),
            _ if status == StatusCode::SERVICE_UNAVAILABLE => ("unavailable", sentence),
            _ => ("error", sentence),
        };
        let headers = Box::new(Headers { retry_after: error.retry_after(), ..Headers::default() });
        Problem { headers, ..Problem::new(status, kind, title, detail) }
    }
}
