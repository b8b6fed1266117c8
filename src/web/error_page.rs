//! The page that an error is: a title, one sentence, a way onward.

use actix_web::http::StatusCode;
use actix_web::http::header::ALLOW;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;

use crate::error::Error;
use crate::language::filters;
use crate::language::t;
use crate::web::pending_form::PendingForm;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    title: &'static str,
    sentence: &'static str,
    /// The form to send again, where one was sent in vain.
    kept: Option<PendingForm>,
}

impl Error {
    /// The page, with the form that was sent in vain.
    pub fn page(&self, kept: Option<PendingForm>) -> HttpResponse {
        let (title, sentence) = self.title_and_sentence();
        let html = ErrorPage { title, sentence, kept }.render().unwrap_or_default();
        let mut response = HttpResponse::build(self.status_code());
        if let Error::WrongMethod(allowed) = self {
            response.insert_header((ALLOW, allowed.as_str()));
        }
        response.content_type("text/html; charset=utf-8").body(html)
    }
}

/// What one sees who has signed in again: the form that was sent while one was not, to be sent now.
pub fn signed_in_again(kept: PendingForm) -> HttpResponse {
    let (title, sentence) = (t("You are signed in again"), t("What you typed has not been sent yet."));
    let html = ErrorPage { title, sentence, kept: Some(kept) }.render().unwrap_or_default();
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html)
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::BadRequest(_) => StatusCode::BAD_REQUEST,
            Error::CrossSite | Error::PlainHttp(_) => StatusCode::FORBIDDEN,
            Error::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Error::OtherMember => StatusCode::CONFLICT,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::UnknownBody => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::Database(_) | Error::Unavailable(_) | Error::CommitUnknown(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Error::Database(_) | Error::Unavailable(_) | Error::CommitUnknown(_) = self {
            tracing::error!(why = %self, "unavailable");
        }
        self.page(None)
    }
}
