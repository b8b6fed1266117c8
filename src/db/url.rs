//! Which database, as the command line names it.

use std::fmt;
use std::str::FromStr;

/// Which engine, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// The path of a file.
    Sqlite(String),
    /// A connection URI of libpq: <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>.
    Postgres(String),
}

impl fmt::Display for DatabaseUrl {
    /// As the command line takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite:{path}"),
            DatabaseUrl::Postgres(url) => f.write_str(url),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<DatabaseUrl, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(DatabaseUrl::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite:") {
            Some("") => Err("names no file; write sqlite:amicable.db".into()),
            Some(path) => Ok(DatabaseUrl::Sqlite(path.strip_prefix("//").unwrap_or(path).to_owned())),
            None => Err("must begin with sqlite: or postgres://, as in sqlite:amicable.db".into()),
        }
    }
}
