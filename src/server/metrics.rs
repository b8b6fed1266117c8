//! `/metrics`, on a listener of its own: what this node counts, and what the database says at this moment.

use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::web::{Data, get};
use actix_web::{App, HttpResponse, HttpServer};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::db::{Connection, Db, Load, number};
use crate::error::Error;
use crate::jobs::{self, Report};
use crate::limits::Limit;
use crate::metrics::{self, exposition, process};

/// How long the database may take to answer; Prometheus waits for 10 seconds.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long the numbers of members and sessions are good for: they are counted by walking.
const COUNT_EVERY: Duration = Duration::from_secs(60);
/// The content type of the text format of OpenMetrics.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves `/metrics` of a site until the future is dropped.
///
/// # Errors
/// [`Error::Unavailable`] where the socket does not work.
pub fn serve(db: Db, listener: TcpListener) -> Result<actix_web::dev::Server, Error> {
    // Shown before they rise, so that a first rise is one.
    Limit::ALL.iter().for_each(|limit| metrics::expect_refusals(limit.name()));
    metrics::expect_retries();
    let counted = Arc::new(Mutex::new(None));
    let app = move || {
        let source = Source { db: db.clone(), counted: counted.clone() };
        App::new().app_data(Data::new(source)).route("/metrics", get().to(show))
    };
    let server = HttpServer::new(app).workers(1).disable_signals().listen(listener);
    Ok(server.map_err(|why| Error::Unavailable(why.to_string()))?.run())
}

/// Where the numbers come from.
struct Source {
    db: Db,
    counted: Arc<Mutex<Option<(Instant, Counts)>>>,
}

/// What the database holds.
#[derive(Debug, Clone, Copy)]
struct Counts {
    members: i64,
    sessions: i64,
}

/// What changes from moment to moment.
#[derive(Debug, Clone)]
struct Now {
    letters: i64,
    letter_due_at: i64,
    jobs: Vec<Report>,
}

async fn show(source: Data<Source>) -> HttpResponse {
    let mut all = Registry::default();
    let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
    all.register("amicable_build", "The version of the program", version);
    process::gather(&mut all);
    add_load(&mut all, &source.db.load());
    let late = |_| Err(Error::Unavailable("the database does not answer in time".into()));
    let read = actix_web::rt::time::timeout(TIMEOUT, source.read()).await.unwrap_or_else(late);
    let up = ConstGauge::new(i64::from(read.is_ok()));
    all.register("amicable_database_up", "Whether the database answers, and is of this version", up);
    match read {
        Ok((counts, now)) => add(&mut all, counts, now),
        Err(why) => tracing::warn!(%why, "the metrics lack what the database would say"),
    }
    match exposition(&all) {
        Ok(text) => HttpResponse::Ok().content_type(OPEN_METRICS).body(text),
        Err(why) => HttpResponse::InternalServerError().body(why.to_string()),
    }
}

impl Source {
    async fn read(&self) -> Result<(Counts, Now), Error> {
        self.db.ready().await?;
        let known = *self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = match known.filter(|(at, _)| at.elapsed() < COUNT_EVERY) {
            Some((_, counts)) => counts,
            None => {
                let counts = self.db.read_long(count).await?;
                *self.counted.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), counts));
                counts
            }
        };
        Ok((counts, self.db.read(now).await?))
    }
}

fn count(connection: &mut Connection) -> Result<Counts, Error> {
    Ok(Counts {
        members: number(connection, "SELECT COUNT(*) AS number FROM members WHERE id > 0")?,
        sessions: number(connection, "SELECT COUNT(*) AS number FROM sessions")?,
    })
}

fn now(connection: &mut Connection) -> Result<Now, Error> {
    Ok(Now {
        letters: number(connection, "SELECT COUNT(*) AS number FROM outbox")?,
        letter_due_at: number(connection, "SELECT COALESCE(MIN(due_at), 0) AS number FROM outbox")?,
        jobs: jobs::report(connection)?,
    })
}

fn add_load(all: &mut Registry, load: &Load) {
    let idle: Family<Vec<(&str, &str)>, Gauge> = Family::default();
    idle.get_or_create(&vec![("state", "idle")]).set(load.idle.into());
    idle.get_or_create(&vec![("state", "in_use")]).set(load.in_use.into());
    all.register("amicable_database_connections", "Connections to the database", idle);
    let wal = ConstGauge::new(i64::try_from(load.wal_bytes).unwrap_or(i64::MAX));
    all.register("amicable_wal_bytes", "Bytes of the log beside the file (SQLite)", wal);
}

fn add(all: &mut Registry, counts: Counts, now: Now) {
    let oldest = match now.letter_due_at {
        0 => 0,
        due_at => (crate::dates::now() - due_at).max(0),
    };
    for (name, help, value) in [
        ("amicable_members", "Members", counts.members),
        ("amicable_sessions", "Sessions that have not ended", counts.sessions),
        ("amicable_outbox_letters", "Letters that wait to be sent", now.letters),
        ("amicable_outbox_overdue_seconds", "For how long the oldest letter has been due", oldest),
    ] {
        all.register(name, help, ConstGauge::new(value));
    }
    let name = "amicable_job_last_success_timestamp_seconds";
    add_times(all, name, "When a job last succeeded, on whatever node", &now.jobs, |report| report.succeeded_at);
    let name = "amicable_job_last_failure_timestamp_seconds";
    add_times(all, name, "When a job last failed, on whatever node", &now.jobs, |report| report.failed_at);
}

fn add_times(all: &mut Registry, name: &str, help: &str, jobs: &[Report], at: fn(&Report) -> Option<i64>) {
    let times: Family<Vec<(String, String)>, Gauge> = Family::default();
    for report in jobs {
        times.get_or_create(&vec![("job".to_owned(), report.name.clone())]).set(at(report).unwrap_or(0));
    }
    all.register(name, help, times);
}
