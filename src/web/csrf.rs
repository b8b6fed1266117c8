//! One guard against forms that other sites send: what the browser says of a request's origin decides, as in Go's
//! `CrossOriginProtection`, so pages carry no tokens and can be compared byte for byte.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HOST, ORIGIN};
use actix_web::middleware::Next;

use crate::error::Error;

/// Refuses unsafe methods that come from another site.
///
/// # Errors
/// The page's own.
pub async fn same_site<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if !request.method().is_safe() && !is_ours(&request) {
        // An answer, not an error: what stands in front adds its headers to answers only.
        return Ok(request.error_response(Error::CrossSite).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// `Sec-Fetch-Site`, else `Origin` against the host; a request with neither does not come from a browser.
fn is_ours(request: &ServiceRequest) -> bool {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = header("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = header(ORIGIN.as_str()) else { return true };
    let host = header(HOST.as_str()).unwrap_or("");
    origin.split_once("://").is_some_and(|(_, origin_host)| origin_host == host)
}
