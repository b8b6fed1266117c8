//! Whose uses are counted.

use crate::ids::MemberId;
use crate::limits::Network;
use crate::text::digest::sha256;

/// Whose uses are counted: a member, a network, an account. Kept as a hash, so that the counts name nobody.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject(String);

impl Subject {
    /// A member.
    pub fn member(id: MemberId) -> Subject {
        Subject::hashed(&format!("member {id}"))
    }

    /// Whoever comes from a network.
    pub fn network(network: Network) -> Subject {
        Subject::hashed(&format!("network {network}"))
    }

    /// The account of an e-mail address, by its key, be there one or not.
    pub fn account(email_key: &str) -> Subject {
        Subject::hashed(&format!("account {email_key}"))
    }

    /// The account of an e-mail address, as far as it is used from a network, or in a browser.
    pub fn account_from(email_key: &str, place: &str) -> Subject {
        Subject::hashed(&format!("account {email_key} from {place}"))
    }

    /// Returns the text by which it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn hashed(text: &str) -> Subject {
        Subject(sha256(text)[..32].to_owned())
    }
}
