//! The keys of this installation, and what they seal and open.

use std::fmt;

use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead, Payload};
use data_encoding::BASE64URL_NOPAD;
use hmac::Mac;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::error::VaultError;
use super::master_key::{MasterKey, is_id};
use super::sealed_value::{NONCE, unseal};

/// The master keys: the first seals, all of them open.
pub struct Keyring {
    keys: Vec<MasterKey>,
}

impl Keyring {
    /// Reads `id:base64-of-32-bytes,…`.
    ///
    /// # Errors
    /// When an entry is malformed, short, trivial or there twice.
    pub fn parse(text: &SecretString) -> Result<Self, VaultError> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (n, entry) in text.expose_secret().split(',').enumerate() {
            let (id, key) = entry.trim().split_once(':').ok_or(VaultError::NotAnEntry(n + 1))?;
            if !is_id(id) {
                return Err(VaultError::NotAnEntry(n + 1));
            }
            if keys.iter().any(|known| known.id == id) {
                return Err(VaultError::Twice(id.to_owned()));
            }
            keys.push(MasterKey::new(id, key)?);
        }
        Ok(Self { keys })
    }

    /// Seals `plain` with the first key, bound to `place` (such as `instance/cookie_key`).
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn seal(&self, plain: &[u8], place: &str) -> Result<String, VaultError> {
        let MasterKey { id, cipher, .. } = self.first()?;
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| VaultError::NoRandomness)?;
        let bound = bound(id, place);
        let payload = Payload { msg: plain, aad: bound.as_bytes() };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::NoRandomness)?;
        Ok(format!("{id}:{}", BASE64URL_NOPAD.encode(&[&nonce[..], &sealed].concat())))
    }

    /// Opens what was sealed for `place`.
    ///
    /// # Errors
    /// When its key is not in the ring, or it was sealed with another, for another place, or damaged.
    pub fn open(&self, sealed: &str, place: &str) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (id, text) = sealed.split_once(':').ok_or_else(|| VaultError::Unreadable(String::new()))?;
        let known = self.keys.iter().find(|known| known.id == id);
        let MasterKey { cipher, .. } = known.ok_or_else(|| VaultError::KeyMissing(id.to_owned()))?;
        unseal(cipher, text, &bound(id, place)).ok_or_else(|| VaultError::Unreadable(id.to_owned()))
    }

    /// A token of 256 bits for `purpose` (such as `claim`), made with the first key; always the same, and to be
    /// made by no one without the key.
    ///
    /// # Errors
    /// When the ring is empty, which it never is.
    pub fn token(&self, purpose: &str) -> Result<String, VaultError> {
        Ok(BASE64URL_NOPAD.encode(&self.first()?.token(purpose).finalize().into_bytes()))
    }

    /// Whether `token` is for `purpose`, by any of the keys; takes as long for every wrong one.
    pub fn is_token(&self, token: &str, purpose: &str) -> bool {
        let Ok(bytes) = BASE64URL_NOPAD.decode(token.as_bytes()) else { return false };
        self.keys.iter().any(|key| key.token(purpose).verify_slice(&bytes).is_ok())
    }

    /// The ids of the keys; the first seals.
    pub fn ids(&self) -> Vec<&str> {
        self.keys.iter().map(|key| key.id.as_str()).collect()
    }

    fn first(&self) -> Result<&MasterKey, VaultError> {
        self.keys.first().ok_or(VaultError::NotAnEntry(1))
    }
}

/// Ids only.
impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keyring").field(&self.ids()).finish()
    }
}

pub(super) fn bound(id: &str, place: &str) -> String {
    ["gatehouse/", place, "/", id].concat()
}
