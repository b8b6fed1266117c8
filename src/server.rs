//! The web server: the routes, and what stands in front of all of them.

mod body;
mod connections;
pub mod metrics;
mod stream;
mod terminal;
mod tls;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{Extensions, HttpService, Protocol};
use actix_server::{Server, ServerHandle};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::App;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{DefaultHeaders, Next, from_fn};
use actix_web::rt::net::TcpStream;
use actix_web::web::{Data, PathConfig, ServiceConfig};
use lettre::message::Mailbox;

use crate::accounts::factor::seal::Seal;
use crate::accounts::passkeys::relying::Passkeys;
use crate::accounts::{self, guard};
use crate::cache::Cache;
use crate::connections::{digest, letters, store::follow_name};
use crate::contacts::{imports, purge as forgotten};
use crate::data::{deletion, words};
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::inbox::purge;
use crate::jobs::{Job, Jobs, Turn};
use crate::joining;
use crate::limits::{self, Meters, Proxies};
use crate::mail::content::Links;
use crate::mail::{self, Mail, Transport};
use crate::members::removed;
use crate::members::search::{self, Renewal};
use crate::notifications;
use crate::relationship::Limits;
use crate::routes;
use crate::tags;
use crate::time_zone::Zone;
use crate::web::community::{Community, Kept};
use crate::web::origin::Base;
use crate::web::registration::Registration;
use crate::web::site::Site;
use crate::web::{
    compression, cookie, csrf, error_page, fetched, form_owner, notices, observe, pending_form, theme, upload,
};
use crate::webhooks::{self, Caller};
use connections::Connections;
use stream::Stream;
use tls::Io;
pub use tls::Tls;

/// How long the head of a request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// What the server needs besides the database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What members may do how often.
    pub limits: Limits,
    /// The time zone of the site, for members who have chosen none.
    pub zone: Zone,
    /// The address that people type; none for this machine alone.
    pub base_url: Option<url::Url>,
    /// By which certificate the site is served; none for plain HTTP, as behind a proxy.
    pub tls: Option<Tls>,
    /// Whose word is taken for where a request comes from.
    pub proxies: Proxies,
    /// Threads; 0 for one per core.
    pub workers: usize,
    /// Where mail goes.
    pub mail: Transport,
    /// Whom mail is from; none for `amicable@` and the site's host.
    pub mail_from: Option<Mailbox>,
    /// Who may join, where the site is new; nothing for nobody until it has an administrator.
    pub registration: Option<Registration>,
    /// Seconds that people take at least to fill in the form to sign up; 0 for none.
    pub sign_up_seconds: u32,
    /// Whether webhooks may be of this machine, or of a private network.
    pub webhooks_to_private: bool,
    /// Whether this node runs jobs; else others do.
    pub runs_jobs: bool,
    /// Routes in front of the site's own, behind the same middleware: the floor of the benchmarks.
    pub before: fn(&mut ServiceConfig),
}

/// Scripts and styles from here alone, nothing inline, no frames.
const POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; script-src 'self' 'inline-speculation-rules'; img-src 'self'; manifest-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A site that is served.
#[allow(missing_debug_implementations)]
pub struct Served {
    server: Server,
    jobs: Jobs,
}

impl Served {
    /// Returns what tells it to stop, from any thread.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Waits until it has stopped.
    ///
    /// # Errors
    /// Those of its socket.
    pub async fn ended(self) -> std::io::Result<()> {
        let ended = self.server.await;
        self.jobs.stop();
        ended
    }
}

