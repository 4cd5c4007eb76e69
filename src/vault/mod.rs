//! Seals secrets for the database with XChaCha20-Poly1305 and opens them (rules 4.1, 4.4), and derives tokens
//! for links that are stored nowhere.
//!
//! A sealed value is `key-id:base64url(nonce ‖ ciphertext)`. What it is bound to (the associated data) is not
//! in it: a value that was moved elsewhere does not open.

mod error;
mod keyring;
mod master_key;
pub mod sealed;
mod sealed_value;
#[cfg(test)]
mod tests;

pub use error::VaultError;
pub use keyring::Keyring;
pub use sealed_value::key_id;
