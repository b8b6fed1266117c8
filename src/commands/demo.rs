//! `amicable demo`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use amicable::config::{self, LimitArgs, ServeArgs};
use amicable::contacts::import;
use amicable::dates;
use amicable::db::DatabaseUrl;
use amicable::demo::{self, styleguide};
use amicable::error::Error;
use amicable::language::{Context, Language};
use amicable::mail::Transport;
use amicable::relationship::Limits;
use amicable::web::registration::{self, Registration};
use rand::RngExt;

use super::opening::with;
use super::output::say;
use super::serve::serve;

/// Longer than the server lets requests finish.
#[cfg(unix)]
const SERVER_ENDS_WITHIN: std::time::Duration = std::time::Duration::from_secs(15);

/// Serves a made-up network until it is stopped, and removes it.
pub fn show(args: &ServeArgs, connections: Option<PathBuf>) -> Result<(), Error> {
    // The days of an export are days where the site is.
    let context = Context::new(Language::default(), args.time_zone);
    let export = context.within(|| connections.map(|path| read_export(&path)).transpose())?;
    // Others on this machine can neither guess its name nor look into it.
    let folder = std::env::temp_dir().join(format!("amicable-demo-{:032x}", rand::rng().random::<u128>()));
    let unusable = |why: std::io::Error| Error::Unavailable(format!("cannot make {}: {why}", folder.display()));
    let is_served = Arc::new(AtomicBool::new(false));
    end_while_loading(&folder, &is_served)?;
    private_folder(&folder).map_err(unusable)?;
    let file = DatabaseUrl::Sqlite(folder.join("demo.db").to_string_lossy().into_owned());
    let mut args = args.clone();
    if config::DEFAULT_MAIL.parse() == Ok(args.mail.clone()) {
        args.mail = Transport::Folder(folder.join("mail"));
    }
    // Everybody may look around, as quickly as a script does.
    let mode = args.registration.unwrap_or(Registration::Open);
    args.sign_up_seconds = 0;
    let result = with(&file, |db| {
        let limits = Limits::from(&LimitArgs::clone(&args.limits));
        // Before the first administrator of the story is made, which would open the site.
        db.write_blocking(|connection| registration::begin(connection, mode))?;
        let made = context.within(|| demo::populate(db, &limits, export))?;
        serve(db, &args, styleguide::routes, |address| {
            is_served.store(true, Ordering::Relaxed);
            if let Some(imported) = &made.imported {
                say!("{imported}")?;
            }
            say!("A made-up network of {} members is at {address}\n\nSign in as", made.members)?;
            for account in &made.accounts {
                say!(
                    "  {:<14} {}  password: {}\n                 {}",
                    account.full_name,
                    account.email,
                    account.password,
                    account.story
                )?;
            }
            if let Transport::Folder(folder) = &args.mail {
                say!("\nWhat it would send by e-mail is in {}", folder.display())?;
            }
            say!("\nNothing of it is kept. Stop with Ctrl-C.")
        })
    });
    // Left behind, it would only take room; that it cannot be removed is no reason to fail.
    let _ = std::fs::remove_dir_all(&folder);
    result
}

/// Removes the folder and ends on SIGTERM and SIGINT, until it is served: then the server ends, and the folder goes after it.
#[cfg(unix)]
fn end_while_loading(folder: &Path, is_served: &Arc<AtomicBool>) -> Result<(), Error> {
    let (folder, is_served) = (folder.to_owned(), is_served.clone());
    let (listens, begun) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let listening = listen(&folder, &is_served);
        let _ = listens.send(listening.as_ref().map(|_| ()).map_err(ToString::to_string));
        listening.map(|runtime| runtime.block_on(std::future::pending::<()>()))
    });
    let begun = begun.recv().map_err(|why| why.to_string()).and_then(|begun| begun);
    begun.map_err(|why| Error::Unavailable(format!("cannot listen for signals: {why}")))
}

/// Listens for signals as long as the runtime runs, which is not for any other thread.
#[cfg(unix)]
fn listen(folder: &Path, is_served: &Arc<AtomicBool>) -> std::io::Result<actix_web::rt::Runtime> {
    use actix_web::rt::signal::unix::{SignalKind, signal};

    let runtime = actix_web::rt::Runtime::new()?;
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let (folder, is_served) = (folder.to_owned(), is_served.clone());
        let mut signal = runtime.block_on(async { signal(kind) })?;
        runtime.spawn(async move {
            if signal.recv().await.is_some() {
                // The server has ended itself by then, unless the signal came before it listened.
                if is_served.load(Ordering::Relaxed) {
                    actix_web::rt::time::sleep(SERVER_ENDS_WITHIN).await;
                }
                remove(&folder);
                std::process::exit(128 + kind.as_raw_value());
            }
        });
    }
    Ok(runtime)
}

#[cfg(not(unix))]
fn end_while_loading(_: &Path, _: &Arc<AtomicBool>) -> Result<(), Error> {
    Ok(())
}

/// Removes a folder in which files may still be made.
#[cfg(unix)]
fn remove(folder: &Path) {
    for _ in 0..100 {
        match std::fs::remove_dir_all(folder) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => {}
            _ => break,
        }
    }
}

/// Makes a folder that is its owner's alone.
fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path)
}

fn read_export(path: &Path) -> Result<import::Read, Error> {
    let bytes =
        std::fs::read(path).map_err(|why| Error::Unavailable(format!("cannot read {}: {why}", path.display())))?;
    let today = dates::civil(dates::now()).unwrap_or(jiff::civil::Date::MAX);
    import::read(&bytes, &Default::default(), today)
        .map_err(|why| Error::Unavailable(format!("{}: {why}", path.display())))
}
