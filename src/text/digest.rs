//! Tokens are kept as hashes, so that who reads the database cannot use them.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Returns the SHA-256 of a text, in hexadecimal digits.
pub fn sha256(text: &str) -> String {
    hex(Sha256::new_with_prefix(text))
}

/// Returns a short name for a list of ids, by which a form says what its page listed.
pub fn of_ids(ids: impl IntoIterator<Item = i64>) -> String {
    let mut hash = Sha256::new();
    for id in ids {
        hash.update(id.to_be_bytes());
    }
    let first = hash.finalize().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    first.to_string()
}

/// Returns what a hash has come to, in hexadecimal digits.
pub fn hex(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
