//! `amicable check`: what should hold of a site and does not, and what of it can be repaired. Each check is a function that
//! says what it found.

mod orphans;
mod rows;
mod search;
mod site;

use std::process::ExitCode;

use amicable::db::{Connection, Db};
use amicable::error::Error;

use super::output::say;

/// What is answered to the shell where something does not hold; 1 says that it could not be seen.
const NOT_GOOD: u8 = 3;
/// How many of what is wrong are named.
const NAMED: usize = 10;
/// What SQLite says of a file that is damaged.
const DAMAGE: [&str; 4] = ["malformed", "vtable constructor failed", "file is not a database", "database corruption"];

/// What a check found: what holds, or what does not.
type Found = Result<String, String>;
/// What looks.
type Look = fn(&mut Connection) -> Result<Found, Error>;

/// Repairs what does not hold, and says what it did.
type Repair = fn(&mut Connection) -> Result<String, Error>;

/// A check.
struct Check {
    /// Its name.
    name: &'static str,
    /// Looks.
    look: Look,
    /// Its repair; nothing where that is for somebody to decide.
    repair: Option<Repair>,
}

/// The checks, in the order in which they run. What one repairs, a later one may find whole, so what is never repaired by
/// itself stands at the end.
const CHECKS: &[Check] = &[
    Check { name: "orphans", look: orphans::look, repair: Some(orphans::repair) },
    Check { name: "relationships", look: rows::pairs, repair: Some(rows::mend_pairs) },
    Check { name: "counts", look: rows::counts, repair: Some(rows::count_again) },
    Check { name: "search for people", look: search::members, repair: Some(search::index_members) },
    Check { name: "search in messages", look: search::messages, repair: Some(search::index_messages) },
    Check { name: "outbox", look: site::outbox, repair: Some(site::mend_outbox) },
    Check { name: "references", look: site::references, repair: None },
    Check { name: "administrators", look: site::administrators, repair: None },
    Check { name: "jobs", look: site::jobs, repair: None },
    Check { name: "audit log", look: site::audit_log, repair: None },
];

/// Runs every check, says what each found, and repairs what can be repaired if that is wanted. `settings` is what is wrong
/// with the settings.
///
/// # Errors
/// The database's.
pub fn check(db: &Db, settings: Found, repair: bool) -> Result<ExitCode, Error> {
    let mut good = said("configuration", settings)?;
    // The other checks would not know what the tables mean, and nothing is to be repaired in a file that is damaged.
    let first: [Look; 2] = [site::schema, site::database];
    for (name, look) in ["schema", "database"].into_iter().zip(first) {
        match db.snapshot(look).and_then(|found| said(name, found)) {
            Ok(true) => {}
            Ok(false) => return Ok(ExitCode::from(NOT_GOOD)),
            Err(why) => return damaged(name, why),
        }
    }
    for check in CHECKS {
        match run(db, check, repair) {
            Ok(is_good) => good &= is_good,
            Err(why) => return damaged(check.name, why),
        }
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(NOT_GOOD) })
}

/// Says of an error that a check of this name met that the file is damaged, and what is to be done, where that is so.
///
/// # Errors
/// The error itself where it is another.
pub fn damaged(name: &str, why: Error) -> Result<ExitCode, Error> {
    let text = why.to_string();
    if !DAMAGE.iter().any(|damage| text.contains(damage)) {
        return Err(why);
    }
    said(name, Err(site::damage(&text)))?;
    Ok(ExitCode::from(NOT_GOOD))
}

fn run(db: &Db, check: &Check, repair: bool) -> Result<bool, Error> {
    let found = db.snapshot(check.look)?;
    if said(check.name, found)? {
        return Ok(true);
    }
    let Some(mend) = check.repair else { return Ok(false) };
    if !repair {
        say!("{}: can be repaired, with --repair", check.name)?;
        return Ok(false);
    }
    say!("{}: REPAIRED: {}", check.name, db.write_blocking(mend)?)?;
    said(check.name, db.snapshot(check.look)?)
}

/// Says what a check found, and returns whether it is good.
fn said(name: &str, found: Found) -> Result<bool, Error> {
    match found {
        Ok(found) => say!("{name}: {found}").map(|()| true),
        Err(found) => say!("{name}: NOT GOOD: {found}").map(|()| false),
    }
}

/// Lists the first of what is wrong.
fn listed(all: &[String]) -> String {
    let more = all.len().saturating_sub(NAMED);
    let named = all[..all.len() - more].join("; ");
    if more == 0 { named } else { format!("{named}; and {more} more") }
}

/// A number of something: `1 letter`, `2 letters`.
fn counted(number: impl TryInto<i64>, one: &str, many: &str) -> String {
    let number = number.try_into().unwrap_or(i64::MAX);
    format!("{number} {}", if number == 1 { one } else { many })
}
