//! One guard against forms that other sites send: what the browser says of a request's origin decides, as in Go's
//! `CrossOriginProtection`, so pages carry no tokens and can be compared byte for byte.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use actix_web::middleware::Next;

use crate::error::Error;
use crate::web::origin;

/// Refuses unsafe methods that come from another site, and bodies that no form sends.
///
/// # Errors
/// The page's own.
pub async fn same_site<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let refused = if request.method().is_safe() || is_of_devices(request.path()) || is_of_programs(request.path()) {
        None
    } else if !is_one_click(request.path()) && !origin::is_ours(request.request()) {
        Some(origin::opened_over_http(request.request()).map_or(Error::CrossSite, Error::PlainHttp))
    } else if request.method() == Method::POST && !is_a_form(&request) {
        Some(Error::UnknownBody)
    } else {
        None
    };
    match refused {
        // An answer, not an error: what stands in front adds its headers to answers only.
        Some(error) => Ok(request.error_response(error).map_into_right_body()),
        None => Ok(next.call(request).await?.map_into_left_body()),
    }
}

/// The one address that other programs post to: what unsubscribes proves itself by its link (RFC 8058).
fn is_one_click(path: &str) -> bool {
    path.starts_with("/unsubscribe/")
}

/// Where phones and mail programs ask, by methods that no form has, and with a password in every request: no cookie opens it.
fn is_of_devices(path: &str) -> bool {
    path == "/dav" || path.starts_with("/dav/") || path == "/.well-known/carddav"
}

/// Where programs ask, with a token in every request: no cookie opens it.
pub fn is_of_programs(path: &str) -> bool {
    path.starts_with("/api/v1/")
}

/// Whether a body is of a kind that forms are sent in; none at all is.
fn is_a_form(request: &ServiceRequest) -> bool {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let kind = header(CONTENT_TYPE.as_str()).unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let empty = header(CONTENT_LENGTH.as_str()).is_none_or(|length| length == "0")
        && header(TRANSFER_ENCODING.as_str()).is_none();
    let form = ["application/x-www-form-urlencoded", "multipart/form-data"];
    empty || form.iter().any(|form| kind.eq_ignore_ascii_case(form))
}
