//! One master key: its id, its cipher, and the key that makes tokens.

use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305};
use data_encoding::BASE64;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::error::VaultError;

/// Shorter than any key: one that was written where its id belongs is not repeated in an error.
const LONGEST_ID: usize = 32;

pub(super) struct MasterKey {
    pub(super) id: String,
    pub(super) cipher: XChaCha20Poly1305,
    /// Another key, made of the master key: what seals secrets derives no tokens.
    tokens: Zeroizing<[u8; 32]>,
}

impl MasterKey {
    pub(super) fn new(id: &str, key: &str) -> Result<Self, VaultError> {
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

    pub(super) fn token(&self, purpose: &str) -> Hmac<Sha256> {
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

pub(super) fn is_id(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(fits)
}
