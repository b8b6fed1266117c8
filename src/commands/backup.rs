//! `amicable backup` and `amicable restore`.

use std::path::Path;

use amicable::backup::{self, Backup, Content, Manifest};
use amicable::copy::refuse_unfinished;
use amicable::db::{DatabaseUrl, Db};
use amicable::error::Error;

use super::output::say;
use super::progress;

/// Writes a backup of a site that may be in use.
///
/// # Errors
/// See [`backup::write`].
pub fn backup(db: &Db, file: &Path) -> Result<(), Error> {
    db.read_blocking(refuse_unfinished)?;
    let bar = progress::bar();
    let manifest = backup::write(db, file, &|table, done, all| progress::show(&bar, table, done, all));
    bar.finish_and_clear();
    tell(&manifest?)?;
    say!("The backup {} is whole.", file.display())
}

/// Verifies a backup, and makes a site of it unless that is all that is asked.
///
/// # Errors
/// See [`Backup::verify`] and [`backup::restore`].
pub fn restore(file: &Path, to: &DatabaseUrl, only_verify: bool) -> Result<(), Error> {
    let bar = progress::bar();
    let mut backup = Backup::open(file)?;
    backup.verify(&|table, done, all| progress::show(&bar, table, done, all))?;
    if !only_verify {
        let progress = |table: &str, done, all| progress::show(&bar, table, done, all);
        backup::restore(&mut backup, to, &progress, &|step| bar.suspend(|| progress::migrating_long(step)))?;
    }
    bar.finish_and_clear();
    tell(backup.manifest())?;
    match only_verify {
        true => say!("The backup {} is whole.", file.display()),
        false => say!("The site is restored."),
    }
}

fn tell(manifest: &Manifest) -> Result<(), Error> {
    say!("A site as of {}, by Amicable {}", manifest.made_at, manifest.program)?;
    say!("{:<24}{:>12}  SHA-256", "table", "rows")?;
    for Content { table, rows, sha256, .. } in &manifest.tables {
        say!("{table:<24}{rows:>12}  {sha256}")?;
    }
    Ok(())
}
