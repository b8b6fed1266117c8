//! What every handler may use.

use actix_web::web::Data;

use crate::cache::Cache;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::jobs::Jobs;
use crate::language::Context;
use crate::limits::{Limit, Meters, Numbers, Subject, take};
use crate::relationship::Limits;
use crate::time_zone::Zone;
use crate::web::community::Kept;

/// What every handler may use. Clones share the database.
#[derive(Clone)]
pub struct Site {
    /// The data.
    pub db: Db,
    /// What members may do how often, as the operator says.
    pub configured_limits: Limits,
    /// Where days begin and end for whoever has chosen no time zone.
    pub zone: Zone,
    /// What was read of members lately, on this node.
    pub cache: Cache,
    /// What is counted on this node.
    pub meters: Meters,
    /// What the community calls itself and says, as this node has read it.
    pub community: Kept,
    /// The loops beside the requests, to be woken.
    pub jobs: Jobs,
    /// The address of the site, of which links are made; without a slash at its end.
    pub address: String,
    /// Seconds between opening the form to sign up and sending it, below which a robot has sent it.
    pub least_seconds: u32,
    /// Whether letters go out; where they do not, no page promises one.
    pub sends_mail: bool,
    /// Whether webhooks may be of this machine, or of a private network.
    pub webhooks_to_private: bool,
}

/// The database as handlers use it: what a closure says, it says in the context of the page, on whatever thread it runs.
impl Site {
    /// Reads in one snapshot: [`Db::read`].
    ///
    /// # Errors
    /// As there.
    pub async fn read<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        self.db.read(within_context(f)).await
    }

    /// Reads with one statement: [`Db::read_one`].
    ///
    /// # Errors
    /// As there.
    pub async fn read_one<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        self.db.read_one(within_context(f)).await
    }

    /// Reads what may take more than a few milliseconds: [`Db::read_long`].
    ///
    /// # Errors
    /// As there.
    pub async fn read_long<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        self.db.read_long(within_context(f)).await
    }

    /// Reads what walks about so many rows: [`Db::read_walking`].
    ///
    /// # Errors
    /// As there.
    pub async fn read_walking<T, F>(&self, rows: i32, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        self.db.read_walking(rows, within_context(f)).await
    }

    /// Changes things in one transaction: [`Db::write`].
    ///
    /// # Errors
    /// As there.
    pub async fn write<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        self.db.write(within_context(f)).await
    }

    /// Changes thousands of rows: [`Db::write_bulk`].
    ///
    /// # Errors
    /// As there.
    pub async fn write_bulk<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
    {
        self.db.write_bulk(within_context(f)).await
    }
}

impl Site {
    /// Returns what members may do how often: as an administrator has set it, else as the operator says.
    pub fn limits(&self) -> Limits {
        let configured = self.configured_limits;
        let number = |limit, otherwise| self.meters.set(limit).map_or(otherwise, |set| set.number);
        Limits {
            invitations: number(Limit::Invitations, configured.invitations),
            first_messages: number(Limit::FirstMessages, configured.first_messages),
            handle_changes: number(Limit::HandleChanges, configured.handle_changes),
            ..configured
        }
    }

    /// Returns a limit where no administrator has set it.
    pub fn default_numbers(&self, limit: Limit) -> Numbers {
        match limit {
            Limit::Invitations => Numbers { number: self.configured_limits.invitations, ..Numbers::of(limit) },
            _ => Numbers::of(limit),
        }
    }

    /// Counts a use by a transaction of its own, or refuses it: [`limits::take`](take).
    ///
    /// # Errors
    /// As there.
    pub async fn take(&self, limit: Limit, subject: Subject) -> Result<(), Error> {
        self.write(move |connection| take(connection, limit, &subject)).await
    }

    /// Counts a use in memory, for what is done often and costs little: [`Meters::take`].
    ///
    /// # Errors
    /// As there.
    pub async fn meter(&self, limit: Limit, subject: Subject) -> Result<(), Error> {
        self.meters.take(&self.db, limit, subject).await
    }
}

fn within_context<T, F>(f: F) -> impl FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static
where
    F: FnOnce(&mut Connection) -> Result<T, Error> + Clone + Send + 'static,
{
    let context = Context::current();
    move |connection: &mut Connection| context.within(|| f(connection))
}

/// [`Site`] as handlers take it.
pub type SiteData = Data<Site>;
