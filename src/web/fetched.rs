//! What differs where a page is fetched rather than opened: by the script, which shows it in place, and by browsers,
//! ahead of a press that may never come.

use actix_session::SessionExt;
use actix_web::HttpResponse;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;

use crate::web::session;

/// Says what a browser must forget.
pub const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
/// The script asks with it for the way onward.
const ONWARD: &str = "x-onward";

/// Answers a form as the one who sent it can use it, and refuses to be fetched ahead what can be shown once only.
///
/// # Errors
/// The request's own.
pub async fn answered<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let sent = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let ahead = sent("sec-purpose").starts_with("prefetch");
    if ahead && session::has_notice(&request.get_session()) {
        // The notice would be taken by a page that may never be seen. Browsers forget an answer like this one.
        let refused = HttpResponse::new(StatusCode::SERVICE_UNAVAILABLE);
        return Ok(request.into_response(refused).map_into_right_body());
    }
    let told = sent(ONWARD) == "told";
    let posted = request.method() == Method::POST;
    let mut response = next.call(request).await?;
    if posted {
        // What was fetched ahead is older than what was just done.
        if !response.headers().contains_key(CLEAR_SITE_DATA) {
            response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"prefetchCache\""));
        }
        // The script goes there itself, so that it knows what was done even if the page onward does not come, and the
        // notice waits for the page that is really shown.
        if told && response.status() == StatusCode::SEE_OTHER {
            *response.response_mut().status_mut() = StatusCode::NO_CONTENT;
        }
    }
    Ok(response.map_into_left_body())
}
