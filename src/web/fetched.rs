//! What differs where a browser fetches a page ahead of a press that may never come.

use actix_session::SessionExt;
use actix_web::HttpResponse;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;

use crate::web::session;

/// Refuses to be fetched ahead while a notice waits: a page that may never be seen would take it.
///
/// # Errors
/// The request's own.
pub async fn ahead<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let purpose = request.headers().get("sec-purpose").and_then(|value| value.to_str().ok()).unwrap_or("");
    if purpose.starts_with("prefetch") && session::has_notice(&request.get_session()) {
        // Browsers forget an answer like this one.
        let refused = HttpResponse::new(StatusCode::SERVICE_UNAVAILABLE);
        return Ok(request.into_response(refused).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}