/// Serves the site on a socket that listens already, and runs its jobs, until it is told to stop. The database must be
/// migrated.
///
/// # Errors
/// [`Error::Unavailable`] where the database or the socket does not work.
pub fn serve(db: Db, listener: TcpListener, settings: &Settings) -> Result<Served, Error> {
    let key = db.write_blocking(cookie::key)?;
    index_anew(&db)?;
    let registration = settings.registration;
    db.write_blocking(|connection| joining::begin(connection, registration))?;
    crate::accounts::password::prepare();
    let (limits, zone, before) = (settings.limits, settings.zone, settings.before);
    let base = Base::of(settings.base_url.clone());
    let secure = base.is_https();
    let proxies = settings.proxies.clone();
    let workers = match settings.workers {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        number => number,
    };
    let (cache, meters, jobs) = (Cache::default(), Meters::default(), Jobs::default());
    let address = address_of(settings, &listener)?;
    let (seal, passkeys) = (Data::new(Seal::of(&key)), Data::new(Passkeys::of(settings.base_url.as_ref())?));
    meters.learn(db.read_blocking(limits::all_set)?);
    if settings.runs_jobs {
        meters.keep_learning(&db)?;
        jobs.start(&db, loops(settings, &address)?)?;
    }
    let community = Kept::default();
    community.keep(db.read_blocking(Community::load)?);
    if settings.runs_jobs {
        community.follow(&db);
    }
    let (of_site, least_seconds) = (jobs.clone(), settings.sign_up_seconds);
    let webhooks_to_private = settings.webhooks_to_private;
    let sends_mail = settings.mail != Transport::Off;
    let (connections, opened) = (Connections::new(proxies.clone()), Server::build());
    let app = move || {
        App::new()
            .app_data(Data::new(Site {
                db: db.clone(),
                configured_limits: limits,
                zone,
                cache: cache.clone(),
                meters: meters.clone(),
                community: community.clone(),
                jobs: of_site.clone(),
                address: address.clone(),
                least_seconds,
                sends_mail,
                webhooks_to_private,
            }))
            .app_data(Data::new(notices::Jar::new(key.clone(), secure)))
            .app_data(base.clone())
            .app_data(proxies.clone())
            .app_data(seal.clone())
            .app_data(passkeys.clone())
            .app_data(upload::config())
            .app_data(PathConfig::default().error_handler(|_, _| Error::NotFound.into()))
            .wrap(from_fn(error_page::complete))
            .wrap(from_fn(form_owner::check))
            .wrap(from_fn(guard::load_viewer))
            .wrap(from_fn(notices::carry))
            .wrap(from_fn(pending_form::keep))
            .wrap(from_fn(csrf::same_site))
            .wrap(from_fn(theme::within))
            .wrap(cookie::middleware(key.clone(), secure))
            .wrap(headers(secure))
            .wrap(from_fn(compression::gzip))
            .wrap(from_fn(observe::log))
            .wrap(from_fn(head_as_get))
            .wrap(from_fn(body::watch))
            .configure(before)
            .configure(routes::routes)
    };
    let stopping = opened.graceful_shutdown_signal();
    let tls = settings.tls.clone();
    let over_http = move || {
        let (stopping, connections, app, tls) = (stopping.clone(), connections.clone(), app.clone(), tls.clone());
        let app = app().into_factory().map_err(|why: actix_web::Error| why.error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .client_request_timeout(HEAD_TIMEOUT)
            // Nothing is done any more for whoever has hung up.
            .h1_allow_half_closed(false)
            .on_connect_ext(|io: &Io, data: &mut Extensions| {
                data.insert(io.held());
            })
            .finish(map_config(app, |()| AppConfig::default()));
        let opened = fn_service(move |io: TcpStream| {
            let (stream, tls) = (Stream::of(io, &connections), tls.clone());
            async move {
                let stream = stream.map_err(DispatchError::Io)?;
                let peer = stream.peer;
                let io = Io::of(stream, tls).await.map_err(DispatchError::Io)?;
                Ok((io, Protocol::Http1, Some(peer)))
            }
        });
        opened.and_then(http)
    };
    let server = opened.workers(workers).shutdown_timeout(10).listen("http", listener, over_http);
    let server = server.map_err(|why| Error::Unavailable(why.to_string()))?.run();
    terminal::stop_with(server.handle());
    Ok(Served { server, jobs })
}

/// The address of the site: what the operator said, else where this node listens.
fn address_of(settings: &Settings, listener: &TcpListener) -> Result<String, Error> {
    let here = listener.local_addr().map_err(|why| Error::Unavailable(why.to_string()))?;
    let base = settings.base_url.as_ref().map(ToString::to_string);
    Ok(base.unwrap_or_else(|| format!("http://{here}")).trim_end_matches('/').to_owned())
}

/// The work beside the requests, at a site of this address where the operator named none.
fn loops(settings: &Settings, address: &str) -> Result<Vec<Job>, Error> {
    let purge = |db: &Db, _: &Turn| db.write_blocking(notifications::store::purge);
    let hourly = Duration::from_secs(3_600);
    let forget = |db: &Db, _: &Turn| db.write_blocking(limits::purge);
    let counts = Job { name: "limits", every: hourly, is_due: None, run: Box::new(forget) };
    let notifications = Job { name: "notifications", every: hourly, is_due: None, run: Box::new(purge) };
    let limits = settings.limits;
    let write_digests = move |db: &Db, turn: &Turn| {
        while turn.goes_on() && db.write_blocking(|connection| digest::write_due(connection, &limits))? > 0 {}
        Ok(())
    };
    let digest = Job { name: "digest", every: hourly, is_due: None, run: Box::new(write_digests) };
    let purge_accounts = |db: &Db, _: &Turn| {
        db.write_blocking(|connection| {
            accounts::purge(connection)?;
            webhooks::store::purge(connection)
        })
    };
    let security = Job { name: "security", every: hourly, is_due: None, run: Box::new(purge_accounts) };
    let purge_profiles = |db: &Db, _: &Turn| {
        db.write_blocking(|connection| {
            removed::purge(connection)?;
            tags::purge(connection)
        })
    };
    let profiles = Job { name: "profiles", every: hourly, is_due: None, run: Box::new(purge_profiles) };
    let purge_imports = |db: &Db, _: &Turn| db.write_blocking(imports::purge);
    let imports = Job { name: "imports", every: hourly, is_due: None, run: Box::new(purge_imports) };
    let forget_contacts = |db: &Db, turn: &Turn| {
        while turn.goes_on() && db.write_blocking(forgotten::purge)? {}
        Ok(())
    };
    let contacts = Job { name: "contacts", every: hourly, is_due: None, run: Box::new(forget_contacts) };
    Ok(vec![
        notifications,
        contacts,
        counts,
        imports,
        security,
        profiles,
        purge::job(),
        deletion::job(),
        words::job(),
        digest,
        mail::job(mail_of(settings, address)?),
        webhooks::job(Caller::new(address, settings.webhooks_to_private)),
    ])
}

/// How this site sends mail.
///
/// # Errors
/// [`Error::Unavailable`] where the site's host is no name that mail can come from.
pub fn mail_of(settings: &Settings, address: &str) -> Result<Mail, Error> {
    let base = settings.base_url.as_ref();
    let from = match &settings.mail_from {
        Some(from) => from.clone(),
        None => {
            let host = base.and_then(url::Url::domain).unwrap_or("localhost");
            let address = lettre::Address::new("amicable", host).map_err(|why| Error::Unavailable(why.to_string()))?;
            // Each letter names the community.
            Mailbox::new(None, address)
        }
    };
    let limits = settings.limits;
    Ok(Mail {
        transport: settings.mail.clone(),
        from,
        links: Links::new(base.map_or(address, url::Url::as_str).trim_end_matches('/')),
        zone: settings.zone,
        is_true: Arc::new(move |connection, to, letter| letters::is_true(connection, &limits, to, letter)),
    })
}

/// Lets the search index follow a new folding while the site is served; in a small site, or a new one, at once.
fn index_anew(db: &Db) -> Result<(), Error> {
    if !goes_on(db.write_blocking(renew)?) || !goes_on(db.write_blocking(renew)?) {
        return Ok(());
    }
    let db = db.clone();
    let task = move || loop {
        match db.write_blocking(renew) {
            Ok(renewal) if goes_on(renewal) => {}
            Ok(_) => return tracing::info!("the search index is renewed"),
            // Another node may be at it, or the database away.
            Err(why) => {
                tracing::warn!(%why, "renewing the search index goes on in a moment");
                std::thread::sleep(Duration::from_secs(5));
            }
        }
    };
    let started = std::thread::Builder::new().name("search-index".into()).spawn(task);
    started.map(drop).map_err(|why| Error::Unavailable(why.to_string()))
}

fn renew(connection: &mut Connection) -> Result<Renewal, Error> {
    search::renew(connection, follow_name)
}

fn goes_on(renewal: Renewal) -> bool {
    if renewal == Renewal::Newer {
        tracing::warn!("a newer version of the program has indexed the members, so this one leaves the index alone");
    }
    renewal == Renewal::GoesOn
}

/// HEAD is answered as GET is; actix leaves the body out, since it knows what was asked.
async fn head_as_get<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
        fetched::note_head(&request);
    }
    next.call(request).await
}

