//! Every setting, its default and its variable, checked at start. Each wrong one is named by its variable.

use std::net::SocketAddr;
use std::ops::RangeInclusive;

use clap::error::{ContextKind, ContextValue};
use clap::{ArgAction, Args, CommandFactory};
use lettre::message::Mailbox;

use crate::db::DatabaseUrl;
use crate::limits::Proxies;
use crate::mail::Transport;
use crate::relationship::Limits;
use crate::time_zone::Zone;
use crate::web::registration::Registration;

/// Where the data is.
#[derive(Args, Clone, Debug)]
pub struct DatabaseArgs {
    /// The database: `sqlite:` and the path of a file, which is made if it is missing, or `postgres://`
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite:amicable.db", value_parser = database_url, value_name = "URL", hide_env_values = true)]
    pub database_url: DatabaseUrl,
}

/// Where the data of a site is that is there already.
#[derive(Args, Clone, Debug)]
pub struct SiteArgs {
    /// The database of the site, which must be there: `sqlite:` and the path of its file, or `postgres://`
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite:amicable.db", value_parser = database_url, value_name = "URL", hide_env_values = true)]
    pub database_url: DatabaseUrl,
}

/// Where mail goes if nothing is said.
pub const DEFAULT_MAIL: &str = "file:mail";

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// A line of words.
    Text,
    /// A line of JSON.
    Json,
}

/// How the site is served.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "AMICABLE_LISTEN", default_value = "127.0.0.1:8080", value_parser = address("AMICABLE_LISTEN"), value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// Address and port on which Prometheus finds /metrics; without one nothing is shown
    #[arg(long, env = "AMICABLE_METRICS_LISTEN", value_parser = address("AMICABLE_METRICS_LISTEN"), value_name = "ADDRESS:PORT")]
    pub metrics_listen: Option<SocketAddr>,
    /// How the log is written: text or json
    #[arg(long, env = "AMICABLE_LOG_FORMAT", default_value = "text", value_parser = log_format, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// The address people type, as in https://network.example.org; without one, only this machine can use the site
    #[arg(long, env = "AMICABLE_BASE_URL", value_parser = base_url, value_name = "URL", hide_env_values = true)]
    pub base_url: Option<url::Url>,
    /// Where days begin and end for members who have chosen no time zone: a name of the IANA database, as in Europe/Berlin
    #[arg(long, env = "AMICABLE_TIME_ZONE", default_value = "UTC", value_parser = time_zone, value_name = "ZONE")]
    pub time_zone: Zone,
    /// Proxies in front of the site, whose X-Forwarded-For or Forwarded says where a request comes from: addresses and blocks
    /// as in 127.0.0.1,10.0.0.0/8
    #[arg(long, env = "AMICABLE_TRUSTED_PROXIES", default_value = "", value_parser = proxies, value_name = "ADDRESSES")]
    pub trusted_proxies: Proxies,
    /// Threads that serve, up to 512; 0 for one per core
    #[arg(long, env = "AMICABLE_WORKERS", default_value = "0", value_parser = number("AMICABLE_WORKERS", 0..=512), value_name = "N")]
    pub workers: u32,
    /// Where mail goes: file: and a folder, smtp://[user:password@]host:port, smtps://…, or off
    #[arg(long, env = "AMICABLE_MAIL", default_value = DEFAULT_MAIL, value_parser = mail, value_name = "URL", hide_env_values = true)]
    pub mail: Transport,
    /// Whom mail is from, as in "Amicable <amicable@example.org>"; without it amicable@ and the host of the base URL
    #[arg(long, env = "AMICABLE_MAIL_FROM", value_parser = mailbox, value_name = "ADDRESS")]
    pub mail_from: Option<Mailbox>,
    /// Who may join a new site: open, approval, invite or closed; without it nobody, until there is an administrator
    #[arg(long, env = "AMICABLE_REGISTRATION", value_parser = registration, value_name = "MODE")]
    pub registration: Option<Registration>,
    /// Seconds between opening the form to sign up and sending it, below which a robot has sent it; 0 for none
    #[arg(long, env = "AMICABLE_SIGN_UP_SECONDS", default_value = "2", value_parser = number("AMICABLE_SIGN_UP_SECONDS", 0..=3_600), value_name = "N")]
    pub sign_up_seconds: u32,
    /// The certificate to serve the site by TLS, with those that lead to its authority behind it (PEM); none behind a proxy
    #[arg(long, env = "AMICABLE_TLS_CERT", requires = "tls_key", value_name = "FILE")]
    pub tls_cert: Option<std::path::PathBuf>,
    /// The key of the certificate (PEM)
    #[arg(long, env = "AMICABLE_TLS_KEY", requires = "tls_cert", value_name = "FILE")]
    pub tls_key: Option<std::path::PathBuf>,
    /// Let webhooks call addresses of this machine and of private networks too
    #[arg(long, env = "AMICABLE_WEBHOOKS_TO_PRIVATE", default_value = "false", num_args = 0..=1, default_missing_value = "true",
          value_parser = yes_or_no("AMICABLE_WEBHOOKS_TO_PRIVATE"), action = ArgAction::Set, value_name = "true|false")]
    pub webhooks_to_private: bool,
    /// Run no job, so that no mail goes out and no webhook is called: to look at a copy of a site
    #[arg(long, env = "AMICABLE_WITHOUT_JOBS", default_value = "false", num_args = 0..=1, default_missing_value = "true",
          value_parser = yes_or_no("AMICABLE_WITHOUT_JOBS"), action = ArgAction::Set, value_name = "true|false")]
    pub without_jobs: bool,
    /// What members may do how often.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// What members may do how often. The defaults are LinkedIn's.
