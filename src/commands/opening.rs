//! How commands open the database.

use amicable::copy::refuse_unfinished;
use amicable::db::{DatabaseUrl, Db};
use amicable::error::Error;

use super::progress;

/// Opens a database, brings it up to date, uses it and closes it.
pub fn with<T>(database: &DatabaseUrl, run: impl FnOnce(&Db) -> Result<T, Error>) -> Result<T, Error> {
    migrated(database, |db| {
        db.read_blocking(refuse_unfinished)?;
        run(db)
    })
}

/// [`with`] for a database that a copy goes into, which may have begun before.
pub fn migrated<T>(database: &DatabaseUrl, run: impl FnOnce(&Db) -> Result<T, Error>) -> Result<T, Error> {
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
pub fn as_it_is<T>(database: &DatabaseUrl, run: impl FnOnce(&Db) -> Result<T, Error>) -> Result<T, Error> {
    let db = Db::open(database)?;
    let done = run(&db);
    db.close();
    done
}

/// Refuses a database that would only be made by looking into it.
pub fn there(url: &DatabaseUrl) -> Result<(), Error> {
    match url {
        DatabaseUrl::Sqlite(path) if !std::path::Path::new(path).exists() => {
            Err(Error::Unavailable(format!("there is no database {path}")))
        }
        _ => Ok(()),
    }
}
