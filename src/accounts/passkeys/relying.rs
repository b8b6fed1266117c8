//! The site as browsers know it that make passkeys for it: by its host and scheme, which the base URL says.

use serde_json::{Value, json};
use webauthn_rs::prelude::{
    AuthenticationResult, CredentialID, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::error::Error;
use crate::ids::MemberId;
use crate::web::community::NAME;

/// Whom passkeys are made for; nobody where browsers make none: without https, or without a host name.
#[derive(Debug, Clone)]
pub struct Passkeys(Option<Webauthn>);

impl Passkeys {
    /// Returns the site of a base URL. One without any is this machine's own, which browsers take as safe.
    ///
    /// # Errors
    /// [`Error::Internal`] where the crate takes the address for none.
    pub fn of(base: Option<&Url>) -> Result<Passkeys, Error> {
        let url = base.map_or_else(|| Url::parse("http://localhost"), |base| Ok(base.clone()));
        let url = url.map_err(|why| Error::Internal(why.to_string()))?;
        let Some(host) = url.domain().map(str::to_owned) else { return Ok(Passkeys(None)) };
        if url.scheme() != "https" && host != "localhost" && !host.ends_with(".localhost") {
            return Ok(Passkeys(None));
        }
        let builder = WebauthnBuilder::new(&host, &url).map_err(wrong)?;
        // Without a base URL ports are forwarded, as elsewhere.
        let site = builder.rp_name(NAME).allow_any_port(base.is_none()).build();
        Ok(Passkeys(Some(site.map_err(wrong)?)))
    }

    /// Returns whether passkeys can be made for this site.
    pub fn work(&self) -> bool {
        self.0.is_some()
    }

    fn site(&self) -> Result<&Webauthn, Error> {
        self.0.as_ref().ok_or(Error::NotFound)
    }

    /// Begins to add a passkey of a member: what the browser is asked, and what is kept until it answers.
    ///
    /// # Errors
    /// [`Error::NotFound`] where passkeys do not work.
    pub fn begin_adding(
        &self,
        member: MemberId,
        (email, full_name): (&str, &str),
        known: Vec<CredentialID>,
        community: &str,
    ) -> Result<(Value, String), Error> {
        let (asked, state) =
            self.site()?.start_passkey_registration(handle_of(member), email, full_name, Some(known)).map_err(wrong)?;
        let mut asked = json!(asked.public_key);
        asked["rp"]["name"] = json!(community);
        // It is to be found without an e-mail address.
        asked["authenticatorSelection"]["residentKey"] = json!("required");
        asked["authenticatorSelection"]["requireResidentKey"] = json!(true);
        Ok((asked, kept(&state)?))
    }

    /// Ends it; nothing where the answer is not right.
    ///
    /// # Errors
    /// [`Error::NotFound`] where passkeys do not work.
    pub fn add(&self, answer: &str, state: &str) -> Result<Option<Passkey>, Error> {
        let (Ok(answer), Ok(state)) = (
            serde_json::from_str::<RegisterPublicKeyCredential>(answer),
            serde_json::from_str::<PasskeyRegistration>(state),
        ) else {
            return Ok(None);
        };
        Ok(self.site()?.finish_passkey_registration(&answer, &state).ok())
    }

    /// Begins to ask for any passkey of this site.
    ///
    /// # Errors
    /// [`Error::NotFound`] where passkeys do not work.
    pub fn begin_asking(&self) -> Result<(Value, String), Error> {
        let (asked, state) = self.site()?.start_discoverable_authentication().map_err(wrong)?;
        Ok((json!(asked.public_key), kept(&state)?))
    }

    /// Reads an answer: whose passkey it says it is.
    pub fn read(&self, answer: &str) -> Option<Answer> {
        let answer: PublicKeyCredential = serde_json::from_str(answer).ok()?;
        let (handle, _) = self.0.as_ref()?.identify_discoverable_authentication(&answer).ok()?;
        let member = member_of(handle)?;
        Some(Answer { member, answer })
    }

    /// Checks an answer against the passkeys of the member it names. A counter that went back, as with a copied key, is refused.
    ///
    /// # Errors
    /// [`Error::NotFound`] where passkeys do not work.
    pub fn check(
        &self,
        answer: &Answer,
        state: &str,
        theirs: &[Passkey],
    ) -> Result<Option<AuthenticationResult>, Error> {
        let Ok(state) = serde_json::from_str::<DiscoverableAuthentication>(state) else { return Ok(None) };
        let keys: Vec<DiscoverableKey> = theirs.iter().map(DiscoverableKey::from).collect();
        match self.site()?.finish_discoverable_authentication(&answer.answer, state, &keys) {
            Ok(result) => Ok(Some(result)),
            Err(why) => {
                tracing::info!(%why, "a passkey was refused");
                Ok(None)
            }
        }
    }
}

/// What a browser signed, and whose passkey it says it was.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The member it names.
    pub member: MemberId,
    answer: PublicKeyCredential,
}

/// What names a member to a browser along with a passkey.
fn handle_of(member: MemberId) -> Uuid {
    Uuid::from_u64_pair(0, member.get().cast_unsigned())
}

fn member_of(handle: Uuid) -> Option<MemberId> {
    match handle.as_u64_pair() {
        (0, member) => Some(MemberId::new(member.cast_signed())),
        _ => None,
    }
}

fn kept(state: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(state).map_err(|why| Error::Internal(why.to_string()))
}

fn wrong(why: WebauthnError) -> Error {
    Error::Internal(format!("passkeys: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_work_with_https_or_on_this_machine() {
        let work = |base: Option<&str>| Passkeys::of(base.map(|url| Url::parse(url).unwrap()).as_ref()).unwrap().work();
        for base in
            [None, Some("https://network.example.org"), Some("http://localhost:8080"), Some("http://a.localhost")]
        {
            assert!(work(base), "{base:?}");
        }
        for base in ["http://network.example.org", "https://192.0.2.7", "http://127.0.0.1:8080", "https://[::1]"] {
            assert!(!work(Some(base)), "{base}");
        }
    }

    #[test]
    fn a_handle_names_its_member() {
        for member in [MemberId::new(1), MemberId::MAX, crate::db::new_id()] {
            assert_eq!(member_of(handle_of(member)), Some(member));
        }
        assert_eq!(member_of(Uuid::from_u64_pair(1, 7)), None);
    }
}