#[derive(Args, Clone, Debug)]
pub struct LimitArgs {
    /// Connections a member may have
    #[arg(long, env = "AMICABLE_CONNECTION_LIMIT", default_value = "30000", value_parser = number("AMICABLE_CONNECTION_LIMIT", 1..=1_000_000), value_name = "N")]
    pub connection_limit: u32,
    /// Invitations a member may send in any 7 days
    #[arg(long, env = "AMICABLE_INVITATION_LIMIT", default_value = "100", value_parser = number("AMICABLE_INVITATION_LIMIT", 0..=1_000_000), value_name = "N")]
    pub invitation_limit: u32,
    /// Characters in the note of an invitation
    #[arg(long, env = "AMICABLE_NOTE_LENGTH", default_value = "300", value_parser = number("AMICABLE_NOTE_LENGTH", 1..=10_000), value_name = "N")]
    pub note_length: u32,
    /// Days until a withdrawn invitation may be sent again
    #[arg(long, env = "AMICABLE_WITHDRAWAL_PAUSE_DAYS", default_value = "21", value_parser = number("AMICABLE_WITHDRAWAL_PAUSE_DAYS", 0..=3_650), value_name = "DAYS")]
    pub withdrawal_pause_days: u32,
    /// Days until an invitation expires
    #[arg(long, env = "AMICABLE_INVITATION_DAYS", default_value = "180", value_parser = number("AMICABLE_INVITATION_DAYS", 1..=3_650), value_name = "DAYS")]
    pub invitation_days: u32,
}

impl From<&LimitArgs> for Limits {
    fn from(args: &LimitArgs) -> Limits {
        Limits {
            connections: args.connection_limit,
            invitations: args.invitation_limit,
            note_length: args.note_length as usize,
            withdrawal_pause_days: args.withdrawal_pause_days.into(),
            invitation_days: args.invitation_days.into(),
            ..Limits::default()
        }
    }
}

/// Names the first variable that begins with `AMICABLE_` and is none of ours: a misspelt setting
/// would otherwise be silently without effect.
///
/// # Errors
/// The sentence to print.
pub fn check_variables<C: CommandFactory>() -> Result<(), String> {
    let command = C::command();
    let known: Vec<_> = command
        .get_subcommands()
        .flat_map(|sub| sub.get_arguments().chain(sub.get_subcommands().flat_map(clap::Command::get_arguments)))
        .filter_map(|arg| Some(arg.get_env()?.to_owned()))
        .collect();
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AMICABLE_") && !known.contains(&name) {
            return Err(format!("the environment variable {} is not a setting of Amicable", name.to_string_lossy()));
        }
    }
    Ok(())
}

