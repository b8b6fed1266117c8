//! The command line: parse, call.

mod commands;

use std::process::ExitCode;

use amicable::config;
use amicable::data::distribute;
use amicable::db::DatabaseUrl;
use amicable::demo::{seed, styleguide};
use amicable::error::Error;
use clap::Parser;
use commands::arguments::{Cli, Command, MemberCommand};
use commands::opening::{as_it_is, there, with};
use commands::output::{complain, say};
use commands::{backup, check, copy, demo, members, moderation, progress, serve};

/// Requests make and drop many small things on several threads, for which it takes half the time of the C library.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Err(why) = config::check_variables::<Cli>() {
        complain(&why);
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
            complain(&why.to_string());
            ExitCode::FAILURE
        }
    }
}

fn check(database: &DatabaseUrl, repair: bool) -> Result<ExitCode, Error> {
    there(database)?;
    as_it_is(database, |db| check::check(db, settings(database), repair)).or_else(|why| check::damaged("database", why))
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
        Command::Serve { database, serve: arguments } => {
            serve::log(arguments.log_format);
            let before: serve::Routes = if cfg!(debug_assertions) { styleguide::routes } else { |_| {} };
            let _served = serve::note_served(&database.database_url);
            with(&database.database_url, |db| serve::serve(db, &arguments, before, |_| Ok(())))
        }
        Command::Demo { serve: arguments, connections } => demo::show(&arguments, connections),
        Command::Migrate { database, distribute } => as_it_is(&database.database_url, |db| {
            db.migrate_telling(&progress::migrating)?;
            say!("The database is up to date.")?;
            if distribute {
                say!("Tables that were spread now: {}.", distribute::distribute(db)?)?;
            }
            Ok(())
        }),
        Command::Copy { from, to } => copy::copy(&from, &to),
        Command::Member(MemberCommand::Create { database, full_name, email, admin, password_stdin }) => {
            with(&database.database_url, |db| members::create(db, full_name, email, admin, password_stdin))
        }
        Command::Backup { database, file } => {
            there(&database.database_url)?;
            as_it_is(&database.database_url, |db| backup::backup(db, &file))
        }
        Command::Restore { database, file, only_verify } => backup::restore(&file, &database.database_url, only_verify),
        Command::Check { .. } => Ok(()),
        Command::Member(MemberCommand::Role { database, who, role }) => {
            there(&database.database_url)?;
            with(&database.database_url, |db| moderation::give_role(db, &who, &role))
        }
        Command::Member(MemberCommand::Suspend { database, who, how }) => {
            there(&database.database_url)?;
            with(&database.database_url, |db| moderation::suspend(db, &who, &how))
        }
        Command::Member(MemberCommand::SecondFactorOff { database, who }) => {
            there(&database.database_url)?;
            with(&database.database_url, |db| moderation::end_second_factor(db, &who))
        }
        Command::Member(MemberCommand::Password { database, who, password_stdin }) => {
            there(&database.database_url)?;
            with(&database.database_url, |db| members::set_password(db, &who, password_stdin))
        }
        Command::Member(MemberCommand::List { database }) => {
            there(&database.database_url)?;
            with(&database.database_url, members::list)
        }
        Command::Member(MemberCommand::Delete { database, who, yes }) => {
            there(&database.database_url)?;
            with(&database.database_url, |db| members::delete(db, &who, yes))
        }
        Command::Seed { database, members, connections, messages, seed } => {
            with(&database.database_url, |db| copy::fill(db, seed::Plan { members, connections, messages, seed }))
        }
    }
}
