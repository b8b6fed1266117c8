//! `amicable check`: what should hold of a site and does not, and what of it can be repaired. Each check is a function that
//! says what it found.

mod orphans;
mod rows;
mod search;
mod site;

use std::process::ExitCode;

use amicable::db::{Connection, Db};
use amicable::error::Error;

/// What is answered to the shell where something does not hold; 1 says that it could not be seen.
const NOT_GOOD: u8 = 3;
/// How many of what is wrong are named.
const NAMED: usize = 10;

/// What a check found: what holds, or what does not.
type Found = Result<String, String>;

/// Repairs what does not hold, and says what it did.
type Repair = fn(&mut Connection) -> Result<String, Error>;

/// A check.
struct Check {
    /// Its name.
    name: &'static str,
    /// Looks.
    look: fn(&mut Connection) -> Result<Found, Error>,
    /// Its repair; nothing where that is for somebody to decide.
    repair: Option<Repair>,
}

/// The checks, in the order in which they run. What one repairs, a later one may find whole.
const CHECKS: &[Check] = &[
    Check { name: "database", look: site::database, repair: None },
    Check { name: "orphans", look: orphans::look, repair: Some(orphans::repair) },
    Check { name: "relationships", look: rows::pairs, repair: Some(rows::mend_pairs) },
    Check { name: "counts", look: rows::counts, repair: Some(rows::count_again) },
    Check { name: "search for people", look: search::members, repair: Some(search::index_members) },
    Check { name: "search in messages", look: search::messages, repair: Some(search::index_messages) },
    Check { name: "outbox", look: site::outbox, repair: Some(site::mend_outbox) },
    Check { name: "jobs", look: site::jobs, repair: None },
    Check { name: "audit log", look: site::audit_log, repair: None },
];

/// Runs every check, says what each found, and repairs what can be repaired if that is wanted. `settings` is what is wrong
/// with the settings.
///
/// # Errors
/// The database's.
pub fn check(db: &Db, settings: Found, repair: bool) -> Result<ExitCode, Error> {
    let mut good = said("configuration", settings);
    let schema = db.snapshot(site::schema)?;
    if !said("schema", schema) {
        // The other checks would not know what the tables mean.
        return Ok(ExitCode::from(NOT_GOOD));
    }
    for check in CHECKS {
        good &= run(db, check, repair)?;
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(NOT_GOOD) })
}

fn run(db: &Db, check: &Check, repair: bool) -> Result<bool, Error> {
    let found = db.snapshot(check.look)?;
    if said(check.name, found) {
        return Ok(true);
    }
    let Some(mend) = check.repair else { return Ok(false) };
    if !repair {
        println!("{}: can be repaired, with --repair", check.name);
        return Ok(false);
    }
    println!("{}: REPAIRED: {}", check.name, db.write_blocking(mend)?);
    Ok(said(check.name, db.snapshot(check.look)?))
}

/// Says what a check found, and returns whether it is good.
fn said(name: &str, found: Found) -> bool {
    match found {
        Ok(found) => {
            println!("{name}: {found}");
            true
        }
        Err(found) => {
            println!("{name}: NOT GOOD: {found}");
            false
        }
    }
}

/// Lists the first of what is wrong.
fn listed(all: &[String]) -> String {
    let more = all.len().saturating_sub(NAMED);
    let named = all[..all.len() - more].join("; ");
    if more == 0 { named } else { format!("{named}; and {more} more") }
}