/// What stands for a value that may hold a secret.
const NOT_SHOWN: &str = "…";

/// Takes the value out of a complaint about a setting that may hold a password: one whose variable `--help` does not show
/// either.
pub fn without_secrets<C: CommandFactory>(mut why: clap::Error) -> clap::Error {
    let command = C::command();
    let of = |command: &clap::Command| -> Vec<String> {
        let secret = command.get_arguments().filter(|argument| argument.is_hide_env_values_set());
        secret.filter_map(|argument| Some(format!("--{}", argument.get_long()?))).collect()
    };
    let secret: Vec<String> = command
        .get_subcommands()
        .flat_map(|sub| [vec![of(sub)], sub.get_subcommands().map(of).collect()].concat().concat())
        .collect();
    let is_about = |flag: &String| {
        let named = why.get(ContextKind::InvalidArg);
        named.is_some_and(|named| named.to_string().split(' ').next() == Some(flag))
    };
    if secret.iter().any(is_about) && why.get(ContextKind::InvalidValue).is_some() {
        why.insert(ContextKind::InvalidValue, ContextValue::String(NOT_SHOWN.into()));
    }
    why
}

fn database_url(url: &str) -> Result<DatabaseUrl, String> {
    url.parse().map_err(|why| format!("DATABASE_URL {why}"))
}

fn time_zone(name: &str) -> Result<Zone, String> {
    name.parse()
        .map_err(|why| format!("AMICABLE_TIME_ZONE: {why}; it wants a name as in Europe/Berlin or America/New_York"))
}

/// Reads an address, and names its variable where it is none.
fn address(variable: &'static str) -> impl Fn(&str) -> Result<SocketAddr, String> + Clone + Send + Sync + 'static {
    move |text| text.parse().map_err(|_| format!("{variable} wants an address and a port, as in 127.0.0.1:8080"))
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("AMICABLE_LOG_FORMAT wants text or json".into()),
    }
}

fn proxies(text: &str) -> Result<Proxies, String> {
    text.parse().map_err(|part| {
        format!("AMICABLE_TRUSTED_PROXIES has {part}, but wants addresses and blocks, as in 127.0.0.1,10.0.0.0/8")
    })
}

fn mail(text: &str) -> Result<Transport, String> {
    text.parse().map_err(|why| format!("AMICABLE_MAIL {why}"))
}

fn registration(text: &str) -> Result<Registration, String> {
    text.parse().map_err(|why| format!("AMICABLE_REGISTRATION {why}"))
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse().map_err(|_| "AMICABLE_MAIL_FROM wants an address, as in Amicable <amicable@example.org>".into())
}

fn base_url(text: &str) -> Result<url::Url, String> {
    let wrong = "AMICABLE_BASE_URL wants an address as people type it, as in https://network.example.org";
    let url = url::Url::parse(text).map_err(|_| wrong.to_owned())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong.into());
    }
    let more = [
        (!matches!(url.path(), "" | "/"), "a path: the site needs a host name of its own"),
        (url.query().is_some() || url.fragment().is_some(), "a query or a fragment"),
        (!url.username().is_empty() || url.password().is_some(), "a user name or a password"),
    ];
    match more.iter().find(|(is, _)| *is) {
        Some((_, what)) => Err(format!("AMICABLE_BASE_URL has {what}; write it as in https://network.example.org")),
        None => Ok(url),
    }
}

/// Reads whether something is wanted, and names its variable where that cannot be read.
fn yes_or_no(variable: &'static str) -> impl Fn(&str) -> Result<bool, String> + Clone + Send + Sync + 'static {
    move |text| match text {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" | "" => Ok(false),
        _ => Err(format!("{variable} wants true or false")),
    }
}

/// Reads a number within a range, and names its variable where it is none: what lies far outside makes a site that cannot be
/// used, or none at all.
fn number(
    variable: &'static str,
    range: RangeInclusive<u32>,
) -> impl Fn(&str) -> Result<u32, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("{variable} wants a whole number from {} to {}", range.start(), range.end()))
    }
}
