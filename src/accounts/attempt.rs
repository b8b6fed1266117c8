//! A try to sign in, counted so that a password cannot be guessed, and so that nobody can lock somebody else out: wrong ones
//! count for the account as far as it is used from one network, and for the network. A browser in which a member has signed
//! in before has a count of its own, which nobody else can fill: there, the passwords of those members are compared first, and
//! only what is none of theirs is a try at the address's other accounts. Wrong ones from everywhere only make new places slow.

use std::time::Duration;

use crate::accounts::Compared;
use crate::accounts::browsers::{self, Browser};
use crate::accounts::password;
use crate::accounts::turns::Place;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::limits::{self, Limit, Network, Subject};
use crate::web::site::Site;

/// How long a try waits that comes from a new place while an account is being guessed at.
const PAUSE: Duration = Duration::from_secs(2);

/// A try to sign in.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Whose passwords are compared, one group after the other.
    groups: Vec<Group>,
    /// How many comparisons a group takes at least.
    comparisons: usize,
}

/// Accounts of the address at which this is a try of one kind.
#[derive(Debug, Clone)]
struct Group {
    /// The account in this browser, or from this network.
    place: Subject,
    /// Where else it counts; nowhere for a browser that is known.
    beyond: Option<Beyond>,
    compared: Vec<Compared>,
}

#[derive(Debug, Clone)]
struct Beyond {
    network: Subject,
    account: Subject,
    /// Whether a wrong one counts for the network.
    counts_for_network: bool,
}

impl Attempt {
    /// Finds out whose try it is. An address without an account is counted as one that has one. `comparisons` is the most that
    /// any address may have compared: so many are made, so that time tells nothing.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(
        site: &Site,
        email_key: &str,
        (compared, comparisons): (Vec<Compared>, usize),
        (browser, network): (&Browser, Network),
    ) -> Result<Attempt, Error> {
        let members: Vec<MemberId> = compared.iter().filter_map(|one| one.member).collect();
        let of = browser.clone();
        let known = site.read(move |connection| browsers::known(connection, &members, &of)).await?;
        let is_known = |one: &Compared| one.member.is_some_and(|member| known.contains(&member));
        let (theirs, others): (Vec<Compared>, Vec<Compared>) = compared.into_iter().partition(is_known);
        let mut groups = Vec::new();
        if !theirs.is_empty() {
            let place = Subject::account_from(email_key, &format!("browser {}", browser.hash()));
            groups.push(Group { place, beyond: None, compared: theirs });
        }
        let place = Subject::account_from(email_key, &network.to_string());
        let account = Subject::account(email_key);
        let beyond = Beyond { network: Subject::network(network), account, counts_for_network: true };
        groups.push(Group { place, beyond: Some(beyond), compared: others });
        Ok(Attempt { groups, comparisons })
    }

    /// Counts nothing for the network: of sign-ups, which have a limit of their own there, many may come from one place.
    pub fn sparing_network(mut self) -> Attempt {
        self.groups
            .iter_mut()
            .filter_map(|group| group.beyond.as_mut())
            .for_each(|beyond| beyond.counts_for_network = false);
        self
    }

    /// Returns the place of the hash that is of the password. It counts as a wrong one until [`Attempt::succeed`] is called; one
    /// who hangs up while they wait is not counted.
    ///
    /// # Errors
    /// [`Error::TooMany`] where there were too many wrong ones, [`Error::Busy`] where too many wait, or the database's.
    pub async fn which(&self, site: &Site, typed: String) -> Result<Option<usize>, Error> {
        for (number, group) in self.groups.iter().enumerate() {
            let is_first = number == 0;
            let asked = group.clone();
            let is_slow = match site.read(move |connection| asked.check(connection)).await {
                // In a known browser its member may go on; what is left is a try at others' accounts.
                Err(Error::TooMany { .. }) | Ok(true) if !is_first => return Ok(None),
                other => other?,
            };
            if is_slow {
                actix_web::rt::time::sleep(PAUSE).await;
            }
            let turn = password::turn(group.queue()).await?;
            let counted = group.clone();
            site.write(move |connection| counted.count(connection)).await?;
            let hashes = group.compared.iter().map(|one| one.hash.clone()).collect();
            let found = password::which_in(turn, typed.clone(), hashes, self.comparisons).await?;
            if let Some(found) = found.and_then(|at| group.compared.get(at)) {
                return Ok(Some(found.at));
            }
        }
        Ok(None)
    }

    /// Takes the try back, which was right: its password is that of the hash at this place. In the transaction of what it leads
    /// to.
    ///
    /// # Errors
    /// The database's.
    pub fn succeed(&self, connection: &mut Connection, at: usize) -> Result<(), Error> {
        for group in &self.groups {
            if group.compared.iter().any(|one| one.at == at) {
                return group.succeed(connection);
            }
            limits::give_back(connection, Limit::SignIn, &group.place)?;
        }
        Ok(())
    }
}

impl Group {
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
        if beyond.counts_for_network {
            limits::take(connection, Limit::SignInNetwork, &beyond.network)?;
        }
        match limits::take(connection, Limit::SignInAccount, &beyond.account) {
            // It only makes slow.
            Err(Error::TooMany { .. }) => Ok(()),
            other => other,
        }
    }

    fn succeed(&self, connection: &mut Connection) -> Result<(), Error> {
        // Whoever has one account of an address would otherwise begin anew with each ten tries at its others.
        match self.compared.len() {
            1 => limits::forget(connection, Limit::SignIn, &self.place)?,
            _ => limits::give_back(connection, Limit::SignIn, &self.place)?,
        }
        let Some(beyond) = &self.beyond else { return Ok(()) };
        // Not forgotten: who has an account here would otherwise begin anew with each ten tries at others'.
        if beyond.counts_for_network {
            limits::give_back(connection, Limit::SignInNetwork, &beyond.network)?;
        }
        limits::give_back(connection, Limit::SignInAccount, &beyond.account)
    }
}
