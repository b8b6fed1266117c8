//! A try to sign in, counted so that a password cannot be guessed, and so that nobody can lock somebody else out: wrong ones
//! count for the account as far as it is used from one network, and for the network. A browser in which a member has signed
//! in before has a count of its own, which nobody else can fill. Wrong ones from everywhere only make new places slow.

use std::time::Duration;

use crate::accounts::addresses::Candidate;
use crate::accounts::browsers::{self, Browser};
use crate::accounts::password;
use crate::accounts::turns::Place;
use crate::db::Connection;
use crate::error::Error;
use crate::limits::{self, Limit, Network, Subject};
use crate::web::site::Site;

/// How long a try waits that comes from a new place while an account is being guessed at.
const PAUSE: Duration = Duration::from_secs(2);

/// A try to sign in.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The account in this browser, or from this network.
    place: Subject,
    /// Where else it counts; nowhere for a browser that is known.
    beyond: Option<Beyond>,
}

#[derive(Debug, Clone)]
struct Beyond {
    network: Subject,
    account: Subject,
}

impl Attempt {
    /// Finds out whose try it is. An address without an account is counted as one that has one.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(
        site: &Site,
        email_key: &str,
        accounts: &[Candidate],
        (browser, network): (&Browser, Network),
    ) -> Result<Attempt, Error> {
        let (members, of) = (accounts.iter().map(|account| account.member).collect::<Vec<_>>(), browser.clone());
        if site.read(move |connection| browsers::is_known(connection, &members, &of)).await? {
            let place = Subject::account_from(email_key, &format!("browser {}", browser.hash()));
            return Ok(Attempt { place, beyond: None });
        }
        let place = Subject::account_from(email_key, &network.to_string());
        let beyond = Beyond { network: Subject::network(network), account: Subject::account(email_key) };
        Ok(Attempt { place, beyond: Some(beyond) })
    }

    /// Returns which of these hashes is of the password. It counts as a wrong one until [`Attempt::succeed`] is called; one
    /// who hangs up while they wait is not counted.
    ///
    /// # Errors
    /// [`Error::TooMany`] where there were too many wrong ones, [`Error::Busy`] where too many wait, or the database's.
    pub async fn which(&self, site: &Site, typed: String, hashes: Vec<String>) -> Result<Option<usize>, Error> {
        let attempt = self.clone();
        let is_slow = site.read(move |connection| attempt.check(connection)).await?;
        if is_slow {
            actix_web::rt::time::sleep(PAUSE).await;
        }
        let turn = password::turn(self.queue()).await?;
        let attempt = self.clone();
        site.write(move |connection| attempt.count(connection)).await?;
        password::which_in(turn, typed, hashes).await
    }

    /// Where it waits: in the queue of its network, among other accounts; a known browser is a place of its own.
    fn queue(&self) -> Place {
        match &self.beyond {
            Some(beyond) => Place::new(beyond.network.clone(), self.place.clone()),
            None => self.place.clone().into(),
        }
    }

    /// Refuses what would be refused anyway before it waits, and returns whether it is to be slow.
    fn check(&self, connection: &mut Connection) -> Result<bool, Error> {
        limits::check(connection, Limit::SignIn, &self.place)?;
        let Some(beyond) = &self.beyond else { return Ok(false) };
        limits::check(connection, Limit::SignInNetwork, &beyond.network)?;
        match limits::check(connection, Limit::SignInAccount, &beyond.account) {
            Err(Error::TooMany { .. }) => Ok(true),
            other => other.map(|()| false),
        }
    }

    fn count(&self, connection: &mut Connection) -> Result<(), Error> {
        limits::take(connection, Limit::SignIn, &self.place)?;
        let Some(beyond) = &self.beyond else { return Ok(()) };
        limits::take(connection, Limit::SignInNetwork, &beyond.network)?;
        match limits::take(connection, Limit::SignInAccount, &beyond.account) {
            // It only makes slow.
            Err(Error::TooMany { .. }) => Ok(()),
            other => other,
        }
    }

    /// Takes the try back, which was right. In the transaction of what it leads to.
    ///
    /// # Errors
    /// The database's.
    pub fn succeed(&self, connection: &mut Connection) -> Result<(), Error> {
        limits::forget(connection, Limit::SignIn, &self.place)?;
        let Some(beyond) = &self.beyond else { return Ok(()) };
        // Not forgotten: who has an account here would otherwise begin anew with each ten tries at others'.
        limits::give_back(connection, Limit::SignInNetwork, &beyond.network)?;
        limits::give_back(connection, Limit::SignInAccount, &beyond.account)
    }
}
