//! What operators see: one log line a request, and whether the site is alive and ready. No handle, name or address
//! stands in a line: the route's pattern does.

use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::error::Error;
use crate::web::site::SiteData;

/// A balancer wants to know before its own patience ends.
const TIMEOUT: Duration = Duration::from_millis(1_500);

/// Logs a request when it is answered.
///
/// # Errors
/// The request's own.
pub async fn log<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let started = Instant::now();
    let method = request.method().clone();
    let response = next.call(request).await;
    let (status, route) = match &response {
        Ok(response) => (response.status(), response.request().match_pattern()),
        Err(error) => (error.as_response_error().status_code(), None),
    };
    let route = route.as_deref().unwrap_or("-");
    tracing::info!(%method, route, status = status.as_u16(), us = started.elapsed().as_micros() as u64, "request");
    response
}

/// `GET /healthz`: the process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers too.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn readyz(site: SiteData) -> Result<&'static str, Error> {
    let ready = actix_web::rt::time::timeout(TIMEOUT, site.db.ready()).await;
    ready.map_err(|_| Error::Unavailable("the database does not answer in time".into()))??;
    Ok("ready\n")
}
