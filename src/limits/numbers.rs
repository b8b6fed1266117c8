//! What the limits are on this site: what the program says, or what an administrator has set.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::language::{tf, tn};
use crate::limits::Limit;
use crate::metrics;
use crate::schema::limits;
use crate::{dates, language};

/// The most that a limit can be set to.
pub const MAX_NUMBER: u32 = 1_000_000;

/// A limit as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// How often; 0 for no limit.
    pub number: u32,
    /// In how many seconds.
    pub seconds: i64,
}

impl Numbers {
    /// Returns what the program says.
    pub fn of(limit: Limit) -> Numbers {
        let (number, seconds) = limit.default();
        Numbers { number, seconds }
    }

    /// Returns the window as people say it, e.g. `15 minutes`.
    pub fn window(self) -> String {
        match self.seconds {
            seconds if seconds % dates::DAY == 0 => tn(seconds / dates::DAY, "{n} day", "{n} days"),
            seconds if seconds % 3_600 == 0 => tn(seconds / 3_600, "{n} hour", "{n} hours"),
            seconds => tn((seconds + 59) / 60, "{n} minute", "{n} minutes"),
        }
    }

    /// Returns the error of whoever has reached a limit until then.
    pub fn exceeded(self, limit: Limit, ends_at: i64) -> Error {
        metrics::refused(limit.name());
        Error::TooMany { sentence: self.sentence(limit, ends_at), seconds: (ends_at - dates::now()).max(1) }
    }

    /// Says that a limit is reached until then.
    pub(super) fn sentence(self, limit: Limit, ends_at: i64) -> String {
        let free = dates::whole_minute(ends_at);
        let rest = tf(
            "{number} in {window} is the most; try again from {time} on.",
            (&language::number(self.number), &self.window(), &free),
        );
        format!("{} {rest}", language::t(limit.sentence()))
    }
}

/// Loads a limit as it is now.
///
/// # Errors
/// The database's.
pub fn numbers(connection: &mut Connection, limit: Limit) -> Result<Numbers, Error> {
    let row = limits::table.find(limit.name()).select((limits::number, limits::seconds));
    let row: Option<(i32, i64)> = on_engine!(connection, |own| row.first(own)).optional()?;
    Ok(row.map_or_else(|| Numbers::of(limit), changed))
}

/// Loads what an administrator has set.
///
/// # Errors
/// The database's.
pub fn all_set(connection: &mut Connection) -> Result<HashMap<Limit, Numbers>, Error> {
    let rows = limits::table.select((limits::name, (limits::number, limits::seconds)));
    let rows: Vec<(String, (i32, i64))> = on_engine!(connection, |own| rows.load(own))?;
    let known = |(name, row): (String, _)| Some((Limit::named(&name)?, changed(row)));
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Sets a limit, on all nodes.
///
/// # Errors
/// The database's.
pub fn set(connection: &mut Connection, limit: Limit, numbers: Numbers) -> Result<(), Error> {
    let number = i32::try_from(numbers.number.min(MAX_NUMBER)).unwrap_or(i32::MAX);
    let values = (limits::number.eq(number), limits::seconds.eq(numbers.seconds));
    let row = diesel::insert_into(limits::table).values((limits::name.eq(limit.name()), values));
    let row = row.on_conflict(limits::name).do_update().set(values);
    on_engine!(connection, |own| row.execute(own))?;
    Ok(())
}

/// Makes a limit what the program says.
///
/// # Errors
/// The database's.
pub fn reset(connection: &mut Connection, limit: Limit) -> Result<(), Error> {
    diesel::delete(limits::table.find(limit.name())).execute(connection)?;
    Ok(())
}

fn changed((number, seconds): (i32, i64)) -> Numbers {
    Numbers { number: number.unsigned_abs(), seconds }
}
