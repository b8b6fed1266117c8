//! Calls an address. Which addresses it may be is asked of the addresses that are connected to, after the name was looked up, so
//! that no name leads elsewhere; a redirect is an answer like any other.

use std::io::Read;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::ids::DeliveryId;
use crate::webhooks::private::is_public;

/// The header that signs: `t=` the second of the call, `,v1=` the HMAC-SHA256 of that second, a full stop and the body, by the
/// secret of the webhook, in hexadecimal digits.
pub const SIGNATURE: &str = "Amicable-Signature";
/// How long a call may take in all.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read.
const MAX_ANSWER: u64 = 1_000;
/// Characters of an answer that are kept.
const KEPT: usize = 300;

/// Calls addresses.
#[derive(Debug)]
pub struct Caller {
    agent: ureq::Agent,
    /// The address of the site, which calls name.
    pub site: String,
}

/// What is called, and with what.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub address: &'a str,
    pub secret: &'a str,
    pub event: &'a str,
    pub delivery: DeliveryId,
    pub at: i64,
    pub body: &'a str,
}

/// How a call was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The status; nothing where there was no answer.
    pub status: Option<u16>,
    /// The beginning of the answer, or why there was none.
    pub text: String,
}

impl Answer {
    /// Returns whether the other program has it.
    pub(super) fn is_good(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Returns whether nobody was asked, nor would be another time.
    pub(super) fn is_not_called(&self) -> bool {
        self.status.is_none() && self.text == NOT_CALLED
    }
}

/// What is kept in place of an answer where the address may not be called.
pub(super) const NOT_CALLED: &str = "private address";

/// The address is of this machine or of a private network.
#[derive(Debug)]
struct NotCalled;

impl std::fmt::Display for NotCalled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(NOT_CALLED)
    }
}

impl std::error::Error for NotCalled {}

/// Looks names up, and leaves out the addresses that may not be called.
#[derive(Debug)]
struct Lookup {
    names: DefaultResolver,
    allows_private: bool,
}

impl Resolver for Lookup {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        let mut allowed = self.empty();
        for address in found.iter().filter(|address| self.allows_private || is_public(address.ip())) {
            allowed.push(*address);
        }
        match allowed.is_empty() {
            true => Err(ureq::Error::Other(NotCalled.into())),
            false => Ok(allowed),
        }
    }
}

impl Caller {
    /// Calls for a site of this address; addresses of private networks only where that is allowed.
    pub fn new(site: &str, allows_private: bool) -> Caller {
        Caller::waiting(site, allows_private, TIMEOUT)
    }

    /// [`Caller::new`] with another time that an answer may take.
    pub fn waiting(site: &str, allows_private: bool, most: Duration) -> Caller {
        let config = Config::builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(most))
            .max_response_header_size(16 * 1024)
            // A connection that is kept would be of an address that was looked up before.
            .max_idle_connections(0)
            .user_agent("Amicable")
            .build();
        let lookup = Lookup { names: DefaultResolver::default(), allows_private };
        let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), lookup);
        Caller { agent, site: site.to_owned() }
    }

    pub(super) fn call(&self, call: &Call) -> Answer {
        let request = self.agent.post(call.address).header("Content-Type", "application/json");
        let request =
            request.header("Amicable-Event", call.event).header("Amicable-Delivery", call.delivery.to_string());
        let signature = format!("t={},v1={}", call.at, signature(call.secret, call.at, call.body));
        match request.header(SIGNATURE, signature).send(call.body) {
            Ok(mut response) => {
                let mut bytes = Vec::new();
                // What is cut off or broken off is no less an answer.
                let _ = response.body_mut().as_reader().take(MAX_ANSWER).read_to_end(&mut bytes);
                Answer { status: Some(response.status().as_u16()), text: shown(&String::from_utf8_lossy(&bytes)) }
            }
            Err(ureq::Error::Other(why)) if why.is::<NotCalled>() => Answer { status: None, text: NOT_CALLED.into() },
            Err(why) => Answer { status: None, text: shown(&why.to_string()) },
        }
    }
}

/// The beginning of a text, in one line, as a page can show it.
fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|letter| !letter.is_control()).take(KEPT).collect()
}

/// Signs a body.
fn signature(secret: &str, at: i64, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{at}.{body}").as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_other_programs_compute() {
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
        assert_eq!(
            signature("secret", 1_700_000_000, "{}"),
            "b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163"
        );
    }
}
