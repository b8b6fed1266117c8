//! The page that an error is: a title, one sentence, a way onward, and the navigation of whoever is signed in.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;

use crate::error::Error;
use crate::language::{filters, t};
use crate::web::page::Layout;
use crate::web::pending_form::{self, PendingForm};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    page: Layout,
    /// Whether it was found out who looks. Where it was not, nobody is asked to sign in.
    known: bool,
    title: &'static str,
    sentence: &'a str,
    /// The form to send again, where one was sent in vain.
    kept: Option<PendingForm>,
    /// What may be done with it.
    offer: Offer,
}

/// What may be done with a form that was not carried out.
#[derive(Clone, Copy, PartialEq)]
enum Offer {
    /// It may be sent again.
    Again,
    /// It waited for whoever sent it to confirm that it is them, which they have.
    Continue,
    /// What was typed in it may be copied.
    Copy,
}

impl ErrorPage<'_> {
    fn answer(&self, status: StatusCode) -> HttpResponse {
        let html = self.render().unwrap_or_default();
        HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html)
    }
}

impl Error {
    /// Returns its page, for whoever looks, with the form that was sent in vain.
    pub fn page(&self, request: &HttpRequest) -> HttpResponse {
        // What was told waits for a page that was meant.
        let page = Layout { notices: Vec::new(), ..Layout::of(request) };
        let kept = pending_form::kept(request).filter(|kept| self.keeps(kept));
        self.answer(page, true, kept)
    }

    fn answer(&self, page: Layout, known: bool, kept: Option<PendingForm>) -> HttpResponse {
        let (title, sentence) = self.title_and_sentence();
        let offer = if matches!(self, Error::NotFound) { Offer::Copy } else { Offer::Again };
        let mut response = ErrorPage { page, known, title, sentence, kept, offer }.answer(self.status_code());
        if let Error::WrongMethod(allowed) = self
            && let Ok(allowed) = allowed.parse()
        {
            response.headers_mut().insert(ALLOW, allowed);
        }
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    /// Whether a form that it was the answer to is worth sending again, or has words that would be lost.
    fn keeps(&self, form: &PendingForm) -> bool {
        let status = self.status_code();
        let again = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        again || matches!(self, Error::NotFound) && form.has_words()
    }
}

/// Answers an error with its page as whoever looks is to see it.
///
/// # Errors
/// The request's own.
pub async fn complete<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let response = next.call(request).await?;
    let error = response.response().error().and_then(|error| error.as_error::<Error>());
    match error.map(|error| error.page(response.request())) {
        Some(page) => Ok(response.into_response(page).map_into_right_body()),
        None => Ok(response.map_into_left_body()),
    }
}

/// Returns the page of an error before it was found out who looks, with the form that was sent in vain.
pub fn of_anybody(error: &Error, kept: Option<PendingForm>) -> HttpResponse {
    error.answer(Layout::default(), false, kept)
}

/// What one sees who has signed in again: the form that was sent while one was not, to be sent now.
pub fn signed_in_again(kept: PendingForm) -> HttpResponse {
    let (title, sentence) = (t("You are signed in again"), t("What you typed has not been sent yet."));
    let (page, kept) = (Layout::default(), Some(kept));
    ErrorPage { page, known: false, title, sentence, kept, offer: Offer::Again }.answer(StatusCode::OK)
}

/// What one sees who has shown that it is them: the form that wanted it, to be sent now.
pub fn confirmed(page: Layout, kept: PendingForm) -> HttpResponse {
    let (title, sentence) = (t("Thank you"), t("One press is left: continue with what you had begun."));
    ErrorPage { page, known: true, title, sentence, kept: Some(kept), offer: Offer::Continue }.answer(StatusCode::OK)
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::BadRequest(_) => StatusCode::BAD_REQUEST,
            Error::CrossSite | Error::PlainHttp(_) => StatusCode::FORBIDDEN,
            Error::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Error::OtherMember => StatusCode::CONFLICT,
            Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::UnknownBody => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Error::Database(why) if Error::is_ours(why) => StatusCode::INTERNAL_SERVER_ERROR,
            Error::Database(_)
            | Error::Unavailable(_)
            | Error::NewerSchema(_)
            | Error::CommitUnknown(_)
            | Error::Busy
            | Error::ManyFiles => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self.status_code() {
            StatusCode::INTERNAL_SERVER_ERROR => tracing::error!(why = %self, "an error of the program"),
            StatusCode::SERVICE_UNAVAILABLE => tracing::error!(why = %self, "unavailable"),
            _ => {}
        }
        of_anybody(self, None)
    }
}
