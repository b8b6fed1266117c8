//! Passkeys (WebAuthn): a key pair on a member's device, which asks for a fingerprint or a PIN of its own. One signs in alone, is
//! the second step of a sign-in, and confirms that it is its member.

pub mod challenge;
pub mod confirm_pages;
pub mod pages;
pub mod relying;
pub mod sign_in;
pub mod store;
