//! What operators see: one log line a request, and whether the site is alive and ready. No handle, name or address
//! stands in a line: the route's pattern does.

use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use rand::RngExt;
use tracing::Instrument;

use crate::error::Error;
use crate::jobs::{self, Report};
use crate::metrics::{self, METRICS};
use crate::web::site::SiteData;

/// A balancer wants to know before its own patience ends.
const TIMEOUT: Duration = Duration::from_millis(1_500);

/// The header that says by which number the log knows a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Counts, times and logs a request when it is answered. Whatever is logged meanwhile has its number.
///
/// # Errors
/// The request's own.
pub async fn log<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let (started, _held) = (Instant::now(), InFlight::begin());
    let method = metrics::method(request.method().as_str());
    let id = format!("{:016x}", rand::rng().random::<u64>());
    let span = tracing::info_span!("request", id);
    let mut response = next.call(request).instrument(span).await;
    let (status, route) = match &response {
        Ok(response) => (response.status(), response.request().match_pattern()),
        Err(error) => (error.as_response_error().status_code(), None),
    };
    let (route, took) = (route.as_deref().unwrap_or("-"), started.elapsed());
    METRICS.answered(method, route, status.as_u16(), took);
    tracing::info!(id, method, route, status = status.as_u16(), us = took.as_micros() as u64, "request");
    if let Ok(response) = &mut response
        && let Ok(id) = HeaderValue::from_str(&id)
    {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// A request that is being answered, or given up by whoever sent it.
struct InFlight;

impl InFlight {
    fn begin() -> InFlight {
        METRICS.in_flight.inc();
        InFlight
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        METRICS.in_flight.dec();
    }
}

/// `GET /healthz`: the process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers too. A line a job says how its last runs ended; the site is ready all the same. A
/// site that is not ready says why, as far as it concerns whoever runs it.
pub async fn readyz(site: SiteData) -> HttpResponse {
    let all = async {
        site.db.ready().await?;
        site.read_one(jobs::report).await
    };
    let late = |_| Err(Error::Unavailable("the database does not answer in time".into()));
    let (mut answer, text) = match actix_web::rt::time::timeout(TIMEOUT, all).await.unwrap_or_else(late) {
        Ok(reports) => {
            (HttpResponse::Ok(), reports.iter().fold("ready\n".to_owned(), |text, report| text + &line(report)))
        }
        Err(why) => {
            tracing::warn!(%why, "not ready");
            (HttpResponse::ServiceUnavailable(), not_ready(&why))
        }
    };
    answer.content_type("text/plain; charset=utf-8").body(text)
}

/// Names the schema that is newer; what else the database says is for the log.
fn not_ready(why: &Error) -> String {
    match why {
        Error::NewerSchema(_) => format!("not ready: {why}\n"),
        _ => "not ready: the database does not answer, or nothing can be written to it; the log says why\n".into(),
    }
}

fn line(report: &Report) -> String {
    let state = if report.fails() { "failing" } else { "ok" };
    let (success, failure) = (moment(report.succeeded_at), moment(report.failed_at));
    format!("{}: {state}, last success {success}, last failure {failure}\n", report.name)
}

fn moment(seconds: Option<i64>) -> String {
    let at = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    at.map_or_else(|| "never".into(), |at| at.to_string())
}
