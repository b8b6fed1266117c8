//! The command line: parse, call.

mod commands;

use std::io::{IsTerminal, Read};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use amicable::accounts;
use amicable::accounts::{NewMember, password};
use amicable::config;
use amicable::config::{DatabaseArgs, LimitArgs, LogFormat, ServeArgs};
use amicable::data::distribute;
use amicable::db::DatabaseUrl;
use amicable::db::Db;
use amicable::demo;
use amicable::demo::styleguide;
use amicable::error::Error;
use amicable::joining::first;
use amicable::language::{Context, Language};
use amicable::mail::Transport;
use amicable::members::role::Role;
use amicable::relationship::Limits;
use amicable::server;
use amicable::server::Settings;
use amicable::web::registration::Registration;
use clap::{Parser, Subcommand};
use commands::progress;
use diesel::prelude::*;
use rand::RngExt;

/// Requests make and drop many small things on several threads, for which it takes half the time of the C library.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The professional network that a community hosts itself.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site
    Serve {
        #[command(flatten)]
        database: DatabaseArgs,
        #[command(flatten)]
        serve: ServeArgs,
    },
    /// Serve a throw-away site with a made-up network, to look around in
    Demo {
        #[command(flatten)]
        serve: ServeArgs,
        /// Your own LinkedIn export: its people become the demo member's connections
        #[arg(long, value_name = "Connections.csv")]
        connections: Option<std::path::PathBuf>,
    },
    /// Bring the database up to date and stop
    Migrate {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Also spread the tables over the machines of a Citus cluster
        #[arg(long)]
        distribute: bool,
    },
    /// Move a site to another database, e.g. from SQLite to PostgreSQL, or go on where an earlier copy stopped
    Copy {
        /// Where the site is; nobody may use it meanwhile
        #[arg(long, value_name = "URL", hide_env_values = true)]
        from: DatabaseUrl,
        /// Where it goes; empty, or what an earlier copy left
        #[arg(long, value_name = "URL", hide_env_values = true)]
        to: DatabaseUrl,
    },
    /// Write a backup of the site, which may be in use meanwhile
    Backup {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The file to make; there must be none of this name
        file: std::path::PathBuf,
    },
    /// Make a site of a backup, in a database that is empty or a file that is not there
    Restore {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The backup
        file: std::path::PathBuf,
        /// Only look whether the backup is whole
        #[arg(long)]
        only_verify: bool,
    },
    /// Look whether everything in the database is as it should be
    Check {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Repair what can be repaired, and say what
        #[arg(long)]
        repair: bool,
    },
    /// Make and list members, say who runs the site, suspend
    #[command(subcommand)]
    Member(MemberCommand),
    /// Fill an empty database with a made-up network of any size, to measure with
    Seed {
        #[command(flatten)]
        database: DatabaseArgs,
        /// How many members
        #[arg(long, default_value_t = 10_000)]
        members: u32,
        /// How many connections between them
        #[arg(long, default_value_t = 250_000)]
        connections: u64,
        /// How many messages of the first member, the half of them with one connection
        #[arg(long, default_value_t = 0)]
        messages: u64,
        /// The same number makes the same network
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

#[derive(Subcommand)]
enum MemberCommand {
    /// Delete an account at once, everywhere and for good
    Delete {
        #[command(flatten)]
        database: DatabaseArgs,
        /// The member's handle
        handle: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Make an account; the password comes from the terminal
    Create {
        #[command(flatten)]
        database: DatabaseArgs,
        #[arg(long)]
        full_name: String,
        #[arg(long)]
        email: String,
        /// May run the site
        #[arg(long)]
        admin: bool,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Say what a member may do for the site
    Role {
        #[command(flatten)]
        database: DatabaseArgs,
        /// A handle or a confirmed e-mail address
        who: String,
        /// member, moderator or administrator
        role: String,
    },
    /// Suspend a member until a day, or ban them
    Suspend {
        #[command(flatten)]
        database: DatabaseArgs,
        /// A handle or a confirmed e-mail address
        who: String,
        #[command(flatten)]
        how: commands::moderation::Suspension,
    },
    /// Turn off the second step of a member who has lost their device and their recovery codes
    SecondFactorOff {
        #[command(flatten)]
        database: DatabaseArgs,
        /// A handle or a confirmed e-mail address
        who: String,
    },
    /// Set a member's password, which ends their sessions; it comes from the terminal
    Password {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Whose, by the handle that `member list` shows
        handle: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// List all accounts: handle, name, e-mail address
    List {
        #[command(flatten)]
        database: DatabaseArgs,
    },
}

fn main() -> ExitCode {
    if let Err(why) = config::check_variables::<Cli>() {
        eprintln!("amicable: {why}");
        return ExitCode::from(2);
    }
    let cli = Cli::try_parse().unwrap_or_else(|why| config::without_secrets::<Cli>(why).exit());
    let done = match cli.command {
        Command::Check { database, repair } => check(&database.database_url, repair),
        command => run(command).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
        Err(why) => {
            eprintln!("amicable: {why}");
            ExitCode::FAILURE
        }
    }
}

fn check(database: &DatabaseUrl, repair: bool) -> Result<ExitCode, Error> {
    there(database)?;
    as_it_is(database, |db| commands::check::check(db, settings(database), repair))
}

/// Says what is wrong with the settings that the site would be served with.
fn settings(database: &DatabaseUrl) -> Result<String, String> {
    let serve = Cli::try_parse_from(["amicable", "serve"]).map_err(|why| {
        let text = config::without_secrets::<Cli>(why).to_string();
        text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
    })?;
    #[cfg(unix)]
    if let DatabaseUrl::Sqlite(path) = database
        && let Ok(file) = std::fs::metadata(path)
        && std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o077 != 0
    {
        return Err(format!("others on this machine may read {path}; chmod 600 ends that"));
    }
    match serve.command {
        Command::Serve { serve, .. } if serve.base_url.is_none() => {
            Ok("valid; without AMICABLE_BASE_URL this machine alone can use the site".into())
        }
        _ => Ok("valid".into()),
    }
}

fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Serve { database, serve: args } => {
            log(args.log_format);
            let before: Routes = if cfg!(debug_assertions) { styleguide::routes } else { |_| {} };
            with(&database.database_url, |db| serve(db, &args, before, |_| {}))
        }
        Command::Demo { serve: args, connections } => show(&args, connections),
        Command::Migrate { database, distribute } => as_it_is(&database.database_url, |db| {
            db.migrate_telling(&progress::migrating)?;
            println!("The database is up to date.");
            if distribute {
                println!("Tables that were spread now: {}.", distribute::distribute(db)?);
            }
            Ok(())
        }),
        Command::Copy { from, to } => copy(&from, &to),
        Command::Member(MemberCommand::Create { database, full_name, email, admin, password_stdin }) => {
            with(&database.database_url, |db| create(db, full_name, email, admin, password_stdin))
        }
        Command::Backup { database, file } => {
            there(&database.database_url)?;
            as_it_is(&database.database_url, |db| commands::backup::backup(db, &file))
        }
        Command::Restore { database, file, only_verify } => {
            commands::backup::restore(&file, &database.database_url, only_verify)
        }
        Command::Check { .. } => Ok(()),
        Command::Member(MemberCommand::Role { database, who, role }) => {
            there(&database.database_url)?;
            with(&database.database_url, |db| commands::moderation::give_role(db, &who, &role))
        }
        Command::Member(MemberCommand::Suspend { database, who, how }) => {
            there(&database.database_url)?;
            with(&database.database_url, |db| commands::moderation::suspend(db, &who, &how))
        }
        Command::Member(MemberCommand::SecondFactorOff { database, who }) => {
            there(&database.database_url)?;
            with(&database.database_url, |db| commands::moderation::end_second_factor(db, &who))
        }
        Command::Member(MemberCommand::Password { database, handle, password_stdin }) => {
            there(&database.database_url)?;
            with(&database.database_url, |db| set_password(db, &handle, password_stdin))
        }
        Command::Member(MemberCommand::List { database }) => {
            there(&database.database_url)?;
            with(&database.database_url, list)
        }
        Command::Member(MemberCommand::Delete { database, handle, yes }) => {
            there(&database.database_url)?;
            with(&database.database_url, |db| delete(db, &handle, yes))
        }
        Command::Seed { database, members, connections, messages, seed } => {
            with(&database.database_url, |db| fill(db, demo::seed::Plan { members, connections, messages, seed }))
        }
    }
}

/// Opens a database, brings it up to date, uses it and closes it.
fn with<T>(database: &DatabaseUrl, run: impl FnOnce(&Db) -> Result<T, Error>) -> Result<T, Error> {
    as_it_is(database, |db| {
        // The log of a site that is served says how far it has come.
        match tracing::enabled!(tracing::Level::INFO) {
            true => db.migrate()?,
            false => db.migrate_telling(&progress::migrating_long)?,
        }
        run(db)
    })
}

/// Opens a database, uses it and closes it, whatever its schema is.
fn as_it_is<T>(database: &DatabaseUrl, run: impl FnOnce(&Db) -> Result<T, Error>) -> Result<T, Error> {
    let db = Db::open(database)?;
    let done = run(&db);
    db.close();
    done
}

/// Refuses a database that would only be made by looking into it.
fn there(url: &DatabaseUrl) -> Result<(), Error> {
    match url {
        DatabaseUrl::Sqlite(path) if !std::path::Path::new(path).exists() => {
            Err(Error::Unavailable(format!("there is no database {path}")))
        }
        _ => Ok(()),
    }
}

fn log(format: LogFormat) {
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

/// Routes in front of the site's own.
type Routes = fn(&mut actix_web::web::ServiceConfig);

/// Serves until SIGTERM or SIGINT, then finishes what is under way.
fn serve(db: &Db, args: &ServeArgs, before: Routes, announce: impl FnOnce(&str)) -> Result<(), Error> {
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
        runs_jobs: true,
        before,
    };
    actix_web::rt::System::new().block_on(async move {
        let server = server::serve(db.clone(), listener, &settings)?;
        let first_link = first::link(db)?;
        announce(&address);
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
            println!(
                "Nobody runs this site yet. Make the account of its first administrator, once, at\n{}{path}",
                base(&settings, &address)
            );
        }
        server.await.map_err(|why| Error::Unavailable(why.to_string()))
    })
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

fn show(args: &ServeArgs, connections: Option<std::path::PathBuf>) -> Result<(), Error> {
    // The days of an export are days where the site is.
    let context = Context::new(Language::default(), args.time_zone);
    let export = context.within(|| connections.map(|path| read_export(&path)).transpose())?;
    // Others on this machine can neither guess its name nor look into it.
    let folder = std::env::temp_dir().join(format!("amicable-demo-{:032x}", rand::rng().random::<u128>()));
    let unusable = |why: std::io::Error| Error::Unavailable(format!("cannot make {}: {why}", folder.display()));
    private_folder(&folder).map_err(unusable)?;
    let file = DatabaseUrl::Sqlite(folder.join("demo.db").to_string_lossy().into_owned());
    let mut args = args.clone();
    if config::DEFAULT_MAIL.parse() == Ok(args.mail.clone()) {
        args.mail = Transport::Folder(folder.join("mail"));
    }
    // Everybody may look around, as quickly as a script does.
    args.registration = args.registration.or(Some(Registration::Open));
    args.sign_up_seconds = 0;
    let result = with(&file, |db| {
        let limits = Limits::from(&LimitArgs::clone(&args.limits));
        let made = context.within(|| demo::populate(db, &limits, export))?;
        serve(db, &args, styleguide::routes, |address| {
            if let Some(imported) = &made.imported {
                println!("{imported}");
            }
            println!("A made-up network of {} members is at {address}\n\nSign in as", made.members);
            for account in &made.accounts {
                println!(
                    "  {:<14} {}  password: {}\n                 {}",
                    account.full_name, account.email, account.password, account.story
                );
            }
            if let Transport::Folder(folder) = &args.mail {
                println!("\nWhat it would send by e-mail is in {}", folder.display());
            }
            println!("\nNothing of it is kept. Stop with Ctrl-C.");
        })
    });
    // Left behind, it would only take room; that it cannot be removed is no reason to fail.
    let _ = std::fs::remove_dir_all(&folder);
    result
}

/// The address that people type; this machine's where none was said.
fn base<'a>(settings: &'a Settings, address: &'a str) -> &'a str {
    settings.base_url.as_ref().map_or(address, url::Url::as_str).trim_end_matches('/')
}

/// Makes a folder that is its owner's alone.
fn private_folder(path: &std::path::Path) -> std::io::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path)
}