fn headers(secure: bool) -> DefaultHeaders {
    let headers = DefaultHeaders::new()
        .add(("Content-Security-Policy", POLICY))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "same-origin"))
        .add(("Permissions-Policy", "camera=(), microphone=(), geolocation=()"))
        .add(("Cross-Origin-Opener-Policy", "same-origin"))
        .add(("Cross-Origin-Resource-Policy", "same-origin"))
        // Nothing of a page stays in the browser: *Back* shows what is so now, and nothing once one is signed out.
        .add(("Cache-Control", "no-store"));
    if secure { headers.add(("Strict-Transport-Security", "max-age=31536000")) } else { headers }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_has_a_name_that_people_read() {
        let settings = Settings {
            limits: Limits::default(),
            zone: Zone::default(),
            base_url: None,
            tls: None,
            proxies: Proxies::default(),
            workers: 0,
            mail: Transport::Off,
            mail_from: None,
            registration: None,
            sign_up_seconds: 0,
            webhooks_to_private: false,
            runs_jobs: true,
            before: |_| {},
        };
        let jobs = loops(&settings, "http://127.0.0.1:8080").unwrap();
        assert!(jobs.len() > 10, "{}", jobs.len());
        let nameless = jobs.iter().map(|job| job.name).filter(|name| crate::admin::counts::title_of(name).is_none());
        assert_eq!(nameless.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}
