//! Seals secrets for the database with XChaCha20-Poly1305 and opens them (rules 4.1, 4.4), and derives tokens
//! for links that are stored nowhere.
//!
//! A sealed value is `key-id:base64url(nonce ‖ ciphertext)`. What it is bound to (the associated data) is not
//! in it: a value that was moved elsewhere does not open.

pub mod sealed;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

const NONCE: usize = 24;

/// The master keys: the first seals, all of them open.
pub struct Keyring {
    keys: Vec<MasterKey>,
}

struct MasterKey {
    id: String,
    cipher: XChaCha20Poly1305,
    /// Another key, made of the master key: what seals secrets derives no tokens.
    tokens: Zeroizing<[u8; 32]>,
}

/// Why a keyring or a sealed value can't be used. No variant holds a secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    #[error("entry {0} is not `id:base64`, with an id of letters, digits, `-` and `_`")]
    NotAnEntry(usize),
    #[error("the key `{0}` is not base64 of exactly 32 bytes; make one with `openssl rand -base64 32`")]
    NotAKey(String),
    #[error("the key `{0}` is all the same byte; make one with `openssl rand -base64 32`")]
    Trivial(String),
    #[error("the id `{0}` is there twice")]
    Twice(String),
    #[error("sealed with the key `{0}`, which is not among the master keys")]
    KeyMissing(String),
    #[error("sealed with another key of the name `{0}`, or damaged")]
    Unreadable(String),
    #[error("no randomness")]
    NoRandomness,
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
            let is_id = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
            if id.is_empty() || !id.bytes().all(is_id) {
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
        let unreadable = || VaultError::Unreadable(id.to_owned());
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| unreadable())?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE>().ok_or_else(unreadable)?;
        let bound = bound(id, place);
        let payload = Payload { msg: ciphertext, aad: bound.as_bytes() };
        cipher.decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| unreadable())
    }

    /// A token of 256 bits for `purpose` (such as `claim`), made with the first key; always the same, and to be
    /// made by nobody without the key.
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

    fn first(&self) -> Result<&MasterKey, VaultError> {
        self.keys.first().ok_or(VaultError::NotAnEntry(1))
    }
}

impl MasterKey {
    fn new(id: &str, key: &str) -> Result<Self, VaultError> {
        let not_a_key = || VaultError::NotAKey(id.to_owned());
        let bytes = Zeroizing::new(BASE64.decode(key.as_bytes()).map_err(|_| not_a_key())?);
        let bytes = <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new).map_err(|_| not_a_key())?;
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err(VaultError::Trivial(id.to_owned()));
        }
        Ok(Self {
            id: id.to_owned(),
            cipher: XChaCha20Poly1305::new(&Key::from(*bytes)),
            tokens: Zeroizing::new(hmac(&bytes, "gatehouse/tokens").finalize().into_bytes().into()),
        })
    }

    fn token(&self, purpose: &str) -> Hmac<Sha256> {
        hmac(&self.tokens, purpose)
    }
}

/// RFC 2104 with SHA-256.
fn hmac(key: &[u8; 32], message: &str) -> Hmac<Sha256> {
    // A block of SHA-256 is longer than the key: zeros fill it up, as the RFC says.
    let mut block = Zeroizing::new([0; 64]);
    block[..key.len()].copy_from_slice(key);
    let mut hmac = <Hmac<Sha256> as hmac::KeyInit>::new((&*block).into());
    hmac.update(message.as_bytes());
    hmac
}

fn bound(id: &str, place: &str) -> String {
    format!("gatehouse/{place}/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(text: &str) -> Result<Keyring, VaultError> {
        Keyring::parse(&SecretString::from(text))
    }

    fn key(seed: u8) -> String {
        BASE64.encode(&(0..32).map(|n| n ^ seed).collect::<Vec<u8>>())
    }

    #[test]
    fn what_the_first_key_sealed_opens_when_it_has_become_the_second() {
        let before = ring(&format!("old:{}", key(1))).expect("a ring");
        let after = ring(&format!("new:{},old:{}", key(2), key(1))).expect("a ring");
        let sealed = before.seal(b"secret", "here").expect("sealed");
        assert_eq!(after.open(&sealed, "here").expect("opened").as_slice(), b"secret");
        assert!(after.seal(b"secret", "here").expect("sealed").starts_with("new:"));
    }

    #[test]
    fn moved_damaged_and_foreign_values_do_not_open() {
        let ours = ring(&format!("k:{}", key(1))).expect("a ring");
        let sealed = ours.seal(b"secret", "here").expect("sealed");
        assert_eq!(ours.open(&sealed, "there"), Err(VaultError::Unreadable("k".into())));
        let other = if sealed.ends_with('A') { "B" } else { "A" };
        let damaged = format!("{}{other}", &sealed[..sealed.len() - 5]);
        assert_eq!(ours.open(&damaged, "here"), Err(VaultError::Unreadable("k".into())));
        let theirs = ring(&format!("k:{}", key(2))).expect("a ring");
        assert_eq!(theirs.open(&sealed, "here"), Err(VaultError::Unreadable("k".into())));
        let renamed = ring(&format!("j:{}", key(1))).expect("a ring");
        assert_eq!(renamed.open(&sealed, "here"), Err(VaultError::KeyMissing("k".into())));
    }

    #[test]
    fn a_token_is_for_one_purpose_and_outlives_a_new_first_key() {
        let before = ring(&format!("old:{}", key(1))).expect("a ring");
        let after = ring(&format!("new:{},old:{}", key(2), key(1))).expect("a ring");
        let token = before.token("claim").expect("a token");
        assert_eq!(token.len(), 43);
        assert!(before.is_token(&token, "claim") && after.is_token(&token, "claim"));
        assert!(!before.is_token(&token, "invite") && !before.is_token("", "claim"));
        assert!(!before.is_token(&token.to_lowercase(), "claim"));
        assert_ne!(after.token("claim"), before.token("claim"));
    }

    #[test]
    fn weak_keys_are_refused() {
        let zeros = BASE64.encode(&[0; 32]);
        let short = BASE64.encode(&[7; 31]);
        for text in ["", "secret", "k:", "k:secret", ":x", &format!("k:{short}"), &format!("k:{zeros}")] {
            assert!(ring(text).is_err(), "{text}");
        }
        assert_eq!(ring(&format!("k:{0},k:{0}", key(1))).err(), Some(VaultError::Twice("k".into())));
    }
}
