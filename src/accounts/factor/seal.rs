//! Seals the secrets of authenticator apps for the database (AES-256-GCM), with a key that is derived from the site's. Whoever
//! gets hold of that table alone, or writes one member's secret into another's row, has nothing; whoever has the whole database,
//! and with it the site's key, has the secrets too.

use std::fmt::Write;

use actix_web::cookie::Key;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use rand::RngExt;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::ids::MemberId;

const NONCE: usize = 12;

/// Seals and opens.
#[derive(Clone)]
pub struct Seal(Aes256Gcm);

impl Seal {
    /// Returns the seal of a site with this key.
    pub fn of(key: &Key) -> Seal {
        let derived = Sha256::new().chain_update(b"amicable: secrets of second factors").chain_update(key.master());
        Seal(Aes256Gcm::new(&<[u8; 32]>::from(derived.finalize()).into()))
    }

    /// Seals what is a member's.
    ///
    /// # Errors
    /// [`Error::Internal`] where it is too large.
    pub fn seal(&self, member: MemberId, secret: &[u8]) -> Result<String, Error> {
        let nonce: [u8; NONCE] = rand::rng().random();
        let payload = Payload { msg: secret, aad: &member.get().to_be_bytes() };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error::Internal("a secret cannot be sealed".into()))?;
        Ok(nonce.iter().chain(&sealed).fold(String::new(), |mut hex, byte| {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }

    /// Opens what was sealed for a member; nothing where it was not, or by another site.
    pub fn open(&self, member: MemberId, sealed: &str) -> Option<Vec<u8>> {
        let bytes = unhex(sealed)?;
        let (nonce, text) = bytes.split_first_chunk::<NONCE>()?;
        self.0.decrypt(&Nonce::from(*nonce), Payload { msg: text, aad: &member.get().to_be_bytes() }).ok()
    }
}

fn unhex(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pair = |pair: &[u8]| u8::try_from(digit(pair[0])? * 16 + digit(*pair.get(1)?)?).ok();
    hex.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: MemberId = MemberId::new(7);

    #[test]
    fn a_secret_opens_for_its_member_and_site_alone() {
        let (ours, other) = (Seal::of(&Key::from(&[1; 64])), Seal::of(&Key::from(&[2; 64])));
        let sealed = ours.seal(ADA, b"secret").unwrap();
        assert_eq!(ours.open(ADA, &sealed).as_deref(), Some(&b"secret"[..]));
        assert_ne!(ours.seal(ADA, b"secret").unwrap(), sealed);
        for bad in [
            ours.open(MemberId::new(8), &sealed),
            other.open(ADA, &sealed),
            ours.open(ADA, "zz"),
            ours.open(ADA, ""),
            ours.open(ADA, "é"),
        ] {
            assert_eq!(bad, None);
        }
    }
}
