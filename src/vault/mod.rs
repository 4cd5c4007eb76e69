//! Seals secrets for the database with XChaCha20-Poly1305 and opens them (rules 4.1, 4.4), and derives tokens
//! for links that are stored nowhere.
//!
//! A sealed value is `key-id:base64url(nonce ‖ ciphertext)`. What it is bound to (the associated data) is not
//! in it: a value that was moved elsewhere does not open.

pub mod rewrap;
mod rows;
pub mod sealed;
pub mod survey;

use std::fmt;

use chacha20poly1305::aead::{Aead, AeadInOut, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

const NONCE: usize = 24;
/// As base64url: 24 bytes are 32 characters and none is shared with what follows.
const NONCE_TEXT: usize = 32;
/// Shorter than any key: one that was written where its id belongs is not repeated in an error.
const LONGEST_ID: usize = 32;

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
    #[error("entry {0} is not `id:base64`, with an id of at most 32 letters, digits, `-` and `_`")]
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

/// The id of the key that a sealed value names; none when the value is damaged there.
pub fn key_id(sealed: &str) -> Option<&str> {
    sealed.split_once(':').map(|(id, _)| id).filter(|id| is_id(id))
}

fn is_id(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(fits)
}

/// Opens in the place where the ciphertext was decoded to: programs wait for this.
fn unseal(cipher: &XChaCha20Poly1305, text: &str, bound: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce_text, ciphertext) = text.as_bytes().split_at_checked(NONCE_TEXT)?;
    let mut nonce = [0; NONCE];
    BASE64URL_NOPAD.decode_mut(nonce_text, &mut nonce).ok()?;
    let mut plain = Zeroizing::new(BASE64URL_NOPAD.decode(ciphertext).ok()?);
    cipher.decrypt_in_place(&XNonce::from(nonce), bound.as_bytes(), &mut *plain).ok()?;
    Some(plain)
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
    ["gatehouse/", place, "/", id].concat()
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

    // L11
    #[test]
    fn weak_keys_are_refused() {
        let zeros = BASE64.encode(&[0; 32]);
        let short = BASE64.encode(&[7; 31]);
        let long = BASE64.encode(&[7; 33]);
        let truncated = &key(1)[..40];
        let bad = ["", "secret", "k:", "k:secret", ":x", "k:not base64, k"];
        let more = [&short, &long, &zeros, truncated].map(|key| format!("k:{key}"));
        for text in bad.into_iter().chain(more.iter().map(String::as_str)) {
            assert!(ring(text).is_err(), "{text}");
            assert!(ring(&format!("good:{},{text}", key(1))).is_err(), "behind a good one: {text}");
        }
        assert_eq!(ring(&format!("k:{0},k:{0}", key(1))).err(), Some(VaultError::Twice("k".into())));
    }

    // L20
    #[test]
    fn no_key_is_printed_not_even_one_that_is_written_where_its_id_belongs() {
        let both = ring(&format!("new:{},old:{}", key(2), key(1))).expect("a ring");
        assert_eq!(format!("{both:?}"), r#"Keyring(["new", "old"])"#);
        let swapped = [format!("{}:k", key(1)), format!("{}:k", key(1).trim_end_matches('='))];
        for text in swapped {
            let error = ring(&text).expect_err("a refusal");
            assert_eq!(error, VaultError::NotAnEntry(1));
            assert!(!format!("{error} {error:?}").contains(&key(1)[..8]), "{error}");
        }
        let opened = both.open(&both.seal(b"CANARY", "here").expect("sealed"), "there");
        assert!(!format!("{opened:?}").contains("CANARY"));
    }

    // L08
    #[test]
    fn ten_thousand_seals_of_one_value_have_as_many_nonces() {
        let ring = ring(&format!("k:{}", key(1))).expect("a ring");
        let nonce = |_| ring.seal(b"the same", "here").expect("sealed")[2..2 + NONCE_TEXT].to_owned();
        let nonces: std::collections::HashSet<String> = (0..10_000).map(nonce).collect();
        assert_eq!(nonces.len(), 10_000);
    }

    #[test]
    fn whatever_is_cut_short_or_made_up_does_not_open_and_nothing_falls_over() {
        let ring = ring(&format!("k:{}", key(1))).expect("a ring");
        let sealed = ring.seal(b"secret", "here").expect("sealed");
        for length in 0..sealed.len() {
            assert!(ring.open(&sealed[..length], "here").is_err(), "{length}");
        }
        for text in ["k:ä", "k:====", "ä:x", "k:k:k", &format!("{sealed}A"), &sealed.replace(':', "")] {
            assert!(ring.open(text, "here").is_err(), "{text}");
        }
        let empty = ring.seal(b"", "here").expect("sealed");
        assert!(ring.open(&empty, "here").expect("opened").is_empty());
    }

    #[test]
    fn the_form_that_is_stored_stays() {
        let ring = ring(&format!("k:{}", key(1))).expect("a ring");
        let stored = "k:ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7wlsbrgorO10kAhALz2A-cczn-a1vzw";
        assert_eq!(ring.open(stored, "instance/cookie_key").expect("opened").as_slice(), b"secret");
        let sealed = ring.seal(b"secret", "here").expect("sealed");
        let bytes = BASE64URL_NOPAD.decode(&sealed.as_bytes()[2..]).expect("base64url");
        assert_eq!(bytes.len(), NONCE + b"secret".len() + 16);
        assert_eq!(key_id(&sealed), Some("k"));
        assert_eq!([key_id("none"), key_id(":x"), key_id("k\u{1}:x")], [None; 3]);
    }
}
