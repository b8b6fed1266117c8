//! What is counted and timed of this node, for Prometheus. Nothing here names a member: labels are routes as patterns, and
//! words of the program's own.

pub mod process;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Bounds of what a request, a wait or a flush takes, in seconds.
const SECONDS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0];
/// Bounds of what a job takes, in seconds.
const LONG_SECONDS: [f64; 7] = [0.01, 0.1, 1.0, 10.0, 60.0, 600.0, 3_600.0];
/// Bounds of how many changes share a flush.
const GROUPS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// A request, as it is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Request {
    /// The method; `other` for one that no page has.
    pub method: &'static str,
    /// The pattern of the route; `-` where there is none.
    pub route: String,
    /// The status of the answer.
    pub status: u16,
}

/// A route, as it is timed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Route {
    /// As in [`Request`].
    pub method: &'static str,
    /// As in [`Request`].
    pub route: String,
}

/// A limit, by its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfLimit {
    /// The name.
    pub limit: &'static str,
}

/// A job, by its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfJob {
    /// The name.
    pub job: &'static str,
}

/// Why a transaction was run again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Cause {
    /// The cause.
    pub cause: &'static str,
}

type Times<L> = Family<L, Histogram, fn() -> Histogram>;

/// What is counted and timed, for all sites of this process.
#[derive(Debug)]
pub struct Metrics {
    /// Requests that were answered.
    pub requests: Family<Request, Counter>,
    /// How long they took, until the answer begins.
    pub request_times: Times<Route>,
    /// Requests that are being answered.
    pub in_flight: Gauge,
    /// Changes that wait to be written, in SQLite.
    pub write_queue: Gauge,
    /// How many changes shared a transaction, in SQLite.
    pub group_sizes: Histogram,
    /// How long a commit took, in SQLite: mostly its flush.
    pub flush_times: Histogram,
    /// Requests that wait for a connection, in PostgreSQL.
    pub waiting: Gauge,
    /// How long they waited.
    pub wait_times: Histogram,
    /// Transactions that were run again, in PostgreSQL.
    pub retries: Family<Cause, Counter>,
    /// Uses that a limit refused.
    pub refusals: Family<OfLimit, Counter>,
    /// How long runs of jobs took.
    pub job_times: Times<OfJob>,
    /// Runs of jobs that failed.
    pub job_failures: Family<OfJob, Counter>,
}

/// What this process counts.
pub static METRICS: LazyLock<Metrics> = LazyLock::new(|| Metrics {
    requests: Family::default(),
    request_times: Family::new_with_constructor(|| Histogram::new(SECONDS)),
    in_flight: Gauge::default(),
    write_queue: Gauge::default(),
    group_sizes: Histogram::new(GROUPS),
    flush_times: Histogram::new(SECONDS),
    waiting: Gauge::default(),
    wait_times: Histogram::new(SECONDS),
    retries: Family::default(),
    refusals: Family::default(),
    job_times: Family::new_with_constructor(|| Histogram::new(LONG_SECONDS)),
    job_failures: Family::default(),
});

impl Metrics {
    /// Counts a request that was answered.
    pub fn answered(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let request = Request { method, route: route.to_owned(), status };
        self.requests.get_or_create(&request).inc();
        let Request { method, route, .. } = request;
        self.request_times.get_or_create(&Route { method, route }).observe(took.as_secs_f64());
    }

    fn registry(&self) -> Registry {
        let mut all = Registry::with_prefix("amicable");
        all.register("requests", "Requests that were answered", self.requests.clone());
        let name = "request_duration";
        all.register_with_unit(name, "Time until an answer begins", Unit::Seconds, self.request_times.clone());
        all.register("requests_in_flight", "Requests that are being answered", self.in_flight.clone());
        all.register("write_queue", "Changes that wait to be written (SQLite)", self.write_queue.clone());
        all.register("commit_changes", "Changes that shared a transaction (SQLite)", self.group_sizes.clone());
        let name = "commit_duration";
        all.register_with_unit(
            name,
            "Time of a commit, mostly its flush (SQLite)",
            Unit::Seconds,
            self.flush_times.clone(),
        );
        all.register("database_waiting", "Requests that wait for a connection (PostgreSQL)", self.waiting.clone());
        let name = "database_wait";
        all.register_with_unit(
            name,
            "Time of waiting for a connection (PostgreSQL)",
            Unit::Seconds,
            self.wait_times.clone(),
        );
        all.register("database_retries", "Transactions that were run again (PostgreSQL)", self.retries.clone());
        all.register("limit_refusals", "Uses that a limit refused", self.refusals.clone());
        all.register_with_unit("job_duration", "Time of a job's run", Unit::Seconds, self.job_times.clone());
        all.register("job_failures", "Runs of a job that failed", self.job_failures.clone());
        all
    }
}

/// Counts a use that a limit refused.
pub fn refused(limit: &'static str) {
    METRICS.refusals.get_or_create(&OfLimit { limit }).inc();
}

/// Shows a limit that has refused nothing yet.
pub fn expect_refusals(limit: &'static str) {
    METRICS.refusals.get_or_create(&OfLimit { limit }).inc_by(0);
}

/// Shows the causes for which nothing was run again yet.
pub fn expect_retries() {
    for cause in ["rolled_back", "connection_lost", "commit_unknown"] {
        METRICS.retries.get_or_create(&Cause { cause }).inc_by(0);
    }
}

/// Counts a transaction that is run again.
pub fn retried(cause: &'static str) {
    METRICS.retries.get_or_create(&Cause { cause }).inc();
}

/// Counts a run of a job.
pub fn ran(job: &'static str, since: Instant, failed: bool) {
    let job = OfJob { job };
    METRICS.job_times.get_or_create(&job).observe(since.elapsed().as_secs_f64());
    // Made with its first run, so that a rise from 0 can be seen.
    METRICS.job_failures.get_or_create(&job).inc_by(failed.into());
}

/// Returns the method as it is counted, so that nobody who makes up methods makes up labels.
pub fn method(method: &str) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "PROPPATCH", "REPORT"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("other")
}

/// Writes everything that is counted, and what was gathered for this answer, in the text format of OpenMetrics.
///
/// # Errors
/// [`std::fmt::Error`], which writing to a text does not give.
pub fn exposition(gathered: &Registry) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    text::encode_registry(&mut text, &METRICS.registry())?;
    text::encode_registry(&mut text, gathered)?;
    text::encode_eof(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_method_makes_no_label() {
        assert_eq!((method("GET"), method("REPORT"), method("XYZZY")), ("GET", "REPORT", "other"));
    }
}
