//! `amicable serve`.

use std::fs::{File, TryLockError};
use std::io::IsTerminal;
use std::net::{SocketAddr, TcpListener};

use amicable::config::{LogFormat, ServeArgs};
use amicable::db::{DatabaseUrl, Db};
use amicable::error::Error;
use amicable::joining::first;
use amicable::relationship::Limits;
use amicable::server::{self, Settings};

use super::output::say;

/// Writes a line for each request and each error to the standard output.
pub fn log(format: LogFormat) {
    let level = tracing_subscriber::EnvFilter::try_from_default_env()
        // A request that breaks off is no error of the site.
        .unwrap_or_else(|_| "info,actix_http::h1=off".into());
    let lines = tracing_subscriber::fmt().with_env_filter(level).with_target(false);
    match format {
        LogFormat::Text => lines.with_ansi(std::io::stdout().is_terminal()).init(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).init(),
    }
}

/// The certificate by which the site is served, where one is named.
fn tls(args: &ServeArgs) -> Result<Option<server::Tls>, Error> {
    let (Some(certificate), Some(key)) = (&args.tls_cert, &args.tls_key) else { return Ok(None) };
    if args.base_url.as_ref().is_none_or(|url| url.scheme() != "https") {
        return Err(Error::Unavailable("AMICABLE_TLS_CERT wants AMICABLE_BASE_URL too, with https://".into()));
    }
    server::Tls::load(certificate, key).map(Some)
}

/// The file beside a database that says that it is served, as long as it is locked.
pub struct Served {
    path: String,
    _locked: File,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Notes beside a file that it is served, and warns where another program serves it already: SQLite itself lets both, but each
/// keeps counts, texts and settings of its own for a while. Where nothing can be noted, nothing is said.
pub fn note_served(database: &DatabaseUrl) -> Option<Served> {
    let DatabaseUrl::Sqlite(file) = database else { return None };
    if file == ":memory:" || file.starts_with("file:") {
        return None;
    }
    let path = format!("{file}-served");
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let locked = options.open(&path).ok()?;
    match locked.try_lock() {
        Ok(()) => Some(Served { path, _locked: locked }),
        Err(TryLockError::WouldBlock) => {
            tracing::warn!(
                file,
                "another program serves this file already; a file is for one: stop the other, or use PostgreSQL"
            );
            None
        }
        Err(TryLockError::Error(_)) => None,
    }
}

/// Routes in front of the site's own.
pub type Routes = fn(&mut actix_web::web::ServiceConfig);

/// Serves until SIGTERM or SIGINT, then finishes what is under way.
pub fn serve(
    db: &Db,
    args: &ServeArgs,
    before: Routes,
    announce: impl FnOnce(&str) -> Result<(), Error>,
) -> Result<(), Error> {
    let wrong =
        |why: std::io::Error| Error::Unavailable(format!("cannot listen on {} (AMICABLE_LISTEN): {why}", args.listen));
    let listener = TcpListener::bind(args.listen).map_err(wrong)?;
    let scheme = if args.tls_cert.is_some() { "https" } else { "http" };
    let address = format!("{scheme}://{}", listener.local_addr().map_err(wrong)?);
    let for_metrics = args.metrics_listen.map(listen_for_metrics).transpose()?;
    let settings = Settings {
        limits: Limits::from(&args.limits),
        zone: args.time_zone,
        base_url: args.base_url.clone(),
        tls: tls(args)?,
        proxies: args.trusted_proxies.clone(),
        workers: args.workers as usize,
        mail: args.mail.clone(),
        mail_from: args.mail_from.clone(),
        registration: args.registration,
        sign_up_seconds: args.sign_up_seconds,
        webhooks_to_private: args.webhooks_to_private,
        runs_jobs: !args.without_jobs,
        before,
    };
    let log_format = args.log_format;
    actix_web::rt::System::new().block_on(async move {
        let server = server::serve(db.clone(), listener, &settings)?;
        let first_link = first::link(db)?;
        announce(&address)?;
        if settings.base_url.is_none() && !args.listen.ip().is_loopback() {
            tracing::warn!(
                "without AMICABLE_BASE_URL forms are taken from pages at http://localhost and 127.0.0.1 only"
            );
        }
        tracing::info!(%address, "serving");
        if let Some((listener, address)) = for_metrics {
            actix_web::rt::spawn(server::metrics::serve(db.clone(), listener)?);
            tracing::info!(address = %format!("http://{address}/metrics"), "metrics are shown");
        }
        if let Some(path) = first_link {
            tell_first_link(log_format, &format!("{}{path}", base(&settings, &address)))?;
        }
        server.ended().await.map_err(|why| Error::Unavailable(why.to_string()))
    })
}

/// Says where the account of the first administrator is made, whatever is logged: without it nobody can run the site.
fn tell_first_link(format: LogFormat, link: &str) -> Result<(), Error> {
    let sentence = "Nobody runs this site yet. Make the account of its first administrator, once, at";
    match format {
        LogFormat::Text => say!("{sentence}\n{link}"),
        // With the fields of every other line.
        LogFormat::Json => {
            let timestamp = jiff::Timestamp::now().to_string();
            let line =
                serde_json::json!({ "timestamp": timestamp, "level": "INFO", "message": sentence, "link": link });
            say!("{line}")
        }
    }
}

/// Listens where Prometheus is to ask.
fn listen_for_metrics(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    let wrong = |why: std::io::Error| {
        Error::Unavailable(format!("cannot listen on {address} (AMICABLE_METRICS_LISTEN): {why}"))
    };
    let listener = TcpListener::bind(address).map_err(wrong)?;
    let address = listener.local_addr().map_err(wrong)?;
    Ok((listener, address))
}

/// The address that people type; this machine's where none was said.
fn base<'a>(settings: &'a Settings, address: &'a str) -> &'a str {
    settings.base_url.as_ref().map_or(address, url::Url::as_str).trim_end_matches('/')
}
