//! Errors, and the page that each of them is: a title, one sentence, a way onward. Never internal text.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::ALLOW;
use actix_web::{HttpResponse, ResponseError, error::BlockingError};
use askama::Template;

use crate::language::t;
use crate::web::pending_form::PendingForm;

/// What can go wrong with a request, apart from refusals and problems with a form, which have pages of their own.
#[derive(Debug)]
pub enum Error {
    /// Not there, or not for this viewer: the two look alike.
    NotFound,
    /// The request makes no sense; the sentence says why.
    BadRequest(&'static str),
    /// The form came from another site.
    CrossSite,
    /// The form was made for another member than the one who has signed in since.
    OtherMember,
    /// The body is larger than any form of ours.
    TooLarge,
    /// The body is of a kind that no form of ours sends.
    UnknownBody,
    /// The address is not for this method; the text is for `Allow`.
    WrongMethod(String),
    /// An https site was opened over plain http; the text is its address.
    PlainHttp(String),
    /// The database says no, of a kind by which `db` knows whether to ask again; the text is for the log.
    Database(diesel::result::Error),
    /// Something that the site needs does not work, or does not answer in time; the text is for the log.
    Unavailable(String),
    /// The database went away while it committed, so that nobody knows; the text is for the log.
    CommitUnknown(String),
}

impl Error {
    fn title_and_sentence(&self) -> (&'static str, &'static str) {
        match self {
            Error::NotFound => (t("Page not found"), t("There is nothing at this address, or it is not open to you.")),
            Error::BadRequest(why) => (t("That did not arrive whole"), t(why)),
            Error::CrossSite => {
                (t("Sent from another site"), t("This form was sent from another site, so nothing was done."))
            }
            Error::OtherMember => (
                t("Signed in as somebody else"),
                t("This page was made for another member, who was signed in here before. Nothing was done."),
            ),
            Error::TooLarge => {
                (t("Too much at once"), t("What was sent is larger than this form takes, so nothing was done."))
            }
            Error::UnknownBody => {
                (t("Unknown kind of form"), t("What was sent is not a form of this site, so nothing was done."))
            }
            Error::WrongMethod(_) => (
                t("Not possible at this address"),
                t("This address cannot be opened like this. Go back, and use the buttons of the page."),
            ),
            Error::PlainHttp(_) => (
                t("Opened over plain http"),
                t("This site is to be opened with https://. Over plain http it cannot keep you signed in."),
            ),
            Error::Database(_) | Error::Unavailable(_) => {
                (t("Please try again"), t("Something here did not work. Nothing was changed; try again in a moment."))
            }
            Error::CommitUnknown(_) => (
                t("It is not known whether that was done"),
                t("The database went away before it could say so. Look whether it was done before you try again."),
            ),
        }
    }
}

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

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Database(why) => why.fmt(f),
            Error::Unavailable(why) | Error::CommitUnknown(why) => f.write_str(why),
            other => f.write_str(other.title_and_sentence().1),
        }
    }
}

impl std::error::Error for Error {}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Error::NotFound,
            other => Error::Database(other),
        }
    }
}

impl From<r2d2::Error> for Error {
    fn from(error: r2d2::Error) -> Self {
        Error::Unavailable(error.to_string())
    }
}

impl From<BlockingError> for Error {
    fn from(error: BlockingError) -> Self {
        Error::Unavailable(error.to_string())
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Error::Unavailable(error.to_string())
    }
}
