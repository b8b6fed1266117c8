//! `amicable copy` and `amicable seed`: a whole site at once.

use amicable::db::{DatabaseUrl, Db};
use amicable::demo::seed;
use amicable::error::Error;

use super::opening::{migrated, there, with};
use super::output::say;
use super::progress;

/// Copies a site, and prints the rows of each table with their digest.
pub fn copy(from: &DatabaseUrl, to: &DatabaseUrl) -> Result<(), Error> {
    if from == to {
        return Err(Error::Unavailable("--from and --to are the same".into()));
    }
    there(from)?;
    let bar = progress::bar();
    let progress = |table: &str, done, all| progress::show(&bar, table, done, all);
    let held = with(from, |from| migrated(to, |to| amicable::copy::copy(from, to, &progress)))?;
    bar.finish_and_clear();
    say!("{:<16}{:>12}  SHA-256, the same on both sides", "table", "rows")?;
    for held in held {
        say!("{:<16}{:>12}  {}", held.table, held.rows, held.sha256)?;
    }
    Ok(())
}

/// Fills a database with a made-up network.
pub fn fill(db: &Db, plan: seed::Plan) -> Result<(), Error> {
    let bar = progress::bar();
    let made = seed::seed(db, &plan, &|stage, done, all| progress::show(&bar, stage, done, all))?;
    bar.finish_and_clear();
    say!(
        "{} members and {} connections. Sign in as member1@seed.example, password: {}",
        plan.members,
        made,
        seed::PASSWORD
    )
}