fn read_export(path: &std::path::Path) -> Result<amicable::contacts::import::Read, Error> {
    let bytes =
        std::fs::read(path).map_err(|why| Error::Unavailable(format!("cannot read {}: {why}", path.display())))?;
    let today = amicable::dates::civil(amicable::dates::now()).unwrap_or(jiff::civil::Date::MAX);
    amicable::contacts::import::read(&bytes, &Default::default(), today)
        .map_err(|why| Error::Unavailable(format!("{}: {why}", path.display())))
}

fn read_password(from_stdin: bool) -> Result<String, Error> {
    let unreadable = |why: std::io::Error| Error::Unavailable(format!("cannot read the password: {why}"));
    if !from_stdin {
        return rpassword::prompt_password("Password: ").map_err(unreadable);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(unreadable)?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

fn set_password(db: &Db, handle: &str, from_stdin: bool) -> Result<(), Error> {
    use amicable::schema::members;
    let nobody = || Error::Unavailable(format!("there is no member {handle}; `amicable member list` shows all"));
    let found: Option<(i64, String, String)> = db.write_blocking(|connection| {
        let row = members::table.filter(members::handle.eq(handle));
        Ok(row.select((members::id, members::full_name, members::email)).first(connection).optional()?)
    })?;
    let (id, full_name, email) = found.ok_or_else(nobody)?;
    let typed = read_password(from_stdin)?;
    let form = amicable::web::form::Form::of([("password", &typed)]);
    let mut problems = amicable::web::form::Problems::default();
    let typed = password::new(&form, &mut problems, "password", (&email, &full_name));
    if let Some((_, sentence)) = problems.iter().next() {
        return Err(Error::Unavailable(sentence.clone()));
    }
    let hash = password::hash_now(&typed)?;
    db.write_blocking(|connection| accounts::recovery::set_by_operator(connection, id, &hash))?;
    println!("{full_name} has a new password, and is signed out everywhere.");
    Ok(())
}

fn create(db: &Db, full_name: String, email: String, is_admin: bool, password_stdin: bool) -> Result<(), Error> {
    let typed = read_password(password_stdin)?;
    let form = amicable::web::form::Form::of([("full_name", &full_name), ("email", &email), ("password", &typed)]);
    let mut problems = amicable::web::form::Problems::default();
    let full_name = accounts::full_name(&form, &mut problems);
    let email = accounts::email(&form, &mut problems);
    let typed = password::new(&form, &mut problems, "password", (&email, &full_name));
    if let Some((_, sentence)) = problems.iter().next() {
        return Err(Error::Unavailable(sentence.clone()));
    }
    let role = if is_admin { Role::Administrator } else { Role::Member };
    let new = NewMember { full_name, email, password: password::hash_now(&typed)?, role };
    match db.write_blocking(|connection| accounts::register(connection, &new))? {
        Some(_) => println!("{} can sign in now.", new.full_name),
        None => return Err(Error::Unavailable("there is an account with this e-mail address already".into())),
    }
    Ok(())
}

fn list(db: &Db) -> Result<(), Error> {
    use amicable::schema::members;
    let rows: Vec<(String, String, String)> = db.write_blocking(|connection| {
        let all = members::table.filter(members::id.gt(0)).order(members::handle).select((
            members::handle,
            members::full_name,
            members::email,
        ));
        Ok(all.load(connection)?)
    })?;
    for (handle, name, email) in rows {
        println!("{handle}\t{name}\t{email}");
    }
    Ok(())
}

/// Deletes an account at once: what takes two weeks on the site, without the two weeks.
fn delete(db: &Db, handle: &str, yes: bool) -> Result<(), Error> {
    use amicable::data::deletion::{self, Refused};
    use amicable::schema::members;
    let named = members::table.filter(members::handle.eq(handle)).filter(members::id.gt(0));
    let columns = (members::id, members::full_name, members::email);
    let found = db.read_blocking(|connection| Ok(named.select(columns).first(connection).optional()?))?;
    let Some((member, name, email)): Option<(i64, String, String)> = found else {
        return Err(Error::Unavailable(format!("there is no member {handle}")));
    };
    if !yes {
        eprint!(
            "Delete the account of {name} ({email}) for good? Nothing of it can be brought back. Type the handle: "
        );
        let mut typed = String::new();
        let unreadable = |why: std::io::Error| Error::Unavailable(format!("cannot read the answer: {why}"));
        std::io::stdin().read_line(&mut typed).map_err(unreadable)?;
        if typed.trim() != handle {
            return Err(Error::Unavailable("this is another handle; nothing is deleted".into()));
        }
    }
    match db.write_blocking(|connection| deletion::begin(connection, member))? {
        Ok(_) => deletion::finish_now(db, member)?,
        Err(Refused::OnlyAdministrator) => {
            let why = format!("{name} is the only administrator; make somebody else one first");
            return Err(Error::Unavailable(why));
        }
    }
    println!("The account of {name} is deleted.");
    Ok(())
}

fn copy(from: &DatabaseUrl, to: &DatabaseUrl) -> Result<(), Error> {
    if from == to {
        return Err(Error::Unavailable("--from and --to are the same".into()));
    }
    there(from)?;
    let bar = progress::bar();
    let progress = |table: &str, done, all| progress::show(&bar, table, done, all);
    let held = with(from, |from| with(to, |to| amicable::copy::copy(from, to, &progress)))?;
    bar.finish_and_clear();
    println!("{:<16}{:>12}  SHA-256, the same on both sides", "table", "rows");
    for held in held {
        println!("{:<16}{:>12}  {}", held.table, held.rows, held.sha256);
    }
    Ok(())
}

fn fill(db: &Db, plan: demo::seed::Plan) -> Result<(), Error> {
    let bar = progress::bar();
    let made = demo::seed::seed(db, &plan, &|stage, done, all| progress::show(&bar, stage, done, all))?;
    bar.finish_and_clear();
    println!(
        "{} members and {} connections. Sign in as member1@seed.example, password: {}",
        plan.members,
        made,
        demo::seed::PASSWORD
    );
    Ok(())
}
