//! `amicable check`: what should hold of a database and does not. Each check is a function that says what it found.

use amicable::audit::{self, Chain};
use amicable::db::{Connection, Db};
use amicable::error::Error;

/// What a check found: what holds, or what does not.
type Found = Result<String, String>;

/// A check: its name, and what looks.
type Check = (&'static str, fn(&mut Connection) -> Result<Found, Error>);

/// The checks, in the order in which they run.
const CHECKS: &[Check] = &[("audit log", audit_log)];

/// Runs every check, and says what each found.
///
/// # Errors
/// [`Error::Unavailable`] where something does not hold, or the database's.
pub fn check(db: &Db) -> Result<(), Error> {
    let mut wrong = 0;
    for (name, run) in CHECKS {
        match db.read_blocking(run)? {
            Ok(found) => println!("{name}: {found}"),
            Err(found) => {
                wrong += 1;
                println!("{name}: NOT GOOD: {found}");
            }
        }
    }
    if wrong == 0 { Ok(()) } else { Err(Error::Unavailable("not everything is as it should be".into())) }
}

fn audit_log(connection: &mut Connection) -> Result<Found, Error> {
    Ok(match audit::verify(connection)? {
        Chain::Whole { number, hash } if hash.is_empty() => Ok(format!("whole, {number} entries")),
        // Whoever notes it elsewhere also finds out when the end was cut off together with its head.
        Chain::Whole { number, hash } => Ok(format!("whole, {number} entries, the last with the hash {hash}")),
        Chain::Broken { number, why } => Err(format!("broken at entry {number}: {why}")),
    })
}
